//! Everything the window shows. Panels read it and return commands; [`Model::apply`] is the only
//! thing that changes it, and what it cannot do itself it asks of the host as effects.

mod apply;
mod library;
mod loaded;
mod settings;
mod story;

use std::sync::{Arc, Mutex};

pub use self::library::{Entry, Narrow, Shelf};
pub use self::loaded::Loaded;
pub use self::settings::{Language, Recent, Seen, Settings};

use super::branches::{Errand, Story, Workshop};
use super::commands::{Dialog, Selection};
use super::looking::Looking;
use super::outline;
use super::question::{self, Asking};
use super::theme::{Theme, ThemeError};
use crate::stage::lens::{Glide, Lens};
use crate::stage::playback::{Playback, PlaybackCommand};
use crate::stage::search::Found;
use crate::stage::sequence::Sequence;
use crate::stage::{Options, Stage};

/// A stage narrower or lower than this is not laid out, in points.
const LEAST_STAGE: f32 = 64.0;

/// What fills the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Screen {
    /// What this is and where to begin
    #[default]
    Start,
    /// A scenario
    Stage,
}

/// Something went wrong that a person can do something about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What could not be done: "This scenario cannot be opened"
    pub title: String,
    /// The diagnostic with its source line, as the terminal shows it
    pub text: String,
    /// What to do about it
    pub remedy: String,
}

/// What the host is asked to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Perform and load this scenario
    Open(String),
    /// Ask for a file
    OpenFile,
    /// Stop waiting for what is being opened
    CancelOpening,
    /// Perform a branch, away from the window, and hand it to [`Model::performed`]
    Perform(Errand),
    /// Open a scenario to be shown beside what is on stage, or beside another one that is opened
    /// first, and hand it to [`Model::twin_opened`]
    OpenTwin {
        /// What comes on stage first
        first: Option<String>,
        /// Its twin
        twin: String,
    },
    /// Write a branch as a scenario file that is not there yet, and tell [`Model::saved`]
    SaveVariant {
        /// Where
        path: String,
        /// The file
        text: String,
    },
    /// Find out which of the files that were opened are still there
    LookAtRecent,
    /// Switch between window and whole screen
    Fullscreen,
    /// Put a text onto the clipboard
    Copy(String),
    /// Remember the settings
    SaveSettings,
    /// Give the theme to egui again
    Restyle,
    /// Close the window
    Quit,
}

/// A scenario that is being opened, away from the window.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    /// Its path or its name in the library
    pub name: String,
    /// For how long already, in seconds
    pub seconds: f32,
}

impl Opening {
    /// From then on it is said that something is being opened, in seconds.
    pub const SAID_AFTER: f32 = 1.0;

    /// Whether it takes long enough to say so.
    pub fn said(&self) -> bool {
        self.seconds >= Self::SAID_AFTER
    }
}

/// What the palette is being asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaletteState {
    /// What was typed
    pub filter: String,
    /// Which of the commands found is next
    pub at: usize,
    /// What the search found in the recording on stage, looked for once per letter typed
    pub found: Vec<Found>,
}

/// Everything the window shows.
#[derive(Debug)]
pub struct Model {
    /// What fills the window
    pub screen: Screen,
    /// Scenarios on offer
    pub library: Vec<Entry>,
    /// Files that were opened before, the latest first
    pub recent: Vec<Recent>,
    /// What is being opened
    pub opening: Option<Opening>,
    /// The scenario on stage
    pub loaded: Option<Loaded>,
    /// What the inspector shows
    pub selection: Option<Selection>,
    /// What is known about it, and the value that is followed
    pub looking: Looking,
    /// Whether secrets are shown
    pub secrets_shown: bool,
    /// What is shown over everything else
    pub dialog: Option<Dialog>,
    /// What the palette is being asked
    pub palette: PaletteState,
    /// Branches, and what is open to make one
    pub branching: Workshop,
    /// What narrows the library
    pub filter: String,
    /// What narrows it besides
    pub shelf: Shelf,
    /// Only the stage and its words
    pub presenter: bool,
    /// The picture and nothing around it, not even words
    pub bare: bool,
    /// Lifelines and arrows in place of the stage
    pub sequence: bool,
    /// What part of the stage is seen
    pub lens: Lens,
    /// On the way to another part of it
    pub glide: Option<Glide>,
    /// An empty screen
    pub blank: bool,
    /// What is remembered
    pub settings: Settings,
    /// The question that is being put to the audience
    pub asking: Option<Asking>,
    /// Something went wrong
    pub trouble: Option<Trouble>,
    /// Colours and sizes
    pub theme: Theme,
    stage_size: (f32, f32),
}

impl Model {
    /// A window with a library, showing the start screen.
    pub fn new(settings: Settings, library: Vec<Entry>) -> Result<Self, ThemeError> {
        let theme = Theme::shipped(settings.theme, settings.text_scale)?;
        Ok(Self {
            screen: Screen::Start,
            library,
            recent: Vec::new(),
            opening: None,
            loaded: None,
            selection: None,
            looking: Looking::default(),
            secrets_shown: false,
            dialog: None,
            palette: PaletteState::default(),
            branching: Workshop::default(),
            filter: String::new(),
            shelf: Shelf::default(),
            presenter: false,
            bare: false,
            sequence: false,
            lens: Lens::default(),
            glide: None,
            blank: false,
            settings,
            asking: None,
            trouble: None,
            theme,
            stage_size: Options::default().size,
        })
    }

    pub(super) fn options(&self) -> Options {
        Options {
            size: self.stage_size,
            text_scale: self.settings.text_scale,
            reduced_motion: self.settings.reduced_motion,
        }
    }

    /// Puts a recording on stage, paused at its beginning. The same scenario again keeps its beat.
    pub fn load(&mut self, id: &str, story: impl Into<Story>) {
        let story = story.into();
        let recording = Arc::clone(&story.recording);
        let stage = Arc::new(Stage::new(&recording, self.options()));
        let marks = stage.marks(&recording);
        let playback = match &self.loaded {
            Some(before) if before.id == id => before.playback.replaced(marks),
            _ => {
                let mut fresh = Playback::new(marks);
                fresh.apply(PlaybackCommand::Speed(self.settings.speed));
                fresh
            }
        };
        let frame = stage.frame(&recording, playback.time());
        let sequence = Sequence::new(&recording, self.stage_size.0, self.settings.text_scale);
        let outline = outline::of(&recording, &stage, frame.beat);
        self.loaded = Some(Loaded {
            id: id.to_owned(),
            recording,
            stage,
            playback,
            frame,
            sequence,
            outline,
            caption_lines: Mutex::new(None),
        });
        self.lens = Lens::default();
        self.glide = None;
        self.looking.forget();
        self.screen = Screen::Stage;
        self.trouble = None;
        self.asking = None;
        self.select(None);
        self.plant(&story);
    }

    /// Sets the stage for the room it has. Cheap when nothing changed.
    pub fn fit_stage(&mut self, size: (f32, f32)) {
        let size = (size.0.max(LEAST_STAGE), size.1.max(LEAST_STAGE));
        if (size.0 - self.stage_size.0).abs() < 0.5 && (size.1 - self.stage_size.1).abs() < 0.5 {
            return;
        }
        self.stage_size = size;
        self.rebuild();
    }

    fn rebuild(&mut self) {
        let options = self.options();
        if let Some(loaded) = &mut self.loaded {
            loaded.stage = Arc::new(loaded.stage.resized(&loaded.recording, options));
            loaded.sequence = Sequence::new(&loaded.recording, options.size.0, options.text_scale);
            self.lens = self.lens.within(options.size);
            self.glide = None;
            loaded.refresh();
        }
    }

    /// Lets time pass. Whether anything moved.
    pub fn advance(&mut self, seconds: f32) -> bool {
        let glides = self.glide_on(seconds) | self.branching.pass(seconds);
        let Some(loaded) = &mut self.loaded else {
            return glides;
        };
        let moved = loaded.playback.advance(seconds);
        if moved {
            loaded.refresh();
            question::follow(&mut self.asking, &loaded.playback);
            self.note_seen();
            self.inspect();
        }
        moved || glides
    }

    fn glide_on(&mut self, seconds: f32) -> bool {
        let Some(glide) = &mut self.glide else {
            return false;
        };
        let (lens, arrived) = glide.advance(seconds);
        self.lens = lens;
        if arrived {
            self.glide = None;
        }
        true
    }
}
