//! Cognito Sync through the front door.

use http::Method;
use serde_json::{Value, json};

use super::{CognitoSync, PushSync, describe, set_events, set_push};
use crate::cloud::access::fixture::{ACCOUNT, DANA, OMAR, World, policy};
use crate::cloud::iam::Role;
use crate::cloud::identity_pool::identities::Resolution;
use crate::cloud::identity_pool::{IdentityPoolConfig, LinkedLogin, add_pool};
use crate::cloud::lambda::{Code, FunctionConfig, Permission, add_function};
use crate::cloud::ledger::{Actor, ActorId, ActorKind, ArtifactKind};
use crate::cloud::{devices, sns};
use crate::policy::PolicyKind;
use crate::protocol::form::percent_encode;
use crate::protocol::message::{self, Message, Response};
use crate::protocol::time::Span;

const POOL: &str = "us-east-1:11111111-2222-4333-8444-555555555555";
const OWN_DATA: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
    "Action": "cognito-sync:*",
    "Resource": "arn:aws:cognito-sync:us-east-1:111122223333:identitypool/*/identity/${cognito-identity.amazonaws.com:sub}*"}]}"#;
const EVERYTHING: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
    "Action": "cognito-sync:*", "Resource": "*"}]}"#;

fn world(permissions: &str) -> World {
    let mut world = World::with_policy(permissions);
    for (id, kind) in [
        ("identities", ActorKind::IdentityPool),
        ("sync", ActorKind::Sync),
        ("sns", ActorKind::Sns),
        ("sts", ActorKind::Sts),
        ("lambda", ActorKind::Lambda),
    ] {
        world.cloud.add_actor(Actor {
            id: ActorId::new(id),
            kind,
            name: id.to_owned(),
            account: Some(ACCOUNT.to_owned()),
        });
    }
    let phone = world.phone.clone();
    world.cloud.devices.add(phone, None);
    let actor = ActorId::new("identities");
    let mut config = IdentityPoolConfig::new(actor, "identities", ACCOUNT);
    config.id = Some(POOL.to_owned());
    add_pool(&mut world.cloud, config);
    let now = world.cloud.now();
    let identities = world.cloud.identity_pools.identities_mut(POOL).unwrap();
    for (id, subject) in [(DANA, "dana"), (OMAR, "omar")] {
        let login = LinkedLogin {
            provider: "graph.facebook.com".into(),
            subject: subject.into(),
        };
        identities.create(id.to_owned(), vec![login], now);
    }
    world
}

/// The session becomes a developer's: without the keys that Cognito's credentials have.
fn as_developer(world: &mut World) {
    let mut session = world
        .cloud
        .sts
        .session(&world.credentials.access_key_id)
        .unwrap()
        .clone();
    session.context = crate::policy::RequestContext::new();
    world.cloud.sts.add(session);
}

fn send(world: &mut World, method: Method, behind: &str, body: &Value) -> Response {
    let url = format!(
        "https://cognito-sync.us-east-1.amazonaws.com/identitypools/{}/{behind}",
        percent_encode(POOL)
    );
    let mut request = message::request(method, &url).unwrap();
    if !body.is_null() {
        *request.body_mut() = body.to_string().into_bytes();
    }
    let request = world.signed("cognito-sync", request);
    world.send(request)
}

fn of(identity: &str, behind: &str) -> String {
    format!("identities/{}/datasets{behind}", percent_encode(identity))
}

fn list(world: &mut World, name: &str, since: i64) -> Value {
    let behind = of(DANA, &format!("/{name}/records?lastSyncCount={since}"));
    let response = send(world, Method::GET, &behind, &Value::Null);
    assert_eq!(response.status(), 200, "{:?}", world.last().refusal);
    response.json_body().unwrap()
}

fn patch(key: &str, value: &str, count: i64) -> Value {
    json!({"Op": "replace", "Key": key, "Value": value, "SyncCount": count,
           "DeviceLastModifiedDate": 1_772_528_400.5})
}

fn update(world: &mut World, name: &str, patches: &[Value]) -> Response {
    let token = list(world, name, 0)["SyncSessionToken"].clone();
    let body = json!({"SyncSessionToken": token, "RecordPatches": patches});
    send(world, Method::POST, &of(DANA, &format!("/{name}")), &body)
}

fn state(world: &World) -> String {
    format!("{:?}", describe(&world.cloud, &ActorId::new("sync")))
}

#[test]
fn what_is_written_is_read_back_with_its_sync_counts() {
    let mut world = world(OWN_DATA);
    let empty = list(&mut world, "profile", 0);
    assert_eq!(empty["DatasetExists"], false);
    assert_eq!(empty["DatasetSyncCount"], 0);
    let response = update(
        &mut world,
        "profile",
        &[patch("name", "Dana", 0), patch("age", "7", 0)],
    );
    assert_eq!(response.status(), 200);
    let records = response.json_body().unwrap()["Records"].clone();
    assert_eq!(records[0]["SyncCount"], 1);
    assert_eq!(records[0]["DeviceLastModifiedDate"], 1_772_528_400.5);
    update(&mut world, "profile", &[patch("name", "Dana B", 1)]);
    let news = list(&mut world, "profile", 1);
    assert_eq!(news["DatasetSyncCount"], 2);
    assert_eq!(news["Count"], 1);
    assert_eq!(news["Records"][0]["Value"], "Dana B");
    let all = send(&mut world, Method::GET, &of(DANA, ""), &Value::Null);
    let all = all.json_body().unwrap();
    assert_eq!(all["Datasets"][0]["DatasetName"], "profile");
    assert_eq!(all["Datasets"][0]["NumRecords"], 2);
    assert_eq!(all["Datasets"][0]["DataStorage"], "nameDana Bage7".len());
    let page = of(DANA, "/profile/records?maxResults=1");
    let page = send(&mut world, Method::GET, &page, &Value::Null)
        .json_body()
        .unwrap();
    assert_eq!(page["Records"][0]["Key"], "age");
    let next = format!(
        "/profile/records?maxResults=1&nextToken={}",
        page["NextToken"].as_str().unwrap()
    );
    let next = send(&mut world, Method::GET, &of(DANA, &next), &Value::Null)
        .json_body()
        .unwrap();
    assert_eq!(next["Records"][0]["Key"], "name");
    assert!(next.get("NextToken").is_none());
}

#[test]
fn a_token_of_the_last_pull_writes_whenever_the_device_comes_back() {
    let mut world = world(OWN_DATA);
    let token = list(&mut world, "profile", 0)["SyncSessionToken"].clone();
    world.cloud.pass_time(Span::from_minutes(20));
    let body = json!({"SyncSessionToken": token, "RecordPatches": [patch("name", "Dana", 0)]});
    let response = send(&mut world, Method::POST, &of(DANA, "/profile"), &body);
    assert_eq!(response.status(), 200, "{:?}", world.last().refusal);
}

#[test]
fn who_has_not_seen_the_last_change_gets_a_conflict() {
    let mut world = world(OWN_DATA);
    for count in 0..5 {
        update(&mut world, "profile", &[patch("name", "Dana", count)]);
    }
    let before = state(&world);
    update(
        &mut world,
        "profile",
        &[patch("other", "x", 0), patch("name", "Late", 4)],
    );
    let text = "Current SyncCount for: name is: 5 not: 4";
    assert_eq!(
        world.refusal(),
        ("ResourceConflictException".into(), 409, text.into())
    );
    assert_eq!(world.failed().name, "No conflict");
    assert_eq!(state(&world), before);
    let behind = of(DANA, "/profile/records?lastSyncCount=37");
    send(&mut world, Method::GET, &behind, &Value::Null);
    let text = "No such SyncCount: 37 exists for this Dataset";
    assert_eq!(
        world.refusal(),
        ("InvalidParameterException".into(), 400, text.into())
    );
}

#[test]
fn a_deleted_dataset_leaves_word_of_it() {
    let mut world = world(OWN_DATA);
    update(&mut world, "profile", &[patch("name", "Dana", 0)]);
    let gone = send(
        &mut world,
        Method::DELETE,
        &of(DANA, "/profile"),
        &Value::Null,
    );
    assert_eq!(gone.json_body().unwrap()["Dataset"]["NumRecords"], 1);
    let after = list(&mut world, "profile", 1);
    assert_eq!(after["DatasetExists"], false);
    assert_eq!(after["DatasetDeletedAfterRequestedSyncCount"], true);
    send(
        &mut world,
        Method::DELETE,
        &of(DANA, "/profile"),
        &Value::Null,
    );
    let (code, status, _) = world.refusal();
    assert_eq!((code.as_str(), status), ("ResourceNotFoundException", 404));
}

#[test]
fn bad_requests_change_nothing() {
    let mut world = world(OWN_DATA);
    update(&mut world, "profile", &[patch("name", "Dana", 0)]);
    let before = state(&world);
    let token = list(&mut world, "profile", 0)["SyncSessionToken"].clone();
    let url = of(DANA, "/profile");
    let with = |patches: Value| json!({"SyncSessionToken": token, "RecordPatches": patches});
    let too_many: Vec<Value> = (0..1025).map(|n| patch(&format!("k{n}"), "v", 0)).collect();
    let cases = [
        (json!([]), "SerializationException"),
        (json!({}), "InvalidParameterException"),
        (
            json!({"SyncSessionToken": "made-up"}),
            "InvalidParameterException",
        ),
        (with(json!("x")), "SerializationException"),
        (
            with(json!([{"Op": "erase", "Key": "a", "SyncCount": 0}])),
            "InvalidParameterException",
        ),
        (
            with(json!([{"Op": "replace", "Key": "a"}])),
            "InvalidParameterException",
        ),
        (
            with(json!([patch("a", "1", 0), patch("a", "2", 0)])),
            "InvalidParameterException",
        ),
        (with(json!(too_many)), "LimitExceededException"),
    ];
    for (body, code) in cases {
        send(&mut world, Method::POST, &url, &body);
        assert_eq!(world.refusal().0, code, "{body}");
        assert_eq!(state(&world), before);
    }
    let other = json!({"SyncSessionToken": token, "RecordPatches": []});
    send(&mut world, Method::POST, &of(DANA, "/another"), &other);
    assert_eq!(world.failed().name, "Sync session");
    send(
        &mut world,
        Method::GET,
        &of(DANA, "/a%20b/records"),
        &Value::Null,
    );
    assert_eq!(world.failed().name, "Dataset name");
    send(&mut world, Method::PUT, "nothing", &Value::Null);
    assert_eq!(world.refusal().0, "UnknownOperationException");
}

#[test]
fn an_identity_has_twenty_datasets_at_most() {
    let mut world = world(OWN_DATA);
    for number in 0..20 {
        let response = update(&mut world, &format!("d{number}"), &[patch("a", "b", 0)]);
        assert_eq!(response.status(), 200);
    }
    update(&mut world, "d20", &[patch("a", "b", 0)]);
    assert_eq!(world.refusal().0, "LimitExceededException");
}

#[test]
fn nobody_reaches_another_identitys_data() {
    let mut world = world(OWN_DATA);
    send(&mut world, Method::GET, &of(OMAR, ""), &Value::Null);
    let (code, status, message) = world.refusal();
    assert_eq!((code.as_str(), status), ("NotAuthorizedException", 403));
    assert!(message.contains("is not authorized to perform: cognito-sync:ListDatasets on resource: arn:aws:cognito-sync:us-east-1:111122223333:identitypool/"));
    // A policy that allows everything does not help with Cognito credentials
    let mut world = self::world(EVERYTHING);
    send(&mut world, Method::GET, &of(OMAR, ""), &Value::Null);
    assert_eq!(world.failed().name, "Own identity");
    as_developer(&mut world);
    let response = send(&mut world, Method::GET, &of(OMAR, ""), &Value::Null);
    assert_eq!(response.status(), 200);
}

#[test]
fn settings_are_the_developers_and_devices_the_users() {
    let mut world = world(EVERYTHING);
    send(&mut world, Method::GET, "configuration", &Value::Null);
    assert_eq!(world.failed().name, "Kind of credentials");
    let device = format!("identity/{}/device", percent_encode(DANA));
    let body = json!({"Platform": "APNS", "Token": "abc"});
    send(&mut world, Method::POST, &device, &body);
    assert_eq!(world.refusal().0, "InvalidConfigurationException");
    as_developer(&mut world);
    send(&mut world, Method::POST, &device, &body);
    assert_eq!(world.failed().name, "Kind of credentials");
    let missing = json!({"PushSync": {"ApplicationArns": ["arn:nothing"], "RoleArn": "arn:none"}});
    send(&mut world, Method::POST, "configuration", &missing);
    assert_eq!(world.failed().name, "Push sync");
    let app = sns::add_platform_application(&mut world.cloud, ACCOUNT, "APNS", "App");
    let role = format!("arn:aws:iam::{ACCOUNT}:role/PhotoReader");
    let good = json!({
        "PushSync": {"ApplicationArns": [app], "RoleArn": role},
        "CognitoStreams": {"StreamName": "changes", "RoleArn": role, "StreamingStatus": "ENABLED"},
    });
    send(&mut world, Method::POST, "configuration", &good);
    let found = send(&mut world, Method::GET, "configuration", &Value::Null);
    let found = found.json_body().unwrap();
    assert_eq!(found["PushSync"], good["PushSync"]);
    assert_eq!(found["CognitoStreams"], good["CognitoStreams"]);
    let events =
        json!({"Events": {"SyncTrigger": "arn:aws:lambda:us-east-1:111122223333:function:f"}});
    assert_eq!(
        send(&mut world, Method::POST, "events", &events).status(),
        200
    );
    send(
        &mut world,
        Method::POST,
        "events",
        &json!({"Events": {"Other": "x"}}),
    );
    assert_eq!(world.refusal().0, "InvalidParameterException");
}

fn with_push(trust: &str) -> World {
    let mut world = world(OWN_DATA);
    let app = sns::add_platform_application(&mut world.cloud, ACCOUNT, "APNS", "App");
    let may = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Action": ["sns:Publish", "sns:CreatePlatformEndpoint"], "Resource": "*"}]}"#;
    let role_arn = format!("arn:aws:iam::{ACCOUNT}:role/Push");
    world.cloud.iam.put_role(Role {
        arn: role_arn.clone(),
        name: "Push".into(),
        account: ACCOUNT.into(),
        role_id: "AROAPUSHROLEPUSHROLE2".into(),
        trust: policy(PolicyKind::Trust, "Push trust policy", trust),
        policies: vec![policy(PolicyKind::Identity, "Push", may)],
        boundary: None,
        max_session: Span::from_hours(1),
    });
    let push = PushSync {
        application_arns: vec![app],
        role_arn,
    };
    set_push(&mut world.cloud, POOL, push);
    world
}

fn trust(source_account: &str) -> String {
    format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow",
        "Principal": {{"Service": "cognito-sync.amazonaws.com"}}, "Action": "sts:AssumeRole",
        "Condition": {{"StringEquals": {{"aws:SourceAccount": "{source_account}"}}}}}}]}}"#
    )
}

fn register(world: &mut World) -> Response {
    let token = devices::token_of(&world.cloud, &world.phone);
    let phone = world.phone.clone();
    world.cloud.devices.get_mut(&phone).unwrap().push_token = Some(token.clone());
    let device = format!("identity/{}/device", percent_encode(DANA));
    let body = json!({"Platform": "APNS", "Token": token});
    send(world, Method::POST, &device, &body)
}

#[test]
fn a_subscribed_device_gets_a_push_without_data() {
    let mut world = with_push(&trust(ACCOUNT));
    let id = register(&mut world).json_body().unwrap()["DeviceId"].clone();
    let again = register(&mut world).json_body().unwrap()["DeviceId"].clone();
    assert_eq!(id, again);
    let subscription = of(
        DANA,
        &format!("/profile/subscriptions/{}", id.as_str().unwrap()),
    );
    send(&mut world, Method::POST, &subscription, &Value::Null);
    update(&mut world, "profile", &[patch("name", "Secret Dana", 0)]);
    let push = world
        .cloud
        .ledger
        .exchanges()
        .iter()
        .find(|one| one.operation == "SilentPush")
        .unwrap();
    let body: Value = serde_json::from_str(push.request.body.text().unwrap()).unwrap();
    let expected = json!({
        "source": "cognito-sync", "identityPoolId": POOL, "identityId": DANA,
        "datasetName": "profile", "syncCount": 1, "aps": {"content-available": 1},
    });
    assert_eq!(body, expected);
    let held = world.cloud.ledger.held_by(&world.phone);
    let kinds: Vec<_> = held
        .filter_map(|id| world.cloud.ledger.artifact(id))
        .map(|it| it.kind)
        .collect();
    assert!(kinds.contains(&ArtifactKind::Push));
    let pushes = |world: &World| {
        let all = world.cloud.ledger.exchanges().iter();
        all.filter(|one| one.operation == "SilentPush").count()
    };
    assert_eq!(pushes(&world), 1);
    // Whoever wrote is not told, nor is a device that has unsubscribed
    let token = list(&mut world, "profile", 1)["SyncSessionToken"].clone();
    let body =
        json!({"SyncSessionToken": token, "DeviceId": id, "RecordPatches": [patch("a", "b", 0)]});
    send(&mut world, Method::POST, &of(DANA, "/profile"), &body);
    send(&mut world, Method::DELETE, &subscription, &Value::Null);
    update(&mut world, "profile", &[patch("c", "d", 0)]);
    assert_eq!(pushes(&world), 1);
}

#[test]
fn the_push_role_must_trust_sync_for_this_account() {
    let mut world = with_push(&trust("444455556666"));
    register(&mut world);
    assert_eq!(world.refusal().0, "AccessDenied");
    let register = world
        .cloud
        .ledger
        .exchanges()
        .iter()
        .find(|one| one.operation == "RegisterDevice")
        .unwrap();
    let refusal = register.refusal.clone().unwrap();
    assert_eq!(refusal.code, "InvalidConfigurationException");
    let sts = world.last().failed_check().unwrap();
    assert_eq!(sts.name, "Trust policy: SourceAccount");
}

#[test]
fn the_sync_trigger_sees_changes_first_and_may_drop_them() {
    let mut world = world(EVERYTHING);
    let pool = world.cloud.identity_pools.pool(POOL).unwrap();
    let function = |name: &str, code: Code| FunctionConfig {
        name: name.into(),
        account: ACCOUNT.into(),
        code,
        role_arn: None,
        permissions: vec![Permission::for_service(
            "sync",
            "cognito-sync.amazonaws.com",
            &pool.arn(),
            ACCOUNT,
        )],
    };
    let code = Code::SyncValidator {
        read_only: vec!["score".into()],
        max_chars: 10,
    };
    let arn = add_function(&mut world.cloud, function("check", code)).unwrap();
    set_events(&mut world.cloud, POOL, &arn);
    let response = update(
        &mut world,
        "game",
        &[patch("score", "999", 0), patch("level", "2", 0)],
    );
    let records = response.json_body().unwrap()["Records"].clone();
    assert_eq!(records.as_array().unwrap().len(), 1);
    assert_eq!(records[0]["Key"], "level");
    let before = state(&world);
    update(
        &mut world,
        "game",
        &[patch("level", "far too long a level", 1)],
    );
    let refused = world
        .cloud
        .ledger
        .exchanges()
        .iter()
        .rfind(|one| one.operation == "UpdateRecords");
    let refusal = refused.unwrap().refusal.clone().unwrap();
    assert_eq!(refusal.code, "InvalidLambdaFunctionOutputException");
    assert_eq!(state(&world), before);
    // A developer's writes do not go through the function
    as_developer(&mut world);
    let response = update(&mut world, "game", &[patch("score", "1", 0)]);
    assert_eq!(response.json_body().unwrap()["Records"][0]["Key"], "score");
}

#[test]
fn datasets_of_a_merged_identity_are_offered_to_the_one_that_stays() {
    let mut world = world(OWN_DATA);
    update(&mut world, "profile", &[patch("name", "Dana", 0)]);
    let dataset = world.cloud.sync.dataset(DANA, "profile").unwrap().clone();
    let mut sync = CognitoSync::default();
    sync.datasets
        .insert((OMAR.to_owned(), "profile".to_owned()), dataset.clone());
    world.cloud.sync.datasets.extend(sync.datasets);
    let resolution = Resolution::Known {
        id: DANA.to_owned(),
        link: Vec::new(),
        absorb: vec![OMAR.to_owned()],
    };
    let now = world.cloud.now();
    world.cloud.sync.merge(DANA, &[OMAR.to_owned()]);
    world
        .cloud
        .identity_pools
        .identities_mut(POOL)
        .unwrap()
        .apply(resolution, None, now);
    let merged = format!("profile.{OMAR}");
    let found = list(&mut world, "profile", 1);
    assert_eq!(found["MergedDatasetNames"], json!([merged]));
    assert_eq!(
        list(&mut world, &percent_encode(&merged), 0)["Records"][0]["Value"],
        "Dana"
    );
    send(
        &mut world,
        Method::DELETE,
        &of(DANA, &format!("/{}", percent_encode(&merged))),
        &Value::Null,
    );
    assert_eq!(
        list(&mut world, "profile", 1)["MergedDatasetNames"],
        json!([])
    );
    send(&mut world, Method::GET, &of(OMAR, ""), &Value::Null);
    assert!(world.last().refusal.is_some());
}
