//! Lanes between actors, what travels along them, and the stamp of a refusal.

use bevy_egui::egui::epaint::{CubicBezierShape, PathShape, PathStroke, RectShape, TextShape};
use bevy_egui::egui::{
    Align2, Color32, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, emath::Rot2, pos2, vec2,
};

use super::artifact::{self, Art};
use super::canvas::{Canvas, corner, halo};
use crate::gui::view::theme::{ThemeName, faded, over};
use crate::stage::frame::{ActorView, LaneLook, LaneView, ParcelView, StampView};
use crate::stage::metric;

/// Width of a lane, in points.
const LANE_WIDTH: f32 = 2.0;
/// Length and half width of an arrow head, in points.
const HEAD: Vec2 = Vec2::new(13.0, 6.0);
/// Distance between the dots of a waiting lane, in points.
const DOT_SPACING: f32 = 7.0;
/// A label farther than this from its lane is tied to it, in points.
const NEAR: f32 = 14.0;
/// How much more of a label's ground there is than of its words, while they come and go.
const GROUND_STAYS: f32 = 3.0;
/// In how many places a lane is looked at for the one nearest to its label.
const LEAD_SAMPLES: usize = 32;
/// In how many places the line between them is looked at.
const LEAD_STEPS: f32 = 12.0;
/// Half a broken parcel's gap, in points.
const BREAK_GAP: f32 = 7.0;

fn colour(canvas: &Canvas<'_>, lane: &LaneView) -> Color32 {
    let colours = &canvas.theme.colours;
    match lane.look {
        LaneLook::Request if lane.depth > 0 => colours.nested,
        LaneLook::Request | LaneLook::Waiting => colours.acting,
        LaneLook::Response => colours.accepted,
        LaneLook::Refused => colours.refused,
    }
}

/// What comes and goes: a canvas that lets the ground through, or, on a light ground, colours that
/// turn into it. There, what lets light through would be grey on its way: the device adds light.
struct Fading<'a> {
    canvas: Canvas<'a>,
    /// The ground to turn into, and how far it has not
    into: Option<(Color32, f32)>,
}

impl<'a> Fading<'a> {
    fn new(canvas: &Canvas<'a>, opacity: f32) -> Self {
        let colours = &canvas.theme.colours;
        if canvas.theme.name == ThemeName::Light {
            Self {
                canvas: canvas.at_opacity(1.0),
                into: Some((colours.zone, opacity)),
            }
        } else {
            Self {
                canvas: canvas.at_opacity(opacity),
                into: None,
            }
        }
    }

    /// A colour at a part of its strength.
    fn tone(&self, colour: Color32, strength: f32) -> Color32 {
        match self.into {
            Some((ground, opacity)) => over(ground, colour, opacity * strength),
            None => faded(colour, strength),
        }
    }
}

/// Paints a lane: solid while a message is on it, dotted while its caller waits.
pub fn paint(canvas: &Canvas<'_>, lane: &LaneView) {
    if lane.opacity <= 0.0 {
        return;
    }
    let fading = Fading::new(canvas, lane.opacity);
    let canvas = &fading.canvas;
    let full = colour(canvas, lane);
    let colour = fading.tone(full, 1.0);
    let mut points = lane.curve.map(|point| canvas.pos(point));
    let to_caller = lane.look == LaneLook::Response;
    if to_caller {
        points.reverse();
    }
    let [.., before, tip] = points;
    let direction = if (tip - before).length() > 0.01 {
        (tip - before).normalized()
    } else {
        Vec2::X
    };
    // The line ends inside the head, so that its blunt end does not show beside the tip
    points[3] = tip - direction * (HEAD.x - 2.0);
    points[2] = before - direction * (HEAD.x - 2.0);
    let curve = CubicBezierShape::from_points_stroke(
        points,
        false,
        Color32::TRANSPARENT,
        Stroke::new(LANE_WIDTH, colour),
    );
    let way = curve.flatten(Some(0.1));
    if lane.look == LaneLook::Waiting {
        let radius = LANE_WIDTH * 0.6;
        canvas.painter.extend(Shape::dotted_line(
            &way,
            fading.tone(full, 0.85),
            DOT_SPACING,
            radius,
        ));
    } else {
        let under = PathStroke::new(LANE_WIDTH * 4.0, fading.tone(full, 0.12));
        canvas.painter.add(PathShape::line(way.clone(), under));
        canvas
            .painter
            .add(PathShape::line(way, PathStroke::new(LANE_WIDTH, colour)));
    }
    head(canvas, tip, direction, colour);
}

fn head(canvas: &Canvas<'_>, tip: Pos2, direction: Vec2, colour: Color32) {
    let back = tip - direction * HEAD.x;
    let side = direction.rot90() * HEAD.y;
    canvas.painter.add(Shape::convex_polygon(
        vec![tip, back + side, back - side],
        colour,
        Stroke::NONE,
    ));
}

/// Paints the operation's name on its lane.
pub fn paint_label(canvas: &Canvas<'_>, lane: &LaneView, actors: &[ActorView]) {
    if lane.opacity <= 0.0 || lane.label.is_empty() {
        return;
    }
    // The ground of what fades stays until last: the lane would strike the words through
    let ground = Fading::new(canvas, (lane.opacity * GROUND_STAYS).min(1.0));
    let fading = Fading::new(canvas, lane.opacity);
    let canvas = &fading.canvas;
    let theme = canvas.theme;
    let rect = canvas.rect(lane.label_rect);
    let line = Stroke::new(1.0, fading.tone(colour(canvas, lane), 0.7));
    lead(canvas, lane, actors, rect, line);
    let field = ground.tone(theme.colours.field, 1.0);
    ground.canvas.pill(rect, field, Stroke::NONE);
    canvas.pill(rect, Color32::TRANSPARENT, line);
    let inside = rect.shrink2(vec2(theme.step(1.0), 0.0));
    let height = metric::DETAIL_LINE * canvas.unit;
    let first = inside.center().y - height * (lane.label_lines.len() as f32 - 1.0) / 2.0;
    for (place, words) in lane.label_lines.iter().enumerate() {
        let middle = pos2(inside.center().x, first + place as f32 * height);
        canvas.text(
            Rect::from_center_size(middle, vec2(inside.width(), height)),
            Align2::CENTER_CENTER,
            words,
            theme.mono(canvas.detail_size()),
            fading.tone(theme.colours.ink, 1.0),
        );
    }
}

/// A label that found no room near its lane is tied to it by a thin line, where the lane is seen.
fn lead(canvas: &Canvas<'_>, lane: &LaneView, actors: &[ActorView], label: Rect, line: Stroke) {
    let curve = CubicBezierShape::from_points_stroke(
        lane.curve.map(|point| canvas.pos(point)),
        false,
        Color32::TRANSPARENT,
        line,
    );
    let along = (1..LEAD_SAMPLES).map(|step| curve.sample(step as f32 / LEAD_SAMPLES as f32));
    let apart = |point: &Pos2| label.distance_to_pos(*point);
    let cards: Vec<Rect> = actors.iter().map(|it| canvas.rect(it.rect)).collect();
    let free = |point: &Pos2| !cards.iter().any(|card| card.contains(*point));
    // Neither it nor the line to it may lie on a card
    let seen = |point: &Pos2| {
        let from = label.clamp(*point);
        let on_the_way = |step: u16| from.lerp(*point, f32::from(step) / LEAD_STEPS);
        (1..=LEAD_STEPS as u16).map(on_the_way).all(|at| free(&at))
    };
    let nearest = |points: Vec<Pos2>| {
        let mut points = points.into_iter();
        let first = points.next()?;
        let nearer = |one: Pos2, other: Pos2| {
            if apart(&other) < apart(&one) {
                other
            } else {
                one
            }
        };
        Some(points.fold(first, nearer))
    };
    let points: Vec<Pos2> = along.collect();
    let in_sight = points.iter().copied().filter(seen).collect();
    let Some(at) = nearest(in_sight).or_else(|| nearest(points)) else {
        return;
    };
    if apart(&at) > NEAR * canvas.unit {
        let from = label.clamp(at);
        canvas.painter.line_segment([from, at], line);
        canvas.painter.circle_filled(at, 2.5, line.color);
    }
}

/// Paints something on its way.
pub fn paint_parcel(canvas: &Canvas<'_>, parcel: &ParcelView) {
    if parcel.opacity <= 0.0 {
        return;
    }
    let canvas = &canvas.at_opacity(parcel.opacity);
    let theme = canvas.theme;
    let at = canvas.pos(parcel.at);
    let accent = match (parcel.broken, parcel.kind) {
        (true, _) => theme.colours.refused,
        (false, Some(kind)) => artifact::colour(kind, theme),
        (false, None) => theme.colours.acting,
    };
    // Light on a light ground is a smudge
    if theme.name != ThemeName::Light {
        halo(&canvas.painter, at, Vec2::splat(44.0), faded(accent, 0.3));
    }
    match parcel.kind {
        Some(kind) => paint_cargo(
            canvas,
            parcel,
            Art {
                kind,
                look: parcel.look,
            },
            at,
        ),
        None => paint_message(canvas, at, accent, parcel.broken),
    }
}

fn paint_cargo(canvas: &Canvas<'_>, parcel: &ParcelView, art: Art, at: Pos2) {
    let theme = canvas.theme;
    let height = if artifact::is_jwt(art.kind) {
        18.0
    } else {
        26.0
    } * canvas.unit;
    let size = vec2(height * artifact::aspect(art.kind), height);
    // A parcel is never upside down: what travels to the left is turned around
    let turned = if parcel.angle.cos() < 0.0 {
        parcel.angle + std::f32::consts::PI
    } else {
        parcel.angle
    };
    if !parcel.broken {
        // The lane must not show through a shape that is mainly outline
        let base = size + Vec2::splat(6.0);
        canvas.painter.add(
            RectShape::filled(
                Rect::from_center_size(at, base),
                corner(
                    base.y
                        * if artifact::is_jwt(art.kind) {
                            0.5
                        } else {
                            0.25
                        },
                ),
                theme.colours.stage_bottom,
            )
            .with_angle(turned),
        );
        artifact::draw(&canvas.painter, theme, art, at, height, turned);
        return;
    }
    let along = Vec2::angled(turned);
    let across = along.rot90();
    for (side, lean) in [(-1.0, -0.28), (1.0, 0.28)] {
        let half = at + along * (BREAK_GAP * side) + across * (BREAK_GAP * 0.5 * side);
        let clip = half_plane(half, side, size);
        let painter = canvas
            .painter
            .with_clip_rect(canvas.painter.clip_rect().intersect(clip));
        artifact::draw(&painter, theme, art, half, height, turned + lean);
    }
}

/// The half of the neighbourhood that one piece of a broken parcel is drawn in.
fn half_plane(at: Pos2, side: f32, size: Vec2) -> Rect {
    let reach = size.length();
    let (left, right) = if side < 0.0 {
        (reach, 0.0)
    } else {
        (0.0, reach)
    };
    Rect::from_min_max(at - vec2(left, reach), at + vec2(right, reach))
}

/// A message that carries no artifact: a plain envelope of bytes.
fn paint_message(canvas: &Canvas<'_>, at: Pos2, accent: Color32, broken: bool) {
    let theme = canvas.theme;
    let size = vec2(22.0, 15.0) * canvas.unit;
    let rect = Rect::from_center_size(at, size);
    let line = Stroke::new(1.5, accent);
    canvas.painter.rect(
        rect,
        corner(4.0),
        theme.colours.card,
        line,
        StrokeKind::Inside,
    );
    let lines: &[f32] = if broken { &[] } else { &[-0.16, 0.16] };
    for y in lines {
        let y = at.y + size.y * y;
        canvas
            .painter
            .hline(at.x - size.x * 0.28..=at.x + size.x * 0.28, y, line);
    }
    if broken {
        let reach = size.y * 0.26;
        canvas
            .painter
            .line_segment([at - Vec2::splat(reach), at + Vec2::splat(reach)], line);
        let other = vec2(reach, -reach);
        canvas.painter.line_segment([at - other, at + other], line);
    }
}

/// Paints the error code of a refusal like a rubber stamp.
pub fn paint_stamp(canvas: &Canvas<'_>, stamp: &StampView) {
    if stamp.opacity <= 0.0 {
        return;
    }
    let canvas = &canvas.at_opacity(stamp.opacity);
    let theme = canvas.theme;
    let colours = &theme.colours;
    let rect = canvas.rect(stamp.rect);
    let radius = corner(theme.space.small_radius);
    let angle = stamp.angle;
    canvas.painter.add(
        RectShape::filled(rect.expand(3.0), radius, faded(colours.refused, 0.25))
            .with_blur_width(12.0)
            .with_angle(angle),
    );
    canvas.painter.add(
        RectShape::new(
            rect,
            radius,
            colours.background,
            Stroke::new(2.0, colours.refused),
            StrokeKind::Inside,
        )
        .with_angle(angle),
    );
    let font = theme.semibold(canvas.name_size());
    let galley = canvas
        .painter
        .layout_no_wrap(stamp.text.clone(), font, colours.refused);
    let by = Rot2::from_angle(angle) * (galley.size() / 2.0);
    let text = TextShape::new(rect.center() - by, galley, colours.refused);
    canvas.painter.add(text.with_angle(angle));
}
