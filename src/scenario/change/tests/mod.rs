//! Changes driven through [`Performance::branch`], in shipped scenarios.

mod documents;
mod messages;
mod mistakes;
mod moments;
mod properties;
mod script;
mod things;
mod world;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::{At, Change, ChangeError, Placed};
use crate::recording::Recording;
use crate::scenario::files::Shipped;
use crate::scenario::{Performance, Watch, library, load};

/// A shipped scenario, performed once for all tests.
pub(super) fn story(id: &str) -> Performance {
    static STORIES: Mutex<BTreeMap<String, Performance>> = Mutex::new(BTreeMap::new());
    let mut stories = STORIES.lock().unwrap();
    let performed = stories.entry(id.to_owned()).or_insert_with(|| {
        let entry = library::find(id).unwrap();
        let scenario = load(&Shipped, entry.path, entry.text.as_bytes()).unwrap();
        Performance::new(Arc::new(scenario), None).unwrap()
    });
    performed.clone()
}

/// A change as an author writes it.
pub(super) fn change(text: &str) -> Change {
    let options =
        ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
    options
        .from_str(text)
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A moment: `identity` or `tokens/1`.
pub(super) fn at(text: &str) -> At {
    let (beat, action) = text.split_once('/').unwrap_or((text, "0"));
    At {
        beat: beat.to_owned(),
        action: action.parse().unwrap(),
    }
}

pub(super) fn try_branch(
    story: &Performance,
    moment: &str,
    text: &str,
) -> Result<Performance, ChangeError> {
    let placed = Placed {
        at: at(moment),
        change: change(text),
    };
    story.branch(placed, &Watch::new())
}

pub(super) fn branch(story: &Performance, moment: &str, text: &str) -> Performance {
    try_branch(story, moment, text).unwrap_or_else(|error| panic!("{moment}: {text}: {error}"))
}

/// Whom a branch stops at first where its parent did not: `identities NotAuthorizedException
/// Signature`; or the reason why a device could not go on.
pub(super) fn stopped(parent: &Performance, branch: &Performance) -> String {
    let Some(act) = branch.first_surprise(parent) else {
        return "allowed".to_owned();
    };
    let range = act.first_exchange.index()..act.end_exchange.index();
    let refused = range
        .filter_map(|at| branch.recording().exchanges.get(at))
        .find(|exchange| exchange.refused());
    match refused.and_then(|it| Some((it, it.refusal.as_ref()?))) {
        Some((exchange, refusal)) => {
            let check = exchange.failed_check().map_or("", |check| &check.name);
            format!("{} {} {check}", exchange.to, refusal.code)
        }
        None => branch.in_words(act),
    }
}

/// A change typed in one line, at a moment of a shipped scenario: where the branch stops.
pub(super) fn spoken(id: &str, moment: &str, line: &str) -> String {
    let parent = story(id);
    let at = at(moment);
    let change = parent
        .spoken(&at, line)
        .unwrap_or_else(|error| panic!("{id} {moment}: {line}: {error:?}"));
    let placed = Placed { at, change };
    match parent.branch(placed, &Watch::new()) {
        Ok(branch) => {
            assert!(
                shares_prefix(parent.recording(), branch.recording()),
                "{id} {moment}: {line}"
            );
            stopped(&parent, &branch)
        }
        Err(error) => format!("error: {error}"),
    }
}

/// Changes with where they must stop: scenario, moment, line, outcome.
pub(super) fn hold(rows: &[(&str, &str, &str, &str)]) {
    let found: Vec<String> = rows
        .iter()
        .map(|(id, at, line, _)| format!("{id} {at} {line}: {}", spoken(id, at, line)))
        .collect();
    let expected: Vec<String> = rows
        .iter()
        .map(|(id, at, line, outcome)| format!("{id} {at} {line}: {outcome}"))
        .collect();
    assert_eq!(found, expected);
}

/// Whether two recordings tell the same, byte for byte, before a moment.
pub(super) fn shares_prefix(parent: &Recording, branch: &Recording) -> bool {
    let parted = branch.header.branch.as_ref().unwrap();
    let until = parted.exchange.index();
    let beats = parted.beat as usize;
    parent.beats[..beats] == branch.beats[..beats]
        && parent
            .exchanges
            .iter()
            .take(until)
            .eq(branch.exchanges.iter().take(until))
        && {
            let in_prefix = |recording: &Recording| {
                let minted = recording.artifacts.iter();
                minted
                    .filter(|it| {
                        it.exchange
                            .is_some_and(|exchange| exchange < parted.exchange)
                    })
                    .cloned()
                    .collect::<Vec<_>>()
            };
            in_prefix(parent) == in_prefix(branch)
        }
}
