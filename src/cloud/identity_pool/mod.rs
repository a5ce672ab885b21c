//! Cognito identity pools: whoever can prove a login, or nobody at all, becomes an identity with
//! a lasting id, and the identity becomes AWS credentials of a role that STS lends.
//!
//! One file per operation ([`get_id`], [`get_credentials`], [`get_open_id_token`],
//! [`unlink_identity`]), and for those that a backend or an administrator signs
//! [`get_developer_token`], [`developer_identities`] and [`administer`], which share the
//! [`counter`]; [`logins`] has a file per sort of provider; [`roles`] chooses the role;
//! [`token`] is what STS is shown.

mod administer;
pub mod config;
mod counter;
mod developer_identities;
mod errors;
mod get_credentials;
mod get_developer_token;
mod get_id;
mod get_open_id_token;
mod guest_scope;
pub mod identities;
mod identity_id;
mod known;
mod logins;
mod roles;
pub mod token;
mod unlink_identity;
mod wire;

pub use config::{
    AmbiguousRoleResolution, IdentityPool, IdentityPoolConfig, MappingKind, MappingRule, MatchType,
    RoleMapping, Roles, UserPoolProvider, add_identity, add_pool,
};
pub use identities::{Identities, Identity, IdentityState, LinkedLogin};

use std::collections::BTreeMap;
use std::sync::Arc;

use http::StatusCode;
use serde_json::Value;

use super::Cloud;
use super::aws::{self, AwsError, Wire};
use super::front_door::Route;
use super::ledger::{ActorId, ActorKind};
use super::services::Service;
use super::sts::account_of_signer;
use crate::protocol::message::{self, Message, Request, RequestExt, Response};

/// The prefix of `X-Amz-Target`.
const TARGET: &str = "AWSCognitoIdentityService";
/// The operation that serves the key document.
const JWKS: &str = "jwks";
/// The operation that serves the discovery document.
const DISCOVERY: &str = "openid-configuration";

/// All identity pools and the identities they have given out, by pool id.
#[derive(Clone, Debug, Default)]
pub struct IdentityPools {
    pools: BTreeMap<String, Arc<IdentityPool>>,
    identities: BTreeMap<String, Identities>,
}

impl IdentityPools {
    /// Adds a pool.
    pub fn add(&mut self, pool: IdentityPool) {
        let identities = self.identities.entry(pool.id.clone()).or_default();
        identities.set_developer(pool.config.developer_provider.clone());
        self.pools.insert(pool.id.clone(), Arc::new(pool));
    }

    /// The pool with this id.
    pub fn pool(&self, id: &str) -> Option<Arc<IdentityPool>> {
        self.pools.get(id).cloned()
    }

    /// The same, to change how it is set up.
    pub fn pool_mut(&mut self, id: &str) -> Option<&mut IdentityPool> {
        self.pools.get_mut(id).map(Arc::make_mut)
    }

    /// Every pool, by id.
    pub fn pools(&self) -> impl Iterator<Item = &IdentityPool> {
        self.pools.values().map(AsRef::as_ref)
    }

    /// The identities of a pool.
    pub fn identities(&self, pool_id: &str) -> Option<&Identities> {
        self.identities.get(pool_id)
    }

    /// The same, to change them.
    pub fn identities_mut(&mut self, pool_id: &str) -> Option<&mut Identities> {
        self.identities.get_mut(pool_id)
    }

    /// The pool that gave out this identity.
    pub fn pool_of(&self, identity_id: &str) -> Option<Arc<IdentityPool>> {
        let mut all = self.identities.iter();
        let (pool_id, _) = all.find(|(_, identities)| identities.get(identity_id).is_some())?;
        self.pool(pool_id)
    }
}

/// Finds out whether a request is for this service, and which operation it asks for.
pub fn route(cloud: &Cloud, request: &Request) -> Option<Route> {
    let host = request.host();
    let operation = if host == token::KEY_HOST {
        match RequestExt::path(request) {
            token::KEY_PATH => JWKS,
            "/.well-known/openid-configuration" => DISCOVERY,
            other => other,
        }
    } else if aws::is_endpoint(host, "cognito-identity") {
        aws::target(request, TARGET).unwrap_or_default()
    } else {
        return None;
    };
    let operation = operation.to_owned();
    Some(Route {
        to: actor_for(cloud, request)?,
        service: Service::IdentityPool,
        operation,
    })
}

/// The pool that the body names, directly or by one of its identities; else the first.
fn actor_for(cloud: &Cloud, request: &Request) -> Option<ActorId> {
    let body = request.json_body().unwrap_or_default();
    let member = |name: &str| body.get(name).and_then(Value::as_str);
    let pools = &cloud.identity_pools;
    let named = member("IdentityPoolId").and_then(|id| pools.pool(id));
    let named = named.or_else(|| member("IdentityId").and_then(|id| pools.pool_of(id)));
    match named {
        Some(pool) => Some(pool.config.actor.clone()),
        None => account_of_signer(cloud, request)
            .and_then(|account| cloud.service_actor(ActorKind::IdentityPool, Some(account)))
            .or_else(|| cloud.service_actor(ActorKind::IdentityPool, None)),
    }
}

/// Answers a request.
pub fn answer(cloud: &mut Cloud, route: &Route, request: &Request) -> Response {
    if request.host() == token::KEY_HOST {
        return document(cloud, &route.operation);
    }
    let outcome = match route.operation.as_str() {
        "GetId" => get_id::run(cloud, request),
        "GetCredentialsForIdentity" => get_credentials::run(cloud, request),
        "GetOpenIdToken" => get_open_id_token::run(cloud, request),
        "UnlinkIdentity" => unlink_identity::run(cloud, request),
        "GetOpenIdTokenForDeveloperIdentity" => get_developer_token::run(cloud, route, request),
        "LookupDeveloperIdentity" => developer_identities::look_up(cloud, route, request),
        "MergeDeveloperIdentities" => developer_identities::merge(cloud, route, request),
        "UnlinkDeveloperIdentity" => developer_identities::unlink(cloud, route, request),
        "DescribeIdentity" => administer::describe_identity(cloud, route, request),
        "CreateIdentityPool" => administer::create_pool(cloud, route, request),
        "SetIdentityPoolRoles" => administer::set_roles(cloud, route, request),
        "SetPrincipalTagAttributeMap" => administer::set_tags(cloud, route, request),
        _ => Err(AwsError::new("UnknownOperationException", 400, "")),
    };
    match outcome {
        Ok(body) => aws::success_json(cloud, Wire::Json11, &body),
        Err(error) => aws::refuse(cloud, Wire::Json11, &error),
    }
}

fn document(cloud: &mut Cloud, operation: &str) -> Response {
    let found = match operation {
        JWKS => token::key_document(cloud).ok(),
        DISCOVERY => Some(token::discovery_document()),
        _ => return message::empty_response(StatusCode::NOT_FOUND),
    };
    match found {
        Some(found) => message::json_response(StatusCode::OK, &found),
        None => aws::refuse(cloud, Wire::RestJson, &errors::internal()),
    }
}

/// Identities on the card: it is written down with each change, so it must not grow with the pool.
const MAX_LISTED: usize = 12;

/// What the card says now, and the state for the inspector.
pub fn describe(cloud: &Cloud, actor: &ActorId) -> (String, Vec<(String, String)>) {
    let pools = cloud.identity_pools.pools();
    let pools: Vec<&IdentityPool> = pools.filter(|pool| pool.config.actor == *actor).collect();
    if pools.is_empty() {
        return (String::new(), Vec::new());
    }
    let identities: Vec<&Identities> = pools
        .iter()
        .filter_map(|pool| cloud.identity_pools.identities(&pool.id))
        .collect();
    let enabled: usize = identities.iter().map(|some| some.enabled()).sum();
    let line = match enabled {
        0 => "no identities yet".to_owned(),
        1 => "1 identity".to_owned(),
        many => format!("{many} identities"),
    };
    let mut details: Vec<_> = pools.iter().flat_map(|pool| settings(pool)).collect();
    details.extend(
        identities
            .into_iter()
            .flat_map(Identities::iter)
            .take(MAX_LISTED)
            .map(|identity| (identity.id.clone(), in_words(identity))),
    );
    (line, details)
}

fn settings(pool: &IdentityPool) -> Vec<(String, String)> {
    let config = &pool.config;
    let yes_no = |yes: bool| if yes { "allowed" } else { "not allowed" }.to_owned();
    let role = |role: &Option<String>| role.clone().unwrap_or_else(|| "none".to_owned());
    let mut details = vec![
        ("Identity pool ID".to_owned(), pool.id.clone()),
        ("Guests".to_owned(), yes_no(config.allow_unauthenticated)),
        (
            "Basic (classic) flow".to_owned(),
            yes_no(config.allow_classic),
        ),
        (
            "Role for users".to_owned(),
            role(&config.roles.authenticated),
        ),
        (
            "Role for guests".to_owned(),
            role(&config.roles.unauthenticated),
        ),
    ];
    let provider = |name: &str, id: &str| ("Provider".to_owned(), format!("{name}, {id}"));
    let pools = config.user_pool_providers.iter();
    details.extend(pools.map(|known| provider(&known.provider_name, &known.client_id)));
    details.extend(
        config
            .supported_logins
            .iter()
            .map(|(name, id)| provider(name, id)),
    );
    let arns = config
        .oidc_provider_arns
        .iter()
        .chain(&config.developer_provider);
    details.extend(arns.map(|arn| ("Provider".to_owned(), arn.clone())));
    for (key, mapping) in &config.role_mappings {
        let how = match &mapping.kind {
            MappingKind::Token => "by the token's roles".to_owned(),
            MappingKind::Rules(rules) => format!("by {} rules", rules.len()),
        };
        details.push((format!("Role mapping of {key}"), how));
    }
    details
}

fn in_words(identity: &Identity) -> String {
    match identity.state {
        IdentityState::Guest => "guest".to_owned(),
        IdentityState::Disabled => "disabled: merged into another identity".to_owned(),
        IdentityState::Authenticated if identity.logins.is_empty() => {
            "unlinked from every login".to_owned()
        }
        IdentityState::Authenticated => {
            let logins: Vec<String> = identity
                .logins
                .iter()
                .map(|login| format!("{} user {}", login.provider, login.subject))
                .collect();
            logins.join(", ")
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
