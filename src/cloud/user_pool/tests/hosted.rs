//! The hosted UI without a provider: what apps ask for, the login page, the token endpoint.

use super::*;
use crate::cloud::ledger::Outcome;
use crate::cloud::user_pool::config::client_secret;
use crate::protocol::encoding::base64;
use crate::protocol::time::Span;

/// Dora signs in at the login page; the redirect to the app.
fn page_sign_in(world: &mut World, ask: &Form, password: &str) -> Response {
    let url = ask.append_to_url(&world.hosted("/oauth2/authorize"));
    let page = location(&world.browse(&url)).to_owned();
    let shown = world.browse(&page);
    assert!(shown.text_body().unwrap().contains("name=\"password\""));
    let form = Form::new()
        .with("username", "dora")
        .with("password", password);
    world.send(post_form(&page, &form).unwrap())
}

fn page_code(world: &mut World) -> String {
    let ask = world.ask();
    let response = page_sign_in(world, &ask, PASSWORD);
    query_of(location(&response))
        .get("code")
        .unwrap()
        .to_owned()
}

#[test]
fn a_native_user_signs_in_at_the_page_and_the_app_redeems_the_code() {
    let mut world = world();
    let code = page_code(&mut world);
    let form = world.redeem_form(&code);
    let (status, body) = world.token(&form);
    assert_eq!(status, 200);
    assert_eq!(
        claims(body["id_token"].as_str().unwrap())["cognito:username"],
        "dora"
    );
    assert!(
        world
            .last()
            .checks
            .iter()
            .all(|check| check.outcome == Outcome::Passed)
    );
    let (status, body) = world.token(&form);
    assert_eq!((status, body), (400, json!({ "error": "invalid_grant" })));
    assert_eq!(world.failed(), Some("Code unused"));
}

#[test]
fn a_wrong_password_shows_the_page_and_is_counted() {
    let mut world = world();
    let ask = world.ask();
    let response = page_sign_in(&mut world, &ask, "Wrong-horse1");
    assert_eq!(response.status().as_u16(), 400);
    let refusal = world.last().refusal.clone().unwrap();
    assert_eq!(
        refusal,
        refused("NotAuthorizedException", "Incorrect username or password.")
    );
    assert!(
        world
            .state()
            .1
            .iter()
            .any(|(_, text)| text.contains("in a row: 1"))
    );
}

#[test]
fn what_an_app_may_not_ask_for_is_refused_where_it_belongs() {
    let mut world = world();
    let before = world.state();
    let hosted = world.hosted("/error");
    let cases = [
        (
            "client_id",
            "nobodysclient",
            "Client id",
            hosted.as_str(),
            "invalid_client",
        ),
        (
            "redirect_uri",
            "https://evil.example/",
            "Redirect URI",
            &hosted,
            "redirect_mismatch",
        ),
        (
            "response_type",
            "token",
            "Response type",
            BACK,
            "unauthorized_client",
        ),
        (
            "response_type",
            "magic",
            "Response type",
            BACK,
            "invalid_request",
        ),
        (
            "scope",
            "openid photos/write",
            "Scopes",
            BACK,
            "invalid_scope",
        ),
        (
            "code_challenge_method",
            "plain",
            "PKCE challenge",
            BACK,
            "invalid_request",
        ),
        (
            "code_challenge",
            "short",
            "PKCE challenge",
            BACK,
            "invalid_request",
        ),
        (
            "identity_provider",
            "Google",
            "Identity provider",
            BACK,
            "invalid_request",
        ),
    ];
    for (name, value, check, place, error) in cases {
        let mut ask = world.ask();
        ask.set(name, value);
        let response = world.browse(&ask.append_to_url(&world.hosted("/oauth2/authorize")));
        assert!(location(&response).starts_with(place), "{name} {value}");
        assert_eq!(query_of(location(&response)).get("error"), Some(error));
        assert_eq!(world.failed(), Some(check));
        assert_eq!(world.state(), before);
    }
}

#[test]
fn a_code_without_its_verifier_is_worthless() {
    let mut world = world();
    let code = page_code(&mut world);
    let before = world.state();
    let mut other = world.redeem_form(&code);
    other.set(
        "code_verifier",
        "another-verifier-that-is-long-enough-to-be-one",
    );
    let mut none = world.redeem_form(&code);
    none.remove("code_verifier");
    for form in [other, none] {
        assert_eq!(
            world.token(&form),
            (400, json!({ "error": "invalid_grant" }))
        );
        assert_eq!(world.failed(), Some("PKCE verifier"));
        assert_eq!(world.state(), before);
    }
    let form = world.redeem_form(&code);
    assert_eq!(world.token(&form).0, 200);
}

#[test]
fn a_code_is_bound_to_client_redirect_and_five_minutes() {
    let mut world = world();
    let code = page_code(&mut world);
    let secret = client_secret(&world.cloud, &world.server)
        .unwrap()
        .to_owned();
    let mut foreign = world.redeem_form(&code).with("client_secret", &secret);
    foreign.set("client_id", &world.server.clone());
    let mut moved = world.redeem_form(&code);
    moved.set("redirect_uri", "https://evil.example/");
    let mut unknown = world.redeem_form(&code);
    unknown.set("code", "00000000-0000-4000-8000-000000000000");
    let cases = [
        (foreign, "Code of this client"),
        (moved, "Redirect URI"),
        (unknown, "Code known"),
    ];
    for (form, check) in cases {
        assert_eq!(
            world.token(&form),
            (400, json!({ "error": "invalid_grant" }))
        );
        assert_eq!(world.failed(), Some(check));
    }
    world.cloud.pass_time(Span::from_minutes(5));
    let form = world.redeem_form(&code);
    assert_eq!(
        world.token(&form),
        (400, json!({ "error": "invalid_grant" }))
    );
    assert_eq!(world.failed(), Some("Code not expired"));
}

#[test]
fn a_client_with_a_secret_proves_it_in_the_header_or_in_the_form() {
    let mut world = world();
    let server = world.server.clone();
    let secret = client_secret(&world.cloud, &server).unwrap().to_owned();
    let mut ask = world.ask();
    ask.set("client_id", &server);
    let mut codes = Vec::new();
    for _ in 0..2 {
        let response = page_sign_in(&mut world, &ask, PASSWORD);
        codes.push(
            query_of(location(&response))
                .get("code")
                .unwrap()
                .to_owned(),
        );
    }
    let mut form = world.redeem_form(&codes[0]);
    form.set("client_id", &server);
    assert_eq!(
        world.token(&form),
        (400, json!({ "error": "invalid_client" }))
    );
    assert_eq!(world.failed(), Some("Client secret"));
    assert_eq!(
        world.token(&form.clone().with("client_secret", &secret)).0,
        200
    );
    let mut form = world.redeem_form(&codes[1]);
    form.remove("client_id");
    let mut request = post_form(&world.hosted("/oauth2/token"), &form).unwrap();
    let basic = format!("Basic {}", base64(format!("{server}:{secret}").as_bytes()));
    request.set_header("authorization", &basic).unwrap();
    assert_eq!(world.send(request).status().as_u16(), 200);
}

#[test]
fn a_refresh_token_works_at_the_token_endpoint_until_it_is_revoked_there() {
    let mut world = world();
    let code = page_code(&mut world);
    let form = world.redeem_form(&code);
    let (_, body) = world.token(&form);
    let token = body["refresh_token"].as_str().unwrap().to_owned();
    let form = Form::new()
        .with("grant_type", "refresh_token")
        .with("client_id", &world.app)
        .with("refresh_token", &token);
    let (status, body) = world.token(&form);
    assert_eq!(status, 200);
    assert!(body.get("refresh_token").is_none() && body.get("id_token").is_some());
    let revoke = Form::new()
        .with("token", &token)
        .with("client_id", &world.app);
    let response = world.send(post_form(&world.hosted("/oauth2/revoke"), &revoke).unwrap());
    assert_eq!(response.status().as_u16(), 200);
    assert_eq!(
        world.token(&form),
        (400, json!({ "error": "invalid_grant" }))
    );
    assert_eq!(world.failed(), Some("Not revoked"));
}

#[test]
fn grants_that_do_not_exist_and_forms_that_lack_something_are_told_apart() {
    let mut world = world();
    let cases = [
        (Form::new().with("client_id", &world.app), "invalid_request"),
        (
            Form::new()
                .with("grant_type", "password")
                .with("client_id", "x"),
            "unsupported_grant_type",
        ),
        (
            Form::new().with("grant_type", "refresh_token"),
            "invalid_request",
        ),
        (
            Form::new()
                .with("grant_type", "refresh_token")
                .with("client_id", &world.app),
            "invalid_request",
        ),
        (
            Form::new()
                .with("grant_type", "refresh_token")
                .with("client_id", "nobodysclient"),
            "invalid_client",
        ),
    ];
    for (form, error) in cases {
        assert_eq!(
            world.token(&form),
            (400, json!({ "error": error })),
            "{form:?}"
        );
    }
}

#[test]
fn signing_out_makes_the_browser_ask_for_the_password_again() {
    let mut world = world();
    let ask = world.ask();
    let response = page_sign_in(&mut world, &ask, PASSWORD);
    let cookie = response
        .header("set-cookie")
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let with_cookie = |world: &mut World, url: &str| {
        let mut request = get(url).unwrap();
        request.set_header("cookie", &cookie).unwrap();
        world.send(request)
    };
    let authorize = ask.append_to_url(&world.hosted("/oauth2/authorize"));
    assert!(location(&with_cookie(&mut world, &authorize)).starts_with(BACK));
    let out = Form::new()
        .with("client_id", &world.app)
        .with("logout_uri", BACK);
    let out = out.append_to_url(&world.hosted("/logout"));
    assert_eq!(location(&with_cookie(&mut world, &out)), BACK);
    assert!(location(&with_cookie(&mut world, &authorize)).contains("/login?"));
}

#[test]
fn the_discovery_document_names_places_that_answer() {
    let mut world = world();
    let url = format!(
        "https://{}/{}/.well-known/openid-configuration",
        api_host(),
        world.pool
    );
    let document = world.browse(&url).json_body().unwrap();
    let issuer = document["issuer"].as_str().unwrap();
    assert!(issuer.ends_with(&world.pool));
    for name in [
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "revocation_endpoint",
        "end_session_endpoint",
        "jwks_uri",
    ] {
        let response = world.browse(document[name].as_str().unwrap());
        assert_ne!(response.status().as_u16(), 404, "{name}");
    }
}

#[test]
fn the_keys_of_a_pool_that_does_not_exist_are_not_found() {
    let mut world = world();
    let url = format!(
        "https://{}/us-east-1_nothing00/.well-known/jwks.json",
        api_host()
    );
    assert_eq!(world.browse(&url).status().as_u16(), 404);
    let message = "User pool us-east-1_nothing00 does not exist.";
    assert_eq!(
        world.last().refusal,
        Some(refused("ResourceNotFoundException", message))
    );
}
