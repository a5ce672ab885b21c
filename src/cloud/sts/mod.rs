//! STS: lends a role's permissions for a while.
//!
//! One file per operation ([`assume_role`], [`assume_role_with_web_identity`],
//! [`assume_role_with_saml`], [`get_session_token`], [`get_federation_token`],
//! [`get_caller_identity`],
//! [`decode_authorization_message`]); [`web_identity`] has a file per sort of token; [`trust`]
//! asks the role's trust policy; [`tags`] are the session's; [`credentials`] makes what is lent;
//! a [`session`] is what the lent credentials stand for.

mod answer;
mod assume_role;
mod assume_role_for_service;
mod assume_role_with_saml;
mod assume_role_with_web_identity;
mod credentials;
mod decode_authorization_message;
mod errors;
mod get_caller_identity;
mod get_federation_token;
mod get_session_token;
pub(in crate::cloud) mod params;
pub mod service_client;
pub mod session;
mod session_policies;
mod tags;
mod trust;
mod web_identity;

pub use decode_authorization_message::encode_authorization_message;

use std::collections::BTreeMap;

use super::Cloud;
use super::access::{access_key_of, calling_service};
use super::aws::{self, AwsError, Wire};
use super::front_door::Route;
use super::ledger::{ActorId, ActorKind};
use super::services::Service;
use crate::policy::Policy;
use crate::protocol::message::{Request, RequestExt, Response};
use crate::protocol::time::Moment;
use session::Session;

/// The namespace of STS's documents.
pub const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// Every session that was ever lent, by access key id. Expired ones stay, so that using one is
/// answered with "expired" and not with "unknown".
#[derive(Clone, Debug, Default)]
pub struct Sts {
    sessions: BTreeMap<String, Session>,
    /// When they end, in order, by account: counting the open ones costs the same after a million
    ends: BTreeMap<String, Vec<Moment>>,
    /// What encoded authorization messages stand for: the account and the decision
    messages: BTreeMap<String, (String, String)>,
}

impl Sts {
    /// Adds a session.
    pub fn add(&mut self, session: Session) {
        let ends = self.ends.entry(session.account.clone()).or_default();
        let place = ends.partition_point(|end| *end <= session.expires_at);
        ends.insert(place, session.expires_at);
        self.sessions
            .insert(session.credentials.access_key_id.clone(), session);
    }

    /// The session with this access key id.
    pub fn session(&self, access_key_id: &str) -> Option<&Session> {
        self.sessions.get(access_key_id)
    }

    /// How many sessions of an account, or of all accounts, have not ended.
    pub fn open_sessions(&self, account: Option<&str>, now: Moment) -> usize {
        let of_account = |of: &str| account.is_none_or(|account| account == of);
        let ends = self.ends.iter().filter(|(of, _)| of_account(of));
        ends.map(|(_, ends)| ends.len() - ends.partition_point(|end| *end <= now))
            .sum()
    }

    /// Every session, by access key id.
    pub fn sessions(&self) -> impl Iterator<Item = &Session> {
        self.sessions.values()
    }
}

/// Finds out whether a request is for this service, and which operation it asks for.
pub fn route(cloud: &Cloud, request: &Request) -> Option<Route> {
    let host = request.host();
    if host != "sts.amazonaws.com" && !aws::is_endpoint(host, "sts") {
        return None;
    }
    let form = params::form(request);
    let operation = form.get("Action").unwrap_or_default().to_owned();
    let account = form.get("RoleArn").and_then(account_in);
    let account = account.or_else(|| account_of_signer(cloud, request));
    let to = account.and_then(|account| cloud.service_actor(ActorKind::Sts, Some(account)));
    let to = to.or_else(|| cloud.service_actor(ActorKind::Sts, None))?;
    Some(Route {
        to,
        service: Service::Sts,
        operation,
    })
}

/// The account in a role's ARN, if the text is one.
fn account_in(role_arn: &str) -> Option<&str> {
    let (account, role) = role_arn.strip_prefix("arn:aws:iam::")?.split_once(':')?;
    let digits = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    (digits && role.starts_with("role/")).then_some(account)
}

/// The account of whoever claims to have signed the request.
pub(in crate::cloud) fn account_of_signer<'a>(
    cloud: &'a Cloud,
    request: &Request,
) -> Option<&'a str> {
    let key = access_key_of(request)?;
    if let Some(session) = cloud.sts.session(&key) {
        return Some(&session.account);
    }
    let key = cloud.iam.access_key(&key)?;
    let user = cloud.iam.user(&key.user_arn)?;
    Some(&user.account)
}

/// Answers a request.
pub fn answer(cloud: &mut Cloud, route: &Route, request: &Request) -> Response {
    let service = calling_service(cloud, request);
    let outcome = match route.operation.as_str() {
        "AssumeRole" if let Some(service) = &service => {
            assume_role_for_service::run(cloud, &route.to, request, service)
        }
        "AssumeRoleWithWebIdentity" => {
            assume_role_with_web_identity::run(cloud, &route.to, request)
        }
        "AssumeRoleWithSAML" => assume_role_with_saml::run(cloud, &route.to, request),
        "AssumeRole" => assume_role::run(cloud, route, request),
        "GetSessionToken" => get_session_token::run(cloud, route, request),
        "GetFederationToken" => get_federation_token::run(cloud, route, request),
        "DecodeAuthorizationMessage" => decode_authorization_message::run(cloud, route, request),
        "GetCallerIdentity" => get_caller_identity::run(cloud, route, request),
        "" => Err(AwsError::new("MissingAction", 400, "Missing Action")),
        other => Err(no_such_operation(other, request)),
    };
    match outcome {
        Ok(result) => aws::success_query(cloud, NAMESPACE, &route.operation, &result),
        Err(error) => aws::refuse(cloud, Wire::Query(NAMESPACE), &error),
    }
}

fn no_such_operation(name: &str, request: &Request) -> AwsError {
    let form = params::form(request);
    let version = form.get("Version").unwrap_or("NO_VERSION_SPECIFIED");
    let message = format!("Could not find operation {name} for version {version}");
    AwsError::new("InvalidAction", 400, message)
}

/// Sessions on the card: it is written down with each change, so it must not grow with them.
const MAX_LISTED: usize = 12;

/// What the card says now, and the state for the inspector.
pub fn describe(cloud: &Cloud, actor: &ActorId) -> (String, Vec<(String, String)>) {
    let account = cloud
        .actor(actor)
        .and_then(|actor| actor.account.as_deref());
    let of_account = |owner: &str| account.is_none_or(|account| account == owner);
    let roles: Vec<_> = cloud
        .iam
        .roles()
        .filter(|role| of_account(&role.account))
        .collect();
    let open = cloud.sts.open_sessions(account, cloud.now());
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let what = match roles.as_slice() {
        [only] => only.name.clone(),
        many => format!("{} roles", many.len()),
    };
    let line = match open {
        0 => what,
        _ => format!("{what}, {open} session{}", plural(open)),
    };
    let mut details = Vec::new();
    let text = |policy: &Policy| policy.text().to_owned();
    for role in roles {
        details.push((format!("Role {}", role.name), role.arn.clone()));
        details.push((
            format!("{} trust policy", role.name),
            text(&role.trust.policy),
        ));
        let policies = cloud.iam.identity_policies(&role.arn);
        for policy in policies.iter().chain(&role.boundary) {
            details.push((
                format!("{}: {}", role.name, policy.name),
                text(&policy.policy),
            ));
        }
    }
    for user in cloud.iam.users().filter(|user| of_account(&user.account)) {
        details.push((format!("User {}", user.name), user.arn.clone()));
        let policies = cloud.iam.identity_policies(&user.arn);
        for policy in policies.iter().chain(&user.boundary) {
            details.push((
                format!("{}: {}", user.name, policy.name),
                text(&policy.policy),
            ));
        }
        for key in cloud.iam.access_keys_of(&user.arn) {
            let state = if key.active { "active" } else { "inactive" };
            let key = format!("Access key {}", key.credentials.access_key_id);
            details.push((key, format!("{state}, of {}, without end", user.name)));
        }
    }
    for provider in cloud.iam.oidc_providers() {
        if of_account(&provider.account) {
            details.push(("OIDC provider".to_owned(), provider.arn.clone()));
        }
    }
    let sessions = cloud.sts.sessions();
    let sessions = sessions.filter(|session| of_account(&session.account));
    for session in sessions.take(MAX_LISTED) {
        let until = format!("{}, until {}", session.arn, session.expires_at.iso8601());
        details.push((
            format!("Session {}", session.credentials.access_key_id),
            until,
        ));
    }
    (line, details)
}

#[cfg(test)]
mod tests;
