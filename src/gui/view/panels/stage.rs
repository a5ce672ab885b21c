//! The stage: the picture itself, everything on it that can be chosen, and the same in words for
//! screen readers.

use std::borrow::Cow;

use bevy_egui::egui::{CursorIcon, Rect, Response, Sense, Ui, WidgetInfo, WidgetType};

use super::{change_menu, hints, marks};
use crate::gui::view::commands::{Command, Selection};
use crate::gui::view::model::{Loaded, Model};
use crate::gui::view::paint::{self, canvas::Canvas};
use crate::gui::view::question::Phase;
use crate::gui::view::widgets::hinted;
use crate::stage::frame::{Frame, Point, TickState};

/// How far the wheel turns until things are seen e times larger, in points.
const WHEEL_POINTS: f32 = 400.0;

/// Paints the stage and answers the pointer on it.
pub fn show(ui: &Ui, model: &Model, area: Rect, out: &mut Vec<Command>) {
    let Some(loaded) = &model.loaded else { return };
    let frame = if model.lens.whole() {
        Cow::Borrowed(&loaded.frame)
    } else {
        Cow::Owned(model.lens.show(&loaded.frame))
    };
    paint::stage(ui.painter(), &model.theme, area, &frame);
    let asked = model
        .asking
        .is_some_and(|asking| asking.phase == Phase::Open);
    if model.presenter && asked {
        // The question fills the screen; what is behind it does not answer
        return;
    }
    let whole = ui.interact(area, ui.id().with("stage"), Sense::click_and_drag());
    lens(ui, model, &whole, out);
    whole.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, &loaded.outline));
    if whole.double_clicked() {
        out.push(doubled(model, Command::FitAll));
    } else if whole.clicked() && model.selection.is_some() {
        out.push(Command::StepOut);
    }
    let canvas = Canvas::new(
        ui.painter().with_clip_rect(area),
        &model.theme,
        area,
        frame.unit,
    );
    marks::show(&canvas, loaded, &frame);
    for target in targets(&canvas, loaded, &frame) {
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
        let followed = model.looking.following.as_ref();
        if followed.is_some_and(|it| it.lights(&target.selection)) {
            canvas.trail(target.rect, target.radius);
        }
        let twice = response.double_clicked();
        change_menu::on(ui, &response, &target.selection, out);
        let hint = || hint(loaded, &frame, &target.selection);
        if hinted(response, hint).clicked() {
            let select = Command::Select(target.selection);
            out.push(if twice {
                doubled(model, select)
            } else {
                select
            });
        }
    }
}

/// The second click of a double click: looks at whoever the first one chose. What lies under the
/// pointer by then does not count, for the stage may have made room for the inspector.
fn doubled(model: &Model, otherwise: Command) -> Command {
    match model.selection {
        Some(Selection::Actor(_)) => Command::Focus,
        _ => otherwise,
    }
}

/// The wheel looks closer at what is under the pointer; dragging moves what is seen.
fn lens(ui: &Ui, model: &Model, whole: &Response, out: &mut Vec<Command>) {
    let pointer = ui.input(|input| input.pointer.hover_pos());
    let over = pointer.filter(|at| whole.rect.contains(*at) && model.dialog.is_none());
    // Whatever lies above the stage keeps the wheel for itself
    let ours = over.filter(|at| ui.ctx().layer_id_at(*at) == Some(ui.layer_id()));
    if let Some(at) = ours {
        let (wheel, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
        let by = pinch * (wheel / WHEEL_POINTS).exp();
        if (by - 1.0).abs() > 0.001 {
            let at = at - whole.rect.min;
            out.push(Command::Zoom(by, Point::new(at.x, at.y)));
        }
    }
    if whole.dragged() && !model.lens.whole() {
        let by = whole.drag_delta();
        out.push(Command::Pan(Point::new(by.x, by.y)));
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
fn targets(canvas: &Canvas<'_>, loaded: &Loaded, frame: &Frame) -> Vec<Target> {
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

/// What hovering explains.
fn hint(loaded: &Loaded, frame: &Frame, selection: &Selection) -> String {
    let recording = &loaded.recording;
    match selection {
        Selection::Actor(id) => {
            let kind = frame.actors.iter().find(|it| it.id == *id);
            let what = kind.map_or("", |actor| hints::actor(actor.kind));
            format!("{}\n{what}", recording.name_of(id))
        }
        Selection::Artifact(id) => {
            let chips = frame.actors.iter().flat_map(|actor| &actor.wallet);
            let held = chips
                .filter(|chip| chip.artifact == *id)
                .map(|chip| chip.look);
            let moving = frame.parcels.iter();
            let moving = moving
                .filter(|it| it.artifact == Some(*id))
                .map(|it| it.look);
            match (recording.artifact(*id), held.chain(moving).next()) {
                (Some(artifact), Some(look)) => {
                    hints::artifact(&artifact.label, artifact.kind, look)
                }
                _ => String::new(),
            }
        }
        Selection::Exchange(id) => hints::exchange(recording, *id),
        Selection::Check { exchange, position } => {
            let rows = frame.checks.iter().flat_map(|panel| &panel.rows);
            let row = rows.into_iter().find(|row| row.position == *position);
            row.map_or_else(String::new, |row| hints::check(recording, *exchange, row))
        }
        // Neither stands on the stage
        Selection::Decision(_) | Selection::Keys(_) => String::new(),
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
