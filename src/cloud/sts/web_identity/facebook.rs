//! Access tokens of Facebook, shown to STS directly. Nobody but Facebook can read them, so
//! Facebook is asked; for which app they may be is a matter of the role's trust policy.

use std::collections::BTreeMap;

use super::{Planned, Shown, WebIdentity};
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::cloud::facebook_tokens;
use crate::cloud::issuer_keys::time_left;
use crate::cloud::ledger::ActorId;
use crate::cloud::sts::errors;
use crate::policy::RequestContext;

/// The provider's name in ProviderId, trust policies, condition keys and answers.
pub const PROVIDER: &str = "graph.facebook.com";

/// The checks, in order.
pub const PLANNED: [Planned; 2] =
    [("Token valid", "Facebook: debug_token"), ("Not expired", "Facebook: debug_token")];

/// Verifies an access token. AWS publishes no wording for one that Facebook does not know.
pub fn verify(
    cloud: &mut Cloud,
    by: &ActorId,
    shown: Shown<'_>,
) -> Result<WebIdentity, AwsError> {
    let found = facebook_tokens::inspect(cloud, by, shown.token).map_err(|why| {
        cloud.ledger.failed("Token valid", "Facebook's word on the token", why.clone());
        errors::provider_unavailable(&why)
    })?;
    let actual = format!("is_valid {}, app {}", found.is_valid, found.app_id);
    if !cloud.ledger.verify("Token valid", found.is_valid, "is_valid true", actual) {
        return Err(errors::bad_signature());
    }
    let now = cloud.now();
    if let Some(expires_at) = found.expires_at {
        let expected = format!("before {}", expires_at.iso8601());
        let held = now < expires_at;
        if !cloud.ledger.verify("Not expired", held, expected, time_left(now, expires_at)) {
            return Err(errors::expired(now.epoch_seconds(), expires_at.epoch_seconds()));
        }
    } else {
        cloud.ledger.passed("Not expired", "a token that still lives", "it never expires");
    }
    let session_keys =
        RequestContext::new().with(format!("{PROVIDER}:id"), found.user_id.clone());
    Ok(WebIdentity {
        provider: PROVIDER.to_owned(),
        federated: PROVIDER.to_owned(),
        trust_keys: session_keys
            .clone()
            .with(format!("{PROVIDER}:app_id"), found.app_id.clone()),
        subject: found.user_id,
        audience: found.app_id,
        session_keys,
        tags: BTreeMap::new(),
        artifact: cloud.ledger.find_artifact(shown.token),
        subject_field: "user_id",
        guest: false,
    })
}
