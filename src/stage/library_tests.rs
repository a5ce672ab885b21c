//! The picture of every shipped scenario.

use super::frame::Frame;
use super::tests::{assert_sound, fingerprint, stage};
use super::{PlayTime, Stage};
use crate::recording::Recording;

/// A line of a check needs at least this height, in points at unit 1.
const LEAST_LINE: f32 = 17.0;

/// A lane begins and ends at the edge of what is shown of a card, whatever its wallet holds.
fn assert_lanes_join_cards(recording: &Recording, frame: &Frame, story: &str) {
    for lane in &frame.lanes {
        let exchange = recording.exchange(lane.exchange).unwrap();
        for (id, end) in [
            (&exchange.from, lane.curve[0]),
            (&exchange.to, lane.curve[3]),
        ] {
            let card = frame.actors.iter().find(|actor| actor.id == *id).unwrap();
            assert!(
                card.rect.grown(0.5).contains(end),
                "{story}, beat {}: {} ends beside {}",
                frame.beat + 1,
                lane.label,
                card.name
            );
        }
    }
}

/// Every row of a list of checks is as high as what is written in it.
fn assert_rows_have_room(frame: &Frame, story: &str) {
    let Some(panel) = &frame.checks else {
        return;
    };
    for row in &panel.rows {
        let lines = [&row.evidence, &row.required].into_iter();
        let lines = 1 + lines.filter(|line| !line.is_empty()).count();
        let least = lines as f32 * LEAST_LINE * frame.unit;
        assert!(
            row.rect.h >= least,
            "{story}, beat {}: {} has {lines} lines in {} points",
            frame.beat + 1,
            row.name,
            row.rect.h
        );
    }
}

#[test]
fn every_shipped_story_shows_the_same_pictures_forward_and_backward() {
    for entry in crate::scenario::library::ALL.iter() {
        let bytes = entry.text.as_bytes();
        let scenario =
            crate::scenario::load(&crate::scenario::files::Shipped, entry.path, bytes).unwrap();
        let recording = crate::scenario::perform(&scenario, None).unwrap();
        let stage = stage(&recording);
        // The end of every beat, and a moment in its middle
        let moments: Vec<PlayTime> = (0..recording.beats.len() as u32)
            .flat_map(|beat| [stage.telling_moment(&recording, beat), stage.beat_end(beat)])
            .collect();
        let forward: Vec<String> = moments
            .iter()
            .map(|t| fingerprint(&stage.frame(&recording, *t)))
            .collect();
        // A stage set anew, gone through from the end
        let again = Stage::new(&recording, stage.options());
        for (t, seen) in moments.iter().zip(&forward).rev() {
            let frame = again.frame(&recording, *t);
            assert_eq!(&fingerprint(&frame), seen, "{} at {t:?}", entry.id);
            assert_sound(&frame);
            assert_lanes_join_cards(&recording, &frame, entry.id);
            assert_rows_have_room(&frame, entry.id);
        }
    }
}
