//! The course of a recording as a flat list, in the order in which a reader meets it.

use crate::cloud::ledger::{Actor, ActorId, Check, Exchange, Outcome, Step};
use crate::recording::{Beat, Recording};

/// Something that happens.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A chapter begins
    Chapter(&'a str),
    /// A beat begins
    Beat(&'a Beat),
    /// Somebody asks somebody
    Asks(&'a Exchange),
    /// The receiver verifies something
    Checks(&'a Exchange, &'a Check),
    /// The receiver answers
    Answers(&'a Exchange),
    /// A beat has ended
    Ends(&'a Beat),
}

/// Everything that happens.
pub fn events(recording: &Recording) -> Vec<Event<'_>> {
    let mut events = Vec::new();
    let mut chapters = recording.chapters.iter().peekable();
    for beat in &recording.beats {
        while let Some(chapter) = chapters.next_if(|it| it.first_beat <= beat.index) {
            events.push(Event::Chapter(&chapter.title));
        }
        events.push(Event::Beat(beat));
        let exchanges = recording.exchanges_of(beat).iter();
        for exchange in exchanges.filter(|it| it.parent.is_none()) {
            exchanged(recording, exchange, &mut events);
        }
        events.push(Event::Ends(beat));
    }
    events
}

fn exchanged<'a>(recording: &'a Recording, exchange: &'a Exchange, events: &mut Vec<Event<'a>>) {
    events.push(Event::Asks(exchange));
    for step in &exchange.steps {
        match step {
            Step::Check(place) => {
                let check = exchange.checks.get(*place as usize);
                events.extend(check.map(|check| Event::Checks(exchange, check)));
            }
            Step::Call(call) => {
                if let Some(call) = recording.exchange(*call) {
                    exchanged(recording, call, events);
                }
            }
        }
    }
    events.push(Event::Answers(exchange));
}

/// Who asks or answers, with a name that any diagram language takes: `a0`, `a1`. In the order of
/// the stage.
#[derive(Debug)]
pub struct Participants<'a>(Vec<&'a Actor>);

impl<'a> Participants<'a> {
    /// The participants of a recording.
    pub fn of(recording: &'a Recording) -> Self {
        let talks = |actor: &&Actor| recording.exchanges_with(&actor.id).next().is_some();
        Self(recording.actors.iter().filter(talks).collect())
    }

    /// Each with its name.
    pub fn iter(&self) -> impl Iterator<Item = (String, &'a Actor)> + '_ {
        self.0
            .iter()
            .enumerate()
            .map(|(place, actor)| (format!("a{place}"), *actor))
    }

    /// The name of one. Who is not on stage stands at the end.
    pub fn name(&self, id: &ActorId) -> String {
        let place = self.0.iter().position(|actor| actor.id == *id);
        format!("a{}", place.unwrap_or(self.0.len()))
    }
}

/// `passed`, `failed` and `not reached` as signs.
pub fn sign(outcome: Outcome) -> char {
    match outcome {
        Outcome::Passed => '✓',
        Outcome::Failed => '✗',
        Outcome::NotReached => '○',
    }
}

/// What came back, in a few words: the refusal, or the status and what was handed over.
pub fn answer(recording: &Recording, exchange: &Exchange) -> String {
    let status = exchange.response.status;
    if let Some(refusal) = &exchange.refusal {
        return format!("{status} {}", refusal.code);
    }
    match things(recording, &exchange.received).as_str() {
        "" => status.to_string(),
        things => format!("{status}: {things}"),
    }
}

/// The labels of artifacts.
pub fn things(recording: &Recording, ids: &[crate::cloud::ledger::ArtifactId]) -> String {
    let artifacts = ids.iter().filter_map(|id| recording.artifact(*id));
    let labels: Vec<String> = artifacts
        .map(|it| {
            let altered = if it.tampered { " (altered)" } else { "" };
            format!("{}{altered}", it.label)
        })
        .collect();
    labels.join(", ")
}

/// A text on one line without anything that steers a terminal.
pub fn one_line(text: &str) -> String {
    let harmless = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(harmless).collect()
}
