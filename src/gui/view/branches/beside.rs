//! A second stage beside the first one, in lock-step with it.

use std::sync::Arc;

use super::difference::Differences;
use super::tree::BranchId;
use crate::gui::view::model::Loaded;
use crate::recording::Recording;
use crate::stage::frame::Frame;
use crate::stage::{Options, PlayTime, Stage};

/// The other stage.
#[derive(Debug)]
pub struct Beside {
    /// Which branch it shows; none for a twin
    pub branch: Option<BranchId>,
    /// The scenario it shows
    pub scenario: String,
    /// What it is called
    pub name: String,
    /// What the first stage is called
    pub own_name: String,
    /// Whether the first stage is the left one
    pub own_left: bool,
    /// What happened
    pub recording: Arc<Recording>,
    /// The picture of it
    pub stage: Arc<Stage>,
    /// Where its playhead is
    pub time: PlayTime,
    /// The picture at that moment
    pub frame: Frame,
    /// What is different
    pub differences: Differences,
}

/// Who is shown beside the first stage.
#[derive(Clone, Debug)]
pub struct Guest {
    /// Which branch; none for a twin
    pub branch: Option<BranchId>,
    /// The scenario
    pub scenario: String,
    /// What it is called
    pub name: String,
    /// What happened
    pub recording: Arc<Recording>,
    /// The picture of it
    pub stage: Arc<Stage>,
}

impl Beside {
    /// Puts somebody beside what is on stage.
    pub fn new(guest: Guest, loaded: &Loaded, own_name: String, own_left: bool) -> Self {
        let differences = if own_left {
            Differences::between(&loaded.recording, &guest.recording)
        } else {
            Differences::between(&guest.recording, &loaded.recording)
        };
        let time = together(&loaded.stage, loaded.playback.time(), &guest.stage);
        let frame = guest.stage.frame(&guest.recording, time);
        Self {
            branch: guest.branch,
            scenario: guest.scenario,
            name: guest.name,
            own_name,
            own_left,
            recording: guest.recording,
            stage: guest.stage,
            time,
            frame,
            differences,
        }
    }

    /// Follows the first stage's playhead and size.
    pub fn follow(&mut self, loaded: &Loaded, options: Options) {
        let resized = self.stage.options() != options;
        if resized {
            self.stage = Arc::new(self.stage.resized(&self.recording, options));
        }
        let time = together(&loaded.stage, loaded.playback.time(), &self.stage);
        if resized || time != self.time {
            self.time = time;
            self.frame = self.stage.frame(&self.recording, time);
        }
    }
}

/// The moment of another show that belongs to a moment of this one: the same part of the same
/// beat. Where both are alike until then, the very same moment.
pub fn together(stage: &Stage, t: PlayTime, other: &Stage) -> PlayTime {
    let beat = stage.beat_at(t);
    let (start, end) = (stage.beat_start(beat), stage.beat_end(beat));
    let (from, to) = (other.beat_start(beat), other.beat_end(beat));
    if (start, end) == (from, to) {
        return t;
    }
    if from.0 == 0 && beat > 0 {
        // The other one has fewer beats and is over
        return other.duration();
    }
    if t >= end {
        return to;
    }
    let length = f64::from(end.0.saturating_sub(start.0).max(1));
    let through = f64::from(t.0.saturating_sub(start.0)) / length;
    let reach = f64::from(to.0.saturating_sub(from.0));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a part of a beat's own length"
    )]
    PlayTime(from.0 + (reach * through) as u32)
}
