//! `UpdateRecords`: all of the changes or none. Who changes a record says which change of it they
//! have seen; if there was another one since, the answer is 409 and the device has to look again.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::data::{Dataset, MAX_DATASET_BYTES, MAX_DATASETS, MAX_KEY_CHARS, MAX_RECORDS, Record};
use super::gate::{self, Asker, Wants};
use super::place::Place;
use super::{invalid, limit, push, trigger};
use crate::cloud::Cloud;
use crate::cloud::aws::{AwsError, shorten};
use crate::cloud::front_door::Route;
use crate::protocol::message::{Message, Request};
use crate::protocol::time::Moment;

const WELL_FORMED: (&str, &str) = ("Well formed", "Cognito Sync API reference: UpdateRecords");
const SESSION: (&str, &str) = (
    "Sync session",
    "Cognito Sync API reference: the token of ListRecords",
);
const LIMITS: (&str, &str) = ("Limits", "Cognito guide: quotas of Cognito Sync (legacy)");
const NO_CONFLICT: (&str, &str) = (
    "No conflict",
    "Cognito Sync API reference: ResourceConflictException",
);
/// The latest device date that is believed, in seconds since 1970: the year 9999.
const MAX_SECONDS: f64 = 253_000_000_000.0;

/// A change of one record.
#[derive(Clone, Debug)]
pub struct Patch {
    /// Which record
    pub key: String,
    /// Its new value; none removes it
    pub value: Option<String>,
    /// The change of it that the device has seen; 0 where it has seen none
    pub sync_count: i64,
    /// When it was changed on the device
    pub device_modified_at: Option<Moment>,
}

/// Everything a request says.
struct Input {
    device: Option<String>,
    token: String,
    patches: Vec<Patch>,
}

/// Runs the operation.
pub fn run(
    cloud: &mut Cloud,
    route: &Route,
    request: &Request,
    place: &Place,
) -> Result<Value, AwsError> {
    let later = [WELL_FORMED, SESSION, LIMITS, NO_CONFLICT];
    let asker = gate::open(cloud, (route, request, place), Wants::Any, &later)?;
    let input = read(request);
    let actual = match &input {
        Ok(input) => format!("{} changes", input.patches.len()),
        Err(error) => shorten(&error.message),
    };
    let expected = "a sync session token and changes of records";
    cloud
        .ledger
        .verify(WELL_FORMED.0, input.is_ok(), expected, actual);
    let mut input = input?;
    check_session(cloud, place, &input.token)?;
    let place_of = (place.identity.clone(), place.dataset.clone());
    let known = cloud.sync.datasets.get(&place_of).cloned();
    check_conflicts_and_limits(cloud, place, known.as_ref(), &input.patches)?;
    if asker.is_user() {
        let patches = std::mem::take(&mut input.patches);
        input.patches = trigger::run(cloud, route, (&asker, place), known.as_ref(), patches)?;
    }
    let device = input.device.clone();
    let (dataset, changed) = applied(cloud, &asker, known, input);
    let sync_count = dataset.sync_count;
    let records: Vec<Value> = changed
        .iter()
        .filter_map(|key| Some(dataset.records.get(key)?.json(key)))
        .collect();
    cloud.sync.datasets.insert(place_of, dataset);
    if !records.is_empty() {
        push::run(cloud, route, (&asker, place), device.as_deref(), sync_count);
    }
    Ok(json!({ "Records": records }))
}

fn read(request: &Request) -> Result<Input, AwsError> {
    let serialization = |what: &str| AwsError::new("SerializationException", 400, what);
    let body = match request.json_body() {
        Ok(Value::Object(body)) => body,
        _ => {
            return Err(serialization(
                "Unable to parse the request body as a JSON object",
            ));
        }
    };
    let text = |value: Option<&Value>| match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(serialization("Expected a text")),
    };
    let missing = |place: &str| {
        invalid(format!(
            "1 validation error detected: Value null at '{place}' failed to satisfy constraint: \
             Member must not be null"
        ))
    };
    let token = text(body.get("SyncSessionToken"))?.ok_or_else(|| missing("syncSessionToken"))?;
    let patches = match body.get("RecordPatches") {
        None | Some(Value::Null) => &[][..],
        Some(Value::Array(patches)) => patches.as_slice(),
        Some(_) => return Err(serialization("Expected a list")),
    };
    let patch = |json: &Value| -> Result<Patch, AwsError> {
        let op = text(json.get("Op"))?.ok_or_else(|| missing("op"))?;
        let key = text(json.get("Key"))?.ok_or_else(|| missing("key"))?;
        let value = text(json.get("Value"))?;
        let value = match op.as_str() {
            "replace" => Some(value.unwrap_or_default()),
            "remove" => None,
            _ => {
                return Err(invalid(format!(
                    "1 validation error detected: Value '{}' at 'op' failed to satisfy \
                     constraint: Member must satisfy enum value set: [replace, remove]",
                    shorten(&op)
                )));
            }
        };
        let sync_count = match json.get("SyncCount") {
            None | Some(Value::Null) => return Err(missing("syncCount")),
            Some(count) => count
                .as_i64()
                .ok_or_else(|| serialization("Expected a whole number"))?,
        };
        let date = json.get("DeviceLastModifiedDate");
        Ok(Patch {
            key,
            value,
            sync_count,
            device_modified_at: date
                .filter(|date| !date.is_null())
                .map(moment)
                .transpose()?,
        })
    };
    Ok(Input {
        device: text(body.get("DeviceId"))?,
        token,
        patches: patches.iter().map(patch).collect::<Result<_, _>>()?,
    })
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the range is checked, fractions of a millisecond do not count"
)]
fn moment(value: &Value) -> Result<Moment, AwsError> {
    let seconds = value
        .as_f64()
        .filter(|seconds| (0.0..MAX_SECONDS).contains(seconds));
    let seconds = seconds
        .ok_or_else(|| AwsError::new("SerializationException", 400, "Expected a timestamp"))?;
    Ok(Moment::from_millis((seconds * 1000.0).round() as i64))
}

/// Writing goes with the token that reading gave.
fn check_session(cloud: &mut Cloud, place: &Place, token: &str) -> Result<(), AwsError> {
    let session = cloud.sync.sessions.get(token);
    let actual = match session {
        None => "unknown",
        Some(session) if session.identity != place.identity || session.dataset != place.dataset => {
            "of another dataset"
        }
        Some(_) => "of this dataset",
    };
    let held = actual == "of this dataset";
    let expected = "a token that ListRecords gave for this dataset";
    match cloud.ledger.verify(SESSION.0, held, expected, actual) {
        true => Ok(()),
        // The code is AWS's, the wording Tokentrail's
        false => Err(invalid("The SyncSessionToken is not valid")),
    }
}

fn check_conflicts_and_limits(
    cloud: &mut Cloud,
    place: &Place,
    known: Option<&Dataset>,
    patches: &[Patch],
) -> Result<(), AwsError> {
    let over = limits_broken(cloud, place, known, patches);
    let expected =
        format!("{MAX_DATASETS} datasets, {MAX_RECORDS} records, {MAX_DATASET_BYTES} bytes");
    let actual = match &over {
        Some(error) => error.message.clone(),
        None => "within".to_owned(),
    };
    if !cloud
        .ledger
        .verify(LIMITS.0, over.is_none(), expected, actual)
    {
        return Err(over.unwrap_or_else(|| limit("")));
    }
    for patch in patches {
        let record = known.and_then(|known| known.records.get(&patch.key));
        let current = record.map_or(0, |record| record.sync_count);
        if patch.sync_count != current {
            let (key, not) = (&patch.key, patch.sync_count);
            let message = format!("Current SyncCount for: {key} is: {current} not: {not}");
            let expected = format!("{key} was last seen at {current}");
            cloud
                .ledger
                .failed(NO_CONFLICT.0, expected, format!("at {not}"));
            return Err(AwsError::new("ResourceConflictException", 409, message));
        }
    }
    let expected = "the device has seen the last change of every record";
    cloud.ledger.passed(
        NO_CONFLICT.0,
        expected,
        format!("{} records", patches.len()),
    );
    Ok(())
}

fn limits_broken(
    cloud: &Cloud,
    place: &Place,
    known: Option<&Dataset>,
    patches: &[Patch],
) -> Option<AwsError> {
    let keys: BTreeSet<&str> = patches.iter().map(|patch| patch.key.as_str()).collect();
    if keys.len() != patches.len() {
        return Some(invalid("A record may be changed only once in a request"));
    }
    if keys
        .iter()
        .any(|key| key.is_empty() || key.chars().count() > MAX_KEY_CHARS)
    {
        return Some(invalid(format!(
            "A record's key has 1 to {MAX_KEY_CHARS} characters"
        )));
    }
    let datasets = cloud.sync.of_identity(&place.identity);
    let count = datasets.filter(|(_, dataset)| dataset.exists).count();
    if known.is_none_or(|known| !known.exists) && count >= MAX_DATASETS {
        return Some(limit(format!(
            "An identity has at most {MAX_DATASETS} datasets"
        )));
    }
    // What the dataset would hold: keys and sizes only
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for (key, record) in known.iter().flat_map(|known| &known.records) {
        if let Some(value) = &record.value {
            sizes.insert(key, key.len() + value.len());
        }
    }
    for patch in patches {
        match &patch.value {
            Some(value) => sizes.insert(&patch.key, patch.key.len() + value.len()),
            None => sizes.remove(patch.key.as_str()),
        };
    }
    if sizes.len() > MAX_RECORDS {
        return Some(limit(format!(
            "A dataset has at most {MAX_RECORDS} records"
        )));
    }
    if sizes.values().sum::<usize>() > MAX_DATASET_BYTES {
        return Some(limit(format!(
            "A dataset has at most {MAX_DATASET_BYTES} bytes"
        )));
    }
    None
}

/// The dataset with the changes in it, and the keys that changed.
fn applied(
    cloud: &Cloud,
    asker: &Asker,
    known: Option<Dataset>,
    input: Input,
) -> (Dataset, Vec<String>) {
    let now = cloud.now();
    let by = input.device.unwrap_or_else(|| asker.caller.arn.clone());
    let mut dataset = match known {
        Some(known) if known.exists => known,
        Some(gone) => Dataset {
            sync_count: gone.sync_count,
            ..Dataset::new(now, &by)
        },
        None => Dataset::new(now, &by),
    };
    if input.patches.is_empty() {
        return (dataset, Vec::new());
    }
    dataset.sync_count += 1;
    dataset.modified_at = now;
    dataset.modified_by.clone_from(&by);
    let mut changed = Vec::new();
    for patch in input.patches {
        let record = Record {
            value: patch.value,
            sync_count: dataset.sync_count,
            modified_at: now,
            modified_by: by.clone(),
            device_modified_at: patch.device_modified_at.unwrap_or(now),
        };
        changed.push(patch.key.clone());
        dataset.records.insert(patch.key, record);
    }
    (dataset, changed)
}
