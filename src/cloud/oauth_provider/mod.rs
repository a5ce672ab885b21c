//! Identity providers of the OAuth 2.0 family: Google, Apple, Login with Amazon, and any other
//! OpenID Connect issuer, those of programs (GitHub Actions, Kubernetes) included. One protocol,
//! several brands:
//!
//! - [`brand`]: what sets them apart; [`config`]: how a world sets them up
//! - [`ask`]: what an app asks for; [`authorize`]: the pages a browser sees: login, consent, the
//!   redirect with a code
//! - [`token`]: codes into tokens; [`id_token`]: the signed one
//! - [`documents`]: discovery document and public keys
//! - [`amazon`]: what only Login with Amazon can say about its opaque tokens
//! - [`workload`]: tokens for programs
//!
//! An ID token can be verified by anybody with the issuer's public keys. Access tokens are opaque:
//! only their provider knows what they stand for. Refresh tokens are left out: nothing here needs
//! them.

mod amazon;
mod ask;
mod authorize;
pub mod brand;
pub mod config;
mod documents;
mod id_token;
#[cfg(test)]
pub mod tests;
mod token;
mod workload;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::Cloud;
use super::front_door::Route;
use super::ledger::{ActorId, ArtifactId, Source};
use crate::protocol::message::{Request, RequestExt, Response, json_response};
use crate::protocol::time::{Moment, Span};
use brand::{Brand, Endpoint, Endpoints};

/// The most apps and users the inspector lists.
const MAX_LISTED: usize = 12;

/// Every provider, by actor.
#[derive(Clone, Debug, Default)]
pub struct OauthProviders {
    providers: BTreeMap<ActorId, Provider>,
}

impl OauthProviders {
    fn get(&self, actor: &ActorId) -> Option<&Provider> {
        self.providers.get(actor)
    }

    fn about(&self, actor: &ActorId) -> Option<Arc<About>> {
        self.get(actor).map(|provider| Arc::clone(&provider.about))
    }

    fn get_mut(&mut self, actor: &ActorId) -> Option<&mut Provider> {
        self.providers.get_mut(actor)
    }
}

/// What never changes about a provider, apart from its state, which can be large.
#[derive(Debug)]
struct About {
    actor: ActorId,
    brand: Brand,
    name: String,
    issuer: String,
    endpoints: Endpoints,
}

/// One provider's whole state.
#[derive(Clone, Debug)]
struct Provider {
    about: Arc<About>,
    apps: BTreeMap<String, App>,
    users: BTreeMap<String, User>,
    /// User ids by e-mail address
    by_email: BTreeMap<String, String>,
    /// Browser sessions: the cookie and whose it is
    sessions: BTreeMap<String, String>,
    /// Who consented to which app
    consents: BTreeSet<(String, String)>,
    codes: BTreeMap<String, Code>,
    tokens: BTreeMap<String, Token>,
    /// Programs, by what they show
    workloads: BTreeMap<String, Workload>,
}

#[derive(Clone, Debug)]
struct App {
    name: String,
    /// Login with Amazon knows an app by two ids
    app_id: String,
    secret: Option<String>,
    redirect_uris: Vec<String>,
    token_validity: Span,
}

#[derive(Clone, Debug)]
struct User {
    name: String,
    email: String,
    password: String,
    claims: Map<String, Value>,
}

/// An authorization code and what it was given for.
#[derive(Clone, Debug)]
struct Code {
    grant: Grant,
    redirect_uri: String,
    challenge: Option<String>,
    expires_at: Moment,
    used: bool,
}

/// What a person granted an app.
#[derive(Clone, Debug)]
struct Grant {
    app: String,
    user: String,
    scopes: Vec<String>,
    nonce: Option<String>,
    /// The sister app that the ID token is meant for, where it is another one
    audience: Option<String>,
}

/// An access token and what it stands for.
#[derive(Clone, Debug)]
struct Token {
    app: String,
    user: String,
    scopes: Vec<String>,
    issued_at: Moment,
    expires_at: Moment,
}

#[derive(Clone, Debug)]
struct Workload {
    name: String,
    subject: String,
    claims: Map<String, Value>,
    audience: String,
    life: Span,
}

/// An OAuth error of an endpoint that answers in JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
struct OauthError {
    code: &'static str,
    status: StatusCode,
    message: String,
}

impl OauthError {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            status: StatusCode::BAD_REQUEST,
            message: message.into(),
        }
    }

    /// An error with status 401.
    fn unauthorized(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            ..Self::new(code, message)
        }
    }

    fn response(&self) -> Response {
        let body = json!({ "error": self.code, "error_description": self.message });
        json_response(self.status, &body)
    }
}

/// Finds out whether a request is for a provider, which one, and which operation it asks for.
pub fn route(cloud: &Cloud, request: &Request) -> Option<Route> {
    let host = request.host();
    let url = format!("https://{host}{}", RequestExt::path(request));
    let url = url.trim_end_matches('/');
    let providers = || {
        let all = cloud.oauth_providers.providers.values();
        all.map(|provider| provider.about.as_ref())
    };
    let exact = providers().find_map(|provider| {
        let mut endpoints = provider.endpoints.iter();
        let (endpoint, _) = endpoints.find(|(_, address)| address.as_str() == url)?;
        Some((provider, endpoint.operation()))
    });
    let at_host = || {
        let prefix = format!("https://{host}/");
        let here = |provider: &&About| {
            let mut addresses = provider.endpoints.values();
            addresses.any(|address| address.starts_with(&prefix))
        };
        Some((providers().find(here)?, "unknown"))
    };
    let (provider, operation) = exact.or_else(at_host)?;
    Some(Route {
        to: provider.actor.clone(),
        service: provider.brand.service(),
        operation: operation.to_owned(),
    })
}

/// Answers a request.
pub fn answer(cloud: &mut Cloud, route: &Route, request: &Request) -> Response {
    let is = |endpoint: Endpoint| route.operation == endpoint.operation();
    let actor = &route.to;
    if is(Endpoint::Authorize) {
        return authorize::authorize(cloud, actor, request);
    }
    if is(Endpoint::Login) {
        return authorize::login(cloud, actor, request);
    }
    let answer = if is(Endpoint::Token) {
        token::token(cloud, actor, request)
    } else if is(Endpoint::Jwks) {
        documents::jwks(cloud, actor)
    } else if is(Endpoint::Discovery) {
        documents::discovery(cloud, actor)
    } else if is(Endpoint::TokenInfo) {
        amazon::token_info(cloud, actor, request)
    } else if is(Endpoint::Profile) {
        amazon::profile(cloud, actor, request)
    } else if is(Endpoint::Workload) {
        workload::token(cloud, actor, request)
    } else {
        Err(OauthError {
            status: StatusCode::NOT_FOUND,
            ..OauthError::new("not_found", "There is nothing at this address.")
        })
    };
    match answer {
        Ok(body) => json_response(StatusCode::OK, &body),
        Err(error) => error.response(),
    }
}

/// What the card says now, and the whole state for the inspector.
pub fn describe(cloud: &Cloud, actor: &ActorId) -> (String, Vec<(String, String)>) {
    let Some(provider) = cloud.oauth_providers.get(actor) else {
        return (String::new(), Vec::new());
    };
    let who = match provider.workloads.len() {
        0 => counted(provider.users.len(), "user"),
        programs => counted(programs, "program"),
    };
    let line = match provider.tokens.len() {
        0 => who,
        tokens => format!("{who}, {}", counted(tokens, "token")),
    };
    let mut details = vec![("Issuer".to_owned(), provider.about.issuer.clone())];
    for (id, app) in provider.apps.iter().take(MAX_LISTED) {
        details.push((format!("App {}", app.name), id.clone()));
        details.push(("Redirect URIs".to_owned(), app.redirect_uris.join("\n")));
    }
    for (id, user) in provider.users.iter().take(MAX_LISTED) {
        let consents = provider.consents.iter().filter(|(_, of)| of == id).count();
        let text = format!(
            "{id}, {}, consented to {}",
            user.email,
            counted(consents, "app")
        );
        details.push((format!("User {}", user.name), text));
    }
    for workload in provider.workloads.values().take(MAX_LISTED) {
        details.push((
            format!("Program {}", workload.name),
            workload.subject.clone(),
        ));
    }
    let unused = provider.codes.values().filter(|code| !code.used).count();
    details.push(("Codes not redeemed".to_owned(), unused.to_string()));
    details.push((
        "Browser sessions".to_owned(),
        provider.sessions.len().to_string(),
    ));
    (line, details)
}

/// `1 user`, `2 users`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The source of a value that was read out of an artifact.
fn from_artifact(artifact: ArtifactId, field: &str) -> Source {
    Source::Artifact {
        artifact,
        field: field.to_owned(),
    }
}

fn random(stream: &str) -> Source {
    Source::Random {
        stream: stream.to_owned(),
    }
}

fn world(place: impl Into<String>) -> Source {
    Source::World {
        place: place.into(),
    }
}

/// A member of the request being answered.
fn asked(cloud: &Cloud, member: &str) -> Source {
    match cloud.ledger.current() {
        Some(exchange) => Source::Message {
            exchange,
            member: member.to_owned(),
        },
        None => world(member),
    }
}

/// Publishes a provider's keys, asked or not.
pub fn publish_keys(cloud: &mut Cloud, actor: &ActorId) {
    // A key that cannot be made has signed nothing
    let _ = documents::jwks(cloud, actor);
}
