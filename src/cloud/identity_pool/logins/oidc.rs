//! Logins of any OpenID Connect provider that the account has in IAM.

use super::VerifiedLogin;
use super::id_token::{self, Demands, KeysAt};
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::cloud::identity_pool::config::IdentityPool;
use crate::cloud::identity_pool::identities::LinkedLogin;
use crate::protocol::keys::Algorithm;
use crate::protocol::time::Span;

/// How wrong a provider's clock may be.
pub(super) const CLOCK_GRACE: Span = Span::from_minutes(5);

/// Verifies an ID token of an OpenID Connect provider. The key in the Logins map is its issuer
/// without `https://`.
pub fn verify(
    cloud: &mut Cloud,
    pool: &IdentityPool,
    provider: &str,
    text: &str,
) -> Result<VerifiedLogin, AwsError> {
    let issuer = format!("https://{provider}");
    let known = pool
        .config
        .oidc_provider_arns
        .iter()
        .filter_map(|arn| cloud.iam.oidc_provider(arn))
        .find(|known| known.url == issuer)
        .cloned();
    let demands = Demands {
        audiences: known.as_ref().map(|known| known.client_ids.clone()),
        keys: KeysAt::Discovery(issuer.clone()),
        issuers: vec![issuer],
        algorithms: &Algorithm::ALL,
        token_use: false,
        grace: CLOCK_GRACE,
    };
    let believed = id_token::verify(cloud, &pool.config.actor, text, &demands)?;
    let arn = known.map(|known| known.arn).unwrap_or_default();
    Ok(VerifiedLogin {
        method: Some(format!("{arn}:OIDC:{}", believed.subject)),
        mapping_key: arn,
        login: LinkedLogin {
            provider: provider.to_owned(),
            subject: believed.subject,
        },
        claims: believed.token.claims().clone(),
        artifact: cloud.ledger.find_artifact(text),
        subject_field: "claims.sub",
    })
}
