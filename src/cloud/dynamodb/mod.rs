//! DynamoDB.

use super::Cloud;
use super::front_door::Route;
use super::ledger::ActorId;
use crate::protocol::message::{Request, Response};

/// DynamoDB.
#[derive(Clone, Debug, Default)]
pub struct DynamoDb {}

/// Finds out whether a request is for this service, and which operation it asks for.
pub fn route(_cloud: &Cloud, _request: &Request) -> Option<Route> {
    None
}

/// Answers a request.
pub fn answer(_cloud: &mut Cloud, _route: &Route, _request: &Request) -> Response {
    Response::default()
}

/// What the card says now, and the whole state for the inspector.
pub fn describe(_cloud: &Cloud, _actor: &ActorId) -> (String, Vec<(String, String)>) {
    (String::new(), Vec::new())
}
