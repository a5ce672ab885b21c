//! Setting identity pools up by request.

use serde_json::json;

use super::callers::allowing;
use super::world::{
    ADMIN_ROLE, CLIENT, GUEST_ROLE, POOL_ID, PROVIDER, USER_ROLE, World, role, trust,
};
use crate::cloud::ledger::CredentialsValue;
use crate::protocol::jwt::Unverified;

fn world() -> (World, CredentialsValue) {
    let mut world = World::new();
    let admin = world.user("admin", &allowing(&["cognito-identity:*", "iam:PassRole"]));
    (world, admin)
}

#[test]
fn a_pool_is_made_given_roles_and_used() {
    let (mut world, admin) = world();
    let make = json!({ "IdentityPoolName": "second", "AllowUnauthenticatedIdentities": true });
    let made = world.signed_ok(&admin, "CreateIdentityPool", &make);
    let id = made["IdentityPoolId"].as_str().unwrap().to_owned();
    assert!(id.starts_with("us-east-1:"), "{id}");
    assert_eq!(made["AllowClassicFlow"], false);
    let other = world.signed_ok(&admin, "CreateIdentityPool", &make);
    assert_ne!(other["IdentityPoolId"], json!(id));
    let guest = world.ok("GetId", &json!({ "IdentityPoolId": id }));
    let body = json!({ "IdentityId": guest["IdentityId"] });
    let (code, _) = world.refused("GetCredentialsForIdentity", &body);
    assert_eq!(code, "InvalidIdentityPoolConfigurationException");
    world
        .cloud
        .iam
        .put_role(role(GUEST_ROLE, &trust(&id, "unauthenticated")));
    let roles = json!({ "IdentityPoolId": id, "Roles": { "unauthenticated": GUEST_ROLE } });
    world.signed_ok(&admin, "SetIdentityPoolRoles", &roles);
    world.ok("GetCredentialsForIdentity", &body);
}

#[test]
fn who_gives_a_pool_a_role_needs_leave_to_pass_it_on() {
    let (mut world, _) = world();
    let half = world.user("half", &allowing(&["cognito-identity:*"]));
    let roles = json!({ "IdentityPoolId": POOL_ID, "Roles": { "authenticated": ADMIN_ROLE } });
    let (code, message) = world.signed_refused(&half, "SetIdentityPoolRoles", &roles);
    assert_eq!(code, "AccessDeniedException");
    assert_eq!(
        message,
        format!(
            "User: arn:aws:iam::111122223333:user/half is not authorized to perform: \
             iam:PassRole on resource: {ADMIN_ROLE} because no identity-based policy allows the \
             iam:PassRole action"
        )
    );
}

#[test]
fn a_role_mapping_set_by_request_chooses_the_role() {
    let (mut world, admin) = world();
    let key = format!("{PROVIDER}:{CLIENT}");
    let rules = json!([{
        "Claim": "email", "MatchType": "StartsWith", "Value": "ben@", "RoleARN": ADMIN_ROLE,
    }]);
    let mapping = json!({
        "Type": "Rules", "AmbiguousRoleResolution": "Deny",
        "RulesConfiguration": { "Rules": rules },
    });
    let mut asking = json!({
        "IdentityPoolId": POOL_ID,
        "Roles": { "authenticated": USER_ROLE },
        "RoleMappings": { key.clone(): mapping },
    });
    world.signed_ok(&admin, "SetIdentityPoolRoles", &asking);
    let credentials = |world: &mut World, user: &str| {
        let token = world.sign_in(user).0;
        let identity = world.identity_of(&token);
        json!({ "IdentityId": identity, "Logins": { PROVIDER: token } })
    };
    let ben = credentials(&mut world, "ben");
    let answer = world.ok("GetCredentialsForIdentity", &ben);
    let key_id = answer["Credentials"]["AccessKeyId"].as_str().unwrap();
    assert_eq!(
        world.cloud.sts.session(key_id).unwrap().role_arn,
        ADMIN_ROLE
    );
    let anna = credentials(&mut world, "anna");
    let (code, _) = world.refused("GetCredentialsForIdentity", &anna);
    assert_eq!(code, "NotAuthorizedException");
    for (member, value) in [
        ("Type", json!("Dice")),
        ("AmbiguousRoleResolution", json!("Maybe")),
        ("RulesConfiguration", json!({ "Rules": [] })),
    ] {
        let mut wrong = asking.clone();
        wrong["RoleMappings"][&key][member] = value;
        let (code, _) = world.signed_refused(&admin, "SetIdentityPoolRoles", &wrong);
        assert_eq!(code, "InvalidParameterException", "{member}");
    }
    asking["RoleMappings"][&key] = json!(5);
    let (code, _) = world.signed_refused(&admin, "SetIdentityPoolRoles", &asking);
    assert_eq!(code, "SerializationException");
}

#[test]
fn claims_become_tags_as_the_map_says() {
    let (mut world, admin) = world();
    let asking = json!({
        "IdentityPoolId": POOL_ID, "IdentityProviderName": PROVIDER, "UseDefaults": true,
    });
    let answer = world.signed_ok(&admin, "SetPrincipalTagAttributeMap", &asking);
    assert_eq!(
        answer["PrincipalTags"],
        json!({ "client": "aud", "username": "sub" })
    );
    let token = world.sign_in("anna").0;
    let identity = world.identity_of(&token);
    let pool_token = world.pool_token(&identity, &json!({ PROVIDER: token }));
    let parsed = Unverified::parse(&pool_token).unwrap();
    let tags = &parsed.claims()["https://aws.amazon.com/tags"]["principal_tags"];
    assert_eq!(tags["client"], json!([CLIENT]));
    let none = json!({ "IdentityPoolId": POOL_ID, "IdentityProviderName": PROVIDER });
    world.signed_ok(&admin, "SetPrincipalTagAttributeMap", &none);
    let pool_token = world.pool_token(&identity, &json!({ PROVIDER: token }));
    let parsed = Unverified::parse(&pool_token).unwrap();
    assert!(parsed.claims().get("https://aws.amazon.com/tags").is_none());
}

#[test]
fn an_identity_is_described_by_its_providers() {
    let (mut world, admin) = world();
    let token = world.sign_in("anna").0;
    let identity = world.identity_of(&token);
    let found = world.signed_ok(
        &admin,
        "DescribeIdentity",
        &json!({ "IdentityId": identity }),
    );
    assert_eq!(found["Logins"], json!([PROVIDER]));
    assert!(found["CreationDate"].as_i64().unwrap() > 1_700_000_000);
    let nobody = json!({ "IdentityId": "us-east-1:00000000-0000-4000-8000-000000000000" });
    let (code, _) = world.signed_refused(&admin, "DescribeIdentity", &nobody);
    assert_eq!(code, "ResourceNotFoundException");
}
