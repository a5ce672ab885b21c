//! Telling devices that a dataset changed. Sync assumes the role it was given, which must trust
//! `cognito-sync.amazonaws.com`, and has SNS push: whose dataset, which, and its sync count. What
//! changed is not in the push; the devices come and ask.

use serde_json::json;

use super::gate::Asker;
use super::place::Place;
use crate::cloud::aws;
use crate::cloud::front_door::Route;
use crate::cloud::ledger::CredentialsValue;
use crate::cloud::sts::service_client::{self, OnBehalf};
use crate::cloud::{Cloud, sns};
use crate::protocol::form::Form;
use crate::protocol::message::{self, Message};
use crate::protocol::time::Span;
use crate::protocol::xml;

const TOLD: (&str, &str) = (
    "Subscribed devices told",
    "Cognito guide: push sync (legacy); that the writing device is not told is Tokentrail's model",
);
/// What Sync calls its sessions. AWS does not say; this is Tokentrail's model.
const SESSION_NAME: &str = "CognitoSync";
/// Before the credentials end by this much, new ones are fetched.
const MARGIN: Span = Span::from_minutes(5);
/// The version of SNS's API.
const VERSION: &str = "2010-03-31";

/// Tells every device that subscribed to the dataset, but for the one that wrote. The write
/// stands whatever comes of it.
pub fn run(
    cloud: &mut Cloud,
    route: &Route,
    (asker, place): (&Asker, &Place),
    writer: Option<&str>,
    sync_count: i64,
) {
    let wants = cloud.sync.devices.iter().filter(|(id, device)| {
        device.identity == place.identity
            && device.subscriptions.contains(&place.dataset)
            && writer != Some(id.as_str())
    });
    let targets: Vec<(String, String)> = wants
        .map(|(_, device)| (device.endpoint_arn.clone(), device.platform.clone()))
        .collect();
    if targets.is_empty() {
        return;
    }
    cloud.ledger.plan(&[TOLD]);
    let data = json!({
        "source": "cognito-sync",
        "identityPoolId": place.pool,
        "identityId": place.identity,
        "datasetName": place.dataset,
        "syncCount": sync_count,
    });
    let mut problems = Vec::new();
    for (endpoint, platform) in &targets {
        let form = Form::new()
            .with("Action", "Publish")
            .with("Version", VERSION)
            .with("TargetArn", endpoint)
            .with("MessageStructure", "json")
            .with("Message", &envelope(platform, &data));
        if let Err(problem) = call(cloud, route, asker, &form) {
            problems.push(problem);
        }
    }
    let told = targets.len() - problems.len();
    let mut actual = format!("{told} of {} pushes taken by SNS", targets.len());
    if let Some(problem) = problems.first() {
        actual += &format!("; {}", aws::shorten(problem));
    }
    let expected = "each is sent a silent push; the write stands either way";
    cloud.ledger.passed(TOLD.0, expected, actual);
}

/// The message in the envelope of the device's platform. It wakes the app and shows nothing.
fn envelope(platform: &str, data: &serde_json::Value) -> String {
    let payload = match platform {
        "APNS" | "APNS_SANDBOX" => {
            let mut payload = data.clone();
            payload["aps"] = json!({ "content-available": 1 });
            payload
        }
        _ => json!({ "data": data }),
    };
    json!({ "default": data.to_string(), platform: payload.to_string() }).to_string()
}

/// Has SNS make an endpoint for a device.
pub fn create_endpoint(
    cloud: &mut Cloud,
    route: &Route,
    asker: &Asker,
    application: &str,
    token: &str,
) -> Result<String, String> {
    let form = Form::new()
        .with("Action", "CreatePlatformEndpoint")
        .with("Version", VERSION)
        .with("PlatformApplicationArn", application)
        .with("Token", token);
    let answer = call(cloud, route, asker, &form)?;
    let path = ["CreatePlatformEndpointResult", "EndpointArn"];
    let root = xml::parse(&answer).map_err(|error| error.to_string())?;
    let arn = root.text_at(&path).map(str::to_owned);
    arn.ok_or_else(|| "SNS answered without an endpoint".to_owned())
}

/// A call of SNS's with the role's credentials.
fn call(cloud: &mut Cloud, route: &Route, asker: &Asker, form: &Form) -> Result<String, String> {
    let credentials = credentials(cloud, route, asker)?;
    let url = format!("https://{}/", sns::host());
    let mut request = message::post_form(&url, form).map_err(|error| error.to_string())?;
    service_client::sign(cloud, &mut request, &credentials, "sns")?;
    let answer = cloud
        .send(&route.to, request)
        .map_err(|error| error.to_string())?
        .response;
    if let Some(refusal) = aws::refusal_in(&answer) {
        return Err(format!("{}: {}", refusal.code, refusal.message));
    }
    Ok(answer.text_body().unwrap_or_default().to_owned())
}

/// The role's credentials: those that are left, or new ones.
fn credentials(
    cloud: &mut Cloud,
    route: &Route,
    asker: &Asker,
) -> Result<CredentialsValue, String> {
    let (pool, now) = (&asker.pool, cloud.now());
    let held = cloud.sync.credentials.get(&pool.id).cloned();
    let lasts = |held: &CredentialsValue| held.expiration.is_some_and(|end| now + MARGIN < end);
    if let Some(held) = held.filter(lasts) {
        return Ok(held);
    }
    let push = cloud.sync.settings(&pool.id).push;
    let role = push.map(|push| push.role_arn).unwrap_or_default();
    let arn = pool.arn();
    let behalf = OnBehalf {
        arn: &arn,
        account: &pool.config.account,
    };
    let got = service_client::assume_role(cloud, &route.to, &role, SESSION_NAME, behalf)?;
    cloud.sync.credentials.insert(pool.id.clone(), got.clone());
    Ok(got)
}
