//! What a signed-in user can change: attributes, a changed address's proof, the password.

use serde_json::json;

use super::api::{Answer, not_authorized};
use super::codes::{self, Purpose};
use super::forgot_password::set_password;
use super::initiate_auth::count_attempt;
use super::input::Input;
use super::model::User;
use super::password::MAX_PASSWORD_CHARS;
use super::sessions::{MAX_TOKEN_CHARS, check_access_token};
use super::sign_up::{self, Writer};
use super::tokens::ADMIN_SCOPE;
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::cloud::ledger::Source;

const API: &str = "API reference: UpdateUserAttributes";
const POLICY_GUIDE: &str = "Cognito guide: password policy";
const LOCK_GUIDE: &str = "Cognito guide: lockout for failed sign-in attempts";
const CHANGE_API: &str = "API reference: ChangePassword";

/// `UpdateUserAttributes`: a changed address is unverified until its code came back.
pub(super) fn update_user_attributes(cloud: &mut Cloud, pool_id: &str, input: &Input) -> Answer {
    let token = input.required("AccessToken", MAX_TOKEN_CHARS)?;
    let given = input.attributes("UserAttributes")?;
    let (user, record) = check_access_token(cloud, pool_id, token, ADMIN_SCOPE)?;
    cloud
        .ledger
        .plan(&[("Attributes", API), ("Address free", API)]);
    sign_up::check_attributes(cloud, pool_id, None, &given, Writer::User)?;
    check_address_free(cloud, pool_id, &user, &given)?;
    let before = user.attributes.get("email");
    let email = given.iter().rfind(|(name, _)| name == "email");
    let email = email
        .map(|(_, value)| value)
        .filter(|new| Some(*new) != before);
    write(cloud, pool_id, &user.username, &given);
    let mut delivered = Vec::new();
    if let Some(email) = email {
        let pool = cloud.user_pools.get(pool_id);
        let sends = pool.is_some_and(|pool| pool.auto_verify_email);
        let client = pool.and_then(|pool| pool.clients.get(&record.client));
        let client = client.map_or_else(String::new, |client| client.name.clone());
        if sends {
            let whom = (client.as_str(), user.username.as_str(), email.as_str());
            delivered.push(codes::send(cloud, pool_id, Purpose::Verification, whom));
        }
    }
    Ok(json!({ "CodeDeliveryDetailsList": delivered }))
}

/// Where people sign in with their address, no two have the same.
fn check_address_free(
    cloud: &mut Cloud,
    pool_id: &str,
    user: &User,
    given: &[(String, String)],
) -> Result<(), AwsError> {
    let email = given.iter().find(|(name, _)| name == "email");
    let pool = cloud.user_pools.get(pool_id);
    let owner = pool.and_then(|pool| {
        let (_, email) = email?;
        pool.by_email.get(&email.to_ascii_lowercase())
    });
    let free = owner.is_none_or(|owner| *owner == user.username);
    let actual = if free { "free" } else { "another user's" };
    let expected = "an address that nobody else signs in with";
    if email.is_none() {
        cloud.ledger.skip("Address free");
        return Ok(());
    }
    match cloud.ledger.verify("Address free", free, expected, actual) {
        true => Ok(()),
        false => Err(AwsError::new(
            "AliasExistsException",
            400,
            "An account with the given email already exists.",
        )),
    }
}

/// Writes attributes into a profile, from the request under way.
pub(super) fn write(cloud: &mut Cloud, pool_id: &str, username: &str, given: &[(String, String)]) {
    let exchange = cloud.ledger.current();
    let now = cloud.now();
    let Some(pool) = cloud.user_pools.get_mut(pool_id) else {
        return;
    };
    let Some(mut user) = pool.users.get(username).cloned() else {
        return;
    };
    for (name, value) in given {
        let changed = user.attributes.get(name) != Some(value);
        if name == "email" && changed {
            let verified = "email_verified".to_owned();
            user.attributes.insert(verified, "false".to_owned());
            user.verification = None;
        }
        if let Some(exchange) = exchange {
            let member = format!("UserAttributes.{name}");
            let source = Source::Message { exchange, member };
            user.sources.insert(name.clone(), source);
        }
        user.attributes.insert(name.clone(), value.clone());
    }
    user.changed_at = now;
    pool.put_user(user);
}

/// `VerifyUserAttribute`: the code came back from the changed address.
pub(super) fn verify_user_attribute(cloud: &mut Cloud, pool_id: &str, input: &Input) -> Answer {
    let token = input.required("AccessToken", MAX_TOKEN_CHARS)?;
    let name = input.required("AttributeName", 32)?;
    let code = input.required("Code", 2_048)?;
    if name != "email" {
        return Err(super::api::invalid_parameter("Invalid attribute name."));
    }
    let (user, _) = check_access_token(cloud, pool_id, token, ADMIN_SCOPE)?;
    codes::plan(cloud, Purpose::Verification);
    codes::check(cloud, pool_id, (&user, Purpose::Verification), code)?;
    let verified = [("email_verified".to_owned(), "true".to_owned())];
    write(cloud, pool_id, &user.username, &verified);
    let pool = cloud.user_pools.get_mut(pool_id);
    if let Some(user) = pool.and_then(|pool| pool.users.get_mut(&user.username)) {
        user.verification = None;
    }
    codes::spend(cloud, code);
    Ok(json!({}))
}

/// `ChangePassword`.
pub(super) fn change_password(cloud: &mut Cloud, pool_id: &str, input: &Input) -> Answer {
    let token = input.required("AccessToken", MAX_TOKEN_CHARS)?;
    let previous = input.required("PreviousPassword", MAX_PASSWORD_CHARS)?;
    let proposed = input.required("ProposedPassword", MAX_PASSWORD_CHARS)?;
    sign_up::check_password_form(proposed)?;
    let (user, _) = check_access_token(cloud, pool_id, token, ADMIN_SCOPE)?;
    cloud.ledger.plan(&[
        ("Not locked out", LOCK_GUIDE),
        ("Password policy", POLICY_GUIDE),
        ("Previous password", CHANGE_API),
    ]);
    super::initiate_auth::check_lock(cloud, &user).map_err(|_| codes::too_many())?;
    sign_up::check_password(cloud, pool_id, proposed)?;
    let suffix = pool_id
        .split_once('_')
        .map_or(pool_id, |(_, suffix)| suffix);
    let kept = user.password.as_ref();
    let same = kept.is_some_and(|kept| kept.matches(suffix, &user.username, previous));
    let actual = if same {
        "its hash is the one kept"
    } else {
        "another hash"
    };
    let expected = format!("the password of {}", user.username);
    if !cloud
        .ledger
        .verify("Previous password", same, expected, actual)
    {
        count_attempt(cloud, pool_id, &user.username, false);
        return Err(not_authorized("Incorrect username or password."));
    }
    set_password(cloud, pool_id, &user.username, proposed);
    Ok(json!({}))
}
