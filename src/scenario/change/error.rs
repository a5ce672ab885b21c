//! Why a change cannot be made: what is wrong, where, and what would be right.

use super::super::build::WorldError;
use super::super::client::StepError;
use super::super::client::edit::EditError;
use super::super::client::tamper::TamperError;
use super::{At, MAX_CHANGES};
use crate::policy::PolicyError;

/// Why there is no such branch.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ChangeError {
    /// The moment is in no beat
    #[error("there is no beat `{beat}`; {remedy}")]
    NoBeat {
        /// What was asked for
        beat: String,
        /// What is near it
        remedy: String,
    },
    /// The moment is behind the beat's end
    #[error("beat `{}` has {count} actions, and the change stands at action {}", at.beat, at.action)]
    NoAction {
        /// What was asked for
        at: At,
        /// How many actions there are
        count: usize,
    },
    /// Something is named that does not exist
    #[error("there is no {sort} `{name}`; {remedy}")]
    Unknown {
        /// What sort of thing
        sort: &'static str,
        /// Its name
        name: String,
        /// What is near it
        remedy: String,
    },
    /// The request cannot say this
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The thing cannot be altered like that
    #[error(transparent)]
    Tamper(#[from] TamperError),
    /// A policy is not good
    #[error("{what}: {error}")]
    Policy {
        /// Which policy
        what: String,
        /// What is wrong with it, and where
        error: PolicyError,
    },
    /// The service takes no such setting
    #[error("{what}: AWS refuses this with {code}: {message}")]
    Refused {
        /// What was set
        what: String,
        /// The error's code
        code: String,
        /// Its message
        message: String,
    },
    /// A value cannot be
    #[error("{what}: {found}; {expected}")]
    Value {
        /// What was set
        what: String,
        /// What is wrong
        found: String,
        /// What would be right
        expected: String,
    },
    /// It cannot be done at this moment
    #[error("this cannot be done here: {0}")]
    Step(#[from] StepError),
    /// It would change nothing
    #[error("nothing changes: {0}")]
    Nothing(String),
    /// Too many changes
    #[error("{0} changes, more than the limit of {MAX_CHANGES}")]
    TooMany(usize),
    /// Whoever asked does not want it any more
    #[error("cancelled")]
    Cancelled,
    /// The scenario's world cannot be set up
    #[error("the world cannot be set up: {0}")]
    World(#[from] WorldError),
}
