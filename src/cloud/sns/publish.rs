//! `Publish`: to one endpoint, or to everybody who subscribed to a topic.

use serde_json::{Map, Value, json};

use super::config::{Endpoint, Subscription};
use super::deliver::{self, Push};
use super::input::{self, invalid, not_found};
use super::{WIRE, authorize};
use crate::cloud::Cloud;
use crate::cloud::access::{self, PERMISSIONS_CHECK};
use crate::cloud::aws::{AwsError, shorten};
use crate::cloud::front_door::Route;
use crate::cloud::lambda::{Invocation, invoke_for_service};
use crate::protocol::form::Form;
use crate::protocol::message::Request;

const PARAMETERS: (&str, &str) = ("Parameters", "SNS API reference: Publish");
const TARGET: (&str, &str) = ("Target", "SNS API reference: Publish");
const ENABLED: (&str, &str) = ("Endpoint enabled", "SNS API reference: EndpointDisabled");
/// The longest message, in bytes.
const MAX_MESSAGE_BYTES: usize = 256 * 1024;

/// What is published: one text, or one per platform.
struct Message {
    text: String,
    per_platform: Option<Map<String, Value>>,
}

impl Message {
    fn read(form: &Form) -> Result<Self, AwsError> {
        let text = input::required(form, "Message")?;
        if text.len() > MAX_MESSAGE_BYTES {
            return Err(invalid("Message too long"));
        }
        let per_platform = match form.get("MessageStructure") {
            None => None,
            Some("json") => {
                let Ok(Value::Object(parts)) = serde_json::from_str(&text) else {
                    let what = "Message Structure - JSON message body failed to parse";
                    return Err(invalid(what));
                };
                if !parts.get("default").is_some_and(Value::is_string) {
                    let what = "Message Structure - No default entry in JSON message body";
                    return Err(invalid(what));
                }
                Some(parts)
            }
            Some(_) => return Err(invalid("MessageStructure")),
        };
        Ok(Self { text, per_platform })
    }

    /// What goes to this platform.
    fn part(&self, platform: &str) -> &str {
        let Some(parts) = &self.per_platform else {
            return &self.text;
        };
        let part = parts.get(platform).or_else(|| parts.get("default"));
        part.and_then(Value::as_str).unwrap_or_default()
    }
}

/// Runs the operation.
pub fn run(cloud: &mut Cloud, route: &Route, request: &Request) -> Result<String, AwsError> {
    let later = [PARAMETERS, PERMISSIONS_CHECK, TARGET];
    let caller = access::authenticate_then(cloud, route, request, WIRE, &later)?;
    let form = input::form(request);
    let target = form.get("TargetArn").or_else(|| form.get("TopicArn"));
    let target = target.map(str::to_owned);
    let read = Message::read(&form).and_then(|message| {
        let target = target.ok_or_else(|| invalid("TopicArn or TargetArn Reason: no value"))?;
        Ok((target, message))
    });
    let actual = match &read {
        Ok((_, message)) => format!("{} bytes", message.text.len()),
        Err(error) => shorten(&error.message),
    };
    let expected = "a target and a message";
    cloud
        .ledger
        .verify(PARAMETERS.0, read.is_ok(), expected, actual);
    let (target, message) = read?;
    authorize(cloud, &caller, "Publish", &target)?;
    let id = cloud.fresh("sns/message-id").uuid();
    if let Some(endpoint) = cloud.sns.endpoints.get(&target).cloned() {
        let actual = format!("an endpoint of {}", endpoint.platform);
        cloud.ledger.passed(TARGET.0, target.as_str(), actual);
        cloud.ledger.plan(&[ENABLED]);
        let actual = if endpoint.enabled {
            "enabled"
        } else {
            "disabled"
        };
        if !cloud
            .ledger
            .verify(ENABLED.0, endpoint.enabled, "enabled", actual)
        {
            let message = "Endpoint is disabled";
            return Err(AwsError::new("EndpointDisabled", 400, message));
        }
        push(cloud, route, &endpoint, (&id, &message));
    } else {
        let subscriptions = cloud.sns.topics.get(&target).cloned();
        let actual = match &subscriptions {
            Some(subscriptions) => format!("a topic with {} subscriptions", subscriptions.len()),
            None => "does not exist".to_owned(),
        };
        cloud
            .ledger
            .verify(TARGET.0, subscriptions.is_some(), target.as_str(), actual);
        let what = if target.contains(":endpoint/") {
            "Endpoint"
        } else {
            "Topic"
        };
        let subscriptions = subscriptions.ok_or_else(|| not_found(what))?;
        for subscription in subscriptions {
            fan_out(cloud, route, &target, &subscription, (&id, &message));
        }
    }
    Ok(format!("<MessageId>{id}</MessageId>"))
}

/// Whoever cannot be reached gets nothing; whoever published is not told.
fn fan_out(
    cloud: &mut Cloud,
    route: &Route,
    topic: &str,
    subscription: &Subscription,
    (id, message): (&str, &Message),
) {
    if subscription.protocol == "application" {
        let endpoint = cloud.sns.endpoints.get(&subscription.endpoint).cloned();
        if let Some(endpoint) = endpoint.filter(|endpoint| endpoint.enabled) {
            push(cloud, route, &endpoint, (id, message));
        }
        return;
    }
    let event = json!({ "Records": [{
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription.arn,
        "Sns": {
            "Type": "Notification",
            "MessageId": id,
            "TopicArn": topic,
            "Message": message.part("lambda"),
            "Timestamp": cloud.now().iso8601_millis(),
        },
    }] });
    let account = super::account_of(topic).unwrap_or_default().to_owned();
    let invocation = Invocation {
        function_arn: &subscription.endpoint,
        source_arn: topic,
        source_account: &account,
        event: &event,
    };
    // What the function returns goes nowhere
    let _ = invoke_for_service(cloud, &route.to, invocation);
}

fn push(cloud: &mut Cloud, route: &Route, endpoint: &Endpoint, (id, message): (&str, &Message)) {
    let push = Push {
        id,
        token: &endpoint.token,
        payload: message.part(&endpoint.platform),
    };
    deliver::run(cloud, &route.to, push);
}
