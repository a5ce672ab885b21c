//! Values by reference: what somebody holds, and what templates name.

use serde_json::Value as Json;

use super::super::action::{LoginWith, Value, What};
use super::super::build::FACEBOOK_LOGIN;
use super::super::template::{Reference, Template};
use super::{Hands, StepError};
use crate::cloud::ledger::{ActorId, ArtifactId, ArtifactValue, CredentialsValue};

impl Hands<'_> {
    /// The latest thing of a kind that an actor holds, or what it uses in place of that.
    pub(super) fn latest(&self, actor: &ActorId, what: What) -> Result<ArtifactId, StepError> {
        match self.learner.instead.get(&(actor.clone(), what)) {
            Some(Value::Held(other, kind)) => self.latest_held(&ActorId::new(other), *kind),
            _ => self.latest_held(actor, what),
        }
    }

    fn latest_held(&self, actor: &ActorId, what: What) -> Result<ArtifactId, StepError> {
        let latest = self.cloud.ledger.latest_of_kind(actor, what.kind());
        let name = || {
            self.cloud
                .actor(actor)
                .map_or(actor.to_string(), |actor| actor.name.clone())
        };
        latest.ok_or_else(|| StepError::NothingHeld { who: name(), what })
    }

    /// The text of the latest thing of a kind that an actor holds.
    pub(super) fn latest_text(&self, actor: &ActorId, what: What) -> Result<String, StepError> {
        if let Some(Value::Text(text)) = self.learner.instead.get(&(actor.clone(), what)) {
            return self.fill(text);
        }
        let id = self.latest(actor, what)?;
        match self
            .cloud
            .ledger
            .artifact(id)
            .map(|artifact| &artifact.value)
        {
            Some(ArtifactValue::Text(text)) => Ok(text.clone()),
            Some(ArtifactValue::Credentials(value)) => Ok(value.access_key_id.clone()),
            None => Err(StepError::NothingHeld {
                who: actor.to_string(),
                what,
            }),
        }
    }

    /// The text this device holds of a kind.
    pub(super) fn own_text(&self, what: What) -> Result<String, StepError> {
        self.latest_text(&self.device, what)
    }

    /// A value that an action names.
    pub(super) fn value(&self, value: &Value) -> Result<String, StepError> {
        match value {
            Value::Held(actor, what) => self.latest_text(&ActorId::new(actor), *what),
            Value::Text(template) => self.fill(template),
        }
    }

    /// The credentials that an action names, or the latest this device holds. Whoever names
    /// credentials means these; where nothing is named a long-term key signs if no session does.
    pub(super) fn credentials(&self, value: Option<&Value>) -> Result<CredentialsValue, StepError> {
        let id = match value {
            Some(Value::Held(actor, What::LongTermKey)) => {
                self.latest(&ActorId::new(actor), What::LongTermKey)?
            }
            Some(Value::Held(actor, _)) => self.latest(&ActorId::new(actor), What::Credentials)?,
            Some(Value::Text(_)) | None => {
                let key = || self.latest(&self.device, What::LongTermKey);
                let session = self.latest(&self.device, What::Credentials);
                session.or_else(|error| key().map_err(|_| error))?
            }
        };
        match self
            .cloud
            .ledger
            .artifact(id)
            .map(|artifact| &artifact.value)
        {
            Some(ArtifactValue::Credentials(value)) => Ok(value.clone()),
            _ => Err(StepError::NothingHeld {
                who: self.device.to_string(),
                what: What::Credentials,
            }),
        }
    }

    /// The Logins map of an identity pool call; empty for a guest.
    pub(super) fn logins(&self, login: Option<&LoginWith>) -> Result<Json, StepError> {
        let mut logins = serde_json::Map::new();
        if let Some(login) = login {
            self.add_login(login, &mut logins)?;
        }
        Ok(Json::Object(logins))
    }

    fn add_login(
        &self,
        login: &LoginWith,
        logins: &mut serde_json::Map<String, Json>,
    ) -> Result<(), StepError> {
        let (key, value) = match login {
            LoginWith::UserPool(pool, value) => {
                let key = self.names.login_key(pool);
                let key = key.ok_or_else(|| StepError::NoValue(pool.clone()))?;
                (key.to_owned(), value)
            }
            LoginWith::Oidc(provider, value) => {
                let key = self.names.login_key(provider);
                let key = key.ok_or_else(|| StepError::NoValue(provider.clone()))?;
                (key.to_owned(), value)
            }
            LoginWith::Facebook(value) => (FACEBOOK_LOGIN.to_owned(), value),
            LoginWith::Google(value) => ("accounts.google.com".to_owned(), value),
            LoginWith::Amazon(value) => ("www.amazon.com".to_owned(), value),
            LoginWith::Apple(value) => ("appleid.apple.com".to_owned(), value),
            LoginWith::Named(name, value) => (name.clone(), value),
            LoginWith::Several(proofs) => {
                return proofs.iter().try_for_each(|it| self.add_login(it, logins));
            }
        };
        logins.insert(key, Json::String(self.value(value)?));
        Ok(())
    }

    /// A template with its references filled in.
    pub(super) fn fill(&self, template: &Template) -> Result<String, StepError> {
        template.fill(|reference| self.look_up(reference))
    }

    fn look_up(&self, reference: &Reference) -> Result<String, StepError> {
        if let Some(value) = self.names.value(&reference.of, &reference.field) {
            return Ok(value);
        }
        let actor = ActorId::new(&reference.of);
        let (field, claim) = match reference.field.split_once('.') {
            Some((field, claim)) => (field, Some(claim)),
            None => (reference.field.as_str(), None),
        };
        let no_value = || StepError::NoValue(reference.to_string());
        let what = match field {
            "identity_id" => What::IdentityId,
            "id_token" => What::IdToken,
            "access_token" => What::AccessToken,
            "refresh_token" => What::RefreshToken,
            "pool_token" => What::PoolToken,
            "provider_token" => What::OpaqueToken,
            "code" => What::ConfirmationCode,
            "assertion" => What::Assertion,
            "access_key_id" | "session_token" => What::Credentials,
            _ => return Err(no_value()),
        };
        let artifact = match what {
            // A long-term key where there is no session, as for signing
            What::Credentials => self
                .latest(&actor, what)
                .or_else(|error| self.latest(&actor, What::LongTermKey).map_err(|_| error))?,
            _ => self.latest(&actor, what)?,
        };
        let artifact = self.cloud.ledger.artifact(artifact).ok_or_else(no_value)?;
        if let Some(claim) = claim {
            let found = artifact
                .claims
                .as_ref()
                .and_then(|claims| claims.get(claim));
            return found.map(plain).ok_or_else(no_value);
        }
        match &artifact.value {
            ArtifactValue::Text(text) => Ok(text.clone()),
            ArtifactValue::Credentials(value) if field == "session_token" => {
                value.session_token.clone().ok_or_else(no_value)
            }
            ArtifactValue::Credentials(value) => Ok(value.access_key_id.clone()),
        }
    }
}

/// A claim as text.
fn plain(value: &Json) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
