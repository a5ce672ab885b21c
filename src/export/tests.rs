//! Exports of every shipped story, and of one whose texts mean no good.

use super::{markdown, mermaid, plantuml};
use crate::cloud::ledger::ActorKind;
use crate::recording::Recording;
use crate::scenario::files::Shipped;
use crate::scenario::{library, load, perform};

fn story(id: &str) -> Recording {
    let entry = library::find(id).unwrap();
    let scenario = load(&Shipped, entry.path, entry.text.as_bytes()).unwrap();
    perform(&scenario, None).unwrap()
}

/// A story in which every text of its author tries to break out of its place.
fn hostile() -> Recording {
    let mut recording = story("user-pool-sign-up");
    let evil = "**x** | `` ` <script>alert(1)</script> \" ; # %% end\n@enduml\n\u{1b}[31m![x](y)";
    recording.header.title = evil.to_owned();
    for beat in &mut recording.beats {
        beat.title = evil.to_owned();
        beat.caption = evil.to_owned();
    }
    for actor in &mut recording.actors {
        actor.name = evil.to_owned();
    }
    let mut exchanges = recording.exchanges.to_vec();
    for exchange in &mut exchanges {
        exchange.operation = evil.into();
    }
    recording.exchanges = exchanges.into();
    recording
}

#[test]
fn every_arrow_of_a_diagram_joins_participants_that_are_declared() {
    let recording = story("facebook-to-s3");
    let diagram = mermaid(&recording);
    assert!(diagram.starts_with("sequenceDiagram\n"));
    let declared: Vec<&str> = diagram
        .lines()
        .filter_map(|line| line.trim().split_once(" as "))
        .filter_map(|(before, _)| before.split(' ').next_back())
        .collect();
    let mut arrows = 0;
    for line in diagram.lines() {
        for arrow in ["-->>", "->>", "--x"] {
            let Some((from, rest)) = line.trim().split_once(arrow) else {
                continue;
            };
            let to = rest.split(':').next().unwrap();
            assert!(declared.contains(&from) && declared.contains(&to), "{line}");
            arrows += 1;
            break;
        }
    }
    assert_eq!(arrows, recording.exchanges.len() * 2);
}

#[test]
fn a_refusal_is_drawn_with_the_check_it_comes_from() {
    let recording = story("facebook-to-s3");
    let diagram = mermaid(&recording);
    assert!(diagram.contains("✗ Permissions policy"), "{diagram}");
    assert!(diagram.contains("--x"));
    let diagram = plantuml(&recording);
    assert!(diagram.contains("✗ Permissions policy"));
    assert!(diagram.contains("403 AccessDenied"));
    assert!(diagram.starts_with("@startuml\n") && diagram.ends_with("@enduml\n"));
}

#[test]
fn calls_on_somebodys_behalf_stand_between_question_and_answer() {
    let diagram = plantuml(&story("facebook-to-s3"));
    let at = |part: &str| diagram.find(part).unwrap();
    assert!(at(": GetCredentialsForIdentity") < at(": AssumeRoleWithWebIdentity"));
}

#[test]
fn a_transcript_tells_every_beat_with_its_tokens_decoded() {
    let recording = story("facebook-to-s3");
    let page = markdown(&recording);
    for beat in &recording.beats {
        assert!(page.contains(&format!("### {}. ", beat.index + 1)));
    }
    for part in [
        "\"token_use\": \"id\"",
        "\"AccessKeyId\": \"ASIA",
        "Answer: **b)",
        "✗ refused with 403 `AccessDenied`",
        "○ Object exists (not reached)",
    ] {
        assert!(page.contains(part), "{part} in\n{page}");
    }
}

#[test]
fn texts_of_others_do_not_break_out_of_an_export() {
    let recording = hostile();
    for export in [
        mermaid(&recording),
        plantuml(&recording),
        markdown(&recording),
    ] {
        assert!(!export.contains('\u{1b}'));
        assert!(export.lines().filter(|it| *it == "@enduml").count() <= 1);
    }
    assert!(!mermaid(&recording).contains("<script"));
    assert!(!plantuml(&recording).contains("<script"));
    let page = markdown(&recording);
    let heading = page.lines().next().unwrap();
    assert!(heading.contains("\\<script\\>") && heading.contains("!\\[x\\]"));
    assert!(
        page.contains("``` **x** ¦ `` ` <script>"),
        "code is fenced with more backticks than it holds"
    );
    // What is Mermaid's stands only in the numbers of characters
    for line in mermaid(&recording).lines() {
        for number in ["#35;", "#37;", "#59;", "#60;", "#62;"] {
            assert!(!line.replace(number, "").contains("%%"), "{line}");
        }
        let numbers = line.matches('#').count();
        assert_eq!(line.matches(';').count(), numbers, "{line}");
    }
}

#[test]
fn a_person_is_drawn_as_one_where_the_language_can() {
    let recording = story("facebook-to-s3");
    let person = recording
        .actors
        .iter()
        .any(|it| it.kind == ActorKind::Person);
    assert!(person);
    assert!(plantuml(&recording).contains("database \""));
}

#[test]
fn a_recording_in_which_nobody_asks_anybody_is_exported_too() {
    let mut recording = story("user-pool-sign-up");
    recording.exchanges = Vec::new().into();
    for beat in &mut recording.beats {
        beat.first_exchange = crate::cloud::ledger::ExchangeId(0);
        beat.end_exchange = crate::cloud::ledger::ExchangeId(0);
    }
    assert!(mermaid(&recording).contains("participant a0"));
    assert!(plantuml(&recording).contains("@enduml"));
    assert!(markdown(&recording).contains("### 1."));
}
