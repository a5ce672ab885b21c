//! The stage: the picture itself, everything on it that can be chosen, and the same in words for
//! screen readers.

use bevy_egui::egui::{CursorIcon, Rect, Sense, Ui, WidgetInfo, WidgetType};

use crate::gui::view::commands::{Command, Selection};
use crate::gui::view::model::{Loaded, Model};
use crate::gui::view::paint::{self, canvas::Canvas};
use crate::stage::frame::{Frame, TickState};

/// Paints the stage and answers the pointer on it.
pub fn show(ui: &Ui, model: &Model, area: Rect, out: &mut Vec<Command>) {
    let Some(loaded) = &model.loaded else { return };
    paint::stage(ui.painter(), &model.theme, area, &loaded.frame);
    let whole = ui.interact(area, ui.id().with("stage"), Sense::click());
    let outline = outline(loaded);
    whole.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, &outline));
    if whole.clicked() && model.selection.is_some() {
        out.push(Command::StepOut);
    }
    let canvas = Canvas::new(
        ui.painter().with_clip_rect(area),
        &model.theme,
        area,
        loaded.frame.unit,
    );
    for target in targets(&canvas, loaded) {
        let id = ui.id().with(("stage", &target.id));
        let response = ui.interact(target.rect.intersect(area), id, Sense::click());
        let response = response.on_hover_cursor(CursorIcon::PointingHand);
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, &target.name));
        let chosen = model.selection.as_ref() == Some(&target.selection);
        if chosen || response.has_focus() {
            // A row's ring stays inside it: its neighbours touch it
            let row = matches!(target.selection, Selection::Check { .. });
            let ring = if row {
                target.rect.shrink(3.0)
            } else {
                target.rect
            };
            canvas.ring(ring, target.radius);
        } else if response.hovered() {
            let radius = paint::canvas::corner(target.radius);
            canvas
                .painter
                .rect_filled(target.rect, radius, model.theme.colours.hover);
        }
        if response.clicked() {
            out.push(Command::Select(target.selection));
        }
    }
}

/// Something on the stage that can be chosen.
struct Target {
    id: String,
    name: String,
    rect: Rect,
    radius: f32,
    selection: Selection,
}

/// Everything that can be chosen, from the back to the front.
fn targets(canvas: &Canvas<'_>, loaded: &Loaded) -> Vec<Target> {
    let frame = &loaded.frame;
    let space = &canvas.theme.space;
    let mut targets = Vec::new();
    for actor in &frame.actors {
        targets.push(Target {
            id: format!("actor {}", actor.id),
            name: format!("{}: {}", actor.name, actor.line.join(" ")),
            rect: canvas.rect(actor.rect),
            radius: space.card_radius,
            selection: Selection::Actor(actor.id.clone()),
        });
        for chip in &actor.wallet {
            targets.push(Target {
                id: format!("chip {} {}", actor.id, chip.artifact.0),
                name: format!("{} held by {}", chip.label, actor.name),
                rect: canvas.rect(chip.rect),
                radius: space.small_radius,
                selection: Selection::Artifact(chip.artifact),
            });
        }
    }
    for lane in &frame.lanes {
        targets.push(Target {
            id: format!("lane {}", lane.exchange.0),
            name: format!("Request {}", lane.label),
            rect: canvas.rect(lane.label_rect),
            radius: space.small_radius,
            selection: Selection::Exchange(lane.exchange),
        });
    }
    check_targets(canvas, frame, &mut targets);
    for parcel in &frame.parcels {
        let name = match parcel.artifact.and_then(|id| loaded.recording.artifact(id)) {
            Some(artifact) => format!("{} on its way", artifact.label),
            None => "Message on its way".to_owned(),
        };
        let side = 40.0 * canvas.unit;
        targets.push(Target {
            id: format!("parcel {} {:?}", parcel.exchange.0, parcel.artifact),
            name,
            rect: Rect::from_center_size(canvas.pos(parcel.at), bevy_egui::egui::Vec2::splat(side)),
            radius: side / 2.0,
            selection: match parcel.artifact {
                Some(artifact) => Selection::Artifact(artifact),
                None => Selection::Exchange(parcel.exchange),
            },
        });
    }
    targets
}

fn check_targets(canvas: &Canvas<'_>, frame: &Frame, targets: &mut Vec<Target>) {
    let Some(panel) = &frame.checks else { return };
    targets.push(Target {
        id: format!("checks {}", panel.exchange.0),
        name: panel.title.clone(),
        rect: canvas.rect(panel.rect),
        radius: canvas.theme.space.card_radius,
        selection: Selection::Exchange(panel.exchange),
    });
    for row in &panel.rows {
        targets.push(Target {
            id: format!("check {} {}", panel.exchange.0, row.position),
            name: format!("Check {}: {}", row.name, state_word(row.state)),
            rect: canvas
                .rect(row.rect)
                .shrink2(bevy_egui::egui::vec2(4.0, 0.0)),
            radius: canvas.theme.space.small_radius,
            selection: Selection::Check {
                exchange: panel.exchange,
                position: row.position,
            },
        });
    }
}

fn state_word(state: TickState) -> &'static str {
    match state {
        TickState::Pending => "still to come",
        TickState::Checking => "being made",
        TickState::Passed => "passed",
        TickState::Failed => "failed",
        TickState::NotReached => "not reached",
    }
}

/// The stage in words: who is there and holds what, what is under way. It speaks of whole beats,
/// so that a screen reader says it once per beat and not once per picture.
fn outline(loaded: &Loaded) -> String {
    let mut text = format!("Stage, beat {}.", loaded.frame.timeline.counter);
    for actor in &loaded.frame.actors {
        text.push_str(&format!(" {}: {}", actor.name, actor.line.join(" ")));
        let held: Vec<&str> = actor
            .wallet
            .iter()
            .map(|chip| chip.label.as_str())
            .collect();
        if !held.is_empty() {
            text.push_str(&format!("; holds {}", held.join(", ")));
        }
        text.push('.');
    }
    for lane in &loaded.frame.lanes {
        if let Some(exchange) = loaded.recording.exchange(lane.exchange) {
            let from = loaded.recording.name_of(&exchange.from);
            let to = loaded.recording.name_of(&exchange.to);
            text.push_str(&format!(" {from} asks {to}: {}.", exchange.operation));
        }
    }
    if let Some(panel) = &loaded.frame.checks {
        let made = |row: &&crate::stage::frame::CheckRow| {
            matches!(
                row.state,
                TickState::Passed | TickState::Failed | TickState::NotReached
            )
        };
        for row in panel.rows.iter().filter(made) {
            text.push_str(&format!(" {} {}.", row.name, state_word(row.state)));
        }
    }
    if let Some(stamp) = &loaded.frame.stamp {
        text.push_str(&format!(" Refused: {}.", stamp.text));
    }
    text
}
