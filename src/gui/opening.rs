//! Opens scenarios away from the window, which stays usable meanwhile.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::Duration;

use bevy::prelude::*;

use super::alarm::Alarm;
use super::app::{AppSystems, Desk};
use super::content::{Content, Effect, Opened};
use super::pass::{Asked, Pace};

/// A scenario to open as soon as there is a window.
#[derive(Resource)]
pub(super) struct First(pub(super) String);

/// The scenario being opened. A newer wish replaces an older one.
#[derive(Resource)]
struct Underway<C: Content>(Option<Job<C>>);

struct Job<C: Content> {
    name: String,
    /// Behind a lock only because a resource must be shareable; nobody ever waits for it
    outcome: Mutex<Receiver<Opened<C::Loaded>>>,
}

pub(super) fn plugin<C: Content>(app: &mut App) {
    app.insert_resource(Underway::<C>(None));
    app.add_systems(
        Update,
        (
            collect::<C>.in_set(AppSystems::Collect),
            begin::<C>.in_set(AppSystems::Begin),
        ),
    );
    app.add_systems(Startup, begin_first);
}

fn begin_first(first: Option<Res<First>>, mut asked: ResMut<Asked>) {
    if let Some(First(name)) = first.as_deref() {
        asked.0.push(Effect::Open(name.clone()));
    }
}

fn begin<C: Content>(
    asked: Res<Asked>,
    alarm: Res<Alarm>,
    mut desk: ResMut<Desk<C>>,
    mut underway: ResMut<Underway<C>>,
    mut pace: ResMut<Pace>,
) {
    let wish = asked.0.iter().rev().find_map(|effect| match effect {
        Effect::Open(name) => Some(name.clone()),
        _ => None,
    });
    let Some(name) = wish else { return };
    let open = desk.0.opener();
    let (done, outcome) = channel();
    let (wanted, alarm) = (name.clone(), alarm.clone());
    std::thread::spawn(move || {
        // The window may be gone or want something else by now; then nobody takes the outcome
        if done.send(open(&wanted)).is_ok() {
            alarm.set(Duration::ZERO);
        }
    });
    desk.0.opening(&name);
    underway.0 = Some(Job { name, outcome: Mutex::new(outcome) });
    pace.disturb();
}

fn collect<C: Content>(
    mut desk: ResMut<Desk<C>>,
    mut underway: ResMut<Underway<C>>,
    mut pace: ResMut<Pace>,
) {
    let Some(job) = &mut underway.0 else { return };
    let Ok(outcome) = job.outcome.get_mut() else { return };
    let outcome = match outcome.try_recv() {
        Ok(outcome) => outcome,
        Err(TryRecvError::Empty) => return,
        // The thread ended without an outcome: it panicked
        Err(TryRecvError::Disconnected) => {
            Err("opening it failed because of an error in this program".into())
        }
    };
    desk.0.opened(&job.name, outcome);
    underway.0 = None;
    pace.disturb();
}
