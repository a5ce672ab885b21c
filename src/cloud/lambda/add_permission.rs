//! `AddPermission`: one more statement in a function's policy. What a service may invoke for
//! anybody else than the one meant is the confused deputy: `SourceArn` and `SourceAccount`
//! belong in it.

use http::StatusCode;
use serde_json::{Value, json};

use super::config::{Permission, SetupError};
use super::{WIRE, arn_of, not_found};
use crate::cloud::Cloud;
use crate::cloud::access::{self, Ask, PERMISSIONS_CHECK};
use crate::cloud::aws::{self, AwsError, shorten};
use crate::cloud::front_door::Route;
use crate::policy::RequestContext;
use crate::protocol::message::{Message, Request, Response};

const WELL_FORMED: (&str, &str) = ("Well formed", "Lambda API reference: AddPermission");
const EXISTS: (&str, &str) = ("Function exists", "Lambda API reference: AddPermission");
const NEW: (&str, &str) = ("Statement is new", "Lambda API reference: AddPermission");

/// Runs the operation.
pub fn run(
    cloud: &mut Cloud,
    route: &Route,
    request: &Request,
    function: &str,
) -> Result<Response, AwsError> {
    let later = [PERMISSIONS_CHECK, WELL_FORMED, EXISTS, NEW];
    let caller = access::authenticate_then(cloud, route, request, WIRE, &later)?;
    let arn = arn_of(function, &caller.account);
    let ask = Ask {
        action: "lambda:AddPermission".to_owned(),
        resource: arn.clone(),
        resource_account: super::account_in(&arn).unwrap_or_default(),
        context: RequestContext::new(),
        resource_policy: None,
    };
    access::authorize(cloud, &caller, &ask, WIRE)?;
    let expected = "StatementId, Action and Principal";
    let permission = match read(request) {
        Ok(permission) => permission,
        Err(error) => {
            cloud
                .ledger
                .failed(WELL_FORMED.0, expected, shorten(&error.message));
            return Err(error);
        }
    };
    let actual = format!("{} for {}", permission.statement_id, permission.principal);
    cloud.ledger.passed(WELL_FORMED.0, expected, actual);
    let Cloud { lambda, ledger, .. } = cloud;
    let Some(known) = lambda.function_mut(&arn) else {
        ledger.failed(EXISTS.0, arn.as_str(), "no such function");
        return Err(not_found(&arn));
    };
    ledger.passed(EXISTS.0, arn.as_str(), known.code.in_words());
    let id = permission.statement_id.as_str();
    let expected = format!("no statement {id} yet, and a policy within its limits");
    let added = known.permit(&permission);
    let actual = added.as_ref().err().map(ToString::to_string);
    let actual = actual.unwrap_or_else(|| "new".to_owned());
    ledger.verify(NEW.0, added.is_ok(), expected, actual);
    let statement = added.map_err(|error| refusal(&error, id))?;
    let body = json!({ "Statement": statement.to_string() });
    let mut response = aws::success_json(cloud, WIRE, &body);
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

fn refusal(error: &SetupError, id: &str) -> AwsError {
    let invalid = |message: &str| {
        AwsError::new("InvalidParameterValueException", 400, message).member("Type", "User")
    };
    match error {
        SetupError::StatementExists(_) => {
            let message = format!(
                "The statement id ({id}) provided already exists. Please provide a new statement \
                 id, or remove the existing statement."
            );
            AwsError::new("ResourceConflictException", 409, message).member("Type", "User")
        }
        SetupError::PolicyTooLong => {
            let message = "The final policy size is bigger than the limit (20480).";
            AwsError::new("PolicyLengthExceededException", 400, message).member("Type", "User")
        }
        _ => {
            invalid("The provided principal was invalid. Please check the principal and try again.")
        }
    }
}

fn read(request: &Request) -> Result<Permission, AwsError> {
    let body = match request.json_body() {
        Ok(Value::Object(body)) => body,
        _ => {
            let message = "Could not parse request body into json";
            return Err(AwsError::new("SerializationException", 400, message));
        }
    };
    let mut broken = Vec::new();
    let mut member = |name: &str, needed: bool, plain: fn(char) -> bool, most: usize| {
        let place = camel(name);
        match body.get(name) {
            None | Some(Value::Null) if needed => {
                broken.push(format!(
                    "Value null at '{place}' failed to satisfy constraint: Member must not be null"
                ));
                Ok(None)
            }
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => {
                if text.chars().count() > most || !text.chars().all(plain) {
                    broken.push(format!(
                        "Value '{}' at '{place}' failed to satisfy constraint: Member must satisfy \
                         its pattern and have length less than or equal to {most}",
                        shorten(text)
                    ));
                }
                Ok(Some(text.clone()))
            }
            Some(_) => {
                let message = format!("{name} is not a text");
                Err(AwsError::new("SerializationException", 400, message))
            }
        }
    };
    let id = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let any = |c: char| !c.is_control();
    let digits = |c: char| c.is_ascii_digit();
    let permission = Permission {
        statement_id: member("StatementId", true, id, 100)?.unwrap_or_default(),
        action: member("Action", true, any, 1_000)?.unwrap_or_default(),
        principal: member("Principal", true, any, 2_048)?.unwrap_or_default(),
        source_arn: member("SourceArn", false, any, 2_048)?,
        source_account: member("SourceAccount", false, digits, 12)?,
    };
    if broken.is_empty() {
        return Ok(permission);
    }
    let count = broken.len();
    let errors = if count == 1 { "error" } else { "errors" };
    let message = format!(
        "{count} validation {errors} detected: {}",
        broken.join("; ")
    );
    Err(AwsError::new("ValidationException", 400, message))
}

/// Members are named in errors with a small first letter.
fn camel(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_ascii_lowercase().to_string() + letters.as_str()
    })
}
