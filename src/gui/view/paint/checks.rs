//! The checks that a receiver makes, ticked one by one with their evidence.

use bevy_egui::egui::{Align2, Rect, Stroke, pos2, vec2};

use super::canvas::Canvas;
use super::marks;
use crate::gui::view::theme::faded;
use crate::stage::frame::{CheckPanel, CheckRow, TickState};

/// From a row's left edge to its words at unit 1, in points.
const WORDS_LEFT: f32 = 38.0;
/// From a row's left edge to the middle of its mark at unit 1, in points.
const MARK_LEFT: f32 = 22.0;
/// From a row's words to its right edge at unit 1, in points.
const PAD: f32 = 12.0;
/// Title and progress are not farther from the upper edge than this, however far the first row is.
const HEAD: f32 = 40.0;

/// Paints the list.
pub fn paint(canvas: &Canvas<'_>, panel: &CheckPanel) {
    if panel.opacity <= 0.0 {
        return;
    }
    let canvas = &canvas.at_opacity(panel.opacity);
    let theme = canvas.theme;
    let colours = &theme.colours;
    let rect = canvas.rect(panel.rect);
    let line = if panel.refused {
        faded(colours.refused, 0.65)
    } else {
        colours.card_line
    };
    canvas.card(rect, theme.space.card_radius, Stroke::new(1.0, line));
    paint_head(canvas, panel, rect);
    for row in &panel.rows {
        paint_row(canvas, row);
    }
    // Rows that there is no room for are counted at the end of the first and the last one shown
    let edges = match panel.rows.as_slice() {
        [only] => [
            (Some(only), panel.hidden_above + panel.hidden_below),
            (None, 0),
        ],
        rows => [
            (rows.first(), panel.hidden_above),
            (rows.last(), panel.hidden_below),
        ],
    };
    for (row, hidden) in edges {
        let Some(row) = row.filter(|_| hidden > 0) else {
            continue;
        };
        let row = canvas.rect(row.rect);
        let height = canvas.detail_size() * 1.35 + theme.step(1.0);
        let right = row.right() - PAD * canvas.unit;
        let place = Rect::from_min_max(row.min, pos2(right, row.top() + height));
        let font = theme.regular(canvas.detail_size());
        canvas.text(
            place,
            Align2::RIGHT_CENTER,
            &format!("+{hidden}"),
            font,
            colours.ink_faint,
        );
    }
}

/// Title and progress, in the room above the first row.
fn paint_head(canvas: &Canvas<'_>, panel: &CheckPanel, rect: Rect) {
    let theme = canvas.theme;
    let colours = &theme.colours;
    let pad = PAD * canvas.unit + theme.step(1.0);
    let first = panel
        .rows
        .first()
        .map_or(rect.bottom(), |row| canvas.rect(row.rect).top());
    let top = rect.top() + theme.step(1.0);
    let head = Rect::from_min_max(
        pos2(rect.left() + pad, top),
        pos2(
            rect.right() - pad,
            first
                .min(top + HEAD * canvas.unit)
                .max(top + canvas.detail_size()),
        ),
    );
    let colour = if panel.refused {
        colours.refused
    } else {
        colours.ink_soft
    };
    let font = theme.medium(canvas.detail_size());
    let taken = canvas.text(
        head,
        Align2::RIGHT_CENTER,
        &panel.progress,
        font.clone(),
        colour,
    );
    let room = Rect::from_min_max(
        head.min,
        pos2(taken.left() - theme.step(2.0), head.bottom()),
    );
    canvas.text(
        room,
        Align2::LEFT_CENTER,
        &panel.title,
        font,
        colours.ink_soft,
    );
}

fn paint_row(canvas: &Canvas<'_>, row: &CheckRow) {
    let theme = canvas.theme;
    let colours = &theme.colours;
    let rect = canvas.rect(row.rect);
    let (name, evidence) = match row.state {
        TickState::Passed | TickState::Checking => (colours.ink, colours.ink_soft),
        TickState::Failed => (colours.ink, colours.refused_ink),
        TickState::Pending | TickState::NotReached => (colours.ink_faint, colours.ink_faint),
    };
    let unit = canvas.unit;
    let left = rect.left() + WORDS_LEFT * unit;
    let right = rect.right() - PAD * unit;
    let line = canvas.detail_size() * 1.35;
    let lines = 1 + row.evidence.len() + row.required.len();
    let spare = (rect.height() - line * lines as f32) / 2.0;
    let top = rect.top() + spare.max(0.0).min(theme.step(1.0));
    let name_rect = Rect::from_min_size(pos2(left, top), vec2(right - left, line));
    let at = pos2(rect.left() + MARK_LEFT * unit, name_rect.center().y + 0.5);
    marks::tick(&canvas.painter, theme, at, 8.0 * unit, row.state);
    let font = theme.medium(canvas.detail_size());
    canvas.text(name_rect, Align2::LEFT_CENTER, &row.name, font, name);
    let found = row.evidence.iter().map(|words| (words, evidence));
    let required = row.required.iter();
    let required = required.map(|words| (words, colours.ink_soft));
    let mut place = name_rect;
    for (words, ink) in found.chain(required) {
        place = place.translate(vec2(0.0, line));
        let font = theme.regular(canvas.detail_size());
        canvas.text(place, Align2::LEFT_CENTER, words, font, ink);
    }
}
