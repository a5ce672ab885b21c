//! A policy decision: what AWS prints, what it does not tell, and the order of evaluation.

use bevy_egui::egui::{Sense, Ui, vec2};

use crate::cloud::ledger::{PolicyDecision, Refusal};
use crate::gui::view::paint::artifact::scroll;
use crate::gui::view::paint::marks;
use crate::gui::view::theme::Theme;
use crate::gui::view::widgets::{code, pair, section, words};
use crate::policy::{Effect, Outcome, PartReport, StatementReport, StepName, StepOutcome};
use crate::stage::frame::TickState;

/// Shows a decision.
pub fn show(ui: &mut Ui, theme: &Theme, decision: &PolicyDecision, refusal: Option<&Refusal>) {
    let colours = &theme.colours;
    let explanation = &decision.explanation;
    ui.add_space(theme.step(3.0));
    let title = match explanation.decision {
        Outcome::Allow => "Why it was allowed",
        Outcome::ExplicitDeny => "Why not: a statement denies it",
        Outcome::ImplicitDeny => "Why not: nothing allows it",
    };
    ui.horizontal(|ui| {
        let side = theme.text.heading * 1.3;
        let (rect, _) = ui.allocate_exact_size(vec2(side * 1.2, side), Sense::hover());
        scroll(ui.painter(), theme, rect.center(), side);
        words(ui, title, theme.semibold(theme.text.name), colours.ink);
    });
    words(
        ui,
        &explanation.summary,
        theme.regular(theme.text.body),
        colours.ink_soft,
    );
    pair(ui, theme, "action", &decision.action, colours.ink);
    pair(ui, theme, "resource", &decision.resource, colours.ink);
    let printed = refusal
        .map(|refusal| refusal.message.clone())
        .or(explanation.sentence.clone());
    if let Some(printed) = printed.filter(|_| explanation.decision != Outcome::Allow) {
        section(ui, theme, "What AWS prints");
        code(ui, theme, &[(&printed, colours.refused_ink)]);
    }
    let title = match explanation.decision {
        Outcome::Allow => "The statements it looked at",
        _ => "What it does not tell you",
    };
    section(ui, theme, title);
    if explanation.statements.is_empty() {
        words(
            ui,
            "No policy has a statement about this.",
            theme.regular(theme.text.body),
            colours.ink_soft,
        );
    }
    for report in nearest_first(&explanation.statements) {
        statement(ui, theme, report);
    }
    order(ui, theme, decision);
}

/// Statements that matched, then those that came closest.
fn nearest_first(statements: &[StatementReport]) -> Vec<&StatementReport> {
    let mut sorted: Vec<&StatementReport> = statements.iter().collect();
    sorted.sort_by_key(|report| {
        let unmatched = report.parts.iter().filter(|part| !part.matched).count();
        (!report.decides, unmatched)
    });
    sorted
}

fn statement(ui: &mut Ui, theme: &Theme, report: &StatementReport) {
    let colours = &theme.colours;
    let (effect, tint) = match report.effect {
        Effect::Allow => ("Allow", colours.accepted),
        Effect::Deny => ("Deny", colours.refused),
    };
    let sid = report.sid.as_deref().unwrap_or("without Sid");
    let place = format!("{} · line {} · {sid}", report.policy, report.line);
    words(
        ui,
        place,
        theme.regular(theme.text.detail),
        colours.ink_faint,
    );
    let mut lines: Vec<(String, bevy_egui::egui::Color32)> = vec![
        ("Effect: ".to_owned(), colours.ink_faint),
        (effect.to_owned(), tint),
    ];
    for part in &report.parts {
        part_lines(theme, part, &mut lines);
    }
    let runs: Vec<(&str, bevy_egui::egui::Color32)> = lines
        .iter()
        .map(|(text, colour)| (text.as_str(), *colour))
        .collect();
    code(ui, theme, &runs);
    for near in report
        .parts
        .iter()
        .filter_map(|part| part.near_miss.as_ref())
    {
        words(
            ui,
            format!("Nearly: {}", near.text),
            theme.medium(theme.text.detail),
            colours.credentials,
        );
    }
}

fn part_lines(
    theme: &Theme,
    part: &PartReport,
    lines: &mut Vec<(String, bevy_egui::egui::Color32)>,
) {
    let colours = &theme.colours;
    let key = part
        .key
        .as_ref()
        .map(|key| format!(" {key}"))
        .unwrap_or_default();
    let (mark, tint) = if part.matched {
        ("matches", colours.ink_faint)
    } else {
        ("does not match", colours.refused)
    };
    lines.push((format!("\n{}{key}: ", part.element), colours.ink_faint));
    let asked = if part.matched {
        colours.ink
    } else {
        colours.credentials
    };
    lines.push((part.asked.join(", "), asked));
    lines.push((format!("  · {mark}"), tint));
    if !part.matched {
        let had = part
            .had
            .as_ref()
            .map_or("nothing".to_owned(), |had| had.join(", "));
        lines.push(("\n  the request has ".to_owned(), colours.ink_faint));
        lines.push((had, colours.refused_ink));
    }
}

/// Every station with its outcome, in AWS's order.
fn order(ui: &mut Ui, theme: &Theme, decision: &PolicyDecision) {
    let colours = &theme.colours;
    section(ui, theme, "Order of evaluation");
    for step in &decision.explanation.steps {
        let name = match step.name {
            StepName::ExplicitDeny => "Explicit deny",
            StepName::Organisation => "Organisation",
            StepName::ResourcePolicy => "Resource policy",
            StepName::IdentityPolicy => "Identity policy",
            StepName::Boundary => "Permissions boundary",
            StepName::Session => "Session policy",
        };
        let (tick, colour) = match step.outcome {
            StepOutcome::Allowed => (TickState::Passed, colours.accepted),
            StepOutcome::Denied => (TickState::Failed, colours.refused),
            StepOutcome::None => (TickState::Pending, colours.ink_soft),
            StepOutcome::NotReached => (TickState::NotReached, colours.ink_faint),
        };
        ui.horizontal_top(|ui| {
            let side = theme.text.body * 1.3;
            let (rect, _) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
            marks::tick(ui.painter(), theme, rect.center(), side * 0.42, tick);
            let text = format!("{name}: {}", step.sentence);
            words(ui, text, theme.regular(theme.text.body), colour);
        });
    }
}
