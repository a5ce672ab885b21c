//! The one place where commands change the model.

use super::{Effect, Model, PaletteState, Screen, Shelf};
use crate::gui::view::commands::{Command, Dialog, Selection};
use crate::gui::view::panels::palette;
use crate::gui::view::panels::search::finds;
use crate::gui::view::theme::Theme;
use crate::stage::frame::Point;
use crate::stage::lens::{Glide, Lens};
use crate::stage::search::search;

/// Steps of the text size.
const TEXT_STEP: f32 = 0.25;
/// How much closer one step looks.
const ZOOM_STEP: f32 = 1.25;
/// How far one key press moves what is looked at closely, as a part of the stage.
const PAN_STEP: f32 = 0.12;

impl Model {
    /// Does what was asked; what remains to be done is the host's.
    pub fn apply(&mut self, command: Command) -> Vec<Effect> {
        match command {
            Command::Playback(command) => self.playback(command),
            Command::PlayPause => self.play_pause(),
            Command::SeekTo(at) => self.seek_to(at),
            Command::Choose(position) => self.choose(position),
            Command::LeaveQuestion => self.leave_question(),
            Command::Home => {
                self.screen = Screen::Start;
                return vec![Effect::LookAtRecent];
            }
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
            Command::Look(look) => self.look_inside(look),
            Command::ToggleSecrets => self.secrets_shown = !self.secrets_shown,
            Command::Filter(text) => self.filter = text,
            Command::Narrow(narrow) => self.shelf.toggle(narrow),
            Command::Widen => {
                self.shelf = Shelf::default();
                self.filter.clear();
            }
            Command::Search => self.toggle_dialog(Dialog::Search),
            Command::GoTo(found) => self.go_to(found),
            Command::Dialog(dialog) => {
                self.toggle_dialog(dialog);
                if dialog == Dialog::Palette {
                    return vec![Effect::LookAtRecent];
                }
            }
            Command::PaletteFilter(filter) => self.narrow_palette(filter),
            Command::PaletteMove(by) => self.palette_move(by),
            Command::Presenter => self.presenter = !self.presenter && self.loaded.is_some(),
            Command::Zoom(by, at) => {
                // The wheel turns in small steps: it is its own glide
                self.glide = None;
                self.lens = self.lens.closer(by, at, self.stage_size);
            }
            Command::ZoomStep(steps) => {
                let (w, h) = self.stage_size;
                let middle = Point::new(w / 2.0, h / 2.0);
                let closer = self.destination();
                self.look(closer.closer(ZOOM_STEP.powi(steps), middle, (w, h)));
            }
            Command::Pan(by) => {
                self.glide = None;
                self.lens = self.lens.moved(by, self.stage_size);
            }
            Command::PanStep(right, down) => {
                let (w, h) = self.stage_size;
                // Looking right moves the stage to the left
                let by = Point::new(
                    -(right as f32) * w * PAN_STEP,
                    -(down as f32) * h * PAN_STEP,
                );
                let aside = self.destination().moved(by, (w, h));
                self.look(aside);
            }
            Command::Focus => self.focus(),
            Command::FitAll => self.look(Lens::default()),
            Command::Blank => self.blank = !self.blank,
            Command::StepOut => self.step_out(),
            Command::CancelOpening => return vec![Effect::CancelOpening],
            Command::ForgetRecent(path) => {
                self.settings.recent.retain(|other| *other != path);
                self.recent.retain(|other| other.path != path);
                return vec![Effect::SaveSettings];
            }
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
            let onto = Lens::onto(actor.rect, self.stage_size);
            self.look(onto);
        }
    }

    /// What part of the stage will be seen once nothing glides any more.
    fn destination(&self) -> Lens {
        self.glide.map_or(self.lens, |glide| glide.target())
    }

    /// Glides to another part of the stage; with reduced motion it is there at once.
    fn look(&mut self, lens: Lens) {
        if self.settings.reduced_motion {
            self.lens = lens;
            self.glide = None;
        } else if lens != self.destination() {
            self.glide = Some(Glide::new(self.lens, lens));
        }
    }

    fn change_setting(&mut self, command: &Command) -> Vec<Effect> {
        let settings = &mut self.settings;
        match command {
            Command::ToggleLibrary => settings.library = !settings.library,
            Command::ToggleInspector => settings.inspector = !settings.inspector,
            // Remembered with the next thing that is, not at every step of the way
            Command::LibraryWidth(width) => {
                settings.library_width = Some(*width);
                return Vec::new();
            }
            Command::InspectorWidth(width) => {
                settings.inspector_width = Some(*width);
                return Vec::new();
            }
            Command::Language(language) => settings.language = *language,
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

    fn toggle_dialog(&mut self, dialog: Dialog) {
        self.dialog = if self.dialog == Some(dialog) {
            None
        } else {
            Some(dialog)
        };
        self.palette = PaletteState::default();
    }

    fn narrow_palette(&mut self, filter: String) {
        let searching = self.dialog == Some(Dialog::Search);
        let recording = self.loaded.as_ref().filter(|_| searching);
        let found = recording.map(|loaded| search(&loaded.recording, &filter));
        self.palette = PaletteState {
            filter,
            at: 0,
            found: found.unwrap_or_default(),
        };
    }

    fn palette_move(&mut self, by: i32) {
        let count = match self.dialog {
            Some(Dialog::Search) => finds(self).len(),
            _ => palette::items(self).len(),
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
        } else if self.trouble.take().is_some() {
            // That was the step
        } else if self.asking.is_some_and(|asking| asking.shown()) {
            self.leave_question();
        } else if !self.destination().whole() {
            self.look(Lens::default());
        } else if self.presenter {
            self.presenter = false;
        } else if self.looking.following.is_some() {
            self.looking.following = None;
        } else if self.branching.beside.take().is_some() {
            // That was the step
        } else {
            self.select(None);
            self.settings.inspector = false;
        }
    }
}
