//! The inspector: what the chosen thing is, taken apart and explained. What it shows is worked out
//! by [`crate::inspect`] once for each thing; here it is only laid out.

mod actor;
mod artifact;
mod check;
mod credentials;
mod decision;
mod exchange;
mod keys;
mod parts;
mod signing;
mod token;
mod trail;

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
        trail::show(ui, model, loaded, out);
        change_menu::button(ui, model, out);
        let scroll = ScrollArea::vertical()
            .auto_shrink(false)
            .id_salt(model.selection.as_ref().map(|s| format!("{s:?}")));
        scroll.show(ui, |ui| {
            ui.set_max_width(inner.width());
            content(ui, model, loaded, out);
            ui.add_space(theme.step(4.0));
        });
    });
    grip(ui, area.left(), area, "Width of the inspector", |x| {
        out.push(Command::InspectorWidth(area.right() - x));
    });
}

fn content(ui: &mut Ui, model: &Model, loaded: &Loaded, out: &mut Vec<Command>) {
    let recording = &loaded.recording;
    let shown = match &model.selection {
        Some(Selection::Actor(id)) => actor::show(ui, model, loaded, id, out),
        Some(Selection::Artifact(id)) => recording
            .artifact(*id)
            .map(|artifact| artifact::show(ui, model, loaded, artifact, out)),
        Some(Selection::Exchange(id)) => recording
            .exchange(*id)
            .map(|exchange| exchange::show(ui, model, loaded, exchange, out)),
        Some(Selection::Check { exchange, position }) => recording
            .exchange(*exchange)
            .and_then(|exchange| check::show(ui, model, loaded, (exchange, *position), out)),
        Some(Selection::Decision(at)) => recording
            .decisions
            .get(*at as usize)
            .map(|decision| decision::show(ui, model, loaded, decision, out)),
        Some(Selection::Keys(_)) => keys::show(ui, model, loaded, out),
        None => None,
    };
    if shown.is_none() {
        empty(ui, model);
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
        "A card shows what somebody knows and holds, and what this beat changed.",
        "A token is taken apart: every claim in plain words, where it came from and who checks it, its signature verified here and now.",
        "Credentials show every request they signed, and the signature made again step by step.",
        "A request label shows the HTTP message exactly as it was sent, its answer, and the command that sends the same.",
        "A check shows what was required and what was found; a policy decision shows why, and what AWS does not tell.",
    ] {
        words(ui, line, theme.regular(theme.text.body), colours.ink_soft);
    }
    ui.add_space(theme.step(2.0));
    trail::hint(ui, theme);
}
