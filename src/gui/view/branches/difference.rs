//! What is different between two recordings, so that it can be lit on both stages. What differs
//! because it is later or has other random values is not a difference.

use std::collections::{BTreeMap, BTreeSet};

use crate::cloud::ledger::{Artifact, ArtifactId, Exchange, ExchangeId};
use crate::recording::Recording;

/// Claims that say when something was made, or are random.
const TIMES: [&str; 8] = [
    "exp",
    "iat",
    "nbf",
    "auth_time",
    "jti",
    "at_hash",
    "origin_jti",
    "event_id",
];

/// What is lit on one stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lit {
    /// Messages
    pub exchanges: BTreeSet<ExchangeId>,
    /// Checks, by their message and position
    pub checks: BTreeSet<(ExchangeId, u32)>,
    /// Things
    pub artifacts: BTreeSet<ArtifactId>,
}

/// The first thing that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct First {
    /// On the left, where it is there
    pub left: Option<ExchangeId>,
    /// On the right
    pub right: Option<ExchangeId>,
    /// The beat, from 0
    pub beat: u32,
    /// What happens on the left, in words
    pub left_says: String,
    /// What happens on the right
    pub right_says: String,
}

/// Everything that is different.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// On the left stage
    pub left: Lit,
    /// On the right stage
    pub right: Lit,
    /// The first of all
    pub first: Option<First>,
}

/// How a message is found on the other side: its beat where both have the same beats, what is
/// asked of whom, and how often that was asked before.
type Key = (u32, String, String, usize);

fn keyed(recording: &Recording, by_beat: bool) -> Vec<(Key, &Exchange)> {
    let mut seen: BTreeMap<(u32, String, String), usize> = BTreeMap::new();
    let exchanges = recording.exchanges.iter();
    exchanges
        .map(|exchange| {
            let beat = if by_beat { exchange.beat } else { 0 };
            // Twins have other names for the same service
            let whom = if by_beat {
                exchange.to.to_string()
            } else {
                exchange.service.to_string()
            };
            let place = (beat, exchange.operation.to_string(), whom);
            let nth = seen.entry(place.clone()).or_default();
            let key = (place.0, place.1, place.2, *nth);
            *nth += 1;
            (key, exchange)
        })
        .collect()
}

impl Differences {
    /// Compares two recordings.
    pub fn between(left: &Recording, right: &Recording) -> Self {
        let by_beat = left.beats.len() == right.beats.len()
            && left
                .beats
                .iter()
                .zip(&right.beats)
                .all(|(one, other)| one.id == other.id);
        let (lefts, rights) = (keyed(left, by_beat), keyed(right, by_beat));
        let find: BTreeMap<&Key, &Exchange> = rights.iter().map(|(key, it)| (key, *it)).collect();
        let mut found = Self::default();
        let mut firsts: Vec<(Option<&Exchange>, Option<&Exchange>)> = Vec::new();
        for (key, one) in &lefts {
            match find.get(key) {
                Some(other) => {
                    if found.compare(one, other) {
                        firsts.push((Some(one), Some(other)));
                    }
                }
                None => {
                    found.left.exchanges.insert(one.id);
                    firsts.push((Some(one), None));
                }
            }
        }
        let known: BTreeSet<&Key> = lefts.iter().map(|(key, _)| key).collect();
        for (_, other) in rights.iter().filter(|(key, _)| !known.contains(key)) {
            found.right.exchanges.insert(other.id);
            firsts.push((None, Some(other)));
        }
        let place = |(one, other): &(Option<&Exchange>, Option<&Exchange>)| {
            let any = one.or(*other);
            any.map(|it| (it.beat, it.id))
        };
        let first = firsts.into_iter().min_by_key(place);
        found.first = first.map(|(one, other)| First {
            left: one.map(|it| it.id),
            right: other.map(|it| it.id),
            beat: one.or(other).map_or(0, |it| it.beat),
            left_says: says(left, one),
            right_says: says(right, other),
        });
        found.artifacts(left, right);
        found
    }

    /// Lights what differs between two messages; whether anything does.
    fn compare(&mut self, one: &Exchange, other: &Exchange) -> bool {
        let ending = |it: &Exchange| {
            let code = it.refusal.as_ref().map(|refusal| refusal.code.clone());
            (it.response.status, code)
        };
        // Later requests say another time everywhere
        let said = one.at == other.at && one.request.body != other.request.body;
        let mut differs = ending(one) != ending(other) || said;
        for (position, check) in (0_u32..).zip(&one.checks) {
            let same = other.checks.get(position as usize);
            let same = same.is_some_and(|it| it.name == check.name && it.outcome == check.outcome);
            if !same {
                self.left.checks.insert((one.id, position));
                self.right.checks.insert((other.id, position));
                differs = true;
            }
        }
        if differs {
            self.left.exchanges.insert(one.id);
            self.right.exchanges.insert(other.id);
        }
        differs
    }

    fn artifacts(&mut self, left: &Recording, right: &Recording) {
        let (lefts, rights) = (things(left), things(right));
        for (key, one) in &lefts {
            let same = rights.get(key).is_some_and(|other| alike(one, other));
            if !same {
                self.left.artifacts.insert(one.id);
            }
        }
        for (key, other) in &rights {
            let same = lefts.get(key).is_some_and(|one| alike(one, other));
            if !same {
                self.right.artifacts.insert(other.id);
            }
        }
    }
}

fn things(recording: &Recording) -> BTreeMap<(String, usize), &Artifact> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let artifacts = recording.artifacts.iter();
    artifacts
        .map(|artifact| {
            let label = format!("{:?} {}", artifact.kind, artifact.label);
            let nth = seen.entry(label.clone()).or_default();
            let key = (label, *nth);
            *nth += 1;
            (key, artifact)
        })
        .collect()
}

fn alike(one: &Artifact, other: &Artifact) -> bool {
    let claims = |it: &Artifact| {
        let mut claims = it.claims.clone().unwrap_or_default();
        claims.retain(|name, _| !TIMES.contains(&name.as_str()));
        claims
    };
    one.tampered == other.tampered && one.guest == other.guest && claims(one) == claims(other)
}

/// What happens to a message, in words.
fn says(recording: &Recording, exchange: Option<&Exchange>) -> String {
    let Some(exchange) = exchange else {
        return "this is not asked".to_owned();
    };
    let to = recording.name_of(&exchange.to);
    let operation = &exchange.operation;
    match (&exchange.refusal, exchange.failed_check()) {
        (Some(refusal), Some(check)) => format!(
            "{to} refuses {operation} at “{}”: {}",
            check.name, refusal.code
        ),
        (Some(refusal), None) => format!("{to} refuses {operation}: {}", refusal.code),
        (None, _) => format!("{to} answers {operation}"),
    }
}
