//! STS as its callers see it.

mod assume_role;
mod saml;
mod user_sessions;

use serde_json::{Value, json};

use crate::cloud::REGION;
use crate::cloud::iam::OidcProvider;
use crate::cloud::identity_pool::tests::world::{
    ACCOUNT, CLIENT, FACEBOOK_APP, GUEST_ROLE, POOL_ID, PROVIDER, USER_ROLE, World, role, trust,
};
use crate::cloud::ledger::{Check, Outcome};
use crate::policy::{NamedPolicy, Policy, PolicyKind};
use crate::protocol::jwt::{self, Part, Unverified, tamper};
use crate::protocol::keys::Algorithm;
use crate::protocol::message::{self, Message};
use crate::protocol::sigv4::{self, SignOptions};
use crate::protocol::time::{Moment, Span};
use crate::protocol::xml::{self, Element};

const ACTION: &str = "AssumeRoleWithWebIdentity";
const NOT_AUTHORIZED: &str = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
const DIRECT_ROLE: &str = "arn:aws:iam::111122223333:role/Direct";

/// A pool token of a signed-in user, by the basic flow.
fn user_token(world: &mut World) -> String {
    let token = world.sign_in("anna").0;
    let identity = world.identity_of(&token);
    world.pool_token(&identity, &json!({ PROVIDER: token }))
}

fn assume(world: &mut World, role: &str, token: &str, more: &[(&str, &str)]) -> (u16, Element) {
    let mut parameters = vec![
        ("Action", ACTION),
        ("Version", "2011-06-15"),
        ("RoleArn", role),
        ("RoleSessionName", "phone"),
        ("WebIdentityToken", token),
    ];
    parameters.extend(more);
    let (status, text) = world.sts(&parameters);
    (status, xml::parse(&text).unwrap())
}

/// The result, where it must succeed.
fn assumed(world: &mut World, role: &str, token: &str, more: &[(&str, &str)]) -> Element {
    let (status, answer) = assume(world, role, token, more);
    assert_eq!(status, 200, "{}", answer.to_text());
    answer
        .at(&["AssumeRoleWithWebIdentityResult"])
        .unwrap()
        .clone()
}

/// Status, code and message, where it must be refused and must leave everything as it was.
fn refused(
    world: &mut World,
    role: &str,
    token: &str,
    more: &[(&str, &str)],
) -> (u16, String, String) {
    let before = world.state();
    let (status, answer) = assume(world, role, token, more);
    assert_eq!(world.state(), before, "a refusal changes nothing");
    assert_eq!(answer.name(), "ErrorResponse");
    let text = |name: &str| answer.text_at(&["Error", name]).unwrap().to_owned();
    (status, text("Code"), text("Message"))
}

fn refusal(status: u16, code: &str, message: &str) -> (u16, String, String) {
    (status, code.to_owned(), message.to_owned())
}

fn stopped(world: &World) -> &Check {
    world.stopped_at(ACTION)
}

#[test]
fn a_pool_token_becomes_credentials() {
    let mut world = World::new();
    let token = user_token(&mut world);
    let result = assumed(&mut world, USER_ROLE, &token, &[]);
    let text = |path: &[&str]| result.text_at(path).unwrap();
    assert_eq!(text(&["Provider"]), "cognito-identity.amazonaws.com");
    assert_eq!(text(&["Audience"]), POOL_ID);
    assert!(text(&["SubjectFromWebIdentityToken"]).starts_with("us-east-1:"));
    // The role's path is dropped
    let arn = "arn:aws:sts::111122223333:assumed-role/PhotoReader/phone";
    assert_eq!(text(&["AssumedRoleUser", "Arn"]), arn);
    let user_id = text(&["AssumedRoleUser", "AssumedRoleId"]);
    assert!(
        user_id.starts_with("AROA") && user_id.ends_with(":phone"),
        "{user_id}"
    );
    let key = text(&["Credentials", "AccessKeyId"]);
    let alphabet = |c: char| c.is_ascii_uppercase() || ('2'..='7').contains(&c);
    assert!(
        key.len() == 20 && key.starts_with("ASIA") && key.chars().all(alphabet),
        "{key}"
    );
    assert_eq!(text(&["Credentials", "SecretAccessKey"]).len(), 40);
    assert!(text(&["Credentials", "SessionToken"]).starts_with("IQoJb3JpZ2luX2Vj"));
    assert!(result.at(&["PackedPolicySize"]).is_none());
    let session = world.cloud.sts.session(key).unwrap();
    assert_eq!(
        Moment::parse(text(&["Credentials", "Expiration"])).unwrap(),
        session.expires_at
    );
    let amr = session
        .context
        .get("cognito-identity.amazonaws.com:amr")
        .unwrap();
    assert_eq!(amr.values()[0], "authenticated");
}

#[test]
fn every_check_is_named_and_the_decision_is_written_down() {
    let mut world = World::new();
    let token = user_token(&mut world);
    assumed(&mut world, USER_ROLE, &token, &[]);
    let checks = world.checks(ACTION);
    assert!(
        checks
            .iter()
            .all(|(_, outcome)| *outcome == Outcome::Passed)
    );
    let names: Vec<&str> = checks.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "Role",
        "Token format",
        "Issuer known",
        "Signature",
        "Not expired",
        "Trust policy: principal",
        "Trust policy: action",
        "Trust policy: aud",
        "Trust policy: amr",
        "Duration",
    ];
    assert_eq!(names, expected);
    let exchange = world.last(ACTION);
    assert!(exchange.checks.iter().all(|check| !check.source.is_empty()));
    let decision = world.cloud.ledger.decisions().last().unwrap();
    assert_eq!(decision.exchange, exchange.id);
    assert_eq!(decision.principal, "cognito-identity.amazonaws.com");
    assert_eq!(
        decision.context["cognito-identity.amazonaws.com:aud"],
        POOL_ID
    );
    assert!(decision.explanation.is_allowed());
}

#[test]
fn a_trust_policy_that_does_not_fit_refuses_without_a_reason() {
    let mut world = World::new();
    let token = user_token(&mut world);
    let expected = refusal(403, "AccessDenied", NOT_AUTHORIZED);
    assert_eq!(refused(&mut world, GUEST_ROLE, &token, &[]), expected);
    let check = stopped(&world);
    assert_eq!(check.name, "Trust policy: amr");
    assert!(
        check.expected.contains("unauthenticated"),
        "{}",
        check.expected
    );
    assert!(
        check.actual.starts_with("authenticated, "),
        "{}",
        check.actual
    );
    assert_eq!(
        world.checks(ACTION).last().unwrap(),
        &("Duration".to_owned(), Outcome::NotReached)
    );

    world
        .cloud
        .iam
        .put_role(role(USER_ROLE, &trust("us-east-1:other", "authenticated")));
    assert_eq!(refused(&mut world, USER_ROLE, &token, &[]), expected);
    assert_eq!(stopped(&world).name, "Trust policy: aud");
    assert_eq!(stopped(&world).actual, POOL_ID);
}

#[test]
fn an_explicit_deny_in_the_trust_policy_wins() {
    let mut world = World::new();
    let token = user_token(&mut world);
    let mut policy = trust(POOL_ID, "authenticated");
    let mut deny = policy["Statement"][0].clone();
    deny["Effect"] = json!("Deny");
    policy["Statement"].as_array_mut().unwrap().push(deny);
    world.cloud.iam.put_role(role(USER_ROLE, &policy));
    let expected = refusal(403, "AccessDenied", NOT_AUTHORIZED);
    assert_eq!(refused(&mut world, USER_ROLE, &token, &[]), expected);
    assert_eq!(stopped(&world).name, "Trust policy: explicit deny");
}

#[test]
fn nobody_learns_whether_a_role_exists() {
    let mut world = World::new();
    let token = user_token(&mut world);
    let arn = "arn:aws:iam::111122223333:role/Nobody";
    let expected = refusal(403, "AccessDenied", NOT_AUTHORIZED);
    assert_eq!(refused(&mut world, arn, &token, &[]), expected);
    assert_eq!(stopped(&world).name, "Role");
}

#[test]
fn tampered_and_forged_tokens_are_refused() {
    let mut world = World::new();
    let token = user_token(&mut world);
    let bad = refusal(
        400,
        "InvalidIdentityToken",
        "The web identity token provided could not be validated.",
    );
    let flipped = tamper::flip_byte(&token, Part::Signature, 3).unwrap();
    let other = tamper::replace_claim(&token, "sub", json!("us-east-1:0")).unwrap();
    let unsigned = tamper::strip_signature(&token).unwrap();
    let parsed = Unverified::parse(&token).unwrap();
    let key = world.cloud.keys.get("somebody/else").unwrap();
    let forged = jwt::encode(parsed.header(), parsed.claims(), &key, Algorithm::RS512).unwrap();
    for token in [flipped, other, unsigned, forged] {
        assert_eq!(refused(&mut world, USER_ROLE, &token, &[]), bad);
        assert_eq!(stopped(&world).name, "Signature");
    }
    let renamed = tamper::replace_header(&token, "kid", json!("us-east-19")).unwrap();
    let no_key = "Couldn't retrieve verification key from your identity provider,  please \
                  reference AssumeRoleWithWebIdentity documentation for requirements";
    let expected = refusal(400, "InvalidIdentityToken", no_key);
    assert_eq!(refused(&mut world, USER_ROLE, &renamed, &[]), expected);
}

#[test]
fn an_expired_token_is_refused_with_both_times() {
    let mut world = World::new();
    let token = user_token(&mut world);
    let expires = Unverified::parse(&token).unwrap().seconds("exp").unwrap();
    world.pass(Span::from_minutes(10));
    let (status, code, message) = refused(&mut world, USER_ROLE, &token, &[]);
    assert_eq!((status, code.as_str()), (400, "ExpiredTokenException"));
    let now = message
        .strip_prefix("Token expired: current date/time ")
        .unwrap();
    let (now, exp) = now
        .split_once(" must be before the expiration date/time ")
        .unwrap();
    assert!(now.parse::<i64>().unwrap() >= expires);
    assert_eq!(exp, expires.to_string());
    assert_eq!(stopped(&world).name, "Not expired");
}

#[test]
fn what_is_no_jwt_is_no_web_identity() {
    let mut world = World::new();
    let message = "The ID Token provided is not a valid JWT. (You may see this error if you sent \
                   an Access Token)";
    let expected = refusal(400, "InvalidIdentityToken", message);
    for token in ["EAAopaque", "a.b.c", "e30.e30.AA"] {
        assert_eq!(refused(&mut world, USER_ROLE, token, &[]), expected);
        assert_eq!(stopped(&world).name, "Token format");
    }
}

#[test]
fn parameters_that_break_the_model_are_told() {
    let mut world = World::new();
    let (status, text) = world.sts(&[("Action", ACTION), ("RoleSessionName", "a b")]);
    assert_eq!(status, 400);
    let answer = xml::parse(&text).unwrap();
    assert_eq!(answer.text_at(&["Error", "Code"]), Some("ValidationError"));
    assert_eq!(
        answer.text_at(&["Error", "Message"]),
        Some(
            "3 validation errors detected: Value null at 'roleArn' failed to satisfy constraint: \
             Member must not be null; Value 'a b' at 'roleSessionName' failed to satisfy \
             constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*; Value null \
             at 'webIdentityToken' failed to satisfy constraint: Member must not be null"
        )
    );
    let refused_with = |world: &mut World, name: &str, value: &str| {
        refused(world, USER_ROLE, "token", &[(name, value)]).2
    };
    let message = refused_with(&mut world, "DurationSeconds", "899");
    assert!(
        message.ends_with("Member must have value greater than or equal to 900"),
        "{message}"
    );
    let long = "x".repeat(2_049);
    let message = refused_with(&mut world, "Policy", &long);
    assert!(
        message.ends_with("Member must have length less than or equal to 2048"),
        "{message}"
    );
    let (_, _, message) = refused(&mut world, "arn:aws:s3:::not-a-role-at-all", "token", &[]);
    assert_eq!(message, "Request ARN is invalid");
}

#[test]
fn operations_that_do_not_exist_are_told() {
    let mut world = World::new();
    let code = |world: &mut World, parameters: &[(&str, &str)]| {
        let answer = xml::parse(&world.sts(parameters).1).unwrap();
        let text = |name: &str| answer.text_at(&["Error", name]).unwrap().to_owned();
        (text("Code"), text("Message"))
    };
    let teapot = code(
        &mut world,
        &[("Action", "MakeTea"), ("Version", "2011-06-15")],
    );
    let message = "Could not find operation MakeTea for version 2011-06-15";
    assert_eq!(teapot, ("InvalidAction".to_owned(), message.to_owned()));
    assert_eq!(code(&mut world, &[]).0, "MissingAction");
}

#[test]
fn a_session_is_as_long_as_the_role_allows_and_no_longer() {
    let mut world = World::new();
    let token = user_token(&mut world);
    let more = [("DurationSeconds", "7200")];
    let message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    let expected = refusal(400, "ValidationError", message);
    assert_eq!(refused(&mut world, USER_ROLE, &token, &more), expected);
    assert_eq!(stopped(&world).name, "Duration");
    world.cloud.iam.role_mut(USER_ROLE).unwrap().max_session = Span::from_hours(2);
    let result = assumed(&mut world, USER_ROLE, &token, &more);
    let key = result.text_at(&["Credentials", "AccessKeyId"]).unwrap();
    let session = world.cloud.sts.session(key).unwrap();
    let life = session.expires_at - session.issued_at;
    assert!(
        life <= Span::from_hours(2) && life > Span::from_minutes(119),
        "{life}"
    );
}

#[test]
fn session_policies_are_kept_and_their_size_is_told() {
    let mut world = World::new();
    let token = user_token(&mut world);
    let text = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" }],
    })
    .to_string();
    let arn = "arn:aws:iam::aws:policy/ReadOnly";
    let managed = Policy::parse(PolicyKind::Identity, &text).unwrap();
    world
        .cloud
        .iam
        .put_managed_policy(arn, NamedPolicy::new("ReadOnly", managed));
    let more = [("Policy", text.as_str()), ("PolicyArns.member.1.arn", arn)];
    let result = assumed(&mut world, USER_ROLE, &token, &more);
    assert_eq!(result.text_at(&["PackedPolicySize"]), Some("7"));
    let key = result.text_at(&["Credentials", "AccessKeyId"]).unwrap();
    let names: Vec<String> = world
        .cloud
        .sts
        .session(key)
        .unwrap()
        .session_policies
        .iter()
        .map(|policy| policy.name.to_string())
        .collect();
    assert_eq!(names, ["Session policy", "ReadOnly"]);
    let (_, code, _) = refused(&mut world, USER_ROLE, &token, &[("Policy", "{}")]);
    assert_eq!(code, "MalformedPolicyDocument");
    let nowhere = [("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/Nowhere")];
    let (_, code, _) = refused(&mut world, USER_ROLE, &token, &nowhere);
    assert_eq!(code, "MalformedPolicyDocument");
}

/// A role that trusts this provider directly.
fn trusting(principal: &str, condition: &Value) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Federated": principal },
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": { "StringEquals": condition },
        }],
    })
}

#[test]
fn an_oidc_provider_of_the_account_works_without_cognito() {
    let mut world = World::new();
    let token = world.sign_in("anna").0;
    let issuer = format!("https://{PROVIDER}");
    let unknown = format!("No OpenIDConnect provider found in your account for {issuer}");
    world.cloud.iam.put_role(role(
        DIRECT_ROLE,
        &trusting("graph.facebook.com", &json!({"a:b": "c"})),
    ));
    let expected = refusal(400, "InvalidIdentityToken", &unknown);
    assert_eq!(refused(&mut world, DIRECT_ROLE, &token, &[]), expected);
    assert_eq!(stopped(&world).name, "Issuer known");

    let wrong = OidcProvider::new(ACCOUNT, &issuer, vec!["somebody".to_owned()]);
    let arn = wrong.arn.clone();
    world.cloud.iam.put_oidc_provider(wrong);
    let expected = refusal(400, "InvalidIdentityToken", "Incorrect token audience");
    assert_eq!(refused(&mut world, DIRECT_ROLE, &token, &[]), expected);

    world
        .cloud
        .iam
        .put_oidc_provider(OidcProvider::new(ACCOUNT, &issuer, vec![CLIENT.to_owned()]));
    let key = format!("{PROVIDER}:aud");
    world
        .cloud
        .iam
        .put_role(role(DIRECT_ROLE, &trusting(&arn, &json!({ key: CLIENT }))));
    let result = assumed(&mut world, DIRECT_ROLE, &token, &[]);
    assert_eq!(result.text_at(&["Provider"]), Some(arn.as_str()));
    assert_eq!(result.text_at(&["Audience"]), Some(CLIENT));
}

#[test]
fn a_facebook_token_goes_to_sts_with_the_providers_name() {
    let mut world = World::new();
    let token = world.facebook_token(FACEBOOK_APP, "anna@example.com");
    let condition = json!({ "graph.facebook.com:app_id": FACEBOOK_APP });
    world.cloud.iam.put_role(role(
        DIRECT_ROLE,
        &trusting("graph.facebook.com", &condition),
    ));
    let more = [("ProviderId", "graph.facebook.com")];
    let result = assumed(&mut world, DIRECT_ROLE, &token, &more);
    assert_eq!(result.text_at(&["Provider"]), Some("graph.facebook.com"));
    assert_eq!(result.text_at(&["Audience"]), Some(FACEBOOK_APP));
    let (_, code, _) = refused(&mut world, DIRECT_ROLE, "EAAnobody", &more);
    assert_eq!(code, "InvalidIdentityToken");
    assert_eq!(stopped(&world).name, "Token valid");
    let (_, code, _) = refused(
        &mut world,
        DIRECT_ROLE,
        &token,
        &[("ProviderId", "www.example.com")],
    );
    assert_eq!(code, "InvalidIdentityToken");
}

/// Asks who these credentials are; status and answer.
fn who_am_i(
    world: &mut World,
    result: &Element,
    change: impl Fn(&mut message::Request),
) -> (u16, Element) {
    let text = |name: &str| result.text_at(&["Credentials", name]).unwrap().to_owned();
    let credentials = sigv4::Credentials {
        access_key_id: text("AccessKeyId"),
        secret_access_key: text("SecretAccessKey"),
        session_token: Some(text("SessionToken")),
    };
    let form = crate::protocol::form::Form::new()
        .with("Action", "GetCallerIdentity")
        .with("Version", "2011-06-15");
    let mut request = message::post_form("https://sts.us-east-1.amazonaws.com/", &form).unwrap();
    let now = world.cloud.now();
    sigv4::sign(
        &mut request,
        &credentials,
        REGION,
        "sts",
        now,
        SignOptions::default(),
    )
    .unwrap();
    change(&mut request);
    let answer = world.send(request).response;
    (
        answer.status().as_u16(),
        xml::parse(answer.text_body().unwrap()).unwrap(),
    )
}

#[test]
fn whoever_has_credentials_may_ask_who_they_are() {
    let mut world = World::new();
    let token = user_token(&mut world);
    let result = assumed(&mut world, USER_ROLE, &token, &[]);
    let (status, answer) = who_am_i(&mut world, &result, |_| {});
    assert_eq!(status, 200, "{}", answer.to_text());
    let text = |name: &str| answer.text_at(&["GetCallerIdentityResult", name]).unwrap();
    assert_eq!(
        text("Arn"),
        "arn:aws:sts::111122223333:assumed-role/PhotoReader/phone"
    );
    assert_eq!(
        text("UserId"),
        result
            .text_at(&["AssumedRoleUser", "AssumedRoleId"])
            .unwrap()
    );
    assert_eq!(text("Account"), ACCOUNT);
}

#[test]
fn a_changed_request_and_expired_credentials_are_nobodys() {
    let mut world = World::new();
    let token = user_token(&mut world);
    let result = assumed(&mut world, USER_ROLE, &token, &[]);
    let code = |answer: (u16, Element)| {
        (
            answer.0,
            answer.1.text_at(&["Error", "Code"]).unwrap().to_owned(),
        )
    };
    let changed = who_am_i(&mut world, &result, |request| request.body_mut().push(b'&'));
    assert_eq!(code(changed), (403, "SignatureDoesNotMatch".to_owned()));
    world.pass(Span::from_hours(1));
    let late = who_am_i(&mut world, &result, |_| {});
    assert_eq!(code(late), (403, "ExpiredToken".to_owned()));
}

#[test]
fn the_card_tells_roles_and_open_sessions() {
    let mut world = World::new();
    let sts = crate::cloud::ledger::ActorId::new("sts");
    assert_eq!(super::describe(&world.cloud, &sts).0, "3 roles");
    let token = user_token(&mut world);
    assumed(&mut world, USER_ROLE, &token, &[]);
    assert_eq!(super::describe(&world.cloud, &sts).0, "3 roles, 1 session");
    world.pass(Span::from_hours(1));
    assert_eq!(super::describe(&world.cloud, &sts).0, "3 roles");
}
