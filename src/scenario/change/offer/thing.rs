//! What can be changed about a thing that a device holds.

use super::super::{ATTACKER, Change, RoleChange};
use super::{Input, Moment, Offer};
use crate::cloud::ledger::{ActorId, Artifact, ArtifactId, ArtifactKind};
use crate::scenario::action::{Action, Tampering, TokenPart, Value, What};
use crate::scenario::template::Template;

/// Claims that somebody checks, in the order of the menu.
const CLAIMS: [&str; 10] = [
    "aud",
    "iss",
    "sub",
    "exp",
    "token_use",
    "client_id",
    "amr",
    "nonce",
    "cognito:groups",
    "cognito:preferred_role",
];
/// The byte that is offered to be flipped.
const FLIPPED: usize = 12;

pub(super) fn offers(moment: &Moment<'_>, id: ArtifactId) -> Vec<Offer> {
    let recording = moment.story.recording();
    let Some(artifact) = recording.artifact(id) else {
        return Vec::new();
    };
    let Some(what) = What::of(artifact.kind) else {
        return Vec::new();
    };
    let holders = recording.actors.iter().filter(|actor| {
        let held = recording.held_by(&actor.id, moment.cursor);
        moment.is_device(&actor.id) && held.iter().any(|held| held.artifact.id == id)
    });
    holders
        .flat_map(|holder| of_holder(moment, (&holder.id, what), artifact))
        .collect()
}

fn of_holder(
    moment: &Moment<'_>,
    (holder, what): (&ActorId, What),
    artifact: &Artifact,
) -> Vec<Offer> {
    let mut rest = moment.rest();
    let sent = rest.any(|it| it.from == *holder && it.sent.contains(&artifact.id));
    let unused = (!sent).then(|| {
        let name = moment.name(holder);
        format!("{name} does not use the {} after this moment", what.name())
    });
    let newest = is_newest(moment, holder, artifact);
    let unused = unused.or(newest);
    let device = holder.to_string();
    let tamper = |label: String, how| {
        let action = Action::Tamper {
            device: device.clone(),
            what,
            how,
        };
        Offer::new(label, moment.at, Change::Do(action)).hindered(unused.clone())
    };
    let mut offers = Vec::new();
    if let Some(claims) = &artifact.claims {
        for (claim, value) in CLAIMS.iter().filter_map(|it| Some((it, claims.get(*it)?))) {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            let how = Tampering::SetClaim((*claim).to_owned(), Template::from(value));
            let label = format!("Change {claim} and keep the signature");
            offers.push(tamper(label, how).with(Input::Text));
        }
        offers.push(tamper(
            "Sign it with another key".to_owned(),
            Tampering::OtherKey,
        ));
        offers.push(tamper("Set alg to none".to_owned(), Tampering::AlgNone));
    }
    if what == What::Assertion {
        let label = "Sign it with another key".to_owned();
        offers.push(tamper(label, Tampering::OtherKey));
    }
    let flip = Tampering::FlipByte(TokenPart::Signature, FLIPPED);
    offers.push(tamper("Change one byte".to_owned(), flip));
    offers.extend(instead(moment, holder, what).map(|it| it.hindered(unused.clone())));
    let copied = Action::Copy {
        from: device.clone(),
        to: ATTACKER.to_owned(),
        what,
    };
    let label = "Let an attacker copy it".to_owned();
    offers.push(Offer::new(label, moment.at, Change::Do(copied)));
    offers.extend(role_behind(moment, artifact).map(|it| it.hindered(unused.clone())));
    offers
}

/// Why altering a thing goes unnoticed, where the device uses a later one of its kind.
fn is_newest(moment: &Moment<'_>, holder: &ActorId, artifact: &Artifact) -> Option<String> {
    let held = moment.story.recording().held_by(holder, moment.cursor);
    let mut later = held.iter().rev().map(|held| held.artifact);
    let newest = later.find(|it| it.kind == artifact.kind)?;
    let label = &artifact.label;
    (newest.id != artifact.id).then(|| format!("a later {label} is in use"))
}

/// Other things in the same hands that can be used in its place.
fn instead<'a>(
    moment: &'a Moment<'_>,
    holder: &'a ActorId,
    what: What,
) -> impl Iterator<Item = Offer> + 'a {
    let held = moment.story.recording().held_by(holder, moment.cursor);
    let mut others: Vec<What> = held
        .iter()
        .filter_map(|held| What::of(held.artifact.kind))
        .filter(|other| *other != what)
        .collect();
    others.sort();
    others.dedup();
    let is_key = |what: What| matches!(what, What::Credentials | What::LongTermKey);
    let fits = move |other: &What| is_key(*other) == is_key(what);
    others.into_iter().filter(fits).map(move |other| {
        let change = Change::UseInstead {
            device: holder.to_string(),
            of: what,
            take: Value::Held(holder.to_string(), other),
        };
        Offer::new(
            format!("Use the {} in its place", other.name()),
            moment.at,
            change,
        )
    })
}

/// What stops working with the role that credentials stand for.
fn role_behind(moment: &Moment<'_>, artifact: &Artifact) -> Option<Offer> {
    if artifact.kind != ArtifactKind::Credentials {
        return None;
    }
    let roles = moment.story.scenario().world.roles.iter();
    let names = |role: &str| {
        let (session, itself) = (format!(":assumed-role/{role}/"), format!(":role/{role}"));
        let mut facts = artifact.facts.iter();
        facts.any(|(_, fact)| fact.contains(&session) || fact.ends_with(&itself))
    };
    let role = roles.map(|it| &it.id).find(|role| names(role))?;
    let change = Change::Role {
        role: role.clone(),
        becomes: RoleChange::SessionsRevoked,
    };
    let label = format!("Revoke the sessions of {role}");
    Some(Offer::new(label, moment.at, change))
}
