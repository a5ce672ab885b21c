//! Devices that want to be told of changes: registered with the token of their push platform,
//! subscribed dataset by dataset.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::gate::{self, Wants};
use super::place::Place;
use super::{invalid, not_found, push};
use crate::cloud::Cloud;
use crate::cloud::aws::{AwsError, shorten};
use crate::cloud::front_door::Route;
use crate::protocol::message::{Message, Request};

const WELL_FORMED: (&str, &str) = ("Well formed", "Cognito Sync API reference: RegisterDevice");
const CONFIGURED: (&str, &str) = ("Push sync", "Cognito guide: push sync (legacy)");
const ENDPOINT: (&str, &str) = ("SNS endpoint", "Cognito guide: push sync (legacy)");
const DEVICE: (&str, &str) = ("Device", "Cognito Sync API reference (legacy)");
/// The platforms.
const PLATFORMS: [&str; 4] = ["APNS", "APNS_SANDBOX", "GCM", "ADM"];
/// The most devices of an identity. AWS names no number; this is Tokentrail's limit.
const MAX_DEVICES: usize = 100;

/// A device that is registered.
#[derive(Clone, Debug)]
pub(super) struct Registered {
    pub pool: String,
    pub identity: String,
    pub platform: String,
    pub token: String,
    pub endpoint_arn: String,
    /// Datasets
    pub subscriptions: BTreeSet<String>,
}

impl Registered {
    pub fn in_words(&self) -> String {
        let datasets: Vec<&str> = self.subscriptions.iter().map(String::as_str).collect();
        let datasets = if datasets.is_empty() {
            "nothing".to_owned()
        } else {
            datasets.join(", ")
        };
        format!(
            "{} device of {}, subscribed to {datasets}",
            self.platform, self.identity
        )
    }
}

/// `InvalidConfigurationException`; the wording is Tokentrail's.
fn bad_configuration(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidConfigurationException", 400, message)
}

fn read(request: &Request) -> Result<(String, String), AwsError> {
    let body = request.json_body().unwrap_or_default();
    if !body.is_object() {
        let message = "Unable to parse the request body as a JSON object";
        return Err(AwsError::new("SerializationException", 400, message));
    }
    let text = |name: &str, place: &str| {
        let found = body.get(name).and_then(Value::as_str);
        found.map(str::to_owned).ok_or_else(|| {
            invalid(format!(
                "1 validation error detected: Value null at '{place}' failed to satisfy \
                 constraint: Member must not be null"
            ))
        })
    };
    let platform = text("Platform", "platform")?;
    let token = text("Token", "token")?;
    if !PLATFORMS.contains(&platform.as_str()) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{}' at 'platform' failed to satisfy constraint: \
             Member must satisfy enum value set: [APNS, APNS_SANDBOX, GCM, ADM]",
            shorten(&platform)
        )));
    }
    Ok((platform, token))
}

/// `RegisterDevice`: Sync makes an SNS endpoint for the device, with the role it was given.
pub fn register(
    cloud: &mut Cloud,
    route: &Route,
    request: &Request,
    place: &Place,
) -> Result<Value, AwsError> {
    let later = [WELL_FORMED, CONFIGURED, ENDPOINT];
    let asker = gate::open(cloud, (route, request, place), Wants::Cognito, &later)?;
    let found = read(request);
    let actual = match &found {
        Ok((platform, token)) => format!("{platform}, {}", shorten(token)),
        Err(error) => shorten(&error.message),
    };
    cloud.ledger.verify(
        WELL_FORMED.0,
        found.is_ok(),
        "a platform and a token",
        actual,
    );
    let (platform, token) = found?;
    let settings = cloud.sync.settings(&place.pool).push;
    let application = settings.as_ref().and_then(|push| {
        let mut all = push.application_arns.iter();
        all.find(|arn| cloud.sns.platform_of(arn) == Some(platform.as_str()))
            .cloned()
    });
    let actual = application.clone().unwrap_or_else(|| "none".to_owned());
    let expected = format!("an application for {platform}");
    cloud
        .ledger
        .verify(CONFIGURED.0, application.is_some(), expected, actual);
    let application = application.ok_or_else(|| {
        bad_configuration("Identity Pool isn't set up for push sync on this platform")
    })?;
    let made = push::create_endpoint(cloud, route, &asker, &application, &token);
    let actual = made.clone().unwrap_or_else(|why| shorten(&why));
    let expected = "SNS makes an endpoint";
    cloud
        .ledger
        .verify(ENDPOINT.0, made.is_ok(), expected, actual);
    let endpoint_arn = made.map_err(bad_configuration)?;
    let id = remember(cloud, place, (platform, token), endpoint_arn)?;
    Ok(json!({ "DeviceId": id }))
}

/// The same device of the same identity keeps its id.
fn remember(
    cloud: &mut Cloud,
    place: &Place,
    (platform, token): (String, String),
    endpoint_arn: String,
) -> Result<String, AwsError> {
    let own = cloud.sync.devices.iter();
    let own: Vec<_> = own
        .filter(|(_, one)| one.identity == place.identity)
        .collect();
    if let Some((id, _)) = own.iter().find(|(_, one)| one.token == token) {
        return Ok((*id).clone());
    }
    if own.len() >= MAX_DEVICES {
        return Err(invalid(format!(
            "An identity has at most {MAX_DEVICES} devices, Tokentrail's limit"
        )));
    }
    let stream = format!("sync/device/{}/{token}", place.identity);
    let id = cloud.fresh(&stream).uuid();
    let device = Registered {
        pool: place.pool.clone(),
        identity: place.identity.clone(),
        platform,
        token,
        endpoint_arn,
        subscriptions: BTreeSet::new(),
    };
    cloud.sync.devices.insert(id.clone(), device);
    Ok(id)
}

/// `SubscribeToDataset` and `UnsubscribeFromDataset`.
pub fn subscription(
    cloud: &mut Cloud,
    route: &Route,
    request: &Request,
    place: &Place,
) -> Result<Value, AwsError> {
    gate::open(cloud, (route, request, place), Wants::Cognito, &[DEVICE])?;
    let found = cloud.sync.devices.get_mut(&place.device);
    let own = found.filter(|device| device.identity == place.identity);
    let actual = if own.is_some() {
        "registered"
    } else {
        "unknown"
    };
    let expected = "a device of this identity";
    cloud
        .ledger
        .verify(DEVICE.0, own.is_some(), expected, actual);
    let Some(device) = own else {
        let message = format!("Device '{}' not found.", shorten(&place.device));
        return Err(not_found(message));
    };
    if route.operation == "SubscribeToDataset" {
        device.subscriptions.insert(place.dataset.clone());
    } else {
        device.subscriptions.remove(&place.dataset);
    }
    Ok(json!({}))
}
