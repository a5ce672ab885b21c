//! The pages a browser sees: log in, consent, and be sent back to the app with a code.

use std::sync::Arc;

use http::StatusCode;

use super::ask::{Ask, bad_request, check_ask};
use super::brand::Endpoint;
use super::{About, App, Code, Provider, asked, random, token, world};
use crate::cloud::Cloud;
use crate::cloud::aws::shorten;
use crate::cloud::ledger::{ActorId, ArtifactKind, Mint};
use crate::cloud::pages::{self, Field, Refused};
use crate::protocol::form::Form;
use crate::protocol::hash::constant_time_eq;
use crate::protocol::message::{Message, Request, RequestExt, Response};
use crate::protocol::time::Span;

const MODEL: &str = "Tokentrail's model";
const RFC_6749: &str = "RFC 6749 section 4.1.1";
/// How long an authorization code may be redeemed: at most 10 minutes (RFC 6749 section 4.1.2).
pub(super) const CODE_VALIDITY: Span = Span::from_minutes(10);
/// Attributes of a provider's session cookie.
const COOKIE_ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=None";
/// Length of a session cookie, in characters.
const SESSION_CHARS: usize = 40;
/// The endpoint that apps send browsers to: shows the login or the consent form, or sends the
/// browser straight back where its person has consented before.
pub(super) fn authorize(cloud: &mut Cloud, actor: &ActorId, request: &Request) -> Response {
    let Ok(form) = request.query_form() else {
        return bad_request();
    };
    answer_or(|| {
        let ask = Ask::read(&form)?;
        let app = check_ask(cloud, actor, &ask, &[])?;
        let Some(provider) = cloud.oauth_providers.get(actor) else {
            return Err(Box::new(bad_request()));
        };
        let Some(user) = session_user(provider, request) else {
            return Ok(login_form(&provider.about, &app, &ask));
        };
        if provider
            .consents
            .contains(&(ask.client_id.clone(), user.clone()))
        {
            return Ok(send_back(cloud, actor, &ask, &user));
        }
        Ok(consent_form(&provider.about, &app, &ask))
    })
}

/// `POST` of the login form. Verifies the password (or the browser's session), remembers the
/// consent and sends the browser back to the app.
pub(super) fn login(cloud: &mut Cloud, actor: &ActorId, request: &Request) -> Response {
    let Ok(form) = request.form_body() else {
        return bad_request();
    };
    let provider = cloud.oauth_providers.get(actor);
    let session = provider.and_then(|provider| session_user(provider, request));
    answer_or(|| {
        let ask = Ask::read(&form)?;
        let then: &[(&str, &str)] = match session {
            Some(_) => &[("Browser session", MODEL), ("Consent", RFC_6749)],
            None => &[
                ("Account", MODEL),
                ("Password", MODEL),
                ("Consent", RFC_6749),
            ],
        };
        check_ask(cloud, actor, &ask, then)?;
        let user = match &session {
            Some(user) => {
                let expected = "a session of this browser";
                cloud
                    .ledger
                    .passed("Browser session", expected, user.clone());
                user.clone()
            }
            None => check_password(cloud, actor, &form)?,
        };
        let consents = form.get("consent") == Some("yes");
        let actual = if consents { "given" } else { "refused" };
        cloud
            .ledger
            .verify("Consent", consents, "the person agrees", actual);
        if !consents {
            return Err(Box::new(
                ask.tell_app("access_denied", "The person did not agree"),
            ));
        }
        if let Some(provider) = cloud.oauth_providers.get_mut(actor) {
            let consent = (ask.client_id.clone(), user.clone());
            provider.consents.insert(consent);
        }
        let response = send_back(cloud, actor, &ask, &user);
        Ok(match session {
            Some(_) => response,
            None => open_session(cloud, actor, &user, response),
        })
    })
}

/// Both ways out of a page's work are pages.
fn answer_or(work: impl FnOnce() -> Result<Response, Refused>) -> Response {
    work().unwrap_or_else(|refused| *refused)
}

fn login_form(provider: &About, app: &App, ask: &Ask) -> Response {
    let text = format!("Sign in to {} to continue to {}", provider.name, app.name);
    let mut fields = ask.fields();
    fields.push(Field::Text("email", "Email"));
    fields.push(Field::Password("password", "Password"));
    fields.extend(consent_buttons());
    let title = format!("Sign in with {}", provider.name);
    pages::form_page(&title, &text, login_url(provider), &fields)
}

fn consent_form(provider: &About, app: &App, ask: &Ask) -> Response {
    let text = format!("{} asks for: {}", app.name, ask.scopes().join(", "));
    let mut fields = ask.fields();
    fields.extend(consent_buttons());
    let title = format!("Continue with {}", provider.name);
    pages::form_page(&title, &text, login_url(provider), &fields)
}

fn login_url(provider: &About) -> &str {
    let address = provider.endpoints.get(&Endpoint::Login);
    address.map_or("/", String::as_str)
}

fn check_password(cloud: &mut Cloud, actor: &ActorId, form: &Form) -> Result<String, Refused> {
    let email = form.get("email").unwrap_or_default();
    let provider = cloud.oauth_providers.get(actor);
    let found = provider.and_then(|provider| {
        let id = provider.by_email.get(&email.to_ascii_lowercase())?;
        Some((id.clone(), provider.users.get(id)?.clone()))
    });
    let name = provider.map_or("", |provider| provider.about.name.as_str());
    let expected = format!("an account at {name}");
    let title = format!("Sign in with {name}");
    cloud
        .ledger
        .verify("Account", found.is_some(), expected, shorten(email));
    let Some((id, user)) = found else {
        let text = "There is no account with this email address.";
        return Err(not_let_in(&title, text));
    };
    let typed = form.get("password").unwrap_or_default();
    let same = constant_time_eq(user.password.as_bytes(), typed.as_bytes());
    let actual = if same {
        "the account's password"
    } else {
        "another text"
    };
    let expected = format!("the password of {}", user.name);
    if cloud.ledger.verify("Password", same, expected, actual) {
        return Ok(id);
    }
    Err(not_let_in(&title, "Wrong password. Try again."))
}

/// Whose session the browser's cookie proves.
fn session_user(provider: &Provider, request: &Request) -> Option<String> {
    let cookie = pages::cookie(request, provider.about.brand.cookie())?;
    provider.sessions.get(cookie).cloned()
}

/// Signs the browser in.
fn open_session(cloud: &mut Cloud, actor: &ActorId, user: &str, response: Response) -> Response {
    let stream = format!("oauth/{actor}/session");
    let value = cloud.fresh(&stream).hex(SESSION_CHARS);
    let Some(provider) = cloud.oauth_providers.get_mut(actor) else {
        return response;
    };
    provider.sessions.insert(value.clone(), user.to_owned());
    let about = Arc::clone(&provider.about);
    let label = format!("{} session", about.name);
    let whose = format!("{} user {user}", about.name);
    let mint = Mint::text(ArtifactKind::BrowserSession, label, value.clone())
        .fact("user", user)
        .origin("user", user, world(whose))
        .origin("cookie", value.clone(), random(&stream));
    cloud.mint(actor, mint);
    pages::with_cookie(response, about.brand.cookie(), &value, COOKIE_ATTRIBUTES)
}

/// Sends the browser back with what the app asked for.
fn send_back(cloud: &mut Cloud, actor: &ActorId, ask: &Ask, user: &str) -> Response {
    match ask.response_type.as_str() {
        "token" => send_token(cloud, actor, ask, user),
        _ => send_code(cloud, actor, ask, user),
    }
}

/// What is known of a grant while it is given, with its sources.
fn grant_facts(cloud: &Cloud, ask: &Ask, user: &str, whose: &str) -> Vec<token::Fact> {
    let mut facts = vec![
        ("user_id", user.to_owned(), world(whose)),
        (
            "client_id",
            ask.client_id.clone(),
            asked(cloud, "client_id"),
        ),
        ("scope", ask.scope.clone(), asked(cloud, "scope")),
    ];
    let nonce = ask.nonce.clone();
    facts.extend(nonce.map(|nonce| ("nonce", nonce, asked(cloud, "nonce"))));
    let audience = ask.audience.clone();
    facts.extend(audience.map(|audience| ("audience", audience, asked(cloud, "audience"))));
    facts
}

fn send_code(cloud: &mut Cloud, actor: &ActorId, ask: &Ask, user: &str) -> Response {
    let Some(provider) = cloud.oauth_providers.get(actor) else {
        return bad_request();
    };
    let (brand, name) = (provider.about.brand, provider.about.name.clone());
    let stream = format!("oauth/{actor}/code");
    let value = brand.code().draw(&mut cloud.fresh(&stream));
    let expires_at = cloud.now() + CODE_VALIDITY;
    let kind = ArtifactKind::AuthorizationCode;
    let mut mint = Mint::text(kind, format!("{name} code"), value.clone())
        .expiring(expires_at)
        .fact("redirect_uri", ask.redirect_uri.clone())
        .origin("code", value.clone(), random(&stream));
    let whose = format!("{name} user {user}");
    for (field, text, from) in grant_facts(cloud, ask, user, &whose) {
        mint = mint.fact(field, text.clone()).origin(field, text, from);
    }
    if let Some(challenge) = &ask.challenge {
        let from = asked(cloud, "code_challenge");
        mint = mint.fact("code_challenge", challenge.clone()).origin(
            "code_challenge",
            challenge.clone(),
            from,
        );
    }
    cloud.mint(actor, mint);
    let code = Code {
        grant: ask.grant(user),
        redirect_uri: ask.redirect_uri.clone(),
        challenge: ask.challenge.clone(),
        expires_at,
        used: false,
    };
    if let Some(provider) = cloud.oauth_providers.get_mut(actor) {
        provider.codes.insert(value.clone(), code);
    }
    let answer = Form::new()
        .with("code", &value)
        .with_optional("state", ask.state.as_deref());
    pages::redirect(&answer.append_to_url(&ask.redirect_uri))
}

/// A script in a browser gets the token itself, behind the `#`.
fn send_token(cloud: &mut Cloud, actor: &ActorId, ask: &Ask, user: &str) -> Response {
    let name = cloud.oauth_providers.about(actor).map(|it| it.name.clone());
    let whose = format!("{} user {user}", name.unwrap_or_default());
    let facts = grant_facts(cloud, ask, user, &whose);
    let issued = token::access_token(cloud, actor, &ask.grant(user), facts);
    let answer = Form::new()
        .with("access_token", &issued.value)
        .with("token_type", "bearer")
        .with("expires_in", &issued.life.seconds().to_string())
        .with("scope", &ask.scope)
        .with_optional("state", ask.state.as_deref());
    pages::redirect(&format!("{}#{}", ask.redirect_uri, answer.encode()))
}

fn consent_buttons() -> [Field<'static>; 2] {
    [
        Field::Button("consent", "yes", "Continue"),
        Field::Button("consent", "no", "Cancel"),
    ]
}

fn not_let_in(title: &str, text: &str) -> Refused {
    Box::new(pages::error_page(StatusCode::UNAUTHORIZED, title, text))
}
