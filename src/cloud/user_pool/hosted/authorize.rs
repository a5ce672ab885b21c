//! `/oauth2/authorize` and the login page: the browser is sent to a provider, asked for a
//! password, or, where it is signed in already, straight back to the app.

use http::StatusCode;

use super::ask::{self, host};
use super::{IDPRESPONSE_PATH, app_error};
use crate::cloud::Cloud;
use crate::cloud::aws::shorten;
use crate::cloud::ledger::{ArtifactKind, Mint, Source};
use crate::cloud::pages::{self, Field};
use crate::cloud::user_pool::challenges;
use crate::cloud::user_pool::federation::Provider;
use crate::cloud::user_pool::initiate_auth::{check_password, plan_password};
use crate::cloud::user_pool::model::{Ask, Browser, Code, Pending, Status};
use crate::cloud::user_pool::tokens::{actor_of, profile_fields};
use crate::protocol::message::{Message, Request, RequestExt, Response};
use crate::protocol::time::{Moment, Span};

const AUTHORIZE_GUIDE: &str = "Cognito guide: authorize endpoint";
/// How long a code may be redeemed.
const CODE_VALIDITY: Span = Span::from_minutes(5);
/// How long a person may take at a provider. Tokentrail's model.
const PENDING_VALIDITY: Span = Span::from_minutes(5);
/// How long a browser stays signed in at the hosted UI.
const BROWSER_VALIDITY: Span = Span::from_hours(1);
/// The cookie of a signed-in browser.
pub(super) const COOKIE: &str = "cognito";
const COOKIE_ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";
/// Length of opaque values, in base64 characters.
const OPAQUE_CHARS: usize = 180;
/// Length of a nonce, in characters.
const NONCE_CHARS: usize = 32;
/// The pool's own users, as `identity_provider` names them.
const OWN_USERS: &str = "COGNITO";

/// `GET /oauth2/authorize`.
pub(super) fn authorize(cloud: &mut Cloud, pool_id: &str, request: &Request) -> Response {
    let Ok(form) = request.query_form() else {
        return not_a_form();
    };
    ask::plan(cloud, &form);
    let wanted = form.get("identity_provider");
    if wanted.is_some() {
        cloud.ledger.plan(&[("Identity provider", AUTHORIZE_GUIDE)]);
    }
    let (ask, _) = match ask::check(cloud, pool_id, &form) {
        Ok(checked) => checked,
        Err(refused) => return *refused,
    };
    let provider = match check_provider(cloud, pool_id, wanted) {
        Ok(provider) => provider,
        Err(why) => {
            let problem = ("invalid_request", why.as_str());
            return app_error(&ask.redirect_uri, ask.state.as_deref(), problem);
        }
    };
    if let Some(browser) = signed_in(cloud, pool_id, request, wanted) {
        return send_code(cloud, pool_id, &ask, (&browser.username, browser.auth_time));
    }
    match provider {
        Some(provider) => send_to_provider(cloud, pool_id, ask, &provider),
        None => {
            let url = format!(
                "https://{}/login?{}",
                host(cloud, pool_id),
                RequestExt::query(request)
            );
            pages::redirect(&url)
        }
    }
}

/// The provider asked for; none where the pool's own users are meant.
fn check_provider(
    cloud: &mut Cloud,
    pool_id: &str,
    wanted: Option<&str>,
) -> Result<Option<Provider>, String> {
    let Some(wanted) = wanted else {
        return Ok(None);
    };
    let pool = cloud.user_pools.get(pool_id);
    let providers = pool.map_or_else(Vec::new, |pool| pool.providers.clone());
    let mut names: Vec<&str> = providers
        .iter()
        .map(|provider| provider.name.as_str())
        .collect();
    names.push(OWN_USERS);
    let known = names.contains(&wanted);
    let expected = format!("one of: {}", names.join(", "));
    if !cloud
        .ledger
        .verify("Identity provider", known, expected, shorten(wanted))
    {
        return Err(format!(
            "Identity provider {} does not exist.",
            shorten(wanted)
        ));
    }
    Ok(providers
        .into_iter()
        .find(|provider| provider.name == wanted))
}

/// Sends the browser to a provider. What the app asked for waits under a state of the pool's own.
fn send_to_provider(cloud: &mut Cloud, pool_id: &str, ask: Ask, provider: &Provider) -> Response {
    let stream = "user-pool/provider-state";
    let state = format!("H4sIAAAAAAAA{}", opaque(cloud, stream));
    let expires_at = cloud.now() + PENDING_VALIDITY;
    let mint = Mint::text(
        ArtifactKind::ChallengeSession,
        "Sign-in state",
        state.clone(),
    )
    .expiring(expires_at)
    .fact("provider", provider.name.clone())
    .fact("app client", ask.client.clone())
    .fact("redirect_uri", ask.redirect_uri.clone())
    .origin(
        "state",
        state.clone(),
        Source::Random {
            stream: stream.to_owned(),
        },
    );
    let actor = actor_of(cloud, pool_id);
    cloud.mint(&actor, mint);
    let back = format!("https://{}{IDPRESPONSE_PATH}", host(cloud, pool_id));
    let nonce = provider
        .takes_nonce()
        .then(|| cloud.fresh("user-pool/provider-nonce").hex(NONCE_CHARS));
    let url = provider.authorize_url(&back, &state, nonce.as_deref());
    let pending = Pending {
        ask,
        nonce,
        provider: provider.name.clone(),
        expires_at,
    };
    if let Some(pool) = cloud.user_pools.get_mut(pool_id) {
        pool.pending.insert(state, pending);
    }
    pages::redirect(&url)
}

/// `GET /login`: the form for the pool's own users.
pub(super) fn login_page(cloud: &mut Cloud, pool_id: &str, request: &Request) -> Response {
    let Ok(form) = request.query_form() else {
        return not_a_form();
    };
    ask::plan(cloud, &form);
    if let Err(refused) = ask::check(cloud, pool_id, &form) {
        return *refused;
    }
    let pool = cloud.user_pools.get(pool_id);
    let providers: Vec<&str> = pool.map_or_else(Vec::new, |pool| {
        pool.providers
            .iter()
            .map(|provider| provider.name.as_str())
            .collect()
    });
    let text = match providers.as_slice() {
        [] => "Sign in with your username and password".to_owned(),
        names => format!(
            "Sign in with your username and password, or with {}",
            names.join(", ")
        ),
    };
    let action = format!("/login?{}", RequestExt::query(request));
    let fields = [
        Field::Text("username", "Username"),
        Field::Password("password", "Password"),
        Field::Button("signInSubmitButton", "Sign in", "Sign in"),
    ];
    pages::form_page("Sign in", &text, &action, &fields)
}

/// `POST /login`: the form filled in.
pub(super) fn login(cloud: &mut Cloud, pool_id: &str, request: &Request) -> Response {
    let (Ok(form), Ok(filled)) = (request.query_form(), request.form_body()) else {
        return not_a_form();
    };
    ask::plan(cloud, &form);
    plan_password(cloud, pool_id);
    let (ask, client) = match ask::check(cloud, pool_id, &form) {
        Ok(checked) => checked,
        Err(refused) => return *refused,
    };
    let typed = filled.get("username").unwrap_or_default();
    let password = filled.get("password").unwrap_or_default();
    let checked = check_password(cloud, pool_id, &client, (typed, password))
        .and_then(|username| challenges::no_further_step(cloud, pool_id, username));
    match checked {
        Ok(username) => sign_in(cloud, pool_id, &ask, &username),
        Err(error) => pages::error_page(StatusCode::BAD_REQUEST, &error.code, &error.message),
    }
}

/// Somebody signed in just now: the browser stays signed in, the app gets a code.
pub(super) fn sign_in(cloud: &mut Cloud, pool_id: &str, ask: &Ask, username: &str) -> Response {
    let now = cloud.now();
    let response = send_code(cloud, pool_id, ask, (username, now));
    let stream = "user-pool/browser-session";
    let value = opaque(cloud, stream);
    let expires_at = now + BROWSER_VALIDITY;
    let mint = Mint::text(
        ArtifactKind::BrowserSession,
        "Hosted UI session",
        value.clone(),
    )
    .expiring(expires_at)
    .fact("user", username)
    .origin(
        "cookie",
        value.clone(),
        Source::Random {
            stream: stream.to_owned(),
        },
    );
    let actor = actor_of(cloud, pool_id);
    cloud.mint(&actor, mint);
    let browser = Browser {
        username: username.to_owned(),
        auth_time: now,
        expires_at,
    };
    if let Some(pool) = cloud.user_pools.get_mut(pool_id) {
        pool.browsers.insert(value.clone(), browser);
    }
    pages::with_cookie(response, COOKIE, &value, COOKIE_ATTRIBUTES)
}

/// The browser's own sign-in, where it is still good and of the provider asked for.
fn signed_in(
    cloud: &Cloud,
    pool_id: &str,
    request: &Request,
    wanted: Option<&str>,
) -> Option<Browser> {
    let pool = cloud.user_pools.get(pool_id)?;
    let browser = pool.browsers.get(pages::cookie(request, COOKIE)?)?;
    let user = pool.users.get(&browser.username)?;
    let own = user.status != Status::ExternalProvider;
    let from = |wanted: &str| user.identities.iter().any(|i| i.provider_name == wanted);
    let same = wanted.is_none_or(|wanted| from(wanted) || own && wanted == OWN_USERS);
    let signed_out = user.signed_out_at.is_some_and(|at| browser.auth_time <= at);
    let good = cloud.now() < browser.expires_at && user.enabled && same && !signed_out;
    good.then(|| browser.clone())
}

/// Sends the browser back to the app with a code.
fn send_code(
    cloud: &mut Cloud,
    pool_id: &str,
    ask: &Ask,
    (username, auth_time): (&str, Moment),
) -> Response {
    let value = cloud.fresh("user-pool/authorization-code").uuid();
    let expires_at = cloud.now() + CODE_VALIDITY;
    let code = Code {
        username: username.to_owned(),
        client: ask.client.clone(),
        redirect_uri: ask.redirect_uri.clone(),
        scopes: ask.scopes.clone(),
        nonce: ask.nonce.clone(),
        challenge: ask.challenge.clone(),
        auth_time,
        expires_at,
        used: false,
    };
    let mint = describe_code(cloud, pool_id, (&value, &code), ask);
    let actor = actor_of(cloud, pool_id);
    cloud.mint(&actor, mint);
    if let Some(pool) = cloud.user_pools.get_mut(pool_id) {
        pool.codes.insert(value.clone(), code);
    }
    let answer = crate::protocol::form::Form::new()
        .with("code", &value)
        .with_optional("state", ask.state.as_deref());
    pages::redirect(&answer.append_to_url(&ask.redirect_uri))
}

/// A code as the ledger shows it: what it stands for, and where that came from.
fn describe_code(cloud: &Cloud, pool_id: &str, (value, code): (&str, &Code), ask: &Ask) -> Mint {
    let stream = "user-pool/authorization-code".to_owned();
    let asked = |member: &str| match ask.asked_in {
        Some(exchange) => Source::Message {
            exchange,
            member: member.to_owned(),
        },
        None => Source::World {
            place: member.to_owned(),
        },
    };
    let mut mint = Mint::text(ArtifactKind::AuthorizationCode, "Cognito code", value)
        .expiring(code.expires_at)
        .fact("user", code.username.clone())
        .fact("app client", code.client.clone())
        .fact("redirect_uri", code.redirect_uri.clone())
        .fact("scope", code.scopes.join(" "))
        .origin("code", value, Source::Random { stream })
        .origin(
            "auth_time",
            code.auth_time.epoch_seconds().to_string(),
            Source::Clock,
        )
        .origin("scope", code.scopes.join(" "), asked("scope"));
    if let Some(challenge) = &code.challenge {
        mint = mint.fact("code_challenge", challenge.clone());
        mint = mint.origin("code_challenge", challenge.clone(), asked("code_challenge"));
    }
    if let Some(nonce) = &code.nonce {
        mint = mint.origin("nonce", nonce.clone(), asked("nonce"));
    }
    for (field, value, from) in profile_fields(cloud, pool_id, &code.username, &code.client) {
        mint = mint.origin(field, value, from);
    }
    mint
}

/// Text that nobody can guess, fit for URLs and cookies.
fn opaque(cloud: &mut Cloud, stream: &str) -> String {
    cloud
        .fresh(stream)
        .base64(OPAQUE_CHARS)
        .replace('+', "-")
        .replace('/', "_")
}

fn not_a_form() -> Response {
    let text = "The request's parameters are not a form.";
    pages::error_page(StatusCode::BAD_REQUEST, "invalid_request", text)
}
