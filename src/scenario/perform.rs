//! A scenario performed: the world set up, the beats played, the expectations judged.

use super::build::{WorldError, build};
use super::checked::{Act, Beat, Scenario};
use super::client::{Clients, StepError};
use super::file::Expect;
use std::collections::BTreeSet;

use crate::cloud::Cloud;
use crate::cloud::ledger::{Actor, ActorId, Exchange, ExchangeId, Stretch};
use crate::protocol::time::Moment;
use crate::recording::{self, Choice, FORMAT, Header, Question, Recording, Verdict};

/// Why a scenario could not be performed at all.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PerformError {
    /// Its world cannot be set up
    #[error("the world cannot be set up: {0}")]
    World(#[from] WorldError),
}

/// Performs a scenario, with its own seed where none is given. The same scenario and seed give
/// the same recording, byte for byte.
pub fn perform(scenario: &Scenario, seed: Option<u64>) -> Result<Recording, PerformError> {
    let seed = seed.unwrap_or(scenario.seed);
    let (cloud, names) = build(scenario, seed)?;
    let mut clients = Clients::new(cloud, names);
    let mut beats = Vec::with_capacity(scenario.beats.len());
    for (index, beat) in scenario.beats.iter().enumerate() {
        let chapter = scenario
            .chapters
            .iter()
            .rposition(|chapter| chapter.first_beat <= index);
        let place = (number(index), number(chapter.unwrap_or(0)));
        beats.push(perform_beat(&mut clients, place, beat));
    }
    Ok(recorded(scenario, seed, clients, beats))
}

/// Counts in a recording are 32 bits wide; limits keep them far below that.
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn perform_beat(
    clients: &mut Clients,
    (index, chapter): (u32, u32),
    beat: &Beat,
) -> recording::Beat {
    clients.cloud.ledger.enter_beat(index);
    let started_at = clients.cloud.now();
    let first_exchange = next_exchange(clients);
    let verdicts = beat
        .acts
        .iter()
        .map(|act| perform_act(clients, act))
        .collect();
    recording::Beat {
        index,
        chapter,
        id: beat.id.clone(),
        title: beat.title.clone(),
        caption: beat.caption.clone(),
        detail: beat.detail.clone(),
        notes: beat.notes.clone(),
        started_at,
        ended_at: clients.cloud.now(),
        first_exchange,
        end_exchange: next_exchange(clients),
        verdicts,
        question: beat.question.as_ref().map(asked),
    }
}

fn next_exchange(clients: &Clients) -> ExchangeId {
    ExchangeId(number(clients.cloud.ledger.exchanges().len()))
}

fn asked(question: &super::file::Question) -> Question {
    let choices = question.choices.iter().map(|choice| Choice {
        text: choice.text.clone(),
        right: choice.right,
        because: choice.because.clone(),
    });
    Question {
        ask: question.ask.clone(),
        choices: choices.collect(),
        explanation: question.explanation.clone(),
    }
}

/// Carries an action out and judges what came of it.
fn perform_act(clients: &mut Clients, act: &Act) -> Verdict {
    let before = clients.cloud.ledger.exchanges().len();
    let outcome = clients.act(&act.action);
    let exchanges = clients.cloud.ledger.exchanges().stretch(before..);
    judge(&act.expect, &outcome, &exchanges)
}

/// Whether an expectation holds. What came instead is said where it does not.
fn judge(
    expect: &Expect,
    outcome: &Result<(), StepError>,
    exchanges: &Stretch<'_, Exchange>,
) -> Verdict {
    let expectation = in_words(expect);
    let found = match expect {
        Expect::Allowed => found_instead_of_allowed(outcome, exchanges),
        Expect::Refused {
            by,
            code,
            check,
            message,
        } => {
            let wanted = Wanted {
                by,
                code,
                check: check.as_deref(),
                message: message.as_deref(),
            };
            found_instead_of_refused(&wanted, outcome, exchanges)
        }
        Expect::Unreachable => match outcome {
            Err(StepError::Unreachable(_)) => None,
            other => Some(what_happened(other, exchanges)),
        },
    };
    Verdict {
        expectation,
        held: found.is_none(),
        found: found.unwrap_or_default(),
    }
}

fn in_words(expect: &Expect) -> String {
    match expect {
        Expect::Allowed => "allowed".to_owned(),
        Expect::Unreachable => "reaches nobody".to_owned(),
        Expect::Refused {
            by,
            code,
            check,
            message,
        } => {
            let check = check
                .as_ref()
                .map_or(String::new(), |check| format!(" at {check}"));
            let message = message
                .as_ref()
                .map_or(String::new(), |text| format!(", saying {text:?}"));
            format!("refused by {by} with {code}{check}{message}")
        }
    }
}

fn found_instead_of_allowed(
    outcome: &Result<(), StepError>,
    exchanges: &Stretch<'_, Exchange>,
) -> Option<String> {
    let refused = exchanges
        .iter()
        .any(|exchange| exchange.parent.is_none() && exchange.refused());
    (outcome.is_err() || refused).then(|| what_happened(outcome, exchanges))
}

/// A refusal that is expected.
struct Wanted<'a> {
    by: &'a str,
    code: &'a str,
    check: Option<&'a str>,
    message: Option<&'a str>,
}

impl Wanted<'_> {
    fn is(&self, exchange: &Exchange) -> bool {
        let Some(refusal) = &exchange.refusal else {
            return false;
        };
        let stopped_at = exchange.failed_check().map(|check| check.name.as_str());
        exchange.to.as_str() == self.by
            && refusal.code == self.code
            && self.check.is_none_or(|check| stopped_at == Some(check))
            && self
                .message
                .is_none_or(|message| refusal.message.contains(message))
    }
}

fn found_instead_of_refused(
    wanted: &Wanted<'_>,
    outcome: &Result<(), StepError>,
    exchanges: &Stretch<'_, Exchange>,
) -> Option<String> {
    let ended_refused = exchanges
        .iter()
        .rfind(|exchange| exchange.parent.is_none())
        .is_some_and(Exchange::refused);
    let held = ended_refused && exchanges.iter().any(|exchange| wanted.is(exchange));
    (!held).then(|| what_happened(outcome, exchanges))
}

/// One sentence about what came of an action.
fn what_happened(outcome: &Result<(), StepError>, exchanges: &Stretch<'_, Exchange>) -> String {
    if let Err(error) = outcome {
        return error.to_string();
    }
    let refused = exchanges.iter().find(|exchange| exchange.refused());
    match refused.and_then(|exchange| Some((exchange, exchange.refusal.as_ref()?))) {
        Some((exchange, refusal)) => {
            let check = exchange
                .failed_check()
                .map_or("no check", |check| &check.name);
            format!(
                "{} refused with {} at {check}: {}",
                exchange.to, refusal.code, refusal.message
            )
        }
        None => "allowed".to_owned(),
    }
}

/// Everybody who takes part: sends, answers, holds something, or owns a device that does. The
/// world may know more people; they would only stand in the way.
fn on_stage(cloud: &Cloud) -> Vec<Actor> {
    let ledger = &cloud.ledger;
    let mut taking_part: BTreeSet<&ActorId> = BTreeSet::new();
    for exchange in ledger.exchanges() {
        taking_part.extend([&exchange.from, &exchange.to]);
    }
    taking_part.extend(ledger.wallet_changes().iter().map(|change| &change.actor));
    let owners: Vec<&ActorId> = taking_part
        .iter()
        .filter_map(|id| cloud.devices.get(id)?.owner.as_ref())
        .collect();
    taking_part.extend(owners);
    let takes_part = |actor: &&Actor| taking_part.contains(&actor.id);
    cloud.actors().iter().filter(takes_part).cloned().collect()
}

fn recorded(
    scenario: &Scenario,
    seed: u64,
    mut clients: Clients,
    beats: Vec<recording::Beat>,
) -> Recording {
    let started_at: Moment = scenario.starts_at;
    let chapters = scenario.chapters.iter().map(|chapter| recording::Chapter {
        title: chapter.title.clone(),
        first_beat: number(chapter.first_beat),
    });
    clients.cloud.publish_unfetched_keys();
    let actors = on_stage(&clients.cloud);
    let written = clients.cloud.ledger.into_written();
    Recording {
        header: Header {
            format: FORMAT,
            scenario: scenario.id.clone(),
            title: scenario.title.clone(),
            summary: scenario.summary.clone(),
            seed,
            started_at,
            themes: scenario.themes.clone(),
            exams: scenario.exams.clone(),
        },
        chapters: chapters.collect(),
        beats,
        actors,
        exchanges: written.exchanges,
        artifacts: written.artifacts,
        decisions: written.decisions,
        wallet: written.wallet,
        states: written.states,
        keys: written.keys,
        places: recording::Places::default(),
    }
}
