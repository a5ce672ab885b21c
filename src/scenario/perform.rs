//! A scenario performed: the world set up, the beats played, the expectations judged. There is
//! one runner ([`course`]) for whole scenarios and for branches ([`performance`]).

mod course;
pub mod judge;
mod performance;
mod watch;

pub use course::Performed;
pub use performance::Performance;
pub use watch::Watch;

use super::build::WorldError;
use super::change::ChangeError;
use super::checked::Scenario;
use crate::recording::Recording;

/// Why a scenario could not be performed at all.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PerformError {
    /// Its world cannot be set up
    #[error("the world cannot be set up: {0}")]
    World(#[from] WorldError),
    /// What it changes in the scenario that it extends cannot be changed
    #[error("change {number} cannot be made: {error}")]
    Change {
        /// Which of its changes, from 0
        number: usize,
        /// Why
        error: Box<ChangeError>,
    },
    /// Whoever asked does not want it any more
    #[error("cancelled")]
    Cancelled,
}

impl PerformError {
    fn of(number: usize, error: ChangeError) -> Self {
        match error {
            ChangeError::World(error) => Self::World(error),
            ChangeError::Cancelled => Self::Cancelled,
            other => Self::Change {
                number,
                error: Box::new(other),
            },
        }
    }
}

/// Performs a scenario, with its own seed where none is given. The same scenario and seed give
/// the same recording, byte for byte.
pub fn perform(scenario: &Scenario, seed: Option<u64>) -> Result<Recording, PerformError> {
    performance::perform_once(scenario, seed)
}
