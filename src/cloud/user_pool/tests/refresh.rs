//! New tokens for an old sign-in, with and without rotation.

use super::*;
use crate::cloud::user_pool::config::{Rotation, client_secret};
use crate::protocol::time::Span;

fn get_tokens(world: &mut World, token: &str) -> Result<Value, Refusal> {
    let body = json!({ "ClientId": world.app, "RefreshToken": token });
    let answer = world.api("GetTokensFromRefreshToken", &body)?;
    Ok(answer["AuthenticationResult"].clone())
}

fn rotating(grace_seconds: i64) -> World {
    let mut world = world();
    world.client_mut().rotation = Some(Rotation {
        grace: Span::from_seconds(grace_seconds),
    });
    world
}

fn reused() -> Result<Value, Refusal> {
    let message = "Refresh token has been invalidated by refresh token rotation.";
    Err(refused("RefreshTokenReuseException", message))
}

#[test]
fn without_rotation_the_refresh_token_stays() {
    let mut world = world();
    let (id, _, refresh) = world.doras_tokens();
    let result = get_tokens(&mut world, &refresh).unwrap();
    assert!(result.get("RefreshToken").is_none());
    let (old, new) = (claims(&id), claims(&text(&result["IdToken"])));
    assert_eq!(old["origin_jti"], new["origin_jti"]);
    assert_eq!(old["auth_time"], new["auth_time"]);
    assert_ne!(old["jti"], new["jti"]);
    assert!(get_tokens(&mut world, &refresh).is_ok());
}

#[test]
fn with_rotation_each_refresh_brings_a_new_refresh_token_and_ends_the_old_one() {
    let mut world = rotating(0);
    let (_, _, first) = world.doras_tokens();
    let second = text(&get_tokens(&mut world, &first).unwrap()["RefreshToken"]);
    assert_ne!(first, second);
    assert_eq!(get_tokens(&mut world, &first), reused());
    assert_eq!(world.failed(), Some("Not replaced"));
    assert!(get_tokens(&mut world, &second).is_ok());
    let artifact = world.artifact(&second);
    let old = world.cloud.ledger.find_artifact(&first).unwrap();
    assert!(artifact.provenance.iter().any(|origin| matches!(
        &origin.from,
        crate::cloud::ledger::Source::Artifact { artifact, .. } if *artifact == old
    )));
}

#[test]
fn in_its_grace_a_replaced_token_still_works() {
    let mut world = rotating(60);
    let (_, _, first) = world.doras_tokens();
    get_tokens(&mut world, &first).unwrap();
    world.cloud.pass_time(Span::from_seconds(59));
    assert!(get_tokens(&mut world, &first).is_ok());
    world.cloud.pass_time(Span::from_seconds(2));
    assert_eq!(get_tokens(&mut world, &first), reused());
}

#[test]
fn where_tokens_rotate_the_old_flow_is_closed() {
    let mut world = rotating(10);
    let (_, _, token) = world.doras_tokens();
    let message = "REFRESH_TOKEN_AUTH flow not enabled for this client";
    let refusal = refused("InvalidParameterException", message);
    assert_eq!(world.refresh(&token), Err(refusal));
    assert_eq!(world.failed(), Some("No rotation"));
}

#[test]
fn a_rotated_token_ends_when_the_first_one_would_have() {
    let mut world = rotating(0);
    let (_, _, first) = world.doras_tokens();
    world.cloud.pass_time(Span::from_days(20));
    let second = text(&get_tokens(&mut world, &first).unwrap()["RefreshToken"]);
    world.cloud.pass_time(Span::from_days(10));
    let refusal = refused("NotAuthorizedException", "Refresh Token has expired");
    assert_eq!(get_tokens(&mut world, &second), Err(refusal));
}

#[test]
fn revoking_any_token_of_the_chain_ends_all_of_it() {
    let mut world = rotating(0);
    let (_, _, first) = world.doras_tokens();
    let second = text(&get_tokens(&mut world, &first).unwrap()["RefreshToken"]);
    let body = json!({ "Token": first, "ClientId": world.app });
    world.api("RevokeToken", &body).unwrap();
    let refusal = refused("NotAuthorizedException", "Refresh Token has been revoked");
    assert_eq!(get_tokens(&mut world, &second), Err(refusal));
}

#[test]
fn a_client_with_a_secret_sends_it() {
    let mut world = world();
    let server = world.server.clone();
    let mut body = json!({ "ClientId": server, "RefreshToken": "a.b.c.d.e" });
    let refusal = world.api("GetTokensFromRefreshToken", &body).unwrap_err();
    assert_eq!(refusal.code, "NotAuthorizedException");
    assert_eq!(world.failed(), Some("Client secret"));
    let secret = client_secret(&world.cloud, &server).unwrap().to_owned();
    body["ClientSecret"] = json!(secret);
    let refusal = refused("NotAuthorizedException", "Invalid Refresh Token");
    assert_eq!(world.api("GetTokensFromRefreshToken", &body), Err(refusal));
    assert_eq!(world.failed(), Some("Refresh token known"));
}

#[test]
fn the_hosted_token_endpoint_rotates_as_well() {
    let mut world = rotating(0);
    let code = text(&json!(world.sign_in_with_facebook().get("code").unwrap()));
    let form = world.redeem_form(&code);
    let (_, body) = world.token(&form);
    let first = text(&body["refresh_token"]);
    let form = Form::new()
        .with("grant_type", "refresh_token")
        .with("client_id", &world.app)
        .with("refresh_token", &first);
    let (status, body) = world.token(&form);
    assert_eq!(status, 200);
    assert_ne!(text(&body["refresh_token"]), first);
    let (status, body) = world.token(&form);
    assert_eq!((status, &body["error"]), (400, &json!("invalid_grant")));
}
