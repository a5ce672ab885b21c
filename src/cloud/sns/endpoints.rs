//! Platform applications and the endpoints of devices in them.

use super::config::{Application, Endpoint, MAX_ENTRIES, PLATFORMS, application_arn};
use super::input::{self, invalid, not_found};
use super::{WIRE, authorize};
use crate::cloud::access::{self, PERMISSIONS_CHECK};
use crate::cloud::aws::{AwsError, shorten};
use crate::cloud::front_door::Route;
use crate::cloud::{Cloud, REGION};
use crate::protocol::message::Request;
use crate::protocol::xml::escape;

const PARAMETERS: (&str, &str) = ("Parameters", "SNS API reference");
const APPLICATION: (&str, &str) = ("Platform application", "SNS API reference");
const ENDPOINT: (&str, &str) = ("Endpoint", "SNS API reference");

/// Says what came of reading the parameters.
fn read<T>(cloud: &mut Cloud, read: Result<T, AwsError>, shown: &str) -> Result<T, AwsError> {
    let actual = match &read {
        Ok(_) => shown.to_owned(),
        Err(error) => shorten(&error.message),
    };
    cloud
        .ledger
        .verify(PARAMETERS.0, read.is_ok(), "complete and in order", actual);
    read
}

/// `CreatePlatformApplication`.
pub fn create_application(
    cloud: &mut Cloud,
    route: &Route,
    request: &Request,
) -> Result<String, AwsError> {
    let later = [PARAMETERS, PERMISSIONS_CHECK];
    let caller = access::authenticate_then(cloud, route, request, WIRE, &later)?;
    let form = input::form(request);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let found = input::name(&form, plain).and_then(|name| {
        let platform = input::required(&form, "Platform")?;
        match PLATFORMS.contains(&platform.as_str()) {
            true => Ok((name, platform)),
            false => Err(invalid(&format!(
                "Platform Reason: {} is not supported",
                shorten(&platform)
            ))),
        }
    });
    let (name, platform) = read(cloud, found, "a name and a platform")?;
    let arn = application_arn(&caller.account, &platform, &name);
    authorize(cloud, &caller, "CreatePlatformApplication", &arn)?;
    if cloud.sns.applications.len() >= MAX_ENTRIES {
        return Err(invalid("too many platform applications"));
    }
    let application = Application { platform, name };
    cloud.sns.applications.insert(arn.clone(), application);
    Ok(format!(
        "<PlatformApplicationArn>{arn}</PlatformApplicationArn>"
    ))
}

/// `CreatePlatformEndpoint`. The same token again is the same endpoint.
pub fn create_endpoint(
    cloud: &mut Cloud,
    route: &Route,
    request: &Request,
) -> Result<String, AwsError> {
    let later = [PARAMETERS, PERMISSIONS_CHECK, APPLICATION, ENDPOINT];
    let caller = access::authenticate_then(cloud, route, request, WIRE, &later)?;
    let form = input::form(request);
    let found = input::required(&form, "PlatformApplicationArn").and_then(|arn| {
        let token = input::required(&form, "Token")?;
        Ok((arn, token))
    });
    let (arn, token) = read(cloud, found, "an application and a device token")?;
    authorize(cloud, &caller, "CreatePlatformEndpoint", &arn)?;
    let application = cloud.sns.applications.get(&arn).cloned();
    let found = application.is_some();
    let actual = if found { "exists" } else { "does not exist" };
    cloud
        .ledger
        .verify(APPLICATION.0, found, arn.as_str(), actual);
    let application = application.ok_or_else(|| not_found("PlatformApplication"))?;
    let user_data = form.get("CustomUserData").unwrap_or_default().to_owned();
    let mut all = cloud.sns.endpoints.iter();
    let known = all.find(|(_, one)| one.application == arn && one.token == token);
    if let Some((known_arn, known)) = known.map(|(arn, one)| (arn.clone(), one.clone())) {
        let same = known.user_data == user_data && known.enabled;
        let expected = "a new token, or the same attributes again";
        let actual = format!("the token of {known_arn}");
        cloud.ledger.verify(ENDPOINT.0, same, expected, actual);
        if same {
            return Ok(endpoint_result(&known_arn));
        }
        return Err(invalid(&format!(
            "Token Reason: Endpoint {known_arn} already exists with the same Token, but \
             different attributes."
        )));
    }
    if cloud.sns.endpoints.len() >= MAX_ENTRIES {
        return Err(invalid("too many endpoints"));
    }
    cloud.ledger.passed(
        ENDPOINT.0,
        "a new token, or the same attributes again",
        "new",
    );
    let account = super::account_of(&arn).unwrap_or_default().to_owned();
    let id = cloud.fresh(&format!("sns/endpoint/{token}")).uuid();
    let (platform, name) = (&application.platform, &application.name);
    let new = format!("arn:aws:sns:{REGION}:{account}:endpoint/{platform}/{name}/{id}");
    let endpoint = Endpoint {
        platform: application.platform.clone(),
        application: arn,
        token,
        enabled: true,
        user_data,
    };
    cloud.sns.endpoints.insert(new.clone(), endpoint);
    Ok(endpoint_result(&new))
}

fn endpoint_result(arn: &str) -> String {
    format!("<EndpointArn>{arn}</EndpointArn>")
}

/// Finds an endpoint for an operation on it.
fn known_endpoint(
    cloud: &mut Cloud,
    route: &Route,
    request: &Request,
) -> Result<(String, Endpoint), AwsError> {
    let later = [PARAMETERS, PERMISSIONS_CHECK, ENDPOINT];
    let caller = access::authenticate_then(cloud, route, request, WIRE, &later)?;
    let form = input::form(request);
    let found = input::required(&form, "EndpointArn");
    let arn = read(cloud, found, "an endpoint")?;
    authorize(cloud, &caller, &route.operation, &arn)?;
    let endpoint = cloud.sns.endpoints.get(&arn).cloned();
    let found = endpoint.is_some();
    let actual = if found { "exists" } else { "does not exist" };
    cloud.ledger.verify(ENDPOINT.0, found, arn.as_str(), actual);
    let endpoint = endpoint.ok_or_else(|| not_found("Endpoint"))?;
    Ok((arn, endpoint))
}

/// `GetEndpointAttributes`.
pub fn get_attributes(
    cloud: &mut Cloud,
    route: &Route,
    request: &Request,
) -> Result<String, AwsError> {
    let (_, endpoint) = known_endpoint(cloud, route, request)?;
    let entry = |name: &str, value: &str| {
        format!(
            "<entry><key>{name}</key><value>{}</value></entry>",
            escape(value)
        )
    };
    let entries = [
        entry("Enabled", &endpoint.enabled.to_string()),
        entry("Token", &endpoint.token),
        entry("CustomUserData", &endpoint.user_data),
    ];
    Ok(format!("<Attributes>{}</Attributes>", entries.concat()))
}

/// `SetEndpointAttributes`.
pub fn set_attributes(
    cloud: &mut Cloud,
    route: &Route,
    request: &Request,
) -> Result<String, AwsError> {
    let (arn, mut endpoint) = known_endpoint(cloud, route, request)?;
    for (name, value) in input::attributes(&input::form(request)) {
        match (name.as_str(), value.as_str()) {
            ("Enabled", "true") => endpoint.enabled = true,
            ("Enabled", "false") => endpoint.enabled = false,
            ("Token", token) if !token.is_empty() => endpoint.token = token.to_owned(),
            ("CustomUserData", data) => endpoint.user_data = data.to_owned(),
            _ => {
                let what = format!(
                    "Attributes Reason: Invalid attribute name: {}",
                    shorten(&name)
                );
                return Err(invalid(&what));
            }
        }
    }
    cloud.sns.endpoints.insert(arn, endpoint);
    Ok(String::new())
}
