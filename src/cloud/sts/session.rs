//! A session: what temporary credentials stand for at AWS.

use std::collections::BTreeMap;

use crate::cloud::ledger::{ArtifactId, CredentialsValue};
use crate::policy::{NamedPolicy, Principal, RequestContext};
use crate::protocol::time::Moment;

/// What temporary credentials stand for.
#[derive(Clone, Debug)]
pub struct Session {
    /// Key, secret and token that prove it
    pub credentials: CredentialsValue,
    /// Who the bearer is in a policy's eyes
    pub principal: Principal,
    /// `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`, `…:federated-user/NAME`, or a user's own
    pub arn: String,
    /// `AROA…:SESSION`, `ACCOUNT:NAME`, or a user's own
    pub user_id: String,
    /// The account it is in
    pub account: String,
    /// The role whose permissions it has; the user, where no role was assumed
    pub role_arn: String,
    /// When it was lent
    pub issued_at: Moment,
    /// When it ends
    pub expires_at: Moment,
    /// Condition keys that travel with it: the provider's subject, principal tags
    pub context: RequestContext,
    /// Session tags that go on to the next role of a chain
    pub transitive_tags: BTreeMap<String, String>,
    /// Policies passed when it was lent; they only narrow
    pub session_policies: Vec<NamedPolicy>,
    /// The credentials in the ledger
    pub artifact: ArtifactId,
}
