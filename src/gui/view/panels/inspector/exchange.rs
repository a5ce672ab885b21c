//! A request and its response as they travelled, and the checks its receiver made.

use bevy_egui::egui::{Align2, Sense, Ui, pos2, vec2};

use super::actor::artifact_row;
use super::decision;
use crate::cloud::ledger::{Body, Check, Exchange, Header, Outcome};
use crate::gui::view::commands::{Command, Selection};
use crate::gui::view::icons;
use crate::gui::view::model::{Loaded, Model};
use crate::gui::view::paint::marks;
use crate::gui::view::theme::Theme;
use crate::gui::view::widgets::{button, code, pair, row, section, words};
use crate::stage::frame::TickState;

/// Characters of a body that are shown; the rest can be copied.
const BODY_SHOWN: usize = 6_000;

/// Shows an exchange.
pub fn show(
    ui: &mut Ui,
    model: &Model,
    loaded: &Loaded,
    exchange: &Exchange,
    out: &mut Vec<Command>,
) {
    let theme = &model.theme;
    let colours = &theme.colours;
    let name = |id| loaded.recording.name_of(id);
    words(
        ui,
        &exchange.operation,
        theme.mono(theme.text.heading),
        colours.ink,
    );
    let way = format!(
        "{} → {} · {}",
        name(&exchange.from),
        name(&exchange.to),
        exchange.service
    );
    words(ui, way, theme.regular(theme.text.detail), colours.ink_soft);
    if let Some(refusal) = &exchange.refusal {
        section(ui, theme, "Refused");
        let text = format!("{}\n{}", refusal.code, refusal.message);
        code(ui, theme, &[(text.trim_end(), colours.refused_ink)]);
    }
    if !exchange.checks.is_empty() {
        section(ui, theme, "Checks, in order");
        for (position, check) in (0_u32..).zip(&exchange.checks) {
            check_row(ui, model, exchange, (position, check), out);
        }
    }
    section(ui, theme, "Request as sent");
    let head = format!("{} {}", exchange.request.method, exchange.request.url);
    message(
        ui,
        theme,
        &head,
        &exchange.request.headers,
        &exchange.request.body,
        out,
    );
    section(ui, theme, "Response as sent");
    let head = format!("HTTP {}", exchange.response.status);
    message(
        ui,
        theme,
        &head,
        &exchange.response.headers,
        &exchange.response.body,
        out,
    );
    for (title, list) in [
        ("It carried", &exchange.sent),
        ("It brought back", &exchange.received),
    ] {
        if !list.is_empty() {
            section(ui, theme, title);
        }
        for artifact in list.iter().filter_map(|id| loaded.recording.artifact(*id)) {
            artifact_row(ui, model, loaded, artifact, out);
        }
    }
}

fn message(
    ui: &mut Ui,
    theme: &Theme,
    head: &str,
    headers: &[Header],
    body: &Body,
    out: &mut Vec<Command>,
) {
    let colours = &theme.colours;
    let mut names: Vec<String> = Vec::new();
    for (name, value) in headers {
        names.push(format!("\n{name}: "));
        names.push(value.clone());
    }
    let mut runs = vec![(head, colours.acting)];
    for (position, text) in names.iter().enumerate() {
        let colour = if position % 2 == 0 {
            colours.ink_faint
        } else {
            colours.ink
        };
        runs.push((text.as_str(), colour));
    }
    let shown = pretty(body);
    let cut: String = shown.chars().take(BODY_SHOWN).collect();
    let text = match shown.len() > cut.len() {
        true => format!("\n\n{cut}\n… {} bytes in all", body.0.len()),
        false => format!("\n\n{cut}"),
    };
    if !shown.is_empty() {
        runs.push((&text, colours.ink_soft));
    }
    code(ui, theme, &runs);
    if !shown.is_empty() && button(ui, theme, icons::COPY, "Copy body", colours.card_line).clicked()
    {
        out.push(Command::Copy(body.text().unwrap_or_default().to_owned()));
    }
}

/// A body for reading: JSON indented, everything else as it is.
fn pretty(body: &Body) -> String {
    let Some(text) = body.text() else {
        return format!("{} bytes that are not text", body.0.len());
    };
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(json) => serde_json::to_string_pretty(&json).unwrap_or_else(|_| text.to_owned()),
        Err(_) => text.to_owned(),
    }
}

fn tick_of(outcome: Outcome) -> TickState {
    match outcome {
        Outcome::Passed => TickState::Passed,
        Outcome::Failed => TickState::Failed,
        Outcome::NotReached => TickState::NotReached,
    }
}

fn check_row(
    ui: &mut Ui,
    model: &Model,
    exchange: &Exchange,
    (position, check): (u32, &Check),
    out: &mut Vec<Command>,
) {
    let theme = &model.theme;
    let colours = &theme.colours;
    let name = format!("Show check {}", check.name);
    let response = row(
        ui,
        theme,
        (theme.space.control, &name, false),
        |painter, rect| {
            let at = pos2(rect.left() + theme.step(4.0), rect.center().y);
            marks::tick(
                painter,
                theme,
                at,
                8.0 * theme.scale,
                tick_of(check.outcome),
            );
            let dim = check.outcome == Outcome::NotReached;
            let ink = if dim { colours.ink_faint } else { colours.ink };
            let left = pos2(rect.left() + theme.step(8.0), rect.center().y);
            let font = theme.regular(theme.text.body);
            painter.text(left, Align2::LEFT_CENTER, &check.name, font, ink);
        },
    );
    if response.clicked() {
        out.push(Command::Select(Selection::Check {
            exchange: exchange.id,
            position,
        }));
    }
}

/// Shows one check, and the policy decision behind it where it is a policy's.
pub fn show_check(
    ui: &mut Ui,
    model: &Model,
    loaded: &Loaded,
    exchange: &Exchange,
    position: u32,
    out: &mut Vec<Command>,
) {
    let theme = &model.theme;
    let colours = &theme.colours;
    let Some(check) = exchange.checks.get(position as usize) else {
        return;
    };
    let receiver = loaded.recording.name_of(&exchange.to);
    ui.horizontal(|ui| {
        let side = theme.text.heading * 1.4;
        let (rect, _) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
        marks::tick(
            ui.painter(),
            theme,
            rect.center(),
            side * 0.45,
            tick_of(check.outcome),
        );
        words(
            ui,
            &check.name,
            theme.semibold(theme.text.heading),
            colours.ink,
        );
    });
    let said = match check.outcome {
        Outcome::Passed => "held",
        Outcome::Failed => "did not hold; nothing after it was looked at",
        Outcome::NotReached => "never made, because an earlier one failed",
    };
    let text = format!(
        "check {} of {} by {receiver} · {said}",
        position + 1,
        exchange.checks.len()
    );
    words(ui, text, theme.regular(theme.text.detail), colours.ink_soft);
    section(ui, theme, "Evidence");
    pair(ui, theme, "required", &check.expected, colours.ink);
    let found = match check.outcome {
        Outcome::Failed => colours.refused_ink,
        _ => colours.ink,
    };
    pair(ui, theme, "found", &check.actual, found);
    pair(ui, theme, "rule", &check.source, colours.ink_soft);
    let about_policy = check.name.to_lowercase().contains("polic");
    if about_policy && check.outcome != Outcome::NotReached {
        for decision in loaded.recording.decisions_of(exchange.id) {
            decision::show(ui, theme, decision, exchange.refusal.as_ref());
        }
    }
    ui.add_space(theme.step(2.0));
    if button(
        ui,
        theme,
        icons::REQUEST,
        "Show the whole request",
        colours.acting,
    )
    .clicked()
    {
        out.push(Command::Select(Selection::Exchange(exchange.id)));
    }
}
