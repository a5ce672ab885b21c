//! Codes into tokens, what is in them, and the documents that verify them.

use super::super::authorize::CODE_VALIDITY;
use super::super::config::{WorkloadConfig, add_workload};
use super::*;
use crate::cloud::ledger::{ArtifactKind, Source};
use crate::protocol::encoding::base64url;
use crate::protocol::hash::sha256;
use crate::protocol::jwks::Jwks;
use crate::protocol::oauth::basic_header;
use crate::protocol::time::Span;

#[test]
fn googles_id_token_says_what_google_says() {
    let mut at = At::new(google());
    let ask = at.ask();
    let tokens = at.tokens_for(ask);
    assert_eq!(tokens["token_type"], "Bearer");
    let access = tokens["access_token"].as_str().unwrap();
    assert!(access.starts_with("ya29.") && tokens["expires_in"] == 3_600);
    let token = tokens["id_token"].as_str().unwrap();
    let header = Unverified::parse(token).unwrap().header().clone();
    assert_eq!(header["alg"], "RS256");
    assert_eq!(header["typ"], "JWT");
    let said = claims(token);
    assert_eq!(said["iss"], "https://accounts.google.com");
    assert_eq!(said["aud"], at.app.as_str());
    assert_eq!(said["azp"], at.app.as_str());
    assert!(at.app.ends_with(".apps.googleusercontent.com"));
    let subject = said["sub"].as_str().unwrap();
    assert!(subject.len() == 21 && subject.bytes().all(|b| b.is_ascii_digit()));
    assert_eq!(said["email"], "anna@example.com");
    assert_eq!(said["email_verified"], true);
    assert_eq!(said["nonce"], NONCE);
    let hash = sha256(access.as_bytes());
    assert_eq!(said["at_hash"], base64url(&hash[..16]));
    let seconds = |claim: &str| said[claim].as_i64().unwrap();
    assert_eq!(seconds("exp") - seconds("iat"), 3_600);
}

#[test]
fn a_token_for_a_sister_app_names_both() {
    let mut at = At::new(google());
    let phone = at.app.clone();
    let web = at.more("Web", true, Some(&phone));
    let ask = at.ask().with("audience", &web);
    let tokens = at.tokens_for(ask);
    let said = claims(tokens["id_token"].as_str().unwrap());
    assert_eq!(said["aud"], web.as_str());
    assert_eq!(said["azp"], phone.as_str());
    let stranger = at.more("Stranger", true, None);
    let ask = at.ask().with("audience", &stranger);
    at.authorize(&ask);
    assert_eq!(at.failed(), Some("Audience of the same project"));
}

#[test]
fn each_issuers_published_keys_verify_its_tokens_in_an_independent_implementation() {
    for provider in [google(), apple(), company()] {
        let mut at = At::new(provider);
        let token = at.id_token();
        let issuer = claims(&token)["iss"].as_str().unwrap().to_owned();
        let discovery = at.url(Endpoint::Discovery);
        let (status, document) = at.get(&discovery);
        assert_eq!((status, &document["issuer"]), (200, &json!(issuer)));
        assert_eq!(document["token_endpoint"], at.url(Endpoint::Token));
        let (_, keys) = at.get(document["jwks_uri"].as_str().unwrap());
        let jwks = Jwks::parse(&keys.to_string()).unwrap();
        let parsed = Unverified::parse(&token).unwrap();
        let jwk = jwks.find(parsed.kid().unwrap()).unwrap();
        let key = jsonwebtoken::DecodingKey::from_rsa_components(&jwk.n, &jwk.e).unwrap();
        let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
        rules.set_issuer(&[&issuer]);
        rules.set_audience(&[&at.app]);
        // The simulated clock decides, not this machine's
        rules.validate_exp = false;
        let read = jsonwebtoken::decode::<Value>(&token, &key, &rules).unwrap();
        assert_eq!(read.claims["nonce"], NONCE);
        let published = at.world.cloud.ledger.published_keys().iter();
        assert!(published.clone().any(|keys| keys.issuer == issuer));
    }
}

#[test]
fn apples_and_a_companys_tokens_have_their_own_looks() {
    let mut at = At::new(apple());
    let said = claims(&at.id_token());
    assert_eq!(said["iss"], "https://appleid.apple.com");
    assert_eq!(said["aud"], "com.example.photobox");
    assert_eq!(said["sub"].as_str().unwrap().split('.').count(), 3);
    assert!(said.get("name").is_none() && said.get("azp").is_none());
    let mut at = At::new(company());
    let said = claims(&at.id_token());
    assert_eq!(said["iss"], "https://login.example.com/staff");
    assert_eq!(said["name"], "Anna Example");
}

#[test]
fn without_the_scope_openid_there_is_no_id_token() {
    let mut at = At::new(google());
    let mut ask = at.ask();
    ask.set("scope", "email");
    assert!(at.tokens_for(ask).get("id_token").is_none());
}

#[test]
fn a_code_is_bound_to_app_redirect_verifier_and_time_and_works_once() {
    let mut at = At::new(google());
    let other = at.more("Other", false, None);
    let ask = at.ask();
    let code = at.code_for(ask);
    let before = at.state();
    let cases = [
        ("client_id", "nobody", "Client id", 401, "invalid_client"),
        ("code", "4-0Anothing", "Code known", 400, "invalid_grant"),
        (
            "client_id",
            other.as_str(),
            "Same client",
            400,
            "invalid_grant",
        ),
        (
            "redirect_uri",
            "https://evil.example.com/",
            "Same redirect URI",
            400,
            "redirect_uri_mismatch",
        ),
        (
            "code_verifier",
            "another-verifier-of-at-least-forty-three-chars",
            "PKCE verifier",
            400,
            "invalid_grant",
        ),
    ];
    for (name, value, check, status, error) in cases {
        let mut form = at.redeem_form(&code);
        form.set(name, value);
        let answer = at.redeem(&form);
        assert_eq!((answer.0, &answer.1["error"]), (status, &json!(error)));
        assert_eq!(at.failed(), Some(check));
        assert_eq!(at.state(), before, "{check}");
    }
    let mut form = at.redeem_form(&code);
    form.remove("code_verifier");
    assert_eq!(
        at.redeem(&form).1["error_description"],
        "Missing code verifier."
    );
    let form = at.redeem_form(&code);
    assert_eq!(at.redeem(&form).0, 200);
    assert_eq!(at.redeem(&form).0, 400);
    assert_eq!(at.failed(), Some("Code unused"));
    let ask = at.ask();
    let late = at.code_for(ask);
    at.world.pass(CODE_VALIDITY);
    let form = at.redeem_form(&late);
    at.redeem(&form);
    assert_eq!(at.failed(), Some("Code not expired"));
}

#[test]
fn an_app_with_a_secret_must_show_it_in_header_or_body() {
    let mut at = At::new(google());
    at.app = at.more("Server", true, None);
    let mut ask = at.ask();
    ask.remove("code_challenge");
    let code = at.code_for(ask);
    let mut form = at.redeem_form(&code);
    let (status, body) = at.redeem(&form);
    assert_eq!((status, &body["error"]), (401, &json!("invalid_client")));
    assert_eq!(at.failed(), Some("Client secret"));
    form.append("client_secret", "GOCSPX-wrong");
    assert_eq!(at.redeem(&form).0, 401);
    form.remove("client_secret");
    let mut request = message::post_form(&at.url(Endpoint::Token), &form).unwrap();
    let header = basic_header(&at.app, &at.secret(&at.app));
    request.set_header("authorization", &header).unwrap();
    assert_eq!(at.world.send(request).response.status(), 200);
}

#[test]
fn other_grants_and_methods_are_refused() {
    let mut at = At::new(google());
    let form = Form::new()
        .with("grant_type", "password")
        .with("client_id", &at.app);
    assert_eq!(at.redeem(&form).1["error"], "unsupported_grant_type");
    assert_eq!(at.redeem(&Form::new()).1["error"], "invalid_request");
    let url = at.url(Endpoint::Token);
    assert_eq!(at.get(&url).1["error"], "invalid_request");
}

#[test]
fn the_id_tokens_claims_remember_where_they_came_from() {
    let mut at = At::new(google());
    let token = at.id_token();
    let origins = &at.artifact(&token).provenance;
    for (field, wanted) in [("claims.sub", "user_id"), ("claims.nonce", "nonce")] {
        let origin = origins.iter().find(|origin| origin.field == field).unwrap();
        let Source::Artifact { artifact, field } = &origin.from else {
            panic!("{origin:?}")
        };
        assert_eq!(field, wanted);
        let code = at.world.cloud.ledger.artifact(*artifact).unwrap();
        assert_eq!(code.kind, ArtifactKind::AuthorizationCode);
    }
}

#[test]
fn amazon_says_what_its_token_stands_for_and_shows_the_profile() {
    let mut at = At::new(amazon());
    let ask = at.ask();
    let tokens = at.tokens_for(ask);
    assert!(tokens.get("id_token").is_none());
    let token = tokens["access_token"].as_str().unwrap().to_owned();
    let form = Form::new().with("access_token", &token);
    let url = form.append_to_url(&at.url(Endpoint::TokenInfo));
    let (status, info) = at.get(&url);
    assert_eq!(status, 200);
    assert_eq!(info["iss"], "https://www.amazon.com");
    assert_eq!(info["aud"], at.app.as_str());
    assert!(at.app.starts_with("amzn1.application-oa2-client."));
    assert!(
        info["app_id"]
            .as_str()
            .unwrap()
            .starts_with("amzn1.application.")
    );
    assert!(
        info["user_id"]
            .as_str()
            .unwrap()
            .starts_with("amzn1.account.")
    );
    assert!((3_590..3_600).contains(&info["exp"].as_i64().unwrap()));
    let profile = form.append_to_url(&at.url(Endpoint::Profile));
    let (_, body) = at.get(&profile);
    assert_eq!(body["email"], "anna@example.com");
    at.world.pass(Span::from_hours(1));
    let (status, body) = at.get(&url);
    assert_eq!((status, &body["error"]), (400, &json!("invalid_token")));
    assert_eq!(at.failed(), Some("Token not expired"));
    let forged = form.encode().replace("Atza", "Atzb");
    at.get(&format!("{}?{forged}", at.url(Endpoint::TokenInfo)));
    assert_eq!(at.failed(), Some("Token known"));
}

#[test]
fn a_scope_that_opens_only_the_id_hides_the_rest_of_the_profile() {
    let mut at = At::new(amazon());
    let mut ask = at.ask();
    ask.set("scope", "profile:user_id");
    let tokens = at.tokens_for(ask);
    let mut request = message::get(&at.url(Endpoint::Profile)).unwrap();
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    request.set_header("authorization", &bearer).unwrap();
    let body = at.world.send(request).response.json_body().unwrap();
    assert!(body.get("email").is_none() && body.get("user_id").is_some());
}

#[test]
fn a_job_gets_a_token_that_says_which_repository_it_runs_for() {
    let mut at = At::new(ProviderConfig::github_actions(ActorId::new("github")));
    let job = WorkloadConfig::github_job("example-org/photos", "refs/heads/main");
    let shown = add_workload(&mut at.world.cloud, &at.actor, job).unwrap();
    let url = format!("{}?audience=sts.amazonaws.com", at.url(Endpoint::Workload));
    let ask = |at: &mut At, shown: &str| {
        let mut request = message::get(&url).unwrap();
        let bearer = format!("Bearer {shown}");
        request.set_header("authorization", &bearer).unwrap();
        at.world.send(request).response
    };
    let body = ask(&mut at, &shown).json_body().unwrap();
    let said = claims(body["value"].as_str().unwrap());
    assert_eq!(said["sub"], "repo:example-org/photos:ref:refs/heads/main");
    assert_eq!(said["aud"], "sts.amazonaws.com");
    assert_eq!(said["repository_owner"], "example-org");
    assert_eq!(said["iss"], "https://token.actions.githubusercontent.com");
    assert_eq!(ask(&mut at, "nobody").status(), 401);
    assert_eq!(at.failed(), Some("Program"));
    let endpoints = facts(&at.world.cloud, &at.actor).unwrap().endpoints;
    assert!(!endpoints.contains_key(&Endpoint::Authorize));
}

#[test]
fn the_same_seed_gives_the_same_tokens() {
    let token = || At::new(google()).id_token();
    assert_eq!(token(), token());
}
