//! The world's entries for what stands in front of and behind an app: functions, APIs, load
//! balancers, push, and Cognito Sync's settings.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A Lambda function.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// The function's name
    pub id: String,
    /// The account it is in
    #[serde(default)]
    pub account: Option<String>,
    /// What it does
    pub code: FunctionCode,
    /// The role it acts with
    #[serde(default)]
    pub role: Option<String>,
    /// Services that may start it, each for one resource
    #[serde(default)]
    pub invoked_by: Vec<Invoker>,
}

/// What a function does.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum FunctionCode {
    /// Gives the event back
    Echo,
    /// Always gives this JSON
    Constant(String),
    /// Always fails, saying this
    Fail(String),
    /// Tells a caller of an API or website who it takes the caller for
    WhoAmI,
    /// Reads one item of a table
    TableLookup {
        /// The table
        table: String,
        /// Its partition key
        key: String,
        /// Where in the event the key's value is: `/requestContext/authorizer/claims/sub`
        from: String,
    },
    /// Writes one item into a table
    TableWrite {
        /// The table
        table: String,
        /// Its partition key
        key: String,
        /// Where in the event the key's value is
        from: String,
        /// Further attributes, by where their value is in the event
        #[serde(default)]
        attributes: BTreeMap<String, String>,
    },
    /// Pre token generation: adds claims to the ID token and leaves some out
    CustomClaims {
        /// Claims by name
        #[serde(default)]
        add: BTreeMap<String, String>,
        /// Claims that are left out
        #[serde(default)]
        suppress: Vec<String>,
    },
    /// Pre sign-up: only addresses of these domains
    SignUpGate(Vec<String>),
    /// Migrate user: an old directory
    MigrateUsers(BTreeMap<String, LegacyUser>),
    /// Sync trigger: drops changes of some keys, refuses values that are too long
    SyncValidator {
        /// Keys that devices may not write
        #[serde(default)]
        read_only: Vec<String>,
        /// The longest value, in characters
        max_chars: usize,
    },
}

/// A user of an old directory.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LegacyUser {
    /// The old password
    pub password: String,
    /// Attributes by name
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
}

/// What may start a function.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Invoker {
    /// A user pool, as a trigger
    UserPool(String),
    /// An identity pool's Sync, as an event
    IdentityPool(String),
    /// An API
    Api(String),
    /// A load balancer
    LoadBalancer(String),
}

/// An API.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Api {
    /// Actor id
    pub id: String,
    /// Name on the stage
    #[serde(default)]
    pub name: Option<String>,
    /// The account it is in
    #[serde(default)]
    pub account: Option<String>,
    /// What sort it is
    #[serde(default)]
    pub kind: ApiKind,
    /// Its stage
    #[serde(default = "default_stage")]
    pub stage: String,
    /// Its methods
    pub methods: Vec<ApiMethod>,
}

fn default_stage() -> String {
    "prod".to_owned()
}

/// The two sorts of API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum ApiKind {
    /// A REST API
    #[default]
    Rest,
    /// An HTTP API
    Http,
}

/// A method of an API.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiMethod {
    /// `GET`, or `ANY`
    #[serde(default = "get")]
    pub verb: String,
    /// `/photos`
    pub path: String,
    /// Who may call it
    #[serde(default)]
    pub authorization: ApiAuthorization,
    /// The function that answers
    pub function: String,
}

fn get() -> String {
    "GET".to_owned()
}

/// Who may call a method.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum ApiAuthorization {
    /// Anybody
    #[default]
    Open,
    /// REST: users of a user pool; by ID token, or by access token where scopes are named
    UserPool {
        /// The user pool
        pool: String,
        /// Scopes, one of which the token must carry
        #[serde(default)]
        scopes: Vec<String>,
    },
    /// HTTP: tokens of a user pool as an issuer of JWTs, for these app clients
    Jwt {
        /// The user pool
        pool: String,
        /// Its clients
        clients: Vec<String>,
        /// Scopes, one of which the token must carry
        #[serde(default)]
        scopes: Vec<String>,
    },
    /// Whoever may `execute-api:Invoke` it
    Iam,
}

/// An Application Load Balancer that signs people in.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoadBalancer {
    /// Actor id
    pub id: String,
    /// Name on the stage
    #[serde(default)]
    pub name: Option<String>,
    /// The account it is in
    #[serde(default)]
    pub account: Option<String>,
    /// Its host
    pub host: String,
    /// The app client, which has a secret and lists `https://HOST/oauth2/idpresponse` as callback
    pub client: String,
    /// Who answers in the end
    pub target: WebTarget,
}

/// Who answers behind a load balancer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum WebTarget {
    /// A website with this text
    Website(String),
    /// A function
    Function(String),
}

/// An app registered with a push platform, at SNS.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlatformApplication {
    /// Its name
    pub id: String,
    /// The account it is in
    #[serde(default)]
    pub account: Option<String>,
    /// The platform
    #[serde(default)]
    pub platform: Platform,
}

/// A push platform.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[expect(non_camel_case_types, reason = "named as AWS names them")]
pub enum Platform {
    /// Apple
    #[default]
    APNS,
    /// Apple, for apps under development
    APNS_SANDBOX,
    /// Google
    GCM,
    /// Amazon
    ADM,
}

impl Platform {
    /// As it travels.
    pub fn name(self) -> &'static str {
        match self {
            Self::APNS => "APNS",
            Self::APNS_SANDBOX => "APNS_SANDBOX",
            Self::GCM => "GCM",
            Self::ADM => "ADM",
        }
    }
}

/// Cognito Sync (legacy) as an identity pool has it set.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SyncSettings {
    /// The identity pool
    pub pool: String,
    /// Platform applications that are pushed to
    #[serde(default)]
    pub applications: Vec<String>,
    /// The role that Sync assumes to push
    #[serde(default)]
    pub push_role: Option<String>,
    /// The function that sees changes before they are written
    #[serde(default)]
    pub trigger: Option<String>,
}
