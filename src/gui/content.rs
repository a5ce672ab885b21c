//! What the host needs of the view: the seam between Bevy and everything that is drawn.
//!
//! The host owns window, input, time and disk and knows nothing of scenarios; the view knows no
//! Bevy. What they say to each other is here.

use std::path::PathBuf;

use bevy_egui::egui;
use serde::{Deserialize, Serialize};

use super::settings_file::{Notice, SettingsFile};

/// What the view asks of the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// End the program
    Quit,
    /// Go to full screen, or back
    ToggleFullscreen,
    /// Write the settings
    SaveSettings,
    /// Load a scenario: a path, or the id of a shipped one
    Open(String),
}

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

/// A scenario that was asked for, or the diagnostics to show instead.
pub type Opened<T> = Result<T, String>;

/// What fills the window.
pub trait Content: Send + Sync + 'static {
    /// What opening a scenario yields
    type Loaded: Send + 'static;

    /// Prepares a new egui context: typefaces, style.
    fn prepare(&mut self, context: &egui::Context);
    /// Draws everything, applies what the user did and says what the host must do about it.
    fn show(&mut self, ui: &mut egui::Ui) -> Vec<Effect>;
    /// Lets playback time pass. True while something moves.
    fn advance(&mut self, seconds: f32) -> bool;
    /// The work of opening a scenario, to be done away from the window.
    fn opener(&self) -> fn(&str) -> Opened<Self::Loaded>;
    /// A scenario is being opened.
    fn opening(&mut self, name: &str);
    /// A scenario was opened, or could not be.
    fn opened(&mut self, name: &str, outcome: Opened<Self::Loaded>);
    /// Something the user should know.
    fn notify(&mut self, text: String);
    /// The window is somewhere else now.
    fn placed(&mut self, place: Place);
    /// Where the window was last time.
    fn place(&self) -> Place;
    /// Writes the settings.
    fn save(&self, file: &SettingsFile) -> Result<(), Notice>;
    /// What a test wants to know: screen, beat, playing, time, selection.
    fn report(&self) -> serde_json::Value;
}

/// What the window is started with.
pub struct Start<C> {
    /// What fills it
    pub content: C,
    /// A scenario to open at once: a path, or the id of a shipped one
    pub open: Option<String>,
    /// Where settings go
    pub settings: SettingsFile,
    /// Where the window writes its state whenever it changes, for tests
    pub report: Option<PathBuf>,
}
