//! The lines of the timeline: the original, and above it each branch from the moment it parted,
//! with its name. The one on stage is lit, along the whole way to the playhead.

use bevy_egui::egui::epaint::CubicBezierShape;
use bevy_egui::egui::{
    Align2, Color32, CursorIcon, Painter, Pos2, Rect, Sense, Shape, Stroke, Ui, pos2,
};

use super::transport::tick;
use crate::gui::view::branches::{BranchId, Branching, Node, Tree};
use crate::gui::view::commands::Command;
use crate::gui::view::icons;
use crate::gui::view::model::Model;
use crate::gui::view::paint::canvas::cut;
use crate::gui::view::theme::Theme;
use crate::gui::view::widgets::named;
use crate::stage::frame::{MarkLook, TimelineView};

/// How far apart the lines are, in points at text size 1.
const PITCH: f32 = 32.0;
/// Branches shown at once, at most.
const MOST_SHOWN: usize = 4;
/// How wide the bend is in which a branch parts, in points.
const BEND: f32 = 26.0;
/// The least room for a branch's name, in points at text size 1.
const LEAST_NAME: f32 = 170.0;

/// How much taller the timeline is for its branches.
pub fn height(model: &Model) -> f32 {
    let shown = model.branching.tree().map_or(0, |tree| shown(tree).len());
    shown as f32 * PITCH * model.theme.scale
}

/// The branches that are shown, from the lowest line up: a window around the one on stage.
fn shown(tree: &Tree) -> Vec<&Node> {
    let branches: Vec<&Node> = tree.nodes().iter().skip(1).map(AsRef::as_ref).collect();
    let active = tree.row_of(tree.active_id());
    let last = branches.len();
    let from = if active == 0 {
        last.saturating_sub(MOST_SHOWN)
    } else {
        (active - 1).saturating_sub(MOST_SHOWN / 2)
    };
    let from = from.min(last.saturating_sub(MOST_SHOWN));
    branches.into_iter().skip(from).take(MOST_SHOWN).collect()
}

/// A line of the timeline.
struct Line<'a> {
    node: Option<&'a Node>,
    y: f32,
    /// Where it begins
    begins: f32,
    /// How far it is lit, where it is part of the way to the playhead
    lit: Option<f32>,
    marks: Vec<MarkLook>,
}

/// The lines as they lie in an area, the original's first.
struct Lines<'a> {
    area: Rect,
    lines: Vec<Line<'a>>,
    hidden: usize,
    /// Where the playhead is
    playhead: Pos2,
}

impl<'a> Lines<'a> {
    fn of(model: &'a Model, view: &TimelineView, area: Rect, y: f32) -> Self {
        let x = |part: f32| area.left() + area.width() * part.clamp(0.0, 1.0);
        let looks = || view.marks.iter().map(|mark| mark.look).collect();
        let Some(tree) = model.branching.tree().filter(|tree| tree.nodes().len() > 1) else {
            let line = Line {
                node: None,
                y,
                begins: area.left(),
                lit: Some(x(view.playhead)),
                marks: looks(),
            };
            return Self {
                area,
                lines: vec![line],
                hidden: 0,
                playhead: pos2(x(view.playhead), y),
            };
        };
        let branches = shown(tree);
        let hidden = tree.nodes().len() - 1 - branches.len();
        let pitch = PITCH * model.theme.scale;
        let root = tree.node(BranchId::ROOT).map(AsRef::as_ref);
        let mut lines = Vec::new();
        let mut playhead = pos2(x(view.playhead), y);
        for (row, node) in root.into_iter().chain(branches).enumerate() {
            let line_y = y - row as f32 * pitch;
            if node.id == tree.active_id() {
                playhead.y = line_y;
            }
            lines.push(Line {
                node: Some(node),
                y: line_y,
                begins: if row == 0 {
                    area.left()
                } else {
                    x(node.parted)
                },
                lit: lit(tree, node.id, view.playhead).map(x),
                marks: node.marks.clone(),
            });
        }
        Self {
            area,
            lines,
            hidden,
            playhead,
        }
    }

    fn y_of(&self, id: Option<BranchId>) -> f32 {
        let known = |line: &&Line<'_>| line.node.map(|node| node.id) == id;
        let found = self.lines.iter().find(known).or(self.lines.first());
        found.map_or(self.area.center().y, |line| line.y)
    }
}

/// How far a line is lit: the one on stage to the playhead, what it parted from to where it did.
fn lit(tree: &Tree, id: BranchId, playhead: f32) -> Option<f32> {
    let mut until = playhead;
    let mut at = tree.active()?;
    loop {
        if at.id == id {
            return Some(until);
        }
        until = until.min(at.parted);
        at = tree.node(at.parent?)?;
    }
}

/// Paints the lines, and answers clicks on those that are not on stage. Where the playhead is.
pub fn show(
    ui: &Ui,
    model: &Model,
    view: &TimelineView,
    (area, y): (Rect, f32),
    out: &mut Vec<Command>,
) -> Pos2 {
    let theme = &model.theme;
    let lines = Lines::of(model, view, area, y);
    let painter = ui.painter();
    for (row, line) in lines.lines.iter().enumerate() {
        paint(painter, theme, &lines, (row, line), view);
    }
    let several = lines.lines.len() > 1;
    if several && let Some(tree) = model.branching.tree() {
        for line in &lines.lines {
            if let Some(node) = line.node {
                choose(
                    ui,
                    theme,
                    &lines,
                    (line, node, node.id == tree.active_id()),
                    out,
                );
            }
        }
    }
    if lines.hidden > 0 {
        let more = format!("{} more (V)", lines.hidden);
        let top = lines.lines.last().map_or(y, |line| line.y);
        painter.text(
            pos2(area.left(), top),
            Align2::LEFT_CENTER,
            more,
            theme.regular(theme.text.detail),
            theme.colours.ink_faint,
        );
    }
    lines.playhead
}

fn paint(
    painter: &Painter,
    theme: &Theme,
    lines: &Lines<'_>,
    (row, line): (usize, &Line<'_>),
    view: &TimelineView,
) {
    let colours = &theme.colours;
    let area = lines.area;
    let reached = |x: f32| line.lit.is_some_and(|lit| x <= lit + 0.5);
    let from = if row == 0 {
        area.left()
    } else {
        bend(painter, theme, lines, line)
    };
    painter.hline(
        from..=area.right(),
        line.y,
        Stroke::new(3.0, colours.card_line),
    );
    if let Some(lit) = line.lit.filter(|lit| *lit > from) {
        painter.hline(from..=lit, line.y, Stroke::new(3.0, colours.acting));
    }
    if row == 0 {
        let at = pos2(area.left(), line.y);
        tick(painter, theme, at, MarkLook::Plain, line.lit.is_some());
    }
    for (mark, look) in view.marks.iter().zip(&line.marks) {
        let x = area.left() + area.width() * mark.at;
        if row == 0 || x > from - 1.0 {
            tick(painter, theme, pos2(x, line.y), *look, reached(x));
        }
    }
    if row > 0 {
        let badge = pos2(line.begins, bend_foot(lines, line));
        changed(painter, theme, badge, 8.0 * theme.scale);
    }
}

fn bend_foot(lines: &Lines<'_>, line: &Line<'_>) -> f32 {
    lines.y_of(line.node.and_then(|node| node.parent))
}

/// The bend from the line that it parted from. Where it ends.
fn bend(painter: &Painter, theme: &Theme, lines: &Lines<'_>, line: &Line<'_>) -> f32 {
    let width = BEND.min(lines.area.right() - line.begins);
    let (foot, end) = (
        pos2(line.begins, bend_foot(lines, line)),
        pos2(line.begins + width, line.y),
    );
    let lit = line.lit.is_some_and(|lit| lit >= line.begins);
    let colour = if lit {
        theme.colours.acting
    } else {
        theme.colours.card_line
    };
    let points = [
        foot,
        pos2(foot.x + width * 0.1, end.y + (foot.y - end.y) * 0.25),
        pos2(foot.x + width * 0.3, end.y),
        end,
    ];
    painter.add(Shape::CubicBezier(CubicBezierShape::from_points_stroke(
        points,
        false,
        Color32::TRANSPARENT,
        Stroke::new(3.0, colour),
    )));
    end.x
}

/// The mark of what the learner changed: nobody in the story did it.
pub fn changed(painter: &Painter, theme: &Theme, at: Pos2, radius: f32) {
    let colours = &theme.colours;
    painter.circle(at, radius, colours.ink, Stroke::new(2.0, colours.chrome));
    let icon = theme.icons(radius * 1.35);
    painter.text(
        at,
        Align2::CENTER_CENTER,
        icons::CHANGED,
        icon,
        colours.background,
    );
}

/// A line's name, and the way onto the stage.
fn choose(
    ui: &Ui,
    theme: &Theme,
    lines: &Lines<'_>,
    (line, node, active): (&Line<'_>, &Node, bool),
    out: &mut Vec<Command>,
) {
    let colours = &theme.colours;
    let area = lines.area;
    let size = theme.text.detail;
    let root = node.id == BranchId::ROOT;
    let begins = if root {
        area.left()
    } else {
        line.begins + BEND
    };
    // The original's name has no badge beside it
    let room = (area.right() - begins)
        .max(LEAST_NAME * theme.scale)
        .min(area.width());
    let left = (area.right() - room).min(begins).max(area.left());
    let (font, ink) = if active {
        (theme.semibold(size), colours.ink)
    } else {
        (theme.regular(size), colours.ink_soft)
    };
    let galley = cut(ui.painter(), &node.name, font, ink, room);
    let text = pos2(left, line.y - galley.size().y - 4.0);
    let width = if root {
        galley.size().x.max(48.0)
    } else {
        (area.right() - left).max(galley.size().x)
    };
    let rect = Rect::from_min_max(
        pos2(left - 4.0, text.y - 1.0),
        pos2(left + width + 4.0, line.y + if root { -4.0 } else { 7.0 }),
    );
    let response = ui.interact(rect, ui.id().with(("branch", node.id)), Sense::click());
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    if response.hovered() && !active {
        let radius = crate::gui::view::paint::canvas::corner(theme.space.small_radius);
        ui.painter().rect_filled(rect, radius, colours.hover);
    }
    let ink = if response.hovered() { colours.ink } else { ink };
    ui.painter()
        .galley_with_override_text_color(text, galley, ink);
    let state = if active { ", on stage" } else { "" };
    named(
        ui,
        theme,
        &response,
        &format!("Branch {}{state}", node.name),
    );
    let hint = if root {
        "As the scenario is written".to_owned()
    } else {
        format!(
            "{}\nParts at beat {}. F2 renames it, Del removes it, Ctrl+S saves it",
            node.name,
            node.beat + 1
        )
    };
    let response = response.on_hover_text(hint);
    if response.clicked() && !active {
        out.push(Command::Branch(Branching::Activate(node.id)));
    } else if response.clicked() {
        // A click on the line that is on stage moves the playhead, as on the original's
        if let Some(pointer) = response.interact_pointer_pos() {
            let at = (pointer.x - area.left()) / area.width().max(1.0);
            out.push(Command::SeekTo(at));
        }
    }
    if response.double_clicked() && !root {
        out.push(Command::Branch(Branching::Naming));
    }
}
