//! APIs through the front door: what their authorizers let through and what they say.

use serde_json::{Value, json};

use super::{ApiConfig, ApiKind, Authorization, Method, SetupError, add_api, endpoint};
use crate::cloud::access::fixture::{ACCOUNT, World};
use crate::cloud::lambda::{Code, FunctionConfig, Permission, add_function};
use crate::cloud::ledger::{Actor, ActorId, ActorKind};
use crate::cloud::user_pool::config::{AppClient, UserConfig, UserPoolConfig, add_pool, facts};
use crate::protocol::jwt::tamper;
use crate::protocol::message::{self, Message, Response};
use crate::protocol::time::Span;

const MAY: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
    "Action": "execute-api:Invoke",
    "Resource": "arn:aws:execute-api:us-east-1:111122223333:*/prod/GET/signed"}]}"#;

struct Apis {
    world: World,
    id_token: String,
    access_token: String,
    rest: String,
    http: String,
}

fn apis() -> Apis {
    let mut world = World::with_policy(MAY);
    for (id, kind) in [
        ("users", ActorKind::UserPool),
        ("lambda", ActorKind::Lambda),
        ("rest", ActorKind::ApiGateway),
        ("http", ActorKind::ApiGateway),
    ] {
        world.cloud.add_actor(Actor {
            id: ActorId::new(id),
            kind,
            name: id.to_owned(),
            account: Some(ACCOUNT.to_owned()),
        });
    }
    let mut config = UserPoolConfig::new(ActorId::new("users"), "users", "users");
    config.clients = vec![AppClient::default()];
    config.users = vec![UserConfig {
        username: "dana".into(),
        password: "Correct-horse1".into(),
        ..UserConfig::default()
    }];
    let pool = add_pool(&mut world.cloud, config);
    let facts = facts(&world.cloud, &ActorId::new("users")).unwrap();
    let client = facts.clients["app"].clone();
    let function = FunctionConfig {
        name: "who".into(),
        account: ACCOUNT.into(),
        code: Code::WhoAmI,
        role_arn: None,
        permissions: vec![Permission::for_service(
            "api",
            "apigateway.amazonaws.com",
            "arn:aws:execute-api:us-east-1:111122223333:*",
            ACCOUNT,
        )],
    };
    let function = add_function(&mut world.cloud, function).unwrap();
    let raw = FunctionConfig {
        name: "raw".into(),
        account: ACCOUNT.into(),
        code: Code::Echo,
        role_arn: None,
        permissions: Vec::new(),
    };
    let raw = add_function(&mut world.cloud, raw).unwrap();
    let method = |path: &str, authorization, function: &String| Method {
        verb: "GET".into(),
        path: path.into(),
        authorization,
        function_arn: function.clone(),
    };
    let pools = |scopes: &[&str]| Authorization::CognitoUserPools {
        pools: vec![pool.clone()],
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
    };
    let jwt = |audience: &str, scopes: &[&str]| Authorization::Jwt {
        issuer: facts.issuer.clone(),
        audiences: vec![audience.to_owned()],
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
    };
    let admin = "aws.cognito.signin.user.admin";
    let rest = ApiConfig {
        actor: ActorId::new("rest"),
        id: None,
        account: ACCOUNT.into(),
        kind: ApiKind::Rest,
        stage: "prod".into(),
        methods: vec![
            method("/me", pools(&[]), &function),
            method("/scoped", pools(&[admin]), &function),
            method("/photos", pools(&["photos/read"]), &function),
            method("/signed", Authorization::AwsIam, &function),
            method("/forbidden", Authorization::AwsIam, &function),
            method("/broken", Authorization::None, &raw),
        ],
    };
    let http = ApiConfig {
        actor: ActorId::new("http"),
        kind: ApiKind::Http,
        stage: "$default".into(),
        methods: vec![
            method("/me", jwt(&client, &[]), &function),
            method("/scoped", jwt(&client, &["photos/read"]), &function),
            method("/foreign", jwt("another-client", &[]), &function),
        ],
        ..rest.clone()
    };
    add_api(&mut world.cloud, rest).unwrap();
    add_api(&mut world.cloud, http).unwrap();
    let url = |id: &str| endpoint(&world.cloud, &ActorId::new(id)).unwrap();
    let (rest, http) = (url("rest"), url("http"));
    let body = json!({
        "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client,
        "AuthParameters": {"USERNAME": "dana", "PASSWORD": "Correct-horse1"},
    });
    let mut request = message::post_json(
        "https://cognito-idp.us-east-1.amazonaws.com/",
        "application/x-amz-json-1.1",
        &body,
    )
    .unwrap();
    let target = "AWSCognitoIdentityProviderService.InitiateAuth";
    request.set_header("x-amz-target", target).unwrap();
    let answer = world.send(request).json_body().unwrap();
    let token = |name: &str| {
        answer["AuthenticationResult"][name]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (id_token, access_token) = (token("IdToken"), token("AccessToken"));
    Apis {
        world,
        id_token,
        access_token,
        rest,
        http,
    }
}

impl Apis {
    fn get(&mut self, url: &str, token: Option<&str>) -> Response {
        let mut request = message::get(url).unwrap();
        if let Some(token) = token {
            request.set_header("authorization", token).unwrap();
        }
        self.world.send(request)
    }

    fn exchange(&self, api: &str) -> &crate::cloud::ledger::Exchange {
        let all = self.world.cloud.ledger.exchanges().iter();
        all.rev().find(|one| one.to.as_str() == api).unwrap()
    }

    /// Sends a token that must be refused: status, body and the check it failed at.
    fn refused(&mut self, api: &str, path: &str, token: Option<&str>) -> (u16, Value, String) {
        let url = if api == "rest" {
            self.rest.clone()
        } else {
            self.http.clone()
        };
        let response = self.get(&format!("{url}{path}"), token);
        let check = self.exchange(api).failed_check().unwrap().name.to_string();
        (
            response.status().as_u16(),
            response.json_body().unwrap(),
            check,
        )
    }
}

#[test]
fn a_method_without_scopes_takes_the_id_token_and_one_with_scopes_the_access_token() {
    let mut apis = apis();
    let (me, scoped) = (format!("{}/me", apis.rest), format!("{}/scoped", apis.rest));
    let (id, access) = (
        apis.id_token.clone(),
        format!("Bearer {}", apis.access_token),
    );
    let response = apis.get(&me, Some(&id));
    assert_eq!(response.status(), 200);
    assert_eq!(
        response.json_body().unwrap()["claims"]["cognito:username"],
        "dana"
    );
    assert_eq!(apis.get(&scoped, Some(&access)).status(), 200);
    let unauthorized = json!({"message": "Unauthorized"});
    let found = apis.refused("rest", "/me", Some(&access));
    assert_eq!(found, (401, unauthorized.clone(), "Token use".into()));
    let found = apis.refused("rest", "/scoped", Some(&id));
    assert_eq!(found, (401, unauthorized.clone(), "Token use".into()));
    let found = apis.refused("rest", "/photos", Some(&access));
    assert_eq!(found, (401, unauthorized, "Scope".into()));
}

#[test]
fn forged_expired_and_missing_tokens_are_turned_away() {
    let mut apis = apis();
    let unauthorized = json!({"message": "Unauthorized"});
    let forged = tamper::replace_claim(&apis.id_token, "sub", json!("omar")).unwrap();
    let unsigned = tamper::strip_signature(&apis.id_token).unwrap();
    let other =
        tamper::replace_claim(&apis.id_token, "iss", json!("https://evil.example")).unwrap();
    for (token, check) in [
        (Some(forged.as_str()), "Signature"),
        (Some(&unsigned), "Signature"),
        (Some(&other), "Issuer"),
        (Some("not-a-token"), "Token"),
        (None, "Token"),
    ] {
        let found = apis.refused("rest", "/me", token);
        assert_eq!(found, (401, unauthorized.clone(), check.into()));
    }
    apis.world.cloud.pass_time(Span::from_minutes(61));
    let id = apis.id_token.clone();
    let found = apis.refused("rest", "/me", Some(&id));
    let expired = json!({"message": "The incoming token has expired"});
    assert_eq!(found, (401, expired, "Not expired".into()));
}

#[test]
fn an_http_api_asks_issuer_audience_and_scopes() {
    let mut apis = apis();
    let me = format!("{}/me", apis.http);
    for token in [apis.id_token.clone(), apis.access_token.clone()] {
        let response = apis.get(&me, Some(&format!("Bearer {token}")));
        assert_eq!(response.status(), 200);
        let sub = &response.json_body().unwrap()["claims"]["sub"];
        assert!(sub.is_string());
    }
    let access = apis.access_token.clone();
    let forbidden = json!({"message": "Forbidden"});
    let unauthorized = json!({"message": "Unauthorized"});
    let found = apis.refused("http", "/scoped", Some(&access));
    assert_eq!(found, (403, forbidden, "Scope".into()));
    let found = apis.refused("http", "/foreign", Some(&access));
    assert_eq!(found, (401, unauthorized.clone(), "Audience".into()));
    let found = apis.refused("http", "/me", None);
    assert_eq!(found, (401, unauthorized, "Token".into()));
    let found = apis.refused("http", "/nowhere", None);
    assert_eq!(
        found,
        (404, json!({"message": "Not Found"}), "Method".into())
    );
}

#[test]
fn a_signed_call_needs_permission_for_that_method() {
    let mut apis = apis();
    let signed = |apis: &mut Apis, path: &str| {
        let request = message::get(&format!("{}{path}", apis.rest)).unwrap();
        let request = apis.world.signed("execute-api", request);
        apis.world.send(request)
    };
    let response = signed(&mut apis, "/signed");
    assert_eq!(response.status(), 200);
    let caller = response.json_body().unwrap()["caller"].clone();
    assert_eq!(
        caller,
        "arn:aws:sts::111122223333:assumed-role/PhotoReader/CognitoIdentityCredentials"
    );
    let response = signed(&mut apis, "/forbidden");
    assert_eq!(response.status(), 403);
    let message = response.json_body().unwrap()["Message"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(message.contains("is not authorized to perform: execute-api:Invoke"));
    assert!(
        message.contains("execute-api:us-east-1:********3333:"),
        "{message}"
    );
    let found = apis.refused("rest", "/signed", None);
    let missing = json!({"message": "Missing Authentication Token"});
    assert_eq!(found, (403, missing.clone(), "Signed".into()));
    let found = apis.refused("rest", "/nowhere", None);
    assert_eq!(found, (403, missing, "Method".into()));
}

#[test]
fn a_function_that_may_not_be_invoked_or_gives_no_answer_is_a_bad_gateway() {
    let mut apis = apis();
    let url = format!("{}/broken", apis.rest);
    let response = apis.get(&url, None);
    assert_eq!(response.status(), 502);
    let body = json!({"message": "Internal server error"});
    assert_eq!(response.json_body().unwrap(), body);
}

#[test]
fn each_sort_of_api_has_its_own_authorizers() {
    let mut apis = apis();
    let config = ApiConfig {
        actor: ActorId::new("rest"),
        id: Some("another".into()),
        account: ACCOUNT.into(),
        kind: ApiKind::Rest,
        stage: "prod".into(),
        methods: vec![Method {
            verb: "GET".into(),
            path: "/".into(),
            authorization: Authorization::Jwt {
                issuer: "https://i.example".into(),
                audiences: Vec::new(),
                scopes: Vec::new(),
            },
            function_arn: String::new(),
        }],
    };
    let error = add_api(&mut apis.world.cloud, config).unwrap_err();
    assert_eq!(error, SetupError::Authorization("GET /".into()));
}
