//! What the audience reads: where we are, and a sentence or two with their terms in bold.

use std::sync::Arc;

use bevy_egui::egui::text::{LayoutJob, TextFormat};
use bevy_egui::egui::{
    Context, Galley, Painter, Rect, Sense, Ui, Vec2, WidgetInfo, WidgetType, pos2,
};

use super::marks;
use crate::gui::view::model::{Loaded, Model};
use crate::gui::view::theme::Theme;
use crate::stage::caption::runs;
use crate::stage::frame::CaptionRun;

/// How much larger captions are while presenting.
const PRESENTER_SCALE: f32 = 1.5;
/// The smallest a caption becomes, in points.
const LEAST_SIZE: f32 = 14.0;
/// Below this height a window is small, in points at normal text size.
const SMALL_WINDOW: f32 = 700.0;
/// Lines that there is always room for.
const LEAST_LINES: f32 = 2.0;

fn size(model: &Model) -> f32 {
    let scale = if model.presenter {
        PRESENTER_SCALE
    } else {
        1.0
    };
    model.theme.text.caption * scale
}

fn line_height(size: f32) -> f32 {
    (size * 1.4).round()
}

fn job(theme: &Theme, runs: &[CaptionRun], size: f32, width: f32) -> LayoutJob {
    let mut job = LayoutJob::default();
    for run in runs {
        let font = if run.strong {
            theme.semibold(size)
        } else {
            theme.regular(size)
        };
        let mut format = TextFormat::simple(font, theme.colours.ink);
        format.line_height = Some(line_height(size));
        job.append(&run.text, 0.0, format);
    }
    job.wrap.max_width = width;
    job
}

fn side(theme: &Theme) -> f32 {
    theme.step(7.0)
}

/// How tall the strip is: as tall as the longest caption of the scenario needs at this width, so
/// that the stage does not jump from beat to beat.
///
/// In a small window two lines must do, set smaller where they need more: the stage goes first.
pub fn height(ctx: &Context, model: &Model, window: Vec2) -> f32 {
    let width = window.x;
    let Some(loaded) = &model.loaded else {
        return 0.0;
    };
    let theme = &model.theme;
    let size = size(model);
    let inner = (width - 2.0 * side(theme)).max(80.0);
    let small = window.y < SMALL_WINDOW * model.settings.text_scale && !model.presenter;
    let most = if small {
        LEAST_LINES
    } else {
        longest(ctx, model, loaded, size, inner)
    };
    theme.step(4.0) + theme.text.detail * 1.5 + most * line_height(size) + theme.step(4.0)
}

/// The lines of the scenario's longest caption. All of them are set to find out, so it is kept.
fn longest(ctx: &Context, model: &Model, loaded: &Loaded, size: f32, width: f32) -> f32 {
    let kept = loaded.caption_lines.lock().ok().and_then(|kept| *kept);
    if let Some((at_size, at_width, lines)) = kept
        && at_size == size
        && at_width == width
    {
        return lines;
    }
    let lines = loaded.recording.beats.iter().map(|beat| {
        let job = job(&model.theme, &runs(&beat.caption), size, width);
        ctx.fonts_mut(|fonts| fonts.layout_job(job)).rows.len() as f32
    });
    let lines = lines.fold(LEAST_LINES, f32::max);
    if let Ok(mut kept) = loaded.caption_lines.lock() {
        *kept = Some((size, width, lines));
    }
    lines
}

/// The caption, set smaller where a small window and a large text size leave too little room.
fn fitting(model: &Model, painter: &Painter, width: f32, room: f32) -> Arc<Galley> {
    let runs = model
        .loaded
        .as_ref()
        .map_or(&[][..], |loaded| &loaded.frame.caption.runs);
    let mut size = size(model);
    let mut words = painter.layout_job(job(&model.theme, runs, size, width));
    while words.size().y > room && size > LEAST_SIZE {
        size = (size * 0.92).max(LEAST_SIZE);
        words = painter.layout_job(job(&model.theme, runs, size, width));
    }
    let set = |width: f32| painter.layout_job(job(&model.theme, runs, size, width));
    without_orphans(words, width, &set)
}

/// The same words on lines of about the same length, where the last line would be a word or two.
fn without_orphans(
    words: Arc<Galley>,
    width: f32,
    set: &dyn Fn(f32) -> Arc<Galley>,
) -> Arc<Galley> {
    /// A last line shorter than this share of the width looks lost
    const SHORT: f32 = 0.3;
    /// Halvings of what the width may lie between
    const TRIES: usize = 6;
    let lines = words.rows.len();
    let last = words.rows.last().map_or(width, |row| row.size.x);
    if lines < 2 || last >= SHORT * width {
        return words;
    }
    let (mut narrow, mut wide, mut best) = (width / 2.0, width, words);
    for _ in 0..TRIES {
        let middle = (narrow + wide) / 2.0;
        let tried = set(middle);
        if tried.rows.len() > lines {
            narrow = middle;
        } else {
            (wide, best) = (middle, tried);
        }
    }
    best
}

/// Paints the strip.
pub fn show(ui: &Ui, model: &Model, area: Rect) {
    let Some(loaded) = &model.loaded else { return };
    let theme = &model.theme;
    let colours = &theme.colours;
    let caption = &loaded.frame.caption;
    let painter = ui.painter().with_clip_rect(area);
    painter.rect_filled(area, 0, colours.chrome);
    painter.hline(area.x_range(), area.top() + 0.5, theme.hairline());
    let left = area.left() + side(theme);
    let top = area.top() + theme.step(4.0);
    let font = theme.regular(theme.text.detail);
    let heading: Arc<Galley> =
        painter.layout_no_wrap(caption.heading.clone(), font, colours.ink_faint);
    let after = left + heading.size().x + theme.step(4.0);
    painter.galley(pos2(left, top), heading, colours.ink_faint);
    let aside = Rect::from_min_max(
        pos2(after, top),
        pos2(area.right() - side(theme), top + theme.text.detail * 1.4),
    );
    let changed = marks::caption(&painter, theme, loaded, aside);
    let width = area.width() - 2.0 * side(theme);
    let room = area.bottom() - top - theme.text.detail * 1.5;
    let words = fitting(model, &painter, width, room);
    painter.galley(
        pos2(left, top + theme.text.detail * 1.5),
        words,
        colours.ink,
    );
    let said: String = caption.runs.iter().map(|run| run.text.as_str()).collect();
    let response = ui.interact(area, ui.id().with("caption"), Sense::hover());
    let said = format!("{}: {changed}{said}", caption.heading);
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, &said));
}
