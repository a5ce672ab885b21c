//! A small world for the tests of federation: a phone, Facebook, a user pool, an identity pool
//! and STS in one account, with roles for users and guests. Everything goes through the front
//! door, as in a story.

use serde_json::{Value, json};

use crate::cloud::front_door::Answer;
use crate::cloud::iam::Role;
use crate::cloud::identity_pool::{IdentityPoolConfig, UserPoolProvider, add_pool};
use crate::cloud::ledger::{Actor, ActorId, ActorKind, Check, Exchange, ExchangeId, Outcome};
use crate::cloud::user_pool::config::{
    self as user_pool, AppClient, GroupConfig, UserConfig, UserPoolConfig,
};
use crate::cloud::{Cloud, facebook};
use crate::policy::{NamedPolicy, Policy, PolicyKind};
use crate::protocol::form::Form;
use crate::protocol::message::{self, Message, Request};
use crate::protocol::time::{Moment, Span};

pub const ACCOUNT: &str = "111122223333";
pub const PARTNER: &str = "444455556666";
pub const POOL_ID: &str = "us-east-1:11111111-2222-4333-8444-555555555555";
pub const USER_POOL: &str = "us-east-1_PhotoUser";
pub const PROVIDER: &str = "cognito-idp.us-east-1.amazonaws.com/us-east-1_PhotoUser";
pub const CLIENT: &str = "photoclient";
pub const USER_ROLE: &str = "arn:aws:iam::111122223333:role/app/PhotoReader";
pub const GUEST_ROLE: &str = "arn:aws:iam::111122223333:role/PhotoGuest";
pub const ADMIN_ROLE: &str = "arn:aws:iam::111122223333:role/PhotoAdmin";
pub const FACEBOOK_APP: &str = "1234567890";

pub struct World {
    pub cloud: Cloud,
    pub phone: ActorId,
}

fn actor(cloud: &mut Cloud, name: &str, kind: ActorKind, account: Option<&str>) -> ActorId {
    let id = ActorId::new(name);
    let account = account.map(str::to_owned);
    cloud.add_actor(Actor {
        id: id.clone(),
        kind,
        name: name.to_owned(),
        account,
    });
    id
}

/// A trust policy for identities of the pool whose `amr` holds this word.
pub fn trust(pool_id: &str, amr: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Federated": "cognito-identity.amazonaws.com" },
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": { "cognito-identity.amazonaws.com:aud": pool_id },
                "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": amr },
            },
        }],
    })
}

pub fn role(arn: &str, trust: &Value) -> Role {
    let name = arn.rsplit('/').next().unwrap().to_owned();
    let policy = Policy::parse(PolicyKind::Trust, &trust.to_string()).unwrap();
    Role {
        arn: arn.to_owned(),
        role_id: format!("AROA{:A<17}", name.to_uppercase()),
        account: arn.split(':').nth(4).unwrap().to_owned(),
        trust: NamedPolicy::new(format!("{name} trust policy"), policy),
        policies: Vec::new(),
        boundary: None,
        max_session: Span::from_hours(1),
        name,
    }
}

pub fn pool_config() -> IdentityPoolConfig {
    let mut config = IdentityPoolConfig::new(ActorId::new("identity-pool"), "photos", ACCOUNT);
    config.id = Some(POOL_ID.to_owned());
    config.allow_unauthenticated = true;
    config.allow_classic = true;
    config.user_pool_providers = vec![UserPoolProvider {
        provider_name: PROVIDER.to_owned(),
        client_id: CLIENT.to_owned(),
        server_side_token_check: false,
    }];
    config
        .supported_logins
        .insert("graph.facebook.com".to_owned(), FACEBOOK_APP.to_owned());
    config.roles.authenticated = Some(USER_ROLE.to_owned());
    config.roles.unauthenticated = Some(GUEST_ROLE.to_owned());
    config
}

fn add_user_pool(cloud: &mut Cloud) {
    let user = |name: &str, groups: &[&str]| UserConfig {
        username: name.to_owned(),
        password: "Fake-Passw0rd!".to_owned(),
        attributes: vec![("email".to_owned(), format!("{name}@example.com"))],
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        ..UserConfig::default()
    };
    let mut config = UserPoolConfig::new(ActorId::new("user-pool"), "photo-users", "photos");
    config.id = Some(USER_POOL.to_owned());
    config.clients = vec![AppClient {
        id: Some(CLIENT.to_owned()),
        ..AppClient::default()
    }];
    config.clients.push(AppClient {
        name: "other".to_owned(),
        id: Some("otherclient".to_owned()),
        ..AppClient::default()
    });
    config.groups = vec![GroupConfig {
        name: "admins".to_owned(),
        role_arn: Some(ADMIN_ROLE.to_owned()),
        precedence: Some(0),
    }];
    config.users = vec![
        user("anna", &[]),
        user("ben", &[]),
        user("carla", &["admins"]),
    ];
    user_pool::add_pool(cloud, config);
}

impl World {
    pub fn new() -> Self {
        Self::with(pool_config())
    }

    pub fn with(config: IdentityPoolConfig) -> Self {
        let mut cloud = Cloud::new(7, Moment::parse("2026-03-03T09:00:00Z").unwrap());
        let phone = actor(&mut cloud, "phone", ActorKind::Phone, None);
        actor(&mut cloud, "facebook", ActorKind::Facebook, None);
        actor(&mut cloud, "user-pool", ActorKind::UserPool, Some(ACCOUNT));
        actor(
            &mut cloud,
            "identity-pool",
            ActorKind::IdentityPool,
            Some(ACCOUNT),
        );
        actor(&mut cloud, "sts", ActorKind::Sts, Some(ACCOUNT));
        actor(&mut cloud, "sts/partner", ActorKind::Sts, Some(PARTNER));
        actor(&mut cloud, "s3", ActorKind::S3, Some(ACCOUNT));
        cloud.devices.add(phone.clone(), None);
        add_user_pool(&mut cloud);
        add_pool(&mut cloud, config);
        cloud
            .iam
            .put_role(role(USER_ROLE, &trust(POOL_ID, "authenticated")));
        cloud
            .iam
            .put_role(role(ADMIN_ROLE, &trust(POOL_ID, "authenticated")));
        cloud
            .iam
            .put_role(role(GUEST_ROLE, &trust(POOL_ID, "unauthenticated")));
        Self { cloud, phone }
    }

    pub fn send(&mut self, request: Request) -> Answer {
        self.cloud.send(&self.phone, request).unwrap()
    }

    /// Calls an operation of the identity pool; the answer's status and body.
    pub fn call(&mut self, operation: &str, body: &Value) -> (u16, Value) {
        let url = "https://cognito-identity.us-east-1.amazonaws.com/";
        let mut request = message::post_json(url, "application/x-amz-json-1.1", body).unwrap();
        request
            .set_header(
                "x-amz-target",
                &format!("AWSCognitoIdentityService.{operation}"),
            )
            .unwrap();
        let answer = self.send(request);
        (
            answer.response.status().as_u16(),
            answer.response.json_body().unwrap(),
        )
    }

    /// The same, where it must succeed.
    pub fn ok(&mut self, operation: &str, body: &Value) -> Value {
        let (status, answer) = self.call(operation, body);
        assert_eq!(status, 200, "{operation}: {answer}");
        answer
    }

    /// The same, where it must be refused and must leave everything as it was: code and message.
    pub fn refused(&mut self, operation: &str, body: &Value) -> (String, String) {
        let before = self.state();
        let (status, answer) = self.call(operation, body);
        assert_eq!(status, 400, "{operation}: {answer}");
        assert_eq!(self.state(), before, "a refusal changes nothing");
        let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        (text("__type"), text("message"))
    }

    /// Everything that requests can change here.
    pub fn state(&self) -> String {
        let Cloud {
            identity_pools,
            sts,
            iam,
            ..
        } = &self.cloud;
        format!("{identity_pools:?} {sts:?} {iam:?}")
    }

    /// Calls STS with these parameters; the answer's status and body.
    pub fn sts(&mut self, parameters: &[(&str, &str)]) -> (u16, String) {
        let form = parameters
            .iter()
            .fold(Form::new(), |form, (name, value)| form.with(name, value));
        let request = message::post_form("https://sts.us-east-1.amazonaws.com/", &form).unwrap();
        let answer = self.send(request);
        let text = answer.response.text_body().unwrap().to_owned();
        (answer.response.status().as_u16(), text)
    }

    /// Signs a user of the pool in with a password: ID token and access token.
    pub fn sign_in(&mut self, username: &str) -> (String, String) {
        self.sign_in_to(CLIENT, username)
    }

    /// The same through another app client.
    pub fn sign_in_to(&mut self, client: &str, username: &str) -> (String, String) {
        let body = json!({
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": client,
            "AuthParameters": { "USERNAME": username, "PASSWORD": "Fake-Passw0rd!" },
        });
        let answer = self.user_pool("InitiateAuth", &body);
        let token = |name: &str| {
            answer["AuthenticationResult"][name]
                .as_str()
                .unwrap()
                .to_owned()
        };
        (token("IdToken"), token("AccessToken"))
    }

    /// Ends all of a user's sign-ins.
    pub fn sign_out_everywhere(&mut self, access_token: &str) {
        self.user_pool("GlobalSignOut", &json!({ "AccessToken": access_token }));
    }

    fn user_pool(&mut self, operation: &str, body: &Value) -> Value {
        let url = "https://cognito-idp.us-east-1.amazonaws.com/";
        let mut request = message::post_json(url, "application/x-amz-json-1.1", body).unwrap();
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        request.set_header("x-amz-target", &target).unwrap();
        let answer = self.send(request).response;
        assert_eq!(answer.status(), 200, "{operation}");
        answer.json_body().unwrap_or_default()
    }

    /// Logs somebody in to Facebook for this app: the access token.
    pub fn facebook_token(&mut self, app: &str, email: &str) -> String {
        let redirect = "https://photos.example.com/back";
        facebook::add_app(
            &mut self.cloud,
            facebook::AppConfig {
                name: format!("Photo Box {app}"),
                id: Some(app.to_owned()),
                redirect_uris: vec![redirect.to_owned()],
                ..facebook::AppConfig::default()
            },
        );
        facebook::add_user(
            &mut self.cloud,
            facebook::UserConfig {
                name: "Anna".to_owned(),
                email: email.to_owned(),
                password: "fake-password".to_owned(),
                id: Some(format!("1000{}", email.len())),
            },
        );
        let form = Form::new()
            .with("client_id", app)
            .with("redirect_uri", redirect)
            .with("response_type", "token")
            .with("email", email)
            .with("pass", "fake-password")
            .with("consent", "yes");
        let request = message::post_form("https://www.facebook.com/login", &form).unwrap();
        let answer = self.send(request);
        let location = answer
            .response
            .header("location")
            .unwrap_or_default()
            .to_owned();
        let back = Form::parse(location.split('#').nth(1).unwrap_or_default()).unwrap();
        back.get("access_token")
            .expect("Facebook sends a token back")
            .to_owned()
    }

    pub fn pass(&mut self, span: Span) {
        self.cloud.pass_time(span);
    }

    /// Identity ID for an ID token of the user pool.
    pub fn identity_of(&mut self, id_token: &str) -> String {
        let body = json!({ "IdentityPoolId": POOL_ID, "Logins": { PROVIDER: id_token } });
        self.ok("GetId", &body)["IdentityId"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Identity ID of a new guest.
    pub fn guest(&mut self) -> String {
        self.ok("GetId", &json!({ "IdentityPoolId": POOL_ID }))["IdentityId"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// A pool token by the basic flow.
    pub fn pool_token(&mut self, identity: &str, logins: &Value) -> String {
        let body = json!({ "IdentityId": identity, "Logins": logins });
        self.ok("GetOpenIdToken", &body)["Token"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The last exchange with this operation.
    pub fn last(&self, operation: &str) -> &Exchange {
        let mut backwards = self.cloud.ledger.exchanges().iter().rev();
        backwards
            .find(|exchange| exchange.operation == operation)
            .expect("there is one")
    }

    /// The exchange with this number.
    pub fn exchange(&self, id: ExchangeId) -> &Exchange {
        &self.cloud.ledger.exchanges()[id.index()]
    }

    /// Names of the checks of the last such exchange with their outcomes.
    pub fn checks(&self, operation: &str) -> Vec<(String, Outcome)> {
        let checks = self.last(operation).checks.iter();
        checks
            .map(|check| (check.name.to_string(), check.outcome))
            .collect()
    }

    /// The check at which the last such exchange stopped.
    pub fn stopped_at(&self, operation: &str) -> &Check {
        self.last(operation).failed_check().expect("a check failed")
    }
}
