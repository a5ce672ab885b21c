//! A forgotten password: the code, its end, its limits, and who gets none.

use super::*;
use crate::cloud::user_pool::config::{UserConfig, add_user};
use crate::cloud::user_pool::directory::set_enabled;
use crate::cloud::user_pool::model::Status;
use crate::protocol::time::Span;

const NEW: &str = "Second-horse2";

/// The world with Ann, whose address is verified, as a user.
fn world_with_ann() -> World {
    let mut world = world();
    let ann = UserConfig {
        username: "ann".to_owned(),
        password: PASSWORD.to_owned(),
        attributes: vec![("email".to_owned(), "ann@example.com".to_owned())],
        ..UserConfig::default()
    };
    let pool = world.pool.clone();
    add_user(&mut world.cloud, &pool, ann).unwrap();
    world
}

fn forgot(world: &mut World, username: &str) -> Result<Value, Refusal> {
    let body = json!({ "ClientId": world.app, "Username": username });
    world.api("ForgotPassword", &body)
}

fn confirm(world: &mut World, username: &str, code: &str, new: &str) -> Result<Value, Refusal> {
    let body = json!({ "ClientId": world.app, "Username": username, "Password": new,
                       "ConfirmationCode": code });
    world.api("ConfirmForgotPassword", &body)
}

#[test]
fn the_code_from_the_inbox_buys_a_new_password_once() {
    let mut world = world_with_ann();
    let answer = forgot(&mut world, "ann").unwrap();
    assert_eq!(answer["CodeDeliveryDetails"]["Destination"], "a***@e***");
    let code = world.inbox();
    assert_eq!(confirm(&mut world, "ann", &code, NEW), Ok(json!({})));
    assert!(world.password_sign_in("ann", NEW).is_ok());
    assert!(world.password_sign_in("ann", PASSWORD).is_err());
    let expired = "Invalid code provided, please request a code again.";
    let refusal = refused("ExpiredCodeException", expired);
    assert_eq!(confirm(&mut world, "ann", &code, NEW), Err(refusal));
}

#[test]
fn a_new_password_ends_the_lock_after_wrong_ones() {
    let mut world = world_with_ann();
    for _ in 0..5 {
        world.password_sign_in("ann", "Wrong-horse1").unwrap_err();
    }
    let locked = refused("NotAuthorizedException", "Password attempts exceeded");
    assert_eq!(world.password_sign_in("ann", PASSWORD), Err(locked));
    forgot(&mut world, "ann").unwrap();
    let code = world.inbox();
    confirm(&mut world, "ann", &code, NEW).unwrap();
    assert!(world.password_sign_in("ann", NEW).is_ok());
}

#[test]
fn the_code_ends_after_an_hour() {
    let mut world = world_with_ann();
    forgot(&mut world, "ann").unwrap();
    let code = world.inbox();
    world.cloud.pass_time(Span::from_hours(1));
    let before = world.state();
    let expired = "Invalid code provided, please request a code again.";
    let refusal = refused("ExpiredCodeException", expired);
    assert_eq!(confirm(&mut world, "ann", &code, NEW), Err(refusal));
    assert_eq!(world.failed(), Some("Code not expired"));
    assert_eq!(world.state(), before);
}

#[test]
fn wrong_codes_and_weak_passwords_are_refused_and_guesses_run_out() {
    let mut world = world_with_ann();
    forgot(&mut world, "ann").unwrap();
    let code = world.inbox();
    let refusal = confirm(&mut world, "ann", &code, "weak").unwrap_err();
    assert_eq!(refusal.code, "InvalidPasswordException");
    let message = "Invalid verification code provided, please try again.";
    for _ in 0..5 {
        let refusal = refused("CodeMismatchException", message);
        let wrong = other_code(&code);
        assert_eq!(confirm(&mut world, "ann", wrong, NEW), Err(refusal));
    }
    let message = "Attempt limit exceeded, please try after some time.";
    let refusal = refused("LimitExceededException", message);
    assert_eq!(confirm(&mut world, "ann", &code, NEW), Err(refusal));
}

#[test]
fn only_so_many_codes_are_sent_in_an_hour() {
    let mut world = world_with_ann();
    for _ in 0..5 {
        forgot(&mut world, "ann").unwrap();
    }
    let message = "Attempt limit exceeded, please try after some time.";
    let refusal = refused("LimitExceededException", message);
    assert_eq!(forgot(&mut world, "ann"), Err(refusal));
    assert_eq!(world.failed(), Some("Requests left"));
    world.cloud.pass_time(Span::from_hours(1));
    assert!(forgot(&mut world, "ann").is_ok());
}

#[test]
fn who_gets_no_code_is_answered_like_everybody_and_nothing_is_sent() {
    let mut world = world_with_ann();
    let pool = world.pool.clone();
    set_enabled(&mut world.cloud, &pool, "dora", false);
    let artifacts = world.cloud.ledger.artifacts().len();
    for name in ["nobody", "dora"] {
        let answer = forgot(&mut world, name).unwrap();
        let details = &answer["CodeDeliveryDetails"];
        assert_eq!(details["DeliveryMedium"], "EMAIL", "{name}");
    }
    assert_eq!(world.cloud.ledger.artifacts().len(), artifacts);
    let message = "Invalid verification code provided, please try again.";
    let refusal = refused("CodeMismatchException", message);
    assert_eq!(confirm(&mut world, "nobody", "123456", NEW), Err(refusal));
    world.client_mut().hides_users = false;
    assert_eq!(
        forgot(&mut world, "nobody").unwrap_err().code,
        "UserNotFoundException"
    );
}

#[test]
fn a_password_that_is_not_the_users_own_cannot_be_reset() {
    let mut world = world_with_ann();
    for status in [Status::ForceChangePassword, Status::ExternalProvider] {
        world.pool_mut().users.get_mut("ann").unwrap().status = status;
        let message = "User password cannot be reset in the current state.";
        let refusal = refused("NotAuthorizedException", message);
        assert_eq!(forgot(&mut world, "ann"), Err(refusal));
    }
}
