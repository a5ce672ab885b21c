//! The identity providers behind a user pool. Each kind is one file that knows where to send the
//! browser and how to find out, with the code that comes back, who signed in.

mod amazon;
mod facebook;
mod oidc;

use serde_json::Value;

use crate::cloud::Cloud;
use crate::cloud::ledger::{ActorId, ExchangeId, Source};
use crate::protocol::message::{Message, Request, post_form};
use crate::protocol::oauth::{Grant, TokenRequest};

/// Facebook as a pool's provider.
#[derive(Clone, Debug)]
pub struct Facebook {
    /// The app that stands for the pool at Facebook
    pub app_id: String,
    /// Its secret, known to the pool alone
    pub app_secret: String,
    /// Permissions asked for: "public_profile,email"
    pub scopes: String,
    /// Version of the Graph API: "v21.0"
    pub api_version: String,
}

impl Facebook {
    /// Facebook with the usual permissions.
    pub fn new(app_id: impl Into<String>, app_secret: impl Into<String>) -> Self {
        Self {
            app_id: app_id.into(),
            app_secret: app_secret.into(),
            scopes: "public_profile,email".to_owned(),
            api_version: "v21.0".to_owned(),
        }
    }
}

/// An OpenID Connect provider, Google and Apple among them. The members are those that AWS calls
/// `ProviderDetails`.
#[derive(Clone, Debug)]
pub struct Oidc {
    /// The app that stands for the pool at the provider
    pub client_id: String,
    /// Its secret, known to the pool alone
    pub client_secret: String,
    /// Scopes asked for: "openid email profile"
    pub scopes: String,
    /// What its ID tokens call it
    pub issuer: String,
    /// Where browsers are sent
    pub authorize_url: String,
    /// Where codes are redeemed
    pub token_url: String,
    /// Where its keys are
    pub jwks_uri: String,
}

/// Login with Amazon as a pool's provider.
#[derive(Clone, Debug)]
pub struct LoginWithAmazon {
    /// The client id of the app that stands for the pool
    pub client_id: String,
    /// Its secret, known to the pool alone
    pub client_secret: String,
    /// Scopes asked for: "profile"
    pub scopes: String,
}

/// What sort of provider.
#[derive(Clone, Debug)]
pub enum ProviderKind {
    /// Facebook
    Facebook(Facebook),
    /// Google
    Google(Oidc),
    /// Sign in with Apple
    Apple(Oidc),
    /// Login with Amazon
    LoginWithAmazon(LoginWithAmazon),
    /// Any other OpenID Connect provider, under the name the pool gives it
    Oidc(String, Oidc),
}

/// A provider as a world sets it up.
#[derive(Clone, Debug)]
pub struct Federation {
    /// What sort, with its own settings
    pub kind: ProviderKind,
    /// Pool attribute and the provider's field that fills it: ("email", "email")
    pub attribute_mapping: Vec<(String, String)>,
}

impl Federation {
    /// Facebook, filling e-mail address and name.
    pub fn facebook(facebook: Facebook) -> Self {
        let same = |name: &str| (name.to_owned(), name.to_owned());
        Self {
            kind: ProviderKind::Facebook(facebook),
            attribute_mapping: vec![same("email"), same("name")],
        }
    }

    /// Any other provider, filling e-mail address and name from claims or fields of those names.
    pub fn new(kind: ProviderKind) -> Self {
        let mut federation = Self::facebook(Facebook::new("", ""));
        federation.kind = kind;
        federation
    }
}

/// A provider of a pool.
#[derive(Clone, Debug)]
pub(super) struct Provider {
    /// What the app calls it in `identity_provider`
    pub name: String,
    /// `providerType` in the `identities` attribute
    pub provider_type: &'static str,
    /// `issuer` in the `identities` attribute; social providers have none
    pub issuer: Option<String>,
    pub mapping: Vec<(String, String)>,
    kind: ProviderKind,
}

/// Who signed in, as the provider says.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    pub user_id: String,
    pub user_id_from: Source,
    /// The provider's fields with where each came from
    pub fields: Vec<(String, String, Source)>,
}

/// What went wrong between pool and provider; ends up in the app's redirect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{provider} error: {message}")]
pub(super) struct ProviderError {
    pub provider: String,
    pub message: String,
}

impl Provider {
    /// A provider from its settings.
    pub fn new(federation: Federation) -> Self {
        let (name, provider_type) = match &federation.kind {
            ProviderKind::Facebook(_) => ("Facebook", "Facebook"),
            ProviderKind::Google(_) => ("Google", "Google"),
            ProviderKind::Apple(_) => ("SignInWithApple", "SignInWithApple"),
            ProviderKind::LoginWithAmazon(_) => ("LoginWithAmazon", "LoginWithAmazon"),
            ProviderKind::Oidc(name, _) => (name.as_str(), "OIDC"),
        };
        Self {
            name: name.to_owned(),
            provider_type,
            issuer: None,
            mapping: federation.attribute_mapping,
            kind: federation.kind,
        }
    }

    /// Whether its answer is an ID token, which can repeat a nonce.
    pub fn takes_nonce(&self) -> bool {
        self.oidc().is_some()
    }

    fn oidc(&self) -> Option<&Oidc> {
        match &self.kind {
            ProviderKind::Google(oidc)
            | ProviderKind::Apple(oidc)
            | ProviderKind::Oidc(_, oidc) => Some(oidc),
            ProviderKind::Facebook(_) | ProviderKind::LoginWithAmazon(_) => None,
        }
    }

    /// Where the browser goes to sign in.
    pub fn authorize_url(&self, redirect_uri: &str, state: &str, nonce: Option<&str>) -> String {
        match &self.kind {
            ProviderKind::Facebook(facebook) => {
                facebook::authorize_url(facebook, redirect_uri, state)
            }
            ProviderKind::LoginWithAmazon(amazon) => {
                amazon::authorize_url(amazon, redirect_uri, state)
            }
            ProviderKind::Google(oidc)
            | ProviderKind::Apple(oidc)
            | ProviderKind::Oidc(_, oidc) => {
                oidc::authorize_url(oidc, (redirect_uri, state), nonce)
            }
        }
    }

    /// Announces the checks of [`Provider::who_is`].
    pub fn plan(&self, cloud: &mut Cloud) {
        match &self.kind {
            ProviderKind::Facebook(_) => facebook::plan(cloud),
            ProviderKind::LoginWithAmazon(_) => amazon::plan(cloud),
            ProviderKind::Google(_) | ProviderKind::Apple(_) | ProviderKind::Oidc(..) => {
                oidc::plan(cloud);
            }
        }
    }

    /// Asks the provider who the code stands for.
    pub fn who_is(
        &self,
        cloud: &mut Cloud,
        pool: &ActorId,
        answer: Answer<'_>,
    ) -> Result<Profile, ProviderError> {
        let sent = (answer.code, answer.redirect_uri);
        match &self.kind {
            ProviderKind::Facebook(facebook) => facebook::who_is(cloud, pool, facebook, sent),
            ProviderKind::LoginWithAmazon(amazon) => amazon::who_is(cloud, pool, amazon, sent),
            ProviderKind::Google(oidc)
            | ProviderKind::Apple(oidc)
            | ProviderKind::Oidc(_, oidc) => oidc::who_is(cloud, pool, (&self.name, oidc), answer),
        }
    }
}

/// What the browser brought back, and what goes with it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer<'a> {
    pub code: &'a str,
    pub redirect_uri: &'a str,
    /// What the ID token must repeat, where a nonce was sent
    pub nonce: Option<&'a str>,
}

/// What a provider answered, as JSON, and in which exchange.
struct Reply {
    exchange: ExchangeId,
    body: Value,
}

/// One call to a provider on behalf of whoever is signing in.
fn call(cloud: &mut Cloud, pool: &ActorId, request: Request) -> Result<Reply, String> {
    let answer = cloud.send(pool, request).map_err(|e| e.to_string())?;
    let body = answer.response.json_body().map_err(|e| e.to_string())?;
    if !answer.response.status().is_success() {
        let status = answer.response.status().as_u16();
        let (code, why) = (text(&body, "error"), text(&body, "error_description"));
        return Err(format!("{status} {code} {why}").trim_end().to_owned());
    }
    Ok(Reply {
        exchange: answer.exchange,
        body,
    })
}

/// Redeems a code with the pool's own secret.
fn redeem(
    cloud: &mut Cloud,
    pool: &ActorId,
    (token_url, client_id, client_secret): (&str, &str, &str),
    (code, redirect_uri): (&str, &str),
) -> Result<Reply, String> {
    let grant = Grant::AuthorizationCode {
        code: code.to_owned(),
        redirect_uri: redirect_uri.to_owned(),
        code_verifier: None,
    };
    let asked = TokenRequest {
        client_id: Some(client_id.to_owned()),
        client_secret: Some(client_secret.to_owned()),
        grant,
    };
    let request = post_form(token_url, &asked.to_form()).map_err(|e| e.to_string())?;
    call(cloud, pool, request)
}

fn text(body: &Value, member: &str) -> String {
    let found = body.get(member).and_then(Value::as_str);
    found.unwrap_or_default().to_owned()
}
