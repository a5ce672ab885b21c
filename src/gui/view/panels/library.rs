//! The scenarios on offer: each with its summary, its variants below it.

use std::collections::BTreeSet;

use bevy_egui::egui::{
    CursorIcon, Painter, Rect, Response, ScrollArea, Sense, Stroke, StrokeKind, TextEdit, Ui,
    UiBuilder, WidgetInfo, WidgetType, pos2, vec2,
};

use crate::gui::view::commands::Command;
use crate::gui::view::icons;
use crate::gui::view::model::{Entry, Model, Narrow, Seen, Shelf};
use crate::gui::view::paint::canvas::{corner, cut};
use crate::gui::view::theme::Theme;
use crate::gui::view::widgets::{
    button, field_named, focus_ring, line, named, row, section, words,
};

/// Width of the strip by which a panel is made wider, in points.
pub const GRIP: f32 = 6.0;
/// Levels in the order of learning.
const LEVELS: [&str; 3] = ["beginner", "intermediate", "advanced"];
/// The part of the library below the search that filters take at most.
const SHELVES_SHARE: f32 = 0.4;

/// Paints the library.
pub fn show(ui: &mut Ui, model: &Model, area: Rect, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let painter = ui.painter();
    painter.rect_filled(area, 0, theme.colours.chrome);
    painter.vline(area.right() - 0.5, area.y_range(), theme.hairline());
    let inner = area.shrink2(vec2(theme.step(3.0), theme.step(3.0)));
    let builder = UiBuilder::new().id_salt("library").max_rect(inner);
    ui.scope_builder(builder, |ui| {
        words(
            ui,
            "Library",
            theme.semibold(theme.text.heading),
            theme.colours.ink,
        );
        search(ui, model, out);
        shelves(ui, model, out);
        ScrollArea::vertical()
            .auto_shrink(false)
            .show(ui, |ui| list(ui, model, out));
    });
    grip(ui, area.right(), area, "Width of the library", |x| {
        out.push(Command::LibraryWidth(x - area.left()));
    });
}

/// The strip by which a panel is made wider.
pub fn grip(ui: &Ui, at: f32, area: Rect, name: &str, used: impl FnOnce(f32)) {
    let rect = Rect::from_x_y_ranges(at - GRIP / 2.0..=at + GRIP / 2.0, area.y_range());
    let response = ui.interact(rect, ui.id().with(("grip", name)), Sense::drag());
    let response = response.on_hover_and_drag_cursor(CursorIcon::ResizeHorizontal);
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Slider, true, name));
    if response.dragged()
        && let Some(pointer) = response.interact_pointer_pos()
    {
        used(pointer.x);
    }
}

fn search(ui: &mut Ui, model: &Model, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let mut text = model.filter.clone();
    let edit = TextEdit::singleline(&mut text)
        .hint_text("Search scenarios")
        .font(theme.regular(theme.text.body))
        .margin(vec2(theme.step(2.0), theme.step(1.5)))
        .desired_width(f32::INFINITY);
    let response = ui.add(edit);
    field_named(&response, "Search scenarios");
    focus_ring(ui.painter(), theme, &response, theme.space.small_radius);
    if response.changed() {
        out.push(Command::Filter(text));
    }
}

/// Levels, domains, exams and themes to narrow the library by.
fn shelves(ui: &mut Ui, model: &Model, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let library = &model.library;
    let exams: BTreeSet<&String> = library.iter().flat_map(|it| &it.exams).collect();
    let domains: BTreeSet<&String> = library.iter().flat_map(|it| &it.domains).collect();
    let numbers = library.iter().flat_map(|it| it.themes.iter().copied());
    let numbers: BTreeSet<u32> = numbers.collect();
    let there = |level: &&&str| library.iter().any(|it| it.level == **level);
    let levels = LEVELS.iter().filter(there);
    let rows: [Vec<(String, String, Narrow)>; 4] = [
        levels
            .map(|it| {
                let name = format!("Level {it}");
                ((*it).to_owned(), name, Narrow::Level((*it).to_owned()))
            })
            .collect(),
        exams
            .into_iter()
            .map(|it| (it.clone(), format!("Exam {it}"), Narrow::Exam(it.clone())))
            .collect(),
        domains
            .into_iter()
            .map(|it| {
                (
                    it.clone(),
                    format!("Domain {it}"),
                    Narrow::Domain(it.clone()),
                )
            })
            .collect(),
        numbers
            .into_iter()
            .map(|it| (it.to_string(), format!("Theme {it}"), Narrow::Theme(it)))
            .collect(),
    ];
    // The list is what the panel is for: of the filters no more is seen than leaves it most room
    let most = ui.available_height() * SHELVES_SHARE;
    ScrollArea::vertical()
        .id_salt("shelves")
        .max_height(most)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(theme.step(1.0), theme.step(1.0));
            for row in rows.into_iter().filter(|row| !row.is_empty()) {
                ui.horizontal_wrapped(|ui| {
                    for (text, name, narrow) in row {
                        let chosen = model.shelf.chosen(&narrow);
                        if chip(ui, theme, &text, &name, chosen).clicked() {
                            out.push(Command::Narrow(narrow));
                        }
                    }
                });
            }
            if model.shelf != Shelf::default() || !model.filter.is_empty() {
                let all = button(ui, theme, icons::CLOSE, "Show all", theme.colours.card_line);
                if all.clicked() {
                    out.push(Command::Widen);
                }
            }
        });
}

/// A small button that stays pressed.
fn chip(ui: &mut Ui, theme: &Theme, text: &str, name: &str, chosen: bool) -> Response {
    let colours = &theme.colours;
    let ink = if chosen {
        colours.ink
    } else {
        colours.ink_soft
    };
    let font = theme.medium(theme.text.detail);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, ink);
    let side = theme.text.detail * 1.8;
    let wide = (galley.size().x + theme.step(4.0)).max(side);
    let (rect, response) = ui.allocate_exact_size(vec2(wide, side), Sense::click());
    let (fill, line) = if chosen {
        (colours.pressed, colours.acting)
    } else if response.hovered() {
        (colours.hover, colours.card_line)
    } else {
        (colours.chrome, colours.card_line)
    };
    let round = corner(side / 2.0);
    ui.painter().rect(
        rect,
        round,
        fill,
        Stroke::new(1.0, line),
        StrokeKind::Inside,
    );
    ui.painter()
        .galley(rect.center() - galley.size() / 2.0, galley, ink);
    named(ui, theme, &response, name);
    response.on_hover_text(name)
}

/// Whether an entry has every word of the filter somewhere.
pub fn fits(entry: &Entry, filter: &str) -> bool {
    let text = format!(
        "{} {} {} {} {}",
        entry.title,
        entry.summary,
        entry.exams.join(" "),
        entry.domains.join(" "),
        entry.level
    )
    .to_lowercase();
    filter
        .to_lowercase()
        .split_whitespace()
        .all(|word| text.contains(word))
}

fn list(ui: &mut Ui, model: &Model, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let fitting: Vec<&Entry> = model
        .library
        .iter()
        .filter(|entry| fits(entry, &model.filter) && model.shelf.holds(entry))
        .collect();
    if fitting.is_empty() {
        ui.add_space(theme.step(2.0));
        let nothing = if model.library.is_empty() {
            "There is no scenario here yet. Open a file with Ctrl+O."
        } else {
            "No scenario is like that."
        };
        words(
            ui,
            nothing,
            theme.regular(theme.text.body),
            theme.colours.ink_soft,
        );
        return;
    }
    section(
        ui,
        theme,
        &format!("{} of {} scenarios", fitting.len(), model.library.len()),
    );
    let parents = fitting.iter().filter(|entry| entry.parent.is_none());
    for parent in parents {
        show_entry(ui, model, parent, out);
        for child in fitting
            .iter()
            .filter(|child| child.parent.as_deref() == Some(&parent.id))
        {
            show_entry(ui, model, child, out);
        }
    }
    // A variant stands alone when its parent is filtered away
    let orphan = |entry: &&&Entry| {
        entry
            .parent
            .as_ref()
            .is_some_and(|id| !fitting.iter().any(|other| other.id == *id))
    };
    for entry in fitting.iter().filter(orphan) {
        show_entry(ui, model, entry, out);
    }
}

/// "12 beats · 9 min · DVA SAA"
pub fn facts(entry: &Entry) -> String {
    let mut facts = vec![format!("{} beats", entry.beats)];
    if entry.minutes > 0 {
        facts.push(format!("{} min", entry.minutes));
    }
    if !entry.exams.is_empty() {
        facts.push(entry.exams.join(" "));
    }
    facts.join(" · ")
}

fn show_entry(ui: &mut Ui, model: &Model, entry: &Entry, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let current = model
        .loaded
        .as_ref()
        .is_some_and(|loaded| loaded.id == entry.id);
    let height = theme.text.body * 1.5 + theme.text.detail * 3.0 + theme.step(4.0);
    let seen = model.settings.seen.get(&entry.id).copied();
    let progress = progress(entry, seen);
    let name = match &progress {
        Some(progress) => format!("Open {}, {progress}", entry.title),
        None => format!("Open {}", entry.title),
    };
    let response = row(ui, theme, (height, &name, current), |painter, rect| {
        paint_entry(painter, theme, entry, rect, current);
        mark(painter, theme, entry, rect, seen);
    });
    if response.on_hover_text(&entry.summary).clicked() {
        out.push(Command::Open(entry.id.clone()));
    }
}

/// How far a scenario has been seen, in words.
fn progress(entry: &Entry, seen: Option<Seen>) -> Option<String> {
    let seen = seen?;
    Some(match seen.whole {
        true => "seen to the end".to_owned(),
        false => format!("{} of {} beats seen", seen.beats, entry.beats),
    })
}

/// A check mark at what has been seen to the end, a part of a line under what was begun.
fn mark(painter: &Painter, theme: &Theme, entry: &Entry, rect: Rect, seen: Option<Seen>) {
    let Some(seen) = seen else { return };
    let size = theme.text.icon * 0.8;
    let y = rect.top() + theme.step(2.0) + theme.text.body * 0.75;
    if seen.whole {
        let at = pos2(rect.right() - theme.step(2.0) - size / 2.0, y);
        icons::tool(
            painter,
            theme,
            at,
            icons::CHECK,
            size,
            theme.colours.accepted,
        );
        return;
    }
    let part = seen.beats as f32 / entry.beats.max(1) as f32;
    let left = rect.left() + theme.step(2.0);
    let right = rect.right() - theme.step(2.0);
    let y = rect.bottom() - theme.step(0.5);
    painter.hline(left..=right, y, Stroke::new(2.0, theme.colours.line));
    let reached = left + (right - left) * part.clamp(0.0, 1.0);
    painter.hline(left..=reached, y, Stroke::new(2.0, theme.colours.acting));
}

fn paint_entry(painter: &Painter, theme: &Theme, entry: &Entry, rect: Rect, current: bool) {
    let colours = &theme.colours;
    let variant = entry.parent.is_some();
    let left = rect.left() + theme.step(if variant { 5.0 } else { 2.0 });
    let icon = if variant {
        icons::VARIANT
    } else {
        icons::SCENARIO
    };
    let tint = if current {
        colours.acting
    } else {
        colours.ink_faint
    };
    let top = rect.top() + theme.step(2.0);
    let first = top + theme.text.body * 0.75;
    let size = theme.text.icon * 0.85;
    icons::tool(
        painter,
        theme,
        pos2(left + size / 2.0, first),
        icon,
        size,
        tint,
    );
    let words_left = left + size + theme.step(2.0);
    // The end of the line is the check mark's
    let width = rect.right() - theme.step(3.0) - theme.text.icon - words_left;
    let title = cut(
        painter,
        &entry.title,
        theme.medium(theme.text.body),
        colours.ink,
        width,
    );
    painter.galley(
        pos2(words_left, first - title.size().y / 2.0),
        title,
        colours.ink,
    );
    let mut y = top + theme.text.body * 1.5;
    for (words, colour) in [
        (entry.summary.clone(), colours.ink_soft),
        (facts(entry), colours.ink_faint),
    ] {
        let place = Rect::from_min_size(pos2(words_left, y), vec2(width, theme.text.detail * 1.5));
        line(painter, theme, place, &words, (theme.text.detail, colour));
        y += theme.text.detail * 1.5;
    }
    if variant {
        let x = rect.left() + theme.step(3.0);
        painter.vline(x, rect.y_range(), Stroke::new(1.0, colours.line));
    }
}
