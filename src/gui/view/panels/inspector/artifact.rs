//! Something that travels or is held: its shape, its life, what is in it, who carried it.

use bevy_egui::egui::{ScrollArea, Sense, Ui, vec2};

use super::actor::look;
use super::parts::{copy, fact, lead, note};
use super::{credentials, token};
use crate::cloud::ledger::{Artifact, ArtifactValue};
use crate::gui::view::commands::{Command, Selection};
use crate::gui::view::icons;
use crate::gui::view::looking::Inspected;
use crate::gui::view::model::{Loaded, Model};
use crate::gui::view::paint::artifact::{Art, draw, size_in};
use crate::gui::view::theme::Theme;
use crate::gui::view::widgets::{code, section, words};
use crate::inspect::claims;
use crate::inspect::token::source;

/// Lines of an unreadable thing's text that are shown at once; the others by scrolling.
const RAW_LINES: f32 = 7.0;
/// The most carriers that are listed.
const MAX_CARRIERS: usize = 100;

/// Shows an artifact.
pub fn show(
    ui: &mut Ui,
    model: &Model,
    loaded: &Loaded,
    artifact: &Artifact,
    out: &mut Vec<Command>,
) {
    let theme = &model.theme;
    title(ui, model, loaded, artifact);
    life(ui, theme, loaded, artifact);
    match &model.looking.inspected {
        Inspected::Token(view) => token::show(ui, model, loaded, (artifact, view), out),
        Inspected::Credentials(view) => {
            credentials::show(ui, model, loaded, (artifact, view), out);
        }
        _ => {
            opaque(ui, model, artifact, out);
            origins(ui, model, loaded, artifact, out);
        }
    }
    if !artifact.facts.is_empty() && !matches!(model.looking.inspected, Inspected::Credentials(_)) {
        section(ui, theme, "What its minter knows about it");
        for (name, value) in &artifact.facts {
            fact(ui, model, name, value, theme.colours.ink, out);
        }
    }
    carriers(ui, model, loaded, artifact, out);
}

fn title(ui: &mut Ui, model: &Model, loaded: &Loaded, artifact: &Artifact) {
    let theme = &model.theme;
    ui.horizontal(|ui| {
        let size = size_in(artifact.kind, vec2(54.0, 20.0) * theme.scale);
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        let art = Art {
            kind: artifact.kind,
            look: look(artifact, loaded),
        };
        draw(ui.painter(), theme, art, rect.center(), size.y, 0.0);
        ui.add_space(theme.step(1.0));
        words(
            ui,
            &artifact.label,
            theme.semibold(theme.text.heading),
            theme.colours.ink,
        );
    });
    if artifact.tampered {
        let said = "Somebody in the story altered it after it was minted.";
        let font = theme.medium(theme.text.body);
        words(ui, said, font, theme.colours.refused);
    }
}

fn life(ui: &mut Ui, theme: &Theme, loaded: &Loaded, artifact: &Artifact) {
    let colours = &theme.colours;
    let minter = loaded.recording.name_of(&artifact.minted_by);
    let minted = format!("Minted by {minter} at {}", artifact.minted_at.clock_text());
    let Some(ends) = artifact.expires_at else {
        note(ui, theme, format!("{minted} · does not expire by itself"));
        return;
    };
    note(ui, theme, minted);
    let left = (ends - loaded.frame.clock).millis();
    let (said, colour) = match left > 0 {
        true => (
            format!(
                "Valid until {} · {} left",
                ends.clock_text(),
                claims::length(left)
            ),
            colours.ink_soft,
        ),
        false => (
            format!("Expired {} ago", claims::length(left)),
            colours.refused,
        ),
    };
    words(ui, said, theme.regular(theme.text.detail), colour);
}

/// The text of what cannot be read.
fn opaque(ui: &mut Ui, model: &Model, artifact: &Artifact, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let ArtifactValue::Text(text) = &artifact.value else {
        return;
    };
    section(ui, theme, "Exact text");
    if text.chars().count() < 80 {
        super::parts::value(ui, model, text, theme.colours.ink, out);
    } else {
        let tall = RAW_LINES * theme.text.mono * 1.5 + theme.step(5.0);
        let scroll = ScrollArea::vertical().id_salt("raw").max_height(tall);
        scroll.show(ui, |ui| code(ui, theme, &[(text, theme.colours.ink)]));
    }
    copy(ui, model, "Copy", text, out);
}

/// Where the values of something came from that has no members to show them at.
pub fn origins(
    ui: &mut Ui,
    model: &Model,
    loaded: &Loaded,
    artifact: &Artifact,
    out: &mut Vec<Command>,
) {
    let theme = &model.theme;
    if !artifact.provenance.is_empty() {
        section(ui, theme, "Where its values came from");
    }
    for origin in &artifact.provenance {
        let source = source(origin, &loaded.recording);
        match source.go {
            Some(target) => {
                let icon = (icons::BECOMES, theme.colours.push);
                if lead(ui, theme, icon, (&source.field, &source.text), false) {
                    out.push(Command::Select(target));
                }
            }
            None => fact(
                ui,
                model,
                &source.field,
                &source.text,
                theme.colours.ink_soft,
                out,
            ),
        }
    }
}

fn carriers(
    ui: &mut Ui,
    model: &Model,
    loaded: &Loaded,
    artifact: &Artifact,
    out: &mut Vec<Command>,
) {
    let theme = &model.theme;
    let recording = &loaded.recording;
    let mut carriers = recording
        .carriers_of(artifact.id)
        .take(MAX_CARRIERS)
        .peekable();
    if carriers.peek().is_none() {
        return;
    }
    section(ui, theme, "Who carried it");
    for exchange in carriers {
        let way = format!(
            "Beat {} · {} → {}",
            exchange.beat + 1,
            recording.name_of(&exchange.from),
            recording.name_of(&exchange.to)
        );
        let (icon, tint) = match exchange.sent.contains(&artifact.id) {
            true => (icons::REQUEST, theme.colours.acting),
            false => (icons::RESPONSE, theme.colours.accepted),
        };
        if lead(ui, theme, (icon, tint), (&exchange.operation, &way), false) {
            out.push(Command::Select(Selection::Exchange(exchange.id)));
        }
    }
}
