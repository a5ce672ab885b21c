//! Sessions of users: GetSessionToken, GetFederationToken, and who may not ask for them.

use serde_json::json;

use super::{USER_ROLE, assumed, user_token};
use crate::cloud::identity_pool::tests::callers::{allowing, credentials_in};
use crate::cloud::identity_pool::tests::world::World;
use crate::cloud::ledger::{ActorId, CredentialsValue};
use crate::protocol::time::Span;

const ALL: [&str; 1] = ["*"];

fn world() -> (World, CredentialsValue) {
    let mut world = World::new();
    let user = world.user("backend", &allowing(&ALL));
    (world, user)
}

#[test]
fn a_user_gets_a_session_with_its_own_permissions_for_half_a_day() {
    let (mut world, user) = world();
    let result = world.granted(&user, "sts", &[("Action", "GetSessionToken")]);
    let session = credentials_in(&result);
    assert!(session.access_key_id.starts_with("ASIA"));
    let me = world.granted(&session, "sts", &[("Action", "GetCallerIdentity")]);
    assert_eq!(
        me.text_at(&["Arn"]),
        Some("arn:aws:iam::111122223333:user/backend")
    );
    assert!(me.text_at(&["UserId"]).unwrap().starts_with("AIDA"));
    let known = world.cloud.sts.session(&session.access_key_id).unwrap();
    let life = known.expires_at - known.issued_at;
    assert!(life <= Span::from_hours(12) && life > Span::from_hours(11));
    // IAM does not take it
    let list = [("Action", "CreateAccessKey")];
    let (status, code, message) = world.denied(&session, "iam", &list);
    assert_eq!((status, code.as_str()), (403, "InvalidClientTokenId"));
    assert_eq!(
        message,
        "The security token included in the request is invalid"
    );
}

#[test]
fn a_federated_user_has_what_user_and_session_policy_share() {
    let (mut world, user) = world();
    let narrow = allowing(&["cognito-identity:*"]);
    let asking = [
        ("Action", "GetFederationToken"),
        ("Name", "dana"),
        ("Policy", narrow.as_str()),
        ("DurationSeconds", "900"),
    ];
    let result = world.granted(&user, "sts", &asking);
    let arn = "arn:aws:sts::111122223333:federated-user/dana";
    assert_eq!(result.text_at(&["FederatedUser", "Arn"]), Some(arn));
    assert_eq!(
        result.text_at(&["FederatedUser", "FederatedUserId"]),
        Some("111122223333:dana")
    );
    let dana = credentials_in(&result);
    let me = world.granted(&dana, "sts", &[("Action", "GetCallerIdentity")]);
    assert_eq!(me.text_at(&["Arn"]), Some(arn));
    let guest = world.guest();
    world.signed_ok(&dana, "DescribeIdentity", &json!({ "IdentityId": guest }));
    // Without a policy there is nothing it may do
    let result = world.granted(&user, "sts", &asking[..2]);
    let nothing = credentials_in(&result);
    let body = json!({ "IdentityId": guest });
    let (code, message) = world.signed_refused(&nothing, "DescribeIdentity", &body);
    assert_eq!(code, "AccessDeniedException");
    assert!(
        message.contains("because no session policy allows"),
        "{message}"
    );
    // And it may not become a role
    let role = [
        ("Action", "AssumeRole"),
        ("RoleArn", USER_ROLE),
        ("RoleSessionName", "x1"),
    ];
    assert_eq!(world.denied(&dana, "sts", &role).1, "AccessDenied");
    assert_eq!(world.stopped_at("AssumeRole").name, "Caller");
}

#[test]
fn sessions_cannot_be_stretched_into_sessions_of_a_user() {
    let (mut world, _) = world();
    let token = user_token(&mut world);
    let web = credentials_in(&assumed(&mut world, USER_ROLE, &token, &[]));
    for operation in ["GetSessionToken", "GetFederationToken"] {
        let asking = [("Action", operation), ("Name", "dana")];
        let (status, code, message) = world.denied(&web, "sts", &asking);
        assert_eq!((status, code.as_str()), (403, "AccessDenied"));
        assert_eq!(
            message,
            format!("Cannot call {operation} with session credentials")
        );
        assert_eq!(world.stopped_at(operation).name, "Long-term key");
    }
}

#[test]
fn a_federation_token_needs_leave_and_a_good_name() {
    let (mut world, _) = world();
    let poor = world.user("poor", &allowing(&["s3:*"]));
    let asking = [("Action", "GetFederationToken"), ("Name", "dana")];
    let (status, code, message) = world.denied(&poor, "sts", &asking);
    assert_eq!((status, code.as_str()), (403, "AccessDenied"));
    assert_eq!(
        message,
        "User: arn:aws:iam::111122223333:user/poor is not authorized to perform: \
         sts:GetFederationToken on resource: arn:aws:sts::111122223333:federated-user/dana \
         because no identity-based policy allows the sts:GetFederationToken action"
    );
    let long = "x".repeat(33);
    let bad = [("Action", "GetFederationToken"), ("Name", long.as_str())];
    assert_eq!(world.denied(&poor, "sts", &bad).1, "ValidationError");
}

#[test]
fn an_encoded_message_is_read_by_sts_for_who_may() {
    let (mut world, user) = world();
    let poor = world.user("poor", &allowing(&["s3:*"]));
    let foreign = world.user_in("444455556666", "ann", &allowing(&ALL));
    let asking = [("Action", "GetFederationToken"), ("Name", "dana")];
    world.denied(&poor, "sts", &asking);
    let decision = world.cloud.ledger.decisions().last().unwrap().clone();
    let message = crate::cloud::sts::encode_authorization_message(
        &mut world.cloud,
        "111122223333",
        &decision,
    );
    let decode = [
        ("Action", "DecodeAuthorizationMessage"),
        ("EncodedMessage", message.as_str()),
    ];
    let result = world.granted(&user, "sts", &decode);
    let decoded = result.text_at(&["DecodedMessage"]).unwrap();
    let decoded: serde_json::Value = serde_json::from_str(decoded).unwrap();
    assert_eq!(decoded["allowed"], false);
    assert_eq!(decoded["explicitDeny"], false);
    assert_eq!(decoded["context"]["action"], "sts:GetFederationToken");
    assert_eq!(world.denied(&poor, "sts", &decode).1, "AccessDenied");
    let invalid = "InvalidAuthorizationMessageException";
    assert_eq!(world.denied(&foreign, "sts", &decode).1, invalid);
    let changed = [decode[0], ("EncodedMessage", "AAAA")];
    assert_eq!(world.denied(&user, "sts", &changed).1, invalid);
}

#[test]
fn the_card_tells_users_and_their_keys() {
    let (world, user) = world();
    let details = crate::cloud::sts::describe(&world.cloud, &ActorId::new("sts")).1;
    let key = format!("Access key {}", user.access_key_id);
    let found = details.iter().find(|(name, _)| *name == key).unwrap();
    assert_eq!(found.1, "active, of backend, without end");
}
