//! The identity providers behind a user pool. Each kind is one file that knows where to send the
//! browser and how to find out, with the code that comes back, who signed in.

mod facebook;

use crate::cloud::Cloud;
use crate::cloud::ledger::{ActorId, Source};

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

/// What sort of provider.
#[derive(Clone, Debug)]
pub enum ProviderKind {
    /// Facebook
    Facebook(Facebook),
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
        let name = match &federation.kind {
            ProviderKind::Facebook(_) => "Facebook",
        };
        Self {
            name: name.to_owned(),
            provider_type: name,
            issuer: None,
            mapping: federation.attribute_mapping,
            kind: federation.kind,
        }
    }

    /// Where the browser goes to sign in.
    pub fn authorize_url(&self, redirect_uri: &str, state: &str) -> String {
        match &self.kind {
            ProviderKind::Facebook(facebook) => {
                facebook::authorize_url(facebook, redirect_uri, state)
            }
        }
    }

    /// Announces the checks of [`Provider::who_is`].
    pub fn plan(&self, cloud: &mut Cloud) {
        match &self.kind {
            ProviderKind::Facebook(_) => facebook::plan(cloud),
        }
    }

    /// Asks the provider who the code stands for.
    pub fn who_is(
        &self,
        cloud: &mut Cloud,
        pool: &ActorId,
        (code, redirect_uri): (&str, &str),
    ) -> Result<Profile, ProviderError> {
        match &self.kind {
            ProviderKind::Facebook(facebook) => {
                facebook::who_is(cloud, pool, facebook, (code, redirect_uri))
            }
        }
    }
}
