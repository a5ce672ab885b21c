//! Small marks with a fixed meaning: the state of a check, how much of a life is left, progress
//! in the library. Each differs in shape as well as in colour.

use std::f32::consts::{FRAC_PI_2, TAU};

use bevy_egui::egui::{Painter, Pos2, Stroke, vec2};

use super::pen::{Pen, arc};
use crate::gui::view::theme::{Theme, faded};
use crate::stage::frame::TickState;

/// Below this part of its life an artifact is nearly over.
const NEARLY_OVER: f32 = 0.2;
/// Dashes of a ring that is nearly over.
const DASHES: u8 = 8;

/// The state of a check around a point.
pub fn tick(painter: &Painter, theme: &Theme, at: Pos2, radius: f32, state: TickState) {
    let colours = &theme.colours;
    let pen = Pen::new(painter, at, 0.0);
    let thin = Stroke::new(1.5, colours.ink_faint);
    match state {
        TickState::Pending => pen.circle(vec2(0.0, 0.0), radius - 0.75, thin),
        TickState::Checking => {
            dashed_ring(&pen, radius - 1.0, 1.0, Stroke::new(2.0, colours.acting));
        }
        TickState::Passed => {
            pen.dot(vec2(0.0, 0.0), radius, colours.accepted);
            check(&pen, radius, Stroke::new(radius * 0.24, colours.card));
        }
        TickState::Failed => {
            pen.dot(vec2(0.0, 0.0), radius, colours.refused);
            cross(&pen, radius, Stroke::new(radius * 0.24, colours.card));
        }
        TickState::NotReached => {
            pen.circle(
                vec2(0.0, 0.0),
                radius - 0.75,
                Stroke::new(1.25, faded(thin.color, 0.6)),
            );
            let reach = radius * 0.35;
            pen.line(
                &[vec2(-reach, 0.0), vec2(reach, 0.0)],
                Stroke::new(1.25, thin.color),
            );
        }
    }
}

fn check(pen: &Pen<'_>, radius: f32, line: Stroke) {
    let way = [vec2(-0.45, 0.02), vec2(-0.12, 0.36), vec2(0.46, -0.32)].map(|p| p * radius);
    pen.line(&way, line);
}

fn cross(pen: &Pen<'_>, radius: f32, line: Stroke) {
    let reach = radius * 0.36;
    pen.line(&[vec2(-reach, -reach), vec2(reach, reach)], line);
    pen.line(&[vec2(-reach, reach), vec2(reach, -reach)], line);
}

fn dashed_ring(pen: &Pen<'_>, radius: f32, part: f32, line: Stroke) {
    let one = TAU / f32::from(DASHES);
    for dash in 0..DASHES {
        let from = one * f32::from(dash);
        if from >= TAU * part {
            break;
        }
        let to = (from + one * 0.55).min(TAU * part);
        pen.line(
            &arc(vec2(0.0, 0.0), radius, from - FRAC_PI_2, to - FRAC_PI_2),
            line,
        );
    }
}

/// How much of a life is left: a closing ring; dashed and warm when it is nearly over; crossed
/// out when it is.
pub fn life(painter: &Painter, theme: &Theme, at: Pos2, radius: f32, left: f32) {
    let colours = &theme.colours;
    let pen = Pen::new(painter, at, 0.0);
    let width = (radius * 0.36).max(1.5);
    let track = radius - width / 2.0;
    pen.circle(vec2(0.0, 0.0), track, Stroke::new(width, colours.card_line));
    if left <= 0.0 {
        pen.circle(
            vec2(0.0, 0.0),
            track,
            Stroke::new(width * 0.7, colours.refused),
        );
        let reach = radius * 0.9;
        let slash = [vec2(-reach, reach), vec2(reach, -reach)];
        pen.line(&slash, Stroke::new(width * 0.8, colours.refused));
    } else if left < NEARLY_OVER {
        // A dash at least, however little is left
        let part = left.max(1.0 / f32::from(DASHES));
        dashed_ring(&pen, track, part, Stroke::new(width, colours.credentials));
    } else {
        let end = TAU * left.min(1.0) - FRAC_PI_2;
        let colour = colours.acting;
        pen.line(
            &arc(vec2(0.0, 0.0), track, -FRAC_PI_2, end),
            Stroke::new(width, colour),
        );
    }
}
