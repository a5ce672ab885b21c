//! What a user pool keeps: clients, users, groups, sign-ins and what is on its way.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::challenges::Challenge;
use super::config::{AuthFlow, MfaMode, PasswordPolicy, Rotation, SignIn, Triggers};
use super::federation::Provider;
use super::forgot_password::Requests;
use super::password::{Attempts, PasswordRecord};
use crate::cloud::REGION;
use crate::cloud::ledger::{ActorId, ExchangeId, Source};
use crate::protocol::time::{Moment, Span};

/// A user pool.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    pub actor: ActorId,
    pub name: String,
    pub id: String,
    pub domain: String,
    pub sign_in: SignIn,
    pub policy: PasswordPolicy,
    pub auto_verify_email: bool,
    pub required: Vec<String>,
    pub custom: Vec<String>,
    pub clients: BTreeMap<String, Client>,
    pub providers: Vec<Provider>,
    pub mfa: MfaMode,
    /// Functions that the pool calls on its way
    pub triggers: Triggers,
    pub groups: BTreeMap<String, Group>,
    pub users: BTreeMap<String, User>,
    /// Usernames by `sub`
    pub by_sub: BTreeMap<String, String>,
    /// Usernames by provider and the provider's user id, where a user of the pool was linked to it
    pub links: BTreeMap<(String, String), String>,
    /// Usernames by e-mail address, for pools where people sign in with it
    pub by_email: BTreeMap<String, String>,
    /// Every sign-in, by `origin_jti`
    pub sign_ins: BTreeMap<String, SignInRecord>,
    /// Whose each refresh token is
    pub refresh_tokens: BTreeMap<String, RefreshToken>,
    /// `origin_jti` by user
    pub by_user: BTreeMap<String, Vec<String>>,
    pub codes: BTreeMap<String, Code>,
    /// How many of them have been redeemed
    pub used_codes: usize,
    /// Sign-ins that wait for an answer, by session or, in SRP, by secret block
    pub challenges: BTreeMap<String, Challenge>,
    /// Sign-ins that wait for a provider's answer, by the state sent along
    pub pending: BTreeMap<String, Pending>,
    /// Browsers that are signed in at the hosted UI, by cookie
    pub browsers: BTreeMap<String, Browser>,
}

impl Pool {
    /// The issuer of its tokens.
    pub fn issuer(&self) -> String {
        format!("https://cognito-idp.{REGION}.amazonaws.com/{}", self.id)
    }

    /// The host of its hosted UI.
    pub fn host(&self) -> String {
        format!("{}{}", self.domain, super::HOSTED_SUFFIX)
    }

    /// The part of the id behind the underscore, which goes into password hashes.
    pub fn suffix(&self) -> &str {
        self.id
            .split_once('_')
            .map_or(self.id.as_str(), |(_, suffix)| suffix)
    }

    /// The username that a person means who typed this.
    pub fn username_of(&self, typed: &str) -> Option<&str> {
        if let Some((username, _)) = self.users.get_key_value(typed) {
            return Some(username);
        }
        match self.sign_in {
            SignIn::Email => self
                .by_email
                .get(&typed.to_ascii_lowercase())
                .map(String::as_str),
            SignIn::Username => None,
        }
    }

    /// The user that an administrator means: by username, address or `sub`.
    pub fn user_named(&self, typed: &str) -> Option<&User> {
        let by_sub = || self.by_sub.get(typed).map(String::as_str);
        self.users.get(self.username_of(typed).or_else(by_sub)?)
    }

    /// Adds a user or replaces one.
    pub fn put_user(&mut self, user: User) {
        let address = |user: &User| {
            let own = user.status != Status::ExternalProvider;
            let email = user.attributes.get("email").filter(|_| own)?;
            Some(email.to_ascii_lowercase())
        };
        if let Some(before) = self.users.get(&user.username).and_then(address)
            && self.by_email.get(&before) == Some(&user.username)
        {
            self.by_email.remove(&before);
        }
        if self.sign_in == SignIn::Email
            && let Some(email) = address(&user)
        {
            self.by_email.insert(email, user.username.clone());
        }
        self.by_sub.insert(user.sub.clone(), user.username.clone());
        self.users.insert(user.username.clone(), user);
    }

    /// Takes a user out of the directory; says whether there was one.
    pub fn remove_user(&mut self, username: &str) -> bool {
        let Some(user) = self.users.remove(username) else {
            return false;
        };
        self.by_sub.remove(&user.sub);
        self.by_email.retain(|_, known| known != username);
        self.links.retain(|_, known| known != username);
        true
    }

    /// The sign-in behind a refresh token.
    pub fn sign_in_of(&self, refresh_token: &str) -> Option<&SignInRecord> {
        self.sign_ins
            .get(&self.refresh_tokens.get(refresh_token)?.origin_jti)
    }
}

/// A refresh token that was handed out.
#[derive(Clone, Debug)]
pub(super) struct RefreshToken {
    pub origin_jti: String,
    /// When it stops working because a newer one took its place
    pub replaced_from: Option<Moment>,
}

/// An app client.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub name: String,
    pub id: String,
    pub secret: Option<String>,
    pub flows: Vec<AuthFlow>,
    pub callback_urls: Vec<String>,
    pub logout_urls: Vec<String>,
    pub scopes: Vec<String>,
    pub readable: Option<Vec<String>>,
    pub id_validity: Span,
    pub access_validity: Span,
    pub refresh_validity: Span,
    /// How long a challenge waits for its answer
    pub session_validity: Span,
    /// Whether each refresh brings a new refresh token
    pub rotation: Option<Rotation>,
    /// Unknown users are answered like known ones
    pub hides_users: bool,
}

/// A group; lower precedence wins, none comes last.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    pub role_arn: Option<String>,
    pub precedence: Option<u32>,
}

/// Where a user stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Status {
    #[default]
    Unconfirmed,
    Confirmed,
    /// An administrator chose the password
    ForceChangePassword,
    /// Brought over without a password that is good here
    ResetRequired,
    ExternalProvider,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Self::Unconfirmed => "UNCONFIRMED",
            Self::Confirmed => "CONFIRMED",
            Self::ForceChangePassword => "FORCE_CHANGE_PASSWORD",
            Self::ResetRequired => "RESET_REQUIRED",
            Self::ExternalProvider => "EXTERNAL_PROVIDER",
        }
    }
}

/// A user's profile.
#[derive(Clone, Debug, Default)]
pub(super) struct User {
    pub username: String,
    pub sub: String,
    pub status: Status,
    pub enabled: bool,
    pub attributes: IndexMap<String, String>,
    /// Where `sub`, `username`, `identities[0].userId` and each attribute came from
    pub sources: BTreeMap<String, Source>,
    pub password: Option<PasswordRecord>,
    pub identities: Vec<Identity>,
    pub groups: BTreeSet<String>,
    pub attempts: Attempts,
    /// The code that confirms the sign-up
    pub confirmation: Option<Confirmation>,
    /// The code that allows a new password
    pub reset: Option<Confirmation>,
    /// How often such a code was asked for of late
    pub reset_requests: Requests,
    /// The code that proves an address that was changed
    pub verification: Option<Confirmation>,
    /// When a password that an administrator chose stops working
    pub temporary_until: Option<Moment>,
    pub authenticator: Authenticator,
    pub created_at: Moment,
    pub changed_at: Moment,
    /// Browsers that signed in no later than this are signed out
    pub signed_out_at: Option<Moment>,
}

/// A user's authenticator app.
#[derive(Clone, Default)]
pub(super) struct Authenticator {
    /// Shared, and not yet proven with a code
    pub offered: Option<Vec<u8>>,
    /// Shared and proven
    pub secret: Option<Vec<u8>>,
    /// Asked for at every sign-in
    pub enabled: bool,
    pub preferred: bool,
    /// The last code that was accepted: none is good twice
    pub last_code: Option<String>,
}

impl std::fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authenticator")
            .field("enabled", &self.enabled)
            .finish_non_exhaustive()
    }
}

impl User {
    /// The profile's values with their sources, as far as a client may read them.
    pub fn fields(&self, client: Option<&Client>) -> Vec<(String, String, Source)> {
        let mut fields = vec![
            ("sub".to_owned(), self.sub.clone()),
            ("cognito:username".to_owned(), self.username.clone()),
        ];
        fields.extend(
            self.identities
                .first()
                .map(|i| ("identities[0].userId".to_owned(), i.user_id.clone())),
        );
        let readable = self.attributes.iter().filter(|(name, _)| {
            client
                .and_then(|c| c.readable.as_ref())
                .is_none_or(|list| list.contains(name))
        });
        fields.extend(readable.map(|(name, value)| (name.clone(), value.clone())));
        let with_source = |(name, value): (String, String)| {
            let unknown = || Source::World {
                place: format!("user {}", self.username),
            };
            let source = self.sources.get(&name).cloned().unwrap_or_else(unknown);
            (name, value, source)
        };
        fields.into_iter().map(with_source).collect()
    }
}

/// A provider's account that a profile belongs to; the `identities` attribute.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    pub user_id: String,
    pub provider_name: String,
    pub provider_type: String,
    pub issuer: Option<String>,
    pub primary: bool,
    pub created_at: Moment,
}

impl Identity {
    /// As it stands in tokens: flags and numbers as strings.
    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "userId": self.user_id,
            "providerName": self.provider_name,
            "providerType": self.provider_type,
            "issuer": self.issuer,
            "primary": self.primary.to_string(),
            "dateCreated": self.created_at.millis().to_string(),
        })
    }
}

/// A confirmation code that has been sent.
#[derive(Clone, Debug)]
pub(super) struct Confirmation {
    pub code: String,
    pub expires_at: Moment,
    /// Wrong codes since
    pub failed: u32,
}

/// One sign-in: what all tokens that come from it have in common.
#[derive(Clone, Debug)]
pub(super) struct SignInRecord {
    pub username: String,
    pub client: String,
    pub auth_time: Moment,
    pub origin_jti: String,
    pub event_id: String,
    pub scopes: Vec<String>,
    /// Through the hosted UI
    pub hosted: bool,
    /// The refresh token of today
    pub refresh_token: String,
    pub refresh_expires_at: Moment,
    pub revoked: bool,
}

/// An authorization code and what it was given for.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub username: String,
    pub client: String,
    pub redirect_uri: String,
    pub scopes: Vec<String>,
    pub nonce: Option<String>,
    pub challenge: Option<String>,
    pub auth_time: Moment,
    pub expires_at: Moment,
    pub used: bool,
}

/// What an app asked the hosted UI for.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub client: String,
    pub redirect_uri: String,
    pub state: Option<String>,
    pub scopes: Vec<String>,
    pub nonce: Option<String>,
    pub challenge: Option<String>,
    /// The exchange in which it was asked
    pub asked_in: Option<ExchangeId>,
}

/// A sign-in on its way through a provider.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub ask: Ask,
    /// What the provider's ID token must repeat
    pub nonce: Option<String>,
    pub provider: String,
    pub expires_at: Moment,
}

/// A browser that is signed in at the hosted UI.
#[derive(Clone, Debug)]
pub(super) struct Browser {
    pub username: String,
    pub auth_time: Moment,
    pub expires_at: Moment,
}
