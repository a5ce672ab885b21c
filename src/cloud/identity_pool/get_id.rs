//! `GetId`: whoever has these logins gets the identity that goes with them, for ever the same;
//! whoever has none gets a new guest's.

use serde_json::{Value, json};

use super::config::IdentityPool;
use super::identities::{LinkedLogin, Resolution};
use super::logins::{self, Planned, PoolTokens};
use super::{errors, identity_id, known, wire};
use crate::cloud::aws::AwsError;
use crate::cloud::{Cloud, REGION};
use crate::protocol::message::Request;

const POOL: Planned = ("Identity pool", "Cognito API: GetId");
const GUEST_ACCESS: Planned = (
    "Guest access",
    "Cognito API: AllowUnauthenticatedIdentities",
);
const IDENTITY: Planned = (
    "Identity",
    "Cognito guide: identities are keyed on provider and subject",
);

/// Runs the operation.
pub fn run(cloud: &mut Cloud, request: &Request) -> Result<Value, AwsError> {
    let mut input = wire::Input::parse(request)?;
    input.optional("AccountId", wire::ACCOUNT_ID)?;
    let pool_id = input.required("IdentityPoolId", wire::ID)?;
    let logins = input.logins()?;
    input.finish()?;
    let pool = cloud.identity_pools.pool(&pool_id);
    plan(cloud, pool.as_deref(), &logins);
    let actual = if pool.is_some() {
        "exists"
    } else {
        "no such pool"
    };
    cloud
        .ledger
        .verify(POOL.0, pool.is_some(), &pool_id, actual);
    let pool = pool.ok_or_else(|| errors::no_such_pool(&pool_id))?;
    if logins.is_empty() {
        known::check_guest_access(cloud, &pool)?;
    }
    let verified = logins::verify_all(cloud, &pool, &logins, PoolTokens::Refused)?;
    let linked: Vec<LinkedLogin> = verified.iter().map(|one| one.login.clone()).collect();
    let resolution = resolve(cloud, &pool, &linked)?;
    let id = settle(cloud, &pool, resolution);
    identity_id::mint(cloud, &pool, &id, &verified);
    Ok(json!({ "IdentityId": id }))
}

fn plan(cloud: &mut Cloud, pool: Option<&IdentityPool>, logins: &[(String, String)]) {
    let mut checks = vec![POOL];
    if logins.is_empty() {
        checks.push(GUEST_ACCESS);
    }
    if let Some(pool) = pool {
        checks.extend(logins::planned(pool, logins));
    }
    checks.push(IDENTITY);
    cloud.ledger.plan(&checks);
}

fn resolve(
    cloud: &mut Cloud,
    pool: &IdentityPool,
    logins: &[LinkedLogin],
) -> Result<Resolution, AwsError> {
    const EXPECTED: &str = "one identity for these logins";
    let identities = cloud
        .identity_pools
        .identities(&pool.id)
        .ok_or_else(errors::internal)?;
    match identities.resolve(logins) {
        Ok(resolution) => {
            let actual = known::in_words(&resolution);
            cloud.ledger.passed(IDENTITY.0, EXPECTED, actual);
            Ok(resolution)
        }
        Err(unresolved) => {
            let (actual, error) = known::refusal(unresolved);
            cloud.ledger.failed(IDENTITY.0, EXPECTED, actual);
            Err(error)
        }
    }
}

/// Carries the resolution out and says whose id the answer carries.
fn settle(cloud: &mut Cloud, pool: &IdentityPool, resolution: Resolution) -> String {
    let (id, fresh) = match &resolution {
        Resolution::Known { id, .. } => (id.clone(), None),
        Resolution::Create { logins } => {
            let stream = pool.identity_stream(logins);
            let id = format!("{REGION}:{}", cloud.fresh(&stream).uuid());
            (id.clone(), Some(id))
        }
    };
    known::apply(cloud, pool, resolution, fresh);
    id
}
