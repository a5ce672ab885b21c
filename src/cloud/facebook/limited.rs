//! Limited Login: the product of Facebook's that does give an ID token, signed so that anybody can
//! verify it, and no access token at all. The token alone says who signed in.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::WEB_HOST;
use crate::cloud::Cloud;
use crate::cloud::ledger::{ActorId, ArtifactKind, Mint, PublishedKeys, Source};
use crate::cloud::pages;
use crate::protocol::form::Form;
use crate::protocol::jwks::Jwks;
use crate::protocol::jwt;
use crate::protocol::keys::{Algorithm, KeyError, SigningKey};
use crate::protocol::message::{Response, json_response};
use crate::protocol::time::Span;

/// The issuer of the ID tokens.
pub const ISSUER: &str = "https://www.facebook.com";
/// Where the public keys are.
pub(super) const JWKS_PATH: &str = ".well-known/oauth/openid/jwks";
/// Where the discovery document is.
pub(super) const DISCOVERY_PATH: &str = ".well-known/openid-configuration";
/// The name of the signing key.
const KEY: &str = "facebook/limited-login";
/// How long an ID token lives. Tokentrail's model.
const VALIDITY: Span = Span::from_hours(1);
const DISCOVERY: &str = "OpenID Connect Discovery section 4";

/// Who signed in, for which app, in answer to which request.
pub(super) struct Subject<'a> {
    pub app: &'a str,
    pub user: &'a str,
    pub with_email: bool,
    pub nonce: Option<&'a str>,
    /// Where the app's id and the nonce came from
    pub asked: Source,
}

/// Sends the browser back with an ID token behind the `#`, and nothing else.
pub(super) fn send_id_token(
    cloud: &mut Cloud,
    actor: &ActorId,
    subject: &Subject<'_>,
    (redirect_uri, state): (&str, Option<&str>),
) -> Response {
    match id_token(cloud, actor, subject) {
        Ok(token) => {
            let answer = Form::new()
                .with("id_token", &token)
                .with_optional("state", state);
            pages::redirect(&format!("{redirect_uri}#{}", answer.encode()))
        }
        Err(error) => {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            pages::error_page(status, "Server error", &error.to_string())
        }
    }
}

fn id_token(
    cloud: &mut Cloud,
    actor: &ActorId,
    subject: &Subject<'_>,
) -> Result<String, jwt::JwtError> {
    let key = cloud.keys.get(KEY)?;
    let expires_at = cloud.now() + VALIDITY;
    let stream = "facebook/id-token-jti";
    let jti = cloud.fresh(stream).hex(32);
    let user = cloud.facebook.users.get(subject.user);
    let (name, email) = user.map_or(("", ""), |user| (&user.name, &user.email));
    let here = || Source::World {
        place: format!("Facebook user {name}"),
    };
    let random = Source::Random {
        stream: stream.to_owned(),
    };
    let issuer = Source::World {
        place: "Facebook's issuer".to_owned(),
    };
    let (now, end) = (cloud.now().epoch_seconds(), expires_at.epoch_seconds());
    let mut said: Vec<(&str, Value, Source)> = vec![
        ("iss", json!(ISSUER), issuer),
        ("aud", json!(subject.app), subject.asked.clone()),
        ("sub", json!(subject.user), here()),
        ("iat", json!(now), Source::Clock),
        ("exp", json!(end), Source::Clock),
        ("jti", json!(jti), random),
    ];
    let nonce = subject.nonce;
    said.extend(nonce.map(|nonce| ("nonce", json!(nonce), subject.asked.clone())));
    said.push(("name", json!(name), here()));
    if subject.with_email {
        said.push(("email", json!(email), here()));
    }
    sign(cloud, actor, (&key, said), expires_at)
}

fn sign(
    cloud: &mut Cloud,
    actor: &ActorId,
    (key, said): (&SigningKey, Vec<(&str, Value, Source)>),
    expires_at: crate::protocol::time::Moment,
) -> Result<String, jwt::JwtError> {
    let claims: Map<String, Value> = said
        .iter()
        .map(|(name, value, _)| ((*name).to_owned(), value.clone()))
        .collect();
    let mut header = Map::new();
    header.insert("alg".to_owned(), json!(Algorithm::RS256.name()));
    header.insert("typ".to_owned(), json!("JWT"));
    header.insert("kid".to_owned(), json!(kid(cloud)));
    let token = jwt::encode(&header, &claims, key, Algorithm::RS256)?;
    let kind = ArtifactKind::IdToken;
    let mut mint = Mint::text(kind, "Facebook ID token", token.clone()).expiring(expires_at);
    for (name, value, from) in said {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        mint = mint.origin(format!("claims.{name}"), text, from);
    }
    mint.header = Some(header);
    mint.claims = Some(claims);
    cloud.mint(actor, mint);
    Ok(token)
}

fn kid(cloud: &Cloud) -> String {
    cloud.fixed(&format!("{KEY}/kid")).hex(40)
}

/// The public keys; published in the ledger as well.
pub(super) fn jwks(cloud: &mut Cloud) -> Response {
    cloud.ledger.plan(&[("Issuer", DISCOVERY)]);
    cloud.ledger.passed("Issuer", "Facebook", ISSUER);
    match published(cloud) {
        Ok(body) => json_response(StatusCode::OK, &body),
        Err(error) => {
            let body = json!({ "error": "server_error", "error_description": error.to_string() });
            json_response(StatusCode::INTERNAL_SERVER_ERROR, &body)
        }
    }
}

/// The key document; written down as published as well.
pub(super) fn published(cloud: &mut Cloud) -> Result<Value, KeyError> {
    let keys = vec![cloud.keys.get(KEY)?.jwk(&kid(cloud), Algorithm::RS256)];
    let body = Jwks { keys }.to_json();
    cloud.ledger.publish(PublishedKeys {
        issuer: ISSUER.to_owned(),
        uri: format!("https://{WEB_HOST}/{JWKS_PATH}/"),
        keys: body.clone(),
    });
    Ok(body)
}

/// The discovery document.
pub(super) fn discovery(cloud: &mut Cloud) -> Response {
    cloud.ledger.plan(&[("Issuer", DISCOVERY)]);
    cloud.ledger.passed("Issuer", "Facebook", ISSUER);
    let body = json!({
        "issuer": ISSUER,
        "authorization_endpoint": format!("https://{WEB_HOST}/dialog/oauth"),
        "jwks_uri": format!("https://{WEB_HOST}/{JWKS_PATH}/"),
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": [Algorithm::RS256.name()],
    });
    json_response(StatusCode::OK, &body)
}
