//! Requests of every operation with something about them changed, thrown at the front door:
//! nothing panics, every refusal has a code of the service's own, and a refused request leaves the
//! world as it was, apart from what the services themselves count.

use std::sync::{Mutex, MutexGuard, PoisonError};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tokentrail::cloud::Cloud;
use tokentrail::cloud::aws::refusal_in;
use tokentrail::cloud::ledger::{ActorId, SentRequest};
use tokentrail::protocol::form::Form;
use tokentrail::protocol::message::{self, Message, Request};

use super::world;

/// Changed requests for each service.
const CASES: u32 = 250;
/// Longer than any service takes.
const OVERSIZED_BYTES: usize = 700_000;
/// What a service itself breaks with, which no request may bring about.
const FIRST_OWN_FAULT: u16 = 500;
/// S3 says this of a feature it does not have, and API Gateway of a function that answers nonsense.
const FAULTS_OF_OTHERS: [u16; 2] = [501, 502];

/// One request of the day, by whom, to which service.
#[derive(Clone, Debug)]
struct Seed {
    from: ActorId,
    service: String,
    operation: String,
    request: SentRequest,
}

struct Stage {
    cloud: Cloud,
    seeds: Vec<Seed>,
}

/// The day takes a while and is the same for all: one after the other they go on with it.
static STAGE: Mutex<Option<Stage>> = Mutex::new(None);

fn stage() -> MutexGuard<'static, Option<Stage>> {
    let mut guard = STAGE.lock().unwrap_or_else(PoisonError::into_inner);
    guard.get_or_insert_with(|| {
        let (cloud, _) = world::everything();
        let mut seeds: Vec<Seed> = Vec::new();
        for exchange in cloud.ledger.exchanges() {
            let of = |seed: &&Seed| {
                seed.service == exchange.service && seed.operation == exchange.operation
            };
            // Three of a kind differ enough
            if seeds.iter().filter(of).count() < 3 {
                seeds.push(Seed {
                    from: exchange.from.clone(),
                    service: exchange.service.to_string(),
                    operation: exchange.operation.to_string(),
                    request: exchange.request.clone(),
                });
            }
        }
        Stage { cloud, seeds }
    });
    guard
}

/// Everything that a request can change, but for counters, codes and sign-ins of user pools, which
/// their own tests look at.
fn state(cloud: &Cloud) -> String {
    let aws = (
        &cloud.iam,
        &cloud.sts,
        &cloud.s3,
        &cloud.dynamodb,
        &cloud.lambda,
        &cloud.api_gateway,
    );
    let edge = (&cloud.sync, &cloud.sns, &cloud.identity_pools);
    let providers = (
        &cloud.facebook,
        &cloud.oauth_providers,
        &cloud.saml_providers,
    );
    format!("{aws:?}{edge:?}{providers:?}")
}

/// What stands where something else is expected.
fn junk() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        "\\PC{0,40}".prop_map(Value::from),
        Just(json!("x".repeat(60_000))),
        Just(json!("us-east-1:0")),
        Just(json!("arn:aws:iam::111122223333:role/é\u{0}")),
        Just(json!({ "N": "1e400" })),
        Just(json!({ "S": 7 })),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[A-Za-z]{1,12}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Replaces or removes a value somewhere in a document, at any depth.
fn replace(document: &mut Value, at: usize, with: &Value) {
    if let Value::Object(map) = document
        && at.is_multiple_of(7)
        && let Some(name) = map.keys().nth(at / 7 % map.len().max(1)).cloned()
    {
        map.remove(&name);
        return;
    }
    let children: Vec<&mut Value> = match document {
        Value::Object(map) if !map.is_empty() => map.values_mut().collect(),
        Value::Array(items) if !items.is_empty() => items.iter_mut().collect(),
        _ => {
            *document = with.clone();
            return;
        }
    };
    let count = children.len();
    if let Some(child) = children.into_iter().nth(at % count) {
        if (at / count).is_multiple_of(2) {
            *child = with.clone();
        } else {
            replace(child, at / count / 2, with);
        }
    }
}

/// One parameter changed, left out or given twice.
fn changed_form(form: &Form, at: usize, how: u8, text: &str) -> Form {
    let count = form.iter().count().max(1);
    let mut changed = Form::new();
    for (index, (name, value)) in form.iter().enumerate() {
        match (index == at % count, how % 3) {
            (true, 0) => changed.append(name, text),
            (true, 1) => {}
            (true, _) => {
                changed.append(name, value);
                changed.append(name, text);
            }
            (false, _) => changed.append(name, value),
        }
    }
    changed
}

/// How a request is changed.
#[derive(Clone, Debug)]
struct Change {
    how: u8,
    at: u16,
    junk: Value,
    text: String,
    /// Whether it keeps the signature it had, which then fits no longer
    stale_signature: bool,
}

fn change() -> impl Strategy<Value = Change> {
    let text = prop_oneof![
        "\\PC{0,60}",
        Just(String::new()),
        Just("9".repeat(400)),
        Just("-9223372036854775808".to_owned()),
        Just("{".repeat(3_000)),
        Just("<a>".repeat(3_000)),
        Just("%zz%00%ff".to_owned()),
        Just("../../..//x".to_owned()),
        Just("x".repeat(140_000)),
    ];
    let stale = prop::bool::weighted(0.1);
    (any::<u8>(), any::<u16>(), junk(), text, stale).prop_map(|(how, at, junk, text, stale)| {
        Change {
            how,
            at,
            junk,
            text,
            stale_signature: stale,
        }
    })
}

/// The changed request; `None` where the change makes no HTTP request at all.
fn changed(sent: &SentRequest, change: &Change) -> Option<Request> {
    let mut sent = sent.clone();
    let at = usize::from(change.at);
    match change.how % 8 {
        0..=2 => change_body(&mut sent, at, change),
        3 => {
            let (base, query) = sent.url.split_once('?').unwrap_or((&sent.url, ""));
            let form = changed_form(&Form::parse(query).ok()?, at, change.how / 8, &change.text);
            sent.url = form.append_to_url(base).into();
        }
        4 => {
            let (_, rest) = sent.url.split_once("://")?;
            let (host, path) = rest.split_once('/')?;
            let cut = path.char_indices().nth(at % path.chars().count().max(1));
            let kept = path.get(..cut.map_or(0, |(index, _)| index))?;
            let added = tokentrail::protocol::form::percent_encode_path(&change.text);
            sent.url = format!(
                "https://{host}/{kept}{}",
                added.get(..added.len().min(9_000))?
            )
            .into();
        }
        5 => {
            let count = sent.headers.len().max(1);
            let (name, value) = sent.headers.get_mut(at % count)?;
            if name.eq_ignore_ascii_case("host") {
                return None;
            }
            let graphic = change.text.chars().filter(char::is_ascii_graphic);
            *value = graphic.take(8_000).collect::<String>().into();
        }
        6 => {
            let methods = ["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH", "OPTIONS"];
            sent.method = (*methods.get(at % methods.len())?).into();
        }
        _ => sent.body = vec![b'a'; OVERSIZED_BYTES].into(),
    }
    let mut request = message::request(sent.method.parse().ok()?, &sent.url).ok()?;
    for (name, value) in &sent.headers {
        request.set_header(name, value).ok()?;
    }
    *request.body_mut() = sent.body.0.to_vec();
    Some(request)
}

fn change_body(sent: &mut SentRequest, at: usize, change: &Change) {
    let text = sent.body.text().unwrap_or_default().to_owned();
    if let Ok(mut document) = serde_json::from_str::<Value>(&text) {
        replace(&mut document, at, &change.junk);
        sent.body = document.to_string().into_bytes().into();
    } else if let Ok(form) = Form::parse(&text) {
        let form = changed_form(&form, at, change.how / 8, &change.text);
        sent.body = form.encode().into_bytes().into();
    }
    if change.how % 8 == 2 {
        let mut bytes = sent.body.0.to_vec();
        let length = bytes.len();
        if at.is_multiple_of(2) {
            bytes.truncate(at % (length + 1));
        } else if let Some(byte) = bytes.get_mut(at % length.max(1)) {
            *byte ^= 0x91;
        }
        sent.body = bytes.into();
    }
}

fn hostile(services: &[&str]) {
    let mut guard = stage();
    let stage = guard.as_mut().unwrap();
    let seeds: Vec<Seed> = stage
        .seeds
        .iter()
        .filter(|seed| services.contains(&seed.service.as_str()))
        .cloned()
        .collect();
    for service in services {
        assert!(
            seeds.iter().any(|seed| seed.service == *service),
            "{service}"
        );
    }
    let mut runner = TestRunner::new(Config {
        cases: CASES * u32::try_from(services.len()).unwrap(),
        failure_persistence: None,
        max_global_rejects: 100_000,
        max_shrink_iters: 0,
        ..Config::default()
    });
    let cloud = std::cell::RefCell::new(&mut stage.cloud);
    let (mut refused, mut served) = (0, 0);
    let counts = std::cell::RefCell::new((&mut refused, &mut served));
    let thrown = runner.run(
        &(any::<prop::sample::Index>(), change()),
        |(which, change)| {
            let seed = which.get(&seeds);
            let Some(request) = changed(&seed.request, &change) else {
                return Err(TestCaseError::reject("no request"));
            };
            let mut cloud = cloud.borrow_mut();
            let well = throw(&mut cloud, seed, request, &change)?;
            let mut counts = counts.borrow_mut();
            *(if well { &mut *counts.1 } else { &mut *counts.0 }) += 1;
            Ok(())
        },
    );
    thrown.unwrap();
    assert!(refused > CASES / 4, "{refused} refused, {served} served");
}

/// Sends it and looks at what came of it: whether it was served.
fn throw(
    cloud: &mut Cloud,
    seed: &Seed,
    request: Request,
    change: &Change,
) -> Result<bool, TestCaseError> {
    let original = world::again(&seed.request);
    let request = match world::signer(cloud, &original) {
        Some(signer) if !change.stale_signature => {
            world::signed(cloud, &seed.from, &signer, request)
        }
        _ => request,
    };
    let before = state(cloud);
    let Ok(answer) = cloud.send(&seed.from, request) else {
        prop_assert_eq!(state(cloud), before);
        return Ok(false);
    };
    let status = answer.response.status().as_u16();
    prop_assert!(
        status < FIRST_OWN_FAULT || FAULTS_OF_OTHERS.contains(&status),
        "{} {}: {status}",
        seed.service,
        seed.operation
    );
    let Some(refusal) = refusal_in(&answer.response) else {
        return Ok(true);
    };
    prop_assert!(!refusal.code.is_empty());
    let after = state(cloud);
    prop_assert!(
        after == before,
        "{} {}: {refusal:?} changed {}",
        seed.service,
        seed.operation,
        difference(&before, &after)
    );
    Ok(false)
}

/// Where two states begin to differ.
fn difference(before: &str, after: &str) -> String {
    let same = before
        .bytes()
        .zip(after.bytes())
        .take_while(|(a, b)| a == b);
    let at = same.count().saturating_sub(80);
    let part = |text: &str| {
        text.get(at..)
            .unwrap_or_default()
            .chars()
            .take(240)
            .collect()
    };
    let (before, after): (String, String) = (part(before), part(after));
    format!("{before}\n  to {after}")
}

#[test]
fn s3_and_dynamodb_answer_changed_requests() {
    hostile(&["s3", "dynamodb"]);
}

#[test]
fn lambda_and_apis_answer_changed_requests() {
    hostile(&["lambda", "execute-api"]);
}

#[test]
fn load_balancers_answer_changed_requests() {
    hostile(&["elasticloadbalancing"]);
}

#[test]
fn sync_and_sns_and_devices_answer_changed_requests() {
    hostile(&["cognito-sync", "sns", "push"]);
}

#[test]
fn providers_answer_changed_requests() {
    hostile(&["facebook", "google", "login-with-amazon", "oidc", "saml"]);
}

#[test]
fn the_pools_and_sts_answer_changed_requests() {
    hostile(&["cognito-idp", "cognito-identity", "sts"]);
}
