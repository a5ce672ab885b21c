//! What administrators do: every request is signed, and IAM decides on the pool's ARN. Users are
//! made in [`create_user`] and linked to providers in [`link_provider`].

mod create_user;
mod link_provider;

use serde_json::{Value, json};

use super::api::Answer;
use super::directory::set_member;
use super::forgot_password::set_password;
use super::input::{Input, invalid};
use super::model::{Group, Status, User};
use super::password::MAX_PASSWORD_CHARS;
use super::sessions;
use super::sign_up::{self, MAX_NAME_CHARS};
use crate::cloud::Cloud;
use crate::cloud::access::{self, Ask, PERMISSIONS_CHECK};
use crate::cloud::aws::{AwsError, Wire, shorten};
use crate::cloud::front_door::Route;
use crate::policy::RequestContext;
use crate::protocol::message::Request;
use crate::protocol::time::{Moment, Span};

const POOL_API: &str = "API reference: UserPoolId";
const USER_API: &str = "API reference: Username";
const QUOTAS: &str = "Cognito guide: quotas";
const GROUP_API: &str = "API reference: CreateGroup";
const POLICY_GUIDE: &str = "Cognito guide: password policy";
/// The longest pool id, in characters.
const MAX_POOL_ID_CHARS: usize = 55;
/// How long a password that an administrator chose works.
const TEMPORARY_VALIDITY: Span = Span::from_days(7);
/// The most groups a user can be in, and a pool can have.
const MAX_GROUPS_OF_USER: usize = 100;
const MAX_GROUPS_OF_POOL: usize = 10_000;

/// An operation of administrators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    AddUserToGroup,
    RemoveUserFromGroup,
    CreateGroup,
    CreateUser,
    DisableUser,
    EnableUser,
    GetUser,
    LinkProvider,
    SetUserPassword,
    GlobalSignOut,
}

impl Operation {
    /// The operation of this name.
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "AdminAddUserToGroup" => Self::AddUserToGroup,
            "AdminRemoveUserFromGroup" => Self::RemoveUserFromGroup,
            "CreateGroup" => Self::CreateGroup,
            "AdminCreateUser" => Self::CreateUser,
            "AdminDisableUser" => Self::DisableUser,
            "AdminEnableUser" => Self::EnableUser,
            "AdminGetUser" => Self::GetUser,
            "AdminLinkProviderForUser" => Self::LinkProvider,
            "AdminSetUserPassword" => Self::SetUserPassword,
            "AdminUserGlobalSignOut" => Self::GlobalSignOut,
            _ => return None,
        })
    }

    fn is_about_a_user(self) -> bool {
        !matches!(
            self,
            Self::CreateGroup | Self::CreateUser | Self::LinkProvider
        )
    }
}

/// Verifies who signed and whether they may, then does it.
pub(super) fn answer(
    cloud: &mut Cloud,
    (operation, route): (Operation, &Route),
    request: &Request,
    input: &Input,
) -> Answer {
    let wire = Wire::Json11;
    let mut later = vec![PERMISSIONS_CHECK, ("User pool", POOL_API)];
    if operation.is_about_a_user() {
        later.push(("User exists", USER_API));
    }
    let caller = access::authenticate_then(cloud, route, request, wire, &later)?;
    let pool_id = input.required("UserPoolId", MAX_POOL_ID_CHARS)?;
    let account = super::account_of(cloud, &route.to);
    let ask = Ask {
        action: format!("cognito-idp:{}", route.operation),
        resource: super::pool_arn(&account, pool_id),
        resource_account: account,
        context: RequestContext::new(),
        resource_policy: None,
    };
    access::authorize(cloud, &caller, &ask, wire)?;
    check_pool(cloud, pool_id)?;
    if operation.is_about_a_user() {
        let typed = input.required("Username", MAX_NAME_CHARS)?;
        let user = check_user(cloud, pool_id, typed)?;
        return on_user(cloud, (operation, pool_id), &user, input);
    }
    match operation {
        Operation::CreateGroup => create_group(cloud, pool_id, input),
        Operation::LinkProvider => link_provider::link_provider(cloud, pool_id, input),
        _ => create_user::create_user(cloud, pool_id, input),
    }
}

fn check_pool(cloud: &mut Cloud, pool_id: &str) -> Result<(), AwsError> {
    let known = cloud.user_pools.get(pool_id).is_some();
    let expected = "a user pool of this account";
    match cloud
        .ledger
        .verify("User pool", known, expected, shorten(pool_id))
    {
        true => Ok(()),
        false => Err(AwsError::new(
            "ResourceNotFoundException",
            400,
            format!("User pool {pool_id} does not exist."),
        )),
    }
}

fn check_user(cloud: &mut Cloud, pool_id: &str, typed: &str) -> Result<User, AwsError> {
    let pool = cloud.user_pools.get(pool_id);
    let user = pool.and_then(|pool| pool.user_named(typed)).cloned();
    let expected = "a user of this pool";
    cloud
        .ledger
        .verify("User exists", user.is_some(), expected, shorten(typed));
    user.ok_or_else(|| AwsError::new("UserNotFoundException", 400, "User does not exist."))
}

fn on_user(
    cloud: &mut Cloud,
    (operation, pool_id): (Operation, &str),
    user: &User,
    input: &Input,
) -> Answer {
    match operation {
        Operation::AddUserToGroup => add_to_group(cloud, pool_id, user, input),
        Operation::RemoveUserFromGroup => remove_from_group(cloud, pool_id, user, input),
        Operation::SetUserPassword => set_user_password(cloud, pool_id, user, input),
        Operation::GetUser => Ok(described(user, "UserAttributes")),
        Operation::GlobalSignOut => {
            sessions::sign_out_everywhere(cloud, pool_id, &user.username);
            Ok(json!({}))
        }
        _ => {
            let enabled = operation == Operation::EnableUser;
            change(cloud, pool_id, user, |user| user.enabled = enabled);
            Ok(json!({}))
        }
    }
}

fn change(cloud: &mut Cloud, pool_id: &str, user: &User, how: impl FnOnce(&mut User)) {
    let now = cloud.now();
    let pool = cloud.user_pools.get_mut(pool_id);
    if let Some(user) = pool.and_then(|pool| pool.users.get_mut(&user.username)) {
        how(user);
        user.changed_at = now;
    }
}

/// Seconds with their fraction, as JSON carries times.
fn seconds(at: Moment) -> Value {
    json!(at.millis() as f64 / 1_000.0)
}

/// A user as the administrators' API describes one.
fn described(user: &User, attributes: &str) -> Value {
    let mut answer = json!({
        "Username": user.username,
        "UserCreateDate": seconds(user.created_at),
        "UserLastModifiedDate": seconds(user.changed_at),
        "Enabled": user.enabled,
        "UserStatus": user.status.name(),
    });
    answer[attributes] = json!(sessions::attributes_of(user));
    answer
}

/// `CreateGroup`.
fn create_group(cloud: &mut Cloud, pool_id: &str, input: &Input) -> Answer {
    let name = input.required("GroupName", MAX_NAME_CHARS)?;
    let description = input.text("Description")?.map(str::to_owned);
    let role = input.optional("RoleArn", 2_048)?.map(str::to_owned);
    let precedence = input.number("Precedence")?;
    if role
        .as_ref()
        .is_some_and(|role| !role.starts_with("arn:") || role.len() < 20)
    {
        return Err(invalid(
            "Value at 'roleArn' failed to satisfy constraint: Member must satisfy regular \
             expression pattern: arn:[\\w+=/,.@-]+:[\\w+=/,.@-]+:([\\w+=/,.@-]*)?:[0-9]+:\
             [\\w+=/,.@-]+(:[\\w+=/,.@-]+)?(:[\\w+=/,.@-]+)?",
        ));
    }
    cloud
        .ledger
        .plan(&[("Group name free", GROUP_API), ("Groups left", QUOTAS)]);
    let groups = cloud.user_pools.get(pool_id).map(|pool| &pool.groups);
    let (taken, count) = groups.map_or((false, 0), |all| (all.contains_key(name), all.len()));
    let actual = if taken { "taken" } else { "free" };
    let expected = format!("no group {}", shorten(name));
    if !cloud
        .ledger
        .verify("Group name free", !taken, expected, actual)
    {
        let message = "A group with the name already exists.";
        return Err(AwsError::new("GroupExistsException", 400, message));
    }
    check_room(cloud, count, MAX_GROUPS_OF_POOL)?;
    let group = Group {
        role_arn: role.clone(),
        precedence,
    };
    if let Some(pool) = cloud.user_pools.get_mut(pool_id) {
        pool.groups.insert(name.to_owned(), group);
    }
    let now = seconds(cloud.now());
    let mut group = json!({ "GroupName": name, "UserPoolId": pool_id,
                            "LastModifiedDate": now, "CreationDate": now });
    let optional = [
        ("Description", description.map(Value::from)),
        ("RoleArn", role.map(Value::from)),
        ("Precedence", precedence.map(Value::from)),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            group[name] = value;
        }
    }
    Ok(json!({ "Group": group }))
}

fn check_room(cloud: &mut Cloud, count: usize, most: usize) -> Result<(), AwsError> {
    let expected = format!("fewer than {most}");
    match cloud
        .ledger
        .verify("Groups left", count < most, expected, count.to_string())
    {
        true => Ok(()),
        false => Err(AwsError::new(
            "LimitExceededException",
            400,
            format!("The limit of {most} groups is reached."),
        )),
    }
}

fn check_group(cloud: &mut Cloud, pool_id: &str, name: &str) -> Result<(), AwsError> {
    let pool = cloud.user_pools.get(pool_id);
    let known = pool.is_some_and(|pool| pool.groups.contains_key(name));
    let expected = "a group of this pool";
    match cloud
        .ledger
        .verify("Group exists", known, expected, shorten(name))
    {
        true => Ok(()),
        false => Err(AwsError::new(
            "ResourceNotFoundException",
            400,
            "Group not found.",
        )),
    }
}

/// `AdminAddUserToGroup`.
fn add_to_group(cloud: &mut Cloud, pool_id: &str, user: &User, input: &Input) -> Answer {
    let name = input.required("GroupName", MAX_NAME_CHARS)?;
    cloud
        .ledger
        .plan(&[("Group exists", GROUP_API), ("Groups left", QUOTAS)]);
    check_group(cloud, pool_id, name)?;
    let others = user.groups.iter().filter(|group| *group != name).count();
    check_room(cloud, others, MAX_GROUPS_OF_USER)?;
    set_member(cloud, pool_id, &user.username, (name, true));
    Ok(json!({}))
}

/// `AdminRemoveUserFromGroup`.
fn remove_from_group(cloud: &mut Cloud, pool_id: &str, user: &User, input: &Input) -> Answer {
    let name = input.required("GroupName", MAX_NAME_CHARS)?;
    cloud.ledger.plan(&[("Group exists", GROUP_API)]);
    check_group(cloud, pool_id, name)?;
    set_member(cloud, pool_id, &user.username, (name, false));
    Ok(json!({}))
}

/// `AdminSetUserPassword`.
fn set_user_password(cloud: &mut Cloud, pool_id: &str, user: &User, input: &Input) -> Answer {
    let password = input.required("Password", MAX_PASSWORD_CHARS)?;
    let permanent = input.flag("Permanent")?.unwrap_or(false);
    sign_up::check_password_form(password)?;
    cloud.ledger.plan(&[("Password policy", POLICY_GUIDE)]);
    sign_up::check_password(cloud, pool_id, password)?;
    set_password(cloud, pool_id, &user.username, password);
    let until = cloud.now() + TEMPORARY_VALIDITY;
    change(cloud, pool_id, user, |user| {
        user.status = match permanent {
            true => Status::Confirmed,
            false => Status::ForceChangePassword,
        };
        user.temporary_until = (!permanent).then_some(until);
    });
    Ok(json!({}))
}
