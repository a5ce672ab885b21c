//! What user pools refuse.

use serde_json::{Value, json};
use tokentrail::cloud::user_pool::config::{AppClient, ClientSecret, MfaMode, SignIn};
use tokentrail::protocol::encoding::base32_decode;
use tokentrail::protocol::message::Response;
use tokentrail::protocol::time::Span;
use tokentrail::protocol::totp::totp;

use super::{Outcome, PASSWORD, Row, Stage, all, password_sign_in, says, text};

const IDP: &str = "cognito-idp";
const APP: &str = "desk-app";
const NOT_AUTHORIZED: &str = "NotAuthorizedException";
/// More wrong passwords in a row than a pool bears.
const MANY: usize = 7;

fn sign_in(stage: &mut Stage, username: &str, password: &str) -> Response {
    let body = password_sign_in(APP, username, password);
    stage.cognito(IDP, "InitiateAuth", &body)
}

fn signed_in(stage: &mut Stage) -> Value {
    stage.pool(|_| {});
    let body = password_sign_in(APP, "dana", PASSWORD);
    stage.ok(IDP, "InitiateAuth", &body)["AuthenticationResult"].clone()
}

fn new_user(username: &str, password: &str) -> Value {
    json!({ "ClientId": APP, "Username": username, "Password": password,
        "UserAttributes": [{ "Name": "email", "Value": "omar@example.com" }] })
}

fn signed_up(stage: &mut Stage) {
    stage.pool(|_| {});
    stage.ok(IDP, "SignUp", &new_user("omar", PASSWORD));
}

fn confirm(stage: &mut Stage, code: &str) -> Response {
    let body = json!({ "ClientId": APP, "Username": "omar", "ConfirmationCode": code });
    stage.cognito(IDP, "ConfirmSignUp", &body)
}

fn weak(stage: &mut Stage, password: &str, what: &str) -> Outcome {
    stage.pool(|_| {});
    let response = stage.cognito(IDP, "SignUp", &new_user("omar", password));
    says(
        response,
        format!("Password did not conform with policy: {what}"),
    )
}

fn with_secret(stage: &mut Stage, hash: Option<&str>) -> Response {
    stage.pool(|config| {
        config.clients = vec![AppClient {
            id: Some(APP.to_owned()),
            secret: ClientSecret::Generated,
            ..AppClient::default()
        }];
    });
    let mut body = password_sign_in(APP, "dana", PASSWORD);
    if let Some(hash) = hash {
        body["AuthParameters"]["SECRET_HASH"] = json!(hash);
    }
    stage.cognito(IDP, "InitiateAuth", &body)
}

/// A user whom an administrator made stands before the choice of a password: the session.
fn new_password_session(stage: &mut Stage) -> String {
    let pool = stage.pool(|_| {});
    let body = json!({ "UserPoolId": pool, "Username": "omar",
        "TemporaryPassword": "Temporary-horse1", "MessageAction": "SUPPRESS" });
    assert_eq!(stage.as_admin(IDP, "AdminCreateUser", &body).status(), 200);
    let body = password_sign_in(APP, "omar", "Temporary-horse1");
    text(&stage.ok(IDP, "InitiateAuth", &body)["Session"])
}

fn choose(stage: &mut Stage, session: &str) -> Response {
    let body = json!({ "ChallengeName": "NEW_PASSWORD_REQUIRED", "ClientId": APP,
        "Session": session,
        "ChallengeResponses": { "USERNAME": "omar", "NEW_PASSWORD": "Second-horse2" } });
    stage.cognito(IDP, "RespondToAuthChallenge", &body)
}

fn wrong_second_factor(stage: &mut Stage) -> Outcome {
    stage.pool(|config| config.mfa = MfaMode::Optional);
    let body = password_sign_in(APP, "dana", PASSWORD);
    let tokens = stage.ok(IDP, "InitiateAuth", &body);
    let access = tokens["AuthenticationResult"]["AccessToken"].clone();
    let body = json!({ "AccessToken": access });
    let secret = text(&stage.ok(IDP, "AssociateSoftwareToken", &body)["SecretCode"]);
    let now = stage.cloud.now();
    let code = totp(&base32_decode(&secret).unwrap(), now);
    let body = json!({ "AccessToken": access, "UserCode": code });
    stage.ok(IDP, "VerifySoftwareToken", &body);
    let settings = json!({ "Enabled": true, "PreferredMfa": true });
    let body = json!({ "AccessToken": access, "SoftwareTokenMfaSettings": settings });
    stage.ok(IDP, "SetUserMFAPreference", &body);
    let body = password_sign_in(APP, "dana", PASSWORD);
    let session = stage.ok(IDP, "InitiateAuth", &body)["Session"].clone();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let body = json!({ "ChallengeName": "SOFTWARE_TOKEN_MFA", "ClientId": APP, "Session": session,
        "ChallengeResponses": { "USERNAME": "dana", "SOFTWARE_TOKEN_MFA_CODE": wrong } });
    let response = stage.cognito(IDP, "RespondToAuthChallenge", &body);
    says(response, "Invalid code received for user")
}

fn refresh(stage: &mut Stage, token: &Value) -> Response {
    let body = json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": APP,
        "AuthParameters": { "REFRESH_TOKEN": token } });
    stage.cognito(IDP, "InitiateAuth", &body)
}

#[test]
fn signing_in() {
    let rows: &[Row] = &[
        ("wrong password", NOT_AUTHORIZED, 400, |stage| {
            stage.pool(|_| {});
            says(
                sign_in(stage, "dana", "Wrong-horse1"),
                "Incorrect username or password.",
            )
        }),
        ("no such user", NOT_AUTHORIZED, 400, |stage| {
            stage.pool(|_| {});
            says(
                sign_in(stage, "nobody", PASSWORD),
                "Incorrect username or password.",
            )
        }),
        (
            "no such user, and it is said",
            "UserNotFoundException",
            400,
            |stage| {
                stage.pool(|config| config.clients[0].prevent_user_existence_errors = false);
                says(sign_in(stage, "nobody", PASSWORD), "User does not exist.")
            },
        ),
        ("not confirmed", "UserNotConfirmedException", 400, |stage| {
            signed_up(stage);
            says(sign_in(stage, "omar", PASSWORD), "User is not confirmed.")
        }),
        ("disabled", NOT_AUTHORIZED, 400, |stage| {
            let pool = stage.pool(|_| {});
            let body = json!({ "UserPoolId": pool, "Username": "dana" });
            assert_eq!(stage.as_admin(IDP, "AdminDisableUser", &body).status(), 200);
            says(sign_in(stage, "dana", PASSWORD), "User is disabled.")
        }),
        ("too many tries", NOT_AUTHORIZED, 400, |stage| {
            stage.pool(|_| {});
            for _ in 0..MANY {
                sign_in(stage, "dana", "Wrong-horse1");
            }
            says(
                sign_in(stage, "dana", PASSWORD),
                "Password attempts exceeded",
            )
        }),
        (
            "wrong second factor",
            "CodeMismatchException",
            400,
            wrong_second_factor,
        ),
        ("session too old", NOT_AUTHORIZED, 400, |stage| {
            let session = new_password_session(stage);
            stage.cloud.pass_time(Span::from_minutes(4));
            let message = "Invalid session for the user, session is expired.";
            says(choose(stage, &session), message)
        }),
        ("session used", NOT_AUTHORIZED, 400, |stage| {
            let session = new_password_session(stage);
            assert_eq!(choose(stage, &session).status(), 200);
            let message = "Invalid session for the user, session can only be used once.";
            says(choose(stage, &session), message)
        }),
        ("wrong secret hash", NOT_AUTHORIZED, 400, |stage| {
            let message = format!("Unable to verify secret hash for client {APP}");
            says(with_secret(stage, Some("d3Jvbmc=")), message)
        }),
        ("no secret hash", NOT_AUTHORIZED, 400, |stage| {
            let message =
                format!("Client {APP} is configured with secret but SECRET_HASH was not received");
            says(with_secret(stage, None), message)
        }),
        ("access token revoked", NOT_AUTHORIZED, 400, |stage| {
            let body = json!({ "AccessToken": signed_in(stage)["AccessToken"] });
            stage.ok(IDP, "GlobalSignOut", &body);
            let response = stage.cognito(IDP, "GetUser", &body);
            says(response, "Access Token has been revoked")
        }),
        ("refresh token revoked", NOT_AUTHORIZED, 400, |stage| {
            let token = signed_in(stage)["RefreshToken"].clone();
            let body = json!({ "Token": token, "ClientId": APP });
            stage.ok(IDP, "RevokeToken", &body);
            says(refresh(stage, &token), "Refresh Token has been revoked")
        }),
        ("refresh token expired", NOT_AUTHORIZED, 400, |stage| {
            let token = signed_in(stage)["RefreshToken"].clone();
            stage.cloud.pass_time(Span::from_hours(24 * 31));
            says(refresh(stage, &token), "Refresh Token has expired")
        }),
    ];
    all(rows);
}

#[test]
fn signing_up() {
    const WEAK: &str = "InvalidPasswordException";
    let rows: &[Row] = &[
        ("bad code", "CodeMismatchException", 400, |stage| {
            signed_up(stage);
            let wrong = if stage.code() == "000000" {
                "000001"
            } else {
                "000000"
            };
            let message = "Invalid verification code provided, please try again.";
            says(confirm(stage, wrong), message)
        }),
        ("code expired", "ExpiredCodeException", 400, |stage| {
            signed_up(stage);
            let code = stage.code();
            stage.cloud.pass_time(Span::from_hours(25));
            let message = "Invalid code provided, please request a code again.";
            says(confirm(stage, &code), message)
        }),
        ("code used", "ExpiredCodeException", 400, |stage| {
            signed_up(stage);
            let code = stage.code();
            assert_eq!(confirm(stage, &code).status(), 200);
            let body = json!({ "ClientId": APP, "Username": "omar" });
            stage.ok(IDP, "ForgotPassword", &body);
            let body = json!({ "ClientId": APP, "Username": "omar",
                "ConfirmationCode": stage.code(), "Password": "Second-horse2" });
            stage.ok(IDP, "ConfirmForgotPassword", &body);
            let message = "Invalid code provided, please request a code again.";
            says(stage.cognito(IDP, "ConfirmForgotPassword", &body), message)
        }),
        ("short", WEAK, 400, |stage| {
            weak(stage, "Ab1-", "Password not long enough")
        }),
        ("no upper case", WEAK, 400, |stage| {
            weak(
                stage,
                "abcdefg1-",
                "Password must have uppercase characters",
            )
        }),
        ("no lower case", WEAK, 400, |stage| {
            weak(
                stage,
                "ABCDEFG1-",
                "Password must have lowercase characters",
            )
        }),
        ("no digit", WEAK, 400, |stage| {
            weak(stage, "Abcdefgh-", "Password must have numeric characters")
        }),
        ("no symbol", WEAK, 400, |stage| {
            weak(stage, "Abcdefgh1", "Password must have symbol characters")
        }),
        ("name taken", "UsernameExistsException", 400, |stage| {
            stage.pool(|_| {});
            let response = stage.cognito(IDP, "SignUp", &new_user("dana", PASSWORD));
            says(response, "User already exists")
        }),
        ("address taken", "UsernameExistsException", 400, |stage| {
            stage.pool(|config| config.sign_in = SignIn::Email);
            let body = new_user("omar@example.com", PASSWORD);
            stage.ok(IDP, "SignUp", &body);
            let body_of_code = json!({ "ClientId": APP, "Username": "omar@example.com",
                "ConfirmationCode": stage.code() });
            stage.ok(IDP, "ConfirmSignUp", &body_of_code);
            let response = stage.cognito(IDP, "SignUp", &body);
            says(response, "An account with the given email already exists.")
        }),
    ];
    all(rows);
}
