//! The world's entries: names that must be declared, names that may not be declared twice, values
//! that AWS would not take.

use std::collections::BTreeSet;

use super::super::diagnostic::Code;
use super::super::limits::MAX_WORLD_ENTRIES;
use super::super::locate::Path;
use super::super::references::Sort;
use super::super::world_file::{
    Attribute, IdentityPool, Login, MappingKind, RolePolicy, Table, UserPool, World,
};
use super::Checker;
use crate::cloud::REGION;
use crate::cloud::user_pool::config::LONGEST_GRACE;
use crate::protocol::time::Span;

/// The longest id that a user pool can have, in characters.
const MAX_USER_POOL_ID_CHARS: usize = 55;
/// A UUID to copy from.
const A_UUID: &str = "5e2f0d1c-7a3b-4c9e-8f21-d4b6a0e9cc01";

/// Small hexadecimal digits in five groups.
fn is_uuid(text: &str) -> bool {
    let digit = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.chars().all(digit))
}

impl<T> Checker<'_, T> {
    pub(super) fn world(&mut self, world: &World) {
        let top = Path::top().field("world");
        self.ids(world, &top);
        for (number, account) in world.accounts.iter().enumerate() {
            if account.id.len() != 12 || !account.id.bytes().all(|byte| byte.is_ascii_digit()) {
                let path = top.field("accounts").index(number).field("id");
                let message = format!("`{}` is no account number", account.id);
                self.add(
                    Code::BadValue,
                    &path,
                    message,
                    "twelve digits, visibly made up: \"111122223333\"",
                );
            }
        }
        for (number, device) in world.devices.iter().enumerate() {
            let path = top.field("devices").index(number).field("owner");
            self.refer_optional(&path, Sort::Person, device.owner.as_deref());
        }
        self.providers(world, &top);
        for (number, pool) in world.user_pools.iter().enumerate() {
            self.user_pool(&top.field("user_pools").index(number), pool);
        }
        for (number, pool) in world.identity_pools.iter().enumerate() {
            self.identity_pool(&top.field("identity_pools").index(number), pool);
        }
        for (number, identity) in world.identities.iter().enumerate() {
            let path = top.field("identities").index(number);
            self.refer(&path.field("pool"), Sort::IdentityPool, &identity.pool);
            if let Some(user) = &identity.user {
                let path = path.field("user");
                self.refer(&path.field("pool"), Sort::UserPool, &user.pool);
                self.refer(&path.field("person"), Sort::Person, &user.person);
            }
        }
        for (number, role) in world.roles.iter().enumerate() {
            let path = top.field("roles").index(number);
            self.role(&path, (role.account.as_deref(), &role.policies));
        }
        for (number, user) in world.iam_users.iter().enumerate() {
            let path = top.field("iam_users").index(number);
            self.role(&path, (user.account.as_deref(), &user.policies));
            self.refer_optional(&path.field("key_in"), Sort::Device, user.key_in.as_deref());
        }
        for (number, limit) in world.service_control_policies.iter().enumerate() {
            let path = top.field("service_control_policies").index(number);
            let account = limit.account.as_deref();
            self.refer_optional(&path.field("account"), Sort::Account, account);
        }
        self.stores(world, &top);
        self.edge(world, &top);
    }

    /// Every list: not too long, every id good and there once.
    fn ids(&mut self, world: &World, top: &Path) {
        fn ids<T>(list: &[T], id: impl Fn(&T) -> &String) -> Vec<String> {
            list.iter().map(|it| id(it).clone()).collect()
        }
        let lists = [
            ("accounts", ids(&world.accounts, |it| &it.id)),
            ("people", ids(&world.people, |it| &it.id)),
            ("devices", ids(&world.devices, |it| &it.id)),
            ("facebook_apps", ids(&world.facebook_apps, |it| &it.id)),
            ("providers", ids(&world.providers, |it| &it.id)),
            ("provider_apps", ids(&world.provider_apps, |it| &it.id)),
            ("workloads", ids(&world.workloads, |it| &it.id)),
            ("oidc_providers", ids(&world.oidc_providers, |it| &it.id)),
            ("saml_providers", ids(&world.saml_providers, |it| &it.id)),
            ("user_pools", ids(&world.user_pools, |it| &it.id)),
            ("identity_pools", ids(&world.identity_pools, |it| &it.id)),
            ("identities", ids(&world.identities, |it| &it.id)),
            ("roles", ids(&world.roles, |it| &it.id)),
            ("iam_users", ids(&world.iam_users, |it| &it.id)),
            ("buckets", ids(&world.buckets, |it| &it.id)),
            ("tables", ids(&world.tables, |it| &it.id)),
            ("functions", ids(&world.functions, |it| &it.id)),
            ("apis", ids(&world.apis, |it| &it.id)),
            ("load_balancers", ids(&world.load_balancers, |it| &it.id)),
            (
                "platform_applications",
                ids(&world.platform_applications, |it| &it.id),
            ),
            (
                "service_control_policies",
                ids(&world.service_control_policies, |it| &it.id),
            ),
        ];
        let mut actors = BTreeSet::new();
        for (field, ids) in lists {
            let path = top.field(field);
            self.limit(&path, field, ids.len(), MAX_WORLD_ENTRIES);
            let is_actor = matches!(
                field,
                "people"
                    | "devices"
                    | "providers"
                    | "saml_providers"
                    | "user_pools"
                    | "identity_pools"
                    | "apis"
                    | "load_balancers"
            );
            let mut seen = BTreeSet::new();
            for (number, id) in ids.iter().enumerate() {
                let path = path.index(number).field("id");
                let taken = !seen.insert(id.clone()) || (is_actor && !actors.insert(id.clone()));
                if taken {
                    let message = format!("`{id}` is declared twice");
                    self.add(
                        Code::DuplicateId,
                        &path,
                        message,
                        "give one of them another id",
                    );
                }
                let dots = matches!(field, "buckets" | "tables" | "roles" | "iam_users");
                let plain: String = id
                    .chars()
                    .filter(|c| !(dots && matches!(c, '.' | '+' | '=' | ',' | '@')))
                    .collect();
                if !super::is_plain_id(&plain) {
                    let message = format!("`{id}` cannot be an id");
                    self.add(
                        Code::BadValue,
                        &path,
                        message,
                        "use letters, digits, hyphens and underscores",
                    );
                }
            }
        }
    }

    fn user_pool(&mut self, path: &Path, pool: &UserPool) {
        let beginning = format!("{REGION}_");
        let shaped = |id: &String| {
            id.strip_prefix(&beginning).is_some_and(|rest| {
                !rest.is_empty()
                    && id.len() <= MAX_USER_POOL_ID_CHARS
                    && rest.chars().all(|c| c.is_ascii_alphanumeric())
            })
        };
        if let Some(id) = pool.pool_id.as_ref().filter(|id| !shaped(id)) {
            let message = format!("`{id}` is no user pool's id");
            let remedy =
                format!("write letters and digits behind the region: \"{beginning}Ph0t0Us3r\"");
            self.add(Code::BadValue, &path.field("pool_id"), message, remedy);
        }
        self.refer_optional(
            &path.field("account"),
            Sort::Account,
            pool.account.as_deref(),
        );
        if let Some(facebook) = &pool.facebook {
            let path = path.field("facebook").field("app");
            self.refer(&path, Sort::FacebookApp, &facebook.app);
        }
        for (number, provider) in pool.providers.iter().enumerate() {
            let path = path.field("providers").index(number).field("app");
            self.refer(&path, Sort::ProviderApp, &provider.app);
        }
        for (number, group) in pool.groups.iter().enumerate() {
            let path = path.field("groups").index(number).field("role");
            self.refer_optional(&path, Sort::Role, group.role.as_deref());
        }
        for (number, user) in pool.users.iter().enumerate() {
            let path = path.field("users").index(number);
            self.refer(&path.field("person"), Sort::Person, &user.person);
            for (number, group) in user.groups.iter().enumerate() {
                self.refer(&path.field("groups").index(number), Sort::Group, group);
            }
        }
        self.pool_triggers(path, pool);
        self.rotations(path, pool);
    }

    fn pool_triggers(&mut self, path: &Path, pool: &UserPool) {
        let path = path.field("triggers");
        if let Some(function) = &pool.triggers.post_confirmation {
            let path = path.field("post_confirmation").field("add_to_group");
            self.refer_optional(&path, Sort::Group, function.add_to_group.as_deref());
        }
        for (number, person) in pool.triggers.migrate_user.iter().enumerate() {
            let path = path.field("migrate_user").index(number);
            self.refer(&path, Sort::Person, person);
        }
        for function in pool.triggers.functions.values() {
            self.refer(&path.field("functions"), Sort::Function, function);
        }
    }

    /// A refresh token that was replaced works for a minute more at most.
    fn rotations(&mut self, path: &Path, pool: &UserPool) {
        for (number, client) in pool.clients.iter().enumerate() {
            let path = path.field("clients").index(number).field("rotation");
            let fits = |grace: Span| grace >= Span::ZERO && grace <= LONGEST_GRACE;
            if client.rotation.is_some_and(|grace| !fits(grace.0)) {
                let message = "the grace of a replaced refresh token is 0s to 60s";
                self.add(Code::BadValue, &path, message, "write `rotation: \"10s\"`");
            }
        }
    }

    fn identity_pool(&mut self, path: &Path, pool: &IdentityPool) {
        let beginning = format!("{REGION}:");
        let shaped = |id: &String| id.strip_prefix(&beginning).is_some_and(is_uuid);
        if let Some(id) = pool.pool_id.as_ref().filter(|id| !shaped(id)) {
            let message = format!("`{id}` is no identity pool's id");
            let remedy = format!("write a UUID behind the region: \"{beginning}{A_UUID}\"");
            self.add(Code::BadValue, &path.field("pool_id"), message, remedy);
        }
        self.refer_optional(
            &path.field("account"),
            Sort::Account,
            pool.account.as_deref(),
        );
        let roles = [
            ("authenticated_role", &pool.authenticated_role),
            ("guest_role", &pool.guest_role),
        ];
        for (field, role) in roles {
            self.refer_optional(&path.field(field), Sort::Role, role.as_deref());
        }
        for (number, login) in pool.logins.iter().enumerate() {
            let path = path.field("logins").index(number);
            match login {
                Login::UserPool { pool, client } => {
                    self.refer(&path.field("pool"), Sort::UserPool, pool);
                    self.refer(&path.field("client"), Sort::Client, client);
                }
                Login::Facebook { app } => self.refer(&path.field("app"), Sort::FacebookApp, app),
                Login::Provider { app } => self.social_app(&path.field("app"), app),
                Login::Oidc { provider } => {
                    self.refer(&path.field("provider"), Sort::IamOidcProvider, provider);
                }
            }
        }
        for (number, mapping) in pool.role_mappings.iter().enumerate() {
            let path = path.field("role_mappings").index(number);
            self.refer(&path.field("pool"), Sort::UserPool, &mapping.pool);
            self.refer(&path.field("client"), Sort::Client, &mapping.client);
            if let MappingKind::Rules(rules) = &mapping.by {
                for rule in rules {
                    self.refer(&path.field("by"), Sort::Role, &rule.role);
                }
            }
        }
    }

    /// A role or an IAM user: its account, and each of its policies once.
    fn role(&mut self, path: &Path, (account, policies): (Option<&str>, &[RolePolicy])) {
        self.refer_optional(&path.field("account"), Sort::Account, account);
        let mut seen = BTreeSet::new();
        for (number, policy) in policies.iter().enumerate() {
            if !seen.insert(&policy.id) {
                let path = path.field("policies").index(number).field("id");
                let message = format!("there already is a policy `{}`", policy.id);
                self.add(
                    Code::DuplicateId,
                    &path,
                    message,
                    "give one of them another id",
                );
            }
        }
    }

    fn stores(&mut self, world: &World, top: &Path) {
        for (number, bucket) in world.buckets.iter().enumerate() {
            let path = top.field("buckets").index(number);
            self.refer_optional(
                &path.field("account"),
                Sort::Account,
                bucket.account.as_deref(),
            );
            self.limit(
                &path.field("objects"),
                "objects",
                bucket.objects.len(),
                MAX_WORLD_ENTRIES,
            );
            for (number, object) in bucket.objects.iter().enumerate() {
                let path = path.field("objects").index(number).field("key");
                self.template(&path, &object.key);
            }
        }
        for (number, table) in world.tables.iter().enumerate() {
            self.table(&top.field("tables").index(number), table);
        }
    }

    fn table(&mut self, path: &Path, table: &Table) {
        self.refer_optional(
            &path.field("account"),
            Sort::Account,
            table.account.as_deref(),
        );
        self.limit(
            &path.field("items"),
            "items",
            table.items.len(),
            MAX_WORLD_ENTRIES,
        );
        for (number, item) in table.items.iter().enumerate() {
            let path = path.field("items").index(number);
            for key in std::iter::once(&table.partition_key).chain(&table.sort_key) {
                if !matches!(item.get(key), Some(Attribute::S(_))) {
                    let message = format!("the item lacks the key `{key}`, a text");
                    self.add(
                        Code::BadValue,
                        &path,
                        message,
                        format!("add `\"{key}\": S(\"…\")`"),
                    );
                }
            }
            for (name, attribute) in item {
                if let Attribute::S(template) = attribute {
                    self.template(&path.field(name), template);
                }
            }
        }
    }
}
