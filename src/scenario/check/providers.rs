//! Identity providers in the world: names that must be declared, issuers that must be given.

use std::collections::BTreeSet;

use super::super::diagnostic::Code;
use super::super::locate::Path;
use super::super::provider_file::{Provider, ProviderKind, Runs, Workload};
use super::super::references::Sort;
use super::super::world_file::World;
use super::Checker;

impl<T> Checker<'_, T> {
    pub(super) fn providers(&mut self, world: &World, top: &Path) {
        let mut seen = BTreeSet::new();
        for (number, provider) in world.providers.iter().enumerate() {
            let path = top.field("providers").index(number);
            self.provider(&path, provider);
            if !provider.kind.needs_issuer() && !seen.insert(provider.kind) {
                let message = format!("there is already a {}", provider.kind.name());
                let hint = "apps are registered with the one there is";
                self.add(Code::DuplicateId, &path.field("kind"), message, hint);
            }
        }
        for (number, app) in world.provider_apps.iter().enumerate() {
            let path = top.field("provider_apps").index(number);
            self.refer(&path.field("provider"), Sort::Provider, &app.provider);
            let beside = app.beside.as_deref();
            self.refer_optional(&path.field("beside"), Sort::ProviderApp, beside);
        }
        for (number, workload) in world.workloads.iter().enumerate() {
            let path = top.field("workloads").index(number);
            self.workload(&path, world, workload);
        }
        for (number, known) in world.oidc_providers.iter().enumerate() {
            let path = top.field("oidc_providers").index(number);
            self.refer(&path.field("provider"), Sort::Provider, &known.provider);
            let account = known.account.as_deref();
            self.refer_optional(&path.field("account"), Sort::Account, account);
            for (number, app) in known.apps.iter().enumerate() {
                self.refer(&path.field("apps").index(number), Sort::ProviderApp, app);
            }
        }
        self.companies(world, top);
    }

    fn provider(&mut self, path: &Path, provider: &Provider) {
        let path = path.field("issuer");
        let known = provider.kind.name();
        match (&provider.issuer, provider.kind.needs_issuer()) {
            (Some(issuer), true) if !issuer.starts_with("https://") => {
                let message = format!("`{issuer}` is no issuer");
                let hint = "an address: \"https://login.example.com\"";
                self.add(Code::BadValue, &path, message, hint);
            }
            (None, true) => {
                let message = format!("`{}` has no issuer", provider.id);
                let hint = "add `issuer: \"https://login.example.com\"`";
                self.add(Code::BadValue, &path, message, hint);
            }
            (Some(_), false) => {
                let message = format!("{known} has an issuer of its own");
                self.add(Code::BadValue, &path, message, "leave `issuer` out");
            }
            _ => {}
        }
    }

    /// An identity pool knows some providers by themselves; others it knows through IAM.
    pub(super) fn social_app(&mut self, path: &Path, app: &str) {
        self.refer(path, Sort::ProviderApp, app);
        let world = self.whole;
        let found = world.provider_apps.iter().find(|known| known.id == app);
        let provider = found.and_then(|app| {
            let mut declared = world.providers.iter();
            declared.find(|provider| provider.id == app.provider)
        });
        let through_iam = provider.is_some_and(|provider| provider.kind.needs_issuer());
        if through_iam {
            let message = format!("`{app}` is no app of Google, Apple or Login with Amazon");
            let hint = "declare the provider in `oidc_providers` and write `Oidc(provider: …)`";
            self.add(Code::BadValue, path, message, hint);
        }
        if world.facebook_apps.iter().any(|known| known.id == app) {
            let message = format!("`{app}` is an app of Facebook");
            self.add(Code::BadValue, path, message, "write `Facebook(app: …)`");
        }
    }

    fn workload(&mut self, path: &Path, world: &World, workload: &Workload) {
        self.refer(&path.field("provider"), Sort::Provider, &workload.provider);
        let mut declared = world.providers.iter();
        let provider = declared.find(|provider| provider.id == workload.provider);
        let fits = matches!(
            (provider.map(|provider| provider.kind), &workload.runs),
            (None, _)
                | (Some(ProviderKind::GitHubActions), Runs::Job { .. })
                | (Some(ProviderKind::Kubernetes), Runs::ServiceAccount { .. })
        );
        if !fits {
            let message = format!("`{}` does not run such programs", workload.provider);
            let hint = "a Job belongs to GitHubActions, a ServiceAccount to Kubernetes";
            self.add(Code::BadValue, &path.field("runs"), message, hint);
        }
    }

    fn companies(&mut self, world: &World, top: &Path) {
        for (number, company) in world.saml_providers.iter().enumerate() {
            let path = top.field("saml_providers").index(number);
            let account = company.account.as_deref();
            self.refer_optional(&path.field("account"), Sort::Account, account);
            for (number, employee) in company.employees.iter().enumerate() {
                let path = path.field("employees").index(number);
                self.refer(&path.field("person"), Sort::Person, &employee.person);
                for (number, role) in employee.roles.iter().enumerate() {
                    self.refer(&path.field("roles").index(number), Sort::Role, role);
                }
            }
        }
    }
}
