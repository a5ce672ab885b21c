//! Identity providers in a scenario file's world: who they are, apps registered there, programs
//! with tokens of their own, and what AWS accounts know of them.

use schemars::JsonSchema;
use serde::Deserialize;

use super::values::Duration;

/// An identity provider of the OAuth family. People have an account there whose passwords name it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Actor id; also the place of passwords
    pub id: String,
    /// What it is
    pub kind: ProviderKind,
    /// Name on the stage
    #[serde(default)]
    pub name: Option<String>,
    /// The issuer of its tokens, where its kind does not say: `https://login.example.com`
    #[serde(default)]
    pub issuer: Option<String>,
}

/// What a provider is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
pub enum ProviderKind {
    /// Google
    Google,
    /// Sign in with Apple
    Apple,
    /// Login with Amazon
    LoginWithAmazon,
    /// Any other OpenID Connect issuer
    Oidc,
    /// GitHub Actions: tokens for jobs
    GitHubActions,
    /// A Kubernetes cluster: tokens for service accounts
    Kubernetes,
}

impl ProviderKind {
    /// What the stage calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Google => "Google",
            Self::Apple => "Apple",
            Self::LoginWithAmazon => "Login with Amazon",
            Self::Oidc => "OpenID provider",
            Self::GitHubActions => "GitHub Actions",
            Self::Kubernetes => "Kubernetes",
        }
    }

    /// Whether its issuer must be given, because there are many of its kind.
    pub fn needs_issuer(self) -> bool {
        matches!(self, Self::Oidc | Self::Kubernetes)
    }
}

/// An app registered with a provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderApp {
    /// Name in this file
    pub id: String,
    /// The provider
    pub provider: String,
    /// What the consent page calls it
    pub name: String,
    /// The provider's id for it; from the seed where none is given
    #[serde(default)]
    pub app_id: Option<String>,
    /// Where sign-in may send people back to; the first is the one the app uses
    #[serde(default)]
    pub callbacks: Vec<String>,
    /// Whether it has a secret, as a server can; a user pool's app always has one
    #[serde(default)]
    pub secret: bool,
    /// An app of the same project, of which it is a sister (Google)
    #[serde(default)]
    pub beside: Option<String>,
    /// How long access tokens last
    #[serde(default)]
    pub token_validity: Option<Duration>,
}

/// A program that gets tokens without a person.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// Name in this file
    pub id: String,
    /// The provider
    pub provider: String,
    /// What it is
    pub runs: Runs,
}

/// What a program is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Runs {
    /// A job of a repository: `org/repo` at `refs/heads/main`
    Job {
        /// The repository with its owner
        repository: String,
        /// The branch or tag
        reference: String,
    },
    /// A service account of a cluster
    ServiceAccount {
        /// Its namespace
        namespace: String,
        /// Its name
        name: String,
    },
}

/// An OpenID Connect provider that an account has in IAM.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IamOidcProvider {
    /// Name in this file
    pub id: String,
    /// The provider
    pub provider: String,
    /// The account it is in
    #[serde(default)]
    pub account: Option<String>,
    /// Apps whose tokens are taken
    #[serde(default)]
    pub apps: Vec<String>,
    /// Other audiences that are taken: `sts.amazonaws.com`
    #[serde(default)]
    pub audiences: Vec<String>,
}

/// A company's SAML provider, trusted by an account.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SamlProvider {
    /// Actor id; also the place of passwords
    pub id: String,
    /// Name on the stage and on its pages
    pub name: String,
    /// Its host: `idp.example.com`
    pub host: String,
    /// The account that trusts it
    #[serde(default)]
    pub account: Option<String>,
    /// Its name in IAM; the id where none is given
    #[serde(default)]
    pub trusted_as: Option<String>,
    /// Who works there
    #[serde(default)]
    pub employees: Vec<Employee>,
}

/// Somebody who works there.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Employee {
    /// Who, by person
    pub person: String,
    /// Roles they may have
    pub roles: Vec<String>,
}

/// A provider behind a user pool.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PoolProvider {
    /// The app that stands for the pool there
    pub app: String,
    /// What the pool calls it, where its kind does not say
    #[serde(default)]
    pub name: Option<String>,
    /// Attribute at the pool from claim or field at the provider; e-mail address and name where
    /// nothing is said
    #[serde(default)]
    pub mapping: Option<std::collections::BTreeMap<String, String>>,
}
