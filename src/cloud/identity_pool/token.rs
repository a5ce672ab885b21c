//! The OpenID token by which an identity pool vouches for an identity towards STS, and the
//! documents by which STS can verify it. All pools of a region sign with the same keys.

use serde_json::{Map, Value, json};

use super::config::IdentityPool;
use super::errors;
use super::logins::VerifiedLogin;
use super::roles::as_text;
use crate::cloud::aws::AwsError;
use crate::cloud::ledger::{ArtifactId, ArtifactKind, Mint, PublishedKeys, Source};
use crate::cloud::{Cloud, REGION};
use crate::protocol::jwks::Jwks;
use crate::protocol::jwt;
use crate::protocol::keys::{Algorithm, KeyError};
use crate::protocol::time::Span;

/// The issuer of all pool tokens.
pub const ISSUER: &str = "https://cognito-identity.amazonaws.com";
/// The host that publishes the keys.
pub const KEY_HOST: &str = "cognito-identity.amazonaws.com";
/// The path of the key document; it is really called that.
pub const KEY_PATH: &str = "/.well-known/jwks_uri";
/// How long a token from GetOpenIdToken lives.
pub const LIFE: Span = Span::from_minutes(10);
/// The claim that carries principal tags to STS.
pub const TAGS_CLAIM: &str = "https://aws.amazon.com/tags";
/// The claim that names the pool.
const POOL_ARN_CLAIM: &str = "https://cognito-identity.amazonaws.com/identity-pool-arn";
/// First element of `amr` for a guest.
pub const UNAUTHENTICATED: &str = "unauthenticated";
/// First element of `amr` for a user.
const AUTHENTICATED: &str = "authenticated";

/// The key's name: the region and a number.
fn kid() -> String {
    format!("{REGION}1")
}

/// The name of the key that signs every pool's tokens.
pub fn key_name() -> String {
    format!("cognito-identity/{}", kid())
}

/// A token that was just minted.
#[derive(Clone, Debug)]
pub struct PoolToken {
    /// Its text
    pub text: String,
    /// Its number in the ledger
    pub artifact: ArtifactId,
}

/// Mints the token for an identity that has proved these logins; for a guest where there are none.
pub fn mint(
    cloud: &mut Cloud,
    pool: &IdentityPool,
    identity: (&str, ArtifactId),
    logins: &[VerifiedLogin],
) -> Result<PoolToken, AwsError> {
    mint_for(cloud, pool, identity, logins, (LIFE, &Map::new()))
}

/// The same with a life and with principal tags of the backend's choice: tag name to a list with
/// one value.
pub fn mint_for(
    cloud: &mut Cloud,
    pool: &IdentityPool,
    identity: (&str, ArtifactId),
    logins: &[VerifiedLogin],
    (life, chosen): (Span, &Map<String, Value>),
) -> Result<PoolToken, AwsError> {
    let (identity_id, identity_artifact) = identity;
    let mut tags = principal_tags(pool, logins);
    tags.extend(chosen.clone());
    let expires_at = cloud.now() + life;
    let claims = claims(cloud, pool, identity_id, logins, (&tags, life));
    let header = header();
    let key = cloud
        .keys
        .get(&key_name())
        .map_err(|_| errors::internal())?;
    let text =
        jwt::encode(&header, &claims, &key, Algorithm::RS512).map_err(|_| errors::internal())?;
    let mut mint = Mint::text(ArtifactKind::PoolToken, "Identity pool token", text.clone())
        .expiring(expires_at)
        .origin(
            "claims.sub",
            identity_id,
            Source::Artifact {
                artifact: identity_artifact,
                field: "value".to_owned(),
            },
        )
        .origin("claims.aud", &pool.id, world(pool, "id"))
        .origin("claims.iss", ISSUER, world(pool, "the service's own name"))
        .origin(
            format!("claims.{POOL_ARN_CLAIM}"),
            pool.arn(),
            world(pool, "ARN"),
        )
        .origin("claims.iat", cloud.now().iso8601(), Source::Clock)
        .origin("claims.exp", expires_at.iso8601(), Source::Clock);
    mint = with_login_origins(mint, pool, logins, &tags);
    mint = with_request_origins(mint, cloud, logins, chosen);
    mint.header = Some(header);
    mint.claims = Some(claims);
    mint.guest = logins.is_empty();
    let artifact = cloud.mint(&pool.config.actor, mint);
    Ok(PoolToken { text, artifact })
}

fn world(pool: &IdentityPool, what: &str) -> Source {
    Source::World {
        place: format!("identity pool {}, {what}", pool.config.name),
    }
}

fn header() -> Map<String, Value> {
    let mut header = Map::new();
    header.insert("kid".to_owned(), json!(kid()));
    header.insert("typ".to_owned(), json!("JWS"));
    header.insert("alg".to_owned(), json!(Algorithm::RS512.name()));
    header
}

fn claims(
    cloud: &Cloud,
    pool: &IdentityPool,
    identity_id: &str,
    logins: &[VerifiedLogin],
    (tags, life): (&Map<String, Value>, Span),
) -> Map<String, Value> {
    let now = cloud.now();
    let mut claims = Map::new();
    claims.insert("sub".to_owned(), json!(identity_id));
    claims.insert("aud".to_owned(), json!(pool.id));
    claims.insert("amr".to_owned(), json!(methods(logins)));
    claims.insert("iss".to_owned(), json!(ISSUER));
    claims.insert(POOL_ARN_CLAIM.to_owned(), json!(pool.arn()));
    if !tags.is_empty() {
        claims.insert(TAGS_CLAIM.to_owned(), json!({ "principal_tags": tags }));
    }
    claims.insert("exp".to_owned(), json!((now + life).epoch_seconds()));
    claims.insert("iat".to_owned(), json!(now.epoch_seconds()));
    claims
}

/// `amr`: how the identity was proved. The third element is left out where it is not known how
/// AWS writes it.
fn methods(logins: &[VerifiedLogin]) -> Vec<String> {
    if logins.is_empty() {
        return vec![UNAUTHENTICATED.to_owned()];
    }
    let mut methods = vec![AUTHENTICATED.to_owned()];
    for login in logins {
        methods.push(login.login.provider.clone());
        methods.extend(login.method.clone());
    }
    methods
}

/// The tags that the pool makes of claims: tag name to a list with one value, as STS reads them.
fn principal_tags(pool: &IdentityPool, logins: &[VerifiedLogin]) -> Map<String, Value> {
    let mut tags = Map::new();
    for login in logins {
        for (tag, claim) in tag_map(pool, login) {
            if let Some(value) = login.claims.get(claim).and_then(as_text) {
                tags.insert(tag.clone(), json!([value]));
            }
        }
        tags.extend(tags_of_backend(pool, login));
    }
    tags
}

/// The tags that the pool's backend chose when it had the token made that is shown now.
fn tags_of_backend(pool: &IdentityPool, login: &VerifiedLogin) -> Map<String, Value> {
    let provider = Some(&login.login.provider);
    let tags = match pool.config.developer_provider.as_ref() == provider {
        true => login.claims.get(TAGS_CLAIM),
        false => None,
    };
    let tags = tags.and_then(|claim| claim.get("principal_tags"));
    tags.and_then(Value::as_object).cloned().unwrap_or_default()
}

fn tag_map<'a>(
    pool: &'a IdentityPool,
    login: &VerifiedLogin,
) -> impl Iterator<Item = (&'a String, &'a String)> {
    let tags = &pool.config.principal_tags;
    tags.get(&login.login.provider)
        .or_else(|| tags.get(&login.mapping_key))
        .into_iter()
        .flatten()
}

fn with_login_origins(
    mut mint: Mint,
    pool: &IdentityPool,
    logins: &[VerifiedLogin],
    tags: &Map<String, Value>,
) -> Mint {
    for login in logins {
        let Some(artifact) = login.artifact else {
            continue;
        };
        let from = |field: &str| Source::Artifact {
            artifact,
            field: field.to_owned(),
        };
        mint = mint.origin(
            "claims.amr",
            &login.login.subject,
            from(login.subject_field),
        );
        for (tag, claim) in tag_map(pool, login).filter(|(tag, _)| tags.contains_key(*tag)) {
            let value = login
                .claims
                .get(claim)
                .and_then(as_text)
                .unwrap_or_default();
            let field = format!("claims.{TAGS_CLAIM}.principal_tags.{tag}");
            mint = mint.origin(field, value, from(&format!("claims.{claim}")));
        }
    }
    if logins.is_empty() {
        mint = mint.origin("claims.amr", UNAUTHENTICATED, world(pool, "guests allowed"));
    }
    mint
}

/// What a backend's own request put into the token: the user it vouches for, and the tags it chose.
fn with_request_origins(
    mut mint: Mint,
    cloud: &Cloud,
    logins: &[VerifiedLogin],
    chosen: &Map<String, Value>,
) -> Mint {
    let Some(exchange) = cloud.ledger.current() else {
        return mint;
    };
    let from = |member: &str| Source::Message {
        exchange,
        member: member.to_owned(),
    };
    for login in logins.iter().filter(|login| login.artifact.is_none()) {
        mint = mint.origin("claims.amr", &login.login.subject, from("Logins"));
    }
    for (tag, value) in chosen {
        let field = format!("claims.{TAGS_CLAIM}.principal_tags.{tag}");
        let value = value.get(0).and_then(as_text).unwrap_or_default();
        mint = mint.origin(field, value, from("PrincipalTags"));
    }
    mint
}

/// The public keys of the region's pools.
pub fn keys(cloud: &mut Cloud) -> Result<Jwks, KeyError> {
    let key = cloud.keys.get(&key_name())?;
    Ok(Jwks {
        keys: vec![key.jwk(&kid(), Algorithm::RS512)],
    })
}

/// The key document, which is also written down as published.
pub fn key_document(cloud: &mut Cloud) -> Result<Value, KeyError> {
    let keys = keys(cloud)?.to_json();
    cloud.ledger.publish(PublishedKeys {
        issuer: ISSUER.to_owned(),
        uri: format!("{ISSUER}{KEY_PATH}"),
        keys: keys.clone(),
    });
    Ok(keys)
}

/// The discovery document.
pub fn discovery_document() -> Value {
    json!({
        "issuer": ISSUER,
        "jwks_uri": format!("{ISSUER}{KEY_PATH}"),
        "authorization_endpoint": ISSUER,
        "response_types_supported": ["token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [Algorithm::RS512.name()],
    })
}
