//! What an app asks the hosted UI for, verified before anybody signs in.

use super::{app_error, error_redirect};
use crate::cloud::Cloud;
use crate::cloud::aws::shorten;
use crate::cloud::pages::Refused;
use crate::cloud::user_pool::model::{Ask, Client};
use crate::protocol::form::Form;

const AUTHORIZE_GUIDE: &str = "Cognito guide: authorize endpoint";
const RFC_7636: &str = "RFC 7636; Cognito guide: authorize endpoint";
/// Length of a SHA-256 in base64url, in characters.
const CHALLENGE_CHARS: usize = 43;
/// The longest `state` and `nonce`, in characters.
const MAX_ECHO_CHARS: usize = 4_096;

/// Announces the checks of [`check`].
pub(super) fn plan(cloud: &mut Cloud, form: &Form) {
    cloud.ledger.plan(&[
        ("Client id", AUTHORIZE_GUIDE),
        ("Redirect URI", AUTHORIZE_GUIDE),
        ("Response type", AUTHORIZE_GUIDE),
        ("Scopes", AUTHORIZE_GUIDE),
    ]);
    if form.get("code_challenge").is_some() || form.get("code_challenge_method").is_some() {
        cloud.ledger.plan(&[("PKCE challenge", RFC_7636)]);
    }
}

/// Verifies what an app asks for.
pub(super) fn check(
    cloud: &mut Cloud,
    pool_id: &str,
    form: &Form,
) -> Result<(Ask, Client), Refused> {
    let client = check_client(cloud, pool_id, form)?;
    let redirect_uri = form.get("redirect_uri").unwrap_or_default().to_owned();
    let state = form.get("state").map(str::to_owned);
    let refuse =
        |error: &str, why: &str| Box::new(app_error(&redirect_uri, state.as_deref(), (error, why)));
    let response_type = form.get("response_type").unwrap_or_default();
    let is_code = response_type == "code";
    if !cloud
        .ledger
        .verify("Response type", is_code, "code", shorten(response_type))
    {
        return Err(match response_type {
            "token" => refuse("unauthorized_client", ""),
            _ => refuse("invalid_request", "invalid response_type"),
        });
    }
    let scopes = scopes(&client, form);
    let foreign = scopes.iter().any(|scope| !client.scopes.contains(scope));
    let expected = format!("among: {}", client.scopes.join(" "));
    let actual = shorten(&scopes.join(" "));
    if !cloud
        .ledger
        .verify("Scopes", !foreign && !scopes.is_empty(), expected, actual)
    {
        return Err(refuse("invalid_scope", ""));
    }
    let challenge = check_challenge(cloud, form).map_err(|why| refuse("invalid_request", why))?;
    let nonce = form.get("nonce").map(str::to_owned);
    let too_long = |text: &Option<String>| text.as_ref().is_some_and(|t| t.len() > MAX_ECHO_CHARS);
    if too_long(&state) || too_long(&nonce) {
        return Err(Box::new(error_redirect(
            &host(cloud, pool_id),
            "invalid_request",
            &client.id,
        )));
    }
    let asked_in = cloud.ledger.current();
    let client_id = client.id.clone();
    let ask = Ask {
        client: client_id,
        redirect_uri,
        state,
        scopes,
        nonce,
        challenge,
        asked_in,
    };
    Ok((ask, client))
}

/// Client and redirect: as long as they are in doubt, nothing may be sent to the app.
fn check_client(cloud: &mut Cloud, pool_id: &str, form: &Form) -> Result<Client, Refused> {
    let client_id = form.get("client_id").unwrap_or_default();
    let pool = cloud.user_pools.get(pool_id);
    let client = pool.and_then(|pool| pool.clients.get(client_id)).cloned();
    let host = host(cloud, pool_id);
    let actual = if client_id.is_empty() {
        "none".to_owned()
    } else {
        shorten(client_id)
    };
    cloud.ledger.verify(
        "Client id",
        client.is_some(),
        "a client of this pool",
        actual,
    );
    let Some(client) = client else {
        return Err(Box::new(error_redirect(&host, "invalid_client", client_id)));
    };
    let redirect_uri = form.get("redirect_uri").unwrap_or_default();
    let known = client.callback_urls.iter().any(|url| url == redirect_uri);
    let expected = format!("exactly one of: {}", client.callback_urls.join(" "));
    if !cloud
        .ledger
        .verify("Redirect URI", known, expected, redirect_uri)
    {
        return Err(Box::new(error_redirect(
            &host,
            "redirect_mismatch",
            client_id,
        )));
    }
    Ok(client)
}

/// The scopes asked for; all of the client's where none are named.
fn scopes(client: &Client, form: &Form) -> Vec<String> {
    let named = form.get("scope").unwrap_or_default();
    let mut scopes: Vec<String> = Vec::new();
    for scope in named.split(' ').filter(|scope| !scope.is_empty()) {
        if !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.to_owned());
        }
    }
    if scopes.is_empty() {
        client.scopes.clone()
    } else {
        scopes
    }
}

/// A challenge must be a SHA-256; the plain method is not supported.
fn check_challenge(cloud: &mut Cloud, form: &Form) -> Result<Option<String>, &'static str> {
    let (challenge, method) = (
        form.get("code_challenge"),
        form.get("code_challenge_method"),
    );
    if challenge.is_none() && method.is_none() {
        return Ok(None);
    }
    let challenge = challenge.unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let shaped = challenge.len() == CHALLENGE_CHARS && challenge.bytes().all(plain);
    let held = shaped && method == Some("S256");
    let actual = format!(
        "{}, {}",
        method.map_or_else(|| "no method".to_owned(), shorten),
        shorten(challenge)
    );
    let expected = "S256, a SHA-256 in base64url";
    match cloud
        .ledger
        .verify("PKCE challenge", held, expected, actual)
    {
        true => Ok(Some(challenge.to_owned())),
        false if shaped => Err("code_challenge_method is invalid"),
        false => Err("code_challenge is invalid"),
    }
}

/// The host of a pool's hosted UI.
pub(super) fn host(cloud: &Cloud, pool_id: &str) -> String {
    cloud
        .user_pools
        .get(pool_id)
        .map(|pool| pool.host())
        .unwrap_or_default()
}
