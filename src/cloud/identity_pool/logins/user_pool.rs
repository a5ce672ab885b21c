//! Logins of a Cognito user pool: its ID token.

use super::id_token::{self, Demands, KeysAt};
use super::{Planned, VerifiedLogin};
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::cloud::identity_pool::config::{IdentityPool, UserPoolProvider};
use crate::cloud::identity_pool::identities::LinkedLogin;
use crate::protocol::keys::Algorithm;
use crate::protocol::time::Span;

/// The check that user pools add to those of all ID tokens.
const TOKEN_USE: Planned = (
    "Token use",
    "Cognito guide: identity pools take the ID token, not the access token",
);

/// The checks for a token of this user pool, in order.
pub fn planned() -> Vec<Planned> {
    let mut checks = id_token::PLANNED.to_vec();
    let before = checks
        .iter()
        .position(|(name, _)| *name == "Audience")
        .unwrap_or(checks.len());
    checks.insert(before, TOKEN_USE);
    checks
}

/// Verifies an ID token of a user pool.
pub fn verify(
    cloud: &mut Cloud,
    pool: &IdentityPool,
    provider: &str,
    text: &str,
) -> Result<VerifiedLogin, AwsError> {
    let configured: Vec<&UserPoolProvider> = pool
        .config
        .user_pool_providers
        .iter()
        .filter(|known| known.provider_name == provider)
        .collect();
    let clients = configured
        .iter()
        .map(|known| known.client_id.clone())
        .collect();
    let issuer = format!("https://{provider}");
    let demands = Demands {
        audiences: if configured.is_empty() {
            None
        } else {
            Some(clients)
        },
        keys: KeysAt::Document(format!("{issuer}/.well-known/jwks.json")),
        issuers: vec![issuer],
        algorithms: &[Algorithm::RS256],
        token_use: true,
        grace: Span::ZERO,
    };
    let believed = id_token::verify(cloud, &pool.config.actor, text, &demands)?;
    Ok(VerifiedLogin {
        mapping_key: format!("{provider}:{}", believed.audience),
        method: Some(format!("{provider}:CognitoSignIn:{}", believed.subject)),
        login: LinkedLogin {
            provider: provider.to_owned(),
            subject: believed.subject,
        },
        claims: believed.token.claims().clone(),
        artifact: cloud.ledger.find_artifact(text),
        subject_field: "claims.sub",
    })
}
