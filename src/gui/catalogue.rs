//! Reads what the library has to offer once the first picture is there: who starts the program with
//! a scenario waits for that one and not for the hundred others.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use bevy::prelude::*;

use super::alarm::Alarm;
use super::app::AppSystems;
use super::desk::{Desk, Library};
use super::pass::Pace;
use super::view::model::Entry;
use super::window::FIRST_SHOWN_FRAME;
use super::{dialog, opening, performing};

/// The library, until it has been read.
#[derive(Resource)]
pub(super) struct Catalogue(Mutex<State>);

enum State {
    Unread(Option<Library>),
    Reading(Receiver<Vec<Entry>>),
    Read,
}

impl Catalogue {
    pub(super) fn unread(library: Library) -> Self {
        Self(Mutex::new(State::Unread(Some(library))))
    }
}

pub(super) fn plugin(app: &mut App) {
    let there = resource_exists::<Catalogue>;
    app.add_systems(
        Update,
        (
            collect
                .after(performing::collect)
                .in_set(AppSystems::Collect)
                .run_if(there),
            begin
                .after(opening::begin)
                .after(dialog::ask)
                .in_set(AppSystems::Begin)
                .run_if(there),
        ),
    );
}

fn begin(mut catalogue: ResMut<Catalogue>, pace: Res<Pace>, alarm: Res<Alarm>) {
    if pace.drawn < FIRST_SHOWN_FRAME {
        return;
    }
    let Ok(state) = catalogue.bypass_change_detection().0.get_mut() else {
        return;
    };
    let State::Unread(library) = state else {
        return;
    };
    let Some(library) = library.take() else {
        return;
    };
    let (done, outcome) = channel();
    let alarm = alarm.clone();
    std::thread::spawn(move || {
        // The window may be gone by now; then nobody looks at the library
        if done.send(library()).is_ok() {
            alarm.set(Duration::ZERO);
        }
    });
    *state = State::Reading(outcome);
}

fn collect(mut catalogue: ResMut<Catalogue>, mut desk: ResMut<Desk>, mut pace: ResMut<Pace>) {
    let Ok(state) = catalogue.bypass_change_detection().0.get_mut() else {
        return;
    };
    let State::Reading(outcome) = state else {
        return;
    };
    if let Ok(entries) = outcome.try_recv() {
        desk.model.library = entries;
        *state = State::Read;
        pace.disturb();
    }
}
