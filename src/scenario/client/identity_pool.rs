//! The identity pool's API as an app calls it: unsigned, with proof of sign-in in the body.

use serde_json::{Value as Json, json};

use super::super::action::{LoginWith, Value, What};
use super::{Hands, StepError};
use crate::cloud::REGION;
use crate::protocol::message::{self, Message};

const TARGET: &str = "AWSCognitoIdentityService";
const JSON_11: &str = "application/x-amz-json-1.1";

impl Hands<'_> {
    pub(super) fn get_id(
        &mut self,
        pool: &str,
        login: Option<&LoginWith>,
    ) -> Result<(), StepError> {
        let id = self.names.identity_pools.get(pool);
        let id = id.ok_or_else(|| StepError::NoValue(pool.to_owned()))?;
        let body = json!({ "IdentityPoolId": id });
        self.identity_pool_call("GetId", body, login)
    }

    pub(super) fn get_credentials(
        &mut self,
        login: Option<&LoginWith>,
        identity: Option<&Value>,
        role: Option<&str>,
    ) -> Result<(), StepError> {
        let identity = match identity {
            Some(value) => self.value(value)?,
            None => self.own_text(What::IdentityId)?,
        };
        let mut body = json!({ "IdentityId": identity });
        if let Some(role) = role {
            body["CustomRoleArn"] = json!(self.role_arn(role)?);
        }
        self.identity_pool_call("GetCredentialsForIdentity", body, login)
    }

    pub(super) fn get_open_id_token(&mut self, login: Option<&LoginWith>) -> Result<(), StepError> {
        let body = json!({ "IdentityId": self.own_text(What::IdentityId)? });
        self.identity_pool_call("GetOpenIdToken", body, login)
    }

    fn identity_pool_call(
        &mut self,
        operation: &str,
        mut body: Json,
        login: Option<&LoginWith>,
    ) -> Result<(), StepError> {
        if login.is_some()
            && let Some(members) = body.as_object_mut()
        {
            members.insert("Logins".to_owned(), self.logins(login)?);
        }
        let url = format!("https://cognito-identity.{REGION}.amazonaws.com/");
        let mut request = message::post(&url, JSON_11, body.to_string().into_bytes())?;
        request.set_header("x-amz-target", &format!("{TARGET}.{operation}"))?;
        self.send(request)?;
        Ok(())
    }
}
