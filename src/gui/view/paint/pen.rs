//! A pen that draws small shapes in their own coordinates, moved and turned as a whole. The
//! shapes of artifacts are made with it, so that one description serves every size and angle.

use std::f32::consts::{FRAC_PI_2, PI};

use bevy_egui::egui::epaint::{Mesh, PathShape, PathStroke};
use bevy_egui::egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, Vec2, emath::Rot2, vec2};

/// Segments of a quarter circle; enough for shapes up to about 60 points.
const QUARTER_SEGMENTS: u32 = 6;

/// Draws around an origin at an angle.
pub struct Pen<'a> {
    painter: &'a Painter,
    origin: Pos2,
    turn: Rot2,
}

impl<'a> Pen<'a> {
    /// A pen whose (0, 0) is at `origin`, turned by `angle` radians.
    pub fn new(painter: &'a Painter, origin: Pos2, angle: f32) -> Self {
        Self {
            painter,
            origin,
            turn: Rot2::from_angle(angle),
        }
    }

    /// The same pen, moved within its own coordinates and turned further.
    pub fn moved(&self, by: Vec2, angle: f32) -> Self {
        Self {
            painter: self.painter,
            origin: self.origin + self.turn * by,
            turn: self.turn * Rot2::from_angle(angle),
        }
    }

    fn place(&self, points: &[Vec2]) -> Vec<Pos2> {
        points
            .iter()
            .map(|point| self.origin + self.turn * *point)
            .collect()
    }

    /// Fills a convex outline.
    pub fn fill(&self, outline: &[Vec2], colour: Color32) {
        self.painter.add(Shape::convex_polygon(
            self.place(outline),
            colour,
            Stroke::NONE,
        ));
    }

    /// Fills an outline every point of which can be seen from the origin.
    pub fn fill_star(&self, outline: &[Vec2], colour: Color32) {
        let mut mesh = Mesh::default();
        mesh.colored_vertex(self.origin, colour);
        for point in self.place(outline) {
            mesh.colored_vertex(point, colour);
        }
        let count = u32::try_from(outline.len()).unwrap_or(0);
        for at in 0..count {
            mesh.add_triangle(0, at + 1, (at + 1) % count + 1);
        }
        self.painter.add(mesh);
    }

    /// Draws along a closed outline.
    pub fn outline(&self, outline: &[Vec2], stroke: Stroke) {
        let stroke = PathStroke::new(stroke.width, stroke.color);
        self.painter
            .add(PathShape::closed_line(self.place(outline), stroke));
    }

    /// Draws along points.
    pub fn line(&self, points: &[Vec2], stroke: Stroke) {
        self.painter.add(PathShape::line(
            self.place(points),
            PathStroke::new(stroke.width, stroke.color),
        ));
    }

    /// Fills a circle.
    pub fn dot(&self, at: Vec2, radius: f32, colour: Color32) {
        self.painter
            .circle_filled(self.origin + self.turn * at, radius, colour);
    }

    /// Draws around a circle.
    pub fn circle(&self, at: Vec2, radius: f32, stroke: Stroke) {
        self.painter
            .circle_stroke(self.origin + self.turn * at, radius, stroke);
    }
}

/// Points along an arc; angles in radians, clockwise from the right.
pub fn arc(center: Vec2, radius: f32, from: f32, to: f32) -> Vec<Vec2> {
    let turns = ((to - from).abs() / FRAC_PI_2).max(0.1);
    let size = (radius / 8.0).clamp(1.0, 4.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a handful of segments"
    )]
    let steps = (turns * size * QUARTER_SEGMENTS as f32)
        .ceil()
        .clamp(1.0, 256.0) as u32;
    (0..=steps)
        .map(|step| {
            let angle = from + (to - from) * step as f32 / steps as f32;
            center + radius * Vec2::angled(angle)
        })
        .collect()
}

/// The outline of a rectangle with its own radius for each corner: top left, top right, bottom
/// right, bottom left. What a thick line has shrunk to less than nothing is drawn as nothing, in
/// its middle: on a small stage a part of a token can be thinner than its outline.
pub fn rounded(rect: Rect, radii: [f32; 4]) -> Vec<Vec2> {
    let size = rect.size().max(Vec2::ZERO);
    let rect = Rect::from_center_size(rect.center(), size);
    let most = size.min_elem() / 2.0;
    let [nw, ne, se, sw] = radii.map(|radius| radius.clamp(0.0, most));
    let (min, max) = (rect.min.to_vec2(), rect.max.to_vec2());
    let mut points = Vec::with_capacity(4 * QUARTER_SEGMENTS as usize);
    for (corner, radius, from) in [
        (vec2(min.x + nw, min.y + nw), nw, PI),
        (vec2(max.x - ne, min.y + ne), ne, 1.5 * PI),
        (vec2(max.x - se, max.y - se), se, 0.0),
        (vec2(min.x + sw, max.y - sw), sw, FRAC_PI_2),
    ] {
        if radius < 0.1 {
            points.push(corner);
        } else {
            points.extend(arc(corner, radius, from, from + FRAC_PI_2));
        }
    }
    // Where arcs meet, one point is enough: between two alike a line would have any direction, and
    // its corner would be a spike
    let alike = |one: &Vec2, other: &Vec2| (*one - *other).length() < 0.01;
    points.dedup_by(|one, other| alike(one, other));
    if points.len() > 1
        && points
            .first()
            .zip(points.last())
            .is_some_and(|(a, b)| alike(a, b))
    {
        points.pop();
    }
    points
}

/// A rectangle around the origin.
pub fn around(size: Vec2) -> Rect {
    Rect::from_center_size(Pos2::ZERO, size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_thinner_than_its_outline_is_drawn_as_nothing_in_its_place() {
        let thin = around(vec2(1.0, 6.0)).shrink(0.625);
        assert!(thin.width() < 0.0);
        for point in rounded(thin, [3.0, 1.0, 1.0, 3.0]) {
            assert!(point.x.abs() < 1e-4 && point.y.abs() <= 3.0, "{point:?}");
        }
    }

    #[test]
    fn no_corner_is_rounder_than_half_of_the_shorter_side() {
        let outline = rounded(around(vec2(20.0, 6.0)), [50.0; 4]);
        let inside = around(vec2(20.0, 6.0)).expand(1e-4);
        assert!(outline.iter().all(|point| inside.contains(point.to_pos2())));
    }
}
