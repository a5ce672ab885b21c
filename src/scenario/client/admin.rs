//! What administrators change with AWS credentials of their own: who may become a role, which roles
//! an identity pool gives, who is in which group of a user pool.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::super::action::Value;
use super::super::template::Template;
use super::super::world_file::{MappingKind, RoleMapping, RuleMatch};
use super::user_pool::user_pool_request;
use super::{Hands, StepError};
use crate::cloud::REGION;
use crate::protocol::form::Form;
use crate::protocol::message::{self, Message};

/// The roles of an identity pool, as somebody wants them.
pub(super) struct PoolRoles<'a> {
    pub(super) authenticated: Option<&'a str>,
    pub(super) guest: Option<&'a str>,
    pub(super) mappings: &'a [RoleMapping],
}

impl Hands<'_> {
    /// The ARN of a role of the world.
    pub(super) fn role_arn(&self, role: &str) -> Result<String, StepError> {
        let arn = self.names.roles.get(role).cloned();
        arn.ok_or_else(|| StepError::NoValue(role.to_owned()))
    }

    pub(super) fn update_trust(
        &mut self,
        role: &str,
        json: &Template,
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let form = Form::new()
            .with("RoleName", role)
            .with("PolicyDocument", &self.fill(json)?);
        self.ask_iam("UpdateAssumeRolePolicy", form, credentials)
    }

    pub(super) fn set_pool_roles(
        &mut self,
        pool: &str,
        wanted: &PoolRoles<'_>,
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let mut roles = json!({});
        for (name, role) in [
            ("authenticated", wanted.authenticated),
            ("unauthenticated", wanted.guest),
        ] {
            if let Some(role) = role {
                roles[name] = json!(self.role_arn(role)?);
            }
        }
        let mut body = json!({ "IdentityPoolId": self.identity_pool_id(pool)?, "Roles": roles });
        if !wanted.mappings.is_empty() {
            let mut mappings = json!({});
            for mapping in wanted.mappings {
                let client = self.client(&mapping.client)?.client_id;
                let login = self.login_name(&mapping.pool)?;
                mappings[format!("{login}:{client}")] = self.role_mapping(mapping)?;
            }
            body["RoleMappings"] = mappings;
        }
        self.ask_identity_pools("SetIdentityPoolRoles", &body, credentials)
    }

    fn role_mapping(&self, mapping: &RoleMapping) -> Result<Json, StepError> {
        let otherwise = match mapping.otherwise_deny {
            true => "Deny",
            false => "AuthenticatedRole",
        };
        let MappingKind::Rules(rules) = &mapping.by else {
            return Ok(json!({ "Type": "Token", "AmbiguousRoleResolution": otherwise }));
        };
        let rules = rules.iter().map(|rule| {
            let how = match rule.matches {
                RuleMatch::Equals => "Equals",
                RuleMatch::NotEqual => "NotEqual",
                RuleMatch::StartsWith => "StartsWith",
                RuleMatch::Contains => "Contains",
            };
            Ok(json!({
                "Claim": rule.claim,
                "MatchType": how,
                "Value": rule.value,
                "RoleARN": self.role_arn(&rule.role)?,
            }))
        });
        let rules = rules.collect::<Result<Vec<Json>, StepError>>()?;
        Ok(json!({
            "Type": "Rules",
            "AmbiguousRoleResolution": otherwise,
            "RulesConfiguration": { "Rules": rules },
        }))
    }

    pub(super) fn set_principal_tags(
        &mut self,
        (pool, user_pool): (&str, &str),
        tags: &BTreeMap<String, String>,
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let body = json!({
            "IdentityPoolId": self.identity_pool_id(pool)?,
            "IdentityProviderName": self.login_name(user_pool)?,
            "UseDefaults": false,
            "PrincipalTags": tags,
        });
        self.ask_identity_pools("SetPrincipalTagAttributeMap", &body, credentials)
    }

    pub(super) fn add_to_group(
        &mut self,
        (pool, person): (&str, &str),
        group: &str,
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let more = json!({ "Username": person, "GroupName": group });
        self.administer("AdminAddUserToGroup", pool, more, credentials)
    }

    pub(super) fn sign_out_user(
        &mut self,
        (pool, person): (&str, &str),
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let more = json!({ "Username": person });
        self.administer("AdminUserGlobalSignOut", pool, more, credentials)
    }

    pub(super) fn link_provider(
        &mut self,
        (pool, person): (&str, &str),
        (provider, subject): (&str, &Template),
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let more = json!({
            "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": person },
            "SourceUser": {
                "ProviderName": provider,
                "ProviderAttributeName": "Cognito_Subject",
                "ProviderAttributeValue": self.fill(subject)?,
            },
        });
        self.administer("AdminLinkProviderForUser", pool, more, credentials)
    }

    /// Asks a user pool something that only an administrator may.
    fn administer(
        &mut self,
        operation: &str,
        pool: &str,
        mut body: Json,
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let id = self.names.pools.get(pool).cloned();
        body["UserPoolId"] = json!(id.ok_or_else(|| StepError::NoValue(pool.to_owned()))?);
        let request = user_pool_request(operation, &body)?;
        self.send_signed("cognito-idp", request, credentials)?;
        Ok(())
    }

    fn ask_identity_pools(
        &mut self,
        operation: &str,
        body: &Json,
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let url = format!("https://cognito-identity.{REGION}.amazonaws.com/");
        let mut request = message::post_json(&url, "application/x-amz-json-1.1", body)?;
        let target = format!("AWSCognitoIdentityService.{operation}");
        request.set_header("x-amz-target", &target)?;
        self.send_signed("cognito-identity", request, credentials)?;
        Ok(())
    }

    fn identity_pool_id(&self, pool: &str) -> Result<String, StepError> {
        let id = self.names.identity_pools.get(pool).cloned();
        id.ok_or_else(|| StepError::NoValue(pool.to_owned()))
    }

    /// The name of a user pool in Logins maps.
    fn login_name(&self, pool: &str) -> Result<String, StepError> {
        let name = self.names.login_key(pool).map(str::to_owned);
        name.ok_or_else(|| StepError::NoValue(pool.to_owned()))
    }
}
