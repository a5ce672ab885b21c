//! SNS through the front door.

use super::{add_platform_application, describe};
use crate::cloud::access::fixture::{ACCOUNT, World};
use crate::cloud::devices;
use crate::cloud::lambda::{Code, FunctionConfig, Permission, add_function};
use crate::cloud::ledger::{Actor, ActorId, ActorKind, ArtifactKind};
use crate::protocol::form::Form;
use crate::protocol::message::{self, Message, Response};
use crate::protocol::xml;

const MAY: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
    "Action": "sns:*", "Resource": "*"}]}"#;
const MAY_NOT: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
    "Action": "s3:*", "Resource": "*"}]}"#;

fn world(permissions: &str) -> World {
    let mut world = World::with_policy(permissions);
    for (id, kind) in [("sns", ActorKind::Sns), ("lambda", ActorKind::Lambda)] {
        world.cloud.add_actor(Actor {
            id: ActorId::new(id),
            kind,
            name: id.to_owned(),
            account: Some(ACCOUNT.to_owned()),
        });
    }
    let phone = world.phone.clone();
    world.cloud.devices.add(phone.clone(), None);
    let token = devices::token_of(&world.cloud, &phone);
    world.cloud.devices.get_mut(&phone).unwrap().push_token = Some(token);
    world
}

fn call(world: &mut World, operation: &str, members: &[(&str, &str)]) -> Response {
    let form = Form::new()
        .with("Action", operation)
        .with("Version", "2010-03-31");
    let form = members
        .iter()
        .fold(form, |form, (name, value)| form.with(name, value));
    let request = message::post_form("https://sns.us-east-1.amazonaws.com/", &form).unwrap();
    let request = world.signed("sns", request);
    world.send(request)
}

fn text(response: &Response, path: &[&str]) -> String {
    let root = xml::parse(response.text_body().unwrap()).unwrap();
    root.text_at(path).unwrap_or_default().to_owned()
}

fn endpoint(world: &mut World) -> String {
    let app = add_platform_application(&mut world.cloud, ACCOUNT, "APNS", "App");
    let token = devices::token_of(&world.cloud, &world.phone);
    let response = call(
        world,
        "CreatePlatformEndpoint",
        &[("PlatformApplicationArn", &app), ("Token", &token)],
    );
    text(&response, &["CreatePlatformEndpointResult", "EndpointArn"])
}

fn state(world: &World) -> String {
    format!("{:?}", describe(&world.cloud, &ActorId::new("sns")))
}

#[test]
fn an_application_and_an_endpoint_are_created_under_awss_arns() {
    let mut world = world(MAY);
    let response = call(
        &mut world,
        "CreatePlatformApplication",
        &[("Name", "Game"), ("Platform", "GCM")],
    );
    let arn = text(
        &response,
        &["CreatePlatformApplicationResult", "PlatformApplicationArn"],
    );
    assert_eq!(arn, "arn:aws:sns:us-east-1:111122223333:app/GCM/Game");
    let arn = endpoint(&mut world);
    assert!(
        arn.starts_with("arn:aws:sns:us-east-1:111122223333:endpoint/APNS/App/"),
        "{arn}"
    );
    assert_eq!(endpoint(&mut world), arn);
    let response = call(
        &mut world,
        "GetEndpointAttributes",
        &[("EndpointArn", &arn)],
    );
    assert!(
        response
            .text_body()
            .unwrap()
            .contains("<key>Enabled</key><value>true</value>")
    );
}

#[test]
fn a_message_reaches_a_device_and_a_disabled_endpoint_gets_none() {
    let mut world = world(MAY);
    let arn = endpoint(&mut world);
    let message = r#"{"default": "hello", "APNS": "{\"aps\":{\"content-available\":1}}"}"#;
    let publish = [
        ("TargetArn", arn.as_str()),
        ("MessageStructure", "json"),
        ("Message", message),
    ];
    let response = call(&mut world, "Publish", &publish);
    let id = text(&response, &["PublishResult", "MessageId"]);
    let pushed = world.last();
    assert_eq!(pushed.operation, "SilentPush");
    assert_eq!(
        pushed.request.body.text(),
        Some(r#"{"aps":{"content-available":1}}"#)
    );
    assert_eq!(pushed.to, world.phone);
    let artifact = world.cloud.ledger.find_artifact(&id).unwrap();
    assert_eq!(
        world.cloud.ledger.artifact(artifact).unwrap().kind,
        ArtifactKind::Push
    );
    assert!(world.cloud.ledger.holds(&world.phone, artifact));
    let off = [
        ("EndpointArn", arn.as_str()),
        ("Attributes.entry.1.key", "Enabled"),
        ("Attributes.entry.1.value", "false"),
    ];
    call(&mut world, "SetEndpointAttributes", &off);
    call(&mut world, "Publish", &publish);
    let expected = (
        "EndpointDisabled".to_owned(),
        400,
        "Endpoint is disabled".to_owned(),
    );
    assert_eq!(world.refusal(), expected);
}

#[test]
fn a_topic_reaches_devices_and_functions() {
    let mut world = world(MAY);
    let topic = text(
        &call(&mut world, "CreateTopic", &[("Name", "news")]),
        &["CreateTopicResult", "TopicArn"],
    );
    assert_eq!(topic, "arn:aws:sns:us-east-1:111122223333:news");
    let function = FunctionConfig {
        name: "reader".into(),
        account: ACCOUNT.into(),
        code: Code::Echo,
        role_arn: None,
        permissions: vec![Permission::for_service(
            "sns",
            "sns.amazonaws.com",
            &topic,
            ACCOUNT,
        )],
    };
    let function = add_function(&mut world.cloud, function).unwrap();
    let device = endpoint(&mut world);
    for (protocol, endpoint) in [("application", &device), ("lambda", &function)] {
        let members = [
            ("TopicArn", topic.as_str()),
            ("Protocol", protocol),
            ("Endpoint", endpoint),
        ];
        let response = call(&mut world, "Subscribe", &members);
        let arn = text(&response, &["SubscribeResult", "SubscriptionArn"]);
        assert!(arn.starts_with("arn:aws:sns:us-east-1:111122223333:news:"));
    }
    let before = world.cloud.ledger.exchanges().len();
    call(
        &mut world,
        "Publish",
        &[("TopicArn", &topic), ("Message", "hello")],
    );
    let operations: Vec<&str> = world
        .cloud
        .ledger
        .exchanges()
        .stretch(before..)
        .iter()
        .map(|one| one.operation.as_str())
        .collect();
    assert_eq!(operations, ["Publish", "SilentPush", "Invoke"]);
    assert!(world.last().refusal.is_none());
}

#[test]
fn refusals_have_snss_codes_and_change_nothing() {
    let mut world = world(MAY);
    let arn = endpoint(&mut world);
    let before = state(&world);
    let missing = format!("{arn}x");
    /// Operation, parameters, code and status
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, u16);
    let cases: [Case<'_>; 8] = [
        (
            "Publish",
            &[("TargetArn", &missing), ("Message", "m")],
            "NotFound",
            404,
        ),
        ("Publish", &[("Message", "m")], "InvalidParameter", 400),
        ("Publish", &[("TargetArn", &arn)], "ValidationError", 400),
        (
            "Publish",
            &[
                ("TargetArn", &arn),
                ("MessageStructure", "json"),
                ("Message", "{\"a\":1}"),
            ],
            "InvalidParameter",
            400,
        ),
        ("CreateTopic", &[("Name", "a b")], "InvalidParameter", 400),
        (
            "Subscribe",
            &[("TopicArn", "t"), ("Protocol", "pigeon"), ("Endpoint", "e")],
            "InvalidParameter",
            400,
        ),
        (
            "CreatePlatformEndpoint",
            &[
                (
                    "PlatformApplicationArn",
                    "arn:aws:sns:us-east-1:111122223333:app/APNS/No",
                ),
                ("Token", "t"),
            ],
            "NotFound",
            404,
        ),
        ("Fly", &[], "InvalidAction", 400),
    ];
    for (operation, members, code, status) in cases {
        call(&mut world, operation, members);
        let refusal = world.refusal();
        assert_eq!(
            (refusal.0.as_str(), refusal.1),
            (code, status),
            "{operation}"
        );
        assert_eq!(state(&world), before);
    }
    let mut world = self::world(MAY_NOT);
    call(&mut world, "CreateTopic", &[("Name", "news")]);
    let (code, status, message) = world.refusal();
    assert_eq!((code.as_str(), status), ("AuthorizationError", 403));
    assert!(
        message.contains("is not authorized to perform: sns:CreateTopic on resource: arn:aws:sns")
    );
}

#[test]
fn a_device_without_network_gets_no_push() {
    let mut world = world(MAY);
    let arn = endpoint(&mut world);
    let phone = world.phone.clone();
    // Another device publishes while the phone has no network
    let tablet = ActorId::new("tablet");
    world.cloud.add_actor(Actor {
        id: tablet.clone(),
        kind: ActorKind::Tablet,
        name: "tablet".into(),
        account: None,
    });
    world.cloud.devices.get_mut(&phone).unwrap().offline = true;
    world.phone = tablet;
    let response = call(
        &mut world,
        "Publish",
        &[("TargetArn", &arn), ("Message", "m")],
    );
    assert_eq!(response.status(), 200);
    assert_eq!(world.last().operation, "Publish");
}
