//! A token, a code, credentials: its shape, its life, its exact text, its claims in plain words,
//! where its values came from and who carried it.

use bevy_egui::egui::{Align2, Color32, RichText, ScrollArea, Sense, Stroke, Ui, pos2, vec2};
use serde_json::{Map, Value};

use super::actor::look;
use super::claims;
use crate::cloud::ledger::{Artifact, ArtifactValue, CredentialsValue, Source};
use crate::gui::view::commands::{Command, Selection};
use crate::gui::view::icons;
use crate::gui::view::model::{Loaded, Model};
use crate::gui::view::paint::artifact::{Art, draw, size_in};
use crate::gui::view::signature::Signature;
use crate::gui::view::theme::Theme;
use crate::gui::view::widgets::{button, code, pair, row, section, words};

/// Lines of a token's text that are shown at once; the others by scrolling.
const RAW_LINES: f32 = 7.0;

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
    if let Some(signature) = &model.signature {
        seal(ui, theme, signature);
    }
    if artifact.tampered {
        let said = "Somebody in the story altered it after it was minted.";
        words(
            ui,
            said,
            theme.medium(theme.text.body),
            theme.colours.refused,
        );
    }
    match &artifact.value {
        ArtifactValue::Credentials(value) => credentials(ui, model, value, out),
        ArtifactValue::Text(text) => raw(ui, theme, artifact, text, out),
    }
    for (title, members) in [("Header", &artifact.header), ("Claims", &artifact.claims)] {
        if let Some(members) = members {
            table(ui, theme, title, members);
        }
    }
    if !artifact.facts.is_empty() {
        section(ui, theme, "What its minter knows about it");
        for (name, value) in &artifact.facts {
            pair(ui, theme, name, value, theme.colours.ink);
        }
    }
    origins(ui, model, loaded, artifact, out);
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
}

fn life(ui: &mut Ui, theme: &Theme, loaded: &Loaded, artifact: &Artifact) {
    let colours = &theme.colours;
    let minter = loaded.recording.name_of(&artifact.minted_by);
    let minted = format!("minted by {minter} at {}", artifact.minted_at.clock_text());
    words(
        ui,
        minted,
        theme.regular(theme.text.detail),
        colours.ink_soft,
    );
    let Some(ends) = artifact.expires_at else {
        words(
            ui,
            "does not expire by itself",
            theme.regular(theme.text.detail),
            colours.ink_soft,
        );
        return;
    };
    let left = (ends - loaded.frame.clock).millis();
    let (said, colour) = if left > 0 {
        (
            format!(
                "valid until {}, {} left",
                ends.clock_text(),
                claims::length(left)
            ),
            colours.ink_soft,
        )
    } else {
        (
            format!("expired {} ago", claims::length(left)),
            colours.refused,
        )
    };
    words(ui, said, theme.regular(theme.text.detail), colour);
}

/// Whether the signature holds, as found out just now.
fn seal(ui: &mut Ui, theme: &Theme, signature: &Signature) {
    let colours = &theme.colours;
    let (icon, title, detail, colour) = match signature {
        Signature::Valid(by) => (icons::VALID, "Signature valid", by, colours.accepted),
        Signature::Invalid(why) => (icons::INVALID, "Signature not valid", why, colours.refused),
        Signature::Unknown(why) => (
            icons::INVALID,
            "Signature not checked",
            why,
            colours.credentials,
        ),
    };
    ui.horizontal(|ui| {
        words(ui, icon, theme.icons(theme.text.icon), colour);
        words(ui, title, theme.medium(theme.text.body), colour);
    });
    words(
        ui,
        detail.clone(),
        theme.regular(theme.text.detail),
        colours.ink_faint,
    );
}

fn raw(ui: &mut Ui, theme: &Theme, artifact: &Artifact, text: &str, out: &mut Vec<Command>) {
    section(ui, theme, "Raw");
    let tall = RAW_LINES * theme.text.mono * 1.5 + theme.step(5.0);
    let scroll = ScrollArea::vertical().id_salt("raw").max_height(tall);
    scroll.show(ui, |ui| raw_text(ui, theme, artifact, text));
    if button(ui, theme, icons::COPY, "Copy", theme.colours.card_line).clicked() {
        out.push(Command::Copy(text.to_owned()));
    }
}

/// The exact text; the three parts of a JWT in their colours.
fn raw_text(ui: &mut Ui, theme: &Theme, artifact: &Artifact, text: &str) {
    let colours = &theme.colours;
    let parts: Vec<&str> = text.split('.').collect();
    match (&artifact.claims, parts.as_slice()) {
        (Some(_), [header, payload, signature]) => {
            let dot = (".", colours.ink_faint);
            let runs = [
                (*header, colours.jwt_header),
                dot,
                (*payload, colours.jwt_payload),
                dot,
                (*signature, colours.jwt_signature),
            ];
            code(ui, theme, &runs);
        }
        _ => {
            code(ui, theme, &[(text, colours.ink)]);
        }
    }
}

/// The members of credentials; secrets are hidden until asked for.
fn credentials(ui: &mut Ui, model: &Model, value: &CredentialsValue, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let colours = &theme.colours;
    section(ui, theme, "Members");
    pair(ui, theme, "AccessKeyId", &value.access_key_id, colours.ink);
    let hidden = |secret: &str| match model.secrets_shown {
        true => secret.to_owned(),
        false => "•".repeat(20),
    };
    pair(
        ui,
        theme,
        "SecretAccessKey",
        &hidden(&value.secret_access_key),
        colours.credentials,
    );
    if let Some(token) = &value.session_token {
        pair(
            ui,
            theme,
            "SessionToken",
            &hidden(token),
            colours.credentials,
        );
    }
    if let Some(ends) = value.expiration {
        pair(ui, theme, "Expiration", &ends.iso8601(), colours.ink);
    }
    let (icon, said) = match model.secrets_shown {
        true => (icons::HIDE, "Hide secrets"),
        false => (icons::SHOW, "Show secrets"),
    };
    if button(ui, theme, icon, said, colours.card_line).clicked() {
        out.push(Command::ToggleSecrets);
    }
}

fn table(ui: &mut Ui, theme: &Theme, title: &str, members: &Map<String, Value>) {
    let colours = &theme.colours;
    let accent = if title == "Header" {
        colours.jwt_header
    } else {
        colours.jwt_payload
    };
    section(ui, theme, title);
    for (name, value) in members {
        let width = ui.available_width();
        let y = ui.cursor().top();
        let left = ui.cursor().left();
        ui.painter()
            .hline(left..=left + width, y, Stroke::new(1.0, colours.line));
        ui.add_space(theme.step(1.0));
        claim(ui, theme, accent, name, value);
    }
}

fn claim(ui: &mut Ui, theme: &Theme, accent: Color32, name: &str, value: &Value) {
    let colours = &theme.colours;
    pair_coloured(ui, theme, (name, accent), &claims::value(value));
    let indent = name_width(ui, theme) + theme.step(2.0);
    for note in claims::date(name, value)
        .into_iter()
        .chain(claims::sentence(name).map(str::to_owned))
    {
        ui.horizontal_top(|ui| {
            ui.add_space(indent);
            words(ui, note, theme.regular(theme.text.detail), colours.ink_soft);
        });
    }
}

fn name_width(ui: &Ui, theme: &Theme) -> f32 {
    if ui.available_width() < 280.0 {
        72.0 * theme.scale
    } else {
        92.0 * theme.scale
    }
}

fn pair_coloured(ui: &mut Ui, theme: &Theme, (name, accent): (&str, Color32), value: &str) {
    let width = name_width(ui, theme);
    ui.horizontal_top(|ui| {
        ui.allocate_ui(vec2(width, 0.0), |ui| {
            ui.set_width(width);
            let text = RichText::new(name)
                .font(theme.mono(theme.text.mono))
                .color(accent);
            ui.add(bevy_egui::egui::Label::new(text).wrap());
        });
        ui.vertical(|ui| words(ui, value, theme.mono(theme.text.mono), theme.colours.ink));
    });
}

fn origins(
    ui: &mut Ui,
    model: &Model,
    loaded: &Loaded,
    artifact: &Artifact,
    out: &mut Vec<Command>,
) {
    if artifact.provenance.is_empty() {
        return;
    }
    let theme = &model.theme;
    section(ui, theme, "Where its values came from");
    for origin in &artifact.provenance {
        let (said, target) = match &origin.from {
            Source::Artifact { artifact, field } => {
                let label = loaded
                    .recording
                    .artifact(*artifact)
                    .map_or("?", |found| &found.label);
                (
                    format!("{field} of {label}"),
                    Some(Selection::Artifact(*artifact)),
                )
            }
            Source::Message { exchange, member } => {
                let operation = loaded
                    .recording
                    .exchange(*exchange)
                    .map_or("?", |found| &found.operation);
                (
                    format!("{member} in {operation}"),
                    Some(Selection::Exchange(*exchange)),
                )
            }
            Source::World { place } => (place.clone(), None),
            Source::Random { stream } => (format!("fresh, from stream {stream}"), None),
            Source::Clock => ("the simulated clock".to_owned(), None),
        };
        link(ui, theme, (&origin.field, &said), target, out);
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
    let mut carriers = loaded.recording.carriers_of(artifact.id).peekable();
    if carriers.peek().is_none() {
        return;
    }
    section(ui, theme, "Who carried it");
    for exchange in carriers {
        let name = |id| loaded.recording.name_of(id);
        let way = format!("{} → {}", name(&exchange.from), name(&exchange.to));
        let target = Some(Selection::Exchange(exchange.id));
        link(ui, theme, (&exchange.operation, &way), target, out);
    }
}

/// Two lines that lead somewhere.
fn link(
    ui: &mut Ui,
    theme: &Theme,
    (first, second): (&str, &str),
    target: Option<Selection>,
    out: &mut Vec<Command>,
) {
    let colours = &theme.colours;
    let Some(target) = target else {
        pair(ui, theme, first, second, colours.ink_soft);
        return;
    };
    let height = theme.text.mono * 1.5 + theme.text.detail * 1.5 + theme.step(2.0);
    let name = format!("Go to {first}: {second}");
    let response = row(ui, theme, (height, &name, false), |painter, rect| {
        let left = rect.left() + theme.step(2.0);
        let middle = pos2(rect.right() - theme.step(3.0), rect.center().y);
        icons::tool(
            painter,
            theme,
            middle,
            icons::CARET_RIGHT,
            theme.text.detail,
            colours.ink_faint,
        );
        let first_at = pos2(left, rect.top() + theme.step(1.0));
        let mono = theme.mono(theme.text.mono);
        painter.text(first_at, Align2::LEFT_TOP, first, mono, colours.ink);
        let second_at = pos2(left, rect.bottom() - theme.step(1.0));
        let font = theme.regular(theme.text.detail);
        painter.text(
            second_at,
            Align2::LEFT_BOTTOM,
            second,
            font,
            colours.ink_soft,
        );
    });
    if response.clicked() {
        out.push(Command::Select(target));
    }
}
