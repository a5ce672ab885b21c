//! SNS: topics, and the mobile endpoints behind which devices wait for a push.
//!
//! - [`config`]: what a world sets up, and what is kept
//! - [`endpoints`], [`topics`], [`publish`]: the operations
//! - [`deliver`]: a push on its way to a device
//!
//! Between SNS and a device stands the platform's own service (APNs, FCM). It is left out: SNS
//! posts to the device's push address, which is Tokentrail's model.

pub mod config;
mod deliver;
mod endpoints;
mod input;
mod publish;
mod topics;

use super::access::{self, Ask, Caller};
use super::aws::{self, AwsError, Wire};
use super::front_door::Route;
use super::ledger::{ActorId, ActorKind};
use super::services::Service;
use super::{Cloud, REGION, sts};
use crate::policy::RequestContext;
use crate::protocol::message::{Request, RequestExt, Response};

pub use config::{Sns, add_platform_application, add_topic};

/// The namespace of SNS's documents.
pub const NAMESPACE: &str = "http://sns.amazonaws.com/doc/2010-03-31/";
const WIRE: Wire = Wire::Query(NAMESPACE);

/// The host of SNS's API.
pub fn host() -> String {
    format!("sns.{REGION}.amazonaws.com")
}

/// Finds out whether a request is for this service, and which operation it asks for.
pub fn route(cloud: &Cloud, request: &Request) -> Option<Route> {
    if !aws::is_endpoint(request.host(), "sns") {
        return None;
    }
    let form = input::form(request);
    let operation = form.get("Action").unwrap_or_default().to_owned();
    let named = [
        "TopicArn",
        "TargetArn",
        "PlatformApplicationArn",
        "EndpointArn",
    ];
    let arn = named.iter().find_map(|name| form.get(name));
    let account = arn.and_then(account_of).map(str::to_owned);
    let caller = sts::account_of_signer(cloud, request).map(str::to_owned);
    let account = account.or(caller);
    let to = account.and_then(|id| cloud.service_actor(ActorKind::Sns, Some(&id)));
    let to = to.or_else(|| cloud.service_actor(ActorKind::Sns, None))?;
    Some(Route {
        to,
        service: Service::Sns,
        operation,
    })
}

/// The account in an ARN.
fn account_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(4)
}

/// Answers a request.
pub fn answer(cloud: &mut Cloud, route: &Route, request: &Request) -> Response {
    let outcome = match route.operation.as_str() {
        "CreatePlatformApplication" => endpoints::create_application(cloud, route, request),
        "CreatePlatformEndpoint" => endpoints::create_endpoint(cloud, route, request),
        "GetEndpointAttributes" => endpoints::get_attributes(cloud, route, request),
        "SetEndpointAttributes" => endpoints::set_attributes(cloud, route, request),
        "CreateTopic" => topics::create(cloud, route, request),
        "Subscribe" => topics::subscribe(cloud, route, request),
        "Publish" => publish::run(cloud, route, request),
        "" => Err(AwsError::new("MissingAction", 400, "Missing Action")),
        other => {
            let form = input::form(request);
            let version = form.get("Version").unwrap_or("NO_VERSION_SPECIFIED");
            let message = format!("Could not find operation {other} for version {version}");
            Err(AwsError::new("InvalidAction", 400, message))
        }
    };
    match outcome {
        Ok(result) => aws::success_query(cloud, NAMESPACE, &route.operation, &result),
        Err(error) => aws::refuse(cloud, WIRE, &error),
    }
}

/// Asks whether the caller may do this. SNS has a code of its own for "no".
fn authorize(
    cloud: &mut Cloud,
    caller: &Caller,
    operation: &str,
    resource: &str,
) -> Result<(), AwsError> {
    let account = account_of(resource).filter(|account| !account.is_empty());
    let ask = Ask {
        action: format!("sns:{operation}"),
        resource: resource.to_owned(),
        resource_account: account.unwrap_or(&caller.account).to_owned(),
        context: RequestContext::new(),
        resource_policy: None,
    };
    access::authorize(cloud, caller, &ask, WIRE).map_err(|mut error| {
        error.code = "AuthorizationError".to_owned();
        error
    })
}

/// What the card says now, and the whole state for the inspector.
pub fn describe(cloud: &Cloud, actor: &ActorId) -> (String, Vec<(String, String)>) {
    let account = cloud.actor(actor).and_then(|actor| actor.account.clone());
    let account = account.unwrap_or_default();
    cloud.sns.describe(&account)
}

#[cfg(test)]
mod tests;
