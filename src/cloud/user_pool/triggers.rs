//! The functions that a pool calls on its way: before a sign-up, after a confirmation, before
//! tokens are made, and for somebody it does not know. Each is small and declared as data; it gets
//! the event that Lambda would get and fills in its response.

use serde_json::{Map, Value, json};

use super::claims::Overrides;
use super::model::{Pool, User};
use crate::cloud::aws::AwsError;
use crate::cloud::{Cloud, REGION};

const TRIGGER_GUIDE: &str = "Cognito guide: customizing user pool workflows with Lambda triggers";

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

/// Which function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    PreSignUp,
    PostConfirmation,
    PreTokenGeneration,
    UserMigration,
}

impl Kind {
    /// As error messages name it.
    fn name(self) -> &'static str {
        match self {
            Self::PreSignUp => "PreSignUp",
            Self::PostConfirmation => "PostConfirmation",
            Self::PreTokenGeneration => "PreTokenGeneration",
            Self::UserMigration => "UserMigration",
        }
    }

    fn check(self) -> &'static str {
        match self {
            Self::PreSignUp => "Pre sign-up function",
            Self::PostConfirmation => "Post confirmation function",
            Self::PreTokenGeneration => "Pre token generation function",
            Self::UserMigration => "Migrate user function",
        }
    }
}

impl Triggers {
    fn has(&self, kind: Kind) -> bool {
        match kind {
            Kind::PreSignUp => self.pre_sign_up.is_some(),
            Kind::PostConfirmation => self.post_confirmation.is_some(),
            Kind::PreTokenGeneration => self.pre_token_generation.is_some(),
            Kind::UserMigration => self.migrate_user.is_some(),
        }
    }

    /// What the function answers to an event; a text where it throws. `None`: there is none.
    fn run(&self, kind: Kind, event: &Value) -> Option<Result<Value, String>> {
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

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Announces the call, where the pool has such a function.
pub(super) fn plan(cloud: &mut Cloud, pool_id: &str, kind: Kind) {
    if cloud
        .user_pools
        .get(pool_id)
        .is_some_and(|pool| pool.triggers.has(kind))
    {
        cloud.ledger.plan(&[(kind.check(), TRIGGER_GUIDE)]);
    }
}

/// Withdraws the announcement: it is not called this time.
pub(super) fn skip(cloud: &mut Cloud, kind: Kind) {
    cloud.ledger.skip(kind.check());
}

/// Calls a function with an event and returns its response; `None` where the pool has no such
/// function. The only place where functions are called.
fn invoke(
    cloud: &mut Cloud,
    pool_id: &str,
    kind: Kind,
    event: &Value,
) -> Result<Option<Value>, AwsError> {
    let pool = cloud.user_pools.get(pool_id);
    let Some(outcome) = pool.and_then(|pool| pool.triggers.run(kind, event)) else {
        return Ok(None);
    };
    let expected = format!("an answer to {}", text(event, "/triggerSource"));
    match outcome {
        Ok(response) => {
            let actual = response.to_string();
            cloud.ledger.passed(kind.check(), expected, actual);
            Ok(Some(response))
        }
        Err(message) => {
            let actual = format!("it failed: {message}");
            cloud.ledger.failed(kind.check(), expected, actual);
            let message = format!("{} failed with error {message}.", kind.name());
            Err(AwsError::new("UserLambdaValidationException", 400, message))
        }
    }
}

/// An event as Lambda gets it, with an empty response.
fn event(source: &str, (pool_id, client): (&str, &str), username: &str, request: Value) -> Value {
    json!({
        "version": "1",
        "triggerSource": source,
        "region": REGION,
        "userPoolId": pool_id,
        "userName": username,
        "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client },
        "request": request,
        "response": {},
    })
}

/// A profile as events carry it.
fn attributes_of(user: &User) -> Map<String, Value> {
    let mut all = Map::new();
    all.insert("sub".to_owned(), json!(user.sub));
    all.insert("cognito:user_status".to_owned(), json!(user.status.name()));
    for (name, value) in &user.attributes {
        all.insert(name.clone(), json!(value));
    }
    all
}

/// How somebody becomes a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SignUpBy {
    SignUp,
    AdminCreateUser,
    ExternalProvider,
}

/// What a function decided about a sign-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SignUpDecision {
    pub confirm: bool,
    pub verify_email: bool,
}

/// Asks whether somebody may become a user.
pub(super) fn pre_sign_up(
    cloud: &mut Cloud,
    place: (&str, &str),
    by: SignUpBy,
    (username, attributes): (&str, &[(String, String)]),
) -> Result<SignUpDecision, AwsError> {
    let source = match by {
        SignUpBy::SignUp => "PreSignUp_SignUp",
        SignUpBy::AdminCreateUser => "PreSignUp_AdminCreateUser",
        SignUpBy::ExternalProvider => "PreSignUp_ExternalProvider",
    };
    let all: Map<String, Value> = attributes
        .iter()
        .map(|(name, value)| (name.clone(), json!(value)))
        .collect();
    let request = json!({ "userAttributes": all, "validationData": null });
    let event = event(source, place, username, request);
    let response = invoke(cloud, place.0, Kind::PreSignUp, &event)?.unwrap_or_default();
    let flag = |name: &str| response.get(name).and_then(Value::as_bool) == Some(true);
    // An administrator's user has a password to change first: confirming is not for the function
    let own = by == SignUpBy::SignUp;
    Ok(SignUpDecision {
        confirm: own && flag("autoConfirmUser"),
        verify_email: flag("autoVerifyEmail"),
    })
}

/// Tells that somebody was confirmed. The user stays confirmed even where the function fails.
pub(super) fn post_confirmation(
    cloud: &mut Cloud,
    place: (&str, &str),
    source: &str,
    username: &str,
) -> Result<(), AwsError> {
    let pool = cloud.user_pools.get(place.0);
    let Some(user) = pool.and_then(|pool| pool.users.get(username)) else {
        return Ok(());
    };
    let request = json!({ "userAttributes": attributes_of(user) });
    let event = event(source, place, username, request);
    if invoke(cloud, place.0, Kind::PostConfirmation, &event)?.is_none() {
        return Ok(());
    }
    if let Some(pool) = cloud.user_pools.get_mut(place.0) {
        join_group(pool, username);
    }
    Ok(())
}

/// What the function does with the administrators' API.
fn join_group(pool: &mut Pool, username: &str) {
    let function = pool.triggers.post_confirmation.as_ref();
    let Some(group) = function.and_then(|it| it.add_to_group.clone()) else {
        return;
    };
    if pool.groups.contains_key(&group)
        && let Some(user) = pool.users.get_mut(username)
    {
        user.groups.insert(group);
    }
}

/// Asks what tokens are to say besides.
pub(super) fn pre_token_generation(
    cloud: &mut Cloud,
    place: (&str, &str),
    source: &str,
    username: &str,
) -> Result<Overrides, AwsError> {
    let pool = cloud.user_pools.get(place.0);
    let Some(user) = pool.and_then(|pool| pool.users.get(username)) else {
        return Ok(Overrides::default());
    };
    let request = json!({
        "userAttributes": attributes_of(user),
        "groupConfiguration": { "groupsToOverride": user.groups },
    });
    let event = event(source, place, username, request);
    plan(cloud, place.0, Kind::PreTokenGeneration);
    let response = invoke(cloud, place.0, Kind::PreTokenGeneration, &event)?;
    Ok(response.map_or_else(Overrides::default, |it| overrides(&it)))
}

fn overrides(response: &Value) -> Overrides {
    let names = |pointer: &str| {
        let list = response.pointer(pointer).and_then(Value::as_array)?;
        let names = list.iter().filter_map(Value::as_str).map(str::to_owned);
        Some(names.collect::<Vec<String>>())
    };
    let add = response.pointer("/claimsOverrideDetails/claimsToAddOrOverride");
    let add = add.and_then(Value::as_object).cloned().unwrap_or_default();
    Overrides {
        add: add.into_iter().collect(),
        suppress: names("/claimsOverrideDetails/claimsToSuppress").unwrap_or_default(),
        groups: names("/claimsOverrideDetails/groupOverrideDetails/groupsToOverride"),
    }
}

/// Somebody brought over from elsewhere.
#[derive(Debug)]
pub(super) struct Migrated {
    pub attributes: Vec<(String, String)>,
    /// Signs in with the password just typed; otherwise a new one must be chosen
    pub confirmed: bool,
}

/// Asks for somebody the pool does not know; with a password at sign-in, without for a forgotten
/// one. `None` where there is no such function, or it does not know either.
pub(super) fn migrate_user(
    cloud: &mut Cloud,
    place: (&str, &str),
    (username, password): (&str, Option<&str>),
) -> Option<Migrated> {
    let (source, request) = match password {
        Some(password) => (
            "UserMigration_Authentication",
            json!({ "password": password, "validationData": null }),
        ),
        None => ("UserMigration_ForgotPassword", json!({})),
    };
    let event = event(source, place, username, request);
    let response = invoke(cloud, place.0, Kind::UserMigration, &event).ok()??;
    let attributes = response.get("userAttributes")?.as_object()?;
    let plain = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
    Some(Migrated {
        attributes: attributes.iter().filter_map(plain).collect(),
        confirmed: text(&response, "/finalUserStatus") == "CONFIRMED",
    })
}

/// A pool's functions in words, for the inspector.
pub(super) fn in_words(triggers: &Triggers) -> Option<String> {
    let all = [
        Kind::PreSignUp,
        Kind::PostConfirmation,
        Kind::PreTokenGeneration,
        Kind::UserMigration,
    ];
    let names: Vec<&str> = all
        .into_iter()
        .filter(|kind| triggers.has(*kind))
        .map(Kind::check)
        .collect();
    (!names.is_empty()).then(|| names.join("\n"))
}
