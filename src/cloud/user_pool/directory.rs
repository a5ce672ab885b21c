//! What happens to users of a directory: what an operation does once the caller is allowed to, and
//! what the owner of a simulated pool does without asking anybody.

use std::collections::BTreeSet;

use super::model::User;
use super::sessions;
use crate::cloud::Cloud;

/// Lets a user in or locks it out. False where there is no such user.
pub fn set_enabled(cloud: &mut Cloud, pool_id: &str, username: &str, enabled: bool) -> bool {
    let pool = cloud.user_pools.get_mut(pool_id);
    let Some(user) = pool.and_then(|pool| pool.users.get_mut(username)) else {
        return false;
    };
    user.enabled = enabled;
    true
}

/// Ends every sign-in of a user. False where there is no such user.
pub fn sign_out(cloud: &mut Cloud, pool_id: &str, username: &str) -> bool {
    let pool = cloud.user_pools.get(pool_id);
    if !pool.is_some_and(|pool| pool.users.contains_key(username)) {
        return false;
    }
    sessions::sign_out_everywhere(cloud, pool_id, username);
    true
}

/// Puts a user into a group or takes it out of one. False where there is no such user or group.
pub fn set_member(
    cloud: &mut Cloud,
    pool_id: &str,
    username: &str,
    (group, member): (&str, bool),
) -> bool {
    let now = cloud.now();
    let Some(pool) = cloud.user_pools.get_mut(pool_id) else {
        return false;
    };
    let known = pool.groups.contains_key(group);
    let Some(user) = pool.users.get_mut(username).filter(|_| known) else {
        return false;
    };
    match member {
        true => user.groups.insert(group.to_owned()),
        false => user.groups.remove(group),
    };
    user.changed_at = now;
    true
}

/// The groups of a pool, and those among them that a user is in.
pub fn groups_of(
    cloud: &Cloud,
    pool_id: &str,
    username: &str,
) -> Option<(Vec<String>, BTreeSet<String>)> {
    let pool = cloud.user_pools.get(pool_id)?;
    let user = pool.users.get(username)?;
    Some((pool.groups.keys().cloned().collect(), user.groups.clone()))
}

/// Deletes a user. Tokens that are out there stay what they are. False where there is no such
/// user.
pub fn delete_user(cloud: &mut Cloud, pool_id: &str, username: &str) -> bool {
    let pool = cloud.user_pools.get_mut(pool_id);
    pool.is_some_and(|pool| pool.remove_user(username))
}

/// The username of a user as administrators name it, by username, address or `sub`, or of the only
/// one with this e-mail address.
pub fn username_of(cloud: &Cloud, pool_id: &str, (name, email): (&str, &str)) -> Option<String> {
    let pool = cloud.user_pools.get(pool_id)?;
    if let Some(user) = pool.user_named(name) {
        return Some(user.username.clone());
    }
    let has_it = |user: &&User| user.attributes.get("email").is_some_and(|it| it == email);
    let mut users = pool.users.values().filter(has_it);
    let user = users.next()?;
    users.next().is_none().then(|| user.username.clone())
}
