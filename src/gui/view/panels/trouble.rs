//! Something went wrong: what, where, and what to do about it.

use bevy_egui::egui::{Rect, ScrollArea, Stroke, Ui, UiBuilder};

use crate::gui::view::commands::Command;
use crate::gui::view::icons;
use crate::gui::view::model::{Model, Trouble};
use crate::gui::view::paint::canvas::Canvas;
use crate::gui::view::widgets::{button, code, words};
use crate::gui::view::window::centered;

/// Paints the diagnostic over the last good picture.
pub fn show(ui: &mut Ui, model: &Model, trouble: &Trouble, window: Rect, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let colours = &theme.colours;
    ui.painter().rect_filled(window, 0, colours.scrim);
    let area = centered(window, 820.0 * theme.scale, 440.0 * theme.scale);
    let canvas = Canvas::new(ui.painter().clone(), theme, area, theme.scale);
    canvas.card(
        area,
        theme.space.zone_radius,
        Stroke::new(1.0, colours.refused),
    );
    let builder = UiBuilder::new()
        .id_salt("trouble")
        .max_rect(area.shrink(theme.step(6.0)));
    ui.scope_builder(builder, |ui| {
        ui.horizontal(|ui| {
            words(
                ui,
                icons::WARNING,
                theme.icons(theme.text.icon),
                colours.refused,
            );
            words(
                ui,
                &trouble.title,
                theme.semibold(theme.text.heading),
                colours.ink,
            );
        });
        ui.add_space(theme.step(1.0));
        let foot = theme.space.control + theme.text.body * 3.0;
        ScrollArea::both()
            .max_height((ui.available_height() - foot).max(60.0))
            .show(ui, |ui| {
                code(ui, theme, &[(&trouble.text, colours.refused_ink)]);
            });
        words(
            ui,
            &trouble.remedy,
            theme.regular(theme.text.body),
            colours.ink_soft,
        );
        ui.horizontal(|ui| {
            if button(ui, theme, icons::COPY, "Copy", colours.card_line).clicked() {
                out.push(Command::Copy(trouble.text.clone()));
            }
            if button(ui, theme, icons::CLOSE, "Close", colours.acting).clicked() {
                out.push(Command::StepOut);
            }
        });
    });
}
