//! Opens scenarios away from the window, which stays usable meanwhile.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, channel};
use std::time::Duration;

use bevy::prelude::*;
use bevy::time::Real;

use super::alarm::Alarm;
use super::app::AppSystems;
use super::desk::{Desk, Opened, Opener};
use super::pass::{Asked, Pace};
use super::view::model::{Effect, Opening, Trouble};
use super::watch::{self, Watch};

/// How often the time that opening takes is shown anew.
const PROGRESS_EVERY: Duration = Duration::from_millis(200);

/// The longest the first picture is held back for the scenario that the program was started with:
/// nearly always it is there before the window, and then nobody sees an empty one.
const FIRST_PATIENCE: Duration = Duration::from_millis(100);

/// A scenario that is opened while window and graphics device are being looked for.
#[derive(Resource)]
pub(super) struct FromTheStart {
    name: String,
    /// Behind a lock only because a resource must be shareable
    outcome: Mutex<Option<Receiver<Opened>>>,
}

impl FromTheStart {
    /// And what opens it, to be called away from the window.
    pub(super) fn new(name: String, open: Opener) -> (Self, impl FnOnce() + Send + 'static) {
        let (done, outcome) = channel();
        let wanted = name.clone();
        let work = move || {
            // No window, nobody to take it
            let _ = done.send(open(&wanted));
        };
        let outcome = Mutex::new(Some(outcome));
        (Self { name, outcome }, work)
    }
}

/// The scenario being opened. A newer wish replaces an older one.
#[derive(Resource)]
pub(super) struct Underway(Option<Job>);

struct Job {
    name: String,
    /// When it began, in the window's time
    begun: Duration,
    /// Behind a lock only because a resource must be shareable; nobody ever waits for it
    outcome: Mutex<Receiver<Opened>>,
}

pub(super) fn plugin(app: &mut App) {
    app.insert_resource(Underway(None)).init_resource::<Watch>();
    app.add_systems(
        Update,
        (
            (collect, watch::follow).chain().in_set(AppSystems::Collect),
            begin.in_set(AppSystems::Begin),
        ),
    );
    app.add_systems(Startup, take_first);
}

fn take_first(
    first: Option<ResMut<FromTheStart>>,
    alarm: Res<Alarm>,
    mut desk: ResMut<Desk>,
    mut underway: ResMut<Underway>,
) {
    let Some(mut first) = first else { return };
    let name = first.name.clone();
    let outcome = first.outcome.get_mut().ok().and_then(Option::take);
    let Some(outcome) = outcome else { return };
    match outcome.recv_timeout(FIRST_PATIENCE) {
        Ok(outcome) => desk.opened(outcome),
        Err(RecvTimeoutError::Disconnected) => desk.opened(Err(stopped())),
        Err(RecvTimeoutError::Timeout) => {
            let (done, later) = channel();
            let alarm = alarm.clone();
            std::thread::spawn(move || {
                let outcome = outcome.recv().unwrap_or_else(|_| Err(stopped()));
                if done.send(outcome).is_ok() {
                    alarm.set(Duration::ZERO);
                }
            });
            desk.opening(&name, 0.0);
            underway.0 = Some(Job {
                name,
                begun: Duration::ZERO,
                outcome: Mutex::new(later),
            });
        }
    }
}

/// The thread ended without an outcome: it panicked.
pub(super) fn stopped() -> Trouble {
    Trouble {
        title: "This scenario cannot be opened".into(),
        text: "Opening it stopped because of an error in this program".into(),
        remedy: "Open another one; nothing was lost".into(),
    }
}

pub(super) fn begin(
    asked: Res<Asked>,
    time: Res<Time<Real>>,
    alarm: Res<Alarm>,
    mut desk: ResMut<Desk>,
    mut underway: ResMut<Underway>,
    mut pace: ResMut<Pace>,
) {
    if asked.0.contains(&Effect::CancelOpening) && underway.0.take().is_some() {
        // The thread cannot be stopped; nobody takes what it brings
        desk.not_opening();
        pace.disturb();
    }
    let wish = asked.0.iter().rev().find_map(|effect| match effect {
        Effect::Open(name) => Some(name.clone()),
        _ => None,
    });
    let Some(name) = wish else { return };
    let open = desk.opener();
    let (done, outcome) = channel();
    let (wanted, alarm) = (name.clone(), alarm.clone());
    std::thread::spawn(move || {
        // The window may be gone or want something else by now; then nobody takes the outcome
        if done.send(open(&wanted)).is_ok() {
            alarm.set(Duration::ZERO);
        }
    });
    desk.opening(&name, 0.0);
    underway.0 = Some(Job {
        name,
        begun: time.elapsed(),
        outcome: Mutex::new(outcome),
    });
    pace.disturb();
}

fn collect(
    time: Res<Time<Real>>,
    mut desk: ResMut<Desk>,
    mut underway: ResMut<Underway>,
    mut pace: ResMut<Pace>,
) {
    let Some(job) = &mut underway.0 else { return };
    let Ok(outcome) = job.outcome.get_mut() else {
        return;
    };
    let outcome = match outcome.try_recv() {
        Ok(outcome) => outcome,
        Err(TryRecvError::Empty) => {
            let waited = time.elapsed().saturating_sub(job.begun);
            desk.opening(&job.name, waited.as_secs_f32());
            // Looked at seldom until it is said that it takes long, and then as often as it moves
            pace.wake_within(if waited.as_secs_f32() < Opening::SAID_AFTER {
                Duration::from_secs_f32(Opening::SAID_AFTER).saturating_sub(waited)
            } else {
                PROGRESS_EVERY
            });
            return;
        }
        Err(TryRecvError::Disconnected) => Err(stopped()),
    };
    desk.opened(outcome);
    underway.0 = None;
    pace.disturb();
}
