//! What is remembered from one session to the next.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::gui::view::theme::ThemeName;

/// How many opened files are remembered.
const MOST_RECENT: usize = 8;

/// What is remembered from one session to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Palette
    pub theme: ThemeName,
    /// Text size, 1 to 2
    pub text_scale: f32,
    /// Fades instead of movement
    pub reduced_motion: bool,
    /// Whether the library is open
    pub library: bool,
    /// Whether the inspector is open
    pub inspector: bool,
    /// How wide the library is, in points; none for the theme's own
    pub library_width: Option<f32>,
    /// How wide the inspector is, in points; none for the theme's own
    pub inspector_width: Option<f32>,
    /// How many steps faster than normal it plays
    pub speed: i32,
    /// The language of buttons and menus
    pub language: Language,
    /// Files that were opened, the latest first
    pub recent: Vec<String>,
    /// The scenario that was open, and its beat
    pub last: Option<(String, u32)>,
    /// How far each scenario has been seen
    pub seen: BTreeMap<String, Seen>,
}

/// How far a scenario has been seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Beats that have been seen to their end
    pub beats: u32,
    /// Whether the last one was among them
    pub whole: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: ThemeName::Dark,
            text_scale: 1.0,
            reduced_motion: false,
            library: false,
            // Opens by itself when something is chosen
            inspector: false,
            speed: 0,
            language: Language::English,
            recent: Vec::new(),
            library_width: None,
            inspector_width: None,
            last: None,
            seen: BTreeMap::new(),
        }
    }
}

impl Settings {
    /// Remembers an opened file, once and in front.
    pub fn note_recent(&mut self, path: &str) {
        self.recent.retain(|other| other != path);
        self.recent.insert(0, path.to_owned());
        self.recent.truncate(MOST_RECENT);
    }
}

/// The language of buttons and menus. There is one so far; scenarios are in the language of their
/// authors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English
    #[default]
    English,
}

impl Language {
    /// All there are.
    pub const ALL: [Self; 1] = [Self::English];

    /// What it calls itself.
    pub fn label(self) -> &'static str {
        match self {
            Self::English => "English",
        }
    }
}

/// A file that was opened before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recent {
    /// Its path
    pub path: String,
    /// Whether it is gone
    pub missing: bool,
}

impl Recent {
    /// The file's name without its folder.
    pub fn name(&self) -> &str {
        let mut parts = self.path.rsplit(['/', '\\']);
        parts
            .next()
            .filter(|it| !it.is_empty())
            .unwrap_or(&self.path)
    }
}
