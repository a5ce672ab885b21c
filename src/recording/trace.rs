//! A recording as JSON Lines: the contract that `docs/trace.md` documents and
//! [`FORMAT`](super::FORMAT) guards. Everything is in the order of happening: the scenario, then
//! each beat with its exchanges, their artifacts and decisions, then its verdicts, then the keys.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Beat, Recording};
use crate::cloud::ledger::{Artifact, ArtifactId, Exchange, ExchangeId, PolicyDecision};
use crate::protocol::hash::sha256_hex;

/// Every line of the trace, without line ends.
pub fn lines(recording: &Recording) -> impl Iterator<Item = String> + '_ {
    let minted = Minted::of(recording);
    let opening = std::iter::once(scenario(recording));
    let beats = recording
        .beats
        .iter()
        .flat_map(move |beat| beat_lines(recording, &minted, beat));
    let keys = recording.keys.iter().map(|published| {
        json!({
            "type": "jwks",
            "issuer": published.issuer,
            "uri": published.uri,
            "keys": published.keys,
        })
    });
    opening
        .chain(beats)
        .chain(keys)
        .map(|line| line.to_string())
}

fn scenario(recording: &Recording) -> Value {
    let header = &recording.header;
    let mut line = json!({
        "type": "scenario",
        "format": header.format,
        "id": header.scenario,
        "title": header.title,
        "summary": header.summary,
        "seed": header.seed,
        "started_at": header.started_at,
        "themes": header.themes,
        "exams": header.exams,
        "actors": recording.actors,
    });
    // Only a branch says so: the trace of a scenario as it is written stays as it is
    if let Some(branch) = &header.branch {
        line["branch"] = json!(branch);
    }
    line
}

/// Where each artifact and decision belongs, so that writing a long recording stays linear.
struct Minted<'a> {
    in_exchange: BTreeMap<ExchangeId, Vec<&'a Artifact>>,
    /// What no exchange made: somebody altered it on a device in this beat
    in_beat: BTreeMap<u32, Vec<&'a Artifact>>,
    decisions: BTreeMap<ExchangeId, Vec<&'a PolicyDecision>>,
}

impl<'a> Minted<'a> {
    fn of(recording: &'a Recording) -> Self {
        let mut minted = Self {
            in_exchange: BTreeMap::new(),
            in_beat: BTreeMap::new(),
            decisions: BTreeMap::new(),
        };
        let mut first_beats: BTreeMap<ArtifactId, u32> = BTreeMap::new();
        for change in &recording.wallet {
            first_beats.entry(change.artifact).or_insert(change.beat);
        }
        for artifact in &recording.artifacts {
            match artifact.exchange {
                Some(exchange) => minted
                    .in_exchange
                    .entry(exchange)
                    .or_default()
                    .push(artifact),
                None => {
                    let beat = first_beats.get(&artifact.id).copied().unwrap_or(0);
                    minted.in_beat.entry(beat).or_default().push(artifact);
                }
            }
        }
        for decision in &recording.decisions {
            minted
                .decisions
                .entry(decision.exchange)
                .or_default()
                .push(decision);
        }
        minted
    }
}

fn beat_lines(recording: &Recording, minted: &Minted<'_>, beat: &Beat) -> Vec<Value> {
    let chapter = recording.chapters.get(beat.chapter as usize);
    let mut lines = vec![json!({
        "type": "beat",
        "index": beat.index,
        "id": beat.id,
        "chapter": chapter.map(|chapter| chapter.title.as_str()),
        "title": beat.title,
        "caption": beat.caption,
        "started_at": beat.started_at,
        "ended_at": beat.ended_at,
    })];
    lines.extend(
        minted
            .in_beat
            .get(&beat.index)
            .into_iter()
            .flatten()
            .map(|it| artifact(it)),
    );
    let done = recording.interventions.iter();
    let mut done = done.filter(|it| it.beat == beat.index).peekable();
    for exchanged in recording.exchanges_of(beat) {
        let id = &exchanged.id;
        while let Some(intervention) = done.next_if(|it| it.before <= *id) {
            lines.push(typed("intervention", intervention));
        }
        lines.extend(
            minted
                .in_exchange
                .get(id)
                .into_iter()
                .flatten()
                .map(|it| artifact(it)),
        );
        lines.push(exchange(exchanged));
        lines.extend(
            minted
                .decisions
                .get(id)
                .into_iter()
                .flatten()
                .map(|it| decision(it)),
        );
    }
    lines.extend(done.map(|it| typed("intervention", it)));
    lines.extend(beat.verdicts.iter().map(|verdict| {
        json!({
            "type": "verdict",
            "beat": beat.index,
            "expectation": verdict.expectation,
            "held": verdict.held,
            "found": verdict.found,
        })
    }));
    lines.push(json!({
        "type": "state",
        "beat": beat.index,
        "hash": state_hash(recording, beat),
    }));
    lines
}

fn exchange(exchange: &Exchange) -> Value {
    typed("exchange", exchange)
}

fn artifact(artifact: &Artifact) -> Value {
    typed("artifact", artifact)
}

fn decision(decision: &PolicyDecision) -> Value {
    let mut line = Map::new();
    line.insert("type".to_owned(), json!("decision"));
    line.insert("exchange".to_owned(), json!(decision.exchange));
    line.insert("principal".to_owned(), json!(decision.principal));
    line.insert("action".to_owned(), json!(decision.action));
    line.insert("resource".to_owned(), json!(decision.resource));
    line.insert("context".to_owned(), json!(decision.context));
    line.insert("policies".to_owned(), json!(decision.policies));
    let explanation = json!(decision.explanation);
    for (line_name, name) in [
        ("decision", "decision"),
        ("deciding", "deciding"),
        ("sentence", "sentence"),
    ] {
        let value = explanation.get(name).cloned().unwrap_or(Value::Null);
        line.insert(line_name.to_owned(), value);
    }
    line.insert("explanation".to_owned(), explanation);
    Value::Object(line)
}

/// A ledger entry with its type in front.
fn typed(name: &str, entry: &impl Serialize) -> Value {
    let mut line = Map::new();
    line.insert("type".to_owned(), json!(name));
    if let Value::Object(members) = json!(entry) {
        line.extend(members);
    }
    Value::Object(line)
}

/// A short name for everything that is true at the end of a beat: what everybody holds and what
/// every card says. Asked in any order, the answer is the same.
pub fn state_hash(recording: &Recording, beat: &Beat) -> String {
    let cursor = super::Cursor {
        beat: beat.index,
        at: beat.ended_at,
    };
    let mut state = Vec::new();
    for actor in &recording.actors {
        let held: Vec<_> = recording
            .held_by(&actor.id, cursor)
            .iter()
            .map(|held| json!([held.artifact.id, held.since]))
            .collect();
        let said = recording.state_of(&actor.id, cursor);
        let said = said.map(|state| json!([state.line, state.details]));
        state.push(json!([actor.id, held, said]));
    }
    sha256_hex(Value::Array(state).to_string().as_bytes())
}
