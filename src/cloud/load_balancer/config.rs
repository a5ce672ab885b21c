//! How a world sets load balancers up.

use std::collections::BTreeMap;

use crate::cloud::ledger::ActorId;
use crate::cloud::user_pool::config::client_secret;
use crate::cloud::{Cloud, REGION};
use crate::protocol::time::{Moment, Span};

/// How long a session lasts where nobody says: seven days.
const DEFAULT_TIMEOUT: Span = Span::from_days(7);
/// The most rules of a listener.
const MAX_RULES: usize = 100;

/// What happens to somebody who has no session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnUnauthenticated {
    /// Off to sign in
    #[default]
    Authenticate,
    /// Goes on as a visitor
    Allow,
    /// 401
    Deny,
}

/// The `authenticate-cognito` action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticateCognito {
    /// Host of the user pool's hosted UI
    pub user_pool_domain: String,
    /// The app client, which must have a secret
    pub client_id: String,
    /// What is asked for
    pub scope: String,
    /// What the session cookie's name begins with
    pub cookie_name: String,
    /// How long a session lasts
    pub session_timeout: Span,
    /// What happens without a session
    pub on_unauthenticated: OnUnauthenticated,
}

impl AuthenticateCognito {
    /// The action with AWS's defaults.
    pub fn new(user_pool_domain: &str, client_id: &str) -> Self {
        Self {
            user_pool_domain: user_pool_domain.to_owned(),
            client_id: client_id.to_owned(),
            scope: "openid".to_owned(),
            cookie_name: "AWSELBAuthSessionCookie".to_owned(),
            session_timeout: DEFAULT_TIMEOUT,
            on_unauthenticated: OnUnauthenticated::default(),
        }
    }
}

/// Who answers in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A function, by ARN
    Lambda(String),
    /// A website that greets whoever comes: its text
    Website(String),
}

/// A rule of the HTTPS listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenerRule {
    /// `/photos/*`, `/` or `*`
    pub path: String,
    /// Signing in first
    pub authenticate: Option<AuthenticateCognito>,
    /// Who answers
    pub target: Target,
}

impl ListenerRule {
    /// Whether a path is this rule's.
    pub(super) fn fits(&self, path: &str) -> bool {
        match self.path.strip_suffix('*') {
            Some(prefix) => path.starts_with(prefix),
            None => path == self.path,
        }
    }

    pub(super) fn in_words(&self) -> String {
        let first = match &self.authenticate {
            Some(action) => format!("authenticate-cognito with {}, ", action.user_pool_domain),
            None => String::new(),
        };
        let target = match &self.target {
            Target::Lambda(arn) => arn.as_str(),
            Target::Website(_) => "a website",
        };
        format!("{first}forward to {target}")
    }
}

/// A load balancer with one HTTPS listener.
#[derive(Clone, Debug)]
pub struct LoadBalancerConfig {
    /// Who answers for it on the stage
    pub actor: ActorId,
    /// Its account
    pub account: String,
    /// Its name
    pub name: String,
    /// Its host; AWS's own where none is given
    pub host: Option<String>,
    /// Its rules; the first that fits decides
    pub rules: Vec<ListenerRule>,
}

impl LoadBalancerConfig {
    /// The ARN of the target group behind a rule.
    pub fn target_group_arn(account: &str, name: &str) -> String {
        format!(
            "arn:aws:elasticloadbalancing:{REGION}:{account}:targetgroup/{name}/73e2d6bc24d8a067"
        )
    }
}

/// Why a load balancer cannot be set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The host is taken
    #[error("somebody answers at {0} already")]
    HostTaken(String),
    /// The action needs a client with a secret
    #[error("authenticate-cognito needs an app client with a secret, and {0} has none")]
    NoSecret(String),
    /// Too many
    #[error("a listener takes {MAX_RULES} rules, this one has {0}")]
    TooManyRules(usize),
}

/// Somebody's session.
#[derive(Clone, Debug)]
pub(super) struct Session {
    /// The user's `sub`
    pub subject: String,
    /// What the user pool's userInfo endpoint said
    pub profile: serde_json::Value,
    /// The user pool's access token
    pub access_token: String,
    pub ends: Moment,
}

/// A sign-in on its way.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    /// Where the visitor wanted to go
    pub url: String,
    /// What the browser that began it keeps in a cookie
    pub nonce: String,
    pub action: AuthenticateCognito,
    pub ends: Moment,
}

/// A load balancer and what it keeps.
#[derive(Clone, Debug)]
pub(super) struct LoadBalancer {
    pub config: LoadBalancerConfig,
    /// Sessions by cookie
    pub sessions: BTreeMap<String, Session>,
    /// Sign-ins by state
    pub pending: BTreeMap<String, Pending>,
}

/// Adds a load balancer and returns its host.
pub fn add_load_balancer(
    cloud: &mut Cloud,
    config: LoadBalancerConfig,
) -> Result<String, SetupError> {
    let stream = format!("load-balancer/{}/dns", config.name);
    let own = || {
        let number = cloud.fixed(&stream).digits(10);
        format!("{}-{number}.{REGION}.elb.amazonaws.com", config.name)
    };
    let host = config.host.clone().unwrap_or_else(own);
    if cloud.load_balancers.by_host.contains_key(&host) {
        return Err(SetupError::HostTaken(host));
    }
    if config.rules.len() > MAX_RULES {
        return Err(SetupError::TooManyRules(config.rules.len()));
    }
    for action in config
        .rules
        .iter()
        .filter_map(|it| it.authenticate.as_ref())
    {
        if client_secret(cloud, &action.client_id).is_none() {
            return Err(SetupError::NoSecret(action.client_id.clone()));
        }
    }
    let balancer = LoadBalancer {
        config,
        sessions: BTreeMap::new(),
        pending: BTreeMap::new(),
    };
    cloud.load_balancers.by_host.insert(host.clone(), balancer);
    Ok(host)
}

/// Where a load balancer answers.
pub fn host(cloud: &Cloud, actor: &ActorId) -> Option<String> {
    let mut all = cloud.load_balancers.by_host.iter();
    all.find(|(_, one)| one.config.actor == *actor)
        .map(|(host, _)| host.clone())
}

/// What an app client must list as its callback for a load balancer.
pub fn idpresponse_url(host: &str) -> String {
    format!("https://{host}{}", super::IDPRESPONSE)
}
