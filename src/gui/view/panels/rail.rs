//! The rail at the left: where one can go.

use bevy_egui::egui::{Rect, Ui, vec2};

use crate::gui::view::commands::{Command, Dialog};
use crate::gui::view::icons;
use crate::gui::view::model::{Model, Screen};
use crate::gui::view::widgets::command_icon;

/// Paints the rail.
pub fn show(ui: &Ui, model: &Model, area: Rect, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let painter = ui.painter();
    painter.rect_filled(area, 0, theme.colours.chrome);
    painter.vline(area.right() - 0.5, area.y_range(), theme.hairline());
    let side = theme.space.control * 1.2;
    let step = side + theme.step(2.0);
    let start = model.screen == Screen::Start;
    let mut entries = vec![
        (icons::HOME, Command::Home, "Start screen", start),
        (
            icons::LIBRARY,
            Command::ToggleLibrary,
            "Library",
            model.settings.library,
        ),
    ];
    if model.loaded.is_some() {
        let stage = !start && !model.sequence;
        entries.push((icons::STAGE, Command::Stage, "Stage", stage));
        let sequence = (icons::SEQUENCE, Command::Sequence, "Sequence view");
        entries.push((sequence.0, sequence.1, sequence.2, !start && model.sequence));
        let experiments = Command::Dialog(Dialog::Experiments);
        let open = model.dialog == Some(Dialog::Experiments);
        entries.push((
            icons::EXPERIMENT,
            experiments,
            "Experiments and twins",
            open,
        ));
    }
    entries.push((icons::SEARCH, Command::Search, "Search", false));
    let mut y = area.top() + theme.step(3.0);
    for (icon, command, name, active) in entries {
        let at = bevy_egui::egui::pos2(area.center().x - side / 2.0, y);
        let rect = Rect::from_min_size(at, vec2(side, side));
        command_icon(ui, theme, rect, icon, (command, name, active), out);
        y += step;
    }
    let mut y = area.bottom() - step;
    let settings = (icons::SETTINGS, Dialog::Settings, "Settings");
    let about = (icons::INFO, Dialog::About, "About Tokentrail");
    for (icon, dialog, name) in [settings, about] {
        let at = bevy_egui::egui::pos2(area.center().x - side / 2.0, y);
        let rect = Rect::from_min_size(at, vec2(side, side));
        let active = model.dialog == Some(dialog);
        command_icon(
            ui,
            theme,
            rect,
            icon,
            (Command::Dialog(dialog), name, active),
            out,
        );
        y -= step;
    }
}
