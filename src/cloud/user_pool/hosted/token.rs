//! `/oauth2/token`: a code, or a refresh token, into tokens.

use http::StatusCode;
use http::header::{CACHE_CONTROL, HeaderValue};
use serde_json::{Map, json};

use super::oauth_error;
use crate::cloud::Cloud;
use crate::cloud::aws::shorten;
use crate::cloud::user_pool::model::{Client, Code};
use crate::cloud::user_pool::refresh::{check_refresh_token, plan_refresh, refresh};
use crate::cloud::user_pool::tokens::{self, NewSignIn, TokenSet};
use crate::protocol::encoding::{base64_decode, base64url};
use crate::protocol::form::Form;
use crate::protocol::hash::{constant_time_eq, sha256};
use crate::protocol::message::{Message, Request, Response, json_response};

const TOKEN_GUIDE: &str = "Cognito guide: token endpoint";
const RFC_6749: &str = "RFC 6749 section 4.1.3";
const RFC_7636: &str = "RFC 7636 section 4.6";
/// Lengths that RFC 7636 allows a verifier, in characters.
const VERIFIER_CHARS: std::ops::RangeInclusive<usize> = 43..=128;

/// `POST /oauth2/token`.
pub(super) fn token(cloud: &mut Cloud, pool_id: &str, request: &Request) -> Response {
    cloud.ledger.plan(&[("Grant type", TOKEN_GUIDE)]);
    plan_client(cloud);
    let Ok(form) = request.form_body() else {
        return bad("invalid_request");
    };
    let grant_type = form.get("grant_type").unwrap_or_default();
    match grant_type {
        "authorization_code" => plan_code(cloud),
        "refresh_token" => plan_refresh(cloud),
        _ => {}
    }
    let known = matches!(grant_type, "authorization_code" | "refresh_token");
    let expected = "authorization_code or refresh_token";
    if !cloud
        .ledger
        .verify("Grant type", known, expected, shorten(grant_type))
    {
        let missing = grant_type.is_empty();
        return bad(if missing {
            "invalid_request"
        } else {
            "unsupported_grant_type"
        });
    }
    let answer = check_client(cloud, pool_id, request, &form).and_then(|client| match grant_type {
        "authorization_code" => redeem_code(cloud, pool_id, &client, &form),
        _ => redeem_refresh_token(cloud, pool_id, &client, &form),
    });
    match answer {
        Ok(set) => success(&set),
        Err(error) => bad(error),
    }
}

/// Announces the checks of [`check_client`].
pub(super) fn plan_client(cloud: &mut Cloud) {
    cloud
        .ledger
        .plan(&[("App client", TOKEN_GUIDE), ("Client secret", TOKEN_GUIDE)]);
}

/// The client, and its secret where it has one: in the Authorization header or in the form.
pub(super) fn check_client(
    cloud: &mut Cloud,
    pool_id: &str,
    request: &Request,
    form: &Form,
) -> Result<Client, &'static str> {
    let basic = basic_credentials(request);
    let (client_id, secret) = match &basic {
        Some((id, secret)) => (id.as_str(), Some(secret.as_str())),
        None => (
            form.get("client_id").unwrap_or_default(),
            form.get("client_secret"),
        ),
    };
    if client_id.is_empty() {
        cloud
            .ledger
            .failed("App client", "a client of this pool", "none");
        return Err("invalid_request");
    }
    let pool = cloud.user_pools.get(pool_id);
    let client = pool.and_then(|pool| pool.clients.get(client_id)).cloned();
    let actual = shorten(client_id);
    cloud.ledger.verify(
        "App client",
        client.is_some(),
        "a client of this pool",
        actual,
    );
    let Some(client) = client else {
        return Err("invalid_client");
    };
    let Some(kept) = &client.secret else {
        if secret.is_none_or(str::is_empty) {
            cloud.ledger.skip("Client secret");
            return Ok(client);
        }
        cloud
            .ledger
            .failed("Client secret", "none: a public client", "a secret");
        return Err("invalid_client");
    };
    let same = secret.is_some_and(|sent| constant_time_eq(kept.as_bytes(), sent.as_bytes()));
    let actual = match secret {
        Some(_) if same => "that secret",
        Some(_) => "another text",
        None => "none sent",
    };
    let expected = format!("the secret of {}", client.name);
    match cloud.ledger.verify("Client secret", same, expected, actual) {
        true => Ok(client),
        false => Err("invalid_client"),
    }
}

/// Client id and secret from `Authorization: Basic`.
fn basic_credentials(request: &Request) -> Option<(String, String)> {
    let text = request.header("authorization")?.strip_prefix("Basic ")?;
    let text = String::from_utf8(base64_decode(text.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

fn plan_code(cloud: &mut Cloud) {
    cloud.ledger.plan(&[
        ("Code known", RFC_6749),
        ("Code of this client", RFC_6749),
        ("Redirect URI", RFC_6749),
        ("Code unused", RFC_6749),
        ("Code not expired", TOKEN_GUIDE),
        ("PKCE verifier", RFC_7636),
    ]);
}

fn redeem_code(
    cloud: &mut Cloud,
    pool_id: &str,
    client: &Client,
    form: &Form,
) -> Result<TokenSet, &'static str> {
    let value = form.get("code").unwrap_or_default();
    let code = check_code(cloud, pool_id, client, form)?;
    check_verifier(cloud, &code, form.get("code_verifier"))?;
    let via = cloud.ledger.find_artifact(value);
    let new = NewSignIn {
        username: &code.username,
        client,
        auth_time: code.auth_time,
        scopes: code.scopes.clone(),
        hosted: true,
        nonce: code.nonce.as_deref(),
        via,
    };
    let set = tokens::sign_in(cloud, pool_id, new).map_err(|_| "server_error")?;
    let pool = cloud.user_pools.get_mut(pool_id);
    if let Some(pool) = pool
        && let Some(code) = pool.codes.get_mut(value)
    {
        code.used = true;
        pool.used_codes += 1;
    }
    if let Some(artifact) = via {
        cloud.spend(artifact);
    }
    Ok(set)
}

fn check_code(
    cloud: &mut Cloud,
    pool_id: &str,
    client: &Client,
    form: &Form,
) -> Result<Code, &'static str> {
    let value = form.get("code").unwrap_or_default();
    let code = cloud
        .user_pools
        .get(pool_id)
        .and_then(|pool| pool.codes.get(value))
        .cloned();
    let actual = if value.is_empty() {
        "none".to_owned()
    } else {
        shorten(value)
    };
    cloud
        .ledger
        .verify("Code known", code.is_some(), "a code of this pool", actual);
    let Some(code) = code else {
        return Err(if value.is_empty() {
            "invalid_request"
        } else {
            "invalid_grant"
        });
    };
    let same = code.client == client.id;
    let expected = code.client.clone();
    if !cloud
        .ledger
        .verify("Code of this client", same, expected, client.id.clone())
    {
        return Err("invalid_grant");
    }
    let redirect_uri = form.get("redirect_uri").unwrap_or_default();
    let same = code.redirect_uri == redirect_uri;
    if !cloud.ledger.verify(
        "Redirect URI",
        same,
        code.redirect_uri.clone(),
        redirect_uri,
    ) {
        return Err("invalid_grant");
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
        return Err("invalid_grant");
    }
    let (now, end) = (cloud.now(), code.expires_at);
    let expected = format!("before {}", end.clock_text());
    if !cloud
        .ledger
        .verify("Code not expired", now < end, expected, now.clock_text())
    {
        return Err("invalid_grant");
    }
    Ok(code)
}

/// Whoever redeems the code must know what the challenge was made from. Where there was no
/// challenge, a verifier has nothing to prove.
fn check_verifier(
    cloud: &mut Cloud,
    code: &Code,
    verifier: Option<&str>,
) -> Result<(), &'static str> {
    let Some(challenge) = &code.challenge else {
        cloud.ledger.skip("PKCE verifier");
        return Ok(());
    };
    let expected = format!("base64url(SHA-256(verifier)) is {challenge}");
    let Some(verifier) = verifier else {
        cloud.ledger.failed("PKCE verifier", expected, "none sent");
        return Err("invalid_grant");
    };
    let found = base64url(&sha256(verifier.as_bytes()));
    let same = constant_time_eq(found.as_bytes(), challenge.as_bytes())
        && VERIFIER_CHARS.contains(&verifier.len());
    match cloud
        .ledger
        .verify("PKCE verifier", same, expected, format!("it is {found}"))
    {
        true => Ok(()),
        false => Err("invalid_grant"),
    }
}

fn redeem_refresh_token(
    cloud: &mut Cloud,
    pool_id: &str,
    client: &Client,
    form: &Form,
) -> Result<TokenSet, &'static str> {
    let Some(token) = form.get("refresh_token").filter(|token| !token.is_empty()) else {
        cloud
            .ledger
            .failed("Refresh token known", "a token of this pool", "none");
        return Err("invalid_request");
    };
    let record = check_refresh_token(cloud, pool_id, client, token).map_err(|_| "invalid_grant")?;
    refresh(cloud, pool_id, (client, &record), token).map_err(|_| "server_error")
}

fn success(set: &TokenSet) -> Response {
    let mut body = Map::new();
    if let Some(token) = &set.id_token {
        body.insert("id_token".to_owned(), json!(token));
    }
    body.insert("access_token".to_owned(), json!(set.access_token));
    if let Some(token) = &set.refresh_token {
        body.insert("refresh_token".to_owned(), json!(token));
    }
    body.insert("expires_in".to_owned(), json!(set.expires_in));
    body.insert("token_type".to_owned(), json!("Bearer"));
    let mut response = json_response(StatusCode::OK, &serde_json::Value::Object(body));
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn bad(error: &str) -> Response {
    match error {
        "server_error" => oauth_error(StatusCode::INTERNAL_SERVER_ERROR, error),
        error => oauth_error(StatusCode::BAD_REQUEST, error),
    }
}
