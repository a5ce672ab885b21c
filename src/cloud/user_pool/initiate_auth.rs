//! InitiateAuth: finds the way to sign in, and the one with a password that travels.

use serde_json::{Map, Value, json};

use super::api::{Answer, internal_error, invalid_parameter, not_authorized};
use super::config::AuthFlow;
use super::input::{Input, invalid};
use super::model::{Client, Status, User};
use super::tokens::{TokenError, TokenSet};
use super::{challenges, clients, refresh, sign_up, srp, triggers};
use crate::cloud::Cloud;
use crate::cloud::aws::{AwsError, shorten};

const MODEL: &str = "Tokentrail's model";
const API: &str = "API reference: InitiateAuth";
const ERRORS_GUIDE: &str = "Cognito guide: managing errors";
const LOCK_GUIDE: &str = "Cognito guide: lockout for failed sign-in attempts";

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
        "USER_SRP_AUTH" => srp::start(cloud, pool, client_id, input),
        "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN" => {
            refresh::with_refresh_token(cloud, pool, client_id, input)
        }
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
    plan_password(cloud, pool);
    let client = clients::check(cloud, pool, client_id)?;
    clients::check_secret_hash(cloud, &client, &[username], hash)?;
    check_flow(cloud, &client, AuthFlow::UserPassword, "USER_PASSWORD_AUTH")?;
    let username = check_password(cloud, pool, &client, (username, password))?;
    challenges::next(cloud, pool, &client, &username)
}

/// Announces the checks of [`check_password`].
pub(super) fn plan_password(cloud: &mut Cloud, pool_id: &str) {
    triggers::plan(cloud, pool_id, triggers::Kind::UserMigration);
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
    let known = cloud
        .user_pools
        .get(pool_id)
        .is_some_and(|pool| pool.username_of(typed).is_some());
    if known {
        triggers::skip(cloud, triggers::Kind::UserMigration);
    } else {
        sign_up::migrate(cloud, (pool_id, &client.id), (typed, Some(password)));
    }
    let Some(user) = sign_up::find_user(cloud, pool_id, typed) else {
        return Err(match client.hides_users {
            true => wrong(),
            false => AwsError::new("UserNotFoundException", 400, "User does not exist."),
        });
    };
    check_lock(cloud, &user)?;
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

/// After too many wrong passwords nothing is looked at for a while.
pub(super) fn check_lock(cloud: &mut Cloud, user: &User) -> Result<(), AwsError> {
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
    Ok(())
}

/// Verifies that the user is let in.
pub(super) fn check_status(cloud: &mut Cloud, user: &User) -> Result<(), AwsError> {
    let actual = if user.enabled { "enabled" } else { "disabled" };
    if !cloud
        .ledger
        .verify("User enabled", user.enabled, "enabled", actual)
    {
        return Err(not_authorized("User is disabled."));
    }
    let confirmed = !matches!(user.status, Status::Unconfirmed | Status::ResetRequired);
    if !cloud
        .ledger
        .verify("User confirmed", confirmed, "CONFIRMED", user.status.name())
    {
        let message = "User is not confirmed.";
        return Err(AwsError::new("UserNotConfirmedException", 400, message));
    }
    if user.status == Status::ResetRequired {
        let message = "Password reset required for the user";
        return Err(AwsError::new(
            "PasswordResetRequiredException",
            400,
            message,
        ));
    }
    Ok(())
}

/// Counts a password, right or wrong.
pub(super) fn count_attempt(cloud: &mut Cloud, pool_id: &str, username: &str, right: bool) {
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

/// Verifies that the client may sign people in like this.
pub(super) fn check_flow(
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

pub(super) fn not_enabled(flow: &str) -> AwsError {
    invalid_parameter(match flow {
        "USER_SRP_AUTH" => "USER_SRP_AUTH is not enabled for the client.".to_owned(),
        flow => format!("{flow} flow not enabled for this client"),
    })
}

/// `AuthenticationResult` and the empty challenge parameters beside it.
pub(super) fn result(set: &TokenSet) -> Value {
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

/// What the caller learns where no tokens could be made.
pub(super) fn token_error(error: TokenError) -> AwsError {
    match error {
        TokenError::Refused(error) => error,
        TokenError::Gone | TokenError::Jwt(_) | TokenError::Key(_) => internal_error(),
    }
}
