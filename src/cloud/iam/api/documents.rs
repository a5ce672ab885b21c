//! Policies as they come in: read, and for trust policies held to one rule more. A role that
//! trusts Cognito must say which identity pool it trusts, or anybody's pool could lend it.

use serde_json::json;

use super::{DOCUMENT, errors};
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::policy::{Effect, Policy, PolicyKind};
use crate::protocol::time::Moment;

/// The issuer of all identity pools' tokens.
const COGNITO: &str = "cognito-identity.amazonaws.com";
/// The condition that says which pool.
const COGNITO_AUD: &str = "cognito-identity.amazonaws.com:aud";
/// The longest trust policy, in characters without white space.
const MAX_TRUST_CHARS: usize = 2048;

/// Reads a policy of a role or user.
pub fn read(cloud: &mut Cloud, text: &str) -> Result<Policy, AwsError> {
    let policy = parse(cloud, PolicyKind::Identity, text)?;
    state_good(cloud, &policy);
    Ok(policy)
}

/// Reads a trust policy.
pub fn read_trust(cloud: &mut Cloud, text: &str) -> Result<Policy, AwsError> {
    let policy = parse(cloud, PolicyKind::Trust, text)?;
    if chars(text) > MAX_TRUST_CHARS {
        let actual = format!("{} characters", chars(text));
        let expected = format!("at most {MAX_TRUST_CHARS} characters");
        cloud.ledger.failed(DOCUMENT.0, expected, actual);
        return Err(errors::quota("ACLSizePerRole", MAX_TRUST_CHARS));
    }
    if trusts_every_pool(&policy) {
        let expected = format!("a condition on {COGNITO_AUD}");
        let actual = "trusts the tokens of every identity pool there is";
        cloud.ledger.failed(DOCUMENT.0, expected, actual);
        return Err(errors::malformed(format!(
            "A trust policy for {COGNITO} must have a condition on {COGNITO_AUD}"
        ))
        .in_own_words());
    }
    state_good(cloud, &policy);
    Ok(policy)
}

/// How long a policy is to IAM, which does not count white space.
pub fn chars(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

fn parse(cloud: &mut Cloud, kind: PolicyKind, text: &str) -> Result<Policy, AwsError> {
    Policy::parse(kind, text).map_err(|error| {
        let why = error.to_string();
        cloud.ledger.failed(
            DOCUMENT.0,
            format!("a policy of kind {kind:?}"),
            why.clone(),
        );
        errors::malformed(why).in_own_words()
    })
}

fn state_good(cloud: &mut Cloud, policy: &Policy) {
    let actual = format!("{} statements", policy.statements().len());
    cloud.ledger.passed(DOCUMENT.0, "a policy", actual);
}

fn trusts_every_pool(policy: &Policy) -> bool {
    let mut statements = policy.statements().iter();
    statements.any(|statement| {
        statement.effect() == Effect::Allow
            && statement.principals().any(|name| name == COGNITO)
            && !statement
                .conditions()
                .any(|(_, key, _)| key.eq_ignore_ascii_case(COGNITO_AUD))
    })
}

/// The policy by which the console ends all sessions that began before now:
/// `AWSRevokeOlderSessions`.
pub fn revoke_older_sessions(now: Moment) -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Deny",
            "Action": ["*"],
            "Resource": ["*"],
            "Condition": { "DateLessThan": { "aws:TokenIssueTime": now.iso8601_millis() } },
        }],
    })
    .to_string()
}
