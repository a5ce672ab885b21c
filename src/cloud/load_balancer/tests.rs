//! A load balancer through the front door, played by a browser that follows redirects.

use serde_json::json;

use super::{
    AuthenticateCognito, ListenerRule, LoadBalancerConfig, OnUnauthenticated, SetupError, Target,
    add_load_balancer, describe, idpresponse_url,
};
use crate::cloud::access::fixture::{ACCOUNT, World};
use crate::cloud::lambda::{Code, FunctionConfig, Permission, add_function};
use crate::cloud::ledger::{Actor, ActorId, ActorKind};
use crate::cloud::user_pool::config::{
    AppClient, ClientSecret, UserConfig, UserPoolConfig, add_pool, facts,
};
use crate::protocol::form::Form;
use crate::protocol::message::{self, Message, Response};
use crate::protocol::time::Span;

const HOST: &str = "photos.example";

struct Site {
    world: World,
    hosted: String,
}

fn site(on_unauthenticated: OnUnauthenticated) -> Site {
    let mut world = World::new();
    for (id, kind) in [
        ("users", ActorKind::UserPool),
        ("lambda", ActorKind::Lambda),
        ("site", ActorKind::LoadBalancer),
    ] {
        world.cloud.add_actor(Actor {
            id: ActorId::new(id),
            kind,
            name: id.to_owned(),
            account: Some(ACCOUNT.to_owned()),
        });
    }
    let mut config = UserPoolConfig::new(ActorId::new("users"), "users", "users");
    config.clients = vec![
        AppClient {
            name: "web".into(),
            secret: ClientSecret::Generated,
            callback_urls: vec![idpresponse_url(HOST)],
            ..AppClient::default()
        },
        AppClient {
            name: "public".into(),
            ..AppClient::default()
        },
    ];
    config.users = vec![UserConfig {
        username: "dana".into(),
        password: "Correct-horse1".into(),
        attributes: vec![("email".into(), "dana@example.com".into())],
        ..UserConfig::default()
    }];
    add_pool(&mut world.cloud, config);
    let facts = facts(&world.cloud, &ActorId::new("users")).unwrap();
    let function = FunctionConfig {
        name: "who".into(),
        account: ACCOUNT.into(),
        code: Code::WhoAmI,
        role_arn: None,
        permissions: vec![Permission::for_service(
            "alb",
            "elasticloadbalancing.amazonaws.com",
            &LoadBalancerConfig::target_group_arn(ACCOUNT, "site"),
            ACCOUNT,
        )],
    };
    let function = add_function(&mut world.cloud, function).unwrap();
    let mut action = AuthenticateCognito::new(&facts.hosted_ui, &facts.clients["web"]);
    action.on_unauthenticated = on_unauthenticated;
    action.scope = "openid email".into();
    let rule = |path: &str, authenticate: Option<AuthenticateCognito>, target| ListenerRule {
        path: path.into(),
        authenticate,
        target,
    };
    let balancer = LoadBalancerConfig {
        actor: ActorId::new("site"),
        account: ACCOUNT.into(),
        name: "site".into(),
        host: Some(HOST.into()),
        rules: vec![
            rule("/open", None, Target::Website("Open.".into())),
            rule("/api/*", Some(action.clone()), Target::Lambda(function)),
            rule(
                "/photos",
                Some(action.clone()),
                Target::Website("Photos.".into()),
            ),
        ],
    };
    add_load_balancer(&mut world.cloud, balancer.clone()).unwrap();
    let mut public = balancer;
    public.host = Some("other.example".into());
    public.rules[1].authenticate = Some(AuthenticateCognito {
        client_id: facts.clients["public"].clone(),
        ..action
    });
    let refused = add_load_balancer(&mut world.cloud, public);
    assert!(matches!(refused, Err(SetupError::NoSecret(_))));
    Site {
        world,
        hosted: facts.hosted_ui,
    }
}

fn location(response: &Response) -> String {
    response.header("location").unwrap_or_default().to_owned()
}

fn cookie(response: &Response, name: &str) -> String {
    let all = response.headers().get_all("set-cookie").iter();
    let mut pairs = all.filter_map(|value| value.to_str().ok()?.split(';').next());
    let pair = pairs.find(|pair| pair.starts_with(name)).unwrap();
    pair.to_owned()
}

impl Site {
    fn get(&mut self, url: &str, cookie: &str) -> Response {
        let mut request = message::get(url).unwrap();
        if !cookie.is_empty() {
            request.set_header("cookie", cookie).unwrap();
        }
        self.world.send(request)
    }

    fn site(&mut self, path: &str, cookie: &str) -> Response {
        self.get(&format!("https://{HOST}{path}"), cookie)
    }

    /// Signs in at the hosted UI; comes back with the URL that goes to the load balancer and the
    /// cookie that the load balancer set.
    fn sign_in(&mut self, path: &str) -> (String, String) {
        let first = self.site(path, "");
        assert_eq!(first.status(), 302);
        let nonce = cookie(&first, "AWSALBAuthNonce");
        let authorize = location(&first);
        assert!(authorize.starts_with(&format!("https://{}/oauth2/authorize?", self.hosted)));
        let login = location(&self.get(&authorize, ""));
        let login = if login.starts_with('/') {
            format!("https://{}{login}", self.hosted)
        } else {
            login
        };
        let page = self.get(&login, "");
        let text = page.text_body().unwrap().to_owned();
        let document =
            roxmltree::Document::parse(text.trim_start_matches("<!DOCTYPE html>")).unwrap();
        let mut form = Form::new();
        for input in document
            .descendants()
            .filter(|node| node.has_tag_name("input"))
        {
            let name = input.attribute("name").unwrap();
            match input.attribute("type").unwrap() {
                "hidden" => form.append(name, input.attribute("value").unwrap()),
                "password" => form.append(name, "Correct-horse1"),
                _ => form.append(name, "dana"),
            }
        }
        let form_at = document
            .descendants()
            .find(|node| node.has_tag_name("form"))
            .unwrap();
        let action = form_at.attribute("action").unwrap();
        let action = if action.starts_with('/') {
            format!("https://{}{action}", self.hosted)
        } else {
            action.to_owned()
        };
        let posted = self.world.send(message::post_form(&action, &form).unwrap());
        let back = location(&posted);
        assert!(back.starts_with(&idpresponse_url(HOST)), "{back}");
        (back, nonce)
    }
}

#[test]
fn a_visitor_is_sent_to_sign_in_and_comes_back_with_a_session() {
    let mut site = site(OnUnauthenticated::Authenticate);
    assert!(
        site.site("/open", "")
            .text_body()
            .unwrap()
            .contains("Hello, visitor.")
    );
    let (back, nonce) = site.sign_in("/photos");
    let answer = site.get(&back, &nonce);
    assert_eq!(location(&answer), "https://photos.example/photos");
    let session = cookie(&answer, "AWSELBAuthSessionCookie-0");
    let page = site.site("/photos", &session);
    assert!(
        page.text_body()
            .unwrap()
            .contains("Hello, dana@example.com.")
    );
    let operations: Vec<String> = site
        .world
        .cloud
        .ledger
        .exchanges()
        .iter()
        .map(|one| one.operation.to_string())
        .collect();
    for nested in ["oauth2/idpresponse", "oauth2/token", "oauth2/userInfo"] {
        assert!(operations.iter().any(|one| one == nested), "{operations:?}");
    }
    assert_eq!(
        describe(&site.world.cloud, &ActorId::new("site")).0,
        "1 session"
    );
    // The code and the state are worth nothing twice
    let again = site.get(&back, &nonce);
    assert_eq!(again.status(), 401);
    // Sessions end
    site.world.cloud.pass_time(Span::from_days(7));
    assert_eq!(site.site("/photos", &session).status(), 302);
}

#[test]
fn the_target_is_told_who_comes_and_forged_headers_are_dropped() {
    let mut site = site(OnUnauthenticated::Authenticate);
    let (back, nonce) = site.sign_in("/api/me");
    let answer = site.get(&back, &nonce);
    let session = cookie(&answer, "AWSELBAuthSessionCookie-0");
    let mut request = message::get("https://photos.example/api/me").unwrap();
    request.set_header("cookie", &session).unwrap();
    request
        .set_header("x-amzn-oidc-identity", "somebody-else")
        .unwrap();
    let answer = site.world.send(request).json_body().unwrap();
    let invoke = site.world.last().request.body.text().unwrap().to_owned();
    assert!(!invoke.contains("somebody-else"));
    assert!(invoke.contains("x-amzn-oidc-accesstoken"));
    assert_eq!(answer["caller"], json!(null));
    assert_eq!(answer["oidcIdentity"].as_str().unwrap().len(), 36);
}

#[test]
fn another_browser_cannot_finish_a_sign_in() {
    let mut site = site(OnUnauthenticated::Authenticate);
    let (back, _) = site.sign_in("/photos");
    assert_eq!(site.get(&back, "").status(), 401);
    assert_eq!(site.world.failed().name, "Same browser");
    let forged = format!("{}?code=x&state=y", idpresponse_url(HOST));
    assert_eq!(site.get(&forged, "").status(), 401);
    assert_eq!(site.world.failed().name, "State");
    assert_eq!(
        describe(&site.world.cloud, &ActorId::new("site")).0,
        "nobody is signed in"
    );
}

#[test]
fn a_provider_that_refuses_is_answered_with_561() {
    let mut site = site(OnUnauthenticated::Authenticate);
    let (back, nonce) = site.sign_in("/photos");
    let (url, query) = back.split_once('?').unwrap();
    let mut form = Form::parse(query).unwrap();
    form.set("code", "made-up-code");
    let answer = site.get(&form.append_to_url(url), &nonce);
    assert_eq!(answer.status().as_u16(), 561);
    form.remove("code");
    form.set("error", "access_denied");
    let answer = site.get(&form.append_to_url(url), &nonce);
    assert_eq!(answer.status().as_u16(), 561);
    assert_eq!(site.world.failed().name, "Code");
}

#[test]
fn without_a_session_a_rule_may_let_in_or_turn_away() {
    let mut open = site(OnUnauthenticated::Allow);
    assert!(
        open.site("/photos", "")
            .text_body()
            .unwrap()
            .contains("Hello, visitor.")
    );
    let mut shut = site(OnUnauthenticated::Deny);
    assert_eq!(shut.site("/photos", "").status(), 401);
    assert_eq!(shut.world.failed().name, "Session cookie");
    assert_eq!(shut.site("/nowhere", "").status(), 404);
}
