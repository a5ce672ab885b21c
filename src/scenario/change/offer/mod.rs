//! What can be changed about an actor, a thing or a message at a moment: what a menu lists. What
//! would change nothing is listed with the reason.

mod actor;
mod message;
mod thing;

use super::{At, Change};
use crate::cloud::ledger::{ActorId, ArtifactId, Exchange, ExchangeId};
use crate::recording::Cursor;
use crate::scenario::Performance;

/// What a menu was opened on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Somebody or something on the stage
    Actor(ActorId),
    /// A thing that is held
    Artifact(ArtifactId),
    /// A message
    Exchange(ExchangeId),
}

/// What the learner fills in before a change is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Nothing: the change is complete
    None,
    /// A value: a claim's, a field's
    Text,
    /// A policy
    Policy,
    /// A stretch of time
    Duration,
}

/// One thing that can be changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// What the menu says
    pub label: String,
    /// When it is made
    pub at: At,
    /// The change, filled in with what is there now
    pub change: Change,
    /// What the learner fills in
    pub input: Input,
    /// Why it would change nothing, where it would not
    pub hindrance: Option<String>,
}

impl Offer {
    fn new(label: impl Into<String>, at: &At, change: Change) -> Self {
        Self {
            label: label.into(),
            at: at.clone(),
            change,
            input: Input::None,
            hindrance: None,
        }
    }

    fn with(mut self, input: Input) -> Self {
        self.input = input;
        self
    }

    fn hindered(mut self, hindrance: Option<String>) -> Self {
        self.hindrance = self.hindrance.or(hindrance);
        self
    }
}

impl Performance {
    /// What can be changed about something at a moment.
    pub fn offers(&self, at: &At, target: &Target) -> Vec<Offer> {
        let moment = Moment::of(self, at);
        match target {
            Target::Actor(id) => actor::offers(&moment, id),
            Target::Artifact(id) => thing::offers(&moment, *id),
            Target::Exchange(id) => message::offers(self, *id),
        }
    }
}

/// A performance at a moment, with what follows it.
pub(in super::super) struct Moment<'a> {
    pub story: &'a Performance,
    pub at: &'a At,
    /// The first exchange that follows
    pub next: ExchangeId,
    pub cursor: Cursor,
}

impl<'a> Moment<'a> {
    pub fn of(story: &'a Performance, at: &'a At) -> Self {
        let recording = story.recording();
        let (beat, action) = at.find(story.scenario()).unwrap_or((0, 0));
        let place =
            |act: &crate::scenario::perform::Performed| (act.beat as usize, act.action as usize);
        let acts = story.acts();
        let here = acts.partition_point(|act| place(act) < (beat, action));
        let count = u32::try_from(recording.exchanges.len()).unwrap_or(u32::MAX);
        let next = acts
            .get(here)
            .map_or(ExchangeId(count), |act| act.first_exchange);
        let performed = recording.beats.get(beat);
        // What happened until now is what the exchange before has brought
        let before = next.index().checked_sub(1);
        let before = before.and_then(|at| recording.exchanges.get(at));
        let now = before
            .filter(|before| before.beat as usize == beat)
            .map(|before| before.answered_at)
            .or(performed.map(|beat| beat.started_at));
        Self {
            story,
            at,
            next,
            cursor: Cursor {
                beat: u32::try_from(beat).unwrap_or(u32::MAX),
                at: now.unwrap_or(recording.header.started_at),
            },
        }
    }

    /// The exchanges that follow.
    pub fn rest(&self) -> impl Iterator<Item = &'a Exchange> + use<'a> {
        self.story
            .recording()
            .exchanges
            .iter()
            .skip(self.next.index())
    }

    pub fn is_device(&self, id: &ActorId) -> bool {
        let devices = &self.story.scenario().world.devices;
        id.as_str() == super::ATTACKER || devices.iter().any(|it| it.id == id.as_str())
    }

    fn name(&self, id: &ActorId) -> String {
        self.story.recording().name_of(id).to_owned()
    }

    /// Why a change of an actor is not noticed, where nobody has to do with it any more.
    fn nobody_asks(&self, id: &ActorId) -> Option<String> {
        let mut rest = self.rest();
        let asked = rest.any(|exchange| exchange.to == *id || exchange.from == *id);
        (!asked).then(|| format!("{} takes no part after this moment", self.name(id)))
    }
}
