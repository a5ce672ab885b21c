//! How an identity pool is set up: providers, roles, mappings. The names are those of
//! `CreateIdentityPool`, `SetIdentityPoolRoles` and `SetPrincipalTagAttributeMap`.

use std::collections::BTreeMap;

use super::identities::LinkedLogin;
use crate::cloud::ledger::ActorId;
use crate::cloud::{Cloud, REGION};

/// Everything an identity pool is created with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityPoolConfig {
    /// The actor that stands for it
    pub actor: ActorId,
    /// Its name
    pub name: String,
    /// The account that owns it
    pub account: String,
    /// `us-east-1:UUID`; drawn from a stream of the pool's name where none is given
    pub id: Option<String>,
    /// Whether guests get identities and credentials
    pub allow_unauthenticated: bool,
    /// Whether `GetOpenIdToken` may be called: the basic (classic) flow
    pub allow_classic: bool,
    /// User pools whose ID tokens it accepts
    pub user_pool_providers: Vec<UserPoolProvider>,
    /// Public providers: login key (`graph.facebook.com`) to the id of the app there
    pub supported_logins: BTreeMap<String, String>,
    /// OpenID Connect providers, by the ARN they have in IAM
    pub oidc_provider_arns: Vec<String>,
    /// The name by which a backend's own users are known
    pub developer_provider: Option<String>,
    /// The default roles
    pub roles: Roles,
    /// How roles follow from claims: by login key, for user pools `PROVIDER:CLIENTID`,
    /// for OpenID Connect providers their ARN
    pub role_mappings: BTreeMap<String, RoleMapping>,
    /// Which claims become principal tags: by provider, tag name to claim name
    pub principal_tags: BTreeMap<String, BTreeMap<String, String>>,
}

impl IdentityPoolConfig {
    /// A pool that accepts nobody yet.
    pub fn new(actor: ActorId, name: impl Into<String>, account: impl Into<String>) -> Self {
        Self {
            actor,
            name: name.into(),
            account: account.into(),
            id: None,
            allow_unauthenticated: false,
            allow_classic: false,
            user_pool_providers: Vec::new(),
            supported_logins: BTreeMap::new(),
            oidc_provider_arns: Vec::new(),
            developer_provider: None,
            roles: Roles::default(),
            role_mappings: BTreeMap::new(),
            principal_tags: BTreeMap::new(),
        }
    }
}

/// A user pool as an identity pool's provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserPoolProvider {
    /// `cognito-idp.us-east-1.amazonaws.com/POOLID`
    pub provider_name: String,
    /// The app client whose tokens are meant for this pool
    pub client_id: String,
    /// Whether the user pool is asked if the user still exists and has not signed out everywhere
    pub server_side_token_check: bool,
}

/// The roles that apply where no mapping decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    /// ARN for users with a login
    pub authenticated: Option<String>,
    /// ARN for guests
    pub unauthenticated: Option<String>,
}

/// How a provider's claims choose the role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleMapping {
    /// What looks at the claims
    pub kind: MappingKind,
    /// What happens when they do not decide
    pub ambiguous: AmbiguousRoleResolution,
}

/// The two sorts of role mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MappingKind {
    /// `cognito:preferred_role` and `cognito:roles` in the token decide
    Token,
    /// The first rule that matches decides
    Rules(Vec<MappingRule>),
}

/// What happens when a mapping finds no single role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmbiguousRoleResolution {
    /// The default role for users with a login
    AuthenticatedRole,
    /// No credentials
    Deny,
}

/// One rule: if the claim matches, this is the role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingRule {
    /// Name of the claim
    pub claim: String,
    /// How it is compared
    pub match_type: MatchType,
    /// With what
    pub value: String,
    /// ARN of the role
    pub role_arn: String,
}

/// How a rule compares. No wildcards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchType {
    /// The claim is the value
    Equals,
    /// The value is somewhere in the claim
    Contains,
    /// The claim begins with the value
    StartsWith,
    /// The claim is there and is something else
    NotEqual,
}

impl MatchType {
    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Equals => "Equals",
            Self::Contains => "Contains",
            Self::StartsWith => "StartsWith",
            Self::NotEqual => "NotEqual",
        }
    }
}

/// An identity pool as it is set up. The identities it gives out are kept beside it, in
/// [`super::IdentityPools`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityPool {
    /// `us-east-1:UUID`
    pub id: String,
    /// How it is set up
    pub config: IdentityPoolConfig,
}

impl IdentityPool {
    /// `arn:aws:cognito-identity:REGION:ACCOUNT:identitypool/ID`
    pub fn arn(&self) -> String {
        format!(
            "arn:aws:cognito-identity:{REGION}:{}:identitypool/{}",
            self.config.account, self.id
        )
    }

    /// The stream from which the id of a new identity with these logins is drawn: one of its own
    /// for each login, so that an identity more or less changes nobody else's id.
    pub fn identity_stream(&self, logins: &[LinkedLogin]) -> String {
        let name = &self.config.name;
        match logins.first() {
            Some(login) => {
                format!(
                    "identity-pool/{name}/identity/{}/{}",
                    login.provider, login.subject
                )
            }
            None => format!("identity-pool/{name}/guest"),
        }
    }
}

/// Creates an identity pool and says its id.
pub fn add_pool(cloud: &mut Cloud, config: IdentityPoolConfig) -> String {
    let id = config.id.clone().unwrap_or_else(|| {
        let stream = format!("identity-pool/{}/id", config.name);
        format!("{REGION}:{}", cloud.fixed(&stream).uuid())
    });
    cloud.identity_pools.add(IdentityPool {
        id: id.clone(),
        config,
    });
    id
}

/// Adds an identity that exists when the story begins, linked to these logins (a guest's where
/// there are none), and says its id. `None` where there is no such pool.
pub fn add_identity(cloud: &mut Cloud, pool_id: &str, logins: Vec<LinkedLogin>) -> Option<String> {
    let stream = cloud.identity_pools.pool(pool_id)?.identity_stream(&logins);
    let id = format!("{REGION}:{}", cloud.fresh(&stream).uuid());
    let now = cloud.now();
    cloud
        .identity_pools
        .identities_mut(pool_id)?
        .create(id.clone(), logins, now);
    Some(id)
}
