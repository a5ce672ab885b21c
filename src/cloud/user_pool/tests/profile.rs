//! What a signed-in user changes.

use super::*;
use crate::cloud::user_pool::config::SignIn;

fn update(world: &mut World, token: &str, name: &str, value: &str) -> Result<Value, Refusal> {
    let body = json!({
        "AccessToken": token,
        "UserAttributes": [{ "Name": name, "Value": value }],
    });
    world.api("UpdateUserAttributes", &body)
}

#[test]
fn a_changed_address_is_unverified_until_its_code_comes_back() {
    let mut world = world();
    let (_, access, _) = world.doras_tokens();
    let answer = update(&mut world, &access, "email", "ann@example.com").unwrap();
    assert_eq!(
        answer["CodeDeliveryDetailsList"][0]["Destination"],
        "a***@e***"
    );
    let (id, _, _) = world.doras_tokens();
    let id = claims(&id);
    assert_eq!(
        (&id["email"], &id["email_verified"]),
        (&json!("ann@example.com"), &json!(false))
    );
    let code = world.inbox();
    let mut body = json!({ "AccessToken": access, "AttributeName": "email",
                           "Code": other_code(&code) });
    let refusal = world.api("VerifyUserAttribute", &body).unwrap_err();
    assert_eq!(refusal.code, "CodeMismatchException");
    body["Code"] = json!(code);
    world.api("VerifyUserAttribute", &body).unwrap();
    let (id, _, _) = world.doras_tokens();
    assert_eq!(claims(&id)["email_verified"], true);
}

#[test]
fn what_is_not_the_users_to_write_is_refused() {
    let mut world = world();
    let (_, access, _) = world.doras_tokens();
    let before = world.state();
    let cases = [
        ("email_verified", "true", "NotAuthorizedException"),
        ("sub", "x", "NotAuthorizedException"),
        ("custom:salary", "1", "InvalidParameterException"),
        ("email", "nowhere", "InvalidParameterException"),
    ];
    for (name, value, code) in cases {
        assert_eq!(
            update(&mut world, &access, name, value).unwrap_err().code,
            code
        );
        assert_eq!(world.failed(), Some("Attributes"));
    }
    assert_eq!(world.state(), before);
}

#[test]
fn where_people_sign_in_with_their_address_the_old_one_stops_and_the_new_one_starts_working() {
    let mut world = world();
    world.pool_mut().sign_in = SignIn::Email;
    let dora = world.pool_mut().users.get("dora").cloned().unwrap();
    world.pool_mut().put_user(dora);
    let (_, access, _) = world.doras_tokens();
    assert!(world.password_sign_in("dora@example.com", PASSWORD).is_ok());
    update(&mut world, &access, "email", "d@example.com").unwrap();
    assert!(
        world
            .password_sign_in("dora@example.com", PASSWORD)
            .is_err()
    );
    assert!(world.password_sign_in("D@example.com", PASSWORD).is_ok());
}

#[test]
fn changing_the_password_takes_the_previous_one() {
    let mut world = world();
    let (_, access, _) = world.doras_tokens();
    let mut body = json!({ "AccessToken": access, "PreviousPassword": "Wrong-horse1",
                           "ProposedPassword": "Second-horse2" });
    let message = "Incorrect username or password.";
    let refusal = refused("NotAuthorizedException", message);
    assert_eq!(world.api("ChangePassword", &body), Err(refusal));
    body["PreviousPassword"] = json!(PASSWORD);
    world.api("ChangePassword", &body).unwrap();
    assert!(world.password_sign_in("dora", "Second-horse2").is_ok());
    assert!(world.password_sign_in("dora", PASSWORD).is_err());
}
