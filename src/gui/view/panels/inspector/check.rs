//! One check: what was required, what was found, and the policy decision behind it where it is a
//! policy's.

use bevy_egui::egui::{Sense, Ui, vec2};

use super::exchange::tick_of;
use super::parts::{fact, lead, note};
use crate::cloud::ledger::{Exchange, Outcome};
use crate::gui::view::commands::{Command, Selection};
use crate::gui::view::icons;
use crate::gui::view::model::{Loaded, Model};
use crate::gui::view::paint::marks;
use crate::gui::view::widgets::{button, section, words};

/// Shows a check; nothing where there is none.
pub fn show(
    ui: &mut Ui,
    model: &Model,
    loaded: &Loaded,
    (exchange, position): (&Exchange, u32),
    out: &mut Vec<Command>,
) -> Option<()> {
    let theme = &model.theme;
    let colours = &theme.colours;
    let check = exchange.checks.get(position as usize)?;
    let receiver = loaded.recording.name_of(&exchange.to);
    ui.horizontal(|ui| {
        let side = theme.text.heading * 1.4;
        let (rect, _) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
        let tick = tick_of(check.outcome);
        marks::tick(ui.painter(), theme, rect.center(), side * 0.45, tick);
        let font = theme.semibold(theme.text.heading);
        words(ui, &check.name, font, colours.ink);
    });
    let said = match check.outcome {
        Outcome::Passed => "held",
        Outcome::Failed => "did not hold; nothing after it was looked at",
        Outcome::NotReached => "never made, because an earlier one failed",
    };
    let count = exchange.checks.len();
    let place = format!("Check {} of {count} by {receiver} · {said}", position + 1);
    note(ui, theme, place);
    section(ui, theme, "Evidence");
    fact(ui, model, "required", &check.expected, colours.ink, out);
    let found = match check.outcome {
        Outcome::Failed => colours.refused_ink,
        _ => colours.ink,
    };
    fact(ui, model, "found", &check.actual, found, out);
    fact(ui, model, "rule", &check.source, colours.ink_soft, out);
    let about_policy = check.name.to_lowercase().contains("polic") || check.name == "Explicit deny";
    let made = check.outcome != Outcome::NotReached;
    decisions(ui, model, loaded, (exchange, about_policy && made), out);
    ui.add_space(theme.step(2.0));
    let words = "Show the whole request";
    if button(ui, theme, icons::REQUEST, words, colours.acting).clicked() {
        out.push(Command::Select(Selection::Exchange(exchange.id)));
    }
    Some(())
}

/// The policy decisions taken while answering an exchange, each a step away.
pub fn decisions(
    ui: &mut Ui,
    model: &Model,
    loaded: &Loaded,
    (exchange, wanted): (&Exchange, bool),
    out: &mut Vec<Command>,
) {
    let theme = &model.theme;
    let all = (0_u32..).zip(&loaded.recording.decisions);
    let mut own = all
        .filter(|(_, it)| wanted && it.exchange == exchange.id)
        .peekable();
    if own.peek().is_some() {
        section(ui, theme, "Policy decisions");
    }
    for (at, decision) in own {
        let tint = match decision.explanation.is_allowed() {
            true => theme.colours.accepted,
            false => theme.colours.refused,
        };
        let second = format!("{}: {}", decision.action, decision.explanation.summary);
        let first = match decision.explanation.is_allowed() {
            true => "Why it was allowed",
            false => "Why it was refused, and what AWS does not tell",
        };
        if lead(ui, theme, (icons::SCROLL, tint), (first, &second), false) {
            out.push(Command::Select(Selection::Decision(at)));
        }
    }
}
