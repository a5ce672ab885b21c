//! How a world sets a user pool up.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::federation::Provider;
pub use super::federation::{Facebook, Federation, LoginWithAmazon, Oidc, ProviderKind};
use super::model::{Client, Group, Pool, Status, User};
use super::password::PasswordRecord;
pub use super::triggers::{
    MigrateUser, MigratedUser, PostConfirmation, PreSignUp, PreTokenGeneration, TriggerKind,
    Triggers,
};
use crate::cloud::ledger::{ActorId, Source};
use crate::cloud::{Cloud, REGION};
use crate::protocol::time::Span;

/// Letters and digits of pool ids.
const POOL_ID_ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// Letters and digits of client ids and secrets.
const CLIENT_ALPHABET: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
/// Between these a challenge waits for its answer.
const SHORTEST_SESSION: Span = Span::from_minutes(3);
const LONGEST_SESSION: Span = Span::from_minutes(15);
/// The longest grace of a refresh token that was replaced.
pub const LONGEST_GRACE: Span = Span::from_seconds(60);

/// How people name themselves when they sign in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignIn {
    /// By a name of their choice
    #[default]
    Username,
    /// By e-mail address; the username is then a UUID, the same as `sub`
    Email,
}

/// A way to sign in through the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthFlow {
    /// `ALLOW_USER_PASSWORD_AUTH`
    UserPassword,
    /// `ALLOW_USER_SRP_AUTH`
    UserSrp,
    /// `ALLOW_REFRESH_TOKEN_AUTH`
    RefreshToken,
}

/// What passwords must be like. The defaults are the console's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// Shortest password, in characters
    pub min_length: usize,
    /// At least one capital letter
    pub uppercase: bool,
    /// At least one small letter
    pub lowercase: bool,
    /// At least one digit
    pub numbers: bool,
    /// At least one special character
    pub symbols: bool,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            min_length: 8,
            uppercase: true,
            lowercase: true,
            numbers: true,
            symbols: true,
        }
    }
}

/// Whether people prove a second factor, a code of an authenticator app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MfaMode {
    /// `OFF`
    #[default]
    Off,
    /// `OPTIONAL`: those who set it up
    Optional,
    /// `ON`: everybody; who has none sets one up at the next sign-in
    On,
}

impl MfaMode {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Off => "OFF",
            Self::Optional => "OPTIONAL",
            Self::On => "ON",
        }
    }
}

/// Refresh token rotation: each refresh brings a new refresh token, and the old one ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// For how long the old one still works, for answers that got lost: 0 to 60 seconds
    pub grace: Span,
}

/// An app client.
#[derive(Clone, Debug)]
pub struct AppClient {
    /// Its name: "photo-app"
    pub name: String,
    /// Its id; generated where none is given
    pub id: Option<String>,
    /// Its secret
    pub secret: ClientSecret,
    /// Ways to sign in through the API
    pub flows: Vec<AuthFlow>,
    /// Where the hosted UI may send people, compared exactly
    pub callback_urls: Vec<String>,
    /// Where signing out may send people, compared exactly
    pub logout_urls: Vec<String>,
    /// OAuth scopes it may ask for
    pub scopes: Vec<String>,
    /// Attributes it may read; all where not given
    pub readable_attributes: Option<Vec<String>>,
    /// How long ID tokens are valid: 5 minutes to 24 hours
    pub id_validity: Span,
    /// How long access tokens are valid: 5 minutes to 24 hours
    pub access_validity: Span,
    /// How long refresh tokens are valid: 60 minutes to 10 years
    pub refresh_validity: Span,
    /// How long a challenge waits for its answer: 3 to 15 minutes
    pub session_validity: Span,
    /// Refresh token rotation, where it is on
    pub rotation: Option<Rotation>,
    /// Whether unknown users are answered like known ones
    pub prevent_user_existence_errors: bool,
}

/// Whether an app client has a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ClientSecret {
    /// A public client: a phone or a browser cannot keep a secret
    #[default]
    None,
    /// Made by Cognito
    Generated,
    /// This one
    Given(String),
}

impl Default for AppClient {
    fn default() -> Self {
        Self {
            name: "app".to_owned(),
            id: None,
            secret: ClientSecret::None,
            flows: vec![
                AuthFlow::UserPassword,
                AuthFlow::UserSrp,
                AuthFlow::RefreshToken,
            ],
            callback_urls: Vec::new(),
            logout_urls: Vec::new(),
            scopes: ["openid", "email", "profile"].map(str::to_owned).to_vec(),
            readable_attributes: None,
            id_validity: Span::from_hours(1),
            access_validity: Span::from_hours(1),
            refresh_validity: Span::from_days(30),
            session_validity: Span::from_minutes(3),
            rotation: None,
            prevent_user_existence_errors: true,
        }
    }
}

/// A group of users, perhaps with a role.
#[derive(Clone, Debug, Default)]
pub struct GroupConfig {
    /// Its name
    pub name: String,
    /// The role its members may have in an identity pool
    pub role_arn: Option<String>,
    /// Lower wins; none comes last
    pub precedence: Option<u32>,
}

/// A user that exists from the beginning, confirmed.
#[derive(Clone, Debug, Default)]
pub struct UserConfig {
    /// Username; in a pool with e-mail sign-in the address serves and this is not used
    pub username: String,
    /// Password
    pub password: String,
    /// `sub`; generated where none is given
    pub sub: Option<String>,
    /// Attributes in order; `email` is taken as verified unless said otherwise
    pub attributes: Vec<(String, String)>,
    /// Groups it is in
    pub groups: Vec<String>,
}

/// A user pool.
#[derive(Clone, Debug)]
pub struct UserPoolConfig {
    /// Who answers for it on the stage
    pub actor: ActorId,
    /// Its name
    pub name: String,
    /// Prefix of its hosted UI's domain
    pub domain: String,
    /// Its id; generated where none is given
    pub id: Option<String>,
    /// How people sign in
    pub sign_in: SignIn,
    /// Its app clients
    pub clients: Vec<AppClient>,
    /// Providers that people may sign in with
    pub providers: Vec<Federation>,
    /// What passwords must be like
    pub password_policy: PasswordPolicy,
    /// Its groups
    pub groups: Vec<GroupConfig>,
    /// Users that exist from the beginning
    pub users: Vec<UserConfig>,
    /// Whether sign-up sends a code to the e-mail address
    pub auto_verify_email: bool,
    /// Attributes that every profile must have
    pub required_attributes: Vec<String>,
    /// Names of custom attributes, without `custom:`
    pub custom_attributes: Vec<String>,
    /// Whether people prove a second factor
    pub mfa: MfaMode,
    /// Functions that it calls on its way
    pub triggers: Triggers,
}

impl UserPoolConfig {
    /// A pool with AWS's defaults and nobody in it.
    pub fn new(actor: ActorId, name: &str, domain: &str) -> Self {
        Self {
            actor,
            name: name.to_owned(),
            domain: domain.to_owned(),
            id: None,
            sign_in: SignIn::Username,
            clients: Vec::new(),
            providers: Vec::new(),
            password_policy: PasswordPolicy::default(),
            groups: Vec::new(),
            users: Vec::new(),
            auto_verify_email: true,
            required_attributes: Vec::new(),
            custom_attributes: Vec::new(),
            mfa: MfaMode::Off,
            triggers: Triggers::default(),
        }
    }
}

/// Creates a user pool and returns its id.
pub fn add_pool(cloud: &mut Cloud, config: UserPoolConfig) -> String {
    let stream = format!("user-pool/{}/id", config.name);
    let generated = || cloud.fixed(&stream).from_alphabet(POOL_ID_ALPHABET, 9);
    let id = config
        .id
        .unwrap_or_else(|| format!("{REGION}_{}", generated()));
    let clients: BTreeMap<String, Client> = config
        .clients
        .into_iter()
        .map(|client| make_client(cloud, &config.name, client))
        .map(|client| (client.id.clone(), client))
        .collect();
    let group = |g: GroupConfig| {
        (
            g.name,
            Group {
                role_arn: g.role_arn,
                precedence: g.precedence,
            },
        )
    };
    let pool = Pool {
        actor: config.actor.clone(),
        name: config.name,
        id: id.clone(),
        domain: config.domain.clone(),
        sign_in: config.sign_in,
        policy: config.password_policy,
        auto_verify_email: config.auto_verify_email,
        required: config.required_attributes,
        custom: config.custom_attributes,
        clients,
        providers: config.providers.into_iter().map(Provider::new).collect(),
        groups: config.groups.into_iter().map(group).collect(),
        mfa: config.mfa,
        triggers: config.triggers,
        users: BTreeMap::new(),
        by_sub: BTreeMap::new(),
        links: BTreeMap::new(),
        by_email: BTreeMap::new(),
        sign_ins: BTreeMap::new(),
        refresh_tokens: BTreeMap::new(),
        by_user: BTreeMap::new(),
        codes: BTreeMap::new(),
        used_codes: 0,
        challenges: BTreeMap::new(),
        pending: BTreeMap::new(),
        browsers: BTreeMap::new(),
    };
    cloud.user_pools.insert(pool);
    for user in config.users {
        add_user(cloud, &id, user);
    }
    id
}

fn make_client(cloud: &Cloud, pool: &str, client: AppClient) -> Client {
    let stream = format!("user-pool/{pool}/client/{}", client.name);
    let generated = |what: &str, length: usize| {
        cloud
            .fixed(&format!("{stream}/{what}"))
            .from_alphabet(CLIENT_ALPHABET, length)
    };
    Client {
        id: client.id.unwrap_or_else(|| generated("id", 26)),
        secret: match client.secret {
            ClientSecret::None => None,
            ClientSecret::Generated => Some(generated("secret", 51)),
            ClientSecret::Given(secret) => Some(secret),
        },
        name: client.name,
        flows: client.flows,
        callback_urls: client.callback_urls,
        logout_urls: client.logout_urls,
        scopes: client.scopes,
        readable: client.readable_attributes,
        id_validity: client.id_validity,
        access_validity: client.access_validity,
        refresh_validity: client.refresh_validity,
        session_validity: client
            .session_validity
            .clamp(SHORTEST_SESSION, LONGEST_SESSION),
        rotation: client.rotation.map(|rotation| Rotation {
            grace: rotation.grace.clamp(Span::ZERO, LONGEST_GRACE),
        }),
        hides_users: client.prevent_user_existence_errors,
    }
}

/// Puts a confirmed user into a pool and returns the username; `None` where there is no such pool.
pub fn add_user(cloud: &mut Cloud, pool_id: &str, config: UserConfig) -> Option<String> {
    let pool = cloud.user_pools.get(pool_id)?;
    let email = config
        .attributes
        .iter()
        .find(|(name, _)| name == "email")
        .map(|(_, v)| v.clone());
    let known_as = match pool.sign_in {
        SignIn::Username => config.username.clone(),
        SignIn::Email => email.clone().unwrap_or_default(),
    };
    let stream = format!("user-pool/{}/user/{known_as}", pool.name);
    let place = Source::World {
        place: format!("user pool {}, user {known_as}", pool.name),
    };
    let sub = config
        .sub
        .unwrap_or_else(|| cloud.fixed(&format!("{stream}/sub")).uuid());
    let username = match pool.sign_in {
        SignIn::Username => config.username,
        SignIn::Email => sub.clone(),
    };
    let salt = cloud.fixed(&format!("{stream}/salt"));
    let password = PasswordRecord::new(salt, pool.suffix(), &username, &config.password);
    let mut attributes: IndexMap<String, String> = config.attributes.into_iter().collect();
    if email.is_some() {
        attributes
            .entry("email_verified".to_owned())
            .or_insert_with(|| "true".to_owned());
    }
    let names = attributes
        .keys()
        .cloned()
        .chain(["sub", "cognito:username"].map(str::to_owned));
    let sources = names.map(|name| (name, place.clone())).collect();
    let user = User {
        username: username.clone(),
        sub,
        status: Status::Confirmed,
        enabled: true,
        attributes,
        sources,
        password: Some(password),
        groups: config.groups.into_iter().collect::<BTreeSet<_>>(),
        created_at: cloud.now(),
        changed_at: cloud.now(),
        ..User::default()
    };
    cloud.user_pools.get_mut(pool_id)?.put_user(user);
    Some(username)
}

/// Has a pool call a Lambda function; false where there is no such pool. The function must allow it.
pub fn set_trigger_function(
    cloud: &mut Cloud,
    pool_id: &str,
    kind: TriggerKind,
    function_arn: String,
) -> bool {
    let Some(pool) = cloud.user_pools.get_mut(pool_id) else {
        return false;
    };
    pool.triggers.lambda.insert(kind, function_arn);
    true
}

/// What another service must know of a pool to be configured with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolFacts {
    /// `us-east-1_…`
    pub id: String,
    /// The issuer of its tokens
    pub issuer: String,
    /// The host of its hosted UI
    pub hosted_ui: String,
    /// Client ids by client name
    pub clients: BTreeMap<String, String>,
}

/// What is worth knowing of the pool behind an actor.
pub fn facts(cloud: &Cloud, actor: &ActorId) -> Option<PoolFacts> {
    let pool = cloud.user_pools.of_actor(actor)?;
    let clients = pool
        .clients
        .values()
        .map(|client| (client.name.clone(), client.id.clone()));
    Some(PoolFacts {
        id: pool.id.clone(),
        issuer: pool.issuer(),
        hosted_ui: pool.host(),
        clients: clients.collect(),
    })
}

/// The secret of an app client, for the backend that keeps it.
pub fn client_secret<'a>(cloud: &'a Cloud, client_id: &str) -> Option<&'a str> {
    cloud
        .user_pools
        .of_client(client_id)?
        .clients
        .get(client_id)?
        .secret
        .as_deref()
}

/// Where a provider must be allowed to send people back to.
pub fn provider_redirect(domain: &str) -> String {
    format!(
        "https://{domain}{}{}",
        super::HOSTED_SUFFIX,
        super::hosted::IDPRESPONSE_PATH
    )
}

/// The names of the keys a pool signs with, to be generated ahead of time.
pub fn key_names(pool_id: &str) -> [String; 2] {
    super::tokens::key_names(pool_id)
}
