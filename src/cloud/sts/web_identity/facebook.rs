//! Access tokens of Facebook, shown to STS directly. Nobody but Facebook can read them, so
//! Facebook is asked; for which app they may be is a matter of the role's trust policy.

use std::collections::BTreeMap;

use super::{Planned, Shown, WebIdentity};
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::cloud::facebook_tokens::{self, Inspected, NotInspected};
use crate::cloud::ledger::ActorId;
use crate::cloud::sts::errors;
use crate::policy::RequestContext;

/// The provider's name in ProviderId, trust policies, condition keys and answers.
pub const PROVIDER: &str = "graph.facebook.com";

/// The checks, in order.
pub const PLANNED: [Planned; 1] = [(
    "Token valid",
    "Tokentrail's model: Facebook is asked with the token itself",
)];

/// Verifies an access token.
pub fn verify(cloud: &mut Cloud, by: &ActorId, shown: Shown<'_>) -> Result<WebIdentity, AwsError> {
    let found = inspect(cloud, by, shown.token)?;
    let session_keys = RequestContext::new().with(format!("{PROVIDER}:id"), found.user_id.clone());
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

/// AWS publishes no wording for a token that Facebook does not take.
fn inspect(cloud: &mut Cloud, by: &ActorId, token: &str) -> Result<Inspected, AwsError> {
    const EXPECTED: &str = "Facebook takes the token";
    match facebook_tokens::inspect(cloud, by, token) {
        Ok(found) => {
            let actual = format!("user {} of app {}", found.user_id, found.app_id);
            cloud.ledger.passed("Token valid", EXPECTED, actual);
            Ok(found)
        }
        Err(NotInspected::Refused(why)) => {
            cloud.ledger.failed("Token valid", EXPECTED, why);
            Err(errors::bad_signature())
        }
        Err(NotInspected::Unavailable(why)) => {
            cloud.ledger.failed("Token valid", EXPECTED, why.clone());
            Err(errors::provider_unavailable(&why))
        }
    }
}
