//! Lambda through the front door.

use serde_json::{Value, json};

use super::code::{Code, TableAccess};
use super::{FunctionConfig, Invocation, Permission, add_function, add_permission};
use crate::cloud::access::fixture::{ACCOUNT, DANA, World, policy};
use crate::cloud::iam::Role;
use crate::cloud::ledger::{Actor, ActorId, ActorKind};
use crate::cloud::{Cloud, lambda};
use crate::policy::PolicyKind;
use crate::protocol::message::{self, Message, Request, Response};
use crate::protocol::time::Span;

const MAY_INVOKE: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
    "Action": ["lambda:InvokeFunction", "lambda:AddPermission"],
    "Resource": "arn:aws:lambda:us-east-1:111122223333:function:*"}]}"#;
const MAY_NOTHING: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
    "Action": "s3:GetObject", "Resource": "*"}]}"#;
const POOL_ARN: &str = "arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_Abc";

fn actor(id: &str, kind: ActorKind) -> Actor {
    Actor {
        id: ActorId::new(id),
        kind,
        name: id.to_owned(),
        account: Some(ACCOUNT.to_owned()),
    }
}

fn world(permissions: &str) -> World {
    let mut world = World::with_policy(permissions);
    world.cloud.add_actor(actor("lambda", ActorKind::Lambda));
    world.cloud.add_actor(actor("sts", ActorKind::Sts));
    world.cloud.add_actor(actor("users", ActorKind::UserPool));
    world
}

fn function(world: &mut World, name: &str, code: Code) -> String {
    let config = FunctionConfig {
        name: name.to_owned(),
        account: ACCOUNT.to_owned(),
        code,
        role_arn: Some(format!("arn:aws:iam::{ACCOUNT}:role/FunctionRole")),
        permissions: Vec::new(),
    };
    add_function(&mut world.cloud, config).unwrap()
}

fn execution_role(world: &mut World, trusted: &str, may: &str) {
    let trust = format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow",
        "Principal": {{"Service": "{trusted}"}}, "Action": "sts:AssumeRole"}}]}}"#
    );
    world.cloud.iam.put_role(Role {
        arn: format!("arn:aws:iam::{ACCOUNT}:role/FunctionRole"),
        name: "FunctionRole".into(),
        account: ACCOUNT.into(),
        role_id: "AROAFUNCTIONROLE23456".into(),
        trust: policy(PolicyKind::Trust, "FunctionRole trust policy", &trust),
        policies: vec![policy(PolicyKind::Identity, "Tables", may)],
        boundary: None,
        max_session: Span::from_hours(1),
    });
}

fn request(function: &str, what: &str, body: &Value) -> Request {
    let function = crate::protocol::form::percent_encode(function);
    let url =
        format!("https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/{function}/{what}");
    message::post_json(&url, message::JSON, body).unwrap()
}

fn invoke(world: &mut World, function: &str, event: &Value) -> Response {
    let request = world.signed("lambda", request(function, "invocations", event));
    world.send(request)
}

fn by_the_pool(cloud: &mut Cloud, function_arn: &str) -> Result<Value, lambda::Failure> {
    let invocation = Invocation {
        function_arn,
        source_arn: POOL_ARN,
        source_account: ACCOUNT,
        event: &json!({"triggerSource": "PreSignUp_SignUp", "response": {}}),
    };
    lambda::invoke_for_service(cloud, &ActorId::new("users"), invocation)
}

#[test]
fn a_caller_with_the_permission_gets_what_the_function_returns() {
    let mut world = world(MAY_INVOKE);
    let arn = function(&mut world, "echo", Code::Echo);
    for name in ["echo", arn.as_str(), "111122223333:function:echo"] {
        let response = invoke(&mut world, name, &json!({"a": 1}));
        assert_eq!(response.status(), 200);
        assert_eq!(response.json_body().unwrap(), json!({"a": 1}));
        assert_eq!(response.header("x-amz-executed-version"), Some("$LATEST"));
        assert_eq!(response.header("x-amz-function-error"), None);
    }
    assert_eq!(world.last().operation, "Invoke");
    let (line, details) = lambda::describe(&world.cloud, &ActorId::new("lambda"));
    assert_eq!(line, "function echo");
    assert!(details.contains(&("echo: invocations".into(), "3".into())));
}

#[test]
fn a_function_that_fails_is_a_success_with_an_error_in_it() {
    let mut world = world(MAY_INVOKE);
    function(&mut world, "broken", Code::Fail("out of cheese".into()));
    let response = invoke(&mut world, "broken", &json!({}));
    assert_eq!(response.status(), 200);
    assert_eq!(response.header("x-amz-function-error"), Some("Unhandled"));
    let payload = response.json_body().unwrap();
    assert_eq!(
        payload,
        json!({"errorMessage": "out of cheese", "errorType": "Error"})
    );
    assert!(world.last().refusal.is_none());
}

#[test]
fn an_event_is_accepted_and_a_dry_run_changes_nothing() {
    let mut world = world(MAY_INVOKE);
    function(&mut world, "echo", Code::Echo);
    for (mode, status, runs) in [("Event", 202, "1"), ("DryRun", 204, "1")] {
        let mut request = request("echo", "invocations", &json!({}));
        request.set_header("x-amz-invocation-type", mode).unwrap();
        let request = world.signed("lambda", request);
        let response = world.send(request);
        assert_eq!(response.status(), status);
        assert!(response.body().is_empty());
        let (_, details) = lambda::describe(&world.cloud, &ActorId::new("lambda"));
        assert!(details.contains(&("echo: invocations".into(), runs.into())));
    }
}

#[test]
fn bad_invocations_are_refused_as_lambda_refuses_them() {
    let mut world = world(MAY_INVOKE);
    function(&mut world, "echo", Code::Echo);
    invoke(&mut world, "nowhere", &json!({}));
    let arn = "arn:aws:lambda:us-east-1:111122223333:function:nowhere";
    let expected = format!("Function not found: {arn}");
    assert_eq!(
        world.refusal(),
        ("ResourceNotFoundException".into(), 404, expected)
    );
    let mut bad = request("echo", "invocations", &json!({}));
    *bad.body_mut() = b"{".to_vec();
    let bad = world.signed("lambda", bad);
    world.send(bad);
    let (code, status, message) = world.refusal();
    assert_eq!(
        (code.as_str(), status),
        ("InvalidRequestContentException", 400)
    );
    assert!(message.starts_with("Could not parse request body into json"));
    let mut bad = request("echo", "invocations", &json!({}));
    bad.set_header("x-amz-invocation-type", "Later").unwrap();
    let bad = world.signed("lambda", bad);
    world.send(bad);
    let (code, status, message) = world.refusal();
    assert_eq!((code.as_str(), status), ("ValidationException", 400));
    assert!(message.contains("enum value set: [Event, RequestResponse, DryRun]"));
    let (_, details) = lambda::describe(&world.cloud, &ActorId::new("lambda"));
    assert!(details.contains(&("echo: invocations".into(), "0".into())));
}

#[test]
fn without_a_permission_or_a_signature_nothing_runs() {
    let mut world = world(MAY_NOTHING);
    function(&mut world, "echo", Code::Echo);
    let response = invoke(&mut world, "echo", &json!({}));
    let sentence = "User: arn:aws:sts::111122223333:assumed-role/PhotoReader/\
                    CognitoIdentityCredentials is not authorized to perform: \
                    lambda:InvokeFunction on resource: \
                    arn:aws:lambda:us-east-1:111122223333:function:echo because no \
                    identity-based policy allows the lambda:InvokeFunction action";
    assert_eq!(
        world.refusal(),
        ("AccessDeniedException".into(), 403, sentence.into())
    );
    assert_eq!(response.json_body().unwrap(), json!({"Message": sentence}));
    assert!(world.rest_not_reached());
    world.send(request("echo", "invocations", &json!({})));
    let (code, status, _) = world.refusal();
    assert_eq!(
        (code.as_str(), status),
        ("MissingAuthenticationTokenException", 403)
    );
}

#[test]
fn a_service_needs_the_functions_policy_and_the_right_source() {
    let mut world = world(MAY_NOTHING);
    let arn = function(&mut world, "gate", Code::Echo);
    let refused = by_the_pool(&mut world.cloud, &arn).unwrap_err();
    assert!(
        refused
            .to_string()
            .starts_with("AccessDeniedException: User: cognito-idp")
    );
    let other = "arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_Other";
    let service = "cognito-idp.amazonaws.com";
    let wrong = Permission::for_service("other", service, other, ACCOUNT);
    add_permission(&mut world.cloud, &arn, &wrong).unwrap();
    assert!(by_the_pool(&mut world.cloud, &arn).is_err());
    assert_eq!(world.failed().name, "Resource policy");
    assert!(
        world.failed().expected.contains("SourceArn"),
        "{:?}",
        world.failed()
    );
    let right = Permission::for_service("pool", service, POOL_ARN, ACCOUNT);
    add_permission(&mut world.cloud, &arn, &right).unwrap();
    let event = by_the_pool(&mut world.cloud, &arn).unwrap();
    assert_eq!(event["triggerSource"], "PreSignUp_SignUp");
}

#[test]
fn a_phone_cannot_pass_for_a_service() {
    let mut world = world(MAY_NOTHING);
    let arn = function(&mut world, "gate", Code::Echo);
    let right = Permission::for_service("pool", "cognito-idp.amazonaws.com", POOL_ARN, ACCOUNT);
    add_permission(&mut world.cloud, &arn, &right).unwrap();
    let mut forged = request("gate", "invocations", &json!({}));
    forged.set_header("x-amz-source-arn", POOL_ARN).unwrap();
    forged.set_header("x-amz-source-account", ACCOUNT).unwrap();
    world.send(forged);
    assert_eq!(world.refusal().0, "MissingAuthenticationTokenException");
}

#[test]
fn add_permission_writes_the_statement_that_aws_writes() {
    let mut world = world(MAY_INVOKE);
    function(&mut world, "gate", Code::Echo);
    let body = json!({
        "StatementId": "pool", "Action": "lambda:InvokeFunction",
        "Principal": "cognito-idp.amazonaws.com",
        "SourceArn": POOL_ARN, "SourceAccount": ACCOUNT,
    });
    let signed = world.signed("lambda", request("gate", "policy", &body));
    let response = world.send(signed);
    assert_eq!(response.status(), 201);
    let text = response.json_body().unwrap()["Statement"]
        .as_str()
        .unwrap()
        .to_owned();
    let statement: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        statement,
        json!({
            "Sid": "pool", "Effect": "Allow",
            "Principal": {"Service": "cognito-idp.amazonaws.com"},
            "Action": "lambda:InvokeFunction",
            "Resource": "arn:aws:lambda:us-east-1:111122223333:function:gate",
            "Condition": {
                "StringEquals": {"AWS:SourceAccount": ACCOUNT},
                "ArnLike": {"AWS:SourceArn": POOL_ARN},
            },
        })
    );
    let state = lambda::describe(&world.cloud, &ActorId::new("lambda"));
    let signed = world.signed("lambda", request("gate", "policy", &body));
    world.send(signed);
    let (code, status, message) = world.refusal();
    assert_eq!((code.as_str(), status), ("ResourceConflictException", 409));
    assert!(message.starts_with("The statement id (pool) provided already exists."));
    assert_eq!(
        lambda::describe(&world.cloud, &ActorId::new("lambda")),
        state
    );
    let signed = world.signed(
        "lambda",
        request("gate", "policy", &json!({"StatementId": 1})),
    );
    world.send(signed);
    assert_eq!(world.refusal().0, "SerializationException");
}

const READ_SCORES: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
    "Action": "dynamodb:GetItem",
    "Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/Profiles"}]}"#;

fn profiles(world: &mut World) {
    use crate::cloud::dynamodb::{KeyAttribute, TableConfig};
    let table = TableConfig {
        name: "Profiles".into(),
        account: ACCOUNT.into(),
        partition_key: KeyAttribute::text("UserId"),
        sort_key: None,
    };
    world.cloud.dynamodb.add_table(table).unwrap();
    let item = json!({"UserId": {"S": DANA}, "Colour": {"S": "green"}});
    world
        .cloud
        .dynamodb
        .put_initial_item(ACCOUNT, "Profiles", &item)
        .unwrap();
}

fn lookup() -> Code {
    Code::TableLookup(TableAccess {
        table: "Profiles".into(),
        key: "UserId".into(),
        from: "/who".into(),
    })
}

#[test]
fn a_function_reads_a_table_with_its_own_role_and_not_the_callers() {
    let mut world = world(MAY_INVOKE);
    profiles(&mut world);
    execution_role(&mut world, "lambda.amazonaws.com", READ_SCORES);
    function(&mut world, "profile", lookup());
    let before = world.cloud.ledger.exchanges().len();
    let response = invoke(&mut world, "profile", &json!({"who": DANA}));
    assert_eq!(
        response.json_body().unwrap(),
        json!({"UserId": DANA, "Colour": "green"})
    );
    let called = |world: &World, from: usize| -> Vec<String> {
        let all = world.cloud.ledger.exchanges().stretch(from..);
        all.iter().map(|one| one.operation.to_string()).collect()
    };
    assert_eq!(called(&world, before), ["Invoke", "AssumeRole", "GetItem"]);
    let decided = world.cloud.ledger.decisions().last().unwrap();
    assert_eq!(
        decided.principal,
        "arn:aws:sts::111122223333:assumed-role/FunctionRole/profile"
    );
    // The role's credentials are kept while they last
    let before = world.cloud.ledger.exchanges().len();
    invoke(&mut world, "profile", &json!({"who": DANA}));
    assert_eq!(called(&world, before), ["Invoke", "GetItem"]);
}

#[test]
fn a_function_is_stopped_by_its_roles_trust_and_by_its_roles_permissions() {
    let mut world = world(MAY_INVOKE);
    profiles(&mut world);
    execution_role(&mut world, "ec2.amazonaws.com", READ_SCORES);
    function(&mut world, "profile", lookup());
    invoke(&mut world, "profile", &json!({"who": DANA}));
    let refusal = world
        .cloud
        .ledger
        .exchanges()
        .iter()
        .find_map(|one| one.refusal.clone());
    let message = "The role defined for the function cannot be assumed by Lambda.";
    assert_eq!(refusal.unwrap().message, message);
    let mut world = self::world(MAY_INVOKE);
    profiles(&mut world);
    execution_role(&mut world, "lambda.amazonaws.com", MAY_NOTHING);
    function(&mut world, "profile", lookup());
    let payload = invoke(&mut world, "profile", &json!({"who": DANA}))
        .json_body()
        .unwrap();
    assert_eq!(payload["errorType"], "AccessDeniedException");
}

#[test]
fn triggers_come_back_with_their_response_filled_in() {
    let claims = Code::CustomClaims {
        add: [("plan".to_owned(), "gold".to_owned())].into(),
        suppress: vec!["email".into()],
    };
    let event = json!({"version": "1", "request": {}, "response": {"claimsOverrideDetails": null}});
    let out = claims.run(&event).unwrap();
    let details = &out["response"]["claimsOverrideDetails"];
    assert_eq!(details["claimsToAddOrOverride"], json!({"plan": "gold"}));
    assert_eq!(details["claimsToSuppress"], json!(["email"]));
    let gate = Code::SignUpGate {
        domains: vec!["example.com".into()],
    };
    let sign_up =
        |email: &str| json!({"request": {"userAttributes": {"email": email}}, "response": {}});
    assert_eq!(
        gate.run(&sign_up("a@example.com")).unwrap()["response"]["autoConfirmUser"],
        true
    );
    assert!(gate.run(&sign_up("a@example.org")).is_err());
    assert!(gate.run(&json!({})).is_err());
}
