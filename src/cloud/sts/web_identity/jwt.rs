//! What all signed tokens have in common for STS.

use super::Planned;
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::cloud::issuer_keys::{IssuerKeys, KeysUnavailable, SignatureProblem};
use crate::cloud::issuer_keys::{test_signature, time_left};
use crate::cloud::sts::errors;
use crate::protocol::jwt::Unverified;
use crate::protocol::keys::Algorithm;
use crate::protocol::time::Moment;

/// The token can be read.
pub const FORMAT: Planned = (
    "Token format",
    "RFC 7519; STS API: AssumeRoleWithWebIdentity",
);
/// The issuer is one that STS or the account knows.
pub const ISSUER_KNOWN: Planned = ("Issuer known", "IAM guide: OIDC providers of the account");
/// The issuer's key made the signature.
pub const SIGNATURE: Planned = ("Signature", "RFC 7515; keys from the issuer's JWKS");
/// The token is for an app that the account takes tokens for.
pub const AUDIENCE: Planned = ("Audience", "IAM guide: client ids of the OIDC provider");
/// The token has not ended.
pub const NOT_EXPIRED: Planned = ("Not expired", "RFC 7519 section 4.1.4");

/// Takes a token apart.
pub fn check_format(cloud: &mut Cloud, text: &str) -> Result<Unverified, AwsError> {
    const EXPECTED: &str = "a JWT with sub, aud, iss and exp";
    let missing = |token: &Unverified| {
        let texts = ["iss", "sub"]
            .into_iter()
            .find(|claim| token.text(claim).is_none());
        texts
            .or_else(|| token.audiences().is_empty().then_some("aud"))
            .or_else(|| token.seconds("exp").is_none().then_some("exp"))
    };
    let actual = match Unverified::parse(text) {
        Err(error) => error.to_string(),
        Ok(token) => match missing(&token) {
            Some(claim) => format!("no readable {claim}"),
            None => {
                let actual = format!("a JWT with {} claims", token.claims().len());
                cloud.ledger.passed(FORMAT.0, EXPECTED, actual);
                return Ok(token);
            }
        },
    };
    cloud.ledger.failed(FORMAT.0, EXPECTED, actual);
    Err(errors::not_a_jwt())
}

/// Tests the signature with the keys that were fetched, if any were.
pub fn check_signature(
    cloud: &mut Cloud,
    token: &Unverified,
    fetched: Result<IssuerKeys, KeysUnavailable>,
    allowed: &[Algorithm],
) -> Result<(), AwsError> {
    let keys = fetched.map_err(|error| {
        cloud
            .ledger
            .failed(SIGNATURE.0, "the issuer's public keys", error.to_string());
        errors::no_key()
    })?;
    let test = test_signature(token, &keys, allowed);
    cloud.ledger.verify(
        SIGNATURE.0,
        test.problem.is_none(),
        test.expected,
        test.actual,
    );
    match test.problem {
        None => Ok(()),
        Some(SignatureProblem::NoKey) => Err(errors::no_key()),
        Some(SignatureProblem::Bad) => Err(errors::bad_signature()),
    }
}

/// Compares the token's end with the simulated clock.
pub fn check_expiry(cloud: &mut Cloud, token: &Unverified) -> Result<(), AwsError> {
    let seconds = token.seconds("exp").unwrap_or_default();
    let (now, expires_at) = (cloud.now(), Moment::from_epoch_seconds(seconds));
    let expected = format!("before {}", expires_at.iso8601());
    let held = now < expires_at;
    if cloud
        .ledger
        .verify(NOT_EXPIRED.0, held, expected, time_left(now, expires_at))
    {
        return Ok(());
    }
    Err(errors::expired(now.epoch_seconds(), seconds))
}
