//! The Logins map: whose token is under each key, and is it to be believed? One file per sort
//! of provider; [`id_token`] holds what all providers of signed tokens share.
//!
//! All tokens of a request must be good, or the whole request is refused.

mod amazon;
mod developer;
mod facebook;
mod id_token;
mod oidc;
mod social;
mod user_pool;

use serde_json::{Map, Value};

use super::config::IdentityPool;
use super::identities::LinkedLogin;
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::cloud::ledger::ArtifactId;

/// A planned check: its name and where the rule comes from.
pub type Planned = (&'static str, &'static str);

/// A login whose token is good.
#[derive(Clone, Debug)]
pub struct VerifiedLogin {
    /// Who that is
    pub login: LinkedLogin,
    /// The key under which role mappings know the provider
    pub mapping_key: String,
    /// The claims that rules and principal tags may look at
    pub claims: Map<String, Value>,
    /// The third element of `amr`, where it is known how AWS writes it
    pub method: Option<String>,
    /// The token in the ledger
    pub artifact: Option<ArtifactId>,
    /// Where in it the subject stands
    pub subject_field: &'static str,
}

/// The sorts of provider, told apart by the key in the Logins map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ProviderKind {
    UserPool,
    Developer,
    Facebook,
    Amazon,
    Social,
    Oidc,
}

/// Whether an identity pool's own tokens are logins: they prove an identity that is known, and
/// make none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolTokens {
    /// They are
    Taken,
    /// They are not
    Refused,
}

impl ProviderKind {
    fn of(provider: &str) -> Self {
        match provider {
            facebook::LOGIN_KEY => Self::Facebook,
            developer::LOGIN_KEY => Self::Developer,
            amazon::LOGIN_KEY => Self::Amazon,
            social::GOOGLE | social::APPLE => Self::Social,
            key if key.starts_with("cognito-idp.") => Self::UserPool,
            _ => Self::Oidc,
        }
    }
}

/// The checks that these logins call for, in order.
pub fn planned(pool: &IdentityPool, logins: &[(String, String)]) -> Vec<Planned> {
    let mut checks = Vec::new();
    for (provider, _) in logins {
        match ProviderKind::of(provider) {
            ProviderKind::UserPool => checks.extend(user_pool::planned(pool, provider)),
            ProviderKind::Facebook => checks.extend(facebook::PLANNED),
            ProviderKind::Developer => checks.extend(developer::PLANNED),
            ProviderKind::Amazon => checks.extend(amazon::PLANNED),
            ProviderKind::Social | ProviderKind::Oidc => checks.extend(id_token::PLANNED),
        }
    }
    checks
}

/// Verifies every login of a request, in the order in which they were sent.
pub fn verify_all(
    cloud: &mut Cloud,
    pool: &IdentityPool,
    logins: &[(String, String)],
    pool_tokens: PoolTokens,
) -> Result<Vec<VerifiedLogin>, AwsError> {
    logins
        .iter()
        .map(|(provider, token)| match ProviderKind::of(provider) {
            ProviderKind::Developer if pool_tokens == PoolTokens::Refused => {
                developer::refuse(cloud)
            }
            _ => verify(cloud, pool, provider, token),
        })
        .collect()
}

fn verify(
    cloud: &mut Cloud,
    pool: &IdentityPool,
    provider: &str,
    token: &str,
) -> Result<VerifiedLogin, AwsError> {
    match ProviderKind::of(provider) {
        ProviderKind::UserPool => user_pool::verify(cloud, pool, provider, token),
        ProviderKind::Facebook => facebook::verify(cloud, pool, token),
        ProviderKind::Developer => developer::verify(cloud, pool, token),
        ProviderKind::Amazon => amazon::verify(cloud, pool, token),
        ProviderKind::Social => social::verify(cloud, pool, provider, token),
        ProviderKind::Oidc => oidc::verify(cloud, pool, provider, token),
    }
}
