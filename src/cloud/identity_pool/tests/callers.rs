//! Callers who have AWS credentials: users with long-term keys, and whoever got a session.

use serde_json::Value;

use super::world::{ACCOUNT, World};
use crate::cloud::REGION;
use crate::cloud::iam::{UserConfig, add_access_key, add_user};
use crate::cloud::ledger::CredentialsValue;
use crate::policy::{NamedPolicy, Policy, PolicyKind};
use crate::protocol::form::Form;
use crate::protocol::message::{self, Message, Request};
use crate::protocol::sigv4::{self, Credentials, SignOptions};
use crate::protocol::xml::{self, Element};

/// A policy that allows all of this everywhere.
pub fn allowing(actions: &[&str]) -> String {
    serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": actions, "Resource": "*" }],
    })
    .to_string()
}

pub fn identity_policy(name: &str, text: &str) -> NamedPolicy {
    NamedPolicy::new(name, Policy::parse(PolicyKind::Identity, text).unwrap())
}

fn signer(value: &CredentialsValue) -> Credentials {
    Credentials {
        access_key_id: value.access_key_id.clone(),
        secret_access_key: value.secret_access_key.clone(),
        session_token: value.session_token.clone(),
    }
}

impl World {
    /// A user of the account with this policy, and its long-term key.
    pub fn user(&mut self, name: &str, policy: &str) -> CredentialsValue {
        self.user_in(ACCOUNT, name, policy)
    }

    /// The same in any account.
    pub fn user_in(&mut self, account: &str, name: &str, policy: &str) -> CredentialsValue {
        let config = UserConfig {
            name: name.to_owned(),
            account: account.to_owned(),
            policies: vec![identity_policy("permissions", policy)],
            boundary: None,
        };
        let arn = add_user(&mut self.cloud, config);
        let phone = self.phone.clone();
        let key = add_access_key(&mut self.cloud, &arn, Some(&phone)).unwrap();
        key.credentials
    }

    pub fn signed(&self, who: &CredentialsValue, service: &str, mut request: Request) -> Request {
        let now = self.cloud.now();
        let options = SignOptions::default();
        sigv4::sign(&mut request, &signer(who), REGION, service, now, options).unwrap();
        request
    }

    /// A signed request of a query service, not sent yet.
    pub fn query(
        &self,
        who: &CredentialsValue,
        service: &str,
        parameters: &[(&str, &str)],
    ) -> Request {
        let (host, version) = match service {
            "iam" => ("iam.amazonaws.com", "2010-05-08"),
            _ => ("sts.us-east-1.amazonaws.com", "2011-06-15"),
        };
        let form = parameters
            .iter()
            .fold(Form::new(), |form, (name, value)| form.with(name, value))
            .with("Version", version);
        let request = message::post_form(&format!("https://{host}/"), &form).unwrap();
        self.signed(who, service, request)
    }

    /// Sends it: status and document.
    pub fn ask(
        &mut self,
        who: &CredentialsValue,
        service: &str,
        parameters: &[(&str, &str)],
    ) -> (u16, Element) {
        let request = self.query(who, service, parameters);
        let answer = self.send(request).response;
        let text = answer.text_body().unwrap();
        (answer.status().as_u16(), xml::parse(text).unwrap())
    }

    /// The same, where it must succeed: the result.
    pub fn granted(
        &mut self,
        who: &CredentialsValue,
        service: &str,
        parameters: &[(&str, &str)],
    ) -> Element {
        let (status, answer) = self.ask(who, service, parameters);
        assert_eq!(status, 200, "{}", answer.to_text());
        let found = answer.children().first().unwrap();
        found.clone()
    }

    /// The same, where it must be refused and must leave everything as it was.
    pub fn denied(
        &mut self,
        who: &CredentialsValue,
        service: &str,
        parameters: &[(&str, &str)],
    ) -> (u16, String, String) {
        let before = self.state();
        let (status, answer) = self.ask(who, service, parameters);
        assert_eq!(self.state(), before, "a refusal changes nothing");
        let text = |name: &str| {
            let found = answer.text_at(&["Error", name]);
            found
                .unwrap_or_else(|| panic!("{}", answer.to_text()))
                .to_owned()
        };
        (status, text("Code"), text("Message"))
    }

    /// Calls a signed operation of the identity pool: status and body.
    pub fn signed_call(
        &mut self,
        who: &CredentialsValue,
        operation: &str,
        body: &Value,
    ) -> (u16, Value) {
        let url = "https://cognito-identity.us-east-1.amazonaws.com/";
        let mut request = message::post_json(url, "application/x-amz-json-1.1", body).unwrap();
        let target = format!("AWSCognitoIdentityService.{operation}");
        request.set_header("x-amz-target", &target).unwrap();
        let request = self.signed(who, "cognito-identity", request);
        let answer = self.send(request).response;
        (answer.status().as_u16(), answer.json_body().unwrap())
    }

    /// The same, where it must succeed.
    pub fn signed_ok(&mut self, who: &CredentialsValue, operation: &str, body: &Value) -> Value {
        let (status, answer) = self.signed_call(who, operation, body);
        assert_eq!(status, 200, "{operation}: {answer}");
        answer
    }

    /// The same, where it must be refused and must leave everything as it was: code and message.
    pub fn signed_refused(
        &mut self,
        who: &CredentialsValue,
        operation: &str,
        body: &Value,
    ) -> (String, String) {
        let before = self.state();
        let (status, answer) = self.signed_call(who, operation, body);
        assert_eq!(status, 400, "{operation}: {answer}");
        assert_eq!(self.state(), before, "a refusal changes nothing");
        let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        (text("__type"), text("message"))
    }
}

/// The credentials in a document of STS.
pub fn credentials_in(result: &Element) -> CredentialsValue {
    let text = |name: &str| result.text_at(&["Credentials", name]).unwrap().to_owned();
    CredentialsValue {
        access_key_id: text("AccessKeyId"),
        secret_access_key: text("SecretAccessKey"),
        session_token: Some(text("SessionToken")),
        expiration: None,
    }
}
