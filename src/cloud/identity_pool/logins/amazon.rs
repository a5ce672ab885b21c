//! Logins of Login with Amazon: an access token that nobody but Amazon can read. So Amazon is asked
//! what it stands for, and it must have been given to the app that the pool is set up for.

use serde_json::{Map, Value};

use super::{Planned, VerifiedLogin};
use crate::cloud::Cloud;
use crate::cloud::amazon_tokens::{self, Inspected, NotInspected};
use crate::cloud::aws::AwsError;
use crate::cloud::identity_pool::config::IdentityPool;
use crate::cloud::identity_pool::errors::{
    not_authorized, provider_unavailable, unsupported_provider,
};
use crate::cloud::identity_pool::identities::LinkedLogin;

/// The key in the Logins map.
pub const LOGIN_KEY: &str = "www.amazon.com";

/// The checks, in order.
pub const PLANNED: [Planned; 3] = [
    ("Provider configured", "Cognito API: CreateIdentityPool"),
    (
        "Token valid",
        "Tokentrail's model: Login with Amazon is asked for tokeninfo",
    ),
    ("App id", "Cognito guide: Login with Amazon"),
];

/// Verifies an access token of Login with Amazon. The pool may name the app by either of its ids.
pub fn verify(
    cloud: &mut Cloud,
    pool: &IdentityPool,
    token: &str,
) -> Result<VerifiedLogin, AwsError> {
    const CONFIGURED: &str = "a provider of this identity pool";
    let Some(app_id) = pool.config.supported_logins.get(LOGIN_KEY) else {
        cloud
            .ledger
            .failed("Provider configured", CONFIGURED, "not among its providers");
        return Err(unsupported_provider());
    };
    let actual = format!("configured with app id {app_id}");
    cloud
        .ledger
        .passed("Provider configured", CONFIGURED, actual);
    let found = inspect(cloud, pool, token)?;
    let held = found.client_id == *app_id || found.app_id == *app_id;
    let actual = found.client_id.clone();
    if !cloud.ledger.verify("App id", held, app_id, actual) {
        return Err(unsupported_provider());
    }
    let mut claims = Map::new();
    claims.insert("iss".to_owned(), Value::from(LOGIN_KEY));
    claims.insert("aud".to_owned(), Value::from(found.client_id));
    claims.insert("sub".to_owned(), Value::from(found.user_id.clone()));
    Ok(VerifiedLogin {
        login: LinkedLogin {
            provider: LOGIN_KEY.to_owned(),
            subject: found.user_id,
        },
        mapping_key: LOGIN_KEY.to_owned(),
        claims,
        method: None,
        artifact: cloud.ledger.find_artifact(token),
        subject_field: "user_id",
    })
}

/// AWS publishes no wording for a token that Amazon does not take.
fn inspect(cloud: &mut Cloud, pool: &IdentityPool, token: &str) -> Result<Inspected, AwsError> {
    const EXPECTED: &str = "Login with Amazon takes the token";
    match amazon_tokens::inspect(cloud, &pool.config.actor, token) {
        Ok(found) => {
            let actual = format!("it stands for user {}", found.user_id);
            cloud.ledger.passed("Token valid", EXPECTED, actual);
            Ok(found)
        }
        Err(NotInspected::Refused(why)) => {
            cloud.ledger.failed("Token valid", EXPECTED, why);
            Err(not_authorized("Invalid login token."))
        }
        Err(NotInspected::Unavailable(why)) => {
            cloud.ledger.failed("Token valid", EXPECTED, why.clone());
            Err(provider_unavailable(&why))
        }
    }
}
