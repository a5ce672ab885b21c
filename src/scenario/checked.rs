//! A scenario that has passed every check: what the performer works with.

use crate::protocol::time::Moment;

use super::action::Action;
use super::change::Placed;
use super::diagnostic::{SourceId, Sources};
use super::file::{Expect, Experiment, Level, Question};
use super::locate::Bytes;
use super::merge::place_of_entry;
use super::world_file::World;

/// The seed of a scenario that names none.
pub const DEFAULT_SEED: u64 = 42;

/// A place in one of a scenario's texts.
pub type Place = (SourceId, Bytes);

/// A whole scenario, with what it inherited.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Short stable name
    pub id: String,
    /// What the library calls it
    pub title: String,
    /// What it shows, in one sentence
    pub summary: String,
    /// Exam themes by number
    pub themes: Vec<u32>,
    /// Exams by their short names
    pub exams: Vec<String>,
    /// Exam domains
    pub domains: Vec<String>,
    /// Whom it is for
    pub level: Level,
    /// How long it takes to tell
    pub minutes: u32,
    /// For the teacher
    pub notes: String,
    /// Where what it claims of AWS is written
    pub cited: Vec<String>,
    /// Rows of [`super::stuck`] that it runs
    pub stuck: Vec<String>,
    /// Codes of warnings that are this scenario's very point
    pub deliberate: Vec<String>,
    /// The scenario it extends
    pub extends: Option<String>,
    /// Where all random values come from
    pub seed: u64,
    /// Simulated time of the first moment
    pub starts_at: Moment,
    /// What is there before the first beat; policies are JSON texts
    pub world: World,
    /// Groups of beats
    pub chapters: Vec<Chapter>,
    /// Teaching steps, in order
    pub beats: Vec<Beat>,
    /// What it changes in the scenario that it extends, in the order of making
    pub changes: Vec<Placed>,
    /// What else can be tried in it
    pub experiments: Vec<Experiment>,
    /// The texts it came from, to point into
    pub sources: Sources,
    /// The scenario's own text
    pub source: SourceId,
    /// The text of the shared world that it names
    pub world_source: Option<SourceId>,
}

impl Scenario {
    /// The first beat that is not inherited.
    pub fn first_own_beat(&self) -> usize {
        let own = |beat: &Beat| beat.place.0 == self.source;
        self.beats.iter().position(own).unwrap_or(self.beats.len())
    }

    /// Where an entry of the world stands: in the scenario's own text, or in one it begins with.
    pub fn place_of_entry(&self, list: &str, id: &str) -> Option<Place> {
        let mut sources: Vec<SourceId> = self.sources.ids().collect();
        sources.sort_by_key(|source| *source != self.source);
        sources.into_iter().find_map(|source| {
            let span = place_of_entry(self.sources.text(source), list, id)?;
            Some((source, span))
        })
    }
}

/// A group of beats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// What the timeline calls it
    pub title: String,
    /// Index of its first beat
    pub first_beat: usize,
}

/// One teaching step.
#[derive(Clone, Debug)]
pub struct Beat {
    /// Short stable name
    pub id: String,
    /// A few words for timeline and outline
    pub title: String,
    /// What the audience reads
    pub caption: String,
    /// More, for who wants it
    pub detail: String,
    /// For the teacher alone
    pub notes: String,
    /// What people and devices do, and what must come of each
    pub acts: Vec<Act>,
    /// A question to the audience
    pub question: Option<Question>,
    /// Where its expectations stand; its id where it has none
    pub place: Place,
}

/// An action with what must come of it.
#[derive(Clone, Debug)]
pub struct Act {
    /// What is done
    pub action: Action,
    /// What must come of it
    pub expect: Expect,
}
