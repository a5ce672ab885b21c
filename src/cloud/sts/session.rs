//! A session: what temporary credentials stand for at AWS.

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
    /// `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`
    pub arn: String,
    /// `AROA…:SESSION`
    pub user_id: String,
    /// The account whose role it is
    pub account: String,
    /// The role it was lent from
    pub role_arn: String,
    /// When it was lent
    pub issued_at: Moment,
    /// When it ends
    pub expires_at: Moment,
    /// Condition keys that travel with it: the provider's subject, principal tags
    pub context: RequestContext,
    /// Policies passed when it was lent; they only narrow
    pub session_policies: Vec<NamedPolicy>,
    /// The credentials in the ledger
    pub artifact: ArtifactId,
}
