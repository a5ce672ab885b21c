//! Every name a scenario's world declares, by sort.

use std::collections::{BTreeMap, BTreeSet};

use super::references::Sort;
use super::template::Reference;
use super::world_file::World;

/// Kinds of things in the world that templates may name: `{identity.omar}`.
const WORLD_KINDS: [&str; 11] = [
    "account",
    "pool",
    "issuer",
    "client",
    "identity_pool",
    "identity",
    "role",
    "app",
    "federated",
    "function",
    "api",
];
/// Values of an actor that templates may name: `{phone.identity_id}`.
const ACTOR_FIELDS: [&str; 10] = [
    "identity_id",
    "id_token",
    "access_token",
    "refresh_token",
    "pool_token",
    "provider_token",
    "assertion",
    "access_key_id",
    "session_token",
    "code",
];
/// Actors that every account has.
const SERVICES: [&str; 6] = ["sts", "s3", "dynamodb", "lambda", "sync", "sns"];

/// Declared names by sort.
#[derive(Clone, Debug, Default)]
pub struct Known {
    names: BTreeMap<Sort, BTreeSet<String>>,
    identities: BTreeSet<String>,
}

impl Known {
    /// The names of this world.
    pub fn of(world: &World) -> Self {
        let mut known = Self::default();
        known.add(Sort::Account, world.accounts.iter().map(|it| &it.id));
        known.add(Sort::Person, world.people.iter().map(|it| &it.id));
        known.add(Sort::Device, world.devices.iter().map(|it| &it.id));
        known.add(
            Sort::FacebookApp,
            world.facebook_apps.iter().map(|it| &it.id),
        );
        let apps = || world.provider_apps.iter().map(|it| &it.id);
        known.add(Sort::Provider, world.providers.iter().map(|it| &it.id));
        known.add(Sort::ProviderApp, apps());
        known.add(
            Sort::ProviderApp,
            world.facebook_apps.iter().map(|it| &it.id),
        );
        known.add(Sort::Workload, world.workloads.iter().map(|it| &it.id));
        known.add(
            Sort::IamOidcProvider,
            world.oidc_providers.iter().map(|it| &it.id),
        );
        known.add(
            Sort::SamlProvider,
            world.saml_providers.iter().map(|it| &it.id),
        );
        known.add(Sort::UserPool, world.user_pools.iter().map(|it| &it.id));
        known.add(
            Sort::IdentityPool,
            world.identity_pools.iter().map(|it| &it.id),
        );
        known.add(Sort::Role, world.roles.iter().map(|it| &it.id));
        known.add(Sort::Bucket, world.buckets.iter().map(|it| &it.id));
        known.add(Sort::Table, world.tables.iter().map(|it| &it.id));
        known.add(Sort::Function, world.functions.iter().map(|it| &it.id));
        known.add(Sort::Api, world.apis.iter().map(|it| &it.id));
        known.add(
            Sort::LoadBalancer,
            world.load_balancers.iter().map(|it| &it.id),
        );
        known.add(
            Sort::PlatformApplication,
            world.platform_applications.iter().map(|it| &it.id),
        );
        for pool in &world.user_pools {
            known.add(Sort::Client, pool.clients.iter().map(|it| &it.id));
            known.add(Sort::Group, pool.groups.iter().map(|it| &it.id));
        }
        known.identities = world.identities.iter().map(|it| it.id.clone()).collect();
        known.add_actors(world);
        known
    }

    /// The same names and one device more.
    pub fn with_device(&self, id: &str) -> Self {
        let mut known = self.clone();
        for sort in [Sort::Device, Sort::Actor] {
            known.add(sort, std::iter::once(&id.to_owned()));
        }
        known
    }

    fn add_actors(&mut self, world: &World) {
        for sort in [
            Sort::Person,
            Sort::Device,
            Sort::Provider,
            Sort::SamlProvider,
            Sort::UserPool,
            Sort::IdentityPool,
            Sort::Api,
            Sort::LoadBalancer,
        ] {
            let names: Vec<String> = self.of_sort(sort).map(str::to_owned).collect();
            self.add(Sort::Actor, names.iter());
        }
        let services = SERVICES.map(str::to_owned);
        self.add(Sort::Actor, services.iter());
        if !world.facebook_apps.is_empty() {
            self.add(Sort::Actor, std::iter::once(&"facebook".to_owned()));
        }
        let further: Vec<String> = world
            .accounts
            .iter()
            .skip(1)
            .flat_map(|account| SERVICES.map(|service| format!("{service}/{}", account.id)))
            .collect();
        self.add(Sort::Actor, further.iter());
    }

    fn add<'a>(&mut self, sort: Sort, names: impl Iterator<Item = &'a String>) {
        self.names.entry(sort).or_default().extend(names.cloned());
    }

    /// Every name of a sort.
    pub fn of_sort(&self, sort: Sort) -> impl Iterator<Item = &str> + Clone {
        self.names
            .get(&sort)
            .into_iter()
            .flatten()
            .map(String::as_str)
    }

    /// Whether a name of this sort is declared.
    pub fn has(&self, sort: Sort, name: &str) -> bool {
        self.names
            .get(&sort)
            .is_some_and(|names| names.contains(name))
    }

    /// What would have to stand in a template instead; none where it is good.
    pub fn wrong_in(&self, reference: &Reference) -> Option<Vec<&str>> {
        let Reference { of, field } = reference;
        let first = field.split('.').next().unwrap_or_default();
        let (good, known): (bool, Vec<&str>) = match of.as_str() {
            "account" => return (first != "id").then(|| vec!["id"]),
            "issuer" => (
                self.has(Sort::UserPool, field) || self.has(Sort::Provider, field),
                self.of_sort(Sort::UserPool)
                    .chain(self.of_sort(Sort::Provider))
                    .collect(),
            ),
            "app" => (
                self.has(Sort::ProviderApp, field),
                self.of_sort(Sort::ProviderApp).collect(),
            ),
            "federated" => (
                self.has(Sort::IamOidcProvider, field) || self.has(Sort::SamlProvider, field),
                self.of_sort(Sort::IamOidcProvider)
                    .chain(self.of_sort(Sort::SamlProvider))
                    .collect(),
            ),
            "pool" => (
                self.has(Sort::UserPool, field),
                self.of_sort(Sort::UserPool).collect(),
            ),
            "client" => (
                self.has(Sort::Client, field),
                self.of_sort(Sort::Client).collect(),
            ),
            "identity_pool" => (
                self.has(Sort::IdentityPool, field),
                self.of_sort(Sort::IdentityPool).collect(),
            ),
            "identity" => (
                self.identities.contains(field),
                self.identities.iter().map(String::as_str).collect(),
            ),
            "function" => (
                self.has(Sort::Function, field),
                self.of_sort(Sort::Function).collect(),
            ),
            "api" => (
                self.has(Sort::Api, field),
                self.of_sort(Sort::Api).collect(),
            ),
            "role" => (
                self.has(Sort::Role, field),
                self.of_sort(Sort::Role).collect(),
            ),
            actor if self.has(Sort::Actor, actor) => {
                (ACTOR_FIELDS.contains(&first), ACTOR_FIELDS.to_vec())
            }
            _ => (
                false,
                self.of_sort(Sort::Actor).chain(WORLD_KINDS).collect(),
            ),
        };
        (!good).then_some(known)
    }
}
