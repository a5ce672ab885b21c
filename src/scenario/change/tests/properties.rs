//! Random changes at random moments of random stories.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::Index;

use super::{branch, shares_prefix, story};
use crate::cloud::ledger::{ActorId, ArtifactKind, ArtifactValue};
use crate::recording::{Recording, trace};
use crate::scenario::change::{At, Change, Placed, Target};
use crate::scenario::files::Shipped;
use crate::scenario::{Performance, Watch, load};

const STORIES: [&str; 6] = [
    "facebook-to-s3",
    "google-to-dynamodb",
    "classic-flow",
    "come-in-as-a-guest",
    "user-pool-sign-up",
    "roles-by-group",
];

/// Some moment of a story.
fn some_moment(story: &Performance, which: Index) -> At {
    let beats = &story.scenario().beats;
    let moments: Vec<At> = beats
        .iter()
        .flat_map(|beat| {
            let beat_id = beat.id.clone();
            (0..=beat.acts.len()).map(move |action| At {
                beat: beat_id.clone(),
                action,
            })
        })
        .collect();
    which.get(&moments).clone()
}

/// Something that can be done at a moment: an offer, hindered or not, or one of a few others.
fn some_change(story: &Performance, at: &At, (target, which): (Index, Index)) -> Placed {
    let recording = story.recording();
    let actors = recording
        .actors
        .iter()
        .map(|it| Target::Actor(it.id.clone()));
    let things = recording.artifacts.iter().map(|it| Target::Artifact(it.id));
    let messages = recording.exchanges.iter().map(|it| Target::Exchange(it.id));
    let targets: Vec<Target> = actors.chain(things).chain(messages).collect();
    let offers = story.offers(at, target.get(&targets));
    let placed = |at: &At, change: &Change| Placed {
        at: at.clone(),
        change: change.clone(),
    };
    match offers.as_slice() {
        [] => placed(at, &Change::LeaveOut),
        offers => {
            let offer = which.get(offers);
            placed(&offer.at, &offer.change)
        }
    }
}

/// Everything that a trace says, but for who is on stage, what the scenario is called, verdicts,
/// and state hashes, which are over everybody on stage.
fn told(recording: &Recording) -> Vec<String> {
    let skipped = ["scenario", "verdict", "state"];
    let is_told = |line: &String| {
        !skipped
            .iter()
            .any(|kind| line.starts_with(&format!("{{\"type\":\"{kind}\"")))
    };
    trace::lines(recording).filter(is_told).collect()
}

/// What a change has nothing to do with comes from streams of its own: keys, the identity of the
/// one person who signs in, and the identities of guests, each by its beat and device.
fn unrelated_values_are_identical(parent: &Recording, branch: &Recording) -> bool {
    let signed_in = |recording: &Recording| {
        let things = recording.artifacts.iter();
        let ids = things.filter(|it| it.kind == ArtifactKind::IdentityId && !it.guest);
        ids.map(|it| it.value.clone()).collect::<Vec<_>>()
    };
    let (ours, theirs) = (signed_in(parent), signed_in(branch));
    let same_keys = parent.keys.iter().all(|keys| {
        let mut same = branch.keys.iter().filter(|it| it.issuer == keys.issuer);
        same.all(|it| it.keys == keys.keys)
    });
    let theirs_by_place = guests(branch);
    let same_guests = guests(parent).iter().all(|(place, id)| {
        let other = theirs_by_place.get(place);
        other.is_none_or(|other| other == id)
    });
    let same_person = ours.len() != 1 || theirs.len() != 1 || ours == theirs;
    same_keys && same_guests && same_person
}

/// The identities that guests were given, by beat, device, and how many it had been given before
/// in that beat.
fn guests(recording: &Recording) -> BTreeMap<(String, ActorId, usize), ArtifactValue> {
    let mut ids = BTreeMap::new();
    for it in recording.artifacts.iter() {
        let exchange = it.exchange.and_then(|id| recording.exchange(id));
        let Some(exchange) = exchange.filter(|_| it.kind == ArtifactKind::IdentityId && it.guest)
        else {
            continue;
        };
        let beat = &recording.beats[exchange.beat as usize].id;
        let place = |nth| (beat.clone(), exchange.from.clone(), nth);
        let nth = (0..).find(|nth| !ids.contains_key(&place(*nth))).unwrap();
        ids.insert(place(nth), it.value.clone());
    }
    ids
}

#[test]
fn a_guest_who_stays_away_changes_nothing_for_the_next_one() {
    let parent = story("come-in-as-a-guest");
    let away = branch(&parent, "guest-identity", "LeaveOut");
    let (before, after) = (guests(parent.recording()), guests(away.recording()));
    assert_eq!((before.len(), after.len()), (2, 1));
    let (place, id) = after.first_key_value().unwrap();
    assert_eq!(before.get(place), Some(id));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn random_changes_keep_the_prefix_and_replay_from_their_file(
        which in any::<Index>(),
        steps in prop::collection::vec((any::<Index>(), any::<Index>(), any::<Index>()), 1..3),
    ) {
        let id = STORIES[which.index(STORIES.len())];
        let parent = story(id);
        let mut branch = parent.clone();
        for (moment, target, offer) in steps {
            let at = some_moment(&branch, moment);
            let placed = some_change(&branch, &at, (target, offer));
            let Ok(next) = branch.branch(placed, &Watch::new()) else {
                continue;
            };
            prop_assert!(shares_prefix(branch.recording(), next.recording()));
            prop_assert!(unrelated_values_are_identical(branch.recording(), next.recording()));
            branch = next;
        }
        if branch.changes().is_empty() {
            return Ok(());
        }
        let text = branch.as_variant("saved", "Saved").unwrap();
        let loaded = load(&Shipped, "scenarios/saved.ron", text.as_bytes());
        let loaded = loaded.unwrap_or_else(|report| panic!("{text}\n{}", report.render(false)));
        let replayed = Performance::new(Arc::new(loaded), None).unwrap();
        prop_assert!(replayed.recording().held(), "{text}");
        prop_assert_eq!(told(branch.recording()), told(replayed.recording()));
        prop_assert_eq!(&branch.recording().actors, &replayed.recording().actors);
    }

    #[test]
    fn any_line_is_a_change_or_a_mistake_at_its_place(line in "[a-z_:.@=+0-9-]{0,40}") {
        let parent = story("facebook-to-s3");
        if let Err(error) = parent.spoken(&At::beginning_of("credentials"), &line) {
            prop_assert!(error.span.end <= line.len());
        }
    }
}
