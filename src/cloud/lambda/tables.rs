//! Functions that read and write tables: with credentials of the function's own role, by signed
//! requests through the front door.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::code::{TableAccess, Thrown, http_answer};
use super::config::Function;
use crate::cloud::aws::{self, AwsError};
use crate::cloud::ledger::{ActorId, CredentialsValue};
use crate::cloud::sts::service_client::{self, OnBehalf};
use crate::cloud::{Cloud, REGION};
use crate::protocol::message::{self, Message};

/// Before the credentials end by this much, new ones are fetched.
const MARGIN: crate::protocol::time::Span = crate::protocol::time::Span::from_minutes(5);

/// The credentials of a function's role: those it has, or new ones.
pub fn credentials(
    cloud: &mut Cloud,
    lambda: &ActorId,
    function: &Function,
) -> Result<CredentialsValue, AwsError> {
    let lasts =
        |held: &CredentialsValue, now| held.expiration.is_some_and(|end| now + MARGIN < end);
    let now = cloud.now();
    if let Some(held) = function.credentials.clone().filter(|held| lasts(held, now)) {
        return Ok(held);
    }
    let refused = |_| {
        let message = "The role defined for the function cannot be assumed by Lambda.";
        AwsError::new("AccessDeniedException", 403, message).in_own_words()
    };
    let role = function.role_arn.as_deref().unwrap_or_default();
    let behalf = OnBehalf {
        arn: &function.arn,
        account: &function.account,
    };
    // The session's name is the function's
    let got = service_client::assume_role(cloud, lambda, role, &function.name, behalf)
        .map_err(refused)?;
    if let Some(function) = cloud.lambda.function_mut(&function.arn) {
        function.credentials = Some(got.clone());
    }
    Ok(got)
}

/// Reads the item that the event names.
pub fn look_up(
    cloud: &mut Cloud,
    lambda: &ActorId,
    credentials: &CredentialsValue,
    place: &TableAccess,
    event: &Value,
) -> Result<Value, Thrown> {
    let key = key_in(event, place)?;
    let body = json!({ "TableName": place.table, "Key": { &place.key: { "S": key } } });
    let found = call(cloud, lambda, credentials, "GetItem", &body)?;
    let item = found.get("Item").and_then(Value::as_object);
    let plain: Map<String, Value> = item
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), plain(value)))
        .collect();
    Ok(http_answer(event, &Value::Object(plain)))
}

/// Writes the item that the event names; the event itself goes back.
pub fn write(
    cloud: &mut Cloud,
    lambda: &ActorId,
    credentials: &CredentialsValue,
    (place, attributes): (&TableAccess, &BTreeMap<String, String>),
    event: &Value,
) -> Result<Value, Thrown> {
    let mut item = Map::new();
    let key = key_in(event, place)?;
    item.insert(place.key.clone(), json!({ "S": key }));
    for (name, from) in attributes {
        if let Some(value) = event.pointer(from).and_then(Value::as_str) {
            item.insert(name.clone(), json!({ "S": value }));
        }
    }
    let body = json!({ "TableName": place.table, "Item": item });
    call(cloud, lambda, credentials, "PutItem", &body)?;
    Ok(event.clone())
}

fn key_in(event: &Value, place: &TableAccess) -> Result<String, Thrown> {
    let found = event.pointer(&place.from).and_then(Value::as_str);
    let missing = || Thrown::new(format!("the event has nothing at {}", place.from));
    found.map(str::to_owned).ok_or_else(missing)
}

/// A typed value of DynamoDB's JSON without its type.
fn plain(value: &Value) -> Value {
    let inner = value.as_object().and_then(|typed| typed.values().next());
    inner.cloned().unwrap_or(Value::Null)
}

fn call(
    cloud: &mut Cloud,
    lambda: &ActorId,
    credentials: &CredentialsValue,
    operation: &str,
    body: &Value,
) -> Result<Value, Thrown> {
    let url = format!("https://dynamodb.{REGION}.amazonaws.com/");
    let broken = |error: String| Thrown::new(error);
    let mut request = message::post_json(&url, "application/x-amz-json-1.0", body)
        .map_err(|error| broken(error.to_string()))?;
    request
        .set_header("x-amz-target", &format!("DynamoDB_20120810.{operation}"))
        .map_err(|error| broken(error.to_string()))?;
    service_client::sign(cloud, &mut request, credentials, "dynamodb").map_err(broken)?;
    let answer = cloud
        .send(lambda, request)
        .map_err(|error| broken(error.to_string()))?
        .response;
    match aws::refusal_in(&answer) {
        Some(refusal) => Err(Thrown {
            kind: refusal.code,
            message: refusal.message,
        }),
        None => answer
            .json_body()
            .map_err(|error| broken(error.to_string())),
    }
}
