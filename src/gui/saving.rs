//! Writes the settings when the view asks for it and when the window closes, and then quits.

use std::sync::Arc;

use bevy::prelude::*;
use serde::{Deserialize, Serialize};

use super::app::AppSystems;
use super::desk::Desk;
use super::desk::{Place, Start};
use super::pass::{Asked, Pace};
use super::settings_file::{Notice, SettingsFile};
use super::view::model::Effect;
use super::view::model::{Entry, Model, Settings};
use super::view::theme::ThemeError;

/// What is remembered from one session to the next.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Remembered {
    /// The window's place
    window: Place,
    /// What the view remembers
    view: Settings,
}

/// Where settings go.
#[derive(Resource)]
pub(super) struct Disk {
    file: SettingsFile,
    /// What is in the file
    last: Remembered,
    /// A disk that cannot be written is said once, not at every change
    complained: bool,
}

/// Reads the settings and lays everything out as they say.
pub(super) fn desk(start: &Start, library: Vec<Entry>) -> Result<(Desk, Disk), ThemeError> {
    let (last, notice) = start.settings.read::<Remembered>();
    let model = Model::new(last.view.clone(), library)?;
    let mut desk = Desk::new(
        model,
        last.window,
        (Arc::clone(&start.opener), Arc::clone(&start.picker)),
    );
    if let Some(notice) = notice {
        desk.notify(&notice);
    }
    Ok((
        desk,
        Disk {
            file: start.settings.clone(),
            last,
            complained: false,
        },
    ))
}

impl Disk {
    /// Writes what has changed since the last time.
    fn save(&mut self, desk: &Desk) -> Result<(), Notice> {
        let now = Remembered {
            window: desk.place(),
            view: desk.model.settings.clone(),
        };
        if now != self.last {
            self.file.write(&now)?;
            self.last = now;
        }
        Ok(())
    }
}

pub(super) fn plugin(app: &mut App) {
    app.add_systems(Update, save_and_quit.in_set(AppSystems::Save));
}

fn save_and_quit(
    mut asked: ResMut<Asked>,
    mut desk: ResMut<Desk>,
    mut disk: ResMut<Disk>,
    mut pace: ResMut<Pace>,
    mut exit: MessageWriter<AppExit>,
) {
    let wishes = std::mem::take(&mut asked.0);
    let quit = wishes.contains(&Effect::Quit);
    if quit || wishes.contains(&Effect::SaveSettings) {
        desk.note_last();
    }
    if (quit || wishes.contains(&Effect::SaveSettings))
        && let Err(notice) = disk.save(&desk)
        && !std::mem::replace(&mut disk.complained, true)
    {
        desk.notify(&notice);
        pace.disturb();
    }
    if quit {
        exit.write(AppExit::Success);
    }
}
