//! Logins of a Cognito user pool: its ID token.

use super::id_token::{self, Demands, KeysAt};
use super::{Planned, VerifiedLogin};
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::cloud::identity_pool::config::{IdentityPool, UserPoolProvider};
use crate::cloud::identity_pool::errors::not_authorized;
use crate::cloud::identity_pool::identities::LinkedLogin;
use crate::cloud::user_pool;
use crate::protocol::jwt::Unverified;
use crate::protocol::keys::Algorithm;
use crate::protocol::time::Span;

/// The check that user pools add to those of all ID tokens.
const TOKEN_USE: Planned = (
    "Token use",
    "Cognito guide: identity pools take the ID token, not the access token",
);

/// The check that is added where the pool is set up to ask the user pool.
const SIGNED_IN: Planned = ("Still signed in", "Cognito API: ServerSideTokenCheck");

/// The checks for a token of this user pool, in order.
pub fn planned(pool: &IdentityPool, provider: &str) -> Vec<Planned> {
    let mut checks = id_token::PLANNED.to_vec();
    let before = checks
        .iter()
        .position(|(name, _)| *name == "Audience")
        .unwrap_or(checks.len());
    checks.insert(before, TOKEN_USE);
    checks.extend(
        configured(pool, provider)
            .any(asks_server)
            .then_some(SIGNED_IN),
    );
    checks
}

fn configured<'a>(
    pool: &'a IdentityPool,
    provider: &'a str,
) -> impl Iterator<Item = &'a UserPoolProvider> {
    pool.config
        .user_pool_providers
        .iter()
        .filter(move |known| known.provider_name == provider)
}

fn asks_server(known: &UserPoolProvider) -> bool {
    known.server_side_token_check
}

/// Verifies an ID token of a user pool.
pub fn verify(
    cloud: &mut Cloud,
    pool: &IdentityPool,
    provider: &str,
    text: &str,
) -> Result<VerifiedLogin, AwsError> {
    let clients: Vec<String> = configured(pool, provider)
        .map(|known| known.client_id.clone())
        .collect();
    let issuer = format!("https://{provider}");
    let demands = Demands {
        audiences: (!clients.is_empty()).then_some(clients),
        keys: KeysAt::Document(format!("{issuer}/.well-known/jwks.json")),
        issuers: vec![issuer],
        algorithms: &[Algorithm::RS256],
        token_use: true,
        grace: Span::ZERO,
    };
    let believed = id_token::verify(cloud, &pool.config.actor, text, &demands)?;
    let asked =
        |known: &UserPoolProvider| known.client_id == believed.audience && asks_server(known);
    if configured(pool, provider).any(asked) {
        check_signed_in(cloud, provider, &believed.token)?;
    } else {
        cloud.ledger.skip(SIGNED_IN.0);
    }
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

/// Asks the user pool whether the sign-in still counts. AWS publishes the code and no wording.
fn check_signed_in(cloud: &mut Cloud, provider: &str, token: &Unverified) -> Result<(), AwsError> {
    let pool_id = provider.rsplit('/').next().unwrap_or_default();
    let sign_in = token.text("origin_jti").unwrap_or_default();
    let ended = user_pool::ended_sign_in(cloud, pool_id, sign_in);
    let actual = ended.unwrap_or("signed in");
    if cloud
        .ledger
        .verify(SIGNED_IN.0, ended.is_none(), "signed in", actual)
    {
        return Ok(());
    }
    Err(not_authorized("Invalid login token."))
}
