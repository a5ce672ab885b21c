//! Developer authenticated identities: a backend signs people in itself and vouches for them.

use serde_json::{Value, json};

use super::callers::allowing;
use super::world::{POOL_ID, PROVIDER, World, pool_config};
use crate::cloud::ledger::CredentialsValue;
use crate::protocol::jwt::{Part, Unverified, tamper};
use crate::protocol::time::Span;

const OPERATION: &str = "GetOpenIdTokenForDeveloperIdentity";
const OWN: &str = "login.photos";
const POOL_LOGIN: &str = "cognito-identity.amazonaws.com";

fn world() -> (World, CredentialsValue) {
    let mut config = pool_config();
    config.developer_provider = Some(OWN.to_owned());
    let mut world = World::with(config);
    let backend = world.user("backend", &allowing(&["cognito-identity:*"]));
    (world, backend)
}

fn body(user: &str) -> Value {
    json!({ "IdentityPoolId": POOL_ID, "Logins": { OWN: user } })
}

fn text(answer: &Value, name: &str) -> String {
    answer[name].as_str().unwrap().to_owned()
}

/// Identity and token of a user of the backend.
fn vouched(world: &mut World, backend: &CredentialsValue, user: &str) -> (String, String) {
    let answer = world.signed_ok(backend, OPERATION, &body(user));
    (text(&answer, "IdentityId"), text(&answer, "Token"))
}

#[test]
fn a_backends_user_is_the_same_identity_every_time_and_gets_credentials() {
    let (mut world, backend) = world();
    let (identity, token) = vouched(&mut world, &backend, "dana-7");
    let (again, _) = vouched(&mut world, &backend, "dana-7");
    assert_eq!(identity, again);
    let parsed = Unverified::parse(&token).unwrap();
    let method = format!("{OWN}:{POOL_ID}:dana-7");
    assert_eq!(
        parsed.claims()["amr"],
        json!(["authenticated", OWN, method])
    );
    let life = parsed.seconds("exp").unwrap() - parsed.seconds("iat").unwrap();
    assert_eq!(life, 15 * 60);
    let body = json!({ "IdentityId": identity, "Logins": { POOL_LOGIN: token } });
    let answer = world.ok("GetCredentialsForIdentity", &body);
    assert_eq!(answer["IdentityId"], json!(identity));
    assert!(text(&answer["Credentials"], "AccessKeyId").starts_with("ASIA"));
}

#[test]
fn the_token_finds_no_identity_and_opens_only_its_own() {
    let (mut world, backend) = world();
    let (identity, token) = vouched(&mut world, &backend, "dana-7");
    let (other, _) = vouched(&mut world, &backend, "omar-9");
    let logins = json!({ POOL_LOGIN: token });
    let (_, message) = world.refused(
        "GetId",
        &json!({ "IdentityPoolId": POOL_ID, "Logins": logins }),
    );
    assert_eq!(
        message,
        "Invalid login token. Can't pass in a Cognito token."
    );
    let body = json!({ "IdentityId": other, "Logins": logins });
    let (_, message) = world.refused("GetCredentialsForIdentity", &body);
    assert!(message.starts_with("Logins don't match."), "{message}");
    let changed = tamper::flip_byte(&token, Part::Claims, 9).unwrap();
    let unsigned = tamper::strip_signature(&token).unwrap();
    let renamed = tamper::replace_claim(&token, "sub", json!(other)).unwrap();
    for token in [changed, unsigned, renamed, "a.b.c".to_owned()] {
        let body = json!({ "IdentityId": identity, "Logins": { POOL_LOGIN: token } });
        let (code, message) = world.refused("GetCredentialsForIdentity", &body);
        assert_eq!(code, "NotAuthorizedException");
        assert!(message.starts_with("Invalid login token. "), "{message}");
    }
    world.pass(Span::from_minutes(15));
    let body = json!({ "IdentityId": identity, "Logins": { POOL_LOGIN: token } });
    let (_, message) = world.refused("GetCredentialsForIdentity", &body);
    assert!(
        message.starts_with("Invalid login token. Token expired: "),
        "{message}"
    );
}

#[test]
fn a_token_that_the_pool_made_for_somebody_else_is_no_login() {
    let (mut world, _) = world();
    let guest = world.guest();
    let token = world.pool_token(&guest, &json!({}));
    let body = json!({ "IdentityId": guest, "Logins": { POOL_LOGIN: token } });
    let (_, message) = world.refused("GetCredentialsForIdentity", &body);
    assert_eq!(
        message,
        "Invalid login token. Can't pass in a Cognito token."
    );
    assert_eq!(
        world.stopped_at("GetCredentialsForIdentity").name,
        "Developer login"
    );
}

#[test]
fn the_backend_chooses_life_and_tags() {
    let (mut world, backend) = world();
    let mut asking = body("dana-7");
    asking["TokenDuration"] = json!(86_400);
    asking["PrincipalTags"] = json!({ "plan": "gold" });
    let answer = world.signed_ok(&backend, OPERATION, &asking);
    let token = Unverified::parse(&text(&answer, "Token")).unwrap();
    let life = token.seconds("exp").unwrap() - token.seconds("iat").unwrap();
    assert_eq!(life, 86_400);
    let tags = &token.claims()["https://aws.amazon.com/tags"]["principal_tags"];
    assert_eq!(*tags, json!({ "plan": ["gold"] }));
    // The role's trust policy does not allow tags yet
    let body = json!({
        "IdentityId": answer["IdentityId"],
        "Logins": { POOL_LOGIN: answer["Token"] },
    });
    let (code, _) = world.refused("GetCredentialsForIdentity", &body);
    assert_eq!(code, "InvalidIdentityPoolConfigurationException");
    asking["TokenDuration"] = json!(86_401);
    let (code, _) = world.signed_refused(&backend, OPERATION, &asking);
    assert_eq!(code, "ValidationException");
}

#[test]
fn only_who_has_leave_vouches_for_anybody() {
    let (mut world, _) = world();
    let poor = world.user("poor", &allowing(&["s3:*"]));
    let (code, message) = world.signed_refused(&poor, OPERATION, &body("dana-7"));
    assert_eq!(code, "AccessDeniedException");
    assert!(
        message.contains("cognito-identity:GetOpenIdTokenForDeveloperIdentity"),
        "{message}"
    );
    let (code, message) = world.refused(OPERATION, &body("dana-7"));
    assert_eq!(code, "MissingAuthenticationTokenException");
    assert_eq!(message, "Request is missing Authentication Token");
}

#[test]
fn a_login_is_linked_to_an_identity_once() {
    let (mut world, backend) = world();
    let guest = world.guest();
    let mut asking = body("dana-7");
    asking["IdentityId"] = json!(guest);
    assert_eq!(
        world.signed_ok(&backend, OPERATION, &asking)["IdentityId"],
        json!(guest)
    );
    let (_, other) = (vouched(&mut world, &backend, "omar-9"), world.guest());
    asking["IdentityId"] = json!(other);
    let (code, _) = world.signed_refused(&backend, OPERATION, &asking);
    assert_eq!(code, "DeveloperUserAlreadyRegisteredException");
    // A second proof is verified like any other
    let token = world.sign_in("anna").0;
    asking["IdentityId"] = json!(guest);
    asking["Logins"][PROVIDER] = json!(token);
    assert_eq!(
        world.signed_ok(&backend, OPERATION, &asking)["IdentityId"],
        json!(guest)
    );
    assert_eq!(world.identity_of(&token), guest);
    asking["Logins"] = json!({ PROVIDER: token });
    let (code, _) = world.signed_refused(&backend, OPERATION, &asking);
    assert_eq!(code, "InvalidParameterException");
}

#[test]
fn users_are_looked_up_merged_and_unlinked() {
    let (mut world, backend) = world();
    let (dana, token) = vouched(&mut world, &backend, "dana-7");
    let (other, _) = vouched(&mut world, &backend, "dana-8");
    let merge = json!({
        "SourceUserIdentifier": "dana-8", "DestinationUserIdentifier": "dana-7",
        "DeveloperProviderName": OWN, "IdentityPoolId": POOL_ID,
    });
    let answer = world.signed_ok(&backend, "MergeDeveloperIdentities", &merge);
    assert_eq!(answer["IdentityId"], json!(dana));
    let (code, _) = world.signed_refused(&backend, "MergeDeveloperIdentities", &merge);
    assert_eq!(code, "InvalidParameterException");
    let (_, message) = world.refused("GetCredentialsForIdentity", &json!({ "IdentityId": other }));
    assert!(message.ends_with("is forbidden."), "{message}");

    let look_up = json!({ "IdentityPoolId": POOL_ID, "DeveloperUserIdentifier": "dana-8" });
    let found = world.signed_ok(&backend, "LookupDeveloperIdentity", &look_up);
    assert_eq!(found["IdentityId"], json!(dana));
    assert_eq!(
        found["DeveloperUserIdentifierList"],
        json!(["dana-7", "dana-8"])
    );
    let mut page = json!({ "IdentityPoolId": POOL_ID, "IdentityId": dana, "MaxResults": 1 });
    let first = world.signed_ok(&backend, "LookupDeveloperIdentity", &page);
    page["NextToken"] = first["NextToken"].clone();
    let second = world.signed_ok(&backend, "LookupDeveloperIdentity", &page);
    assert_eq!(second["DeveloperUserIdentifierList"], json!(["dana-8"]));
    assert!(second.get("NextToken").is_none());

    let unlink = json!({
        "IdentityId": dana, "IdentityPoolId": POOL_ID,
        "DeveloperProviderName": OWN, "DeveloperUserIdentifier": "dana-7",
    });
    world.signed_ok(&backend, "UnlinkDeveloperIdentity", &unlink);
    let (code, _) = world.signed_refused(&backend, "UnlinkDeveloperIdentity", &unlink);
    assert_eq!(code, "ResourceNotFoundException");
    let body = json!({ "IdentityId": dana, "Logins": { POOL_LOGIN: token } });
    let (_, message) = world.refused("GetCredentialsForIdentity", &body);
    assert!(message.starts_with("Logins don't match."), "{message}");
}
