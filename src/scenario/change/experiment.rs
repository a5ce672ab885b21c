//! Experiments: changes that a scenario brings along, with their stated outcome.

use super::ChangeError;
use crate::recording::Verdict;
use crate::scenario::file::Experiment;
use crate::scenario::{Performance, Watch};

/// An experiment that was performed.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The story with the experiment's changes
    pub branch: Performance,
    /// Whether what was stated came about
    pub verdict: Verdict,
}

impl Performance {
    /// Performs an experiment, as a branch of this story.
    pub fn experiment(&self, experiment: &Experiment, watch: &Watch) -> Result<Tried, ChangeError> {
        let mut branch = self.clone();
        for placed in &experiment.changes {
            branch = branch.branch(placed.clone(), watch)?;
        }
        let verdict = branch.verdict(self, &experiment.expect);
        Ok(Tried { branch, verdict })
    }
}
