//! Long-term keys of users: made, and made inactive.

use super::{Desk, ENTITY, element, errors};
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::cloud::front_door::Route;
use crate::cloud::iam::{User, add_access_key};
use crate::cloud::sts::params::TextRule;
use crate::policy::{Principal, RequestContext};
use crate::protocol::message::Request;

/// The name of a user.
const USER_NAME: TextRule = TextRule::chars(1, 64).named();
/// The id of a key.
const KEY_ID: TextRule = TextRule::chars(16, 128);
/// The most keys of a user.
const MAX_KEYS: usize = 2;
/// A key that works.
const ACTIVE: &str = "Active";
/// A key that does not.
const INACTIVE: &str = "Inactive";

/// Whose keys the request is about, where it is allowed: the user named, or the caller.
fn user(desk: &mut Desk<'_>, action: &str, named: Option<String>) -> Result<User, AwsError> {
    let account = desk.caller.account.clone();
    let own = match &desk.caller.principal {
        Principal::User { arn } => desk.cloud.iam.user(arn).map(|user| user.name.clone()),
        _ => None,
    };
    let Some(name) = named.or(own) else {
        return Err(errors::validation(
            "Must specify userName when calling with non-User credentials",
        ));
    };
    let found = desk.cloud.iam.user_named(&account, &name).cloned();
    let arn = found.as_ref().map_or_else(
        || format!("arn:aws:iam::{account}:user/{name}"),
        |user| user.arn.clone(),
    );
    desk.authorize(action, &arn, RequestContext::new())?;
    let actual = if found.is_some() {
        "exists"
    } else {
        "no such user"
    };
    let expected = format!("user {name}");
    desk.cloud
        .ledger
        .verify(ENTITY.0, found.is_some(), expected, actual);
    found.ok_or_else(|| errors::no_such_user(&name))
}

/// `CreateAccessKey`: the only answer that ever says the secret.
pub fn create(cloud: &mut Cloud, route: &Route, request: &Request) -> Result<String, AwsError> {
    let mut desk = Desk::open(cloud, route, request, &[ENTITY])?;
    let named = desk.params.optional("UserName", USER_NAME);
    let user = user(&mut desk, "CreateAccessKey", named)?;
    if desk.cloud.iam.access_keys_of(&user.arn).count() >= MAX_KEYS {
        return Err(errors::quota("AccessKeysPerUser", MAX_KEYS));
    }
    let key = add_access_key(desk.cloud, &user.arn, None);
    let key = key.ok_or_else(|| errors::no_such_user(&user.name))?;
    let mut members = element("UserName", &user.name);
    members += &element("AccessKeyId", &key.credentials.access_key_id);
    members += &element("Status", ACTIVE);
    members += &element("SecretAccessKey", &key.credentials.secret_access_key);
    members += &element("CreateDate", &key.created_at.iso8601());
    Ok(format!("<AccessKey>{members}</AccessKey>"))
}

/// `UpdateAccessKey`: makes a key inactive, or active again.
pub fn update(cloud: &mut Cloud, route: &Route, request: &Request) -> Result<String, AwsError> {
    let mut desk = Desk::open(cloud, route, request, &[ENTITY])?;
    let named = desk.params.optional("UserName", USER_NAME);
    let id = desk.params.required("AccessKeyId", KEY_ID);
    let status = desk.params.one_of("Status", &[ACTIVE, INACTIVE]);
    let user = user(&mut desk, "UpdateAccessKey", named)?;
    let key = desk.cloud.iam.access_key(&id).cloned();
    let key = key.filter(|key| key.user_arn == user.arn);
    let mut key = key.ok_or_else(|| errors::no_such_key(&id))?;
    key.active = status == ACTIVE;
    desk.cloud.iam.put_access_key(key);
    Ok(String::new())
}
