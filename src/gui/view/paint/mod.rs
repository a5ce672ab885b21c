//! The stage's picture, painted from a frame. Nothing is decided here: where things stand, what
//! they say and how far they are is in the frame; this says what that looks like.

pub mod artifact;
pub mod canvas;
mod cards;
mod checks;
mod lanes;
pub mod marks;
pub mod pen;
mod zones;

use bevy_egui::egui::{Direction, Painter, Rect, Shape, vec2};

use self::canvas::{Canvas, halo};
use super::theme::Theme;
use crate::stage::frame::Frame;

/// Paints the surface behind the stage.
pub fn backdrop(painter: &Painter, theme: &Theme, area: Rect) {
    let colours = &theme.colours;
    let shades = [colours.stage_top, colours.stage_bottom];
    painter.add(Shape::gradient_rect(area, Direction::TopDown, shades));
    let reach = vec2(area.width() * 0.6, area.height() * 0.7);
    halo(
        &painter.with_clip_rect(area),
        area.center(),
        reach,
        colours.glow,
    );
}

/// Paints a frame into an area of the window.
pub fn stage(painter: &Painter, theme: &Theme, area: Rect, frame: &Frame) {
    backdrop(painter, theme, area);
    let canvas = Canvas::new(painter.with_clip_rect(area), theme, area, frame.unit);
    for zone in &frame.zones {
        zones::paint(&canvas, zone);
    }
    for lane in &frame.lanes {
        lanes::paint(&canvas, lane);
    }
    for actor in &frame.actors {
        cards::paint(&canvas, actor);
    }
    for lane in &frame.lanes {
        lanes::paint_label(&canvas, lane, &frame.actors);
    }
    if let Some(panel) = &frame.checks {
        checks::paint(&canvas, panel);
    }
    for parcel in &frame.parcels {
        lanes::paint_parcel(&canvas, parcel);
    }
    if let Some(stamp) = &frame.stamp {
        lanes::paint_stamp(&canvas, stamp);
    }
}

/// Paints rings around what is selected.
pub fn selection_ring(painter: &Painter, theme: &Theme, rect: Rect, radius: f32) {
    Canvas::new(painter.clone(), theme, rect, 1.0).ring(rect, radius);
}
