//! The pages a browser sees: log in, consent, and be sent back to the app with a code.

use http::StatusCode;

use super::limited::{self, Subject};
use super::{App, CODE_VALIDITY, Code, PERMISSIONS, Token, WEB_HOST};
use crate::cloud::Cloud;
use crate::cloud::ledger::{ActorId, ArtifactId, ArtifactKind, Mint, Source};
use crate::cloud::pages::{self, Field, Refused};
use crate::protocol::form::Form;
use crate::protocol::hash::constant_time_eq;
use crate::protocol::message::{Message, Request, RequestExt, Response};

const LOGIN_GUIDE: &str = "Facebook Login: manual flow";
const MODEL: &str = "Tokentrail's model";
/// What an app may ask to get.
const RESPONSE_TYPES: &str = "code or token; id_token with the scope openid";
/// Attributes of Facebook's session cookies.
const COOKIE_ATTRIBUTES: &str = "domain=.facebook.com; path=/; secure; httponly; SameSite=None";
/// The alphabet of Facebook's opaque values.
const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// Length of an authorization code behind its prefix, in characters.
const CODE_CHARS: usize = 120;
/// Length of an access token behind its prefix, in characters.
const TOKEN_CHARS: usize = 160;

/// What an app asks the dialog for.
struct Ask {
    app_id: String,
    redirect_uri: String,
    state: Option<String>,
    scope: String,
    response_type: String,
    nonce: Option<String>,
}

impl Ask {
    fn read(form: &Form) -> Self {
        let text = |name: &str| form.get(name).unwrap_or_default().to_owned();
        Self {
            app_id: text("client_id"),
            redirect_uri: text("redirect_uri"),
            state: form.get("state").map(str::to_owned),
            scope: text("scope"),
            response_type: form.get("response_type").unwrap_or("code").to_owned(),
            nonce: form.get("nonce").map(str::to_owned),
        }
    }

    /// The permissions asked for; every app gets the public profile.
    fn scopes(&self) -> Vec<String> {
        let mut scopes = vec!["public_profile".to_owned()];
        for scope in self
            .scope
            .split([',', ' '])
            .filter(|scope| !scope.is_empty())
        {
            if !scopes.iter().any(|known| known == scope) {
                scopes.push(scope.to_owned());
            }
        }
        scopes
    }

    /// The fields that carry the request through the login form.
    fn fields(&self) -> Vec<Field<'_>> {
        let mut fields = vec![
            Field::Hidden("client_id", &self.app_id),
            Field::Hidden("redirect_uri", &self.redirect_uri),
            Field::Hidden("scope", &self.scope),
            Field::Hidden("response_type", &self.response_type),
        ];
        fields.extend(
            self.state
                .as_deref()
                .map(|state| Field::Hidden("state", state)),
        );
        let nonce = self.nonce.as_deref();
        fields.extend(nonce.map(|nonce| Field::Hidden("nonce", nonce)));
        fields
    }
}

/// `GET /vNN.0/dialog/oauth`: shows the login or the consent form, or sends the browser straight
/// back where its person has consented before.
pub(super) fn dialog(cloud: &mut Cloud, actor: &ActorId, request: &Request) -> Response {
    let Ok(form) = request.query_form() else {
        return bad_request();
    };
    let ask = Ask::read(&form);
    plan_ask(cloud);
    let app = match check_ask(cloud, &ask) {
        Ok(app) => app,
        Err(refused) => return *refused,
    };
    let Some(user_id) = session_user(cloud, request) else {
        let text = format!("Log in to use your Facebook account with {}", app.name);
        let mut fields = ask.fields();
        fields.push(Field::Text("email", "Email or phone number"));
        fields.push(Field::Password("pass", "Password"));
        fields.extend(consent_buttons());
        return pages::form_page("Log in to Facebook", &text, &login_url(), &fields);
    };
    if cloud
        .facebook
        .consents
        .contains(&(ask.app_id.clone(), user_id.clone()))
    {
        return send_back(cloud, actor, &ask, &user_id);
    }
    let text = format!("{} asks for: {}", app.name, ask.scopes().join(", "));
    let mut fields = ask.fields();
    fields.extend(consent_buttons());
    pages::form_page("Continue with Facebook", &text, &login_url(), &fields)
}

/// `POST /login`: the form filled in. Verifies the password (or the browser's session), remembers
/// the consent and sends the browser back to the app.
pub(super) fn login(cloud: &mut Cloud, actor: &ActorId, request: &Request) -> Response {
    let Ok(form) = request.form_body() else {
        return bad_request();
    };
    let ask = Ask::read(&form);
    plan_ask(cloud);
    let session = session_user(cloud, request);
    match session {
        Some(_) => cloud
            .ledger
            .plan(&[("Browser session", MODEL), ("Consent", LOGIN_GUIDE)]),
        None => cloud.ledger.plan(&[
            ("Account", MODEL),
            ("Password", MODEL),
            ("Consent", LOGIN_GUIDE),
        ]),
    }
    if let Err(refused) = check_ask(cloud, &ask) {
        return *refused;
    }
    let user_id = match &session {
        Some(user_id) => {
            cloud.ledger.passed(
                "Browser session",
                "a session of this browser",
                user_id.clone(),
            );
            user_id.clone()
        }
        None => match check_password(cloud, &form) {
            Ok(user_id) => user_id,
            Err(refused) => return *refused,
        },
    };
    let consents = form.get("consent") == Some("yes");
    let actual = if consents { "given" } else { "refused" };
    cloud
        .ledger
        .verify("Consent", consents, "the person agrees", actual);
    if !consents {
        return denied(&ask);
    }
    cloud
        .facebook
        .consents
        .insert((ask.app_id.clone(), user_id.clone()));
    let response = send_back(cloud, actor, &ask, &user_id);
    match session {
        Some(_) => response,
        None => open_session(cloud, actor, &user_id, response),
    }
}

fn plan_ask(cloud: &mut Cloud) {
    cloud.ledger.plan(&[
        ("App id", LOGIN_GUIDE),
        ("Redirect URI", LOGIN_GUIDE),
        ("Response type", LOGIN_GUIDE),
        ("Permissions", LOGIN_GUIDE),
    ]);
}

/// Everything about the app's request itself.
fn check_ask(cloud: &mut Cloud, ask: &Ask) -> Result<App, Refused> {
    let app = cloud.facebook.apps.get(&ask.app_id).cloned();
    let actual = if ask.app_id.is_empty() {
        "none"
    } else {
        &ask.app_id
    };
    cloud
        .ledger
        .verify("App id", app.is_some(), "a registered app", actual);
    let Some(app) = app else {
        return Err(refused(
            "Invalid App ID",
            "The provided app ID does not look like a valid app ID.",
        ));
    };
    let known = app.redirect_uris.contains(&ask.redirect_uri);
    let expected = format!("exactly one of: {}", app.redirect_uris.join(" "));
    if !cloud
        .ledger
        .verify("Redirect URI", known, expected, ask.redirect_uri.clone())
    {
        let text = "This redirect failed because the redirect URI is not white-listed in the \
                    app's client OAuth settings.";
        return Err(refused("URL Blocked", text));
    }
    let with_openid = ask.scopes().iter().any(|scope| scope == "openid");
    let known = match ask.response_type.as_str() {
        "id_token" => with_openid,
        other => matches!(other, "code" | "token"),
    };
    let actual = ask.response_type.clone();
    if !cloud
        .ledger
        .verify("Response type", known, RESPONSE_TYPES, actual)
    {
        return Err(refused(
            "Invalid parameter",
            "The parameter response_type is invalid.",
        ));
    }
    let scopes = ask.scopes();
    let foreign: Vec<String> = scopes
        .iter()
        .filter(|s| !PERMISSIONS.contains(&s.as_str()))
        .cloned()
        .collect();
    let expected = PERMISSIONS.join(", ");
    if !cloud.ledger.verify(
        "Permissions",
        foreign.is_empty(),
        expected,
        scopes.join(", "),
    ) {
        let text = format!(
            "This content isn't available right now: {}",
            foreign.join(", ")
        );
        return Err(refused("Invalid Scopes", &text));
    }
    Ok(app)
}

fn check_password(cloud: &mut Cloud, form: &Form) -> Result<String, Refused> {
    let email = form.get("email").unwrap_or_default();
    let user_id = cloud
        .facebook
        .by_email
        .get(&email.to_ascii_lowercase())
        .cloned();
    let user = user_id
        .as_ref()
        .and_then(|id| cloud.facebook.users.get(id))
        .cloned();
    cloud
        .ledger
        .verify("Account", user.is_some(), "a Facebook account", email);
    let (Some(user_id), Some(user)) = (user_id, user) else {
        let text = "The email you entered isn't connected to an account.";
        return Err(Box::new(not_let_in(text)));
    };
    let password = form.get("pass").unwrap_or_default();
    let same = constant_time_eq(user.password.as_bytes(), password.as_bytes());
    let actual = if same {
        "the account's password"
    } else {
        "another text"
    };
    if !cloud.ledger.verify(
        "Password",
        same,
        format!("the password of {}", user.name),
        actual,
    ) {
        let text = "The password that you've entered is incorrect.";
        return Err(Box::new(not_let_in(text)));
    }
    Ok(user_id)
}

/// Whose session the browser's cookies prove.
fn session_user(cloud: &Cloud, request: &Request) -> Option<String> {
    let user_id = cloud.facebook.sessions.get(pages::cookie(request, "xs")?)?;
    (pages::cookie(request, "c_user") == Some(user_id)).then(|| user_id.clone())
}

/// Signs the browser in.
fn open_session(cloud: &mut Cloud, actor: &ActorId, user: &str, response: Response) -> Response {
    let value = cloud.fresh("facebook/session").from_alphabet(ALPHABET, 32);
    let mint = Mint::text(
        ArtifactKind::BrowserSession,
        "Facebook session",
        value.clone(),
    )
    .fact("c_user", user)
    .origin("c_user", user, world_user(cloud, user))
    .origin("xs", value.clone(), random("facebook/session"));
    cloud.mint(actor, mint);
    cloud
        .facebook
        .sessions
        .insert(value.clone(), user.to_owned());
    let response = pages::with_cookie(response, "c_user", user, COOKIE_ATTRIBUTES);
    pages::with_cookie(response, "xs", &value, COOKIE_ATTRIBUTES)
}

/// Sends the browser back with what the app asked for.
fn send_back(cloud: &mut Cloud, actor: &ActorId, ask: &Ask, user_id: &str) -> Response {
    match ask.response_type.as_str() {
        "token" => send_token(cloud, actor, ask, user_id),
        "id_token" => send_id_token(cloud, actor, ask, user_id),
        _ => send_code(cloud, actor, ask, user_id),
    }
}

fn send_code(cloud: &mut Cloud, actor: &ActorId, ask: &Ask, user_id: &str) -> Response {
    let value = format!(
        "AQ{}",
        cloud
            .fresh("facebook/code")
            .from_alphabet(ALPHABET, CODE_CHARS)
    );
    let expires_at = cloud.now() + CODE_VALIDITY;
    let mint = Mint::text(
        ArtifactKind::AuthorizationCode,
        "Facebook code",
        value.clone(),
    )
    .expiring(expires_at)
    .fact("user_id", user_id)
    .fact("app_id", ask.app_id.clone())
    .fact("redirect_uri", ask.redirect_uri.clone())
    .fact("scopes", ask.scopes().join(", "))
    .origin("code", value.clone(), random("facebook/code"))
    .origin("user_id", user_id, world_user(cloud, user_id))
    .origin("app_id", ask.app_id.clone(), asked(cloud, "client_id"));
    cloud.mint(actor, mint);
    let code = Code {
        app: ask.app_id.clone(),
        user: user_id.to_owned(),
        redirect_uri: ask.redirect_uri.clone(),
        scopes: ask.scopes(),
        expires_at,
        used: false,
    };
    cloud.facebook.codes.insert(value.clone(), code);
    let answer = Form::new()
        .with("code", &value)
        .with_optional("state", ask.state.as_deref());
    pages::redirect(&answer.append_to_url(&ask.redirect_uri))
}

/// The native SDK and the JavaScript SDK get the token itself, behind the `#`.
fn send_token(cloud: &mut Cloud, actor: &ActorId, ask: &Ask, user_id: &str) -> Response {
    let origins = [
        ("user_id", user_id.to_owned(), world_user(cloud, user_id)),
        ("app_id", ask.app_id.clone(), asked(cloud, "client_id")),
    ];
    let (value, seconds) = mint_token(cloud, actor, (&ask.app_id, user_id, ask.scopes()), &origins);
    let answer = Form::new()
        .with("access_token", &value)
        .with("expires_in", &seconds.to_string())
        .with_optional("state", ask.state.as_deref());
    pages::redirect(&format!("{}#{}", ask.redirect_uri, answer.encode()))
}

/// Limited Login: an ID token behind the `#`, and nothing else.
fn send_id_token(cloud: &mut Cloud, actor: &ActorId, ask: &Ask, user_id: &str) -> Response {
    let subject = Subject {
        app: &ask.app_id,
        user: user_id,
        with_email: ask.scopes().iter().any(|scope| scope == "email"),
        nonce: ask.nonce.as_deref(),
        asked: asked(cloud, "client_id"),
    };
    let back = (ask.redirect_uri.as_str(), ask.state.as_deref());
    limited::send_id_token(cloud, actor, &subject, back)
}

/// Makes an access token for (app, user, scopes); returns it and its lifetime in seconds.
pub(super) fn mint_token(
    cloud: &mut Cloud,
    actor: &ActorId,
    (app, user, scopes): (&str, &str, Vec<String>),
    origins: &[(&str, String, Source)],
) -> (String, i64) {
    let validity = cloud
        .facebook
        .apps
        .get(app)
        .map_or(super::TOKEN_VALIDITY, |a| a.token_validity);
    let stream = "facebook/access-token";
    let value = format!(
        "EAA{}",
        cloud.fresh(stream).from_alphabet(ALPHABET, TOKEN_CHARS)
    );
    let issued_at = cloud.now();
    let expires_at = issued_at + validity;
    let mut mint = Mint::text(
        ArtifactKind::OpaqueToken,
        "Facebook access token",
        value.clone(),
    )
    .expiring(expires_at)
    .fact("user_id", user)
    .fact("app_id", app)
    .fact("scopes", scopes.join(", "))
    .fact("expires", expires_at.iso8601())
    .origin("access_token", value.clone(), random(stream))
    .origin("expires", expires_at.iso8601(), Source::Clock);
    for (field, text, source) in origins {
        mint = mint.origin(*field, text.clone(), source.clone());
    }
    cloud.mint(actor, mint);
    let (app, user) = (app.to_owned(), user.to_owned());
    let token = Token {
        app,
        user,
        scopes,
        issued_at,
        expires_at,
    };
    cloud.facebook.tokens.insert(value.clone(), token);
    (value, validity.seconds())
}

/// The source of a value that was read out of an artifact.
pub(super) fn from_artifact(artifact: ArtifactId, field: &str) -> Source {
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

fn world_user(cloud: &Cloud, user_id: &str) -> Source {
    let name = cloud
        .facebook
        .users
        .get(user_id)
        .map_or("", |user| user.name.as_str());
    Source::World {
        place: format!("Facebook user {name}"),
    }
}

/// A member of the request being answered.
fn asked(cloud: &Cloud, member: &str) -> Source {
    match cloud.ledger.current() {
        Some(exchange) => Source::Message {
            exchange,
            member: member.to_owned(),
        },
        None => Source::World {
            place: member.to_owned(),
        },
    }
}

fn consent_buttons() -> [Field<'static>; 2] {
    [
        Field::Button("consent", "yes", "Continue"),
        Field::Button("consent", "no", "Cancel"),
    ]
}

fn login_url() -> String {
    format!("https://{WEB_HOST}/login")
}

fn denied(ask: &Ask) -> Response {
    let answer = Form::new()
        .with("error", "access_denied")
        .with("error_code", "200")
        .with("error_description", "Permissions error")
        .with("error_reason", "user_denied")
        .with_optional("state", ask.state.as_deref());
    pages::redirect(&answer.append_to_url(&ask.redirect_uri))
}

fn refused(title: &str, text: &str) -> Refused {
    Box::new(refuse(title, text))
}

fn not_let_in(text: &str) -> Response {
    pages::error_page(StatusCode::UNAUTHORIZED, "Log in to Facebook", text)
}

fn refuse(title: &str, text: &str) -> Response {
    pages::error_page(StatusCode::BAD_REQUEST, title, text)
}

fn bad_request() -> Response {
    refuse("Bad request", "The request's parameters are not a form.")
}
