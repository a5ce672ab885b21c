//! STS: lends a role's permissions for a while.

pub mod session;

use std::collections::BTreeMap;

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
        self.sessions.insert(session.credentials.access_key_id.clone(), session);
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
