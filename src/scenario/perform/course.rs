//! The one runner: beats performed one after the other from wherever it stands, with the changes
//! that are placed among their actions.

use super::judge::judge;
use super::watch::Watch;
use crate::cloud::ledger::{Exchange, ExchangeId, Stretch};
use crate::recording::{self, Choice, Question, Verdict};
use crate::scenario::action::Action;
use crate::scenario::change::{Change, ChangeError, Placed, apply};
use crate::scenario::checked::{Act, Beat, Scenario};
use crate::scenario::client::{Clients, StepError};
use crate::scenario::file;

/// An action that was carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Performed {
    /// The beat, by its position
    pub beat: u32,
    /// The action, by its position in the beat; the next one where a change inserted this
    pub action: u32,
    /// Whether a change inserted it
    pub inserted: bool,
    /// Its first exchange
    pub first_exchange: ExchangeId,
    /// One past its last exchange
    pub end_exchange: ExchangeId,
    /// Why it could not be carried out, where it could not
    pub error: Option<Box<StepError>>,
}

impl Performed {
    /// What came of it on the device.
    pub fn outcome(&self) -> Result<(), StepError> {
        self.error.as_deref().cloned().map_or(Ok(()), Err)
    }
}

/// A change with its place found in the scenario.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub beat: usize,
    pub action: usize,
    /// In which order the learner made it
    pub number: usize,
    pub change: Change,
}

/// Everything that is changed, in the order of the story.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    steps: Vec<Step>,
}

impl Plan {
    /// Finds every change's place.
    pub fn of(scenario: &Scenario, changes: &[Placed]) -> Result<Self, ChangeError> {
        let mut steps = Vec::with_capacity(changes.len());
        for (number, placed) in changes.iter().enumerate() {
            let (beat, action) = placed.at.find(scenario)?;
            let change = placed.change.clone();
            let acts = scenario.beats.get(beat).map_or(0, |beat| beat.acts.len());
            if matches!(change, Change::Replace(_) | Change::LeaveOut) && action >= acts {
                let at = placed.at.clone();
                return Err(ChangeError::NoAction { at, count: acts });
            }
            steps.push(Step {
                beat,
                action,
                number,
                change,
            });
        }
        steps.sort_by_key(|step| (step.beat, step.action, step.number));
        Ok(Self { steps })
    }

    fn at(&self, beat: usize, action: usize) -> impl Iterator<Item = &Step> {
        let from = self
            .steps
            .partition_point(|step| (step.beat, step.action) < (beat, action));
        let rest = self.steps.get(from..).unwrap_or_default();
        rest.iter()
            .take_while(move |step| (step.beat, step.action) == (beat, action))
    }
}

/// A story on its way. A copy goes on apart from what it was copied from.
#[derive(Clone, Debug)]
pub(super) struct Course {
    pub clients: Clients,
    pub beats: Vec<recording::Beat>,
    pub acts: Vec<Performed>,
    /// The exchange before which each change was made, by number
    pub parted: Vec<(usize, ExchangeId)>,
}

/// Counts in a recording are 32 bits wide; limits keep them far below that.
pub(super) fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

impl Course {
    /// A story that has not begun.
    pub fn new(clients: Clients) -> Self {
        Self {
            clients,
            beats: Vec::new(),
            acts: Vec::new(),
            parted: Vec::new(),
        }
    }

    /// Performs the beats from where it stands to the end; `before` sees the story before each.
    pub fn run(
        &mut self,
        scenario: &Scenario,
        plan: &Plan,
        watch: &Watch,
        mut before: impl FnMut(&Self),
    ) -> Result<(), ChangeError> {
        let from = self.beats.len();
        watch.expect(scenario.beats.len().saturating_sub(from));
        for (index, beat) in scenario.beats.iter().enumerate().skip(from) {
            if watch.is_cancelled() {
                return Err(ChangeError::Cancelled);
            }
            before(self);
            let chapter = scenario
                .chapters
                .iter()
                .rposition(|chapter| chapter.first_beat <= index);
            self.beat(plan, (index, chapter.unwrap_or(0)), beat)?;
            watch.step();
        }
        Ok(())
    }

    fn beat(
        &mut self,
        plan: &Plan,
        (index, chapter): (usize, usize),
        beat: &Beat,
    ) -> Result<(), ChangeError> {
        self.clients.cloud.enter_beat(number(index), &beat.id);
        let started_at = self.clients.cloud.now();
        let first_exchange = self.next_exchange();
        let mut verdicts = Vec::with_capacity(beat.acts.len());
        for (position, act) in beat.acts.iter().enumerate() {
            match self.changed(plan, (index, position), Some(&act.action))? {
                Some(action) => verdicts.push(self.act((index, position), &action, act)),
                None => continue,
            }
            if let Some(error) = self.clients.learner.fault.take() {
                return Err(error.into());
            }
        }
        self.changed(plan, (index, beat.acts.len()), None)?;
        self.beats.push(recording::Beat {
            index: number(index),
            chapter: number(chapter),
            id: beat.id.clone(),
            title: beat.title.clone(),
            caption: beat.caption.clone(),
            detail: beat.detail.clone(),
            notes: beat.notes.clone(),
            started_at,
            ended_at: self.clients.cloud.now(),
            first_exchange,
            end_exchange: self.next_exchange(),
            verdicts,
            question: beat.question.as_ref().map(asked),
        });
        Ok(())
    }

    /// Makes the changes before an action, and says what is done in place of it.
    fn changed<'a>(
        &mut self,
        plan: &'a Plan,
        (beat, position): (usize, usize),
        action: Option<&'a Action>,
    ) -> Result<Option<std::borrow::Cow<'a, Action>>, ChangeError> {
        let mut instead = action;
        for step in plan.at(beat, position) {
            let first = self.next_exchange();
            self.parted.push((step.number, first));
            self.clients.learner.number = step.number;
            let outcome = apply(&mut self.clients, &step.change)?;
            if let Some(error) = self.clients.learner.fault.take() {
                return Err(error.into());
            }
            match &step.change {
                Change::Replace(action) if instead.is_some() => instead = Some(action),
                Change::LeaveOut => instead = None,
                _ => {}
            }
            if let Some(outcome) = outcome {
                self.acts.push(Performed {
                    beat: number(beat),
                    action: number(position),
                    inserted: true,
                    first_exchange: first,
                    end_exchange: self.next_exchange(),
                    error: outcome.err().map(Box::new),
                });
            }
        }
        Ok(instead.map(std::borrow::Cow::Borrowed))
    }

    /// Carries an action out and judges what came of it.
    fn act(&mut self, (beat, position): (usize, usize), action: &Action, act: &Act) -> Verdict {
        let first_exchange = self.next_exchange();
        let outcome = self.clients.act(action);
        let end_exchange = self.next_exchange();
        let verdict = judge(&act.expect, &outcome, &self.exchanges(first_exchange));
        self.acts.push(Performed {
            beat: number(beat),
            action: number(position),
            inserted: false,
            first_exchange,
            end_exchange,
            error: outcome.err().map(Box::new),
        });
        verdict
    }

    fn exchanges(&self, from: ExchangeId) -> Stretch<'_, Exchange> {
        let all = self.clients.cloud.ledger.exchanges();
        all.stretch(from.index()..)
    }

    /// The exchange that comes next.
    pub fn next_exchange(&self) -> ExchangeId {
        ExchangeId(number(self.clients.cloud.ledger.exchanges().len()))
    }
}

fn asked(question: &file::Question) -> Question {
    let choices = question.choices.iter().map(|choice| Choice {
        text: choice.text.clone(),
        right: choice.right,
        because: choice.because.clone(),
    });
    Question {
        ask: question.ask.clone(),
        choices: choices.collect(),
        explanation: question.explanation.clone(),
    }
}
