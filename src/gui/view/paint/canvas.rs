//! What every part of the stage's picture is painted on: a painter, a theme, and the way from
//! the frame's coordinates to the window's. Also the surfaces that cards share: shadow, glow,
//! text that never leaves its rectangle.

use std::sync::Arc;

use bevy_egui::egui::epaint::{Mesh, RectShape};
use bevy_egui::egui::text::{LayoutJob, TextFormat, TextWrapping};
use bevy_egui::egui::{
    Align2, Color32, CornerRadius, FontId, Galley, Painter, Pos2, Rect, Shadow, Stroke, StrokeKind,
    Vec2, vec2,
};

use crate::gui::view::theme::{Theme, faded};
use crate::stage::frame::{self, Point};

/// How far light spreads around a card that takes part, in points.
const GLOW_REACH: f32 = 14.0;

/// A painter with a theme, placed in the window.
pub struct Canvas<'a> {
    /// Paints in window coordinates
    pub painter: Painter,
    /// Colours and sizes
    pub theme: &'a Theme,
    /// Where the frame's (0, 0) is in the window
    pub origin: Vec2,
    /// What a point of text measures on this stage
    pub unit: f32,
}

impl<'a> Canvas<'a> {
    /// A canvas over an area of the window.
    pub fn new(painter: Painter, theme: &'a Theme, area: Rect, unit: f32) -> Self {
        Self {
            painter,
            theme,
            origin: area.min.to_vec2(),
            unit,
        }
    }

    /// Names of actors and checks, as large as the frame's rectangles expect.
    pub fn name_size(&self) -> f32 {
        self.theme.text.name / self.theme.scale * self.unit
    }

    /// Everything smaller on the stage.
    pub fn detail_size(&self) -> f32 {
        self.theme.text.detail / self.theme.scale * self.unit
    }

    /// A point of the frame in the window.
    pub fn pos(&self, point: Point) -> Pos2 {
        Pos2::new(point.x, point.y) + self.origin
    }

    /// A rectangle of the frame in the window.
    pub fn rect(&self, rect: frame::Rect) -> Rect {
        Rect::from_min_size(Pos2::new(rect.x, rect.y), vec2(rect.w, rect.h)).translate(self.origin)
    }

    /// The same canvas, everything on it nearer to transparent.
    pub fn at_opacity(&self, opacity: f32) -> Self {
        let mut painter = self.painter.clone();
        painter.multiply_opacity(opacity.clamp(0.0, 1.0));
        Self {
            painter,
            theme: self.theme,
            origin: self.origin,
            unit: self.unit,
        }
    }

    /// Text in a rectangle, cut with an ellipsis where it would leave it.
    pub fn text(
        &self,
        rect: Rect,
        align: Align2,
        text: &str,
        font: FontId,
        colour: Color32,
    ) -> Rect {
        let galley = cut(&self.painter, text, font, colour, rect.width());
        let at = align.align_size_within_rect(galley.size(), rect).min;
        let place = Rect::from_min_size(at, galley.size());
        self.painter.galley(at, galley, colour);
        place
    }

    /// A soft shadow, a surface and a border.
    pub fn card(&self, rect: Rect, radius: f32, border: Stroke) {
        let corner = corner(radius);
        let shadow = Shadow {
            offset: [0, 6],
            blur: 24,
            spread: 0,
            color: self.theme.colours.shadow,
        };
        self.painter.add(shadow.as_shape(rect, corner));
        self.painter.rect(
            rect,
            corner,
            self.theme.colours.card,
            border,
            StrokeKind::Inside,
        );
    }

    /// Light around a card that takes part.
    pub fn glow(&self, rect: Rect, radius: f32, colour: Color32) {
        let shape = RectShape::filled(rect.expand(3.0), corner(radius + 3.0), faded(colour, 0.34));
        self.painter.add(shape.with_blur_width(GLOW_REACH));
    }

    /// The ring around what is selected or has the keyboard.
    pub fn ring(&self, rect: Rect, radius: f32) {
        self.painter.rect_stroke(
            rect.expand(2.0),
            corner(radius + 2.0),
            self.theme.focus(),
            StrokeKind::Outside,
        );
    }

    /// The ring around what has the value that is followed: dashed, so that it is no selection.
    pub fn trail(&self, rect: Rect, radius: f32) {
        let colour = self.theme.colours.push;
        let corners = [
            rect.left_top(),
            rect.right_top(),
            rect.right_bottom(),
            rect.left_bottom(),
            rect.left_top(),
        ];
        // Dashes go straight; a round corner is cut a little, which a dash does not show
        let inset = (radius * 0.3).min(rect.height() * 0.3);
        let cut = |from: Pos2, to: Pos2| {
            let along = (to - from).normalized() * inset;
            [from + along, to - along]
        };
        for side in corners.windows(2) {
            if let [from, to] = side {
                let line = Stroke::new(2.0, colour);
                let dashes = bevy_egui::egui::Shape::dashed_line(&cut(*from, *to), line, 6.0, 4.0);
                self.painter.extend(dashes);
            }
        }
    }

    /// A pill with a line around it.
    pub fn pill(&self, rect: Rect, fill: Color32, line: Stroke) {
        let radius = corner((rect.height() / 2.0).min(self.theme.space.small_radius));
        self.painter
            .rect(rect, radius, fill, line, StrokeKind::Inside);
    }
}

/// A corner radius as egui counts it.
pub fn corner(radius: f32) -> CornerRadius {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to what a byte holds"
    )]
    CornerRadius::same(radius.clamp(0.0, 255.0) as u8)
}

/// Lays out one line, cut with an ellipsis at a width.
pub fn cut(
    painter: &Painter,
    text: &str,
    font: FontId,
    colour: Color32,
    width: f32,
) -> Arc<Galley> {
    let mut job = LayoutJob::single_section(text.to_owned(), TextFormat::simple(font, colour));
    // Layout knew the text's width to a fraction of a point: half a point spares a needless cut
    job.wrap = TextWrapping {
        max_width: width + 0.5,
        max_rows: 1,
        break_anywhere: true,
        ..TextWrapping::default()
    };
    painter.layout_job(job)
}

/// Light that fades from the middle of an ellipse to nothing at its edge.
pub fn halo(painter: &Painter, center: Pos2, reach: Vec2, colour: Color32) {
    const SIDES: u8 = 48;
    let mut mesh = Mesh::default();
    mesh.colored_vertex(center, colour);
    for side in 0..SIDES {
        let angle = std::f32::consts::TAU * f32::from(side) / f32::from(SIDES);
        mesh.colored_vertex(center + Vec2::angled(angle) * reach, Color32::TRANSPARENT);
    }
    for side in 0..u32::from(SIDES) {
        mesh.add_triangle(0, side + 1, (side + 1) % u32::from(SIDES) + 1);
    }
    painter.add(mesh);
}
