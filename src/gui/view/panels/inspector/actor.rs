//! An actor: what it knows at this moment and what it holds.

use bevy_egui::egui::{Align2, Sense, Ui, pos2, vec2};

use crate::cloud::ledger::{ActorId, Artifact};
use crate::gui::view::commands::{Command, Selection};
use crate::gui::view::icons;
use crate::gui::view::model::{Loaded, Model};
use crate::gui::view::paint::artifact::{Art, draw, size_in};
use crate::gui::view::paint::marks;
use crate::gui::view::widgets::{pair, row, section, words};
use crate::stage::frame::ArtifactLook;

/// Shows an actor.
pub fn show(ui: &mut Ui, model: &Model, loaded: &Loaded, id: &ActorId, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let colours = &theme.colours;
    let recording = &loaded.recording;
    let Some(actor) = recording.actor(id) else {
        return;
    };
    ui.horizontal(|ui| {
        let side = theme.text.heading * 1.8;
        let (rect, _) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
        let tint = icons::colour_of_actor(actor.kind, theme);
        icons::duotone(
            ui.painter(),
            theme,
            rect.center(),
            icons::of_actor(actor.kind),
            side,
            tint,
        );
        words(
            ui,
            &actor.name,
            theme.semibold(theme.text.heading),
            colours.ink,
        );
    });
    let cursor = loaded.cursor();
    let state = recording.state_of(id, cursor);
    if let Some(state) = state {
        words(
            ui,
            &state.line,
            theme.regular(theme.text.body),
            colours.ink_soft,
        );
    }
    if let Some(account) = &actor.account {
        pair(ui, theme, "account", account, colours.ink);
    }
    if let Some(state) = state.filter(|state| !state.details.is_empty()) {
        section(ui, theme, "What it knows now");
        for (name, value) in &state.details {
            pair(ui, theme, name, value, colours.ink);
        }
    }
    let held = recording.held_by(id, cursor);
    section(ui, theme, "What it holds now");
    if held.is_empty() {
        words(
            ui,
            "Nothing yet",
            theme.regular(theme.text.body),
            colours.ink_soft,
        );
    }
    for held in held {
        artifact_row(ui, model, loaded, held.artifact, out);
    }
}

/// What an artifact looks like at the moment the picture shows.
pub fn look(artifact: &Artifact, loaded: &Loaded) -> ArtifactLook {
    if artifact.tampered {
        ArtifactLook::Tampered
    } else if artifact
        .expires_at
        .is_some_and(|at| at <= loaded.frame.clock)
    {
        ArtifactLook::Expired
    } else if artifact.guest {
        ArtifactLook::Hollow
    } else {
        ArtifactLook::Whole
    }
}

/// An artifact as a row that can be chosen.
pub fn artifact_row(
    ui: &mut Ui,
    model: &Model,
    loaded: &Loaded,
    artifact: &Artifact,
    out: &mut Vec<Command>,
) {
    let theme = &model.theme;
    let name = format!("Show {}", artifact.label);
    let response = row(
        ui,
        theme,
        (theme.space.control, &name, false),
        |painter, rect| {
            let slot = 34.0 * theme.scale;
            let art = Art {
                kind: artifact.kind,
                look: look(artifact, loaded),
            };
            let size = size_in(artifact.kind, vec2(slot, theme.text.body * 1.2));
            let at = pos2(rect.left() + theme.step(2.0) + slot / 2.0, rect.center().y);
            draw(painter, theme, art, at, size.y, 0.0);
            let left = rect.left() + slot + theme.step(5.0);
            let font = theme.regular(theme.text.body);
            let ink = theme.colours.ink;
            painter.text(
                pos2(left, rect.center().y),
                Align2::LEFT_CENTER,
                &artifact.label,
                font,
                ink,
            );
            if let Some(ends) = artifact.expires_at {
                let life = (ends - artifact.minted_at).millis().max(1) as f32;
                let left = (ends - loaded.frame.clock).millis() as f32 / life;
                let at = pos2(rect.right() - theme.step(4.0), rect.center().y);
                marks::life(painter, theme, at, 7.0 * theme.scale, left.clamp(0.0, 1.0));
            }
        },
    );
    if response.clicked() {
        out.push(Command::Select(Selection::Artifact(artifact.id)));
    }
}
