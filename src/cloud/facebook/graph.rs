//! The Graph API: what servers ask Facebook about codes and tokens.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::Token;
use super::dialog::{from_artifact, mint_token};
use crate::cloud::Cloud;
use crate::cloud::aws::shorten;
use crate::cloud::ledger::ActorId;
use crate::protocol::form::Form;
use crate::protocol::hash::constant_time_eq;
use crate::protocol::message::{Request, RequestExt, Response, json_response};
use crate::protocol::time::Span;

const LOGIN_GUIDE: &str = "Facebook Login: manual flow";
const TOKEN_GUIDE: &str = "Facebook Login: debugging access tokens";
const RFC_6749: &str = "RFC 6749 section 4.1.3";

/// An error in the Graph API's form.
#[derive(Debug)]
struct GraphError {
    message: String,
    code: u32,
    subcode: Option<u32>,
}

impl GraphError {
    fn new(code: u32, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code,
            subcode: None,
        }
    }

    fn sub(mut self, subcode: u32) -> Self {
        self.subcode = Some(subcode);
        self
    }

    fn response(self, cloud: &mut Cloud) -> Response {
        let trace = format!(
            "A{}",
            cloud
                .fresh("facebook/trace-id")
                .base64(22)
                .replace('/', "_")
        );
        let mut error = Map::new();
        error.insert("message".to_owned(), json!(self.message));
        error.insert("type".to_owned(), json!("OAuthException"));
        error.insert("code".to_owned(), json!(self.code));
        if let Some(subcode) = self.subcode {
            error.insert("error_subcode".to_owned(), json!(subcode));
        }
        error.insert("fbtrace_id".to_owned(), json!(trace));
        json_response(StatusCode::BAD_REQUEST, &json!({ "error": error }))
    }
}

type Answer = Result<Value, GraphError>;

/// Answers a Graph API request.
pub(super) fn answer(
    cloud: &mut Cloud,
    actor: &ActorId,
    operation: &str,
    request: &Request,
) -> Response {
    let answer = match request.query_form() {
        Err(_) => Err(GraphError::new(100, "Invalid parameter")),
        Ok(form) => match operation {
            "oauth/access_token" => access_token(cloud, actor, &form),
            "debug_token" => debug_token(cloud, &form),
            "me" => me(cloud, &form),
            "app" => app(cloud, &form),
            _ => {
                let path = RequestExt::path(request);
                Err(GraphError::new(
                    2500,
                    format!("Unknown path components: {path}"),
                ))
            }
        },
    };
    match answer {
        Ok(body) => json_response(StatusCode::OK, &body),
        Err(error) => error.response(cloud),
    }
}

/// `GET /oauth/access_token`: the app's server redeems an authorization code.
fn access_token(cloud: &mut Cloud, actor: &ActorId, form: &Form) -> Answer {
    cloud.ledger.plan(&[
        ("App id", LOGIN_GUIDE),
        ("App secret", LOGIN_GUIDE),
        ("Code known", RFC_6749),
        ("Same app", RFC_6749),
        ("Same redirect URI", RFC_6749),
        ("Code unused", RFC_6749),
        ("Code not expired", RFC_6749),
    ]);
    let app_id = check_app(cloud, form)?;
    let (value, code) = check_code(cloud, form, &app_id)?;
    if let Some(used) = cloud.facebook.codes.get_mut(&value) {
        used.used = true;
        cloud.facebook.redeemed += 1;
    }
    let mut origins = Vec::new();
    if let Some(artifact) = cloud.ledger.find_artifact(&value) {
        cloud.spend(artifact);
        origins.push((
            "user_id",
            code.user.clone(),
            from_artifact(artifact, "user_id"),
        ));
        origins.push((
            "app_id",
            code.app.clone(),
            from_artifact(artifact, "app_id"),
        ));
    }
    let (token, seconds) = mint_token(
        cloud,
        actor,
        (&app_id, &code.user, code.scopes.clone()),
        &origins,
    );
    Ok(json!({ "access_token": token, "token_type": "bearer", "expires_in": seconds }))
}

fn check_app(cloud: &mut Cloud, form: &Form) -> Result<String, GraphError> {
    let app_id = form.get("client_id").unwrap_or_default();
    let app = cloud.facebook.apps.get(app_id).cloned();
    cloud
        .ledger
        .verify("App id", app.is_some(), "a registered app", app_id);
    let Some(app) = app else {
        let message = match app_id {
            "" => "Missing client_id parameter.",
            _ => "Error validating application. Cannot get application info due to a system error.",
        };
        return Err(GraphError::new(101, message));
    };
    let secret = form.get("client_secret").unwrap_or_default();
    let same = constant_time_eq(app.secret.as_bytes(), secret.as_bytes());
    let actual = if same { "that secret" } else { "another text" };
    if !cloud.ledger.verify(
        "App secret",
        same,
        format!("the secret of {}", app.name),
        actual,
    ) {
        return Err(GraphError::new(1, "Error validating client secret."));
    }
    Ok(app_id.to_owned())
}

fn check_code(
    cloud: &mut Cloud,
    form: &Form,
    app_id: &str,
) -> Result<(String, super::Code), GraphError> {
    let value = form.get("code").unwrap_or_default();
    let code = cloud.facebook.codes.get(value).cloned();
    cloud.ledger.verify(
        "Code known",
        code.is_some(),
        "a code given by Facebook",
        shorten(value),
    );
    let Some(code) = code else {
        return Err(GraphError::new(100, "Invalid verification code format.").sub(36_008));
    };
    let mismatch = "Error validating verification code. Please make sure your redirect_uri is \
                    identical to the one you used in the OAuth dialog request";
    let same_app = code.app == app_id;
    if !cloud
        .ledger
        .verify("Same app", same_app, format!("app {}", code.app), app_id)
    {
        return Err(GraphError::new(100, mismatch).sub(36_008));
    }
    let redirect_uri = form.get("redirect_uri").unwrap_or_default();
    let same = code.redirect_uri == redirect_uri;
    if !cloud.ledger.verify(
        "Same redirect URI",
        same,
        code.redirect_uri.clone(),
        redirect_uri,
    ) {
        return Err(GraphError::new(100, mismatch).sub(36_008));
    }
    let actual = if code.used {
        "used before"
    } else {
        "not used yet"
    };
    if !cloud
        .ledger
        .verify("Code unused", !code.used, "not used yet", actual)
    {
        let message = "This authorization code has been used.";
        return Err(GraphError::new(100, message).sub(36_009));
    }
    let now = cloud.now();
    let expected = format!("before {}", code.expires_at.clock_text());
    let fresh = now < code.expires_at;
    if !cloud
        .ledger
        .verify("Code not expired", fresh, expected, now.clock_text())
    {
        let message = "This authorization code has expired.";
        return Err(GraphError::new(100, message).sub(36_007));
    }
    Ok((value.to_owned(), code))
}

/// `GET /debug_token`: an app asks what a token stands for. An expired token is described as not
/// valid; a token of another app is none of this app's business.
fn debug_token(cloud: &mut Cloud, form: &Form) -> Answer {
    cloud.ledger.plan(&[
        ("App access token", TOKEN_GUIDE),
        ("Token known", TOKEN_GUIDE),
        ("Token of this app", TOKEN_GUIDE),
        ("Token not expired", TOKEN_GUIDE),
    ]);
    let app_id = check_app_token(cloud, form)?;
    let value = form.get("input_token").unwrap_or_default();
    let token = cloud.facebook.tokens.get(value).cloned();
    cloud.ledger.verify(
        "Token known",
        token.is_some(),
        "a token of Facebook's",
        shorten(value),
    );
    let Some(token) = token else {
        let error = json!({ "code": 190, "message": "Invalid OAuth access token." });
        return Ok(json!({ "data": { "error": error, "is_valid": false, "scopes": [] } }));
    };
    let same = token.app == app_id;
    if !cloud.ledger.verify(
        "Token of this app",
        same,
        format!("app {app_id}"),
        token.app.clone(),
    ) {
        let message = "(#100) The App_id in the input_token did not match the Viewing App";
        return Err(GraphError::new(100, message));
    }
    let valid = check_expiry(cloud, &token);
    Ok(json!({ "data": token_data(cloud, &token, valid) }))
}

fn token_data(cloud: &Cloud, token: &Token, valid: bool) -> Map<String, Value> {
    let name = cloud
        .facebook
        .apps
        .get(&token.app)
        .map_or("", |app| app.name.as_str());
    let mut data = Map::new();
    data.insert("app_id".to_owned(), json!(token.app));
    data.insert("type".to_owned(), json!("USER"));
    data.insert("application".to_owned(), json!(name));
    data.insert(
        "data_access_expires_at".to_owned(),
        json!(token.expires_at.epoch_seconds()),
    );
    if !valid {
        let error = expired(cloud, token);
        let subcode = error.subcode.unwrap_or_default();
        let error = json!({ "code": error.code, "message": error.message, "subcode": subcode });
        data.insert("error".to_owned(), error);
    }
    data.insert(
        "expires_at".to_owned(),
        json!(token.expires_at.epoch_seconds()),
    );
    data.insert("is_valid".to_owned(), json!(valid));
    data.insert(
        "issued_at".to_owned(),
        json!(token.issued_at.epoch_seconds()),
    );
    data.insert("scopes".to_owned(), json!(token.scopes));
    data.insert("user_id".to_owned(), json!(token.user));
    data
}

/// The caller proves to be an app by `APPID|SECRET`.
fn check_app_token(cloud: &mut Cloud, form: &Form) -> Result<String, GraphError> {
    let text = form.get("access_token").unwrap_or_default();
    let (app_id, secret) = text.split_once('|').unwrap_or((text, ""));
    let known = cloud
        .facebook
        .apps
        .get(app_id)
        .map(|app| app.secret.clone());
    let held = known.is_some_and(|known| constant_time_eq(known.as_bytes(), secret.as_bytes()));
    let actual = if held {
        format!("app {app_id} with its secret")
    } else {
        shorten(app_id)
    };
    if cloud.ledger.verify(
        "App access token",
        held,
        "an app's id and its secret",
        actual,
    ) {
        return Ok(app_id.to_owned());
    }
    let message = match text {
        "" => "An access token is required to request this resource.",
        _ => "Invalid OAuth access token signature.",
    };
    Err(GraphError::new(
        if text.is_empty() { 104 } else { 190 },
        message,
    ))
}

/// `GET /me`: who the token's user is, with the fields that its permissions open.
fn me(cloud: &mut Cloud, form: &Form) -> Answer {
    let token = check_bearer(cloud, form)?;
    let fields = form.get("fields").unwrap_or("id,name");
    let user = cloud.facebook.users.get(&token.user).cloned();
    let Some(user) = user else {
        return Err(GraphError::new(190, "Invalid OAuth access token."));
    };
    let mut answer = Map::new();
    for field in fields.split(',').map(str::trim).chain(["id"]) {
        let value = match field {
            "id" => token.user.as_str(),
            "name" => user.name.as_str(),
            "first_name" => user.name.split(' ').next().unwrap_or_default(),
            "last_name" => user.name.rsplit(' ').next().unwrap_or_default(),
            // What the person did not consent to is left out, not refused
            "email" if !token.scopes.iter().any(|scope| scope == "email") => continue,
            "email" => user.email.as_str(),
            other => {
                let text = format!(
                    "(#100) Tried accessing nonexisting field ({}) on node type (User)",
                    shorten(other)
                );
                return Err(GraphError::new(100, text));
            }
        };
        answer
            .entry(field.to_owned())
            .or_insert_with(|| json!(value));
    }
    Ok(Value::Object(answer))
}

/// `GET /app`: which app a token belongs to, for a caller that holds no app's secret.
fn app(cloud: &mut Cloud, form: &Form) -> Answer {
    let token = check_bearer(cloud, form)?;
    let name = cloud
        .facebook
        .apps
        .get(&token.app)
        .map_or("", |app| app.name.as_str());
    Ok(
        json!({ "link": format!("https://www.facebook.com/games/?app_id={}", token.app),
               "name": name, "id": token.app }),
    )
}

fn check_bearer(cloud: &mut Cloud, form: &Form) -> Result<Token, GraphError> {
    cloud.ledger.plan(&[
        ("Token known", TOKEN_GUIDE),
        ("Token not expired", TOKEN_GUIDE),
    ]);
    let value = form.get("access_token").unwrap_or_default();
    let token = cloud.facebook.tokens.get(value).cloned();
    cloud.ledger.verify(
        "Token known",
        token.is_some(),
        "a token of Facebook's",
        shorten(value),
    );
    let Some(token) = token else {
        return Err(match value {
            "" => GraphError::new(
                2500,
                "An active access token must be used to query information about the current user.",
            ),
            _ => GraphError::new(
                190,
                "Invalid OAuth access token - Cannot parse access token",
            ),
        });
    };
    if check_expiry(cloud, &token) {
        Ok(token)
    } else {
        Err(expired(cloud, &token))
    }
}

fn check_expiry(cloud: &mut Cloud, token: &Token) -> bool {
    let now = cloud.now();
    let left = Span::from_seconds((token.expires_at - now).seconds());
    let actual = match left {
        left if left > Span::ZERO => format!("{left} left"),
        left => format!("ended {} ago", -left),
    };
    let expected = format!("before {}", token.expires_at.iso8601());
    cloud.ledger.verify(
        "Token not expired",
        now < token.expires_at,
        expected,
        actual,
    )
}

fn expired(cloud: &Cloud, token: &Token) -> GraphError {
    let message = format!(
        "Error validating access token: Session has expired on {}. The current time is {}.",
        token.expires_at.http_date(),
        cloud.now().http_date()
    );
    GraphError::new(190, message).sub(463)
}
