//! Requests that say something else, and what can happen to a message on its way. A field of a
//! request is named by where it is: `RoleArn` or `Logins.accounts.google.com` in the body,
//! `header.authorization`, `query.prefix`, `path`, `body`. A `*` stands for the only member.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::super::diagnostic::suggest;
use super::super::template::Template;
use super::super::values::Duration;
use crate::protocol::form::Form;
use crate::protocol::message::{Message, MessageError, Request, RequestExt};

/// Headers that are there once a request is signed.
const SIGNING_ADDS: [&str; 4] = [
    "authorization",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-content-sha256",
];

/// Why a request cannot say this.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The request has no such field
    #[error("the request has no field `{field}`; {remedy}")]
    NoField {
        /// What was asked for
        field: String,
        /// What is near it
        remedy: String,
    },
    /// A value cannot be
    #[error("{what}: {found}; {expected}")]
    Value {
        /// What was set
        what: String,
        /// What is wrong
        found: String,
        /// What would be right
        expected: String,
    },
}

/// One difference in a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum Edit {
    /// A field that is there gets another value
    Set(String, Template),
    /// A field more
    Add(String, Template),
    /// A field less
    Remove(String),
    /// A field keeps its value under another name: another Logins key
    Rename(String, String),
}

impl Edit {
    /// The field that differs.
    pub fn field(&self) -> &str {
        match self {
            Self::Set(field, _)
            | Self::Add(field, _)
            | Self::Remove(field)
            | Self::Rename(field, _) => field,
        }
    }
}

/// Half of an exchange.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Part {
    /// What the device sends
    #[default]
    Request,
    /// What comes back
    Response,
}

impl Part {
    /// What a sentence calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
        }
    }
}

/// What can happen to a message on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Fate {
    /// It never arrives
    Drop,
    /// It arrives later
    Delay(Duration),
    /// The same bytes are sent once more by somebody who saw them: a device
    Replay(String),
    /// What it carries gets into another device's hands as well
    Steal(String),
}

/// An edit whose value is known.
pub(super) enum Filled<'a> {
    /// A value where one is
    Set(&'a str, String),
    /// A value where none is
    Add(&'a str, String),
    /// None where one is
    Remove(&'a str),
    /// The same under another name
    Rename(&'a str, &'a str),
}

/// Changes a request. Nothing is changed where the request has no such field.
pub(super) fn edit(request: &mut Request, edit: &Filled<'_>) -> Result<(), EditError> {
    let field = match edit {
        Filled::Set(field, _)
        | Filled::Add(field, _)
        | Filled::Remove(field)
        | Filled::Rename(field, _) => *field,
    };
    if let Some(name) = field.strip_prefix("header.") {
        return edit_header(request, name, edit);
    }
    if let Some(name) = field.strip_prefix("query.") {
        let mut form = request.query_form().map_err(unreadable(field))?;
        edit_form(&mut form, name, edit)?;
        return rewrite_url(request, None, Some(&form));
    }
    match (field, edit) {
        ("path", Filled::Set(_, path)) => rewrite_url(request, Some(path), None),
        ("body", Filled::Set(_, body) | Filled::Add(_, body)) => {
            *request.body_mut() = body.clone().into_bytes();
            Ok(())
        }
        ("body", Filled::Remove(_)) => {
            request.body_mut().clear();
            Ok(())
        }
        ("path" | "body", _) => Err(EditError::Value {
            what: format!("the field {field}"),
            found: "it cannot be changed so".to_owned(),
            expected: "give it another value".to_owned(),
        }),
        _ => edit_body(request, field, edit),
    }
}

fn unreadable(field: &str) -> impl Fn(MessageError) -> EditError + '_ {
    move |error| EditError::Value {
        what: format!("the field {field}"),
        found: error.to_string(),
        expected: "a field of a request that can be read".to_owned(),
    }
}

fn no_field<'a>(field: &str, known: impl Iterator<Item = &'a str>) -> EditError {
    let known: Vec<&str> = known.collect();
    EditError::NoField {
        field: field.to_owned(),
        remedy: suggest(field, known.iter().copied()),
    }
}

fn edit_header(request: &mut Request, name: &str, edit: &Filled<'_>) -> Result<(), EditError> {
    let there = request.header_map().contains_key(name);
    if !there && !matches!(edit, Filled::Add(..)) && SIGNING_ADDS.contains(&name) {
        return Err(EditError::NoField {
            field: format!("header.{name}"),
            remedy: "signing adds it: change it behind that, with InTransit (`transit:…`)"
                .to_owned(),
        });
    }
    if !there && !matches!(edit, Filled::Add(..)) {
        let known = request.header_map().keys();
        return Err(no_field(name, known.map(http::HeaderName::as_str)));
    }
    let taken = |request: &mut Request| {
        let value = request.header_map_mut().remove(name);
        value.map_or_else(String::new, |it| {
            String::from_utf8_lossy(it.as_bytes()).into_owned()
        })
    };
    let set = match edit {
        Filled::Set(_, value) | Filled::Add(_, value) => request.set_header(name, value),
        Filled::Remove(_) => {
            taken(request);
            Ok(())
        }
        Filled::Rename(_, to) => {
            let value = taken(request);
            request.set_header(to.strip_prefix("header.").unwrap_or(to), &value)
        }
    };
    set.map_err(unreadable(name))
}

fn edit_form(form: &mut Form, name: &str, edit: &Filled<'_>) -> Result<(), EditError> {
    let mut pairs: Vec<(String, String)> = form
        .pairs()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let at = pairs.iter().position(|(known, _)| known == name);
    match (edit, at) {
        (Filled::Add(_, value), None) => pairs.push((name.to_owned(), value.clone())),
        (Filled::Set(_, value) | Filled::Add(_, value), Some(at)) => {
            if let Some(pair) = pairs.get_mut(at) {
                pair.1.clone_from(value);
            }
        }
        (Filled::Remove(_), Some(at)) => drop(pairs.remove(at)),
        (Filled::Rename(_, to), Some(at)) => {
            if let Some(pair) = pairs.get_mut(at) {
                pair.0 = (*to).to_owned();
            }
        }
        (_, None) => return Err(no_field(name, pairs.iter().map(|(name, _)| name.as_str()))),
    }
    *form = pairs
        .iter()
        .fold(Form::new(), |form, (name, value)| form.with(name, value));
    Ok(())
}

/// Another path or query under the same host.
fn rewrite_url(
    request: &mut Request,
    path: Option<&str>,
    query: Option<&Form>,
) -> Result<(), EditError> {
    let url = RequestExt::absolute_url(request);
    let origin = url
        .match_indices('/')
        .nth(2)
        .map_or(url.len(), |(at, _)| at);
    let origin = url.get(..origin).unwrap_or_default();
    let path = path.unwrap_or_else(|| RequestExt::path(request));
    let query = match query {
        Some(form) => form.encode(),
        None => RequestExt::query(request).to_owned(),
    };
    let mark = if query.is_empty() { "" } else { "?" };
    let slash = if path.starts_with('/') { "" } else { "/" };
    let url = format!("{origin}{slash}{path}{mark}{query}");
    let uri = url.parse().map_err(|_| EditError::Value {
        what: "the address".to_owned(),
        found: format!("{url} is none"),
        expected: "percent-encode what no address may hold".to_owned(),
    })?;
    *request.uri_mut() = uri;
    Ok(())
}

/// A member of a JSON body or of a form.
fn edit_body(request: &mut Request, field: &str, edit: &Filled<'_>) -> Result<(), EditError> {
    let kind = request.header("content-type").unwrap_or_default();
    if kind.contains("json") {
        let mut body = request.json_body().map_err(unreadable(field))?;
        edit_json(&mut body, field, edit)?;
        *request.body_mut() = body.to_string().into_bytes();
        return Ok(());
    }
    if kind.contains("form") {
        let mut form = request.form_body().map_err(unreadable(field))?;
        edit_form(&mut form, field, edit)?;
        *request.body_mut() = form.encode().into_bytes();
        return Ok(());
    }
    let known = ["path", "body", "header.NAME", "query.NAME"];
    Err(no_field(field, known.into_iter()))
}

fn edit_json(body: &mut Json, field: &str, edit: &Filled<'_>) -> Result<(), EditError> {
    let Some(members) = body.as_object_mut() else {
        return Err(no_field(field, ["body"].into_iter()));
    };
    if let Some(name) = member(members, field) {
        change_member(members, &name, edit);
        return Ok(());
    }
    // The longest member that the field begins with: names hold dots themselves
    let inner = members
        .keys()
        .map(String::as_str)
        .chain(["*"])
        .filter(|name| {
            field
                .strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('.'))
        })
        .max_by_key(|name| name.len())
        .map(str::to_owned);
    if let Some(name) = inner {
        let rest = field.get(name.len() + 1..).unwrap_or_default();
        let known = member(members, &name).and_then(|name| members.get_mut(&name));
        if let Some(known) = known.filter(|known| known.is_object()) {
            return edit_json(known, rest, edit);
        }
    }
    if let Filled::Add(_, value) = edit {
        members.insert(field.to_owned(), json_or_text(value));
        return Ok(());
    }
    Err(no_field(field, members.keys().map(String::as_str)))
}

/// The member of this name, or the only one.
fn member(members: &Map<String, Json>, name: &str) -> Option<String> {
    if name == "*" && members.len() == 1 {
        return members.keys().next().cloned();
    }
    members.contains_key(name).then(|| name.to_owned())
}

fn change_member(members: &mut Map<String, Json>, name: &str, edit: &Filled<'_>) {
    match edit {
        Filled::Set(_, value) | Filled::Add(_, value) => {
            // What was a text stays one
            let text = members.get(name).is_some_and(Json::is_string);
            let value = if text {
                Json::String(value.clone())
            } else {
                json_or_text(value)
            };
            members.insert(name.to_owned(), value);
        }
        Filled::Remove(_) => {
            members.shift_remove(name);
        }
        Filled::Rename(_, to) => {
            let renamed = std::mem::take(members).into_iter().map(|(known, value)| {
                let known = if known == name {
                    (*to).to_owned()
                } else {
                    known
                };
                (known, value)
            });
            *members = renamed.collect();
        }
    }
}

/// JSON where the text is JSON that says the same when it is written again, a text otherwise.
pub(super) fn json_or_text(value: &str) -> Json {
    exact_json(value).unwrap_or_else(|| Json::String(value.to_owned()))
}

/// The JSON that a text is; none where numbers in it would become others.
pub(super) fn exact_json(value: &str) -> Option<Json> {
    let read: Json = serde_json::from_str(value).ok()?;
    let exact = match &read {
        Json::Number(number) => number.to_string() == value.trim(),
        inner => !holds_rounded(inner),
    };
    exact.then_some(read)
}

/// Whether a whole number inside is too large to be one.
fn holds_rounded(value: &Json) -> bool {
    match value {
        Json::Number(number) => number
            .as_f64()
            .is_some_and(|it| number.is_f64() && it.fract() == 0.0),
        Json::Array(items) => items.iter().any(holds_rounded),
        Json::Object(members) => members.values().any(holds_rounded),
        Json::Null | Json::Bool(_) | Json::String(_) => false,
    }
}
