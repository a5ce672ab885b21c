//! Writes the settings when the view asks for it and when the window closes, and then quits.

use bevy::prelude::*;

use super::app::{AppSystems, Desk};
use super::content::{Content, Effect};
use super::pass::{Asked, Pace};
use super::settings_file::SettingsFile;

/// Where settings go.
#[derive(Resource)]
pub(super) struct Disk {
    file: SettingsFile,
    /// A disk that cannot be written is said once, not at every change
    complained: bool,
}

impl Disk {
    pub(super) fn new(file: SettingsFile) -> Self {
        Self { file, complained: false }
    }
}

pub(super) fn plugin<C: Content>(app: &mut App) {
    app.add_systems(Update, save_and_quit::<C>.in_set(AppSystems::Save));
}

fn save_and_quit<C: Content>(
    mut asked: ResMut<Asked>,
    mut desk: ResMut<Desk<C>>,
    mut disk: ResMut<Disk>,
    mut pace: ResMut<Pace>,
    mut exit: MessageWriter<AppExit>,
) {
    let wishes = std::mem::take(&mut asked.0);
    let quit = wishes.contains(&Effect::Quit);
    if (quit || wishes.contains(&Effect::SaveSettings))
        && let Err(notice) = desk.0.save(&disk.file)
        && !std::mem::replace(&mut disk.complained, true)
    {
        desk.0.notify(notice.to_string());
        pace.disturb();
    }
    if quit {
        exit.write(AppExit::Success);
    }
}
