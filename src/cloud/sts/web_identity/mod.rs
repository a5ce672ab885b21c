//! Who shows a web identity token, and is it to be believed? One file per sort of token: those
//! of identity pools, those of OpenID Connect providers, and opaque ones that only their
//! provider can read.

mod amazon;
mod facebook;
mod jwt;
mod oidc;
mod pool_token;

use std::collections::BTreeMap;

use super::errors;
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::cloud::ledger::{ActorId, ArtifactId};
use crate::policy::RequestContext;
use crate::protocol::jwt::Unverified;

/// A planned check: its name and where the rule comes from.
pub type Planned = (&'static str, &'static str);

/// What one request shows as proof.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The token
    pub token: &'a str,
    /// The provider of an opaque token
    pub provider_id: Option<&'a str>,
    /// The account whose role is asked for
    pub account: &'a str,
}

/// Somebody whose token is good.
#[derive(Clone, Debug)]
pub struct WebIdentity {
    /// `Provider` in the answer
    pub provider: String,
    /// The principal a trust policy names under `Federated`
    pub federated: String,
    /// `SubjectFromWebIdentityToken` in the answer
    pub subject: String,
    /// `Audience` in the answer
    pub audience: String,
    /// Condition keys of the trust policy
    pub trust_keys: RequestContext,
    /// Those that stay with the session
    pub session_keys: RequestContext,
    /// Principal tags that the token carries
    pub tags: BTreeMap<String, String>,
    /// The token in the ledger
    pub artifact: Option<ArtifactId>,
    /// Where in it the subject stands
    pub subject_field: &'static str,
    /// It stands for nobody
    pub guest: bool,
}

/// The sorts of token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TokenKind {
    Pool,
    Oidc,
    Facebook,
    Amazon,
    Unknown,
}

fn kind(shown: Shown<'_>) -> TokenKind {
    match shown.provider_id {
        Some(facebook::PROVIDER) => TokenKind::Facebook,
        Some(amazon::PROVIDER) => TokenKind::Amazon,
        Some(_) => TokenKind::Unknown,
        None => match Unverified::parse(shown.token) {
            Ok(token) if token.text("iss") == Some(pool_token::ISSUER) => TokenKind::Pool,
            _ => TokenKind::Oidc,
        },
    }
}

/// The checks that such a token calls for, in order.
pub fn planned(shown: Shown<'_>) -> Vec<Planned> {
    match kind(shown) {
        TokenKind::Pool => pool_token::PLANNED.to_vec(),
        TokenKind::Oidc => oidc::PLANNED.to_vec(),
        TokenKind::Facebook => facebook::PLANNED.to_vec(),
        TokenKind::Amazon => amazon::PLANNED.to_vec(),
        TokenKind::Unknown => vec![jwt::ISSUER_KNOWN],
    }
}

/// What the trust policy must name, as far as that is clear before the token is verified.
pub fn principal_hint(cloud: &Cloud, shown: Shown<'_>) -> Option<String> {
    match kind(shown) {
        TokenKind::Pool => Some(pool_token::PROVIDER.to_owned()),
        TokenKind::Facebook => Some(facebook::PROVIDER.to_owned()),
        TokenKind::Amazon => Some(amazon::PROVIDER.to_owned()),
        TokenKind::Oidc => oidc::principal_of(cloud, shown),
        TokenKind::Unknown => None,
    }
}

/// Verifies a token, one check after the other.
pub fn verify(cloud: &mut Cloud, by: &ActorId, shown: Shown<'_>) -> Result<WebIdentity, AwsError> {
    match kind(shown) {
        TokenKind::Pool => pool_token::verify(cloud, by, shown),
        TokenKind::Oidc => oidc::verify(cloud, by, shown),
        TokenKind::Facebook => facebook::verify(cloud, by, shown),
        TokenKind::Amazon => amazon::verify(cloud, by, shown),
        TokenKind::Unknown => {
            let provider = shown.provider_id.unwrap_or_default();
            let expected = "a provider of opaque tokens that STS knows";
            cloud.ledger.failed(jwt::ISSUER_KNOWN.0, expected, provider);
            Err(errors::unknown_issuer(provider))
        }
    }
}
