//! Ready-made experiments of the scenario, and twins that are worth seeing side by side: one click
//! each.

use bevy_egui::egui::{ScrollArea, Ui};

use crate::gui::view::branches::{BranchId, Branching};
use crate::gui::view::commands::Command;
use crate::gui::view::icons;
use crate::gui::view::model::Model;
use crate::gui::view::widgets::{button, section, words};
use crate::recording::Verdict;

/// Paints the list.
pub fn show(ui: &mut Ui, model: &Model, out: &mut Vec<Command>) {
    let theme = &model.theme;
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = theme.step(1.0);
        experiments(ui, model, out);
        pairs(ui, model, out);
    });
}

fn experiments(ui: &mut Ui, model: &Model, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let colours = &theme.colours;
    section(ui, theme, "What if");
    let tree = model.branching.tree();
    let root = tree.and_then(|tree| tree.node(BranchId::ROOT));
    let all = root.map_or(&[][..], |root| &root.story.scenario().experiments);
    if all.is_empty() {
        let none = match root {
            Some(_) => {
                "This scenario brings no experiments along. Choose a card, a token or a request and press C: everything that can be changed is listed there."
            }
            None => "Open a scenario: its experiments are listed here.",
        };
        words(ui, none, theme.regular(theme.text.body), colours.ink_soft);
    }
    for (at, experiment) in all.iter().enumerate() {
        ui.add_space(theme.step(1.5));
        words(
            ui,
            &experiment.title,
            theme.semibold(theme.text.name),
            colours.ink,
        );
        let mut nodes = tree.iter().flat_map(|tree| tree.nodes());
        let done = nodes.find(|node| node.name == experiment.title && node.verdict.is_some());
        let verdict = done.and_then(|node| node.verdict.as_ref());
        if let Some(verdict) = verdict {
            result(ui, model, verdict);
            words(
                ui,
                &experiment.explain,
                theme.regular(theme.text.body),
                colours.ink_soft,
            );
        }
        ui.horizontal(|ui| {
            let (icon, label) = match verdict {
                Some(_) => (icons::SHOW, "Show it"),
                None => (icons::EXPERIMENT, "Try it"),
            };
            let name = format!("{label}: {}", experiment.title);
            let response = button(ui, theme, icon, label, colours.acting);
            super::editing::label(&response, ui, &name);
            if response.clicked() {
                out.push(Command::Branch(Branching::Try(at)));
            }
        });
    }
}

/// Whether what was stated came about.
fn result(ui: &mut Ui, model: &Model, verdict: &Verdict) {
    let theme = &model.theme;
    let (icon, colour, says) = if verdict.held {
        (
            icons::VALID,
            theme.colours.accepted,
            verdict.expectation.clone(),
        )
    } else {
        let says = format!(
            "stated was {}; what came is {}",
            verdict.expectation, verdict.found
        );
        (icons::INVALID, theme.colours.refused_ink, says)
    };
    ui.horizontal_top(|ui| {
        words(ui, icon, theme.icons(theme.text.icon * 0.85), colour);
        words(ui, says, theme.medium(theme.text.body), colour);
    });
}

fn pairs(ui: &mut Ui, model: &Model, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let colours = &theme.colours;
    let found = model.twins();
    if found.is_empty() {
        return;
    }
    ui.add_space(theme.step(2.0));
    section(ui, theme, "Side by side");
    for (at, twin) in found.iter().enumerate() {
        ui.add_space(theme.step(1.5));
        words(ui, twin.title, theme.semibold(theme.text.name), colours.ink);
        words(
            ui,
            twin.about,
            theme.regular(theme.text.body),
            colours.ink_soft,
        );
        let response = button(ui, theme, icons::BESIDE, "Open both", colours.card_line);
        super::editing::label(&response, ui, &format!("Open both: {}", twin.title));
        if response.clicked() {
            out.push(Command::Branch(Branching::Twin(at)));
        }
    }
}
