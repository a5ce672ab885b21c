//! USER_SRP_AUTH through the front door, with the same protocol that SDKs speak.

use super::*;
use crate::protocol::random::Streams;
use crate::protocol::srp::{Claim, Client, Identity};
use crate::protocol::time::Span;

const WRONG: &str = "Incorrect username or password.";

fn start(world: &mut World, username: &str, public: &str) -> Result<Value, Refusal> {
    let body = json!({
        "AuthFlow": "USER_SRP_AUTH",
        "ClientId": world.app,
        "AuthParameters": { "USERNAME": username, "SRP_A": public },
    });
    world.api("InitiateAuth", &body)
}

/// What the app answers to a challenge.
fn answers(world: &World, client: &Client, challenge: &Value, password: &str) -> Value {
    let given = |name: &str| text(&challenge["ChallengeParameters"][name]);
    let (block, user) = (given("SECRET_BLOCK"), given("USER_ID_FOR_SRP"));
    let timestamp = world.cloud.now().srp_timestamp();
    let claim = Claim {
        identity: Identity {
            pool_name: world.pool.split_once('_').unwrap().1,
            user_id: &user,
        },
        secret_block: &block,
        timestamp: &timestamp,
    };
    let signature = client.prove(password, &given("SALT"), &given("SRP_B"), &claim);
    json!({
        "USERNAME": user,
        "PASSWORD_CLAIM_SECRET_BLOCK": block,
        "PASSWORD_CLAIM_SIGNATURE": signature.unwrap(),
        "TIMESTAMP": timestamp,
    })
}

fn client() -> Client {
    Client::start(&mut Streams::new(3).stream("phone", 0))
}

fn verify(world: &mut World, answers: &Value) -> Result<Value, Refusal> {
    let body = json!({
        "ClientId": world.app,
        "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeResponses": answers,
    });
    world.api("RespondToAuthChallenge", &body)
}

fn sign_in(world: &mut World, username: &str, password: &str) -> Result<Value, Refusal> {
    let client = client();
    let challenge = start(world, username, &client.public_hex())?;
    let answers = answers(world, &client, &challenge, password);
    verify(world, &answers)
}

#[test]
fn a_password_that_never_travels_buys_tokens() {
    let mut world = world();
    let answer = sign_in(&mut world, "dora", PASSWORD).unwrap();
    let id = claims(&text(&answer["AuthenticationResult"]["IdToken"]));
    assert_eq!(id["cognito:username"], "dora");
    for exchange in world.cloud.ledger.exchanges() {
        let body = exchange.request.body.text().unwrap();
        assert!(!body.contains(PASSWORD));
    }
    let names: Vec<&str> = world
        .last()
        .checks
        .iter()
        .map(|check| check.name.as_str())
        .collect();
    assert!(names.contains(&"Password proof"), "{names:?}");
}

#[test]
fn a_wrong_password_is_refused_counted_and_ends_the_handshake() {
    let mut world = world();
    let client = client();
    let challenge = start(&mut world, "dora", &client.public_hex()).unwrap();
    let wrong = answers(&world, &client, &challenge, "Wrong-horse1");
    let refusal = Err(refused("NotAuthorizedException", WRONG));
    assert_eq!(verify(&mut world, &wrong), refusal);
    assert_eq!(world.failed(), Some("Password proof"));
    let right = answers(&world, &client, &challenge, PASSWORD);
    let used = "Invalid session for the user, session can only be used once.";
    assert_eq!(
        verify(&mut world, &right),
        Err(refused("NotAuthorizedException", used))
    );
    for _ in 0..4 {
        assert_eq!(sign_in(&mut world, "dora", "Wrong-horse1"), refusal);
    }
    assert_eq!(
        sign_in(&mut world, "dora", PASSWORD),
        Err(refused(
            "NotAuthorizedException",
            "Password attempts exceeded"
        ))
    );
}

#[test]
fn a_name_that_nobody_has_gets_a_salt_that_stays_the_same() {
    let mut world = world();
    let public = client().public_hex();
    let salt = |world: &mut World, name: &str| {
        let challenge = start(world, name, &public).unwrap();
        text(&challenge["ChallengeParameters"]["SALT"])
    };
    let (first, second) = (salt(&mut world, "nobody"), salt(&mut world, "nobody"));
    assert_eq!(first, second);
    assert_ne!(first, salt(&mut world, "nobody-else"));
    assert_eq!(salt(&mut world, "dora"), salt(&mut world, "dora"));
    let refusal = Err(refused("NotAuthorizedException", WRONG));
    assert_eq!(sign_in(&mut world, "nobody", ""), refusal);
    assert_eq!(world.failed(), Some("User exists"));
}

#[test]
fn a_client_that_hides_nobody_says_that_there_is_no_such_user() {
    let mut world = world();
    world.client_mut().hides_users = false;
    let refusal = refused("UserNotFoundException", "User does not exist.");
    let public = client().public_hex();
    assert_eq!(start(&mut world, "nobody", &public), Err(refusal));
}

#[test]
fn a_handshake_ends_after_three_minutes() {
    let mut world = world();
    let client = client();
    let challenge = start(&mut world, "dora", &client.public_hex()).unwrap();
    world.cloud.pass_time(Span::from_minutes(3));
    let late = answers(&world, &client, &challenge, PASSWORD);
    let message = "Invalid session for the user, session is expired.";
    let refusal = refused("NotAuthorizedException", message);
    assert_eq!(verify(&mut world, &late), Err(refusal));
    assert_eq!(world.failed(), Some("Session not expired"));
}

#[test]
fn a_timestamp_in_another_form_is_refused_and_the_handshake_stays_open() {
    let mut world = world();
    let client = client();
    let challenge = start(&mut world, "dora", &client.public_hex()).unwrap();
    let good = answers(&world, &client, &challenge, PASSWORD);
    let message = "TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.";
    for other in [
        "",
        "2026-03-03T09:00:00Z",
        "Tue Mar 03 09:00:00 UTC 2026",
        "é Ma r r r r",
    ] {
        let mut changed = good.clone();
        changed["TIMESTAMP"] = json!(other);
        let refusal = refused("InvalidParameterException", message);
        assert_eq!(verify(&mut world, &changed), Err(refusal), "{other}");
    }
    assert!(verify(&mut world, &good).is_ok());
}

#[test]
fn a_public_value_that_would_give_the_secret_away_is_refused() {
    let mut world = world();
    let before = world.state();
    for public in ["0", "", "xyz", "-1"] {
        assert_eq!(
            start(&mut world, "dora", public).unwrap_err().code,
            "InvalidParameterException",
            "{public}"
        );
    }
    assert_eq!(world.state(), before);
}

#[test]
fn a_client_without_the_flow_cannot_use_it() {
    let mut world = world();
    world.client_mut().flows.clear();
    let message = "USER_SRP_AUTH is not enabled for the client.";
    let refusal = refused("InvalidParameterException", message);
    let public = client().public_hex();
    assert_eq!(start(&mut world, "dora", &public), Err(refusal));
    assert_eq!(world.failed(), Some("Flow enabled"));
}

#[test]
fn a_message_that_is_not_established_is_not_passed_off_as_awss() {
    let mut world = world();
    let body = json!({
        "AuthFlow": "USER_SRP_AUTH",
        "ClientId": world.app,
        "AuthParameters": { "USERNAME": "dora", "SRP_A": "00" },
    });
    let refusal = refused("InvalidParameterException", "Invalid SRP_A");
    assert_eq!(world.api("InitiateAuth", &body), Err(refusal));
    let source = |world: &World| {
        let last = world.cloud.ledger.exchanges().last().unwrap();
        last.failed_check().unwrap().source.clone()
    };
    assert!(source(&world).ends_with("; message: Tokentrail's wording"));
    let wrong = world.password_sign_in("dora", "Wrong-horse1");
    assert_eq!(
        wrong.unwrap_err().message,
        "Incorrect username or password."
    );
    assert!(!source(&world).contains("wording"));
}
