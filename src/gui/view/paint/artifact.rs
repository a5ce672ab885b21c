//! The one look of every artifact, wherever it is drawn: on a lane, in a wallet, in the
//! inspector, in a list. Kind decides the shape; look decides whether it is whole, hollow
//! (a guest's), cracked (expired) or has its altered part marked.

use std::f32::consts::PI;

use bevy_egui::egui::{Color32, Painter, Pos2, Rect, Stroke, Vec2, pos2, vec2};

use super::pen::{Pen, arc, around, rounded};
use crate::cloud::ledger::ArtifactKind;
use crate::gui::view::theme::{Theme, faded};
use crate::stage::frame::ArtifactLook;

/// Fill of shapes that are mainly outline.
const TINT: f32 = 0.16;
/// What is left of the colours of something expired.
const EXPIRED: f32 = 0.5;

/// What to draw: a kind in a look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Art {
    /// Decides the shape
    pub kind: ArtifactKind,
    /// Decides its state
    pub look: ArtifactLook,
}

/// Whether a kind is a JWT.
pub fn is_jwt(kind: ArtifactKind) -> bool {
    matches!(
        kind,
        ArtifactKind::IdToken | ArtifactKind::AccessToken | ArtifactKind::PoolToken
    )
}

/// Width for a height of one.
pub fn aspect(kind: ArtifactKind) -> f32 {
    match kind {
        kind if is_jwt(kind) => 3.0,
        ArtifactKind::Credentials | ArtifactKind::LongTermKey => 1.5,
        ArtifactKind::IdentityId | ArtifactKind::BrowserSession => 1.0,
        _ => 1.3,
    }
}

/// As large as fits into a box: capsules are flatter than cards.
pub fn size_in(kind: ArtifactKind, room: Vec2) -> Vec2 {
    let height = room.y.min(room.x / aspect(kind));
    vec2(height * aspect(kind), height)
}

/// The accent that stands for a kind.
pub fn colour(kind: ArtifactKind, theme: &Theme) -> Color32 {
    let colours = &theme.colours;
    match kind {
        ArtifactKind::IdToken
        | ArtifactKind::AccessToken
        | ArtifactKind::PoolToken
        | ArtifactKind::RefreshToken
        | ArtifactKind::ChallengeSession => colours.jwt_payload,
        ArtifactKind::AuthorizationCode
        | ArtifactKind::OpaqueToken
        | ArtifactKind::BrowserSession => colours.acting,
        ArtifactKind::Credentials | ArtifactKind::LongTermKey | ArtifactKind::PresignedUrl => {
            colours.credentials
        }
        ArtifactKind::IdentityId | ArtifactKind::Push => colours.push,
        ArtifactKind::ConfirmationCode | ArtifactKind::Assertion => colours.jwt_signature,
    }
}

/// Draws an artifact around a point.
pub fn draw(painter: &Painter, theme: &Theme, art: Art, at: Pos2, height: f32, angle: f32) {
    let pen = Pen::new(painter, at, angle);
    let size = vec2(height * aspect(art.kind), height);
    let ink = Ink::of(art, theme, height);
    match art.kind {
        kind if is_jwt(kind) => capsule(&pen, theme, art.look, size),
        ArtifactKind::Credentials => key_card(&pen, size, &ink, 3),
        ArtifactKind::LongTermKey => key_card(&pen, size, &ink, 2),
        ArtifactKind::AuthorizationCode => stub(&pen, size, &ink),
        ArtifactKind::IdentityId => fingerprint(&pen, size, &ink),
        ArtifactKind::BrowserSession => cookie(&pen, size, &ink),
        ArtifactKind::Push => envelope(&pen, size, &ink),
        ArtifactKind::ConfirmationCode => digits(&pen, size, &ink),
        ArtifactKind::Assertion => scroll_shape(&pen, size, &ink),
        ArtifactKind::PresignedUrl => chain(&pen, size, &ink),
        _ => ticket(&pen, size, &ink),
    }
    match art.look {
        ArtifactLook::Expired => crack(&pen, theme, size),
        ArtifactLook::Tampered if !is_jwt(art.kind) => altered(&pen, theme, size),
        _ => {}
    }
}

/// Draws a scroll, which stands for a policy.
pub fn scroll(painter: &Painter, theme: &Theme, at: Pos2, height: f32) {
    let line = Stroke::new(stroke_width(height), theme.colours.credentials);
    let fill = faded(theme.colours.credentials, TINT);
    let pen = Pen::new(painter, at, 0.0);
    scroll_shape(&pen, vec2(height * 1.2, height), &Ink { line, fill });
}

/// The lines and the surface of a shape.
struct Ink {
    line: Stroke,
    fill: Color32,
}

impl Ink {
    fn of(art: Art, theme: &Theme, height: f32) -> Self {
        let base = colour(art.kind, theme);
        let shade = match art.look {
            ArtifactLook::Expired => faded(base, EXPIRED),
            _ => base,
        };
        let fill = match art.look {
            ArtifactLook::Hollow => Color32::TRANSPARENT,
            _ => faded(shade, TINT),
        };
        Self {
            line: Stroke::new(stroke_width(height), shade),
            fill,
        }
    }
}

fn stroke_width(height: f32) -> f32 {
    (height / 12.0).clamp(1.25, 3.0)
}

/// Header, payload and signature of a JWT.
fn capsule(pen: &Pen<'_>, theme: &Theme, look: ArtifactLook, size: Vec2) {
    let colours = &theme.colours;
    let gap = (size.y / 10.0).clamp(1.0, 3.0);
    let parts = [
        (0.0, 0.28, colours.jwt_header),
        (0.28, 0.70, colours.jwt_payload),
        (0.70, 1.0, colours.jwt_signature),
    ];
    let round = size.y / 2.0;
    for (position, (from, to, shade)) in parts.into_iter().enumerate() {
        let rect = Rect::from_min_max(
            pos2(
                size.x * (from - 0.5) + if position == 0 { 0.0 } else { gap / 2.0 },
                -round,
            ),
            pos2(
                size.x * (to - 0.5) - if position == 2 { 0.0 } else { gap / 2.0 },
                round,
            ),
        );
        let (left, right) = (
            if position == 0 { round } else { 1.0 },
            if position == 2 { round } else { 1.0 },
        );
        let radii = [left, right, right, left];
        match look {
            ArtifactLook::Hollow => {
                let width = stroke_width(size.y);
                pen.outline(
                    &rounded(rect.shrink(width / 2.0), radii),
                    Stroke::new(width, shade),
                );
            }
            ArtifactLook::Expired => pen.fill(&rounded(rect, radii), faded(shade, EXPIRED)),
            ArtifactLook::Tampered if position == 1 => altered_part(pen, theme, rect),
            _ => pen.fill(&rounded(rect, radii), shade),
        }
    }
}

/// The part of a capsule that somebody changed: striped, in the colour of refusal.
fn altered_part(pen: &Pen<'_>, theme: &Theme, rect: Rect) {
    let width = stroke_width(rect.height());
    let line = Stroke::new(width, theme.colours.refused);
    pen.fill(&rounded(rect, [1.0; 4]), faded(theme.colours.refused, 0.25));
    pen.outline(&rounded(rect.shrink(width / 2.0), [1.0; 4]), line);
    let lean = rect.height() * 0.35;
    for part in [0.25, 0.5, 0.75] {
        let x = rect.left() + rect.width() * part;
        pen.line(
            &[vec2(x - lean, rect.bottom()), vec2(x + lean, rect.top())],
            line,
        );
    }
}

/// A card with a stripe for each secret on it.
fn key_card(pen: &Pen<'_>, size: Vec2, ink: &Ink, stripes: u8) {
    let card = rounded(around(size).shrink(ink.line.width / 2.0), [size.y * 0.2; 4]);
    pen.fill(&card, ink.fill);
    pen.outline(&card, ink.line);
    for stripe in 0..stripes {
        let y = size.y * (f32::from(stripe) - f32::from(stripes - 1) / 2.0) * 0.23;
        let right = size.x
            * [0.30, 0.18, 0.30]
                .get(usize::from(stripe))
                .copied()
                .unwrap_or(0.3);
        pen.line(&[vec2(-size.x * 0.30, y), vec2(right, y)], ink.line);
    }
}

/// A ticket: notched above and below, with a perforation between.
fn ticket(pen: &Pen<'_>, size: Vec2, ink: &Ink) {
    let half = size / 2.0 - Vec2::splat(ink.line.width / 2.0);
    let notch = size.y * 0.17;
    let at = size.x * 0.14;
    let corner = size.y * 0.14;
    let mut shape = arc(
        vec2(-half.x + corner, -half.y + corner),
        corner,
        PI,
        1.5 * PI,
    );
    shape.extend(arc(vec2(at, -half.y), notch, PI, 0.0));
    shape.extend(arc(
        vec2(half.x - corner, -half.y + corner),
        corner,
        1.5 * PI,
        2.0 * PI,
    ));
    shape.extend(arc(
        vec2(half.x - corner, half.y - corner),
        corner,
        0.0,
        PI / 2.0,
    ));
    shape.extend(arc(vec2(at, half.y), notch, 0.0, -PI));
    shape.extend(arc(
        vec2(-half.x + corner, half.y - corner),
        corner,
        PI / 2.0,
        PI,
    ));
    pen.fill_star(&shape, ink.fill);
    pen.outline(&shape, ink.line);
    let dash = size.y * 0.12;
    pen.line(&[vec2(at, -dash), vec2(at, dash)], ink.line);
}

/// A stub: its right edge is torn off.
fn stub(pen: &Pen<'_>, size: Vec2, ink: &Ink) {
    let half = size / 2.0 - Vec2::splat(ink.line.width / 2.0);
    let corner = size.y * 0.16;
    let tooth = size.x * 0.11;
    let mut shape = arc(
        vec2(-half.x + corner, -half.y + corner),
        corner,
        PI,
        1.5 * PI,
    );
    for step in 0..=4_u8 {
        let inward = if step % 2 == 0 { 0.0 } else { tooth };
        shape.push(vec2(
            half.x - inward,
            half.y * (f32::from(step) / 2.0 - 1.0),
        ));
    }
    shape.extend(arc(
        vec2(-half.x + corner, half.y - corner),
        corner,
        PI / 2.0,
        PI,
    ));
    pen.fill_star(&shape, ink.fill);
    pen.outline(&shape, ink.line);
    for (y, to) in [(-0.16, 0.12), (0.16, -0.06)] {
        pen.line(
            &[
                vec2(-half.x * 0.55, size.y * y),
                vec2(size.x * to, size.y * y),
            ],
            ink.line,
        );
    }
}

/// Ridges of a fingertip.
fn fingerprint(pen: &Pen<'_>, size: Vec2, ink: &Ink) {
    let radius = size.y / 2.0 - ink.line.width / 2.0;
    let line = Stroke::new((ink.line.width * 0.9).max(1.0), ink.line.color);
    pen.dot(Vec2::ZERO, radius, ink.fill);
    for (part, from, to) in [(1.0, 0.80, 2.02), (0.66, 0.86, 2.25), (0.33, 0.95, 2.3)] {
        pen.line(
            &arc(vec2(0.0, radius * 0.08), radius * part, PI * from, PI * to),
            line,
        );
    }
    pen.line(
        &[
            vec2(0.0, radius * 0.05),
            vec2(-radius * 0.05, radius * 0.85),
        ],
        line,
    );
}

/// A cookie, for a browser that is signed in.
fn cookie(pen: &Pen<'_>, size: Vec2, ink: &Ink) {
    let radius = size.y / 2.0 - ink.line.width / 2.0;
    pen.dot(Vec2::ZERO, radius, ink.fill);
    pen.circle(Vec2::ZERO, radius, ink.line);
    for (x, y) in [
        (-0.35, -0.25),
        (0.3, -0.3),
        (0.0, 0.15),
        (-0.35, 0.4),
        (0.42, 0.32),
    ] {
        pen.dot(vec2(x, y) * radius, radius * 0.13, ink.line.color);
    }
}

/// An envelope.
fn envelope(pen: &Pen<'_>, size: Vec2, ink: &Ink) {
    let rect = around(size).shrink(ink.line.width / 2.0);
    let body = rounded(rect, [size.y * 0.16; 4]);
    pen.fill(&body, ink.fill);
    pen.outline(&body, ink.line);
    let top = rect.top() + size.y * 0.14;
    pen.line(
        &[
            vec2(rect.left(), top),
            vec2(0.0, size.y * 0.1),
            vec2(rect.right(), top),
        ],
        ink.line,
    );
}

/// A box of digits, for a code that somebody types.
fn digits(pen: &Pen<'_>, size: Vec2, ink: &Ink) {
    let body = rounded(
        around(size).shrink(ink.line.width / 2.0),
        [size.y * 0.22; 4],
    );
    pen.fill(&body, ink.fill);
    pen.outline(&body, ink.line);
    for x in [-0.26, 0.0, 0.26] {
        pen.dot(vec2(size.x * x, 0.0), size.y * 0.1, ink.line.color);
    }
}

/// A scroll with its rolled ends.
fn scroll_shape(pen: &Pen<'_>, size: Vec2, ink: &Ink) {
    let half = size / 2.0 - Vec2::splat(ink.line.width / 2.0);
    let roll = size.y * 0.14;
    let sheet = Rect::from_min_max(
        pos2(-half.x * 0.72, -half.y + roll),
        pos2(half.x * 0.72, half.y - roll),
    );
    pen.fill(&rounded(sheet, [0.0; 4]), ink.fill);
    pen.line(
        &[
            vec2(sheet.left(), sheet.top()),
            vec2(sheet.left(), sheet.bottom()),
        ],
        ink.line,
    );
    pen.line(
        &[
            vec2(sheet.right(), sheet.top()),
            vec2(sheet.right(), sheet.bottom()),
        ],
        ink.line,
    );
    for y in [-half.y + roll, half.y - roll] {
        let end = Rect::from_center_size(pos2(0.0, y), vec2(half.x * 2.0, roll * 2.0));
        pen.outline(&rounded(end, [roll; 4]), ink.line);
    }
    for y in [-0.06, 0.12] {
        let reach = half.x * 0.4;
        pen.line(
            &[vec2(-reach, size.y * y), vec2(reach, size.y * y)],
            ink.line,
        );
    }
}

/// Two links of a chain, for a signed link.
fn chain(pen: &Pen<'_>, size: Vec2, ink: &Ink) {
    let link = around(vec2(size.x * 0.58, size.y * 0.5));
    for by in [-0.2, 0.2] {
        let moved = link.translate(vec2(size.x * by, 0.0));
        let shape = rounded(moved, [size.y * 0.25; 4]);
        pen.fill(&shape, ink.fill);
        pen.outline(&shape, ink.line);
    }
}

/// A crack from top to bottom, for what has expired.
fn crack(pen: &Pen<'_>, theme: &Theme, size: Vec2) {
    let wide = size.y * 0.16;
    let reach = size.y * 0.62;
    let way = [
        vec2(wide * 0.8, -reach),
        vec2(-wide * 0.5, -reach * 0.25),
        vec2(wide * 0.6, reach * 0.1),
        vec2(-wide * 0.6, reach),
    ];
    pen.line(
        &way,
        Stroke::new((size.y * 0.2).clamp(2.5, 7.0), theme.colours.card),
    );
    pen.line(&way, Stroke::new(1.25, theme.colours.refused));
}

/// A marked corner, for what somebody altered.
fn altered(pen: &Pen<'_>, theme: &Theme, size: Vec2) {
    let corner = size.y * 0.5;
    let (right, top) = (size.x / 2.0, -size.y / 2.0);
    pen.fill(
        &[
            vec2(right - corner, top),
            vec2(right, top),
            vec2(right, top + corner),
        ],
        theme.colours.refused,
    );
}
