//! Cognito Sync, a legacy service (AWS points new apps to AppSync): small datasets of an identity,
//! kept the same on all of its devices.
//!
//! - [`place`]: the resource in a request's path; [`gate`]: who asks and may they
//! - [`datasets`]: listing, reading and deleting; [`update`]: writing, with [`trigger`]
//! - [`devices`]: which devices want to be told; [`push`] telling them
//! - [`settings`]: push sync, streams and events of an identity pool
//! - [`data`]: datasets, records and their sync counts

mod data;
mod datasets;
mod devices;
mod gate;
mod place;
mod push;
mod settings;
mod trigger;
mod update;

use std::collections::BTreeMap;

use super::aws::{self, AwsError, Wire};
use super::front_door::Route;
use super::ledger::{ActorId, ActorKind, CredentialsValue};
use super::services::Service;
use super::{Cloud, REGION};
use crate::protocol::message::{Request, RequestExt, Response};
use crate::protocol::time::Moment;

pub use settings::{PushSync, Streams, set_events, set_push};

use data::Dataset;
use devices::Registered;
use place::Place;
use settings::PoolSettings;

/// The protocol.
const WIRE: Wire = Wire::RestJson;

/// Everything Sync keeps.
#[derive(Clone, Debug, Default)]
pub struct CognitoSync {
    /// By identity and name
    datasets: BTreeMap<(String, String), Dataset>,
    /// By device id
    devices: BTreeMap<String, Registered>,
    /// By identity pool
    settings: BTreeMap<String, PoolSettings>,
    /// Sync sessions by token
    sessions: BTreeMap<String, SyncSession>,
    /// How many sync sessions were opened
    opened: u64,
    /// Credentials for pushing, by identity pool
    credentials: BTreeMap<String, CredentialsValue>,
}

/// What a sync session token stands for.
#[derive(Clone, Debug)]
struct SyncSession {
    identity: String,
    dataset: String,
    /// How many were opened before it
    number: u64,
}

impl CognitoSync {
    fn dataset(&self, identity: &str, name: &str) -> Option<&Dataset> {
        self.datasets.get(&(identity.to_owned(), name.to_owned()))
    }

    /// The datasets of an identity, by name.
    fn of_identity<'a>(
        &'a self,
        identity: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a Dataset)> {
        let first = (identity.to_owned(), String::new());
        let own = self.datasets.range(first..);
        own.take_while(move |((owner, _), _)| owner == identity)
            .map(|((_, name), dataset)| (name.as_str(), dataset))
    }

    fn settings(&self, pool: &str) -> PoolSettings {
        self.settings.get(pool).cloned().unwrap_or_default()
    }

    /// Identities became one: the datasets of those that go are kept for the one that stays,
    /// under names of their own, until an app has looked at them.
    pub fn merge(&mut self, into: &str, absorbed: &[String]) {
        for gone in absorbed {
            let names: Vec<String> = self
                .of_identity(gone)
                .filter(|(_, dataset)| dataset.exists)
                .map(|(name, _)| name.to_owned())
                .collect();
            for name in names {
                if let Some(dataset) = self.datasets.remove(&(gone.clone(), name.clone())) {
                    let merged = (into.to_owned(), format!("{name}.{gone}"));
                    self.datasets.insert(merged, dataset);
                }
            }
        }
    }
}

/// The host of Sync's API.
pub fn host() -> String {
    format!("cognito-sync.{REGION}.amazonaws.com")
}

/// Finds out whether a request is for this service, and which operation it asks for.
pub fn route(cloud: &Cloud, request: &Request) -> Option<Route> {
    if !aws::is_endpoint(request.host(), "cognito-sync") {
        return None;
    }
    let place = Place::of(RequestExt::path(request));
    let operation = place
        .as_ref()
        .and_then(|place| place.operation(request.method()))
        .unwrap_or("UnknownOperation");
    let pool = place.and_then(|place| cloud.identity_pools.pool(&place.pool));
    let account = pool.map(|pool| pool.config.account.clone());
    let to = account.and_then(|id| cloud.service_actor(ActorKind::Sync, Some(&id)));
    let to = to.or_else(|| cloud.service_actor(ActorKind::Sync, None))?;
    Some(Route {
        to,
        service: Service::Sync,
        operation: operation.to_owned(),
    })
}

/// Answers a request.
pub fn answer(cloud: &mut Cloud, route: &Route, request: &Request) -> Response {
    let outcome = match Place::of(RequestExt::path(request)) {
        Some(place) => match route.operation.as_str() {
            "ListDatasets" => datasets::list(cloud, route, request, &place),
            "ListRecords" => datasets::list_records(cloud, route, request, &place),
            "UpdateRecords" => update::run(cloud, route, request, &place),
            "DeleteDataset" => datasets::delete(cloud, route, request, &place),
            "RegisterDevice" => devices::register(cloud, route, request, &place),
            "SubscribeToDataset" | "UnsubscribeFromDataset" => {
                devices::subscription(cloud, route, request, &place)
            }
            "SetIdentityPoolConfiguration" => settings::set(cloud, route, request, &place),
            "GetIdentityPoolConfiguration" => settings::get(cloud, route, request, &place),
            "SetCognitoEvents" => settings::set_cognito_events(cloud, route, request, &place),
            _ => Err(unknown_operation()),
        },
        None => Err(unknown_operation()),
    };
    match outcome {
        Ok(body) => aws::success_json(cloud, WIRE, &body),
        Err(error) => aws::refuse(cloud, WIRE, &error),
    }
}

fn unknown_operation() -> AwsError {
    AwsError::new("UnknownOperationException", 404, "")
}

/// `InvalidParameterException`.
fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterException", 400, message)
}

/// `LimitExceededException`.
fn limit(message: impl Into<String>) -> AwsError {
    AwsError::new("LimitExceededException", 400, message)
}

/// `NotAuthorizedException`.
fn not_authorized(message: impl Into<String>) -> AwsError {
    AwsError::new("NotAuthorizedException", 403, message)
}

/// `ResourceNotFoundException`.
fn not_found(message: impl Into<String>) -> AwsError {
    AwsError::new("ResourceNotFoundException", 404, message)
}

/// Seconds since 1970 with three decimals, as the rest-json protocol writes time.
#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds of this era are far below 2^52"
)]
fn timestamp(moment: Moment) -> serde_json::Value {
    serde_json::json!(moment.millis() as f64 / 1000.0)
}

/// What the card says now, and the whole state for the inspector.
pub fn describe(cloud: &Cloud, actor: &ActorId) -> (String, Vec<(String, String)>) {
    let account = cloud.actor(actor).and_then(|actor| actor.account.clone());
    let in_account = |pool: &str| {
        let pool = cloud.identity_pools.pool(pool);
        pool.map(|pool| pool.config.account.clone()) == account
    };
    let sync = &cloud.sync;
    let existing = sync.datasets.iter().filter(|(_, dataset)| dataset.exists);
    let existing: Vec<_> = existing.collect();
    let line = match existing.len() {
        0 => "no datasets".to_owned(),
        1 => "1 dataset".to_owned(),
        many => format!("{many} datasets"),
    };
    let mut details = vec![(
        "Legacy".to_owned(),
        "AWS points new apps to AppSync".to_owned(),
    )];
    for ((identity, name), dataset) in existing {
        details.push((format!("{name} of {identity}"), dataset.in_words()));
    }
    for (id, device) in sync.devices.iter().filter(|(_, it)| in_account(&it.pool)) {
        details.push((format!("Device {id}"), device.in_words()));
    }
    for (pool, settings) in sync.settings.iter().filter(|(pool, _)| in_account(pool)) {
        details.push((format!("Settings of {pool}"), settings.in_words()));
    }
    (line, details)
}

#[cfg(test)]
mod tests;
