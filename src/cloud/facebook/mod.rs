//! Facebook as an identity provider: apps, people with Facebook accounts, and the grants between
//! them.
//!
//! - [`dialog`]: the pages a browser sees: login, consent, the redirect with a code (or, for the
//!   native SDK, with a token)
//! - [`graph`]: what servers ask the Graph API: code for token, `debug_token`, `me`
//! - [`limited`]: Limited Login, another product, which does give ID tokens
//!
//! Facebook's access tokens are opaque: only Facebook can say what one stands for, by looking it
//! up. That is what sets it apart from the OpenID Connect providers, whose ID tokens anyone can
//! verify alone.

mod dialog;
mod graph;
mod limited;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::Cloud;
use super::front_door::Route;
use super::ledger::{ActorId, ActorKind};
use super::services::Service;
use crate::protocol::message::{Request, RequestExt, Response};
use crate::protocol::time::{Moment, Span};

/// Where browsers go.
pub const WEB_HOST: &str = "www.facebook.com";
/// Where servers go.
pub const GRAPH_HOST: &str = "graph.facebook.com";

/// How long an authorization code may be redeemed. Tokentrail's model.
pub const CODE_VALIDITY: Span = Span::from_minutes(10);
/// How long an access token works unless its app says otherwise: about 60 days.
pub const TOKEN_VALIDITY: Span = Span::from_days(60);

/// What an app may ask for here.
const PERMISSIONS: [&str; 5] = [
    "public_profile",
    "email",
    "user_friends",
    "user_birthday",
    "openid",
];
/// The most users the inspector lists.
const MAX_LISTED: usize = 12;

/// An app as its developer registers it.
#[derive(Clone, Debug, Default)]
pub struct AppConfig {
    /// What people are asked to consent to: "Photo Box"
    pub name: String,
    /// Its id; generated where none is given
    pub id: Option<String>,
    /// Its secret; generated where none is given
    pub secret: Option<String>,
    /// Where people may be sent back to, compared exactly
    pub redirect_uris: Vec<String>,
    /// How long its users' tokens work; [`TOKEN_VALIDITY`] where not given
    pub token_validity: Option<Span>,
}

/// A person's Facebook account.
#[derive(Clone, Debug, Default)]
pub struct UserConfig {
    /// The id that apps see; generated where none is given
    pub id: Option<String>,
    /// Full name
    pub name: String,
    /// E-mail address, also the login
    pub email: String,
    /// Password
    pub password: String,
}

#[derive(Clone, Debug)]
struct App {
    name: String,
    secret: String,
    redirect_uris: Vec<String>,
    token_validity: Span,
}

#[derive(Clone, Debug)]
struct User {
    name: String,
    email: String,
    password: String,
}

/// An authorization code and what it was given for.
#[derive(Clone, Debug)]
struct Code {
    app: String,
    user: String,
    redirect_uri: String,
    scopes: Vec<String>,
    expires_at: Moment,
    used: bool,
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

/// Facebook's whole state.
#[derive(Clone, Debug, Default)]
pub struct Facebook {
    apps: BTreeMap<String, App>,
    users: BTreeMap<String, User>,
    by_email: BTreeMap<String, String>,
    /// Browser sessions: the cookie `xs` and whose it is
    sessions: BTreeMap<String, String>,
    /// Who consented to which app
    consents: BTreeSet<(String, String)>,
    codes: BTreeMap<String, Code>,
    /// How many of them were used
    redeemed: usize,
    tokens: BTreeMap<String, Token>,
}

/// Registers an app and returns its id.
pub fn add_app(cloud: &mut Cloud, config: AppConfig) -> String {
    // Apps of one name are apps apart
    let twins = cloud
        .facebook
        .apps
        .values()
        .filter(|app| app.name == config.name);
    let drawn_for = match twins.count() {
        0 => config.name.clone(),
        earlier => format!("{}/{earlier}", config.name),
    };
    let stream = |what: &str| format!("facebook/app/{drawn_for}/{what}");
    let id = config
        .id
        .unwrap_or_else(|| format!("1{}", cloud.fixed(&stream("id")).digits(14)));
    let secret = config
        .secret
        .unwrap_or_else(|| cloud.fixed(&stream("secret")).hex(32));
    let app = App {
        name: config.name,
        secret,
        redirect_uris: config.redirect_uris,
        token_validity: config.token_validity.unwrap_or(TOKEN_VALIDITY),
    };
    cloud.facebook.apps.insert(id.clone(), app);
    id
}

/// Adds one more place where an app's people may be sent back to. False where there is no such app.
pub fn allow_redirect(cloud: &mut Cloud, app_id: &str, redirect_uri: &str) -> bool {
    let Some(app) = cloud.facebook.apps.get_mut(app_id) else {
        return false;
    };
    app.redirect_uris.push(redirect_uri.to_owned());
    true
}

/// Opens a Facebook account and returns its id. All apps see the same id here; the real Facebook
/// gives each app its own.
pub fn add_user(cloud: &mut Cloud, config: UserConfig) -> String {
    let stream = format!("facebook/user/{}/id", config.email);
    let id = config
        .id
        .unwrap_or_else(|| format!("10{}", cloud.fixed(&stream).digits(15)));
    let UserConfig {
        name,
        email,
        password,
        ..
    } = config;
    cloud
        .facebook
        .by_email
        .insert(email.to_ascii_lowercase(), id.clone());
    cloud.facebook.users.insert(
        id.clone(),
        User {
            name,
            email,
            password,
        },
    );
    id
}

/// The secret of an app.
pub fn app_secret<'a>(cloud: &'a Cloud, app_id: &str) -> Option<&'a str> {
    cloud
        .facebook
        .apps
        .get(app_id)
        .map(|app| app.secret.as_str())
}

/// Finds out whether a request is for Facebook, and which operation it asks for.
pub fn route(cloud: &Cloud, request: &Request) -> Option<Route> {
    let path = without_version(RequestExt::path(request));
    let operation = match (request.host(), path) {
        (WEB_HOST, "dialog/oauth") => "dialog/oauth",
        (WEB_HOST, "login") => "login",
        (WEB_HOST, limited::JWKS_PATH) => "jwks",
        (WEB_HOST, limited::DISCOVERY_PATH) => "openid-configuration",
        (GRAPH_HOST, "oauth/access_token") => "oauth/access_token",
        (GRAPH_HOST, "debug_token") => "debug_token",
        (GRAPH_HOST, "me") => "me",
        (GRAPH_HOST, "app") => "app",
        (WEB_HOST | GRAPH_HOST, _) => "unknown",
        _ => return None,
    };
    let to = cloud.service_actor(ActorKind::Facebook, None)?;
    Some(Route {
        to,
        service: Service::Facebook,
        operation: operation.to_owned(),
    })
}

/// The path without its leading slash and without the API version: `/v21.0/me` is `me`.
fn without_version(path: &str) -> &str {
    let path = path.trim_start_matches('/').trim_end_matches('/');
    let Some((first, rest)) = path.split_once('/') else {
        return path;
    };
    let version = first
        .strip_prefix('v')
        .and_then(|number| number.split_once('.'));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match version {
        Some((major, minor)) if digits(major) && digits(minor) => rest,
        _ => path,
    }
}

/// Answers a request.
pub fn answer(cloud: &mut Cloud, route: &Route, request: &Request) -> Response {
    match route.operation.as_str() {
        "dialog/oauth" => dialog::dialog(cloud, &route.to, request),
        "login" => dialog::login(cloud, &route.to, request),
        "jwks" => limited::jwks(cloud),
        "openid-configuration" => limited::discovery(cloud),
        operation => graph::answer(cloud, &route.to, operation, request),
    }
}

/// What the card says now, and the whole state for the inspector.
pub fn describe(cloud: &Cloud, _actor: &ActorId) -> (String, Vec<(String, String)>) {
    let state = &cloud.facebook;
    let line = match state.tokens.len() {
        0 => counted(state.users.len(), "user"),
        tokens => format!(
            "{}, {}",
            counted(state.users.len(), "user"),
            counted(tokens, "token")
        ),
    };
    let mut details = Vec::new();
    for (id, app) in state.apps.iter().take(MAX_LISTED) {
        details.push((format!("App {}", app.name), id.clone()));
        details.push(("Redirect URIs".to_owned(), app.redirect_uris.join("\n")));
    }
    for (id, user) in state.users.iter().take(MAX_LISTED) {
        let to = |app: &&String| state.consents.contains(&((*app).clone(), id.clone()));
        let consents = state.apps.keys().filter(to).count();
        let text = format!(
            "{id}, {}, consented to {}",
            user.email,
            counted(consents, "app")
        );
        details.push((format!("User {}", user.name), text));
    }
    let unused = state.codes.len().saturating_sub(state.redeemed);
    details.push(("Codes not redeemed".to_owned(), unused.to_string()));
    details.push((
        "Browser sessions".to_owned(),
        state.sessions.len().to_string(),
    ));
    (line, details)
}

/// `1 user`, `2 users`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Publishes the keys that sign Limited Login's tokens, asked or not.
pub fn publish_keys(cloud: &mut Cloud) {
    // A key that cannot be made has signed nothing
    let _ = limited::published(cloud);
}
