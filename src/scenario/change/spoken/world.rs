//! `role:NAME.…`, `bucket:NAME.…`, `identity-pool:NAME.…`, `user:NAME.…` and `device:NAME.…`.

use super::super::offer::Moment;
use super::super::{BucketChange, Change, IdentityPoolChange, RoleChange, UserChange};
use super::{Misspoken, Word, device as known_device, needed};
use crate::policy::{Policy, PolicyKind};
use crate::scenario::action::Action;
use crate::scenario::template::Template;
use crate::scenario::world_file::World;

const ROLE_WAYS: [&str; 6] = [
    "trust",
    "policy.NAME",
    "boundary",
    "max_session",
    "sessions",
    "deleted",
];
const POOL_WAYS: [&str; 8] = [
    "guests",
    "classic",
    "role",
    "guest_role",
    "mapping",
    "client.PROVIDER",
    "provider.PROVIDER",
    "identity.ID",
];
const USER_WAYS: [&str; 5] = ["disabled", "enabled", "signed_out", "deleted", "group.NAME"];
const DEVICE_WAYS: [&str; 3] = ["offline", "online", "skew"];

/// The name and the way, which must both be there.
pub(super) fn parts<'a>(
    subject: Word<'a>,
    ways: &[&str],
) -> Result<(Word<'a>, Word<'a>), Misspoken> {
    subject.split(".").ok_or_else(|| {
        let remedy = format!("write a dot and one of {}", ways.join(", "));
        subject.wrong("what is to be different is missing", remedy)
    })
}

pub(super) fn named<'w>(
    what: &str,
    name: Word<'_>,
    known: impl Iterator<Item = &'w str> + Clone,
) -> Result<String, Misspoken> {
    if known.clone().any(|it| it == name.text) {
        return Ok(name.text.to_owned());
    }
    let known: Vec<&str> = known.collect();
    Err(name.unknown(what, known.iter().copied()))
}

fn role_name(world: &World, name: Word<'_>) -> Result<String, Misspoken> {
    named("role", name, world.roles.iter().map(|it| it.id.as_str()))
}

/// A policy, with what is wrong with it at its place in the line.
pub(super) fn policy(kind: PolicyKind, value: Word<'_>) -> Result<String, Misspoken> {
    match Policy::parse(kind, value.text) {
        Ok(_) => Ok(value.text.to_owned()),
        Err(error) => {
            let start = value.at + error.offset;
            let usual = "a policy is the JSON that AWS takes, here or in a file: `@policy.json`";
            Err(Misspoken {
                span: start..start + error.length,
                message: format!(
                    "line {}, column {} of the policy: {}",
                    error.line, error.column, error.message
                ),
                remedy: error.hint.unwrap_or_else(|| usual.to_owned()),
            })
        }
    }
}

pub(super) fn role(
    moment: &Moment<'_>,
    subject: Word<'_>,
    value: Option<Word<'_>>,
) -> Result<Change, Misspoken> {
    let (name, way) = parts(subject, &ROLE_WAYS)?;
    let role = role_name(&moment.story.scenario().world, name)?;
    if way.text == "deleted" && value.is_none() {
        let becomes = RoleChange::Deleted;
        return Ok(Change::Role { role, becomes });
    }
    let value = needed(subject, value)?;
    let becomes = match (way.text, value.text) {
        ("trust", _) => RoleChange::Trust(policy(PolicyKind::Trust, value)?),
        ("boundary", "none") => RoleChange::WithoutBoundary,
        ("boundary", _) => RoleChange::Boundary(policy(PolicyKind::Boundary, value)?),
        ("max_session", _) => RoleChange::MaxSession(value.duration()?),
        ("sessions", "revoked") => RoleChange::SessionsRevoked,
        ("sessions", _) => return Err(value.unknown("state of sessions", ["revoked"])),
        (_, json) => match (way.strip("policy."), json) {
            (Some(name), "none") => RoleChange::WithoutPolicy(name.text.to_owned()),
            (Some(name), _) => {
                let json = policy(PolicyKind::Identity, value)?;
                RoleChange::Policy(name.text.to_owned(), json)
            }
            (None, _) => return Err(way.unknown("part of a role", ROLE_WAYS)),
        },
    };
    Ok(Change::Role { role, becomes })
}

pub(super) fn bucket(
    moment: &Moment<'_>,
    subject: Word<'_>,
    value: Option<Word<'_>>,
) -> Result<Change, Misspoken> {
    // A bucket's name may hold dots
    let Some(name) = subject.text.strip_suffix(".policy") else {
        let remedy = "write `bucket:NAME.policy=…`";
        return Err(subject.wrong("only the policy of a bucket can be changed", remedy));
    };
    let name = Word {
        text: name,
        at: subject.at,
    };
    let world = &moment.story.scenario().world;
    let bucket = named(
        "bucket",
        name,
        world.buckets.iter().map(|it| it.id.as_str()),
    )?;
    let value = needed(subject, value)?;
    let becomes = match value.text {
        "none" => BucketChange::WithoutPolicy,
        _ => BucketChange::Policy(policy(PolicyKind::Resource, value)?),
    };
    Ok(Change::Bucket { bucket, becomes })
}

fn on(value: Word<'_>) -> Result<bool, Misspoken> {
    match value.text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(value.wrong("this is neither on nor off", "write `on` or `off`")),
    }
}

pub(super) fn identity_pool(
    moment: &Moment<'_>,
    subject: Word<'_>,
    value: Option<Word<'_>>,
) -> Result<Change, Misspoken> {
    let (name, way) = parts(subject, &POOL_WAYS)?;
    let world = &moment.story.scenario().world;
    let pools = world.identity_pools.iter().map(|it| it.id.as_str());
    let pool = named("identity pool", name, pools)?;
    let value = needed(subject, value)?;
    let none = |what: &str| match value.text {
        "none" => Ok(()),
        _ => Err(value.wrong(format!("{what} can only be taken away"), "write `=none`")),
    };
    let becomes = match way.text {
        "guests" => IdentityPoolChange::Guests(on(value)?),
        "classic" => IdentityPoolChange::Classic(on(value)?),
        "role" => IdentityPoolChange::AuthenticatedRole(role_name(world, value)?),
        "guest_role" => IdentityPoolChange::GuestRole(role_name(world, value)?),
        "mapping" => match value.strip("token:") {
            Some(pool) => IdentityPoolChange::MappingByToken(pool.text.to_owned()),
            None => {
                none("the role mapping")?;
                IdentityPoolChange::WithoutMapping
            }
        },
        _ => {
            if let Some(provider) = way.strip("client.") {
                let client = value.text.to_owned();
                IdentityPoolChange::AppClient(provider.text.to_owned(), client)
            } else if let Some(provider) = way.strip("provider.") {
                none("a provider")?;
                IdentityPoolChange::WithoutProvider(provider.text.to_owned())
            } else if let Some(identity) = way.strip("identity.") {
                none("an identity")?;
                IdentityPoolChange::IdentityDeleted(Template::from(identity.text))
            } else {
                return Err(way.unknown("part of an identity pool", POOL_WAYS));
            }
        }
    };
    Ok(Change::IdentityPool { pool, becomes })
}

pub(super) fn user(
    moment: &Moment<'_>,
    subject: Word<'_>,
    value: Option<Word<'_>>,
) -> Result<Change, Misspoken> {
    let (name, way) = parts(subject, &USER_WAYS)?;
    let (name, pool) = name.with_device();
    let world = &moment.story.scenario().world;
    let pools = world.user_pools.iter().map(|it| it.id.as_str());
    let pool = match pool {
        Some(pool) => named("user pool", pool, pools)?,
        None => match pools.clone().next() {
            Some(pool) => pool.to_owned(),
            None => return Err(name.wrong("there is no user pool", "change something else")),
        },
    };
    let becomes = match way.text {
        "disabled" => UserChange::Disabled,
        "enabled" => UserChange::Enabled,
        "signed_out" => UserChange::SignedOut,
        "deleted" => UserChange::Deleted,
        _ => {
            let group = way.strip("group.");
            let group = group.ok_or_else(|| way.unknown("state of a user", USER_WAYS))?;
            let value = needed(subject, value)?;
            match on(value)? {
                true => UserChange::Joins(group.text.to_owned()),
                false => UserChange::Leaves(group.text.to_owned()),
            }
        }
    };
    Ok(Change::User {
        pool,
        user: Template::from(name.text),
        becomes,
    })
}

pub(super) fn device(
    moment: &Moment<'_>,
    subject: Word<'_>,
    value: Option<Word<'_>>,
) -> Result<Change, Misspoken> {
    let (name, way) = parts(subject, &DEVICE_WAYS)?;
    let device = known_device(moment, name)?;
    let action = match way.text {
        "offline" => Action::GoOffline { device },
        "online" => Action::GoOnline { device },
        "skew" => Action::SkewClock {
            device,
            by: needed(subject, value)?.duration()?,
        },
        _ => return Err(way.unknown("state of a device", DEVICE_WAYS)),
    };
    Ok(Change::Do(action))
}
