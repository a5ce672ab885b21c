//! Two stages in lock-step, what differs lit on both, and the first difference named between them.

use bevy_egui::egui::{
    Align2, CursorIcon, Pos2, Rect, Sense, Shape, Stroke, Ui, UiBuilder, WidgetInfo, WidgetType,
    pos2, vec2,
};

use super::stage;
use crate::gui::view::branches::{Beside, Branching, Differences};
use crate::gui::view::commands::{Command, tooltip};
use crate::gui::view::icons;
use crate::gui::view::model::Model;
use crate::gui::view::paint::{self, canvas::Canvas, canvas::cut};
use crate::gui::view::theme::Theme;
use crate::gui::view::widgets::{button, icon_button_at, named};
use crate::stage::frame::Frame;

/// The narrowest stage of two side by side, in points at text size 1.
const LEAST_WIDTH: f32 = 420.0;
/// The lowest stage of two on top of each other, in points at text size 1.
const LEAST_HEIGHT: f32 = 250.0;
/// Between two stages, in points.
const GAP: f32 = 2.0;

/// Where two stages and what is said of them go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Halves {
    /// The first difference
    pub strip: Rect,
    /// The left stage, or the upper one
    pub left: Rect,
    /// The right one, or the lower one
    pub right: Rect,
    /// How tall the names above the stages are
    pub head: f32,
}

impl Halves {
    /// Divides the stage's area; none where there is too little room for two.
    pub fn of(theme: &Theme, area: Rect) -> Option<Self> {
        let strip_height = theme.space.control * 1.3;
        let head = theme.text.detail * 2.0;
        let (strip, rest) = area.split_top_bottom_at_y(area.top() + strip_height);
        let (width, height) = (LEAST_WIDTH * theme.scale, LEAST_HEIGHT * theme.scale);
        let (left, right) = if rest.width() >= 2.0 * width && rest.height() >= height + head {
            let (left, right) = rest.split_left_right_at_fraction(0.5);
            let half = GAP / 2.0;
            (
                left.with_max_x(left.right() - half),
                right.with_min_x(right.left() + half),
            )
        } else if rest.height() >= 2.0 * (height + head) {
            let (above, below) = rest.split_top_bottom_at_fraction(0.5);
            (above, below)
        } else {
            return None;
        };
        Some(Self {
            strip,
            left,
            right,
            head,
        })
    }

    /// How large each stage is.
    pub fn stage(&self) -> bevy_egui::egui::Vec2 {
        let below = |rect: Rect| vec2(rect.width(), rect.height() - self.head);
        below(self.left).min(below(self.right))
    }
}

/// Paints both stages, or says that there is no room for them.
pub fn show(ui: &mut Ui, model: &Model, area: Rect, out: &mut Vec<Command>) {
    let Some(beside) = &model.branching.beside else {
        return;
    };
    let theme = &model.theme;
    let Some(halves) = Halves::of(theme, area) else {
        stage::show(ui, model, area, out);
        no_room(ui, theme, area, out);
        return;
    };
    let (own, other) = if beside.own_left {
        (halves.left, halves.right)
    } else {
        (halves.right, halves.left)
    };
    ui.painter().rect_filled(area, 0, theme.colours.line);
    strip(ui, theme, (halves.strip, beside), out);
    let own_stage = head(ui, theme, (own, halves.head), &beside.own_name, true);
    stage::show(ui, model, own_stage, out);
    let other_stage = head(ui, theme, (other, halves.head), &beside.name, false);
    guest(ui, model, beside, other_stage, out);
    if let Some(loaded) = &model.loaded {
        let Differences { left, right, .. } = &beside.differences;
        let (own_lit, other_lit) = if beside.own_left {
            (left, right)
        } else {
            (right, left)
        };
        let frame = model.lens.show(&loaded.frame);
        light(ui, theme, own_stage, &frame, own_lit);
        let frame = model.lens.show(&beside.frame);
        light(ui, theme, other_stage, &frame, other_lit);
    }
}

/// The name above a stage. The room that is left for the stage.
fn head(ui: &Ui, theme: &Theme, (half, height): (Rect, f32), name: &str, own: bool) -> Rect {
    let colours = &theme.colours;
    let (head, stage) = half.split_top_bottom_at_y(half.top() + height);
    let painter = ui.painter();
    painter.rect_filled(head, 0, colours.chrome);
    let inner = head.shrink2(vec2(theme.step(4.0), 0.0));
    let (font, ink) = if own {
        (theme.semibold(theme.text.detail), colours.ink)
    } else {
        (theme.regular(theme.text.detail), colours.ink_soft)
    };
    let galley = cut(painter, name, font, ink, inner.width());
    let place = Align2::LEFT_CENTER.align_size_within_rect(galley.size(), inner);
    painter.galley(place.min, galley, ink);
    if own {
        let line = Stroke::new(2.0, colours.acting);
        painter.hline(head.x_range(), head.bottom() - 1.0, line);
    }
    stage
}

/// The other stage. A click puts it in the first one's place.
fn guest(ui: &Ui, model: &Model, beside: &Beside, area: Rect, out: &mut Vec<Command>) {
    let frame = model.lens.show(&beside.frame);
    let painter = ui.painter().with_clip_rect(area);
    paint::stage(&painter, &model.theme, area, &frame);
    let response = ui.interact(area, ui.id().with("other stage"), Sense::click());
    let name = format!("Other stage: {}", beside.name);
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, &name));
    if response.has_focus() {
        ui.painter().rect_stroke(
            area.shrink(2.0),
            0,
            model.theme.focus(),
            bevy_egui::egui::StrokeKind::Inside,
        );
    }
    if let Some(id) = beside.branch {
        let response = response.on_hover_cursor(CursorIcon::PointingHand);
        if response.clicked() {
            out.push(Command::Branch(Branching::Activate(id)));
        }
    }
}

fn strip(ui: &mut Ui, theme: &Theme, (area, beside): (Rect, &Beside), out: &mut Vec<Command>) {
    let colours = &theme.colours;
    let painter = ui.painter();
    painter.rect_filled(area, 0, colours.chrome);
    painter.hline(area.x_range(), area.bottom() - 0.5, theme.hairline());
    let inner = area.shrink2(vec2(theme.step(4.0), 0.0));
    let side = theme.space.control;
    let close = Rect::from_center_size(
        pos2(inner.right() - side / 2.0, inner.center().y),
        vec2(side, side),
    );
    let command = Command::Branch(Branching::Beside);
    let response = icon_button_at(ui, theme, close, icons::CLOSE, "One stage again", false);
    if response.on_hover_text(tooltip(&command)).clicked() {
        out.push(command);
    }
    let mut right = close.left() - theme.step(2.0);
    let jump = Command::Branch(Branching::FirstDifference);
    if beside.differences.first.is_some() {
        let width = theme.text.detail * 8.2;
        let rect = Rect::from_min_max(
            pos2(right - width, inner.center().y - side / 2.0),
            pos2(right, inner.center().y + side / 2.0),
        );
        let builder = UiBuilder::new().id_salt("jump").max_rect(rect);
        let go = ui.scope_builder(builder, |ui| {
            button(ui, theme, icons::DIFFERENT, "Go there", colours.acting)
        });
        if go.inner.on_hover_text(tooltip(&jump)).clicked() {
            out.push(jump);
        }
        right -= width + theme.step(3.0);
    }
    let text = Rect::from_min_max(inner.min, pos2(right, inner.bottom()));
    first(ui, theme, text, &beside.differences);
}

/// The first difference in words: both sides where there is room.
fn first(ui: &Ui, theme: &Theme, area: Rect, differences: &Differences) {
    let colours = &theme.colours;
    let painter = ui.painter();
    let (head, says) = match &differences.first {
        Some(first) => (
            format!("First difference, beat {}", first.beat + 1),
            format!("{}   |   {}", first.left_says, first.right_says),
        ),
        None => (
            "No difference".to_owned(),
            "both tell the same, but for times and random values".to_owned(),
        ),
    };
    let strong = theme.semibold(theme.text.detail);
    let head_galley = cut(painter, &head, strong, colours.ink, area.width());
    let place = Align2::LEFT_CENTER.align_size_within_rect(head_galley.size(), area);
    painter.galley(place.min, head_galley, colours.ink);
    let rest = Rect::from_min_max(pos2(place.right() + theme.step(3.0), area.top()), area.max);
    let font = theme.regular(theme.text.detail);
    let galley = cut(
        painter,
        &says,
        font,
        colours.ink_soft,
        rest.width().max(0.0),
    );
    let at = Align2::LEFT_CENTER.align_size_within_rect(galley.size(), rest);
    painter.galley(at.min, galley, colours.ink_soft);
    let response = ui.interact(area, ui.id().with("first difference"), Sense::hover());
    let said = format!("{head}: {says}");
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, &said));
    response.on_hover_text(said.replace("   |   ", "\n"));
}

fn no_room(ui: &Ui, theme: &Theme, area: Rect, out: &mut Vec<Command>) {
    let colours = &theme.colours;
    let says = "Two stages need a larger window; close the inspector or the library";
    let height = theme.space.control * 1.1;
    let bar = Rect::from_min_size(area.min, vec2(area.width(), height));
    let painter = ui.painter();
    painter.rect_filled(bar, 0, colours.chrome);
    let font = theme.regular(theme.text.detail);
    let width = bar.width() - theme.step(16.0);
    let galley = cut(painter, says, font, colours.ink, width);
    let inner = bar.shrink2(vec2(theme.step(4.0), 0.0));
    let at = Align2::LEFT_CENTER.align_size_within_rect(galley.size(), inner);
    painter.galley(at.min, galley, colours.ink);
    let response = ui.interact(bar, ui.id().with("no room"), Sense::hover());
    named(ui, theme, &response, says);
    let side = theme.space.control * 0.9;
    let close = Rect::from_center_size(
        pos2(inner.right() - side / 2.0, bar.center().y),
        vec2(side, side),
    );
    if icon_button_at(ui, theme, close, icons::CLOSE, "One stage again", false).clicked() {
        out.push(Command::Branch(Branching::Beside));
    }
}

/// Lights what differs: a dashed frame, and for messages the sign for different.
fn light(ui: &Ui, theme: &Theme, area: Rect, frame: &Frame, lit: &crate::gui::view::branches::Lit) {
    let canvas = Canvas::new(ui.painter().with_clip_rect(area), theme, area, frame.unit);
    for lane in &frame.lanes {
        if lit.exchanges.contains(&lane.exchange) && lane.opacity > 0.3 {
            let rect = canvas.rect(lane.label_rect).expand(3.0);
            dashed(&canvas, rect);
            badge(&canvas, rect.right_top());
        }
    }
    for actor in &frame.actors {
        for chip in &actor.wallet {
            if lit.artifacts.contains(&chip.artifact) && chip.opacity > 0.3 {
                dashed(&canvas, canvas.rect(chip.rect).expand(1.0));
            }
        }
    }
    if let Some(panel) = &frame.checks {
        for row in &panel.rows {
            if lit.checks.contains(&(panel.exchange, row.position)) {
                dashed(&canvas, canvas.rect(row.rect).shrink2(vec2(5.0, 2.0)));
            }
        }
    }
}

fn dashed(canvas: &Canvas<'_>, rect: Rect) {
    let line = Stroke::new(1.5, canvas.theme.colours.ink);
    let corners: [Pos2; 5] = [
        rect.left_top(),
        rect.right_top(),
        rect.right_bottom(),
        rect.left_bottom(),
        rect.left_top(),
    ];
    let dashes = Shape::dashed_line(&corners, line, 5.0, 4.0);
    canvas.painter.extend(dashes);
}

fn badge(canvas: &Canvas<'_>, at: Pos2) {
    let colours = &canvas.theme.colours;
    let radius = 8.0;
    canvas.painter.circle_filled(at, radius, colours.ink);
    let icon = canvas.theme.icons(radius * 1.4);
    canvas.painter.text(
        at,
        Align2::CENTER_CENTER,
        icons::DIFFERENT,
        icon,
        colours.background,
    );
}
