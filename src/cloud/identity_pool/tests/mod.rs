//! Identity pools as their callers see them.

mod administer;
pub(in crate::cloud) mod callers;
mod credentials;
mod developer;
mod hostile;
mod logins;
pub(in crate::cloud) mod world;

use serde_json::json;

use super::{IdentityPoolConfig, LinkedLogin, MappingKind, RoleMapping, add_identity};
use crate::cloud::identity_pool::AmbiguousRoleResolution;
use crate::cloud::ledger::ActorId;
use world::{POOL_ID, PROVIDER, World, pool_config};

#[test]
fn the_same_user_is_the_same_identity_whatever_the_token() {
    let mut world = World::new();
    let first = world.sign_in("anna").0;
    let second = world.sign_in("anna").0;
    assert_ne!(first, second);
    let identity = world.identity_of(&first);
    assert_eq!(world.identity_of(&second), identity);
    let other = world.sign_in("ben").0;
    assert_ne!(world.identity_of(&other), identity);
    assert!(identity.starts_with("us-east-1:"), "{identity}");
}

#[test]
fn every_guest_is_somebody_new() {
    let mut world = World::new();
    assert_ne!(world.guest(), world.guest());
}

#[test]
fn guests_need_leave() {
    let mut config = pool_config();
    config.allow_unauthenticated = false;
    let mut world = World::with(config);
    let (code, message) = world.refused("GetId", &json!({ "IdentityPoolId": POOL_ID }));
    assert_eq!(code, "NotAuthorizedException");
    assert_eq!(
        message,
        "Unauthenticated access is not supported for this identity pool."
    );
    assert_eq!(world.stopped_at("GetId").name, "Guest access");
}

#[test]
fn an_unknown_pool_and_an_unknown_identity_are_not_found() {
    let mut world = World::new();
    let id = "us-east-1:00000000-0000-4000-8000-000000000000";
    let (code, message) = world.refused("GetId", &json!({ "IdentityPoolId": id }));
    assert_eq!(code, "ResourceNotFoundException");
    assert_eq!(message, format!("IdentityPool '{id}' not found."));
    let (code, message) = world.refused("GetCredentialsForIdentity", &json!({ "IdentityId": id }));
    assert_eq!(code, "ResourceNotFoundException");
    assert_eq!(message, format!("Identity '{id}' not found."));
}

#[test]
fn requests_that_break_the_model_are_told_every_broken_constraint() {
    let mut world = World::new();
    let (code, message) = world.refused("GetId", &json!({}));
    assert_eq!(code, "ValidationException");
    assert_eq!(
        message,
        "1 validation error detected: Value null at 'identityPoolId' failed to satisfy \
         constraint: Member must not be null"
    );
    let body = json!({ "IdentityPoolId": "nowhere", "AccountId": "x" });
    let (_, message) = world.refused("GetId", &body);
    assert_eq!(
        message,
        "2 validation errors detected: Value 'x' at 'accountId' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: \\d+; Value 'nowhere' at \
         'identityPoolId' failed to satisfy constraint: Member must satisfy regular expression \
         pattern: [\\w-]+:[0-9a-f-]+"
    );
    let (code, _) = world.refused("GetId", &json!({ "IdentityPoolId": 5 }));
    assert_eq!(code, "SerializationException");
    let (code, _) = world.refused("GetId", &json!("text"));
    assert_eq!(code, "SerializationException");
    let (code, _) = world.refused("GetTeapot", &json!({}));
    assert_eq!(code, "UnknownOperationException");
}

#[test]
fn a_guest_who_signs_in_keeps_the_identity_and_merges_when_there_is_one_already() {
    let mut world = World::new();
    let (guest, token) = (world.guest(), world.sign_in("anna").0);
    let logins = json!({ PROVIDER: token });
    let body = json!({ "IdentityId": guest, "Logins": logins });
    let upgraded = world.ok("GetCredentialsForIdentity", &body);
    assert_eq!(upgraded["IdentityId"], guest);
    assert_eq!(world.identity_of(&token), guest);

    let second = world.guest();
    let body = json!({ "IdentityId": second, "Logins": logins });
    assert_eq!(
        world.ok("GetCredentialsForIdentity", &body)["IdentityId"],
        guest
    );
    let (code, message) = world.refused(
        "GetCredentialsForIdentity",
        &json!({ "IdentityId": second }),
    );
    assert_eq!(code, "NotAuthorizedException");
    assert_eq!(
        message,
        format!("Access to Identity '{second}' is forbidden.")
    );
    assert_eq!(
        world.stopped_at("GetCredentialsForIdentity").name,
        "Identity enabled"
    );
}

#[test]
fn an_identity_with_a_login_is_closed_to_guests_and_to_others() {
    let mut world = World::new();
    let (anna, ben) = (world.sign_in("anna").0, world.sign_in("ben").0);
    let identity = world.identity_of(&anna);
    let (code, message) = world.refused(
        "GetCredentialsForIdentity",
        &json!({ "IdentityId": identity }),
    );
    assert_eq!(code, "NotAuthorizedException");
    assert_eq!(
        message,
        format!("Access to Identity '{identity}' is forbidden.")
    );
    let body = json!({ "IdentityId": identity, "Logins": { PROVIDER: ben } });
    for operation in ["GetCredentialsForIdentity", "GetOpenIdToken"] {
        let (code, message) = world.refused(operation, &body);
        assert_eq!(code, "NotAuthorizedException");
        assert_eq!(
            message,
            "Logins don't match. Please include at least one valid login for this identity or \
             identity pool."
        );
        assert_eq!(world.stopped_at(operation).name, "Logins match");
    }
}

#[test]
fn the_basic_flow_can_be_switched_off_and_knows_no_mappings() {
    let mut off = pool_config();
    off.allow_classic = false;
    let mut mapped = pool_config();
    mapped.role_mappings.insert(
        format!("{PROVIDER}:photoclient"),
        RoleMapping {
            kind: MappingKind::Token,
            ambiguous: AmbiguousRoleResolution::Deny,
        },
    );
    let expected = [
        (
            off,
            "Basic (classic) flow is not enabled, please use enhanced flow.",
        ),
        (
            mapped,
            "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.",
        ),
    ];
    for (config, message) in expected {
        let mut world = World::with(config);
        let body = json!({ "IdentityId": world.guest() });
        let refusal = world.refused("GetOpenIdToken", &body);
        assert_eq!(
            refusal,
            ("InvalidParameterException".to_owned(), message.to_owned())
        );
        assert_eq!(world.stopped_at("GetOpenIdToken").name, "Basic flow");
    }
}

#[test]
fn an_unlinked_identity_lets_nobody_in() {
    let mut world = World::new();
    let token = world.sign_in("anna").0;
    let identity = world.identity_of(&token);
    let logins = json!({ PROVIDER: token });
    let body = json!({ "IdentityId": identity, "Logins": logins, "LoginsToRemove": [PROVIDER] });
    world.ok("UnlinkIdentity", &body);
    let body = json!({ "IdentityId": identity, "Logins": logins });
    let (_, message) = world.refused("GetCredentialsForIdentity", &body);
    assert!(message.starts_with("Logins don't match."), "{message}");
    assert_ne!(world.identity_of(&token), identity);
}

#[test]
fn unlinking_needs_a_login_of_the_identity() {
    let mut world = World::new();
    let token = world.sign_in("anna").0;
    let guest = world.guest();
    let body = json!({
        "IdentityId": guest,
        "Logins": { PROVIDER: token },
        "LoginsToRemove": [PROVIDER],
    });
    let (code, _) = world.refused("UnlinkIdentity", &body);
    assert_eq!(code, "NotAuthorizedException");
}

#[test]
fn an_identity_of_the_beginning_is_found_by_its_login() {
    let mut world = World::new();
    let token = world.sign_in("anna").0;
    let subject = crate::protocol::jwt::Unverified::parse(&token).unwrap();
    let subject = subject.text("sub").unwrap().to_owned();
    let login = LinkedLogin {
        provider: PROVIDER.into(),
        subject,
    };
    let id = add_identity(&mut world.cloud, POOL_ID, vec![login]).unwrap();
    assert_eq!(world.identity_of(&token), id);
    assert_eq!(
        add_identity(&mut world.cloud, "us-east-1:0", Vec::new()),
        None
    );
}

#[test]
fn a_pool_without_an_id_gets_one_that_depends_on_its_name_alone() {
    let id = |name: &str, before: usize| {
        let mut world = World::new();
        for _ in 0..before {
            world.guest();
        }
        let config = IdentityPoolConfig::new(ActorId::new("second"), name, world::ACCOUNT);
        super::add_pool(&mut world.cloud, config)
    };
    assert_eq!(id("second", 0), id("second", 3));
    assert_ne!(id("second", 0), id("third", 0));
}
