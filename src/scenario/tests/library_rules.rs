//! What every shipped scenario must have besides expectations that hold: a point that is asked
//! about, a length that fits a lesson, words for the teacher, and sources.

use std::collections::BTreeSet;

use super::performed;
use crate::scenario::Scenario;
use crate::scenario::stuck::{self, ROWS};

/// A scenario has a beginning and an end, and fits a lesson.
const BEATS: std::ops::RangeInclusive<usize> = 5..=15;

/// What is missing in a scenario.
fn missing(scenario: &Scenario) -> Vec<String> {
    let own = &scenario.beats[scenario.first_own_beat()..];
    let mut missing = Vec::new();
    let mut require = |held: bool, what: &str| {
        if !held {
            missing.push(what.to_owned());
        }
    };
    require(BEATS.contains(&scenario.beats.len()), "5 to 15 beats");
    require(!scenario.notes.is_empty(), "notes for the teacher");
    require(!scenario.cited.is_empty(), "a source");
    require(
        scenario
            .cited
            .iter()
            .all(|it| it.len() > 3 && !it.ends_with('.')),
        "sources without full stops",
    );
    require(
        own.iter().any(|it| !it.notes.is_empty()),
        "speaker notes on a beat of its own",
    );
    let asks = |beat: &crate::scenario::checked::Beat| beat.question.is_some();
    require(own.iter().any(asks), "a question in a beat of its own");
    // Asked before it is seen: the beat of the question does something
    let decides = own.iter().any(|beat| asks(beat) && !beat.acts.is_empty());
    require(decides, "a question before something happens");
    require(own.iter().any(|it| it.caption.contains("**")), "a term");
    missing
}

#[test]
fn every_shipped_scenario_can_be_taught_with() {
    let found: Vec<String> = performed()
        .filter(|(scenario, _)| !missing(scenario).is_empty())
        .map(|(scenario, _)| format!("{}: {}", scenario.id, missing(scenario).join(", ")))
        .collect();
    assert!(found.is_empty(), "missing:\n{}", found.join("\n"));
}

#[test]
fn a_scenario_that_cannot_be_taught_with_is_noticed() {
    let (good, _) = performed().next().unwrap();
    let mut bad = good.clone();
    bad.cited.clear();
    bad.notes.clear();
    bad.beats.truncate(4);
    for beat in &mut bad.beats {
        beat.notes.clear();
        beat.question = None;
        beat.caption = "Nothing".to_owned();
    }
    assert_eq!(missing(&bad).len(), 7, "{:?}", missing(&bad));
}

#[test]
fn a_term_is_marked_only_where_it_is_explained_or_matters() {
    for (scenario, _) in performed() {
        for beat in &scenario.beats {
            let marked = beat.caption.matches("**").count() / 2;
            assert!(
                marked <= 4,
                "{}, {}: {marked} terms at once",
                scenario.id,
                beat.id
            );
        }
    }
}

#[test]
fn every_row_of_what_learners_get_stuck_on_is_run_by_a_scenario_that_names_it() {
    let mut run = BTreeSet::new();
    for (scenario, recording) in performed() {
        for id in &scenario.stuck {
            let row = stuck::find(id).unwrap_or_else(|| panic!("{id} in {}", scenario.id));
            assert!(
                row.is_run_in(recording, scenario.first_own_beat()),
                "{} does not show {id}: {:?} at {:?}",
                scenario.id,
                row.says,
                row.stops_at
            );
            run.insert(row.id);
        }
    }
    let lost: Vec<_> = ROWS.iter().filter(|row| !run.contains(row.id)).collect();
    assert!(lost.is_empty(), "nobody runs {lost:?}");
}

#[test]
fn a_row_is_not_run_where_nobody_is_refused_like_that() {
    let by_id = |id: &str| performed().find(|(scenario, _)| scenario.id == id).unwrap();
    let (_, first) = by_id("facebook-to-s3");
    for row in ROWS.iter().filter(|row| row.says.is_some()) {
        assert!(!row.is_run_in(first, 0), "{}", row.id);
    }
    // What is inherited does not count
    let (scenario, recording) = by_id("wrong-logins-key");
    let row = stuck::find("issuer-mismatch").unwrap();
    assert!(row.is_run_in(recording, scenario.first_own_beat()));
    assert!(!row.is_run_in(recording, scenario.beats.len()));
}
