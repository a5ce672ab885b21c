//! Who asks, may they, and is there such a pool and identity? The checks every operation of Sync
//! begins with.

use std::sync::Arc;

use super::place::Place;
use super::{WIRE, invalid, not_authorized, not_found};
use crate::cloud::Cloud;
use crate::cloud::access::{self, Ask, Caller, PERMISSIONS_CHECK};
use crate::cloud::aws::{AwsError, shorten};
use crate::cloud::front_door::Route;
use crate::cloud::identity_pool::{IdentityPool, IdentityState};
use crate::policy::RequestContext;
use crate::protocol::message::Request;

const POOL: (&str, &str) = ("Identity pool", "Cognito Sync API reference (legacy)");
const IDENTITY: (&str, &str) = ("Identity", "Cognito Sync API reference (legacy)");
const OWN: (&str, &str) = (
    "Own identity",
    "Tokentrail's model: with Cognito credentials nobody reaches another identity's data",
);
const CREDENTIALS: (&str, &str) = ("Kind of credentials", "Cognito Sync API reference (legacy)");
const DATASET_NAME: (&str, &str) = ("Dataset name", "Cognito Sync API reference (legacy)");
/// The longest name of a dataset, in characters.
const MAX_NAME_CHARS: usize = 128;
/// The condition key that Cognito's credentials have.
const SUBJECT: &str = "cognito-identity.amazonaws.com:sub";

/// Whose credentials an operation wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    /// Anybody's
    Any,
    /// A user's, from an identity pool
    Cognito,
    /// A developer's
    Developer,
}

/// Who asks, once it is clear that they may.
#[derive(Clone, Debug)]
pub struct Asker {
    /// Who
    pub caller: Caller,
    /// The identity pool
    pub pool: Arc<IdentityPool>,
}

impl Asker {
    /// Whether the credentials come from an identity pool.
    pub fn is_user(&self) -> bool {
        self.caller.context.get(SUBJECT).is_some()
    }
}

/// Makes the checks, announcing those of the operation itself as well.
pub fn open(
    cloud: &mut Cloud,
    (route, request, place): (&Route, &Request, &Place),
    wants: Wants,
    later: &[(&str, &str)],
) -> Result<Asker, AwsError> {
    let mut plan = vec![PERMISSIONS_CHECK, POOL];
    if wants != Wants::Any {
        plan.push(CREDENTIALS);
    }
    if !place.identity.is_empty() {
        plan.extend([IDENTITY, OWN]);
    }
    if !place.dataset.is_empty() {
        plan.push(DATASET_NAME);
    }
    plan.extend(later);
    let caller = access::authenticate_then(cloud, route, request, WIRE, &plan)?;
    let pool = cloud.identity_pools.pool(&place.pool);
    let owner = pool.as_ref().map(|pool| pool.config.account.clone());
    let owner = owner.unwrap_or_else(|| caller.account.clone());
    permitted(cloud, &caller, &route.operation, place, &owner)?;
    let actual = if pool.is_some() {
        "exists"
    } else {
        "does not exist"
    };
    cloud
        .ledger
        .verify(POOL.0, pool.is_some(), place.pool.as_str(), actual);
    let missing = || not_found(format!("IdentityPool '{}' not found.", place.pool));
    let pool = pool.ok_or_else(missing)?;
    let asker = Asker { caller, pool };
    right_credentials(cloud, &asker, wants)?;
    if !place.identity.is_empty() {
        own_identity(cloud, &asker, &place.identity)?;
    }
    if !place.dataset.is_empty() {
        dataset_name(cloud, &place.dataset)?;
    }
    Ok(asker)
}

fn permitted(
    cloud: &mut Cloud,
    caller: &Caller,
    operation: &str,
    place: &Place,
    owner: &str,
) -> Result<(), AwsError> {
    let ask = Ask {
        action: format!("cognito-sync:{operation}"),
        resource: place.arn(owner),
        resource_account: owner.to_owned(),
        context: RequestContext::new(),
        resource_policy: None,
    };
    access::authorize(cloud, caller, &ask, WIRE).map_err(|error| not_authorized(error.message))
}

fn right_credentials(cloud: &mut Cloud, asker: &Asker, wants: Wants) -> Result<(), AwsError> {
    let user = asker.is_user();
    let (held, expected) = match wants {
        Wants::Any => return Ok(()),
        Wants::Cognito => (user, "credentials from an identity pool"),
        Wants::Developer => (!user, "a developer's credentials"),
    };
    let actual = if user {
        "from an identity pool"
    } else {
        "a developer's"
    };
    match cloud.ledger.verify(CREDENTIALS.0, held, expected, actual) {
        true => Ok(()),
        // The code is AWS's, the wording Tokentrail's
        false => Err(not_authorized(format!("This operation needs {expected}"))),
    }
}

fn own_identity(cloud: &mut Cloud, asker: &Asker, identity: &str) -> Result<(), AwsError> {
    let known = cloud.identity_pools.identities(&asker.pool.id);
    let state = known
        .and_then(|known| known.get(identity))
        .map(|one| one.state);
    let actual = match state {
        Some(IdentityState::Disabled) => "merged into another one",
        Some(_) => "exists",
        None => "unknown",
    };
    let there = state.is_some_and(|state| state != IdentityState::Disabled);
    let expected = format!("an identity of {}", asker.pool.id);
    if !cloud.ledger.verify(IDENTITY.0, there, expected, actual) {
        return Err(not_found(format!("Identity '{identity}' not found.")));
    }
    let subject = asker.caller.context.get(SUBJECT);
    let subject = subject.and_then(|value| value.values().first().cloned());
    let held = subject.as_deref().is_none_or(|subject| subject == identity);
    let actual = subject.unwrap_or_else(|| "a developer".to_owned());
    match cloud.ledger.verify(OWN.0, held, identity, actual) {
        true => Ok(()),
        false => Err(not_authorized(format!(
            "Access to Identity '{identity}' is forbidden."
        ))),
    }
}

fn dataset_name(cloud: &mut Cloud, name: &str) -> Result<(), AwsError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
    let good = name.chars().count() <= MAX_NAME_CHARS && name.chars().all(plain);
    let expected = format!("at most {MAX_NAME_CHARS} of a-z A-Z 0-9 _ . : -");
    if cloud
        .ledger
        .verify(DATASET_NAME.0, good, expected, shorten(name))
    {
        return Ok(());
    }
    Err(invalid(format!(
        "1 validation error detected: Value '{}' at 'datasetName' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: [a-zA-Z0-9_.:-]+",
        shorten(name)
    )))
}
