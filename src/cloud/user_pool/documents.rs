//! The key documents: what anyone needs to verify this pool's tokens.

use http::StatusCode;
use serde_json::{Value, json};

use super::model::Pool;
use super::tokens::{KeyUse, key_name, kid};
use crate::cloud::Cloud;
use crate::cloud::ledger::PublishedKeys;
use crate::protocol::jwks::Jwks;
use crate::protocol::keys::{Algorithm, Jwk, KeyError};
use crate::protocol::message::{Response, json_response};

/// Behind the issuer.
const JWKS_PATH: &str = "/.well-known/jwks.json";
/// Behind the issuer.
const DISCOVERY_PATH: &str = "/.well-known/openid-configuration";

/// The pool and the document that a path asks for.
pub(super) fn asked_for(path: &str) -> Option<(&str, &'static str)> {
    let path = path.strip_prefix('/')?;
    let strip = |suffix: &str| path.strip_suffix(suffix).filter(|id| !id.contains('/'));
    match (strip(JWKS_PATH), strip(DISCOVERY_PATH)) {
        (Some(pool), _) => Some((pool, "jwks")),
        (_, Some(pool)) => Some((pool, "openid-configuration")),
        _ => None,
    }
}

/// Serves a document.
pub(super) fn answer(cloud: &mut Cloud, pool_id: &str, document: &str) -> Response {
    cloud
        .ledger
        .plan(&[("User pool", "Cognito guide: verifying a JSON web token")]);
    let known = cloud.user_pools.get(pool_id).is_some();
    cloud
        .ledger
        .verify("User pool", known, "an existing user pool", pool_id);
    let made = match document {
        _ if !known => None,
        "jwks" => jwks(cloud, pool_id).ok(),
        _ => cloud.user_pools.get(pool_id).map(discovery),
    };
    match made {
        Some(body) => json_response(StatusCode::OK, &body),
        None => {
            let message = format!("User pool {pool_id} does not exist.");
            let body = json!({ "__type": "ResourceNotFoundException", "message": message });
            json_response(StatusCode::NOT_FOUND, &body)
        }
    }
}

/// Publishes the keys of the pool whose tokens bear this issuer, asked or not.
pub fn publish_keys(cloud: &mut Cloud, issuer: &str) {
    let Some(pool_id) = issuer.rsplit('/').next().map(str::to_owned) else {
        return;
    };
    if cloud.user_pools.get(&pool_id).is_some() {
        // A key that cannot be made has signed nothing
        let _ = jwks(cloud, &pool_id);
    }
}

/// Both keys, ID key first; published in the ledger as well.
fn jwks(cloud: &mut Cloud, pool_id: &str) -> Result<Value, KeyError> {
    cloud.keys.prepare(&super::tokens::key_names(pool_id))?;
    let mut keys: Vec<Jwk> = Vec::new();
    for usage in [KeyUse::Id, KeyUse::Access] {
        let kid = kid(cloud, pool_id, usage);
        let key = cloud.keys.get(&key_name(pool_id, usage))?;
        keys.push(key.jwk(&kid, Algorithm::RS256));
    }
    let body = Jwks { keys }.to_json();
    let issuer = cloud
        .user_pools
        .get(pool_id)
        .map(Pool::issuer)
        .unwrap_or_default();
    let uri = format!("{issuer}{JWKS_PATH}");
    cloud.ledger.publish(PublishedKeys {
        issuer,
        uri,
        keys: body.clone(),
    });
    Ok(body)
}

fn discovery(pool: &Pool) -> Value {
    let (issuer, hosted) = (pool.issuer(), format!("https://{}", pool.host()));
    json!({
        "authorization_endpoint": format!("{hosted}/oauth2/authorize"),
        "end_session_endpoint": format!("{hosted}/logout"),
        "id_token_signing_alg_values_supported": [Algorithm::RS256.name()],
        "issuer": issuer,
        "jwks_uri": format!("{issuer}{JWKS_PATH}"),
        "response_types_supported": ["code"],
        "revocation_endpoint": format!("{hosted}/oauth2/revoke"),
        "scopes_supported": ["openid", "email", "phone", "profile"],
        "subject_types_supported": ["public"],
        "token_endpoint": format!("{hosted}/oauth2/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "userinfo_endpoint": format!("{hosted}/oauth2/userInfo"),
    })
}
