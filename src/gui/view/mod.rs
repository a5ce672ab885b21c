//! What the window shows, painted with egui alone. No Bevy type is known here, so that every
//! panel is tested without a renderer.
//!
//! [`show`] paints a [`Model`] and returns the [`Command`]s that were asked for;
//! [`Model::apply`] is the only thing that changes the model.

pub mod branches;
pub mod commands;
#[cfg(test)]
pub(crate) mod fixture;
pub mod fonts;
pub mod icons;
pub mod looking;
pub mod model;
pub mod outline;
pub mod paint;
pub mod panels;
pub mod question;
#[cfg(test)]
mod tests;
pub mod theme;
pub mod widgets;
pub mod window;

use bevy_egui::egui::{self, Context, EventFilter, LayerId, Ui, UiBuilder};

pub use self::commands::{Command, Dialog, Selection};
pub use self::model::{Effect, Entry, Loaded, Model, Screen, Settings, Trouble};
use self::theme::Theme;
pub use self::theme::ThemeName;

use self::panels::{
    beside, caption, change_menu, dialogs, inspector, library, opening, performing,
    question as question_panel, rail, sequence, stage, start, top_bar, transport, trouble,
};
use self::window::Areas;

/// Gives typefaces and style to egui; once at the start, and the style again after
/// [`Effect::Restyle`].
pub fn install(ctx: &Context, model: &Model) {
    fonts::install(ctx);
    model.theme.apply(ctx);
}

/// Paints the whole window between egui's begin and end of a pass, and returns what was asked for.
pub fn show(ctx: &Context, model: &mut Model) -> Vec<Command> {
    let builder = UiBuilder::new()
        .layer_id(LayerId::background())
        .max_rect(ctx.content_rect());
    let mut ui = Ui::new(ctx.clone(), egui::Id::new("window"), builder);
    show_in(&mut ui, model)
}

/// The same in a given room.
pub fn show_in(ui: &mut Ui, model: &mut Model) -> Vec<Command> {
    let ctx = ui.ctx().clone();
    keep_arrows(&ctx);
    leave_closed_fields(&ctx, model);
    let mut out = change_menu::keys(ui, model);
    out.extend(question_panel::keys(ui, model));
    out.extend(commands::pressed(&ctx));
    let window = ui.max_rect();
    // The strip's height depends on the room beside the panels, not on itself
    let room = Areas::of(window, model, 0.0);
    let strip = caption::height(&ctx, model, egui::vec2(room.stage.width(), window.height()));
    let areas = Areas::of(window, model, strip);
    if model.screen == Screen::Stage {
        fit(model, areas.stage);
    }
    ui.painter()
        .rect_filled(window, 0, model.theme.colours.background);
    if model.blank {
        blank(ui, window);
        return out;
    }
    panels(ui, model, &areas, &mut out);
    let trouble = model.trouble.clone();
    if let Some(trouble) = &trouble {
        trouble::show(ui, model, trouble, window, &mut out);
    }
    dialogs::show(ui, model, window, &mut out);
    change_menu::show(ui, model, window, &mut out);
    performing::show(ui, model, window, &mut out);
    opening::show(ui, model, window, &mut out);
    out
}

/// Sets the stage, or both stages, for the room there is.
fn fit(model: &mut Model, area: egui::Rect) {
    let two = model.branching.beside.is_some();
    let halves = beside::Halves::of(&model.theme, area).filter(|_| two);
    let size = halves.map_or(area.size(), |halves| halves.stage());
    model.fit_stage((size.x, size.y));
    if halves.is_some() {
        model.keep_beside();
    }
}

/// Nothing to look at, and words for those who do not look.
fn blank(ui: &Ui, window: egui::Rect) {
    let black = ui.interact(window, ui.id().with("blank"), egui::Sense::hover());
    black.widget_info(|| {
        egui::WidgetInfo::labeled(
            egui::WidgetType::Label,
            true,
            "Blank screen; B shows it again",
        )
    });
}

fn label_size(theme: &Theme) -> f32 {
    theme.text.display * 0.75
}

/// Height of the title above a picture on a contact sheet, in whole points.
pub fn label_height(theme: &Theme) -> f32 {
    (label_size(theme) * 1.9).round()
}

/// The same below a title, for a contact sheet.
pub fn show_labelled(ui: &mut Ui, model: &mut Model, label: &str) -> Vec<Command> {
    let window = ui.max_rect();
    let size = label_size(&model.theme);
    let (strip, below) = window.split_top_bottom_at_y(window.top() + label_height(&model.theme));
    let painter = ui.painter();
    painter.rect_filled(strip, 0, model.theme.colours.chrome);
    let at = strip.left_center() + egui::vec2(model.theme.step(5.0), 0.0);
    let font = model.theme.semibold(size);
    let ink = model.theme.colours.ink;
    painter.text(at, egui::Align2::LEFT_CENTER, label, font, ink);
    let builder = UiBuilder::new().id_salt("labelled").max_rect(below);
    ui.scope_builder(builder, |ui| show_in(ui, model)).inner
}

fn panels(ui: &mut Ui, model: &Model, areas: &Areas, out: &mut Vec<Command>) {
    match model.screen {
        Screen::Stage if model.sequence => sequence::show(ui, model, areas.stage, out),
        Screen::Stage if model.branching.beside.is_some() => {
            beside::show(ui, model, areas.stage, out);
        }
        Screen::Stage if model.loaded.is_some() => stage::show(ui, model, areas.stage, out),
        _ => start::show(ui, model, areas.stage, out),
    }
    if let Some(area) = areas.caption {
        caption::show(ui, model, area);
    }
    if let Some(area) = areas.transport {
        transport::show(ui, model, area, out);
    }
    if model.screen == Screen::Stage {
        match areas.question {
            Some(area) => question_panel::dock(ui, model, area, out),
            None => question_panel::fill(ui, model, areas.show(), out),
        }
    }
    if let Some(area) = areas.inspector {
        inspector::show(ui, model, area, out);
    }
    if let Some(area) = areas.library {
        library::show(ui, model, area, out);
    }
    if let Some(area) = areas.rail {
        rail::show(ui, model, area, out);
    }
    if let Some(area) = areas.top {
        top_bar::show(ui, model, area, out);
    }
}

/// When a dialog opens or closes, whatever had the keyboard before has it no longer: the first key
/// after a search is a shortcut again, and not typed into a field that is gone.
fn leave_closed_fields(ctx: &Context, model: &Model) {
    let id = egui::Id::new("dialog before");
    let before = ctx.data_mut(|data| {
        let before = data.get_temp::<Option<Dialog>>(id).flatten();
        data.insert_temp(id, model.dialog);
        before
    });
    if before != model.dialog {
        ctx.memory_mut(|memory| {
            if let Some(focused) = memory.focused() {
                memory.surrender_focus(focused);
            }
        });
    }
}

/// Arrow keys step through the story, so they do not move the keyboard from control to control;
/// Tab does.
fn keep_arrows(ctx: &Context) {
    ctx.memory_mut(|memory| {
        if let Some(id) = memory.focused() {
            let filter = EventFilter {
                horizontal_arrows: true,
                vertical_arrows: true,
                ..EventFilter::default()
            };
            memory.set_focus_lock_filter(id, filter);
        }
    });
}
