//! A token that can be read: the text that travels and what it says, side by side; for every claim
//! its meaning, its source and who checks it; the signature verified now; commands that verify it
//! elsewhere.

use bevy_egui::egui::{Color32, ScrollArea, Ui};

use super::parts::{choice, copy, edged, labelled, lead, note, rule, side_by_side, stacked, value};
use crate::cloud::ledger::{Artifact, Outcome};
use crate::gui::view::commands::{Command, Selection};
use crate::gui::view::icons;
use crate::gui::view::looking::Look;
use crate::gui::view::model::{Loaded, Model};
use crate::gui::view::theme::Theme;
use crate::gui::view::widgets::{button, code, section, words};
use crate::inspect::claims;
use crate::inspect::outside::Tool;
use crate::inspect::readers::Reader;
use crate::inspect::signature::Signature;
use crate::inspect::token::{Member, SourceView, TokenView};

/// The part of the width that the raw text takes beside the decoded form.
const RAW_SHARE: f32 = 0.36;
/// Lines of the raw text that are shown at once where it stands above the decoded form.
const RAW_LINES: f32 = 7.0;

/// Shows a token.
pub fn show(
    ui: &mut Ui,
    model: &Model,
    loaded: &Loaded,
    (artifact, view): (&Artifact, &TokenView),
    out: &mut Vec<Command>,
) {
    let theme = &model.theme;
    ui.add_space(theme.step(1.5));
    seal(ui, theme, view, out);
    if let Some(original) = view.altered_from
        && let Some(found) = loaded.recording.artifact(original)
    {
        let icon = (icons::BECOMES, theme.colours.refused);
        if lead(ui, theme, icon, ("What it was", &found.label), false) {
            out.push(Command::Select(Selection::Artifact(original)));
        }
    }
    let right = &mut Vec::new();
    // One below the other, a long text would hide what it says
    let low = stacked(ui, theme);
    side_by_side(
        ui,
        theme,
        RAW_SHARE,
        |ui| {
            section(ui, theme, "Raw");
            match low {
                true => {
                    let tall = RAW_LINES * theme.text.mono * 1.5 + theme.step(5.0);
                    let scroll = ScrollArea::vertical().id_salt("raw").max_height(tall);
                    scroll.show(ui, |ui| raw(ui, theme, &view.text));
                }
                false => raw(ui, theme, &view.text),
            }
            copy(ui, model, "Copy raw", &view.text, out);
        },
        |ui| {
            let colours = &theme.colours;
            members(
                ui,
                model,
                loaded,
                ("Header", &view.header, colours.jwt_header),
                right,
            );
            members(
                ui,
                model,
                loaded,
                ("Claims", &view.claims, colours.jwt_payload),
                right,
            );
            copy(
                ui,
                model,
                "Copy decoded",
                &TokenView::decoded(artifact),
                right,
            );
        },
    );
    out.append(right);
    outside(ui, model, out);
}

/// Whether the signature holds, as found out just now, and the keys it was verified with.
fn seal(ui: &mut Ui, theme: &Theme, view: &TokenView, out: &mut Vec<Command>) {
    let colours = &theme.colours;
    let (icon, title, detail, colour) = match &view.signature {
        Signature::Valid(by) => (icons::VALID, "Signature valid", by, colours.accepted),
        Signature::Invalid(why) => (icons::INVALID, "Signature not valid", why, colours.refused),
        Signature::Unknown(why) => (
            icons::INVALID,
            "Signature not checked",
            why,
            colours.credentials,
        ),
    };
    edged(ui, theme, colour, |ui| {
        ui.horizontal(|ui| {
            words(ui, icon, theme.icons(theme.text.icon), colour);
            words(ui, title, theme.medium(theme.text.body), colour);
        });
        note(ui, theme, detail.clone());
        note(
            ui,
            theme,
            "Verified here and now, over the bytes that travelled.",
        );
        if let Some((keys, _)) = &view.keys
            && button(
                ui,
                theme,
                icons::KEY,
                "Show the issuer's keys",
                colours.card_line,
            )
            .clicked()
        {
            out.push(Command::Select(keys.clone()));
        }
    });
}

/// The exact text; the three parts in their colours.
fn raw(ui: &mut Ui, theme: &Theme, text: &str) {
    let colours = &theme.colours;
    let parts: Vec<&str> = text.split('.').collect();
    let tints = [
        colours.jwt_header,
        colours.jwt_payload,
        colours.jwt_signature,
    ];
    let mut runs: Vec<(&str, Color32)> = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            runs.push((".", colours.ink_faint));
        }
        runs.push((part, tints.get(at).copied().unwrap_or(colours.ink)));
    }
    code(ui, theme, &runs);
}

fn members(
    ui: &mut Ui,
    model: &Model,
    loaded: &Loaded,
    (title, all, accent): (&str, &[Member], Color32),
    out: &mut Vec<Command>,
) {
    if all.is_empty() {
        return;
    }
    section(ui, &model.theme, title);
    for member in all {
        rule(ui, &model.theme);
        one(ui, model, loaded, (member, accent), out);
    }
}

fn one(
    ui: &mut Ui,
    model: &Model,
    loaded: &Loaded,
    (member, accent): (&Member, Color32),
    out: &mut Vec<Command>,
) {
    let theme = &model.theme;
    let colours = &theme.colours;
    let name = (member.name.as_str(), theme.mono(theme.text.mono), accent);
    labelled(ui, theme, name, |ui| {
        let ink = match member.was {
            Some(_) => colours.refused_ink,
            None => colours.ink,
        };
        value(ui, model, &member.value, ink, out);
        if let Some(was) = &member.was {
            let said = match was.is_empty() {
                true => "Altered: it was not there before".to_owned(),
                false => format!("Altered: it was {was}"),
            };
            words(ui, said, theme.medium(theme.text.detail), colours.refused);
        }
        if let Some(at) = member.moment {
            let left = claims::distance(&member.name, at, loaded.frame.clock);
            let over = member.name == "exp" && at <= loaded.frame.clock;
            let ink = if over { colours.refused } else { colours.ink };
            let text = format!("{} · {left}", claims::date(at));
            words(ui, text, theme.regular(theme.text.detail), ink);
        }
        if let Some(sentence) = member.sentence {
            note(ui, theme, sentence);
        }
        for source in &member.sources {
            from(ui, theme, source, out);
        }
        for reader in &member.readers {
            checked(ui, theme, reader, out);
        }
    });
}

/// Where a value came from.
fn from(ui: &mut Ui, theme: &Theme, source: &SourceView, out: &mut Vec<Command>) {
    let said = format!("From {}", source.text);
    let tint = theme.colours.push;
    match &source.go {
        Some(target) => {
            if super::parts::link(ui, theme, (icons::BECOMES, tint), &said) {
                out.push(Command::Select(target.clone()));
            }
        }
        None => super::parts::remark(ui, theme, (icons::BECOMES, theme.colours.ink_faint), &said),
    }
}

/// Who checks it.
fn checked(ui: &mut Ui, theme: &Theme, reader: &Reader, out: &mut Vec<Command>) {
    let (icon, tint) = match reader.outcome {
        Outcome::Failed => (icons::INVALID, theme.colours.refused),
        _ => (icons::CHECK, theme.colours.accepted),
    };
    let said = format!(
        "Checked by {} in beat {}: {}",
        reader.who,
        reader.beat + 1,
        reader.check
    );
    if super::parts::link(ui, theme, (icon, tint), &said) {
        out.push(Command::Select(Selection::Check {
            exchange: reader.exchange,
            position: reader.position,
        }));
    }
}

/// Commands that verify it without Tokentrail.
fn outside(ui: &mut Ui, model: &Model, out: &mut Vec<Command>) {
    let theme = &model.theme;
    section(ui, theme, "Verify it outside");
    let Some(command) = &model.looking.outside else {
        note(
            ui,
            theme,
            "Its issuer published no key that it could be verified with.",
        );
        return;
    };
    note(
        ui,
        theme,
        "Nothing here needs to be believed: this command holds the token and the issuer's public key, and says whether the signature holds.",
    );
    let names = Tool::ALL.map(Tool::name);
    let chosen = Tool::ALL
        .iter()
        .position(|tool| *tool == model.looking.tool);
    let clicked = choice(ui, theme, "Verify with", &names, chosen.unwrap_or(0));
    if let Some(tool) = clicked.and_then(|at| Tool::ALL.get(at)) {
        out.push(Command::Look(Look::Tool(*tool)));
    }
    code(ui, theme, &[(command.trim_end(), theme.colours.ink_soft)]);
    copy(ui, model, "Copy command", command, out);
}
