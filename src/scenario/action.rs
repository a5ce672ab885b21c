//! What people and devices can do in a beat, as the file says it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::template::Template;
pub use super::things::{LoginWith, Tampering, TokenPart, Value, What};
use super::values::Duration;
use super::world_edge::Platform;
use super::world_file::{Item, RoleMapping};

/// One thing that somebody does.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Action {
    /// An app opens the user pool's hosted sign-in with PKCE, straight at a provider if one is named
    OpenSignIn {
        /// The device
        device: String,
        /// The app client
        client: String,
        /// `Facebook`; without it the pool's own page
        #[serde(default, skip_serializing_if = "Option::is_none")]
        provider: Option<String>,
    },
    /// An app opens a provider's own sign-in, without Cognito: with PKCE, or as Facebook's SDK does
    OpenProviderSignIn {
        /// The device
        device: String,
        /// The app at the provider
        app: String,
        /// The sister app that the ID token is to be for (Google)
        #[serde(default, skip_serializing_if = "Option::is_none")]
        audience: Option<String>,
    },
    /// A person opens the company's sign-in page for AWS
    OpenWorkSignIn {
        /// The device
        device: String,
        /// The company's SAML provider
        provider: String,
    },
    /// A program asks its platform for a token
    GetWorkloadToken {
        /// Where it runs
        device: String,
        /// The program
        workload: String,
        /// For whom the token is to be
        #[serde(default, skip_serializing_if = "Option::is_none")]
        audience: Option<String>,
    },
    /// A person signs in on the page the device shows: types e-mail address and password where the
    /// page asks for them, and allows the app
    SignInAtProvider {
        /// The device
        device: String,
        /// Who
        person: String,
        /// What is typed, where it is not the person's password
        #[serde(default, skip_serializing_if = "Option::is_none")]
        password: Option<String>,
        /// Whether the app is allowed
        #[serde(default = "yes")]
        consent: bool,
    },
    /// The browser goes where the last response sends it, until it arrives
    FollowRedirects {
        /// The device
        device: String,
    },
    /// The app redeems the authorization code with its PKCE verifier
    RedeemCode {
        /// The device
        device: String,
        /// The verifier, where it is not the one the app made
        #[serde(default, skip_serializing_if = "Option::is_none")]
        verifier: Option<Template>,
    },
    /// A person signs up at a user pool with name, e-mail address and password
    SignUp {
        /// The device
        device: String,
        /// The app client
        client: String,
        /// Who
        person: String,
        /// The password that is chosen, where it is not the person\'s
        #[serde(default, skip_serializing_if = "Option::is_none")]
        password: Option<String>,
    },
    /// A person types the confirmation code that came by e-mail
    ConfirmSignUp {
        /// The device
        device: String,
        /// The app client
        client: String,
        /// Who
        person: String,
        /// The code, where it is not the one that came
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    },
    /// A person signs in at a user pool with a password
    SignIn {
        /// The device
        device: String,
        /// The app client
        client: String,
        /// Who
        person: String,
        /// What is typed, where it is not the person's password
        #[serde(default, skip_serializing_if = "Option::is_none")]
        password: Option<String>,
    },
    /// The app gets new tokens with its refresh token
    RefreshTokens {
        /// The device
        device: String,
        /// The app client
        client: String,
    },
    /// The app asks the user pool about the user
    GetUser {
        /// The device
        device: String,
        /// The access token, where it is not the last one held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<Value>,
    },
    /// A person signs in at a user pool with a password that does not travel (SRP)
    SignInWithSrp {
        /// The device
        device: String,
        /// The app client
        client: String,
        /// Who
        person: String,
        /// What is typed, where it is not the person's password
        #[serde(default, skip_serializing_if = "Option::is_none")]
        password: Option<String>,
    },
    /// A person replaces a password that an administrator chose, in the middle of signing in
    ChooseNewPassword {
        /// The device
        device: String,
        /// The app client
        client: String,
        /// Who
        person: String,
        /// The new password
        password: String,
    },
    /// A signed-in person sets up an authenticator app, which is asked for from then on
    SetUpAuthenticator {
        /// The device
        device: String,
    },
    /// A person types what the authenticator app shows, in the middle of signing in
    EnterAuthenticatorCode {
        /// The device
        device: String,
        /// The app client
        client: String,
        /// Who
        person: String,
        /// The code, where it is not the one that the app shows
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    },
    /// A person asks for a code to set a new password with
    ForgotPassword {
        /// The device
        device: String,
        /// The app client
        client: String,
        /// Who
        person: String,
    },
    /// A person sets a new password with the code that came by e-mail
    ConfirmForgotPassword {
        /// The device
        device: String,
        /// The app client
        client: String,
        /// Who
        person: String,
        /// The new password
        password: String,
        /// The code, where it is not the one that came
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    },
    /// The app gets new tokens, and where refresh tokens rotate a new one of these as well
    GetTokensFromRefreshToken {
        /// The device
        device: String,
        /// The app client
        client: String,
        /// The refresh token, where it is not the last one held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<Value>,
    },
    /// The app ends the sign-in of a refresh token
    RevokeToken {
        /// The device
        device: String,
        /// The app client
        client: String,
        /// The refresh token, where it is not the last one held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<Value>,
    },
    /// The app ends every sign-in of its user
    GlobalSignOut {
        /// The device
        device: String,
        /// The access token, where it is not the last one held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<Value>,
    },
    /// An administrator makes a user, who gets a temporary password by e-mail
    AdminCreateUser {
        /// The device
        device: String,
        /// The user pool
        pool: String,
        /// Who
        person: String,
        /// The temporary password, where Cognito is not to make one
        #[serde(default, skip_serializing_if = "Option::is_none")]
        temporary_password: Option<String>,
        /// The credentials, where they are not the last ones held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<Value>,
    },
    /// The app asks the identity pool for an identity ID
    GetId {
        /// The device
        device: String,
        /// The identity pool
        pool: String,
        /// What proves who signed in; a guest where nothing does
        #[serde(default, skip_serializing_if = "Option::is_none")]
        login: Option<LoginWith>,
    },
    /// The app swaps identity and proof for AWS credentials
    GetCredentials {
        /// The device
        device: String,
        /// The identity pool
        pool: String,
        /// What proves who signed in; a guest where nothing does
        #[serde(default, skip_serializing_if = "Option::is_none")]
        login: Option<LoginWith>,
        /// The identity ID, where it is not the one held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        identity: Option<Value>,
        /// Another of the roles that the token lists (CustomRoleArn)
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<String>,
    },
    /// The app asks the identity pool for a token to take to STS itself
    GetOpenIdToken {
        /// The device
        device: String,
        /// The identity pool
        pool: String,
        /// What proves who signed in; a guest where nothing does
        #[serde(default, skip_serializing_if = "Option::is_none")]
        login: Option<LoginWith>,
    },
    /// The app takes a token to STS itself
    AssumeRoleWithWebIdentity {
        /// The device
        device: String,
        /// The role
        role: String,
        /// The token
        token: Value,
        /// What the session is called
        session_name: String,
        /// How long it is to last
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration: Option<Duration>,
        /// The provider of an opaque token: `www.amazon.com`, `graph.facebook.com`
        #[serde(default, skip_serializing_if = "Option::is_none")]
        provider_id: Option<String>,
    },
    /// Somebody takes an assertion of a company to STS
    AssumeRoleWithSaml {
        /// The device
        device: String,
        /// The role
        role: String,
        /// The company's SAML provider
        provider: String,
        /// The assertion, where it is not the last one held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        assertion: Option<Value>,
        /// How long it is to last
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration: Option<Duration>,
    },
    /// The app asks STS who it is
    GetCallerIdentity {
        /// The device
        device: String,
        /// The credentials, where they are not the last ones held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<Value>,
    },
    /// Whoever has AWS credentials becomes a role
    AssumeRole {
        /// The device
        device: String,
        /// The role
        role: String,
        /// What the session is called
        session_name: String,
        /// What was agreed on with the role's owner
        #[serde(default, skip_serializing_if = "Option::is_none")]
        external_id: Option<String>,
        /// How long it is to last
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration: Option<Duration>,
        /// A session policy
        #[serde(default, skip_serializing_if = "Option::is_none")]
        policy: Option<Template>,
        /// The credentials, where they are not the last ones held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<Value>,
    },
    /// A user's long-term key is exchanged for temporary credentials
    GetSessionToken {
        /// The device
        device: String,
        /// How long it is to last
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration: Option<Duration>,
        /// The credentials, where they are not the last ones held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<Value>,
    },
    /// A backend makes credentials for somebody it has signed in
    GetFederationToken {
        /// The device
        device: String,
        /// What the federated user is called
        name: String,
        /// How long it is to last
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration: Option<Duration>,
        /// A session policy
        #[serde(default, skip_serializing_if = "Option::is_none")]
        policy: Option<Template>,
        /// The credentials, where they are not the last ones held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<Value>,
    },
    /// A backend vouches for one of its own users towards the identity pool
    /// (`GetOpenIdTokenForDeveloperIdentity`)
    GetDeveloperToken {
        /// The device
        device: String,
        /// The identity pool
        pool: String,
        /// The user's name at the backend
        user: Template,
        /// The credentials, where they are not the last ones held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<Value>,
    },
    /// Somebody changes an inline policy of a role
    PutRolePolicy {
        /// The device
        device: String,
        /// The role
        role: String,
        /// The policy's name
        policy: String,
        /// The policy
        json: Template,
        /// The credentials, where they are not the last ones held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<Value>,
    },
    /// Somebody changes who may become a role
    UpdateAssumeRolePolicy {
        /// The device
        device: String,
        /// The role
        role: String,
        /// The new trust policy
        json: Template,
        /// The credentials, where they are not the last ones held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<Value>,
    },
    /// Somebody sets the roles of an identity pool, all of them at once
    SetIdentityPoolRoles {
        /// The device
        device: String,
        /// The identity pool
        pool: String,
        /// The role of who has signed in
        #[serde(default, skip_serializing_if = "Option::is_none")]
        authenticated_role: Option<String>,
        /// The role of guests
        #[serde(default, skip_serializing_if = "Option::is_none")]
        guest_role: Option<String>,
        /// How a role is chosen, by login
        #[serde(default)]
        role_mappings: Vec<RoleMapping>,
        /// The credentials, where they are not the last ones held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<Value>,
    },
    /// Somebody says which claims of a user pool's tokens become tags of sessions
    SetPrincipalTagAttributeMap {
        /// The device
        device: String,
        /// The identity pool
        pool: String,
        /// The user pool
        user_pool: String,
        /// Claims by tag
        tags: BTreeMap<String, String>,
        /// The credentials, where they are not the last ones held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<Value>,
    },
    /// An administrator puts a user into a group
    AdminAddUserToGroup {
        /// The device
        device: String,
        /// The user pool
        pool: String,
        /// Who
        person: String,
        /// The group
        group: String,
        /// The credentials, where they are not the last ones held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<Value>,
    },
    /// An administrator ends all sign-ins of a user
    AdminUserGlobalSignOut {
        /// The device
        device: String,
        /// The user pool
        pool: String,
        /// Who
        person: String,
        /// The credentials, where they are not the last ones held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<Value>,
    },
    /// A backend links an account at another provider to a user of the pool
    AdminLinkProviderForUser {
        /// The device
        device: String,
        /// The user pool
        pool: String,
        /// The user
        person: String,
        /// The pool's name of the provider: `Google`
        provider: String,
        /// Who it is there, by the provider's own id: `{backend.id_token.sub}`
        subject: Template,
        /// The credentials, where they are not the last ones held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<Value>,
    },
    /// Somebody ends all sessions of a role that began before now
    RevokeSessions {
        /// The device
        device: String,
        /// The role
        role: String,
        /// The credentials, where they are not the last ones held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<Value>,
    },
    /// The app writes an object
    PutObject {
        /// The device
        device: String,
        /// The bucket
        bucket: String,
        /// The key
        key: Template,
        /// What it holds
        text: Template,
        /// The credentials, where they are not the last ones held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<Value>,
    },
    /// The app reads an object
    GetObject {
        /// The device
        device: String,
        /// The bucket
        bucket: String,
        /// The key
        key: Template,
        /// The credentials, where they are not the last ones held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<Value>,
    },
    /// The app lists a bucket
    ListObjects {
        /// The device
        device: String,
        /// The bucket
        bucket: String,
        /// Only keys that begin so
        #[serde(default, skip_serializing_if = "Option::is_none")]
        prefix: Option<Template>,
        /// The credentials, where they are not the last ones held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<Value>,
    },
    /// The app writes a row
    PutItem {
        /// The device
        device: String,
        /// The table
        table: String,
        /// The row
        item: Item,
        /// The credentials, where they are not the last ones held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<Value>,
    },
    /// The app reads a row
    GetItem {
        /// The device
        device: String,
        /// The table
        table: String,
        /// The row's key
        key: Item,
        /// Only these attributes of it
        #[serde(default)]
        attributes: Vec<String>,
        /// The credentials, where they are not the last ones held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<Value>,
    },
    /// The app reads all rows of a partition
    Query {
        /// The device
        device: String,
        /// The table
        table: String,
        /// The partition key's value
        partition: Template,
        /// Only these attributes of every row
        #[serde(default)]
        attributes: Vec<String>,
        /// The credentials, where they are not the last ones held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<Value>,
    },
    /// The app invokes a function with its AWS credentials
    InvokeFunction {
        /// The device
        device: String,
        /// The function
        function: String,
        /// The event, JSON
        #[serde(default = "no_event")]
        event: Template,
        /// The credentials, where they are not the last ones held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<Value>,
    },
    /// The app calls an API: with a token, signed, or with neither
    CallApi {
        /// The device
        device: String,
        /// The API
        api: String,
        /// Behind the stage: `/photos`
        path: Template,
        /// HTTP method
        #[serde(default = "get")]
        method: String,
        /// What goes into the Authorization header
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<Value>,
        /// Signed with the credentials held
        #[serde(default)]
        signed: bool,
        /// Body
        #[serde(default)]
        body: Template,
        /// The credentials, where they are not the last ones held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<Value>,
    },
    /// A person opens a website behind a load balancer in the device's browser
    OpenWebsite {
        /// The device
        device: String,
        /// The load balancer
        website: String,
        /// The path
        #[serde(default = "root")]
        path: Template,
    },
    /// The app changes a record of a dataset on the device, with or without a network
    EditRecord {
        /// The device
        device: String,
        /// The dataset
        dataset: String,
        /// The record's key
        key: String,
        /// Its new value; removed where there is none
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<Template>,
    },
    /// The app brings a dataset and Cognito Sync to the same state
    Synchronise {
        /// The device
        device: String,
        /// The identity pool
        pool: String,
        /// The dataset
        dataset: String,
    },
    /// The app writes a dataset's changes to Cognito Sync without looking what is new there: refused
    /// where somebody else was faster
    PushRecords {
        /// The device
        device: String,
        /// The identity pool
        pool: String,
        /// The dataset
        dataset: String,
    },
    /// The app has Cognito Sync tell it when datasets change
    RegisterForPush {
        /// The device
        device: String,
        /// The identity pool
        pool: String,
        /// The push platform
        #[serde(default)]
        platform: Platform,
        /// The datasets
        datasets: Vec<String>,
    },
    /// Time passes
    Wait(Duration),
    /// A device's clock goes wrong by this much
    SkewClock {
        /// The device
        device: String,
        /// Ahead; negative: behind
        by: Duration,
    },
    /// A device loses its network
    GoOffline {
        /// The device
        device: String,
    },
    /// A device gets its network back
    GoOnline {
        /// The device
        device: String,
    },
    /// Somebody alters what a device holds; the altered one is used from then on
    Tamper {
        /// The device
        device: String,
        /// What is altered
        what: What,
        /// How
        how: Tampering,
    },
    /// What one device holds gets into another one's hands
    Copy {
        /// From which device
        from: String,
        /// To which device
        to: String,
        /// What
        what: What,
    },
    /// Any HTTP request
    Request {
        /// The device
        device: String,
        /// HTTP method
        method: String,
        /// Absolute URL
        url: Template,
        /// Headers
        #[serde(default)]
        headers: BTreeMap<String, Template>,
        /// Body
        #[serde(default)]
        body: Template,
        /// Signed for this AWS service with the credentials held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sign_for: Option<String>,
        /// The credentials, where they are not the last ones held
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<Value>,
    },
}

impl Action {
    /// The action as files call it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::OpenSignIn { .. } => "OpenSignIn",
            Self::OpenProviderSignIn { .. } => "OpenProviderSignIn",
            Self::OpenWorkSignIn { .. } => "OpenWorkSignIn",
            Self::GetWorkloadToken { .. } => "GetWorkloadToken",
            Self::SignInAtProvider { .. } => "SignInAtProvider",
            Self::FollowRedirects { .. } => "FollowRedirects",
            Self::RedeemCode { .. } => "RedeemCode",
            Self::SignUp { .. } => "SignUp",
            Self::ConfirmSignUp { .. } => "ConfirmSignUp",
            Self::SignIn { .. } => "SignIn",
            Self::RefreshTokens { .. } => "RefreshTokens",
            Self::GetUser { .. } => "GetUser",
            Self::SignInWithSrp { .. } => "SignInWithSrp",
            Self::ChooseNewPassword { .. } => "ChooseNewPassword",
            Self::SetUpAuthenticator { .. } => "SetUpAuthenticator",
            Self::EnterAuthenticatorCode { .. } => "EnterAuthenticatorCode",
            Self::ForgotPassword { .. } => "ForgotPassword",
            Self::ConfirmForgotPassword { .. } => "ConfirmForgotPassword",
            Self::GetTokensFromRefreshToken { .. } => "GetTokensFromRefreshToken",
            Self::RevokeToken { .. } => "RevokeToken",
            Self::GlobalSignOut { .. } => "GlobalSignOut",
            Self::AdminCreateUser { .. } => "AdminCreateUser",
            Self::GetId { .. } => "GetId",
            Self::GetCredentials { .. } => "GetCredentials",
            Self::GetOpenIdToken { .. } => "GetOpenIdToken",
            Self::AssumeRoleWithWebIdentity { .. } => "AssumeRoleWithWebIdentity",
            Self::AssumeRoleWithSaml { .. } => "AssumeRoleWithSaml",
            Self::GetCallerIdentity { .. } => "GetCallerIdentity",
            Self::AssumeRole { .. } => "AssumeRole",
            Self::GetSessionToken { .. } => "GetSessionToken",
            Self::GetFederationToken { .. } => "GetFederationToken",
            Self::GetDeveloperToken { .. } => "GetDeveloperToken",
            Self::PutRolePolicy { .. } => "PutRolePolicy",
            Self::UpdateAssumeRolePolicy { .. } => "UpdateAssumeRolePolicy",
            Self::SetIdentityPoolRoles { .. } => "SetIdentityPoolRoles",
            Self::SetPrincipalTagAttributeMap { .. } => "SetPrincipalTagAttributeMap",
            Self::AdminAddUserToGroup { .. } => "AdminAddUserToGroup",
            Self::AdminUserGlobalSignOut { .. } => "AdminUserGlobalSignOut",
            Self::AdminLinkProviderForUser { .. } => "AdminLinkProviderForUser",
            Self::RevokeSessions { .. } => "RevokeSessions",
            Self::PutObject { .. } => "PutObject",
            Self::GetObject { .. } => "GetObject",
            Self::ListObjects { .. } => "ListObjects",
            Self::PutItem { .. } => "PutItem",
            Self::GetItem { .. } => "GetItem",
            Self::Query { .. } => "Query",
            Self::InvokeFunction { .. } => "InvokeFunction",
            Self::CallApi { .. } => "CallApi",
            Self::OpenWebsite { .. } => "OpenWebsite",
            Self::EditRecord { .. } => "EditRecord",
            Self::Synchronise { .. } => "Synchronise",
            Self::PushRecords { .. } => "PushRecords",
            Self::RegisterForPush { .. } => "RegisterForPush",
            Self::Wait(..) => "Wait",
            Self::SkewClock { .. } => "SkewClock",
            Self::GoOffline { .. } => "GoOffline",
            Self::GoOnline { .. } => "GoOnline",
            Self::Tamper { .. } => "Tamper",
            Self::Copy { .. } => "Copy",
            Self::Request { .. } => "Request",
        }
    }
}

fn no_event() -> Template {
    Template::from("{}")
}

fn get() -> String {
    "GET".to_owned()
}

fn root() -> Template {
    Template::from("/")
}

fn yes() -> bool {
    true
}
