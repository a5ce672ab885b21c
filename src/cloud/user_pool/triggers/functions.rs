//! A pool's small functions as data, and what each answers to an event.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Kind, TriggerKind, text};

/// A pool's functions.
#[derive(Clone, Debug, Default)]
pub struct Triggers {
    /// Decides about sign-ups
    pub pre_sign_up: Option<PreSignUp>,
    /// Runs when somebody was confirmed
    pub post_confirmation: Option<PostConfirmation>,
    /// Changes what tokens say
    pub pre_token_generation: Option<PreTokenGeneration>,
    /// Brings users over from elsewhere
    pub migrate_user: Option<MigrateUser>,
    /// Lambda functions by ARN, which come before those above
    pub lambda: BTreeMap<TriggerKind, String>,
}

/// Decides about sign-ups.
#[derive(Clone, Debug, Default)]
pub struct PreSignUp {
    /// Only addresses at these domains may sign up; all where none is named
    pub allowed_domains: Vec<String>,
    /// New users need no confirmation
    pub auto_confirm: bool,
    /// Their addresses count as verified
    pub auto_verify_email: bool,
}

/// Runs when somebody was confirmed.
#[derive(Clone, Debug, Default)]
pub struct PostConfirmation {
    /// The group it puts the user into
    pub add_to_group: Option<String>,
    /// What it fails with
    pub fails_with: Option<String>,
}

/// Changes what tokens say (version 1 of the event: the ID token, and groups in both).
#[derive(Clone, Debug, Default)]
pub struct PreTokenGeneration {
    /// Claims that it adds or overrides
    pub add: Vec<(String, String)>,
    /// Claims that it leaves out
    pub suppress: Vec<String>,
    /// Groups instead of the user's own
    pub groups: Option<Vec<String>>,
    /// What it fails with
    pub fails_with: Option<String>,
}

/// Brings users over from an older directory, at their first sign-in or forgotten password.
#[derive(Clone, Debug, Default)]
pub struct MigrateUser {
    /// Who is in the older directory
    pub users: Vec<MigratedUser>,
}

/// Somebody in an older directory.
#[derive(Clone, Debug, Default)]
pub struct MigratedUser {
    /// Username there and here
    pub username: String,
    /// Password
    pub password: String,
    /// Attributes
    pub attributes: Vec<(String, String)>,
}

impl Triggers {
    pub(super) fn has(&self, kind: Kind) -> bool {
        if self.lambda.contains_key(&kind) {
            return true;
        }
        match kind {
            Kind::PreSignUp => self.pre_sign_up.is_some(),
            Kind::PostConfirmation => self.post_confirmation.is_some(),
            Kind::PreTokenGeneration => self.pre_token_generation.is_some(),
            Kind::UserMigration => self.migrate_user.is_some(),
        }
    }

    /// What the function answers to an event; a text where it throws. `None`: there is none.
    pub(super) fn run(&self, kind: Kind, event: &Value) -> Option<Result<Value, String>> {
        match kind {
            Kind::PreSignUp => self.pre_sign_up.as_ref().map(|it| it.run(event)),
            Kind::PostConfirmation => self.post_confirmation.as_ref().map(PostConfirmation::run),
            Kind::PreTokenGeneration => self
                .pre_token_generation
                .as_ref()
                .map(PreTokenGeneration::run),
            Kind::UserMigration => self.migrate_user.as_ref().map(|it| it.run(event)),
        }
    }
}

impl PreSignUp {
    fn run(&self, event: &Value) -> Result<Value, String> {
        let email = text(event, "/request/userAttributes/email");
        let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
        let listed = |allowed: &String| allowed.eq_ignore_ascii_case(domain);
        if !self.allowed_domains.is_empty() && !self.allowed_domains.iter().any(listed) {
            let domains = self.allowed_domains.join(", ");
            return Err(format!("Only addresses at {domains} may sign up"));
        }
        Ok(json!({
            "autoConfirmUser": self.auto_confirm,
            "autoVerifyEmail": self.auto_verify_email && !email.is_empty(),
            "autoVerifyPhone": false,
        }))
    }
}

impl PostConfirmation {
    fn run(&self) -> Result<Value, String> {
        match &self.fails_with {
            Some(message) => Err(message.clone()),
            None => Ok(json!({})),
        }
    }
}

impl PreTokenGeneration {
    fn run(&self) -> Result<Value, String> {
        if let Some(message) = &self.fails_with {
            return Err(message.clone());
        }
        let add: Map<String, Value> = self
            .add
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect();
        let mut details =
            json!({ "claimsToAddOrOverride": add, "claimsToSuppress": self.suppress });
        if let Some(groups) = &self.groups {
            details["groupOverrideDetails"] = json!({ "groupsToOverride": groups });
        }
        Ok(json!({ "claimsOverrideDetails": details }))
    }
}

impl MigrateUser {
    fn run(&self, event: &Value) -> Result<Value, String> {
        let name = text(event, "/userName");
        let found = self.users.iter().find(|user| user.username == name);
        let user = found.ok_or("User not found")?;
        let signs_in = text(event, "/triggerSource") == "UserMigration_Authentication";
        if signs_in && text(event, "/request/password") != user.password {
            return Err("Bad password".to_owned());
        }
        let mut attributes: Map<String, Value> = user
            .attributes
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect();
        if attributes.contains_key("email") {
            attributes.insert("email_verified".to_owned(), json!("true"));
        }
        let status = if signs_in {
            "CONFIRMED"
        } else {
            "RESET_REQUIRED"
        };
        Ok(json!({
            "userAttributes": attributes,
            "finalUserStatus": status,
            "messageAction": "SUPPRESS",
        }))
    }
}
