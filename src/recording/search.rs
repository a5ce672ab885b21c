//! Finding things in a recording: every moment of an actor, every place of a word.

use super::Recording;
use crate::cloud::ledger::{ActorId, Artifact, ArtifactId, ArtifactValue, Exchange, ExchangeId};

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
    /// Every exchange that an actor asked or answered, in the order of sending.
    pub fn exchanges_with(&self, actor: &ActorId) -> impl Iterator<Item = &Exchange> {
        let takes_part = move |it: &&Exchange| it.from == *actor || it.to == *actor;
        self.exchanges.iter().filter(takes_part)
    }

    /// Every place in which a text occurs, letter case aside: beats, then exchanges, then
    /// artifacts, at most [`MAX_FOUND`]. An empty text occurs nowhere.
    pub fn search(&self, text: &str) -> Vec<Found> {
        let wanted = text.to_lowercase();
        if wanted.is_empty() {
            return Vec::new();
        }
        let has = |text: &str| text.to_lowercase().contains(&wanted);
        let beats = self.beats.iter().filter(|it| {
            let mut texts = [&it.id, &it.title, &it.caption, &it.detail].into_iter();
            texts.any(|text| has(text))
        });
        let exchanges = self.exchanges.iter().filter(|it| in_exchange(it, &has));
        let artifacts = self.artifacts.iter().filter(|it| in_artifact(it, &has));
        let beats = beats.map(|it| Found::Beat(it.index));
        let exchanges = exchanges.map(|it| Found::Exchange(it.id));
        let artifacts = artifacts.map(|it| Found::Artifact(it.id));
        let all = beats.chain(exchanges).chain(artifacts);
        all.take(MAX_FOUND).collect()
    }
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
            .any(|(name, value)| has(name) || has(&value.to_string()))
        || facts
            .into_iter()
            .any(|(name, value)| has(name) || has(value))
}

#[cfg(test)]
mod tests {
    use super::*;
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
            Found::Exchange(id) => recording.exchange(*id).map(|it| it.operation.clone()),
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
