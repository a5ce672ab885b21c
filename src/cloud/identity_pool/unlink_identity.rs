//! `UnlinkIdentity`: takes logins away from an identity. Without its last one nobody gets in.

use serde_json::{Value, json};

use super::identities::Resolution;
use super::{errors, known, wire};
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::protocol::message::Request;

/// Runs the operation.
pub fn run(cloud: &mut Cloud, request: &Request) -> Result<Value, AwsError> {
    let mut input = wire::Input::parse(request)?;
    let id = input.required("IdentityId", wire::ID)?;
    let logins = input.logins()?;
    let removed = input.required_list("LoginsToRemove")?;
    input.finish()?;
    known::plan(cloud, &id, &logins, &[], &[]);
    let pool = known::find(cloud, &id)?;
    let proven = known::prove(cloud, &pool, &id, &logins)?;
    // Only logins that are linked already prove anything here: unlinking must not link or merge
    let linked_already = matches!(
        &proven.resolution,
        Resolution::Known { link, absorb, .. } if link.is_empty() && absorb.is_empty()
    );
    if !linked_already || proven.logins.is_empty() {
        return Err(errors::logins_do_not_match());
    }
    let now = cloud.now();
    if let Some(identities) = cloud.identity_pools.identities_mut(&pool.id) {
        identities.unlink(&id, &removed, now);
    }
    Ok(json!({}))
}
