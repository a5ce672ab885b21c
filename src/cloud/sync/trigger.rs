//! The sync trigger: a function that sees the changes before they are written, and may change or
//! drop them. It runs only for users with Cognito credentials, and has five seconds.

use serde_json::{Map, Value, json};

use super::data::Dataset;
use super::gate::Asker;
use super::place::Place;
use super::update::Patch;
use crate::cloud::aws::AwsError;
use crate::cloud::front_door::Route;
use crate::cloud::lambda::{Failure, Invocation, invoke_for_service};
use crate::cloud::{Cloud, REGION};

const TRIGGER: (&str, &str) = (
    "Sync trigger",
    "Cognito guide: Cognito events (legacy); only with Cognito credentials",
);

/// Has the pool's function look at the changes; says which are to be written.
pub fn run(
    cloud: &mut Cloud,
    route: &Route,
    (asker, place): (&Asker, &Place),
    known: Option<&Dataset>,
    patches: Vec<Patch>,
) -> Result<Vec<Patch>, AwsError> {
    let Some(function) = cloud.sync.settings(&place.pool).sync_trigger else {
        return Ok(patches);
    };
    cloud.ledger.plan(&[TRIGGER]);
    let event = event(place, known, &patches);
    let source = asker.pool.arn();
    let invocation = Invocation {
        function_arn: &function,
        source_arn: &source,
        source_account: &asker.pool.config.account,
        event: &event,
    };
    let answer = invoke_for_service(cloud, &route.to, invocation);
    let taken = answer
        .map_err(|failure| refusal(&failure))
        .and_then(|answer| taken(&answer, &patches));
    let actual = match &taken {
        Ok(taken) => format!("{} of {} changes", taken.len(), patches.len()),
        Err(error) => error.message.clone(),
    };
    let expected = "the function answers with the records";
    cloud
        .ledger
        .verify(TRIGGER.0, taken.is_ok(), expected, actual);
    taken
}

fn event(place: &Place, known: Option<&Dataset>, patches: &[Patch]) -> Value {
    let old = |key: &str| {
        let record = known.and_then(|known| known.records.get(key));
        record.and_then(|record| record.value.clone())
    };
    let mut records = Map::new();
    for (key, record) in known.iter().flat_map(|known| &known.records) {
        if let Some(value) = &record.value {
            let same = json!({ "oldValue": value, "newValue": value, "op": "none" });
            records.insert(key.clone(), same);
        }
    }
    for patch in patches {
        let op = if patch.value.is_some() {
            "replace"
        } else {
            "remove"
        };
        let change = json!({ "oldValue": old(&patch.key), "newValue": patch.value, "op": op });
        records.insert(patch.key.clone(), change);
    }
    json!({
        "version": 2,
        "eventType": "SyncTrigger",
        "region": REGION,
        "identityPoolId": place.pool,
        "identityId": place.identity,
        "datasetName": place.dataset,
        "datasetRecords": records,
    })
}

/// The changes as the function wants them. It may change values and turn a change into none; it
/// cannot change records that the device did not.
fn taken(answer: &Value, patches: &[Patch]) -> Result<Vec<Patch>, AwsError> {
    let bad = || {
        let message = "The function's answer has no datasetRecords";
        AwsError::new("InvalidLambdaFunctionOutputException", 400, message)
    };
    let records = answer.get("datasetRecords").and_then(Value::as_object);
    let records = records.ok_or_else(bad)?;
    let mut taken = Vec::new();
    for patch in patches {
        let record = records.get(&patch.key);
        let op = record
            .and_then(|record| record.get("op"))
            .and_then(Value::as_str);
        let value = record.and_then(|record| record.get("newValue"));
        let value = value.and_then(Value::as_str).map(str::to_owned);
        match op {
            Some("replace") => taken.push(Patch {
                value: Some(value.unwrap_or_default()),
                ..patch.clone()
            }),
            Some("remove") => taken.push(Patch {
                value: None,
                ..patch.clone()
            }),
            _ => {}
        }
    }
    Ok(taken)
}

/// The codes are AWS's, what they say is the function's.
fn refusal(failure: &Failure) -> AwsError {
    let code = match failure {
        Failure::Refused { code, .. } if code == "TooManyRequestsException" => {
            return AwsError::new("LambdaThrottledException", 429, failure.to_string());
        }
        Failure::Refused { .. } | Failure::Thrown { .. } => "InvalidLambdaFunctionOutputException",
    };
    AwsError::new(code, 400, failure.to_string())
}
