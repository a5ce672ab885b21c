//! Actors: a card with an icon, a name, a line of state, and a wallet.

use bevy_egui::egui::{Align2, Rect, Stroke, pos2, vec2};

use super::artifact::{self, Art};
use super::canvas::Canvas;
use super::marks;
use crate::gui::view::icons;
use crate::gui::view::theme::{faded, over};
use crate::stage::frame::{ActorLook, ActorView, ArtifactLook, ChipView};
use crate::stage::metric::{BARE_PAD, CHIP_PAD, CHIP_RING, CHIP_SHAPE};

/// Paints an actor's card.
pub fn paint(canvas: &Canvas<'_>, actor: &ActorView) {
    let theme = canvas.theme;
    let colours = &theme.colours;
    let rect = canvas.rect(actor.rect);
    let radius = theme.space.card_radius;
    let (border, icon_colour) = match actor.look {
        ActorLook::Calm => (
            Stroke::new(1.0, colours.card_line),
            icons::colour_of_actor(actor.kind, theme),
        ),
        ActorLook::Acting | ActorLook::Checking => {
            canvas.glow(rect, radius, colours.acting);
            (
                Stroke::new(1.5, colours.acting),
                icons::colour_of_actor(actor.kind, theme),
            )
        }
        ActorLook::Refusing => {
            canvas.glow(rect, radius, colours.refused);
            (Stroke::new(1.5, colours.refused), colours.refused)
        }
    };
    canvas.card(rect, radius, border);
    let icon = canvas.rect(actor.icon);
    icons::duotone(
        &canvas.painter,
        theme,
        icon.center(),
        icons::of_actor(actor.kind),
        icon.height(),
        icon_colour,
    );
    let name = canvas.rect(actor.name_rect);
    let font = theme.semibold(canvas.name_size());
    canvas.text(name, Align2::LEFT_CENTER, &actor.name, font, colours.ink);
    paint_lines(canvas, actor);
    for chip in &actor.wallet {
        paint_chip(canvas, chip);
    }
    if actor.hidden > 0 {
        let text = format!("+{}", actor.hidden);
        let place = canvas.rect(actor.hidden_rect);
        let font = theme.regular(canvas.detail_size());
        canvas.text(place, Align2::LEFT_CENTER, &text, font, colours.ink_faint);
    }
}

fn paint_lines(canvas: &Canvas<'_>, actor: &ActorView) {
    let theme = canvas.theme;
    let place = canvas.rect(actor.line_rect);
    let count = actor.line.len().max(1);
    let height = place.height() / count as f32;
    let colour = match actor.look {
        ActorLook::Refusing => theme.colours.refused_ink,
        _ => theme.colours.ink_soft,
    };
    for (row, line) in actor.line.iter().enumerate() {
        let top = place.top() + height * row as f32;
        let row = Rect::from_min_size(pos2(place.left(), top), vec2(place.width(), height));
        let font = theme.regular(canvas.detail_size());
        canvas.text(row, Align2::LEFT_CENTER, line, font, colour);
    }
}

/// Paints a chip of a wallet: the artifact, its label, and what is left of its life.
fn paint_chip(canvas: &Canvas<'_>, chip: &ChipView) {
    if chip.opacity <= 0.0 {
        return;
    }
    let canvas = &canvas.at_opacity(chip.opacity);
    let theme = canvas.theme;
    let colours = &theme.colours;
    let rect = canvas.rect(chip.rect);
    let line = match chip.look {
        ArtifactLook::Tampered | ArtifactLook::Expired => faded(colours.refused, 0.6),
        ArtifactLook::Whole | ArtifactLook::Hollow => colours.card_line,
    };
    let fill = over(colours.card, colours.field, 0.55);
    canvas.pill(rect, fill, Stroke::new(1.0, line));
    let art = Art {
        kind: chip.kind,
        look: chip.look,
    };
    let unit = canvas.unit;
    let slot = CHIP_SHAPE * unit;
    let pad = if chip.bare { BARE_PAD } else { CHIP_PAD } * unit;
    let left = rect.left() + pad;
    let size = artifact::size_in(chip.kind, vec2(slot, rect.height() * 0.62));
    let center = pos2(left + slot / 2.0, rect.center().y);
    artifact::draw(&canvas.painter, theme, art, center, size.y, 0.0);
    let left = left + slot + CHIP_PAD * unit;
    let mut right = rect.right() - pad;
    if let Some(part) = chip.ring {
        let radius = CHIP_RING * unit / 2.0;
        let at = pos2(right - radius, rect.center().y);
        marks::life(&canvas.painter, theme, at, radius, part);
        right -= (CHIP_RING + CHIP_PAD) * unit;
    }
    if chip.bare {
        return;
    }
    let place = Rect::from_min_max(pos2(left, rect.top()), pos2(right.max(left), rect.bottom()));
    let ink = match chip.look {
        ArtifactLook::Expired => colours.ink_faint,
        _ => colours.ink_soft,
    };
    let font = theme.regular(canvas.detail_size());
    canvas.text(place, Align2::LEFT_CENTER, &chip.label, font, ink);
}
