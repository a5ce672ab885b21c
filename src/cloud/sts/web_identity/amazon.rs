//! Access tokens of Login with Amazon, shown to STS directly. Nobody but Amazon can read them, so
//! Amazon is asked; for which app they may be is a matter of the role's trust policy.

use std::collections::BTreeMap;

use super::{Planned, Shown, WebIdentity};
use crate::cloud::Cloud;
use crate::cloud::amazon_tokens::{self, Inspected, NotInspected};
use crate::cloud::aws::AwsError;
use crate::cloud::ledger::ActorId;
use crate::cloud::sts::errors;
use crate::policy::RequestContext;

/// The provider's name in ProviderId, trust policies, condition keys and answers.
pub const PROVIDER: &str = "www.amazon.com";

/// The checks, in order.
pub const PLANNED: [Planned; 1] = [(
    "Token valid",
    "Tokentrail's model: Login with Amazon is asked for tokeninfo",
)];

/// Verifies an access token. `app_id` is the app's client id (IAM guide: `www.amazon.com:app_id`).
pub fn verify(cloud: &mut Cloud, by: &ActorId, shown: Shown<'_>) -> Result<WebIdentity, AwsError> {
    let found = inspect(cloud, by, shown.token)?;
    let user_id = format!("{PROVIDER}:user_id");
    let session_keys = RequestContext::new().with(user_id, found.user_id.clone());
    let app_id = format!("{PROVIDER}:app_id");
    Ok(WebIdentity {
        provider: PROVIDER.to_owned(),
        federated: PROVIDER.to_owned(),
        trust_keys: session_keys.clone().with(app_id, found.client_id.clone()),
        subject: found.user_id,
        audience: found.client_id,
        session_keys,
        tags: BTreeMap::new(),
        artifact: cloud.ledger.find_artifact(shown.token),
        subject_field: "user_id",
        guest: false,
    })
}

/// AWS publishes no wording for a token that Amazon does not take.
fn inspect(cloud: &mut Cloud, by: &ActorId, token: &str) -> Result<Inspected, AwsError> {
    const EXPECTED: &str = "Login with Amazon takes the token";
    match amazon_tokens::inspect(cloud, by, token) {
        Ok(found) => {
            let actual = format!("user {} of app {}", found.user_id, found.client_id);
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
