//! The view's model in the window: the seam between Bevy and everything that is drawn.
//!
//! The host owns window, input, time and disk; the view knows no Bevy. What they say to each other
//! goes through here.

use std::path::PathBuf;
use std::sync::Arc;

use bevy::prelude::Resource;
use bevy_egui::egui;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::settings_file::{Notice, SettingsFile};
use super::view;
use super::view::commands::Command;
use super::view::model::{Effect, Entry, Model, Screen, Trouble};
use crate::recording::Recording;
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
pub type Opened = Result<(String, Recording), Trouble>;

/// Loads and performs a scenario by its path or its name in the library. Runs away from the
/// window.
pub type Opener = Arc<dyn Fn(&str) -> Opened + Send + Sync>;

/// What the window is started with.
pub struct Start {
    /// A scenario to open at once: a path, or a name in the library
    pub open: Option<String>,
    /// How scenarios are opened
    pub opener: Opener,
    /// Scenarios on offer
    pub library: Vec<Entry>,
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
    /// What is being opened
    opening: Option<String>,
}

impl Desk {
    pub(super) fn new(model: Model, place: Place, opener: Opener) -> Self {
        Self {
            model,
            place,
            opener,
            opening: None,
        }
    }

    /// Draws everything, applies what the user did and says what the host must do about it.
    pub(super) fn show(&mut self, ui: &mut egui::Ui) -> Vec<Effect> {
        let mut left = dropped(ui.ctx());
        for command in view::show_in(ui, &mut self.model) {
            for effect in self.model.apply(command) {
                match effect {
                    Effect::Restyle => self.model.theme.apply(ui.ctx()),
                    Effect::OpenFile => self.say_how_to_open(),
                    Effect::Copy(text) => ui.ctx().copy_text(text),
                    others => left.push(others),
                }
            }
        }
        left
    }

    /// There is no file dialog that works everywhere without further libraries; two ways do.
    fn say_how_to_open(&mut self) {
        self.model.trouble = Some(Trouble {
            title: "Open a scenario of your own".into(),
            text: "Drop a scenario file onto this window, or start the program with its path:\n\n\
                   tokentrail my-scenario.ron"
                .into(),
            remedy: "Scenarios that ship with the program are in the library".into(),
        });
    }

    /// Lets playback time pass. True while something moves.
    pub(super) fn advance(&mut self, seconds: f32) -> bool {
        self.model.advance(seconds)
    }

    pub(super) fn opener(&self) -> Opener {
        Arc::clone(&self.opener)
    }

    /// A scenario is being opened.
    pub(super) fn opening(&mut self, name: &str) {
        self.opening = Some(name.to_owned());
    }

    /// A scenario was opened, or could not be: then what was on stage stays there.
    pub(super) fn opened(&mut self, outcome: Opened) {
        self.opening = None;
        match outcome {
            Ok((id, recording)) => {
                let beat = self.remembered_beat(&id);
                self.model.load(&id, recording);
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
            "opening": self.opening,
            "scenario": loaded.map(|loaded| &loaded.id),
            "beat": loaded.map(|loaded| loaded.frame.beat),
            "beats": loaded.map(|loaded| loaded.recording.beats.len()),
            // Of a moving picture only the beginning and the end are news
            "time": paused.map(|loaded| loaded.playback.time().0),
            "playing": loaded.is_some() && paused.is_none(),
            "selection": self.model.selection.as_ref().map(|chosen| format!("{chosen:?}")),
            "question": self.model.asking.map(|asking| format!("{:?}", asking.phase)),
            "sequence": self.model.sequence,
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
