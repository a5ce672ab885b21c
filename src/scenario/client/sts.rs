//! STS as an app calls it: forms in, XML out.

use super::super::action::{Value, What};
use super::{Hands, StepError};
use crate::cloud::REGION;
use crate::protocol::form::Form;
use crate::protocol::message;
use crate::protocol::time::Span;

/// The version of STS's API.
const VERSION: &str = "2011-06-15";

impl Hands<'_> {
    pub(super) fn assume_role(
        &mut self,
        role: &str,
        token: &Value,
        session_name: &str,
        (duration, provider_id): (Option<Span>, Option<&str>),
    ) -> Result<(), StepError> {
        let arn = self.role_arn(role)?;
        let seconds = duration.map(|span| span.seconds().to_string());
        let form = Form::new()
            .with("Action", "AssumeRoleWithWebIdentity")
            .with("Version", VERSION)
            .with("RoleArn", &arn)
            .with("RoleSessionName", session_name)
            .with("WebIdentityToken", &self.value(token)?)
            .with_optional("ProviderId", provider_id)
            .with_optional("DurationSeconds", seconds.as_deref());
        self.send(message::post_form(&endpoint(), &form)?)?;
        Ok(())
    }

    pub(super) fn assume_role_with_saml(
        &mut self,
        (role, provider): (&str, &str),
        assertion: Option<&Value>,
        duration: Option<Span>,
    ) -> Result<(), StepError> {
        let arn = self.role_arn(role)?;
        let principal = self.names.federated.get(provider);
        let principal = principal.ok_or_else(|| StepError::NoValue(provider.to_owned()))?;
        let assertion = match assertion {
            Some(value) => self.value(value)?,
            None => self.own_text(What::Assertion)?,
        };
        let seconds = duration.map(|span| span.seconds().to_string());
        let form = Form::new()
            .with("Action", "AssumeRoleWithSAML")
            .with("Version", VERSION)
            .with("RoleArn", &arn)
            .with("PrincipalArn", principal)
            .with("SAMLAssertion", &assertion)
            .with_optional("DurationSeconds", seconds.as_deref());
        self.send(message::post_form(&endpoint(), &form)?)?;
        Ok(())
    }

    pub(super) fn get_caller_identity(
        &mut self,
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let form = Form::new()
            .with("Action", "GetCallerIdentity")
            .with("Version", VERSION);
        let request = message::post_form(&endpoint(), &form)?;
        self.send_signed("sts", request, credentials)?;
        Ok(())
    }
}

fn endpoint() -> String {
    format!("https://sts.{REGION}.amazonaws.com/")
}
