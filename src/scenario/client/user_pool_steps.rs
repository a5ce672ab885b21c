//! Sign-ins that take more than one step, and what else an app does at a user pool: SRP, new
//! passwords, authenticator apps, rotation, ends.

use serde_json::{Value as Json, json};

use super::super::action::{Value, What};
use super::user_pool::{password_for, user_pool_request};
use super::{Hands, StepError};
use crate::cloud::ledger::ActorId;
use crate::protocol::encoding::base32_decode;
use crate::protocol::srp;
use crate::protocol::totp;

/// What is missing where nothing asked for an answer.
const NO_CHALLENGE: &str = "a sign-in that waits for an answer";
/// What is missing where no authenticator app was set up.
const NO_AUTHENTICATOR: &str = "the authenticator app";

impl Hands<'_> {
    pub(super) fn sign_in_with_srp(
        &mut self,
        client: &str,
        person: &str,
        password: Option<&str>,
    ) -> Result<(), StepError> {
        let (facts, known) = (self.client(client)?, self.person(person)?);
        let password = password_for(&known, &facts, password);
        let stream = format!("client/{}/srp-a", self.device);
        let handshake = srp::Client::start(&mut self.cloud.fresh(&stream));
        let body = json!({
            "AuthFlow": "USER_SRP_AUTH",
            "ClientId": facts.client_id,
            "AuthParameters": { "USERNAME": person, "SRP_A": handshake.public_hex() },
        });
        let Some(challenge) = self.answered_call("InitiateAuth", &body)? else {
            return Ok(());
        };
        let issuer = self.names.issuers.get(&facts.pool).cloned();
        let issuer = issuer.ok_or_else(|| StepError::NoValue(facts.pool.clone()))?;
        let pool_name = issuer.rsplit('_').next().unwrap_or_default();
        let timestamp = self.cloud.clock_of(&self.device).srp_timestamp();
        let answers = prove(&handshake, &challenge, (pool_name, &password), &timestamp)?;
        let body = json!({
            "ClientId": facts.client_id,
            "ChallengeName": "PASSWORD_VERIFIER",
            "ChallengeResponses": answers,
        });
        self.answered_call("RespondToAuthChallenge", &body)?;
        Ok(())
    }

    pub(super) fn choose_new_password(
        &mut self,
        client: &str,
        person: &str,
        password: &str,
    ) -> Result<(), StepError> {
        let answers = json!({ "USERNAME": person, "NEW_PASSWORD": password });
        self.answer_challenge(client, "NEW_PASSWORD_REQUIRED", answers)
    }

    pub(super) fn enter_authenticator_code(
        &mut self,
        client: &str,
        person: &str,
        code: Option<&str>,
    ) -> Result<(), StepError> {
        let code = match code {
            Some(code) => code.to_owned(),
            None => self.authenticator_code()?,
        };
        let answers = json!({ "USERNAME": person, "SOFTWARE_TOKEN_MFA_CODE": code });
        self.answer_challenge(client, "SOFTWARE_TOKEN_MFA", answers)
    }

    /// What the app shows, by the device's own clock.
    fn authenticator_code(&self) -> Result<String, StepError> {
        let secret = self.memory.authenticator.as_ref();
        let secret = secret.ok_or_else(|| StepError::NoValue(NO_AUTHENTICATOR.to_owned()))?;
        Ok(totp::totp(secret, self.cloud.clock_of(&self.device)))
    }

    fn answer_challenge(
        &mut self,
        client: &str,
        name: &str,
        answers: Json,
    ) -> Result<(), StepError> {
        let facts = self.client(client)?;
        let session = self.memory.challenge.clone();
        let session = session.ok_or_else(|| StepError::NoValue(NO_CHALLENGE.to_owned()))?;
        let body = json!({
            "ClientId": facts.client_id,
            "ChallengeName": name,
            "Session": session,
            "ChallengeResponses": answers,
        });
        self.answered_call("RespondToAuthChallenge", &body)?;
        Ok(())
    }

    /// Three calls, as an app's settings page makes them; the first refusal ends it.
    pub(super) fn set_up_authenticator(&mut self) -> Result<(), StepError> {
        let token = self.own_text(What::AccessToken)?;
        let body = json!({ "AccessToken": token });
        let Some(answer) = self.answered_call("AssociateSoftwareToken", &body)? else {
            return Ok(());
        };
        let secret = answer.get("SecretCode").and_then(Json::as_str);
        let secret = secret.and_then(|text| base32_decode(text).ok());
        self.memory.authenticator = secret;
        let code = self.authenticator_code()?;
        let body = json!({ "AccessToken": token, "UserCode": code });
        if self.answered_call("VerifySoftwareToken", &body)?.is_none() {
            return Ok(());
        }
        let settings = json!({ "Enabled": true, "PreferredMfa": true });
        let body = json!({ "AccessToken": token, "SoftwareTokenMfaSettings": settings });
        self.user_pool_call("SetUserMFAPreference", &body)
    }

    pub(super) fn forgot_password(&mut self, client: &str, person: &str) -> Result<(), StepError> {
        let facts = self.client(client)?;
        let body = json!({ "ClientId": facts.client_id, "Username": person });
        self.user_pool_call("ForgotPassword", &body)
    }

    pub(super) fn confirm_forgot_password(
        &mut self,
        client: &str,
        person: &str,
        (password, code): (&str, Option<&str>),
    ) -> Result<(), StepError> {
        let facts = self.client(client)?;
        let code = match code {
            Some(code) => code.to_owned(),
            None => self.latest_text(&ActorId::new(person), What::ConfirmationCode)?,
        };
        let body = json!({
            "ClientId": facts.client_id,
            "Username": person,
            "ConfirmationCode": code,
            "Password": password,
        });
        self.user_pool_call("ConfirmForgotPassword", &body)
    }

    pub(super) fn rotate_tokens(
        &mut self,
        client: &str,
        token: Option<&Value>,
    ) -> Result<(), StepError> {
        let facts = self.client(client)?;
        let token = self.token_or_own(token, What::RefreshToken)?;
        let body = json!({ "ClientId": facts.client_id, "RefreshToken": token });
        self.user_pool_call("GetTokensFromRefreshToken", &body)
    }

    pub(super) fn revoke_token(
        &mut self,
        client: &str,
        token: Option<&Value>,
    ) -> Result<(), StepError> {
        let facts = self.client(client)?;
        let token = self.token_or_own(token, What::RefreshToken)?;
        let body = json!({ "ClientId": facts.client_id, "Token": token });
        self.user_pool_call("RevokeToken", &body)
    }

    pub(super) fn global_sign_out(&mut self, token: Option<&Value>) -> Result<(), StepError> {
        let token = self.token_or_own(token, What::AccessToken)?;
        self.user_pool_call("GlobalSignOut", &json!({ "AccessToken": token }))
    }

    fn token_or_own(&self, token: Option<&Value>, what: What) -> Result<String, StepError> {
        match token {
            Some(value) => self.value(value),
            None => self.own_text(what),
        }
    }

    pub(super) fn admin_create_user(
        &mut self,
        (pool, person): (&str, &str),
        temporary: Option<&str>,
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let known = self.person(person)?;
        let id = self.names.pools.get(pool).cloned();
        let id = id.ok_or_else(|| StepError::NoValue(pool.to_owned()))?;
        let mut body = json!({
            "UserPoolId": id,
            "Username": person,
            "UserAttributes": [
                { "Name": "email", "Value": known.email },
                { "Name": "email_verified", "Value": "true" },
                { "Name": "name", "Value": known.name },
            ],
        });
        if let Some(temporary) = temporary {
            body["TemporaryPassword"] = json!(temporary);
        }
        let request = user_pool_request("AdminCreateUser", &body)?;
        self.send_signed("cognito-idp", request, credentials)?;
        Ok(())
    }
}

/// The answer to PASSWORD_VERIFIER.
fn prove(
    handshake: &srp::Client,
    challenge: &Json,
    (pool_name, password): (&str, &str),
    timestamp: &str,
) -> Result<Json, StepError> {
    let given = |name: &str| {
        let parameter = challenge
            .get("ChallengeParameters")
            .and_then(|it| it.get(name));
        let text = parameter.and_then(Json::as_str);
        text.ok_or_else(|| StepError::NoValue(name.to_owned()))
    };
    let (user_id, secret_block) = (given("USER_ID_FOR_SRP")?, given("SECRET_BLOCK")?);
    let claim = srp::Claim {
        identity: srp::Identity { pool_name, user_id },
        secret_block,
        timestamp,
    };
    let signature = handshake.prove(password, given("SALT")?, given("SRP_B")?, &claim)?;
    Ok(json!({
        "USERNAME": user_id,
        "PASSWORD_CLAIM_SECRET_BLOCK": secret_block,
        "PASSWORD_CLAIM_SIGNATURE": signature,
        "TIMESTAMP": timestamp,
    }))
}
