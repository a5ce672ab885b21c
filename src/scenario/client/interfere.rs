//! What a learner does to the messages of a device: they say something else, before or after they
//! are signed, and on their way they are dropped, delayed, replayed or read by others. Here is
//! the one place where a device's request leaves it.

use std::collections::BTreeMap;

use super::super::action::{Value, What};
use super::super::change::Change;
use super::super::template::Template;
use super::edit::{Edit, EditError, Fate, Filled, Part, edit};
use super::{Hands, StepError};
use crate::cloud::Cloud;
use crate::cloud::front_door::Answer;
use crate::cloud::ledger::{ActorId, ExchangeId};
use crate::protocol::message::Request;
use crate::recording::Intervention;

/// What waits for the next message of a kind.
#[derive(Clone, Debug)]
pub struct Trap {
    /// Whose message
    pub device: ActorId,
    /// Which
    pub operation: String,
    /// Which change it belongs to
    pub number: usize,
    /// The change itself, which says what it is called
    pub change: Change,
    /// What is done to it
    pub what: Interference,
}

/// What is done to a message.
#[derive(Clone, Debug)]
pub enum Interference {
    /// The app says something else
    Write(Vec<Edit>),
    /// Somebody on the way says something else
    InTransit(Vec<Edit>),
    /// It is lost, late, repeated or read
    Fate(Part, Fate),
}

/// What a learner has set up and done in a performance.
#[derive(Clone, Debug, Default)]
pub struct Learner {
    /// What waits for a message
    pub traps: Vec<Trap>,
    /// What devices use in place of what
    pub instead: BTreeMap<(ActorId, What), Value>,
    /// What was done, in order
    pub done: Vec<Intervention>,
    /// What each change was called when it took effect, by number
    pub causes: BTreeMap<usize, String>,
    /// The change that is being made
    pub number: usize,
    /// What could not be done
    pub fault: Option<EditError>,
}

impl Learner {
    /// Writes down what was done just now, and to whom.
    pub fn note(&mut self, cloud: &Cloud, (number, says): (usize, String), actor: Option<ActorId>) {
        let before = u32::try_from(cloud.ledger.exchanges().len()).unwrap_or(u32::MAX);
        self.causes.insert(number, says.clone());
        self.done.push(Intervention {
            beat: cloud.ledger.beat(),
            at: cloud.now(),
            before: ExchangeId(before),
            actor,
            says,
        });
    }

    /// Takes the traps out that wait for this message and that this holds for.
    fn sprung(
        &mut self,
        device: &ActorId,
        operation: &str,
        holds: impl Fn(&Interference) -> bool,
    ) -> Vec<Trap> {
        if self.traps.is_empty() {
            return Vec::new();
        }
        let waits = |trap: &Trap| {
            trap.device == *device && trap.operation == operation && holds(&trap.what)
        };
        let (sprung, left) = std::mem::take(&mut self.traps).into_iter().partition(waits);
        self.traps = left;
        sprung
    }
}

impl Hands<'_> {
    /// The request as the app sends it: with what the learner had it say.
    pub(super) fn written(&mut self, mut request: Request) -> Result<Request, StepError> {
        for trap in self.traps_for(&request, |it| matches!(it, Interference::Write(_))) {
            if let Interference::Write(edits) = &trap.what {
                self.edited(&mut request, edits)?;
                self.note(&trap);
            }
        }
        Ok(request)
    }

    /// Sends a request from this device, past whoever waits for it on the way.
    pub(super) fn transmit(&mut self, mut request: Request) -> Result<Answer, StepError> {
        let traps = self.traps_for(&request, |it| !matches!(it, Interference::Write(_)));
        if traps.is_empty() {
            return Ok(self.cloud.send(&self.device, request)?);
        }
        let operation = traps.first().map(|trap| trap.operation.clone());
        let operation = operation.unwrap_or_default();
        for trap in &traps {
            match &trap.what {
                Interference::InTransit(edits) => self.edited(&mut request, edits)?,
                Interference::Fate(Part::Request, Fate::Delay(span)) => {
                    self.cloud.pass_time(span.0);
                }
                _ => {}
            }
        }
        for trap in &traps {
            self.note(trap);
        }
        let lost = |part| {
            let mut fates = traps.iter();
            fates
                .any(|trap| matches!(&trap.what, Interference::Fate(of, Fate::Drop) if *of == part))
        };
        if lost(Part::Request) {
            return Err(StepError::Lost(Part::Request, operation));
        }
        let answer = self.cloud.send(&self.device, request.clone())?;
        self.afterwards(&traps, &answer, &request);
        if lost(Part::Response) {
            self.forget_answer(answer.exchange);
            return Err(StepError::Lost(Part::Response, operation));
        }
        Ok(answer)
    }

    fn traps_for(&mut self, request: &Request, holds: impl Fn(&Interference) -> bool) -> Vec<Trap> {
        if self.learner.traps.is_empty() {
            return Vec::new();
        }
        let Some(route) = self.cloud.addressee(request) else {
            return Vec::new();
        };
        self.learner.sprung(&self.device, &route.operation, holds)
    }

    /// What follows when the answer is on its way.
    fn afterwards(&mut self, traps: &[Trap], answer: &Answer, request: &Request) {
        let exchange = self.cloud.ledger.exchanges().get(answer.exchange.index());
        let carried = |part| match (exchange, part) {
            (Some(exchange), Part::Request) => exchange.sent.clone(),
            (Some(exchange), Part::Response) => exchange.received.clone(),
            (None, _) => Vec::new(),
        };
        let (sent, received) = (carried(Part::Request), carried(Part::Response));
        for trap in traps {
            match &trap.what {
                Interference::Fate(part, Fate::Steal(to)) => {
                    let (to, now) = (ActorId::new(to), self.cloud.now());
                    let carried = match part {
                        Part::Request => &sent,
                        Part::Response => &received,
                    };
                    for artifact in carried {
                        self.cloud.ledger.gain(&to, *artifact, now);
                    }
                    self.cloud.note_state(&to);
                }
                Interference::Fate(_, Fate::Replay(by)) => {
                    // What comes of it is in the recording; the device knows nothing of it
                    drop(self.cloud.send(&ActorId::new(by), request.clone()));
                }
                Interference::Fate(Part::Response, Fate::Delay(span)) => {
                    self.cloud.pass_time(span.0);
                }
                _ => {}
            }
        }
    }

    /// What an answer carried never got into the device's hands.
    fn forget_answer(&mut self, exchange: ExchangeId) {
        let exchange = self.cloud.ledger.exchanges().get(exchange.index());
        let Some((received, sent)) = exchange.map(|it| (it.received.clone(), it.sent.clone()))
        else {
            return;
        };
        let now = self.cloud.now();
        for artifact in received.into_iter().filter(|it| !sent.contains(it)) {
            self.cloud.ledger.lose(&self.device, artifact, now);
        }
        let device = self.device.clone();
        self.cloud.note_state(&device);
    }

    fn edited(&mut self, request: &mut Request, edits: &[Edit]) -> Result<(), StepError> {
        for change in edits {
            let filled = match change {
                Edit::Set(field, value) => Filled::Set(field, self.fill(value)?),
                Edit::Add(field, value) => Filled::Add(field, self.fill(value)?),
                Edit::Remove(field) => Filled::Remove(field),
                Edit::Rename(field, to) => Filled::Rename(field, to),
            };
            if let Err(error) = edit(request, &filled) {
                self.learner.fault.get_or_insert(error);
            }
        }
        Ok(())
    }

    /// Writes down what the learner did.
    fn note(&mut self, trap: &Trap) {
        let filled = |it: &Template| self.fill(it).unwrap_or_else(|_| it.to_string());
        let says = trap.change.told(&mut { filled });
        let actor = Some(self.device.clone());
        self.learner.note(self.cloud, (trap.number, says), actor);
    }
}
