//! When everything is shown. Durations come from the recording's structure (a
//! request travels, is checked step by step, is answered, settles), never from
//! byte counts and never from simulated time, which runs beside it.

use crate::cloud::ledger::{Exchange, ExchangeId, Outcome, StateChange, Step, WalletChange};
use crate::protocol::time::Moment;
use crate::recording::{Beat, Recording};

/// A moment of playback at normal speed, in milliseconds from the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlayTime(pub u32);

impl PlayTime {
    /// How far `self` lies in the stretch from `from` that lasts `length_ms`, 0 to 1.
    pub fn through(self, from: Self, length_ms: u32) -> f32 {
        let passed = self.0.saturating_sub(from.0) as f32;
        (passed / length_ms.max(1) as f32).clamp(0.0, 1.0)
    }
}

/// The caption is read before anything moves.
const LEAD_MS: u32 = 500;
/// A message travels.
const TRAVEL_MS: u32 = 1000;
/// A message travels between two services.
const NESTED_TRAVEL_MS: u32 = 800;
/// A check is made and found good.
const CHECK_MS: u32 = 430;
/// A check fails: the eye must have time to find it.
const FAILED_MS: u32 = 1100;
/// A check that is not reached is only dimmed.
const NOT_REACHED_MS: u32 = 60;
/// Between the last check and the answer.
const VERDICT_MS: u32 = 220;
/// What arrived settles into the wallet.
const SETTLE_MS: u32 = 350;
/// Nothing moves before the beat is over.
const HOLD_MS: u32 = 450;
/// A beat in which nobody sends anything: time passes, something changes.
const STILL_BEAT_MS: u32 = 1800;
/// A beat takes no longer than about this; its parts are shortened together.
const LONG_BEAT_MS: u32 = 13_000;
/// But never so much that checks become a flicker.
const LEAST_SHORTENING: f32 = 0.42;

/// When the parts of one exchange are shown.
#[derive(Clone, Debug)]
pub struct ExchangeTimes {
    /// The request leaves
    pub start: PlayTime,
    /// It arrives, checks begin
    pub arrive: PlayTime,
    /// Beginning of each step, in the order of [`Exchange::steps`]
    pub steps: Vec<PlayTime>,
    /// Checks are over, the answer leaves
    pub respond: PlayTime,
    /// It arrives
    pub end: PlayTime,
}

/// When a beat is shown.
#[derive(Clone, Copy, Debug)]
pub struct BeatTimes {
    /// Its caption appears
    pub start: PlayTime,
    /// Nothing more will move
    pub end: PlayTime,
}

/// When everything is shown.
#[derive(Clone, Debug)]
pub struct Timing {
    /// By beat
    pub beats: Vec<BeatTimes>,
    /// By exchange
    pub exchanges: Vec<ExchangeTimes>,
    /// Simulated time at moments of playback, ascending in both
    clock: Vec<(PlayTime, Moment)>,
    /// When each wallet change is shown
    pub wallet: Vec<PlayTime>,
    /// When each state change is shown
    pub states: Vec<PlayTime>,
}

impl Timing {
    /// Works out when everything in a recording is shown.
    pub fn new(recording: &Recording) -> Self {
        let mut builder = Builder::new(recording);
        for beat in &recording.beats {
            builder.beat(beat);
        }
        let mut timing = builder.timing;
        timing.wallet = recording
            .wallet
            .iter()
            .map(|c| timing.shows_wallet(recording, c))
            .collect();
        timing.states = recording
            .states
            .iter()
            .map(|c| timing.shows_state(recording, c))
            .collect();
        timing
    }

    /// The beat that is shown at a moment.
    pub fn beat_at(&self, t: PlayTime) -> u32 {
        let after = self.beats.partition_point(|beat| beat.start <= t);
        after.saturating_sub(1) as u32
    }

    /// Where the show ends.
    pub fn duration(&self) -> PlayTime {
        self.beats.last().map_or(PlayTime(0), |beat| beat.end)
    }

    /// The parts of an exchange.
    pub fn exchange(&self, id: ExchangeId) -> Option<&ExchangeTimes> {
        self.exchanges.get(id.index())
    }

    /// What the simulated clock shows.
    pub fn clock_at(&self, t: PlayTime) -> Moment {
        let after = self.clock.partition_point(|(at, _)| *at <= t);
        let Some((from, moment)) = after.checked_sub(1).and_then(|at| self.clock.get(at)) else {
            return self
                .clock
                .first()
                .map_or(Moment::EPOCH, |(_, moment)| *moment);
        };
        let Some((to, next)) = self.clock.get(after) else {
            return *moment;
        };
        let through = t.through(*from, to.0 - from.0);
        let passed = (*next - *moment).millis() as f64 * f64::from(through);
        *moment + crate::protocol::time::Span::from_millis(passed as i64)
    }

    /// What a service makes is seen when its checks are over, or when it first sends it on
    /// itself; what an answer carries is seen when it has arrived.
    fn shows_wallet(&self, recording: &Recording, change: &WalletChange) -> PlayTime {
        let Some((exchange, times)) = self.cause(recording, change.exchange) else {
            return self.beat_start(change.beat);
        };
        if change.actor == exchange.from {
            return times.end;
        }
        let sent_on = exchange
            .steps
            .iter()
            .zip(&times.steps)
            .find(|(step, _)| match step {
                Step::Call(call) => recording
                    .exchange(*call)
                    .is_some_and(|call| call.sent.contains(&change.artifact)),
                Step::Check(_) => false,
            });
        match sent_on {
            Some((_, at)) if change.gained => *at,
            _ => times.respond,
        }
    }

    fn shows_state(&self, recording: &Recording, change: &StateChange) -> PlayTime {
        match self.cause(recording, change.exchange) {
            Some((exchange, times)) if change.actor == exchange.from => times.end,
            Some((_, times)) => times.respond,
            None => self.beat_start(change.beat),
        }
    }

    fn cause<'a>(
        &'a self,
        recording: &'a Recording,
        exchange: Option<ExchangeId>,
    ) -> Option<(&'a Exchange, &'a ExchangeTimes)> {
        let id = exchange?;
        Some((recording.exchange(id)?, self.exchange(id)?))
    }

    fn beat_start(&self, beat: u32) -> PlayTime {
        self.beats
            .get(beat as usize)
            .map_or(PlayTime(0), |beat| beat.start)
    }
}

struct Builder<'a> {
    recording: &'a Recording,
    timing: Timing,
    now: u32,
    /// How much this beat's parts are shortened
    pace: f32,
}

impl<'a> Builder<'a> {
    fn new(recording: &'a Recording) -> Self {
        let none = ExchangeTimes {
            start: PlayTime(0),
            arrive: PlayTime(0),
            steps: Vec::new(),
            respond: PlayTime(0),
            end: PlayTime(0),
        };
        let timing = Timing {
            beats: Vec::with_capacity(recording.beats.len()),
            exchanges: vec![none; recording.exchanges.len()],
            clock: vec![(PlayTime(0), recording.header.started_at)],
            wallet: Vec::new(),
            states: Vec::new(),
        };
        Self {
            recording,
            timing,
            now: 0,
            pace: 1.0,
        }
    }

    fn beat(&mut self, beat: &Beat) {
        let start = PlayTime(self.now);
        let recording = self.recording;
        let top: Vec<&Exchange> = recording
            .exchanges_of(beat)
            .iter()
            .filter(|x| x.parent.is_none())
            .collect();
        self.pace = self.pace_of(&top);
        self.mark_clock(beat.started_at);
        self.now += LEAD_MS;
        for exchange in &top {
            self.exchange(exchange, 0);
            self.now += self.paced(SETTLE_MS);
        }
        if top.is_empty() {
            self.now += STILL_BEAT_MS;
        }
        self.mark_clock(beat.ended_at);
        self.now += HOLD_MS;
        self.timing.beats.push(BeatTimes {
            start,
            end: PlayTime(self.now),
        });
        // The end of a beat and the beginning of the next are two pictures, so two moments
        self.now += 1;
    }

    /// Long beats are played faster, so that a sign-in with six hops is no test of patience.
    fn pace_of(&self, top: &[&Exchange]) -> f32 {
        let natural: u32 = top.iter().map(|x| self.natural_ms(x, 0)).sum();
        if natural <= LONG_BEAT_MS {
            return 1.0;
        }
        (LONG_BEAT_MS as f32 / natural as f32).max(LEAST_SHORTENING)
    }

    fn natural_ms(&self, exchange: &Exchange, depth: u32) -> u32 {
        let steps: u32 = exchange
            .steps
            .iter()
            .map(|step| match step {
                Step::Check(position) => check_ms(exchange, *position),
                Step::Call(id) => self
                    .recording
                    .exchange(*id)
                    .map_or(0, |x| self.natural_ms(x, depth + 1)),
            })
            .sum();
        2 * travel_ms(depth) + VERDICT_MS + SETTLE_MS + steps
    }

    fn exchange(&mut self, exchange: &Exchange, depth: u32) {
        self.mark_clock(exchange.at);
        let start = PlayTime(self.now);
        self.now += self.paced(travel_ms(depth));
        let arrive = PlayTime(self.now);
        let mut steps = Vec::with_capacity(exchange.steps.len());
        for step in &exchange.steps {
            steps.push(PlayTime(self.now));
            match step {
                Step::Check(position) => self.now += self.paced(check_ms(exchange, *position)),
                Step::Call(id) => {
                    if let Some(call) = self.recording.exchange(*id) {
                        self.exchange(call, depth + 1);
                    }
                }
            }
        }
        self.now += self.paced(VERDICT_MS);
        let respond = PlayTime(self.now);
        self.now += self.paced(travel_ms(depth));
        let end = PlayTime(self.now);
        self.mark_clock(exchange.answered_at);
        if let Some(slot) = self.timing.exchanges.get_mut(exchange.id.index()) {
            *slot = ExchangeTimes {
                start,
                arrive,
                steps,
                respond,
                end,
            };
        }
    }

    fn mark_clock(&mut self, moment: Moment) {
        let latest = self
            .timing
            .clock
            .last()
            .map_or(moment, |(_, latest)| (*latest).max(moment));
        self.timing.clock.push((PlayTime(self.now), latest));
    }

    fn paced(&self, natural_ms: u32) -> u32 {
        (natural_ms as f32 * self.pace) as u32
    }
}

fn travel_ms(depth: u32) -> u32 {
    if depth == 0 {
        TRAVEL_MS
    } else {
        NESTED_TRAVEL_MS
    }
}

fn check_ms(exchange: &Exchange, position: u32) -> u32 {
    match exchange
        .checks
        .get(position as usize)
        .map(|check| check.outcome)
    {
        Some(Outcome::Passed) => CHECK_MS,
        Some(Outcome::Failed) => FAILED_MS,
        Some(Outcome::NotReached) | None => NOT_REACHED_MS,
    }
}
