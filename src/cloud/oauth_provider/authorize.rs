//! The pages a browser sees: log in, consent, and be sent back to the app with a code.

use std::sync::Arc;

use http::StatusCode;

use super::brand::{Brand, Endpoint};
use super::config::google_project;
use super::{About, App, Code, Grant, Provider, asked, random, token, world};
use crate::cloud::Cloud;
use crate::cloud::aws::shorten;
use crate::cloud::ledger::{ActorId, ArtifactKind, Mint};
use crate::cloud::pages::{self, Field, Refused};
use crate::protocol::form::Form;
use crate::protocol::hash::constant_time_eq;
use crate::protocol::message::{Message, Request, RequestExt, Response};
use crate::protocol::pkce;
use crate::protocol::time::Span;

const MODEL: &str = "Tokentrail's model";
const RFC_6749: &str = "RFC 6749 section 4.1.1";
const RFC_7636: &str = "RFC 7636 section 4.3";
/// How long an authorization code may be redeemed: at most 10 minutes (RFC 6749 section 4.1.2).
pub(super) const CODE_VALIDITY: Span = Span::from_minutes(10);
/// Attributes of a provider's session cookie.
const COOKIE_ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=None";
/// Length of a session cookie, in characters.
const SESSION_CHARS: usize = 40;
/// The longest `state` and `nonce`, in bytes.
const MAX_ECHO_BYTES: usize = 4_096;
/// The parameters that an app's request is made of; none may be there twice.
const PARAMETERS: [&str; 9] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "audience",
];

/// What an app asks for.
struct Ask {
    client_id: String,
    redirect_uri: String,
    response_type: String,
    scope: String,
    state: Option<String>,
    nonce: Option<String>,
    challenge: Option<String>,
    method: Option<String>,
    audience: Option<String>,
}

impl Ask {
    fn read(form: &Form) -> Result<Self, Refused> {
        let text = |name: &str| form.get(name).unwrap_or_default().to_owned();
        let optional = |name: &str| form.get(name).map(str::to_owned);
        if let Some(twice) = PARAMETERS.iter().find(|name| form.count(name) > 1) {
            let text = format!("The parameter {twice} is there more than once.");
            return Err(refused("invalid_request", &text));
        }
        let too_long = |name: &str| form.get(name).is_some_and(|t| t.len() > MAX_ECHO_BYTES);
        if let Some(long) = PARAMETERS.into_iter().find(|name| too_long(name)) {
            let text = format!("The parameter {long} is longer than {MAX_ECHO_BYTES} bytes.");
            return Err(refused("invalid_request", &text));
        }
        Ok(Self {
            client_id: text("client_id"),
            redirect_uri: text("redirect_uri"),
            response_type: text("response_type"),
            scope: text("scope"),
            state: optional("state"),
            nonce: optional("nonce"),
            challenge: optional("code_challenge"),
            method: optional("code_challenge_method"),
            audience: optional("audience"),
        })
    }

    fn scopes(&self) -> Vec<String> {
        self.scope
            .split_ascii_whitespace()
            .map(str::to_owned)
            .collect()
    }

    fn grant(&self, user: &str) -> Grant {
        Grant {
            app: self.client_id.clone(),
            user: user.to_owned(),
            scopes: self.scopes(),
            nonce: self.nonce.clone(),
            audience: self.audience.clone(),
        }
    }

    /// The fields that carry the request through the login form.
    fn fields(&self) -> Vec<Field<'_>> {
        let always = [
            Field::Hidden("client_id", &self.client_id),
            Field::Hidden("redirect_uri", &self.redirect_uri),
            Field::Hidden("response_type", &self.response_type),
            Field::Hidden("scope", &self.scope),
        ];
        let sometimes = [
            ("state", &self.state),
            ("nonce", &self.nonce),
            ("code_challenge", &self.challenge),
            ("code_challenge_method", &self.method),
            ("audience", &self.audience),
        ];
        let given = sometimes
            .into_iter()
            .filter_map(|(name, value)| Some(Field::Hidden(name, value.as_deref()?)));
        always.into_iter().chain(given).collect()
    }

    /// Tells the app by redirect that it did not work out.
    fn tell_app(&self, error: &str, why: &str) -> Response {
        let answer = Form::new()
            .with("error", error)
            .with("error_description", why)
            .with_optional("state", self.state.as_deref());
        pages::redirect(&answer.append_to_url(&self.redirect_uri))
    }
}

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

/// Announces and verifies everything about the app's request itself; announces what comes then.
fn check_ask(
    cloud: &mut Cloud,
    actor: &ActorId,
    ask: &Ask,
    then: &[(&str, &str)],
) -> Result<App, Refused> {
    let Some(provider) = cloud.oauth_providers.get(actor) else {
        return Err(Box::new(bad_request()));
    };
    let about = Arc::clone(&provider.about);
    let app = provider.apps.get(&ask.client_id).cloned();
    let sister = ask.audience.as_ref();
    let sister_known = sister.is_some_and(|sister| provider.apps.contains_key(sister));
    let guide = about.brand.guide();
    cloud.ledger.plan(&[
        ("Client id", guide),
        ("Redirect URI", guide),
        ("Response type", RFC_6749),
        ("Scopes", guide),
    ]);
    let public = app.as_ref().is_some_and(|app| app.secret.is_none());
    if ask.challenge.is_some() || (public && ask.response_type == "code") {
        cloud.ledger.plan(&[("PKCE challenge", RFC_7636)]);
    }
    if ask.audience.is_some() {
        cloud
            .ledger
            .plan(&[("Audience of the same project", guide)]);
    }
    cloud.ledger.plan(then);
    let app = check_client(cloud, ask, app)?;
    check_wishes(cloud, about.brand, ask)?;
    check_challenge(cloud, ask, public)?;
    check_audience(cloud, sister_known, ask)?;
    Ok(app)
}

fn check_client(cloud: &mut Cloud, ask: &Ask, app: Option<App>) -> Result<App, Refused> {
    let actual = match ask.client_id.as_str() {
        "" => "none".to_owned(),
        id => shorten(id),
    };
    cloud
        .ledger
        .verify("Client id", app.is_some(), "a registered app", actual);
    let Some(app) = app else {
        return Err(refused("invalid_client", "The OAuth client was not found."));
    };
    let known = app.redirect_uris.contains(&ask.redirect_uri);
    let expected = format!("exactly one of: {}", app.redirect_uris.join(" "));
    let actual = shorten(&ask.redirect_uri);
    if cloud.ledger.verify("Redirect URI", known, expected, actual) {
        return Ok(app);
    }
    let text = "The redirect URI in the request does not match the ones registered for the app.";
    Err(refused("redirect_uri_mismatch", text))
}

fn check_wishes(cloud: &mut Cloud, brand: Brand, ask: &Ask) -> Result<(), Refused> {
    let types = brand.response_types();
    let known = types.contains(&ask.response_type.as_str());
    let actual = shorten(&ask.response_type);
    if !cloud
        .ledger
        .verify("Response type", known, types.join(" or "), actual)
    {
        let why = "There is no such response_type here";
        return Err(Box::new(ask.tell_app("unsupported_response_type", why)));
    }
    let scopes = ask.scopes();
    let offered = brand.scopes();
    let foreign = |scope: &String| !offered.contains(&scope.as_str());
    let held = !scopes.is_empty() && !scopes.iter().any(foreign);
    let expected = format!("among: {}", offered.join(" "));
    let actual = match scopes.as_slice() {
        [] => "none".to_owned(),
        scopes => shorten(&scopes.join(" ")),
    };
    if cloud.ledger.verify("Scopes", held, expected, actual) {
        return Ok(());
    }
    let why = "Some requested scopes were invalid";
    Err(Box::new(ask.tell_app("invalid_scope", why)))
}

/// An app that can keep no secret must show by PKCE that whoever redeems the code asked for it.
fn check_challenge(cloud: &mut Cloud, ask: &Ask, public: bool) -> Result<(), Refused> {
    if ask.challenge.is_none() && !(public && ask.response_type == "code") {
        return Ok(());
    }
    let method = ask.method.as_deref().unwrap_or("plain");
    let held = ask.challenge.is_some() && method == pkce::METHOD;
    let actual = match &ask.challenge {
        Some(_) => format!("a challenge by {}", shorten(method)),
        None => "no challenge".to_owned(),
    };
    if cloud
        .ledger
        .verify("PKCE challenge", held, "a challenge by S256", actual)
    {
        return Ok(());
    }
    let why = "The code_challenge must be there, made by the method S256";
    Err(Box::new(ask.tell_app("invalid_request", why)))
}

/// An app may have its ID token issued for a sister of its project: that one is then the audience,
/// and the app the authorised party.
fn check_audience(cloud: &mut Cloud, known: bool, ask: &Ask) -> Result<(), Refused> {
    let Some(audience) = &ask.audience else {
        return Ok(());
    };
    let project = google_project(&ask.client_id);
    let same = project.is_some() && google_project(audience) == project;
    let held = same && known;
    let expected = match project {
        Some(project) => format!("an app of project {project}"),
        None => "an app of the same project".to_owned(),
    };
    if cloud.ledger.verify(
        "Audience of the same project",
        held,
        expected,
        shorten(audience),
    ) {
        return Ok(());
    }
    let why = "The audience is not a client of the same project";
    Err(Box::new(ask.tell_app("invalid_request", why)))
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

fn refused(title: &str, text: &str) -> Refused {
    Box::new(pages::error_page(StatusCode::BAD_REQUEST, title, text))
}

fn not_let_in(title: &str, text: &str) -> Refused {
    Box::new(pages::error_page(StatusCode::UNAUTHORIZED, title, text))
}

fn bad_request() -> Response {
    let text = "The request's parameters are not a form.";
    pages::error_page(StatusCode::BAD_REQUEST, "invalid_request", text)
}
