//! Tokens of Cognito identity pools. STS knows their issuer by itself; for which pool they are
//! is a matter of the role's trust policy.

use std::collections::BTreeMap;

use super::{Planned, Shown, WebIdentity, jwt};
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::cloud::identity_pool::token::{KEY_PATH, TAGS_CLAIM, UNAUTHENTICATED};
use crate::cloud::issuer_keys;
use crate::cloud::ledger::ActorId;
use crate::policy::RequestContext;
use crate::protocol::jwt::Unverified;
use crate::protocol::keys::Algorithm;

pub use crate::cloud::identity_pool::token::ISSUER;

/// The provider's name in trust policies, condition keys and answers.
pub const PROVIDER: &str = "cognito-identity.amazonaws.com";

/// The checks, in order.
pub const PLANNED: [Planned; 4] = [
    jwt::FORMAT,
    ("Issuer known", "IAM guide: STS knows Cognito by itself"),
    jwt::SIGNATURE,
    jwt::NOT_EXPIRED,
];

/// Verifies a pool token.
pub fn verify(cloud: &mut Cloud, by: &ActorId, shown: Shown<'_>) -> Result<WebIdentity, AwsError> {
    let token = jwt::check_format(cloud, shown.token)?;
    cloud
        .ledger
        .passed(jwt::ISSUER_KNOWN.0, "an issuer that STS knows", ISSUER);
    let fetched = issuer_keys::fetch(cloud, by, &format!("{ISSUER}{KEY_PATH}"));
    jwt::check_signature(cloud, &token, fetched, &[Algorithm::RS512])?;
    jwt::check_expiry(cloud, &token)?;
    Ok(identity(cloud, &token, shown.token))
}

fn identity(cloud: &Cloud, token: &Unverified, text: &str) -> WebIdentity {
    let subject = token.text("sub").unwrap_or_default().to_owned();
    let audience = token
        .audiences()
        .first()
        .copied()
        .unwrap_or_default()
        .to_owned();
    let methods = methods(token);
    let guest = methods.iter().any(|method| method == UNAUTHENTICATED);
    let keys = RequestContext::new()
        .with(format!("{PROVIDER}:aud"), audience.clone())
        .with(format!("{PROVIDER}:sub"), subject.clone())
        .with(format!("{PROVIDER}:amr"), methods);
    WebIdentity {
        provider: PROVIDER.to_owned(),
        federated: PROVIDER.to_owned(),
        subject,
        audience,
        trust_keys: keys.clone(),
        session_keys: keys,
        tags: tags(token),
        artifact: cloud.ledger.find_artifact(text),
        subject_field: "claims.sub",
        guest,
    }
}

fn methods(token: &Unverified) -> Vec<String> {
    let listed = token
        .claims()
        .get("amr")
        .and_then(serde_json::Value::as_array);
    listed
        .into_iter()
        .flatten()
        .filter_map(|one| one.as_str().map(str::to_owned))
        .collect()
}

fn tags(token: &Unverified) -> BTreeMap<String, String> {
    let tags = token
        .claims()
        .get(TAGS_CLAIM)
        .and_then(|claim| claim.get("principal_tags"));
    let tags = tags
        .and_then(serde_json::Value::as_object)
        .into_iter()
        .flatten();
    tags.filter_map(|(name, values)| {
        let first = values.as_array().and_then(|values| values.first())?;
        Some((name.clone(), first.as_str()?.to_owned()))
    })
    .collect()
}
