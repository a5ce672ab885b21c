//! Finding things in a recording: every moment of an actor, every place of a word.

use std::num::NonZero;
use std::ops::Range;

use super::Recording;
use super::needle::Needle;
use crate::cloud::ledger::{Artifact, ArtifactId, ArtifactValue, Exchange, ExchangeId, Log};

/// The most places that one search answers with.
pub const MAX_FOUND: usize = 1_000;

/// A place in a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// A beat's title, caption or detail
    Beat(u32),
    /// An exchange: whom, what, its bytes, its checks
    Exchange(ExchangeId),
    /// An artifact: its label, value, claims or facts
    Artifact(ArtifactId),
}

impl Recording {
    /// Every place in which a text occurs, letter case aside: beats, then exchanges, then
    /// artifacts, at most [`MAX_FOUND`]. An empty text occurs nowhere.
    pub fn search(&self, text: &str) -> Vec<Found> {
        let wanted = Needle::new(text);
        if wanted.is_empty() {
            return Vec::new();
        }
        let has = |text: &str| wanted.is_in(text);
        let beats = self.beats.iter().filter(|it| {
            let mut texts = [&it.id, &it.title, &it.caption, &it.detail].into_iter();
            texts.any(|text| has(text))
        });
        let mut found: Vec<Found> = beats.map(|it| Found::Beat(it.index)).collect();
        found.truncate(MAX_FOUND);
        gather(&self.exchanges, &mut found, |it| {
            in_exchange(it, &has).then_some(Found::Exchange(it.id))
        });
        gather(&self.artifacts, &mut found, |it| {
            in_artifact(it, &has).then_some(Found::Artifact(it.id))
        });
        found
    }
}

/// Entries that are looked through between two looks at whether enough has been found.
const ROUND: usize = 16 * 1024;
/// Fewer entries than this are not worth another core.
const LEAST_SHARE: usize = 1024;

/// Adds what is found in a log, in its order, until [`MAX_FOUND`]. A long log is shared out among
/// the cores; what is found does not depend on how many there are.
fn gather<T: Send + Sync>(
    log: &Log<T>,
    found: &mut Vec<Found>,
    matches: impl Fn(&T) -> Option<Found> + Sync,
) {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let look = |range: Range<usize>| -> Vec<Found> {
        let entries = log.stretch(range).iter();
        entries.filter_map(&matches).take(MAX_FOUND).collect()
    };
    let mut begin = 0;
    while begin < log.len() && found.len() < MAX_FOUND {
        let end = (begin + ROUND * cores).min(log.len());
        let share = (end - begin).div_ceil(cores).max(LEAST_SHARE);
        let shares = (begin..end).step_by(share);
        let mut shares = shares.map(|from| from..(from + share).min(end));
        let own = shares.next();
        let parts: Vec<Vec<Found>> = std::thread::scope(|scope| {
            let others: Vec<_> = shares.map(|range| scope.spawn(|| look(range))).collect();
            let own = own.map(look).into_iter();
            let others = others.into_iter().filter_map(|other| other.join().ok());
            own.chain(others).collect()
        });
        found.extend(parts.into_iter().flatten());
        begin = end;
    }
    found.truncate(MAX_FOUND);
}

fn in_exchange(exchange: &Exchange, has: &impl Fn(&str) -> bool) -> bool {
    let (request, response) = (&exchange.request, &exchange.response);
    let headers = request.headers.iter().chain(&response.headers);
    let bodies = [&request.body, &response.body].into_iter();
    has(exchange.from.as_str())
        || has(exchange.to.as_str())
        || has(&exchange.service)
        || has(&exchange.operation)
        || has(&request.url)
        || headers
            .into_iter()
            .any(|(name, value)| has(name) || has(value))
        || bodies.into_iter().any(|body| body.text().is_some_and(has))
        || exchange
            .checks
            .iter()
            .any(|it| has(&it.name) || has(&it.expected) || has(&it.actual))
}

fn in_artifact(artifact: &Artifact, has: &impl Fn(&str) -> bool) -> bool {
    let value = match &artifact.value {
        ArtifactValue::Text(text) => has(text),
        ArtifactValue::Credentials(value) => {
            has(&value.access_key_id) || value.session_token.as_deref().is_some_and(has)
        }
    };
    let claims = artifact.claims.iter().flatten();
    let facts = artifact.facts.iter();
    value
        || has(&artifact.label)
        || claims
            .into_iter()
            .any(|(name, value)| has(name) || in_claim(value, has))
        || facts
            .into_iter()
            .any(|(name, value)| has(name) || has(value))
}

/// Whether a claim has it: in a text, or in anything else as JSON has it.
fn in_claim(value: &serde_json::Value, has: &impl Fn(&str) -> bool) -> bool {
    match value {
        serde_json::Value::String(text) => has(text),
        other => has(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::ledger::ActorId;
    use crate::scenario::files::Shipped;
    use crate::scenario::{library, load, perform};

    fn story() -> Recording {
        let entry = library::find("facebook-to-s3").unwrap();
        let scenario = load(&Shipped, entry.path, entry.text.as_bytes()).unwrap();
        perform(&scenario, None).unwrap()
    }

    #[test]
    fn every_moment_of_an_actor_is_found() {
        let recording = story();
        let sts = ActorId::new("sts");
        let operations: Vec<&str> = recording
            .exchanges_with(&sts)
            .map(|it| it.operation.as_str())
            .collect();
        assert!(
            operations.contains(&"AssumeRoleWithWebIdentity"),
            "{operations:?}"
        );
        assert_eq!(recording.exchanges_with(&ActorId::new("nobody")).count(), 0);
    }

    #[test]
    fn a_word_is_found_wherever_it_occurs_whatever_its_case() {
        let recording = story();
        let found = recording.search("ASSUMEROLEWITHWEBIDENTITY");
        let operation = |found: &Found| match found {
            Found::Exchange(id) => recording.exchange(*id).map(|it| it.operation.to_string()),
            _ => None,
        };
        let names: Vec<String> = found.iter().filter_map(operation).collect();
        assert!(names.contains(&"AssumeRoleWithWebIdentity".to_owned()));
        let token = recording
            .artifacts
            .iter()
            .find(|it| it.claims.is_some())
            .unwrap();
        let ArtifactValue::Text(value) = &token.value else {
            unreachable!("a readable token is a text")
        };
        let carried = recording.search(value);
        assert!(carried.contains(&Found::Artifact(token.id)));
        assert!(carried.iter().any(|it| matches!(it, Found::Exchange(_))));
        assert!(recording.search("").is_empty());
        assert!(recording.search("no such word anywhere").is_empty());
    }
}
