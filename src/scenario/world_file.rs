//! The world as a scenario file declares it: who and what is there before the first beat. Every
//! entry has an `id` that actions and other entries refer to.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::provider_file::{
    IamOidcProvider, PoolProvider, Provider, ProviderApp, SamlProvider, Workload,
};
use super::template::Template;
use super::values::Duration;
use super::world_edge::{Api, Function, LoadBalancer, PlatformApplication, SyncSettings};

/// Everything that is there before the first beat.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct World {
    /// AWS accounts; the first is whose things are that name none
    pub accounts: Vec<Account>,
    /// Who signs in
    pub people: Vec<Person>,
    /// What they hold in their hands
    pub devices: Vec<Device>,
    /// Apps registered with Facebook
    pub facebook_apps: Vec<FacebookApp>,
    /// Identity providers besides Facebook
    pub providers: Vec<Provider>,
    /// Apps registered with them
    pub provider_apps: Vec<ProviderApp>,
    /// Programs that get tokens of them without a person
    pub workloads: Vec<Workload>,
    /// OpenID Connect providers in IAM
    pub oidc_providers: Vec<IamOidcProvider>,
    /// Companies' SAML providers
    pub saml_providers: Vec<SamlProvider>,
    /// Cognito user pools
    pub user_pools: Vec<UserPool>,
    /// Cognito identity pools
    pub identity_pools: Vec<IdentityPool>,
    /// Identities that were there before
    pub identities: Vec<Identity>,
    /// IAM roles
    pub roles: Vec<Role>,
    /// IAM users, with long-term keys
    pub iam_users: Vec<IamUser>,
    /// S3 buckets
    pub buckets: Vec<Bucket>,
    /// DynamoDB tables
    pub tables: Vec<Table>,
    /// Lambda functions
    pub functions: Vec<Function>,
    /// APIs
    pub apis: Vec<Api>,
    /// Load balancers that sign people in
    pub load_balancers: Vec<LoadBalancer>,
    /// Apps registered with push platforms, at SNS
    pub platform_applications: Vec<PlatformApplication>,
    /// Cognito Sync (legacy), by identity pool
    pub sync: Vec<SyncSettings>,
    /// What an organisation lets its accounts do at most
    pub service_control_policies: Vec<ServiceControlPolicy>,
}

/// An AWS account.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Twelve digits
    pub id: String,
}

/// Somebody who signs in.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Actor id
    pub id: String,
    /// Name on the stage
    pub name: String,
    /// E-mail address
    pub email: String,
    /// Passwords by the place they are for: `facebook` or a user pool's id
    #[serde(default)]
    pub passwords: BTreeMap<String, String>,
}

/// A phone, tablet, laptop or an app's own server.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// Actor id
    pub id: String,
    /// Name on the stage
    pub name: String,
    /// What it is
    #[serde(default)]
    pub kind: DeviceKind,
    /// Whose it is
    #[serde(default)]
    pub owner: Option<String>,
}

/// What a device is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum DeviceKind {
    /// A phone
    #[default]
    Phone,
    /// A tablet
    Tablet,
    /// A laptop or desktop computer
    Laptop,
    /// An app's own server
    Backend,
}

/// An app registered with Facebook.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FacebookApp {
    /// Name in this file
    pub id: String,
    /// What the consent page calls it
    pub name: String,
    /// Facebook's number for it; from the seed where none is given
    #[serde(default)]
    pub app_id: Option<String>,
    /// Where its SDK takes people back to; the first is the one it uses
    #[serde(default)]
    pub callbacks: Vec<String>,
}

/// A Cognito user pool.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserPool {
    /// Actor id
    pub id: String,
    /// Name on the stage
    #[serde(default)]
    pub name: Option<String>,
    /// The account it is in
    #[serde(default)]
    pub account: Option<String>,
    /// `us-east-1_…`; from the seed where none is given
    #[serde(default)]
    pub pool_id: Option<String>,
    /// Prefix of the hosted pages' host
    #[serde(default)]
    pub domain: Option<String>,
    /// Applications
    pub clients: Vec<Client>,
    /// Signing in with Facebook, through this app
    #[serde(default)]
    pub facebook: Option<PoolFacebook>,
    /// Signing in with other providers
    #[serde(default)]
    pub providers: Vec<PoolProvider>,
    /// Groups
    #[serde(default)]
    pub groups: Vec<Group>,
    /// Users that were there before
    #[serde(default)]
    pub users: Vec<PoolUser>,
    /// Whether people prove a second factor with an authenticator app
    #[serde(default)]
    pub mfa: SecondFactor,
    /// Small functions that the pool calls on its way
    #[serde(default)]
    pub triggers: PoolTriggers,
}

/// Small functions that a user pool calls on its way.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PoolTriggers {
    /// Decides about sign-ups
    pub pre_sign_up: Option<PreSignUp>,
    /// Runs when somebody was confirmed
    pub post_confirmation: Option<PostConfirmation>,
    /// Changes what tokens say
    pub pre_token_generation: Option<PreTokenGeneration>,
    /// People who are users of an older directory, with the passwords they have for this pool
    pub migrate_user: Vec<String>,
    /// Functions of this world that are called instead, by when. Each must let the pool invoke it
    pub functions: BTreeMap<TriggerPoint, String>,
}

/// When a user pool calls a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
pub enum TriggerPoint {
    /// Before somebody becomes a user
    PreSignUp,
    /// After a user, or a new password, was confirmed
    PostConfirmation,
    /// Before tokens are made
    PreTokenGeneration,
    /// For somebody the pool does not know
    MigrateUser,
}

/// Decides about sign-ups.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PreSignUp {
    /// Only addresses at these domains may sign up; all where none is named
    pub allowed_domains: Vec<String>,
    /// New users need no confirmation
    pub auto_confirm: bool,
    /// Their addresses count as verified
    pub auto_verify_email: bool,
}

/// Runs when somebody was confirmed.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PostConfirmation {
    /// The group it puts the user into
    pub add_to_group: Option<String>,
    /// What it fails with
    pub fails_with: Option<String>,
}

/// Changes what tokens say.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PreTokenGeneration {
    /// Claims that it adds or overrides
    pub add: BTreeMap<String, String>,
    /// Claims that it leaves out
    pub suppress: Vec<String>,
    /// Groups instead of the user's own
    pub groups: Option<Vec<String>>,
    /// What it fails with
    pub fails_with: Option<String>,
}

/// Whether a user pool asks for a code of an authenticator app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum SecondFactor {
    /// Nobody is asked
    #[default]
    Off,
    /// Who set one up is asked
    Optional,
    /// Everybody is asked
    On,
}

/// An application at a user pool.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// Name in this file
    pub id: String,
    /// 26 lower-case letters and digits; from the seed where none is given
    #[serde(default)]
    pub client_id: Option<String>,
    /// Whether it has a secret, which only servers can keep
    #[serde(default)]
    pub secret: bool,
    /// Where sign-in may send people back to
    #[serde(default)]
    pub callbacks: Vec<String>,
    /// What scopes it may ask for
    #[serde(default = "default_scopes")]
    pub scopes: Vec<String>,
    /// How long ID and access tokens last
    #[serde(default)]
    pub token_validity: Option<Duration>,
    /// Refresh tokens rotate, and an old one works for so long after: "0s" to "60s"
    #[serde(default)]
    pub rotation: Option<Duration>,
}

fn default_scopes() -> Vec<String> {
    ["openid", "email", "profile"].map(str::to_owned).to_vec()
}

/// Signing in to a user pool with Facebook.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PoolFacebook {
    /// The app registered with Facebook
    pub app: String,
    /// Attribute at the pool from attribute at Facebook
    #[serde(default = "default_mapping")]
    pub mapping: BTreeMap<String, String>,
}

fn default_mapping() -> BTreeMap<String, String> {
    [("email", "email"), ("name", "name")]
        .map(|(to, from)| (to.to_owned(), from.to_owned()))
        .into()
}

/// A group in a user pool.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its name
    pub id: String,
    /// The role its members may become
    #[serde(default)]
    pub role: Option<String>,
    /// The lowest wins
    #[serde(default)]
    pub precedence: Option<u32>,
}

/// A user that is in a user pool from the start, confirmed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PoolUser {
    /// Who, by person; name, e-mail address and password are the person's
    pub person: String,
    /// Groups
    #[serde(default)]
    pub groups: Vec<String>,
}

/// A Cognito identity pool.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentityPool {
    /// Actor id
    pub id: String,
    /// Name on the stage
    #[serde(default)]
    pub name: Option<String>,
    /// The account it is in
    #[serde(default)]
    pub account: Option<String>,
    /// `us-east-1:…`; from the seed where none is given
    #[serde(default)]
    pub pool_id: Option<String>,
    /// Whose tokens it accepts
    #[serde(default)]
    pub logins: Vec<Login>,
    /// The role of who has signed in
    #[serde(default)]
    pub authenticated_role: Option<String>,
    /// The role of guests; guests are let in where there is one
    #[serde(default)]
    pub guest_role: Option<String>,
    /// The name by which a backend's own users are known
    #[serde(default)]
    pub developer_provider: Option<String>,
    /// Whether the classic flow is allowed
    #[serde(default)]
    pub classic_flow: bool,
    /// How a role is chosen, by login; the authenticated role where nothing is said
    #[serde(default)]
    pub role_mappings: Vec<RoleMapping>,
}

/// Whose tokens an identity pool accepts.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Login {
    /// ID tokens of a user pool's client
    UserPool {
        /// The user pool
        pool: String,
        /// Its client
        client: String,
    },
    /// Facebook's access tokens for an app
    Facebook {
        /// The app
        app: String,
    },
    /// Tokens of an app at Google, Apple or Login with Amazon
    Provider {
        /// The app
        app: String,
    },
    /// ID tokens of an OpenID Connect provider in IAM
    Oidc {
        /// The provider in IAM
        provider: String,
    },
}

/// How a role is chosen for who signed in at a user pool's client.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleMapping {
    /// The user pool
    pub pool: String,
    /// Its client
    pub client: String,
    /// By what
    pub by: MappingKind,
    /// What happens when nothing decides: the authenticated role, or nothing at all
    #[serde(default)]
    pub otherwise_deny: bool,
}

/// By what a role is chosen.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum MappingKind {
    /// The token's `cognito:preferred_role`
    Token,
    /// The first rule that matches
    Rules(Vec<Rule>),
}

/// A rule that chooses a role.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The claim that is looked at
    pub claim: String,
    /// How it is compared
    pub matches: RuleMatch,
    /// With what
    pub value: String,
    /// The role
    pub role: String,
}

/// How a rule compares.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
pub enum RuleMatch {
    /// The same text
    Equals,
    /// Another text
    NotEqual,
    /// Begins with it
    StartsWith,
    /// Has it somewhere
    Contains,
}

/// An identity that was there before the story begins.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Name in this file
    pub id: String,
    /// The identity pool that gave it
    pub pool: String,
    /// Who has it: somebody who is a user of a user pool; a guest where it is nobody's
    #[serde(default)]
    pub user: Option<IdentityUser>,
}

/// Whose identity it is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentityUser {
    /// The user pool
    pub pool: String,
    /// The person, a user of that pool from the start
    pub person: String,
}

/// An IAM role. Policies are AWS's JSON: in the file, or in a file beside it that is named.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// The role's name
    pub id: String,
    /// The account it is in
    #[serde(default)]
    pub account: Option<String>,
    /// Who may become it
    pub trust: String,
    /// What it may do
    #[serde(default)]
    pub policies: Vec<RolePolicy>,
    /// The longest session it gives
    #[serde(default)]
    pub max_session: Option<Duration>,
    /// The most it may ever do
    #[serde(default)]
    pub boundary: Option<String>,
}

/// An IAM user.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IamUser {
    /// The user's name
    pub id: String,
    /// The account it is in
    #[serde(default)]
    pub account: Option<String>,
    /// What it may do
    #[serde(default)]
    pub policies: Vec<RolePolicy>,
    /// The most it may ever do
    #[serde(default)]
    pub boundary: Option<String>,
    /// Who has the user's access key from the start
    #[serde(default)]
    pub key_in: Option<String>,
}

/// A policy attached to a role.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RolePolicy {
    /// Its name
    pub id: String,
    /// JSON, or the path of a JSON file beside the scenario
    pub json: String,
}

/// What an organisation lets its accounts do at most. As at AWS, `FullAWSAccess` is attached beside
/// it, so that it takes away what it denies; without that one only what it allows is left.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceControlPolicy {
    /// Its name
    pub id: String,
    /// The account it limits; every account of the world where none is named
    #[serde(default)]
    pub account: Option<String>,
    /// JSON, or the path of a JSON file beside the scenario
    pub json: String,
    /// `FullAWSAccess` was detached
    #[serde(default)]
    pub only: bool,
}

/// An S3 bucket.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// The bucket's name
    pub id: String,
    /// The account it is in
    #[serde(default)]
    pub account: Option<String>,
    /// What is in it from the start
    #[serde(default)]
    pub objects: Vec<Object>,
    /// A bucket policy
    #[serde(default)]
    pub policy: Option<String>,
}

/// An object in a bucket.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// Its key
    pub key: Template,
    /// What it holds
    pub text: String,
    /// Its media type
    #[serde(default = "default_media_type")]
    pub media_type: String,
}

fn default_media_type() -> String {
    "text/plain".to_owned()
}

/// A DynamoDB table.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The table's name
    pub id: String,
    /// The account it is in
    #[serde(default)]
    pub account: Option<String>,
    /// Partition key, a text attribute
    pub partition_key: String,
    /// Sort key, a text attribute
    #[serde(default)]
    pub sort_key: Option<String>,
    /// What is in it from the start
    #[serde(default)]
    pub items: Vec<Item>,
}

/// A row: attributes by name.
pub type Item = BTreeMap<String, Attribute>;

/// A value in a row.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
pub enum Attribute {
    /// A text
    S(Template),
    /// A number, as DynamoDB writes it
    N(String),
    /// True or false
    BOOL(bool),
}
