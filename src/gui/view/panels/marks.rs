//! What the learner changed, at its place: a mark on the stage and a line above the caption. It is
//! not AWS's doing, nor anybody's in the story, and is never drawn as if it were.

use bevy_egui::egui::{Align2, Painter, Rect, pos2};

use super::branch_lines::changed;
use crate::gui::view::model::Loaded;
use crate::gui::view::paint::canvas::{Canvas, cut};
use crate::gui::view::theme::Theme;
use crate::recording::{Intervention, Recording};
use crate::stage::Progress;
use crate::stage::frame::Frame;

/// How large the mark is on the stage, in points.
const RADIUS: f32 = 10.0;

/// What was changed in this beat until now.
fn until_now<'a>(
    loaded: &'a Loaded,
    frame: &'a Frame,
) -> impl Iterator<Item = &'a Intervention> + use<'a> {
    let t = loaded.playback.time();
    let all = loaded.recording.interventions.iter();
    all.filter(move |it| {
        let asked = loaded.stage.progress(it.before, t) != Progress::Coming;
        let in_beat = loaded.recording.exchange(it.before);
        let later = in_beat.is_none_or(|exchange| exchange.beat > it.beat);
        it.beat == frame.beat && (asked || later)
    })
}

/// Marks cards of what was changed in this beat, and the first message after it.
pub fn show(canvas: &Canvas<'_>, loaded: &Loaded, frame: &Frame) {
    let theme = canvas.theme;
    let radius = RADIUS * canvas.unit.max(0.8);
    let paint = |rect: Rect| changed(&canvas.painter, theme, rect.left_top(), radius);
    let mut marked = Vec::new();
    for change in until_now(loaded, frame) {
        let actor = change.actor.as_ref();
        let actor = actor.and_then(|id| frame.actors.iter().find(|it| it.id == *id));
        if let Some(actor) = actor.filter(|actor| !marked.contains(&&actor.id)) {
            marked.push(&actor.id);
            paint(canvas.rect(actor.rect).shrink(3.0));
        }
        let lane = frame.lanes.iter().find(|it| it.exchange == change.before);
        if let Some(lane) = lane {
            paint(canvas.rect(lane.label_rect));
        }
    }
}

/// Says beside the caption's heading what was changed in this beat, or that the beat goes another
/// way than the scenario tells. What was said, for screen readers.
pub fn caption(painter: &Painter, theme: &Theme, loaded: &Loaded, area: Rect) -> String {
    let says = words(&loaded.recording, loaded.frame.beat);
    let Some(says) = says else {
        return String::new();
    };
    let colours = &theme.colours;
    let size = theme.text.detail;
    let icon = pos2(area.left() + size * 0.6, area.center().y);
    changed(painter, theme, icon, size * 0.62);
    let left = area.left() + size * 1.6;
    let width = (area.right() - left).max(0.0);
    let galley = cut(painter, &says, theme.semibold(size), colours.ink, width);
    let place = Rect::from_min_max(pos2(left, area.top()), area.max);
    let at = Align2::LEFT_TOP.align_size_within_rect(galley.size(), place);
    painter.galley(at.min, galley, colours.ink);
    format!("{says}. ")
}

fn words(recording: &Recording, beat: u32) -> Option<String> {
    let here = recording.interventions.iter().filter(|it| it.beat == beat);
    let mut here: Vec<&str> = here.map(|it| it.says.as_str()).collect();
    here.dedup();
    if !here.is_empty() {
        return Some(format!("You changed: {}", here.join(", ")));
    }
    let changed = recording.interventions.iter().any(|it| it.beat < beat);
    let verdicts = &recording.beat(beat)?.verdicts;
    let other = verdicts.iter().find(|verdict| !verdict.held);
    other
        .filter(|_| changed)
        .map(|verdict| format!("Because of your change: {}", verdict.found))
}
