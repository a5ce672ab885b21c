//! What backends and administrators do with AWS credentials of their own: become a role, vouch for
//! their users, change who may do what.

use serde_json::json;

use super::super::action::Value;
use super::super::template::Template;
use super::{Hands, StepError};
use crate::cloud::REGION;
use crate::cloud::iam::api::revoke_older_sessions;
use crate::protocol::form::Form;
use crate::protocol::message::{self, Message};
use crate::protocol::time::Span;

/// The version of STS's API.
const STS_VERSION: &str = "2011-06-15";
/// The version of IAM's API.
const IAM_VERSION: &str = "2010-05-08";
/// What the console calls the policy that ends older sessions.
const REVOKE_POLICY: &str = "AWSRevokeOlderSessions";

/// The role somebody wants, and how.
pub(super) struct Wanted<'a> {
    pub(super) role: &'a str,
    pub(super) session_name: &'a str,
    pub(super) external_id: Option<&'a str>,
    pub(super) duration: Option<Span>,
    pub(super) policy: Option<&'a Template>,
}

impl Hands<'_> {
    pub(super) fn assume_role_with_keys(
        &mut self,
        wanted: &Wanted<'_>,
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let arn = self.role_arn(wanted.role)?;
        let seconds = wanted.duration.map(|span| span.seconds().to_string());
        let policy = self.filled(wanted.policy)?;
        let form = Form::new()
            .with("Action", "AssumeRole")
            .with("Version", STS_VERSION)
            .with("RoleArn", &arn)
            .with("RoleSessionName", wanted.session_name)
            .with_optional("ExternalId", wanted.external_id)
            .with_optional("DurationSeconds", seconds.as_deref())
            .with_optional("Policy", policy.as_deref());
        self.ask_sts(&form, credentials)
    }

    pub(super) fn get_session_token(
        &mut self,
        duration: Option<Span>,
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let seconds = duration.map(|span| span.seconds().to_string());
        let form = Form::new()
            .with("Action", "GetSessionToken")
            .with("Version", STS_VERSION)
            .with_optional("DurationSeconds", seconds.as_deref());
        self.ask_sts(&form, credentials)
    }

    pub(super) fn get_federation_token(
        &mut self,
        name: &str,
        (policy, duration): (Option<&Template>, Option<Span>),
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let policy = self.filled(policy)?;
        let seconds = duration.map(|span| span.seconds().to_string());
        let form = Form::new()
            .with("Action", "GetFederationToken")
            .with("Version", STS_VERSION)
            .with("Name", name)
            .with_optional("DurationSeconds", seconds.as_deref())
            .with_optional("Policy", policy.as_deref());
        self.ask_sts(&form, credentials)
    }

    fn ask_sts(&mut self, form: &Form, credentials: Option<&Value>) -> Result<(), StepError> {
        let url = format!("https://sts.{REGION}.amazonaws.com/");
        self.send_signed("sts", message::post_form(&url, form)?, credentials)?;
        Ok(())
    }

    fn filled(&self, template: Option<&Template>) -> Result<Option<String>, StepError> {
        template.map(|template| self.fill(template)).transpose()
    }

    /// Vouches for a user of this backend, under the pool's name for such users.
    pub(super) fn get_developer_token(
        &mut self,
        pool: &str,
        user: &Template,
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let no_value = || StepError::NoValue(pool.to_owned());
        let id = self.names.identity_pools.get(pool).ok_or_else(no_value)?;
        let known = self.cloud.identity_pools.pool(id).ok_or_else(no_value)?;
        let provider = known.config.developer_provider.clone().unwrap_or_default();
        let body = json!({ "IdentityPoolId": id, "Logins": { provider: self.fill(user)? } });
        let url = format!("https://cognito-identity.{REGION}.amazonaws.com/");
        let mut request = message::post_json(&url, "application/x-amz-json-1.1", &body)?;
        let target = "AWSCognitoIdentityService.GetOpenIdTokenForDeveloperIdentity";
        request.set_header("x-amz-target", target)?;
        self.send_signed("cognito-identity", request, credentials)?;
        Ok(())
    }

    pub(super) fn put_role_policy(
        &mut self,
        role: &str,
        (policy, json): (&str, &str),
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let form = Form::new()
            .with("RoleName", role)
            .with("PolicyName", policy)
            .with("PolicyDocument", json);
        self.ask_iam("PutRolePolicy", form, credentials)
    }

    pub(super) fn ask_iam(
        &mut self,
        operation: &str,
        form: Form,
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let form = form.with("Action", operation).with("Version", IAM_VERSION);
        let request = message::post_form("https://iam.amazonaws.com/", &form)?;
        self.send_signed("iam", request, credentials)?;
        Ok(())
    }

    pub(super) fn revoke_sessions(
        &mut self,
        role: &str,
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let json = revoke_older_sessions(self.cloud.clock_of(&self.device));
        self.put_role_policy(role, (REVOKE_POLICY, &json), credentials)
    }
}
