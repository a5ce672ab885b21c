//! A branch's name, and a branch as a scenario file.

use bevy_egui::egui::{Align, Key, Layout, TextEdit, Ui, vec2};

use super::editing::{first_focus, label};
use crate::gui::view::branches::Branching;
use crate::gui::view::commands::Command;
use crate::gui::view::icons;
use crate::gui::view::model::Model;
use crate::gui::view::widgets::{button, focus_ring, section, words};

/// A line of text; whether Enter was pressed in it.
fn line(
    ui: &mut Ui,
    model: &Model,
    (name, text): (&str, &str),
    command: impl FnOnce(String) -> Branching,
    out: &mut Vec<Command>,
) -> (bevy_egui::egui::Response, bool) {
    let theme = &model.theme;
    let mut text = text.to_owned();
    let edit = TextEdit::singleline(&mut text)
        .font(theme.regular(theme.text.body))
        .margin(vec2(theme.step(2.0), theme.step(1.5)))
        .desired_width(f32::INFINITY);
    let response = ui.add(edit);
    label(&response, ui, name);
    focus_ring(ui.painter(), theme, &response, theme.space.small_radius);
    if response.changed() {
        out.push(Command::Branch(command(text)));
    }
    let enter = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    (response, enter)
}

/// Paints the form with the name.
pub fn naming(ui: &mut Ui, model: &Model, out: &mut Vec<Command>) {
    let Some(naming) = &model.branching.naming else {
        return;
    };
    let theme = &model.theme;
    ui.add_space(theme.step(2.0));
    let name = ("Name of the branch", naming.name.as_str());
    let (response, enter) = line(ui, model, name, Branching::Name, out);
    first_focus(ui, &response);
    ui.add_space(theme.step(3.0));
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let rename = button(ui, theme, icons::CHECK, "Rename", theme.colours.acting);
        if rename.clicked() || enter {
            out.push(Command::Branch(Branching::Named));
        }
        if button(ui, theme, "", "Cancel", theme.colours.card_line).clicked() {
            out.push(Command::StepOut);
        }
    });
}

/// Paints the form with title and path.
pub fn saving(ui: &mut Ui, model: &Model, out: &mut Vec<Command>) {
    let Some(saving) = &model.branching.saving else {
        return;
    };
    let theme = &model.theme;
    let colours = &theme.colours;
    let body = || theme.regular(theme.text.body);
    if let Some(path) = &saving.done {
        ui.add_space(theme.step(3.0));
        ui.horizontal_top(|ui| {
            words(
                ui,
                icons::VALID,
                theme.icons(theme.text.icon),
                colours.accepted,
            );
            words(ui, format!("Saved as {path}"), body(), colours.ink);
        });
        let next =
            "Anybody can check it and play it: it extends the original and says what is changed.";
        words(ui, next, body(), colours.ink_soft);
        ui.add_space(theme.step(3.0));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if button(ui, theme, "", "Close", colours.acting).clicked() {
                out.push(Command::StepOut);
            }
            if button(ui, theme, icons::OPEN_FILE, "Open it", colours.card_line).clicked() {
                out.push(Command::StepOut);
                out.push(Command::Open(path.clone()));
            }
            if button(ui, theme, icons::COPY, "Copy the path", colours.card_line).clicked() {
                out.push(Command::Copy(path.clone()));
            }
        });
        return;
    }
    let about = "The file extends the original, says what is changed and states what comes of it.";
    words(ui, about, body(), colours.ink_soft);
    section(ui, theme, "Title");
    let title = ("Title", saving.title.as_str());
    let (first, _) = line(ui, model, title, Branching::SaveTitle, out);
    first_focus(ui, &first);
    section(ui, theme, "File");
    let path = ("File", saving.path.as_str());
    let (_, enter) = line(ui, model, path, Branching::SavePath, out);
    let height = theme.text.body * 2.8;
    ui.allocate_ui(vec2(ui.available_width(), height), |ui| {
        ui.set_height(height);
        match &saving.failed {
            Some(why) => words(ui, why, body(), colours.refused_ink),
            None => words(
                ui,
                "A file that is there already is never replaced",
                body(),
                colours.ink_faint,
            ),
        };
    });
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let save = button(ui, theme, icons::SAVE, "Save", colours.acting);
        if save.clicked() || enter {
            out.push(Command::Branch(Branching::SaveNow));
        }
        if button(ui, theme, "", "Cancel", colours.card_line).clicked() {
            out.push(Command::StepOut);
        }
    });
}
