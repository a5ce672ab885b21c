//! Roles: made, trusted by others, limited.

use std::collections::BTreeMap;

use super::{
    DOCUMENT, DOCUMENT_TEXT, Desk, ENTITY, ROLE_NAME, documents, element, errors, settings,
};
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::cloud::front_door::Route;
use crate::cloud::iam::Role;
use crate::cloud::sts::params::{self, TextRule};
use crate::policy::{NamedPolicy, RequestContext};
use crate::protocol::encoding::BASE32_ALPHABET;
use crate::protocol::form::percent_encode;
use crate::protocol::message::Request;
use crate::protocol::time::Span;

/// How long the sessions of a role can be at most, in seconds: from the least to the most.
const MAX_SESSION_SECONDS: std::ops::RangeInclusive<i64> = 3600..=43_200;
/// What it is when nobody says.
const DEFAULT_MAX_SESSION: Span = Span::from_hours(1);
/// Characters of a role id behind `AROA`.
const ROLE_ID_CHARS: usize = 17;
/// The most roles an account has.
const MAX_ROLES: usize = 1000;
/// A role's path.
const PATH: TextRule = TextRule::chars(1, 512);

/// `CreateRole`.
pub fn create(cloud: &mut Cloud, route: &Route, request: &Request) -> Result<String, AwsError> {
    let mut desk = Desk::open(cloud, route, request, &[ENTITY, DOCUMENT])?;
    let path = desk.params.optional("Path", PATH);
    let name = desk.params.required("RoleName", ROLE_NAME);
    let document = desk
        .params
        .required("AssumeRolePolicyDocument", DOCUMENT_TEXT);
    let longest = desk
        .params
        .whole_number("MaxSessionDuration", MAX_SESSION_SECONDS);
    let boundary = desk.params.optional("PermissionsBoundary", params::ARN);
    let tags: BTreeMap<String, String> = desk.params.tags().into_iter().collect();
    let path = path.unwrap_or_else(|| "/".to_owned());
    let account = desk.caller.account.clone();
    let arn = format!("arn:aws:iam::{account}:role{path}{name}");
    let mut context = RequestContext::new();
    if let Some(boundary) = &boundary {
        context.set("iam:PermissionsBoundary", boundary.as_str());
    }
    desk.authorize("CreateRole", &arn, context)?;
    check_path(&path)?;
    check_free(desk.cloud, &account, &name)?;
    let boundary = match boundary {
        Some(arn) => Some(managed(desk.cloud, &arn)?),
        None => None,
    };
    let trust = documents::read_trust(desk.cloud, &document)?;
    let mut draw = desk.cloud.fresh(&format!("iam/role/{arn}/id"));
    let role_id = draw.from_alphabet(BASE32_ALPHABET, ROLE_ID_CHARS);
    let role = Role {
        arn: arn.clone(),
        account,
        role_id: format!("AROA{role_id}"),
        trust: NamedPolicy::new(format!("{name} trust policy"), trust),
        policies: Vec::new(),
        boundary,
        max_session: longest.map_or(DEFAULT_MAX_SESSION, Span::from_seconds),
        name,
    };
    desk.cloud.iam.set_tags(&arn, tags);
    desk.cloud.iam.put_role(role.clone());
    Ok(format!("<Role>{}</Role>", described(desk.cloud, &role)))
}

fn check_path(path: &str) -> Result<(), AwsError> {
    let good = path.starts_with('/')
        && path.ends_with('/')
        && path.bytes().all(|byte| byte.is_ascii_graphic());
    if good {
        return Ok(());
    }
    Err(errors::validation(
        "The specified value for path is invalid. It must begin and end with / and contain only \
         alphanumeric characters and/or / characters.",
    ))
}

fn check_free(cloud: &mut Cloud, account: &str, name: &str) -> Result<(), AwsError> {
    let taken = cloud.iam.role_named(account, name).is_some();
    let actual = if taken { "taken" } else { "free" };
    let expected = format!("no role named {name} yet");
    if !cloud.ledger.verify(ENTITY.0, !taken, expected, actual) {
        return Err(errors::role_exists(name));
    }
    let roles = cloud.iam.roles();
    if roles.filter(|role| role.account == account).count() >= MAX_ROLES {
        return Err(errors::quota("RolesPerAccount", MAX_ROLES));
    }
    Ok(())
}

/// A managed policy by its ARN.
fn managed(cloud: &Cloud, arn: &str) -> Result<NamedPolicy, AwsError> {
    let policy = cloud.iam.managed_policy(arn).cloned();
    policy.ok_or_else(|| errors::not_attachable(arn))
}

/// The members of `Role`.
fn described(cloud: &Cloud, role: &Role) -> String {
    let path = role
        .arn
        .split_once(":role")
        .and_then(|(_, rest)| rest.strip_suffix(&role.name))
        .unwrap_or("/");
    let document = percent_encode(role.trust.policy.text());
    let seconds = role.max_session.seconds().to_string();
    let mut members = element("Path", path);
    members += &element("RoleName", &role.name);
    members += &element("RoleId", &role.role_id);
    members += &element("Arn", &role.arn);
    members += &element("CreateDate", &cloud.now().iso8601());
    members += &element("AssumeRolePolicyDocument", &document);
    members += &element("MaxSessionDuration", &seconds);
    members
}

/// `UpdateAssumeRolePolicy`: who may become the role from now on. Sessions that are open stay.
pub fn update_trust(
    cloud: &mut Cloud,
    route: &Route,
    request: &Request,
) -> Result<String, AwsError> {
    let mut desk = Desk::open(cloud, route, request, &[ENTITY, DOCUMENT])?;
    let name = desk.params.required("RoleName", ROLE_NAME);
    let document = desk.params.required("PolicyDocument", DOCUMENT_TEXT);
    let role = desk.authorize_role("UpdateAssumeRolePolicy", &name, RequestContext::new())?;
    settings::set_trust(desk.cloud, &role.arn, &document)?;
    Ok(String::new())
}

/// `PutRolePermissionsBoundary`: the most that the role may ever do.
pub fn put_boundary(
    cloud: &mut Cloud,
    route: &Route,
    request: &Request,
) -> Result<String, AwsError> {
    let mut desk = Desk::open(cloud, route, request, &[ENTITY])?;
    let name = desk.params.required("RoleName", ROLE_NAME);
    let boundary = desk.params.required("PermissionsBoundary", params::ARN);
    let context = RequestContext::new().with("iam:PermissionsBoundary", boundary.as_str());
    let role = desk.authorize_role("PutRolePermissionsBoundary", &name, context)?;
    let policy = managed(desk.cloud, &boundary)?;
    if let Some(role) = desk.cloud.iam.role_mut(&role.arn) {
        role.boundary = Some(policy);
    }
    Ok(String::new())
}
