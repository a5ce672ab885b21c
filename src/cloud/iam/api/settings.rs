//! Roles set up differently: what an operation does once the caller is allowed to, and what the
//! owner of a simulated account does without asking anybody. Policies are verified here.

use super::{documents, errors};
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::cloud::iam::Role;
use crate::policy::NamedPolicy;
use crate::protocol::time::Span;

/// The most that all inline policies of a role may have together, in characters without white
/// space.
const MAX_INLINE_CHARS: usize = 10_240;
/// The same of a user.
const MAX_USER_INLINE_CHARS: usize = 2_048;
/// The shortest and the longest session that a role may give at most.
const MAX_SESSION_BETWEEN: (Span, Span) = (Span::from_hours(1), Span::from_hours(12));
/// What the console calls the policy that ends older sessions.
pub const REVOKE_POLICY: &str = "AWSRevokeOlderSessions";

fn role<'a>(cloud: &'a mut Cloud, arn: &str) -> Result<&'a mut Role, AwsError> {
    let name = arn.rsplit('/').next().unwrap_or_default().to_owned();
    let role = cloud.iam.role_mut(arn);
    role.ok_or_else(|| errors::no_such_role(&name))
}

/// Who may become the role from now on. Sessions that are open stay.
pub fn set_trust(cloud: &mut Cloud, arn: &str, document: &str) -> Result<(), AwsError> {
    let trust = documents::read_trust(cloud, document)?;
    let role = role(cloud, arn)?;
    role.trust = NamedPolicy::new(format!("{} trust policy", role.name), trust);
    Ok(())
}

/// The most that all inline policies of a role or user may have together.
fn most_inline_chars(arn: &str) -> usize {
    match arn.contains(":user/") {
        true => MAX_USER_INLINE_CHARS,
        false => MAX_INLINE_CHARS,
    }
}

/// The inline policies of a role or user, and its name.
fn inline<'a>(
    cloud: &'a mut Cloud,
    arn: &str,
) -> Result<(&'a mut Vec<NamedPolicy>, String), AwsError> {
    let name = arn.rsplit('/').next().unwrap_or_default().to_owned();
    let missing = || match arn.contains(":user/") {
        true => errors::no_such_user(&name),
        false => errors::no_such_role(&name),
    };
    let policies = cloud.iam.inline_mut(arn).ok_or_else(missing)?;
    Ok((policies, name))
}

/// Adds or replaces an inline policy of a role or user.
pub fn put_policy(
    cloud: &mut Cloud,
    arn: &str,
    (policy_name, document): (&str, &str),
) -> Result<(), AwsError> {
    let policy = documents::read(cloud, document)?;
    let most = most_inline_chars(arn);
    let (policies, name) = inline(cloud, arn)?;
    let is_it = |known: &NamedPolicy| *known.name == *policy_name;
    let others = policies.iter().filter(|known| !is_it(known));
    let others: usize = others
        .map(|known| documents::chars(known.policy.text()))
        .sum();
    if others + documents::chars(document) > most {
        return Err(errors::policies_too_long(most, &name));
    }
    let policy = NamedPolicy::new(policy_name, policy);
    let known = policies.iter().position(is_it);
    match known.and_then(|at| policies.get_mut(at)) {
        Some(known) => *known = policy,
        None => policies.push(policy),
    }
    Ok(())
}

/// Takes an inline policy of a role or user away.
pub fn delete_policy(cloud: &mut Cloud, arn: &str, policy_name: &str) -> Result<(), AwsError> {
    let (policies, _) = inline(cloud, arn)?;
    let before = policies.len();
    policies.retain(|known| *known.name != *policy_name);
    if policies.len() == before {
        return Err(errors::no_such_role_policy(policy_name));
    }
    Ok(())
}

/// Sets the most that the role may ever do, or takes that limit away.
pub fn set_boundary(cloud: &mut Cloud, arn: &str, document: Option<&str>) -> Result<(), AwsError> {
    let read = |document| documents::read(cloud, document);
    let policy = document.map(read).transpose()?;
    let role = role(cloud, arn)?;
    let name = format!("{} boundary", role.name);
    role.boundary = policy.map(|policy| NamedPolicy::new(name, policy));
    Ok(())
}

/// Sets the longest session that the role gives.
pub fn set_max_session(cloud: &mut Cloud, arn: &str, most: Span) -> Result<(), AwsError> {
    let (shortest, longest) = MAX_SESSION_BETWEEN;
    if !(shortest..=longest).contains(&most) {
        let message = format!("The maximum session duration is from {shortest} to {longest}");
        return Err(errors::validation(message).in_own_words());
    }
    role(cloud, arn)?.max_session = most;
    Ok(())
}

/// Ends all sessions that began before now, as the console does it.
pub fn revoke_sessions(cloud: &mut Cloud, arn: &str) -> Result<(), AwsError> {
    let document = documents::revoke_older_sessions(cloud.now());
    put_policy(cloud, arn, (REVOKE_POLICY, &document))
}

/// Deletes a role with everything attached to it.
pub fn delete(cloud: &mut Cloud, arn: &str) -> Result<(), AwsError> {
    role(cloud, arn)?;
    cloud.iam.remove_role(arn);
    Ok(())
}
