//! Performing again, away from the window: what the host is asked to do, and what comes of it.

use std::sync::Arc;

use crate::recording::{Recording, Verdict};
use crate::scenario::change::{ChangeError, Placed};
use crate::scenario::file::Expect;
use crate::scenario::{Performance, Watch};
use crate::stage::{Options, Stage};

/// What is put on stage: a recording, and what it can be performed again from.
#[derive(Clone, Debug)]
pub struct Story {
    /// What happened
    pub recording: Arc<Recording>,
    /// The performance, where there was one: a saved recording has none
    pub performance: Option<Arc<Performance>>,
}

impl From<Recording> for Story {
    fn from(recording: Recording) -> Self {
        Self {
            recording: Arc::new(recording),
            performance: None,
        }
    }
}

impl From<Arc<Performance>> for Story {
    fn from(performance: Arc<Performance>) -> Self {
        Self {
            recording: Arc::clone(performance.recording()),
            performance: Some(performance),
        }
    }
}

impl From<Performance> for Story {
    fn from(performance: Performance) -> Self {
        Self::from(Arc::new(performance))
    }
}

/// A branch to perform.
#[derive(Clone, Debug)]
pub struct Errand {
    /// Which, so that an outcome nobody waits for any more is known
    pub number: u64,
    /// What it parts from
    pub story: Arc<Performance>,
    /// What is changed, in order
    pub changes: Vec<Placed>,
    /// What is stated to come of it
    pub expect: Option<Expect>,
    /// The stage it will be shown on
    pub options: Options,
    /// Cancels it and says how far it is
    pub watch: Arc<Watch>,
}

impl PartialEq for Errand {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

/// A branch that was performed, with its picture.
#[derive(Clone, Debug)]
pub struct Made {
    /// What happened
    pub story: Arc<Performance>,
    /// The picture of it
    pub stage: Arc<Stage>,
    /// Whether what was stated came about
    pub verdict: Option<Verdict>,
}

/// Why there is no branch.
#[derive(Clone, Debug)]
pub enum Failure {
    /// The change cannot be made
    Change(ChangeError),
    /// The program stopped it
    Broken,
}

/// What came of an errand.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Which errand
    pub number: u64,
    /// The branch, or why there is none
    pub made: Result<Made, Failure>,
}

impl Errand {
    /// Performs it. Takes as long as what follows the change is long.
    pub fn perform(&self) -> Outcome {
        Outcome {
            number: self.number,
            made: self.made().map_err(Failure::Change),
        }
    }

    fn made(&self) -> Result<Made, ChangeError> {
        let mut story = Performance::clone(&self.story);
        for placed in &self.changes {
            story = story.branch(placed.clone(), &self.watch)?;
        }
        let stage = Arc::new(Stage::new(story.recording(), self.options));
        let verdict = self
            .expect
            .as_ref()
            .map(|expect| story.verdict(&self.story, expect));
        Ok(Made {
            story: Arc::new(story),
            stage,
            verdict,
        })
    }

    /// What the branch is called: the causes of its changes.
    pub fn cause(&self) -> String {
        let causes: Vec<String> = self.changes.iter().map(|it| it.change.cause()).collect();
        causes.join(", ")
    }
}
