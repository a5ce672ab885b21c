//! Functions and APIs as an app calls them.

use super::super::action::Value;
use super::super::template::Template;
use super::{Hands, StepError};
use crate::cloud::lambda;
use crate::protocol::form::{percent_encode, percent_encode_path};
use crate::protocol::message::{self, Message, MessageError};

/// A call of an API as the file gives it.
pub(super) struct ApiCall<'a> {
    pub api: &'a str,
    pub path: &'a Template,
    pub method: &'a str,
    pub token: Option<&'a Value>,
    pub signed: bool,
    pub body: &'a Template,
}

impl Hands<'_> {
    pub(super) fn invoke(
        &mut self,
        function: &str,
        event: &Template,
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let arn = self.names.functions.get(function);
        let arn = arn.ok_or_else(|| StepError::NoValue(function.to_owned()))?;
        let url = format!(
            "https://{}/2015-03-31/functions/{}/invocations",
            lambda::host(),
            percent_encode(arn)
        );
        let body = self.fill(event)?.into_bytes();
        let request = message::post(&url, message::JSON, body)?;
        self.send_signed("lambda", request, credentials)?;
        Ok(())
    }

    pub(super) fn call_api(
        &mut self,
        call: &ApiCall<'_>,
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let endpoint = self.names.apis.get(call.api);
        let endpoint = endpoint.ok_or_else(|| StepError::NoValue(call.api.to_owned()))?;
        let path = percent_encode_path(&self.fill(call.path)?);
        let method = call
            .method
            .parse()
            .map_err(|_| MessageError::Url(call.method.to_owned()))?;
        let mut request = message::request(method, &format!("{endpoint}{path}"))?;
        let body = self.fill(call.body)?;
        if !body.is_empty() {
            request.set_header("content-type", message::JSON)?;
            *request.body_mut() = body.into_bytes();
        }
        if call.signed {
            self.send_signed("execute-api", request, credentials)?;
            return Ok(());
        }
        if let Some(token) = call.token {
            let token = self.value(token)?;
            request.set_header("authorization", &format!("Bearer {token}"))?;
        }
        self.send(request)?;
        Ok(())
    }
}
