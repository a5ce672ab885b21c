//! A world with a phone, Facebook and a user pool, and the requests its people send.

mod admin;
mod bad_input;
mod challenges;
mod federation;
mod forgot_password;
mod hosted;
mod initiate_auth;
mod mutations;
mod profile;
mod refresh;
mod scale;
mod sessions;
mod sign_up;
mod srp;
mod triggers;

use serde_json::{Value, json};

use super::config::{
    AppClient, ClientSecret, Facebook, Federation, GroupConfig, UserConfig, UserPoolConfig,
    add_pool, provider_redirect,
};
use super::{api_host, describe};
use crate::cloud::Cloud;
use crate::cloud::facebook::{self, AppConfig};
use crate::cloud::ledger::{
    Actor, ActorId, ActorKind, Artifact, ArtifactKind, ArtifactValue, Exchange, Refusal,
};
use crate::cloud::people::Person;
use crate::protocol::encoding::base64url;
use crate::protocol::form::Form;
use crate::protocol::hash::sha256;
use crate::protocol::jwt::Unverified;
use crate::protocol::message::{Message, Response, get, post_form, post_json};
use crate::protocol::time::Moment;

const BACK: &str = "https://photos.example/signed-in";
const DOMAIN: &str = "photo-box";
const PASSWORD: &str = "Correct-horse1";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

struct World {
    cloud: Cloud,
    phone: ActorId,
    pool: String,
    /// A public client
    app: String,
    /// A client with a secret
    server: String,
}

fn actor(id: &str, kind: ActorKind, account: Option<&str>) -> Actor {
    let account = account.map(str::to_owned);
    Actor {
        id: ActorId::new(id),
        kind,
        name: id.to_owned(),
        account,
    }
}

fn clients() -> Vec<AppClient> {
    let urls = vec![BACK.to_owned()];
    let app = AppClient {
        name: "phone-app".to_owned(),
        callback_urls: urls.clone(),
        logout_urls: urls.clone(),
        ..AppClient::default()
    };
    let server = AppClient {
        name: "server".to_owned(),
        secret: ClientSecret::Generated,
        callback_urls: urls,
        prevent_user_existence_errors: false,
        ..AppClient::default()
    };
    vec![app, server]
}

fn config(facebook: Facebook) -> UserPoolConfig {
    let mut config = UserPoolConfig::new(ActorId::new("users"), "photo-users", DOMAIN);
    config.clients = clients();
    config.providers = vec![Federation::facebook(facebook)];
    config.custom_attributes = vec!["plan".to_owned()];
    config.groups = vec![GroupConfig {
        name: "editors".to_owned(),
        role_arn: Some("arn:aws:iam::111122223333:role/Editor".to_owned()),
        precedence: Some(1),
    }];
    config.users = vec![UserConfig {
        username: "dora".to_owned(),
        password: PASSWORD.to_owned(),
        attributes: vec![
            ("email".to_owned(), "dora@example.com".to_owned()),
            ("custom:plan".to_owned(), "7".to_owned()),
        ],
        groups: vec!["editors".to_owned()],
        ..UserConfig::default()
    }];
    config
}

fn world() -> World {
    let mut cloud = Cloud::new(7, Moment::parse("2026-03-03T09:00:00Z").unwrap());
    cloud.add_actor(actor("phone", ActorKind::Phone, None));
    furnish(cloud)
}

/// Ann, Facebook and the pool, in a cloud that has the phone.
fn furnish(mut cloud: Cloud) -> World {
    cloud.add_actor(actor("ann", ActorKind::Person, None));
    cloud.add_actor(actor("facebook", ActorKind::Facebook, None));
    cloud.add_actor(actor("users", ActorKind::UserPool, Some("111122223333")));
    let (ann, phone) = (ActorId::new("ann"), ActorId::new("phone"));
    let (name, email) = ("Ann Example".to_owned(), "ann@example.com".to_owned());
    let person = Person {
        name: name.clone(),
        email: email.clone(),
        passwords: [].into(),
    };
    cloud.people.add(ann.clone(), person);
    cloud.devices.add(phone.clone(), Some(ann));
    let redirect_uris = vec![provider_redirect(DOMAIN)];
    let app = AppConfig {
        name: "Photo Box".to_owned(),
        redirect_uris,
        ..AppConfig::default()
    };
    let app = facebook::add_app(&mut cloud, app);
    let secret = facebook::app_secret(&cloud, &app).unwrap().to_owned();
    let password = "facebook-secret".to_owned();
    let ann = facebook::UserConfig {
        id: Some("10158000000000001".to_owned()),
        name,
        email,
        password,
    };
    facebook::add_user(&mut cloud, ann);
    let pool = add_pool(&mut cloud, config(Facebook::new(app, secret)));
    let facts = super::config::facts(&cloud, &ActorId::new("users")).unwrap();
    let client = |name: &str| facts.clients[name].clone();
    World {
        phone,
        pool,
        app: client("phone-app"),
        server: client("server"),
        cloud,
    }
}

impl World {
    fn send(&mut self, request: crate::protocol::message::Request) -> Response {
        self.cloud
            .send(&self.phone.clone(), request)
            .unwrap()
            .response
    }

    fn api(&mut self, operation: &str, body: &Value) -> Result<Value, Refusal> {
        let url = format!("https://{}/", api_host());
        let mut request = post_json(&url, "application/x-amz-json-1.1", body).unwrap();
        let target = format!("{}.{operation}", super::TARGET_PREFIX);
        request.set_header("x-amz-target", &target).unwrap();
        let response = self.send(request);
        match self.last().refusal.clone() {
            Some(refusal) => Err(refusal),
            None => Ok(response.json_body().unwrap()),
        }
    }

    fn pool_mut(&mut self) -> &mut super::model::Pool {
        self.cloud.user_pools.get_mut(&self.pool).unwrap()
    }

    fn client_mut(&mut self) -> &mut super::model::Client {
        let app = self.app.clone();
        self.pool_mut().clients.get_mut(&app).unwrap()
    }

    /// The phone's app answers a challenge.
    fn respond(&mut self, name: &str, session: &str, answers: &Value) -> Result<Value, Refusal> {
        let body = json!({
            "ClientId": self.app,
            "ChallengeName": name,
            "Session": session,
            "ChallengeResponses": answers,
        });
        self.api("RespondToAuthChallenge", &body)
    }

    /// The latest thing in Ann's inbox.
    fn inbox(&self) -> String {
        let ann = ActorId::new("ann");
        let held = self.cloud.ledger.held_by(&ann).rev();
        let mut artifacts = held.filter_map(|id| self.cloud.ledger.artifact(id));
        let artifact = artifacts
            .find(|artifact| artifact.kind == ArtifactKind::ConfirmationCode)
            .unwrap();
        match &artifact.value {
            ArtifactValue::Text(text) => text.clone(),
            other => panic!("{other:?}"),
        }
    }

    fn hosted(&self, path: &str) -> String {
        format!("https://{DOMAIN}{}{path}", super::HOSTED_SUFFIX)
    }

    /// What the phone's app asks `/oauth2/authorize` for.
    fn ask(&self) -> Form {
        Form::new()
            .with("response_type", "code")
            .with("client_id", &self.app)
            .with("redirect_uri", BACK)
            .with("state", "app-state-1")
            .with("scope", "openid email")
            .with("nonce", "nonce-123456")
            .with("code_challenge", &base64url(&sha256(VERIFIER.as_bytes())))
            .with("code_challenge_method", "S256")
    }

    fn browse(&mut self, url: &str) -> Response {
        self.send(get(url).unwrap())
    }

    /// A whole sign-in with Facebook in the browser, up to the redirect to the app.
    fn sign_in_with_facebook(&mut self) -> Form {
        let to_app = self.facebook_answer(&[]);
        let response = self.browse(&to_app);
        query_of(location(&response))
    }

    /// The same up to the URL of `/oauth2/idpresponse`, with changes to Facebook's login form.
    fn facebook_answer(&mut self, changes: &[(&str, &str)]) -> String {
        let url = self.ask().with("identity_provider", "Facebook");
        let url = url.append_to_url(&self.hosted("/oauth2/authorize"));
        let dialog = location(&self.browse(&url)).to_owned();
        self.browse(&dialog);
        let mut form = query_of(&dialog)
            .with("email", "ann@example.com")
            .with("pass", "facebook-secret")
            .with("consent", "yes");
        for (name, value) in changes {
            form.set(name, value);
        }
        let response = self.send(post_form("https://www.facebook.com/login", &form).unwrap());
        location(&response).to_owned()
    }

    fn redeem_form(&self, code: &str) -> Form {
        Form::new()
            .with("grant_type", "authorization_code")
            .with("client_id", &self.app)
            .with("redirect_uri", BACK)
            .with("code", code)
            .with("code_verifier", VERIFIER)
    }

    fn token(&mut self, form: &Form) -> (u16, Value) {
        let url = self.hosted("/oauth2/token");
        let response = self.send(post_form(&url, form).unwrap());
        (response.status().as_u16(), response.json_body().unwrap())
    }

    /// Dora signs in with her password through the API.
    fn password_sign_in(&mut self, username: &str, password: &str) -> Result<Value, Refusal> {
        let body = json!({
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": self.app,
            "AuthParameters": { "USERNAME": username, "PASSWORD": password },
        });
        self.api("InitiateAuth", &body)
    }

    /// Dora's tokens: ID, access and refresh.
    fn doras_tokens(&mut self) -> (String, String, String) {
        let answer = self.password_sign_in("dora", PASSWORD).unwrap();
        let result = &answer["AuthenticationResult"];
        let text = |name: &str| result[name].as_str().unwrap().to_owned();
        (text("IdToken"), text("AccessToken"), text("RefreshToken"))
    }

    fn refresh(&mut self, token: &str) -> Result<Value, Refusal> {
        let body = json!({
            "AuthFlow": "REFRESH_TOKEN_AUTH",
            "ClientId": self.app,
            "AuthParameters": { "REFRESH_TOKEN": token },
        });
        self.api("InitiateAuth", &body)
    }

    fn jwks(&mut self) -> crate::protocol::jwks::Jwks {
        let url = format!("https://{}/{}/.well-known/jwks.json", api_host(), self.pool);
        let response = self.browse(&url);
        crate::protocol::jwks::Jwks::parse(response.text_body().unwrap()).unwrap()
    }

    fn state(&self) -> (String, Vec<(String, String)>) {
        describe(&self.cloud, &ActorId::new("users"))
    }

    fn last(&self) -> &Exchange {
        let all = self.cloud.ledger.exchanges();
        all.iter()
            .rev()
            .find(|exchange| exchange.parent.is_none())
            .unwrap()
    }

    fn failed(&self) -> Option<&str> {
        self.last().failed_check().map(|check| check.name.as_str())
    }

    fn artifact(&self, value: &str) -> &Artifact {
        let ledger = &self.cloud.ledger;
        ledger
            .artifact(ledger.find_artifact(value).unwrap())
            .unwrap()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Another six digits.
fn other_code(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

fn location(response: &Response) -> &str {
    response.header("location").unwrap()
}

fn query_of(url: &str) -> Form {
    Form::parse(url.split_once('?').unwrap().1).unwrap()
}

fn claims(token: &str) -> Value {
    Value::Object(Unverified::parse(token).unwrap().claims().clone())
}

fn refused(code: &str, message: &str) -> Refusal {
    Refusal {
        code: code.to_owned(),
        message: message.to_owned(),
    }
}
