//! Which tokens are believed, and what is said about those that are not.

use serde_json::{Value, json};

use super::world::{CLIENT, POOL_ID, PROVIDER, World};
use crate::cloud::ledger::Outcome;
use crate::protocol::jwt::{self, Part, tamper};
use crate::protocol::keys::Algorithm;
use crate::protocol::time::Span;

fn get_id(provider: &str, token: &str) -> Value {
    json!({ "IdentityPoolId": POOL_ID, "Logins": { provider: token } })
}

/// Shows a bad token to GetId: the message, and the check at which it stopped.
fn refusal(world: &mut World, provider: &str, token: &str) -> (String, String) {
    let (code, message) = world.refused("GetId", &get_id(provider, token));
    assert_eq!(code, "NotAuthorizedException");
    (message, world.stopped_at("GetId").name.to_string())
}

fn stops(message: &str, check: &str) -> (String, String) {
    (message.to_owned(), check.to_owned())
}

#[test]
fn a_good_token_passes_check_after_check() {
    let mut world = World::new();
    let token = world.sign_in("anna").0;
    world.identity_of(&token);
    let names: Vec<String> = world
        .checks("GetId")
        .into_iter()
        .map(|(name, outcome)| {
            assert_eq!(outcome, Outcome::Passed, "{name}");
            name
        })
        .collect();
    let expected = [
        "Identity pool",
        "Token format",
        "Issuer",
        "Provider configured",
        "Signature",
        "Token use",
        "Audience",
        "Not expired",
        "Identity",
    ];
    assert_eq!(names, expected);
    let exchange = world.last("GetId");
    let calls = exchange
        .steps
        .iter()
        .filter(|step| matches!(step, crate::cloud::ledger::Step::Call(_)));
    assert_eq!(calls.count(), 1, "the user pool's keys were fetched");
}

#[test]
fn a_changed_byte_anywhere_breaks_the_signature() {
    let mut world = World::new();
    let token = world.sign_in("anna").0;
    let broken = "Invalid login token. Couldn't verify signed token.";
    let flipped = tamper::flip_byte(&token, Part::Signature, 17).unwrap();
    assert_eq!(
        refusal(&mut world, PROVIDER, &flipped),
        stops(broken, "Signature")
    );
    let other = tamper::replace_claim(&token, "sub", json!("somebody-else")).unwrap();
    assert_eq!(
        refusal(&mut world, PROVIDER, &other),
        stops(broken, "Signature")
    );
    assert_eq!(world.checks("GetId").last().unwrap().1, Outcome::NotReached);
}

#[test]
fn an_unsigned_token_and_one_under_a_wrong_key_are_not_believed() {
    let mut world = World::new();
    let token = world.sign_in("anna").0;
    let broken = "Invalid login token. Couldn't verify signed token.";
    let unsigned = tamper::strip_signature(&token).unwrap();
    assert_eq!(
        refusal(&mut world, PROVIDER, &unsigned),
        stops(broken, "Signature")
    );
    assert!(world.stopped_at("GetId").actual.contains("alg none"));
    let renamed = tamper::replace_header(&token, "kid", json!("nobody")).unwrap();
    assert_eq!(
        refusal(&mut world, PROVIDER, &renamed),
        stops(broken, "Signature")
    );
    assert!(
        world
            .stopped_at("GetId")
            .actual
            .contains("no key named nobody")
    );
}

#[test]
fn another_issuers_key_does_not_sign_for_this_one() {
    let mut world = World::new();
    let token = world.sign_in("anna").0;
    let parsed = jwt::Unverified::parse(&token).unwrap();
    let key = world.cloud.keys.get("somebody/else").unwrap();
    let forged = jwt::encode(parsed.header(), parsed.claims(), &key, Algorithm::RS256).unwrap();
    let broken = "Invalid login token. Couldn't verify signed token.";
    assert_eq!(
        refusal(&mut world, PROVIDER, &forged),
        stops(broken, "Signature")
    );
}

#[test]
fn an_access_token_is_no_login() {
    let mut world = World::new();
    let access = world.sign_in("anna").1;
    let expected = stops(
        "Invalid login token. Missing a required claim: aud",
        "Token use",
    );
    assert_eq!(refusal(&mut world, PROVIDER, &access), expected);
    assert_eq!(world.stopped_at("GetId").actual, "access");
}

#[test]
fn an_expired_token_is_refused_to_the_second() {
    let mut world = World::new();
    let token = world.sign_in("anna").0;
    let expires = jwt::Unverified::parse(&token)
        .unwrap()
        .seconds("exp")
        .unwrap();
    let left = expires - world.cloud.now().epoch_seconds();
    world.pass(Span::from_seconds(left - 2));
    world.identity_of(&token);
    world.pass(Span::from_seconds(2));
    let (message, check) = refusal(&mut world, PROVIDER, &token);
    let now = world.last("GetId").at.epoch_seconds();
    assert!((expires..expires + 2).contains(&now));
    assert_eq!(check, "Not expired");
    let numbers = message
        .strip_prefix("Invalid login token. Token expired: ")
        .unwrap();
    let (now, exp) = numbers.split_once(" >= ").unwrap();
    assert!(now.parse::<i64>().unwrap() >= expires);
    assert_eq!(exp, expires.to_string());
}

#[test]
fn what_is_no_jwt_is_no_login() {
    let mut world = World::new();
    let message = "Invalid login token. Not a valid OpenId Connect identity token.";
    for token in ["EAAopaque", "a.b.c", "e30.e30"] {
        assert_eq!(
            refusal(&mut world, PROVIDER, token),
            stops(message, "Token format")
        );
    }
}

#[test]
fn the_issuer_must_be_the_key_in_the_logins_map() {
    let mut world = World::new();
    let token = world.sign_in("anna").0;
    let other = "cognito-idp.us-east-1.amazonaws.com/us-east-1_Other";
    let message = "Invalid login token. Issuer doesn't match providerName";
    assert_eq!(refusal(&mut world, other, &token), stops(message, "Issuer"));
}

#[test]
fn the_token_must_be_for_a_configured_app_client() {
    let mut world = World::new();
    let token = world.sign_in_to("otherclient", "anna").0;
    let message = "Token is not from a supported provider of this identity pool.";
    assert_eq!(
        refusal(&mut world, PROVIDER, &token),
        stops(message, "Audience")
    );
    assert_eq!(world.stopped_at("GetId").expected, CLIENT);
}

#[test]
fn a_provider_that_is_not_configured_is_not_supported() {
    let mut config = super::pool_config();
    config.user_pool_providers.clear();
    config.supported_logins.clear();
    let mut world = World::with(config);
    let token = world.sign_in("anna").0;
    let message = "Token is not from a supported provider of this identity pool.";
    assert_eq!(
        refusal(&mut world, PROVIDER, &token),
        stops(message, "Provider configured")
    );
    let facebook = refusal(&mut world, "graph.facebook.com", "EAAtoken");
    assert_eq!(facebook, stops(message, "Provider configured"));
}

#[test]
fn a_pool_token_is_no_login() {
    let mut world = World::new();
    let guest = world.guest();
    let token = world.pool_token(&guest, &json!({}));
    let message = "Invalid login token. Can't pass in a Cognito token.";
    for provider in [PROVIDER, "cognito-identity.amazonaws.com"] {
        assert_eq!(
            refusal(&mut world, provider, &token),
            stops(message, "Token format")
        );
    }
}

#[test]
fn facebook_is_asked_what_its_token_stands_for() {
    let mut world = World::new();
    let token = world.facebook_token(super::world::FACEBOOK_APP, "anna@example.com");
    let body = get_id("graph.facebook.com", &token);
    let identity = world.ok("GetId", &body)["IdentityId"].clone();
    assert_eq!(world.ok("GetId", &body)["IdentityId"], identity);
    let names: Vec<String> = world
        .checks("GetId")
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(
        names,
        [
            "Identity pool",
            "Provider configured",
            "Token valid",
            "App id",
            "Identity"
        ]
    );
}

#[test]
fn a_facebook_token_of_another_app_or_of_nobody_is_refused() {
    let mut world = World::new();
    let other = world.facebook_token("9999999999", "anna@example.com");
    let message = "Token is not from a supported provider of this identity pool.";
    let stopped = refusal(&mut world, "graph.facebook.com", &other);
    assert_eq!(stopped, stops(message, "App id"));
    let stopped = refusal(&mut world, "graph.facebook.com", "EAAnobody");
    assert_eq!(stopped, stops("Invalid login token.", "Token valid"));
}

#[test]
fn one_bad_login_spoils_the_good_one() {
    let mut world = World::new();
    let token = world.sign_in("anna").0;
    let body = json!({
        "IdentityPoolId": POOL_ID,
        "Logins": { PROVIDER: token, "graph.facebook.com": "EAAnobody" },
    });
    let (_, message) = world.refused("GetId", &body);
    assert_eq!(message, "Invalid login token.");
}

#[test]
fn two_good_logins_are_linked_to_one_identity() {
    let mut world = World::new();
    let token = world.sign_in("anna").0;
    let facebook = world.facebook_token(super::world::FACEBOOK_APP, "anna@example.com");
    let identity = world.identity_of(&token);
    let body = json!({
        "IdentityPoolId": POOL_ID,
        "Logins": { PROVIDER: token, "graph.facebook.com": facebook },
    });
    assert_eq!(world.ok("GetId", &body)["IdentityId"], identity);
    let alone = get_id("graph.facebook.com", &facebook);
    assert_eq!(world.ok("GetId", &alone)["IdentityId"], identity);
}

#[test]
fn only_a_pool_that_asks_notices_that_the_user_has_signed_out() {
    for asks in [false, true] {
        let mut config = super::pool_config();
        config.user_pool_providers[0].server_side_token_check = asks;
        let mut world = World::with(config);
        let (token, access) = world.sign_in("anna");
        world.identity_of(&token);
        world.sign_out_everywhere(&access);
        if asks {
            let expected = stops("Invalid login token.", "Still signed in");
            assert_eq!(refusal(&mut world, PROVIDER, &token), expected);
        } else {
            world.identity_of(&token);
        }
    }
}
