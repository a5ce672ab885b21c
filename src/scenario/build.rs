//! The world of a scenario file, set up in a cloud. What the file names by its own short names
//! gets its real ids here; [`Names`] remembers which is which.

use std::collections::BTreeMap;

pub use super::build_data::item_json;
use super::checked::Scenario;
use super::template::Template;
use super::world_file::{DeviceKind, World};
use crate::cloud::facebook::{self, AppConfig, UserConfig as FacebookUser};
use crate::cloud::identity_pool;
use crate::cloud::ledger::{Actor, ActorId, ActorKind};
use crate::cloud::people::Person;
use crate::cloud::user_pool::config as pools;
use crate::cloud::{Cloud, api_gateway, dynamodb, lambda, load_balancer, s3};
use crate::policy::PolicyError;
use crate::protocol::keys::KeyError;

/// The account of a world that declares none.
const DEFAULT_ACCOUNT: &str = "111122223333";
/// The place of a password at Facebook, and Facebook's actor.
pub const FACEBOOK: &str = "facebook";
/// The Logins key of Facebook's access tokens.
pub const FACEBOOK_LOGIN: &str = "graph.facebook.com";
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

    /// A template in the world: only other parts of the world can be named yet.
    pub(super) fn filled(&self, template: &Template) -> Result<String, WorldError> {
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
