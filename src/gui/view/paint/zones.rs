//! Lit regions of the stage, with their titles set into the upper border.

use std::f32::consts::{FRAC_PI_2, PI};

use bevy_egui::egui::epaint::{PathShape, PathStroke};
use bevy_egui::egui::{Align2, Pos2, Rect, Stroke, pos2};

use super::canvas::{Canvas, corner};
use super::pen::arc;
use crate::stage::frame::{ZoneKind, ZoneView};

/// Room between the title and the border it interrupts, in points.
const TITLE_GAP: f32 = 8.0;

/// Paints a zone.
pub fn paint(canvas: &Canvas<'_>, zone: &ZoneView) {
    let theme = canvas.theme;
    let colours = &theme.colours;
    let rect = canvas.rect(zone.rect);
    let radius = theme.space.zone_radius * canvas.unit.min(1.0);
    let (fill, line, ink) = match zone.kind {
        ZoneKind::Account => (
            colours.account,
            Stroke::new(1.5, colours.account_line),
            colours.ink_soft,
        ),
        ZoneKind::Person | ZoneKind::Providers => (
            colours.zone,
            Stroke::new(1.0, colours.zone_line),
            colours.ink_soft,
        ),
    };
    canvas.painter.rect_filled(rect, corner(radius), fill);
    let title = canvas.text(
        canvas.rect(zone.title_rect),
        Align2::LEFT_CENTER,
        &zone.title,
        theme.regular(canvas.detail_size()),
        ink,
    );
    border(canvas, rect, radius, line, title);
}

/// The border, open where the title stands.
fn border(canvas: &Canvas<'_>, rect: Rect, radius: f32, line: Stroke, title: Rect) {
    let rect = rect.shrink(line.width / 2.0);
    let radius = radius.min(rect.width() / 2.0).min(rect.height() / 2.0);
    let corner_at = |x: f32, y: f32, from: f32| {
        arc(pos2(x, y).to_vec2(), radius, from, from + FRAC_PI_2)
            .into_iter()
            .map(|v| v.to_pos2())
    };
    let mut way: Vec<Pos2> = vec![pos2(
        (title.right() + TITLE_GAP).min(rect.right()),
        rect.top(),
    )];
    way.extend(corner_at(
        rect.right() - radius,
        rect.top() + radius,
        -FRAC_PI_2,
    ));
    way.extend(corner_at(
        rect.right() - radius,
        rect.bottom() - radius,
        0.0,
    ));
    way.extend(corner_at(
        rect.left() + radius,
        rect.bottom() - radius,
        FRAC_PI_2,
    ));
    way.extend(corner_at(rect.left() + radius, rect.top() + radius, PI));
    way.push(pos2(
        (title.left() - TITLE_GAP).max(rect.left() + radius),
        rect.top(),
    ));
    canvas.painter.add(PathShape::line(
        way,
        PathStroke::new(line.width, line.color),
    ));
}
