//! The functions a pool calls: what they may decide and what their failure does.

use super::*;
use crate::cloud::lambda::{Code, FunctionConfig, Permission, add_function};
use crate::cloud::user_pool::config::{
    MigrateUser, MigratedUser, PostConfirmation, PreSignUp, PreTokenGeneration, TriggerKind,
};

fn sign_up(world: &mut World) -> Result<Value, Refusal> {
    let body = json!({
        "ClientId": world.app,
        "Username": "ann",
        "Password": PASSWORD,
        "UserAttributes": [{ "Name": "email", "Value": "ann@example.com" }],
    });
    world.api("SignUp", &body)
}

fn validation(message: &str) -> Refusal {
    refused("UserLambdaValidationException", message)
}

#[test]
fn a_function_can_refuse_a_sign_up_and_nothing_changes() {
    let mut world = world();
    world.pool_mut().triggers.pre_sign_up = Some(PreSignUp {
        allowed_domains: vec!["corp.example".to_owned()],
        ..PreSignUp::default()
    });
    let before = world.state();
    let message = "PreSignUp failed with error Only addresses at corp.example may sign up.";
    assert_eq!(sign_up(&mut world), Err(validation(message)));
    assert_eq!(world.failed(), Some("Pre sign-up function"));
    assert_eq!(world.state(), before);
    let answer = world.sign_in_with_facebook();
    assert_eq!(answer.get("error_description"), Some(message));
    assert_eq!(world.state().0, before.0);
}

#[test]
fn a_function_can_confirm_a_user_without_a_code() {
    let mut world = world();
    world.pool_mut().triggers.pre_sign_up = Some(PreSignUp {
        auto_confirm: true,
        auto_verify_email: true,
        ..PreSignUp::default()
    });
    let answer = sign_up(&mut world).unwrap();
    assert_eq!(answer["UserConfirmed"], true);
    assert!(answer.get("CodeDeliveryDetails").is_none());
    let answer = world.password_sign_in("ann", PASSWORD).unwrap();
    let id = claims(&text(&answer["AuthenticationResult"]["IdToken"]));
    assert_eq!(id["email_verified"], true);
}

#[test]
fn after_the_confirmation_a_function_runs_and_its_failure_does_not_undo_it() {
    let mut world = world();
    sign_up(&mut world).unwrap();
    world.pool_mut().triggers.post_confirmation = Some(PostConfirmation {
        fails_with: Some("The mailing list is down".to_owned()),
        add_to_group: Some("editors".to_owned()),
    });
    let code = world.inbox();
    let body = json!({ "ClientId": world.app, "Username": "ann", "ConfirmationCode": code });
    let message = "PostConfirmation failed with error The mailing list is down.";
    assert_eq!(world.api("ConfirmSignUp", &body), Err(validation(message)));
    assert!(world.password_sign_in("ann", PASSWORD).is_ok());
}

#[test]
fn a_function_puts_confirmed_users_into_a_group() {
    let mut world = world();
    world.pool_mut().triggers.post_confirmation = Some(PostConfirmation {
        add_to_group: Some("editors".to_owned()),
        fails_with: None,
    });
    sign_up(&mut world).unwrap();
    let code = world.inbox();
    let body = json!({ "ClientId": world.app, "Username": "ann", "ConfirmationCode": code });
    world.api("ConfirmSignUp", &body).unwrap();
    let answer = world.password_sign_in("ann", PASSWORD).unwrap();
    let id = claims(&text(&answer["AuthenticationResult"]["IdToken"]));
    assert_eq!(id["cognito:groups"], json!(["editors"]));
}

#[test]
fn a_function_adds_and_leaves_out_claims_but_not_those_that_tokens_stand_on() {
    let mut world = world();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    world.pool_mut().triggers.pre_token_generation = Some(PreTokenGeneration {
        add: vec![
            pair("tenant", "north"),
            pair("sub", "somebody-else"),
            pair("aud", "x"),
        ],
        suppress: ["email", "iss", "exp"].map(str::to_owned).to_vec(),
        groups: Some(vec!["viewers".to_owned()]),
        fails_with: None,
    });
    let (id, access, refresh) = world.doras_tokens();
    let app = world.app.clone();
    for token in [&id, &access] {
        assert_eq!(claims(token)["cognito:groups"], json!(["viewers"]));
    }
    let parsed = claims(&id);
    assert_eq!(parsed["tenant"], "north");
    assert!(parsed.get("email").is_none() && parsed.get("cognito:roles").is_none());
    assert_eq!(parsed["aud"], json!(app));
    assert_ne!(parsed["sub"], "somebody-else");
    assert!(parsed["iss"].is_string() && parsed["exp"].is_i64());
    assert!(claims(&access).get("tenant").is_none());
    let origins = &world.artifact(&id).provenance;
    assert!(origins.iter().any(|origin| origin.field == "claims.tenant"));
    world.refresh(&refresh).unwrap();
    let check = world.last().checks.last().unwrap();
    assert_eq!(check.name, "Pre token generation function");
    assert_eq!(check.expected, "an answer to TokenGeneration_RefreshTokens");
}

#[test]
fn a_function_that_fails_before_the_tokens_means_no_tokens() {
    let mut world = world();
    let (_, _, refresh) = world.doras_tokens();
    world.pool_mut().triggers.pre_token_generation = Some(PreTokenGeneration {
        fails_with: Some("No tenant".to_owned()),
        ..PreTokenGeneration::default()
    });
    let before = world.state();
    let refusal = validation("PreTokenGeneration failed with error No tenant.");
    assert_eq!(
        world.password_sign_in("dora", PASSWORD),
        Err(refusal.clone())
    );
    assert_eq!(world.refresh(&refresh), Err(refusal));
    assert_eq!(world.state(), before);
}

fn with_older_directory() -> World {
    let mut world = world();
    world.pool_mut().triggers.migrate_user = Some(MigrateUser {
        users: vec![MigratedUser {
            username: "ann".to_owned(),
            password: PASSWORD.to_owned(),
            attributes: vec![("email".to_owned(), "ann@example.com".to_owned())],
        }],
    });
    world
}

#[test]
fn somebody_from_an_older_directory_comes_over_at_the_first_sign_in() {
    let mut world = with_older_directory();
    let before = world.state();
    let wrong = refused("NotAuthorizedException", "Incorrect username or password.");
    assert_eq!(
        world.password_sign_in("ann", "Wrong-horse1"),
        Err(wrong.clone())
    );
    assert_eq!(world.password_sign_in("nobody", PASSWORD), Err(wrong));
    assert_eq!(world.failed(), Some("Migrate user function"));
    assert_eq!(world.state(), before);
    let answer = world.password_sign_in("ann", PASSWORD).unwrap();
    let id = claims(&text(&answer["AuthenticationResult"]["IdToken"]));
    assert_eq!(id["email"], "ann@example.com");
    world.pool_mut().triggers.migrate_user = None;
    assert!(world.password_sign_in("ann", PASSWORD).is_ok());
}

#[test]
fn somebody_from_an_older_directory_comes_over_with_a_forgotten_password() {
    let mut world = with_older_directory();
    let body = json!({ "ClientId": world.app, "Username": "ann" });
    world.api("ForgotPassword", &body).unwrap();
    let code = world.inbox();
    let body = json!({ "ClientId": world.app, "Username": "ann", "ConfirmationCode": code,
                       "Password": "Second-horse2" });
    world.api("ConfirmForgotPassword", &body).unwrap();
    assert!(world.password_sign_in("ann", "Second-horse2").is_ok());
}

/// The world with a Lambda function as trigger, which the pool may run or not.
fn with_lambda(kind: TriggerKind, code: Code, permitted: bool) -> World {
    let account = "111122223333";
    let mut world = world();
    let lambda = actor("lambda", ActorKind::Lambda, Some(account));
    world.cloud.add_actor(lambda);
    let source = format!(
        "arn:aws:cognito-idp:us-east-1:{account}:userpool/{}",
        world.pool
    );
    let permission = Permission::for_service("pool", "cognito-idp.amazonaws.com", &source, account);
    let function = FunctionConfig {
        name: "trigger".to_owned(),
        account: account.to_owned(),
        code,
        role_arn: None,
        permissions: permitted.then_some(permission).into_iter().collect(),
    };
    let arn = add_function(&mut world.cloud, function).unwrap();
    world.pool_mut().triggers.lambda.insert(kind, arn);
    world
}

fn claims_function() -> Code {
    Code::CustomClaims {
        add: [("tenant".to_owned(), "north".to_owned())].into(),
        suppress: vec!["email".to_owned()],
    }
}

#[test]
fn a_lambda_function_is_run_through_the_front_door_before_the_tokens() {
    let mut world = with_lambda(TriggerKind::PreTokenGeneration, claims_function(), true);
    let (id, _, _) = world.doras_tokens();
    assert_eq!(claims(&id)["tenant"], "north");
    assert!(claims(&id).get("email").is_none());
    let parent = world.last().id;
    let exchanges = world.cloud.ledger.exchanges();
    let nested = exchanges
        .iter()
        .find(|exchange| exchange.parent == Some(parent))
        .unwrap();
    assert_eq!(
        (nested.to.as_str(), nested.operation.as_str()),
        ("lambda", "Invoke")
    );
    let event: Value = serde_json::from_str(nested.request.body.text().unwrap()).unwrap();
    assert_eq!(event["triggerSource"], "TokenGeneration_Authentication");
    assert_eq!(
        event["request"]["userAttributes"]["email"],
        "dora@example.com"
    );
}

#[test]
fn a_lambda_function_that_the_pool_may_not_run_refuses_the_sign_in() {
    let mut world = with_lambda(TriggerKind::PreTokenGeneration, claims_function(), false);
    let message = "PreTokenGeneration invocation failed due to error AccessDeniedException.";
    let refusal = refused("UnexpectedLambdaException", message);
    assert_eq!(world.password_sign_in("dora", PASSWORD), Err(refusal));
}

#[test]
fn a_lambda_function_that_fails_or_gives_nonsense_refuses_the_sign_up() {
    let fails = Code::Fail("Not today".to_owned());
    let mut world = with_lambda(TriggerKind::PreSignUp, fails, true);
    let before = world.state();
    let refusal = validation("PreSignUp failed with error Not today.");
    assert_eq!(sign_up(&mut world), Err(refusal));
    assert_eq!(world.state(), before);
    let nonsense = Code::Constant(json!([1]));
    let mut world = with_lambda(TriggerKind::PreSignUp, nonsense, true);
    let refusal = refused(
        "InvalidLambdaResponseException",
        "Unrecognizable lambda output",
    );
    assert_eq!(sign_up(&mut world), Err(refusal));
    let nothing = Code::Echo;
    let mut world = with_lambda(TriggerKind::PreSignUp, nothing, true);
    assert_eq!(sign_up(&mut world).unwrap()["UserConfirmed"], false);
}
