//! Policies passed along when a role is assumed: one inline, up to ten managed ones. Together
//! they are one limit on the session; they never add anything.

use super::errors;
use super::params::MAX_SESSION_POLICY_CHARS;
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::policy::{NamedPolicy, Policy, PolicyKind};

/// Session policies and how much of their space they take.
#[derive(Clone, Debug, Default)]
pub struct SessionPolicies {
    /// The policies
    pub policies: Vec<NamedPolicy>,
    /// How much of the space for them is taken; none where none were passed. AWS packs them in a
    /// form that is not published; this counts characters.
    pub packed_percent: Option<usize>,
}

/// Reads the policies of a request.
pub fn read(
    cloud: &Cloud,
    inline: Option<&str>,
    arns: &[String],
) -> Result<SessionPolicies, AwsError> {
    if inline.is_none() && arns.is_empty() {
        return Ok(SessionPolicies::default());
    }
    let chars = inline.map_or(0, |text| text.chars().count())
        + arns.iter().map(|arn| arn.chars().count()).sum::<usize>();
    let percent = (chars * 100).div_ceil(MAX_SESSION_POLICY_CHARS);
    if percent > 100 {
        return Err(errors::policies_too_long(percent));
    }
    let mut policies = Vec::new();
    if let Some(text) = inline {
        let policy = parse(text)?;
        let name = policy.id().map_or("Session policy", |id| id).to_owned();
        policies.push(NamedPolicy::new(name, policy));
    }
    for arn in arns {
        let managed = cloud.iam.managed_policy(arn).ok_or_else(|| {
            errors::malformed_policy(format!("The managed policy {arn} does not exist"))
        })?;
        policies.push(NamedPolicy::new(
            managed.name.clone(),
            parse(managed.policy.text())?,
        ));
    }
    Ok(SessionPolicies {
        policies,
        packed_percent: Some(percent),
    })
}

fn parse(text: &str) -> Result<Policy, AwsError> {
    Policy::parse(PolicyKind::Session, text)
        .map_err(|error| errors::malformed_policy(error.to_string()))
}
