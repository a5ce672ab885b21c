//! Identity pools of a world and the identities in them, set up in a cloud.

use super::build::{Builder, ClientFacts, FACEBOOK_LOGIN, WorldError, missing};
use super::world_file::{IdentityPool, Login, MappingKind as MappingFile, RuleMatch};
use crate::cloud::identity_pool::{
    self, AmbiguousRoleResolution, IdentityPoolConfig, LinkedLogin, MappingKind, MappingRule,
    MatchType, RoleMapping, Roles, UserPoolProvider,
};
use crate::cloud::ledger::{ActorId, ActorKind};

impl Builder<'_> {
    pub(super) fn identity_pool(&mut self, pool: &IdentityPool) -> Result<(), WorldError> {
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

    pub(super) fn identities(&mut self) -> Result<(), WorldError> {
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
}
