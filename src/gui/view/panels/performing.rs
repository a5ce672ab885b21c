//! Says how far performing again is, once that takes long enough to ask.

use bevy_egui::egui::{
    Align2, Area, Id, Order, Rect, Stroke, Ui, UiBuilder, WidgetInfo, WidgetType, vec2,
};

use crate::gui::view::branches::Branching;
use crate::gui::view::commands::Command;
use crate::gui::view::icons;
use crate::gui::view::model::Model;
use crate::gui::view::paint::canvas::{Canvas, corner};
use crate::gui::view::widgets::{button, words};

/// Paints the progress above the timeline.
pub fn show(ui: &Ui, model: &Model, window: Rect, out: &mut Vec<Command>) {
    let Some(underway) = model.branching.underway.as_ref().filter(|it| it.said()) else {
        return;
    };
    let theme = &model.theme;
    let colours = &theme.colours;
    let size = vec2(420.0, 112.0) * theme.scale;
    let at = window.center_bottom() - vec2(0.0, theme.space.transport + theme.step(5.0));
    let area = Align2::CENTER_BOTTOM.anchor_size(at, size);
    let layer = Area::new(Id::new("performing"))
        .order(Order::Tooltip)
        .fixed_pos(area.min);
    layer.show(ui.ctx(), |ui| {
        let canvas = Canvas::new(ui.painter().clone(), theme, area, theme.scale);
        canvas.card(
            area,
            theme.space.card_radius,
            Stroke::new(1.0, colours.acting),
        );
        let inner = area.shrink(theme.step(4.0));
        let (done, all) = underway.watch.progress();
        let builder = UiBuilder::new().id_salt("performing").max_rect(inner);
        ui.scope_builder(builder, |ui| {
            let says = match all {
                0 => "Performing again".to_owned(),
                _ => format!("Performing again: beat {} of {all}", done.min(all)),
            };
            words(ui, says, theme.medium(theme.text.body), colours.ink);
            let width = ui.available_width();
            let (bar, response) =
                ui.allocate_exact_size(vec2(width, 6.0), bevy_egui::egui::Sense::hover());
            ui.painter().rect_filled(bar, corner(3.0), colours.field);
            let part = done as f32 / all.max(1) as f32;
            let filled = Rect::from_min_size(bar.min, vec2(width * part.min(1.0), 6.0));
            ui.painter()
                .rect_filled(filled, corner(3.0), colours.acting);
            response.widget_info(|| {
                let percent = format!("{:.0} % performed", part * 100.0);
                WidgetInfo::labeled(WidgetType::ProgressIndicator, true, percent)
            });
            ui.add_space(theme.step(1.0));
            let stop = button(ui, theme, icons::CLOSE, "Stop", colours.card_line);
            if stop
                .on_hover_text("Stay with what is on stage (Esc)")
                .clicked()
            {
                out.push(Command::Branch(Branching::Cancel));
            }
        });
    });
}
