//! IAM as its callers see it.

use serde_json::{Value, json};

use super::revoke_older_sessions;
use crate::cloud::identity_pool::tests::callers::{allowing, credentials_in, identity_policy};
use crate::cloud::identity_pool::tests::world::{POOL_ID, PROVIDER, USER_ROLE, World, trust};
use crate::cloud::ledger::CredentialsValue;
use crate::protocol::time::Span;

fn world() -> (World, CredentialsValue) {
    let mut world = World::new();
    let admin = world.user("admin", &allowing(&["*"]));
    (world, admin)
}

fn create_role<'a>(name: &'a str, document: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("Action", "CreateRole"),
        ("RoleName", name),
        ("AssumeRolePolicyDocument", document),
    ]
}

fn trust_without_aud() -> Value {
    let mut document = trust(POOL_ID, "authenticated");
    let condition = document["Statement"][0]["Condition"]
        .as_object_mut()
        .unwrap();
    condition.remove("StringEquals");
    document
}

#[test]
fn a_role_is_made_and_can_be_assumed() {
    let (mut world, admin) = world();
    let document = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
        "Action": "sts:AssumeRole" }] })
    .to_string();
    let mut asking = create_role("Maker", &document);
    asking.push(("Path", "/team/"));
    asking.push(("MaxSessionDuration", "7200"));
    let result = world.granted(&admin, "iam", &asking);
    let arn = "arn:aws:iam::111122223333:role/team/Maker";
    assert_eq!(result.text_at(&["Role", "Arn"]), Some(arn));
    assert_eq!(result.text_at(&["Role", "Path"]), Some("/team/"));
    let id = result.text_at(&["Role", "RoleId"]).unwrap();
    assert!(id.starts_with("AROA") && id.len() == 21, "{id}");
    let assume = [
        ("Action", "AssumeRole"),
        ("RoleArn", arn),
        ("RoleSessionName", "x1"),
        ("DurationSeconds", "7200"),
    ];
    world.granted(&admin, "sts", &assume);
    let (status, code, message) = world.denied(&admin, "iam", &asking);
    assert_eq!((status, code.as_str()), (409, "EntityAlreadyExists"));
    assert_eq!(message, "Role with name Maker already exists.");
}

#[test]
fn a_role_that_trusts_every_identity_pool_is_not_made_and_not_left() {
    let (mut world, admin) = world();
    let document = trust_without_aud().to_string();
    let (status, code, message) = world.denied(&admin, "iam", &create_role("Open", &document));
    assert_eq!((status, code.as_str()), (400, "MalformedPolicyDocument"));
    assert!(
        message.contains("cognito-identity.amazonaws.com:aud"),
        "{message}"
    );
    assert_eq!(world.stopped_at("CreateRole").name, "Policy document");
    let update = [
        ("Action", "UpdateAssumeRolePolicy"),
        ("RoleName", "PhotoReader"),
        ("PolicyDocument", document.as_str()),
    ];
    assert_eq!(
        world.denied(&admin, "iam", &update).1,
        "MalformedPolicyDocument"
    );
}

#[test]
fn what_is_no_policy_is_refused_and_the_place_is_told() {
    let (mut world, admin) = world();
    for text in [
        "{",
        "not json",
        r#"{"Version": "2012-10-17"}"#,
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}]}"#,
    ] {
        let put = [
            ("Action", "PutRolePolicy"),
            ("RoleName", "PhotoReader"),
            ("PolicyName", "Broken"),
            ("PolicyDocument", text),
        ];
        let (status, code, message) = world.denied(&admin, "iam", &put);
        assert_eq!((status, code.as_str()), (400, "MalformedPolicyDocument"));
        assert!(message.starts_with("line "), "{message}");
    }
}

#[test]
fn a_changed_trust_policy_counts_from_the_next_request_on() {
    let (mut world, admin) = world();
    let token = world.sign_in("anna").0;
    let identity = world.identity_of(&token);
    let body = json!({ "IdentityId": identity, "Logins": { PROVIDER: token } });
    world.ok("GetCredentialsForIdentity", &body);
    let document = trust(
        "us-east-1:00000000-0000-4000-8000-000000000000",
        "authenticated",
    );
    let document = document.to_string();
    let update = [
        ("Action", "UpdateAssumeRolePolicy"),
        ("RoleName", "PhotoReader"),
        ("PolicyDocument", document.as_str()),
    ];
    world.granted(&admin, "iam", &update);
    let (code, _) = world.refused("GetCredentialsForIdentity", &body);
    assert_eq!(code, "InvalidIdentityPoolConfigurationException");
}

#[test]
fn policies_of_a_role_are_put_replaced_attached_and_taken_away() {
    let (mut world, admin) = world();
    let managed = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    let policy = identity_policy("AmazonS3ReadOnlyAccess", &allowing(&["s3:Get*"]));
    world.cloud.iam.put_managed_policy(managed, policy);
    let names = |world: &World| -> Vec<String> {
        let policies = world.cloud.iam.identity_policies(USER_ROLE);
        policies
            .iter()
            .map(|policy| policy.name.to_string())
            .collect()
    };
    let text = allowing(&["s3:PutObject"]);
    let inline = |action| {
        [
            ("Action", action),
            ("RoleName", "PhotoReader"),
            ("PolicyName", "Write"),
            ("PolicyDocument", text.as_str()),
        ]
    };
    let attach = |action, arn| {
        [
            ("Action", action),
            ("RoleName", "PhotoReader"),
            ("PolicyArn", arn),
        ]
    };
    world.granted(&admin, "iam", &inline("PutRolePolicy"));
    world.granted(&admin, "iam", &inline("PutRolePolicy"));
    world.granted(&admin, "iam", &attach("AttachRolePolicy", managed));
    world.granted(&admin, "iam", &attach("AttachRolePolicy", managed));
    assert_eq!(names(&world), ["Write", "AmazonS3ReadOnlyAccess"]);
    world.granted(&admin, "iam", &inline("DeleteRolePolicy"));
    world.granted(&admin, "iam", &attach("DetachRolePolicy", managed));
    assert!(names(&world).is_empty());
    let (status, code, message) = world.denied(&admin, "iam", &inline("DeleteRolePolicy"));
    assert_eq!((status, code.as_str()), (404, "NoSuchEntity"));
    assert_eq!(message, "The role policy with name Write cannot be found.");
    let (_, code, _) = world.denied(&admin, "iam", &attach("DetachRolePolicy", managed));
    assert_eq!(code, "NoSuchEntity");
    let nowhere = "arn:aws:iam::aws:policy/Nowhere";
    let (_, code, message) = world.denied(&admin, "iam", &attach("AttachRolePolicy", nowhere));
    assert_eq!(code, "NoSuchEntity");
    assert_eq!(
        message,
        format!("Policy {nowhere} does not exist or is not attachable.")
    );
}

#[test]
fn a_boundary_is_set_and_limits_at_once() {
    let (mut world, admin) = world();
    let arn = "arn:aws:iam::111122223333:policy/OnlyS3";
    let policy = identity_policy("OnlyS3", &allowing(&["s3:*"]));
    world.cloud.iam.put_managed_policy(arn, policy);
    let put = [
        ("Action", "PutRolePermissionsBoundary"),
        ("RoleName", "PhotoReader"),
        ("PermissionsBoundary", arn),
    ];
    world.granted(&admin, "iam", &put);
    let boundary = world.cloud.iam.boundary(USER_ROLE).unwrap();
    assert_eq!(&*boundary.name, "OnlyS3");
}

#[test]
fn older_sessions_are_revoked_and_newer_ones_are_not() {
    let (mut world, admin) = world();
    let everything = identity_policy("all", &allowing(&["*"]));
    world.cloud.iam.role_mut(USER_ROLE).unwrap().policies = vec![everything];
    let session = |world: &mut World| {
        let token = world.sign_in("anna").0;
        let identity = world.identity_of(&token);
        let pool_token = world.pool_token(&identity, &json!({ PROVIDER: token }));
        let (status, text) = world.sts(&[
            ("Action", "AssumeRoleWithWebIdentity"),
            ("RoleArn", USER_ROLE),
            ("RoleSessionName", "phone"),
            ("WebIdentityToken", &pool_token),
        ]);
        assert_eq!(status, 200, "{text}");
        let answer = crate::protocol::xml::parse(&text).unwrap();
        (credentials_in(&answer.children()[0]), identity)
    };
    let (old, identity) = session(&mut world);
    let body = json!({ "IdentityId": identity });
    world.signed_ok(&old, "DescribeIdentity", &body);
    world.pass(Span::from_minutes(5));
    let document = revoke_older_sessions(world.cloud.now());
    let put = [
        ("Action", "PutRolePolicy"),
        ("RoleName", "PhotoReader"),
        ("PolicyName", "AWSRevokeOlderSessions"),
        ("PolicyDocument", document.as_str()),
    ];
    world.granted(&admin, "iam", &put);
    let (code, message) = world.signed_refused(&old, "DescribeIdentity", &body);
    assert_eq!(code, "AccessDeniedException");
    assert!(message.ends_with("with an explicit deny in an identity-based policy"));
    // Who they are is still answered
    world.granted(&old, "sts", &[("Action", "GetCallerIdentity")]);
    let (new, _) = session(&mut world);
    world.signed_ok(&new, "DescribeIdentity", &body);
}

#[test]
fn keys_are_made_two_at_most_and_made_inactive() {
    let (mut world, admin) = world();
    let create = [("Action", "CreateAccessKey"), ("UserName", "admin")];
    let result = world.granted(&admin, "iam", &create);
    let text = |name: &str| result.text_at(&["AccessKey", name]).unwrap().to_owned();
    let second = CredentialsValue {
        access_key_id: text("AccessKeyId"),
        secret_access_key: text("SecretAccessKey"),
        session_token: None,
        expiration: None,
    };
    world.granted(&second, "sts", &[("Action", "GetCallerIdentity")]);
    let (status, code, message) = world.denied(&admin, "iam", &create);
    assert_eq!((status, code.as_str()), (409, "LimitExceeded"));
    assert_eq!(message, "Cannot exceed quota for AccessKeysPerUser: 2");
    let inactive = [
        ("Action", "UpdateAccessKey"),
        ("AccessKeyId", second.access_key_id.as_str()),
        ("Status", "Inactive"),
    ];
    world.granted(&admin, "iam", &inactive);
    let (status, code, _) = world.denied(&second, "sts", &[("Action", "GetCallerIdentity")]);
    assert_eq!((status, code.as_str()), (403, "InvalidClientTokenId"));
    assert!(
        world
            .stopped_at("GetCallerIdentity")
            .actual
            .ends_with("is inactive")
    );
    let nonsense = [inactive[0], inactive[1], ("Status", "Asleep")];
    let (_, code, message) = world.denied(&admin, "iam", &nonsense);
    assert_eq!(code, "ValidationError");
    assert!(message.ends_with("Member must satisfy enum value set: [Active, Inactive]"));
}

#[test]
fn a_provider_is_made_once() {
    let (mut world, admin) = world();
    let create = [
        ("Action", "CreateOpenIDConnectProvider"),
        ("Url", "https://login.example.com/tenant"),
        ("ClientIDList.member.1", "app"),
    ];
    let result = world.granted(&admin, "iam", &create);
    let arn = "arn:aws:iam::111122223333:oidc-provider/login.example.com/tenant";
    assert_eq!(result.text_at(&["OpenIDConnectProviderArn"]), Some(arn));
    let known = world.cloud.iam.oidc_provider(arn).unwrap();
    assert_eq!(known.client_ids, ["app"]);
    let (status, code, _) = world.denied(&admin, "iam", &create);
    assert_eq!((status, code.as_str()), (409, "EntityAlreadyExists"));
    let plain = [create[0], ("Url", "http://login.example.com")];
    assert_eq!(world.denied(&admin, "iam", &plain).1, "ValidationError");
}

#[test]
fn who_may_not_learns_not_even_whether_a_role_exists() {
    let (mut world, _) = world();
    let poor = world.user("poor", &allowing(&["s3:*"]));
    let text = allowing(&["*"]);
    for role in ["PhotoReader", "Nobody"] {
        let put = [
            ("Action", "PutRolePolicy"),
            ("RoleName", role),
            ("PolicyName", "All"),
            ("PolicyDocument", text.as_str()),
        ];
        let (status, code, message) = world.denied(&poor, "iam", &put);
        assert_eq!((status, code.as_str()), (403, "AccessDenied"));
        assert!(
            message
                .ends_with("because no identity-based policy allows the iam:PutRolePolicy action"),
            "{message}"
        );
        assert_eq!(world.stopped_at("PutRolePolicy").name, "Permissions policy");
    }
}

#[test]
fn requests_that_break_the_model_are_told() {
    let (mut world, admin) = world();
    let (_, code, message) = world.denied(&admin, "iam", &[("Action", "PutRolePolicy")]);
    assert_eq!(code, "ValidationError");
    assert!(
        message.starts_with("3 validation errors detected: "),
        "{message}"
    );
    assert_eq!(
        world.denied(&admin, "iam", &[("Action", "MakeTea")]).1,
        "InvalidAction"
    );
    assert_eq!(world.denied(&admin, "iam", &[]).1, "MissingAction");
}
