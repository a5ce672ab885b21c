//! What the views are made of: values that can be followed, facts, notes, choices, buttons that
//! copy and say so, two columns where there is room for them.

use bevy_egui::egui::text::{LayoutJob, TextFormat};
use bevy_egui::egui::{
    Align, Color32, CursorIcon, FontId, Id, Label, Layout, Rect, Sense, Stroke, StrokeKind, Ui,
    WidgetInfo, WidgetType, pos2, vec2,
};

use crate::gui::view::commands::Command;
use crate::gui::view::icons;
use crate::gui::view::looking::Look;
use crate::gui::view::model::Model;
use crate::gui::view::paint::canvas::corner;
use crate::gui::view::theme::{Theme, over};
use crate::gui::view::widgets::{button, focus_ring, named, words};
use crate::recording::provenance::is_traceable;

/// How long a button says that it copied, in seconds.
const COPIED_SECONDS: f64 = 1.6;
/// A word of a name longer than this is cut where the column ends, in characters.
const MAX_NAME_WORD_CHARS: usize = 20;
/// A panel narrower than this has one column, in points.
const TWO_COLUMNS: f32 = 470.0;

/// A quiet sentence.
pub fn note(ui: &mut Ui, theme: &Theme, text: impl Into<String>) {
    words(
        ui,
        text,
        theme.regular(theme.text.detail),
        theme.colours.ink_soft,
    );
}

/// Text that wraps; a long identifier wherever the line ends, for its hyphens are no places to rest.
fn flowing(text: &str, font: FontId, colour: Color32, background: Color32) -> LayoutJob {
    const LONG_CHARS: usize = 40;
    let mut format = TextFormat::simple(font, colour);
    format.background = background;
    let mut job = LayoutJob::single_section(text.to_owned(), format);
    job.wrap.break_anywhere = text.len() > LONG_CHARS && !text.contains(' ');
    job
}

/// A value that can be followed through the recording by clicking it. What is followed is lit.
pub fn value(ui: &mut Ui, model: &Model, text: &str, colour: Color32, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let followed = model.looking.following.as_ref();
    let lit = followed.is_some_and(|it| it.value == text);
    let background = match lit {
        true => over(theme.colours.chrome, theme.colours.push, 0.28),
        false => Color32::TRANSPARENT,
    };
    let job = flowing(text, theme.mono(theme.text.mono), colour, background);
    if !is_traceable(text) || text.contains('\n') {
        ui.add(Label::new(job).wrap());
        return;
    }
    let response = ui.add(Label::new(job).wrap().sense(Sense::click()));
    let name = match lit {
        true => format!("Follow {text} no longer"),
        false => format!("Follow {text}"),
    };
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, &name));
    focus_ring(ui.painter(), theme, &response, 3.0);
    if response.hovered() {
        let y = response.rect.bottom() - 1.0;
        let line = Stroke::new(1.0, theme.colours.push);
        ui.painter().hline(response.rect.x_range(), y, line);
    }
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    let hint = match lit {
        true => "Follow this value no longer",
        false => "Follow this value: every place that has it lights up (then N and Shift+N)",
    };
    if response.on_hover_text(hint).clicked() {
        out.push(Command::Look(Look::Trace(text.to_owned())));
    }
}

/// A sentence in which identifiers can be followed.
pub fn sentence(ui: &mut Ui, model: &Model, text: &str, colour: Color32, out: &mut Vec<Command>) {
    const LONGEST_CHARS: usize = 400;
    if !text.contains(' ') || text.len() > LONGEST_CHARS {
        value(ui, model, text, colour, out);
        return;
    }
    let theme = &model.theme;
    // A line is as high as its text, not as a control
    let line = theme.text.mono * 1.3;
    let size = vec2(ui.available_width(), line);
    let flow = Layout::left_to_right(Align::Min).with_main_wrap(true);
    ui.allocate_ui_with_layout(size, flow, |ui| {
        ui.spacing_mut().item_spacing = vec2(theme.text.mono * 0.6, 0.0);
        ui.spacing_mut().interact_size.y = line;
        for word in text.split_whitespace() {
            let bare = word.trim_matches([',', ';', '.', '(', ')', '"']);
            match is_identifier(bare) {
                true => value(ui, model, bare, colour, out),
                false => {
                    words(ui, word, theme.mono(theme.text.mono), colour);
                }
            }
        }
    });
}

/// Whether a word names something: it has what plain words have not.
fn is_identifier(word: &str) -> bool {
    const LEAST_CHARS: usize = 6;
    word.chars().count() >= LEAST_CHARS
        && word.contains(|c: char| c.is_ascii_digit() || matches!(c, ':' | '@' | '/' | '_'))
        && is_traceable(word)
}

/// Mono text in a box that rests between words.
pub fn quote(ui: &mut Ui, theme: &Theme, text: &str, colour: Color32) {
    let mut format = TextFormat::simple(theme.mono(theme.text.mono), colour);
    format.line_height = Some((theme.text.mono * 1.5).round());
    boxed(
        ui,
        theme,
        LayoutJob::single_section(text.to_owned(), format),
    );
}

/// Laid-out text in a box, selectable.
pub fn boxed(ui: &mut Ui, theme: &Theme, job: LayoutJob) {
    boxed_rows(ui, theme, |ui| {
        ui.add(Label::new(job).wrap());
    });
}

/// Rows in a box.
pub fn boxed_rows(ui: &mut Ui, theme: &Theme, content: impl FnOnce(&mut Ui)) {
    let frame = bevy_egui::egui::Frame::new()
        .fill(theme.colours.field)
        .stroke(theme.hairline())
        .corner_radius(corner(theme.space.small_radius))
        .inner_margin(10);
    let width = (ui.available_width() - 22.0).max(60.0);
    frame.show(ui, |ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing.y = theme.step(0.75);
        content(ui);
    });
}

/// How wide the names at the left of a table are.
pub fn name_width(ui: &Ui, theme: &Theme) -> f32 {
    (ui.available_width() * 0.32).clamp(84.0 * theme.scale, 150.0 * theme.scale)
}

/// A name beside something.
pub fn labelled(
    ui: &mut Ui,
    theme: &Theme,
    (name, font, colour): (&str, FontId, Color32),
    content: impl FnOnce(&mut Ui),
) {
    let width = name_width(ui, theme);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = theme.step(2.0);
        ui.allocate_ui(vec2(width, 0.0), |ui| {
            ui.set_width(width);
            let longest = name.split(' ').map(str::len).max().unwrap_or(0);
            let mut job = flowing(name, font, colour, Color32::TRANSPARENT);
            job.wrap.break_anywhere = longest > MAX_NAME_WORD_CHARS;
            ui.add(Label::new(job).wrap());
        });
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = theme.step(0.5);
            content(ui);
        });
    });
}

/// A name beside a value that can be followed.
pub fn fact(
    ui: &mut Ui,
    model: &Model,
    name: &str,
    text: &str,
    colour: Color32,
    out: &mut Vec<Command>,
) {
    let theme = &model.theme;
    let name = (
        name,
        theme.regular(theme.text.detail),
        theme.colours.ink_faint,
    );
    labelled(ui, theme, name, |ui| sentence(ui, model, text, colour, out));
}

/// A button that copies, and says so for a moment.
pub fn copy(ui: &mut Ui, model: &Model, name: &str, text: &str, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let id = Id::new(("copied", name, text.len()));
    let now = ui.input(|input| input.time);
    let at: Option<f64> = ui.data(|data| data.get_temp(id));
    let fresh = at.is_some_and(|at| now - at < COPIED_SECONDS);
    let (icon, said, accent) = match fresh {
        true => (icons::CHECK, "Copied", theme.colours.accepted),
        false => (icons::COPY, name, theme.colours.card_line),
    };
    if fresh {
        let rest = COPIED_SECONDS - (now - at.unwrap_or(now));
        let rest = std::time::Duration::from_secs_f64(rest.max(0.0));
        ui.ctx().request_repaint_after(rest);
    }
    if button(ui, theme, icon, said, accent).clicked() {
        ui.data_mut(|data| data.insert_temp(id, now));
        out.push(Command::Copy(text.to_owned()));
    }
}

/// A few things of which one is chosen. The one that was clicked.
pub fn choice(
    ui: &mut Ui,
    theme: &Theme,
    what: &str,
    names: &[&str],
    chosen: usize,
) -> Option<usize> {
    let mut clicked = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, theme.step(1.0));
        for (at, name) in names.iter().enumerate() {
            let font = theme.medium(theme.text.detail);
            let galley = ui
                .painter()
                .layout_no_wrap((*name).to_owned(), font, theme.colours.ink);
            let size = vec2(
                galley.size().x + theme.step(5.0),
                theme.space.control * 0.86,
            );
            let (rect, response) = ui.allocate_exact_size(size, Sense::click());
            let on = at == chosen;
            let painter = ui.painter();
            let fill = match (on, response.hovered()) {
                (true, _) => theme.colours.card_line,
                (false, true) => theme.colours.card,
                (false, false) => theme.colours.field,
            };
            let radius = corner(theme.space.small_radius * 0.75);
            let line = Stroke::new(1.0, theme.colours.card_line);
            painter.rect(rect, radius, fill, line, StrokeKind::Inside);
            let ink = match on {
                true => theme.colours.ink,
                false => theme.colours.ink_soft,
            };
            painter.galley_with_override_text_color(
                rect.center() - galley.size() / 2.0,
                galley,
                ink,
            );
            named(ui, theme, &response, &format!("{what}: {name}"));
            if response.clicked() {
                clicked = Some(at);
            }
        }
    });
    clicked.filter(|at| *at != chosen)
}

/// Whether there is room for one column only.
pub fn stacked(ui: &Ui, theme: &Theme) -> bool {
    ui.available_width() < TWO_COLUMNS * theme.scale
}

/// Two columns where there is room, one below the other where there is not.
pub fn side_by_side(
    ui: &mut Ui,
    theme: &Theme,
    share: f32,
    left: impl FnOnce(&mut Ui),
    right: impl FnOnce(&mut Ui),
) {
    let width = ui.available_width();
    if stacked(ui, theme) {
        left(ui);
        right(ui);
        return;
    }
    let gap = theme.step(4.0);
    let first = ((width - gap) * share).round();
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.x = theme.step(2.0);
            ui.set_width(first);
            left(ui);
        });
        ui.add_space(gap);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.x = theme.step(2.0);
            ui.set_width(width - first - gap);
            right(ui);
        });
    });
}

/// A hairline across.
pub fn rule(ui: &mut Ui, theme: &Theme) {
    ui.add_space(theme.step(1.0));
    let (left, width, y) = (ui.cursor().left(), ui.available_width(), ui.cursor().top());
    ui.painter().hline(left..=left + width, y, theme.hairline());
    ui.add_space(theme.step(1.5));
}

/// A line that leads somewhere: an icon, words that wrap, a caret.
pub fn lead(
    ui: &mut Ui,
    theme: &Theme,
    (icon, tint): (&str, Color32),
    (first, second): (&str, &str),
    lit: bool,
) -> bool {
    let colours = &theme.colours;
    let width = ui.available_width();
    let (indent, end) = (theme.step(7.0), theme.step(6.0));
    let room = (width - indent - end).max(theme.step(10.0));
    let lay = |text: &str, font, colour| ui.painter().layout(text.to_owned(), font, colour, room);
    let above = lay(first, theme.regular(theme.text.body), colours.ink);
    let below = (!second.is_empty())
        .then(|| lay(second, theme.regular(theme.text.detail), colours.ink_soft));
    let tall = above.size().y + below.as_ref().map_or(0.0, |it| it.size().y);
    let size = vec2(width, tall + theme.step(2.5));
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let painter = ui.painter();
    let radius = corner(theme.space.small_radius);
    if lit {
        painter.rect_filled(rect, radius, over(colours.chrome, colours.push, 0.16));
    }
    if response.is_pointer_button_down_on() {
        painter.rect_filled(rect, radius, colours.pressed);
    } else if response.hovered() {
        painter.rect_filled(rect, radius, colours.hover);
    }
    let top = rect.top() + theme.step(1.25);
    let first_line = top + theme.text.body * 0.68;
    let at = pos2(rect.left() + theme.step(3.25), first_line);
    icons::tool(painter, theme, at, icon, theme.text.icon * 0.8, tint);
    let left = rect.left() + indent;
    let next = top + above.size().y;
    painter.galley(pos2(left, top), above, colours.ink);
    if let Some(below) = below {
        painter.galley(pos2(left, next), below, colours.ink_soft);
    }
    let caret = pos2(rect.right() - theme.step(3.0), rect.center().y);
    icons::tool(
        painter,
        theme,
        caret,
        icons::CARET_RIGHT,
        theme.text.detail,
        colours.ink_faint,
    );
    named(ui, theme, &response, &format!("Go to {first}: {second}"));
    response.clicked()
}

/// A box with a coloured edge at its left.
pub fn edged(ui: &mut Ui, theme: &Theme, colour: Color32, content: impl FnOnce(&mut Ui)) {
    let frame = bevy_egui::egui::Frame::new()
        .fill(over(theme.colours.chrome, colour, 0.08))
        .corner_radius(corner(theme.space.small_radius))
        .inner_margin(bevy_egui::egui::Margin {
            left: 14,
            right: 10,
            top: 8,
            bottom: 8,
        });
    let width = (ui.available_width() - 24.0).max(40.0);
    let response = frame.show(ui, |ui| {
        ui.set_width(width);
        content(ui);
    });
    let rect = response.response.rect;
    let edge = Rect::from_min_max(rect.min, pos2(rect.left() + 3.0, rect.bottom()));
    ui.painter().rect_filled(edge, corner(2.0), colour);
}

/// An icon and a sentence that leads somewhere.
pub fn link(ui: &mut Ui, theme: &Theme, (icon, tint): (&str, Color32), text: &str) -> bool {
    let font = theme.regular(theme.text.detail);
    let indent = theme.text.detail + theme.step(1.5);
    let room = (ui.available_width() - indent).max(theme.step(10.0));
    let galley = ui
        .painter()
        .layout(text.to_owned(), font, theme.colours.ink_soft, room);
    let size = vec2(indent + galley.size().x, galley.size().y + theme.step(0.5));
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let line = theme.text.detail * 0.68;
    let at = pos2(rect.left() + theme.text.detail * 0.5, rect.top() + line);
    icons::tool(ui.painter(), theme, at, icon, theme.text.detail, tint);
    let left = rect.left() + indent;
    let ink = match response.hovered() {
        true => theme.colours.ink,
        false => theme.colours.ink_soft,
    };
    let place = pos2(left, rect.top());
    ui.painter()
        .galley_with_override_text_color(place, galley, ink);
    if response.hovered() {
        let line = Stroke::new(1.0, theme.colours.ink_faint);
        ui.painter()
            .hline(left..=rect.right(), rect.bottom() - 1.0, line);
    }
    named(ui, theme, &response, text);
    response.on_hover_cursor(CursorIcon::PointingHand).clicked()
}

/// An icon and a sentence.
pub fn remark(ui: &mut Ui, theme: &Theme, (icon, tint): (&str, Color32), text: &str) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = theme.step(1.5);
        words(ui, icon, theme.icons(theme.text.detail), tint);
        ui.vertical(|ui| note(ui, theme, text));
    });
}
