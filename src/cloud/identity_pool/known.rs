//! What the operations on a known identity share: is it there and enabled, and do the logins
//! prove that the caller is it?

use std::sync::Arc;

use super::config::IdentityPool;
use super::errors;
use super::identities::{IdentityState, LinkedLogin, Resolution, Unresolved};
use super::logins::{self, Planned, PoolTokens, VerifiedLogin};
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;

const IDENTITY: Planned = ("Identity", "Cognito API: the identity exists");
const ENABLED: Planned = (
    "Identity enabled",
    "Cognito guide: merged identities are disabled",
);
const GUEST_ACCESS: Planned = (
    "Guest access",
    "Cognito guide: no guest token for an identity with a login",
);
const LOGINS_MATCH: Planned = (
    "Logins match",
    "Cognito API: at least one login is the identity's",
);

/// A proven identity.
#[derive(Clone, Debug)]
pub struct Proven {
    /// The identity the answer is about: another one than asked for, where two were merged
    pub id: String,
    /// Its logins in this request
    pub logins: Vec<VerifiedLogin>,
    /// What the logins change, once everything else has held
    pub resolution: Resolution,
}

/// Announces the checks: that the identity exists, those of the operation's own that come right
/// after it, the proof, and the operation's last ones.
pub fn plan(
    cloud: &mut Cloud,
    id: &str,
    logins: &[(String, String)],
    second: &[Planned],
    last: &[Planned],
) {
    let mut checks = vec![IDENTITY];
    checks.extend(second);
    checks.push(ENABLED);
    if logins.is_empty() {
        checks.push(GUEST_ACCESS);
    } else {
        let pool = cloud.identity_pools.pool_of(id);
        checks.extend(pool.iter().flat_map(|pool| logins::planned(pool, logins)));
        checks.push(LOGINS_MATCH);
    }
    checks.extend(last);
    cloud.ledger.plan(&checks);
}

/// Finds the identity's pool.
pub fn find(cloud: &mut Cloud, id: &str) -> Result<Arc<IdentityPool>, AwsError> {
    let pool = cloud.identity_pools.pool_of(id);
    let actual = match &pool {
        Some(pool) => format!("an identity of {}", pool.config.name),
        None => "no such identity".to_owned(),
    };
    cloud.ledger.verify(IDENTITY.0, pool.is_some(), id, actual);
    pool.ok_or_else(|| errors::no_such_identity(id))
}

/// Verifies that the caller is the identity.
pub fn prove(
    cloud: &mut Cloud,
    pool: &IdentityPool,
    id: &str,
    logins: &[(String, String)],
) -> Result<Proven, AwsError> {
    let state = state(cloud, pool, id)?;
    let enabled = state != IdentityState::Disabled;
    let actual = if enabled {
        "enabled"
    } else {
        "disabled: merged into another identity"
    };
    if !cloud.ledger.verify(ENABLED.0, enabled, "enabled", actual) {
        return Err(errors::forbidden(id));
    }
    if logins.is_empty() {
        return prove_guest(cloud, pool, id, state);
    }
    let logins = logins::verify_all(cloud, pool, logins, PoolTokens::Taken)?;
    let resolution = match_logins(cloud, pool, id, &logins)?;
    let id = match &resolution {
        Resolution::Known { id, .. } => id.clone(),
        Resolution::Create { .. } => return Err(errors::internal()),
    };
    Ok(Proven {
        id,
        logins,
        resolution,
    })
}

fn state(cloud: &Cloud, pool: &IdentityPool, id: &str) -> Result<IdentityState, AwsError> {
    let identities = cloud.identity_pools.identities(&pool.id);
    let identity = identities.and_then(|identities| identities.get(id));
    identity
        .map(|identity| identity.state)
        .ok_or_else(errors::internal)
}

fn prove_guest(
    cloud: &mut Cloud,
    pool: &IdentityPool,
    id: &str,
    state: IdentityState,
) -> Result<Proven, AwsError> {
    if state != IdentityState::Guest {
        let expected = "a login, because the identity has one";
        cloud
            .ledger
            .failed(GUEST_ACCESS.0, expected, "no login in the request");
        return Err(errors::forbidden(id));
    }
    check_guest_access(cloud, pool)?;
    let resolution = Resolution::Known {
        id: id.to_owned(),
        link: Vec::new(),
        absorb: Vec::new(),
    };
    Ok(Proven {
        id: id.to_owned(),
        logins: Vec::new(),
        resolution,
    })
}

/// Verifies that the pool takes guests.
pub fn check_guest_access(cloud: &mut Cloud, pool: &IdentityPool) -> Result<(), AwsError> {
    let allowed = pool.config.allow_unauthenticated;
    let actual = if allowed {
        "guests are allowed"
    } else {
        "guests are not allowed"
    };
    if cloud
        .ledger
        .verify(GUEST_ACCESS.0, allowed, "guests are allowed", actual)
    {
        return Ok(());
    }
    Err(errors::guests_not_allowed())
}

fn match_logins(
    cloud: &mut Cloud,
    pool: &IdentityPool,
    id: &str,
    logins: &[VerifiedLogin],
) -> Result<Resolution, AwsError> {
    let expected = format!("a login of {id}, or a new one for a guest");
    let linked: Vec<LinkedLogin> = logins.iter().map(|one| one.login.clone()).collect();
    let identities = cloud
        .identity_pools
        .identities(&pool.id)
        .ok_or_else(errors::internal)?;
    let identity = identities.get(id).ok_or_else(errors::internal)?;
    match identities.resolve_for(identity, &linked) {
        Ok(resolution) => {
            cloud
                .ledger
                .passed(LOGINS_MATCH.0, expected, in_words(&resolution));
            Ok(resolution)
        }
        Err(unresolved) => {
            let (actual, error) = refusal(unresolved);
            cloud.ledger.failed(LOGINS_MATCH.0, expected, actual);
            Err(error)
        }
    }
}

/// What a resolution comes to, for a line of evidence.
pub fn in_words(resolution: &Resolution) -> String {
    match resolution {
        Resolution::Create { logins } if logins.is_empty() => "a new guest".to_owned(),
        Resolution::Create { .. } => "a new identity".to_owned(),
        Resolution::Known { id, link, absorb } => match (link.len(), absorb.len()) {
            (0, 0) => id.clone(),
            (0, _) => format!("{id}, merged with {}", absorb.join(", ")),
            (_, 0) => format!("{id}, linked to one more login"),
            (_, _) => format!("{id}, linked and merged with {}", absorb.join(", ")),
        },
    }
}

/// Why logins cannot be resolved: as evidence, and as the service words it.
pub fn refusal(unresolved: Unresolved) -> (&'static str, AwsError) {
    match unresolved {
        Unresolved::DoesNotMatch => (
            "the logins belong to another identity",
            errors::logins_do_not_match(),
        ),
        Unresolved::SecondLoginOfProvider => (
            "two logins of one provider",
            errors::second_login_of_provider(),
        ),
    }
}

/// Carries a resolution out.
pub fn apply(
    cloud: &mut Cloud,
    pool: &IdentityPool,
    resolution: Resolution,
    fresh: Option<String>,
) {
    let now = cloud.now();
    if let Resolution::Known { id, absorb, .. } = &resolution {
        // Datasets move to the identity that stays
        cloud.sync.merge(id, absorb);
    }
    if let Some(identities) = cloud.identity_pools.identities_mut(&pool.id) {
        identities.apply(resolution, fresh, now);
    }
}
