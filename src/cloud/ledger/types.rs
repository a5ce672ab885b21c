//! What the ledger writes down. These types are the whole vocabulary of a
//! recording: everything above (players, pictures, exports) reads them and adds
//! nothing. They live here, low, so that no room needs to point upwards.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::members::Members;
use super::shared::Shared;
use super::text::Text;
use crate::policy::Explanation;
use crate::protocol::time::Moment;

/// Who stands on the stage, by its short stable name: `phone`, `sts`, `user-pool/main`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct ActorId(Arc<str>);

impl From<String> for ActorId {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

impl From<ActorId> for String {
    fn from(id: ActorId) -> Self {
        id.0.as_ref().to_owned()
    }
}

impl ActorId {
    /// An actor's id from its short name.
    pub fn new(name: impl AsRef<str>) -> Self {
        Self(Arc::from(name.as_ref()))
    }

    /// The short name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

/// Number of an exchange in its recording, from 0 in the order of sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExchangeId(pub u32);

impl ExchangeId {
    /// Position in the recording's list of exchanges.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Number of an artifact in its recording, from 0 in the order of minting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ArtifactId(pub u32);

impl ArtifactId {
    /// Position in the recording's list of artifacts.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What sort of thing stands on the stage; decides its zone and its icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// Somebody who signs in
    Person,
    /// A phone in somebody's hand
    Phone,
    /// A tablet
    Tablet,
    /// A laptop or desktop computer
    Laptop,
    /// An application's own server
    Backend,
    /// Facebook as identity provider
    Facebook,
    /// Google as identity provider
    Google,
    /// Login with Amazon
    LoginWithAmazon,
    /// Sign in with Apple
    Apple,
    /// Any other OpenID Connect issuer
    OidcProvider,
    /// A SAML identity provider
    SamlProvider,
    /// A Cognito user pool
    UserPool,
    /// A Cognito identity pool
    IdentityPool,
    /// Cognito Sync
    Sync,
    /// STS together with IAM
    Sts,
    /// S3
    S3,
    /// DynamoDB
    DynamoDb,
    /// Lambda
    Lambda,
    /// API Gateway
    ApiGateway,
    /// An Application Load Balancer
    LoadBalancer,
    /// SNS
    Sns,
}

/// Somebody or something on the stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Short stable name, used in scenario files and traces
    pub id: ActorId,
    /// What it is
    pub kind: ActorKind,
    /// What the stage calls it
    pub name: String,
    /// The AWS account it belongs to, where it belongs to one
    pub account: Option<String>,
}

/// How one verification ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// What was found is what was required
    Passed,
    /// What was found is not what was required; nothing after it was looked at
    Failed,
    /// An earlier check failed, so this one was never made
    NotReached,
}

/// One verification that a receiver made, with its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What was verified: "Signature", "Not expired"
    pub name: Text,
    /// How it ended
    pub outcome: Outcome,
    /// What the receiver required
    pub expected: Text,
    /// What it found
    pub actual: Text,
    /// Where the rule comes from: an RFC, an AWS page, a policy
    pub source: Text,
}

/// What happened inside an exchange, in order: its checks and the calls made on the caller's behalf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The check at this position in [`Exchange::checks`]
    Check(u32),
    /// A nested exchange
    Call(ExchangeId),
}

/// A header as it travelled.
pub type Header = (Text, Text);

/// A request as it travelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentRequest {
    /// HTTP method
    pub method: Text,
    /// Absolute URL
    pub url: Text,
    /// Headers in the order of sending
    pub headers: Vec<Header>,
    /// The exact bytes of the body
    #[serde(flatten)]
    pub body: Body,
}

/// A response as it travelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentResponse {
    /// HTTP status
    pub status: u16,
    /// Headers in the order of sending
    pub headers: Vec<Header>,
    /// The exact bytes of the body
    #[serde(flatten)]
    pub body: Body,
}

/// The exact bytes of a message body; as text in a trace, base64 where they are not UTF-8.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    try_from = "super::body::BodyOnPaper",
    into = "super::body::BodyOnPaper"
)]
pub struct Body(pub Arc<[u8]>);

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

impl Body {
    /// The body as text, if it is UTF-8.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
}

/// An error as the receiver worded it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// AWS's (or the provider's) error code
    pub code: String,
    /// The message beside it, verbatim
    pub message: String,
}

/// One request and its response between two actors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// Its number
    pub id: ExchangeId,
    /// The beat in which it happened
    pub beat: u32,
    /// The exchange on whose behalf it was made
    pub parent: Option<ExchangeId>,
    /// When the request left
    pub at: Moment,
    /// When the response arrived
    pub answered_at: Moment,
    /// Who asked
    pub from: ActorId,
    /// Who answered
    pub to: ActorId,
    /// Service as AWS's SDKs name it; a provider's own name elsewhere
    pub service: Text,
    /// Operation as AWS's SDKs name it; a provider's own name elsewhere
    pub operation: Text,
    /// What was sent
    pub request: SentRequest,
    /// What came back
    pub response: SentResponse,
    /// The error in the response, where it is one
    pub refusal: Option<Refusal>,
    /// Every verification the receiver made, in order
    pub checks: Vec<Check>,
    /// Checks and nested calls in the order in which they happened
    pub steps: Vec<Step>,
    /// Artifacts whose value is in the bytes of the request
    pub sent: Vec<ArtifactId>,
    /// Artifacts whose value is in the bytes of the response
    pub received: Vec<ArtifactId>,
}

impl Exchange {
    /// Whether the receiver refused.
    pub fn refused(&self) -> bool {
        self.refusal.is_some()
    }

    /// The check at which the receiver stopped.
    pub fn failed_check(&self) -> Option<&Check> {
        self.checks
            .iter()
            .find(|check| check.outcome == Outcome::Failed)
    }
}

/// What sort of thing travels or is held; decides its look everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArtifactKind {
    /// OAuth authorization code: short-lived, used once
    AuthorizationCode,
    /// A provider's access token that only the provider can read
    OpaqueToken,
    /// A JWT that says who signed in
    IdToken,
    /// A JWT that says what its bearer may do at the user pool and at APIs
    AccessToken,
    /// Gets new tokens; unreadable for the client
    RefreshToken,
    /// A JWT by which an identity pool vouches for an identity towards STS
    PoolToken,
    /// The identity ID that an identity pool gave
    IdentityId,
    /// Access key, secret key and session token
    Credentials,
    /// An access key without expiry
    LongTermKey,
    /// What a user types to prove an address or a second factor
    ConfirmationCode,
    /// The opaque state of a sign-in that is not finished
    ChallengeSession,
    /// A browser's signed-in state at a provider
    BrowserSession,
    /// A SAML assertion
    Assertion,
    /// A message pushed to a device
    Push,
    /// A signed link
    PresignedUrl,
}

/// The exact value of an artifact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ArtifactValue {
    /// Credentials as AWS names their members
    Credentials(CredentialsValue),
    /// Everything else: the exact text
    Text(String),
}

/// Credentials as they travel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CredentialsValue {
    /// Public name of the key: `ASIA…` temporary, `AKIA…` long-term
    pub access_key_id: String,
    /// The secret that signs
    pub secret_access_key: String,
    /// What temporary credentials must send along
    pub session_token: Option<String>,
    /// When they end
    pub expiration: Option<Moment>,
}

/// Where one value inside an artifact came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Which value of the artifact: `claims.sub`, `AccessKeyId`
    pub field: String,
    /// The value itself
    pub value: String,
    /// Its source
    pub from: Source,
}

/// The place a value came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Source {
    /// A value inside another artifact
    Artifact {
        /// Which artifact
        artifact: ArtifactId,
        /// Which value in it
        field: String,
    },
    /// A member of a message in the exchange under way or an earlier one
    Message {
        /// Which exchange
        exchange: ExchangeId,
        /// Which member
        member: String,
    },
    /// Something the world was set up with
    World {
        /// Which setting: `user pool photo-users, app client`
        place: String,
    },
    /// A fresh value from a named random stream
    Random {
        /// The stream's name
        stream: String,
    },
    /// The simulated clock
    Clock,
}

/// A thing that travels or is held.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Artifact {
    /// Its number
    pub id: ArtifactId,
    /// What it is
    pub kind: ArtifactKind,
    /// What the stage calls it: "ID token"
    pub label: String,
    /// Its exact text, or the members of credentials
    pub value: ArtifactValue,
    /// Who made it
    pub minted_by: ActorId,
    /// When
    pub minted_at: Moment,
    /// The exchange in which it was made
    pub exchange: Option<ExchangeId>,
    /// When it ends, where it does
    pub expires_at: Option<Moment>,
    /// For tokens that can be read: the decoded header
    pub header: Option<Map<String, Value>>,
    /// For tokens that can be read: the decoded claims
    pub claims: Option<Map<String, Value>>,
    /// What a token that cannot be read stands for at its minter, and other facts worth showing
    pub facts: Vec<(String, String)>,
    /// Where its values came from
    pub provenance: Vec<Origin>,
    /// Somebody in the story altered it after it was minted
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tampered: bool,
    /// It stands for nobody: a guest's
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guest: bool,
}

/// An IAM evaluation with its whole input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PolicyDecision {
    /// The exchange that asked
    pub exchange: ExchangeId,
    /// The principal's ARN, or what AWS calls a federated caller
    pub principal: Text,
    /// The action asked for
    pub action: Text,
    /// The resource it was asked for
    pub resource: Text,
    /// The request's condition keys and their values
    pub context: Members,
    /// Every policy that took part: name, kind and its JSON text
    pub policies: Shared<Vec<PolicyText>>,
    /// Outcome, deciding statement, order of evaluation, every statement explained
    pub explanation: Shared<Explanation>,
}

/// A policy that took part in a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyText {
    /// Its name: "PhotoReader trust policy"
    pub name: String,
    /// trust, identity, resource, session, boundary, service_control
    pub kind: String,
    /// The JSON as written
    pub json: String,
}

/// A change in what an actor holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalletChange {
    /// The exchange that caused it, where one did
    pub exchange: Option<ExchangeId>,
    /// The beat in which it happened
    pub beat: u32,
    /// When
    pub at: Moment,
    /// Whose wallet
    pub actor: ActorId,
    /// What
    pub artifact: ArtifactId,
    /// Whether it came (true) or went (false)
    pub gained: bool,
}

/// What an actor's card says from some moment on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateChange {
    /// The exchange after which it is so; none at the start
    pub exchange: Option<ExchangeId>,
    /// The beat in which it happened
    pub beat: u32,
    /// When
    pub at: Moment,
    /// Whose state
    pub actor: ActorId,
    /// One line for the card: "1 user"
    pub line: Text,
    /// The whole state, for the inspector: ordered sections of name and value
    pub details: Vec<(Text, Text)>,
}

/// A key set as its issuer publishes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublishedKeys {
    /// The issuer whose tokens these keys verify
    pub issuer: String,
    /// Where the document is served
    pub uri: String,
    /// The JWKS document
    pub keys: Value,
}
