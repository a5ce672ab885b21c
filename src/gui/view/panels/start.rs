//! The start screen: what this is in one sentence, where to begin, everything there is.

use bevy_egui::egui::{Align2, Rect, ScrollArea, Sense, Stroke, Ui, UiBuilder, pos2, vec2};

use super::library::facts;
use crate::cloud::ledger::ActorKind;
use crate::gui::view::commands::Command;
use crate::gui::view::icons::{self, Duotone};
use crate::gui::view::model::{Entry, Model, Recent};
use crate::gui::view::paint::{self, canvas::corner};
use crate::gui::view::theme::Theme;
use crate::gui::view::widgets::{button, hinted, line, named, row, words};

/// The widest the content becomes, in points.
const WIDEST: f32 = 1240.0;
/// Scenarios that are offered as cards.
const FIRST: usize = 3;
/// Height of a card at text size 1, in points.
const CARD: f32 = 216.0;

/// Paints the start screen.
pub fn show(ui: &mut Ui, model: &Model, area: Rect, out: &mut Vec<Command>) {
    let theme = &model.theme;
    paint::backdrop(ui.painter(), theme, area);
    let margin = (area.width() * 0.06).clamp(theme.step(6.0), theme.step(24.0));
    let width = (area.width() - 2.0 * margin).min(WIDEST);
    let left = area.left() + ((area.width() - width) / 2.0).max(margin);
    let inner = Rect::from_min_max(pos2(left, area.top()), pos2(left + width, area.bottom()));
    let builder = UiBuilder::new().id_salt("start").max_rect(inner);
    ui.scope_builder(builder, |ui| {
        ui.set_clip_rect(area);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.add_space((area.height() * 0.08).max(theme.step(6.0)));
            greeting(ui, theme, width);
            ui.add_space(theme.step(7.0));
            cards(ui, model, width, out);
            ui.add_space(theme.step(6.0));
            all(ui, model, out);
            ui.add_space(theme.step(5.0));
            let notice = "Everything here is simulated on this machine; no key works anywhere. \
                          Not affiliated with Amazon Web Services.";
            words(
                ui,
                notice,
                theme.regular(theme.text.detail),
                theme.colours.ink_faint,
            );
            ui.add_space(theme.step(6.0));
        });
    });
}

fn greeting(ui: &mut Ui, theme: &Theme, width: f32) {
    words(
        ui,
        "Follow the token",
        theme.bold(theme.text.display),
        theme.colours.ink,
    );
    let sentence = "Watch a Facebook sign-in become temporary AWS credentials. Every token is \
                    real, every check is performed, and every refusal is explained.";
    ui.scope(|ui| {
        ui.set_max_width((width * 0.62).max(320.0).min(width));
        words(
            ui,
            sentence,
            theme.regular(theme.text.lead),
            theme.colours.ink_soft,
        );
    });
}

fn cards(ui: &mut Ui, model: &Model, width: f32, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let first: Vec<&Entry> = model
        .library
        .iter()
        .filter(|entry| entry.parent.is_none())
        .take(FIRST)
        .collect();
    if first.is_empty() {
        return;
    }
    let gap = theme.step(5.0);
    let columns = if width < 640.0 * theme.scale {
        1.0
    } else {
        first.len() as f32
    };
    let each = (width - gap * (columns - 1.0)) / columns;
    let height = if columns > 1.0 { CARD } else { CARD * 0.8 } * theme.scale;
    let icon = [
        icons::of_actor(ActorKind::Facebook),
        icons::of_actor(ActorKind::UserPool),
        icons::of_actor(ActorKind::Phone),
    ];
    let tint = [
        theme.colours.acting,
        theme.colours.jwt_payload,
        theme.colours.push,
    ];
    ui.spacing_mut().item_spacing = vec2(gap, gap);
    ui.horizontal_wrapped(|ui| {
        for ((entry, icon), tint) in first.into_iter().zip(icon).zip(tint) {
            card(
                ui,
                model,
                entry,
                (icon, tint),
                vec2(each - 0.5, height),
                out,
            );
        }
    });
    ui.spacing_mut().item_spacing = vec2(theme.step(2.0), theme.step(2.0));
}

fn card(
    ui: &mut Ui,
    model: &Model,
    entry: &Entry,
    (icon, tint): (Duotone, bevy_egui::egui::Color32),
    size: bevy_egui::egui::Vec2,
    out: &mut Vec<Command>,
) {
    let theme = &model.theme;
    let colours = &theme.colours;
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let canvas = paint::canvas::Canvas::new(ui.painter().clone(), theme, rect, theme.scale);
    let lit = response.hovered() || response.has_focus();
    let line_colour = if lit {
        colours.acting
    } else {
        colours.card_line
    };
    if lit {
        canvas.glow(rect, theme.space.zone_radius, colours.acting);
    }
    canvas.card(rect, theme.space.zone_radius, Stroke::new(1.0, line_colour));
    let inner = rect.shrink(theme.step(6.0));
    let size = 34.0 * theme.scale;
    let at = inner.min + vec2(size / 2.0, size / 2.0);
    icons::duotone(ui.painter(), theme, at, icon, size, tint);
    let painter = ui.painter().with_clip_rect(rect.shrink(2.0));
    let title = painter.layout(
        entry.title.clone(),
        theme.semibold(theme.text.heading),
        colours.ink,
        inner.width(),
    );
    let mut y = inner.top() + size + theme.step(4.0);
    painter.galley(pos2(inner.left(), y), title.clone(), colours.ink);
    y += title.size().y + theme.step(1.5);
    let font = theme.regular(theme.text.body);
    let summary = painter.layout(entry.summary.clone(), font, colours.ink_soft, inner.width());
    let foot = inner.bottom() - theme.text.detail * 1.4;
    let room = Rect::from_min_max(
        pos2(inner.left(), y),
        pos2(inner.right(), foot - theme.step(1.0)),
    );
    painter
        .with_clip_rect(room)
        .galley(room.min, summary, colours.ink_soft);
    let place = Rect::from_min_max(pos2(inner.left(), foot), inner.max);
    line(
        &painter,
        theme,
        place,
        &facts(entry),
        (theme.text.detail, colours.ink_faint),
    );
    named(ui, theme, &response, &format!("Open {}", entry.title));
    if response.clicked() {
        out.push(Command::Open(entry.id.clone()));
    }
}

/// Continue where you left off, and the whole library as a list.
fn all(ui: &mut Ui, model: &Model, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let colours = &theme.colours;
    let frame = bevy_egui::egui::Frame::new()
        .fill(colours.zone)
        .stroke(Stroke::new(1.0, colours.zone_line))
        .corner_radius(corner(theme.space.zone_radius))
        .inner_margin(18);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        resume(ui, model, out);
        recent(ui, model, out);
        let variants = model
            .library
            .iter()
            .filter(|entry| entry.parent.is_some())
            .count();
        let scenarios = model.library.len() - variants;
        words(
            ui,
            "Library",
            theme.semibold(theme.text.heading),
            colours.ink,
        );
        let count = format!("{scenarios} scenarios · {variants} variants");
        words(
            ui,
            count,
            theme.regular(theme.text.detail),
            colours.ink_faint,
        );
        for entry in &model.library {
            list_row(ui, theme, entry, out);
        }
    });
}

/// Continue where you left off, or with a file of one's own.
fn resume(ui: &mut Ui, model: &Model, out: &mut Vec<Command>) {
    let theme = &model.theme;
    ui.horizontal_wrapped(|ui| {
        if let Some((id, beat)) = &model.settings.last {
            let entry = model.library.iter().find(|entry| entry.id == *id);
            let file = model.recent.iter().find(|file| file.path == *id);
            let title = match (entry, file) {
                (Some(entry), _) => Some(entry.title.as_str()),
                (None, Some(file)) if !file.missing => Some(file.name()),
                _ => None,
            };
            if let Some(title) = title {
                let words = format!("Continue {title} at beat {}", beat + 1);
                if button(ui, theme, icons::PLAY, &words, theme.colours.acting).clicked() {
                    out.push(Command::Open(id.clone()));
                }
            }
        }
        let quiet = theme.colours.card_line;
        if button(ui, theme, icons::OPEN_FILE, "Open a file", quiet).clicked() {
            out.push(Command::OpenFile);
        }
    });
    ui.add_space(theme.step(2.0));
}

/// Files that were opened before; those that are gone say so and can be taken off.
fn recent(ui: &mut Ui, model: &Model, out: &mut Vec<Command>) {
    if model.recent.is_empty() {
        return;
    }
    let theme = &model.theme;
    let colours = &theme.colours;
    words(
        ui,
        "Recent files",
        theme.semibold(theme.text.heading),
        colours.ink,
    );
    for file in &model.recent {
        recent_row(ui, theme, file, out);
    }
    ui.add_space(theme.step(3.0));
}

fn recent_row(ui: &mut Ui, theme: &Theme, file: &Recent, out: &mut Vec<Command>) {
    let colours = &theme.colours;
    let name = if file.missing {
        format!(
            "Remove {} from the list: it is no longer there",
            file.name()
        )
    } else {
        format!("Open the recent file {}", file.name())
    };
    let height = theme.space.control * 1.15;
    let response = row(ui, theme, (height, &name, false), |painter, rect| {
        painter.hline(rect.x_range(), rect.top(), Stroke::new(1.0, colours.line));
        let at = pos2(
            rect.left() + theme.step(1.0) + theme.text.icon / 2.0,
            rect.center().y,
        );
        let (icon, tint, ink) = if file.missing {
            (icons::CLOSE, colours.ink_faint, colours.ink_faint)
        } else {
            (icons::OPEN_FILE, colours.acting, colours.ink)
        };
        icons::tool(painter, theme, at, icon, theme.text.icon * 0.9, tint);
        let left = at.x + theme.text.icon / 2.0 + theme.step(2.5);
        let right = rect.right() - theme.step(2.0);
        let middle = left + (right - left) * 0.4;
        let place = Rect::from_x_y_ranges(left..=middle - theme.step(2.0), rect.y_range());
        line(painter, theme, place, file.name(), (theme.text.body, ink));
        let aside = if file.missing {
            "no longer there; click to remove it from this list"
        } else {
            &file.path
        };
        let place = Rect::from_x_y_ranges(middle..=right, rect.y_range());
        let faint = (theme.text.detail, colours.ink_faint);
        line(painter, theme, place, aside, faint);
    });
    if hinted(response, || file.path.clone()).clicked() {
        out.push(if file.missing {
            Command::ForgetRecent(file.path.clone())
        } else {
            Command::Open(file.path.clone())
        });
    }
}

fn list_row(ui: &mut Ui, theme: &Theme, entry: &Entry, out: &mut Vec<Command>) {
    let colours = &theme.colours;
    let variant = entry.parent.is_some();
    let name = format!("Open {} from the list", entry.title);
    let response = row(
        ui,
        theme,
        (theme.space.control * 1.15, &name, false),
        |painter, rect| {
            painter.hline(rect.x_range(), rect.top(), Stroke::new(1.0, colours.line));
            let indent = theme.step(if variant { 7.0 } else { 1.0 });
            let icon = if variant {
                icons::VARIANT
            } else {
                icons::SCENARIO
            };
            let at = pos2(
                rect.left() + indent + theme.text.icon / 2.0,
                rect.center().y,
            );
            let tint = if variant {
                colours.refused
            } else {
                colours.acting
            };
            icons::tool(painter, theme, at, icon, theme.text.icon * 0.9, tint);
            let right = painter.text(
                pos2(rect.right() - theme.step(2.0), rect.center().y),
                Align2::RIGHT_CENTER,
                facts(entry),
                theme.regular(theme.text.detail),
                colours.ink_faint,
            );
            let left = at.x + theme.text.icon / 2.0 + theme.step(2.5);
            let place =
                Rect::from_x_y_ranges(left..=right.left() - theme.step(3.0), rect.y_range());
            line(
                painter,
                theme,
                place,
                &entry.title,
                (theme.text.body, colours.ink),
            );
        },
    );
    if response.on_hover_text(&entry.summary).clicked() {
        out.push(Command::Open(entry.id.clone()));
    }
}
