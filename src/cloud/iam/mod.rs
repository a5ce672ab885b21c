//! IAM: roles with their trust and permissions policies. Held here, evaluated by
//! [`crate::policy`], asked by STS (who may become the role) and by [`super::access`]
//! (what the role may do).

use std::collections::BTreeMap;

use crate::policy::NamedPolicy;
use crate::protocol::time::Span;

/// A role and everything attached to it.
#[derive(Clone, Debug)]
pub struct Role {
    /// `arn:aws:iam::ACCOUNT:role/PATH/NAME`
    pub arn: String,
    /// The name without its path
    pub name: String,
    /// The account that owns it
    pub account: String,
    /// `AROA…`
    pub role_id: String,
    /// Who may become it
    pub trust: NamedPolicy,
    /// What it may do
    pub policies: Vec<NamedPolicy>,
    /// The most it may ever do
    pub boundary: Option<NamedPolicy>,
    /// The longest session it gives
    pub max_session: Span,
}

/// All accounts' roles, by ARN.
#[derive(Clone, Debug, Default)]
pub struct Iam {
    roles: BTreeMap<String, Role>,
    /// Service control policies by account: a list per level of the organisation
    service_control: BTreeMap<String, Vec<Vec<NamedPolicy>>>,
}

impl Iam {
    /// Adds or replaces a role.
    pub fn put_role(&mut self, role: Role) {
        self.roles.insert(role.arn.clone(), role);
    }

    /// The role with this ARN.
    pub fn role(&self, arn: &str) -> Option<&Role> {
        self.roles.get(arn)
    }

    /// The same, to change its policies.
    pub fn role_mut(&mut self, arn: &str) -> Option<&mut Role> {
        self.roles.get_mut(arn)
    }

    /// Every role, by ARN.
    pub fn roles(&self) -> impl Iterator<Item = &Role> {
        self.roles.values()
    }

    /// Sets an account's service control policies.
    pub fn set_service_control(&mut self, account: &str, levels: Vec<Vec<NamedPolicy>>) {
        self.service_control.insert(account.to_owned(), levels);
    }

    /// An account's service control policies; none where it is in no organisation.
    pub fn service_control(&self, account: &str) -> &[Vec<NamedPolicy>] {
        self.service_control.get(account).map_or(&[], Vec::as_slice)
    }
}
