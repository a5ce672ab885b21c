//! New tokens for an old sign-in: REFRESH_TOKEN_AUTH, and GetTokensFromRefreshToken, the one way
//! where refresh tokens rotate.

use serde_json::Value;

use super::api::{Answer, not_authorized};
use super::clients;
use super::config::AuthFlow;
use super::initiate_auth::{check_flow, check_status, not_enabled, result, token_error};
use super::input::Input;
use super::model::{Client, SignInRecord};
use super::sessions::MAX_TOKEN_CHARS;
use super::tokens::{self, TokenError, TokenSet};
use crate::cloud::Cloud;
use crate::cloud::aws::{AwsError, shorten};

const MODEL: &str = "Tokentrail's model";
const API: &str = "API reference: InitiateAuth";
const ERRORS_GUIDE: &str = "Cognito guide: managing errors";
const REFRESH_GUIDE: &str = "Cognito guide: using the refresh token";
const REVOKE_GUIDE: &str = "Cognito guide: revoking tokens";
const ROTATION_GUIDE: &str = "Cognito guide: refresh token rotation";
const FLOW: &str = "REFRESH_TOKEN_AUTH";

/// `GetTokensFromRefreshToken`: with rotation a new refresh token comes along.
pub(super) fn get_tokens(cloud: &mut Cloud, pool: &str, input: &Input) -> Answer {
    let token = input.required("RefreshToken", MAX_TOKEN_CHARS)?;
    let client_id = input.required("ClientId", 128)?;
    let secret = input.optional("ClientSecret", 64)?;
    cloud.ledger.plan(&[
        ("App client", "API reference: ClientId"),
        ("Client secret", "API reference: GetTokensFromRefreshToken"),
    ]);
    plan_refresh(cloud);
    let client = clients::check(cloud, pool, client_id)?;
    if !clients::check_secret(cloud, &client, secret) {
        let id = &client.id;
        let message = match secret {
            None => format!("Client {id} is configured with secret but secret was not received"),
            Some(_) => format!("Unable to verify secret for client {id}"),
        };
        return Err(not_authorized(message).in_own_words());
    }
    let record = check_refresh_token(cloud, pool, &client, token)?;
    let set = refresh(cloud, pool, (&client, &record), token).map_err(token_error)?;
    let mut answer = result(&set);
    if let Value::Object(members) = &mut answer {
        members.remove("ChallengeParameters");
    }
    Ok(answer)
}

/// Where refresh tokens rotate, this flow is closed.
fn check_no_rotation(cloud: &mut Cloud, client: &Client) -> Result<(), AwsError> {
    let off = client.rotation.is_none();
    let actual = if off { "off" } else { "on" };
    let expected = "refresh token rotation is off";
    match cloud.ledger.verify("No rotation", off, expected, actual) {
        true => Ok(()),
        false => Err(not_enabled(FLOW)),
    }
}

/// A token that a newer one took the place of works only for its grace.
fn check_not_replaced(
    cloud: &mut Cloud,
    pool_id: &str,
    client: &Client,
    token: &str,
) -> Result<(), AwsError> {
    if client.rotation.is_none() {
        cloud.ledger.skip("Not replaced");
        return Ok(());
    }
    let pool = cloud.user_pools.get(pool_id);
    let end = pool.and_then(|pool| pool.refresh_tokens.get(token)?.replaced_from);
    let now = cloud.now();
    let held = end.is_none_or(|end| now < end);
    let actual = match end {
        None => "the latest one".to_owned(),
        Some(end) if held => format!("replaced, in its grace until {}", end.clock_text()),
        Some(end) => format!("replaced, ended {}", end.clock_text()),
    };
    let expected = "the latest refresh token of its sign-in, or one in its grace";
    match cloud.ledger.verify("Not replaced", held, expected, actual) {
        true => Ok(()),
        false => Err(AwsError::new(
            "RefreshTokenReuseException",
            400,
            "Refresh token has been invalidated by refresh token rotation.",
        )
        .in_own_words()),
    }
}

/// New ID and access tokens; a new refresh token only where they rotate.
pub(super) fn refresh(
    cloud: &mut Cloud,
    pool: &str,
    (client, record): (&Client, &SignInRecord),
    token: &str,
) -> Result<TokenSet, TokenError> {
    let via = cloud.ledger.find_artifact(token);
    let source = "TokenGeneration_RefreshTokens";
    let mut set = tokens::issue(cloud, pool, record, (None, via), source)?;
    if let Some(rotation) = client.rotation {
        let new = tokens::rotate(cloud, pool, record, via);
        let end = cloud.now() + rotation.grace;
        let pool = cloud.user_pools.get_mut(pool);
        if let Some(old) = pool.and_then(|pool| pool.refresh_tokens.get_mut(token)) {
            old.replaced_from.get_or_insert(end);
        }
        set.refresh_token = Some(new);
    }
    Ok(set)
}

/// InitiateAuth with REFRESH_TOKEN_AUTH.
pub(super) fn with_refresh_token(
    cloud: &mut Cloud,
    pool: &str,
    client_id: &str,
    input: &Input,
) -> Answer {
    let token = input.required_in_map("AuthParameters", "REFRESH_TOKEN")?;
    let hash = input.in_map("AuthParameters", "SECRET_HASH")?;
    clients::plan(cloud, pool, client_id);
    cloud
        .ledger
        .plan(&[("Flow enabled", API), ("No rotation", ROTATION_GUIDE)]);
    plan_refresh(cloud);
    let client = clients::check(cloud, pool, client_id)?;
    let names = names_behind(cloud, pool, token);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    clients::check_secret_hash(cloud, &client, &names, hash)?;
    check_flow(cloud, &client, AuthFlow::RefreshToken, FLOW)?;
    check_no_rotation(cloud, &client)?;
    let record = check_refresh_token(cloud, pool, &client, token)?;
    let set = refresh(cloud, pool, (&client, &record), token).map_err(token_error)?;
    Ok(result(&set))
}

/// The names by which a secret hash may have been computed for a refresh.
fn names_behind(cloud: &Cloud, pool_id: &str, token: &str) -> Vec<String> {
    let user = || {
        let pool = cloud.user_pools.get(pool_id)?;
        pool.users.get(&pool.sign_in_of(token)?.username)
    };
    user().map_or_else(Vec::new, |user| {
        vec![user.username.clone(), user.sub.clone()]
    })
}

/// Announces the checks of [`check_refresh_token`].
pub(super) fn plan_refresh(cloud: &mut Cloud) {
    cloud.ledger.plan(&[
        ("Refresh token known", REFRESH_GUIDE),
        ("Same app client", REFRESH_GUIDE),
        ("Not revoked", REVOKE_GUIDE),
        ("Not replaced", ROTATION_GUIDE),
        ("Not expired", REFRESH_GUIDE),
        ("User enabled", MODEL),
        ("User confirmed", ERRORS_GUIDE),
    ]);
}

/// Verifies a refresh token and returns the sign-in it belongs to.
pub(super) fn check_refresh_token(
    cloud: &mut Cloud,
    pool_id: &str,
    client: &Client,
    token: &str,
) -> Result<SignInRecord, AwsError> {
    let pool = cloud.user_pools.get(pool_id);
    let record = pool.and_then(|pool| pool.sign_in_of(token)).cloned();
    let user = record
        .as_ref()
        .and_then(|record| pool?.users.get(&record.username))
        .cloned();
    let known = record.is_some() && user.is_some();
    cloud.ledger.verify(
        "Refresh token known",
        known,
        "a token of this pool",
        shorten(token),
    );
    let (Some(record), Some(user)) = (record, user) else {
        return Err(not_authorized("Invalid Refresh Token"));
    };
    let same = record.client == client.id;
    if !cloud.ledger.verify(
        "Same app client",
        same,
        record.client.clone(),
        client.id.clone(),
    ) {
        return Err(not_authorized("Invalid Refresh Token"));
    }
    let actual = if record.revoked {
        "revoked"
    } else {
        "not revoked"
    };
    if !cloud
        .ledger
        .verify("Not revoked", !record.revoked, "not revoked", actual)
    {
        return Err(not_authorized("Refresh Token has been revoked"));
    }
    check_not_replaced(cloud, pool_id, client, token)?;
    let (now, end) = (cloud.now(), record.refresh_expires_at);
    let expected = format!("before {}", end.iso8601());
    if !cloud
        .ledger
        .verify("Not expired", now < end, expected, now.iso8601())
    {
        // The facts have no established text for this
        return Err(not_authorized("Refresh Token has expired").in_own_words());
    }
    check_status(cloud, &user)?;
    Ok(record)
}
