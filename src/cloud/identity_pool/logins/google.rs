//! Logins of Google: an ID token whose issuer has two spellings.

use super::VerifiedLogin;
use super::id_token::{self, Demands, KeysAt};
use super::oidc::CLOCK_GRACE;
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::cloud::identity_pool::config::IdentityPool;
use crate::cloud::identity_pool::identities::LinkedLogin;
use crate::protocol::keys::Algorithm;

/// The key in the Logins map.
pub const LOGIN_KEY: &str = "accounts.google.com";

/// Verifies an ID token of Google. Several client ids are separated by commas.
pub fn verify(
    cloud: &mut Cloud,
    pool: &IdentityPool,
    text: &str,
) -> Result<VerifiedLogin, AwsError> {
    let issuer = format!("https://{LOGIN_KEY}");
    let clients = pool.config.supported_logins.get(LOGIN_KEY);
    let demands = Demands {
        audiences: clients.map(|ids| ids.split(',').map(|id| id.trim().to_owned()).collect()),
        keys: KeysAt::Discovery(issuer.clone()),
        issuers: vec![issuer, LOGIN_KEY.to_owned()],
        algorithms: &[Algorithm::RS256],
        token_use: false,
        grace: CLOCK_GRACE,
    };
    let believed = id_token::verify(cloud, &pool.config.actor, text, &demands)?;
    Ok(VerifiedLogin {
        mapping_key: LOGIN_KEY.to_owned(),
        method: None,
        login: LinkedLogin {
            provider: LOGIN_KEY.to_owned(),
            subject: believed.subject,
        },
        claims: believed.token.claims().clone(),
        artifact: cloud.ledger.find_artifact(text),
        subject_field: "claims.sub",
    })
}
