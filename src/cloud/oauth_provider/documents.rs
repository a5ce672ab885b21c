//! The discovery document and the public keys: what anyone needs to verify an issuer's tokens.

use std::sync::Arc;

use serde_json::{Value, json};

use super::brand::Endpoint;
use super::config::key_name;
use super::id_token::{kid, server_error};
use super::{About, OauthError};
use crate::cloud::Cloud;
use crate::cloud::ledger::{ActorId, PublishedKeys};
use crate::protocol::jwks::{Discovery, Jwks};
use crate::protocol::keys::Algorithm;

const DISCOVERY: &str = "OpenID Connect Discovery section 4";

/// The public keys; published in the ledger as well.
pub(super) fn jwks(cloud: &mut Cloud, actor: &ActorId) -> Result<Value, OauthError> {
    let provider = check_issuer(cloud, actor, Endpoint::Jwks)?;
    let key = cloud
        .keys
        .get(&key_name(actor))
        .map_err(|error| server_error(&error.to_string()))?;
    let keys = vec![key.jwk(&kid(cloud, &provider), Algorithm::RS256)];
    let body = Jwks { keys }.to_json();
    cloud.ledger.publish(PublishedKeys {
        issuer: provider.issuer.clone(),
        uri: address(&provider, Endpoint::Jwks),
        keys: body.clone(),
    });
    Ok(body)
}

/// The discovery document. Issuers of programs have no sign-in to describe.
pub(super) fn discovery(cloud: &mut Cloud, actor: &ActorId) -> Result<Value, OauthError> {
    let provider = check_issuer(cloud, actor, Endpoint::Discovery)?;
    if !provider.endpoints.contains_key(&Endpoint::Authorize) {
        return Ok(json!({
            "issuer": provider.issuer,
            "jwks_uri": address(&provider, Endpoint::Jwks),
            "subject_types_supported": ["public"],
            "response_types_supported": ["id_token"],
            "id_token_signing_alg_values_supported": [Algorithm::RS256.name()],
            "scopes_supported": ["openid"],
        }));
    }
    let document = Discovery {
        issuer: &provider.issuer,
        authorization_endpoint: &address(&provider, Endpoint::Authorize),
        token_endpoint: &address(&provider, Endpoint::Token),
        jwks_uri: &address(&provider, Endpoint::Jwks),
        userinfo_endpoint: None,
        algorithms: &[Algorithm::RS256],
        scopes: provider.brand.scopes(),
    };
    Ok(document.to_json())
}

fn check_issuer(
    cloud: &mut Cloud,
    actor: &ActorId,
    endpoint: Endpoint,
) -> Result<Arc<About>, OauthError> {
    cloud.ledger.plan(&[("Issuer", DISCOVERY)]);
    let provider = cloud.oauth_providers.about(actor);
    let served = provider.filter(|provider| provider.endpoints.contains_key(&endpoint));
    let actual = served.as_ref().map_or("none", |provider| &provider.issuer);
    cloud
        .ledger
        .verify("Issuer", served.is_some(), "an issuer of this host", actual);
    served.ok_or_else(|| server_error("there is no provider"))
}

fn address(provider: &About, endpoint: Endpoint) -> String {
    let found = provider.endpoints.get(&endpoint);
    found.cloned().unwrap_or_default()
}
