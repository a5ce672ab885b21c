//! Providers as browsers, apps and AWS see them: a world with some of them beside the identity
//! pool, and what people do at them.

mod aws;
mod chains;
mod pages;
mod tokens;

use serde_json::{Value, json};

use super::brand::Endpoint;
use super::config::{
    AppConfig, ProviderConfig, UserConfig, add_app, add_provider, add_user, app_secret, facts,
};
use crate::cloud::identity_pool::tests::world::{World, pool_config};
use crate::cloud::ledger::{Actor, ActorId, Artifact};
use crate::protocol::form::Form;
use crate::protocol::jwt::Unverified;
use crate::protocol::message::{self, Message, Response};
use crate::protocol::pkce;

const BACK: &str = "https://photos.example.com/back";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const NONCE: &str = "nonce-of-this-sign-in";

/// A provider in a world, with Anna's account and a phone app.
struct At {
    world: World,
    actor: ActorId,
    app: String,
}

fn google() -> ProviderConfig {
    ProviderConfig::google(ActorId::new("google"))
}

fn amazon() -> ProviderConfig {
    ProviderConfig::amazon(ActorId::new("amazon"))
}

fn apple() -> ProviderConfig {
    ProviderConfig::apple(ActorId::new("apple"))
}

fn company() -> ProviderConfig {
    let issuer = "https://login.example.com/staff";
    ProviderConfig::oidc(ActorId::new("company"), "Example Corp", issuer)
}

impl At {
    fn new(provider: ProviderConfig) -> Self {
        Self::named(World::new(), provider, None)
    }

    /// In a world whose identity pool takes this app's tokens under the key given.
    fn trusted(provider: ProviderConfig, key: &str, app: &str) -> Self {
        let mut config = pool_config();
        let logins = &mut config.supported_logins;
        logins.insert(key.to_owned(), app.to_owned());
        Self::named(World::with(config), provider, Some(app))
    }

    fn named(mut world: World, provider: ProviderConfig, app: Option<&str>) -> Self {
        let actor = provider.actor.clone();
        world.cloud.add_actor(Actor {
            id: actor.clone(),
            kind: provider.brand.kind(),
            name: provider.name.clone(),
            account: None,
        });
        add_provider(&mut world.cloud, provider);
        let anna = UserConfig {
            name: "Anna Example".to_owned(),
            email: "anna@example.com".to_owned(),
            password: "fake-password".to_owned(),
            ..UserConfig::default()
        };
        add_user(&mut world.cloud, &actor, anna).unwrap();
        let config = AppConfig {
            name: "Photo Box".to_owned(),
            id: app.map(str::to_owned),
            redirect_uris: vec![BACK.to_owned()],
            ..AppConfig::default()
        };
        let app = add_app(&mut world.cloud, &actor, config).unwrap();
        Self { world, actor, app }
    }

    fn more(&mut self, name: &str, confidential: bool, beside: Option<&str>) -> String {
        let config = AppConfig {
            name: name.to_owned(),
            confidential,
            redirect_uris: vec![BACK.to_owned()],
            beside: beside.map(str::to_owned),
            ..AppConfig::default()
        };
        add_app(&mut self.world.cloud, &self.actor, config).unwrap()
    }

    fn url(&self, endpoint: Endpoint) -> String {
        facts(&self.world.cloud, &self.actor).unwrap().endpoints[&endpoint].clone()
    }

    fn scope(&self) -> &'static str {
        match facts(&self.world.cloud, &self.actor).unwrap().brand {
            super::Brand::Amazon => "profile",
            super::Brand::Apple => "openid email",
            _ => "openid email profile",
        }
    }

    /// What the phone's app asks for.
    fn ask(&self) -> Form {
        Form::new()
            .with("client_id", &self.app)
            .with("redirect_uri", BACK)
            .with("response_type", "code")
            .with("scope", self.scope())
            .with("state", "state-1")
            .with("nonce", NONCE)
            .with("code_challenge", &pkce::challenge(VERIFIER))
            .with("code_challenge_method", "S256")
    }

    fn authorize(&mut self, ask: &Form) -> Response {
        let url = ask.append_to_url(&self.url(Endpoint::Authorize));
        self.world.send(message::get(&url).unwrap()).response
    }

    /// The login form filled in by Anna.
    fn filled(&self, ask: Form) -> Form {
        ask.with("email", "anna@example.com")
            .with("password", "fake-password")
            .with("consent", "yes")
    }

    fn login(&mut self, form: &Form) -> Response {
        let request = message::post_form(&self.url(Endpoint::Login), form).unwrap();
        self.world.send(request).response
    }

    /// Anna signs in for this request: the code.
    fn code_for(&mut self, ask: Form) -> String {
        let form = self.filled(ask);
        let answer = query_of(&self.login(&form));
        answer.get("code").unwrap().to_owned()
    }

    fn redeem_form(&self, code: &str) -> Form {
        Form::new()
            .with("grant_type", "authorization_code")
            .with("client_id", &self.app)
            .with("redirect_uri", BACK)
            .with("code", code)
            .with("code_verifier", VERIFIER)
    }

    fn redeem(&mut self, form: &Form) -> (u16, Value) {
        let request = message::post_form(&self.url(Endpoint::Token), form).unwrap();
        let response = self.world.send(request).response;
        let body = response.json_body().unwrap();
        (response.status().as_u16(), body)
    }

    /// Anna's tokens for this request of the phone's app.
    fn tokens_for(&mut self, ask: Form) -> Value {
        let code = self.code_for(ask);
        let form = self.redeem_form(&code);
        let (status, body) = self.redeem(&form);
        assert_eq!(status, 200, "{body}");
        body
    }

    fn id_token(&mut self) -> String {
        let ask = self.ask();
        let tokens = self.tokens_for(ask);
        tokens["id_token"].as_str().unwrap().to_owned()
    }

    fn access_token(&mut self) -> String {
        let ask = self.ask();
        let tokens = self.tokens_for(ask);
        tokens["access_token"].as_str().unwrap().to_owned()
    }

    fn get(&mut self, url: &str) -> (u16, Value) {
        let response = self.world.send(message::get(url).unwrap()).response;
        let body = response.json_body().unwrap();
        (response.status().as_u16(), body)
    }

    fn state(&self) -> (String, Vec<(String, String)>) {
        super::describe(&self.world.cloud, &self.actor)
    }

    /// Where the last request of a browser or an app stopped.
    fn failed(&self) -> Option<&str> {
        let all = self.world.cloud.ledger.exchanges();
        let last = all.iter().rfind(|exchange| exchange.parent.is_none());
        Some(last.unwrap().failed_check()?.name.as_str())
    }

    fn artifact(&self, value: &str) -> &Artifact {
        let ledger = &self.world.cloud.ledger;
        ledger
            .artifact(ledger.find_artifact(value).unwrap())
            .unwrap()
    }

    fn secret(&self, app: &str) -> String {
        let secret = app_secret(&self.world.cloud, &self.actor, app);
        secret.unwrap().to_owned()
    }
}

fn query_of(response: &Response) -> Form {
    let location = response.header("location").unwrap();
    Form::parse(location.split_once('?').unwrap().1).unwrap()
}

fn claims(token: &str) -> Value {
    Value::Object(Unverified::parse(token).unwrap().claims().clone())
}
