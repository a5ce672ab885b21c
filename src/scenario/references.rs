//! What an action refers to: the names, values and templates in it, each with the field that
//! holds it, so that one place can check them all.

use super::action::{Action, LoginWith, Tampering, Value};
use super::template::Template;
use super::world_file::{Attribute, Item, MappingKind, RoleMapping};

/// What sort of thing a name must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// A phone, tablet, laptop or backend
    Device,
    /// Somebody who signs in
    Person,
    /// An app client of a user pool
    Client,
    /// A user pool
    UserPool,
    /// An identity pool
    IdentityPool,
    /// An IAM role
    Role,
    /// A bucket
    Bucket,
    /// A table
    Table,
    /// A Facebook app
    FacebookApp,
    /// An identity provider besides Facebook
    Provider,
    /// An app that signs people in at a provider itself, Facebook included
    ProviderApp,
    /// A program with tokens of its own
    Workload,
    /// An OpenID Connect provider in IAM
    IamOidcProvider,
    /// A company's SAML provider
    SamlProvider,
    /// Any actor
    Actor,
    /// An account
    Account,
    /// A group of a user pool
    Group,
    /// A function
    Function,
    /// An API
    Api,
    /// A load balancer
    LoadBalancer,
    /// An app registered with a push platform
    PlatformApplication,
}

impl Sort {
    /// What a sentence calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Person => "person",
            Self::Client => "app client",
            Self::UserPool => "user pool",
            Self::IdentityPool => "identity pool",
            Self::Role => "role",
            Self::Bucket => "bucket",
            Self::Table => "table",
            Self::FacebookApp => "Facebook app",
            Self::Provider => "identity provider",
            Self::ProviderApp => "provider app",
            Self::Workload => "workload",
            Self::IamOidcProvider => "OIDC provider in IAM",
            Self::SamlProvider => "SAML provider",
            Self::Actor => "actor",
            Self::Account => "account",
            Self::Group => "group",
            Self::Function => "function",
            Self::Api => "API",
            Self::LoadBalancer => "load balancer",
            Self::PlatformApplication => "platform application",
        }
    }
}

/// Everything an action refers to.
#[derive(Debug, Default)]
pub struct References<'a> {
    /// Names: the field, what it must be, the name
    pub names: Vec<(&'static str, Sort, &'a str)>,
    /// Templates: the field and the text
    pub templates: Vec<(&'static str, &'a Template)>,
}

impl<'a> References<'a> {
    fn name(mut self, field: &'static str, sort: Sort, name: &'a str) -> Self {
        self.names.push((field, sort, name));
        self
    }

    fn device(self, name: &'a str) -> Self {
        self.name("device", Sort::Device, name)
    }

    fn template(mut self, field: &'static str, template: &'a Template) -> Self {
        self.templates.push((field, template));
        self
    }

    fn value(self, field: &'static str, value: &'a Value) -> Self {
        match value {
            Value::Held(actor, _) => self.name(field, Sort::Actor, actor),
            Value::Text(template) => self.template(field, template),
        }
    }

    fn optional(self, field: &'static str, value: &'a Option<Value>) -> Self {
        match value {
            Some(value) => self.value(field, value),
            None => self,
        }
    }

    fn login(self, login: &'a Option<LoginWith>) -> Self {
        login.iter().fold(self, Self::proof)
    }

    fn proof(self, login: &'a LoginWith) -> Self {
        match login {
            LoginWith::UserPool(pool, value) => self
                .name("login", Sort::UserPool, pool)
                .value("login", value),
            LoginWith::Oidc(provider, value) => self
                .name("login", Sort::Provider, provider)
                .value("login", value),
            LoginWith::Facebook(value)
            | LoginWith::Google(value)
            | LoginWith::Amazon(value)
            | LoginWith::Apple(value)
            | LoginWith::Named(_, value) => self.value("login", value),
            LoginWith::Several(proofs) => proofs.iter().fold(self, Self::proof),
        }
    }

    fn role(self, field: &'static str, role: &'a Option<String>) -> Self {
        match role {
            Some(role) => self.name(field, Sort::Role, role),
            None => self,
        }
    }

    fn mapping(self, mapping: &'a RoleMapping) -> Self {
        let refs = self
            .name("role_mappings", Sort::UserPool, &mapping.pool)
            .name("role_mappings", Sort::Client, &mapping.client);
        match &mapping.by {
            MappingKind::Token => refs,
            MappingKind::Rules(rules) => rules.iter().fold(refs, |refs, rule| {
                refs.name("role_mappings", Sort::Role, &rule.role)
            }),
        }
    }

    fn item(mut self, field: &'static str, item: &'a Item) -> Self {
        for attribute in item.values() {
            if let Attribute::S(template) = attribute {
                self = self.template(field, template);
            }
        }
        self
    }
}

/// Everything this action refers to.
pub fn of(action: &Action) -> References<'_> {
    let refs = References::default();
    match action {
        Action::OpenSignIn { .. }
        | Action::OpenProviderSignIn { .. }
        | Action::OpenWorkSignIn { .. }
        | Action::GetWorkloadToken { .. }
        | Action::SignInAtProvider { .. }
        | Action::FollowRedirects { .. }
        | Action::RedeemCode { .. }
        | Action::SignUp { .. }
        | Action::ConfirmSignUp { .. }
        | Action::SignIn { .. }
        | Action::RefreshTokens { .. }
        | Action::GetUser { .. } => of_sign_in(refs, action),
        Action::SignInWithSrp { .. }
        | Action::ChooseNewPassword { .. }
        | Action::SetUpAuthenticator { .. }
        | Action::EnterAuthenticatorCode { .. }
        | Action::ForgotPassword { .. }
        | Action::ConfirmForgotPassword { .. }
        | Action::GetTokensFromRefreshToken { .. }
        | Action::RevokeToken { .. }
        | Action::GlobalSignOut { .. }
        | Action::AdminCreateUser { .. } => of_user_pool(refs, action),
        Action::GetId { .. }
        | Action::GetCredentials { .. }
        | Action::GetOpenIdToken { .. }
        | Action::AssumeRoleWithWebIdentity { .. }
        | Action::AssumeRoleWithSaml { .. }
        | Action::GetCallerIdentity { .. } => of_federation(refs, action),
        Action::AssumeRole { .. }
        | Action::GetSessionToken { .. }
        | Action::GetFederationToken { .. }
        | Action::GetDeveloperToken { .. }
        | Action::PutRolePolicy { .. }
        | Action::RevokeSessions { .. } => of_account(refs, action),
        Action::UpdateAssumeRolePolicy { .. }
        | Action::SetIdentityPoolRoles { .. }
        | Action::SetPrincipalTagAttributeMap { .. }
        | Action::AdminAddUserToGroup { .. }
        | Action::AdminUserGlobalSignOut { .. }
        | Action::AdminLinkProviderForUser { .. } => of_administration(refs, action),
        Action::PutObject { .. }
        | Action::GetObject { .. }
        | Action::ListObjects { .. }
        | Action::PutItem { .. }
        | Action::GetItem { .. }
        | Action::Query { .. } => of_data(refs, action),
        Action::InvokeFunction { .. }
        | Action::CallApi { .. }
        | Action::OpenWebsite { .. }
        | Action::EditRecord { .. }
        | Action::Synchronise { .. }
        | Action::PushRecords { .. }
        | Action::RegisterForPush { .. } => of_edge(refs, action),
        Action::Wait(_) => refs,
        Action::SkewClock { device, .. }
        | Action::GoOffline { device }
        | Action::GoOnline { device } => refs.device(device),
        Action::Tamper { device, how, .. } => match how {
            Tampering::SetClaim(_, value) | Tampering::AddClaim(_, value) => {
                refs.device(device).template("how", value)
            }
            _ => refs.device(device),
        },
        Action::Copy { from, to, .. } => {
            refs.name("from", Sort::Actor, from)
                .name("to", Sort::Actor, to)
        }
        Action::Request {
            device,
            url,
            headers,
            body,
            credentials,
            ..
        } => {
            let refs = refs
                .device(device)
                .template("url", url)
                .template("body", body);
            let refs = refs.optional("credentials", credentials);
            headers
                .values()
                .fold(refs, |refs, value| refs.template("headers", value))
        }
    }
}

fn of_sign_in<'a>(refs: References<'a>, action: &'a Action) -> References<'a> {
    match action {
        Action::OpenSignIn { device, client, .. } | Action::RefreshTokens { device, client } => {
            refs.device(device).name("client", Sort::Client, client)
        }
        Action::SignInAtProvider { device, person, .. } => {
            refs.device(device).name("person", Sort::Person, person)
        }
        Action::OpenProviderSignIn {
            device,
            app,
            audience,
        } => {
            let refs = refs.device(device).name("app", Sort::ProviderApp, app);
            match audience {
                Some(audience) => refs.name("audience", Sort::ProviderApp, audience),
                None => refs,
            }
        }
        Action::OpenWorkSignIn { device, provider } => {
            refs.device(device)
                .name("provider", Sort::SamlProvider, provider)
        }
        Action::GetWorkloadToken {
            device, workload, ..
        } => refs
            .device(device)
            .name("workload", Sort::Workload, workload),
        Action::FollowRedirects { device } => refs.device(device),
        Action::RedeemCode { device, verifier } => {
            let refs = refs.device(device);
            match verifier {
                Some(verifier) => refs.template("verifier", verifier),
                None => refs,
            }
        }
        Action::SignUp {
            device,
            client,
            person,
            ..
        }
        | Action::ConfirmSignUp {
            device,
            client,
            person,
            ..
        }
        | Action::SignIn {
            device,
            client,
            person,
            ..
        } => refs
            .device(device)
            .name("client", Sort::Client, client)
            .name("person", Sort::Person, person),
        Action::GetUser { device, token } => refs.device(device).optional("token", token),
        _ => refs,
    }
}

fn of_user_pool<'a>(refs: References<'a>, action: &'a Action) -> References<'a> {
    match action {
        Action::SignInWithSrp {
            device,
            client,
            person,
            ..
        }
        | Action::ChooseNewPassword {
            device,
            client,
            person,
            ..
        }
        | Action::EnterAuthenticatorCode {
            device,
            client,
            person,
            ..
        }
        | Action::ForgotPassword {
            device,
            client,
            person,
        }
        | Action::ConfirmForgotPassword {
            device,
            client,
            person,
            ..
        } => refs
            .device(device)
            .name("client", Sort::Client, client)
            .name("person", Sort::Person, person),
        Action::GetTokensFromRefreshToken {
            device,
            client,
            token,
        }
        | Action::RevokeToken {
            device,
            client,
            token,
        } => refs
            .device(device)
            .name("client", Sort::Client, client)
            .optional("token", token),
        Action::SetUpAuthenticator { device } => refs.device(device),
        Action::GlobalSignOut { device, token } => refs.device(device).optional("token", token),
        Action::AdminCreateUser {
            device,
            pool,
            person,
            credentials,
            ..
        } => refs
            .device(device)
            .name("pool", Sort::UserPool, pool)
            .name("person", Sort::Person, person)
            .optional("credentials", credentials),
        _ => refs,
    }
}

fn of_federation<'a>(refs: References<'a>, action: &'a Action) -> References<'a> {
    match action {
        Action::GetId {
            device,
            pool,
            login,
        }
        | Action::GetOpenIdToken {
            device,
            pool,
            login,
        } => refs
            .device(device)
            .name("pool", Sort::IdentityPool, pool)
            .login(login),
        Action::GetCredentials {
            device,
            pool,
            login,
            identity,
            role,
        } => refs
            .device(device)
            .name("pool", Sort::IdentityPool, pool)
            .login(login)
            .optional("identity", identity)
            .role("role", role),
        Action::AssumeRoleWithWebIdentity {
            device,
            role,
            token,
            ..
        } => refs
            .device(device)
            .name("role", Sort::Role, role)
            .value("token", token),
        Action::AssumeRoleWithSaml {
            device,
            role,
            provider,
            assertion,
            ..
        } => refs
            .device(device)
            .name("role", Sort::Role, role)
            .name("provider", Sort::SamlProvider, provider)
            .optional("assertion", assertion),
        Action::GetCallerIdentity {
            device,
            credentials,
        } => refs.device(device).optional("credentials", credentials),
        _ => refs,
    }
}

fn of_account<'a>(refs: References<'a>, action: &'a Action) -> References<'a> {
    let with = |refs: References<'a>, field, template: &'a Option<Template>| match template {
        Some(template) => refs.template(field, template),
        None => refs,
    };
    match action {
        Action::AssumeRole {
            device,
            role,
            policy,
            credentials,
            ..
        } => with(refs.device(device), "policy", policy)
            .name("role", Sort::Role, role)
            .optional("credentials", credentials),
        Action::GetSessionToken {
            device,
            credentials,
            ..
        } => refs.device(device).optional("credentials", credentials),
        Action::GetFederationToken {
            device,
            policy,
            credentials,
            ..
        } => with(refs.device(device), "policy", policy).optional("credentials", credentials),
        Action::GetDeveloperToken {
            device,
            pool,
            user,
            credentials,
        } => refs
            .device(device)
            .name("pool", Sort::IdentityPool, pool)
            .template("user", user)
            .optional("credentials", credentials),
        Action::PutRolePolicy {
            device,
            role,
            json,
            credentials,
            ..
        } => refs
            .device(device)
            .name("role", Sort::Role, role)
            .template("json", json)
            .optional("credentials", credentials),
        Action::RevokeSessions {
            device,
            role,
            credentials,
        } => refs
            .device(device)
            .name("role", Sort::Role, role)
            .optional("credentials", credentials),
        _ => refs,
    }
}

fn of_administration<'a>(refs: References<'a>, action: &'a Action) -> References<'a> {
    match action {
        Action::UpdateAssumeRolePolicy {
            device,
            role,
            json,
            credentials,
        } => refs
            .device(device)
            .name("role", Sort::Role, role)
            .template("json", json)
            .optional("credentials", credentials),
        Action::SetIdentityPoolRoles {
            device,
            pool,
            authenticated_role,
            guest_role,
            role_mappings,
            credentials,
        } => role_mappings
            .iter()
            .fold(refs.device(device), References::mapping)
            .name("pool", Sort::IdentityPool, pool)
            .role("authenticated_role", authenticated_role)
            .role("guest_role", guest_role)
            .optional("credentials", credentials),
        Action::SetPrincipalTagAttributeMap {
            device,
            pool,
            user_pool,
            credentials,
            ..
        } => refs
            .device(device)
            .name("pool", Sort::IdentityPool, pool)
            .name("user_pool", Sort::UserPool, user_pool)
            .optional("credentials", credentials),
        Action::AdminAddUserToGroup {
            device,
            pool,
            person,
            group,
            credentials,
        } => refs
            .device(device)
            .name("pool", Sort::UserPool, pool)
            .name("person", Sort::Person, person)
            .name("group", Sort::Group, group)
            .optional("credentials", credentials),
        Action::AdminUserGlobalSignOut {
            device,
            pool,
            person,
            credentials,
        } => refs
            .device(device)
            .name("pool", Sort::UserPool, pool)
            .name("person", Sort::Person, person)
            .optional("credentials", credentials),
        Action::AdminLinkProviderForUser {
            device,
            pool,
            person,
            subject,
            credentials,
            ..
        } => refs
            .device(device)
            .name("pool", Sort::UserPool, pool)
            .name("person", Sort::Person, person)
            .template("subject", subject)
            .optional("credentials", credentials),
        _ => refs,
    }
}

fn of_data<'a>(refs: References<'a>, action: &'a Action) -> References<'a> {
    match action {
        Action::PutObject {
            device,
            bucket,
            key,
            text,
            credentials,
        } => refs
            .device(device)
            .name("bucket", Sort::Bucket, bucket)
            .template("key", key)
            .template("text", text)
            .optional("credentials", credentials),
        Action::GetObject {
            device,
            bucket,
            key,
            credentials,
        } => refs
            .device(device)
            .name("bucket", Sort::Bucket, bucket)
            .template("key", key)
            .optional("credentials", credentials),
        Action::ListObjects {
            device,
            bucket,
            prefix,
            credentials,
        } => {
            let refs = refs.device(device).name("bucket", Sort::Bucket, bucket);
            let refs = refs.optional("credentials", credentials);
            match prefix {
                Some(prefix) => refs.template("prefix", prefix),
                None => refs,
            }
        }
        Action::PutItem {
            device,
            table,
            item,
            credentials,
        } => refs
            .device(device)
            .name("table", Sort::Table, table)
            .item("item", item)
            .optional("credentials", credentials),
        Action::GetItem {
            device,
            table,
            key,
            credentials,
            ..
        } => refs
            .device(device)
            .name("table", Sort::Table, table)
            .item("key", key)
            .optional("credentials", credentials),
        Action::Query {
            device,
            table,
            partition,
            credentials,
            ..
        } => refs
            .device(device)
            .name("table", Sort::Table, table)
            .template("partition", partition)
            .optional("credentials", credentials),
        _ => refs,
    }
}

fn of_edge<'a>(refs: References<'a>, action: &'a Action) -> References<'a> {
    match action {
        Action::InvokeFunction {
            device,
            function,
            event,
            credentials,
        } => refs
            .device(device)
            .name("function", Sort::Function, function)
            .template("event", event)
            .optional("credentials", credentials),
        Action::CallApi {
            device,
            api,
            path,
            token,
            body,
            credentials,
            ..
        } => refs
            .device(device)
            .name("api", Sort::Api, api)
            .template("path", path)
            .template("body", body)
            .optional("token", token)
            .optional("credentials", credentials),
        Action::OpenWebsite {
            device,
            website,
            path,
        } => refs
            .device(device)
            .name("website", Sort::LoadBalancer, website)
            .template("path", path),
        Action::EditRecord { device, value, .. } => {
            let refs = refs.device(device);
            match value {
                Some(value) => refs.template("value", value),
                None => refs,
            }
        }
        Action::Synchronise { device, pool, .. }
        | Action::PushRecords { device, pool, .. }
        | Action::RegisterForPush { device, pool, .. } => {
            refs.device(device).name("pool", Sort::IdentityPool, pool)
        }
        _ => refs,
    }
}
