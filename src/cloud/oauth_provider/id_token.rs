//! ID tokens: who signed in, for which app, when; signed so that anybody can verify it.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::brand::Brand;
use super::config::key_name;
use super::token::Fact;
use super::{About, Grant, OauthError, User, Workload, asked, random, world};
use crate::cloud::Cloud;
use crate::cloud::ledger::{ActorId, ArtifactKind, Mint, Source};
use crate::protocol::encoding::base64url;
use crate::protocol::hash::sha256;
use crate::protocol::jwt;
use crate::protocol::keys::{Algorithm, SigningKey};
use crate::protocol::time::{Moment, Span};

/// How long before its issue a job's token may be used: GitHub allows for slow clocks.
const EARLY: Span = Span::from_minutes(10);

/// Claims with where each came from.
#[derive(Default)]
struct Draft {
    claims: Map<String, Value>,
    origins: Vec<(String, String, Source)>,
}

impl Draft {
    fn put(&mut self, name: &str, value: Value, from: Source) {
        let text = match &value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        self.origins.push((format!("claims.{name}"), text, from));
        self.claims.insert(name.to_owned(), value);
    }

    fn put_times(&mut self, now: Moment, life: Span) -> Moment {
        let expires_at = now + life;
        self.put("iat", json!(now.epoch_seconds()), Source::Clock);
        self.put("exp", json!(expires_at.epoch_seconds()), Source::Clock);
        expires_at
    }
}

/// A provider with its key at hand.
pub(super) struct Signer {
    provider: Arc<About>,
    key: SigningKey,
    kid: String,
}

impl Signer {
    pub fn new(cloud: &mut Cloud, actor: &ActorId) -> Result<Self, OauthError> {
        let provider = cloud.oauth_providers.about(actor);
        let provider = provider.ok_or_else(|| server_error("there is no provider"))?;
        let key = cloud.keys.get(&key_name(actor));
        Ok(Self {
            key: key.map_err(|error| server_error(&error.to_string()))?,
            kid: kid(cloud, &provider),
            provider,
        })
    }

    /// The ID token of a grant, where its scopes call for one.
    pub fn id_token(
        &self,
        cloud: &mut Cloud,
        grant: &Grant,
        facts: &[Fact],
        access_token: &str,
    ) -> Result<Option<String>, OauthError> {
        let provider = cloud.oauth_providers.get(&self.provider.actor);
        let user = provider.and_then(|provider| provider.users.get(&grant.user));
        let Some(user) = user.filter(|_| self.provider.brand.gives_id_token(&grant.scopes)) else {
            return Ok(None);
        };
        let mut draft = self.about_person(grant, user, facts);
        let hash = at_hash(access_token);
        let beside = cloud.ledger.find_artifact(access_token);
        let from = beside.map_or(Source::Clock, |id| super::from_artifact(id, "access_token"));
        draft.put("at_hash", json!(hash), from);
        let life = self.provider.brand.id_token_life();
        let expires_at = draft.put_times(cloud.now(), life);
        let label = format!("{} ID token", self.provider.name);
        self.sign(cloud, draft, &label, expires_at).map(Some)
    }

    fn about_person(&self, grant: &Grant, user: &User, facts: &[Fact]) -> Draft {
        let brand = self.provider.brand;
        let name = &self.provider.name;
        let here = || world(format!("{name} user {}", user.name));
        let fact = |field: &str| {
            let found = facts.iter().find(|(known, _, _)| *known == field);
            found.map_or_else(here, |(_, _, from)| from.clone())
        };
        let mut draft = Draft::default();
        let issuer = world(format!("{name}'s issuer"));
        draft.put("iss", json!(self.provider.issuer), issuer);
        let (audience, from) = match &grant.audience {
            Some(sister) => (sister, fact("audience")),
            None => (&grant.app, fact("client_id")),
        };
        if brand == Brand::Google {
            draft.put("azp", json!(grant.app), fact("client_id"));
        }
        draft.put("aud", json!(audience), from);
        draft.put("sub", json!(grant.user), fact("user_id"));
        if grant.scopes.iter().any(|scope| scope == "email") {
            draft.put("email", json!(user.email), here());
            draft.put("email_verified", json!(true), here());
        }
        if brand.names_people(&grant.scopes) {
            draft.put("name", json!(user.name), here());
        }
        for (claim, value) in &user.claims {
            draft.put(claim, value.clone(), here());
        }
        if let Some(nonce) = &grant.nonce {
            draft.put("nonce", json!(nonce), fact("nonce"));
        }
        draft
    }

    /// The token of a program.
    pub fn workload_token(
        &self,
        cloud: &mut Cloud,
        workload: &Workload,
        audience: Option<&str>,
    ) -> Result<String, OauthError> {
        let name = &self.provider.name;
        let here = || world(format!("{name}: {}", workload.name));
        let mut draft = Draft::default();
        let jti = format!("oauth/{}/jti", self.provider.actor);
        let drawn = cloud.fresh(&jti).uuid();
        draft.put("jti", json!(drawn), random(&jti));
        draft.put("sub", json!(workload.subject), here());
        let (audience, from) = match audience {
            Some(audience) => (audience, asked(cloud, "audience")),
            None => (workload.audience.as_str(), here()),
        };
        draft.put("aud", json!(audience), from);
        for (claim, value) in &workload.claims {
            draft.put(claim, value.clone(), here());
        }
        let issuer = world(format!("{name}'s issuer"));
        draft.put("iss", json!(self.provider.issuer), issuer);
        let early = cloud.now() - EARLY;
        draft.put("nbf", json!(early.epoch_seconds()), Source::Clock);
        let expires_at = draft.put_times(cloud.now(), workload.life);
        self.sign(cloud, draft, &format!("{name} token"), expires_at)
    }

    fn sign(
        &self,
        cloud: &mut Cloud,
        draft: Draft,
        label: &str,
        expires_at: Moment,
    ) -> Result<String, OauthError> {
        let mut header = Map::new();
        header.insert("alg".to_owned(), json!(Algorithm::RS256.name()));
        header.insert("kid".to_owned(), json!(self.kid));
        header.insert("typ".to_owned(), json!("JWT"));
        let token = jwt::encode(&header, &draft.claims, &self.key, Algorithm::RS256)
            .map_err(|error| server_error(&error.to_string()))?;
        let kind = ArtifactKind::IdToken;
        let mut mint = Mint::text(kind, label, token.clone()).expiring(expires_at);
        for (field, value, from) in draft.origins {
            mint = mint.origin(field, value, from);
        }
        let place = format!("{}'s signing key", self.provider.name);
        mint = mint.origin("header.kid", self.kid.clone(), world(place));
        mint.header = Some(header);
        mint.claims = Some(draft.claims);
        cloud.mint(&self.provider.actor, mint);
        Ok(token)
    }
}

/// The `kid` by which tokens refer to a provider's key.
pub(super) fn kid(cloud: &Cloud, provider: &About) -> String {
    let mut stream = cloud.fixed(&format!("{}/kid", key_name(&provider.actor)));
    provider.brand.kid(&mut stream)
}

/// Ties an ID token to the access token beside it: the left half of its hash (OpenID Connect
/// Core section 3.1.3.6).
fn at_hash(access_token: &str) -> String {
    let hash = sha256(access_token.as_bytes());
    base64url(hash.get(..hash.len() / 2).unwrap_or_default())
}

pub(super) fn server_error(why: &str) -> OauthError {
    OauthError {
        status: http::StatusCode::INTERNAL_SERVER_ERROR,
        ..OauthError::new("server_error", why)
    }
}
