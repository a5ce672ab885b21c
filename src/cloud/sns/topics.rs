//! Topics and who has subscribed to them.

use super::config::{MAX_ENTRIES, Subscription, topic_arn};
use super::input::{self, invalid, not_found};
use super::{WIRE, authorize};
use crate::cloud::Cloud;
use crate::cloud::access::{self, PERMISSIONS_CHECK};
use crate::cloud::aws::{AwsError, shorten};
use crate::cloud::front_door::Route;
use crate::protocol::message::Request;
use crate::protocol::xml::escape;

const PARAMETERS: (&str, &str) = ("Parameters", "SNS API reference");
const TOPIC: (&str, &str) = ("Topic", "SNS API reference");

/// `CreateTopic`. The same name again is the same topic.
pub fn create(cloud: &mut Cloud, route: &Route, request: &Request) -> Result<String, AwsError> {
    let later = [PARAMETERS, PERMISSIONS_CHECK];
    let caller = access::authenticate_then(cloud, route, request, WIRE, &later)?;
    let form = input::form(request);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let name = input::name(&form, plain);
    let actual = match &name {
        Ok(name) => name.clone(),
        Err(error) => shorten(&error.message),
    };
    cloud
        .ledger
        .verify(PARAMETERS.0, name.is_ok(), "a topic's name", actual);
    let arn = topic_arn(&caller.account, &name?);
    authorize(cloud, &caller, "CreateTopic", &arn)?;
    if cloud.sns.topics.len() >= MAX_ENTRIES {
        let message = "Topic limit exceeded";
        return Err(AwsError::new("TopicLimitExceeded", 403, message));
    }
    cloud.sns.topics.entry(arn.clone()).or_default();
    Ok(format!("<TopicArn>{arn}</TopicArn>"))
}

/// `Subscribe`: endpoints of devices, and functions.
pub fn subscribe(cloud: &mut Cloud, route: &Route, request: &Request) -> Result<String, AwsError> {
    let later = [PARAMETERS, PERMISSIONS_CHECK, TOPIC];
    let caller = access::authenticate_then(cloud, route, request, WIRE, &later)?;
    let form = input::form(request);
    let read = input::required(&form, "TopicArn").and_then(|topic| {
        let protocol = input::required(&form, "Protocol")?;
        let endpoint = input::required(&form, "Endpoint")?;
        let fits = match protocol.as_str() {
            "application" => endpoint.contains(":endpoint/"),
            "lambda" => endpoint.contains(":function:"),
            _ => {
                let shown = shorten(&protocol);
                let what = format!("Does not support this protocol string: {shown}");
                return Err(invalid(&what));
            }
        };
        match fits {
            true => Ok((topic, protocol, endpoint)),
            false => Err(invalid("Endpoint Reason: it does not fit the protocol")),
        }
    });
    let actual = match &read {
        Ok((_, protocol, endpoint)) => format!("{protocol} {}", shorten(endpoint)),
        Err(error) => shorten(&error.message),
    };
    let expected = "an endpoint of a device or a function";
    cloud
        .ledger
        .verify(PARAMETERS.0, read.is_ok(), expected, actual);
    let (topic, protocol, endpoint) = read?;
    authorize(cloud, &caller, "Subscribe", &topic)?;
    let known = cloud.sns.topics.get(&topic).cloned();
    let found = known.is_some();
    let actual = if found { "exists" } else { "does not exist" };
    cloud.ledger.verify(TOPIC.0, found, topic.as_str(), actual);
    let known = known.ok_or_else(|| not_found("Topic"))?;
    let same = |one: &&Subscription| one.protocol == protocol && one.endpoint == endpoint;
    let arn = match known.iter().find(same) {
        Some(subscription) => subscription.arn.clone(),
        None => {
            let id = cloud.fresh(&format!("sns/subscription/{topic}")).uuid();
            let arn = format!("{topic}:{id}");
            let subscription = Subscription {
                arn: arn.clone(),
                protocol,
                endpoint,
            };
            let subscriptions = cloud.sns.topics.entry(topic).or_default();
            if subscriptions.len() >= MAX_ENTRIES {
                let message = "Subscription limit exceeded";
                return Err(AwsError::new("SubscriptionLimitExceeded", 403, message));
            }
            subscriptions.push(subscription);
            arn
        }
    };
    Ok(format!(
        "<SubscriptionArn>{}</SubscriptionArn>",
        escape(&arn)
    ))
}
