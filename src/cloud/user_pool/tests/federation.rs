//! Signing in with Facebook, from the app's first request to its tokens.

use super::*;
use crate::cloud::ledger::{ArtifactKind, Outcome, Source};
use crate::cloud::user_pool::directory::set_enabled;
use crate::protocol::time::Span;

#[test]
fn the_app_gets_a_code_and_its_own_state_back() {
    let mut world = world();
    let answer = world.sign_in_with_facebook();
    assert_eq!(answer.get("state"), Some("app-state-1"));
    assert_eq!(answer.get("code").map(str::len), Some(36));
    let checks = &world.last().checks;
    assert!(
        checks.iter().all(|check| check.outcome == Outcome::Passed),
        "{checks:?}"
    );
}

#[test]
fn the_pool_itself_asks_facebook_three_times_on_the_browsers_behalf() {
    let mut world = world();
    world.sign_in_with_facebook();
    let parent = world.last().id;
    let nested: Vec<&str> = world
        .cloud
        .ledger
        .exchanges()
        .iter()
        .filter(|exchange| exchange.parent == Some(parent))
        .map(|exchange| exchange.operation.as_str())
        .collect();
    assert_eq!(nested, ["oauth/access_token", "debug_token", "me"]);
}

#[test]
fn the_id_token_says_who_it_is_as_cognito_says_it() {
    let mut world = world();
    let code = world
        .sign_in_with_facebook()
        .get("code")
        .unwrap()
        .to_owned();
    let form = world.redeem_form(&code);
    let (status, body) = world.token(&form);
    assert_eq!((status, &body["token_type"]), (200, &json!("Bearer")));
    assert_eq!(body["expires_in"], 3_600);
    let id = claims(body["id_token"].as_str().unwrap());
    let pool = world.pool.clone();
    assert_eq!(
        id["iss"],
        format!("https://cognito-idp.us-east-1.amazonaws.com/{pool}")
    );
    assert_eq!(id["aud"], world.app.as_str());
    assert_eq!(id["token_use"], "id");
    assert_eq!(id["cognito:username"], "Facebook_10158000000000001");
    assert_eq!(id["cognito:groups"], json!([format!("{pool}_Facebook")]));
    assert_eq!(id["email"], "ann@example.com");
    assert_eq!(id["email_verified"], false);
    assert_eq!(id["nonce"], "nonce-123456");
    let identity = &id["identities"][0];
    assert_eq!(identity["userId"], "10158000000000001");
    assert_eq!(identity["providerName"], "Facebook");
    assert_eq!(identity["providerType"], "Facebook");
    assert_eq!(identity["issuer"], Value::Null);
    assert_eq!(identity["primary"], "true");
    assert_eq!(identity["dateCreated"].as_str().map(str::len), Some(13));
    assert_eq!(
        id["exp"].as_i64().unwrap() - id["iat"].as_i64().unwrap(),
        3_600
    );
    let access = body["access_token"].as_str().unwrap();
    let hash = sha256(access.as_bytes());
    assert_eq!(id["at_hash"], base64url(&hash[..16]));
    let access = claims(access);
    assert_eq!(access["scope"], "openid email");
    assert_eq!(access["client_id"], world.app.as_str());
    assert_eq!(access["origin_jti"], id["origin_jti"]);
    assert!(access.get("aud").is_none() && access.get("identities").is_none());
    assert_ne!(access["jti"], id["jti"]);
}

#[test]
fn a_user_id_can_be_followed_from_the_id_token_to_facebook() {
    let mut world = world();
    let code = world
        .sign_in_with_facebook()
        .get("code")
        .unwrap()
        .to_owned();
    let form = world.redeem_form(&code);
    let (_, body) = world.token(&form);
    let mut artifact = world.artifact(body["id_token"].as_str().unwrap());
    let mut field = "claims.identities[0].userId".to_owned();
    let mut path = Vec::new();
    loop {
        path.push(artifact.label.as_str());
        let origin = artifact
            .provenance
            .iter()
            .find(|origin| origin.field == field)
            .unwrap();
        assert_eq!(origin.value, "10158000000000001");
        let Source::Artifact {
            artifact: next,
            field: in_next,
        } = &origin.from
        else {
            break;
        };
        artifact = world.cloud.ledger.artifact(*next).unwrap();
        field.clone_from(in_next);
    }
    assert_eq!(
        path,
        [
            "ID token",
            "Cognito code",
            "Facebook access token",
            "Facebook code"
        ]
    );
}

#[test]
fn codes_states_and_facebooks_token_are_out_of_every_hand_when_used_up() {
    let mut world = world();
    let code = world
        .sign_in_with_facebook()
        .get("code")
        .unwrap()
        .to_owned();
    let form = world.redeem_form(&code);
    world.token(&form);
    let left: Vec<ArtifactKind> = world
        .cloud
        .actors()
        .iter()
        .flat_map(|actor| world.cloud.ledger.held_by(&actor.id))
        .map(|id| world.cloud.ledger.artifact(id).unwrap().kind)
        .collect();
    for gone in [
        ArtifactKind::AuthorizationCode,
        ArtifactKind::OpaqueToken,
        ArtifactKind::ChallengeSession,
    ] {
        assert!(!left.contains(&gone), "{gone:?}");
    }
    assert!(left.contains(&ArtifactKind::IdToken) && left.contains(&ArtifactKind::RefreshToken));
}

#[test]
fn a_second_sign_in_keeps_the_profile_and_its_sub() {
    let mut world = world();
    let mut subs = Vec::new();
    for _ in 0..2 {
        let code = world
            .sign_in_with_facebook()
            .get("code")
            .unwrap()
            .to_owned();
        let form = world.redeem_form(&code);
        let (_, body) = world.token(&form);
        subs.push(claims(body["id_token"].as_str().unwrap())["sub"].clone());
    }
    assert_eq!(subs[0], subs[1]);
    assert_eq!(world.state().0, "2 users");
}

#[test]
fn a_person_who_refuses_at_facebook_is_sent_on_to_the_app_with_the_error() {
    let mut world = world();
    let url = world.facebook_answer(&[("consent", "no")]);
    let before = world.state();
    let answer = query_of(location(&world.browse(&url)));
    assert_eq!(answer.get("error"), Some("access_denied"));
    assert_eq!(
        answer.get("error_description"),
        Some("Facebook Error - Permissions error")
    );
    assert_eq!(answer.get("state"), Some("app-state-1"));
    assert_eq!(world.failed(), Some("Provider's answer"));
    assert_eq!(world.state(), before);
}

#[test]
fn a_state_that_the_pool_did_not_make_or_that_was_used_is_refused() {
    let mut world = world();
    let url = world.facebook_answer(&[]);
    let forged = url.replace("state=H4sI", "state=H4sJ");
    let answer = query_of(location(&world.browse(&forged)));
    assert_eq!(answer.get("error"), Some("invalid_request"));
    assert_eq!(world.failed(), Some("State"));
    world.browse(&url);
    assert_eq!(world.failed(), None);
    let before = world.state();
    world.browse(&url);
    assert_eq!(world.failed(), Some("State"));
    assert_eq!(world.state(), before);
}

#[test]
fn who_stays_too_long_at_facebook_must_begin_again() {
    let mut world = world();
    let url = world.facebook_answer(&[]);
    world.cloud.pass_time(Span::from_minutes(6));
    world.browse(&url);
    assert_eq!(world.failed(), Some("State not expired"));
}

#[test]
fn a_code_that_facebook_does_not_know_creates_nobody() {
    let mut world = world();
    let url = world.facebook_answer(&[]);
    let before = world.state();
    let forged = url.replace("code=AQ", "code=AR");
    let answer = query_of(location(&world.browse(&forged)));
    assert_eq!(answer.get("error"), Some("invalid_request"));
    assert!(
        answer
            .get("error_description")
            .unwrap()
            .contains("Invalid verification code format")
    );
    assert_eq!(world.failed(), Some("Code accepted by Facebook"));
    let last = world.last().checks.last().unwrap();
    assert_eq!(
        (last.name.as_str(), last.outcome),
        ("Profile", Outcome::NotReached)
    );
    assert_eq!(world.state(), before);
}

#[test]
fn a_missing_required_attribute_stops_the_sign_in_in_cognitos_words() {
    let mut world = world();
    world
        .cloud
        .user_pools
        .get_mut(&world.pool)
        .unwrap()
        .required = vec!["email".to_owned()];
    let url = world.facebook_answer(&[("scope", "public_profile")]);
    let answer = query_of(location(&world.browse(&url)));
    assert_eq!(
        answer.get("error_description"),
        Some("attributes required: [email]")
    );
    assert_eq!(world.failed(), Some("Profile"));
    assert_eq!(world.state().0, "1 user");
}

#[test]
fn a_browser_that_is_signed_in_at_the_hosted_ui_gets_its_code_at_once() {
    let mut world = world();
    let url = world.facebook_answer(&[]);
    let response = world.browse(&url);
    let cookie = response
        .header("set-cookie")
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let ask = world.ask().with("identity_provider", "Facebook");
    let mut request = get(&ask.append_to_url(&world.hosted("/oauth2/authorize"))).unwrap();
    request.set_header("cookie", &cookie).unwrap();
    let response = world.send(request.clone());
    assert!(location(&response).starts_with(BACK));
    set_enabled(
        &mut world.cloud,
        &world.pool.clone(),
        "Facebook_10158000000000001",
        false,
    );
    let response = world.send(request);
    assert!(location(&response).starts_with("https://www.facebook.com/"));
}
