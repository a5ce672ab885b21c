//! The bar at the top: what this is, what is on stage, the simulated clock, the seed, help.

use bevy_egui::egui::{Align2, Painter, Pos2, Rect, Stroke, Ui, pos2, vec2};

use crate::gui::view::commands::{Command, Dialog};
use crate::gui::view::icons;
use crate::gui::view::model::{Model, Screen};
use crate::gui::view::paint::canvas::cut;
use crate::gui::view::paint::pen::{Pen, arc};
use crate::gui::view::theme::Theme;
use crate::gui::view::widgets::{command_icon, pill};

/// Exam themes that are named; the others are counted.
const THEMES_SHOWN: usize = 3;

/// Paints the bar.
pub fn show(ui: &Ui, model: &Model, area: Rect, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let colours = &theme.colours;
    let painter = ui.painter().with_clip_rect(area);
    painter.rect_filled(area, 0, colours.chrome);
    painter.hline(area.x_range(), area.bottom() - 0.5, theme.hairline());
    let middle = area.center().y;
    let mut x = area.left() + theme.space.rail / 2.0;
    logo(&painter, theme, pos2(x, middle), 20.0 * theme.scale);
    x = area.left() + theme.space.rail;
    let name = painter.text(
        pos2(x, middle),
        Align2::LEFT_CENTER,
        "Tokentrail",
        theme.bold(theme.text.name),
        colours.ink,
    );
    let right = tools(ui, model, area, out);
    if model.screen == Screen::Stage && model.loaded.is_some() {
        scenario(
            &painter,
            model,
            name.right() + theme.step(4.0),
            right,
            middle,
        );
    }
}

/// The buttons and pills at the right end. Returns where they begin.
fn tools(ui: &Ui, model: &Model, area: Rect, out: &mut Vec<Command>) -> f32 {
    let theme = &model.theme;
    let side = theme.space.control;
    let middle = area.center().y;
    let mut x = area.right() - theme.step(2.0);
    let buttons = [
        (icons::HELP, Dialog::Sheet, "Keyboard shortcuts"),
        (icons::PALETTE, Dialog::Palette, "Command palette"),
    ];
    for (icon, dialog, name) in buttons {
        let rect = Rect::from_min_size(pos2(x - side, middle - side / 2.0), vec2(side, side));
        let active = model.dialog == Some(dialog);
        command_icon(
            ui,
            theme,
            rect,
            icon,
            (Command::Dialog(dialog), name, active),
            out,
        );
        x -= side + theme.step(1.0);
    }
    let Some(loaded) = model
        .loaded
        .as_ref()
        .filter(|_| model.screen == Screen::Stage)
    else {
        return x;
    };
    x -= theme.step(1.0);
    let painter = ui.painter().with_clip_rect(area);
    let seed = format!("seed {}", loaded.recording.header.seed);
    x = pill(
        &painter,
        theme,
        (Align2::RIGHT_CENTER, pos2(x, middle)),
        &seed,
        false,
    )
    .left();
    x -= theme.step(2.0);
    let clock = loaded.frame.clock.clock_text();
    let place = pill(
        &painter,
        theme,
        (Align2::RIGHT_CENTER, pos2(x, middle)),
        &clock,
        true,
    );
    let hover = ui.interact(
        place,
        ui.id().with("clock"),
        bevy_egui::egui::Sense::hover(),
    );
    hover.on_hover_text(format!(
        "Simulated time: {}",
        loaded.frame.clock.iso8601_millis()
    ));
    let icon = pos2(place.left() - theme.step(3.0), middle);
    icons::tool(
        &painter,
        theme,
        icon,
        icons::CLOCK,
        theme.text.body,
        theme.colours.ink_faint,
    );
    icon.x - theme.step(4.0)
}

fn scenario(painter: &Painter, model: &Model, left: f32, right: f32, middle: f32) {
    let theme = &model.theme;
    let Some(loaded) = &model.loaded else { return };
    let header = &loaded.recording.header;
    let half = theme.text.name * 0.7;
    painter.vline(
        left,
        middle - half..=middle + half,
        Stroke::new(1.0, theme.colours.card_line),
    );
    let left = left + theme.step(4.0);
    let room = (right - left).max(0.0);
    let font = theme.medium(theme.text.body);
    let title = cut(painter, &header.title, font, theme.colours.ink, room);
    let width = title.size().x;
    painter.galley(
        pos2(left, middle - title.size().y / 2.0),
        title,
        theme.colours.ink,
    );
    let mut x = left + width + theme.step(3.0);
    let themes: Vec<String> = header.themes.iter().map(u32::to_string).collect();
    let first = themes
        .get(..THEMES_SHOWN.min(themes.len()))
        .unwrap_or_default()
        .join(", ");
    let themes = match themes.len() {
        0 => String::new(),
        1 => format!("Theme {first}"),
        many if many > THEMES_SHOWN => format!("Themes {first} and {} more", many - THEMES_SHOWN),
        _ => format!("Themes {first}"),
    };
    for words in [themes, header.exams.join(" · ")] {
        let font = theme.regular(theme.text.detail);
        let width = painter
            .layout_no_wrap(words.clone(), font, theme.colours.ink)
            .size()
            .x;
        if words.is_empty() || x + width + theme.step(6.0) > right {
            continue;
        }
        let place = pill(
            painter,
            theme,
            (Align2::LEFT_CENTER, pos2(x, middle)),
            &words,
            false,
        );
        x = place.right() + theme.step(2.0);
    }
}

/// Two lanes that turn into each other and end in a dot: a trail.
pub fn logo(painter: &Painter, theme: &Theme, at: Pos2, size: f32) {
    let pen = Pen::new(painter, at, 0.0);
    let line = Stroke::new(size * 0.12, theme.colours.acting);
    let soft = Stroke::new(size * 0.12, theme.colours.jwt_payload);
    let (half, radius) = (size * 0.42, size * 0.19);
    pen.line(
        &[vec2(-half, -radius * 2.0), vec2(half * 0.5, -radius * 2.0)],
        line,
    );
    let turn = std::f32::consts::FRAC_PI_2;
    pen.line(&arc(vec2(half * 0.5, -radius), radius, -turn, turn), line);
    pen.line(&[vec2(half * 0.5, 0.0), vec2(-half * 0.5, 0.0)], line);
    pen.line(
        &arc(vec2(-half * 0.5, radius), radius, turn, turn * 3.0),
        soft,
    );
    pen.line(
        &[
            vec2(-half * 0.5, radius * 2.0),
            vec2(half * 0.5, radius * 2.0),
        ],
        soft,
    );
    pen.dot(
        vec2(half * 0.85, radius * 2.0),
        size * 0.13,
        theme.colours.push,
    );
}
