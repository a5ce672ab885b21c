//! From an identity to credentials: roles, the token for STS, and what guests get.

use serde_json::{Value, json};

use super::super::config::{AmbiguousRoleResolution, MappingKind, RoleMapping};
use super::world::{
    ADMIN_ROLE, CLIENT, GUEST_ROLE, POOL_ID, PROVIDER, USER_ROLE, World, pool_config, role, trust,
};
use crate::cloud::ledger::{ArtifactKind, Outcome, Source, Step};
use crate::protocol::jwt::Unverified;
use crate::protocol::time::{Moment, Span};

const BAD_ROLE: &str =
    "Invalid identity pool configuration. Check assigned IAM roles for this pool.";

fn enhanced(world: &mut World, username: &str) -> (String, Value) {
    let token = world.sign_in(username).0;
    let identity = world.identity_of(&token);
    let body = json!({ "IdentityId": identity, "Logins": { PROVIDER: token } });
    (identity, body)
}

#[test]
fn the_enhanced_flow_gives_credentials_in_the_members_of_its_own() {
    let mut world = World::new();
    let (identity, body) = enhanced(&mut world, "anna");
    let answer = world.ok("GetCredentialsForIdentity", &body);
    assert_eq!(answer["IdentityId"], identity);
    let credentials = &answer["Credentials"];
    let key = credentials["AccessKeyId"].as_str().unwrap();
    assert!(key.starts_with("ASIA") && key.len() == 20, "{key}");
    assert_eq!(credentials["SecretKey"].as_str().unwrap().len(), 40);
    assert!(credentials.get("SecretAccessKey").is_none());
    let expiration = Moment::from_epoch_seconds(credentials["Expiration"].as_i64().unwrap());
    let left = expiration - world.cloud.now();
    assert!(
        left <= Span::from_hours(1) && left > Span::from_minutes(59),
        "{left}"
    );
    let session = world.cloud.sts.session(key).unwrap();
    let expected = "arn:aws:sts::111122223333:assumed-role/PhotoReader/CognitoIdentityCredentials";
    assert_eq!(session.arn, expected);
    assert_eq!(session.role_arn, USER_ROLE);
    assert!(session.session_policies.is_empty());
}

#[test]
fn sts_is_called_in_plain_sight_with_a_token_for_this_identity() {
    let mut world = World::new();
    let (identity, body) = enhanced(&mut world, "anna");
    world.ok("GetCredentialsForIdentity", &body);
    let outer = world.last("GetCredentialsForIdentity");
    let calls: Vec<_> = outer
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::Call(id) => Some(world.exchange(*id)),
            Step::Check(_) => None,
        })
        .collect();
    let operations: Vec<&str> = calls.iter().map(|call| call.operation.as_str()).collect();
    assert_eq!(operations.last(), Some(&"AssumeRoleWithWebIdentity"));
    let sts = calls.last().unwrap();
    assert_eq!(
        (sts.from.as_str(), sts.to.as_str()),
        ("identity-pool", "sts")
    );
    let form = crate::protocol::form::Form::parse(sts.request.body.text().unwrap()).unwrap();
    let token = Unverified::parse(form.get("WebIdentityToken").unwrap()).unwrap();
    assert_eq!(
        Value::Object(token.header().clone()),
        json!({"kid": "us-east-11", "typ": "JWS", "alg": "RS512"})
    );
    assert_eq!(token.text("sub"), Some(identity.as_str()));
    assert_eq!(token.text("aud"), Some(POOL_ID));
    assert_eq!(
        token.text("iss"),
        Some("https://cognito-identity.amazonaws.com")
    );
    let arn = format!("arn:aws:cognito-identity:us-east-1:111122223333:identitypool/{POOL_ID}");
    assert_eq!(
        token.text("https://cognito-identity.amazonaws.com/identity-pool-arn"),
        Some(arn.as_str())
    );
    let amr = token.claims()["amr"].as_array().unwrap();
    assert_eq!(amr[..2], [json!("authenticated"), json!(PROVIDER)]);
    assert!(
        amr[2]
            .as_str()
            .unwrap()
            .starts_with(&format!("{PROVIDER}:CognitoSignIn:"))
    );
    assert_eq!(
        token.seconds("exp").unwrap() - token.seconds("iat").unwrap(),
        600
    );
    let all_passed = sts
        .checks
        .iter()
        .all(|check| check.outcome == Outcome::Passed);
    assert!(all_passed, "{:?}", sts.checks);
}

#[test]
fn a_guest_gets_the_guests_role_within_limits() {
    let mut world = World::new();
    let guest = world.guest();
    let answer = world.ok("GetCredentialsForIdentity", &json!({ "IdentityId": guest }));
    let key = answer["Credentials"]["AccessKeyId"].as_str().unwrap();
    let session = world.cloud.sts.session(key).unwrap();
    assert_eq!(session.role_arn, GUEST_ROLE);
    assert_eq!(session.session_policies.len(), 1);
    assert!(
        session.session_policies[0]
            .name
            .contains("Tokentrail's rendering")
    );
    let artifact = world.cloud.ledger.artifact(session.artifact).unwrap();
    assert!(artifact.guest);
}

#[test]
fn a_role_that_does_not_trust_the_pool_is_a_configuration_error() {
    let mut world = World::new();
    let (_, body) = enhanced(&mut world, "anna");
    world.cloud.iam.put_role(role(
        USER_ROLE,
        &trust("us-east-1:another", "authenticated"),
    ));
    let (code, message) = world.refused("GetCredentialsForIdentity", &body);
    assert_eq!(code, "InvalidIdentityPoolConfigurationException");
    assert_eq!(message, BAD_ROLE);
    assert_eq!(
        world.stopped_at("GetCredentialsForIdentity").name,
        "STS lends the role"
    );
    let inner = world.last("AssumeRoleWithWebIdentity");
    assert_eq!(inner.refusal.as_ref().unwrap().code, "AccessDenied");
    assert_eq!(inner.failed_check().unwrap().name, "Trust policy: aud");
}

#[test]
fn a_refused_guest_upgrade_links_nothing() {
    let mut world = World::new();
    let (guest, token) = (world.guest(), world.sign_in("anna").0);
    world
        .cloud
        .iam
        .put_role(role(USER_ROLE, &trust(POOL_ID, "nobody")));
    let body = json!({ "IdentityId": guest, "Logins": { PROVIDER: token } });
    assert_eq!(
        world.refused("GetCredentialsForIdentity", &body).1,
        BAD_ROLE
    );
    assert_ne!(world.identity_of(&token), guest);
}

#[test]
fn a_pool_without_a_role_is_a_configuration_error() {
    let mut config = pool_config();
    config.roles.unauthenticated = None;
    let mut world = World::with(config);
    let guest = world.guest();
    let refusal = world.refused("GetCredentialsForIdentity", &json!({ "IdentityId": guest }));
    assert_eq!(refusal.1, BAD_ROLE);
    assert_eq!(world.stopped_at("GetCredentialsForIdentity").name, "Role");
}

#[test]
fn the_role_of_the_group_is_lent_where_the_mapping_reads_the_token() {
    let mut config = pool_config();
    let ambiguous = AmbiguousRoleResolution::Deny;
    config.role_mappings.insert(
        format!("{PROVIDER}:{CLIENT}"),
        RoleMapping {
            kind: MappingKind::Token,
            ambiguous,
        },
    );
    let mut world = World::with(config);
    let (_, body) = enhanced(&mut world, "carla");
    let answer = world.ok("GetCredentialsForIdentity", &body);
    let key = answer["Credentials"]["AccessKeyId"].as_str().unwrap();
    assert_eq!(world.cloud.sts.session(key).unwrap().role_arn, ADMIN_ROLE);

    let (identity, body) = enhanced(&mut world, "anna");
    let (code, message) = world.refused("GetCredentialsForIdentity", &body);
    assert_eq!(code, "NotAuthorizedException");
    assert_eq!(
        message,
        format!("Access to Identity '{identity}' is forbidden.")
    );
}

#[test]
fn principal_tags_need_a_trust_policy_that_allows_them() {
    let mut config = pool_config();
    let tags = [("mail".to_owned(), "email".to_owned())].into();
    config.principal_tags.insert(PROVIDER.to_owned(), tags);
    let mut world = World::with(config);
    let (_, body) = enhanced(&mut world, "anna");
    assert_eq!(
        world.refused("GetCredentialsForIdentity", &body).1,
        BAD_ROLE
    );
    let decision = world.cloud.ledger.decisions().last().unwrap();
    assert_eq!(decision.action, "sts:TagSession");

    let mut policy = trust(POOL_ID, "authenticated");
    policy["Statement"][0]["Action"] = json!(["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]);
    world.cloud.iam.put_role(role(USER_ROLE, &policy));
    let answer = world.ok("GetCredentialsForIdentity", &body);
    let key = answer["Credentials"]["AccessKeyId"].as_str().unwrap();
    let session = world.cloud.sts.session(key).unwrap();
    let tag = session.context.get("aws:PrincipalTag/mail").unwrap();
    assert_eq!(tag.values(), ["anna@example.com"]);
}

#[test]
fn one_claim_can_be_followed_from_the_sign_in_to_the_credentials() {
    let mut world = World::new();
    let (identity, body) = enhanced(&mut world, "anna");
    let answer = world.ok("GetCredentialsForIdentity", &body);
    let ledger = &world.cloud.ledger;
    let key = answer["Credentials"]["AccessKeyId"].as_str().unwrap();
    let follow = |value: &str, field: &str| {
        let artifact = ledger
            .artifact(ledger.find_artifact(value).unwrap())
            .unwrap();
        let origin = artifact
            .provenance
            .iter()
            .find(|origin| origin.field == field)
            .unwrap();
        match &origin.from {
            Source::Artifact { artifact, .. } => ledger.artifact(*artifact).unwrap(),
            other => panic!("{field} of {} comes from {other:?}", artifact.label),
        }
    };
    let pool_token = follow(key, "Subject");
    assert_eq!(pool_token.kind, ArtifactKind::PoolToken);
    let origin = pool_token
        .provenance
        .iter()
        .find(|o| o.field == "claims.sub")
        .unwrap();
    assert_eq!(origin.value, identity);
    assert_eq!(follow(&identity, "Subject").kind, ArtifactKind::IdToken);
}

#[test]
fn the_key_document_verifies_what_the_pool_signs() {
    let mut world = World::new();
    let guest = world.guest();
    let token = world.pool_token(&guest, &json!({}));
    let url = "https://cognito-identity.amazonaws.com/.well-known/jwks_uri";
    let answer = world.send(crate::protocol::message::get(url).unwrap());
    let keys = std::str::from_utf8(answer.response.body()).unwrap();
    let keys = crate::protocol::jwks::Jwks::parse(keys).unwrap();
    let parsed = Unverified::parse(&token).unwrap();
    let key = keys.verifying_key(parsed.kid().unwrap()).unwrap();
    assert!(
        parsed
            .verify_signature(&key, &[crate::protocol::keys::Algorithm::RS512])
            .is_ok()
    );
    assert_eq!(parsed.claims()["amr"], json!(["unauthenticated"]));
    assert_eq!(world.cloud.ledger.published_keys().len(), 1);
}

#[test]
fn the_same_story_gives_the_same_bytes() {
    let run = || {
        let mut world = World::new();
        let (_, body) = enhanced(&mut world, "anna");
        world.ok("GetCredentialsForIdentity", &body).to_string()
    };
    assert_eq!(run(), run());
}
