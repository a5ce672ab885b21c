//! A performed scenario that can go on differently: its recording, and copies of the world at
//! chosen beats to go on from. They lie the denser the nearer the end is, so that a change costs
//! in proportion to what follows it, and a long story keeps few of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::PerformError;
use super::course::{Course, Performed, Plan, number};
use super::judge::{as_expected, judge, judge_change, newly_refused, what_happened};
use super::watch::Watch;
use crate::cloud::Cloud;
use crate::cloud::ledger::{Actor, ActorId, Exchange, ExchangeId, Stretch};
use crate::recording::{self, Branch, FORMAT, Header, Recording, Verdict};
use crate::scenario::build::{WorldError, build};
use crate::scenario::change::{At, ChangeError, MAX_CHANGES, Placed};
use crate::scenario::checked::Scenario;
use crate::scenario::client::Clients;
use crate::scenario::client::interfere::Trap;
use crate::scenario::file::Expect;

/// Stories of at most this many beats keep the world as it is before each of them.
const EVERY_BEAT_UP_TO: usize = 64;

/// The world before a beat, to go on from. What happened until then is in the recording.
#[derive(Clone, Debug)]
struct Checkpoint {
    beat: usize,
    acts: usize,
    clients: Clients,
    parted: Vec<(usize, ExchangeId)>,
}

impl Checkpoint {
    fn of(course: &Course) -> Arc<Self> {
        Arc::new(Self {
            beat: course.beats.len(),
            acts: course.acts.len(),
            clients: course.clients.clone(),
            parted: course.parted.clone(),
        })
    }

    /// The story up to here, as these recordings of it tell.
    fn resumed(&self, beats: &[recording::Beat], acts: &[Performed]) -> Course {
        Course {
            clients: self.clients.clone(),
            beats: beats.get(..self.beat).unwrap_or_default().to_vec(),
            acts: acts.get(..self.acts).unwrap_or_default().to_vec(),
            parted: self.parted.clone(),
        }
    }
}

/// A performed scenario that can go on differently. It never changes; a branch is another one.
#[derive(Clone, Debug)]
pub struct Performance {
    scenario: Arc<Scenario>,
    seed: u64,
    changes: Vec<Placed>,
    recording: Arc<Recording>,
    acts: Arc<Vec<Performed>>,
    checkpoints: Vec<Arc<Checkpoint>>,
    /// Where each change was made, by number
    parted: Vec<(usize, ExchangeId)>,
    /// What each change is called, by number
    causes: Vec<String>,
}

/// Performs a scenario whose branches nobody will ask for.
pub(super) fn perform_once(
    scenario: &Scenario,
    seed: Option<u64>,
) -> Result<Recording, PerformError> {
    if !scenario.changes.is_empty() {
        let performance = Performance::new(Arc::new(scenario.clone()), seed)?;
        return Ok(Arc::unwrap_or_clone(performance.recording));
    }
    let seed = seed.unwrap_or(scenario.seed);
    let mut course = begun(scenario, seed)?;
    let run = course.run(scenario, &Plan::default(), &Watch::new(), |_| ());
    run.map_err(|error| PerformError::of(0, error))?;
    Ok(recorded(scenario, seed, &mut course, (&[], 0), None))
}

fn begun(scenario: &Scenario, seed: u64) -> Result<Course, WorldError> {
    let (cloud, names) = build(scenario, seed)?;
    Ok(Course::new(Clients::new(cloud, names)))
}

/// Whether the world before a beat is kept: the first and those whose distance from the end is a
/// power of two.
fn is_kept(beat: usize, beats: usize) -> bool {
    beat == 0 || beats <= EVERY_BEAT_UP_TO || beats.saturating_sub(beat).is_power_of_two()
}

impl Performance {
    /// Performs a scenario, with its own seed where none is given.
    pub fn new(scenario: Arc<Scenario>, seed: Option<u64>) -> Result<Self, PerformError> {
        Self::watched(scenario, seed, &Watch::new())
    }

    /// The same, watched by somebody who may cancel it.
    pub fn watched(
        scenario: Arc<Scenario>,
        seed: Option<u64>,
        watch: &Watch,
    ) -> Result<Self, PerformError> {
        let seed = seed.unwrap_or(scenario.seed);
        let mut course = begun(&scenario, seed)?;
        let mut checkpoints = Vec::new();
        let beats = scenario.beats.len();
        let run = course.run(&scenario, &Plan::default(), watch, |course| {
            if is_kept(course.beats.len(), beats) {
                checkpoints.push(Checkpoint::of(course));
            }
        });
        run.map_err(|error| PerformError::of(0, error))?;
        let recording = recorded(&scenario, seed, &mut course, (&[], 0), None);
        let mut performance = Self {
            scenario,
            seed,
            changes: Vec::new(),
            recording: Arc::new(recording),
            acts: Arc::new(course.acts),
            checkpoints,
            parted: Vec::new(),
            causes: Vec::new(),
        };
        // What the file itself changes in the scenario that it extends
        for (number, placed) in performance.scenario.changes.clone().into_iter().enumerate() {
            let branch = performance.branch(placed, watch);
            performance = branch.map_err(|error| PerformError::of(number, error))?;
        }
        Ok(performance)
    }

    /// What happened.
    pub fn recording(&self) -> &Arc<Recording> {
        &self.recording
    }

    /// The scenario as it is written.
    pub fn scenario(&self) -> &Arc<Scenario> {
        &self.scenario
    }

    /// The seed of all random values.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Everything that was changed, in the order in which it was.
    pub fn changes(&self) -> &[Placed] {
        &self.changes
    }

    /// Everything that was done, in order.
    pub fn acts(&self) -> &[Performed] {
        &self.acts
    }

    /// What each change is called, with the values that it had when it was made.
    pub fn causes(&self) -> &[String] {
        &self.causes
    }

    /// How many copies of the world are kept to go on from.
    pub fn checkpoints(&self) -> usize {
        self.checkpoints.len()
    }

    /// The same story with one more change: what lies before it is shared, what follows is
    /// performed again.
    pub fn branch(&self, placed: Placed, watch: &Watch) -> Result<Self, ChangeError> {
        let mut changes = self.changes.clone();
        changes.push(placed);
        if changes.len() > MAX_CHANGES {
            return Err(ChangeError::TooMany(changes.len()));
        }
        let newest = changes.len() - 1;
        let plan = Plan::of(&self.scenario, &changes)?;
        let (beat, action) = match changes.last() {
            Some(placed) => placed.at.find(&self.scenario)?,
            None => (0, 0),
        };
        let kept = self.checkpoints.partition_point(|kept| kept.beat <= beat);
        let mut checkpoints = self.checkpoints.get(..kept).unwrap_or_default().to_vec();
        let mut course = match checkpoints.last() {
            Some(nearest) => nearest.resumed(&self.recording.beats, &self.acts),
            None => begun(&self.scenario, self.seed)?,
        };
        let shared = (
            self.recording.actors.as_slice(),
            course.next_exchange().index(),
        );
        let beats = self.scenario.beats.len();
        let from = course.beats.len();
        course.run(&self.scenario, &plan, watch, |course| {
            let at = course.beats.len();
            if at > from && is_kept(at, beats) {
                checkpoints.push(Checkpoint::of(course));
            }
        })?;
        let traps = &course.clients.learner.traps;
        if let Some(trap) = traps.iter().find(|trap| trap.number == newest) {
            return Err(never_sprung(trap));
        }
        let told = &course.clients.learner.causes;
        let cause = |(number, placed): (usize, &Placed)| {
            let told = told.get(&number).cloned();
            told.unwrap_or_else(|| placed.change.cause())
        };
        let causes: Vec<String> = changes.iter().enumerate().map(cause).collect();
        let parted = course.parted.clone();
        let exchange = parted.iter().find(|(number, _)| *number == newest);
        let branch = Branch {
            parent: self.scenario.id.clone(),
            cause: causes.last().cloned().unwrap_or_default(),
            beat: number(beat),
            action: number(action),
            exchange: exchange.map_or(ExchangeId(0), |(_, exchange)| *exchange),
        };
        let recording = recorded(&self.scenario, self.seed, &mut course, shared, Some(branch));
        Ok(Self {
            scenario: Arc::clone(&self.scenario),
            seed: self.seed,
            changes,
            recording: Arc::new(recording),
            acts: Arc::new(course.acts),
            checkpoints,
            parted,
            causes,
        })
    }

    /// The moment before the action that an exchange belongs to.
    pub fn at_exchange(&self, exchange: ExchangeId) -> At {
        let at = self
            .acts
            .partition_point(|act| act.end_exchange <= exchange);
        self.at_act(at)
    }

    /// The moment behind the action that an exchange belongs to: what it brought is there.
    pub fn after_exchange(&self, exchange: ExchangeId) -> At {
        let at = self
            .acts
            .partition_point(|act| act.end_exchange <= exchange);
        match self.acts.get(at) {
            Some(act) => {
                let beat = self.beat_id(act.beat);
                let past = usize::from(!act.inserted);
                let action = act.action as usize + past;
                At { beat, action }
            }
            None => self.end(),
        }
    }

    fn at_act(&self, at: usize) -> At {
        match self.acts.get(at) {
            Some(act) => At {
                beat: self.beat_id(act.beat),
                action: act.action as usize,
            },
            None => self.end(),
        }
    }

    fn beat_id(&self, beat: u32) -> String {
        let beat = self.scenario.beats.get(beat as usize);
        beat.map_or_else(String::new, |beat| beat.id.clone())
    }

    /// The moment behind everything.
    pub fn end(&self) -> At {
        let last = self.scenario.beats.last();
        At {
            beat: last.map_or_else(String::new, |beat| beat.id.clone()),
            action: last.map_or(0, |beat| beat.acts.len()),
        }
    }

    /// What came of an action, as a file would expect it.
    pub fn came_of(&self, act: &Performed) -> Expect {
        as_expected(&act.outcome(), &self.exchanges_of(act))
    }

    fn exchanges_of(&self, act: &Performed) -> Stretch<'_, Exchange> {
        let range = act.first_exchange.index()..act.end_exchange.index();
        self.recording.exchanges.stretch(range)
    }

    /// The first action that did not end as it did in another performance; of those that only
    /// this one has, the first that was refused or could not be carried out.
    pub fn first_surprise(&self, other: &Self) -> Option<&Performed> {
        let shared = other.changes.len();
        let own = self.parted.iter().filter(|(number, _)| *number >= shared);
        let from = own.map(|(_, exchange)| *exchange).min()?;
        let begin = self.acts.partition_point(|act| act.end_exchange < from);
        let mut acts = self.acts.iter().skip(begin);
        acts.find(|act| {
            let same = other.same(act);
            let came = self.came_of(act);
            let before = same.map_or(Expect::Allowed, |same| other.came_of(same));
            if came != before {
                return true;
            }
            // Refused on the way both times, and perhaps not for the same reason
            came == Expect::Anything && {
                let before = same.map(|same| other.exchanges_of(same));
                !newly_refused(&self.exchanges_of(act), before.as_ref()).is_empty()
            }
        })
    }

    /// The same action of the scenario.
    fn same(&self, act: &Performed) -> Option<&Performed> {
        let place = |it: &Performed| (it.beat, it.action);
        let from = self.acts.partition_point(|it| place(it) < place(act));
        let same = self.acts.iter().skip(from);
        let mut same = same.take_while(|it| place(it) == place(act));
        same.find(|it| it.inserted == act.inserted)
    }

    /// Whether the first thing that ends differently from another performance ends like this;
    /// where nothing is refused that was not before, that counts as allowed.
    pub fn verdict(&self, other: &Self, expect: &Expect) -> Verdict {
        match self.first_surprise(other) {
            Some(act) => {
                let before = other.same(act).map(|same| other.exchanges_of(same));
                let exchanges = (&self.exchanges_of(act), before.as_ref());
                judge_change(expect, &act.outcome(), exchanges)
            }
            None => judge(expect, &Ok(()), &self.recording.exchanges.stretch(0..0)),
        }
    }

    /// What came of an action, in a sentence.
    pub fn in_words(&self, act: &Performed) -> String {
        what_happened(&act.outcome(), &self.exchanges_of(act))
    }
}

fn never_sprung(trap: &Trap) -> ChangeError {
    ChangeError::Nothing(format!(
        "{} sends no further request {}",
        trap.device, trap.operation
    ))
}

impl At {
    /// The beat and the action by their positions.
    pub fn find(&self, scenario: &Scenario) -> Result<(usize, usize), ChangeError> {
        let beats = &scenario.beats;
        let found = beats.iter().position(|beat| beat.id == self.beat);
        let found = found.and_then(|at| Some((at, beats.get(at)?)));
        let Some((at, beat)) = found else {
            let known = beats.iter().map(|beat| beat.id.as_str());
            return Err(ChangeError::NoBeat {
                beat: self.beat.clone(),
                remedy: crate::scenario::diagnostic::suggest(&self.beat, known),
            });
        };
        let count = beat.acts.len();
        if self.action > count {
            let at = self.clone();
            return Err(ChangeError::NoAction { at, count });
        }
        Ok((at, self.action))
    }
}

/// Everybody who takes part: sends, answers, holds something, or owns a device that does. The
/// world may know more people; they would only stand in the way. Who takes part in the parent
/// stays on stage, so that only what follows `from` has to be looked at.
fn on_stage(cloud: &Cloud, (parents, from): (&[Actor], usize)) -> Vec<Actor> {
    let ledger = &cloud.ledger;
    let mut taking_part: BTreeSet<&ActorId> = parents.iter().map(|actor| &actor.id).collect();
    for exchange in ledger.exchanges().iter().skip(from) {
        taking_part.extend([&exchange.from, &exchange.to]);
    }
    if parents.is_empty() {
        taking_part.extend(ledger.wallet_changes().iter().map(|change| &change.actor));
    } else {
        let holds = |actor: &&Actor| ledger.held_by(&actor.id).next().is_some();
        let holders = cloud.actors().iter().filter(holds);
        taking_part.extend(holders.map(|actor| &actor.id));
    }
    let owners: Vec<&ActorId> = taking_part
        .iter()
        .filter_map(|id| cloud.devices.get(id)?.owner.as_ref())
        .collect();
    taking_part.extend(owners);
    let takes_part = |actor: &&Actor| taking_part.contains(&actor.id);
    cloud.actors().iter().filter(takes_part).cloned().collect()
}

fn recorded(
    scenario: &Scenario,
    seed: u64,
    course: &mut Course,
    shared: (&[Actor], usize),
    branch: Option<Branch>,
) -> Recording {
    let chapters = scenario.chapters.iter().map(|chapter| recording::Chapter {
        title: chapter.title.clone(),
        first_beat: number(chapter.first_beat),
    });
    let cloud = &mut course.clients.cloud;
    cloud.publish_unfetched_keys();
    let actors = on_stage(cloud, shared);
    let written = std::mem::take(&mut cloud.ledger).into_written();
    Recording {
        header: Header {
            format: FORMAT,
            scenario: scenario.id.clone(),
            title: scenario.title.clone(),
            summary: scenario.summary.clone(),
            seed,
            started_at: scenario.starts_at,
            themes: scenario.themes.clone(),
            exams: scenario.exams.clone(),
            branch,
        },
        chapters: chapters.collect(),
        beats: std::mem::take(&mut course.beats),
        actors,
        exchanges: written.exchanges,
        artifacts: written.artifacts,
        decisions: written.decisions,
        wallet: written.wallet,
        states: written.states,
        keys: written.keys,
        places: recording::Places::default(),
        interventions: std::mem::take(&mut course.clients.learner.done),
    }
}
