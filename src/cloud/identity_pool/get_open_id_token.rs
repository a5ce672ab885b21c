//! `GetOpenIdToken`: the basic (classic) flow. The caller gets the pool's token and takes it to
//! STS itself, choosing the role.

use serde_json::{Value, json};

use super::config::IdentityPool;
use super::logins::Planned;
use super::{errors, identity_id, known, token, wire};
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::protocol::message::Request;

const CLASSIC_FLOW: Planned = (
    "Basic flow",
    "Cognito API: AllowClassicFlow; no RoleMappings",
);

/// Runs the operation.
pub fn run(cloud: &mut Cloud, request: &Request) -> Result<Value, AwsError> {
    let mut input = wire::Input::parse(request)?;
    let id = input.required("IdentityId", wire::ID)?;
    let logins = input.logins()?;
    input.finish()?;
    known::plan(cloud, &id, &logins, &[CLASSIC_FLOW], &[]);
    let pool = known::find(cloud, &id)?;
    check_flow(cloud, &pool)?;
    let proven = known::prove(cloud, &pool, &id, &logins)?;
    let artifact = identity_id::mint(cloud, &pool, &proven.id, &proven.logins);
    let token = token::mint(cloud, &pool, (&proven.id, artifact), &proven.logins)?;
    known::apply(cloud, &pool, proven.resolution, None);
    Ok(json!({ "IdentityId": proven.id, "Token": token.text }))
}

fn check_flow(cloud: &mut Cloud, pool: &IdentityPool) -> Result<(), AwsError> {
    const EXPECTED: &str = "the basic flow is enabled and there are no role mappings";
    if !pool.config.allow_classic {
        cloud.ledger.failed(CLASSIC_FLOW.0, EXPECTED, "not enabled");
        return Err(errors::classic_is_off());
    }
    if !pool.config.role_mappings.is_empty() {
        cloud
            .ledger
            .failed(CLASSIC_FLOW.0, EXPECTED, "the pool has role mappings");
        return Err(errors::classic_with_mappings());
    }
    cloud
        .ledger
        .passed(CLASSIC_FLOW.0, EXPECTED, "enabled, no role mappings");
    Ok(())
}
