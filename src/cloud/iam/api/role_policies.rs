//! What a role may do: inline policies put and deleted, managed ones attached and detached. What
//! changes here counts from the next request on, for open sessions too.

use super::{DOCUMENT, DOCUMENT_TEXT, Desk, ENTITY, POLICY_NAME, ROLE_NAME, errors, settings};
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::cloud::front_door::Route;
use crate::cloud::iam::Role;
use crate::cloud::sts::params;
use crate::policy::RequestContext;
use crate::protocol::message::Request;

/// The most managed policies of a role.
const MAX_ATTACHED: usize = 10;

/// `PutRolePolicy`: adds or replaces an inline policy.
pub fn put(cloud: &mut Cloud, route: &Route, request: &Request) -> Result<String, AwsError> {
    let mut desk = Desk::open(cloud, route, request, &[ENTITY, DOCUMENT])?;
    let name = desk.params.required("RoleName", ROLE_NAME);
    let policy_name = desk.params.required("PolicyName", POLICY_NAME);
    let document = desk.params.required("PolicyDocument", DOCUMENT_TEXT);
    let role = desk.authorize_role("PutRolePolicy", &name, RequestContext::new())?;
    settings::put_policy(desk.cloud, &role.arn, (&policy_name, &document))?;
    Ok(String::new())
}

/// `DeleteRolePolicy`: takes an inline policy away.
pub fn delete(cloud: &mut Cloud, route: &Route, request: &Request) -> Result<String, AwsError> {
    let mut desk = Desk::open(cloud, route, request, &[ENTITY])?;
    let name = desk.params.required("RoleName", ROLE_NAME);
    let policy_name = desk.params.required("PolicyName", POLICY_NAME);
    let role = desk.authorize_role("DeleteRolePolicy", &name, RequestContext::new())?;
    settings::delete_policy(desk.cloud, &role.arn, &policy_name)?;
    Ok(String::new())
}

/// The role and the managed policy of a request that is allowed.
fn role_and_policy(desk: &mut Desk<'_>, action: &str) -> Result<(Role, String), AwsError> {
    let name = desk.params.required("RoleName", ROLE_NAME);
    let policy_arn = desk.params.required("PolicyArn", params::ARN);
    let context = RequestContext::new().with("iam:PolicyARN", policy_arn.as_str());
    let role = desk.authorize_role(action, &name, context)?;
    Ok((role, policy_arn))
}

/// `AttachRolePolicy`.
pub fn attach(cloud: &mut Cloud, route: &Route, request: &Request) -> Result<String, AwsError> {
    let mut desk = Desk::open(cloud, route, request, &[ENTITY])?;
    let (role, policy_arn) = role_and_policy(&mut desk, "AttachRolePolicy")?;
    let iam = &mut desk.cloud.iam;
    if iam.managed_policy(&policy_arn).is_none() {
        return Err(errors::not_attachable(&policy_arn));
    }
    let attached = iam.attached(&role.arn);
    if !attached.contains(&policy_arn) && attached.len() >= MAX_ATTACHED {
        return Err(errors::quota("PoliciesPerRole", MAX_ATTACHED));
    }
    iam.attach(&role.arn, &policy_arn);
    Ok(String::new())
}

/// `DetachRolePolicy`.
pub fn detach(cloud: &mut Cloud, route: &Route, request: &Request) -> Result<String, AwsError> {
    let mut desk = Desk::open(cloud, route, request, &[ENTITY])?;
    let (role, policy_arn) = role_and_policy(&mut desk, "DetachRolePolicy")?;
    if desk.cloud.iam.detach(&role.arn, &policy_arn) {
        return Ok(String::new());
    }
    Err(errors::not_attached(&policy_arn))
}
