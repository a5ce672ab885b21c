//! What a pool's tokens say about a user, and where each of their values came from.

use serde_json::{Map, Value, json};

use super::model::{Client, Identity, Pool, SignInRecord, User};
use crate::cloud::ledger::{ArtifactId, Source};
use crate::protocol::time::Moment;

/// Everything a token's claims are made from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    pub pool: &'a Pool,
    pub user: &'a User,
    pub client: &'a Client,
    pub sign_in: &'a SignInRecord,
    pub nonce: Option<&'a str>,
    /// The code or refresh token that the tokens are bought with
    pub via: Option<ArtifactId>,
    pub now: Moment,
    pub jti: &'a str,
    /// What the pool's function changes
    pub overrides: &'a Overrides,
}

/// What a pre token generation function changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Overrides {
    /// Claims of the ID token, added or with another value
    pub add: Vec<(String, Value)>,
    /// Claims that the ID token leaves out
    pub suppress: Vec<String>,
    /// Groups in both tokens, instead of the user's
    pub groups: Option<Vec<String>>,
}

/// Claims that no function can change.
const FIXED: [&str; 18] = [
    "acr",
    "amr",
    "at_hash",
    "aud",
    "auth_time",
    "azp",
    "cognito:groups",
    "cognito:username",
    "event_id",
    "exp",
    "iat",
    "identities",
    "iss",
    "jti",
    "nbf",
    "nonce",
    "origin_jti",
    "sub",
];

/// A token's claims before they are signed: claims, where each came from, and their end.
#[derive(Debug)]
pub(super) struct Draft {
    pub claims: Map<String, Value>,
    pub origins: Vec<(String, String, Source)>,
    pub expires_at: Moment,
}

impl Draft {
    fn new(expires_at: Moment) -> Self {
        Self {
            claims: Map::new(),
            origins: Vec::new(),
            expires_at,
        }
    }

    /// Adds a claim with its source.
    pub fn put(&mut self, name: &str, value: Value, from: Source) {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        self.origins.push((format!("claims.{name}"), text, from));
        self.claims.insert(name.to_owned(), value);
    }

    /// Takes a claim out again.
    fn remove(&mut self, name: &str) {
        let field = format!("claims.{name}");
        self.origins.retain(|(found, _, _)| *found != field);
        self.claims.remove(name);
    }
}

impl Subject<'_> {
    /// The claims of an ID token: who the user is.
    pub fn id_claims(&self, at_hash: Option<(String, Source)>) -> Draft {
        let mut draft = Draft::new(self.now + self.client.id_validity);
        if let Some((hash, from)) = at_hash {
            draft.put("at_hash", json!(hash), from);
        }
        draft.put("sub", json!(self.user.sub), self.of_user("sub"));
        self.put_groups(&mut draft, true);
        for verified in ["email_verified", "phone_number_verified"] {
            if let Some(value) = self.readable(verified) {
                draft.put(verified, json!(value == "true"), self.of_user(verified));
            }
        }
        draft.put("iss", json!(self.pool.issuer()), self.world("issuer"));
        let username = json!(self.user.username);
        draft.put(
            "cognito:username",
            username,
            self.of_user("cognito:username"),
        );
        if let Some(nonce) = self.nonce {
            draft.put("nonce", json!(nonce), self.of_session("nonce"));
        }
        draft.put(
            "origin_jti",
            json!(self.sign_in.origin_jti),
            self.of_session("origin_jti"),
        );
        draft.put("aud", json!(self.client.id), self.app_client());
        self.put_identities(&mut draft);
        draft.put(
            "event_id",
            json!(self.sign_in.event_id),
            self.of_session("event_id"),
        );
        draft.put("token_use", json!("id"), self.world("token_use"));
        self.put_times(&mut draft);
        self.put_attributes(&mut draft);
        self.override_claims(&mut draft);
        draft
    }

    /// Lets the pool's function have its way, but for the claims that are none of its business.
    fn override_claims(&self, draft: &mut Draft) {
        let free = |name: &str| !FIXED.contains(&name) && name != "token_use";
        for name in self.overrides.suppress.iter().filter(|name| free(name)) {
            draft.remove(name);
        }
        for (name, value) in self.overrides.add.iter().filter(|(name, _)| free(name)) {
            draft.remove(name);
            let from = self.world("pre token generation function");
            draft.put(name, value.clone(), from);
        }
    }

    /// The claims of an access token: what its bearer may do.
    pub fn access_claims(&self) -> Draft {
        let mut draft = Draft::new(self.now + self.client.access_validity);
        draft.put("sub", json!(self.user.sub), self.of_user("sub"));
        self.put_groups(&mut draft, false);
        draft.put("iss", json!(self.pool.issuer()), self.world("issuer"));
        if self.sign_in.hosted {
            draft.put("version", json!(2), self.world("version"));
        }
        draft.put("client_id", json!(self.client.id), self.app_client());
        draft.put(
            "origin_jti",
            json!(self.sign_in.origin_jti),
            self.of_session("origin_jti"),
        );
        draft.put(
            "event_id",
            json!(self.sign_in.event_id),
            self.of_session("event_id"),
        );
        draft.put("token_use", json!("access"), self.world("token_use"));
        draft.put(
            "scope",
            json!(self.sign_in.scopes.join(" ")),
            self.of_session("scope"),
        );
        self.put_times(&mut draft);
        draft.put(
            "username",
            json!(self.user.username),
            self.of_user("cognito:username"),
        );
        draft
    }

    fn put_times(&self, draft: &mut Draft) {
        let auth_time = json!(self.sign_in.auth_time.epoch_seconds());
        draft.put("auth_time", auth_time, self.of_session("auth_time"));
        draft.put(
            "exp",
            json!(draft.expires_at.epoch_seconds()),
            Source::Clock,
        );
        draft.put("iat", json!(self.now.epoch_seconds()), Source::Clock);
        draft.put(
            "jti",
            json!(self.jti),
            Source::Random {
                stream: "user-pool/jti".to_owned(),
            },
        );
    }

    /// Groups, lowest precedence first, and the roles they bring.
    fn put_groups(&self, draft: &mut Draft, with_roles: bool) {
        let groups = self.groups();
        if groups.is_empty() {
            return;
        }
        let names: Vec<&str> = groups.iter().map(|(_, name, _)| *name).collect();
        draft.put("cognito:groups", json!(names), self.of_groups());
        let roles: Vec<&str> = groups.iter().filter_map(|(_, _, role)| *role).collect();
        if !with_roles || roles.is_empty() {
            return;
        }
        if let Some(role) = preferred_role(&groups) {
            draft.put("cognito:preferred_role", json!(role), self.world("groups"));
        }
        draft.put("cognito:roles", json!(roles), self.world("groups"));
    }

    /// The user's groups as (precedence, name, role), in the order of precedence.
    fn groups(&self) -> Vec<(u32, &str, Option<&str>)> {
        if let Some(names) = &self.overrides.groups {
            // As the function orders them; it may name groups that the pool does not have, and
            // names roles apart from them
            return (0..)
                .zip(names)
                .map(|(at, name)| (at, name.as_str(), None))
                .collect();
        }
        let mut groups: Vec<(u32, &str, Option<&str>)> = self
            .user
            .groups
            .iter()
            .filter_map(|name| {
                let (name, group) = self.pool.groups.get_key_value(name)?;
                let precedence = group.precedence.unwrap_or(u32::MAX);
                Some((precedence, name.as_str(), group.role_arn.as_deref()))
            })
            .collect();
        groups.sort_unstable();
        groups
    }

    fn put_identities(&self, draft: &mut Draft) {
        if self.user.identities.is_empty() {
            return;
        }
        let list: Vec<Value> = self.user.identities.iter().map(Identity::json).collect();
        draft
            .claims
            .insert("identities".to_owned(), Value::Array(list));
        if let Some(first) = self.user.identities.first() {
            let field = "claims.identities[0].userId".to_owned();
            let from = self.of_user("identities[0].userId");
            draft.origins.push((field, first.user_id.clone(), from));
        }
    }

    /// Attributes as they stand, but for those with a type of their own.
    fn put_attributes(&self, draft: &mut Draft) {
        for name in self.user.attributes.keys() {
            let Some(value) = self.readable(name) else {
                continue;
            };
            if draft.claims.contains_key(name) {
                continue;
            }
            let value = match name.as_str() {
                "updated_at" => value
                    .parse::<i64>()
                    .map_or_else(|_| json!(value), |n| json!(n)),
                "address" => json!({ "formatted": value }),
                _ => json!(value),
            };
            draft.put(name, value, self.of_user(name));
        }
    }

    /// An attribute's value, where the client may read it.
    fn readable(&self, name: &str) -> Option<&str> {
        let allowed = self
            .client
            .readable
            .as_ref()
            .is_none_or(|list| list.iter().any(|n| n == name));
        self.user
            .attributes
            .get(name)
            .filter(|_| allowed)
            .map(String::as_str)
    }

    /// The source of a value of the user's profile: the thing it was bought with, where there is
    /// one, since that is what the request carried.
    fn of_user(&self, field: &str) -> Source {
        if let Some(artifact) = self.via {
            return Source::Artifact {
                artifact,
                field: field.to_owned(),
            };
        }
        let unknown = || self.world(&format!("user {}", self.user.username));
        self.user
            .sources
            .get(field)
            .cloned()
            .unwrap_or_else(unknown)
    }

    /// The source of a value that all tokens of a sign-in share.
    fn of_session(&self, field: &str) -> Source {
        match (self.via, field) {
            (Some(artifact), _) => Source::Artifact {
                artifact,
                field: field.to_owned(),
            },
            (None, "auth_time") => Source::Clock,
            (None, "scope") => self.app_client(),
            (None, other) => Source::Random {
                stream: format!("user-pool/{}", other.replace('_', "-")),
            },
        }
    }

    fn of_groups(&self) -> Source {
        self.world(match self.overrides.groups {
            Some(_) => "pre token generation function",
            None => "groups",
        })
    }

    fn app_client(&self) -> Source {
        self.world(&format!("app client {}", self.client.name))
    }

    fn world(&self, place: &str) -> Source {
        Source::World {
            place: format!("user pool {}, {place}", self.pool.name),
        }
    }
}

/// The role of the group that wins; none where groups that win together have different roles.
fn preferred_role<'a>(groups: &[(u32, &str, Option<&'a str>)]) -> Option<&'a str> {
    let with_role = || {
        groups
            .iter()
            .filter_map(|(at, _, role)| role.map(|role| (*at, role)))
    };
    let best = with_role().map(|(at, _)| at).min()?;
    let mut winners = with_role()
        .filter(|(at, _)| *at == best)
        .map(|(_, role)| role);
    let first = winners.next()?;
    winners.all(|role| role == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::preferred_role;

    #[test]
    fn the_lowest_precedence_wins_and_a_tie_of_roles_has_no_winner() {
        let groups = [(1, "a", Some("A")), (2, "b", Some("B"))];
        assert_eq!(preferred_role(&groups), Some("A"));
        assert_eq!(
            preferred_role(&[(1, "a", Some("A")), (1, "b", Some("B"))]),
            None
        );
        assert_eq!(
            preferred_role(&[(1, "a", Some("A")), (1, "b", Some("A"))]),
            Some("A")
        );
        assert_eq!(
            preferred_role(&[(0, "n", None), (u32::MAX, "a", Some("A"))]),
            Some("A")
        );
        assert_eq!(preferred_role(&[(0, "n", None)]), None);
    }
}
