//! `GetOpenIdTokenForDeveloperIdentity`: a backend that has signed somebody in itself vouches for
//! them with its AWS credentials, and gets the pool's token for their identity. It chooses how
//! long the token lives and which principal tags it carries.

use serde_json::{Map, Value, json};

use super::config::IdentityPool;
use super::identities::{IdentityState, LinkedLogin, Resolution, Unresolved};
use super::logins::{self, Planned, PoolTokens, VerifiedLogin};
use super::{counter, errors, identity_id, known, token, wire};
use crate::cloud::aws::AwsError;
use crate::cloud::front_door::Route;
use crate::cloud::{Cloud, REGION};
use crate::protocol::message::Request;
use crate::protocol::time::Span;

/// The operation.
const OPERATION: &str = "GetOpenIdTokenForDeveloperIdentity";
/// How long the token lives when the backend says nothing, in seconds.
const DEFAULT_LIFE_SECONDS: i64 = 900;
/// How long it may live, in seconds.
const LIFE_SECONDS: std::ops::RangeInclusive<i64> = 1..=86_400;
/// The most principal tags.
const MAX_TAGS: usize = 50;

const PROVIDER: Planned = ("Developer provider", "Cognito API: DeveloperProviderName");
const IDENTITY: Planned = (
    "Identity",
    "Cognito API: developer logins are linked to an identity",
);

/// Runs the operation.
pub fn run(cloud: &mut Cloud, route: &Route, request: &Request) -> Result<Value, AwsError> {
    let caller = counter::enter(cloud, route, request, &[PROVIDER, IDENTITY])?;
    let mut input = wire::Input::parse(request)?;
    let pool_id = input.required("IdentityPoolId", wire::ID)?;
    let asked = input.optional("IdentityId", wire::ID)?;
    let given = input.logins()?;
    let tags = input.texts("PrincipalTags")?.unwrap_or_default();
    let seconds = input.whole_number("TokenDuration", LIFE_SECONDS)?;
    if given.is_empty() {
        input.missing("Logins");
    }
    input.finish()?;
    let pool = counter::pool(cloud, &caller, OPERATION, &pool_id)?;
    let (own, public) = check_provider(cloud, &pool, given)?;
    cloud.ledger.plan(&logins::planned(&pool, &public));
    let mut logins = vec![own];
    logins.extend(logins::verify_all(
        cloud,
        &pool,
        &public,
        PoolTokens::Refused,
    )?);
    let resolution = resolve(cloud, &pool, asked.as_deref(), &logins)?;
    if tags.len() > MAX_TAGS {
        let message = format!("There can be at most {MAX_TAGS} principal tags.");
        return Err(errors::invalid_parameter(message));
    }
    let (id, fresh) = named(cloud, &pool, &resolution);
    let artifact = identity_id::mint(cloud, &pool, &id, &logins);
    let tags: Map<String, Value> = tags
        .into_iter()
        .map(|(tag, value)| (tag, json!([value])))
        .collect();
    let life = Span::from_seconds(seconds.unwrap_or(DEFAULT_LIFE_SECONDS));
    let token = token::mint_for(cloud, &pool, (&id, artifact), &logins, (life, &tags))?;
    known::apply(cloud, &pool, resolution, fresh);
    Ok(json!({ "IdentityId": id, "Token": token.text }))
}

/// The login of the backend's own user, which the backend's signature vouches for, and the
/// others, which must prove themselves.
fn check_provider(
    cloud: &mut Cloud,
    pool: &IdentityPool,
    given: Vec<(String, String)>,
) -> Result<(VerifiedLogin, Vec<(String, String)>), AwsError> {
    let provider = pool.config.developer_provider.clone();
    let is_own = |name: &String| provider.as_ref() == Some(name);
    let (own, public): (Vec<_>, Vec<_>) = given.into_iter().partition(|(name, _)| is_own(name));
    let expected = match &provider {
        Some(name) => format!("a login of {name}"),
        None => "the pool has a developer provider".to_owned(),
    };
    let actual = match own.first() {
        Some((_, user)) => format!("user {user}"),
        None => "no such login".to_owned(),
    };
    let held = !own.is_empty();
    cloud.ledger.verify(PROVIDER.0, held, expected, actual);
    let Some((provider, subject)) = own.into_iter().next() else {
        return Err(errors::invalid_parameter(
            "Logins must have a user of the developer provider of this identity pool.",
        ));
    };
    let login = VerifiedLogin {
        mapping_key: provider.clone(),
        method: Some(format!("{provider}:{}:{subject}", pool.id)),
        login: LinkedLogin { provider, subject },
        claims: Map::new(),
        artifact: None,
        subject_field: "",
    };
    Ok((login, public))
}

fn resolve(
    cloud: &mut Cloud,
    pool: &IdentityPool,
    asked: Option<&str>,
    logins: &[VerifiedLogin],
) -> Result<Resolution, AwsError> {
    const EXPECTED: &str = "one identity for these logins";
    let linked: Vec<LinkedLogin> = logins.iter().map(|one| one.login.clone()).collect();
    match resolution(cloud, pool, asked, &linked) {
        Ok(resolution) => {
            let actual = known::in_words(&resolution);
            cloud.ledger.passed(IDENTITY.0, EXPECTED, actual);
            Ok(resolution)
        }
        Err(error) => {
            let actual = error.message.clone();
            cloud.ledger.failed(IDENTITY.0, EXPECTED, actual);
            Err(error)
        }
    }
}

fn resolution(
    cloud: &Cloud,
    pool: &IdentityPool,
    asked: Option<&str>,
    logins: &[LinkedLogin],
) -> Result<Resolution, AwsError> {
    let identities = cloud.identity_pools.identities(&pool.id);
    let identities = identities.ok_or_else(errors::internal)?;
    let Some(id) = asked else {
        return identities
            .resolve(logins)
            .map_err(|unresolved| known::refusal(unresolved).1);
    };
    let identity = identities.get(id);
    let identity = identity.ok_or_else(|| errors::no_such_identity(id))?;
    if identity.state == IdentityState::Disabled {
        return Err(errors::forbidden(id));
    }
    let own = logins.first().and_then(|own| identities.linked_to(own));
    if own.is_some_and(|known| known.id != id) {
        return Err(errors::user_registered_elsewhere());
    }
    identities
        .resolve_link(identity, logins)
        .map_err(|unresolved| match unresolved {
            Unresolved::DoesNotMatch => errors::login_linked_elsewhere(),
            Unresolved::SecondLoginOfProvider => errors::second_login_of_provider(),
        })
}

/// Whose id the answer carries, and the new one where there is one.
fn named(
    cloud: &mut Cloud,
    pool: &IdentityPool,
    resolution: &Resolution,
) -> (String, Option<String>) {
    match resolution {
        Resolution::Known { id, .. } => (id.clone(), None),
        Resolution::Create { logins } => {
            let stream = pool.identity_stream(logins);
            let id = format!("{REGION}:{}", cloud.fresh(&stream).uuid());
            (id.clone(), Some(id))
        }
    }
}
