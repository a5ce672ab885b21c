//! What a developer sets for an identity pool: push sync, streams, and the function that sees
//! changes before they are written.

use serde_json::{Map, Value, json};

use super::gate::{self, Wants};
use super::invalid;
use super::place::Place;
use crate::cloud::Cloud;
use crate::cloud::aws::{AwsError, shorten};
use crate::cloud::front_door::Route;
use crate::protocol::message::{Message, Request};

const WELL_FORMED: (&str, &str) = ("Well formed", "Cognito Sync API reference (legacy)");
const PUSH: (&str, &str) = ("Push sync", "Cognito guide: push sync (legacy)");
/// The most apps of an identity pool. AWS names no number; this is Tokentrail's limit.
const MAX_APPLICATIONS: usize = 20;

/// Telling devices of changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushSync {
    /// SNS platform applications
    pub application_arns: Vec<String>,
    /// The role that Sync assumes to publish
    pub role_arn: String,
}

/// Sending every change to a Kinesis stream. The stream itself is not simulated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Streams {
    /// Its name
    pub stream_name: String,
    /// The role that Sync assumes to write
    pub role_arn: String,
    /// `ENABLED` or `DISABLED`
    pub status: String,
}

/// The settings of an identity pool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PoolSettings {
    pub push: Option<PushSync>,
    pub streams: Option<Streams>,
    /// The function's ARN
    pub sync_trigger: Option<String>,
}

impl PoolSettings {
    pub fn in_words(&self) -> String {
        let push = self.push.as_ref();
        let push = push.map_or_else(
            || "no push sync".to_owned(),
            |push| {
                format!(
                    "push sync to {} as {}",
                    push.application_arns.join(", "),
                    push.role_arn
                )
            },
        );
        let streams = self.streams.as_ref();
        let streams = streams.map_or_else(
            || "no stream".to_owned(),
            |streams| format!("stream {} {}", streams.stream_name, streams.status),
        );
        let trigger = self.sync_trigger.as_deref().unwrap_or("no sync trigger");
        format!("{push}; {streams}; {trigger}")
    }

    fn json(&self, pool: &str) -> Value {
        let mut answer = Map::new();
        answer.insert("IdentityPoolId".to_owned(), json!(pool));
        if let Some(push) = &self.push {
            let push =
                json!({ "ApplicationArns": push.application_arns, "RoleArn": push.role_arn });
            answer.insert("PushSync".to_owned(), push);
        }
        if let Some(streams) = &self.streams {
            let streams = json!({
                "StreamName": streams.stream_name,
                "RoleArn": streams.role_arn,
                "StreamingStatus": streams.status,
            });
            answer.insert("CognitoStreams".to_owned(), streams);
        }
        Value::Object(answer)
    }
}

/// Sets push sync up before the story begins.
pub fn set_push(cloud: &mut Cloud, pool: &str, push: PushSync) {
    cloud.sync.credentials.remove(pool);
    cloud.sync.settings.entry(pool.to_owned()).or_default().push = Some(push);
}

/// Sets the sync trigger before the story begins.
pub fn set_events(cloud: &mut Cloud, pool: &str, function_arn: &str) {
    let settings = cloud.sync.settings.entry(pool.to_owned()).or_default();
    settings.sync_trigger = Some(function_arn.to_owned());
}

fn body(request: &Request) -> Result<Map<String, Value>, AwsError> {
    match request.json_body() {
        Ok(Value::Object(body)) => Ok(body),
        _ => {
            let message = "Unable to parse the request body as a JSON object";
            Err(AwsError::new("SerializationException", 400, message))
        }
    }
}

fn texts(value: Option<&Value>) -> Result<Vec<String>, AwsError> {
    let wrong = || AwsError::new("SerializationException", 400, "Expected a list of texts");
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong))
            .collect(),
        Some(_) => Err(wrong()),
    }
}

fn read(request: &Request) -> Result<(Option<PushSync>, Option<Streams>), AwsError> {
    let body = body(request)?;
    let text = |part: &Value, name: &str| {
        let found = part.get(name).and_then(Value::as_str);
        found.unwrap_or_default().to_owned()
    };
    let part = |name: &str| body.get(name).filter(|part| part.is_object());
    let push = part("PushSync").map(|part| {
        Ok::<_, AwsError>(PushSync {
            application_arns: texts(part.get("ApplicationArns"))?,
            role_arn: text(part, "RoleArn"),
        })
    });
    let streams = part("CognitoStreams").map(|part| Streams {
        stream_name: text(part, "StreamName"),
        role_arn: text(part, "RoleArn"),
        status: text(part, "StreamingStatus"),
    });
    if let Some(streams) = &streams
        && !matches!(streams.status.as_str(), "ENABLED" | "DISABLED")
    {
        return Err(invalid(format!(
            "1 validation error detected: Value '{}' at 'cognitoStreams.streamingStatus' failed \
             to satisfy constraint: Member must satisfy enum value set: [ENABLED, DISABLED]",
            shorten(&streams.status)
        )));
    }
    Ok((push.transpose()?, streams))
}

/// `SetIdentityPoolConfiguration`.
pub fn set(
    cloud: &mut Cloud,
    route: &Route,
    request: &Request,
    place: &Place,
) -> Result<Value, AwsError> {
    let later = [WELL_FORMED, PUSH];
    gate::open(cloud, (route, request, place), Wants::Developer, &later)?;
    let found = read(request);
    let actual = match &found {
        Ok(_) => "as the API wants it".to_owned(),
        Err(error) => shorten(&error.message),
    };
    let expected = "PushSync and CognitoStreams";
    cloud
        .ledger
        .verify(WELL_FORMED.0, found.is_ok(), expected, actual);
    let (push, streams) = found?;
    if let Some(push) = &push {
        check_push(cloud, push)?;
    } else {
        cloud.ledger.skip(PUSH.0);
    }
    cloud.sync.credentials.remove(&place.pool);
    let settings = cloud.sync.settings.entry(place.pool.clone()).or_default();
    settings.push = push;
    settings.streams = streams;
    let answer = settings.json(&place.pool);
    Ok(answer)
}

/// The apps and the role must be there. The codes are AWS's, the wording Tokentrail's.
fn check_push(cloud: &mut Cloud, push: &PushSync) -> Result<(), AwsError> {
    let missing = push
        .application_arns
        .iter()
        .find(|arn| !cloud.sns.has_application(arn));
    let problem = if push.application_arns.len() > MAX_APPLICATIONS {
        Some(format!("more than {MAX_APPLICATIONS} applications"))
    } else if let Some(arn) = missing {
        Some(format!("{} is no platform application", shorten(arn)))
    } else if cloud.iam.role(&push.role_arn).is_none() {
        Some(format!("{} is no role", shorten(&push.role_arn)))
    } else {
        None
    };
    let actual = problem
        .clone()
        .unwrap_or_else(|| "they are there".to_owned());
    let expected = "platform applications and a role";
    cloud
        .ledger
        .verify(PUSH.0, problem.is_none(), expected, actual);
    match problem {
        None => Ok(()),
        Some(problem) => Err(invalid(problem)),
    }
}

/// `GetIdentityPoolConfiguration`.
pub fn get(
    cloud: &mut Cloud,
    route: &Route,
    request: &Request,
    place: &Place,
) -> Result<Value, AwsError> {
    gate::open(cloud, (route, request, place), Wants::Developer, &[])?;
    Ok(cloud.sync.settings(&place.pool).json(&place.pool))
}

/// `SetCognitoEvents`. The only event is the sync trigger.
pub fn set_cognito_events(
    cloud: &mut Cloud,
    route: &Route,
    request: &Request,
    place: &Place,
) -> Result<Value, AwsError> {
    gate::open(
        cloud,
        (route, request, place),
        Wants::Developer,
        &[WELL_FORMED],
    )?;
    let found = body(request).and_then(|body| match body.get("Events") {
        Some(Value::Object(events)) => {
            if let Some(other) = events.keys().find(|name| *name != "SyncTrigger") {
                return Err(invalid(format!("{} is no event", shorten(other))));
            }
            let function = events.get("SyncTrigger").and_then(Value::as_str);
            Ok(function.filter(|arn| !arn.is_empty()).map(str::to_owned))
        }
        _ => Err(invalid(
            "1 validation error detected: Value null at 'events' failed to satisfy constraint: \
             Member must not be null",
        )),
    });
    let actual = match &found {
        Ok(function) => function.clone().unwrap_or_else(|| "none".to_owned()),
        Err(error) => shorten(&error.message),
    };
    cloud
        .ledger
        .verify(WELL_FORMED.0, found.is_ok(), "a SyncTrigger", actual);
    let settings = cloud.sync.settings.entry(place.pool.clone());
    let function = found?;
    settings.or_default().sync_trigger = function;
    Ok(json!({}))
}
