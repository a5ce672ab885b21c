//! Identity providers of a scenario's world, set up in the cloud.

use super::build::{AppFacts, Builder, WorkloadFacts, WorldError, missing};
use super::provider_file::{PoolProvider, Provider, ProviderKind, Runs, SamlProvider};
use crate::cloud::iam::OidcProvider;
use crate::cloud::identity_pool::IdentityPoolConfig;
use crate::cloud::ledger::{ActorId, ActorKind};
use crate::cloud::oauth_provider::brand::{Brand, Endpoint};
use crate::cloud::oauth_provider::config::{
    self as oauth, AppConfig, ProviderConfig, UserConfig, WorkloadConfig,
};
use crate::cloud::saml_provider::config::{
    self as saml, EmployeeConfig, SamlProviderConfig, provider_arn,
};
use crate::cloud::user_pool::config::{
    Federation, LoginWithAmazon, Oidc, ProviderKind as PoolProviderKind, provider_redirect,
};

/// Facebook's login dialog, as its own apps open it.
const FACEBOOK_DIALOG: &str = "https://www.facebook.com/v21.0/dialog/oauth";

impl Builder<'_> {
    /// Providers with people's accounts, apps and programs there.
    pub(super) fn providers(&mut self) -> Result<(), WorldError> {
        for provider in &self.world.providers {
            self.provider(provider);
        }
        for app in &self.world.provider_apps {
            self.at("provider_apps", &app.id);
            let actor = ActorId::new(&app.provider);
            let beside = app.beside.as_ref();
            let config = AppConfig {
                name: app.name.clone(),
                id: app.app_id.clone(),
                confidential: app.secret || self.stands_for_pool(&app.id),
                redirect_uris: app.callbacks.clone(),
                beside: beside.and_then(|sister| self.names.apps.get(sister).cloned()),
                token_validity: app.token_validity.map(|span| span.0),
            };
            let id = oauth::add_app(&mut self.cloud, &actor, config);
            let id = id.ok_or_else(|| missing("identity provider", &app.provider))?;
            let facts = self.app_facts(&actor, &id, app.callbacks.first())?;
            self.names.apps.insert(app.id.clone(), id);
            self.names.provider_apps.insert(app.id.clone(), facts);
        }
        self.facebook_apps();
        self.workloads()?;
        self.iam_oidc_providers()
    }

    fn provider(&mut self, provider: &Provider) {
        let actor = ActorId::new(&provider.id);
        let issuer = provider.issuer.as_deref().unwrap_or_default();
        let name = provider.name.as_deref().unwrap_or(provider.kind.name());
        let config = match provider.kind {
            ProviderKind::Google => ProviderConfig::google(actor.clone()),
            ProviderKind::Apple => ProviderConfig::apple(actor.clone()),
            ProviderKind::LoginWithAmazon => ProviderConfig::amazon(actor.clone()),
            ProviderKind::Oidc => ProviderConfig::oidc(actor.clone(), name, issuer),
            ProviderKind::GitHubActions => ProviderConfig::github_actions(actor.clone()),
            ProviderKind::Kubernetes => ProviderConfig::kubernetes(actor.clone(), issuer),
        };
        self.actor(&provider.id, config.brand.kind(), name, None);
        if config.endpoints.contains_key(&Endpoint::Jwks) {
            self.keys.push(oauth::key_name(&actor));
        }
        let issuer = config.issuer.clone();
        self.names.issuers.insert(provider.id.clone(), issuer);
        oauth::add_provider(&mut self.cloud, config);
        for person in &self.world.people {
            if let Some(password) = person.passwords.get(&provider.id) {
                let config = UserConfig {
                    name: person.name.clone(),
                    email: person.email.clone(),
                    password: password.clone(),
                    ..UserConfig::default()
                };
                oauth::add_user(&mut self.cloud, &actor, config);
            }
        }
    }

    fn stands_for_pool(&self, app: &str) -> bool {
        let mut of_pools = self
            .world
            .user_pools
            .iter()
            .flat_map(|pool| &pool.providers);
        of_pools.any(|provider| provider.app == app)
    }

    fn app_facts(
        &self,
        actor: &ActorId,
        app_id: &str,
        callback: Option<&String>,
    ) -> Result<AppFacts, WorldError> {
        let known = oauth::facts(&self.cloud, actor);
        let known = known.ok_or_else(|| missing("identity provider", actor.as_str()))?;
        let address = |endpoint| known.endpoints.get(&endpoint).cloned();
        let scope = match known.brand {
            Brand::Google | Brand::Oidc => "openid email profile",
            Brand::Apple => "openid email",
            Brand::Amazon => "profile",
        };
        Ok(AppFacts {
            app_id: app_id.to_owned(),
            secret: oauth::app_secret(&self.cloud, actor, app_id).map(str::to_owned),
            callback: callback.cloned().unwrap_or_default(),
            authorize_url: address(Endpoint::Authorize).unwrap_or_default(),
            token_url: address(Endpoint::Token),
            scope: scope.to_owned(),
        })
    }

    /// Facebook's SDK on a phone gets the token itself, without a code.
    fn facebook_apps(&mut self) {
        for app in &self.world.facebook_apps {
            let id = self.names.apps.get(&app.id).cloned().unwrap_or_default();
            let facts = AppFacts {
                app_id: id,
                secret: None,
                callback: app.callbacks.first().cloned().unwrap_or_default(),
                authorize_url: FACEBOOK_DIALOG.to_owned(),
                token_url: None,
                scope: "public_profile,email".to_owned(),
            };
            self.names.provider_apps.insert(app.id.clone(), facts);
        }
    }

    fn workloads(&mut self) -> Result<(), WorldError> {
        for workload in &self.world.workloads {
            self.at("workloads", &workload.id);
            let actor = ActorId::new(&workload.provider);
            let config = match &workload.runs {
                Runs::Job {
                    repository,
                    reference,
                } => WorkloadConfig::github_job(repository, reference),
                Runs::ServiceAccount { namespace, name } => {
                    WorkloadConfig::service_account(namespace, name)
                }
            };
            let shown = oauth::add_workload(&mut self.cloud, &actor, config);
            let known = oauth::facts(&self.cloud, &actor);
            let url = known.and_then(|known| known.endpoints.get(&Endpoint::Workload).cloned());
            let (Some(shown), Some(url)) = (shown, url) else {
                return Err(missing("provider of programs", &workload.provider));
            };
            let facts = WorkloadFacts { shown, url };
            self.names.workloads.insert(workload.id.clone(), facts);
        }
        Ok(())
    }

    fn iam_oidc_providers(&mut self) -> Result<(), WorldError> {
        for known in &self.world.oidc_providers {
            self.at("oidc_providers", &known.id);
            let issuer = self.names.issuers.get(&known.provider).cloned();
            let issuer = issuer.ok_or_else(|| missing("identity provider", &known.provider))?;
            let apps = known.apps.iter();
            let apps = apps.filter_map(|app| self.names.apps.get(app).cloned());
            let client_ids = apps.chain(known.audiences.iter().cloned()).collect();
            let account = self.account(&known.account);
            let provider = OidcProvider::new(&account, &issuer, client_ids);
            let arn = provider.arn.clone();
            self.cloud.iam.put_oidc_provider(provider);
            self.names.federated.insert(known.id.clone(), arn);
        }
        Ok(())
    }

    /// Companies with their people; roles must be there already.
    pub(super) fn saml_providers(&mut self) -> Result<(), WorldError> {
        for provider in &self.world.saml_providers {
            self.at("saml_providers", &provider.id);
            let actor = ActorId::new(&provider.id);
            self.actor(&provider.id, ActorKind::SamlProvider, &provider.name, None);
            let config = SamlProviderConfig {
                actor: actor.clone(),
                name: provider.name.clone(),
                host: provider.host.clone(),
            };
            saml::add_provider(&mut self.cloud, config);
            let account = self.account(&provider.account);
            let name = provider.trusted_as.as_deref().unwrap_or(&provider.id);
            saml::trust(&mut self.cloud, &actor, (&account, name))?;
            let arn = provider_arn(&account, name);
            self.employees(provider, &arn);
            self.names.federated.insert(provider.id.clone(), arn);
            let url = saml::sign_in_url(&self.cloud, &actor).unwrap_or_default();
            self.names.work_sign_ins.insert(provider.id.clone(), url);
        }
        Ok(())
    }

    fn employees(&mut self, provider: &SamlProvider, arn: &str) {
        for employee in &provider.employees {
            let mut people = self.world.people.iter();
            let Some(person) = people.find(|person| person.id == employee.person) else {
                continue;
            };
            let role = |name: &String| {
                let role = self.names.roles.get(name)?;
                Some((role.clone(), arn.to_owned()))
            };
            let config = EmployeeConfig {
                session_name: person.id.clone(),
                email: person.email.clone(),
                password: person
                    .passwords
                    .get(&provider.id)
                    .cloned()
                    .unwrap_or_default(),
                roles: employee.roles.iter().filter_map(role).collect(),
                session_seconds: None,
            };
            saml::add_employee(&mut self.cloud, &ActorId::new(&provider.id), config);
        }
    }

    /// A provider as a user pool's; the app there is told where the pool takes people back.
    pub(super) fn pool_provider(
        &mut self,
        provider: &PoolProvider,
        domain: &str,
    ) -> Result<Federation, WorldError> {
        let mut declared = self.world.provider_apps.iter();
        let app = declared.find(|app| app.id == provider.app);
        let app = app.ok_or_else(|| missing("provider app", &provider.app))?;
        let facts = self.names.provider_apps.get(&provider.app).cloned();
        let facts = facts.ok_or_else(|| missing("provider app", &provider.app))?;
        let actor = ActorId::new(&app.provider);
        let back = provider_redirect(domain);
        oauth::allow_redirect(&mut self.cloud, &actor, &facts.app_id, &back);
        let known = oauth::facts(&self.cloud, &actor);
        let known = known.ok_or_else(|| missing("identity provider", &app.provider))?;
        let address = |endpoint| known.endpoints.get(&endpoint).cloned().unwrap_or_default();
        let (client_id, secret) = (facts.app_id, facts.secret.unwrap_or_default());
        let oidc = |client_id, client_secret| Oidc {
            client_id,
            client_secret,
            scopes: facts.scope.clone(),
            issuer: known.issuer.clone(),
            authorize_url: address(Endpoint::Authorize),
            token_url: address(Endpoint::Token),
            jwks_uri: address(Endpoint::Jwks),
        };
        let name = provider.name.as_ref().unwrap_or(&app.provider).clone();
        let kind = match known.brand {
            Brand::Google => PoolProviderKind::Google(oidc(client_id, secret)),
            Brand::Apple => PoolProviderKind::Apple(oidc(client_id, secret)),
            Brand::Oidc => PoolProviderKind::Oidc(name, oidc(client_id, secret)),
            Brand::Amazon => PoolProviderKind::LoginWithAmazon(LoginWithAmazon {
                client_id,
                client_secret: secret,
                scopes: facts.scope.clone(),
            }),
        };
        let mut federation = Federation::new(kind);
        if let Some(mapping) = &provider.mapping {
            let pairs = mapping.iter().filter(|(to, _)| *to != "username");
            federation.attribute_mapping =
                pairs.map(|(to, from)| (to.clone(), from.clone())).collect();
        }
        Ok(federation)
    }

    /// Lets an identity pool take the tokens of an app at Google, Apple or Login with Amazon.
    /// Several apps of one provider are separated by commas.
    pub(super) fn social_login(
        &self,
        config: &mut IdentityPoolConfig,
        app: &str,
    ) -> Result<(), WorldError> {
        let mut declared = self.world.provider_apps.iter();
        let found = declared.find(|known| known.id == app);
        let found = found.ok_or_else(|| missing("provider app", app))?;
        let key = self.names.login_key(&found.provider);
        let key = key.ok_or_else(|| missing("identity provider", &found.provider))?;
        let id = self.names.apps.get(app).cloned().unwrap_or_default();
        let ids = config.supported_logins.entry(key.to_owned()).or_default();
        if !ids.is_empty() {
            ids.push(',');
        }
        ids.push_str(&id);
        Ok(())
    }
}
