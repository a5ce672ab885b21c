//! Becoming a user: sign-up, the code, and what goes wrong on the way.

use super::*;
use crate::cloud::ledger::ArtifactKind;
use crate::cloud::user_pool::config::SignIn;
use crate::protocol::time::Span;

fn new_user(world: &World, username: &str, password: &str) -> Value {
    json!({
        "ClientId": world.app,
        "Username": username,
        "Password": password,
        "UserAttributes": [{ "Name": "email", "Value": "ann@example.com" }],
    })
}

/// The code in Ann's inbox.
fn code(world: &World) -> String {
    let ann = ActorId::new("ann");
    let held = world.cloud.ledger.held_by(&ann).rev();
    let artifact = held
        .filter_map(|id| world.cloud.ledger.artifact(id))
        .find(|artifact| artifact.kind == ArtifactKind::ConfirmationCode)
        .unwrap();
    artifact
        .facts
        .iter()
        .find(|(name, _)| name == "user")
        .unwrap();
    match &artifact.value {
        crate::cloud::ledger::ArtifactValue::Text(text) => text.clone(),
        other => panic!("{other:?}"),
    }
}

fn confirm(world: &mut World, username: &str, code: &str) -> Result<Value, Refusal> {
    let body = json!({ "ClientId": world.app, "Username": username, "ConfirmationCode": code });
    world.api("ConfirmSignUp", &body)
}

#[test]
fn the_code_reaches_the_persons_inbox_and_confirms_the_user() {
    let mut world = world();
    let body = new_user(&world, "ann", "Abcdefg1-");
    let answer = world.api("SignUp", &body).unwrap();
    assert_eq!(answer["UserConfirmed"], false);
    assert_eq!(answer["UserSub"].as_str().map(str::len), Some(36));
    let details = &answer["CodeDeliveryDetails"];
    assert_eq!(details["Destination"], "a***@e***");
    assert_eq!(details["DeliveryMedium"], "EMAIL");
    let refusal = refused("UserNotConfirmedException", "User is not confirmed.");
    assert_eq!(world.password_sign_in("ann", "Abcdefg1-"), Err(refusal));
    let code = code(&world);
    assert_eq!(confirm(&mut world, "ann", &code), Ok(json!({})));
    let answer = world.password_sign_in("ann", "Abcdefg1-").unwrap();
    let id = claims(answer["AuthenticationResult"]["IdToken"].as_str().unwrap());
    assert_eq!(
        (&id["email"], &id["email_verified"]),
        (&json!("ann@example.com"), &json!(true))
    );
    let refusal = refused(
        "NotAuthorizedException",
        "User cannot be confirmed. Current status is CONFIRMED",
    );
    assert_eq!(confirm(&mut world, "ann", &code), Err(refusal));
}

#[test]
fn each_weakness_of_a_password_is_named() {
    let mut world = world();
    let before = world.state();
    let cases = [
        ("Ab1-", "Password not long enough"),
        ("abcdefg1-", "Password must have uppercase characters"),
        ("ABCDEFG1-", "Password must have lowercase characters"),
        ("Abcdefgh-", "Password must have numeric characters"),
        ("Abcdefgh1", "Password must have symbol characters"),
    ];
    for (password, what) in cases {
        let body = new_user(&world, "ann", password);
        let message = format!("Password did not conform with policy: {what}");
        let refusal = refused("InvalidPasswordException", &message);
        assert_eq!(world.api("SignUp", &body), Err(refusal));
        assert_eq!(world.failed(), Some("Password policy"));
    }
    assert_eq!(world.state(), before);
}

#[test]
fn a_name_can_be_taken_once() {
    let mut world = world();
    let body = new_user(&world, "dora", "Abcdefg1-");
    let refusal = refused("UsernameExistsException", "User already exists");
    assert_eq!(world.api("SignUp", &body), Err(refusal));
    assert_eq!(world.failed(), Some("Username free"));
}

#[test]
fn with_email_sign_in_the_address_is_the_name_and_the_username_is_the_sub() {
    let mut world = world();
    world.cloud.user_pools.get_mut(&world.pool).unwrap().sign_in = SignIn::Email;
    let mut body = new_user(&world, "ann", "Abcdefg1-");
    let refusal = refused("InvalidParameterException", "Username should be an email.");
    assert_eq!(world.api("SignUp", &body), Err(refusal));
    body["Username"] = json!("ann@example.com");
    let sub = world.api("SignUp", &body).unwrap()["UserSub"].clone();
    let refusal = refused(
        "UsernameExistsException",
        "An account with the given email already exists.",
    );
    assert_eq!(world.api("SignUp", &body), Err(refusal));
    let code = code(&world);
    confirm(&mut world, "Ann@example.com", &code).unwrap();
    let answer = world
        .password_sign_in("ann@example.com", "Abcdefg1-")
        .unwrap();
    let id = claims(answer["AuthenticationResult"]["IdToken"].as_str().unwrap());
    assert_eq!((&id["sub"], &id["cognito:username"]), (&sub, &sub));
}

#[test]
fn wrong_codes_are_counted_and_the_right_one_comes_too_late() {
    let mut world = world();
    let body = new_user(&world, "ann", "Abcdefg1-");
    world.api("SignUp", &body).unwrap();
    let right = code(&world);
    let wrong = if right == "000000" {
        "000001"
    } else {
        "000000"
    };
    let message = "Invalid verification code provided, please try again.";
    for _ in 0..5 {
        let refusal = refused("CodeMismatchException", message);
        assert_eq!(confirm(&mut world, "ann", wrong), Err(refusal));
    }
    let message = "Attempt limit exceeded, please try after some time.";
    let refusal = refused("LimitExceededException", message);
    assert_eq!(confirm(&mut world, "ann", &right), Err(refusal));
}

#[test]
fn a_code_ends_after_a_day_and_a_new_one_replaces_it() {
    let mut world = world();
    let body = new_user(&world, "ann", "Abcdefg1-");
    world.api("SignUp", &body).unwrap();
    let old = code(&world);
    world.cloud.pass_time(Span::from_hours(24));
    let expired = "Invalid code provided, please request a code again.";
    let refusal = refused("ExpiredCodeException", expired);
    assert_eq!(confirm(&mut world, "ann", &old), Err(refusal));
    let body = json!({ "ClientId": world.app, "Username": "ann" });
    world.api("ResendConfirmationCode", &body).unwrap();
    let new = code(&world);
    assert_ne!(old, new);
    assert!(confirm(&mut world, "ann", &old).is_err());
    assert!(confirm(&mut world, "ann", &new).is_ok());
    let refusal = refused("InvalidParameterException", "User is already confirmed.");
    assert_eq!(world.api("ResendConfirmationCode", &body), Err(refusal));
}

#[test]
fn an_unknown_user_cannot_be_told_from_a_known_one() {
    let mut world = world();
    let body = json!({ "ClientId": world.app, "Username": "nobody" });
    let answer = world.api("ResendConfirmationCode", &body).unwrap();
    assert_eq!(answer["CodeDeliveryDetails"]["DeliveryMedium"], "EMAIL");
    let message = "Invalid code provided, please request a code again.";
    let refusal = refused("ExpiredCodeException", message);
    assert_eq!(confirm(&mut world, "nobody", "123456"), Err(refusal));
}

#[test]
fn attributes_outside_the_schema_are_refused() {
    let mut world = world();
    let before = world.state();
    let cases = [
        ("email", "not an address", "InvalidParameterException"),
        ("custom:salary", "1", "InvalidParameterException"),
        ("shoe_size", "42", "InvalidParameterException"),
        ("email_verified", "true", "NotAuthorizedException"),
    ];
    for (name, value, code) in cases {
        let mut body = new_user(&world, "ann", "Abcdefg1-");
        body["UserAttributes"] = json!([{ "Name": name, "Value": value }]);
        assert_eq!(world.api("SignUp", &body).unwrap_err().code, code, "{name}");
        assert_eq!(world.failed(), Some("Attributes"));
    }
    assert_eq!(world.state(), before);
}
