//! Everything the window shows. Panels read it and return commands; [`Model::apply`] is the only
//! thing that changes it, and what it cannot do itself it asks of the host as effects.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::branches::{Errand, Story, Workshop};
use super::commands::{Command, Dialog, Selection, matching};
use super::outline;
use super::panels::search::finds;
use super::question::{self, Asking, Phase, Reply};
use super::signature::Signature;
use super::theme::{Theme, ThemeError, ThemeName};
use crate::recording::{Cursor, Recording};
use crate::stage::frame::{Frame, Point};
use crate::stage::lens::Lens;
use crate::stage::playback::{Playback, PlaybackCommand};
use crate::stage::search::{Found, Place};
use crate::stage::sequence::Sequence;
use crate::stage::{Options, PlayTime, Stage};

/// Steps of the text size.
const TEXT_STEP: f32 = 0.25;
/// How much closer one step looks.
const ZOOM_STEP: f32 = 1.25;
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

/// A scenario of the library.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its name in the library
    pub id: String,
    /// Its title
    pub title: String,
    /// What it shows, in one sentence
    pub summary: String,
    /// The scenario it is a variant of
    pub parent: Option<String>,
    /// How many beats it has
    pub beats: u32,
    /// How long it takes, in minutes
    pub minutes: u32,
    /// Exams by their short names
    pub exams: Vec<String>,
    /// Exam themes by number
    pub themes: Vec<u32>,
}

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

/// What narrows the library besides words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shelf {
    /// Only what is for this exam
    pub exam: Option<String>,
    /// Only what is about this theme
    pub theme: Option<u32>,
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
            library_width: None,
            inspector_width: None,
            last: None,
            seen: BTreeMap::new(),
        }
    }
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

/// A scenario that is on stage.
#[derive(Debug)]
pub struct Loaded {
    /// Its name in the library, or its path
    pub id: String,
    /// What happened
    pub recording: Arc<Recording>,
    /// The picture of it
    pub stage: Arc<Stage>,
    /// Where the playhead is
    pub playback: Playback,
    /// The picture at the playhead
    pub frame: Frame,
    /// The same recording as lifelines and arrows
    pub sequence: Sequence,
    /// The beat in words, for screen readers
    pub outline: String,
}

impl Loaded {
    /// Shows another recording at its playhead.
    pub(super) fn renew(&mut self) {
        self.frame = self.stage.frame(&self.recording, self.playback.time());
        self.outline = outline::of(&self.recording, &self.stage, self.frame.beat);
    }

    fn refresh(&mut self) {
        let before = self.frame.beat;
        self.frame = self.stage.frame(&self.recording, self.playback.time());
        if self.frame.beat != before {
            self.outline = outline::of(&self.recording, &self.stage, self.frame.beat);
        }
    }

    /// The moment in the recording that the picture shows.
    pub fn cursor(&self) -> Cursor {
        Cursor {
            beat: self.frame.beat,
            at: self.frame.clock,
        }
    }
}

/// What the host is asked to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Perform and load this scenario
    Open(String),
    /// Ask for a file
    OpenFile,
    /// Perform a branch, away from the window, and hand it to [`Model::performed`]
    Perform(Errand),
    /// Open a scenario to be shown beside what is on stage, or beside another one that is opened
    /// first
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

/// What the palette is being asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaletteState {
    /// What was typed
    pub filter: String,
    /// Which of the commands found is next
    pub at: usize,
}

/// Everything the window shows.
#[derive(Debug)]
pub struct Model {
    /// What fills the window
    pub screen: Screen,
    /// Scenarios on offer
    pub library: Vec<Entry>,
    /// The scenario on stage
    pub loaded: Option<Loaded>,
    /// What the inspector shows
    pub selection: Option<Selection>,
    /// Whether the signature of the chosen token holds
    pub signature: Option<Signature>,
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
            loaded: None,
            selection: None,
            signature: None,
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
            _ => Playback::new(marks),
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
        });
        self.lens = Lens::default();
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
            loaded.refresh();
        }
    }

    /// Lets playback time pass. Whether anything moved.
    pub fn advance(&mut self, seconds: f32) -> bool {
        let performing = self.branching.underway.as_mut().map(|underway| {
            underway.seconds += seconds;
        });
        let Some(loaded) = &mut self.loaded else {
            return performing.is_some();
        };
        let moved = loaded.playback.advance(seconds);
        if moved {
            loaded.refresh();
            question::follow(&mut self.asking, &loaded.playback);
            self.note_seen();
        }
        moved || performing.is_some()
    }

    /// Does what was asked; what remains to be done is the host's.
    pub fn apply(&mut self, command: Command) -> Vec<Effect> {
        match command {
            Command::Playback(command) => self.playback(command),
            Command::PlayPause => self.play_pause(),
            Command::SeekTo(at) => self.seek_to(at),
            Command::Choose(position) => self.choose(position),
            Command::LeaveQuestion => self.leave_question(),
            Command::Home => self.screen = Screen::Start,
            Command::Stage | Command::Sequence if self.loaded.is_none() => {}
            Command::Stage => {
                self.screen = Screen::Stage;
                self.sequence = false;
            }
            Command::Sequence => {
                self.sequence = !(self.sequence && self.screen == Screen::Stage);
                self.screen = Screen::Stage;
            }
            Command::Select(selection) => {
                self.settings.inspector = true;
                self.select(Some(selection));
            }
            Command::ToggleSecrets => self.secrets_shown = !self.secrets_shown,
            Command::Filter(text) => self.filter = text,
            Command::FilterExam(exam) => {
                let same = self.shelf.exam.as_ref() == Some(&exam);
                self.shelf.exam = (!same).then_some(exam);
            }
            Command::FilterTheme(theme) => {
                let same = self.shelf.theme == Some(theme);
                self.shelf.theme = (!same).then_some(theme);
            }
            Command::Search => self.toggle_dialog(Dialog::Search),
            Command::GoTo(found) => self.go_to(found),
            Command::Dialog(dialog) => self.toggle_dialog(dialog),
            Command::PaletteFilter(filter) => self.palette = PaletteState { filter, at: 0 },
            Command::PaletteMove(by) => self.palette_move(by),
            Command::Presenter => self.presenter = !self.presenter && self.loaded.is_some(),
            Command::Zoom(by, at) => self.lens = self.lens.closer(by, at, self.stage_size),
            Command::ZoomStep(steps) => {
                let (w, h) = self.stage_size;
                let middle = Point::new(w / 2.0, h / 2.0);
                self.lens = self.lens.closer(ZOOM_STEP.powi(steps), middle, (w, h));
            }
            Command::Pan(by) => self.lens = self.lens.moved(by, self.stage_size),
            Command::Focus => self.focus(),
            Command::FitAll => self.lens = Lens::default(),
            Command::Blank => self.blank = !self.blank,
            Command::StepOut => self.step_out(),
            Command::Branch(what) => return self.branch(what),
            Command::Open(id) => return vec![Effect::Open(id)],
            Command::OpenFile => return vec![Effect::OpenFile],
            Command::Copy(text) => return vec![Effect::Copy(text)],
            Command::Fullscreen => return vec![Effect::Fullscreen],
            Command::Quit => return vec![Effect::Quit],
            setting => return self.change_setting(&setting),
        }
        Vec::new()
    }

    /// Looks closely at whoever is chosen.
    fn focus(&mut self) {
        let (Some(loaded), Some(Selection::Actor(chosen))) = (&self.loaded, &self.selection) else {
            return;
        };
        let actor = loaded.frame.actors.iter().find(|it| it.id == *chosen);
        if let Some(actor) = actor {
            self.lens = Lens::onto(actor.rect, self.stage_size);
        }
    }

    fn change_setting(&mut self, command: &Command) -> Vec<Effect> {
        let settings = &mut self.settings;
        match command {
            Command::ToggleLibrary => settings.library = !settings.library,
            Command::ToggleInspector => settings.inspector = !settings.inspector,
            Command::LibraryWidth(width) => settings.library_width = Some(*width),
            Command::InspectorWidth(width) => settings.inspector_width = Some(*width),
            Command::Theme(name) => settings.theme = *name,
            Command::NextTheme => settings.theme = settings.theme.next(),
            Command::TextSize(by) => {
                let wanted = settings.text_scale + *by as f32 * TEXT_STEP;
                settings.text_scale = wanted.clamp(1.0, 2.0);
            }
            Command::ToggleMotion => settings.reduced_motion = !settings.reduced_motion,
            _ => return Vec::new(),
        }
        let restyles = matches!(
            command,
            Command::Theme(_) | Command::NextTheme | Command::TextSize(_) | Command::ToggleMotion
        );
        if !restyles {
            return vec![Effect::SaveSettings];
        }
        // The shipped theme file is read by the tests; if it were damaged the last theme stays
        if let Ok(theme) = Theme::shipped(self.settings.theme, self.settings.text_scale) {
            self.theme = theme;
        }
        self.rebuild();
        vec![Effect::Restyle, Effect::SaveSettings]
    }

    pub(super) fn playback(&mut self, command: PlaybackCommand) {
        let Some(loaded) = &mut self.loaded else {
            return;
        };
        if self.screen == Screen::Stage {
            let asking = &mut self.asking;
            let reply = question::consider(asking, command, &loaded.playback, &loaded.recording);
            if let Reply::Play(command) = reply {
                loaded.playback.apply(command);
                loaded.refresh();
                question::follow(asking, &loaded.playback);
                self.note_seen();
            }
        }
    }

    /// Notes how far the scenario on stage has been seen.
    fn note_seen(&mut self) {
        let Some(loaded) = &self.loaded else { return };
        let whole = loaded.playback.at_end();
        let over = loaded.playback.next_beat().unwrap_or(loaded.frame.beat + 1);
        if over == 0 && !whole {
            return;
        }
        let mut all = self
            .settings
            .seen
            .get(&loaded.id)
            .copied()
            .unwrap_or_default();
        all.beats = all.beats.max(over);
        all.whole |= whole;
        // The name is copied once per scenario and not once per picture
        match self.settings.seen.get_mut(&loaded.id) {
            Some(seen) => *seen = all,
            None => {
                self.settings.seen.insert(loaded.id.clone(), all);
            }
        }
    }

    fn choose(&mut self, position: usize) {
        if let (Some(asking), Some(loaded)) = (&mut self.asking, &self.loaded) {
            asking.choose(position, &loaded.recording);
        }
    }

    /// Leaves the question: one that is still open lets its beat be played unanswered.
    fn leave_question(&mut self) {
        let open = self
            .asking
            .take()
            .is_some_and(|asking| asking.phase == Phase::Open);
        if open && let Some(loaded) = &mut self.loaded {
            loaded.playback.apply(PlaybackCommand::PlayBeat);
        }
    }

    fn play_pause(&mut self) {
        let playing = self
            .loaded
            .as_ref()
            .is_some_and(|loaded| loaded.playback.playing());
        self.playback(if playing {
            PlaybackCommand::Pause
        } else {
            PlaybackCommand::PlayOn
        });
    }

    fn seek_to(&mut self, at: f32) {
        if let Some(time) = self.loaded.as_ref().map(|loaded| loaded.stage.time_at(at)) {
            self.playback(PlaybackCommand::Seek(time));
        }
    }

    pub(super) fn select(&mut self, selection: Option<Selection>) {
        self.secrets_shown = false;
        self.signature = match (&selection, &self.loaded) {
            (Some(Selection::Artifact(id)), Some(loaded)) => {
                let artifact = loaded.recording.artifact(*id);
                artifact.and_then(|artifact| Signature::of(artifact, &loaded.recording))
            }
            _ => None,
        };
        self.selection = selection;
    }

    /// Goes to where something was found, and shows it.
    fn go_to(&mut self, found: Found) {
        let Some(loaded) = &self.loaded else { return };
        let at = match found.place {
            Place::Beat(beat) => loaded.stage.beat_start(beat),
            Place::Exchange(id) => loaded.stage.end_of(id),
            Place::Artifact(id) => {
                let artifact = loaded.recording.artifact(id);
                let minted = artifact.and_then(|artifact| artifact.exchange);
                minted.map_or(PlayTime(0), |exchange| loaded.stage.end_of(exchange))
            }
        };
        self.screen = Screen::Stage;
        self.playback(PlaybackCommand::Seek(at));
        let selection = match found.place {
            Place::Beat(_) => return,
            Place::Exchange(id) => Selection::Exchange(id),
            Place::Artifact(id) => Selection::Artifact(id),
        };
        self.settings.inspector = true;
        self.select(Some(selection));
    }

    fn toggle_dialog(&mut self, dialog: Dialog) {
        self.dialog = if self.dialog == Some(dialog) {
            None
        } else {
            Some(dialog)
        };
        self.palette = PaletteState::default();
    }

    fn palette_move(&mut self, by: i32) {
        let count = match self.dialog {
            Some(Dialog::Search) => finds(self, &self.palette.filter).len(),
            _ => matching(&self.palette.filter).len(),
        }
        .max(1);
        let at = i64::try_from(self.palette.at).unwrap_or(0) + i64::from(by);
        let count = i64::try_from(count).unwrap_or(1);
        self.palette.at = usize::try_from(at.rem_euclid(count)).unwrap_or(0);
    }

    fn step_out(&mut self) {
        if self.step_out_of_change() || self.dialog.take().is_some() {
            return;
        }
        if self.blank {
            self.blank = false;
        } else if self.trouble.is_some() {
            self.trouble = None;
        } else if self.asking.is_some_and(|asking| asking.shown()) {
            self.leave_question();
        } else if self.presenter {
            self.presenter = false;
        } else if self.branching.beside.take().is_some() {
            // That was the step
        } else {
            self.select(None);
            self.settings.inspector = false;
        }
    }

    /// The entry of the scenario on stage.
    pub fn current_entry(&self) -> Option<&Entry> {
        let loaded = self.loaded.as_ref()?;
        self.library.iter().find(|entry| entry.id == loaded.id)
    }
}
