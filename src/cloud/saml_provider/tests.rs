//! Signing in at work, and what STS makes of the assertion.

use proptest::prelude::*;

use super::config::{
    EmployeeConfig, SamlProviderConfig, add_employee, add_provider, key_name, trust,
};
use super::verify::{Asked, PLANNED, verify};
use super::*;
use crate::cloud::ledger::{Actor, ActorKind, ArtifactKind};
use crate::protocol::encoding::{base64, base64_decode};
use crate::protocol::form::Form;
use crate::protocol::keys::Algorithm;
use crate::protocol::message::{Message, get, post_form};
use crate::protocol::time::{Moment, Span};

const ACCOUNT: &str = "111122223333";
const ROLE: &str = "arn:aws:iam::111122223333:role/Engineer";
const PROVIDER: &str = "arn:aws:iam::111122223333:saml-provider/ExampleCorp";

struct World {
    cloud: Cloud,
    laptop: ActorId,
}

fn world() -> World {
    let mut cloud = Cloud::new(7, Moment::parse("2026-03-03T09:00:00Z").unwrap());
    for (id, kind) in [
        ("laptop", ActorKind::Laptop),
        ("work", ActorKind::SamlProvider),
    ] {
        cloud.add_actor(Actor {
            id: ActorId::new(id),
            kind,
            name: id.to_owned(),
            account: None,
        });
    }
    let (laptop, work) = (ActorId::new("laptop"), ActorId::new("work"));
    cloud.devices.add(laptop.clone(), None);
    add_provider(
        &mut cloud,
        SamlProviderConfig {
            actor: work.clone(),
            name: "Example Corp".to_owned(),
            host: "idp.example.com".to_owned(),
        },
    );
    let arn = trust(&mut cloud, &work, (ACCOUNT, "ExampleCorp")).unwrap();
    assert_eq!(arn.as_deref(), Some(PROVIDER));
    let employee = EmployeeConfig {
        session_name: "dana".to_owned(),
        email: "dana@example.com".to_owned(),
        password: "work-password".to_owned(),
        roles: vec![(ROLE.to_owned(), PROVIDER.to_owned())],
        session_seconds: Some(7_200),
    };
    assert!(add_employee(&mut cloud, &work, employee));
    World { cloud, laptop }
}

impl World {
    fn login(&mut self, password: &str) -> Response {
        let form = Form::new()
            .with("email", "dana@example.com")
            .with("password", password);
        let request = post_form("https://idp.example.com/sso/login", &form).unwrap();
        self.cloud.send(&self.laptop, request).unwrap().response
    }

    /// The assertion out of the page that carries it to AWS.
    fn assertion(&mut self) -> String {
        let page = self.login("work-password");
        let text = page.text_body().unwrap();
        let (_, rest) = text.split_once("name=\"SAMLResponse\" value=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }

    /// Code and message of a refusal.
    fn refused(&mut self, assertion: &str, role: &str, provider: &str) -> (String, String) {
        let before = format!("{:?}", self.cloud.saml_providers);
        let asked = Asked {
            assertion,
            role_arn: role,
            principal_arn: provider,
        };
        let error = verify(&mut self.cloud, asked).unwrap_err();
        assert_eq!(format!("{:?}", self.cloud.saml_providers), before);
        (error.code, error.message)
    }
}

fn edited(assertion: &str, from: &str, to: &str) -> String {
    let text = String::from_utf8(base64_decode(assertion).unwrap()).unwrap();
    assert!(text.contains(from), "{text}");
    base64(text.replace(from, to).as_bytes())
}

fn invalid(message: &str) -> (String, String) {
    ("InvalidIdentityToken".to_owned(), message.to_owned())
}

#[test]
fn signing_in_at_work_gives_an_assertion_that_sts_believes() {
    let mut world = world();
    let page = world.cloud.send(
        &world.laptop,
        get("https://idp.example.com/sso/aws").unwrap(),
    );
    assert!(
        page.unwrap()
            .response
            .text_body()
            .unwrap()
            .contains("Example Corp")
    );
    let assertion = world.assertion();
    let artifact = world.cloud.ledger.find_artifact(&assertion).unwrap();
    assert!(world.cloud.ledger.holds(&world.laptop, artifact));
    let kind = world.cloud.ledger.artifact(artifact).unwrap().kind;
    assert_eq!(kind, ArtifactKind::Assertion);
    let asked = Asked {
        assertion: &assertion,
        role_arn: ROLE,
        principal_arn: PROVIDER,
    };
    let verified = verify(&mut world.cloud, asked).unwrap();
    assert_eq!(verified.subject, "dana@example.com");
    assert_eq!(verified.subject_type, "persistent");
    assert_eq!(verified.issuer, "https://idp.example.com/saml");
    assert_eq!(verified.audience, "https://signin.aws.amazon.com/saml");
    assert_eq!(verified.session_name, "dana");
    assert_eq!(verified.session_duration, Some(Span::from_hours(2)));
    assert_eq!(verified.artifact, Some(artifact));
    assert_eq!(base64_decode(&verified.name_qualifier).unwrap().len(), 20);
    assert!(verified.trust_keys.get("saml:aud").is_some());
    assert!(verified.session_keys.get("saml:aud").is_none());
}

#[test]
fn a_wrong_password_at_work_gives_nothing() {
    let mut world = world();
    assert_eq!(world.login("guess").status(), 401);
    let last = world.cloud.ledger.exchanges().last().unwrap();
    assert_eq!(last.failed_check().unwrap().name, "Password");
    assert!(world.cloud.ledger.artifacts().is_empty());
}

#[test]
fn any_changed_byte_of_the_assertion_breaks_its_signature() {
    let mut world = world();
    let good = world.assertion();
    let bad = invalid("Response signature invalid");
    let changes = [
        ("dana@example.com", "omar@example.com"),
        ("role/Engineer", "role/Admin"),
        ("<saml:Subject>", "<saml:Subject >"),
    ];
    for (from, to) in changes {
        let forged = edited(&good, from, to);
        assert_eq!(world.refused(&forged, ROLE, PROVIDER), bad);
    }
    let key = world.cloud.keys.get("somebody/else").unwrap();
    let text = String::from_utf8(base64_decode(&good).unwrap()).unwrap();
    let begin = text.find("<saml:Assertion").unwrap();
    let end = text.find("<tt:Signature").unwrap();
    let own = base64(
        &key.sign(Algorithm::RS256, &text.as_bytes()[begin..end])
            .unwrap(),
    );
    let (head, _) = text.split_once("rsa-sha256\">").unwrap();
    let forged = format!("{head}rsa-sha256\">{own}</tt:Signature></samlp:Response>");
    assert_eq!(
        world.refused(&base64(forged.as_bytes()), ROLE, PROVIDER),
        bad
    );
}

#[test]
fn a_second_assertion_cannot_be_slipped_in_beside_the_signed_one() {
    let mut world = world();
    let good = world.assertion();
    let text = String::from_utf8(base64_decode(&good).unwrap()).unwrap();
    let begin = text.find("<saml:Assertion").unwrap();
    let end = text.find("<tt:Signature").unwrap();
    let forged = text[begin..end].replace("dana", "omar");
    let wrapped = text.replacen("<samlp:Status>", &format!("{forged}<samlp:Status>"), 1);
    let refused = world.refused(&base64(wrapped.as_bytes()), ROLE, PROVIDER);
    assert_eq!(refused.0, "InvalidIdentityToken");
}

#[test]
fn an_assertion_must_be_redeemed_in_time() {
    let mut world = world();
    let good = world.assertion();
    world.cloud.pass_time(Span::from_minutes(5));
    let (code, message) = world.refused(&good, ROLE, PROVIDER);
    assert_eq!(code, "ExpiredTokenException");
    assert_eq!(
        message,
        "Token must be redeemed within 5 minutes of issuance"
    );
}

#[test]
fn a_role_or_a_provider_that_the_assertion_does_not_name_is_refused() {
    let mut world = world();
    let good = world.assertion();
    let admin = "arn:aws:iam::111122223333:role/Admin";
    let (code, message) = world.refused(&good, admin, PROVIDER);
    assert_eq!(code, "AccessDenied");
    assert_eq!(message, "Not authorized to perform sts:AssumeRoleWithSAML");
    let nowhere = "arn:aws:iam::111122223333:saml-provider/Nowhere";
    let expected = invalid("Specified provider doesn't exist");
    assert_eq!(world.refused(&good, ROLE, nowhere), expected);
}

#[test]
fn an_account_trusts_the_key_it_was_given_and_no_other_providers() {
    let mut world = world();
    let other = ActorId::new("other");
    add_provider(
        &mut world.cloud,
        SamlProviderConfig {
            actor: other.clone(),
            name: "Other Corp".to_owned(),
            host: "idp.other.example".to_owned(),
        },
    );
    let arn = trust(&mut world.cloud, &other, (ACCOUNT, "Other"))
        .unwrap()
        .unwrap();
    let good = world.assertion();
    let expected = invalid("Issuer not present in specified provider");
    assert_eq!(world.refused(&good, ROLE, &arn), expected);
    assert_ne!(key_name(&other), key_name(&ActorId::new("work")));
}

#[test]
fn what_is_no_assertion_is_refused_without_a_panic() {
    let mut world = world();
    let entity = "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>";
    for text in [
        "",
        "!",
        "PGE+",
        "AAAA",
        &base64(entity.as_bytes()),
        &"A".repeat(100_004),
    ] {
        let (code, _) = world.refused(text, ROLE, PROVIDER);
        assert_eq!(code, "InvalidIdentityToken");
    }
    assert_eq!(PLANNED.len(), 10);
}

#[test]
fn other_addresses_of_the_provider_are_not_found() {
    let mut world = world();
    let request = get("https://idp.example.com/x").unwrap();
    let answer = world.cloud.send(&world.laptop, request).unwrap();
    assert_eq!(answer.response.status(), 404);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is done to the document, nobody else gets in and no other role is believed.
    #[test]
    fn no_mutation_makes_somebody_else_of_an_assertion(at in 0..4_000_usize, byte in any::<u8>()) {
        let mut world = world();
        let good = world.assertion();
        let mut bytes = base64_decode(&good).unwrap();
        let place = at % bytes.len();
        bytes[place] = byte;
        let asked = Asked {
            assertion: &base64(&bytes),
            role_arn: ROLE,
            principal_arn: PROVIDER,
        };
        if let Ok(verified) = verify(&mut world.cloud, asked) {
            prop_assert_eq!(verified.subject, "dana@example.com");
            prop_assert_eq!(verified.session_name, "dana");
        }
    }
}
