//! The picture of every shipped scenario.

use super::frame::{Frame, LaneLook, LaneView, ParcelView, Point, Rect, StampView};
use super::lanes::{from_lane, point_at};
use super::tests::{assert_sound, fingerprint, stage};
use super::{Options, PlayTime, Stage};
use crate::cloud::ledger::{ActorId, ExchangeId};
use crate::recording::Recording;
use crate::scenario::files::Shipped;
use crate::scenario::library::Entry;
use crate::scenario::{self, library};

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
        let lines = 1 + row.evidence.len() + row.required.len();
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
    each_story(|entry, recording| {
        let stage = stage(recording);
        // The end of every beat, and a moment in its middle
        let moments: Vec<PlayTime> = (0..recording.beats.len() as u32)
            .flat_map(|beat| [stage.telling_moment(recording, beat), stage.beat_end(beat)])
            .collect();
        let forward: Vec<String> = moments
            .iter()
            .map(|t| fingerprint(&stage.frame(recording, *t)))
            .collect();
        // A stage set anew, gone through from the end
        let again = Stage::new(recording, stage.options());
        for (t, seen) in moments.iter().zip(&forward).rev() {
            let frame = again.frame(recording, *t);
            assert_eq!(&fingerprint(&frame), seen, "{} at {t:?}", entry.id);
            assert_sound(&frame);
            assert_lanes_join_cards(recording, &frame, entry.id);
            assert_rows_have_room(&frame, entry.id);
        }
    });
}

fn each_story(mut look: impl FnMut(&Entry, &Recording)) {
    for entry in library::ALL.iter() {
        let scenario = scenario::load(&Shipped, entry.path, entry.text.as_bytes()).unwrap();
        look(entry, &scenario::perform(&scenario, None).unwrap());
    }
}

/// The stage in a window of 1280 by 720 and of 1920 by 1080 points.
const STAGES: [(f32, f32); 2] = [(1224.0, 500.0), (1864.0, 860.0)];

/// Lanes that pass behind a list of checks, since no curve leads around it.
const BEHIND: [(&str, &str); 3] = [
    ("website-without-servers", "GET /prod/order"),
    ("website-signs-in", "oauth2/idpresponse"),
    ("website-signs-in-forgery", "oauth2/idpresponse"),
];

#[test]
fn nothing_at_rest_covers_anything_in_any_shipped_story() {
    let mut found = Vec::new();
    each_story(|entry, recording| {
        for size in STAGES {
            let options = Options {
                size,
                ..Options::default()
            };
            let stage = Stage::new(recording, options);
            for beat in 0..recording.beats.len() as u32 {
                for t in [stage.telling_moment(recording, beat), stage.beat_end(beat)] {
                    let frame = stage.frame(recording, t);
                    assert_sound(&frame);
                    assert_list_in_its_extent(recording, &stage, &frame, entry.id);
                    let mut told = covered_by_parcels(&frame);
                    told.extend(astray(recording, &frame));
                    told.extend(crossed_by_lanes(recording, &frame, entry.id));
                    let told = told.into_iter();
                    found.extend(told.map(|it| {
                        let beat = beat + 1;
                        format!("{}, beat {beat}, on {size:?}: {it}", entry.id)
                    }));
                }
            }
        }
    });
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// A list of checks takes no more than lanes, labels and stamps leave to it.
fn assert_list_in_its_extent(recording: &Recording, stage: &Stage, frame: &Frame, story: &str) {
    let Some(panel) = &frame.checks else {
        return;
    };
    let exchange = recording.exchange(panel.exchange).unwrap();
    let extent = super::checks::extent(&stage.layout, exchange).unwrap();
    assert!(
        extent.grown(0.1).holds(panel.rect),
        "{story}, beat {}: {:?} in {extent:?}",
        frame.beat + 1,
        panel.rect
    );
}

/// Parcels that lie on something.
fn covered_by_parcels(frame: &Frame) -> Vec<String> {
    /// How far a parcel reaches, and one that is torn
    const REACH: (f32, f32) = (24.0, 13.0);
    const TORN: (f32, f32) = (32.0, 17.0);
    let cards = frame.actors.iter().map(|it| (it.rect, it.name.clone()));
    let titles = frame
        .zones
        .iter()
        .map(|it| (it.title_rect, it.title.clone()));
    let labels = frame
        .lanes
        .iter()
        .map(|it| (it.label_rect, it.label.clone()));
    let panel = frame.checks.iter().map(|it| (it.rect, it.title.clone()));
    let stamp = frame.stamp.iter().map(|it| (it.rect, it.text.clone()));
    let mut others: Vec<(Rect, String)> = cards.chain(titles).chain(labels).collect();
    others.extend(panel.chain(stamp));
    let mut found = Vec::new();
    for parcel in &frame.parcels {
        let (w, h) = if parcel.broken { TORN } else { REACH };
        // It lies in the direction of its lane
        let (sin, cos) = parcel.angle.sin_cos();
        let (sin, cos) = (sin.abs() * frame.unit, cos.abs() * frame.unit);
        let (w, h) = (cos * w + sin * h, sin * w + cos * h);
        let rect = Rect::new(parcel.at.x - w, parcel.at.y - h, 2.0 * w, 2.0 * h);
        let under = others.iter().filter(|(other, _)| rect.overlaps(*other));
        found.extend(under.map(|(_, name)| format!("a parcel lies on {name}")));
        others.push((rect, "another parcel".to_owned()));
    }
    found
}

/// Labels far from their lanes, and stamps far from whoever refuses.
fn astray(recording: &Recording, frame: &Frame) -> Vec<String> {
    const FAR: f32 = 60.0;
    let far = |lane: &&LaneView| from_lane(&lane.curve, lane.label_rect) > FAR * frame.unit;
    let labels = frame.lanes.iter().filter(far);
    let labels = labels.map(|lane| format!("{} is far from its lane", lane.label));
    let refused = frame.parcels.iter().find(|parcel| parcel.broken);
    let lane = refused.and_then(|parcel| {
        let mut lanes = frame.lanes.iter();
        lanes.find(|lane| lane.exchange == parcel.exchange)
    });
    let stamp = frame.stamp.as_ref().zip(lane);
    let stamp = stamp.and_then(|(stamp, lane)| stamp_astray(recording, frame, stamp, lane));
    labels.chain(stamp).collect()
}

fn stamp_astray(
    recording: &Recording,
    frame: &Frame,
    stamp: &StampView,
    lane: &LaneView,
) -> Option<String> {
    const FAR: f32 = 40.0;
    let exchange = recording.exchange(lane.exchange)?;
    let gap = |id: &ActorId| {
        let mut actors = frame.actors.iter();
        Some(stamp.rect.gap(actors.find(|actor| actor.id == *id)?.rect))
    };
    let panel = frame
        .checks
        .as_ref()
        .map(|panel| stamp.rect.gap(panel.rect));
    let refuser = gap(&exchange.to)?.min(panel.unwrap_or(f32::INFINITY));
    let near = refuser.min(from_lane(&lane.curve, stamp.rect));
    let far = FAR * frame.unit;
    (near > far || gap(&exchange.from)? < refuser.min(far))
        .then(|| format!("{} is not at whoever refuses", stamp.text))
}

/// Lanes that pass behind cards and lists or through titles, a little inside their edges.
fn crossed_by_lanes(recording: &Recording, frame: &Frame, story: &str) -> Vec<String> {
    const EDGE: f32 = -3.0;
    let mut found = Vec::new();
    for lane in &frame.lanes {
        let behind = |story_and_lane: &(&str, &str)| *story_and_lane == (story, &lane.label);
        let exchange = recording.exchange(lane.exchange).unwrap();
        let crosses = |rect: Rect| {
            let inside = rect.grown(EDGE * frame.unit);
            (1..64).any(|step| inside.contains(point_at(&lane.curve, step as f32 / 64.0)))
        };
        let ends = [&exchange.from, &exchange.to];
        let cards = frame.actors.iter().filter(|it| !ends.contains(&&it.id));
        let cards = cards.map(|it| (it.rect, &it.name));
        let titles = frame.zones.iter().map(|it| (it.title_rect, &it.title));
        let panel = frame.checks.iter().map(|it| (it.rect, &it.title));
        let panel = panel.filter(|_| !BEHIND.iter().any(behind));
        let met = cards.chain(titles).chain(panel);
        let met = met.filter(|(rect, _)| crosses(*rect));
        found.extend(met.map(|(_, name)| format!("the lane {} meets {name}", lane.label)));
    }
    found
}

#[test]
fn lanes_labels_and_waiting_parcels_stay_where_they_are_while_anything_is_under_way() {
    /// Often enough to see most parts of most exchanges
    const EVERY_MS: usize = 631;
    let mut moved = Vec::new();
    each_story(|entry, recording| {
        let options = Options {
            size: STAGES[0],
            ..Options::default()
        };
        let stage = Stage::new(recording, options);
        let mut before: Vec<LaneView> = Vec::new();
        let mut waited: Vec<ParcelView> = Vec::new();
        for t in (0..stage.duration().0).step_by(EVERY_MS) {
            let frame = stage.frame(recording, PlayTime(t));
            for lane in &frame.lanes {
                let known = before.iter().find(|it| it.exchange == lane.exchange);
                if known.is_some_and(|it| it.curve != lane.curve) {
                    moved.push(format!("{} at {t}: the lane of {}", entry.id, lane.label));
                }
                if known.is_some_and(|it| it.label_rect != lane.label_rect) {
                    moved.push(format!("{} at {t}: {}", entry.id, lane.label));
                }
            }
            let waiting = |lane: &&LaneView| lane.look == LaneLook::Waiting;
            let waiting = frame.lanes.iter().filter(waiting);
            let waiting: Vec<ExchangeId> = waiting.map(|lane| lane.exchange).collect();
            let mut waits = frame.parcels;
            waits.retain(|parcel| waiting.contains(&parcel.exchange));
            for parcel in &waits {
                let known = waited.iter().find(|it| it.exchange == parcel.exchange);
                if known.is_some_and(|it| it.at != parcel.at) {
                    moved.push(format!("{} at {t}: a parcel that waits", entry.id));
                }
            }
            before = frame.lanes;
            waited = waits;
        }
    });
    assert!(moved.is_empty(), "{}", moved.join("\n"));
}

#[test]
fn what_covers_something_is_found() {
    let mut recording = None;
    each_story(|entry, found| {
        if entry.id == "facebook-to-s3" {
            recording = Some(found.clone());
        }
    });
    let recording = recording.unwrap();
    let stage = stage(&recording);
    let refused = recording.exchanges.iter().find(|it| it.refused()).unwrap();
    let mut frame = stage.frame(&recording, stage.end_of(refused.id));
    assert!(covered_by_parcels(&frame).is_empty());
    assert!(astray(&recording, &frame).is_empty());
    assert!(crossed_by_lanes(&recording, &frame, "").is_empty());
    frame.parcels[0].at = frame.zones[0].title_rect.center();
    let covered = covered_by_parcels(&frame);
    assert!(covered.iter().any(|it| it.ends_with(&frame.zones[0].title)));
    frame.lanes[0].label_rect.x += 1_000.0;
    frame.stamp.as_mut().unwrap().rect.y += 1_000.0;
    assert_eq!(astray(&recording, &frame).len(), 2);
    let [start, .., end] = frame.lanes[0].curve;
    let middle = Point::new((start.x + end.x) / 2.0, (start.y + end.y) / 2.0);
    frame.zones[0].title_rect = Rect::new(middle.x - 40.0, middle.y - 200.0, 80.0, 400.0);
    assert!(!crossed_by_lanes(&recording, &frame, "").is_empty());
}
