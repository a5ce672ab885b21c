//! What the target gets: the request, and who the load balancer found the visitor to be.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::config::{ListenerRule, LoadBalancerConfig, Session, Target};
use super::error;
use crate::cloud::Cloud;
use crate::cloud::front_door::Route;
use crate::cloud::lambda::{Invocation, invoke_for_service};
use crate::cloud::pages;
use crate::protocol::message::{Message, Request, RequestExt, Response};

/// Headers that only the load balancer may set begin so; a visitor's own are dropped.
const OIDC: &str = "x-amzn-oidc-";
/// The largest answer of a function, in bytes: the limit for functions as targets.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Has the rule's target answer.
pub fn run(
    cloud: &mut Cloud,
    route: &Route,
    (config, rule): (&LoadBalancerConfig, &ListenerRule),
    request: &Request,
    session: Option<&Session>,
) -> Response {
    let headers = headers(request, session);
    match &rule.target {
        Target::Website(text) => website(text, session),
        Target::Lambda(arn) => {
            let group = LoadBalancerConfig::target_group_arn(&config.account, &config.name);
            let event = event(request, headers, &group);
            let invocation = Invocation {
                function_arn: arn,
                source_arn: &group,
                source_account: &config.account,
                event: &event,
            };
            let answer = invoke_for_service(cloud, &route.to, invocation).ok();
            let made = answer.as_ref().and_then(response_of);
            made.unwrap_or_else(|| error(StatusCode::BAD_GATEWAY))
        }
    }
}

/// A page for a person. It greets by what the load balancer says, which is all a website needs.
fn website(text: &str, session: Option<&Session>) -> Response {
    let claim = |name: &str| {
        let found = session.and_then(|session| session.profile.get(name));
        found.and_then(Value::as_str).map(str::to_owned)
    };
    let who = claim("name")
        .or_else(|| claim("email"))
        .or_else(|| claim("sub"));
    let greeting = match who {
        Some(who) => format!("{text} Hello, {who}."),
        None => format!("{text} Hello, visitor."),
    };
    pages::text_page("Welcome", &greeting)
}

/// The visitor's headers without forged ones, and the load balancer's own. The profile travels in
/// `x-amzn-oidc-data` as well: there it is signed with ES256, which this simulation does not
/// make, so that header is left out rather than forged.
fn headers(request: &Request, session: Option<&Session>) -> Map<String, Value> {
    let mut headers = Map::new();
    for (name, value) in request.header_map() {
        if !name.as_str().starts_with(OIDC) {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            headers.insert(name.as_str().to_owned(), json!(value));
        }
    }
    headers.insert("x-forwarded-proto".to_owned(), json!("https"));
    headers.insert("x-forwarded-port".to_owned(), json!("443"));
    if let Some(session) = session {
        let mut set =
            |name: &str, value: &str| headers.insert(format!("{OIDC}{name}"), json!(value));
        set("accesstoken", &session.access_token);
        set("identity", &session.subject);
    }
    headers
}

fn event(request: &Request, headers: Map<String, Value>, target_group: &str) -> Value {
    let form = request.query_form().unwrap_or_default();
    let query: Map<String, Value> = form
        .iter()
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    json!({
        "requestContext": { "elb": { "targetGroupArn": target_group } },
        "httpMethod": request.method().as_str(),
        "path": RequestExt::path(request),
        "queryStringParameters": query,
        "headers": headers,
        "body": request.text_body().unwrap_or_default(),
        "isBase64Encoded": false,
    })
}

fn response_of(value: &Value) -> Option<Response> {
    let status = u16::try_from(value.get("statusCode")?.as_u64()?).ok()?;
    let body = value
        .get("body")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if body.len() > MAX_BODY_BYTES {
        return None;
    }
    let mut response = Response::new(body.as_bytes().to_vec());
    *response.status_mut() = StatusCode::from_u16(status).ok()?;
    let headers = value.get("headers").and_then(Value::as_object);
    for (name, value) in headers.into_iter().flatten() {
        response.set_header(name, value.as_str()?).ok()?;
    }
    Some(response)
}
