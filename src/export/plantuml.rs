//! A sequence diagram for PlantUML, with every check and every caption.

use super::events::{Event, Participants, answer, events, one_line, sign, things};
use crate::cloud::ledger::ActorKind;
use crate::recording::Recording;

/// The whole recording as one sequence diagram.
pub fn plantuml(recording: &Recording) -> String {
    let participants = Participants::of(recording);
    let mut lines = vec![
        "@startuml".to_owned(),
        format!("title {}", text(&recording.header.title)),
    ];
    for (name, actor) in participants.iter() {
        let shape = match actor.kind {
            ActorKind::Person => "actor",
            ActorKind::S3 | ActorKind::DynamoDb => "database",
            _ => "participant",
        };
        lines.push(format!("{shape} \"{}\" as {name}", text(&actor.name)));
    }
    for event in events(recording) {
        let line = match event {
            Event::Chapter(title) => format!("== {} ==", text(title)),
            Event::Beat(beat) => format!(
                "note across : {}. {}\\n{}",
                beat.index + 1,
                text(&beat.title),
                text(&beat.caption)
            ),
            Event::Asks(it) => {
                let (from, to) = (participants.name(&it.from), participants.name(&it.to));
                let with = things(recording, &it.sent);
                let with = if with.is_empty() {
                    with
                } else {
                    format!("\\n{}", text(&with))
                };
                format!("{from} -> {to} : {}{with}", text(&it.operation))
            }
            Event::Checks(it, check) => format!(
                "note over {} : {} {}",
                participants.name(&it.to),
                sign(check.outcome),
                text(&check.name)
            ),
            Event::Answers(it) => {
                let (from, to) = (participants.name(&it.from), participants.name(&it.to));
                let arrow = if it.refused() { "-[#red]->x" } else { "-->" };
                format!("{to} {arrow} {from} : {}", text(&answer(recording, it)))
            }
            Event::Ends(_) => continue,
        };
        lines.push(line);
    }
    lines.push("@enduml".to_owned());
    lines.join("\n") + "\n"
}

/// A text in which nothing is PlantUML's but the `**` around terms, which mean the same there.
fn text(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        match c {
            '<' | '>' | '%' | '"' | '\\' | '&' | '!' | '@' | '~' | '$' => {
                safe.push_str(&format!("&#{};", u32::from(c)));
            }
            c => safe.push(c),
        }
    }
    safe
}
