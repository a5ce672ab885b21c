//! A request and its response as they travelled, the checks its receiver made, and the same
//! request as somebody would write it.

use bevy_egui::egui::{Align2, RichText, Ui, pos2};

use super::actor::artifact_row;
use super::check::decisions;
use super::parts::{boxed_rows, choice, copy, labelled, note, quote, value};
use super::signing;
use crate::cloud::ledger::{Check, Exchange, Outcome};
use crate::gui::view::commands::{Command, Selection};
use crate::gui::view::icons;
use crate::gui::view::looking::{Inspected, Look};
use crate::gui::view::model::{Loaded, Model};
use crate::gui::view::paint::marks;
use crate::gui::view::theme::Theme;
use crate::gui::view::widgets::{button, code, row, section, words};
use crate::inspect::calls::{Dialect, dialects};
use crate::inspect::message::{HeaderRow, MessageView};
use crate::inspect::signing::signer;
use crate::inspect::tree::{BodyKind, Row};
use crate::stage::frame::TickState;

/// Characters of a body that are shown as they travelled; the rest can be copied.
const BODY_SHOWN: usize = 6_000;
/// Rows of a tree that are shown.
const ROWS_SHOWN: usize = 400;

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
    let font = theme.mono(theme.text.heading);
    words(ui, &exchange.operation, font, colours.ink);
    let way = format!(
        "{} → {} · {} · beat {}",
        name(&exchange.from),
        name(&exchange.to),
        exchange.service,
        exchange.beat + 1
    );
    note(ui, theme, way);
    if let Some(refusal) = &exchange.refusal {
        section(ui, theme, "Refused");
        let text = format!("{}\n{}", refusal.code, refusal.message);
        quote(ui, theme, text.trim_end(), colours.refused_ink);
    }
    decisions(ui, model, loaded, (exchange, true), out);
    if !exchange.checks.is_empty() {
        section(ui, theme, "Checks, in order");
        for (position, check) in (0_u32..).zip(&exchange.checks) {
            check_row(ui, model, exchange, (position, check), out);
        }
    }
    if let Inspected::Message(messages) = &model.looking.inspected {
        let (request, response) = &**messages;
        let forms = [request, response].map(|it| it.tree.rows.is_empty());
        if forms.contains(&false) {
            ui.add_space(theme.step(3.0));
            let clicked = choice(
                ui,
                theme,
                "Bodies",
                &["Tree", "Raw"],
                usize::from(model.looking.raw),
            );
            if let Some(at) = clicked {
                out.push(Command::Look(Look::Tree(at == 0)));
            }
        }
        message(ui, model, ("Request as sent", request), out);
        message(ui, model, ("Response as sent", response), out);
    }
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
    signature(ui, model, exchange, out);
    written(ui, model, exchange, out);
}

fn message(
    ui: &mut Ui,
    model: &Model,
    (title, view): (&str, &MessageView),
    out: &mut Vec<Command>,
) {
    let theme = &model.theme;
    let colours = &theme.colours;
    section(ui, theme, title);
    value(ui, model, &view.head, colours.acting, out);
    for header in &view.headers {
        header_row(ui, model, header, out);
    }
    if view.tree.kind != BodyKind::Empty {
        let said = format!(
            "Body · {} · {} bytes",
            view.tree.kind.name(),
            view.body_bytes
        );
        note(ui, theme, said);
        match model.looking.raw || view.tree.rows.is_empty() {
            true => raw(ui, theme, view),
            false => tree(ui, model, view, out),
        }
    }
    ui.horizontal_wrapped(|ui| {
        copy(ui, model, "Copy message", &view.text(), out);
        if !view.raw.is_empty() {
            copy(ui, model, "Copy body", &view.raw, out);
        }
    });
}

fn header_row(ui: &mut Ui, model: &Model, header: &HeaderRow, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let name = (
        header.name.as_str(),
        theme.mono(theme.text.mono),
        theme.colours.ink_faint,
    );
    labelled(ui, theme, name, |ui| {
        value(ui, model, &header.value, theme.colours.ink, out);
        if let Some(said) = header.note {
            note(ui, theme, said);
        }
    });
}

fn raw(ui: &mut Ui, theme: &Theme, view: &MessageView) {
    let cut: String = view.raw.chars().take(BODY_SHOWN).collect();
    let more = match view.raw.len() > cut.len() {
        true => format!("\n… {} bytes in all", view.body_bytes),
        false => String::new(),
    };
    let colours = &theme.colours;
    code(
        ui,
        theme,
        &[(&cut, colours.ink), (&more, colours.ink_faint)],
    );
}

fn tree(ui: &mut Ui, model: &Model, view: &MessageView, out: &mut Vec<Command>) {
    let theme = &model.theme;
    boxed_rows(ui, theme, |ui| {
        for row in view.tree.rows.iter().take(ROWS_SHOWN) {
            tree_row(ui, model, row, out);
        }
        if view.tree.cut || view.tree.rows.len() > ROWS_SHOWN {
            note(ui, theme, "There is more; the whole body can be copied.");
        }
    });
}

fn tree_row(ui: &mut Ui, model: &Model, row: &Row, out: &mut Vec<Command>) {
    let theme = &model.theme;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = theme.step(1.0);
        ui.add_space(theme.step(4.0) * f32::from(row.depth.min(12)));
        let font = theme.mono(theme.text.mono);
        let colon = if row.name.is_empty() { "" } else { ":" };
        let name = format!("{}{colon}", row.name);
        let tint = theme.colours.jwt_payload;
        ui.add(bevy_egui::egui::Label::new(
            RichText::new(name).font(font).color(tint),
        ));
        if let Some(text) = &row.value {
            ui.vertical(|ui| value(ui, model, text, theme.colours.ink, out));
        }
    });
}

/// The signature of a signed request, made again when asked for.
fn signature(ui: &mut Ui, model: &Model, exchange: &Exchange, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let open = model.looking.signing.as_ref();
    let open = open.is_some_and(|(id, _)| *id == exchange.id);
    if !open && signer(&exchange.request).is_none() {
        return;
    }
    section(ui, theme, "Signature");
    let (icon, said) = match open {
        true => (icons::CARET_DOWN, "Fold the steps"),
        false => (icons::LOCK, "Make the signature again, step by step"),
    };
    if button(ui, theme, icon, said, theme.colours.credentials).clicked() {
        out.push(Command::Look(Look::Signing(exchange.id)));
    }
    if open {
        signing::show(ui, model, out);
    }
}

/// The same request for a command line and two SDKs.
fn written(ui: &mut Ui, model: &Model, exchange: &Exchange, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let Some((dialect, text)) = &model.looking.written else {
        return;
    };
    section(ui, theme, "Send the same yourself");
    let all = dialects(exchange);
    if all.len() > 1 {
        let names: Vec<&str> = all.iter().map(|it| Dialect::name(*it)).collect();
        let at = all.iter().position(|it| it == dialect).unwrap_or(0);
        if let Some(at) = choice(ui, theme, "Write it for", &names, at)
            && let Some(dialect) = all.get(at)
        {
            out.push(Command::Look(Look::Dialect(*dialect)));
        }
    }
    code(ui, theme, &[(text.trim_end(), theme.colours.ink)]);
    copy(ui, model, "Copy", text, out);
}

/// How a check is drawn.
pub fn tick_of(outcome: Outcome) -> TickState {
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
    let selection = Selection::Check {
        exchange: exchange.id,
        position,
    };
    let lit = model.looking.following.as_ref();
    let lit = lit.is_some_and(|it| it.lights(&selection));
    let size = (theme.text.body * 1.75, name.as_str(), lit);
    let response = row(ui, theme, size, |painter, rect| {
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
    });
    if response.clicked() {
        out.push(Command::Select(selection));
    }
}
