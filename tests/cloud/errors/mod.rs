//! Every error that the exams and the forums know, provoked through the front door: its code, its
//! HTTP status and its message to the letter, and a failed check that says why.
//!
//! Where a message names something of the request, the row says what.

mod denials;
mod identity_pools;
mod signatures;
mod sts;
mod user_pools;

use serde_json::{Value, json};
use tokentrail::cloud::Cloud;
use tokentrail::cloud::aws::refusal_in;
use tokentrail::cloud::iam::users::{self, UserConfig};
use tokentrail::cloud::ledger::{Actor, ActorId, ActorKind, ArtifactKind, ArtifactValue};
use tokentrail::cloud::user_pool::config::{self as pools, AppClient, UserPoolConfig};
use tokentrail::policy::{NamedPolicy, Policy, PolicyKind};
use tokentrail::protocol::form::Form;
use tokentrail::protocol::message::{self, Message, Request, Response};
use tokentrail::protocol::sigv4::{Credentials, SignOptions, sign};
use tokentrail::protocol::xml;
use tokentrail::scenario::build::{Names, build};

use super::world;

pub const ACCOUNT: &str = "111122223333";
pub const PASSWORD: &str = "Correct-horse1";
pub const POOL: &str = "us-east-1:11111111-2222-4333-8444-555555555555";

/// What was said, and what should have been.
pub struct Outcome {
    pub response: Response,
    pub message: String,
}

/// A row: what it is about, code, status, and how it comes to it.
pub type Row = (&'static str, &'static str, u16, fn(&mut Stage) -> Outcome);

/// The world with one of everything, before the day, and one more user pool.
pub struct Stage {
    pub cloud: Cloud,
    pub names: Names,
    pub phone: ActorId,
    /// May do everything, with a key that does not end
    pub admin: Credentials,
}

/// Runs every row in a world of its own.
pub fn all(rows: &[Row]) {
    for (what, code, status, provoke) in rows {
        let mut stage = Stage::new();
        let Outcome { response, message } = provoke(&mut stage);
        let refusal = refusal_in(&response).unwrap_or_else(|| panic!("{what} was served"));
        assert_eq!(refusal.message, message, "{what}");
        assert_eq!(refusal.code, *code, "{what}");
        assert_eq!(response.status().as_u16(), *status, "{what}");
        let last = stage.cloud.ledger.exchanges().iter().rev();
        let mut refused = last.filter(|exchange| exchange.refusal.is_some());
        let check = refused.find(|exchange| exchange.parent.is_none()).unwrap();
        assert!(check.failed_check().is_some(), "{what}: nothing says why");
    }
}

impl Stage {
    fn new() -> Self {
        let scenario = world::load(world::TEXT);
        let (mut cloud, names) = build(&scenario, scenario.seed).unwrap();
        let admin = cloud
            .ledger
            .artifacts()
            .iter()
            .find(|artifact| artifact.kind == ArtifactKind::LongTermKey)
            .map(|artifact| credentials(&artifact.value))
            .unwrap();
        let phone = ActorId::new("phone");
        cloud.add_actor(Actor {
            id: ActorId::new("desk"),
            kind: ActorKind::UserPool,
            name: "desk".to_owned(),
            account: Some(ACCOUNT.to_owned()),
        });
        Self {
            cloud,
            names,
            phone,
            admin,
        }
    }

    /// One more user pool; its id.
    pub fn pool(&mut self, change: impl FnOnce(&mut UserPoolConfig)) -> String {
        let mut config = UserPoolConfig::new(ActorId::new("desk"), "desk", "desk");
        config.clients = vec![AppClient {
            id: Some("desk-app".to_owned()),
            ..AppClient::default()
        }];
        config.users = vec![pools::UserConfig {
            username: "dana".to_owned(),
            password: PASSWORD.to_owned(),
            ..pools::UserConfig::default()
        }];
        change(&mut config);
        pools::add_pool(&mut self.cloud, config)
    }

    pub fn send(&mut self, request: Request) -> Response {
        self.cloud.send(&self.phone, request).unwrap().response
    }

    pub fn sign(&self, by: &Credentials, service: &str, mut request: Request) -> Request {
        let (now, options) = (self.cloud.now(), SignOptions::default());
        sign(&mut request, by, "us-east-1", service, now, options).unwrap();
        request
    }

    /// An operation of a Cognito API.
    pub fn cognito(&mut self, service: &str, operation: &str, body: &Value) -> Response {
        let request = cognito_request(service, operation, body);
        self.send(request)
    }

    /// The same, signed by the administrator.
    pub fn as_admin(&mut self, service: &str, operation: &str, body: &Value) -> Response {
        let request = cognito_request(service, operation, body);
        let request = self.sign(&self.admin, service, request);
        self.send(request)
    }

    /// An operation that succeeds.
    pub fn ok(&mut self, service: &str, operation: &str, body: &Value) -> Value {
        let response = self.cognito(service, operation, body);
        assert_eq!(response.status(), 200, "{operation}: {response:?}");
        response.json_body().unwrap_or_default()
    }

    /// The id of the app of the world's own user pool.
    pub fn app(&self) -> String {
        self.names.clients["app"].client_id.clone()
    }

    /// ID and access token of Dana in the world's own user pool.
    pub fn tokens(&mut self) -> (String, String) {
        let body = password_sign_in(&self.app(), "dana", PASSWORD);
        let answer = self.ok("cognito-idp", "InitiateAuth", &body);
        let token = |name: &str| text(&answer["AuthenticationResult"][name]);
        (token("IdToken"), token("AccessToken"))
    }

    /// The Logins key of that pool.
    pub fn login_key(&self) -> String {
        self.names.login_key("users").unwrap().to_owned()
    }

    /// A query service's operation, signed where somebody signs.
    pub fn query(
        &mut self,
        service: &str,
        by: Option<&Credentials>,
        parameters: &[(&str, &str)],
    ) -> Response {
        let request = query_request(service, parameters);
        let request = match by {
            Some(by) => self.sign(by, service, request),
            None => request,
        };
        self.send(request)
    }

    /// Credentials of a role, lent to the administrator.
    pub fn assume(&mut self, role: &str, more: &[(&str, &str)]) -> Credentials {
        let arn = self.names.roles[role].clone();
        let mut parameters = vec![
            ("Action", "AssumeRole"),
            ("RoleArn", arn.as_str()),
            ("RoleSessionName", "night"),
        ];
        parameters.extend_from_slice(more);
        let admin = self.admin.clone();
        let response = self.query("sts", Some(&admin), &parameters);
        let answer = xml::parse(response.text_body().unwrap()).unwrap();
        let member = |name: &str| {
            let path = ["AssumeRoleResult", "Credentials", name];
            answer.text_at(&path).unwrap().to_owned()
        };
        Credentials {
            access_key_id: member("AccessKeyId"),
            secret_access_key: member("SecretAccessKey"),
            session_token: Some(member("SessionToken")),
        }
    }

    /// An IAM user's key; what it may do, and the most it may do.
    pub fn user(&mut self, may: &str, boundary: Option<&str>) -> Credentials {
        let config = UserConfig {
            name: "probe".to_owned(),
            account: ACCOUNT.to_owned(),
            policies: vec![identity_policy("May", may)],
            boundary: boundary.map(|text| identity_policy("Boundary", text)),
        };
        let arn = users::add_user(&mut self.cloud, config);
        let phone = self.phone.clone();
        let key = users::add_access_key(&mut self.cloud, &arn, Some(&phone)).unwrap();
        credentials(&ArtifactValue::Credentials(key.credentials))
    }

    /// An object asked for from S3.
    pub fn get_object(&mut self, by: &Credentials) -> Response {
        let request = self.sign(by, "s3", message::get(OBJECT_URL).unwrap());
        self.send(request)
    }

    /// The text of the newest confirmation code.
    pub fn code(&self) -> String {
        let mut artifacts = self.cloud.ledger.artifacts().iter().rev();
        let code = artifacts.find(|it| it.kind == ArtifactKind::ConfirmationCode);
        match &code.unwrap().value {
            ArtifactValue::Text(text) => text.clone(),
            other => panic!("{other:?}"),
        }
    }
}

/// An object that is there.
pub const OBJECT_URL: &str = "https://photo-box-pictures.s3.us-east-1.amazonaws.com/shared/a.txt";
pub const OBJECT_ARN: &str = "arn:aws:s3:::photo-box-pictures/shared/a.txt";

/// What a row expects.
pub fn says(response: Response, message: impl Into<String>) -> Outcome {
    Outcome {
        response,
        message: message.into(),
    }
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

pub fn credentials(value: &ArtifactValue) -> Credentials {
    let ArtifactValue::Credentials(value) = value else {
        panic!("{value:?}");
    };
    Credentials {
        access_key_id: value.access_key_id.clone(),
        secret_access_key: value.secret_access_key.clone(),
        session_token: value.session_token.clone(),
    }
}

pub fn identity_policy(name: &str, text: &str) -> NamedPolicy {
    NamedPolicy::new(name, Policy::parse(PolicyKind::Identity, text).unwrap())
}

/// A policy of one statement.
pub fn statement(effect: &str, action: &str) -> String {
    json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": effect, "Action": action, "Resource": "*" } ] })
    .to_string()
}

pub fn password_sign_in(client: &str, username: &str, password: &str) -> Value {
    json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client,
        "AuthParameters": { "USERNAME": username, "PASSWORD": password } })
}

pub fn cognito_request(service: &str, operation: &str, body: &Value) -> Request {
    let target = match service {
        "cognito-idp" => "AWSCognitoIdentityProviderService",
        _ => "AWSCognitoIdentityService",
    };
    let url = format!("https://{service}.us-east-1.amazonaws.com/");
    let mut request = message::post_json(&url, "application/x-amz-json-1.1", body).unwrap();
    let target = format!("{target}.{operation}");
    request.set_header("x-amz-target", &target).unwrap();
    request
}

pub fn query_request(service: &str, parameters: &[(&str, &str)]) -> Request {
    let form = parameters
        .iter()
        .fold(Form::new(), |form, (name, value)| form.with(name, value));
    let url = format!("https://{service}.us-east-1.amazonaws.com/");
    message::post_form(&url, &form).unwrap()
}

/// An item asked for from DynamoDB.
pub fn get_item() -> Request {
    let url = "https://dynamodb.us-east-1.amazonaws.com/";
    let body = json!({ "TableName": "Scores",
        "Key": { "UserId": { "S": "dana" }, "Game": { "S": "Chess" } } });
    let mut request = message::post_json(url, "application/x-amz-json-1.0", &body).unwrap();
    request
        .set_header("x-amz-target", "DynamoDB_20120810.GetItem")
        .unwrap();
    request
}
