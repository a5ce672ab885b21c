//! A corporate sign-in at STS: an assertion becomes a session.

use serde_json::json;

use super::NOT_AUTHORIZED;
use crate::cloud::identity_pool::tests::world::{ACCOUNT, World, role};
use crate::cloud::ledger::{Actor, ActorId, ActorKind};
use crate::cloud::saml_provider::config::{
    EmployeeConfig, SamlProviderConfig, add_employee, add_provider, trust,
};
use crate::protocol::encoding::{base64, base64_decode};
use crate::protocol::form::Form;
use crate::protocol::message::{self, Message};
use crate::protocol::time::Span;
use crate::protocol::xml::{self, Element};

const ENGINEER: &str = "arn:aws:iam::111122223333:role/Engineer";
const PROVIDER: &str = "arn:aws:iam::111122223333:saml-provider/ExampleCorp";
const ACTION: &str = "AssumeRoleWithSAML";

fn world() -> World {
    let mut world = World::new();
    let work = ActorId::new("work");
    world.cloud.add_actor(Actor {
        id: work.clone(),
        kind: ActorKind::SamlProvider,
        name: "Example Corp".to_owned(),
        account: None,
    });
    let provider = SamlProviderConfig {
        actor: work.clone(),
        name: "Example Corp".to_owned(),
        host: "idp.example.com".to_owned(),
    };
    add_provider(&mut world.cloud, provider);
    trust(&mut world.cloud, &work, (ACCOUNT, "ExampleCorp")).unwrap();
    let employee = EmployeeConfig {
        session_name: "dana".to_owned(),
        email: "dana@example.com".to_owned(),
        password: "work-password".to_owned(),
        roles: vec![(ENGINEER.to_owned(), PROVIDER.to_owned())],
        session_seconds: Some(7_200),
    };
    assert!(add_employee(&mut world.cloud, &work, employee));
    let document = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Federated": PROVIDER },
        "Action": "sts:AssumeRoleWithSAML",
        "Condition": { "StringEquals": { "SAML:aud": "https://signin.aws.amazon.com/saml" } } }] });
    let mut engineer = role(ENGINEER, &document);
    engineer.max_session = Span::from_hours(4);
    world.cloud.iam.put_role(engineer);
    world
}

/// Signs in at work; the assertion out of the page that carries it to AWS.
fn assertion(world: &mut World) -> String {
    let form = Form::new()
        .with("email", "dana@example.com")
        .with("password", "work-password");
    let request = message::post_form("https://idp.example.com/sso/login", &form).unwrap();
    let page = world.send(request).response;
    let text = page.text_body().unwrap();
    let (_, rest) = text.split_once("name=\"SAMLResponse\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

fn assume(world: &mut World, assertion: &str, more: &[(&str, &str)]) -> (u16, Element) {
    let mut parameters = vec![
        ("Action", ACTION),
        ("RoleArn", ENGINEER),
        ("PrincipalArn", PROVIDER),
        ("SAMLAssertion", assertion),
    ];
    parameters.extend(more);
    let before = world.state();
    let (status, text) = world.sts(&parameters);
    if status != 200 {
        assert_eq!(world.state(), before, "a refusal changes nothing");
    }
    (status, xml::parse(&text).unwrap())
}

#[test]
fn an_assertion_becomes_a_session_with_the_name_and_length_it_says() {
    let mut world = world();
    let assertion = assertion(&mut world);
    let (status, answer) = assume(&mut world, &assertion, &[]);
    assert_eq!(status, 200, "{}", answer.to_text());
    let result = answer.at(&["AssumeRoleWithSAMLResult"]).unwrap();
    assert_eq!(
        result.text_at(&["AssumedRoleUser", "Arn"]),
        Some("arn:aws:sts::111122223333:assumed-role/Engineer/dana")
    );
    assert_eq!(
        result.text_at(&["Audience"]),
        Some("https://signin.aws.amazon.com/saml")
    );
    for name in ["Subject", "SubjectType", "Issuer", "NameQualifier"] {
        assert!(!result.text_at(&[name]).unwrap().is_empty(), "{name}");
    }
    let key = result.text_at(&["Credentials", "AccessKeyId"]).unwrap();
    let session = world.cloud.sts.session(key).unwrap();
    let life = session.expires_at - session.issued_at;
    assert!(
        life > Span::from_minutes(119) && life <= Span::from_hours(2),
        "{life}"
    );
    let federated = session.context.get("aws:FederatedProvider").unwrap();
    assert_eq!(federated.values(), [PROVIDER]);
}

#[test]
fn an_assertion_for_another_role_late_or_altered_is_refused() {
    let mut world = world();
    let good = assertion(&mut world);
    let code = |answer: &Element| answer.text_at(&["Error", "Code"]).unwrap().to_owned();
    let other = world.cloud.iam.role(ENGINEER).unwrap().clone();
    let other_arn = "arn:aws:iam::111122223333:role/Other";
    world.cloud.iam.put_role(crate::cloud::iam::Role {
        arn: other_arn.to_owned(),
        name: "Other".to_owned(),
        ..other
    });
    let parameters = [
        ("Action", ACTION),
        ("RoleArn", other_arn),
        ("PrincipalArn", PROVIDER),
        ("SAMLAssertion", good.as_str()),
    ];
    let (status, text) = world.sts(&parameters);
    assert_eq!(status, 403);
    let message = NOT_AUTHORIZED.replace("WebIdentity", "SAML");
    assert!(text.contains(&message), "{text}");
    assert_eq!(world.stopped_at(ACTION).name, "Role attribute");
    let text = String::from_utf8(base64_decode(&good).unwrap()).unwrap();
    let altered = base64(text.replace(">dana<", ">root<").as_bytes());
    assert_ne!(altered, good);
    let (status, answer) = assume(&mut world, &altered, &[]);
    assert_eq!(
        (status, code(&answer).as_str()),
        (400, "InvalidIdentityToken")
    );
    world.pass(Span::from_minutes(6));
    let (status, answer) = assume(&mut world, &good, &[]);
    assert_eq!(
        (status, code(&answer).as_str()),
        (400, "ExpiredTokenException")
    );
}

#[test]
fn a_trust_policy_must_name_the_provider() {
    let mut world = world();
    let document = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": { "Federated": "arn:aws:iam::111122223333:saml-provider/Other" },
        "Action": "sts:AssumeRoleWithSAML" }] });
    world.cloud.iam.put_role(role(ENGINEER, &document));
    let assertion = assertion(&mut world);
    let (status, answer) = assume(&mut world, &assertion, &[]);
    assert_eq!(status, 403);
    assert_eq!(answer.text_at(&["Error", "Code"]), Some("AccessDenied"));
    assert_eq!(world.stopped_at(ACTION).name, "Trust policy: principal");
}
