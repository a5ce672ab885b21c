//! Passwords and refresh tokens at the API.

use super::*;
use crate::cloud::user_pool::clients::secret_hash;
use crate::cloud::user_pool::config::client_secret;
use crate::cloud::user_pool::directory::set_enabled;
use crate::protocol::keys::Algorithm;
use crate::protocol::time::Span;

const WRONG: &str = "Incorrect username or password.";

#[test]
fn a_password_buys_three_tokens() {
    let mut world = world();
    let (id, access, refresh) = world.doras_tokens();
    let (id, access) = (claims(&id), claims(&access));
    assert_eq!(id["custom:plan"], "7");
    assert_eq!(id["email_verified"], true);
    assert_eq!(id["cognito:groups"], json!(["editors"]));
    assert_eq!(
        id["cognito:roles"],
        json!(["arn:aws:iam::111122223333:role/Editor"])
    );
    assert_eq!(
        id["cognito:preferred_role"],
        "arn:aws:iam::111122223333:role/Editor"
    );
    assert!(id.get("at_hash").is_none() && id.get("identities").is_none());
    assert_eq!(access["scope"], "aws.cognito.signin.user.admin");
    assert_eq!(access["username"], "dora");
    assert!(access.get("cognito:roles").is_none());
    assert_eq!(refresh.split('.').count(), 5);
    let header = "eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiUlNBLU9BRVAifQ";
    assert!(refresh.starts_with(header));
}

#[test]
fn id_and_access_token_verify_under_two_different_published_keys() {
    let mut world = world();
    let (id, access, _) = world.doras_tokens();
    let jwks = world.jwks();
    let mut names = Vec::new();
    for token in [&id, &access] {
        let token = Unverified::parse(token).unwrap();
        let kid = token.kid().unwrap().to_owned();
        let key = jwks.verifying_key(&kid).unwrap();
        assert_eq!(
            token.verify_signature(&key, &[Algorithm::RS256]),
            Ok(Algorithm::RS256)
        );
        assert_eq!(token.header().keys().collect::<Vec<_>>(), ["kid", "alg"]);
        names.push(kid);
    }
    assert_ne!(names[0], names[1]);
    assert_eq!(world.cloud.ledger.published_keys().len(), 1);
}

#[test]
fn an_independent_library_verifies_the_id_token_with_the_published_key() {
    let mut world = world();
    let (id, _, _) = world.doras_tokens();
    let jwks = world.jwks().to_json();
    let set: jsonwebtoken::jwk::JwkSet = serde_json::from_value(jwks).unwrap();
    let kid = jsonwebtoken::decode_header(&id).unwrap().kid.unwrap();
    let key = jsonwebtoken::DecodingKey::from_jwk(set.find(&kid).unwrap()).unwrap();
    let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    rules.validate_exp = false;
    rules.set_audience(&[&world.app]);
    let token = jsonwebtoken::decode::<Value>(&id, &key, &rules).unwrap();
    assert_eq!(token.claims["cognito:username"], "dora");
}

#[test]
fn a_wrong_password_and_an_unknown_user_get_the_same_answer() {
    let mut world = world();
    let wrong = Err(refused("NotAuthorizedException", WRONG));
    assert_eq!(world.password_sign_in("dora", "Wrong-horse1"), wrong);
    assert_eq!(world.failed(), Some("Password"));
    assert_eq!(world.password_sign_in("nobody", PASSWORD), wrong);
    assert_eq!(world.failed(), Some("User exists"));
    assert_eq!(world.last().response.status, 400);
}

#[test]
fn a_client_that_does_not_hide_users_says_who_does_not_exist() {
    let mut world = world();
    let secret = client_secret(&world.cloud, &world.server)
        .unwrap()
        .to_owned();
    let hash = secret_hash(&secret, "nobody", &world.server);
    let body = json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": world.server,
        "AuthParameters": { "USERNAME": "nobody", "PASSWORD": "x", "SECRET_HASH": hash },
    });
    let refusal = refused("UserNotFoundException", "User does not exist.");
    assert_eq!(world.api("InitiateAuth", &body), Err(refusal));
}

#[test]
fn a_client_with_a_secret_must_prove_it() {
    let mut world = world();
    let server = world.server.clone();
    let mut body = json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": server,
        "AuthParameters": { "USERNAME": "dora", "PASSWORD": PASSWORD },
    });
    let message =
        format!("Client {server} is configured with secret but SECRET_HASH was not received");
    let refusal = refused("NotAuthorizedException", &message);
    assert_eq!(world.api("InitiateAuth", &body), Err(refusal));
    body["AuthParameters"]["SECRET_HASH"] = json!("AAAA");
    let message = format!("Unable to verify secret hash for client {server}");
    let refusal = refused("NotAuthorizedException", &message);
    assert_eq!(world.api("InitiateAuth", &body), Err(refusal));
    let secret = client_secret(&world.cloud, &server).unwrap().to_owned();
    body["AuthParameters"]["SECRET_HASH"] = json!(secret_hash(&secret, "dora", &server));
    assert!(world.api("InitiateAuth", &body).is_ok());
}

#[test]
fn wrong_passwords_are_counted_and_too_many_lock_even_the_right_one_out() {
    let mut world = world();
    for _ in 0..5 {
        let _ = world.password_sign_in("dora", "Wrong-horse1");
    }
    assert!(
        world
            .state()
            .1
            .iter()
            .any(|(_, text)| text.contains("wrong passwords in a row: 5"))
    );
    let refusal = refused("NotAuthorizedException", "Password attempts exceeded");
    assert_eq!(world.password_sign_in("dora", PASSWORD), Err(refusal));
    assert_eq!(world.failed(), Some("Not locked out"));
    world.cloud.pass_time(Span::from_seconds(2));
    assert!(world.password_sign_in("dora", PASSWORD).is_ok());
    assert!(
        !world
            .state()
            .1
            .iter()
            .any(|(_, text)| text.contains("in a row"))
    );
}

#[test]
fn a_disabled_user_is_refused_by_name() {
    let mut world = world();
    set_enabled(&mut world.cloud, &world.pool.clone(), "dora", false);
    let refusal = refused("NotAuthorizedException", "User is disabled.");
    assert_eq!(world.password_sign_in("dora", PASSWORD), Err(refusal));
}

#[test]
fn a_client_may_only_use_the_flows_it_has() {
    let mut world = world();
    let pool = world.cloud.user_pools.get_mut(&world.pool).unwrap();
    pool.clients.get_mut(&world.app).unwrap().flows.clear();
    let message = "USER_PASSWORD_AUTH flow not enabled for this client";
    let refusal = refused("InvalidParameterException", message);
    assert_eq!(world.password_sign_in("dora", PASSWORD), Err(refusal));
    assert_eq!(world.failed(), Some("Flow enabled"));
}

#[test]
fn an_unknown_client_is_named_in_the_refusal() {
    let mut world = world();
    let body = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "nobodysclient",
                       "AuthParameters": { "USERNAME": "dora", "PASSWORD": "x" } });
    let message = "User pool client nobodysclient does not exist.";
    let refusal = refused("ResourceNotFoundException", message);
    assert_eq!(world.api("InitiateAuth", &body), Err(refusal));
}

#[test]
fn a_refresh_keeps_auth_time_and_origin_and_gives_no_new_refresh_token() {
    let mut world = world();
    let (id, _, refresh) = world.doras_tokens();
    world.cloud.pass_time(Span::from_hours(2));
    let answer = world.refresh(&refresh).unwrap();
    let result = &answer["AuthenticationResult"];
    assert!(result.get("RefreshToken").is_none());
    let (old, new) = (claims(&id), claims(result["IdToken"].as_str().unwrap()));
    for same in ["auth_time", "origin_jti", "sub", "aud"] {
        assert_eq!(old[same], new[same], "{same}");
    }
    for changed in ["jti", "iat", "exp"] {
        assert_ne!(old[changed], new[changed], "{changed}");
    }
}

#[test]
fn a_refresh_token_that_ended_was_changed_or_is_another_clients_buys_nothing() {
    let mut world = world();
    let (_, _, refresh) = world.doras_tokens();
    let invalid = Err(refused("NotAuthorizedException", "Invalid Refresh Token"));
    let before = world.state();
    assert_eq!(world.refresh(&refresh[..refresh.len() - 1]), invalid);
    assert_eq!(world.refresh("a.b.c.d.e"), invalid);
    let server = world.server.clone();
    let secret = client_secret(&world.cloud, &server).unwrap().to_owned();
    let hash = secret_hash(&secret, "dora", &server);
    let body = json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": server,
                       "AuthParameters": { "REFRESH_TOKEN": refresh, "SECRET_HASH": hash } });
    assert_eq!(world.api("InitiateAuth", &body), invalid);
    assert_eq!(world.failed(), Some("Same app client"));
    assert_eq!(world.state(), before);
    world.cloud.pass_time(Span::from_days(30));
    let expired = Err(refused(
        "NotAuthorizedException",
        "Refresh Token has expired",
    ));
    assert_eq!(world.refresh(&refresh), expired);
}
