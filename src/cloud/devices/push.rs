//! How a push reaches a device: an HTTP request to an address that stands for the connection
//! every phone keeps open to its platform's push service.

use serde_json::Value;

use super::super::Cloud;
use super::super::front_door::Route;
use super::super::ledger::ActorId;
use super::super::services::Service;
use crate::protocol::message::{Message, Request, RequestExt, Response, empty_response};

/// The host of all push addresses.
const HOST: &str = "push.devices.example";
/// The operation.
const OPERATION: &str = "SilentPush";
/// Hexadecimal digits of a device token, as at Apple.
const TOKEN_DIGITS: usize = 64;
/// The most pushes that wait on a device to be looked at.
const MAX_INBOX: usize = 100;

/// A push that the app has not looked at yet: what a sync push says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncPush {
    /// The identity whose dataset changed
    pub identity_id: String,
    /// The dataset
    pub dataset: String,
    /// Its sync count now
    pub sync_count: i64,
}

/// The device token that a platform gives a device; the same every time.
pub fn token_of(cloud: &Cloud, device: &ActorId) -> String {
    cloud
        .fixed(&format!("device/{device}/push-token"))
        .hex(TOKEN_DIGITS)
}

/// Where a push goes.
pub fn push_url(token: &str) -> String {
    let token = crate::protocol::form::percent_encode(token);
    format!("https://{HOST}/{token}")
}

/// Finds the device that a push is for.
pub fn route(cloud: &Cloud, request: &Request) -> Option<Route> {
    if request.host() != HOST {
        return None;
    }
    let token = RequestExt::path(request).trim_start_matches('/');
    let to = cloud.devices.with_push_token(token)?.clone();
    Some(Route {
        to,
        service: Service::Device,
        operation: OPERATION.to_owned(),
    })
}

/// Takes a push: the app will look at it.
pub fn answer(cloud: &mut Cloud, route: &Route, request: &Request) -> Response {
    if let Some(push) = read(request)
        && let Some(device) = cloud.devices.get_mut(&route.to)
        && device.inbox.len() < MAX_INBOX
    {
        device.inbox.push(push);
    }
    empty_response(http::StatusCode::OK)
}

/// What a sync push says, whatever the platform's envelope.
fn read(request: &Request) -> Option<SyncPush> {
    let body = request.json_body().ok()?;
    let data = body.get("data").unwrap_or(&body);
    let text = |name: &str| data.get(name).and_then(Value::as_str).map(str::to_owned);
    if text("source")? != "cognito-sync" {
        return None;
    }
    let count = data.get("syncCount")?;
    let count = count
        .as_i64()
        .or_else(|| count.as_str().and_then(|count| count.parse().ok()))?;
    Some(SyncPush {
        identity_id: text("identityId")?,
        dataset: text("datasetName")?,
        sync_count: count,
    })
}
