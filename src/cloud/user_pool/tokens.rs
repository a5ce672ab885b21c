//! The three tokens of a sign-in: ID and access token as JWTs under two different keys, and the
//! refresh token that only the pool can read.

use serde_json::{Map, Value, json};

use super::claims::{Draft, Subject};
use super::model::{Client, RefreshToken, SignInRecord};
use super::triggers;
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::cloud::ledger::{ActorId, ArtifactId, ArtifactKind, Mint, Source};
use crate::protocol::encoding::{base64, base64url};
use crate::protocol::hash::sha256;
use crate::protocol::jwt::{self, JwtError};
use crate::protocol::keys::{Algorithm, KeyError};
use crate::protocol::time::Moment;

/// The scope of tokens that may change the own profile; the only one of API sign-ins.
pub(super) const ADMIN_SCOPE: &str = "aws.cognito.signin.user.admin";
/// Header of a refresh token: encrypted for nobody but the pool.
const REFRESH_HEADER: &[u8] = br#"{"cty":"JWT","enc":"A256GCM","alg":"RSA-OAEP"}"#;
/// Bytes of a refresh token's encrypted key, initialisation vector, content and tag.
const REFRESH_PARTS_BYTES: [usize; 4] = [256, 12, 640, 16];
/// Bytes of a key's name.
const KID_BYTES: usize = 32;

/// Which of a pool's two keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyUse {
    Id,
    Access,
}

impl KeyUse {
    fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Access => "access",
        }
    }
}

/// The name of a pool's key in the key ring.
pub(super) fn key_name(pool_id: &str, usage: KeyUse) -> String {
    format!("user-pool/{pool_id}/{}", usage.name())
}

/// The names of both.
pub(super) fn key_names(pool_id: &str) -> [String; 2] {
    [
        key_name(pool_id, KeyUse::Id),
        key_name(pool_id, KeyUse::Access),
    ]
}

/// The `kid` by which tokens refer to a key.
pub(super) fn kid(cloud: &Cloud, pool_id: &str, usage: KeyUse) -> String {
    base64(
        &cloud
            .fixed(&format!("{}/kid", key_name(pool_id, usage)))
            .bytes(KID_BYTES),
    )
}

/// Why no tokens could be made. Never the caller's fault.
#[derive(Debug, thiserror::Error)]
pub(super) enum TokenError {
    /// The sign-in belongs to nobody any more.
    #[error("the sign-in's user or app client is gone")]
    Gone,
    /// Signing failed.
    #[error(transparent)]
    Jwt(#[from] JwtError),
    /// There is no key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The pool's function refused.
    #[error("{}", .0.message)]
    Refused(AwsError),
}

/// What a sign-in or a refresh hands out.
#[derive(Debug)]
pub(super) struct TokenSet {
    pub id_token: Option<String>,
    pub access_token: String,
    pub refresh_token: Option<String>,
    /// Life of the access token, in seconds
    pub expires_in: i64,
}

/// How to make a new sign-in.
pub(super) struct NewSignIn<'a> {
    pub username: &'a str,
    pub client: &'a Client,
    pub auth_time: Moment,
    pub scopes: Vec<String>,
    pub hosted: bool,
    pub nonce: Option<&'a str>,
    /// The code that was redeemed
    pub via: Option<ArtifactId>,
}

/// A new sign-in with all its tokens. Nothing is kept or minted if signing fails.
pub(super) fn sign_in(
    cloud: &mut Cloud,
    pool_id: &str,
    new: NewSignIn<'_>,
) -> Result<TokenSet, TokenError> {
    let record = SignInRecord {
        username: new.username.to_owned(),
        client: new.client.id.clone(),
        auth_time: new.auth_time,
        origin_jti: cloud.fresh("user-pool/origin-jti").uuid(),
        event_id: cloud.fresh("user-pool/event-id").uuid(),
        scopes: new.scopes,
        hosted: new.hosted,
        refresh_token: refresh_token(cloud),
        refresh_expires_at: cloud.now() + new.client.refresh_validity,
        revoked: false,
    };
    let source = match record.hosted {
        true => "TokenGeneration_HostedAuth",
        false => "TokenGeneration_Authentication",
    };
    let mut set = issue(cloud, pool_id, &record, (new.nonce, new.via), source)?;
    set.refresh_token = Some(record.refresh_token.clone());
    mint_refresh_token(cloud, pool_id, &record, new.via);
    if let Some(pool) = cloud.user_pools.get_mut(pool_id) {
        let id = record.origin_jti.clone();
        let token = RefreshToken {
            origin_jti: id.clone(),
            replaced_from: None,
        };
        pool.refresh_tokens
            .insert(record.refresh_token.clone(), token);
        pool.by_user
            .entry(record.username.clone())
            .or_default()
            .push(id.clone());
        pool.sign_ins.insert(id, record);
    }
    Ok(set)
}

/// A new refresh token for a sign-in; it ends when the first one would have.
pub(super) fn rotate(
    cloud: &mut Cloud,
    pool_id: &str,
    record: &SignInRecord,
    via: Option<ArtifactId>,
) -> String {
    let mut record = record.clone();
    record.refresh_token = refresh_token(cloud);
    mint_refresh_token(cloud, pool_id, &record, via);
    let value = record.refresh_token.clone();
    if let Some(pool) = cloud.user_pools.get_mut(pool_id) {
        let token = RefreshToken {
            origin_jti: record.origin_jti.clone(),
            replaced_from: None,
        };
        pool.refresh_tokens.insert(value.clone(), token);
        pool.sign_ins.insert(record.origin_jti.clone(), record);
    }
    value
}

/// ID and access token of a sign-in, new or old. `source` is what the pool's function is told.
pub(super) fn issue(
    cloud: &mut Cloud,
    pool_id: &str,
    sign_in: &SignInRecord,
    (nonce, via): (Option<&str>, Option<ArtifactId>),
    source: &str,
) -> Result<TokenSet, TokenError> {
    let place = (pool_id, sign_in.client.as_str());
    let overrides = triggers::pre_token_generation(cloud, place, source, &sign_in.username)
        .map_err(TokenError::Refused)?;
    let mut jti = || cloud.fresh("user-pool/jti").uuid();
    let (access_jti, id_jti) = (jti(), jti());
    let now = cloud.now();
    let draft = |cloud: &Cloud, jti: &str, make: &dyn Fn(Subject<'_>) -> Draft| {
        let pool = cloud.user_pools.get(pool_id)?;
        let user = pool.users.get(&sign_in.username)?;
        let client = pool.clients.get(&sign_in.client)?;
        Some(make(Subject {
            pool,
            user,
            client,
            sign_in,
            nonce,
            via,
            now,
            jti,
            overrides: &overrides,
        }))
    };
    let access = draft(cloud, &access_jti, &|subject| subject.access_claims());
    let access = access.ok_or(TokenError::Gone)?;
    let access = Signed::new(cloud, pool_id, KeyUse::Access, access)?;
    let wants_id = !sign_in.hosted || sign_in.scopes.iter().any(|scope| scope == "openid");
    let at_hash = sign_in.hosted.then(|| at_hash(&access.token));
    let id = wants_id.then(|| {
        draft(cloud, &id_jti, &|subject| {
            let from = Source::World {
                place: "the access token beside it".to_owned(),
            };
            subject.id_claims(at_hash.clone().map(|hash| (hash, from)))
        })
    });
    let id = id
        .flatten()
        .map(|id| Signed::new(cloud, pool_id, KeyUse::Id, id))
        .transpose()?;
    let expires_in = (access.draft.expires_at - now).seconds();
    let (access_token, access) = access.mint(cloud, pool_id, None);
    let id_token = id.map(|id| id.mint(cloud, pool_id, Some(access)).0);
    Ok(TokenSet {
        id_token,
        access_token,
        refresh_token: None,
        expires_in,
    })
}

/// A signed token that nobody has yet.
struct Signed {
    usage: KeyUse,
    header: Map<String, Value>,
    draft: Draft,
    token: String,
}

impl Signed {
    fn new(
        cloud: &mut Cloud,
        pool_id: &str,
        usage: KeyUse,
        draft: Draft,
    ) -> Result<Self, TokenError> {
        let mut header = Map::new();
        header.insert("kid".to_owned(), json!(kid(cloud, pool_id, usage)));
        header.insert("alg".to_owned(), json!(Algorithm::RS256.name()));
        let key = cloud.keys.get(&key_name(pool_id, usage))?;
        let token = jwt::encode(&header, &draft.claims, &key, Algorithm::RS256)?;
        Ok(Self {
            usage,
            header,
            draft,
            token,
        })
    }

    /// Writes the token into the ledger. An ID token's `at_hash` comes from the access token
    /// beside it.
    fn mint(
        self,
        cloud: &mut Cloud,
        pool_id: &str,
        access: Option<ArtifactId>,
    ) -> (String, ArtifactId) {
        let (kind, label) = match self.usage {
            KeyUse::Id => (ArtifactKind::IdToken, "ID token"),
            KeyUse::Access => (ArtifactKind::AccessToken, "Access token"),
        };
        let mut mint = Mint::text(kind, label, self.token.clone()).expiring(self.draft.expires_at);
        for (field, value, from) in self.draft.origins {
            let from = match access {
                Some(artifact) if field == "claims.at_hash" => Source::Artifact {
                    artifact,
                    field: "access_token".to_owned(),
                },
                _ => from,
            };
            mint = mint.origin(field, value, from);
        }
        let kid = self
            .header
            .get("kid")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let place = format!("{} key of user pool {pool_id}", self.usage.name());
        let mut mint = mint.origin("header.kid", kid, Source::World { place });
        mint.header = Some(self.header);
        mint.claims = Some(self.draft.claims);
        (self.token, cloud.mint(&actor_of(cloud, pool_id), mint))
    }
}

/// Ties an ID token to the access token beside it: the left half of its hash (OpenID Connect
/// Core section 3.1.3.6).
fn at_hash(access_token: &str) -> String {
    let hash = sha256(access_token.as_bytes());
    base64url(hash.get(..hash.len() / 2).unwrap_or_default())
}

/// A refresh token: five parts as a JWE has them, of which only the header can be read.
fn refresh_token(cloud: &mut Cloud) -> String {
    let mut stream = cloud.fresh("user-pool/refresh-token");
    let mut token = base64url(REFRESH_HEADER);
    for count in REFRESH_PARTS_BYTES {
        token.push('.');
        token.push_str(&base64url(&stream.bytes(count)));
    }
    token
}

fn mint_refresh_token(
    cloud: &mut Cloud,
    pool_id: &str,
    record: &SignInRecord,
    via: Option<ArtifactId>,
) {
    let mut mint = Mint::text(
        ArtifactKind::RefreshToken,
        "Refresh token",
        record.refresh_token.clone(),
    )
    .expiring(record.refresh_expires_at)
    .fact("user", record.username.clone())
    .fact("app client", record.client.clone())
    .fact("origin_jti", record.origin_jti.clone())
    .fact("auth_time", record.auth_time.iso8601())
    .fact("scope", record.scopes.join(" "));
    mint.header = serde_json::from_slice(REFRESH_HEADER).ok();
    let random = |what: &str| Source::Random {
        stream: format!("user-pool/{what}"),
    };
    let auth_time = record.auth_time.epoch_seconds().to_string();
    mint = mint
        .origin(
            "refresh_token",
            record.refresh_token.clone(),
            random("refresh-token"),
        )
        .origin(
            "origin_jti",
            record.origin_jti.clone(),
            random("origin-jti"),
        )
        .origin("event_id", record.event_id.clone(), random("event-id"))
        .origin("auth_time", auth_time, Source::Clock);
    for (field, value, from) in profile_fields(cloud, pool_id, &record.username, &record.client) {
        let from = match via {
            Some(artifact) => Source::Artifact {
                artifact,
                field: field.clone(),
            },
            None => from,
        };
        mint = mint.origin(field, value, from);
    }
    let actor = actor_of(cloud, pool_id);
    cloud.mint(&actor, mint);
}

/// What a token can say about a user, with sources.
pub(super) fn profile_fields(
    cloud: &Cloud,
    pool_id: &str,
    username: &str,
    client: &str,
) -> Vec<(String, String, Source)> {
    let Some(pool) = cloud.user_pools.get(pool_id) else {
        return Vec::new();
    };
    let user = pool.users.get(username);
    user.map_or_else(Vec::new, |user| user.fields(pool.clients.get(client)))
}

/// Who answers for a pool on the stage.
pub(super) fn actor_of(cloud: &Cloud, pool_id: &str) -> ActorId {
    cloud
        .user_pools
        .get(pool_id)
        .map_or_else(|| ActorId::new(pool_id), |pool| pool.actor.clone())
}
