//! Becoming a role with AWS credentials: both sides must allow it.

use serde_json::{Value, json};

use crate::cloud::identity_pool::tests::callers::{allowing, credentials_in, identity_policy};
use crate::cloud::identity_pool::tests::world::{ACCOUNT, PARTNER, World, role};
use crate::cloud::ledger::{CredentialsValue, Outcome};
use crate::policy::{NamedPolicy, Policy, PolicyKind};
use crate::protocol::time::Span;
use crate::protocol::xml::Element;

const DEPLOYER: &str = "arn:aws:iam::111122223333:role/Deployer";
const NEXT: &str = "arn:aws:iam::111122223333:role/Next";
const FOREIGN: &str = "arn:aws:iam::444455556666:role/Auditor";
const ASSUMING: [&str; 3] = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];

/// A trust policy for this principal.
fn trusting(principal: &str, condition: &Value) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "AWS": principal },
            "Action": ASSUMING,
            "Condition": condition,
        }],
    })
}

fn open_to_account() -> Value {
    trusting("arn:aws:iam::111122223333:root", &json!({}))
}

fn world(trust: &Value) -> (World, CredentialsValue) {
    let mut world = World::new();
    world.cloud.iam.put_role(role(DEPLOYER, trust));
    let user = world.user("ci", &allowing(&ASSUMING));
    (world, user)
}

fn asking<'a>(role: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut parameters = vec![
        ("Action", "AssumeRole"),
        ("RoleArn", role),
        ("RoleSessionName", "build"),
    ];
    parameters.extend(more);
    parameters
}

fn assumed(
    world: &mut World,
    who: &CredentialsValue,
    role: &str,
    more: &[(&str, &str)],
) -> Element {
    world.granted(who, "sts", &asking(role, more))
}

fn refused(
    world: &mut World,
    who: &CredentialsValue,
    role: &str,
    more: &[(&str, &str)],
) -> (u16, String, String) {
    world.denied(who, "sts", &asking(role, more))
}

fn sentence(caller: &str, action: &str, role: &str) -> (u16, String, String) {
    let message =
        format!("User: {caller} is not authorized to perform: {action} on resource: {role}");
    (403, "AccessDenied".to_owned(), message)
}

const CI: &str = "arn:aws:iam::111122223333:user/ci";

#[test]
fn a_user_becomes_a_role_where_trust_and_own_policy_allow_it() {
    let (mut world, user) = world(&open_to_account());
    assert!(user.access_key_id.starts_with("AKIA"));
    let result = assumed(&mut world, &user, DEPLOYER, &[]);
    let arn = result.text_at(&["AssumedRoleUser", "Arn"]).unwrap();
    assert_eq!(arn, "arn:aws:sts::111122223333:assumed-role/Deployer/build");
    let session = credentials_in(&result);
    assert!(session.access_key_id.starts_with("ASIA"));
    let me = world.granted(&session, "sts", &[("Action", "GetCallerIdentity")]);
    assert_eq!(me.text_at(&["Arn"]), Some(arn));
    let names: Vec<String> = world
        .checks("AssumeRole")
        .into_iter()
        .map(|(name, outcome)| {
            assert_eq!(outcome, Outcome::Passed, "{name}");
            name
        })
        .collect();
    let end = [
        "Caller",
        "Role",
        "Trust policy: principal",
        "Trust policy: action",
        "Permissions policy",
        "Duration",
    ];
    assert_eq!(names[names.len() - end.len()..], end);
}

#[test]
fn a_long_term_key_needs_no_session_token_and_never_expires() {
    let (mut world, user) = world(&open_to_account());
    world.pass(Span::from_hours(24 * 365));
    assumed(&mut world, &user, DEPLOYER, &[]);
    let names = world.checks("AssumeRole");
    assert!(!names.iter().any(|(name, _)| name == "Not expired"));
    let key = world.last("AssumeRole").checks[1].actual.clone();
    assert!(key.ends_with("a long-term key"), "{key}");
}

#[test]
fn without_leave_of_its_own_policies_a_user_is_refused_without_a_reason() {
    let (mut world, _) = world(&open_to_account());
    let user = world.user("poor", &allowing(&["s3:GetObject"]));
    let poor = "arn:aws:iam::111122223333:user/poor";
    let expected = sentence(poor, "sts:AssumeRole", DEPLOYER);
    assert_eq!(refused(&mut world, &user, DEPLOYER, &[]), expected);
    assert_eq!(world.stopped_at("AssumeRole").name, "Permissions policy");
    let nowhere = "arn:aws:iam::111122223333:role/Nowhere";
    let expected = sentence(poor, "sts:AssumeRole", nowhere);
    assert_eq!(refused(&mut world, &user, nowhere, &[]), expected);
    assert_eq!(world.stopped_at("AssumeRole").name, "Role");
}

#[test]
fn a_trust_policy_that_names_the_user_itself_is_enough_in_one_account() {
    let direct = trusting("arn:aws:iam::111122223333:user/poor", &json!({}));
    let (mut world, ci) = world(&direct);
    let user = world.user("poor", &allowing(&["s3:GetObject"]));
    assumed(&mut world, &user, DEPLOYER, &[]);
    let expected = sentence(CI, "sts:AssumeRole", DEPLOYER);
    assert_eq!(refused(&mut world, &ci, DEPLOYER, &[]), expected);
    let check = world.stopped_at("AssumeRole");
    assert_eq!(check.name, "Trust policy: principal");
}

#[test]
fn between_two_accounts_both_must_allow_and_the_owner_answers() {
    let (mut world, user) = world(&open_to_account());
    let trust = trusting(
        CI,
        &json!({ "StringEquals": { "sts:ExternalId": "unique-42" } }),
    );
    world.cloud.iam.put_role(role(FOREIGN, &trust));
    let right = [("ExternalId", "unique-42")];
    let result = assumed(&mut world, &user, FOREIGN, &right);
    let arn = result.text_at(&["AssumedRoleUser", "Arn"]).unwrap();
    assert!(arn.starts_with("arn:aws:sts::444455556666:assumed-role/Auditor/"));
    assert_eq!(world.last("AssumeRole").to.as_str(), "sts/partner");

    let expected = sentence(CI, "sts:AssumeRole", FOREIGN);
    for wrong in [vec![], vec![("ExternalId", "guessed")]] {
        assert_eq!(refused(&mut world, &user, FOREIGN, &wrong), expected);
        let check = world.stopped_at("AssumeRole");
        assert_eq!(check.name, "Trust policy: ExternalId");
    }
    // Named directly, but its own account has not allowed it
    let trust = trusting("arn:aws:iam::111122223333:user/poor", &json!({}));
    world.cloud.iam.put_role(role(FOREIGN, &trust));
    let poor = world.user("poor", &allowing(&["s3:GetObject"]));
    let (_, code, _) = refused(&mut world, &poor, FOREIGN, &[]);
    assert_eq!(code, "AccessDenied");
    assert_eq!(world.stopped_at("AssumeRole").name, "Permissions policy");
}

#[test]
fn organisation_and_boundary_limit_who_may_become_a_role() {
    let (mut world, user) = world(&open_to_account());
    let only_s3 = Policy::parse(PolicyKind::ServiceControl, &allowing(&["s3:*"])).unwrap();
    let levels = vec![vec![NamedPolicy::new("OnlyS3", only_s3)]];
    world.cloud.iam.set_service_control(ACCOUNT, levels);
    refused(&mut world, &user, DEPLOYER, &[]);
    assert_eq!(
        world.stopped_at("AssumeRole").name,
        "Service control policy"
    );
    world.cloud.iam.set_service_control(ACCOUNT, Vec::new());
    let mut limited = world.cloud.iam.user(CI).unwrap().clone();
    let boundary = Policy::parse(PolicyKind::Boundary, &allowing(&["s3:*"])).unwrap();
    limited.boundary = Some(NamedPolicy::new("OnlyS3", boundary));
    world.cloud.iam.put_user(limited);
    refused(&mut world, &user, DEPLOYER, &[]);
    assert_eq!(world.stopped_at("AssumeRole").name, "Boundary");
}

#[test]
fn an_explicit_deny_of_the_caller_wins_over_a_trust_policy_that_names_it() {
    let (mut world, user) = world(&trusting(CI, &json!({})));
    let mut denied = world.cloud.iam.user(CI).unwrap().clone();
    let deny = json!({ "Version": "2012-10-17", "Statement": [
        { "Sid": "Never", "Effect": "Deny", "Action": "sts:*", "Resource": "*" }] });
    denied
        .policies
        .push(identity_policy("Never", &deny.to_string()));
    world.cloud.iam.put_user(denied);
    let expected = sentence(CI, "sts:AssumeRole", DEPLOYER);
    assert_eq!(refused(&mut world, &user, DEPLOYER, &[]), expected);
    assert_eq!(world.stopped_at("AssumeRole").name, "Explicit deny");
}

#[test]
fn a_chain_of_roles_lasts_an_hour_at_most() {
    let (mut world, user) = world(&open_to_account());
    world.cloud.iam.put_role(role(NEXT, &open_to_account()));
    for arn in [DEPLOYER, NEXT] {
        let role = world.cloud.iam.role_mut(arn).unwrap();
        role.max_session = Span::from_hours(12);
        role.policies = vec![identity_policy("chain", &allowing(&ASSUMING))];
    }
    let long = [("DurationSeconds", "43200")];
    let first = credentials_in(&assumed(&mut world, &user, DEPLOYER, &long));
    let message = "The requested DurationSeconds exceeds the 1 hour session limit for roles \
                   assumed by role chaining.";
    let expected = (400, "ValidationError".to_owned(), message.to_owned());
    let more = [("DurationSeconds", "3601")];
    assert_eq!(refused(&mut world, &first, NEXT, &more), expected);
    assert_eq!(world.stopped_at("AssumeRole").name, "Duration");
    assumed(&mut world, &first, NEXT, &[("DurationSeconds", "3600")]);
    world.cloud.iam.role_mut(DEPLOYER).unwrap().max_session = Span::from_hours(1);
    let message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    let expected = (400, "ValidationError".to_owned(), message.to_owned());
    assert_eq!(refused(&mut world, &user, DEPLOYER, &more), expected);
    for wrong in ["899", "43201", "long"] {
        let (_, code, _) = refused(&mut world, &user, DEPLOYER, &[("DurationSeconds", wrong)]);
        assert_eq!(code, "ValidationError");
    }
}

#[test]
fn tags_need_leave_and_only_transitive_ones_go_on() {
    let (mut world, user) = world(&open_to_account());
    world.cloud.iam.put_role(role(NEXT, &open_to_account()));
    let chain = identity_policy("chain", &allowing(&ASSUMING));
    world.cloud.iam.role_mut(DEPLOYER).unwrap().policies = vec![chain];
    let tags = [
        ("Tags.member.1.Key", "project"),
        ("Tags.member.1.Value", "atlas"),
        ("Tags.member.2.Key", "step"),
        ("Tags.member.2.Value", "build"),
        ("TransitiveTagKeys.member.1", "project"),
    ];
    let tag_of = |world: &World, credentials: &CredentialsValue, tag: &str| {
        let session = world.cloud.sts.session(&credentials.access_key_id).unwrap();
        let value = session.context.get(&format!("aws:PrincipalTag/{tag}"));
        value.map(|value| value.values()[0].clone())
    };
    let first = credentials_in(&assumed(&mut world, &user, DEPLOYER, &tags));
    assert_eq!(tag_of(&world, &first, "step").as_deref(), Some("build"));
    let second = credentials_in(&assumed(&mut world, &first, NEXT, &[]));
    assert_eq!(tag_of(&world, &second, "project").as_deref(), Some("atlas"));
    assert_eq!(tag_of(&world, &second, "step"), None);
    let again = [
        ("Tags.member.1.Key", "Project"),
        ("Tags.member.1.Value", "x"),
    ];
    let (status, code, _) = refused(&mut world, &first, NEXT, &again);
    assert_eq!((status, code.as_str()), (400, "InvalidParameterValue"));
    let twice = [("Tags.member.1.Key", "a"), ("Tags.member.2.Key", "A")];
    let (_, code, message) = refused(&mut world, &user, DEPLOYER, &twice);
    assert_eq!(code, "InvalidParameterValue");
    assert!(
        message.starts_with("Duplicate tag keys found."),
        "{message}"
    );

    let plain = world.user("plain", &allowing(&["sts:AssumeRole"]));
    let plain_arn = "arn:aws:iam::111122223333:user/plain";
    let expected = sentence(plain_arn, "sts:TagSession", DEPLOYER);
    assert_eq!(refused(&mut world, &plain, DEPLOYER, &tags), expected);
}

#[test]
fn a_source_identity_stays_for_the_whole_chain() {
    let (mut world, user) = world(&open_to_account());
    world.cloud.iam.put_role(role(NEXT, &open_to_account()));
    let chain = identity_policy("chain", &allowing(&ASSUMING));
    world.cloud.iam.role_mut(DEPLOYER).unwrap().policies = vec![chain];
    let dana = [("SourceIdentity", "dana")];
    let result = assumed(&mut world, &user, DEPLOYER, &dana);
    assert_eq!(result.text_at(&["SourceIdentity"]), Some("dana"));
    let first = credentials_in(&result);
    let second = assumed(&mut world, &first, NEXT, &[]);
    assert_eq!(second.text_at(&["SourceIdentity"]), Some("dana"));
    let (_, code, message) = refused(&mut world, &first, NEXT, &[("SourceIdentity", "omar")]);
    assert_eq!(code, "AccessDenied");
    assert!(message.contains("sts:SetSourceIdentity"), "{message}");
    assert_eq!(world.stopped_at("AssumeRole").name, "Source identity");
}

#[test]
fn session_policies_narrow_the_role() {
    let (mut world, user) = world(&open_to_account());
    let everything = identity_policy("all", &allowing(&["*"]));
    world.cloud.iam.role_mut(DEPLOYER).unwrap().policies = vec![everything];
    let only_read = allowing(&["s3:GetObject"]);
    let result = assumed(&mut world, &user, DEPLOYER, &[("Policy", &only_read)]);
    assert_eq!(result.text_at(&["PackedPolicySize"]), Some("5"));
    let session = credentials_in(&result);
    let create = [
        ("Action", "DecodeAuthorizationMessage"),
        ("EncodedMessage", "abc"),
    ];
    let (status, code, message) = world.denied(&session, "sts", &create);
    assert_eq!((status, code.as_str()), (403, "AccessDenied"));
    assert_eq!(
        message,
        "User: arn:aws:sts::111122223333:assumed-role/Deployer/build is not authorized to \
         perform: sts:DecodeAuthorizationMessage on resource: * because no session policy allows \
         the sts:DecodeAuthorizationMessage action"
    );
}

#[test]
fn no_code_of_an_mfa_device_is_right_where_there_are_no_devices() {
    let (mut world, user) = world(&open_to_account());
    let mfa = [
        ("SerialNumber", "arn:aws:iam::111122223333:mfa/ci"),
        ("TokenCode", "123456"),
    ];
    let (status, code, message) = refused(&mut world, &user, DEPLOYER, &mfa);
    assert_eq!((status, code.as_str()), (403, "AccessDenied"));
    assert!(message.starts_with("MultiFactorAuthentication failed"));
}

#[test]
fn a_bucket_policy_may_name_the_session_or_the_role_and_that_is_not_the_same() {
    use crate::cloud::s3::BucketConfig;
    use crate::protocol::message;
    let bucket_policy = |principal: &str| {
        let text = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "AWS": principal },
            "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shared/*" }] });
        let policy = Policy::parse(PolicyKind::Resource, &text.to_string()).unwrap();
        Some(NamedPolicy::new("shared bucket policy", policy))
    };
    let session_arn = "arn:aws:sts::111122223333:assumed-role/Deployer/build";
    let deny_all_but_list = allowing(&["s3:ListBucket"]);
    for (principal, owner, status) in [
        // The session itself is named: the session policy does not matter
        (session_arn, ACCOUNT, 200),
        // The role is named: the session policy still limits
        (DEPLOYER, ACCOUNT, 403),
        // Another account's bucket: both sides must allow, whoever is named
        (session_arn, PARTNER, 403),
    ] {
        let (mut world, user) = world(&open_to_account());
        let config = BucketConfig {
            name: "shared".into(),
            account: owner.into(),
            policy: bucket_policy(principal),
        };
        world.cloud.s3.add_bucket(config).unwrap();
        world
            .cloud
            .put_initial_object("shared", "a.txt", "text/plain", b"hello".to_vec())
            .unwrap();
        let narrow = [("Policy", deny_all_but_list.as_str())];
        let session = credentials_in(&assumed(&mut world, &user, DEPLOYER, &narrow));
        let request = message::get("https://shared.s3.us-east-1.amazonaws.com/a.txt").unwrap();
        let request = world.signed(&session, "s3", request);
        let answer = world.send(request).response;
        assert_eq!(answer.status(), status, "{principal} {owner}");
    }
}

#[test]
fn nobody_and_nonsense_are_refused() {
    let (mut world, user) = world(&open_to_account());
    let (status, text) = world.sts(&asking(DEPLOYER, &[]));
    assert_eq!(status, 403);
    assert!(
        text.contains("<Code>MissingAuthenticationToken</Code>"),
        "{text}"
    );
    let (_, code, message) = world.denied(&user, "sts", &[("Action", "AssumeRole")]);
    assert_eq!(code, "ValidationError");
    assert!(
        message.starts_with("2 validation errors detected"),
        "{message}"
    );
    let (_, code, _) = refused(&mut world, &user, "arn:aws:s3:::not-a-role-here", &[]);
    assert_eq!(code, "ValidationError");
}
