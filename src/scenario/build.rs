//! The world of a scenario file, set up in a cloud. What the file names by its own short names
//! gets its real ids here; [`Names`] remembers which is which.

use std::collections::BTreeMap;

use super::build_triggers::triggers;
use super::checked::Scenario;
use super::template::Template;
use super::world_file::{
    Attribute, Client, DeviceKind, IdentityPool, Item, Login, MappingKind as MappingFile,
    RuleMatch, SecondFactor, UserPool, World,
};
use crate::cloud::facebook::{self, AppConfig, UserConfig as FacebookUser};
use crate::cloud::iam::{self, Role};
use crate::cloud::identity_pool::{
    self, AmbiguousRoleResolution, IdentityPoolConfig, LinkedLogin, MappingKind, MappingRule,
    MatchType, RoleMapping, Roles, UserPoolProvider,
};
use crate::cloud::ledger::{Actor, ActorId, ActorKind};
use crate::cloud::people::Person;
use crate::cloud::s3::BucketConfig;
use crate::cloud::user_pool::config::{
    self as pools, AppClient, ClientSecret, Facebook, Federation, GroupConfig, MfaMode, Rotation,
    UserConfig, UserPoolConfig,
};
use crate::cloud::{Cloud, api_gateway, dynamodb, lambda, load_balancer, s3};
use crate::policy::{NamedPolicy, Policy, PolicyError, PolicyKind};
use crate::protocol::encoding::BASE32_ALPHABET;
use crate::protocol::keys::KeyError;
use crate::protocol::time::Span;

/// The account of a world that declares none.
const DEFAULT_ACCOUNT: &str = "111122223333";
/// The place of a password at Facebook, and Facebook's actor.
pub const FACEBOOK: &str = "facebook";
/// The Logins key of Facebook's access tokens.
pub const FACEBOOK_LOGIN: &str = "graph.facebook.com";
/// Characters of a role id behind `AROA`.
const ROLE_ID_CHARS: usize = 17;
/// The longest session of a role that says nothing.
const DEFAULT_SESSION: Span = Span::from_hours(1);

/// What AWS attaches to every account of an organisation.
const FULL_ACCESS: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }]
}"#;

/// Why a world cannot be set up.
#[derive(Clone, Debug, thiserror::Error)]
pub enum WorldError {
    /// A bucket or object
    #[error(transparent)]
    S3(#[from] s3::SetupError),
    /// A table or item
    #[error(transparent)]
    DynamoDb(#[from] dynamodb::SetupError),
    /// A policy that passed the checks and is none
    #[error("a policy is not good: {0}")]
    Policy(#[from] PolicyError),
    /// A function
    #[error(transparent)]
    Lambda(#[from] lambda::SetupError),
    /// An API
    #[error(transparent)]
    Api(#[from] api_gateway::SetupError),
    /// A load balancer
    #[error(transparent)]
    LoadBalancer(#[from] load_balancer::SetupError),
    /// What a function always gives
    #[error("what a function always gives is JSON: {0}")]
    Constant(String),
    /// A signing key
    #[error("a signing key could not be made: {0}")]
    Key(#[from] KeyError),
    /// Something that another thing needs is not there
    #[error("there is no {what} `{name}`")]
    Missing {
        /// What sort of thing
        what: &'static str,
        /// Its name
        name: String,
    },
    /// What is wrong with an entry of the world
    #[error("{error}")]
    Entry {
        /// The list it is in
        list: &'static str,
        /// Its id
        id: String,
        /// What is wrong
        error: Box<WorldError>,
    },
}

/// An app client as a device's app is configured with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientFacts {
    /// Its id
    pub client_id: String,
    /// Host of the hosted pages
    pub hosted_ui: String,
    /// Where sign-in comes back to
    pub callback: String,
    /// What it asks for
    pub scope: String,
    /// The user pool's actor
    pub pool: String,
}

/// An app registered with a provider, as a device's app is configured with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppFacts {
    /// Its id there
    pub app_id: String,
    /// Its secret, where it has one
    pub secret: Option<String>,
    /// Where sign-in comes back to
    pub callback: String,
    /// Where browsers are sent
    pub authorize_url: String,
    /// Where codes are redeemed; the provider answers with a token at once where there is none
    pub token_url: Option<String>,
    /// What it asks for
    pub scope: String,
}

/// How a program gets its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkloadFacts {
    /// What it shows
    pub shown: String,
    /// Where it asks
    pub url: String,
}

/// Real ids by the file's short names.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// The first account
    pub account: String,
    /// App clients
    pub clients: BTreeMap<String, ClientFacts>,
    /// User pool ids
    pub pools: BTreeMap<String, String>,
    /// Issuers of user pools and other providers
    pub issuers: BTreeMap<String, String>,
    /// Identity pool ids
    pub identity_pools: BTreeMap<String, String>,
    /// Identity IDs that were there before
    pub identities: BTreeMap<String, String>,
    /// Role ARNs
    pub roles: BTreeMap<String, String>,
    /// App ids at Facebook and other providers
    pub apps: BTreeMap<String, String>,
    /// Apps that sign people in at a provider themselves
    pub provider_apps: BTreeMap<String, AppFacts>,
    /// Programs
    pub workloads: BTreeMap<String, WorkloadFacts>,
    /// ARNs in IAM of OpenID Connect and SAML providers
    pub federated: BTreeMap<String, String>,
    /// Where employees begin to sign in
    pub work_sign_ins: BTreeMap<String, String>,
    /// Partition keys of tables
    pub partition_keys: BTreeMap<String, String>,
    /// Function ARNs
    pub functions: BTreeMap<String, String>,
    /// Where APIs answer
    pub apis: BTreeMap<String, String>,
    /// API ids
    pub api_ids: BTreeMap<String, String>,
    /// Hosts of load balancers
    pub websites: BTreeMap<String, String>,
    /// Platform application ARNs
    pub applications: BTreeMap<String, String>,
}

impl Names {
    /// The Logins key of a user pool or of another provider.
    pub fn login_key(&self, pool: &str) -> Option<&str> {
        self.issuers
            .get(pool)
            .map(|issuer| issuer.trim_start_matches("https://"))
    }
}

/// Sets a scenario's world up in a fresh cloud.
pub fn build(scenario: &Scenario, seed: u64) -> Result<(Cloud, Names), WorldError> {
    let world = &scenario.world;
    let account = world
        .accounts
        .first()
        .map_or(DEFAULT_ACCOUNT, |account| &account.id);
    let names = Names {
        account: account.to_owned(),
        ..Names::default()
    };
    let mut builder = Builder {
        cloud: Cloud::new(seed, scenario.starts_at),
        names,
        world,
        keys: Vec::new(),
        entry: None,
    };
    if let Err(error) = builder.everything() {
        return Err(match builder.entry {
            Some((list, id)) => WorldError::Entry {
                list,
                id: id.to_owned(),
                error: Box::new(error),
            },
            None => error,
        });
    }
    let Builder {
        mut cloud,
        names,
        keys,
        ..
    } = builder;
    prepare_keys(&mut cloud, &names, keys)?;
    let everybody: Vec<ActorId> = cloud
        .actors()
        .iter()
        .map(|actor| actor.id.clone())
        .collect();
    for actor in &everybody {
        cloud.note_state(actor);
    }
    Ok((cloud, names))
}

/// Every key that will sign something, on all cores at once.
fn prepare_keys(cloud: &mut Cloud, names: &Names, mut keys: Vec<String>) -> Result<(), WorldError> {
    keys.extend(names.pools.values().flat_map(|pool| pools::key_names(pool)));
    if !names.identity_pools.is_empty() {
        keys.push(identity_pool::token::key_name());
    }
    Ok(cloud.keys.prepare(&keys)?)
}

pub(super) fn missing(what: &'static str, name: &str) -> WorldError {
    WorldError::Missing {
        what,
        name: name.to_owned(),
    }
}

/// A world on its way from the file into a cloud.
pub(super) struct Builder<'a> {
    pub(super) cloud: Cloud,
    pub(super) names: Names,
    pub(super) world: &'a World,
    /// Names of the keys that providers sign with
    pub(super) keys: Vec<String>,
    /// The entry that is being set up: its list and its id
    entry: Option<(&'static str, &'a str)>,
}

impl<'a> Builder<'a> {
    /// Sets every list up, each after those it refers to.
    fn everything(&mut self) -> Result<(), WorldError> {
        self.people();
        self.facebook();
        self.providers()?;
        self.roles()?;
        self.service_control_policies()?;
        self.saml_providers()?;
        for pool in &self.world.user_pools {
            self.at("user_pools", &pool.id);
            self.user_pool(pool)?;
        }
        for pool in &self.world.identity_pools {
            self.at("identity_pools", &pool.id);
            self.identity_pool(pool)?;
        }
        self.identities()?;
        self.services();
        self.iam_users()?;
        self.edge()?;
        self.buckets()?;
        self.tables()
    }

    /// What is being set up from here on: errors point at it.
    pub(super) fn at(&mut self, list: &'static str, id: &'a str) {
        self.entry = Some((list, id));
    }

    pub(super) fn actor(&mut self, id: &str, kind: ActorKind, name: &str, account: Option<&str>) {
        self.cloud.add_actor(Actor {
            id: ActorId::new(id),
            kind,
            name: name.to_owned(),
            account: account.map(str::to_owned),
        });
    }

    /// The account named, or the first one.
    pub(super) fn account(&self, named: &Option<String>) -> String {
        named.clone().unwrap_or_else(|| self.names.account.clone())
    }

    fn people(&mut self) {
        for person in &self.world.people {
            self.actor(&person.id, ActorKind::Person, &person.name, None);
            let (name, email) = (person.name.clone(), person.email.clone());
            let passwords = person.passwords.clone();
            self.cloud.people.add(
                ActorId::new(&person.id),
                Person {
                    name,
                    email,
                    passwords,
                },
            );
        }
        for device in &self.world.devices {
            let kind = match device.kind {
                DeviceKind::Phone => ActorKind::Phone,
                DeviceKind::Tablet => ActorKind::Tablet,
                DeviceKind::Laptop => ActorKind::Laptop,
                DeviceKind::Backend => ActorKind::Backend,
            };
            self.actor(&device.id, kind, &device.name, None);
            let owner = device.owner.as_ref().map(ActorId::new);
            self.cloud.devices.add(ActorId::new(&device.id), owner);
        }
    }

    fn facebook(&mut self) {
        if self.world.facebook_apps.is_empty() {
            return;
        }
        self.actor(FACEBOOK, ActorKind::Facebook, "Facebook", None);
        for app in &self.world.facebook_apps {
            let config = AppConfig {
                name: app.name.clone(),
                id: app.app_id.clone(),
                redirect_uris: app.callbacks.clone(),
                ..AppConfig::default()
            };
            let id = facebook::add_app(&mut self.cloud, config);
            self.names.apps.insert(app.id.clone(), id);
        }
        for person in &self.world.people {
            if let Some(password) = person.passwords.get(FACEBOOK) {
                let config = FacebookUser {
                    id: None,
                    name: person.name.clone(),
                    email: person.email.clone(),
                    password: password.clone(),
                };
                facebook::add_user(&mut self.cloud, config);
            }
        }
    }

    fn roles(&mut self) -> Result<(), WorldError> {
        for role in &self.world.roles {
            self.at("roles", &role.id);
            let account = self.account(&role.account);
            let arn = format!("arn:aws:iam::{account}:role/{}", role.id);
            let stream = format!("iam/role/{}/id", role.id);
            let mut draw = self.cloud.fixed(&stream);
            let role_id = format!("AROA{}", draw.from_alphabet(BASE32_ALPHABET, ROLE_ID_CHARS));
            let trust = Policy::parse(PolicyKind::Trust, &role.trust)?;
            self.cloud.iam.put_role(Role {
                arn: arn.clone(),
                name: role.id.clone(),
                account,
                role_id,
                trust: NamedPolicy::new(format!("{} trust policy", role.id), trust),
                policies: identity_policies(&role.policies)?,
                boundary: boundary(&role.id, role.boundary.as_deref())?,
                max_session: role.max_session.map_or(DEFAULT_SESSION, |span| span.0),
            });
            self.names.roles.insert(role.id.clone(), arn);
        }
        Ok(())
    }

    /// What organisations let accounts do at most: beside what AWS attaches, or in its place.
    fn service_control_policies(&mut self) -> Result<(), WorldError> {
        let accounts: Vec<String> = match self.world.accounts.as_slice() {
            [] => vec![self.names.account.clone()],
            accounts => accounts.iter().map(|it| it.id.clone()).collect(),
        };
        for account in accounts {
            let mut level = Vec::new();
            let mut full_access = true;
            for limit in &self.world.service_control_policies {
                self.at("service_control_policies", &limit.id);
                if limit.account.as_ref().is_none_or(|it| *it == account) {
                    let policy = Policy::parse(PolicyKind::ServiceControl, &limit.json)?;
                    level.push(NamedPolicy::new(limit.id.as_str(), policy));
                    full_access &= !limit.only;
                }
            }
            if level.is_empty() {
                continue;
            }
            if full_access {
                let policy = Policy::parse(PolicyKind::ServiceControl, FULL_ACCESS)?;
                level.push(NamedPolicy::new("FullAWSAccess", policy));
            }
            self.cloud.iam.set_service_control(&account, vec![level]);
        }
        Ok(())
    }

    /// IAM users, with a key in the hands of whoever has it.
    fn iam_users(&mut self) -> Result<(), WorldError> {
        for user in &self.world.iam_users {
            self.at("iam_users", &user.id);
            let config = iam::UserConfig {
                name: user.id.clone(),
                account: self.account(&user.account),
                policies: identity_policies(&user.policies)?,
                boundary: boundary(&user.id, user.boundary.as_deref())?,
            };
            let arn = iam::add_user(&mut self.cloud, config);
            if let Some(holder) = &user.key_in {
                let holder = ActorId::new(holder);
                iam::add_access_key(&mut self.cloud, &arn, Some(&holder));
            }
        }
        Ok(())
    }

    fn user_pool(&mut self, pool: &UserPool) -> Result<(), WorldError> {
        let account = self.account(&pool.account);
        let name = pool.name.as_deref().unwrap_or("User pool");
        self.actor(&pool.id, ActorKind::UserPool, name, Some(&account));
        let domain = pool.domain.as_deref().unwrap_or(&pool.id);
        let actor = ActorId::new(&pool.id);
        let mut config = UserPoolConfig::new(actor.clone(), &pool.id, domain);
        config.id = pool.pool_id.clone();
        config.clients = pool.clients.iter().map(app_client).collect();
        config.groups = self.groups(pool);
        config.triggers = triggers(&pool.triggers, &pool.id, &self.world.people);
        config.mfa = match pool.mfa {
            SecondFactor::Off => MfaMode::Off,
            SecondFactor::Optional => MfaMode::Optional,
            SecondFactor::On => MfaMode::On,
        };
        if let Some(facebook) = &pool.facebook {
            config.providers = vec![self.facebook_login(facebook, domain)?];
        }
        for provider in &pool.providers {
            config.providers.push(self.pool_provider(provider, domain)?);
        }
        config.users = pool
            .users
            .iter()
            .filter_map(|user| self.pool_user(pool, user))
            .collect();
        let id = pools::add_pool(&mut self.cloud, config);
        let facts = pools::facts(&self.cloud, &actor).ok_or_else(|| missing("user pool", &id))?;
        for client in &pool.clients {
            let known = ClientFacts {
                client_id: facts.clients.get(&client.id).cloned().unwrap_or_default(),
                hosted_ui: facts.hosted_ui.clone(),
                callback: client.callbacks.first().cloned().unwrap_or_default(),
                scope: client.scopes.join(" "),
                pool: pool.id.clone(),
            };
            self.names.clients.insert(client.id.clone(), known);
        }
        self.names.pools.insert(pool.id.clone(), id);
        self.names.issuers.insert(pool.id.clone(), facts.issuer);
        Ok(())
    }

    fn groups(&self, pool: &UserPool) -> Vec<GroupConfig> {
        let config = |group: &super::world_file::Group| GroupConfig {
            name: group.id.clone(),
            role_arn: group
                .role
                .as_ref()
                .and_then(|role| self.names.roles.get(role).cloned()),
            precedence: group.precedence,
        };
        pool.groups.iter().map(config).collect()
    }

    /// Facebook as the pool's provider; the app there is told where the pool takes people back.
    fn facebook_login(
        &mut self,
        facebook: &super::world_file::PoolFacebook,
        domain: &str,
    ) -> Result<Federation, WorldError> {
        let app = self.names.apps.get(&facebook.app).cloned();
        let app = app.ok_or_else(|| missing("Facebook app", &facebook.app))?;
        facebook::allow_redirect(&mut self.cloud, &app, &pools::provider_redirect(domain));
        let secret = facebook::app_secret(&self.cloud, &app)
            .unwrap_or_default()
            .to_owned();
        let mut federation = Federation::facebook(Facebook::new(app, secret));
        let mapping = facebook.mapping.iter();
        federation.attribute_mapping = mapping
            .map(|(to, from)| (to.clone(), from.clone()))
            .collect();
        Ok(federation)
    }

    fn pool_user(&self, pool: &UserPool, user: &super::world_file::PoolUser) -> Option<UserConfig> {
        let person = self
            .world
            .people
            .iter()
            .find(|person| person.id == user.person)?;
        Some(UserConfig {
            username: person.id.clone(),
            password: person.passwords.get(&pool.id).cloned().unwrap_or_default(),
            sub: Some(self.user_sub(&pool.id, &person.id)),
            attributes: vec![
                ("email".to_owned(), person.email.clone()),
                ("name".to_owned(), person.name.clone()),
            ],
            groups: user.groups.clone(),
        })
    }

    /// The `sub` of a user that is there from the start.
    fn user_sub(&self, pool: &str, person: &str) -> String {
        self.cloud
            .fixed(&format!("user-pool/{pool}/user/{person}/sub"))
            .uuid()
    }

    fn identity_pool(&mut self, pool: &IdentityPool) -> Result<(), WorldError> {
        let account = self.account(&pool.account);
        let name = pool.name.as_deref().unwrap_or("Identity pool");
        self.actor(&pool.id, ActorKind::IdentityPool, name, Some(&account));
        let mut config = IdentityPoolConfig::new(ActorId::new(&pool.id), &pool.id, account);
        config.id = pool.pool_id.clone();
        config.allow_classic = pool.classic_flow;
        config.developer_provider = pool.developer_provider.clone();
        config.allow_unauthenticated = pool.guest_role.is_some();
        let role = |name: &Option<String>| {
            name.as_ref()
                .and_then(|name| self.names.roles.get(name).cloned())
        };
        config.roles = Roles {
            authenticated: role(&pool.authenticated_role),
            unauthenticated: role(&pool.guest_role),
        };
        for login in &pool.logins {
            match login {
                Login::UserPool { pool, client } => {
                    config.user_pool_providers.push(UserPoolProvider {
                        provider_name: self.login_key(pool)?,
                        client_id: self.client(client)?.client_id,
                        server_side_token_check: false,
                    });
                }
                Login::Facebook { app } => {
                    let id = self.names.apps.get(app).cloned().unwrap_or_default();
                    config
                        .supported_logins
                        .insert(FACEBOOK_LOGIN.to_owned(), id);
                }
                Login::Provider { app } => self.social_login(&mut config, app)?,
                Login::Oidc { provider } => {
                    let arn = self.names.federated.get(provider).cloned();
                    let arn = arn.ok_or_else(|| missing("OIDC provider in IAM", provider))?;
                    config.oidc_provider_arns.push(arn);
                }
            }
        }
        for mapping in &pool.role_mappings {
            let client = self.client(&mapping.client)?.client_id;
            let key = format!("{}:{client}", self.login_key(&mapping.pool)?);
            config.role_mappings.insert(key, self.role_mapping(mapping));
        }
        let id = identity_pool::add_pool(&mut self.cloud, config);
        self.names.identity_pools.insert(pool.id.clone(), id);
        Ok(())
    }

    fn role_mapping(&self, mapping: &super::world_file::RoleMapping) -> RoleMapping {
        let kind = match &mapping.by {
            MappingFile::Token => MappingKind::Token,
            MappingFile::Rules(rules) => MappingKind::Rules(
                rules
                    .iter()
                    .map(|rule| MappingRule {
                        claim: rule.claim.clone(),
                        match_type: match rule.matches {
                            RuleMatch::Equals => MatchType::Equals,
                            RuleMatch::NotEqual => MatchType::NotEqual,
                            RuleMatch::StartsWith => MatchType::StartsWith,
                            RuleMatch::Contains => MatchType::Contains,
                        },
                        value: rule.value.clone(),
                        role_arn: self
                            .names
                            .roles
                            .get(&rule.role)
                            .cloned()
                            .unwrap_or_default(),
                    })
                    .collect(),
            ),
        };
        let ambiguous = if mapping.otherwise_deny {
            AmbiguousRoleResolution::Deny
        } else {
            AmbiguousRoleResolution::AuthenticatedRole
        };
        RoleMapping { kind, ambiguous }
    }

    fn login_key(&self, pool: &str) -> Result<String, WorldError> {
        let key = self.names.login_key(pool).map(str::to_owned);
        key.ok_or_else(|| missing("user pool", pool))
    }

    pub(super) fn client(&self, name: &str) -> Result<ClientFacts, WorldError> {
        self.names
            .clients
            .get(name)
            .cloned()
            .ok_or_else(|| missing("app client", name))
    }

    fn identities(&mut self) -> Result<(), WorldError> {
        for identity in &self.world.identities {
            self.at("identities", &identity.id);
            let pool = self.names.identity_pools.get(&identity.pool).cloned();
            let pool = pool.ok_or_else(|| missing("identity pool", &identity.pool))?;
            let logins = match &identity.user {
                Some(user) => vec![LinkedLogin {
                    provider: self.login_key(&user.pool)?,
                    subject: self.user_sub(&user.pool, &user.person),
                }],
                None => Vec::new(),
            };
            let id = identity_pool::add_identity(&mut self.cloud, &pool, logins);
            let id = id.ok_or_else(|| missing("identity pool", &pool))?;
            self.names.identities.insert(identity.id.clone(), id);
        }
        Ok(())
    }

    /// Services of an account stand on the stage where the world has something for them.
    fn services(&mut self) {
        let accounts: Vec<String> = match self.world.accounts.as_slice() {
            [] => vec![self.names.account.clone()],
            accounts => accounts.iter().map(|account| account.id.clone()).collect(),
        };
        for account in accounts {
            let first = account == self.names.account;
            let id = |service: &str| {
                if first {
                    service.to_owned()
                } else {
                    format!("{service}/{account}")
                }
            };
            let in_account = |named: &Option<String>| self.account(named) == account;
            let has_roles = self
                .world
                .roles
                .iter()
                .any(|role| in_account(&role.account));
            let has_users = self
                .world
                .iam_users
                .iter()
                .any(|user| in_account(&user.account));
            let has_buckets = self
                .world
                .buckets
                .iter()
                .any(|bucket| in_account(&bucket.account));
            let has_tables = self
                .world
                .tables
                .iter()
                .any(|table| in_account(&table.account));
            let has_functions = self
                .world
                .functions
                .iter()
                .any(|function| in_account(&function.account));
            let has_push = self
                .world
                .platform_applications
                .iter()
                .any(|application| in_account(&application.account));
            let has_sync = self.world.sync.iter().any(|settings| {
                let mut pools = self.world.identity_pools.iter();
                pools.any(|pool| pool.id == settings.pool && in_account(&pool.account))
            });
            if has_roles || has_users {
                self.actor(&id("sts"), ActorKind::Sts, "STS + IAM", Some(&account));
            }
            if has_buckets {
                self.actor(&id("s3"), ActorKind::S3, "S3", Some(&account));
            }
            if has_tables {
                self.actor(
                    &id("dynamodb"),
                    ActorKind::DynamoDb,
                    "DynamoDB",
                    Some(&account),
                );
            }
            if has_functions {
                self.actor(&id("lambda"), ActorKind::Lambda, "Lambda", Some(&account));
            }
            if has_sync {
                self.actor(&id("sync"), ActorKind::Sync, "Cognito Sync", Some(&account));
            }
            if has_push {
                self.actor(&id("sns"), ActorKind::Sns, "SNS", Some(&account));
            }
        }
    }

    fn buckets(&mut self) -> Result<(), WorldError> {
        for bucket in &self.world.buckets {
            self.at("buckets", &bucket.id);
            let policy = match &bucket.policy {
                Some(json) => {
                    let parsed = Policy::parse(PolicyKind::Resource, json)?;
                    Some(NamedPolicy::new(
                        format!("{} bucket policy", bucket.id),
                        parsed,
                    ))
                }
                None => None,
            };
            let account = self.account(&bucket.account);
            self.cloud.s3.add_bucket(BucketConfig {
                name: bucket.id.clone(),
                account,
                policy,
            })?;
            for object in &bucket.objects {
                let key = self.filled(&object.key)?;
                let body = object.text.clone().into_bytes();
                self.cloud
                    .put_initial_object(&bucket.id, &key, &object.media_type, body)?;
            }
        }
        Ok(())
    }

    fn tables(&mut self) -> Result<(), WorldError> {
        for table in &self.world.tables {
            self.at("tables", &table.id);
            let account = self.account(&table.account);
            let key = |name: &String| dynamodb::KeyAttribute::text(name.clone());
            self.cloud.dynamodb.add_table(dynamodb::TableConfig {
                name: table.id.clone(),
                account: account.clone(),
                partition_key: key(&table.partition_key),
                sort_key: table.sort_key.as_ref().map(key),
            })?;
            for item in &table.items {
                let json = item_json(item, |template| self.filled(template))?;
                self.cloud
                    .dynamodb
                    .put_initial_item(&account, &table.id, &json)?;
            }
            self.names
                .partition_keys
                .insert(table.id.clone(), table.partition_key.clone());
        }
        Ok(())
    }

    /// A template in the world: only other parts of the world can be named yet.
    fn filled(&self, template: &Template) -> Result<String, WorldError> {
        template.fill(|reference| {
            self.names
                .value(&reference.of, &reference.field)
                .ok_or_else(|| WorldError::Missing {
                    what: "value before the first beat for",
                    name: reference.to_string(),
                })
        })
    }
}

impl Names {
    /// A value of the world that a template names: `{identity.omar}`.
    pub fn value(&self, kind: &str, name: &str) -> Option<String> {
        let found = match kind {
            "account" => return Some(self.account.clone()),
            "client" => {
                return self
                    .clients
                    .get(name)
                    .map(|client| client.client_id.clone());
            }
            "pool" => self.pools.get(name),
            "issuer" => self.issuers.get(name),
            "identity_pool" => self.identity_pools.get(name),
            "identity" => self.identities.get(name),
            "role" => self.roles.get(name),
            "app" => self.apps.get(name),
            "federated" => self.federated.get(name),
            "function" => self.functions.get(name),
            "api" => self.apis.get(name),
            _ => None,
        };
        found.cloned()
    }
}

fn identity_policies(
    policies: &[super::world_file::RolePolicy],
) -> Result<Vec<NamedPolicy>, PolicyError> {
    let parsed = policies.iter().map(|policy| {
        let parsed = Policy::parse(PolicyKind::Identity, &policy.json)?;
        Ok(NamedPolicy::new(policy.id.as_str(), parsed))
    });
    parsed.collect()
}

fn boundary(of: &str, json: Option<&str>) -> Result<Option<NamedPolicy>, PolicyError> {
    let Some(json) = json else { return Ok(None) };
    let parsed = Policy::parse(PolicyKind::Boundary, json)?;
    Ok(Some(NamedPolicy::new(format!("{of} boundary"), parsed)))
}

fn app_client(client: &Client) -> AppClient {
    let usual = AppClient::default();
    let validity = client.token_validity.map(|span| span.0);
    AppClient {
        name: client.id.clone(),
        id: client.client_id.clone(),
        secret: match client.secret {
            true => ClientSecret::Generated,
            false => ClientSecret::None,
        },
        callback_urls: client.callbacks.clone(),
        scopes: client.scopes.clone(),
        id_validity: validity.unwrap_or(usual.id_validity),
        access_validity: validity.unwrap_or(usual.access_validity),
        rotation: client.rotation.map(|grace| Rotation { grace: grace.0 }),
        ..usual
    }
}

/// A row as DynamoDB's JSON.
pub fn item_json<E>(
    item: &Item,
    fill: impl Fn(&Template) -> Result<String, E>,
) -> Result<serde_json::Value, E> {
    let mut json = serde_json::Map::new();
    for (name, attribute) in item {
        let value = match attribute {
            Attribute::S(template) => serde_json::json!({ "S": fill(template)? }),
            Attribute::N(number) => serde_json::json!({ "N": number }),
            Attribute::BOOL(yes) => serde_json::json!({ "BOOL": yes }),
        };
        json.insert(name.clone(), value);
    }
    Ok(serde_json::Value::Object(json))
}
