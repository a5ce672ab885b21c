//! What the signed operations share: who asks, whether they may, and whether the pool is there.
//! Clients never call these; backends and administrators do, with AWS credentials of their own.

use std::sync::Arc;

use super::config::IdentityPool;
use super::errors;
use super::logins::Planned;
use crate::cloud::access::{Ask, Caller, PERMISSIONS_CHECK, authenticate_then, authorize};
use crate::cloud::aws::{AwsError, Wire};
use crate::cloud::front_door::Route;
use crate::cloud::{Cloud, REGION};
use crate::policy::RequestContext;
use crate::protocol::message::Request;

const POOL: Planned = ("Identity pool", "Cognito API: the identity pool exists");

/// Finds out who asks, and announces what is checked after that.
pub fn enter(
    cloud: &mut Cloud,
    route: &Route,
    request: &Request,
    later: &[Planned],
) -> Result<Caller, AwsError> {
    let mut checks = vec![PERMISSIONS_CHECK];
    checks.extend(later);
    authenticate_then(cloud, route, request, Wire::Json11, &checks)
}

/// Asks whether the caller may do something to a resource of this service.
pub fn allow(
    cloud: &mut Cloud,
    caller: &Caller,
    operation: &str,
    (resource, account): (String, &str),
) -> Result<(), AwsError> {
    let ask = Ask {
        action: format!("cognito-identity:{operation}"),
        resource,
        resource_account: account.to_owned(),
        context: RequestContext::new(),
        resource_policy: None,
    };
    authorize(cloud, caller, &ask, Wire::Json11)
}

/// The pool that a request names, where the caller may do this to it.
pub fn pool(
    cloud: &mut Cloud,
    caller: &Caller,
    operation: &str,
    id: &str,
) -> Result<Arc<IdentityPool>, AwsError> {
    let pool = cloud.identity_pools.pool(id);
    let owner = pool
        .as_ref()
        .map_or(&caller.account, |pool| &pool.config.account);
    let owner = owner.clone();
    let arn = format!("arn:aws:cognito-identity:{REGION}:{owner}:identitypool/{id}");
    allow(cloud, caller, operation, (arn, &owner))?;
    cloud.ledger.plan(&[POOL]);
    let actual = if pool.is_some() {
        "exists"
    } else {
        "no such pool"
    };
    cloud.ledger.verify(POOL.0, pool.is_some(), id, actual);
    pool.ok_or_else(|| errors::no_such_pool(id))
}
