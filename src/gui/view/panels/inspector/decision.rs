//! A policy decision: what AWS prints and what it does not tell, the order of evaluation as a
//! diagram, every policy with the deciding statement lit, every condition with what the request had.

use bevy_egui::egui::text::{LayoutJob, TextFormat};
use bevy_egui::egui::{Color32, Sense, Stroke, Ui, WidgetInfo, WidgetType, pos2, vec2};

use super::parts::{boxed, copy, edged, fact, labelled, note, quote, remark, rule, side_by_side};
use crate::cloud::ledger::PolicyDecision;
use crate::gui::view::commands::{Command, Selection};
use crate::gui::view::icons;
use crate::gui::view::looking::Inspected;
use crate::gui::view::model::{Loaded, Model};
use crate::gui::view::paint::artifact::scroll;
use crate::gui::view::paint::canvas::corner;
use crate::gui::view::paint::marks;
use crate::gui::view::theme::{Theme, over};
use crate::gui::view::widgets::{button, section, words};
use crate::inspect::policy::{Mark, PolicyPage, PolicyView, why};
use crate::policy::{Effect, Outcome, PartReport, StatementReport, StepName, StepOutcome};
use crate::stage::frame::TickState;

/// Shows a decision.
pub fn show(
    ui: &mut Ui,
    model: &Model,
    _loaded: &Loaded,
    decision: &PolicyDecision,
    out: &mut Vec<Command>,
) {
    let Inspected::Policy(view) = &model.looking.inspected else {
        return;
    };
    let theme = &model.theme;
    let colours = &theme.colours;
    ui.horizontal(|ui| {
        let side = theme.text.heading * 1.3;
        let (rect, _) = ui.allocate_exact_size(vec2(side * 1.2, side), Sense::hover());
        scroll(ui.painter(), theme, rect.center(), side);
        let font = theme.semibold(theme.text.heading);
        words(ui, view.title, font, colours.ink);
    });
    let font = theme.regular(theme.text.body);
    words(ui, &view.summary, font, colours.ink_soft);
    fact(ui, model, "who", &view.principal, colours.ink, out);
    fact(ui, model, "action", &view.action, colours.ink, out);
    fact(ui, model, "resource", &view.resource, colours.ink, out);
    told(ui, model, view, out);
    order(ui, theme, view);
    section(ui, theme, "Policies that took part");
    if view.policies.is_empty() {
        note(ui, theme, "None: no policy says anything about this.");
    }
    for page in &view.policies {
        policy(ui, model, page, out);
    }
    if !view.context.is_empty() {
        section(ui, theme, "What the request brought along");
        note(ui, theme, "The condition keys that policies can ask about.");
        for (key, value) in &view.context {
            fact(ui, model, key, value, colours.ink, out);
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
        out.push(Command::Select(Selection::Exchange(decision.exchange)));
    }
}

/// The sentence AWS prints, and beside it what AWS does not tell.
fn told(ui: &mut Ui, model: &Model, view: &PolicyView, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let colours = &theme.colours;
    let Some(printed) = &view.printed else { return };
    side_by_side(
        ui,
        theme,
        0.5,
        |ui| {
            section(ui, theme, "What AWS prints");
            quote(ui, theme, printed, colours.refused_ink);
            copy(ui, model, "Copy sentence", printed, out);
        },
        |ui| {
            section(ui, theme, "What AWS does not tell you");
            edged(ui, theme, colours.credentials, |ui| {
                for sentence in &view.untold {
                    let font = theme.regular(theme.text.body);
                    words(ui, sentence, font, colours.ink);
                }
            });
        },
    );
}

fn name_of(step: StepName) -> &'static str {
    match step {
        StepName::ExplicitDeny => "Explicit deny",
        StepName::Organisation => "Organisation",
        StepName::ResourcePolicy => "Resource policy",
        StepName::IdentityPolicy => "Identity policy",
        StepName::Boundary => "Permissions boundary",
        StepName::Session => "Session policy",
    }
}

/// The stations as a way down, solid as far as the question went, with an exit where it ended.
fn order(ui: &mut Ui, theme: &Theme, view: &PolicyView) {
    let colours = &theme.colours;
    section(ui, theme, "Order of evaluation");
    let mut open = true;
    let side = theme.text.body * 1.5;
    let mut last = None;
    for step in &view.steps {
        let (tick, ink) = match step.outcome {
            StepOutcome::Allowed => (TickState::Passed, colours.ink),
            StepOutcome::Denied => (TickState::Failed, colours.ink),
            StepOutcome::None => (TickState::Pending, colours.ink_soft),
            StepOutcome::NotReached => (TickState::NotReached, colours.ink_faint),
        };
        let passed_by = open && step.outcome != StepOutcome::NotReached;
        let middle = ui
            .horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = theme.step(2.0);
                let (rect, _) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 0.0;
                    let font = theme.medium(theme.text.body);
                    words(ui, name_of(step.name), font, ink);
                    note(ui, theme, &step.sentence);
                    ui.add_space(theme.step(1.5));
                });
                rect.center()
            })
            .inner;
        if let Some(before) = last {
            way(ui, theme, (before, middle, side * 0.42), passed_by);
        }
        marks::tick(ui.painter(), theme, middle, side * 0.42, tick);
        last = Some(middle);
        if view.ended == Some(step.name) {
            open = false;
        }
    }
    let (icon, said, colour) = match view.outcome {
        Outcome::Allow => (icons::CHECK, "Allowed", colours.accepted),
        Outcome::ExplicitDeny => (
            icons::CLOSE,
            "Denied: a statement denies it",
            colours.refused,
        ),
        Outcome::ImplicitDeny => (icons::CLOSE, "Denied: nothing allows it", colours.refused),
    };
    let ended = view.ended.map_or(String::new(), |step| {
        format!(" · settled at {}", name_of(step))
    });
    exit(ui, theme, (icon, colour), &format!("{said}{ended}"));
}

/// The way between two stations.
fn way(
    ui: &Ui,
    theme: &Theme,
    (from, to, radius): (bevy_egui::egui::Pos2, bevy_egui::egui::Pos2, f32),
    went: bool,
) {
    let gap = radius + 3.0;
    let (top, bottom) = (pos2(from.x, from.y + gap), pos2(to.x, to.y - gap));
    if bottom.y <= top.y {
        return;
    }
    let painter = ui.painter();
    if went {
        let line = Stroke::new(2.0, theme.colours.acting);
        painter.line_segment([top, bottom], line);
    } else {
        let line = Stroke::new(1.5, theme.colours.card_line);
        painter.extend(bevy_egui::egui::Shape::dashed_line(
            &[top, bottom],
            line,
            3.0,
            3.0,
        ));
    }
}

/// Where the way ended.
fn exit(ui: &mut Ui, theme: &Theme, (icon, colour): (&str, Color32), said: &str) {
    let font = theme.medium(theme.text.body);
    let room = ui.available_width() - theme.step(12.0);
    let galley = ui.painter().layout(said.to_owned(), font, colour, room);
    let size = vec2(
        galley.size().x + theme.step(12.0),
        galley.size().y + theme.step(3.0),
    );
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, said));
    let painter = ui.painter();
    let line = Stroke::new(1.0, colour);
    let radius = corner(theme.space.small_radius);
    painter.rect(
        rect,
        radius,
        over(theme.colours.chrome, colour, 0.12),
        line,
        bevy_egui::egui::StrokeKind::Inside,
    );
    let at = pos2(rect.left() + theme.step(4.5), rect.center().y);
    icons::tool(painter, theme, at, icon, theme.text.body, colour);
    let y = rect.center().y - galley.size().y / 2.0;
    painter.galley(pos2(rect.left() + theme.step(8.0), y), galley, colour);
}

/// A policy: its text, and below it each statement compared with the request.
fn policy(ui: &mut Ui, model: &Model, page: &PolicyPage, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let colours = &theme.colours;
    rule(ui, theme);
    let font = theme.semibold(theme.text.name);
    words(ui, &page.name, font, colours.ink);
    let said = match page.decides {
        true => format!("{} · one of its statements settled it", page.kind),
        false => page.kind.clone(),
    };
    note(ui, theme, said);
    text(ui, theme, page);
    copy(ui, model, "Copy policy", &page.text, out);
    for report in &page.statements {
        statement(ui, model, report, out);
    }
}

/// The policy's text with what stands out in it.
fn text(ui: &mut Ui, theme: &Theme, page: &PolicyPage) {
    let colours = &theme.colours;
    let mut job = LayoutJob::default();
    let plain = |colour| {
        let mut format = TextFormat::simple(theme.mono(theme.text.mono), colour);
        format.line_height = Some((theme.text.mono * 1.5).round());
        format
    };
    let mut at = 0;
    let decides = page.decides;
    let quiet = if decides {
        colours.ink_faint
    } else {
        colours.ink_soft
    };
    for (range, mark) in &page.marks {
        job.append(
            page.text.get(at..range.start).unwrap_or_default(),
            0.0,
            plain(quiet),
        );
        let mut format = plain(colours.ink);
        match mark {
            Mark::Deciding => {
                let tint = match page
                    .statements
                    .iter()
                    .find(|it| it.decides)
                    .map(|it| it.effect)
                {
                    Some(Effect::Deny) => colours.refused,
                    _ => colours.accepted,
                };
                format.background = over(colours.field, tint, 0.16);
            }
            Mark::Unmatched => format.color = colours.refused_ink,
            Mark::NearMiss => {
                format.color = colours.credentials;
                format.underline = Stroke::new(1.5, colours.credentials);
            }
        }
        job.append(
            page.text.get(range.clone()).unwrap_or_default(),
            0.0,
            format,
        );
        at = range.end;
    }
    job.append(page.text.get(at..).unwrap_or_default(), 0.0, plain(quiet));
    boxed(ui, theme, job);
}

fn statement(ui: &mut Ui, model: &Model, report: &StatementReport, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let colours = &theme.colours;
    let tint = match (report.matched, report.effect) {
        (true, Effect::Allow) => colours.accepted,
        (true, Effect::Deny) => colours.refused,
        (false, _) => colours.card_line,
    };
    ui.add_space(theme.step(1.0));
    edged(ui, theme, tint, |ui| {
        let effect = match report.effect {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        };
        let sid = report
            .sid
            .as_deref()
            .map_or(String::new(), |sid| format!(" · {sid}"));
        let said = match (report.decides, report.matched) {
            (true, _) => "settled it",
            (false, true) => "applies",
            (false, false) => "does not apply",
        };
        let title = format!(
            "Statement {}{sid} · {effect} · {said}",
            report.statement + 1
        );
        words(ui, title, theme.medium(theme.text.detail), colours.ink);
        for one in &report.parts {
            part(ui, model, one, out);
        }
    });
}

/// One part of a statement, with the request's value beside what was asked.
fn part(ui: &mut Ui, model: &Model, report: &PartReport, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let colours = &theme.colours;
    let name = match &report.key {
        Some(key) => format!("{} {key}", report.element),
        None => report.element.clone(),
    };
    let name = (
        name.as_str(),
        theme.mono(theme.text.mono),
        colours.ink_faint,
    );
    labelled(ui, theme, name, |ui| {
        let asked = match report.matched {
            true => colours.ink,
            false => colours.credentials,
        };
        super::parts::value(ui, model, &report.asked.join("\n"), asked, out);
        match &report.had {
            Some(had) if !had.is_empty() => {
                let ink = if report.matched {
                    colours.ink_soft
                } else {
                    colours.refused_ink
                };
                ui.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing.x = theme.step(1.0);
                    note(ui, theme, "had");
                    ui.vertical(|ui| super::parts::value(ui, model, &had.join(", "), ink, out));
                });
            }
            _ => {}
        }
        let (icon, tint) = match report.matched {
            true => (icons::CHECK, colours.accepted),
            false => (icons::CLOSE, colours.refused),
        };
        remark(ui, theme, (icon, tint), &verdict(report));
        if let Some(near) = &report.near_miss {
            let said = format!("Nearly: {}", near.text);
            let font = theme.medium(theme.text.detail);
            words(ui, said, font, colours.credentials);
        }
        if let Some(said) = &report.note {
            note(ui, theme, said);
        }
    });
}

/// Why it holds or not, without repeating the values that stand above.
fn verdict(report: &PartReport) -> String {
    match (&report.had, report.matched) {
        (Some(_), true) => "matches".to_owned(),
        (Some(_), false) => "does not match".to_owned(),
        (None, _) => why(report),
    }
}
