//! What is being opened, once that takes long enough to say so; and the way out of it.

use bevy_egui::egui::{Area, Id, Order, ProgressBar, Rect, Stroke, Ui, UiBuilder, pos2, vec2};

use crate::gui::view::commands::Command;
use crate::gui::view::icons;
use crate::gui::view::model::Model;
use crate::gui::view::paint::canvas::Canvas;
use crate::gui::view::widgets::{button, line};

/// How wide it is, in points at text size 1.
const WIDTH: f32 = 380.0;
/// How long until the bar is half full, in seconds: nobody knows how long a file will take.
const HALF_WAY: f32 = 6.0;

/// Paints it over the lower middle of the window, which stays usable.
pub fn show(ui: &Ui, model: &Model, window: Rect, out: &mut Vec<Command>) {
    let Some(opening) = model.opening.as_ref().filter(|it| it.said()) else {
        return;
    };
    let theme = &model.theme;
    let size = vec2(
        (WIDTH * theme.scale).min(window.width() - theme.step(8.0)),
        theme.text.body * 2.0 + theme.space.control + theme.step(12.0),
    );
    let bottom = window.bottom() - theme.step(8.0);
    let area = Rect::from_min_size(
        pos2(window.center().x - size.x / 2.0, bottom - size.y),
        size,
    );
    let layer = Area::new(Id::new("opening"))
        .order(Order::Foreground)
        .fixed_pos(area.min);
    layer.show(ui.ctx(), |ui| {
        let canvas = Canvas::new(ui.painter().clone(), theme, area, theme.scale);
        canvas.card(
            area,
            theme.space.card_radius,
            Stroke::new(1.0, theme.colours.card_line),
        );
        let builder = UiBuilder::new()
            .id_salt("opening body")
            .max_rect(area.shrink(theme.step(4.0)));
        ui.scope_builder(builder, |ui| {
            ui.spacing_mut().item_spacing = vec2(theme.step(2.0), theme.step(2.0));
            let said = format!("Opening {} · {:.0} s", opening.name, opening.seconds);
            let (place, response) = ui.allocate_exact_size(
                vec2(ui.available_width(), theme.text.body * 1.4),
                bevy_egui::egui::Sense::hover(),
            );
            response.widget_info(|| {
                bevy_egui::egui::WidgetInfo::labeled(
                    bevy_egui::egui::WidgetType::Label,
                    true,
                    format!("Opening {}", opening.name),
                )
            });
            let ink = (theme.text.body, theme.colours.ink);
            line(ui.painter(), theme, place, &said, ink);
            let part = opening.seconds / (opening.seconds + HALF_WAY);
            ui.add(
                ProgressBar::new(part)
                    .desired_height(theme.step(1.0))
                    .fill(theme.colours.acting),
            );
            if button(ui, theme, icons::CLOSE, "Cancel", theme.colours.card_line).clicked() {
                out.push(Command::CancelOpening);
            }
        });
    });
}
