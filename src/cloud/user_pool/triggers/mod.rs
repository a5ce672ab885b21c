//! The functions that a pool calls on its way: before a sign-up, after a confirmation, before
//! tokens are made, and for somebody it does not know. Each is a Lambda function, called through the
//! front door, or a small one declared here as data; both get the same event and give its response.

mod functions;

pub use functions::{
    MigrateUser, MigratedUser, PostConfirmation, PreSignUp, PreTokenGeneration, Triggers,
};

use serde_json::{Map, Value, json};

use super::claims::Overrides;
use super::model::{Pool, User};
use super::tokens::actor_of;
use crate::cloud::aws::AwsError;
use crate::cloud::lambda::{self, Failure, Invocation};
use crate::cloud::{Cloud, REGION};

const TRIGGER_GUIDE: &str = "Cognito guide: customizing user pool workflows with Lambda triggers";

/// Which function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TriggerKind {
    /// Before somebody becomes a user
    PreSignUp,
    /// After a user, or a new password, was confirmed
    PostConfirmation,
    /// Before tokens are made
    PreTokenGeneration,
    /// For somebody the pool does not know
    UserMigration,
}

pub(super) use TriggerKind as Kind;

impl TriggerKind {
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
    let triggers = cloud.user_pools.get(pool_id).map(|pool| &pool.triggers);
    let function = triggers.and_then(|all| all.lambda.get(&kind)).cloned();
    let outcome = match function {
        Some(arn) => Some(invoke_lambda(cloud, pool_id, &arn, event)),
        None => triggers
            .and_then(|all| all.run(kind, event))
            .map(|outcome| outcome.map_err(Fault::Thrown)),
    };
    let Some(outcome) = outcome else {
        return Ok(None);
    };
    let expected = format!("an answer to {}", text(event, "/triggerSource"));
    match outcome {
        Ok(response) => {
            let actual = response.to_string();
            cloud.ledger.passed(kind.check(), expected, actual);
            Ok(Some(response))
        }
        Err(fault) => {
            let error = fault.error(kind);
            let actual = format!("it failed: {}", error.message);
            cloud.ledger.failed(kind.check(), expected, actual);
            Err(error)
        }
    }
}

/// Why a function gave no response.
enum Fault {
    /// It failed, saying this
    Thrown(String),
    /// Lambda did not run it
    Refused(String),
    /// What it gave is no response
    Unreadable,
}

impl Fault {
    fn error(self, kind: Kind) -> AwsError {
        let name = kind.name();
        match self {
            Self::Thrown(message) => {
                let message = format!("{name} failed with error {message}.");
                AwsError::new("UserLambdaValidationException", 400, message)
            }
            Self::Refused(code) => {
                let message = format!("{name} invocation failed due to error {code}.");
                AwsError::new("UnexpectedLambdaException", 400, message)
            }
            Self::Unreadable => {
                let message = "Unrecognizable lambda output";
                AwsError::new("InvalidLambdaResponseException", 400, message)
            }
        }
    }
}

/// Runs a Lambda function for the pool, as an exchange of its own.
fn invoke_lambda(
    cloud: &mut Cloud,
    pool_id: &str,
    function_arn: &str,
    event: &Value,
) -> Result<Value, Fault> {
    let actor = actor_of(cloud, pool_id);
    let account = super::account_of(cloud, &actor);
    let invocation = Invocation {
        function_arn,
        source_arn: &super::pool_arn(&account, pool_id),
        source_account: &account,
        event,
    };
    let answer = lambda::invoke_for_service(cloud, &actor, invocation);
    let mut answer = answer.map_err(|failure| match failure {
        Failure::Thrown { message, .. } => Fault::Thrown(message),
        Failure::Refused { code, .. } => Fault::Refused(code),
    })?;
    // A function gives the whole event back
    match answer.get_mut("response").map(Value::take) {
        Some(Value::Null) => Ok(Value::Object(Map::new())),
        Some(response @ Value::Object(_)) => Ok(response),
        _ => Err(Fault::Unreadable),
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
