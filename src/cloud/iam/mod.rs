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

/// An OpenID Connect provider that an account takes tokens of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcProvider {
    /// `arn:aws:iam::ACCOUNT:oidc-provider/HOST/PATH`
    pub arn: String,
    /// The account that has it
    pub account: String,
    /// The issuer: `https://HOST/PATH`
    pub url: String,
    /// Apps at the provider whose tokens are taken
    pub client_ids: Vec<String>,
}

impl OidcProvider {
    /// A provider in an account, under the ARN that IAM gives it.
    pub fn new(account: &str, url: &str, client_ids: Vec<String>) -> Self {
        let host_and_path = url.trim_start_matches("https://");
        Self {
            arn: format!("arn:aws:iam::{account}:oidc-provider/{host_and_path}"),
            account: account.to_owned(),
            url: url.to_owned(),
            client_ids,
        }
    }
}

/// All accounts' roles, providers and managed policies, by ARN.
#[derive(Clone, Debug, Default)]
pub struct Iam {
    roles: BTreeMap<String, Role>,
    oidc_providers: BTreeMap<String, OidcProvider>,
    managed_policies: BTreeMap<String, NamedPolicy>,
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

    /// Adds or replaces an OpenID Connect provider.
    pub fn put_oidc_provider(&mut self, provider: OidcProvider) {
        self.oidc_providers.insert(provider.arn.clone(), provider);
    }

    /// The OpenID Connect provider with this ARN.
    pub fn oidc_provider(&self, arn: &str) -> Option<&OidcProvider> {
        self.oidc_providers.get(arn)
    }

    /// Every OpenID Connect provider, by ARN.
    pub fn oidc_providers(&self) -> impl Iterator<Item = &OidcProvider> {
        self.oidc_providers.values()
    }

    /// Adds or replaces a managed policy, which can be passed to STS by its ARN.
    pub fn put_managed_policy(&mut self, arn: &str, policy: NamedPolicy) {
        self.managed_policies.insert(arn.to_owned(), policy);
    }

    /// The managed policy with this ARN.
    pub fn managed_policy(&self, arn: &str) -> Option<&NamedPolicy> {
        self.managed_policies.get(arn)
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
