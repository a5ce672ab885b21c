//! IAM: roles with their trust and permissions policies, users with keys that never end,
//! providers whose tokens an account takes. Held here, evaluated by [`crate::policy`], asked by
//! STS (who may become the role) and by [`super::access`] (what a caller may do).
//!
//! [`api`] is how requests change it; [`users`] has users and their keys.

pub mod api;
pub mod users;

pub use users::{AccessKey, User, UserConfig, add_access_key, add_user};

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
    users: BTreeMap<String, User>,
    /// Long-term keys by access key id
    access_keys: BTreeMap<String, AccessKey>,
    /// ARNs of the managed policies attached to a role or user, by its ARN, in order
    attached: BTreeMap<String, Vec<String>>,
    /// Tags of roles and users by their ARN
    tags: BTreeMap<String, BTreeMap<String, String>>,
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

    /// Takes a role away, with what is attached to it.
    pub fn remove_role(&mut self, arn: &str) -> Option<Role> {
        self.attached.remove(arn);
        self.tags.remove(arn);
        self.roles.remove(arn)
    }

    /// Every role, by ARN.
    pub fn roles(&self) -> impl Iterator<Item = &Role> {
        self.roles.values()
    }

    /// An account's role of this name, whatever its path.
    pub fn role_named(&self, account: &str, name: &str) -> Option<&Role> {
        let mut roles = self.roles.values();
        roles.find(|role| role.account == account && role.name == name)
    }

    /// Adds or replaces a user.
    pub fn put_user(&mut self, user: User) {
        self.users.insert(user.arn.clone(), user);
    }

    /// The user with this ARN.
    pub fn user(&self, arn: &str) -> Option<&User> {
        self.users.get(arn)
    }

    /// An account's user of this name.
    pub fn user_named(&self, account: &str, name: &str) -> Option<&User> {
        let mut users = self.users.values();
        users.find(|user| user.account == account && user.name == name)
    }

    /// The inline policies of a role or user.
    pub fn inline_mut(&mut self, arn: &str) -> Option<&mut Vec<NamedPolicy>> {
        let role = self.roles.get_mut(arn).map(|role| &mut role.policies);
        let users = &mut self.users;
        role.or_else(|| users.get_mut(arn).map(|user| &mut user.policies))
    }

    /// Every user, by ARN.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }

    /// Adds or replaces a long-term key.
    pub fn put_access_key(&mut self, key: AccessKey) {
        self.access_keys
            .insert(key.credentials.access_key_id.clone(), key);
    }

    /// The long-term key with this id.
    pub fn access_key(&self, id: &str) -> Option<&AccessKey> {
        self.access_keys.get(id)
    }

    /// Every key of a user, by id.
    pub fn access_keys_of<'a>(&'a self, user_arn: &'a str) -> impl Iterator<Item = &'a AccessKey> {
        let keys = self.access_keys.values();
        keys.filter(move |key| key.user_arn == user_arn)
    }

    /// Attaches a managed policy to a role or user. Attaching it again changes nothing.
    pub fn attach(&mut self, to_arn: &str, policy_arn: &str) {
        let attached = self.attached.entry(to_arn.to_owned()).or_default();
        if !attached.iter().any(|known| known == policy_arn) {
            attached.push(policy_arn.to_owned());
        }
    }

    /// Takes a managed policy off a role or user; says whether it was attached.
    pub fn detach(&mut self, from_arn: &str, policy_arn: &str) -> bool {
        let Some(attached) = self.attached.get_mut(from_arn) else {
            return false;
        };
        let before = attached.len();
        attached.retain(|known| known != policy_arn);
        attached.len() < before
    }

    /// The managed policies attached to a role or user, by ARN, in the order of attaching.
    pub fn attached(&self, arn: &str) -> &[String] {
        self.attached.get(arn).map_or(&[], Vec::as_slice)
    }

    /// Everything that allows or denies a role or user something: inline policies, then the
    /// managed ones attached.
    pub fn identity_policies(&self, arn: &str) -> Vec<NamedPolicy> {
        let inline = match (self.roles.get(arn), self.users.get(arn)) {
            (Some(role), _) => role.policies.as_slice(),
            (None, Some(user)) => user.policies.as_slice(),
            (None, None) => &[],
        };
        let managed = self.attached(arn).iter();
        let managed = managed.filter_map(|policy| self.managed_policies.get(policy));
        inline.iter().chain(managed).cloned().collect()
    }

    /// The permissions boundary of a role or user.
    pub fn boundary(&self, arn: &str) -> Option<&NamedPolicy> {
        let role = self.roles.get(arn).and_then(|role| role.boundary.as_ref());
        role.or_else(|| self.users.get(arn).and_then(|user| user.boundary.as_ref()))
    }

    /// Sets the tags of a role or user.
    pub fn set_tags(&mut self, arn: &str, tags: BTreeMap<String, String>) {
        self.tags.insert(arn.to_owned(), tags);
    }

    /// The tags of a role or user.
    pub fn tags(&self, arn: &str) -> impl Iterator<Item = (&String, &String)> {
        self.tags.get(arn).into_iter().flatten()
    }

    /// Adds or replaces an OpenID Connect provider.
    pub fn put_oidc_provider(&mut self, provider: OidcProvider) {
        self.oidc_providers.insert(provider.arn.clone(), provider);
    }

    /// Takes an OpenID Connect provider away.
    pub fn remove_oidc_provider(&mut self, arn: &str) -> Option<OidcProvider> {
        self.oidc_providers.remove(arn)
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
