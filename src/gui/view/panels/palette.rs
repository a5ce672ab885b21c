//! Every command by typing a few letters of it.

use bevy_egui::egui::{Align2, Key, Modifiers, ScrollArea, TextEdit, Ui, pos2, vec2};

use crate::gui::view::commands::{Binding, Command, Dialog, matching};
use crate::gui::view::model::Model;
use crate::gui::view::widgets::{focus_ring, line, row, words};

/// Paints the palette's content.
pub fn show(ui: &mut Ui, model: &Model, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let found = matching(&model.palette.filter);
    keys(ui, model, &found, out);
    let mut text = model.palette.filter.clone();
    let edit = TextEdit::singleline(&mut text)
        .hint_text("Type a command")
        .font(theme.regular(theme.text.heading))
        .margin(vec2(theme.step(3.0), theme.step(2.0)))
        .desired_width(f32::INFINITY);
    let response = ui.add(edit);
    response.request_focus();
    focus_ring(ui.painter(), theme, &response, theme.space.small_radius);
    if response.changed() {
        out.push(Command::PaletteFilter(text));
    }
    if found.is_empty() {
        let none = "No command has these words.";
        words(
            ui,
            none,
            theme.regular(theme.text.body),
            theme.colours.ink_soft,
        );
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (position, binding) in found.iter().enumerate() {
            entry(ui, model, binding, position == model.palette.at, out);
        }
    });
}

fn keys(ui: &Ui, model: &Model, found: &[Binding], out: &mut Vec<Command>) {
    let (up, down, enter) = ui.input_mut(|input| {
        (
            input.consume_key(Modifiers::NONE, Key::ArrowUp),
            input.consume_key(Modifiers::NONE, Key::ArrowDown),
            input.consume_key(Modifiers::NONE, Key::Enter),
        )
    });
    if up {
        out.push(Command::PaletteMove(-1));
    }
    if down {
        out.push(Command::PaletteMove(1));
    }
    if enter && let Some(binding) = found.get(model.palette.at) {
        out.push(Command::Dialog(Dialog::Palette));
        out.push(binding.command.clone());
    }
}

fn entry(ui: &mut Ui, model: &Model, binding: &Binding, next: bool, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let colours = &theme.colours;
    let response = row(
        ui,
        theme,
        (theme.space.control, binding.label, next),
        |painter, rect| {
            let inner = rect.shrink2(vec2(theme.step(3.0), 0.0));
            let colour = if next { colours.ink } else { colours.ink_soft };
            line(
                painter,
                theme,
                inner,
                binding.label,
                (theme.text.body, colour),
            );
            if let Some(keys) = binding.keys.first() {
                let at = pos2(inner.right(), inner.center().y);
                let font = theme.mono(theme.text.mono);
                painter.text(
                    at,
                    Align2::RIGHT_CENTER,
                    keys.text(),
                    font,
                    colours.ink_faint,
                );
            }
        },
    );
    if next {
        response.scroll_to_me(None);
    }
    if response.clicked() {
        out.push(Command::Dialog(Dialog::Palette));
        out.push(binding.command.clone());
    }
}
