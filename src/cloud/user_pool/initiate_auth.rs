//! InitiateAuth: signing in with a password, and getting new tokens for an old sign-in.

use serde_json::{Map, Value, json};

use super::api::{Answer, internal_error, invalid_parameter, not_authorized};
use super::clients;
use super::config::AuthFlow;
use super::input::{Input, invalid};
use super::model::{Client, SignInRecord, Status, User};
use super::tokens::{self, ADMIN_SCOPE, NewSignIn, TokenError, TokenSet};
use crate::cloud::Cloud;
use crate::cloud::aws::{AwsError, shorten};

const MODEL: &str = "Tokentrail's model";
const API: &str = "API reference: InitiateAuth";
const ERRORS_GUIDE: &str = "Cognito guide: managing errors";
const LOCK_GUIDE: &str = "Cognito guide: lockout for failed sign-in attempts";
const REFRESH_GUIDE: &str = "Cognito guide: using the refresh token";
const REVOKE_GUIDE: &str = "Cognito guide: revoking tokens";

/// The longest client id, in characters.
const MAX_CLIENT_ID_CHARS: usize = 128;
/// All flows of the API, for messages.
const FLOWS: &str = "[USER_AUTH, USER_SRP_AUTH, REFRESH_TOKEN_AUTH, REFRESH_TOKEN, CUSTOM_AUTH, \
                     ADMIN_NO_SRP_AUTH, USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH]";

/// `InitiateAuth`.
pub(super) fn initiate_auth(cloud: &mut Cloud, pool: &str, input: &Input) -> Answer {
    let client_id = input.required("ClientId", MAX_CLIENT_ID_CHARS)?;
    let flow = input.required("AuthFlow", 64)?;
    match flow {
        "USER_PASSWORD_AUTH" => with_password(cloud, pool, client_id, input),
        "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN" => with_refresh_token(cloud, pool, client_id, input),
        other if FLOWS.contains(other) => {
            cloud
                .ledger
                .plan(&[("App client", API), ("Flow enabled", API)]);
            clients::check(cloud, pool, client_id)?;
            cloud
                .ledger
                .failed("Flow enabled", "a flow of this client", other);
            Err(not_enabled(other))
        }
        other => Err(invalid(&format!(
            "Value '{}' at 'authFlow' failed to satisfy constraint: Member must satisfy enum value \
             set: {FLOWS}",
            shorten(other)
        ))),
    }
}

fn with_password(cloud: &mut Cloud, pool: &str, client_id: &str, input: &Input) -> Answer {
    let username = input.required_in_map("AuthParameters", "USERNAME")?;
    let password = input.required_in_map("AuthParameters", "PASSWORD")?;
    let hash = input.in_map("AuthParameters", "SECRET_HASH")?;
    clients::plan(cloud, pool, client_id);
    cloud.ledger.plan(&[("Flow enabled", API)]);
    plan_password(cloud);
    let client = clients::check(cloud, pool, client_id)?;
    clients::check_secret_hash(cloud, &client, &[username], hash)?;
    check_flow(cloud, &client, AuthFlow::UserPassword, "USER_PASSWORD_AUTH")?;
    let username = check_password(cloud, pool, &client, (username, password))?;
    let new = NewSignIn {
        username: &username,
        client: &client,
        auth_time: cloud.now(),
        scopes: vec![ADMIN_SCOPE.to_owned()],
        hosted: false,
        nonce: None,
        via: None,
    };
    let set = tokens::sign_in(cloud, pool, new).map_err(|_| internal_error())?;
    Ok(result(&set))
}

/// Announces the checks of [`check_password`].
pub(super) fn plan_password(cloud: &mut Cloud) {
    cloud.ledger.plan(&[
        ("User exists", ERRORS_GUIDE),
        ("Not locked out", LOCK_GUIDE),
        ("Password", MODEL),
        ("User enabled", MODEL),
        ("User confirmed", ERRORS_GUIDE),
    ]);
}

/// Verifies a password and returns the user's name. A wrong one is counted.
pub(super) fn check_password(
    cloud: &mut Cloud,
    pool_id: &str,
    client: &Client,
    (typed, password): (&str, &str),
) -> Result<String, AwsError> {
    let wrong = || not_authorized("Incorrect username or password.");
    let user = check_user_exists(cloud, pool_id, typed);
    let Some(user) = user else {
        return Err(match client.hides_users {
            true => wrong(),
            false => AwsError::new("UserNotFoundException", 400, "User does not exist."),
        });
    };
    let now = cloud.now();
    let locked = user.attempts.locked_until(now);
    let actual = match locked {
        Some(until) => format!("locked until {}", until.clock_text()),
        None => format!("{} wrong in a row", user.attempts.failed),
    };
    let expected = "not too many wrong passwords in a row";
    if !cloud
        .ledger
        .verify("Not locked out", locked.is_none(), expected, actual)
    {
        return Err(not_authorized("Password attempts exceeded"));
    }
    let suffix = pool_id
        .split_once('_')
        .map_or(pool_id, |(_, suffix)| suffix);
    let record = user.password.as_ref();
    let same = record.is_some_and(|kept| kept.matches(suffix, &user.username, password));
    let actual = if same {
        "its hash is the one kept"
    } else {
        "another hash"
    };
    if !cloud
        .ledger
        .verify("Password", same, format!("the password of {typed}"), actual)
    {
        count_attempt(cloud, pool_id, &user.username, false);
        return Err(wrong());
    }
    check_status(cloud, &user)?;
    count_attempt(cloud, pool_id, &user.username, true);
    Ok(user.username)
}

fn check_user_exists(cloud: &mut Cloud, pool_id: &str, typed: &str) -> Option<User> {
    let pool = cloud.user_pools.get(pool_id)?;
    let user = pool
        .username_of(typed)
        .and_then(|name| pool.users.get(name))
        .cloned();
    let actual = shorten(typed);
    cloud
        .ledger
        .verify("User exists", user.is_some(), "a user of this pool", actual);
    user
}

fn check_status(cloud: &mut Cloud, user: &User) -> Result<(), AwsError> {
    let actual = if user.enabled { "enabled" } else { "disabled" };
    if !cloud
        .ledger
        .verify("User enabled", user.enabled, "enabled", actual)
    {
        return Err(not_authorized("User is disabled."));
    }
    let confirmed = user.status != Status::Unconfirmed;
    if !cloud
        .ledger
        .verify("User confirmed", confirmed, "CONFIRMED", user.status.name())
    {
        return Err(AwsError::new(
            "UserNotConfirmedException",
            400,
            "User is not confirmed.",
        ));
    }
    Ok(())
}

fn count_attempt(cloud: &mut Cloud, pool_id: &str, username: &str, right: bool) {
    let now = cloud.now();
    let pool = cloud.user_pools.get_mut(pool_id);
    let Some(user) = pool.and_then(|pool| pool.users.get_mut(username)) else {
        return;
    };
    if right {
        user.attempts.succeed()
    } else {
        user.attempts.fail(now)
    }
}

fn check_flow(
    cloud: &mut Cloud,
    client: &Client,
    flow: AuthFlow,
    name: &str,
) -> Result<(), AwsError> {
    let enabled = client.flows.contains(&flow);
    let expected = format!("ALLOW_{name} on client {}", client.name);
    let actual = if enabled { "enabled" } else { "not enabled" };
    if cloud
        .ledger
        .verify("Flow enabled", enabled, expected, actual)
    {
        return Ok(());
    }
    Err(not_enabled(name))
}

fn not_enabled(flow: &str) -> AwsError {
    invalid_parameter(match flow {
        "USER_SRP_AUTH" => "USER_SRP_AUTH is not enabled for the client.".to_owned(),
        flow => format!("{flow} flow not enabled for this client"),
    })
}

fn with_refresh_token(cloud: &mut Cloud, pool: &str, client_id: &str, input: &Input) -> Answer {
    let token = input.required_in_map("AuthParameters", "REFRESH_TOKEN")?;
    let hash = input.in_map("AuthParameters", "SECRET_HASH")?;
    clients::plan(cloud, pool, client_id);
    cloud.ledger.plan(&[("Flow enabled", API)]);
    plan_refresh(cloud);
    let client = clients::check(cloud, pool, client_id)?;
    let names = names_behind(cloud, pool, token);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    clients::check_secret_hash(cloud, &client, &names, hash)?;
    check_flow(cloud, &client, AuthFlow::RefreshToken, "REFRESH_TOKEN_AUTH")?;
    let record = check_refresh_token(cloud, pool, &client, token)?;
    let set = refresh(cloud, pool, &record, token).map_err(|_| internal_error())?;
    Ok(result(&set))
}

/// The names by which a secret hash may have been computed for a refresh.
fn names_behind(cloud: &Cloud, pool_id: &str, token: &str) -> Vec<String> {
    let user = || {
        let pool = cloud.user_pools.get(pool_id)?;
        let record = pool.sign_ins.get(pool.refresh_tokens.get(token)?)?;
        pool.users.get(&record.username)
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
    let record = pool
        .and_then(|p| p.sign_ins.get(p.refresh_tokens.get(token)?))
        .cloned();
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
    let (now, end) = (cloud.now(), record.refresh_expires_at);
    let expected = format!("before {}", end.iso8601());
    if !cloud
        .ledger
        .verify("Not expired", now < end, expected, now.iso8601())
    {
        return Err(not_authorized("Refresh Token has expired"));
    }
    check_status(cloud, &user)?;
    Ok(record)
}

/// New ID and access tokens; the refresh token stays.
pub(super) fn refresh(
    cloud: &mut Cloud,
    pool: &str,
    record: &SignInRecord,
    token: &str,
) -> Result<TokenSet, TokenError> {
    let via = cloud.ledger.find_artifact(token);
    tokens::issue(cloud, pool, record, None, via)
}

/// `AuthenticationResult` and the empty challenge parameters beside it.
fn result(set: &TokenSet) -> Value {
    let mut result = Map::new();
    result.insert("AccessToken".to_owned(), json!(set.access_token));
    result.insert("ExpiresIn".to_owned(), json!(set.expires_in));
    if let Some(token) = &set.id_token {
        result.insert("IdToken".to_owned(), json!(token));
    }
    if let Some(token) = &set.refresh_token {
        result.insert("RefreshToken".to_owned(), json!(token));
    }
    result.insert("TokenType".to_owned(), json!("Bearer"));
    json!({ "AuthenticationResult": result, "ChallengeParameters": {} })
}
