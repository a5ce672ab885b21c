//! Challenges one after the other: a new password, an authenticator app, both.

use super::*;
use crate::cloud::user_pool::config::MfaMode;
use crate::cloud::user_pool::model::Status;
use crate::protocol::encoding::base32_decode;
use crate::protocol::time::Span;
use crate::protocol::totp;

/// Dora's authenticator app: set up, and asked for from now on.
fn set_up(world: &mut World) -> Vec<u8> {
    world.pool_mut().mfa = MfaMode::Optional;
    let (_, access, _) = world.doras_tokens();
    let body = json!({ "AccessToken": access });
    let answer = world.api("AssociateSoftwareToken", &body).unwrap();
    let secret = base32_decode(&text(&answer["SecretCode"])).unwrap();
    let code = totp::totp(&secret, world.cloud.now());
    let body = json!({ "AccessToken": access, "UserCode": code });
    assert_eq!(
        world.api("VerifySoftwareToken", &body),
        Ok(json!({ "Status": "SUCCESS" }))
    );
    let body = json!({
        "AccessToken": access,
        "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true },
    });
    world.api("SetUserMFAPreference", &body).unwrap();
    world.cloud.pass_time(Span::from_minutes(2));
    secret
}

fn answer(world: &mut World, session: &str, code: &str) -> Result<Value, Refusal> {
    let answers = json!({ "USERNAME": "dora", "SOFTWARE_TOKEN_MFA_CODE": code });
    world.respond("SOFTWARE_TOKEN_MFA", session, &answers)
}

fn invalid_session(end: &str) -> Result<Value, Refusal> {
    let message = format!("Invalid session for the user, session {end}.");
    Err(refused("NotAuthorizedException", &message))
}

#[test]
fn with_an_authenticator_app_a_password_is_only_half_of_a_sign_in() {
    let mut world = world();
    let secret = set_up(&mut world);
    let challenge = world.password_sign_in("dora", PASSWORD).unwrap();
    assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    assert!(challenge.get("AuthenticationResult").is_none());
    let session = text(&challenge["Session"]);
    let code = totp::totp(&secret, world.cloud.now());
    let tokens = answer(&mut world, &session, &code).unwrap();
    let access = text(&tokens["AuthenticationResult"]["AccessToken"]);
    let profile = world
        .api("GetUser", &json!({ "AccessToken": access }))
        .unwrap();
    assert_eq!(profile["UserMFASettingList"], json!(["SOFTWARE_TOKEN_MFA"]));
    assert_eq!(profile["PreferredMfaSetting"], "SOFTWARE_TOKEN_MFA");
    assert_eq!(
        answer(&mut world, &session, &code),
        invalid_session("can only be used once")
    );
}

#[test]
fn a_wrong_code_can_be_corrected_a_few_times_only() {
    let mut world = world();
    let secret = set_up(&mut world);
    let challenge = world.password_sign_in("dora", PASSWORD).unwrap();
    let session = text(&challenge["Session"]);
    let code = totp::totp(&secret, world.cloud.now());
    let wrong = other_code(&code);
    for _ in 0..5 {
        let refusal = refused("CodeMismatchException", "Invalid code received for user");
        assert_eq!(answer(&mut world, &session, wrong), Err(refusal));
        assert_eq!(world.failed(), Some("Authenticator code"));
    }
    assert_eq!(
        answer(&mut world, &session, &code),
        invalid_session("can only be used once")
    );
}

#[test]
fn a_code_works_once_and_a_session_three_minutes() {
    let mut world = world();
    let secret = set_up(&mut world);
    let session = |world: &mut World| {
        let challenge = world.password_sign_in("dora", PASSWORD).unwrap();
        text(&challenge["Session"])
    };
    let first = session(&mut world);
    let second = session(&mut world);
    let code = totp::totp(&secret, world.cloud.now());
    assert!(answer(&mut world, &first, &code).is_ok());
    let message = "Your software token has already been used once.";
    let refusal = refused("ExpiredCodeException", message);
    assert_eq!(answer(&mut world, &second, &code), Err(refusal));
    let late = session(&mut world);
    world.cloud.pass_time(Span::from_minutes(3));
    let code = totp::totp(&secret, world.cloud.now());
    assert_eq!(
        answer(&mut world, &late, &code),
        invalid_session("is expired")
    );
    assert_eq!(world.failed(), Some("Session not expired"));
}

#[test]
fn a_session_is_good_for_its_own_challenge_client_and_user() {
    let mut world = world();
    set_up(&mut world);
    let challenge = world.password_sign_in("dora", PASSWORD).unwrap();
    let session = text(&challenge["Session"]);
    let invalid = Err(refused(
        "NotAuthorizedException",
        "Invalid session for the user.",
    ));
    assert_eq!(
        answer(&mut world, "not-a-session-of-this-pool", "123456"),
        invalid
    );
    let answers = json!({ "USERNAME": "dora", "NEW_PASSWORD": "Abcdefg1-" });
    assert_eq!(
        world.respond("NEW_PASSWORD_REQUIRED", &session, &answers),
        invalid
    );
    assert_eq!(world.failed(), Some("Session known"));
    let answers = json!({ "USERNAME": "nobody", "SOFTWARE_TOKEN_MFA_CODE": "123456" });
    assert_eq!(
        world.respond("SOFTWARE_TOKEN_MFA", &session, &answers),
        invalid
    );
    assert_eq!(world.failed(), Some("Same user"));
}

#[test]
fn an_authenticator_app_must_be_proven_before_it_is_asked_for() {
    let mut world = world();
    let (_, access, _) = world.doras_tokens();
    let body = json!({ "AccessToken": access });
    let message = "Software Token MFA has not been enabled by the userPool.";
    let refusal = refused("SoftwareTokenMFANotFoundException", message);
    assert_eq!(world.api("AssociateSoftwareToken", &body), Err(refusal));
    world.pool_mut().mfa = MfaMode::Optional;
    let on = json!({ "AccessToken": access, "SoftwareTokenMfaSettings": { "Enabled": true } });
    let refusal = refused(
        "InvalidParameterException",
        "User has not verified software token mfa",
    );
    assert_eq!(world.api("SetUserMFAPreference", &on), Err(refusal));
    let answer = world.api("AssociateSoftwareToken", &body).unwrap();
    let secret = base32_decode(&text(&answer["SecretCode"])).unwrap();
    let code = totp::totp(&secret, world.cloud.now());
    let wrong = json!({ "AccessToken": access, "UserCode": other_code(&code) });
    let refusal = refused(
        "EnableSoftwareTokenMFAException",
        "Code mismatch and fail enable Software Token MFA",
    );
    assert_eq!(world.api("VerifySoftwareToken", &wrong), Err(refusal));
    assert!(world.doras_tokens().0.len() > 100);
}

#[test]
fn where_everybody_needs_a_second_factor_the_first_sign_in_sets_it_up() {
    let mut world = world();
    world.pool_mut().mfa = MfaMode::On;
    let challenge = world.password_sign_in("dora", PASSWORD).unwrap();
    assert_eq!(challenge["ChallengeName"], "MFA_SETUP");
    let first = text(&challenge["Session"]);
    let setup = json!({ "USERNAME": "dora" });
    let refusal = world.respond("MFA_SETUP", &first, &setup).unwrap_err();
    assert_eq!(refusal.code, "InvalidParameterException");
    let answer = world
        .api("AssociateSoftwareToken", &json!({ "Session": first }))
        .unwrap();
    let secret = base32_decode(&text(&answer["SecretCode"])).unwrap();
    let second = text(&answer["Session"]);
    let again = world.api("AssociateSoftwareToken", &json!({ "Session": first }));
    assert_eq!(again, invalid_session("can only be used once"));
    let code = totp::totp(&secret, world.cloud.now());
    let body = json!({ "Session": second, "UserCode": code });
    let third = text(&world.api("VerifySoftwareToken", &body).unwrap()["Session"]);
    let tokens = world.respond("MFA_SETUP", &third, &setup).unwrap();
    assert!(tokens["AuthenticationResult"]["IdToken"].is_string());
    let challenge = world.password_sign_in("dora", PASSWORD).unwrap();
    assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA");
}

#[test]
fn a_password_somebody_else_chose_is_replaced_before_the_second_factor() {
    let mut world = world();
    let secret = set_up(&mut world);
    world.pool_mut().required = vec!["name".to_owned()];
    world.pool_mut().users.get_mut("dora").unwrap().status = Status::ForceChangePassword;
    let challenge = world.password_sign_in("dora", PASSWORD).unwrap();
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let parameters = &challenge["ChallengeParameters"];
    assert_eq!(
        parameters["requiredAttributes"],
        "[\"userAttributes.name\"]"
    );
    assert!(text(&parameters["userAttributes"]).contains("dora@example.com"));
    let session = text(&challenge["Session"]);
    let before = world.state();
    let mut answers = json!({ "USERNAME": "dora", "NEW_PASSWORD": "Second-horse2" });
    let refusal = world
        .respond("NEW_PASSWORD_REQUIRED", &session, &answers)
        .unwrap_err();
    assert_eq!(refusal.code, "InvalidParameterException");
    answers["userAttributes.name"] = json!("Dora");
    answers["NEW_PASSWORD"] = json!("short");
    let refusal = world
        .respond("NEW_PASSWORD_REQUIRED", &session, &answers)
        .unwrap_err();
    assert_eq!(refusal.code, "InvalidPasswordException");
    assert_eq!(world.state(), before);
    answers["NEW_PASSWORD"] = json!("Second-horse2");
    let next = world
        .respond("NEW_PASSWORD_REQUIRED", &session, &answers)
        .unwrap();
    assert_eq!(next["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let code = totp::totp(&secret, world.cloud.now());
    let tokens = answer(&mut world, &text(&next["Session"]), &code).unwrap();
    let id = claims(&text(&tokens["AuthenticationResult"]["IdToken"]));
    assert_eq!(id["name"], "Dora");
    assert!(world.password_sign_in("dora", PASSWORD).is_err());
    assert!(world.password_sign_in("dora", "Second-horse2").is_ok());
}

#[test]
fn the_hosted_page_does_not_let_anybody_past_the_second_factor() {
    let mut world = world();
    set_up(&mut world);
    let url = world.ask().append_to_url(&world.hosted("/login"));
    let form = Form::new()
        .with("username", "dora")
        .with("password", PASSWORD);
    let response = world.send(post_form(&url, &form).unwrap());
    assert_eq!(response.status().as_u16(), 400);
    assert_eq!(world.failed(), Some("No further step"));
}
