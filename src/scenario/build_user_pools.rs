//! User pools of a world, set up in a cloud.

use super::build::{Builder, ClientFacts, WorldError, missing};
use super::build_triggers::triggers;
use super::world_file::{Client, SecondFactor, UserPool};
use crate::cloud::facebook;
use crate::cloud::ledger::{ActorId, ActorKind};
use crate::cloud::user_pool::config::{
    self as pools, AppClient, ClientSecret, Facebook, Federation, GroupConfig, MfaMode, Rotation,
    UserConfig, UserPoolConfig,
};

impl Builder<'_> {
    pub(super) fn user_pool(&mut self, pool: &UserPool) -> Result<(), WorldError> {
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
    pub(super) fn user_sub(&self, pool: &str, person: &str) -> String {
        self.cloud
            .fixed(&format!("user-pool/{pool}/user/{person}/sub"))
            .uuid()
    }
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
