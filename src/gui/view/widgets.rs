//! Controls the panels share. Each has an accessible name and a focus ring, and returns whether
//! it was used; none of them changes anything.

use bevy_egui::egui::text::{LayoutJob, TextFormat, TextWrapping};
use bevy_egui::egui::{
    Align2, Color32, Label, Painter, Rect, Response, RichText, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, WidgetType, vec2,
};

use super::commands::{Command, tooltip};
use super::icons;
use super::paint::canvas::{corner, cut};
use super::theme::Theme;

/// Names a control for screen readers, and draws the ring when the keyboard is on it.
pub fn named(ui: &Ui, theme: &Theme, response: &Response, name: &str) {
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, name));
    focus_ring(ui.painter(), theme, response, theme.space.small_radius);
}

/// Names a field for screen readers: the words in it that say what to type are gone once somebody
/// types.
pub fn field_named(response: &Response, name: &str) {
    response.widget_info(|| WidgetInfo::labeled(WidgetType::TextEdit, true, name));
}

/// The ring around what the keyboard is on.
pub fn focus_ring(painter: &Painter, theme: &Theme, response: &Response, radius: f32) {
    if response.has_focus() {
        let rect = response.rect.shrink(1.0);
        painter.rect_stroke(rect, corner(radius), theme.focus(), StrokeKind::Outside);
    }
}

/// What lies over a control that the pointer is on or that is held down.
fn overlay(theme: &Theme, response: &Response) -> Color32 {
    if response.is_pointer_button_down_on() {
        theme.colours.pressed
    } else if response.hovered() {
        theme.colours.hover
    } else {
        Color32::TRANSPARENT
    }
}

/// A square button with an icon, in a given place.
pub fn icon_button_at(
    ui: &Ui,
    theme: &Theme,
    rect: Rect,
    icon: &str,
    name: &str,
    active: bool,
) -> Response {
    let response = ui.interact(rect, ui.id().with(("icon", name)), Sense::click());
    let colours = &theme.colours;
    let painter = ui.painter();
    let radius = corner(theme.space.small_radius);
    if active {
        painter.rect_filled(rect, radius, colours.pressed);
    }
    painter.rect_filled(rect, radius, overlay(theme, &response));
    let bright = active || response.hovered();
    let colour = if bright {
        colours.ink
    } else {
        colours.ink_faint
    };
    icons::tool(painter, theme, rect.center(), icon, theme.text.icon, colour);
    named(ui, theme, &response, name);
    response
}

/// Explains a control while the pointer rests on it. The words are made only then.
pub fn hinted(response: Response, hint: impl FnOnce() -> String) -> Response {
    response.on_hover_ui(|ui| {
        ui.label(hint());
    })
}

/// An icon button that asks for a command; its tooltip names the key.
pub fn command_icon(
    ui: &Ui,
    theme: &Theme,
    rect: Rect,
    icon: &str,
    (command, name, active): (Command, &str, bool),
    out: &mut Vec<Command>,
) {
    let response = icon_button_at(ui, theme, rect, icon, name, active);
    let hint = || {
        let hint = tooltip(&command);
        if hint.is_empty() {
            name.to_owned()
        } else {
            hint
        }
    };
    if hinted(response, hint).clicked() {
        out.push(command);
    }
}

/// A button with an icon and words, in the flow.
pub fn button(ui: &mut Ui, theme: &Theme, icon: &str, words: &str, accent: Color32) -> Response {
    let font = theme.medium(theme.text.detail);
    let galley = ui
        .painter()
        .layout_no_wrap(words.to_owned(), font.clone(), theme.colours.ink);
    let icon_width = if icon.is_empty() {
        0.0
    } else {
        theme.text.icon + theme.step(1.5)
    };
    let size = vec2(
        galley.size().x + icon_width + theme.step(6.0),
        theme.space.control,
    );
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let painter = ui.painter();
    let radius = corner(theme.space.small_radius);
    let line = Stroke::new(1.0, accent);
    painter.rect(rect, radius, theme.colours.card, line, StrokeKind::Inside);
    painter.rect_filled(rect, radius, overlay(theme, &response));
    let mut left = rect.left_center() + vec2(theme.step(3.0), 0.0);
    if !icon.is_empty() {
        let at = left + vec2(theme.text.icon / 2.0, 0.0);
        let quiet = accent == theme.colours.card_line;
        let tint = if quiet {
            theme.colours.ink_soft
        } else {
            accent
        };
        icons::tool(painter, theme, at, icon, theme.text.icon * 0.85, tint);
        left.x += icon_width;
    }
    painter.text(left, Align2::LEFT_CENTER, words, font, theme.colours.ink);
    named(ui, theme, &response, words);
    response
}

/// A pill with words, right-aligned or left-aligned at a point. Returns where it is.
pub fn pill(
    painter: &Painter,
    theme: &Theme,
    (anchor, at): (Align2, bevy_egui::egui::Pos2),
    words: &str,
    mono: bool,
) -> Rect {
    let size = theme.text.detail;
    let font = if mono {
        theme.mono(size)
    } else {
        theme.regular(size)
    };
    let galley = painter.layout_no_wrap(words.to_owned(), font, theme.colours.ink_soft);
    let around = galley.size() + vec2(theme.step(6.0), theme.step(2.0));
    let rect = anchor.anchor_size(at, around);
    let line = Stroke::new(1.0, theme.colours.card_line);
    let round = corner(rect.height() / 2.0);
    painter.rect_stroke(rect, round, line, StrokeKind::Inside);
    painter.galley(
        rect.center() - galley.size() / 2.0,
        galley,
        theme.colours.ink_soft,
    );
    rect
}

/// One line, cut at a width, drawn left-centred in a rectangle.
pub fn line(
    painter: &Painter,
    theme: &Theme,
    rect: Rect,
    words: &str,
    (size, colour): (f32, Color32),
) {
    let galley = cut(painter, words, theme.regular(size), colour, rect.width());
    let at = Align2::LEFT_CENTER
        .align_size_within_rect(galley.size(), rect)
        .min;
    painter.galley(at, galley, colour);
}

/// Words that wrap.
pub fn words(
    ui: &mut Ui,
    text: impl Into<String>,
    font: bevy_egui::egui::FontId,
    colour: Color32,
) -> Response {
    ui.add(Label::new(RichText::new(text).font(font).color(colour)).wrap())
}

/// The title of a section.
pub fn section(ui: &mut Ui, theme: &Theme, title: &str) {
    ui.add_space(theme.step(3.0));
    words(
        ui,
        title,
        theme.medium(theme.text.detail),
        theme.colours.ink_faint,
    );
}

/// Coloured runs of mono text in a box, selectable.
pub fn code(ui: &mut Ui, theme: &Theme, runs: &[(&str, Color32)]) -> Response {
    let mut job = LayoutJob::default();
    for (text, colour) in runs {
        let mut format = TextFormat::simple(theme.mono(theme.text.mono), *colour);
        format.line_height = Some((theme.text.mono * 1.5).round());
        job.append(text, 0.0, format);
    }
    let frame = bevy_egui::egui::Frame::new()
        .fill(theme.colours.field)
        .stroke(Stroke::new(1.0, theme.colours.line))
        .corner_radius(corner(theme.space.small_radius))
        .inner_margin(10);
    let width = ui.available_width() - 22.0;
    job.wrap = TextWrapping {
        max_width: width,
        break_anywhere: true,
        ..TextWrapping::default()
    };
    frame
        .show(ui, |ui| {
            ui.set_width(width);
            ui.add(Label::new(job))
        })
        .inner
}

/// A name beside a value.
pub fn pair(ui: &mut Ui, theme: &Theme, name: &str, value: &str, value_colour: Color32) {
    let colours = &theme.colours;
    let narrow = ui.available_width() < 260.0;
    let name_width = if narrow { 88.0 } else { 116.0 } * theme.scale;
    ui.horizontal_top(|ui| {
        let size = vec2(name_width, 0.0);
        ui.allocate_ui(size, |ui| {
            ui.set_width(name_width);
            words(
                ui,
                name,
                theme.regular(theme.text.detail),
                colours.ink_faint,
            );
        });
        ui.vertical(|ui| {
            words(ui, value, theme.mono(theme.text.mono), value_colour);
        });
    });
}

/// A row that can be chosen, as wide as there is room: draws itself with `paint`.
pub fn row(
    ui: &mut Ui,
    theme: &Theme,
    (height, name, selected): (f32, &str, bool),
    paint: impl FnOnce(&Painter, Rect),
) -> Response {
    let size = Vec2::new(ui.available_width(), height);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    if ui.is_rect_visible(rect) {
        let painter = ui.painter();
        let radius = corner(theme.space.small_radius);
        if selected {
            painter.rect_filled(rect, radius, theme.colours.pressed);
        }
        painter.rect_filled(rect, radius, overlay(theme, &response));
        paint(painter, rect);
    }
    named(ui, theme, &response, name);
    response
}
