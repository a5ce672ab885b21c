//! The key set of an issuer, with the key that the token one comes from names.

use bevy_egui::egui::Ui;

use super::actor::artifact_row;
use super::parts::{copy, edged, fact, note};
use crate::gui::view::commands::Command;
use crate::gui::view::icons;
use crate::gui::view::looking::Inspected;
use crate::gui::view::model::{Loaded, Model};
use crate::gui::view::widgets::{code, section, words};

/// Shows the key set; nothing where none is chosen.
pub fn show(ui: &mut Ui, model: &Model, loaded: &Loaded, out: &mut Vec<Command>) -> Option<()> {
    let Inspected::Keys(view) = &model.looking.inspected else {
        return None;
    };
    let theme = &model.theme;
    let colours = &theme.colours;
    ui.horizontal(|ui| {
        words(
            ui,
            icons::KEY,
            theme.icons(theme.text.icon),
            colours.credentials,
        );
        let font = theme.semibold(theme.text.heading);
        words(ui, "Public keys", font, colours.ink);
    });
    fact(ui, model, "issuer", &view.issuer, colours.ink, out);
    fact(ui, model, "served at", &view.uri, colours.ink, out);
    note(
        ui,
        theme,
        "Anybody may fetch these. A receiver takes the key that the token's header names by its kid, and no other.",
    );
    for key in &view.keys {
        let used = !key.tokens.is_empty();
        let tint = match used {
            true => colours.jwt_header,
            false => colours.card_line,
        };
        ui.add_space(theme.step(1.0));
        edged(ui, theme, tint, |ui| {
            fact(ui, model, "kid", &key.kid, colours.jwt_header, out);
            fact(ui, model, "alg", &key.algorithm, colours.ink, out);
            fact(ui, model, "n", &key.modulus, colours.ink_soft, out);
            if !used {
                note(ui, theme, "No token of this recording names it.");
            }
            for artifact in key
                .tokens
                .iter()
                .filter_map(|id| loaded.recording.artifact(*id))
            {
                artifact_row(ui, model, loaded, artifact, out);
            }
        });
    }
    section(ui, theme, "The document");
    code(ui, theme, &[(&view.document, colours.ink_soft)]);
    copy(ui, model, "Copy JWKS", &view.document, out);
    Some(())
}
