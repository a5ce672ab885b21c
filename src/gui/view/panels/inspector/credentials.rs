//! Credentials: their members, for whom they stand, and every request they signed, each with its
//! signature made again step by step.

use bevy_egui::egui::Ui;

use super::parts::{copy, fact, lead, note};
use super::{artifact, signing};
use crate::cloud::ledger::{Artifact, ArtifactValue, CredentialsValue};
use crate::gui::view::commands::{Command, Selection};
use crate::gui::view::icons;
use crate::gui::view::looking::Look;
use crate::gui::view::model::{Loaded, Model};
use crate::gui::view::widgets::{button, section};
use crate::inspect::credentials::CredentialsView;

/// Stands for a secret that is not shown.
const MASK: &str = "••••••••••••••••••••";

/// Shows credentials.
pub fn show(
    ui: &mut Ui,
    model: &Model,
    loaded: &Loaded,
    (thing, view): (&Artifact, &CredentialsView),
    out: &mut Vec<Command>,
) {
    let theme = &model.theme;
    let ink = theme.colours.ink;
    section(ui, theme, "For whom they stand");
    if let Some(role) = &view.role {
        fact(ui, model, "Role", role, ink, out);
    }
    if let Some(principal) = &view.principal {
        fact(ui, model, "Acts as", principal, ink, out);
    }
    let others = ["Role", "Session", "User"];
    for (name, value) in thing
        .facts
        .iter()
        .filter(|it| !others.contains(&it.0.as_str()))
    {
        fact(ui, model, name, value, ink, out);
    }
    if let ArtifactValue::Credentials(value) = &thing.value {
        members(ui, model, value, out);
    }
    signed(ui, model, view, out);
    artifact::origins(ui, model, loaded, thing, out);
}

/// The members; secrets are hidden until asked for.
fn members(ui: &mut Ui, model: &Model, value: &CredentialsValue, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let colours = &theme.colours;
    section(ui, theme, "Members");
    fact(
        ui,
        model,
        "AccessKeyId",
        &value.access_key_id,
        colours.ink,
        out,
    );
    let secrets = [
        ("SecretAccessKey", Some(&value.secret_access_key)),
        ("SessionToken", value.session_token.as_ref()),
    ];
    for (name, secret) in secrets {
        let Some(secret) = secret else { continue };
        match model.secrets_shown {
            true => fact(ui, model, name, secret, colours.credentials, out),
            false => fact(ui, model, name, MASK, colours.credentials, out),
        }
    }
    if let Some(ends) = value.expiration {
        fact(ui, model, "Expiration", &ends.iso8601(), colours.ink, out);
    }
    ui.horizontal_wrapped(|ui| {
        let (icon, said) = match model.secrets_shown {
            true => (icons::HIDE, "Hide secrets"),
            false => (icons::SHOW, "Show secrets"),
        };
        if button(ui, theme, icon, said, colours.card_line).clicked() {
            out.push(Command::ToggleSecrets);
        }
        copy(ui, model, "Copy as environment", &environment(value), out);
    });
}

/// The members as a shell takes them.
fn environment(value: &CredentialsValue) -> String {
    let mut text = format!(
        "export AWS_ACCESS_KEY_ID='{}'\nexport AWS_SECRET_ACCESS_KEY='{}'\n",
        value.access_key_id, value.secret_access_key
    );
    if let Some(token) = &value.session_token {
        text += &format!("export AWS_SESSION_TOKEN='{token}'\n");
    }
    text
}

fn signed(ui: &mut Ui, model: &Model, view: &CredentialsView, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let colours = &theme.colours;
    section(ui, theme, "Requests signed with them");
    if view.signed.is_empty() {
        note(ui, theme, "None. Whoever holds them has not used them.");
    }
    for request in &view.signed {
        let how = match (request.presigned, request.refused) {
            (true, true) => " · in the link · refused",
            (true, false) => " · in the link",
            (false, true) => " · refused",
            (false, false) => "",
        };
        let where_ = format!("Beat {} · {}{how}", request.beat + 1, request.receiver);
        let open = model.looking.signing.as_ref();
        let open = open.is_some_and(|(id, _)| *id == request.exchange);
        let icon = match open {
            true => icons::CARET_DOWN,
            false => icons::LOCK,
        };
        let tint = match request.refused {
            true => colours.refused,
            false => colours.credentials,
        };
        if lead(
            ui,
            theme,
            (icon, tint),
            (&request.operation, &where_),
            false,
        ) {
            out.push(Command::Look(Look::Signing(request.exchange)));
        }
        if open {
            signing::show(ui, model, out);
            if button(
                ui,
                theme,
                icons::REQUEST,
                "Show the whole request",
                colours.acting,
            )
            .clicked()
            {
                out.push(Command::Select(Selection::Exchange(request.exchange)));
            }
        }
    }
    let hidden = view.signed_in_all - view.signed.len();
    if hidden > 0 {
        note(ui, theme, format!("and {hidden} more"));
    }
}
