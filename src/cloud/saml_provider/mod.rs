//! A company's SAML identity provider: its people sign in at the company's own page and get a
//! signed assertion, which STS takes for a role (`AssumeRoleWithSAML`).
//!
//! - [`config`]: people and their roles; which accounts trust the provider
//! - [`pages`]: the sign-in page, and the page that carries the assertion to AWS
//! - [`assertion`]: the XML document and its signature
//! - [`mod@verify`]: what STS makes of one
//!
//! One thing is simpler than in the world: SAML signs canonicalised XML (XML Signature). Here the
//! signature is over the exact bytes of the assertion element. It is just as hard to forge, and
//! the check that verifies it says so.

mod assertion;
pub mod config;
mod pages;
#[cfg(test)]
mod tests;
pub mod verify;

pub use assertion::signed_anew;

use std::collections::BTreeMap;

use http::StatusCode;

use super::Cloud;
use super::front_door::Route;
use super::ledger::ActorId;
use super::pages::error_page;
use super::services::Service;
use crate::protocol::keys::VerifyingKey;
use crate::protocol::message::{Request, RequestExt, Response};

/// Where people begin.
const SSO_PATH: &str = "/sso/aws";
/// Where the login form goes.
const LOGIN_PATH: &str = "/sso/login";
/// The most people the inspector lists.
const MAX_LISTED: usize = 12;

/// Every SAML provider, and what accounts know of them.
#[derive(Clone, Debug, Default)]
pub struct SamlProviders {
    providers: BTreeMap<ActorId, Provider>,
    /// What each IAM SAML provider was created with, by its ARN
    metadata: BTreeMap<String, Metadata>,
}

/// A company's provider.
#[derive(Clone, Debug)]
struct Provider {
    name: String,
    host: String,
    entity_id: String,
    employees: BTreeMap<String, Employee>,
}

/// Somebody who works there.
#[derive(Clone, Debug)]
struct Employee {
    email: String,
    password: String,
    /// Role ARN and provider ARN, as the Role attribute pairs them
    roles: Vec<(String, String)>,
    session_name: String,
    session_seconds: Option<i64>,
}

/// What an account keeps of a provider: a copy, taken when the account began to trust it.
#[derive(Clone, Debug)]
struct Metadata {
    account: String,
    name: String,
    entity_id: String,
    key: VerifyingKey,
}

/// Finds out whether a request is for a SAML provider, which one, and which operation it asks for.
pub fn route(cloud: &Cloud, request: &Request) -> Option<Route> {
    let mut providers = cloud.saml_providers.providers.iter();
    let (actor, _) = providers.find(|(_, provider)| provider.host == request.host())?;
    let operation = match RequestExt::path(request) {
        SSO_PATH => "sso",
        LOGIN_PATH => "login",
        _ => "unknown",
    };
    Some(Route {
        to: actor.clone(),
        service: Service::Saml,
        operation: operation.to_owned(),
    })
}

/// Answers a request.
pub fn answer(cloud: &mut Cloud, route: &Route, request: &Request) -> Response {
    match route.operation.as_str() {
        "sso" => pages::sign_in(cloud, &route.to),
        "login" => pages::login(cloud, &route.to, request),
        _ => error_page(StatusCode::NOT_FOUND, "Not found", "There is no such page."),
    }
}

/// What the card says now, and the whole state for the inspector.
pub fn describe(cloud: &Cloud, actor: &ActorId) -> (String, Vec<(String, String)>) {
    let Some(provider) = cloud.saml_providers.providers.get(actor) else {
        return (String::new(), Vec::new());
    };
    let line = match provider.employees.len() {
        1 => "1 employee".to_owned(),
        many => format!("{many} employees"),
    };
    let mut details = vec![("Entity id".to_owned(), provider.entity_id.clone())];
    for employee in provider.employees.values().take(MAX_LISTED) {
        let roles: Vec<&str> = employee
            .roles
            .iter()
            .map(|(role, _)| role.as_str())
            .collect();
        details.push((
            format!("Employee {}", employee.session_name),
            roles.join("\n"),
        ));
    }
    (line, details)
}
