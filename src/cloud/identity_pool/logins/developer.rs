//! Logins of a backend's own users: the backend had the pool make a token for the identity, and
//! the app shows it. The pool knows its own signature and asks nobody.

use super::{Planned, VerifiedLogin};
use crate::cloud::Cloud;
use crate::cloud::aws::{AwsError, shorten};
use crate::cloud::identity_pool::config::IdentityPool;
use crate::cloud::identity_pool::errors::{self, invalid_login, unsupported_provider};
use crate::cloud::identity_pool::identities::LinkedLogin;
use crate::cloud::identity_pool::token;
use crate::cloud::issuer_keys::{IssuerKeys, test_signature, time_left};
use crate::protocol::jwt::Unverified;
use crate::protocol::keys::Algorithm;
use crate::protocol::time::Moment;

/// The key in the Logins map.
pub const LOGIN_KEY: &str = "cognito-identity.amazonaws.com";

/// The checks, in order.
pub const PLANNED: [Planned; 5] = [
    (
        "Token format",
        "Cognito guide: developer authenticated identities",
    ),
    ("Signature", "RFC 7515; the pool's own key"),
    ("Audience", "Cognito guide: aud is the identity pool"),
    (
        "Developer login",
        "Cognito guide: amr names the developer provider and user",
    ),
    ("Not expired", "RFC 7519 section 4.1.4"),
];

const FORMAT: &str = "a token that this pool made for a user of its backend";

/// Where an identity is to be found by its logins, a pool's token is none.
pub fn refuse(cloud: &mut Cloud) -> Result<VerifiedLogin, AwsError> {
    let expected = "a token of a provider";
    let actual = "a token that an identity pool minted";
    cloud.ledger.failed("Token format", expected, actual);
    Err(errors::invalid_login("Can't pass in a Cognito token."))
}

/// Verifies a token that the pool made for its backend.
pub fn verify(
    cloud: &mut Cloud,
    pool: &IdentityPool,
    text: &str,
) -> Result<VerifiedLogin, AwsError> {
    let token = check_format(cloud, text)?;
    check_signature(cloud, &token)?;
    check_audience(cloud, pool, &token)?;
    let (login, method) = check_method(cloud, pool, &token)?;
    check_expiry(cloud, &token)?;
    Ok(VerifiedLogin {
        mapping_key: login.provider.clone(),
        login,
        claims: token.claims().clone(),
        method: Some(method),
        artifact: cloud.ledger.find_artifact(text),
        subject_field: "claims.amr",
    })
}

fn check_format(cloud: &mut Cloud, text: &str) -> Result<Unverified, AwsError> {
    let actual = match Unverified::parse(text) {
        Ok(token) if token.text("iss") == Some(token::ISSUER) => {
            let actual = format!("a JWT with {} claims", token.claims().len());
            cloud.ledger.passed("Token format", FORMAT, actual);
            return Ok(token);
        }
        Ok(token) => {
            let issuer = shorten(token.text("iss").unwrap_or("nobody"));
            cloud
                .ledger
                .failed("Token format", FORMAT, format!("issued by {issuer}"));
            return Err(invalid_login("Issuer doesn't match providerName"));
        }
        Err(error) => error.to_string(),
    };
    cloud.ledger.failed("Token format", FORMAT, actual);
    Err(invalid_login("Not a valid OpenId Connect identity token."))
}

fn check_signature(cloud: &mut Cloud, token: &Unverified) -> Result<(), AwsError> {
    let keys = token::keys(cloud).map_err(|_| errors::internal())?;
    let keys = IssuerKeys {
        uri: format!("{}{}", token::ISSUER, token::KEY_PATH),
        keys,
    };
    let test = test_signature(token, &keys, &[Algorithm::RS512]);
    let held = test.problem.is_none();
    if cloud
        .ledger
        .verify("Signature", held, test.expected, test.actual)
    {
        return Ok(());
    }
    Err(invalid_login("Couldn't verify signed token."))
}

fn check_audience(
    cloud: &mut Cloud,
    pool: &IdentityPool,
    token: &Unverified,
) -> Result<(), AwsError> {
    let found = token.audiences().join(", ");
    let held = found == pool.id;
    if cloud
        .ledger
        .verify("Audience", held, &pool.id, shorten(&found))
    {
        return Ok(());
    }
    Err(unsupported_provider())
}

/// `amr` holds `PROVIDER:POOL:USER`. A token that the pool made for anybody else is no login.
fn check_method(
    cloud: &mut Cloud,
    pool: &IdentityPool,
    token: &Unverified,
) -> Result<(LinkedLogin, String), AwsError> {
    let provider = pool.config.developer_provider.clone().unwrap_or_default();
    let prefix = format!("{provider}:{}:", pool.id);
    let methods = token.claims().get("amr").and_then(|amr| amr.as_array());
    let methods = methods.into_iter().flatten().filter_map(|one| one.as_str());
    let mut named = methods.filter(|_| !provider.is_empty());
    let found = named.find(|method| method.starts_with(&prefix));
    let actual = found.unwrap_or("the token names no user of the backend");
    let expected = format!("{prefix}…");
    cloud
        .ledger
        .verify("Developer login", found.is_some(), expected, actual);
    let Some(method) = found else {
        return Err(invalid_login("Can't pass in a Cognito token."));
    };
    let subject = method.strip_prefix(&prefix).unwrap_or_default().to_owned();
    Ok((LinkedLogin { provider, subject }, method.to_owned()))
}

fn check_expiry(cloud: &mut Cloud, token: &Unverified) -> Result<(), AwsError> {
    let seconds = token.seconds("exp").unwrap_or_default();
    let (now, expires_at) = (cloud.now(), Moment::from_epoch_seconds(seconds));
    let expected = format!("before {}", expires_at.iso8601());
    let held = now < expires_at;
    if cloud
        .ledger
        .verify("Not expired", held, expected, time_left(now, expires_at))
    {
        return Ok(());
    }
    Err(invalid_login(&format!(
        "Token expired: {} >= {seconds}",
        now.epoch_seconds()
    )))
}
