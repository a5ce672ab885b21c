//! The view's model in the window: the seam between Bevy and everything that is drawn.
//!
//! The host owns window, input, time and disk; the view knows no Bevy. What they say to each other
//! goes through here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bevy::prelude::Resource;
use bevy_egui::egui;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::dialog::Picked;
use super::settings_file::{Notice, SettingsFile};
use super::view;
use super::view::branches::Story;
use super::view::commands::Command;
use super::view::model::{Effect, Entry, Model, Opening, Recent, Screen, Trouble};
use crate::stage::playback::PlaybackCommand;

/// Where the window was when it was last seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// Top left corner in physical pixels; none until the window has been somewhere
    pub at: Option<(i32, i32)>,
    /// Inner size in points; none until it has been another than the usual one
    pub size: Option<(f32, f32)>,
    /// Whether it filled the screen
    pub fullscreen: bool,
}

/// What became of opening a scenario: its name in the library or its path, and what happened in
/// it.
pub type Opened = Result<(String, Story), Trouble>;

/// Loads and performs a scenario by its path or its name in the library. Runs away from the
/// window.
pub type Opener = Arc<dyn Fn(&str) -> Opened + Send + Sync>;

/// Lists the scenarios on offer. Runs away from the window.
pub type Library = Box<dyn FnOnce() -> Vec<Entry> + Send>;

/// Asks for a file. Runs away from the window.
pub type Picker = Arc<dyn Fn() -> Picked + Send + Sync>;

/// What the window is started with.
pub struct Start {
    /// A scenario to open at once: a path, or a name in the library
    pub open: Option<String>,
    /// How scenarios are opened
    pub opener: Opener,
    /// How a file is asked for
    pub picker: Picker,
    /// Scenarios on offer
    pub library: Library,
    /// Where settings go
    pub settings: SettingsFile,
    /// Where the window writes its state whenever it changes, for tests
    pub report: Option<PathBuf>,
}

/// What fills the window.
#[derive(Resource)]
pub(super) struct Desk {
    pub(super) model: Model,
    place: Place,
    opener: Opener,
    picker: Picker,
}

impl Desk {
    pub(super) fn new(model: Model, place: Place, (opener, picker): (Opener, Picker)) -> Self {
        let mut desk = Self {
            model,
            place,
            opener,
            picker,
        };
        desk.look_at_recent();
        desk
    }

    /// Draws everything, applies what the user did and says what the host must do about it.
    pub(super) fn show(&mut self, ui: &mut egui::Ui) -> Vec<Effect> {
        let mut left = dropped(ui.ctx());
        for command in view::show_in(ui, &mut self.model) {
            for effect in self.model.apply(command) {
                match effect {
                    Effect::Restyle => self.model.theme.apply(ui.ctx()),
                    Effect::LookAtRecent => self.look_at_recent(),
                    Effect::Copy(text) => ui.ctx().copy_text(text),
                    others => left.push(others),
                }
            }
        }
        left
    }

    /// Finds out which of the files that were opened before are still there.
    pub(super) fn look_at_recent(&mut self) {
        let recent = self.model.settings.recent.iter();
        let look = |path: &String| Recent {
            path: path.clone(),
            missing: !Path::new(path).is_file(),
        };
        self.model.recent = recent.map(look).collect();
    }

    /// Lets playback time pass. True while something moves.
    pub(super) fn advance(&mut self, seconds: f32) -> bool {
        self.model.advance(seconds)
    }

    pub(super) fn opener(&self) -> Opener {
        Arc::clone(&self.opener)
    }

    pub(super) fn picker(&self) -> Picker {
        Arc::clone(&self.picker)
    }

    /// A scenario is being opened, for so long already.
    pub(super) fn opening(&mut self, name: &str, seconds: f32) {
        let name = name.to_owned();
        self.model.opening = Some(Opening { name, seconds });
    }

    /// Nothing is being opened any more.
    pub(super) fn not_opening(&mut self) {
        self.model.opening = None;
    }

    /// A scenario was opened, or could not be: then what was on stage stays there.
    pub(super) fn opened(&mut self, outcome: Opened) {
        self.not_opening();
        match outcome {
            Ok((id, story)) => {
                if Path::new(&id).is_file() {
                    self.model.settings.note_recent(&id);
                    self.look_at_recent();
                }
                let beat = self.remembered_beat(&id);
                self.model.load(&id, story);
                if let Some(beat) = beat {
                    self.model
                        .apply(Command::Playback(PlaybackCommand::JumpBeat(beat)));
                }
            }
            Err(trouble) => self.model.trouble = Some(trouble),
        }
    }

    /// The beat at which a scenario was left in an earlier session.
    fn remembered_beat(&self, id: &str) -> Option<u32> {
        let fresh = self.model.loaded.is_none();
        let (last, beat) = self.model.settings.last.as_ref()?;
        (fresh && last == id && *beat > 0).then_some(*beat)
    }

    /// Something about settings that the user should know.
    pub(super) fn notify(&mut self, notice: &Notice) {
        self.model.trouble = Some(Trouble {
            title: "About your settings".into(),
            text: notice.to_string(),
            remedy: "You can go on; nothing else is affected".into(),
        });
    }

    pub(super) fn placed(&mut self, place: Place) {
        self.place = place;
    }

    pub(super) fn place(&self) -> Place {
        self.place
    }

    /// Notes what is on stage, for the next session.
    pub(super) fn note_last(&mut self) {
        if let Some(loaded) = &self.model.loaded {
            self.model.settings.last = Some((loaded.id.clone(), loaded.frame.beat));
        }
    }

    /// What a test wants to know.
    pub(super) fn state(&self) -> serde_json::Value {
        let loaded = self.model.loaded.as_ref();
        let paused = loaded.filter(|loaded| !loaded.playback.playing());
        json!({
            "screen": match self.model.screen { Screen::Start => "start", Screen::Stage => "stage" },
            "opening": self.model.opening.as_ref().map(|opening| &opening.name),
            "waiting": self.model.opening.as_ref().is_some_and(Opening::said),
            "scenario": loaded.map(|loaded| &loaded.id),
            "beat": loaded.map(|loaded| loaded.frame.beat),
            "beats": loaded.map(|loaded| loaded.recording.beats.len()),
            // Of a moving picture only the beginning and the end are news
            "time": paused.map(|loaded| loaded.playback.time().0),
            "playing": loaded.is_some() && paused.is_none(),
            "selection": self.model.selection.as_ref().map(|chosen| format!("{chosen:?}")),
            "question": self.model.asking.map(|asking| format!("{:?}", asking.phase)),
            "zoom": self.model.glide.is_none().then(|| format!("{:.2}", self.model.lens.zoom())),
            "sequence": self.model.sequence,
            "presenter": self.model.presenter,
            "branches": self.model.branching.tree().map(|tree| tree.nodes().len() - 1),
            "branch": self.model.branching.tree().and_then(|tree| tree.active()).map(|node| &node.name),
            "performing": self.model.branching.underway.is_some(),
            "beside": self.model.branching.beside.as_ref().map(|beside| &beside.name),
            "typed": self.model.palette.filter,
            "dialog": self.model.dialog.map(|dialog| format!("{dialog:?}")),
            "trouble": self.model.trouble.as_ref().map(|trouble| &trouble.title),
        })
    }
}

/// Prepares a new egui context.
pub(super) fn prepare(context: &egui::Context, model: &Model) {
    // Plus and minus are the playback speed
    context.options_mut(|options| options.zoom_with_keyboard = false);
    view::install(context, model);
}

/// Files that were dropped onto the window, as wishes to open them.
fn dropped(context: &egui::Context) -> Vec<Effect> {
    context.input(|input| {
        let paths = input
            .raw
            .dropped_files
            .iter()
            .map(|file| file.path().display());
        paths.map(|path| Effect::Open(path.to_string())).collect()
    })
}
