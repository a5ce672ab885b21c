//! The recording on stage with everything that is shown of it.

use std::sync::{Arc, Mutex};

use crate::gui::view::outline;
use crate::recording::{Cursor, Recording};
use crate::stage::Stage;
use crate::stage::frame::Frame;
use crate::stage::playback::Playback;
use crate::stage::sequence::Sequence;

/// A scenario that is on stage.
#[derive(Debug)]
pub struct Loaded {
    /// Its name in the library, or its path
    pub id: String,
    /// What happened
    pub recording: Arc<Recording>,
    /// The picture of it
    pub stage: Arc<Stage>,
    /// Where the playhead is
    pub playback: Playback,
    /// The picture at the playhead
    pub frame: Frame,
    /// The same recording as lifelines and arrows
    pub sequence: Sequence,
    /// The beat in words, for screen readers
    pub outline: String,
    /// At which size and width the longest caption takes how many lines. Painting works it out;
    /// behind a lock only because painting does not change the model
    pub caption_lines: Mutex<Option<(f32, f32, f32)>>,
}

impl Loaded {
    /// Shows another recording at its playhead.
    pub(in crate::gui::view) fn renew(&mut self) {
        self.frame = self.stage.frame(&self.recording, self.playback.time());
        self.outline = outline::of(&self.recording, &self.stage, self.frame.beat);
        self.caption_lines = Mutex::new(None);
    }

    pub(super) fn refresh(&mut self) {
        let before = self.frame.beat;
        self.frame = self.stage.frame(&self.recording, self.playback.time());
        if self.frame.beat != before {
            self.outline = outline::of(&self.recording, &self.stage, self.frame.beat);
        }
    }

    /// The moment in the recording that the picture shows.
    pub fn cursor(&self) -> Cursor {
        Cursor {
            beat: self.frame.beat,
            at: self.frame.clock,
        }
    }
}
