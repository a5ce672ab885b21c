//! A scenario file as its author wrote it: raw types, straight from RON. What they say is
//! checked in [`super::check`]; everything behind that works with [`super::Scenario`].

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::Action;
use super::change::Placed;
use super::values::Instant;
use super::world_file::World;

/// A whole scenario file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Short stable name; also what other scenarios extend
    pub id: String,
    /// What the library calls it
    pub title: String,
    /// What it shows, in one sentence
    pub summary: String,
    /// Exam themes by number
    #[serde(default)]
    pub themes: Vec<u32>,
    /// Exams by their short names: DVA, SAA, SCS
    #[serde(default)]
    pub exams: Vec<String>,
    /// Exam domains, in the author's words
    #[serde(default)]
    pub domains: Vec<String>,
    /// Whom it is for
    #[serde(default)]
    pub level: Level,
    /// How long it takes to tell
    #[serde(default)]
    pub minutes: u32,
    /// Where all random values come from
    #[serde(default)]
    pub seed: Option<u64>,
    /// Simulated time of the first moment
    #[serde(default)]
    pub starts_at: Option<Instant>,
    /// For the teacher
    #[serde(default)]
    pub notes: String,
    /// Where what it claims of AWS is written: document and chapter, a standard, an issue thread
    #[serde(default)]
    pub sources: Vec<String>,
    /// What learners get stuck on, by the short names in `docs/coverage.md`: rows that this
    /// scenario runs
    #[serde(default)]
    pub stuck: Vec<String>,
    /// Codes of warnings that are this scenario's very point
    #[serde(default)]
    pub deliberate: Vec<String>,
    /// The scenario whose beginning this one shares
    #[serde(default)]
    pub extends: Option<String>,
    /// The last beat that is shared; without it, all of them
    #[serde(default)]
    pub until: Option<String>,
    /// Entries of the world of the scenario extended that are not there, by list:
    /// `{"roles": ["Office"]}`
    #[serde(default)]
    pub without: BTreeMap<String, Vec<String>>,
    /// What a learner changes in the beats inherited: they are performed with it
    #[serde(default)]
    pub changes: Vec<Placed>,
    /// What comes of inherited beats because of that, by beat: belongs to the last actions, as
    /// `expect` does
    #[serde(default)]
    pub outcomes: BTreeMap<String, Vec<Expect>>,
    /// What else can be tried, with what comes of it
    #[serde(default)]
    pub experiments: Vec<Experiment>,
    /// A world that several scenarios begin with: a file beside this one, or below
    #[serde(default)]
    pub world_file: Option<String>,
    /// What is there before the first beat; entries take the place of those of `world_file` and
    /// of the scenario extended
    #[serde(default)]
    pub world: World,
    /// What happens
    #[serde(default)]
    pub chapters: Vec<Chapter>,
}

/// Something to try: changes that a learner makes with one click, and the stated outcome.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// The question: "What if the token is for another app?"
    pub title: String,
    /// What is changed, in order
    pub changes: Vec<Placed>,
    /// How the first thing ends that ends otherwise than without the changes; `Allowed` where
    /// nobody refuses anything more
    pub expect: Expect,
    /// Why that is so
    pub explain: String,
}

/// Whom a scenario is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Level {
    /// Needs no knowledge of AWS
    #[default]
    Beginner,
    /// Knows what a token is
    Intermediate,
    /// Prepares for an exam
    Advanced,
}

impl Level {
    /// The level as the library prints it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Beginner => "beginner",
            Self::Intermediate => "intermediate",
            Self::Advanced => "advanced",
        }
    }
}

/// A group of beats.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Chapter {
    /// What the timeline calls it. A variant whose first chapter bears the title of the last
    /// inherited one continues it
    pub title: String,
    /// Its beats
    pub beats: Vec<Beat>,
}

/// One teaching step.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Beat {
    /// Short stable name, unique in the scenario
    pub id: String,
    /// A few words for timeline and outline
    pub title: String,
    /// What the audience reads; `**…**` marks a term. Required, but its absence has a diagnostic
    /// of its own
    #[serde(default)]
    pub caption: String,
    /// More, for who wants it
    #[serde(default)]
    pub detail: String,
    /// For the teacher alone
    #[serde(default)]
    pub notes: String,
    /// What people and devices do
    #[serde(default)]
    pub actions: Vec<Action>,
    /// What must come of it; none means that everything is allowed
    #[serde(default)]
    pub expect: Vec<Expect>,
    /// A question to the audience before the beat is played
    #[serde(default)]
    pub question: Option<Question>,
}

/// What must come of an action.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Expect {
    /// It succeeds
    Allowed,
    /// It is refused
    Refused {
        /// The actor that refuses
        by: String,
        /// The error code
        code: String,
        /// The check at which it stops
        #[serde(default, skip_serializing_if = "Option::is_none")]
        check: Option<String>,
        /// Words that the error message contains
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// The request reaches nobody: the device is offline
    Unreachable,
    /// It cannot be done: the device lacks what it needs for it
    Impossible,
    /// Whatever comes of it
    Anything,
}

/// A question to the audience.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The question
    pub ask: String,
    /// What to choose from
    pub choices: Vec<Choice>,
    /// What to take away, whatever was chosen
    #[serde(default)]
    pub explanation: String,
}

/// One possible answer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The answer
    pub text: String,
    /// Whether it is the right one
    #[serde(default)]
    pub right: bool,
    /// Why it is right or wrong
    #[serde(default)]
    pub because: String,
}
