//! The inspector: what the chosen thing is, taken apart and explained.

mod actor;
mod artifact;
mod claims;
mod decision;
mod exchange;

use bevy_egui::egui::{Rect, ScrollArea, Ui, UiBuilder, vec2};

use super::change_menu;
use super::library::grip;
use crate::gui::view::commands::{Command, Selection};
use crate::gui::view::icons;
use crate::gui::view::model::{Loaded, Model};
use crate::gui::view::widgets::words;

/// Paints the inspector.
pub fn show(ui: &mut Ui, model: &Model, area: Rect, out: &mut Vec<Command>) {
    let Some(loaded) = &model.loaded else { return };
    let theme = &model.theme;
    ui.painter().rect_filled(area, 0, theme.colours.chrome);
    ui.painter()
        .vline(area.left() + 0.5, area.y_range(), theme.hairline());
    let inner = area.shrink2(vec2(theme.step(5.0), theme.step(4.0)));
    let builder = UiBuilder::new().id_salt("inspector").max_rect(inner);
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.y = theme.step(1.5);
        change_menu::button(ui, model, out);
        let scroll = ScrollArea::vertical()
            .auto_shrink(false)
            .id_salt(model.selection.as_ref().map(|s| format!("{s:?}")));
        scroll.show(ui, |ui| {
            ui.set_max_width(inner.width());
            content(ui, model, loaded, out);
        });
    });
    grip(ui, area.left(), area, "Width of the inspector", |x| {
        out.push(Command::InspectorWidth(area.right() - x));
    });
}

fn content(ui: &mut Ui, model: &Model, loaded: &Loaded, out: &mut Vec<Command>) {
    let recording = &loaded.recording;
    match &model.selection {
        Some(Selection::Actor(id)) => actor::show(ui, model, loaded, id, out),
        Some(Selection::Artifact(id)) => match recording.artifact(*id) {
            Some(artifact) => artifact::show(ui, model, loaded, artifact, out),
            None => empty(ui, model),
        },
        Some(Selection::Exchange(id)) => match recording.exchange(*id) {
            Some(exchange) => exchange::show(ui, model, loaded, exchange, out),
            None => empty(ui, model),
        },
        Some(Selection::Check { exchange, position }) => match recording.exchange(*exchange) {
            Some(exchange) => exchange::show_check(ui, model, loaded, exchange, *position, out),
            None => empty(ui, model),
        },
        None => empty(ui, model),
    }
}

fn empty(ui: &mut Ui, model: &Model) {
    let theme = &model.theme;
    let colours = &theme.colours;
    ui.add_space(theme.step(2.0));
    words(
        ui,
        icons::POINTER,
        theme.icons(theme.text.display * 0.8),
        colours.acting,
    );
    words(
        ui,
        "Choose anything on the stage",
        theme.semibold(theme.text.heading),
        colours.ink,
    );
    for line in [
        "A card shows what somebody knows and holds.",
        "A token is taken apart: every claim in plain words, its signature verified here and now.",
        "A request label shows the HTTP message exactly as it was sent, and its answer.",
        "A check shows what was required and what was found; a policy check shows why AWS decides as it does.",
    ] {
        words(ui, line, theme.regular(theme.text.body), colours.ink_soft);
    }
}
