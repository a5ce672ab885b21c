//! Functions, APIs, load balancers, push and Sync's settings of a world, set up in a cloud.

use super::build::{Builder, WorldError, missing};
use super::build_triggers::trigger_kind;
use super::world_edge::{
    Api, ApiAuthorization, ApiKind as ApiKindFile, ApiMethod, Function, FunctionCode, Invoker,
    LoadBalancer, WebTarget,
};
use crate::cloud::api_gateway::{self, ApiConfig, ApiKind, Authorization, Method};
use crate::cloud::lambda::code::{LegacyUser, TableAccess};
use crate::cloud::lambda::{self, Code, FunctionConfig, Permission};
use crate::cloud::ledger::{ActorId, ActorKind};
use crate::cloud::load_balancer::{
    self, AuthenticateCognito, ListenerRule, LoadBalancerConfig, Target,
};
use crate::cloud::sync::{self, PushSync};
use crate::cloud::user_pool::config as pools;
use crate::cloud::{REGION, sns};

impl Builder<'_> {
    /// Everything here, after users, roles and pools.
    pub(super) fn edge(&mut self) -> Result<(), WorldError> {
        let world = self.world;
        for function in &world.functions {
            self.at("functions", &function.id);
            self.function(function)?;
        }
        for api in &world.apis {
            self.at("apis", &api.id);
            self.api(api)?;
        }
        for balancer in &world.load_balancers {
            self.at("load_balancers", &balancer.id);
            self.load_balancer(balancer)?;
        }
        for function in &world.functions {
            self.at("functions", &function.id);
            self.permissions(function)?;
        }
        self.pool_functions()?;
        for application in &world.platform_applications {
            self.at("platform_applications", &application.id);
            let account = self.account(&application.account);
            let platform = application.platform.name();
            let id = &application.id;
            let arn = sns::add_platform_application(&mut self.cloud, &account, platform, id);
            self.names.applications.insert(id.clone(), arn);
        }
        self.sync()
    }

    fn function(&mut self, function: &Function) -> Result<(), WorldError> {
        let role = function.role.as_ref();
        let config = FunctionConfig {
            name: function.id.clone(),
            account: self.account(&function.account),
            code: code(&function.code)?,
            role_arn: role.and_then(|role| self.names.roles.get(role).cloned()),
            permissions: Vec::new(),
        };
        let arn = lambda::add_function(&mut self.cloud, config)?;
        self.names.functions.insert(function.id.clone(), arn);
        Ok(())
    }

    /// User pools are there before functions are, and learn of them now.
    fn pool_functions(&mut self) -> Result<(), WorldError> {
        for pool in &self.world.user_pools {
            self.at("user_pools", &pool.id);
            let id = self.names.pools.get(&pool.id).cloned();
            let id = id.ok_or_else(|| missing("user pool", &pool.id))?;
            for (point, function) in &pool.triggers.functions {
                let arn = self.function_arn(function)?;
                pools::set_trigger_function(&mut self.cloud, &id, trigger_kind(*point), arn);
            }
        }
        Ok(())
    }

    fn function_arn(&self, name: &str) -> Result<String, WorldError> {
        let arn = self.names.functions.get(name).cloned();
        arn.ok_or_else(|| missing("function", name))
    }

    fn account_of(&self, actor: &str) -> String {
        let actor = self.cloud.actor(&ActorId::new(actor));
        let account = actor.and_then(|actor| actor.account.clone());
        account.unwrap_or_else(|| self.names.account.clone())
    }

    fn permissions(&mut self, function: &Function) -> Result<(), WorldError> {
        let arn = self.function_arn(&function.id)?;
        for invoker in &function.invoked_by {
            let (id, service, source) = self.source(invoker)?;
            let account = self.account_of(id);
            let permission = Permission::for_service(id, service, &source, &account);
            lambda::add_permission(&mut self.cloud, &arn, &permission)?;
        }
        Ok(())
    }

    /// The service behind an invoker, and the ARN it acts for.
    fn source<'i>(
        &self,
        invoker: &'i Invoker,
    ) -> Result<(&'i str, &'static str, String), WorldError> {
        Ok(match invoker {
            Invoker::UserPool(id) => {
                let pool = self.names.pools.get(id);
                let pool = pool.ok_or_else(|| missing("user pool", id))?;
                let account = self.account_of(id);
                let arn = format!("arn:aws:cognito-idp:{REGION}:{account}:userpool/{pool}");
                (id, "cognito-idp.amazonaws.com", arn)
            }
            Invoker::IdentityPool(id) => {
                let pool = self.names.identity_pools.get(id);
                let pool = pool.and_then(|pool| self.cloud.identity_pools.pool(pool));
                let pool = pool.ok_or_else(|| missing("identity pool", id))?;
                (id, "cognito-sync.amazonaws.com", pool.arn())
            }
            Invoker::Api(id) => {
                let api = self.names.api_ids.get(id);
                let api = api.ok_or_else(|| missing("API", id))?;
                let arn = api_gateway::config::invocation_source(&self.account_of(id), api);
                (id, "apigateway.amazonaws.com", arn)
            }
            Invoker::LoadBalancer(id) => {
                let arn = LoadBalancerConfig::target_group_arn(&self.account_of(id), id);
                (id, "elasticloadbalancing.amazonaws.com", arn)
            }
        })
    }

    fn api(&mut self, api: &Api) -> Result<(), WorldError> {
        let account = self.account(&api.account);
        let name = api.name.as_deref().unwrap_or("API Gateway");
        self.actor(&api.id, ActorKind::ApiGateway, name, Some(&account));
        let methods = api.methods.iter().map(|method| self.method(method));
        let config = ApiConfig {
            actor: ActorId::new(&api.id),
            id: None,
            account,
            kind: match api.kind {
                ApiKindFile::Rest => ApiKind::Rest,
                ApiKindFile::Http => ApiKind::Http,
            },
            stage: api.stage.clone(),
            methods: methods.collect::<Result<_, _>>()?,
        };
        let id = api_gateway::add_api(&mut self.cloud, config)?;
        let url = api_gateway::endpoint(&self.cloud, &ActorId::new(&api.id));
        self.names.api_ids.insert(api.id.clone(), id);
        self.names
            .apis
            .insert(api.id.clone(), url.unwrap_or_default());
        Ok(())
    }

    fn method(&self, method: &ApiMethod) -> Result<Method, WorldError> {
        let pool_id = |pool: &String| {
            let id = self.names.pools.get(pool).cloned();
            id.ok_or_else(|| missing("user pool", pool))
        };
        let authorization = match &method.authorization {
            ApiAuthorization::Open => Authorization::None,
            ApiAuthorization::Iam => Authorization::AwsIam,
            ApiAuthorization::UserPool { pool, scopes } => Authorization::CognitoUserPools {
                pools: vec![pool_id(pool)?],
                scopes: scopes.clone(),
            },
            ApiAuthorization::Jwt {
                pool,
                clients,
                scopes,
            } => {
                let issuer = self.names.issuers.get(pool).cloned();
                let clients = clients.iter().map(|client| self.client(client));
                let clients: Result<Vec<_>, _> = clients.collect();
                Authorization::Jwt {
                    issuer: issuer.ok_or_else(|| missing("user pool", pool))?,
                    audiences: clients?.into_iter().map(|it| it.client_id).collect(),
                    scopes: scopes.clone(),
                }
            }
        };
        Ok(Method {
            verb: method.verb.clone(),
            path: method.path.clone(),
            authorization,
            function_arn: self.function_arn(&method.function)?,
        })
    }

    fn load_balancer(&mut self, balancer: &LoadBalancer) -> Result<(), WorldError> {
        let account = self.account(&balancer.account);
        let name = balancer.name.as_deref().unwrap_or("Load balancer");
        let id = &balancer.id;
        self.actor(id, ActorKind::LoadBalancer, name, Some(&account));
        let client = self.client(&balancer.client)?;
        let mut action = AuthenticateCognito::new(&client.hosted_ui, &client.client_id);
        action.scope.clone_from(&client.scope);
        let target = match &balancer.target {
            WebTarget::Website(text) => Target::Website(text.clone()),
            WebTarget::Function(name) => Target::Lambda(self.function_arn(name)?),
        };
        let rule = ListenerRule {
            path: "*".to_owned(),
            authenticate: Some(action),
            target,
        };
        let config = LoadBalancerConfig {
            actor: ActorId::new(id),
            account,
            name: id.clone(),
            host: Some(balancer.host.clone()),
            rules: vec![rule],
        };
        let host = load_balancer::add_load_balancer(&mut self.cloud, config)?;
        self.names.websites.insert(id.clone(), host);
        Ok(())
    }

    fn sync(&mut self) -> Result<(), WorldError> {
        for settings in &self.world.sync {
            self.at("sync", &settings.pool);
            let pool = self.names.identity_pools.get(&settings.pool).cloned();
            let pool = pool.ok_or_else(|| missing("identity pool", &settings.pool))?;
            if let Some(role) = &settings.push_role {
                let role_arn = self.names.roles.get(role).cloned();
                let arns = settings.applications.iter().map(|name| {
                    let arn = self.names.applications.get(name).cloned();
                    arn.ok_or_else(|| missing("platform application", name))
                });
                let push = PushSync {
                    application_arns: arns.collect::<Result<_, _>>()?,
                    role_arn: role_arn.ok_or_else(|| missing("role", role))?,
                };
                sync::set_push(&mut self.cloud, &pool, push);
            }
            if let Some(function) = &settings.trigger {
                let arn = self.function_arn(function)?;
                sync::set_events(&mut self.cloud, &pool, &arn);
            }
        }
        Ok(())
    }
}

fn code(file: &FunctionCode) -> Result<Code, WorldError> {
    let place = |table: &String, key: &String, from: &String| TableAccess {
        table: table.clone(),
        key: key.clone(),
        from: from.clone(),
    };
    Ok(match file {
        FunctionCode::Echo => Code::Echo,
        FunctionCode::Constant(text) => {
            let value = serde_json::from_str(text);
            Code::Constant(value.map_err(|error| WorldError::Constant(error.to_string()))?)
        }
        FunctionCode::Fail(message) => Code::Fail(message.clone()),
        FunctionCode::WhoAmI => Code::WhoAmI,
        FunctionCode::TableLookup { table, key, from } => {
            Code::TableLookup(place(table, key, from))
        }
        FunctionCode::TableWrite {
            table,
            key,
            from,
            attributes,
        } => Code::TableWrite {
            place: place(table, key, from),
            attributes: attributes.clone(),
        },
        FunctionCode::CustomClaims { add, suppress } => Code::CustomClaims {
            add: add.clone(),
            suppress: suppress.clone(),
        },
        FunctionCode::SignUpGate(domains) => Code::SignUpGate {
            domains: domains.clone(),
        },
        FunctionCode::MigrateUsers(users) => {
            let users = users.iter().map(|(name, user)| {
                let user = LegacyUser {
                    password: user.password.clone(),
                    attributes: user.attributes.clone(),
                };
                (name.clone(), user)
            });
            Code::MigrateUsers {
                users: users.collect(),
            }
        }
        FunctionCode::SyncValidator {
            read_only,
            max_chars,
        } => Code::SyncValidator {
            read_only: read_only.clone(),
            max_chars: *max_chars,
        },
    })
}
