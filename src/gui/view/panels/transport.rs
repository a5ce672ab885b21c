//! Playing, and the timeline: a tick per beat, refusals in another shape, chapters by name, a
//! playhead that can be dragged.

use bevy_egui::egui::{
    Align2, CursorIcon, Painter, Pos2, Rect, Response, Sense, Stroke, Ui, WidgetInfo, pos2, vec2,
};

use super::branch_lines;
use crate::gui::view::commands::{Command, tooltip};
use crate::gui::view::icons;
use crate::gui::view::model::{Loaded, Model};
use crate::gui::view::paint::canvas::{corner, cut, halo};
use crate::gui::view::paint::pen::Pen;
use crate::gui::view::theme::{Theme, faded};
use crate::gui::view::widgets::{icon_button_at, named};
use crate::stage::frame::{MarkLook, TimelineView};
use crate::stage::playback::PlaybackCommand;

/// Room below which a chapter's name is left out rather than cut to nothing, in widths of an m.
const LEAST_CHAPTER_EMS: f32 = 4.5;

/// Paints transport and timeline.
pub fn show(ui: &Ui, model: &Model, area: Rect, out: &mut Vec<Command>) {
    let Some(loaded) = &model.loaded else { return };
    let theme = &model.theme;
    let painter = ui.painter();
    painter.rect_filled(area, 0, theme.colours.chrome);
    painter.hline(area.x_range(), area.top() + 0.5, theme.hairline());
    // The lines of branches lie above the usual height
    let (_, area) = area.split_top_bottom_at_y(area.bottom() - theme.space.transport);
    let after = buttons(ui, theme, loaded, area, out);
    let counter = painter.text(
        pos2(area.right() - theme.step(5.0), area.center().y),
        Align2::RIGHT_CENTER,
        &loaded.frame.timeline.counter,
        theme.mono(theme.text.mono),
        theme.colours.ink_soft,
    );
    let line = Rect::from_min_max(
        pos2(after + theme.step(6.0), area.top()),
        pos2(counter.left() - theme.step(6.0), area.bottom()),
    );
    if line.width() > 40.0 {
        timeline(ui, model, &loaded.frame.timeline, line, out);
        if let Some(following) = &model.looking.following {
            trail(
                ui.painter(),
                theme,
                (&loaded.frame.timeline, line),
                &following.beats(),
            );
        }
    }
}

fn buttons(ui: &Ui, theme: &Theme, loaded: &Loaded, area: Rect, out: &mut Vec<Command>) -> f32 {
    let playing = loaded.playback.playing();
    let side = theme.space.control * 1.15;
    let middle = area.center().y;
    let mut x = area.left() + theme.step(4.0);
    let play = if playing {
        (
            icons::PAUSE,
            Command::Playback(PlaybackCommand::Pause),
            "Pause",
        )
    } else {
        (
            icons::PLAY,
            Command::Playback(PlaybackCommand::PlayBeat),
            "Play one beat",
        )
    };
    let back = Command::Playback(PlaybackCommand::StepBeat(-1));
    let on = Command::Playback(PlaybackCommand::StepBeat(1));
    for (icon, command, name) in [
        (icons::PREVIOUS, back, "Previous beat"),
        play,
        (icons::NEXT, on, "Next beat"),
    ] {
        let rect = Rect::from_min_size(pos2(x, middle - side / 2.0), vec2(side, side));
        let main = icon == icons::PLAY || icon == icons::PAUSE;
        let response = icon_button_at(ui, theme, rect, icon, name, main);
        let hint = tooltip(&command);
        let hint = if hint.is_empty() {
            name.to_owned()
        } else {
            hint
        };
        if response.on_hover_text(hint).clicked() {
            out.push(command);
        }
        x += side + theme.step(1.0);
    }
    speed(ui, theme, loaded, pos2(x + theme.step(2.0), middle), out)
}

/// The speed, which goes up by clicking and down by clicking with the other button.
fn speed(ui: &Ui, theme: &Theme, loaded: &Loaded, at: Pos2, out: &mut Vec<Command>) -> f32 {
    let words = loaded.playback.speed_text();
    let size = vec2(theme.text.mono * 3.9, theme.space.control * 0.9);
    let rect = Align2::LEFT_CENTER.anchor_size(at, size);
    let response = ui.interact(rect, ui.id().with("speed"), Sense::click());
    let painter = ui.painter();
    let line = if response.hovered() {
        theme.colours.acting
    } else {
        theme.colours.card_line
    };
    let stroke = Stroke::new(1.0, line);
    painter.rect_stroke(
        rect,
        corner(theme.space.small_radius),
        stroke,
        bevy_egui::egui::StrokeKind::Inside,
    );
    let font = theme.mono(theme.text.mono);
    painter.text(
        rect.center(),
        Align2::CENTER_CENTER,
        words,
        font,
        theme.colours.ink,
    );
    named(ui, theme, &response, &format!("Speed {words}"));
    let response = response.on_hover_text("Faster (+), slower (-), normal speed (0)");
    if response.clicked() {
        out.push(Command::Playback(PlaybackCommand::Speed(1)));
    } else if response.secondary_clicked() {
        out.push(Command::Playback(PlaybackCommand::Speed(-1)));
    }
    rect.right()
}

fn timeline(ui: &Ui, model: &Model, view: &TimelineView, area: Rect, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let colours = &theme.colours;
    let painter = ui.painter();
    let y = area.center().y - theme.text.detail * 0.55;
    let response = drag(ui, theme, view, area, out);
    let playhead = branch_lines::show(ui, model, view, (area, y), out);
    halo(
        painter,
        playhead,
        vec2(18.0, 18.0),
        faded(colours.acting, 0.45),
    );
    painter.circle(playhead, 8.0, colours.ink, Stroke::new(2.5, colours.acting));
    if response.has_focus() {
        painter.circle_stroke(playhead, 12.0, theme.focus());
    }
    chapters(painter, theme, view, area, y + theme.step(3.5));
    if let Some(pointer) = response.hover_pos() {
        let part = (pointer.x - area.left()) / area.width();
        if let Some(mark) = view.marks.iter().find(|mark| part <= mark.at) {
            response.on_hover_text(format!("{} · {}", mark.beat + 1, mark.title));
        }
    }
}

/// A diamond over every beat that has the value that is followed.
fn trail(painter: &Painter, theme: &Theme, (view, area): (&TimelineView, Rect), beats: &[u32]) {
    let y = area.center().y - theme.text.detail * 0.55 - theme.step(3.5);
    let side = theme.step(1.1);
    for beat in beats {
        let Some(at) = view.marks.iter().position(|mark| mark.beat == *beat) else {
            continue;
        };
        let end = view.marks.get(at).map_or(1.0, |mark| mark.at);
        let start = at.checked_sub(1).and_then(|at| view.marks.get(at));
        let start = start.map_or(0.0, |mark| mark.at);
        let x = area.left() + area.width() * (start + end) / 2.0;
        let corners = [(0.0, -side), (side, 0.0), (0.0, side), (-side, 0.0)];
        let corners = corners.map(|(dx, dy)| pos2(x + dx, y + dy)).to_vec();
        let shape =
            bevy_egui::egui::Shape::convex_polygon(corners, theme.colours.push, Stroke::NONE);
        painter.add(shape);
    }
}

fn drag(
    ui: &Ui,
    theme: &Theme,
    view: &TimelineView,
    area: Rect,
    out: &mut Vec<Command>,
) -> Response {
    let grip = area
        .expand2(vec2(8.0, 0.0))
        .shrink2(vec2(0.0, theme.step(1.0)));
    let response = ui.interact(grip, ui.id().with("timeline"), Sense::click_and_drag());
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    let value = f64::from(view.playhead);
    response.widget_info(|| {
        WidgetInfo::slider(true, value, format!("Timeline, beat {}", view.counter))
    });
    if let Some(pointer) = response.interact_pointer_pos()
        && (response.dragged() || response.clicked())
    {
        out.push(Command::SeekTo(
            (pointer.x - area.left()) / area.width().max(1.0),
        ));
    }
    response
}

/// A beat's tick: a dot, or a diamond where something was refused.
pub(super) fn tick(painter: &Painter, theme: &Theme, at: Pos2, look: MarkLook, reached: bool) {
    let colours = &theme.colours;
    match look {
        MarkLook::Plain => {
            let colour = if reached {
                colours.acting
            } else {
                colours.card_line
            };
            painter.circle_filled(at, 4.0, colour);
        }
        MarkLook::Refusal => {
            let pen = Pen::new(painter, at, std::f32::consts::FRAC_PI_4);
            let side = 5.0;
            let shape = [
                vec2(-side, -side),
                vec2(side, -side),
                vec2(side, side),
                vec2(-side, side),
            ];
            let fill = if reached {
                colours.refused
            } else {
                colours.chrome
            };
            pen.fill(&shape, fill);
            pen.outline(&shape, Stroke::new(1.5, colours.refused));
        }
    }
}

/// Chapter names below the line. The current one is always whole; another one is whole, or cut
/// where enough of it fits to be read, or left out.
fn chapters(painter: &Painter, theme: &Theme, view: &TimelineView, area: Rect, top: f32) {
    let colours = &theme.colours;
    let height = theme.text.detail * 1.4;
    let font = || theme.regular(theme.text.detail);
    let stretch = |span: (f32, f32)| {
        (
            area.left() + area.width() * span.0,
            area.left() + area.width() * span.1,
        )
    };
    // At a border the playhead is at the end of the chapter before it
    let current = view
        .chapters
        .iter()
        .position(|chapter| view.playhead <= chapter.span.1)
        .unwrap_or(view.chapters.len().saturating_sub(1));
    let mut taken: Option<(f32, f32)> = None;
    if let Some(chapter) = view.chapters.get(current) {
        let (left, right) = stretch(chapter.span);
        let galley = painter.layout_no_wrap(chapter.title.clone(), font(), colours.ink_soft);
        let wanted = (left + right - galley.size().x) / 2.0;
        let x = wanted.clamp(
            area.left(),
            (area.right() - galley.size().x).max(area.left()),
        );
        taken = Some((x - theme.step(2.0), x + galley.size().x + theme.step(2.0)));
        painter.galley(pos2(x, top), galley, colours.ink_soft);
    }
    for (position, chapter) in view.chapters.iter().enumerate() {
        let (left, right) = stretch(chapter.span);
        let free = |x: f32| taken.is_none_or(|(from, to)| x <= from || x >= to);
        if position > 0 && free(left) {
            let stroke = Stroke::new(1.0, colours.card_line);
            painter.vline(left, top..=top + height, stroke);
        }
        if position == current {
            continue;
        }
        let (mut left, mut right) = (left + theme.step(2.0), right - theme.step(2.0));
        if let Some((from, to)) = taken {
            if position < current {
                right = right.min(from);
            } else {
                left = left.max(to);
            }
        }
        let galley = cut(
            painter,
            &chapter.title,
            font(),
            colours.ink_faint,
            (right - left).max(0.0),
        );
        if right - left < LEAST_CHAPTER_EMS * theme.text.detail {
            continue;
        }
        let x = (left + right - galley.size().x) / 2.0;
        painter.galley(pos2(x, top), galley, colours.ink_faint);
    }
}
