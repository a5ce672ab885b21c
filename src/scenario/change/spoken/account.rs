//! `iam-user:NAME.policy.NAME=…`, `function:NAME.policy=…` and `oidc-provider:NAME=…`.

use super::super::offer::Moment;
use super::super::{Change, FunctionChange, IamUserChange, OidcProviderChange};
use super::world::{named, parts, policy};
use super::{Misspoken, Word, needed};
use crate::policy::PolicyKind;

pub(super) fn iam_user(
    moment: &Moment<'_>,
    subject: Word<'_>,
    value: Option<Word<'_>>,
) -> Result<Change, Misspoken> {
    let (name, way) = parts(subject, &["policy.NAME"])?;
    let world = &moment.story.scenario().world;
    let known = world.iam_users.iter().map(|it| it.id.as_str());
    let user = named("IAM user", name, known)?;
    let value = needed(subject, value)?;
    let Some(name) = way.strip("policy.") else {
        return Err(way.unknown("part of an IAM user", ["policy.NAME"]));
    };
    let name = name.text.to_owned();
    let becomes = match value.text {
        "none" => IamUserChange::WithoutPolicy(name),
        _ => IamUserChange::Policy(name, policy(PolicyKind::Identity, value)?),
    };
    Ok(Change::IamUser { user, becomes })
}

pub(super) fn function(
    moment: &Moment<'_>,
    subject: Word<'_>,
    value: Option<Word<'_>>,
) -> Result<Change, Misspoken> {
    let (name, way) = parts(subject, &["policy"])?;
    let world = &moment.story.scenario().world;
    let known = world.functions.iter().map(|it| it.id.as_str());
    let function = named("function", name, known)?;
    if way.text != "policy" {
        return Err(way.unknown("part of a function", ["policy"]));
    }
    let value = needed(subject, value)?;
    let becomes = match value.text {
        "none" => FunctionChange::WithoutPolicy,
        _ => FunctionChange::Policy(policy(PolicyKind::Resource, value)?),
    };
    Ok(Change::Function { function, becomes })
}

/// Which providers there are is known to the world alone: whoever makes the change says it.
pub(super) fn oidc_provider(
    subject: Word<'_>,
    value: Option<Word<'_>>,
) -> Result<Change, Misspoken> {
    let value = needed(subject, value)?;
    let becomes = match value.text {
        "none" => OidcProviderChange::NotTrusted,
        audiences => {
            let audiences = audiences.split(',').map(str::to_owned);
            OidcProviderChange::Trusted(audiences.collect())
        }
    };
    Ok(Change::OidcProvider {
        provider: subject.text.to_owned(),
        becomes,
    })
}
