//! The two questions every AWS service asks before it serves: who signed this
//! request ([`authenticate`]), and may they do this ([`authorize`]).
//!
//! Both make their checks in the exchange under way, with evidence, and word a
//! refusal as the service's protocol words it.

mod authenticate;
mod authorize;
mod evidence;
mod refusals;
mod service;

pub use authenticate::{access_key_of, anybody_then, authenticate, authenticate_then};
pub use authorize::{
    Ask, PERMISSIONS_CHECK, authorize, authorize_anybody, consider, consider_anybody, decide,
    state, write_down,
};
pub use service::{
    CallingService, SERVICE_CHECK, authorize_service, calling_service, on_behalf_of, principal_of,
};

use std::collections::BTreeMap;

use super::ledger::ArtifactId;
use crate::policy::{NamedPolicy, Principal, RequestContext};
use crate::protocol::sigv4::Placement;
use crate::protocol::time::Moment;

/// Who signed a request, as far as AWS knows.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The access key that signed
    pub access_key_id: String,
    /// Who that is in a policy's eyes
    pub principal: Principal,
    /// `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`, or a user's ARN
    pub arn: String,
    /// `AROA…:SESSION`, or a user's `AIDA…`
    pub user_id: String,
    /// The caller's account
    pub account: String,
    /// The role whose permissions these are; the user, where no role was assumed
    pub role_arn: String,
    /// When the credentials were lent; long-term keys never were
    pub issued_at: Option<Moment>,
    /// Condition keys that travel with the credentials
    pub context: RequestContext,
    /// Session tags that go on to the next role of a chain
    pub transitive_tags: BTreeMap<String, String>,
    /// Policies passed when the credentials were lent; they only narrow
    pub session_policies: Vec<NamedPolicy>,
    /// The credentials in the ledger
    pub artifact: ArtifactId,
    /// Whether the signature came in a header or in a presigned URL
    pub placement: Placement,
}

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;
