//! Where the playhead stands, as a moment between two actions.

use super::errand::Story;
use crate::scenario::Performance;
use crate::scenario::change::At;
use crate::stage::{PlayTime, Stage};

/// The moment of a story that the playhead shows: before whatever is not over yet.
pub fn now(story: &Performance, stage: &Stage, t: PlayTime) -> At {
    let recording = story.recording();
    let Some(beat) = recording.beat(stage.beat_at(t)) else {
        return story.end();
    };
    if t <= stage.beat_start(beat.index) {
        return At::beginning_of(beat.id.clone());
    }
    let own = recording.exchanges_of(beat);
    let mut asked = own.iter().filter(|it| it.parent.is_none());
    if let Some(under_way) = asked.find(|it| stage.end_of(it.id) > t) {
        return story.at_exchange(under_way.id);
    }
    if t >= stage.beat_end(beat.index) {
        let next = recording.beat(beat.index + 1);
        return next.map_or_else(|| story.end(), |next| At::beginning_of(next.id.clone()));
    }
    let last = own.iter().last();
    last.map_or_else(
        || At::beginning_of(beat.id.clone()),
        |last| story.after_exchange(last.id),
    )
}

/// "From beat 5 on": the beat of a moment as people count.
pub fn beat_number(story: &Performance, at: &At) -> usize {
    at.find(story.scenario()).map_or(1, |(beat, _)| beat + 1)
}

impl Story {
    /// Where this branch parted from its parent, 0 to 1 over the whole line.
    pub fn parted(&self) -> (u32, f32) {
        let recording = &self.recording;
        let Some(branch) = &recording.header.branch else {
            return (0, 0.0);
        };
        let count = recording.beats.len().max(1) as f32;
        let through = self
            .performance
            .as_ref()
            .and_then(|story| story.scenario().beats.get(branch.beat as usize))
            .map_or(0.0, |beat| {
                branch.action as f32 / beat.acts.len().max(1) as f32
            });
        (branch.beat, (branch.beat as f32 + through.min(1.0)) / count)
    }
}
