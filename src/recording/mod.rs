//! What happened: an immutable recording and the questions it answers.
//!
//! Everything a player shows is asked here and nothing is performed again. A
//! moment in a recording is a [`Cursor`]: how many exchanges have begun and ended.

pub mod compare;
pub mod holdings;
mod index;
pub mod provenance;
mod query;
pub mod saved;
mod search;
pub mod trace;
mod words;

pub use index::Places;
pub use provenance::{Kin, Place, Spot, Trail};
pub use query::{Cursor, Held};
pub use search::{Found, MAX_FOUND};

use serde::{Deserialize, Serialize};

use crate::cloud::ledger::{
    Actor, ActorId, Artifact, Exchange, ExchangeId, Log, PolicyDecision, PublishedKeys,
    StateChange, WalletChange,
};
use crate::protocol::time::Moment;

/// Version of the recording and of the trace made from it. It rises when a reader of the old one
/// would misunderstand the new one.
pub const FORMAT: u32 = 1;

/// What a recording is a recording of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Version of this format
    pub format: u32,
    /// The scenario's id
    pub scenario: String,
    /// Its title
    pub title: String,
    /// What it shows, in one sentence
    pub summary: String,
    /// The seed all random values came from
    pub seed: u64,
    /// Simulated time of the first moment
    pub started_at: Moment,
    /// Exam themes by number
    pub themes: Vec<u32>,
    /// Exams by their short names
    pub exams: Vec<String>,
    /// Where it parted from another one, and why
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<Branch>,
}

/// Where a recording parted from the one that it goes on differently from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    /// The scenario that was performed as it is written
    pub parent: String,
    /// What the learner changed
    pub cause: String,
    /// The first beat that the change is in, by its position
    pub beat: u32,
    /// How many of the beat's actions were done before
    pub action: u32,
    /// The first exchange that may differ
    pub exchange: ExchangeId,
}

/// Something that the learner did to the story. Nobody in the story did it, and AWS did not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intervention {
    /// The beat in which it happened
    pub beat: u32,
    /// When
    pub at: Moment,
    /// The exchange before which it happened, or the next one there would be
    pub before: ExchangeId,
    /// Whom or what it happened to
    pub actor: Option<ActorId>,
    /// What was changed, in words
    pub says: String,
}

/// A group of beats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chapter {
    /// What the timeline calls it
    pub title: String,
    /// Index of its first beat
    pub first_beat: u32,
}

/// One teaching step as it was performed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Beat {
    /// Position in the recording, from 0
    pub index: u32,
    /// Position of its chapter
    pub chapter: u32,
    /// The beat's name in the scenario file
    pub id: String,
    /// A few words for timeline and outline
    pub title: String,
    /// What the audience reads; `**…**` marks a term
    pub caption: String,
    /// More, for who wants it
    pub detail: String,
    /// For the teacher alone
    pub notes: String,
    /// Simulated time when it began
    pub started_at: Moment,
    /// Simulated time when it ended
    pub ended_at: Moment,
    /// Its first exchange
    pub first_exchange: ExchangeId,
    /// One past its last exchange
    pub end_exchange: ExchangeId,
    /// Whether what was expected came about
    pub verdicts: Vec<Verdict>,
    /// A question to the audience before the beat is played
    #[serde(default)]
    pub question: Option<Question>,
}

/// A question to the audience.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The question
    pub ask: String,
    /// What to choose from
    pub choices: Vec<Choice>,
    /// What to take away, whatever was chosen
    pub explanation: String,
}

/// One possible answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The answer
    pub text: String,
    /// Whether it is the right one
    pub right: bool,
    /// Why it is right or wrong
    pub because: String,
}

/// Whether one expectation held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The expectation in words: "refused by s3 with AccessDenied"
    pub expectation: String,
    /// What came instead, where it did not hold
    pub found: String,
    /// Whether it held
    pub held: bool,
}

/// What happened when a scenario was performed with a seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// What it is a recording of
    pub header: Header,
    /// Groups of beats, in order
    pub chapters: Vec<Chapter>,
    /// Teaching steps, in order
    pub beats: Vec<Beat>,
    /// Everybody on stage
    pub actors: Vec<Actor>,
    /// Every exchange, in the order of sending
    pub exchanges: Log<Exchange>,
    /// Every artifact, in the order of minting
    pub artifacts: Log<Artifact>,
    /// Every policy decision, in order
    pub decisions: Log<PolicyDecision>,
    /// Every change of a wallet, in order
    pub wallet: Log<WalletChange>,
    /// Every change of an actor's state, in order
    pub states: Log<StateChange>,
    /// Every published key set
    pub keys: Vec<PublishedKeys>,
    /// What the learner did, in order
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interventions: Vec<Intervention>,
    /// Where things are in the logs above, worked out when first asked
    #[serde(skip)]
    pub places: Places,
}

impl Recording {
    /// Whether every expectation held.
    pub fn held(&self) -> bool {
        self.beats
            .iter()
            .flat_map(|beat| &beat.verdicts)
            .all(|verdict| verdict.held)
    }
}
