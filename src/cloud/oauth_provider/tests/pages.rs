//! The pages a browser sees and the code that comes of them.

use proptest::prelude::*;

use super::*;
use crate::cloud::ledger::ArtifactKind;

#[test]
fn a_browser_without_session_gets_a_form_that_carries_the_request() {
    for provider in [google(), apple(), amazon(), company()] {
        let mut at = At::new(provider);
        let ask = at.ask();
        let page = at.authorize(&ask);
        assert_eq!(page.status(), 200, "{:?}", at.failed());
        let text = page.text_body().unwrap();
        assert!(text.contains("name=\"password\"") && text.contains("value=\"state-1\""));
        assert!(text.contains(NONCE) && text.contains(&pkce::challenge(VERIFIER)));
    }
}

#[test]
fn signing_in_and_consenting_sends_the_browser_back_with_code_and_state() {
    let mut at = At::new(google());
    let form = at.filled(at.ask());
    let response = at.login(&form);
    assert_eq!(response.status(), 302);
    assert!(response.header("location").unwrap().starts_with(BACK));
    assert_eq!(query_of(&response).get("state"), Some("state-1"));
    let held = at.world.cloud.ledger.held_by(&at.world.phone);
    let kinds: Vec<ArtifactKind> = held
        .map(|id| at.world.cloud.ledger.artifact(id).unwrap().kind)
        .collect();
    assert!(kinds.contains(&ArtifactKind::AuthorizationCode));
    assert!(kinds.contains(&ArtifactKind::BrowserSession));
}

#[test]
fn a_browser_that_is_signed_in_and_has_consented_is_sent_straight_back() {
    let mut at = At::new(google());
    let form = at.filled(at.ask());
    let response = at.login(&form);
    let cookie = response.header("set-cookie").unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let url = at.ask().append_to_url(&at.url(Endpoint::Authorize));
    let mut request = message::get(&url).unwrap();
    request.set_header("cookie", &cookie).unwrap();
    let again = at.world.send(request).response;
    assert!(query_of(&again).get("code").is_some());
    // Another app must be consented to on its own
    let other = at.more("Other", false, None);
    let mut ask = at.ask();
    ask.set("client_id", &other);
    let mut request = message::get(&ask.append_to_url(&at.url(Endpoint::Authorize))).unwrap();
    request.set_header("cookie", &cookie).unwrap();
    let page = at.world.send(request).response;
    assert!(page.text_body().unwrap().contains("Other asks for"));
}

#[test]
fn requests_that_do_not_fit_the_app_change_nothing() {
    let mut at = At::new(google());
    let before = at.state();
    let cases = [
        ("client_id", "1", "Client id"),
        (
            "redirect_uri",
            "https://photos.example.com/back/",
            "Redirect URI",
        ),
        ("response_type", "token", "Response type"),
        ("scope", "openid drive", "Scopes"),
        ("scope", "", "Scopes"),
        ("code_challenge_method", "plain", "PKCE challenge"),
        ("audience", "somebody", "Audience of the same project"),
        ("email", "bob@example.com", "Account"),
        ("password", "fake-passwords", "Password"),
        ("consent", "no", "Consent"),
    ];
    for (name, value, check) in cases {
        let mut form = at.filled(at.ask());
        form.set(name, value);
        at.login(&form);
        assert_eq!(at.failed(), Some(check));
        assert_eq!(at.state(), before, "{check}");
    }
    let mut form = at.filled(at.ask());
    form.append("redirect_uri", "https://evil.example.com/");
    assert_eq!(at.login(&form).status(), 400);
    assert_eq!(at.state(), before);
}

#[test]
fn an_app_that_keeps_no_secret_must_use_pkce() {
    let mut at = At::new(google());
    let mut ask = at.ask();
    ask.remove("code_challenge");
    let response = at.authorize(&ask);
    assert_eq!(query_of(&response).get("error"), Some("invalid_request"));
    assert_eq!(at.failed(), Some("PKCE challenge"));
}

#[test]
fn who_declines_is_sent_back_with_access_denied() {
    let mut at = At::new(company());
    let mut form = at.filled(at.ask());
    form.set("consent", "no");
    let answer = query_of(&at.login(&form));
    assert_eq!(answer.get("error"), Some("access_denied"));
    assert_eq!(answer.get("state"), Some("state-1"));
}

#[test]
fn a_script_gets_amazons_token_behind_the_hash() {
    let mut at = At::new(amazon());
    let mut form = at.filled(at.ask());
    form.set("response_type", "token");
    let response = at.login(&form);
    let location = response.header("location").unwrap();
    let answer = Form::parse(location.split_once('#').unwrap().1).unwrap();
    let token = answer.get("access_token").unwrap();
    assert!(token.starts_with("Atza|") && token.len() >= 350);
    assert_eq!(answer.get("expires_in"), Some("3600"));
    let artifact = at.world.cloud.ledger.find_artifact(token).unwrap();
    assert!(at.world.cloud.ledger.holds(&at.world.phone, artifact));
}

#[test]
fn any_path_and_any_bytes_get_an_answer() {
    for provider in [google(), apple(), amazon(), company()] {
        let mut at = At::new(provider);
        for endpoint in [Endpoint::Authorize, Endpoint::Token, Endpoint::Login] {
            let url = at.url(endpoint);
            for tail in ["", "/x", "?a=%zz", "?client_id=%ff"] {
                let request = message::get(&format!("{url}{tail}")).unwrap();
                assert!(!at.world.send(request).response.status().is_success());
            }
            let mut request = message::get(&url).unwrap();
            *request.method_mut() = http::Method::POST;
            *request.body_mut() = vec![0xff, 0x00, b'&', b'=', b'%'];
            assert!(!at.world.send(request).response.status().is_success());
        }
    }
}

const FIELDS: [&str; 14] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "audience",
    "email",
    "password",
    "consent",
    "grant_type",
    "code",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// A form with anything in any field is answered; a refusal changes nothing.
    #[test]
    fn no_form_panics_and_no_refused_one_leaves_a_trace(
        field in 0..FIELDS.len(),
        value in "[ -~é\\r\\n]{0,40}",
        twice in any::<bool>(),
    ) {
        for provider in [google(), amazon()] {
            let mut at = At::new(provider);
            let code = at.ask();
            let code = at.code_for(code);
            let mut login = at.filled(at.ask());
            let mut redeem = at.redeem_form(&code);
            for form in [&mut login, &mut redeem] {
                match twice {
                    true => form.append(FIELDS[field], &value),
                    false => form.set(FIELDS[field], &value),
                }
            }
            let before = at.state();
            at.login(&login);
            let refused = at.world.cloud.ledger.exchanges().last().unwrap().refused();
            prop_assert!(!refused || at.state() == before);
            let before = at.state();
            let (status, _) = at.redeem(&redeem);
            prop_assert!(status == 200 || at.state() == before);
        }
    }
}
