//! A signature made again step by step, beside the one that travelled.

use bevy_egui::egui::Ui;

use super::parts::{copy, edged, fact, labelled, note, value};
use crate::gui::view::commands::Command;
use crate::gui::view::icons;
use crate::gui::view::model::Model;
use crate::gui::view::widgets::{code, section, words};
use crate::inspect::signing::Signing;

/// Shows the signature that is laid open.
pub fn show(ui: &mut Ui, model: &Model, out: &mut Vec<Command>) {
    let theme = &model.theme;
    match &model.looking.signing {
        Some((_, Ok(signing))) => steps(ui, model, signing, out),
        Some((_, Err(error))) => note(ui, theme, error.to_string()),
        None => {}
    }
}

fn steps(ui: &mut Ui, model: &Model, signing: &Signing, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let colours = &theme.colours;
    let (presented, steps) = (&signing.presented, &signing.steps);
    verdict(ui, model, signing);
    section(ui, theme, "1 · Canonical request");
    note(
        ui,
        theme,
        "One text for every way of writing this request: method, path, query, signed headers, hash of the body.",
    );
    code(ui, theme, &[(&steps.canonical_request, colours.ink)]);
    copy(
        ui,
        model,
        "Copy canonical request",
        &steps.canonical_request,
        out,
    );
    section(ui, theme, "2 · String to sign");
    note(
        ui,
        theme,
        "Algorithm, time, scope, and the SHA-256 of step 1.",
    );
    code(ui, theme, &[(&steps.string_to_sign, colours.ink)]);
    copy(ui, model, "Copy string to sign", &steps.string_to_sign, out);
    section(ui, theme, "3 · Signing key");
    note(
        ui,
        theme,
        "Each HMAC-SHA-256 narrows the key: to a day, a region, a service. The secret itself never travels.",
    );
    let hidden = "•".repeat(16);
    let secret = |hex: &str| match model.secrets_shown {
        true => hex.to_owned(),
        false => hidden.clone(),
    };
    let derivation = [
        (
            "kDate",
            format!("HMAC(\"AWS4\" + secret, \"{}\")", presented.day),
            &steps.date_key,
        ),
        (
            "kRegion",
            format!("HMAC(kDate, \"{}\")", presented.region),
            &steps.region_key,
        ),
        (
            "kService",
            format!("HMAC(kRegion, \"{}\")", presented.service),
            &steps.service_key,
        ),
        (
            "kSigning",
            format!("HMAC(kService, \"{}\")", presented.terminator),
            &steps.signing_key,
        ),
    ];
    for (name, made, hex) in derivation {
        let name = (name, theme.mono(theme.text.mono), colours.ink_faint);
        labelled(ui, theme, name, |ui| {
            value(ui, model, &secret(hex), colours.credentials, out);
            note(ui, theme, made);
        });
    }
    if !model.secrets_shown {
        note(ui, theme, "The keys are masked with the other secrets.");
    }
    section(ui, theme, "4 · Signature");
    note(ui, theme, "HMAC(kSigning, string to sign), in hexadecimal.");
    fact(ui, model, "made again", &steps.signature, colours.ink, out);
    fact(
        ui,
        model,
        "travelled",
        &presented.signature,
        colours.ink,
        out,
    );
}

/// Whether all of it agrees, or the first difference.
fn verdict(ui: &mut Ui, model: &Model, signing: &Signing) {
    let theme = &model.theme;
    let colours = &theme.colours;
    let (icon, title, colour) = match &signing.difference {
        None => (
            icons::VALID,
            "Made again from the bytes: the same signature",
            colours.accepted,
        ),
        Some(_) => (
            icons::INVALID,
            "Made again from the bytes: not the same",
            colours.refused,
        ),
    };
    edged(ui, theme, colour, |ui| {
        ui.horizontal_top(|ui| {
            words(ui, icon, theme.icons(theme.text.icon), colour);
            ui.vertical(|ui| words(ui, title, theme.medium(theme.text.body), colour));
        });
        if let Some(difference) = &signing.difference {
            let said = format!(
                "The first difference is in {}, at character {}: {} travelled, {} is found now.",
                difference.what, difference.at, difference.travelled, difference.found
            );
            note(ui, theme, said);
        }
    });
}
