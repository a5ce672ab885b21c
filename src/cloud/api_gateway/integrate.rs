//! A call that is let in becomes an event for a function, and what the function returns becomes
//! the answer.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::authorizers::Identity;
use super::config::ApiKind;
use super::{Call, refusals};
use crate::cloud::Cloud;
use crate::cloud::aws;
use crate::cloud::lambda::{Invocation, invoke_for_service};
use crate::cloud::ledger::ActorId;
use crate::protocol::message::{Message, Request, RequestExt, Response};

/// The largest answer of a function, in bytes. Lambda's own limit is 6 MB.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Has the method's function answer.
pub fn run(cloud: &mut Cloud, api: &ActorId, call: &Call<'_>, identity: &Identity) -> Response {
    let kind = call.api.config.kind;
    let event = match kind {
        ApiKind::Rest => rest_event(cloud, call, identity),
        ApiKind::Http => http_event(cloud, call, identity),
    };
    let source = call
        .api
        .method_arn(call.request.method().as_str(), &call.path);
    let invocation = Invocation {
        function_arn: &call.method.function_arn,
        source_arn: &source,
        source_account: &call.api.config.account,
        event: &event,
    };
    let answer = invoke_for_service(cloud, api, invocation).ok();
    let made = answer.and_then(|value| response_of(&value, kind));
    made.unwrap_or_else(|| refusals::bad_function(cloud, kind))
}

fn headers(request: &Request) -> Map<String, Value> {
    let described = request.described_headers();
    described
        .map(|(name, value)| (name, json!(value)))
        .collect()
}

fn query(request: &Request) -> Value {
    let form = request.query_form().unwrap_or_default();
    let pairs: Map<String, Value> = form
        .iter()
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    match pairs.is_empty() {
        true => Value::Null,
        false => Value::Object(pairs),
    }
}

fn body(request: &Request) -> Value {
    match request.text_body() {
        Ok("") | Err(_) => Value::Null,
        Ok(text) => json!(text),
    }
}

/// Claims reach a REST API's function as texts: lists are joined by commas.
fn as_texts(claims: &Map<String, Value>) -> Value {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            items.join(",")
        }
        other => other.to_string(),
    };
    let claims = claims
        .iter()
        .map(|(name, value)| (name.clone(), json!(text(value))));
    Value::Object(claims.collect())
}

fn rest_event(cloud: &mut Cloud, call: &Call<'_>, identity: &Identity) -> Value {
    let id = aws::request_id(cloud);
    let mut context = json!({
        "accountId": call.api.config.account,
        "apiId": call.api.id,
        "stage": call.api.config.stage,
        "httpMethod": call.request.method().as_str(),
        "resourcePath": call.method.path,
        "requestId": id,
        "identity": { "accessKey": null, "accountId": null, "caller": null, "userArn": null,
                      "cognitoIdentityId": null, "cognitoIdentityPoolId": null },
    });
    match identity {
        Identity::Anybody => {}
        Identity::Bearer { claims, .. } => {
            context["authorizer"] = json!({ "claims": as_texts(claims) });
        }
        Identity::Signed(caller) => {
            let key = |name: &str| {
                let key = format!("cognito-identity.amazonaws.com:{name}");
                let found = caller.context.get(&key);
                found.and_then(|value| value.values().first().cloned())
            };
            context["identity"] = json!({
                "accessKey": caller.access_key_id,
                "accountId": caller.account,
                "caller": caller.user_id,
                "userArn": caller.arn,
                "cognitoIdentityId": key("sub"),
                "cognitoIdentityPoolId": key("aud"),
            });
        }
    }
    json!({
        "resource": call.method.path,
        "path": call.path,
        "httpMethod": call.request.method().as_str(),
        "headers": headers(call.request),
        "queryStringParameters": query(call.request),
        "pathParameters": null,
        "stageVariables": null,
        "requestContext": context,
        "body": body(call.request),
        "isBase64Encoded": false,
    })
}

/// The second version of the event, which HTTP APIs send.
fn http_event(cloud: &mut Cloud, call: &Call<'_>, identity: &Identity) -> Value {
    let id = aws::request_id(cloud);
    let mut context = json!({
        "accountId": call.api.config.account,
        "apiId": call.api.id,
        "stage": call.api.config.stage,
        "requestId": id,
        "http": { "method": call.request.method().as_str(), "path": call.path },
    });
    match identity {
        Identity::Anybody => {}
        Identity::Bearer { claims, scopes } => {
            let scopes = (!scopes.is_empty()).then_some(scopes);
            let jwt = json!({ "claims": as_texts(claims), "scopes": scopes });
            context["authorizer"] = json!({ "jwt": jwt });
        }
        Identity::Signed(caller) => {
            context["authorizer"] = json!({ "iam": {
                "accessKey": caller.access_key_id,
                "accountId": caller.account,
                "callerId": caller.user_id,
                "userArn": caller.arn,
            } });
        }
    }
    let names = headers(call.request);
    let lower = names
        .into_iter()
        .map(|(name, value)| (name.to_lowercase(), value));
    let lower: Map<String, Value> = lower.collect();
    json!({
        "version": "2.0",
        "routeKey": format!("{} {}", call.method.verb, call.method.path),
        "rawPath": RequestExt::path(call.request),
        "rawQueryString": RequestExt::query(call.request),
        "headers": lower,
        "requestContext": context,
        "body": body(call.request),
        "isBase64Encoded": false,
    })
}

/// The answer in what a function returned. A REST API insists on a status code; an HTTP API
/// takes anything else for a body.
fn response_of(value: &Value, kind: ApiKind) -> Option<Response> {
    let Some(status) = value.get("statusCode") else {
        let body = match kind {
            ApiKind::Rest => return None,
            ApiKind::Http => value,
        };
        return Some(crate::protocol::message::json_response(
            StatusCode::OK,
            body,
        ));
    };
    let status = u16::try_from(status.as_u64()?).ok()?;
    let status = StatusCode::from_u16(status).ok()?;
    let body = value
        .get("body")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if body.len() > MAX_BODY_BYTES {
        return None;
    }
    let mut response = Response::new(body.as_bytes().to_vec());
    *response.status_mut() = status;
    let headers = value.get("headers").and_then(Value::as_object);
    for (name, value) in headers.into_iter().flatten() {
        response.set_header(name, value.as_str()?).ok()?;
    }
    Some(response)
}
