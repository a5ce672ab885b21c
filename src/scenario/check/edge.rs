//! Functions, APIs, load balancers, push and Sync's settings: names that must be declared, JSON
//! that must be JSON.

use super::super::diagnostic::Code;
use super::super::locate::Path;
use super::super::references::Sort;
use super::super::world_edge::{
    Api, ApiAuthorization, ApiKind, Function, FunctionCode, Invoker, LoadBalancer, SyncSettings,
    WebTarget,
};
use super::super::world_file::World;
use super::Checker;

impl<T> Checker<'_, T> {
    pub(super) fn edge(&mut self, world: &World, top: &Path) {
        for (number, function) in world.functions.iter().enumerate() {
            self.function(&top.field("functions").index(number), function);
        }
        for (number, api) in world.apis.iter().enumerate() {
            self.api(&top.field("apis").index(number), api);
        }
        for (number, balancer) in world.load_balancers.iter().enumerate() {
            let path = top.field("load_balancers").index(number);
            self.load_balancer(&path, world, balancer);
        }
        for (number, application) in world.platform_applications.iter().enumerate() {
            let path = top.field("platform_applications").index(number);
            let account = application.account.as_deref();
            self.refer_optional(&path.field("account"), Sort::Account, account);
        }
        for (number, settings) in world.sync.iter().enumerate() {
            self.sync(&top.field("sync").index(number), settings);
        }
    }

    fn function(&mut self, path: &Path, function: &Function) {
        let account = function.account.as_deref();
        self.refer_optional(&path.field("account"), Sort::Account, account);
        self.refer_optional(&path.field("role"), Sort::Role, function.role.as_deref());
        for (number, invoker) in function.invoked_by.iter().enumerate() {
            let path = path.field("invoked_by").index(number);
            let (sort, name) = match invoker {
                Invoker::UserPool(name) => (Sort::UserPool, name),
                Invoker::IdentityPool(name) => (Sort::IdentityPool, name),
                Invoker::Api(name) => (Sort::Api, name),
                Invoker::LoadBalancer(name) => (Sort::LoadBalancer, name),
            };
            self.refer(&path, sort, name);
        }
        let path = path.field("code");
        match &function.code {
            FunctionCode::TableLookup { table, .. } | FunctionCode::TableWrite { table, .. } => {
                self.refer(&path.field("table"), Sort::Table, table);
                if function.role.is_none() {
                    let message = "a function that uses a table needs a role";
                    let remedy = "add `role: \"…\"`, a role that trusts lambda.amazonaws.com";
                    self.add(Code::BadValue, &path, message, remedy);
                }
            }
            FunctionCode::Constant(text) => {
                if let Err(error) = serde_json::from_str::<serde_json::Value>(text) {
                    let message = format!("this is no JSON: {error}");
                    self.add(
                        Code::BadValue,
                        &path,
                        message,
                        "write what it gives as JSON",
                    );
                }
            }
            _ => {}
        }
    }

    fn api(&mut self, path: &Path, api: &Api) {
        let account = api.account.as_deref();
        self.refer_optional(&path.field("account"), Sort::Account, account);
        for (number, method) in api.methods.iter().enumerate() {
            let path = path.field("methods").index(number);
            self.refer(&path.field("function"), Sort::Function, &method.function);
            let path = path.field("authorization");
            let foreign = match &method.authorization {
                ApiAuthorization::UserPool { pool, .. } => {
                    self.refer(&path.field("pool"), Sort::UserPool, pool);
                    api.kind == ApiKind::Http
                }
                ApiAuthorization::Jwt { pool, clients, .. } => {
                    self.refer(&path.field("pool"), Sort::UserPool, pool);
                    for (number, client) in clients.iter().enumerate() {
                        let path = path.field("clients").index(number);
                        self.refer(&path, Sort::Client, client);
                    }
                    api.kind == ApiKind::Rest
                }
                ApiAuthorization::Open | ApiAuthorization::Iam => false,
            };
            if foreign {
                let message = "this sort of API has no such authorizer";
                let remedy = "`UserPool` belongs to `kind: Rest`, `Jwt` to `kind: Http`";
                self.add(Code::BadValue, &path, message, remedy);
            }
        }
    }

    fn load_balancer(&mut self, path: &Path, world: &World, balancer: &LoadBalancer) {
        let account = balancer.account.as_deref();
        self.refer_optional(&path.field("account"), Sort::Account, account);
        self.refer(&path.field("client"), Sort::Client, &balancer.client);
        if let WebTarget::Function(function) = &balancer.target {
            self.refer(&path.field("target"), Sort::Function, function);
        }
        let mut clients = world.user_pools.iter().flat_map(|pool| &pool.clients);
        let Some(client) = clients.find(|client| client.id == balancer.client) else {
            return;
        };
        if !client.secret {
            let message = format!("the app client `{}` has no secret", client.id);
            let remedy = "a load balancer keeps a secret: add `secret: true` to the client";
            self.add(Code::BadValue, &path.field("client"), message, remedy);
        }
        let back = crate::cloud::load_balancer::idpresponse_url(&balancer.host);
        if !client.callbacks.contains(&back) {
            let message = format!(
                "the app client `{}` does not send people back here",
                client.id
            );
            let remedy = format!("add \"{back}\" to its callbacks");
            self.add(Code::BadValue, &path.field("client"), message, remedy);
        }
    }

    fn sync(&mut self, path: &Path, settings: &SyncSettings) {
        self.refer(&path.field("pool"), Sort::IdentityPool, &settings.pool);
        for (number, name) in settings.applications.iter().enumerate() {
            let path = path.field("applications").index(number);
            self.refer(&path, Sort::PlatformApplication, name);
        }
        let role = settings.push_role.as_deref();
        self.refer_optional(&path.field("push_role"), Sort::Role, role);
        let trigger = settings.trigger.as_deref();
        self.refer_optional(&path.field("trigger"), Sort::Function, trigger);
        if settings.push_role.is_none() && !settings.applications.is_empty() {
            let message = "push sync needs a role that Sync can assume";
            let remedy = "add `push_role: \"…\"`, a role that trusts cognito-sync.amazonaws.com";
            self.add(Code::BadValue, &path.field("applications"), message, remedy);
        }
    }
}
