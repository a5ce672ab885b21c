//! Where everything goes: a pure function of the window's size and what is open. The stage
//! always keeps at least half of the window's width.

use bevy_egui::egui::{Rect, pos2, vec2};

use super::model::{Model, Screen};
use super::panels::branch_lines;
use super::question::Phase;

/// The narrowest library, in points.
const LIBRARY_MIN: f32 = 200.0;
/// The narrowest inspector, in points.
const INSPECTOR_MIN: f32 = 240.0;
/// The part of the window that the inspector takes unless somebody makes it wider, less what a
/// stage needs before it can spare any.
const INSPECTOR_SHARE: f32 = 0.45;
/// What a stage needs before it can spare any, in points.
const STAGE_FIRST: f32 = 190.0;
/// The part of the room beside the panels that the stage keeps above the caption.
const STAGE_DEPTH: f32 = 0.42;
/// How wide a question is, in points at text size 1.
const QUESTION: f32 = 360.0;
/// The part of the window that a question takes at most.
const QUESTION_SHARE: f32 = 0.42;
/// The part of the screen that a question takes while presenting, once its beat is played.
const PRESENTER_QUESTION_SHARE: f32 = 0.38;
/// The part of the window that is the stage's, at least.
const STAGE_SHARE: f32 = 0.5;

/// Where everything goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Areas {
    /// Title, pills, tools
    pub top: Option<Rect>,
    /// Icons at the left
    pub rail: Option<Rect>,
    /// The library, when open and there is room
    pub library: Option<Rect>,
    /// The inspector, when open and there is room
    pub inspector: Option<Rect>,
    /// The stage, or the start screen
    pub stage: Rect,
    /// The beat's question, beside the stage: it never covers what it asks about
    pub question: Option<Rect>,
    /// What the audience reads
    pub caption: Option<Rect>,
    /// Transport and timeline
    pub transport: Option<Rect>,
}

impl Areas {
    /// Divides a window. `caption` is how tall the caption's strip has to be.
    pub fn of(window: Rect, model: &Model, caption: f32) -> Self {
        let space = &model.theme.space;
        let on_stage = model.screen == Screen::Stage && model.loaded.is_some();
        if model.bare && on_stage {
            return Self {
                top: None,
                rail: None,
                library: None,
                inspector: None,
                stage: window,
                question: None,
                caption: None,
                transport: None,
            };
        }
        let docked = on_stage && model.asking.is_some_and(|it| docks(model, it.phase));
        if model.presenter && on_stage {
            let edge = (window.bottom() - caption).max(window.center().y);
            let (above, words) = window.split_top_bottom_at_y(edge);
            let width = window.width() * PRESENTER_QUESTION_SHARE;
            let split = if docked {
                above.right() - width
            } else {
                above.right()
            };
            let (stage, question) = above.split_left_right_at_x(split);
            return Self {
                top: None,
                rail: None,
                library: None,
                inspector: None,
                stage,
                question: docked.then_some(question),
                caption: Some(words),
                transport: None,
            };
        }
        let (top, below) = window.split_top_bottom_at_y(window.top() + space.top_bar);
        let (rail, right) = below.split_left_right_at_x(below.left() + space.rail);
        let mut room = (window.width() * (1.0 - STAGE_SHARE) - space.rail).max(0.0);
        let mut side = |open: bool, wanted: f32, least: f32| {
            let width = wanted.clamp(least, least.max(room));
            let fits = open && room >= least;
            if fits {
                room -= width;
            }
            fits.then_some(width)
        };
        let library_wanted = model.settings.library_width.unwrap_or(space.library);
        let usual = space
            .inspector
            .min(window.width() * INSPECTOR_SHARE - STAGE_FIRST);
        let inspector_wanted = model.settings.inspector_width.unwrap_or(usual);
        // A question takes the inspector's place until it is over
        let question_wanted = QUESTION * model.theme.scale;
        let question_most = window.width() * QUESTION_SHARE;
        let question = side(docked, question_wanted.min(question_most), INSPECTOR_MIN);
        let shown = on_stage && model.settings.inspector && question.is_none();
        // Whatever is asked first gets its room; a library that finds none waits until it is over
        let (library, inspector) = {
            let library_open = model.settings.library;
            let library = side(library_open, library_wanted.min(480.0), LIBRARY_MIN);
            let inspector = side(shown, inspector_wanted.min(960.0), INSPECTOR_MIN);
            (library, inspector)
        };
        let (library, middle) = match library {
            Some(width) => {
                let (library, rest) = right.split_left_right_at_x(right.left() + width);
                (Some(library), rest)
            }
            None => (None, right),
        };
        let at_right = |middle: Rect, width: Option<f32>| match width {
            Some(width) => {
                let (rest, panel) = middle.split_left_right_at_x(middle.right() - width);
                (rest, Some(panel))
            }
            None => (middle, None),
        };
        let (middle, inspector) = at_right(middle, inspector);
        let (middle, question) = at_right(middle, question);
        let mut areas = Self {
            top: Some(top),
            rail: Some(rail),
            library,
            inspector,
            stage: middle,
            question,
            caption: None,
            transport: None,
        };
        if on_stage {
            let transport = middle.bottom() - space.transport - branch_lines::height(model);
            let edge = (transport - caption).max(middle.top() + middle.height() * STAGE_DEPTH);
            areas.stage = Rect::from_min_max(middle.min, pos2(middle.right(), edge));
            areas.caption = Some(Rect::from_min_max(
                pos2(middle.left(), edge),
                pos2(middle.right(), transport),
            ));
            areas.transport = Some(Rect::from_min_max(
                pos2(middle.left(), transport),
                middle.max,
            ));
        }
        areas
    }

    /// The stage with the caption under it: what a question may stand over before its beat is
    /// played.
    pub fn show(&self) -> Rect {
        self.caption
            .map_or(self.stage, |caption| self.stage.union(caption))
    }
}

/// Whether a question stands beside the stage. Before a presenter plays its beat it fills the
/// screen: there is nothing yet that it could cover.
fn docks(model: &Model, phase: Phase) -> bool {
    !(model.presenter && phase == Phase::Open)
}

/// A rectangle in the middle of another one, not larger than it.
pub fn centered(window: Rect, width: f32, height: f32) -> Rect {
    let margin = 24.0;
    let size = vec2(
        width.min(window.width() - margin),
        height.min(window.height() - margin),
    );
    Rect::from_center_size(window.center(), size)
}
