//! Where two recordings part, and why: the first thing that is not the same on both sides, and
//! the first refusal behind it.
//!
//! What is compared is the course: who asked whom for what, every check with its outcome, every
//! refusal and decision. Random values differ between seeds without anything being different.

use serde::Serialize;

use super::{Beat, Recording};
use crate::cloud::ledger::{Check, Exchange, Outcome};

/// Where two recordings part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parting {
    /// Beats that both tell alike
    pub shared_beats: usize,
    /// What sort of thing differs first: beat, exchange, check, refusal, decision, verdict
    pub what: &'static str,
    /// The left recording from there on
    pub left: Side,
    /// The right one
    pub right: Side,
}

/// One recording where it parts from the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Side {
    /// The beat in which it happens, by id; none where this recording has ended
    pub beat: Option<String>,
    /// What is there, in words
    pub says: String,
    /// The first refusal from there on
    pub refused: Option<Refused>,
}

/// A refusal with the check that it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The beat
    pub beat: String,
    /// Who refused what: `identities refused GetCredentialsForIdentity`
    pub exchange: String,
    /// The error's code and message
    pub error: String,
    /// The check at which it stopped, with what was expected and found
    pub check: Option<String>,
}

/// The first difference; none where both tell the same.
pub fn parting(left: &Recording, right: &Recording) -> Option<Parting> {
    let count = left.beats.len().max(right.beats.len());
    for place in 0..count {
        let beats = (left.beats.get(place), right.beats.get(place));
        let difference = match beats {
            (Some(one), Some(other)) => beat_difference((left, one), (right, other)),
            (one, other) => Some(("beat", beat_words(one), beat_words(other))),
        };
        if let Some((what, on_left, on_right)) = difference {
            return Some(Parting {
                shared_beats: place,
                what,
                left: side(left, place, on_left),
                right: side(right, place, on_right),
            });
        }
    }
    None
}

type Difference = (&'static str, String, String);

fn side(recording: &Recording, place: usize, says: String) -> Side {
    let beats = recording.beats.get(place..).unwrap_or_default();
    let mut refusals = beats
        .iter()
        .flat_map(|beat| {
            recording
                .exchanges_of(beat)
                .iter()
                .map(move |it| (beat, it))
        })
        .filter(|(_, exchange)| exchange.refused());
    Side {
        beat: recording.beats.get(place).map(|beat| beat.id.clone()),
        says,
        refused: refusals
            .next()
            .map(|(beat, exchange)| refused(recording, beat, exchange)),
    }
}

fn refused(recording: &Recording, beat: &Beat, exchange: &Exchange) -> Refused {
    let refusal = exchange.refusal.as_ref();
    Refused {
        beat: beat.id.clone(),
        exchange: format!(
            "{} refused {}",
            recording.name_of(&exchange.to),
            exchange.operation
        ),
        error: refusal.map_or(String::new(), |it| format!("{}: {}", it.code, it.message)),
        check: exchange.failed_check().map(|check| {
            format!(
                "{}: expected {}, found {}",
                check.name, check.expected, check.actual
            )
        }),
    }
}

fn beat_words(beat: Option<&Beat>) -> String {
    beat.map_or_else(
        || "the end".to_owned(),
        |beat| format!("beat {}: {}", beat.id, beat.title),
    )
}

fn beat_difference(left: (&Recording, &Beat), right: (&Recording, &Beat)) -> Option<Difference> {
    let (one, other) = (left.1, right.1);
    if one.id != other.id {
        return Some(("beat", beat_words(Some(one)), beat_words(Some(other))));
    }
    let (ours, theirs) = (left.0.exchanges_of(one), right.0.exchanges_of(other));
    for place in 0..ours.len().max(theirs.len()) {
        let difference = match (ours.get(place), theirs.get(place)) {
            (Some(ours), Some(theirs)) => exchange_difference(ours, theirs).or_else(|| {
                let (ours, theirs) = (decisions(left.0, ours), decisions(right.0, theirs));
                (ours != theirs).then_some(("decision", ours, theirs))
            }),
            (ours, theirs) => Some(("exchange", asked(ours), asked(theirs))),
        };
        if difference.is_some() {
            return difference;
        }
    }
    let verdicts = one.verdicts.iter().zip(&other.verdicts);
    verdicts
        .filter(|(one, other)| one.held != other.held)
        .map(|(one, other)| {
            let words = |held| if held { "held" } else { "did not hold" };
            let says = |expected: &str, held| format!("{expected}: {}", words(held));
            (
                "verdict",
                says(&one.expectation, one.held),
                says(&other.expectation, other.held),
            )
        })
        .next()
}

fn exchange_difference(left: &Exchange, right: &Exchange) -> Option<Difference> {
    if asked(Some(left)) != asked(Some(right)) {
        return Some(("exchange", asked(Some(left)), asked(Some(right))));
    }
    for place in 0..left.checks.len().max(right.checks.len()) {
        let (ours, theirs) = (left.checks.get(place), right.checks.get(place));
        let course = |check: Option<&Check>| check.map(|it| (it.name.clone(), it.outcome));
        if course(ours) != course(theirs) {
            let words = |check| format!("{}: {}", asked(Some(left)), checked(check));
            return Some(("check", words(ours), words(theirs)));
        }
    }
    let refusal = |exchange: &Exchange| match &exchange.refusal {
        Some(refusal) => format!("{}: {}", refusal.code, refusal.message),
        None => format!("answered with {}", exchange.response.status),
    };
    let code = |exchange: &Exchange| {
        let refusal = exchange.refusal.as_ref();
        (exchange.response.status, refusal.map(|it| it.code.clone()))
    };
    (code(left) != code(right)).then(|| ("refusal", refusal(left), refusal(right)))
}

fn asked(exchange: Option<&Exchange>) -> String {
    exchange.map_or_else(
        || "nothing more".to_owned(),
        |it| format!("{} asks {} for {}", it.from, it.to, it.operation),
    )
}

fn checked(check: Option<&Check>) -> String {
    let Some(check) = check else {
        return "no further check".to_owned();
    };
    let (name, expected, actual) = (&check.name, &check.expected, &check.actual);
    match check.outcome {
        Outcome::Passed => format!("{name} passed: {actual}"),
        Outcome::Failed => format!("{name} failed: expected {expected}, found {actual}"),
        Outcome::NotReached => format!("{name} not reached"),
    }
}

fn decisions(recording: &Recording, exchange: &Exchange) -> String {
    let words: Vec<String> = recording
        .decisions_of(exchange.id)
        .map(|it| format!("{} {:?}", it.action, it.explanation.decision))
        .collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::files::Shipped;
    use crate::scenario::{library, load, perform};

    fn story(id: &str, seed: Option<u64>) -> Recording {
        let entry = library::find(id).unwrap();
        let scenario = load(&Shipped, entry.path, entry.text.as_bytes()).unwrap();
        perform(&scenario, seed).unwrap()
    }

    #[test]
    fn a_recording_does_not_part_from_itself_whatever_the_seed() {
        let one = story("user-pool-sign-up", None);
        assert_eq!(parting(&one, &one), None);
        assert_eq!(parting(&one, &story("user-pool-sign-up", Some(7))), None);
    }

    #[test]
    fn a_variant_parts_where_it_goes_on_differently_and_says_what_was_refused() {
        let (one, other) = (
            story("facebook-to-s3", None),
            story("facebook-to-s3-token-expired", None),
        );
        let parting = parting(&one, &other).unwrap();
        assert_eq!(parting.what, "beat");
        assert_eq!(parting.right.beat.as_deref(), Some("an-hour-later"));
        let shared = one.beats[parting.shared_beats - 1].id.as_str();
        assert_eq!(shared, "identity");
        let refused = parting.right.refused.unwrap();
        assert_eq!(refused.beat, "expired");
        assert!(refused.error.starts_with("NotAuthorizedException"));
        assert!(refused.check.unwrap().contains("expected"));
    }

    #[test]
    fn a_check_that_ends_otherwise_is_the_first_difference() {
        let one = story("user-pool-sign-up", None);
        let mut other = one.clone();
        let place = other.exchanges.iter().position(|it| !it.checks.is_empty());
        let exchange = &mut other.exchanges[place.unwrap()];
        exchange.checks[0].outcome = Outcome::Failed;
        let name = exchange.checks[0].name.clone();
        let parting = parting(&one, &other).unwrap();
        assert_eq!(parting.what, "check");
        assert!(parting.left.says.contains(&format!("{name} passed")));
        assert!(parting.right.says.contains(&format!("{name} failed")));
    }

    #[test]
    fn a_recording_that_ends_earlier_parts_at_its_end() {
        let one = story("user-pool-sign-up", None);
        let mut other = one.clone();
        let last = other.beats.pop().unwrap();
        let parting = parting(&one, &other).unwrap();
        assert_eq!(parting.left.beat, Some(last.id));
        assert_eq!(
            (parting.right.beat, parting.right.says.as_str()),
            (None, "the end")
        );
    }
}
