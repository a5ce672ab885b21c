//! Logins of Google and Apple: ID tokens of issuers that identity pools know by themselves.

use super::VerifiedLogin;
use super::id_token::{self, Demands, KeysAt};
use super::oidc::CLOCK_GRACE;
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::cloud::identity_pool::config::IdentityPool;
use crate::cloud::identity_pool::identities::LinkedLogin;
use crate::protocol::keys::Algorithm;

/// Google's key in the Logins map.
pub const GOOGLE: &str = "accounts.google.com";
/// Apple's key in the Logins map.
pub const APPLE: &str = "appleid.apple.com";

/// Verifies an ID token. Several client ids are separated by commas.
pub fn verify(
    cloud: &mut Cloud,
    pool: &IdentityPool,
    provider: &str,
    text: &str,
) -> Result<VerifiedLogin, AwsError> {
    let issuer = format!("https://{provider}");
    let clients = pool.config.supported_logins.get(provider);
    let mut issuers = vec![issuer.clone()];
    if provider == GOOGLE {
        // Google spells itself in two ways
        issuers.push(GOOGLE.to_owned());
    }
    let demands = Demands {
        audiences: clients.map(|ids| ids.split(',').map(|id| id.trim().to_owned()).collect()),
        keys: KeysAt::Discovery(issuer),
        issuers,
        algorithms: &[Algorithm::RS256],
        token_use: false,
        grace: CLOCK_GRACE,
    };
    let believed = id_token::verify(cloud, &pool.config.actor, text, &demands)?;
    Ok(VerifiedLogin {
        mapping_key: provider.to_owned(),
        method: None,
        login: LinkedLogin {
            provider: provider.to_owned(),
            subject: believed.subject,
        },
        claims: believed.token.claims().clone(),
        artifact: cloud.ledger.find_artifact(text),
        subject_field: "claims.sub",
    })
}
