//! The parameters of an SNS request, and how SNS words what is wrong with them.

use std::collections::BTreeMap;

use crate::cloud::aws::{AwsError, shorten};
use crate::protocol::form::Form;
use crate::protocol::message::{Message, Request, RequestExt};

/// The most entries of a map in a request.
const MAX_ENTRIES: usize = 50;

/// The form of a request, wherever it travels.
pub fn form(request: &Request) -> Form {
    let in_body = request.form_body().unwrap_or_default();
    match in_body.get("Action") {
        Some(_) => in_body,
        None => request.query_form().unwrap_or_default(),
    }
}

/// `InvalidParameter`.
pub fn invalid(what: &str) -> AwsError {
    AwsError::new(
        "InvalidParameter",
        400,
        format!("Invalid parameter: {what}"),
    )
}

/// `NotFound`.
pub fn not_found(what: &str) -> AwsError {
    AwsError::new("NotFound", 404, format!("{what} does not exist"))
}

/// A parameter that must be there.
pub fn required(form: &Form, name: &str) -> Result<String, AwsError> {
    match form.get(name) {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => {
            let place = camel(name);
            let message = format!(
                "1 validation error detected: Value null at '{place}' failed to satisfy \
                 constraint: Member must not be null"
            );
            Err(AwsError::new("ValidationError", 400, message))
        }
    }
}

/// A name of letters, digits, hyphens and underscores.
pub fn name(form: &Form, plain: fn(char) -> bool) -> Result<String, AwsError> {
    let text = required(form, "Name")?;
    match text.len() <= 256 && text.chars().all(plain) {
        true => Ok(text),
        false => Err(invalid(&format!("Name Reason: {}", shorten(&text)))),
    }
}

/// `Attributes.entry.N.key` and `.value`.
pub fn attributes(form: &Form) -> BTreeMap<String, String> {
    let entry = |number: usize| {
        let key = form.get(&format!("Attributes.entry.{number}.key"))?;
        let value = form.get(&format!("Attributes.entry.{number}.value"))?;
        Some((key.to_owned(), value.to_owned()))
    };
    (1..=MAX_ENTRIES).map_while(entry).collect()
}

/// Members are named in errors with a small first letter.
fn camel(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_ascii_lowercase().to_string() + letters.as_str()
    })
}
