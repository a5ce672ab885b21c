//! The stage in words, for screen readers: who is there and holds what once the beat is over,
//! who asked whom for what in it, and what came of it. It changes once per beat and not once per
//! picture, so that it is read out once.

use crate::cloud::ledger::{Exchange, Outcome};
use crate::recording::Recording;
use crate::stage::Stage;
use crate::stage::frame::Frame;

/// A beat in words.
pub fn of(recording: &Recording, stage: &Stage, beat: u32) -> String {
    let frame = stage.frame(recording, stage.beat_end(beat));
    let mut text = format!("Stage, beat {}.", frame.timeline.counter);
    if let Some(played) = recording.beat(beat) {
        for exchange in recording.exchanges_of(played) {
            tell(recording, exchange, &mut text);
        }
    }
    cast(&frame, &mut text);
    text
}

fn tell(recording: &Recording, exchange: &Exchange, text: &mut String) {
    let from = recording.name_of(&exchange.from);
    let to = recording.name_of(&exchange.to);
    text.push_str(&format!(" {from} asks {to}: {}.", exchange.operation));
    let passed = |check: &&crate::cloud::ledger::Check| check.outcome == Outcome::Passed;
    match exchange.checks.iter().filter(passed).count() {
        0 => {}
        1 => text.push_str(" 1 check passed."),
        many => text.push_str(&format!(" {many} checks passed.")),
    }
    if let Some(check) = exchange.failed_check() {
        text.push_str(&format!(" {} failed.", check.name));
    }
    if let Some(refusal) = &exchange.refusal {
        text.push_str(&format!(
            " Refused: {} {}.",
            exchange.response.status, refusal.code
        ));
    }
}

fn cast(frame: &Frame, text: &mut String) {
    for actor in &frame.actors {
        text.push_str(&format!(" {}: {}", actor.name, actor.line.join(" ")));
        let chips = actor.wallet.iter();
        let held: Vec<&str> = chips.map(|chip| chip.label.as_str()).collect();
        if !held.is_empty() {
            text.push_str(&format!("; holds {}", held.join(", ")));
        }
        if actor.hidden > 0 {
            text.push_str(&format!(" and {} more", actor.hidden));
        }
        text.push('.');
    }
}
