//! Everything a person can ask of the window, and the one table that binds each of these to
//! keys, words and a group. The shortcut sheet, tooltips and the palette are generated from it.

use std::sync::OnceLock;

use bevy_egui::egui::{Context, Event, Key, Modifiers};

use super::branches::{self, Branching};
use super::looking::Look;
use super::model::{Language, Narrow};
use super::theme::ThemeName;
use crate::stage::frame::Point;
use crate::stage::playback::PlaybackCommand;
use crate::stage::search::Found;

pub use crate::inspect::Subject as Selection;

/// Something shown over everything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// Every shortcut
    Sheet,
    /// Every command, by typing
    Palette,
    /// Everything that can be found, by typing
    Search,
    /// Theme, text size, motion
    Settings,
    /// Version, licences, notices
    About,
    /// A change that is being filled in
    Edit,
    /// Experiments and twins
    Experiments,
    /// Another name for a branch
    Naming,
    /// A branch as a scenario file
    Save,
    /// The licences of typefaces and icons, whole
    Licences,
}

impl Dialog {
    /// All there are.
    pub const ALL: [Self; 10] = [
        Self::Sheet,
        Self::Palette,
        Self::Search,
        Self::Settings,
        Self::About,
        Self::Licences,
        Self::Edit,
        Self::Experiments,
        Self::Naming,
        Self::Save,
    ];
}

/// What a person asks of the window.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Something of the transport
    Playback(PlaybackCommand),
    /// Plays, or pauses while playing
    PlayPause,
    /// Puts the playhead somewhere, 0 to 1 over the whole timeline
    SeekTo(f32),
    /// Chooses an answer to the beat's question, by position
    Choose(usize),
    /// Leaves the beat's question, answered or not
    LeaveQuestion,
    /// Shows the start screen
    Home,
    /// Shows the stage
    Stage,
    /// Opens a scenario of the library
    Open(String),
    /// Something of changes and branches
    Branch(Branching),
    /// Asks for a file
    OpenFile,
    /// Stops waiting for what is being opened
    CancelOpening,
    /// Takes a file off the list of those that were opened
    ForgetRecent(String),
    /// Opens or closes the library
    ToggleLibrary,
    /// Opens or closes the inspector
    ToggleInspector,
    /// Makes the library this wide
    LibraryWidth(f32),
    /// Makes the inspector this wide
    InspectorWidth(f32),
    /// Finds scenarios, and whatever is in the one on stage
    Search,
    /// Goes to something that was found
    GoTo(Found),
    /// Narrows the library
    Filter(String),
    /// Narrows the library to something, or no longer
    Narrow(Narrow),
    /// Shows the whole library again
    Widen,
    /// Chooses something to look at
    Select(Selection),
    /// Something of the inspector
    Look(Look),
    /// Shows or hides the secrets of what is chosen
    ToggleSecrets,
    /// Puts a text onto the clipboard
    Copy(String),
    /// Opens a dialog, or closes it if it is open
    Dialog(Dialog),
    /// Narrows the palette
    PaletteFilter(String),
    /// Goes up or down in the palette
    PaletteMove(i32),
    /// Only the stage and its words
    Presenter,
    /// Lifelines and arrows in place of the stage, or the stage again
    Sequence,
    /// Looks closer at the stage by a factor, around a point of it
    Zoom(f32, Point),
    /// Looks closer or less close, around the middle
    ZoomStep(i32),
    /// Moves a stage that is looked at closely
    Pan(Point),
    /// Moves it by steps, right and down
    PanStep(i32, i32),
    /// Looks at what is chosen closely
    Focus,
    /// Shows the whole stage
    FitAll,
    /// An empty screen
    Blank,
    /// The whole screen
    Fullscreen,
    /// Another palette of colours
    Theme(ThemeName),
    /// The next palette of colours
    NextTheme,
    /// Text larger or smaller, in steps of 25 %
    TextSize(i32),
    /// Fades instead of movement
    ToggleMotion,
    /// Another language of buttons and menus
    Language(Language),
    /// One step out: dialog, selection, presenter
    StepOut,
    /// Closes the window
    Quit,
}

/// Where a command stands in the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Moving through the story
    Play,
    /// What is on the screen
    View,
    /// What a learner changes
    Change,
    /// Files and the application
    App,
}

impl Group {
    /// All, in order.
    pub const ALL: [Self; 4] = [Self::Play, Self::View, Self::Change, Self::App];

    /// What the sheet calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Play => "Moving through the story",
            Self::View => "What you see",
            Self::Change => "What you change",
            Self::App => "Application",
        }
    }
}

/// A key with what is held down beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys {
    /// The key
    pub key: Key,
    /// Ctrl, or Command on a Mac
    pub ctrl: bool,
    /// Shift
    pub shift: bool,
}

pub(super) const fn plain(key: Key) -> Keys {
    Keys {
        key,
        ctrl: false,
        shift: false,
    }
}

pub(super) const fn ctrl(key: Key) -> Keys {
    Keys {
        key,
        ctrl: true,
        shift: false,
    }
}

pub(super) const fn shift(key: Key) -> Keys {
    Keys {
        key,
        ctrl: false,
        shift: true,
    }
}

impl Keys {
    /// Whether these keys are the ones pressed. Symbols may need Shift on some keyboards, so for
    /// them it does not count.
    fn matches(self, key: Key, modifiers: Modifiers) -> bool {
        let symbol = matches!(
            self.key,
            Key::Questionmark
                | Key::Slash
                | Key::Plus
                | Key::Equals
                | Key::Minus
                | Key::OpenBracket
                | Key::CloseBracket
                | Key::Comma
                | Key::Period
        );
        self.key == key
            && self.ctrl == modifiers.command
            && !modifiers.alt
            && (symbol || self.shift == modifiers.shift)
    }

    /// As the sheet writes it.
    pub fn text(self) -> String {
        let name = match self.key {
            Key::ArrowLeft => "←",
            Key::ArrowRight => "→",
            Key::ArrowUp => "↑",
            Key::ArrowDown => "↓",
            Key::Space => "Space",
            Key::Questionmark => "?",
            Key::Slash => "/",
            Key::Plus => "+",
            Key::Minus => "-",
            Key::Equals => "=",
            Key::OpenBracket => "[",
            Key::CloseBracket => "]",
            Key::Comma => ",",
            Key::Period => ".",
            Key::Escape => "Esc",
            Key::PageUp => "PgUp",
            Key::PageDown => "PgDn",
            key => key.name(),
        };
        match (self.ctrl, self.shift) {
            (true, true) => format!("Ctrl+Shift+{name}"),
            (true, false) => format!("Ctrl+{name}"),
            (false, true) => format!("Shift+{name}"),
            (false, false) => name.to_owned(),
        }
    }
}

/// A command with its keys and words.
#[derive(Clone, Debug)]
pub struct Binding {
    /// What is asked
    pub command: Command,
    /// What the sheet and the palette call it
    pub label: &'static str,
    /// Where it stands
    pub group: Group,
    /// What asks for it
    pub keys: Vec<Keys>,
}

pub(super) fn bind(group: Group, command: Command, label: &'static str, keys: &[Keys]) -> Binding {
    Binding {
        command,
        label,
        group,
        keys: keys.to_vec(),
    }
}

/// Every command that has a name, in the order of the sheet.
pub fn table() -> &'static [Binding] {
    static TABLE: OnceLock<Vec<Binding>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = play_bindings();
        table.extend(view_bindings());
        table.extend(branches::bindings());
        table.extend(app_bindings());
        table
    })
}

fn play_bindings() -> Vec<Binding> {
    use PlaybackCommand as P;
    let play =
        |command, label, keys: &[Keys]| bind(Group::Play, Command::Playback(command), label, keys);
    let mut table = vec![
        play(P::PlayBeat, "Play one beat", &[plain(Key::Space)]),
        bind(
            Group::Play,
            Command::PlayPause,
            "Play on, or pause",
            &[shift(Key::Space)],
        ),
        play(
            P::StepBeat(1),
            "Next beat",
            &[plain(Key::ArrowRight), plain(Key::PageDown)],
        ),
        play(
            P::StepBeat(-1),
            "Previous beat",
            &[plain(Key::ArrowLeft), plain(Key::PageUp)],
        ),
        play(P::StepCheck(1), "Next check", &[plain(Key::Period)]),
        play(P::StepCheck(-1), "Previous check", &[plain(Key::Comma)]),
        play(
            P::StepChapter(1),
            "Next chapter",
            &[plain(Key::CloseBracket)],
        ),
        play(
            P::StepChapter(-1),
            "Previous chapter",
            &[plain(Key::OpenBracket)],
        ),
        play(P::Home, "To the beginning", &[plain(Key::Home)]),
        play(P::End, "To the end", &[plain(Key::End)]),
        play(
            P::Speed(1),
            "Faster",
            &[plain(Key::Plus), plain(Key::Equals)],
        ),
        play(P::Speed(-1), "Slower", &[plain(Key::Minus)]),
        play(P::NormalSpeed, "Normal speed", &[plain(Key::Num0)]),
    ];
    let digits = [
        Key::Num1,
        Key::Num2,
        Key::Num3,
        Key::Num4,
        Key::Num5,
        Key::Num6,
        Key::Num7,
        Key::Num8,
        Key::Num9,
    ];
    const LABELS: [&str; 9] = [
        "Jump to beat 1",
        "Jump to beat 2",
        "Jump to beat 3",
        "Jump to beat 4",
        "Jump to beat 5",
        "Jump to beat 6",
        "Jump to beat 7",
        "Jump to beat 8",
        "Jump to beat 9",
    ];
    for ((beat, key), label) in (0_u32..).zip(digits).zip(LABELS) {
        table.push(play(P::JumpBeat(beat), label, &[plain(key)]));
    }
    table
}

fn view_bindings() -> Vec<Binding> {
    let view = |command, label, keys: &[Keys]| bind(Group::View, command, label, keys);
    vec![
        view(Command::ToggleInspector, "Inspector", &[plain(Key::I)]),
        view(Command::ToggleLibrary, "Library", &[plain(Key::L)]),
        view(Command::Search, "Search", &[plain(Key::Slash)]),
        view(Command::Sequence, "Sequence view", &[plain(Key::S)]),
        view(Command::Presenter, "Presenter view", &[plain(Key::P)]),
        view(Command::Blank, "Blank the screen", &[plain(Key::B)]),
        view(Command::Fullscreen, "Full screen", &[plain(Key::F)]),
        view(Command::ZoomStep(1), "Look closer", &[plain(Key::Z)]),
        view(Command::ZoomStep(-1), "Look less closely", &[shift(Key::Z)]),
        view(
            Command::Focus,
            "Look at what is chosen",
            &[plain(Key::Enter)],
        ),
        view(Command::FitAll, "Show the whole stage", &[ctrl(Key::Num0)]),
        view(
            Command::PanStep(-1, 0),
            "Look left",
            &[shift(Key::ArrowLeft)],
        ),
        view(
            Command::PanStep(1, 0),
            "Look right",
            &[shift(Key::ArrowRight)],
        ),
        view(Command::PanStep(0, -1), "Look up", &[shift(Key::ArrowUp)]),
        view(
            Command::PanStep(0, 1),
            "Look down",
            &[shift(Key::ArrowDown)],
        ),
        view(Command::NextTheme, "Next theme", &[]),
        view(
            Command::TextSize(1),
            "Larger text",
            &[ctrl(Key::Plus), ctrl(Key::Equals)],
        ),
        view(Command::TextSize(-1), "Smaller text", &[ctrl(Key::Minus)]),
        view(Command::ToggleMotion, "Reduced motion", &[]),
        view(Command::ToggleSecrets, "Show or hide secrets", &[]),
        view(
            Command::Look(Look::Step(1)),
            "Next place of the value that is followed",
            &[plain(Key::N)],
        ),
        view(
            Command::Look(Look::Step(-1)),
            "Previous place of the value that is followed",
            &[shift(Key::N)],
        ),
        view(
            Command::Look(Look::EndTrail),
            "Follow the value no longer",
            &[],
        ),
    ]
}

fn app_bindings() -> Vec<Binding> {
    let app = |command, label, keys: &[Keys]| bind(Group::App, command, label, keys);
    vec![
        app(Command::Home, "Start screen", &[plain(Key::H)]),
        app(Command::OpenFile, "Open a file", &[ctrl(Key::O)]),
        app(Command::CancelOpening, "Stop opening", &[]),
        app(
            Command::Dialog(Dialog::Palette),
            "Command palette",
            &[ctrl(Key::K)],
        ),
        app(
            Command::Dialog(Dialog::Sheet),
            "Keyboard shortcuts",
            &[plain(Key::Questionmark)],
        ),
        app(Command::Dialog(Dialog::Settings), "Settings", &[]),
        app(Command::Dialog(Dialog::About), "About Tokentrail", &[]),
        app(
            Command::Dialog(Dialog::Licences),
            "Licences of typefaces and icons",
            &[],
        ),
        app(Command::StepOut, "Step out", &[plain(Key::Escape)]),
        app(Command::Quit, "Quit", &[ctrl(Key::Q)]),
    ]
}

/// Name and keys of a command, for a tooltip.
pub fn tooltip(command: &Command) -> String {
    table()
        .iter()
        .find(|binding| binding.command == *command)
        .map_or_else(String::new, |binding| match binding.keys.first() {
            Some(keys) => format!("{} ({})", binding.label, keys.text()),
            None => binding.label.to_owned(),
        })
}

/// What the keys pressed since the last picture ask for. While somebody types, only keys with
/// Ctrl and Esc count; a focused control keeps Space and Enter for itself.
pub fn pressed(ctx: &Context) -> Vec<Command> {
    let typing = ctx.text_edit_focused();
    let focused = ctx.memory(|memory| memory.focused().is_some());
    let table = table();
    ctx.input(|input| {
        let pressed = input.events.iter().filter_map(|event| match event {
            Event::Key {
                key,
                pressed: true,
                modifiers,
                ..
            } => Some((*key, *modifiers)),
            _ => None,
        });
        pressed
            .filter(|(key, modifiers)| !typing || modifiers.command || *key == Key::Escape)
            .filter(|(key, modifiers)| {
                let pressing = matches!(key, Key::Space | Key::Enter) && !modifiers.shift;
                !(focused && pressing)
            })
            .filter_map(|(key, modifiers)| {
                let keys =
                    |binding: &&Binding| binding.keys.iter().any(|k| k.matches(key, modifiers));
                table
                    .iter()
                    .find(keys)
                    .map(|binding| binding.command.clone())
            })
            .collect()
    })
}

/// The commands whose names contain every word of a filter, in the order of the table.
pub fn matching(filter: &str) -> Vec<&'static Binding> {
    let wanted = filter.to_lowercase();
    let fits = |binding: &&Binding| {
        let label = binding.label.to_lowercase();
        wanted.split_whitespace().all(|word| label.contains(word))
    };
    table().iter().filter(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_commands_share_a_key() {
        let mut seen: Vec<(Keys, &str)> = Vec::new();
        for binding in table() {
            for keys in binding.keys.iter().copied() {
                if let Some((_, other)) = seen.iter().find(|(other, _)| *other == keys) {
                    panic!("{} is bound to {} and {other}", keys.text(), binding.label);
                }
                seen.push((keys, binding.label));
            }
        }
        assert!(seen.len() > 30);
    }

    #[test]
    fn every_command_has_its_own_name() {
        let mut labels: Vec<&str> = table().iter().map(|binding| binding.label).collect();
        let count = labels.len();
        labels.sort_unstable();
        labels.dedup();
        assert_eq!(labels.len(), count);
    }

    #[test]
    fn the_palette_finds_commands_by_any_of_their_words() {
        let found: Vec<&str> = matching("beat prev")
            .iter()
            .map(|binding| binding.label)
            .collect();
        assert_eq!(found, ["Previous beat"]);
        assert!(matching("no such thing").is_empty());
        assert_eq!(matching("").len(), table().len());
    }
}
