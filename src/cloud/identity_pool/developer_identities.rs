//! What a backend can do about the identities of its own users: look them up, make two of them
//! one, and take a user off an identity.

use serde_json::{Value, json};

use super::config::IdentityPool;
use super::identities::{Identity, IdentityState, LinkedLogin};
use super::{counter, errors, known, wire};
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::cloud::front_door::Route;
use crate::protocol::encoding::{base64url, base64url_decode};
use crate::protocol::message::Request;

/// How many users a page of `LookupDeveloperIdentity` may have.
const PAGE: std::ops::RangeInclusive<i64> = 1..=60;

/// The enabled identity of a user of the backend.
fn of_user(cloud: &Cloud, pool: &IdentityPool, user: &str) -> Result<Identity, AwsError> {
    let login = login(pool, user)?;
    let identities = cloud.identity_pools.identities(&pool.id);
    let found = identities.and_then(|all| all.linked_to(&login)).cloned();
    found.ok_or_else(|| errors::no_such_user(user))
}

fn login(pool: &IdentityPool, user: &str) -> Result<LinkedLogin, AwsError> {
    let provider = pool.config.developer_provider.clone();
    let provider = provider
        .ok_or_else(|| errors::invalid_parameter("The identity pool has no developer provider."))?;
    Ok(LinkedLogin {
        provider,
        subject: user.to_owned(),
    })
}

/// Requests name the developer provider too; it must be the pool's.
fn check_provider(pool: &IdentityPool, named: &str) -> Result<(), AwsError> {
    if pool.config.developer_provider.as_deref() == Some(named) {
        return Ok(());
    }
    let message = format!("{named} is not the developer provider of this identity pool.");
    Err(errors::invalid_parameter(message))
}

/// `LookupDeveloperIdentity`: from a user to the identity, or from the identity to its users.
pub fn look_up(cloud: &mut Cloud, route: &Route, request: &Request) -> Result<Value, AwsError> {
    let caller = counter::enter(cloud, route, request, &[])?;
    let mut input = wire::Input::parse(request)?;
    let pool_id = input.required("IdentityPoolId", wire::ID)?;
    let id = input.optional("IdentityId", wire::ID)?;
    let user = input.optional("DeveloperUserIdentifier", wire::DEVELOPER_USER)?;
    let most = input.whole_number("MaxResults", PAGE)?;
    let next = input.optional("NextToken", wire::NEXT_TOKEN)?;
    input.finish()?;
    let pool = counter::pool(cloud, &caller, "LookupDeveloperIdentity", &pool_id)?;
    let identity = match (&id, &user) {
        (None, None) => {
            let message = "Either IdentityId or DeveloperUserIdentifier must be given.";
            return Err(errors::invalid_parameter(message));
        }
        (_, Some(user)) => of_user(cloud, &pool, user)?,
        (Some(id), None) => {
            let identities = cloud.identity_pools.identities(&pool.id);
            let found = identities.and_then(|all| all.get(id)).cloned();
            found.ok_or_else(|| errors::no_such_identity(id))?
        }
    };
    if id.is_some_and(|id| id != identity.id) {
        return Err(errors::login_linked_elsewhere());
    }
    let provider = pool.config.developer_provider.as_deref();
    let users = identity.logins.iter();
    let users = users.filter(|login| Some(login.provider.as_str()) == provider);
    let users: Vec<&str> = users.map(|login| login.subject.as_str()).collect();
    page(
        &identity.id,
        &users,
        most.unwrap_or(*PAGE.end()),
        next.as_deref(),
    )
}

fn page(id: &str, users: &[&str], most: i64, next: Option<&str>) -> Result<Value, AwsError> {
    let from = match next {
        None => 0,
        Some(token) => page_start(token)?,
    };
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let rest = users.get(from..).unwrap_or_default();
    let shown: Vec<&&str> = rest.iter().take(most).collect();
    let mut answer = json!({ "IdentityId": id, "DeveloperUserIdentifierList": shown });
    if let Some(members) = answer.as_object_mut().filter(|_| rest.len() > most) {
        let next = base64url((from + most).to_string().as_bytes());
        members.insert("NextToken".to_owned(), json!(next));
    }
    Ok(answer)
}

fn page_start(token: &str) -> Result<usize, AwsError> {
    let bytes = base64url_decode(token).unwrap_or_default();
    let text = std::str::from_utf8(&bytes).unwrap_or_default();
    text.parse()
        .map_err(|_| errors::invalid_parameter("The NextToken is not one of this list."))
}

/// `MergeDeveloperIdentities`: two users of the backend turn out to be one person.
pub fn merge(cloud: &mut Cloud, route: &Route, request: &Request) -> Result<Value, AwsError> {
    let caller = counter::enter(cloud, route, request, &[])?;
    let mut input = wire::Input::parse(request)?;
    let source = input.required("SourceUserIdentifier", wire::DEVELOPER_USER)?;
    let destination = input.required("DestinationUserIdentifier", wire::DEVELOPER_USER)?;
    let provider = input.required("DeveloperProviderName", wire::DEVELOPER_PROVIDER)?;
    let pool_id = input.required("IdentityPoolId", wire::ID)?;
    input.finish()?;
    let pool = counter::pool(cloud, &caller, "MergeDeveloperIdentities", &pool_id)?;
    check_provider(&pool, &provider)?;
    let from = of_user(cloud, &pool, &source)?;
    let into = of_user(cloud, &pool, &destination)?;
    if from.id == into.id {
        let message = "The two users already have the same identity.";
        return Err(errors::invalid_parameter(message));
    }
    let identities = cloud.identity_pools.identities(&pool.id);
    let identities = identities.ok_or_else(errors::internal)?;
    let resolution = identities
        .resolve_merge(&into, &from)
        .map_err(|unresolved| known::refusal(unresolved).1)?;
    known::apply(cloud, &pool, resolution, None);
    Ok(json!({ "IdentityId": into.id }))
}

/// `UnlinkDeveloperIdentity`: takes a user of the backend off an identity. Without its last login
/// nobody gets in.
pub fn unlink(cloud: &mut Cloud, route: &Route, request: &Request) -> Result<Value, AwsError> {
    let caller = counter::enter(cloud, route, request, &[])?;
    let mut input = wire::Input::parse(request)?;
    let id = input.required("IdentityId", wire::ID)?;
    let pool_id = input.required("IdentityPoolId", wire::ID)?;
    let provider = input.required("DeveloperProviderName", wire::DEVELOPER_PROVIDER)?;
    let user = input.required("DeveloperUserIdentifier", wire::DEVELOPER_USER)?;
    input.finish()?;
    let pool = counter::pool(cloud, &caller, "UnlinkDeveloperIdentity", &pool_id)?;
    check_provider(&pool, &provider)?;
    let login = login(&pool, &user)?;
    let identities = cloud.identity_pools.identities(&pool.id);
    let identity = identities.and_then(|all| all.get(&id));
    let identity = identity.ok_or_else(|| errors::no_such_identity(&id))?;
    if identity.state == IdentityState::Disabled {
        return Err(errors::forbidden(&id));
    }
    if !identity.has(&login) {
        return Err(errors::no_such_user(&user));
    }
    let now = cloud.now();
    if let Some(identities) = cloud.identity_pools.identities_mut(&pool.id) {
        identities.unlink_login(&id, &login, now);
    }
    Ok(json!({}))
}
