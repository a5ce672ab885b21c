//! The simulated world set up differently in the middle of a story. The learner does it, so
//! nobody is asked for leave, but every value is verified by the code that serves AWS's own API.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::diagnostic::suggest;
use super::super::references::Sort;
use super::super::template::Template;
use super::super::values::Duration;
use super::ChangeError;
use crate::cloud::aws::AwsError;
use crate::cloud::iam::api::settings;
use crate::cloud::identity_pool::{
    AmbiguousRoleResolution, IdentityPoolConfig, MappingKind, RoleMapping,
};
use crate::cloud::ledger::{ActorId, ActorKind};
use crate::cloud::user_pool::directory as users;
use crate::policy::{NamedPolicy, Policy, PolicyKind};
use crate::scenario::build::Names;
use crate::scenario::client::Clients;

/// How a role differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum RoleChange {
    /// Another trust policy, JSON
    Trust(String),
    /// An inline policy by its name, JSON; in place of the one of this name or beside the others
    Policy(String, String),
    /// An inline policy less
    WithoutPolicy(String),
    /// Another permissions boundary, JSON
    Boundary(String),
    /// No permissions boundary
    WithoutBoundary,
    /// Sessions of at most this length
    MaxSession(Duration),
    /// All sessions that began before now are over
    SessionsRevoked,
    /// It is gone
    Deleted,
}

/// How a bucket differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum BucketChange {
    /// Another bucket policy, JSON
    Policy(String),
    /// No bucket policy
    WithoutPolicy,
}

/// How an identity pool differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum IdentityPoolChange {
    /// Whether guests get identities and credentials
    Guests(bool),
    /// Whether the classic flow is allowed
    Classic(bool),
    /// Another role for users with a login
    AuthenticatedRole(String),
    /// Another role for guests
    GuestRole(String),
    /// The tokens of a user pool choose the role
    MappingByToken(String),
    /// No role mapping: everybody with a login gets the same role
    WithoutMapping,
    /// Another app client or app of a provider: the provider, the client's id or name
    AppClient(String, String),
    /// A provider less
    WithoutProvider(String),
    /// An identity is gone: `"{phone.identity_id}"`
    IdentityDeleted(Template),
}

/// What happens to a user of a user pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum UserChange {
    /// Locked out
    Disabled,
    /// Let in again
    Enabled,
    /// Signed out everywhere: every refresh token is revoked
    SignedOut,
    /// Gone from the directory
    Deleted,
    /// In one more group
    Joins(String),
    /// In one group less
    Leaves(String),
}

pub(super) fn unknown<'a>(
    sort: &'static str,
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> ChangeError {
    ChangeError::Unknown {
        sort,
        name: name.to_owned(),
        remedy: suggest(name, known),
    }
}

pub(super) fn refused(what: String) -> impl FnOnce(AwsError) -> ChangeError {
    move |error| ChangeError::Refused {
        what,
        code: error.code,
        message: error.message,
    }
}

/// Reads a policy, so that what is wrong with it is said with its line and column.
pub(super) fn good_policy(kind: PolicyKind, what: &str, json: &str) -> Result<Policy, ChangeError> {
    Policy::parse(kind, json).map_err(|error| ChangeError::Policy {
        what: what.to_owned(),
        error,
    })
}

fn arn_of(names: &Names, role: &str) -> Result<String, ChangeError> {
    let known = names.roles.keys().map(String::as_str);
    let arn = names.roles.get(role).cloned();
    arn.ok_or_else(|| unknown(Sort::Role.name(), role, known))
}

/// Sets a role up differently; says whose card shows it.
pub(super) fn role(
    clients: &mut Clients,
    role: &str,
    becomes: &RoleChange,
) -> Result<Option<ActorId>, ChangeError> {
    let arn = arn_of(&clients.names, role)?;
    let what = |sort: &str| format!("the {sort} of {role}");
    let cloud = &mut clients.cloud;
    match becomes {
        RoleChange::Trust(json) => {
            good_policy(PolicyKind::Trust, &what("trust policy"), json)?;
            settings::set_trust(cloud, &arn, json).map_err(refused(what("trust policy")))?;
        }
        RoleChange::Policy(name, json) => {
            let what = what(&format!("policy {name}"));
            good_policy(PolicyKind::Identity, &what, json)?;
            settings::put_policy(cloud, &arn, (name, json)).map_err(refused(what))?;
        }
        RoleChange::WithoutPolicy(name) => {
            if let Some(role) = cloud.iam.role(&arn)
                && !role.policies.iter().any(|it| *it.name == **name)
            {
                let known: Vec<&str> = role.policies.iter().map(|it| &*it.name).collect();
                return Err(unknown("inline policy", name, known.iter().copied()));
            }
            settings::delete_policy(cloud, &arn, name).map_err(refused(what("policy")))?;
        }
        RoleChange::Boundary(json) => {
            good_policy(PolicyKind::Identity, &what("boundary"), json)?;
            settings::set_boundary(cloud, &arn, Some(json)).map_err(refused(what("boundary")))?;
        }
        RoleChange::WithoutBoundary => {
            let none = cloud.iam.role(&arn).is_none_or(|it| it.boundary.is_none());
            if none {
                return Err(ChangeError::Nothing(format!("{role} has no boundary")));
            }
            settings::set_boundary(cloud, &arn, None).map_err(refused(what("boundary")))?;
        }
        RoleChange::MaxSession(most) => settings::set_max_session(cloud, &arn, most.0)
            .map_err(refused(what("longest session")))?,
        RoleChange::SessionsRevoked => {
            settings::revoke_sessions(cloud, &arn).map_err(refused(what("sessions")))?;
        }
        RoleChange::Deleted => settings::delete(cloud, &arn).map_err(refused(what("role")))?,
    }
    let account = arn.split(':').nth(4);
    Ok(clients.cloud.service_actor(ActorKind::Sts, account))
}

/// Sets a bucket up differently.
pub(super) fn bucket(
    clients: &mut Clients,
    bucket: &str,
    becomes: &BucketChange,
) -> Result<Option<ActorId>, ChangeError> {
    let policy = match becomes {
        BucketChange::Policy(json) => {
            let what = format!("the policy of bucket {bucket}");
            let policy = good_policy(PolicyKind::Resource, &what, json)?;
            Some(NamedPolicy::new(format!("{bucket} bucket policy"), policy))
        }
        BucketChange::WithoutPolicy => None,
    };
    let buckets = &mut clients.cloud.s3;
    let account = buckets.owner(bucket).map(str::to_owned);
    let wrong = |error: crate::cloud::s3::SetupError| ChangeError::Value {
        what: "bucket".to_owned(),
        found: error.to_string(),
        expected: "name a bucket of the world".to_owned(),
    };
    buckets.set_bucket_policy(bucket, policy).map_err(wrong)?;
    Ok(clients
        .cloud
        .service_actor(ActorKind::S3, account.as_deref()))
}

/// Sets an identity pool up differently.
pub(super) fn identity_pool(
    clients: &mut Clients,
    pool: &str,
    becomes: &IdentityPoolChange,
) -> Result<Option<ActorId>, ChangeError> {
    let names = std::sync::Arc::clone(&clients.names);
    let known = names.identity_pools.keys().map(String::as_str);
    let missing = || unknown(Sort::IdentityPool.name(), pool, known);
    let id = names.identity_pools.get(pool).ok_or_else(missing)?;
    if let IdentityPoolChange::IdentityDeleted(identity) = becomes {
        let identity = clients.fill(identity)?;
        let identities = clients.cloud.identity_pools.identities_mut(id);
        if !identities.is_some_and(|all| all.delete(&identity)) {
            let remedy = "name one that the pool gave out: \"{phone.identity_id}\"".to_owned();
            return Err(ChangeError::Unknown {
                sort: "identity",
                name: identity,
                remedy,
            });
        }
        return Ok(Some(ActorId::new(pool)));
    }
    let Some(config) = clients.cloud.identity_pools.pool_mut(id) else {
        return Ok(None);
    };
    let before = config.config.clone();
    set_pool_up(&names, &mut config.config, becomes)?;
    if before == config.config {
        let already = format!("{pool} is set up so already");
        return Err(ChangeError::Nothing(already));
    }
    Ok(Some(ActorId::new(pool)))
}

fn set_pool_up(
    names: &Names,
    config: &mut IdentityPoolConfig,
    becomes: &IdentityPoolChange,
) -> Result<(), ChangeError> {
    match becomes {
        IdentityPoolChange::Guests(on) => config.allow_unauthenticated = *on,
        IdentityPoolChange::Classic(on) => config.allow_classic = *on,
        IdentityPoolChange::AuthenticatedRole(role) => {
            config.roles.authenticated = Some(arn_of(names, role)?);
        }
        IdentityPoolChange::GuestRole(role) => {
            config.roles.unauthenticated = Some(arn_of(names, role)?);
        }
        IdentityPoolChange::MappingByToken(provider) => {
            let key = login_key(names, provider);
            let of_pool = config.user_pool_providers.iter();
            let known: Vec<&str> = of_pool
                .clone()
                .map(|it| it.provider_name.as_str())
                .collect();
            let mut of_pool = of_pool.filter(|it| it.provider_name == key);
            let found = of_pool.next();
            let found = found.ok_or_else(|| unknown("provider", provider, known.into_iter()))?;
            let mapping = RoleMapping {
                kind: MappingKind::Token,
                ambiguous: AmbiguousRoleResolution::Deny,
            };
            let key = format!("{}:{}", found.provider_name, found.client_id);
            config.role_mappings.insert(key, mapping);
        }
        IdentityPoolChange::WithoutMapping => config.role_mappings.clear(),
        IdentityPoolChange::AppClient(provider, client) => {
            let key = login_key(names, provider);
            let id = names.clients.get(client).map(|it| it.client_id.clone());
            let id = id.or_else(|| names.apps.get(client).cloned());
            let id = id.unwrap_or_else(|| client.clone());
            let mut pools = config.user_pool_providers.iter_mut();
            let slot = pools
                .find(|it| it.provider_name == key)
                .map(|it| &mut it.client_id);
            match slot.or_else(|| config.supported_logins.get_mut(&key)) {
                Some(slot) => *slot = id,
                None => return Err(no_provider(config, provider)),
            }
        }
        IdentityPoolChange::WithoutProvider(provider) => {
            let key = login_key(names, provider);
            let arn = names.federated.get(provider);
            let before = config.clone();
            config
                .user_pool_providers
                .retain(|it| it.provider_name != key);
            config.supported_logins.remove(&key);
            config.oidc_provider_arns.retain(|it| Some(it) != arn);
            if *config == before {
                return Err(no_provider(config, provider));
            }
        }
        // Done before, where the identities are
        IdentityPoolChange::IdentityDeleted(_) => {}
    }
    Ok(())
}

/// The key that logins of a provider come under: the scenario's name of it stands for it.
fn login_key(names: &Names, provider: &str) -> String {
    names.login_key(provider).unwrap_or(provider).to_owned()
}

fn no_provider(config: &IdentityPoolConfig, provider: &str) -> ChangeError {
    let pools = config.user_pool_providers.iter();
    let pools = pools.map(|it| it.provider_name.as_str());
    let known = pools.chain(config.supported_logins.keys().map(String::as_str));
    let known: Vec<&str> = known.collect();
    unknown("provider of the identity pool", provider, known.into_iter())
}

/// Does something to a user of a user pool.
pub(super) fn user(
    clients: &mut Clients,
    (pool, user): (&str, &Template),
    becomes: &UserChange,
) -> Result<Option<ActorId>, ChangeError> {
    let known = clients.names.pools.keys().map(String::as_str);
    let missing = || unknown(Sort::UserPool.name(), pool, known);
    let id = clients.names.pools.get(pool).cloned();
    let id = id.ok_or_else(missing)?;
    let user = &clients.fill(user)?;
    let cloud = &mut clients.cloud;
    let email = cloud.people.get(&ActorId::new(user));
    let email = email.map_or_else(String::new, |person| person.email.clone());
    let username = users::username_of(cloud, &id, (user, &email))
        .ok_or_else(|| ChangeError::Nothing(format!("{pool} has no user {user} at this moment")))?;
    let done = match becomes {
        UserChange::Disabled => users::set_enabled(cloud, &id, &username, false),
        UserChange::Enabled => users::set_enabled(cloud, &id, &username, true),
        UserChange::SignedOut => users::sign_out(cloud, &id, &username),
        UserChange::Deleted => users::delete_user(cloud, &id, &username),
        UserChange::Joins(group) | UserChange::Leaves(group) => {
            let joins = matches!(becomes, UserChange::Joins(_));
            let (all, own) = users::groups_of(cloud, &id, &username).unwrap_or_default();
            if !all.contains(group) {
                let known = all.iter().map(String::as_str);
                return Err(unknown(Sort::Group.name(), group, known));
            }
            if own.contains(group) == joins {
                let so = if joins { "is" } else { "is not" };
                return Err(ChangeError::Nothing(format!("{user} {so} in {group}")));
            }
            users::set_member(cloud, &id, &username, (group, joins))
        }
    };
    if !done {
        return Err(ChangeError::Nothing(format!("{pool} has no user {user}")));
    }
    Ok(Some(ActorId::new(pool)))
}
