//! A sequence diagram for Mermaid, which many wikis and repositories draw.

use super::events::{Event, Participants, answer, events, one_line, sign, things};
use crate::cloud::ledger::{ActorKind, Outcome};
use crate::recording::Recording;

/// The whole recording as one sequence diagram.
pub fn mermaid(recording: &Recording) -> String {
    let participants = Participants::of(recording);
    let mut lines = vec![
        "sequenceDiagram".to_owned(),
        format!("    title {}", text(&recording.header.title)),
    ];
    for (name, actor) in participants.iter() {
        let shape = if actor.kind == ActorKind::Person {
            "actor"
        } else {
            "participant"
        };
        lines.push(format!("    {shape} {name} as {}", text(&actor.name)));
    }
    let count = participants.iter().count();
    let all = match count {
        0 | 1 => "a0".to_owned(),
        _ => format!("a0,a{}", count - 1),
    };
    if count == 0 {
        // A note needs somebody to stand over
        lines.push("    participant a0 as Nobody asks anybody".to_owned());
    }
    for event in events(recording) {
        let line = match event {
            Event::Chapter(title) => format!("Note over {all}: {}", text(title)),
            Event::Beat(beat) => {
                let number = beat.index + 1;
                format!("Note over {all}: {number}. {}", text(&beat.title))
            }
            Event::Asks(it) => {
                let (from, to) = (participants.name(&it.from), participants.name(&it.to));
                let with = things(recording, &it.sent);
                let with = if with.is_empty() {
                    with
                } else {
                    format!(" ({with})")
                };
                format!("{from}->>{to}: {}{}", text(&it.operation), text(&with))
            }
            Event::Checks(it, check) if check.outcome == Outcome::Failed => {
                let to = participants.name(&it.to);
                let (name, actual) = (text(&check.name), text(&check.actual));
                format!("Note over {to}: {} {name}: {actual}", sign(check.outcome))
            }
            Event::Answers(it) => {
                let (from, to) = (participants.name(&it.from), participants.name(&it.to));
                let arrow = if it.refused() { "--x" } else { "-->>" };
                format!("{to}{arrow}{from}: {}", text(&answer(recording, it)))
            }
            Event::Checks(..) | Event::Ends(_) => continue,
        };
        lines.push(format!("    {line}"));
    }
    lines.join("\n") + "\n"
}

/// A text in which nothing is Mermaid's: its characters by their numbers.
fn text(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        match c {
            '#' | ';' | '<' | '>' | '%' | '{' | '}' | '&' | '\\' => {
                safe.push_str(&format!("#{};", u32::from(c)));
            }
            c => safe.push(c),
        }
    }
    safe
}
