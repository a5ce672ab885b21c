//! How a world sets a provider up: the provider itself, apps, people's accounts, and programs
//! that get tokens without a person.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::brand::{Brand, Endpoint, Endpoints, google_app_id};
use super::{About, App, Provider, User, Workload};
use crate::cloud::Cloud;
use crate::cloud::ledger::ActorId;
use crate::protocol::time::Span;

/// The issuer of Google's ID tokens.
pub const GOOGLE_ISSUER: &str = "https://accounts.google.com";
/// The issuer of Apple's ID tokens.
pub const APPLE_ISSUER: &str = "https://appleid.apple.com";
/// What Login with Amazon calls itself.
pub const AMAZON_ISSUER: &str = "https://www.amazon.com";
/// The issuer of the tokens that GitHub Actions' jobs can get.
pub const GITHUB_ISSUER: &str = "https://token.actions.githubusercontent.com";

/// How long a job's token from GitHub Actions lives.
const GITHUB_TOKEN_LIFE: Span = Span::from_minutes(5);
/// How long a service account's token lives in a pod, as EKS projects it.
const KUBERNETES_TOKEN_LIFE: Span = Span::from_days(1);

/// A provider as a world sets it up.
#[derive(Clone, Debug)]
pub struct ProviderConfig {
    /// Who answers for it on the stage
    pub actor: ActorId,
    /// Its brand
    pub brand: Brand,
    /// What its pages call it
    pub name: String,
    /// What its ID tokens call it, exactly
    pub issuer: String,
    /// Where it answers
    pub endpoints: Endpoints,
}

impl ProviderConfig {
    fn new(actor: ActorId, brand: Brand, name: &str, issuer: &str) -> Self {
        Self {
            actor,
            brand,
            name: name.to_owned(),
            issuer: issuer.to_owned(),
            endpoints: brand.endpoints(issuer),
        }
    }

    /// Google.
    pub fn google(actor: ActorId) -> Self {
        Self::new(actor, Brand::Google, "Google", GOOGLE_ISSUER)
    }

    /// Sign in with Apple.
    pub fn apple(actor: ActorId) -> Self {
        Self::new(actor, Brand::Apple, "Apple", APPLE_ISSUER)
    }

    /// Login with Amazon.
    pub fn amazon(actor: ActorId) -> Self {
        Self::new(actor, Brand::Amazon, "Amazon", AMAZON_ISSUER)
    }

    /// Any other issuer, at its own host: `https://login.example.com/tenant`.
    pub fn oidc(actor: ActorId, name: &str, issuer: &str) -> Self {
        Self::new(actor, Brand::Oidc, name, issuer)
    }

    /// GitHub Actions: no people, only jobs.
    pub fn github_actions(actor: ActorId) -> Self {
        let request = "https://pipelines.actions.githubusercontent.com/idtoken";
        Self::oidc(actor, "GitHub Actions", GITHUB_ISSUER).for_workloads(request)
    }

    /// A Kubernetes cluster's issuer: no people, only service accounts. A pod finds its token in a
    /// file that the kubelet fetches; here it asks for it itself.
    pub fn kubernetes(actor: ActorId, issuer: &str) -> Self {
        let request = format!("{issuer}/serviceaccounts/token");
        Self::oidc(actor, "Kubernetes", issuer).for_workloads(&request)
    }

    /// The same for programs only, which ask for their tokens at this address.
    pub fn for_workloads(mut self, request: &str) -> Self {
        for people_only in [Endpoint::Authorize, Endpoint::Login, Endpoint::Token] {
            self.endpoints.remove(&people_only);
        }
        self.endpoints
            .insert(Endpoint::Workload, request.to_owned());
        self
    }
}

/// An app as its developer registers it.
#[derive(Clone, Debug, Default)]
pub struct AppConfig {
    /// What people are asked to consent to: "Photo Box"
    pub name: String,
    /// Its id; generated where none is given
    pub id: Option<String>,
    /// Whether it has a secret; an app on a phone can keep none and must use PKCE
    pub confidential: bool,
    /// Where people may be sent back to, compared exactly
    pub redirect_uris: Vec<String>,
    /// The app of the same project beside which it is registered (Google: a web app's Android
    /// sister, which may ask for tokens for the web app)
    pub beside: Option<String>,
    /// How long its users' access tokens work; an hour where not given
    pub token_validity: Option<Span>,
}

/// A person's account.
#[derive(Clone, Debug, Default)]
pub struct UserConfig {
    /// `sub`; generated where none is given
    pub id: Option<String>,
    /// Full name
    pub name: String,
    /// E-mail address, also the login
    pub email: String,
    /// Password
    pub password: String,
    /// Further claims of its ID tokens: `hd`, `groups`, `department`
    pub claims: Map<String, Value>,
}

/// A program that gets tokens without a person.
#[derive(Clone, Debug)]
pub struct WorkloadConfig {
    /// What it is called: "deploy job"
    pub name: String,
    /// `sub`
    pub subject: String,
    /// Further claims
    pub claims: Map<String, Value>,
    /// `aud` where it asks for none
    pub audience: String,
    /// How long its tokens live
    pub life: Span,
}

impl WorkloadConfig {
    /// A job of a GitHub repository at a reference: `org/repo`, `refs/heads/main`.
    pub fn github_job(repository: &str, reference: &str) -> Self {
        let owner = repository.split('/').next().unwrap_or_default();
        let claim = |name: &str, value: &str| (name.to_owned(), Value::from(value));
        Self {
            name: format!("{repository} at {reference}"),
            subject: format!("repo:{repository}:ref:{reference}"),
            claims: Map::from_iter([
                claim("ref", reference),
                claim("repository", repository),
                claim("repository_owner", owner),
                claim("workflow", "deploy"),
                claim("event_name", "push"),
                claim("runner_environment", "github-hosted"),
            ]),
            audience: format!("https://github.com/{owner}"),
            life: GITHUB_TOKEN_LIFE,
        }
    }

    /// A service account of a Kubernetes namespace, set up for AWS.
    pub fn service_account(namespace: &str, name: &str) -> Self {
        let about = serde_json::json!({
            "namespace": namespace,
            "serviceaccount": { "name": name },
        });
        Self {
            name: format!("{namespace}/{name}"),
            subject: format!("system:serviceaccount:{namespace}:{name}"),
            claims: Map::from_iter([("kubernetes.io".to_owned(), about)]),
            audience: "sts.amazonaws.com".to_owned(),
            life: KUBERNETES_TOKEN_LIFE,
        }
    }
}

/// Puts a provider into the world.
pub fn add_provider(cloud: &mut Cloud, config: ProviderConfig) {
    let provider = Provider {
        about: Arc::new(About {
            actor: config.actor.clone(),
            brand: config.brand,
            name: config.name,
            issuer: config.issuer,
            endpoints: config.endpoints,
        }),
        apps: BTreeMap::new(),
        users: BTreeMap::new(),
        by_email: BTreeMap::new(),
        sessions: BTreeMap::new(),
        consents: BTreeSet::new(),
        codes: BTreeMap::new(),
        tokens: BTreeMap::new(),
        workloads: BTreeMap::new(),
    };
    cloud
        .oauth_providers
        .providers
        .insert(config.actor, provider);
}

/// Registers an app and returns its id; `None` where there is no such provider.
pub fn add_app(cloud: &mut Cloud, actor: &ActorId, config: AppConfig) -> Option<String> {
    let provider = cloud.oauth_providers.get(actor)?;
    let brand = provider.about.brand;
    // Apps of one name are apps apart
    let twins = provider.apps.values().filter(|app| app.name == config.name);
    let drawn_for = match twins.count() {
        0 => config.name.clone(),
        earlier => format!("{}/{earlier}", config.name),
    };
    let stream = |what: &str| format!("oauth/{actor}/app/{drawn_for}/{what}");
    let mut id_stream = cloud.fixed(&stream("id"));
    let project = config.beside.as_deref().and_then(google_project);
    let id = config.id.unwrap_or_else(|| match project {
        Some(project) => google_app_id(project, &mut id_stream),
        None => brand.app_id(&config.name, &mut id_stream),
    });
    let secret = config
        .confidential
        .then(|| brand.app_secret(&mut cloud.fixed(&stream("secret"))));
    let app = App {
        app_id: format!(
            "amzn1.application.{}",
            cloud.fixed(&stream("app-id")).hex(32)
        ),
        name: config.name,
        secret,
        redirect_uris: config.redirect_uris,
        token_validity: config.token_validity.unwrap_or(Span::from_hours(1)),
    };
    let provider = cloud.oauth_providers.get_mut(actor)?;
    provider.apps.insert(id.clone(), app);
    Some(id)
}

/// The project number in front of a Google app's id.
pub(super) fn google_project(app_id: &str) -> Option<&str> {
    let (project, _) = app_id.split_once('-')?;
    let number = !project.is_empty() && project.bytes().all(|byte| byte.is_ascii_digit());
    number.then_some(project)
}

/// Adds one more place where an app's people may be sent back to. False where there is no such app.
pub fn allow_redirect(cloud: &mut Cloud, actor: &ActorId, app: &str, redirect_uri: &str) -> bool {
    let provider = cloud.oauth_providers.get_mut(actor);
    let Some(app) = provider.and_then(|provider| provider.apps.get_mut(app)) else {
        return false;
    };
    app.redirect_uris.push(redirect_uri.to_owned());
    true
}

/// Opens an account and returns its id; `None` where there is no such provider.
pub fn add_user(cloud: &mut Cloud, actor: &ActorId, config: UserConfig) -> Option<String> {
    let brand = cloud.oauth_providers.get(actor)?.about.brand;
    let mut stream = cloud.fixed(&format!("oauth/{actor}/user/{}/id", config.email));
    let id = config.id.unwrap_or_else(|| brand.user_id(&mut stream));
    let user = User {
        name: config.name,
        email: config.email,
        password: config.password,
        claims: config.claims,
    };
    let provider = cloud.oauth_providers.get_mut(actor)?;
    let login = user.email.to_ascii_lowercase();
    provider.by_email.insert(login, id.clone());
    provider.users.insert(id.clone(), user);
    Some(id)
}

/// Lets a program get tokens; returns what it must show to get one. `None` where there is no such
/// provider.
pub fn add_workload(cloud: &mut Cloud, actor: &ActorId, config: WorkloadConfig) -> Option<String> {
    let stream = format!("oauth/{actor}/workload/{}", config.name);
    let shown = cloud.fixed(&stream).base32(40);
    let workload = Workload {
        name: config.name,
        subject: config.subject,
        claims: config.claims,
        audience: config.audience,
        life: config.life,
    };
    let provider = cloud.oauth_providers.get_mut(actor)?;
    provider.workloads.insert(shown.clone(), workload);
    Some(shown)
}

/// The secret of an app, where it has one.
pub fn app_secret<'a>(cloud: &'a Cloud, actor: &ActorId, app: &str) -> Option<&'a str> {
    let provider = cloud.oauth_providers.get(actor)?;
    provider.apps.get(app)?.secret.as_deref()
}

/// What others must know of a provider to be configured with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderFacts {
    /// Its brand
    pub brand: Brand,
    /// Its issuer
    pub issuer: String,
    /// Where it answers
    pub endpoints: Endpoints,
}

/// What is worth knowing of the provider behind an actor.
pub fn facts(cloud: &Cloud, actor: &ActorId) -> Option<ProviderFacts> {
    let provider = cloud.oauth_providers.about(actor)?;
    Some(ProviderFacts {
        brand: provider.brand,
        issuer: provider.issuer.clone(),
        endpoints: provider.endpoints.clone(),
    })
}

/// The name of the key a provider signs with, to be generated ahead of time.
pub fn key_name(actor: &ActorId) -> String {
    format!("oauth/{actor}/signing")
}
