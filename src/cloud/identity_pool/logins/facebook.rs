//! Logins of Facebook: an access token that nobody but Facebook can read. So Facebook is asked
//! what it stands for, and it must have been given to the app that the pool is set up for.

use serde_json::{Map, Value};

use super::{Planned, VerifiedLogin};
use crate::cloud::Cloud;
use crate::cloud::aws::{AwsError, shorten};
use crate::cloud::facebook_tokens::{self, Inspected};
use crate::cloud::identity_pool::config::IdentityPool;
use crate::cloud::identity_pool::errors::{
    not_authorized, provider_unavailable, unsupported_provider,
};
use crate::cloud::identity_pool::identities::LinkedLogin;
use crate::cloud::issuer_keys::time_left;

/// The key in the Logins map.
pub const LOGIN_KEY: &str = "graph.facebook.com";

/// The checks, in order.
pub const PLANNED: [Planned; 4] = [
    ("Provider configured", "Cognito API: CreateIdentityPool"),
    ("Token valid", "Facebook: debug_token"),
    ("App id", "Facebook: debug_token; Cognito guide: Facebook"),
    ("Not expired", "Facebook: debug_token"),
];

/// Verifies an access token of Facebook.
pub fn verify(
    cloud: &mut Cloud,
    pool: &IdentityPool,
    token: &str,
) -> Result<VerifiedLogin, AwsError> {
    const CONFIGURED: &str = "a provider of this identity pool";
    let Some(app_id) = pool.config.supported_logins.get(LOGIN_KEY) else {
        cloud.ledger.failed("Provider configured", CONFIGURED, "not among its providers");
        return Err(unsupported_provider());
    };
    let actual = format!("configured with app id {app_id}");
    cloud.ledger.passed("Provider configured", CONFIGURED, actual);
    let found = facebook_tokens::inspect(cloud, &pool.config.actor, token).map_err(|why| {
        cloud.ledger.failed("Token valid", "Facebook's word on the token", why.clone());
        provider_unavailable(&why)
    })?;
    check(cloud, &found, app_id)?;
    let mut claims = Map::new();
    claims.insert("iss".to_owned(), Value::from(LOGIN_KEY));
    claims.insert("aud".to_owned(), Value::from(found.app_id));
    claims.insert("sub".to_owned(), Value::from(found.user_id.clone()));
    Ok(VerifiedLogin {
        login: LinkedLogin { provider: LOGIN_KEY.to_owned(), subject: found.user_id },
        mapping_key: LOGIN_KEY.to_owned(),
        claims,
        method: None,
        artifact: cloud.ledger.find_artifact(token),
        subject_field: "user_id",
    })
}

/// AWS publishes no wording for a token that Facebook does not know, or no longer.
fn check(cloud: &mut Cloud, found: &Inspected, app_id: &str) -> Result<(), AwsError> {
    let invalid = || not_authorized("Invalid login token.");
    let actual = format!("is_valid {}", found.is_valid);
    if !cloud.ledger.verify("Token valid", found.is_valid, "is_valid true", actual) {
        return Err(invalid());
    }
    if !cloud.ledger.verify("App id", found.app_id == app_id, app_id, shorten(&found.app_id)) {
        return Err(unsupported_provider());
    }
    let now = cloud.now();
    let (held, actual) = match found.expires_at {
        Some(expires_at) => (now < expires_at, time_left(now, expires_at)),
        None => (true, "it never expires".to_owned()),
    };
    if !cloud.ledger.verify("Not expired", held, "a token that still lives", actual) {
        return Err(invalid());
    }
    Ok(())
}
