use serde_json::Value;

use super::*;
use crate::cloud::ledger::{Actor, ArtifactKind, Exchange, Outcome};
use crate::protocol::form::Form;
use crate::protocol::message::{Message, get, post_form};

const BACK: &str = "https://photos.example/back";

struct World {
    cloud: Cloud,
    phone: ActorId,
    app: String,
    secret: String,
}

fn actor(id: &str, kind: ActorKind) -> Actor {
    Actor {
        id: ActorId::new(id),
        kind,
        name: id.to_owned(),
        account: None,
    }
}

fn world() -> World {
    let mut cloud = Cloud::new(7, Moment::parse("2026-03-03T09:00:00Z").unwrap());
    cloud.add_actor(actor("phone", ActorKind::Phone));
    cloud.add_actor(actor("facebook", ActorKind::Facebook));
    let phone = ActorId::new("phone");
    cloud.devices.add(phone.clone(), None);
    let redirect_uris = vec![BACK.to_owned()];
    let app = AppConfig {
        name: "Photo Box".to_owned(),
        redirect_uris,
        ..AppConfig::default()
    };
    let app = add_app(&mut cloud, app);
    let ann = UserConfig {
        id: None,
        name: "Ann Example".to_owned(),
        email: "ann@example.com".to_owned(),
        password: "facebook-secret".to_owned(),
    };
    add_user(&mut cloud, ann);
    let secret = app_secret(&cloud, &app).unwrap().to_owned();
    World {
        cloud,
        phone,
        app,
        secret,
    }
}

impl World {
    fn get(&mut self, url: &str, form: &Form, cookie: Option<&str>) -> Response {
        let mut request = get(&form.append_to_url(url)).unwrap();
        if let Some(cookie) = cookie {
            request.set_header("cookie", cookie).unwrap();
        }
        self.cloud
            .send(&self.phone.clone(), request)
            .unwrap()
            .response
    }

    fn ask(&self) -> Form {
        Form::new()
            .with("client_id", &self.app)
            .with("redirect_uri", BACK)
            .with("state", "s-123456")
            .with("scope", "public_profile,email")
    }

    fn dialog(&mut self, form: &Form, cookie: Option<&str>) -> Response {
        self.get("https://www.facebook.com/v21.0/dialog/oauth", form, cookie)
    }

    fn login(&mut self, form: &Form) -> Response {
        let request = post_form("https://www.facebook.com/login", form).unwrap();
        self.cloud
            .send(&self.phone.clone(), request)
            .unwrap()
            .response
    }

    fn filled(&self) -> Form {
        self.ask()
            .with("email", "ann@example.com")
            .with("pass", "facebook-secret")
            .with("consent", "yes")
    }

    fn code(&mut self) -> String {
        let form = self.filled();
        answer_in(&self.login(&form))
            .get("code")
            .unwrap()
            .to_owned()
    }

    fn redeem_form(&self, code: &str) -> Form {
        Form::new()
            .with("client_id", &self.app)
            .with("client_secret", &self.secret)
            .with("redirect_uri", BACK)
            .with("code", code)
    }

    fn graph(&mut self, operation: &str, form: &Form) -> (u16, Value) {
        let url = format!("https://graph.facebook.com/v21.0/{operation}");
        let response = self.get(&url, form, None);
        (response.status().as_u16(), response.json_body().unwrap())
    }

    fn token(&mut self) -> String {
        let code = self.code();
        let form = self.redeem_form(&code);
        let (_, body) = self.graph("oauth/access_token", &form);
        body["access_token"].as_str().unwrap().to_owned()
    }

    fn debug(&mut self, token: &str) -> (u16, Value) {
        let caller = format!("{}|{}", self.app, self.secret);
        self.graph(
            "debug_token",
            &Form::new()
                .with("input_token", token)
                .with("access_token", &caller),
        )
    }

    fn state(&self) -> (String, Vec<(String, String)>) {
        describe(&self.cloud, &ActorId::new("facebook"))
    }

    fn last(&self) -> &Exchange {
        self.cloud.ledger.exchanges().last().unwrap()
    }
}

/// The query of a redirect.
fn answer_in(response: &Response) -> Form {
    let location = response.header("location").unwrap();
    Form::parse(location.split_once('?').unwrap().1).unwrap()
}

fn failed(world: &World) -> Option<&str> {
    world.last().failed_check().map(|check| check.name.as_str())
}

#[test]
fn a_browser_without_session_gets_a_form_that_carries_the_request() {
    let mut world = world();
    let ask = world.ask();
    let page = world.dialog(&ask, None);
    assert_eq!(page.status().as_u16(), 200);
    let text = page.text_body().unwrap();
    assert!(text.contains("name=\"pass\"") && text.contains("value=\"s-123456\""));
    assert!(
        world
            .last()
            .checks
            .iter()
            .all(|check| check.outcome == Outcome::Passed)
    );
}

#[test]
fn logging_in_and_consenting_sends_the_browser_back_with_code_and_state() {
    let mut world = world();
    let form = world.filled();
    let response = world.login(&form);
    assert_eq!(response.status().as_u16(), 302);
    assert!(
        response
            .header("location")
            .unwrap()
            .starts_with(&format!("{BACK}?code=AQ"))
    );
    assert_eq!(answer_in(&response).get("state"), Some("s-123456"));
    let held = world.cloud.ledger.held_by(&world.phone);
    let kinds: Vec<ArtifactKind> = held
        .map(|id| world.cloud.ledger.artifact(id).unwrap().kind)
        .collect();
    assert!(kinds.contains(&ArtifactKind::AuthorizationCode));
    assert!(kinds.contains(&ArtifactKind::BrowserSession));
}

#[test]
fn a_browser_that_is_signed_in_and_has_consented_is_sent_straight_back() {
    let mut world = world();
    let form = world.filled();
    let response = world.login(&form);
    let cookies: Vec<String> = response
        .headers()
        .get_all("set-cookie")
        .iter()
        .map(|cookie| {
            cookie
                .to_str()
                .unwrap()
                .split(';')
                .next()
                .unwrap()
                .to_owned()
        })
        .collect();
    let ask = world.ask();
    let response = world.dialog(&ask, Some(&cookies.join("; ")));
    assert_eq!(response.status().as_u16(), 302);
    assert!(answer_in(&response).get("code").is_some());
    // Half of the cookies prove nothing
    assert_eq!(world.dialog(&ask, Some(&cookies[1])).status().as_u16(), 200);
}

#[test]
fn an_unknown_app_a_foreign_redirect_and_a_wrong_password_change_nothing() {
    let mut world = world();
    let before = world.state();
    let cases = [
        (world.filled().with("x", "y"), "client_id", "1", "App id"),
        (
            world.filled(),
            "redirect_uri",
            "https://photos.example/back/",
            "Redirect URI",
        ),
        (world.filled(), "response_type", "id_token", "Response type"),
        (
            world.filled(),
            "scope",
            "email,publish_everything",
            "Permissions",
        ),
        (world.filled(), "email", "bob@example.com", "Account"),
        (world.filled(), "pass", "facebook-secrets", "Password"),
    ];
    for (mut form, name, value, check) in cases {
        form.set(name, value);
        let response = world.login(&form);
        assert!(response.status().is_client_error(), "{name}");
        assert_eq!(failed(&world), Some(check));
        assert!(world.last().refused());
        assert_eq!(world.state(), before);
    }
}

#[test]
fn refusing_consent_tells_the_app_so() {
    let mut world = world();
    let mut form = world.filled();
    form.set("consent", "no");
    let answer = answer_in(&world.login(&form));
    assert_eq!(answer.get("error"), Some("access_denied"));
    assert_eq!(answer.get("error_reason"), Some("user_denied"));
    assert_eq!(world.last().refusal.as_ref().unwrap().code, "access_denied");
}

#[test]
fn a_code_is_redeemed_once_for_an_opaque_token() {
    let mut world = world();
    let code = world.code();
    let form = world.redeem_form(&code);
    let (status, body) = world.graph("oauth/access_token", &form);
    assert_eq!(status, 200);
    let token = body["access_token"].as_str().unwrap();
    assert!(token.starts_with("EAA") && !token.contains('.'));
    assert_eq!(body["token_type"], "bearer");
    assert_eq!(body["expires_in"], 5_184_000);
    let artifact = world.cloud.ledger.find_artifact(&code).unwrap();
    assert!(!world.cloud.ledger.holds(&world.phone, artifact));

    let (status, body) = world.graph("oauth/access_token", &form);
    assert_eq!(status, 400);
    assert_eq!(
        body["error"]["message"],
        "This authorization code has been used."
    );
    assert_eq!(body["error"]["type"], "OAuthException");
    assert_eq!(body["error"]["code"], 100);
    assert_eq!(failed(&world), Some("Code unused"));
}

#[test]
fn a_code_is_bound_to_its_app_its_redirect_and_its_time() {
    let mut world = world();
    let other = AppConfig {
        name: "Other".to_owned(),
        ..AppConfig::default()
    };
    let other = add_app(&mut world.cloud, other);
    let other_secret = app_secret(&world.cloud, &other).unwrap().to_owned();
    let code = world.code();
    let before = world.state();
    let mut foreign = world.redeem_form(&code);
    foreign.set("client_id", &other);
    foreign.set("client_secret", &other_secret);
    let mut moved = world.redeem_form(&code);
    moved.set("redirect_uri", "https://evil.example/");
    let mut secretless = world.redeem_form(&code);
    secretless.set("client_secret", "0");
    let unknown = world.redeem_form("AQnothing");
    let cases = [
        (foreign, "Same app", 100),
        (moved, "Same redirect URI", 100),
        (secretless, "App secret", 1),
        (unknown, "Code known", 100),
    ];
    for (form, check, number) in cases {
        let (status, body) = world.graph("oauth/access_token", &form);
        assert_eq!(
            (status, body["error"]["code"].as_i64()),
            (400, Some(number)),
            "{check}"
        );
        assert_eq!(failed(&world), Some(check));
        assert_eq!(world.state(), before);
    }
    world.cloud.pass_time(CODE_VALIDITY);
    let form = world.redeem_form(&code);
    let (_, body) = world.graph("oauth/access_token", &form);
    assert_eq!(
        body["error"]["message"],
        "This authorization code has expired."
    );
}

#[test]
fn only_facebook_can_say_what_its_token_stands_for() {
    let mut world = world();
    let token = world.token();
    let (status, body) = world.debug(&token);
    assert_eq!(status, 200);
    let data = &body["data"];
    assert_eq!(data["app_id"], world.app.as_str());
    assert_eq!(data["type"], "USER");
    assert_eq!(data["application"], "Photo Box");
    assert_eq!(data["is_valid"], true);
    assert_eq!(
        data["scopes"],
        serde_json::json!(["public_profile", "email"])
    );
    assert!(data["user_id"].as_str().unwrap().starts_with("10"));
}

#[test]
fn an_expired_token_is_not_valid_and_an_unknown_one_is_not_known() {
    let mut world = world();
    let token = world.token();
    let mut changed = token.clone();
    changed.pop();
    let (_, body) = world.debug(&changed);
    assert_eq!(body["data"]["is_valid"], false);
    assert_eq!(body["data"]["error"]["code"], 190);
    world.cloud.pass_time(TOKEN_VALIDITY);
    let (_, body) = world.debug(&token);
    assert_eq!(body["data"]["is_valid"], false);
    assert_eq!(body["data"]["error"]["subcode"], 463);
    let (status, body) = world.graph("me", &Form::new().with("access_token", &token));
    assert_eq!((status, body["error"]["code"].as_i64()), (400, Some(190)));
    assert_eq!(failed(&world), Some("Token not expired"));
}

#[test]
fn an_app_may_not_ask_about_another_apps_token_nor_without_its_secret() {
    let mut world = world();
    let token = world.token();
    let other = AppConfig {
        name: "Other".to_owned(),
        ..AppConfig::default()
    };
    let other = add_app(&mut world.cloud, other);
    let caller = format!("{other}|{}", app_secret(&world.cloud, &other).unwrap());
    let form = Form::new()
        .with("input_token", &token)
        .with("access_token", &caller);
    let (status, body) = world.graph("debug_token", &form);
    assert_eq!((status, body["error"]["code"].as_i64()), (400, Some(100)));
    let form = Form::new()
        .with("input_token", &token)
        .with("access_token", &format!("{other}|x"));
    let (status, body) = world.graph("debug_token", &form);
    assert_eq!((status, body["error"]["code"].as_i64()), (400, Some(190)));
}

#[test]
fn the_profile_shows_what_the_person_consented_to_and_nothing_else() {
    let mut world = world();
    let token = world.token();
    let form = Form::new()
        .with("fields", "id,name,email")
        .with("access_token", &token);
    let (_, body) = world.graph("me", &form);
    assert_eq!(body["name"], "Ann Example");
    assert_eq!(body["email"], "ann@example.com");
    let (status, _) = world.graph(
        "me",
        &Form::new()
            .with("fields", "salary")
            .with("access_token", &token),
    );
    assert_eq!(status, 400);
    let (_, body) = world.graph("app", &Form::new().with("access_token", &token));
    assert_eq!(body["id"], world.app.as_str());
}

#[test]
fn the_native_sdk_gets_its_token_behind_the_hash_without_a_code() {
    let mut world = world();
    let mut form = world.filled();
    form.set("scope", "public_profile");
    let form = form.with("response_type", "token");
    let response = world.login(&form);
    let location = response.header("location").unwrap();
    let answer = Form::parse(location.split_once('#').unwrap().1).unwrap();
    let token = answer.get("access_token").unwrap().to_owned();
    let artifact = world.cloud.ledger.find_artifact(&token).unwrap();
    assert!(world.cloud.ledger.holds(&world.phone, artifact));
    let form = Form::new()
        .with("fields", "id,email")
        .with("access_token", &token);
    let (_, body) = world.graph("me", &form);
    assert!(body.get("email").is_none() && body.get("id").is_some());
}

#[test]
fn the_token_remembers_that_its_user_came_from_the_code() {
    let mut world = world();
    let token = world.token();
    let ledger = &world.cloud.ledger;
    let artifact = ledger
        .artifact(ledger.find_artifact(&token).unwrap())
        .unwrap();
    let origin = artifact
        .provenance
        .iter()
        .find(|origin| origin.field == "user_id")
        .unwrap();
    let crate::cloud::ledger::Source::Artifact { artifact: code, .. } = &origin.from else {
        panic!("{origin:?}")
    };
    assert_eq!(
        ledger.artifact(*code).unwrap().kind,
        ArtifactKind::AuthorizationCode
    );
}

#[test]
fn any_path_and_any_bytes_get_an_answer() {
    let mut world = world();
    for path in [
        "/",
        "/v1.0/",
        "/v/x",
        "/me/../app",
        "/v21.0/debug_token?input_token=%zz",
    ] {
        for host in [WEB_HOST, GRAPH_HOST] {
            let response = world.get(&format!("https://{host}{path}"), &Form::new(), None);
            assert!(response.status().is_client_error(), "{host}{path}");
        }
    }
}

#[test]
fn limited_login_gives_an_id_token_that_the_published_keys_verify_and_nothing_else() {
    let mut world = world();
    let mut form = world.filled();
    form.set("scope", "openid email");
    let form = form.with("response_type", "id_token").with("nonce", "n-1");
    let response = world.login(&form);
    let location = response.header("location").unwrap();
    let answer = Form::parse(location.split_once('#').unwrap().1).unwrap();
    assert!(answer.get("access_token").is_none());
    let token = answer.get("id_token").unwrap();
    let parsed = crate::protocol::jwt::Unverified::parse(token).unwrap();
    assert_eq!(parsed.text("iss"), Some("https://www.facebook.com"));
    assert_eq!(parsed.text("aud"), Some(world.app.as_str()));
    assert_eq!(parsed.text("nonce"), Some("n-1"));
    assert_eq!(parsed.text("email"), Some("ann@example.com"));
    let phone = world.phone.clone();
    let issuer = "https://www.facebook.com";
    let keys = crate::cloud::issuer_keys::discover(&mut world.cloud, &phone, issuer).unwrap();
    let algorithms = &crate::protocol::keys::Algorithm::ALL;
    let test = crate::cloud::issuer_keys::test_signature(&parsed, &keys, algorithms);
    assert_eq!(test.problem, None);
}

#[test]
fn limited_login_needs_the_scope_openid() {
    let mut world = world();
    let form = world.filled().with("response_type", "id_token");
    assert_eq!(world.login(&form).status().as_u16(), 400);
    assert_eq!(failed(&world), Some("Response type"));
}
