//! What access tokens open at the pool, and how sign-ins end.

use super::*;
use crate::protocol::jwt::tamper;
use crate::protocol::time::Span;

fn get_user(world: &mut World, token: &str) -> Result<Value, Refusal> {
    world.api("GetUser", &json!({ "AccessToken": token }))
}

fn denied(message: &str) -> Result<Value, Refusal> {
    Err(refused("NotAuthorizedException", message))
}

#[test]
fn an_access_token_opens_the_own_profile() {
    let mut world = world();
    let (_, access, _) = world.doras_tokens();
    let answer = get_user(&mut world, &access).unwrap();
    assert_eq!(answer["Username"], "dora");
    let attributes = answer["UserAttributes"].as_array().unwrap();
    assert_eq!(attributes[0]["Name"], "sub");
    assert!(attributes.contains(&json!({ "Name": "email_verified", "Value": "true" })));
}

#[test]
fn a_token_with_any_change_is_refused_and_the_world_stays_as_it_was() {
    let mut world = world();
    let (id, access, _) = world.doras_tokens();
    let before = world.state();
    let changed = tamper::replace_claim(&access, "username", json!("ann")).unwrap();
    let unsigned = tamper::strip_signature(&access).unwrap();
    let renamed = tamper::replace_header(&access, "kid", json!("other")).unwrap();
    let symmetric = tamper::replace_header(&access, "alg", json!("HS256")).unwrap();
    for token in [
        &changed,
        &unsigned,
        &renamed,
        &symmetric,
        &id,
        "not-a-token",
        "a.b.c",
    ] {
        assert_eq!(
            get_user(&mut world, token),
            denied("Invalid Access Token"),
            "{token}"
        );
        assert!(matches!(world.failed(), Some("Signature" | "Token form")));
        assert_eq!(world.state(), before);
    }
}

#[test]
fn another_pools_token_is_refused() {
    let mut world = world();
    let mut other = UserPoolConfig::new(ActorId::new("others"), "other-users", "others");
    other.clients = clients();
    world
        .cloud
        .add_actor(actor("others", ActorKind::UserPool, Some("111122223333")));
    add_pool(&mut world.cloud, other);
    let (_, access, _) = world.doras_tokens();
    // The request finds the other pool by the issuer that the token claims
    let issuer = super::super::config::facts(&world.cloud, &ActorId::new("others"))
        .unwrap()
        .issuer;
    let moved = tamper::replace_claim(&access, "iss", json!(issuer)).unwrap();
    assert_eq!(get_user(&mut world, &moved), denied("Invalid Access Token"));
    assert_eq!(world.last().to, ActorId::new("others"));
}

#[test]
fn an_access_token_ends_after_an_hour() {
    let mut world = world();
    let (_, access, _) = world.doras_tokens();
    world.cloud.pass_time(Span::from_hours(1));
    assert_eq!(
        get_user(&mut world, &access),
        denied("Access Token has expired")
    );
    assert_eq!(world.failed(), Some("Not expired"));
}

#[test]
fn revoking_a_refresh_token_ends_its_sign_in_and_no_other() {
    let mut world = world();
    let (_, access, refresh) = world.doras_tokens();
    let (_, other_access, other_refresh) = world.doras_tokens();
    let body = json!({ "Token": refresh, "ClientId": world.app });
    world.api("RevokeToken", &body).unwrap();
    assert_eq!(
        world.refresh(&refresh),
        denied("Refresh Token has been revoked")
    );
    assert_eq!(
        get_user(&mut world, &access),
        denied("Access Token has been revoked")
    );
    assert!(get_user(&mut world, &other_access).is_ok());
    assert!(world.refresh(&other_refresh).is_ok());
}

#[test]
fn only_refresh_tokens_can_be_revoked() {
    let mut world = world();
    let (_, access, _) = world.doras_tokens();
    let body = json!({ "Token": access, "ClientId": world.app });
    let refusal = refused("UnsupportedTokenTypeException", "Unsupported token type");
    assert_eq!(world.api("RevokeToken", &body), Err(refusal));
    assert!(get_user(&mut world, &access).is_ok());
}

#[test]
fn a_global_sign_out_ends_every_sign_in_but_leaves_the_signatures_valid() {
    let mut world = world();
    let (id, access, refresh) = world.doras_tokens();
    let (_, other, _) = world.doras_tokens();
    world
        .api("GlobalSignOut", &json!({ "AccessToken": access }))
        .unwrap();
    assert_eq!(
        get_user(&mut world, &other),
        denied("Access Token has been revoked")
    );
    assert_eq!(
        world.refresh(&refresh),
        denied("Refresh Token has been revoked")
    );
    let token = Unverified::parse(&id).unwrap();
    let key = world.jwks().verifying_key(token.kid().unwrap()).unwrap();
    assert!(
        token
            .verify_signature(&key, &[crate::protocol::keys::Algorithm::RS256])
            .is_ok()
    );
}

#[test]
fn a_hosted_ui_token_without_the_admin_scope_may_not_read_the_profile_at_the_api() {
    let mut world = world();
    let code = world
        .sign_in_with_facebook()
        .get("code")
        .unwrap()
        .to_owned();
    let form = world.redeem_form(&code);
    let (_, body) = world.token(&form);
    let access = body["access_token"].as_str().unwrap();
    let message = "Access Token does not have required scopes";
    assert_eq!(get_user(&mut world, access), denied(message));
    let mut request = get(&world.hosted("/oauth2/userInfo")).unwrap();
    request
        .set_header("authorization", &format!("Bearer {access}"))
        .unwrap();
    let profile = world.send(request).json_body().unwrap();
    assert_eq!(profile["username"], "Facebook_10158000000000001");
    assert_eq!(profile["email"], "ann@example.com");
}
