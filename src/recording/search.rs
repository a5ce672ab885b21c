//! Finding things in a recording: every place of a word.

use serde_json::Value;

use super::words::{Collector, Key, Words};
use super::{Beat, Recording};
use crate::cloud::ledger::{
    ActorId, Artifact, ArtifactId, ArtifactValue, Body, Check, Exchange, ExchangeId,
    PolicyDecision, Text,
};

/// The most places that one search answers with.
pub const MAX_FOUND: usize = 1_000;

/// A place in a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// A beat's title, caption or detail
    Beat(u32),
    /// An artifact: its label, value, claims or facts
    Artifact(ArtifactId),
    /// An exchange: whom, what, its bytes, its checks
    Exchange(ExchangeId),
    /// A policy decision, by its position: what was asked, its context, why it ended so
    Decision(u32),
}

impl Recording {
    /// Every place in which a text occurs, letter case aside: beats, then artifacts, then
    /// exchanges, then decisions, at most [`MAX_FOUND`]. An empty text occurs nowhere.
    pub fn search(&self, text: &str) -> Vec<Found> {
        self.search_all(&[text])
    }

    /// Every place that has all these words, each somewhere in it, in the same order.
    pub fn search_all(&self, words: &[&str]) -> Vec<Found> {
        let found = self.words().having_all(words, MAX_FOUND);
        found.into_iter().map(|entry| self.place(entry)).collect()
    }

    /// What an entry among the words is.
    fn place(&self, entry: u32) -> Found {
        let mut left = entry as usize;
        if left < self.beats.len() {
            return Found::Beat(left as u32);
        }
        left -= self.beats.len();
        if left < self.artifacts.len() {
            return Found::Artifact(ArtifactId(left as u32));
        }
        left -= self.artifacts.len();
        if left < self.exchanges.len() {
            return Found::Exchange(ExchangeId(left as u32));
        }
        Found::Decision((left - self.exchanges.len()) as u32)
    }
}

/// Everything in a recording that can be looked for.
pub(super) fn words_of(recording: &Recording) -> Words {
    let mut all = Collector::default();
    for beat in &recording.beats {
        all.next_entry();
        of_beat(&mut all, beat);
    }
    for artifact in &recording.artifacts {
        all.next_entry();
        of_artifact(&mut all, artifact);
    }
    for exchange in &recording.exchanges {
        all.next_entry();
        of_exchange(&mut all, recording, exchange);
    }
    for decision in &recording.decisions {
        all.next_entry();
        of_decision(&mut all, decision);
    }
    all.words()
}

/// What a shared text is; with the addresses of its parts it tells the text from every other.
#[derive(Clone, Copy)]
enum Sort {
    Asks,
    Ends,
    Service,
    Line,
    Header,
    Body,
    Check,
    Summary,
    Request,
    Policy,
    Key,
}

impl Sort {
    fn of(self, parts: [usize; 3]) -> Key {
        let [first, second, third] = parts;
        [self as usize, first, second, third]
    }
}

fn address(text: &str) -> usize {
    text.as_ptr().addr()
}

fn of_beat(all: &mut Collector, beat: &Beat) {
    for text in [&beat.id, &beat.title, &beat.detail] {
        all.own(text);
    }
    all.own(&beat.caption);
    // As it is read: stars only mark a term
    all.own(&beat.caption.replace("**", ""));
}

fn of_artifact(all: &mut Collector, artifact: &Artifact) {
    all.own(&artifact.label);
    for members in [&artifact.claims, &artifact.header].into_iter().flatten() {
        for (name, value) in members {
            all.own(&member(name, value));
        }
    }
    for (name, value) in &artifact.facts {
        all.own(&format!("{name}: {value}"));
    }
    match &artifact.value {
        ArtifactValue::Text(text) => all.own(text),
        // The secret itself is nothing to search for
        ArtifactValue::Credentials(value) => {
            all.own(&value.access_key_id);
            if let Some(token) = &value.session_token {
                all.own(token);
            }
        }
    }
}

/// A claim or a key with its value: a text as it is, anything else as JSON has it.
fn member(name: &str, value: &Value) -> String {
    match value {
        Value::String(text) => format!("{name}: {text}"),
        other => format!("{name}: {other}"),
    }
}

fn of_exchange(all: &mut Collector, recording: &Recording, exchange: &Exchange) {
    let (from, to, operation) = (&exchange.from, &exchange.to, &exchange.operation);
    let ids = |it: &ActorId| address(it.as_str());
    all.shared(
        Sort::Asks.of([address(operation), ids(from), ids(to)]),
        || {
            [
                operation,
                ": ",
                recording.name_of(from),
                " asks ",
                recording.name_of(to),
            ]
        },
    );
    all.shared(Sort::Ends.of([ids(from), ids(to), 0]), || {
        [from.as_str(), " ", to.as_str()]
    });
    let service = &exchange.service;
    all.shared(Sort::Service.of([address(service), 0, 0]), || [service]);
    if let Some(refusal) = &exchange.refusal {
        let (status, code, message) = (exchange.response.status, &refusal.code, &refusal.message);
        all.own(&format!("{status} {code}: {message}"));
    }
    let (request, response) = (&exchange.request, &exchange.response);
    let (method, url) = (&request.method, &request.url);
    all.shared(Sort::Line.of([address(method), address(url), 0]), || {
        [method, " ", url]
    });
    for (name, value) in request.headers.iter().chain(&response.headers) {
        // What nobody else has need not be looked up
        if !value.is_shared() {
            all.own_parts([name, ": ", value]);
            continue;
        }
        all.shared(Sort::Header.of([address(name), address(value), 0]), || {
            [name, ": ", value]
        });
    }
    for body in [&request.body, &response.body] {
        of_body(all, body);
    }
    for check in &exchange.checks {
        of_check(all, check);
    }
}

fn of_body(all: &mut Collector, body: &Body) {
    if !body.0.is_empty() {
        let key = Sort::Body.of([body.0.as_ptr().addr(), body.0.len(), 0]);
        all.shared(key, || [body.text().unwrap_or_default()]);
    }
}

fn of_check(all: &mut Collector, check: &Check) {
    let Check {
        name,
        actual,
        expected,
        ..
    } = check;
    if !actual.is_shared() || !expected.is_shared() {
        all.own_parts([name, ": ", actual, "; required ", expected]);
        return;
    }
    let parts = [name, actual, expected].map(|part: &Text| address(part));
    all.shared(Sort::Check.of(parts), || {
        [name, ": ", actual, "; required ", expected]
    });
}

fn of_decision(all: &mut Collector, decision: &PolicyDecision) {
    let summary = &decision.explanation.summary;
    all.shared(Sort::Summary.of([address(summary), 0, 0]), || [summary]);
    let (action, resource) = (&decision.action, &decision.resource);
    all.shared(
        Sort::Request.of([address(action), address(resource), 0]),
        || [action, " on ", resource],
    );
    for policy in decision.policies.iter() {
        all.shared(Sort::Policy.of([address(&policy.name), 0, 0]), || {
            [&policy.name]
        });
    }
    for (name, value) in decision.context.iter() {
        let value_address = std::ptr::from_ref(value).addr();
        let key = Sort::Key.of([address(name), value_address, 0]);
        match value {
            Value::String(value) => all.shared(key, || [name, ": ", value]),
            other => {
                let other = other.to_string();
                all.shared(key, || [name, ": ", &other]);
            }
        }
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
