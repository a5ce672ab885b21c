//! The user pool's API as an app calls it.

use serde_json::{Value as Json, json};

use super::super::action::{Value, What};
use super::super::build::ClientFacts;
use super::{Hands, StepError};
use crate::cloud::REGION;
use crate::cloud::ledger::ActorId;
use crate::cloud::people::Person;
use crate::protocol::message::{self, Message, MessageError, Request};

const TARGET: &str = "AWSCognitoIdentityProviderService";
const JSON_11: &str = "application/x-amz-json-1.1";

impl Hands<'_> {
    pub(super) fn sign_up(
        &mut self,
        client: &str,
        person: &str,
        password: Option<&str>,
    ) -> Result<(), StepError> {
        let (facts, known) = (self.client(client)?, self.person(person)?);
        self.user_pool_call(
            "SignUp",
            &json!({
                "ClientId": facts.client_id,
                "Username": person,
                "Password": password_for(&known, &facts, password),
                "UserAttributes": [
                    { "Name": "email", "Value": known.email },
                    { "Name": "name", "Value": known.name },
                ],
            }),
        )
    }

    pub(super) fn confirm_sign_up(
        &mut self,
        client: &str,
        person: &str,
        code: Option<&str>,
    ) -> Result<(), StepError> {
        let facts = self.client(client)?;
        let code = match code {
            Some(code) => code.to_owned(),
            None => self.latest_text(&ActorId::new(person), What::ConfirmationCode)?,
        };
        self.user_pool_call(
            "ConfirmSignUp",
            &json!({
                "ClientId": facts.client_id,
                "Username": person,
                "ConfirmationCode": code,
            }),
        )
    }

    pub(super) fn sign_in(
        &mut self,
        client: &str,
        person: &str,
        password: Option<&str>,
    ) -> Result<(), StepError> {
        let (facts, known) = (self.client(client)?, self.person(person)?);
        self.answered_call(
            "InitiateAuth",
            &json!({
                "AuthFlow": "USER_PASSWORD_AUTH",
                "ClientId": facts.client_id,
                "AuthParameters": {
                    "USERNAME": person,
                    "PASSWORD": password_for(&known, &facts, password),
                },
            }),
        )?;
        Ok(())
    }

    pub(super) fn refresh_tokens(&mut self, client: &str) -> Result<(), StepError> {
        let facts = self.client(client)?;
        let token = self.own_text(What::RefreshToken)?;
        self.user_pool_call(
            "InitiateAuth",
            &json!({
                "AuthFlow": "REFRESH_TOKEN_AUTH",
                "ClientId": facts.client_id,
                "AuthParameters": { "REFRESH_TOKEN": token },
            }),
        )
    }

    pub(super) fn get_user(&mut self, token: Option<&Value>) -> Result<(), StepError> {
        let token = match token {
            Some(value) => self.value(value)?,
            None => self.own_text(What::AccessToken)?,
        };
        self.user_pool_call("GetUser", &json!({ "AccessToken": token }))
    }

    pub(super) fn client(&self, name: &str) -> Result<ClientFacts, StepError> {
        let facts = self.names.clients.get(name).cloned();
        facts.ok_or_else(|| StepError::NoValue(name.to_owned()))
    }

    pub(super) fn person(&self, id: &str) -> Result<Person, StepError> {
        let person = self.cloud.people.get(&ActorId::new(id)).cloned();
        person.ok_or_else(|| StepError::NoValue(id.to_owned()))
    }

    pub(super) fn user_pool_call(&mut self, operation: &str, body: &Json) -> Result<(), StepError> {
        let request = user_pool_request(operation, body)?;
        self.send(request)?;
        Ok(())
    }

    /// The same, keeping the session of a challenge that comes back, and returning the answer;
    /// nothing where it is a refusal.
    pub(super) fn answered_call(
        &mut self,
        operation: &str,
        body: &Json,
    ) -> Result<Option<Json>, StepError> {
        let request = user_pool_request(operation, body)?;
        let response = self.send(request)?;
        let answer = response.json_body().ok();
        let answer = answer.filter(|_| response.status().is_success());
        if let Some(answer) = &answer
            && answer.get("ChallengeName").is_some()
        {
            let session = answer.get("Session").and_then(Json::as_str);
            self.memory.challenge = session.map(str::to_owned);
        }
        Ok(answer)
    }
}

/// A call of the user pool's API, not signed.
pub(super) fn user_pool_request(operation: &str, body: &Json) -> Result<Request, MessageError> {
    let url = format!("https://cognito-idp.{REGION}.amazonaws.com/");
    let mut request = message::post(&url, JSON_11, body.to_string().into_bytes())?;
    request.set_header("x-amz-target", &format!("{TARGET}.{operation}"))?;
    Ok(request)
}

/// What is typed: something else, or the person's password for this pool.
pub(super) fn password_for(person: &Person, facts: &ClientFacts, typed: Option<&str>) -> String {
    let own = person.passwords.get(&facts.pool).map(String::as_str);
    typed.or(own).unwrap_or_default().to_owned()
}
