//! Cognito user pools: a directory of users that signs tokens about them.
//!
//! - [`config`]: how a world sets a pool up; [`model`]: what a pool keeps
//! - [`api`]: the JSON API, with [`input`] reading the members and [`clients`] the app client's
//!   proof: [`sign_up`], [`codes`], [`forgot_password`], [`initiate_auth`], [`srp`],
//!   [`challenges`], [`refresh`], [`sessions`], [`profile`], [`authenticator`], and, for
//!   administrators who sign their requests, [`admin`]
//! - [`triggers`]: the functions that a pool calls on its way
//! - [`hosted`]: the hosted UI and its OAuth endpoints
//! - [`federation`]: the identity providers behind a pool
//! - [`tokens`]: ID, access and refresh tokens; [`documents`]: the keys that verify them

mod admin;
mod api;
mod authenticator;
mod challenges;
mod claims;
mod clients;
mod codes;
pub mod config;
pub mod directory;
mod documents;
pub use documents::publish_keys;
mod federation;
mod forgot_password;
mod hosted;
mod initiate_auth;
mod input;
mod model;
mod password;
mod profile;
mod refresh;
mod sessions;
mod sign_up;
mod srp;
#[cfg(test)]
mod tests;
mod tokens;
mod triggers;

use std::collections::BTreeMap;

use super::aws::{Wire, is_endpoint, refuse, target};
use super::front_door::Route;
use super::ledger::ActorId;
use super::services::Service;
use super::{Cloud, REGION};
use crate::protocol::jwt::Unverified;
use crate::protocol::message::{Message, Request, RequestExt, Response};
use model::{Pool, User};

/// What every operation's target begins with.
const TARGET_PREFIX: &str = "AWSCognitoIdentityProviderService";
/// What every hosted UI's host ends with.
const HOSTED_SUFFIX: &str = ".auth.us-east-1.amazoncognito.com";
/// The most users and groups the inspector lists.
const MAX_LISTED: usize = 12;

/// All user pools.
#[derive(Clone, Debug, Default)]
pub struct UserPools {
    pools: BTreeMap<String, Pool>,
    by_actor: BTreeMap<ActorId, String>,
    by_client: BTreeMap<String, String>,
    by_domain: BTreeMap<String, String>,
    /// The pool that answers where a request names none
    first: Option<String>,
}

impl UserPools {
    fn insert(&mut self, pool: Pool) {
        let id = pool.id.clone();
        self.by_actor.insert(pool.actor.clone(), id.clone());
        self.by_domain.insert(pool.domain.clone(), id.clone());
        for client in pool.clients.keys() {
            self.by_client.insert(client.clone(), id.clone());
        }
        self.first.get_or_insert_with(|| id.clone());
        self.pools.insert(id, pool);
    }

    fn get(&self, id: &str) -> Option<&Pool> {
        self.pools.get(id)
    }

    fn get_mut(&mut self, id: &str) -> Option<&mut Pool> {
        self.pools.get_mut(id)
    }

    fn of_actor(&self, actor: &ActorId) -> Option<&Pool> {
        self.pools.get(self.by_actor.get(actor)?)
    }

    fn of_client(&self, client_id: &str) -> Option<&Pool> {
        self.pools.get(self.by_client.get(client_id)?)
    }

    /// The pool that waits for an answer to this session.
    fn of_session(&self, session: &str) -> Option<&Pool> {
        let mut pools = self.pools.values();
        pools.find(|pool| pool.challenges.contains_key(session))
    }

    fn of_host(&self, host: &str) -> Option<&Pool> {
        self.pools
            .get(self.by_domain.get(host.strip_suffix(HOSTED_SUFFIX)?)?)
    }
}

/// The host of the API and of the key documents.
#[cfg(test)]
fn api_host() -> String {
    format!("cognito-idp.{REGION}.amazonaws.com")
}

/// The account that a pool's actor stands in.
fn account_of(cloud: &Cloud, actor: &ActorId) -> String {
    let actor = cloud.actor(actor);
    actor
        .and_then(|actor| actor.account.clone())
        .unwrap_or_default()
}

/// A pool's ARN.
fn pool_arn(account: &str, pool_id: &str) -> String {
    format!("arn:aws:cognito-idp:{REGION}:{account}:userpool/{pool_id}")
}

/// Finds out whether a request is for a user pool, which one, and which operation it asks for.
pub fn route(cloud: &Cloud, request: &Request) -> Option<Route> {
    let host = request.host();
    let (pool, operation) = if is_endpoint(host, "cognito-idp") {
        route_api(cloud, request)?
    } else {
        (
            cloud.user_pools.of_host(host)?,
            hosted::operation(RequestExt::path(request)),
        )
    };
    let operation = operation.to_owned();
    Some(Route {
        to: pool.actor.clone(),
        service: Service::UserPool,
        operation,
    })
}

/// The API's host serves all pools: the request itself says which one it means.
fn route_api<'a>(cloud: &'a Cloud, request: &'a Request) -> Option<(&'a Pool, &'a str)> {
    let pools = &cloud.user_pools;
    let first = || pools.first.as_ref().and_then(|id| pools.get(id));
    if let Some((pool_id, document)) = documents::asked_for(RequestExt::path(request)) {
        return Some((pools.get(pool_id).or_else(first)?, document));
    }
    let operation = target(request, TARGET_PREFIX).unwrap_or("unknown");
    Some((named_pool(pools, request).or_else(first)?, operation))
}

/// The pool named by client id, pool id or access token.
fn named_pool<'a>(pools: &'a UserPools, request: &Request) -> Option<&'a Pool> {
    let body = request.json_body().ok()?;
    let member = |name: &str| body.get(name).and_then(|value| value.as_str());
    if let Some(client) = member("ClientId") {
        return pools.of_client(client);
    }
    if let Some(id) = member("UserPoolId") {
        return pools.get(id);
    }
    if let Some(session) = member("Session") {
        return pools.of_session(session);
    }
    let token = Unverified::parse(member("AccessToken")?).ok()?;
    pools.get(token.text("iss")?.rsplit('/').next()?)
}

/// Why the sign-in behind a token no longer counts, if it does not: the user is gone or locked
/// out, or has signed out. The token itself stays good; only who asks the pool notices.
pub fn ended_sign_in(cloud: &Cloud, pool_id: &str, origin_jti: &str) -> Option<&'static str> {
    let pool = cloud.user_pools.get(pool_id);
    let Some((pool, record)) = pool.and_then(|pool| Some((pool, pool.sign_ins.get(origin_jti)?)))
    else {
        return Some("the user pool does not know this sign-in");
    };
    match pool.users.get(&record.username) {
        None => Some("the user has been deleted"),
        Some(user) if !user.enabled => Some("the user is disabled"),
        Some(_) if record.revoked => Some("the user has signed out"),
        Some(_) => None,
    }
}

/// Answers a request.
pub fn answer(cloud: &mut Cloud, route: &Route, request: &Request) -> Response {
    let Some(pool) = cloud.user_pools.of_actor(&route.to) else {
        return refuse(cloud, Wire::Json11, &api::internal_error());
    };
    let pool = pool.id.clone();
    if !is_endpoint(request.host(), "cognito-idp") {
        return hosted::answer(cloud, &pool, &route.operation, request);
    }
    match documents::asked_for(RequestExt::path(request)) {
        Some((pool_id, document)) => documents::answer(cloud, pool_id, document),
        None => api::answer(cloud, &pool, route, request),
    }
}

/// What the card says now, and the whole state for the inspector.
pub fn describe(cloud: &Cloud, actor: &ActorId) -> (String, Vec<(String, String)>) {
    let Some(pool) = cloud.user_pools.of_actor(actor) else {
        return (String::new(), Vec::new());
    };
    let line = match pool.users.len() {
        0 => "no users".to_owned(),
        1 => "1 user".to_owned(),
        count => format!("{count} users"),
    };
    let mut details = vec![
        ("Pool id".to_owned(), pool.id.clone()),
        ("Hosted UI".to_owned(), pool.host()),
    ];
    for client in pool.clients.values() {
        details.push((format!("App client {}", client.name), client.id.clone()));
    }
    for provider in &pool.providers {
        details.push(("Provider".to_owned(), provider.name.clone()));
    }
    details.push(("Second factor".to_owned(), pool.mfa.name().to_owned()));
    if let Some(functions) = triggers::in_words(&pool.triggers) {
        details.push(("Functions".to_owned(), functions));
    }
    for (name, group) in pool.groups.iter().take(MAX_LISTED) {
        let role = group.role_arn.as_deref().unwrap_or("no role");
        details.push((format!("Group {name}"), role.to_owned()));
    }
    for user in pool.users.values().take(MAX_LISTED) {
        details.push((format!("User {}", user.username), user_in_words(user)));
    }
    let unused = pool.codes.len().saturating_sub(pool.used_codes);
    details.push(("Sign-ins".to_owned(), pool.sign_ins.len().to_string()));
    details.push(("Codes not redeemed".to_owned(), unused.to_string()));
    details.push((
        "Waiting for a provider".to_owned(),
        pool.pending.len().to_string(),
    ));
    (line, details)
}

fn user_in_words(user: &User) -> String {
    let mut words = vec![user.status.name().to_owned(), format!("sub {}", user.sub)];
    words.extend(
        user.attributes
            .iter()
            .map(|(name, value)| format!("{name} {value}")),
    );
    words.extend(user.groups.iter().map(|group| format!("in {group}")));
    if !user.enabled {
        words.push("disabled".to_owned());
    }
    if user.authenticator.enabled {
        words.push("signs in with an authenticator app".to_owned());
    }
    if user.attempts.failed > 0 {
        words.push(format!(
            "wrong passwords in a row: {}",
            user.attempts.failed
        ));
    }
    words.join("\n")
}
