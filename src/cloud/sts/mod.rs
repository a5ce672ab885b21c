//! STS: lends a role's permissions for a while.

pub mod session;

use std::collections::BTreeMap;

use super::Cloud;
use super::front_door::Route;
use super::ledger::ActorId;
use crate::protocol::message::{Request, Response};
use session::Session;

/// Every session that was ever lent, by access key id. Expired ones stay, so that using one is
/// answered with "expired" and not with "unknown".
#[derive(Clone, Debug, Default)]
pub struct Sts {
    sessions: BTreeMap<String, Session>,
}

impl Sts {
    /// Adds a session.
    pub fn add(&mut self, session: Session) {
        self.sessions
            .insert(session.credentials.access_key_id.clone(), session);
    }

    /// The session with this access key id.
    pub fn session(&self, access_key_id: &str) -> Option<&Session> {
        self.sessions.get(access_key_id)
    }

    /// Every session, by access key id.
    pub fn sessions(&self) -> impl Iterator<Item = &Session> {
        self.sessions.values()
    }
}

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
