//! Whatever arrives: an answer, no panic, and a world as it was.

use proptest::prelude::*;

use super::*;
use crate::protocol::message::post;

fn raw(world: &mut World, operation: &str, body: &[u8]) -> Response {
    let url = format!("https://{}/", api_host());
    let mut request = post(&url, "application/x-amz-json-1.1", body.to_vec()).unwrap();
    let target = format!("{}.{operation}", super::super::TARGET_PREFIX);
    request.set_header("x-amz-target", &target).unwrap();
    world.send(request)
}

#[test]
fn what_is_no_json_object_is_refused_as_the_api_refuses_it() {
    let mut world = world();
    for body in ["{", "[]", "\"x\"", "\u{0}", "{\"ClientId\":"] {
        let response = raw(&mut world, "SignUp", body.as_bytes());
        assert_eq!(response.status().as_u16(), 400);
        assert_eq!(
            world.last().refusal.as_ref().unwrap().code,
            "SerializationException"
        );
    }
}

#[test]
fn members_that_are_missing_empty_too_long_or_of_the_wrong_type_are_named() {
    let mut world = world();
    let (app, long) = (world.app.clone(), "x".repeat(129));
    let at = |member: &str, rule: &str| {
        format!("1 validation error detected: Value{member} failed to satisfy constraint: {rule}")
    };
    let cases = [
        (
            json!({}),
            at(" null at 'clientId'", "Member must not be null"),
        ),
        (
            json!({ "ClientId": app, "Username": "" }),
            at(
                " at 'username'",
                "Member must have length greater than or equal to 1",
            ),
        ),
        (
            json!({ "ClientId": long }),
            at(
                " at 'clientId'",
                "Member must have length less than or equal to 128",
            ),
        ),
    ];
    for (body, message) in cases {
        let refusal = refused("InvalidParameterException", &message);
        assert_eq!(world.api("SignUp", &body), Err(refusal));
    }
    let body = json!({ "ClientId": 7 });
    assert_eq!(
        world.api("SignUp", &body).unwrap_err().code,
        "SerializationException"
    );
    let body = json!({ "ClientId": app, "AuthFlow": "USER_PASSWORD_AUTH",
                       "AuthParameters": { "USERNAME": "dora" } });
    let refusal = refused(
        "InvalidParameterException",
        "Missing required parameter PASSWORD",
    );
    assert_eq!(world.api("InitiateAuth", &body), Err(refusal));
}

#[test]
fn an_operation_that_does_not_exist_is_unknown() {
    let mut world = world();
    let refusal = refused("UnknownOperationException", "");
    assert_eq!(world.api("MakeCoffee", &json!({})), Err(refusal));
    let request = get(&format!("https://{}/", api_host())).unwrap();
    assert_eq!(world.send(request).status().as_u16(), 400);
}

#[test]
fn the_same_seed_gives_the_same_tokens() {
    assert_eq!(world().doras_tokens(), world().doras_tokens());
}

const OPERATIONS: [&str; 7] = [
    "SignUp",
    "ConfirmSignUp",
    "ResendConfirmationCode",
    "InitiateAuth",
    "GetUser",
    "RevokeToken",
    "GlobalSignOut",
];
const PATHS: [&str; 8] = [
    "/oauth2/authorize",
    "/login",
    "/oauth2/idpresponse",
    "/oauth2/token",
    "/oauth2/userInfo",
    "/oauth2/revoke",
    "/logout",
    "/nowhere",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_body_changes_the_world_or_breaks_the_api(which in 0..OPERATIONS.len(), body in ".{0,80}") {
        let mut world = world();
        let before = world.state();
        let members = ["ClientId", "Username", "Password", "AccessToken", "Token", "AuthFlow"];
        let object: Value = members.iter().map(|name| ((*name).to_owned(), json!(body))).collect::<serde_json::Map<_, _>>().into();
        for bytes in [body.as_bytes(), object.to_string().as_bytes()] {
            let response = raw(&mut world, OPERATIONS[which], bytes);
            prop_assert!(response.status().is_client_error());
            prop_assert_eq!(world.state(), before.clone());
        }
    }

    #[test]
    fn no_query_changes_the_world_or_breaks_the_hosted_ui(which in 0..PATHS.len(), text in "[ -~]{0,60}") {
        let mut world = world();
        let before = world.state();
        let form = Form::new().with("state", &text).with("code", &text).with("client_id", &text);
        let url = world.hosted(PATHS[which]);
        world.browse(&form.append_to_url(&url));
        prop_assert!(world.last().refused());
        world.send(post_form(&url, &form).unwrap());
        prop_assert!(world.last().refused());
        prop_assert_eq!(world.state(), before);
    }
}
