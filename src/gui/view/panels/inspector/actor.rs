//! An actor: what it knows at this moment, what this beat changed in that, and what it holds.

use bevy_egui::egui::{Align2, Sense, Ui, pos2, vec2};

use super::parts::{fact, labelled, note, quote, sentence};
use crate::cloud::ledger::{ActorId, Artifact};
use crate::gui::view::commands::{Command, Selection};
use crate::gui::view::icons;
use crate::gui::view::looking::Inspected;
use crate::gui::view::model::{Loaded, Model};
use crate::gui::view::paint::artifact::{Art, draw, size_in};
use crate::gui::view::paint::canvas::cut;
use crate::gui::view::paint::marks;
use crate::gui::view::widgets::{row, section, words};
use crate::inspect::state::{Change, DatasetRow, StateRow, StateView};
use crate::policy::Layout;
use crate::stage::frame::ArtifactLook;

/// Shows an actor; nothing where there is none.
pub fn show(
    ui: &mut Ui,
    model: &Model,
    loaded: &Loaded,
    id: &ActorId,
    out: &mut Vec<Command>,
) -> Option<()> {
    let theme = &model.theme;
    let colours = &theme.colours;
    let recording = &loaded.recording;
    let actor = recording.actor(id)?;
    ui.horizontal(|ui| {
        let side = theme.text.heading * 1.8;
        let (rect, _) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
        let tint = icons::colour_of_actor(actor.kind, theme);
        let icon = icons::of_actor(actor.kind);
        icons::duotone(ui.painter(), theme, rect.center(), icon, side, tint);
        let font = theme.semibold(theme.text.heading);
        words(ui, &actor.name, font, colours.ink);
    });
    let state = match &model.looking.inspected {
        Inspected::State(state) => Some(state),
        _ => None,
    };
    if let Some(state) = state {
        line(ui, model, state);
    }
    if let Some(account) = &actor.account {
        fact(ui, model, "account", account, colours.ink, out);
    }
    section(ui, theme, "What it holds now");
    let held = recording.held_by(id, loaded.cursor());
    if held.is_empty() {
        note(ui, theme, "Nothing");
    }
    for held in held {
        artifact_row(ui, model, loaded, held.artifact, out);
    }
    for part in state
        .map(|state| state.sections.as_slice())
        .unwrap_or_default()
    {
        section(ui, theme, part.title);
        for row in &part.rows {
            state_row(ui, model, row, out);
        }
        if part.title == "Datasets" {
            let rows = state.map(|it| it.datasets.as_slice()).unwrap_or_default();
            datasets(ui, model, rows, out);
        }
    }
    Some(())
}

/// The line of the card, what it was, and how much this beat changed.
fn line(ui: &mut Ui, model: &Model, state: &StateView) {
    let theme = &model.theme;
    let colours = &theme.colours;
    let font = theme.regular(theme.text.body);
    if !state.line.is_empty() {
        words(ui, &state.line, font, colours.ink_soft);
    }
    if let Some(was) = &state.line_was {
        note(ui, theme, format!("{was} when this beat began"));
    }
    let said = match state.changed {
        0 => "Nothing of it has changed in this beat".to_owned(),
        1 => "This beat has changed one value".to_owned(),
        many => format!("This beat has changed {many} values"),
    };
    let tint = match state.changed {
        0 => colours.ink_faint,
        _ => colours.acting,
    };
    words(ui, said, theme.medium(theme.text.detail), tint);
}

/// A value, and what this beat did to it: told by a sign as well as by a colour.
fn state_row(ui: &mut Ui, model: &Model, row: &StateRow, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let colours = &theme.colours;
    let (sign, ink) = match &row.change {
        Change::Same => ("", colours.ink),
        Change::New => ("+ ", colours.accepted),
        Change::Was(_) => ("~ ", colours.acting),
        Change::Gone => ("− ", colours.refused),
    };
    let name_ink = match row.change {
        Change::Same => colours.ink_faint,
        _ => ink,
    };
    let name = format!("{sign}{}", row.name);
    let font = theme.regular(theme.text.detail);
    if row.value.trim_start().starts_with('{') {
        words(ui, name, font, name_ink);
        let layout = Layout::of(&row.value);
        quote(ui, theme, &layout.text, colours.ink_soft);
        return;
    }
    labelled(ui, theme, (&name, font, name_ink), |ui| {
        for part in row.value.split('\n') {
            sentence(ui, model, part, ink, out);
        }
        match &row.change {
            Change::Was(was) => note(ui, theme, format!("was {was}")),
            Change::Gone => note(ui, theme, "gone in this beat"),
            Change::New => note(ui, theme, "new in this beat"),
            Change::Same => {}
        }
    });
}

/// Every copy of every dataset, so that sync counts stand beside each other.
fn datasets(ui: &mut Ui, model: &Model, rows: &[DatasetRow], out: &mut Vec<Command>) {
    let theme = &model.theme;
    if rows.len() > 1 {
        section(ui, theme, "Every copy of them");
    }
    for row in rows {
        let name = format!("{} at {}", row.dataset, row.place);
        fact(ui, model, &name, &row.value, theme.colours.ink, out);
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
    let selection = Selection::Artifact(artifact.id);
    let lit = model.looking.following.as_ref();
    let lit = lit.is_some_and(|it| it.lights(&selection));
    let size = (theme.space.control, name.as_str(), lit);
    let response = row(ui, theme, size, |painter, rect| {
        let slot = 34.0 * theme.scale;
        let art = Art {
            kind: artifact.kind,
            look: look(artifact, loaded),
        };
        let size = size_in(artifact.kind, vec2(slot, theme.text.body * 1.2));
        let at = pos2(rect.left() + theme.step(2.0) + slot / 2.0, rect.center().y);
        draw(painter, theme, art, at, size.y, 0.0);
        let left = rect.left() + slot + theme.step(5.0);
        let room = rect.right() - theme.step(8.0) - left;
        let font = theme.regular(theme.text.body);
        let galley = cut(painter, &artifact.label, font, theme.colours.ink, room);
        let place = Align2::LEFT_CENTER.anchor_size(pos2(left, rect.center().y), galley.size());
        painter.galley(place.min, galley, theme.colours.ink);
        if let Some(ends) = artifact.expires_at {
            let life = (ends - artifact.minted_at).millis().max(1) as f32;
            let left = (ends - loaded.frame.clock).millis() as f32 / life;
            let at = pos2(rect.right() - theme.step(4.0), rect.center().y);
            marks::life(painter, theme, at, 7.0 * theme.scale, left.clamp(0.0, 1.0));
        }
    });
    if response.clicked() {
        out.push(Command::Select(selection));
    }
}
