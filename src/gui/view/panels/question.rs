//! A beat's question over the lower stage: the answers to choose from before the beat is played,
//! and what each of them was worth after it.

use std::sync::Arc;

use bevy_egui::egui::{
    Align2, Color32, Galley, Id, Key, Modifiers, Painter, Rect, ScrollArea, Sense, Shape, Stroke,
    StrokeKind, Ui, UiBuilder, Vec2, WidgetInfo, WidgetType, pos2, vec2,
};

use crate::gui::view::commands::Command;
use crate::gui::view::icons;
use crate::gui::view::model::Model;
use crate::gui::view::paint::canvas::{Canvas, corner};
use crate::gui::view::question::{Asking, Phase};
use crate::gui::view::theme::{Theme, faded};
use crate::gui::view::widgets::{button, named};
use crate::recording::{Choice, Question};
use crate::stage::playback::PlaybackCommand;

/// The widest the panel becomes, in points at text size 1.
const WIDEST: f32 = 820.0;
/// How much larger a question is while presenting: as large as captions are there.
const PRESENTER_SCALE: f32 = 2.0;
/// How much larger it is beside the stage while presenting.
const PRESENTER_DOCK_SCALE: f32 = 1.3;
/// Below this a panel is narrow, in points at text size 1.
const NARROW: f32 = 480.0;
/// The part of stage and caption that the panel takes at most.
const MOST: f32 = 0.86;

/// The keys of an open question, taken before anybody else hears them.
pub fn keys(ui: &Ui, model: &Model) -> Vec<Command> {
    let Some(asking) = model.asking else {
        return Vec::new();
    };
    if !asking.shown() || model.dialog.is_some() || ui.text_edit_focused() {
        return Vec::new();
    }
    let enter = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
    match asking.phase {
        Phase::Open if enter && asking.chosen.is_some() => {
            vec![Command::Playback(PlaybackCommand::PlayBeat)]
        }
        Phase::Explained if enter => vec![Command::LeaveQuestion],
        _ => Vec::new(),
    }
}

/// Everything on the panel, laid out.
struct Sheet<'a> {
    theme: &'a Theme,
    asking: Asking,
    heading: Arc<Galley>,
    ask: Arc<Galley>,
    rows: Vec<Row<'a>>,
    after: Option<Arc<Galley>>,
    pad: f32,
    /// Size of the answers' text
    size: f32,
}

struct Row<'a> {
    choice: &'a Choice,
    words: Arc<Galley>,
    because: Option<Arc<Galley>>,
    height: f32,
}

/// Paints the question beside the stage, where it stays while its beat is played: nothing that it
/// is about is ever covered.
pub fn dock(ui: &mut Ui, model: &Model, area: Rect, out: &mut Vec<Command>) {
    let theme = &model.theme;
    ui.painter().rect_filled(area, 0, theme.colours.chrome);
    ui.painter()
        .vline(area.left() + 0.5, area.y_range(), theme.hairline());
    // What lies under the panel is not for the pointer
    let _ = ui.interact(area, Id::new("question dock"), Sense::click_and_drag());
    let scale = if model.presenter {
        PRESENTER_DOCK_SCALE
    } else {
        1.0
    };
    let size = theme.text.body * scale;
    if let Some(sheet) = Sheet::of(ui, model, size, area.width()) {
        sheet.show_with_feet(ui, model, area, out);
    }
}

/// Paints the question large over the screen, before a presenter plays its beat.
pub fn fill(ui: &mut Ui, model: &Model, area: Rect, out: &mut Vec<Command>) {
    if model.asking.is_none() {
        return;
    }
    let theme = &model.theme;
    let mut size = theme.text.body * PRESENTER_SCALE;
    let width = |size: f32| (WIDEST * size / 14.0).min(area.width() - theme.step(8.0));
    let foot = feet_height(theme, width(size));
    let most = area.height() * MOST;
    let Some(mut sheet) = Sheet::of(ui, model, size, width(size)) else {
        return;
    };
    // As large as the screen allows: whoever sits at the back must not need to scroll
    while sheet.height() + foot > most && size > theme.text.body {
        size = (size * 0.94).max(theme.text.body);
        match Sheet::of(ui, model, size, width(size)) {
            Some(smaller) => sheet = smaller,
            None => return,
        }
    }
    let extent = vec2(width(size), (sheet.height() + foot).min(most));
    let rect = Rect::from_center_size(area.center(), extent);
    ui.painter().rect_filled(area, 0, theme.colours.scrim);
    let _ = ui.interact(
        area,
        Id::new("behind the question"),
        Sense::click_and_drag(),
    );
    let canvas = Canvas::new(ui.painter().clone(), theme, rect, theme.scale);
    let line = Stroke::new(1.5, theme.colours.acting);
    canvas.glow(rect, theme.space.zone_radius, theme.colours.acting);
    canvas.card(rect, theme.space.zone_radius, line);
    sheet.show_with_feet(ui, model, rect, out);
}

/// The height of what is done with the question.
fn feet_height(theme: &Theme, width: f32) -> f32 {
    let rows = if width < NARROW * theme.scale {
        2.0
    } else {
        1.0
    };
    theme.space.control * rows + theme.step(4.0 + 2.0 * rows)
}

/// What is done with the question.
fn feet(ui: &mut Ui, theme: &Theme, asking: Asking, out: &mut Vec<Command>) {
    let (accent, quiet) = (theme.colours.acting, theme.colours.card_line);
    let play = || Command::Playback(PlaybackCommand::PlayBeat);
    ui.horizontal_wrapped(|ui| match asking.phase {
        Phase::Open => {
            let (words, hint) = match asking.chosen {
                Some(_) => ("Commit and watch", "Enter"),
                None => ("Watch the answer", "Space; or choose with 1 to 4"),
            };
            let tint = if asking.chosen.is_some() {
                accent
            } else {
                quiet
            };
            let response = button(ui, theme, icons::PLAY, words, tint);
            if response.on_hover_text(hint).clicked() {
                out.push(play());
            }
            let skip = button(ui, theme, icons::CLOSE, "Skip the question", quiet);
            if skip
                .on_hover_text("Play the beat without it (Esc)")
                .clicked()
            {
                out.push(Command::LeaveQuestion);
            }
        }
        Phase::Watching => {
            let close = button(ui, theme, icons::CLOSE, "Close the question", quiet);
            if close.clicked() {
                out.push(Command::LeaveQuestion);
            }
        }
        Phase::Explained => {
            let response = button(ui, theme, icons::NEXT, "Go on", accent);
            if response
                .on_hover_text("Play the next beat (Space)")
                .clicked()
            {
                out.push(play());
            }
            let close = button(ui, theme, icons::CLOSE, "Close the question", quiet);
            if close.on_hover_text("Back to the stage (Esc)").clicked() {
                out.push(Command::LeaveQuestion);
            }
        }
    });
}

impl<'a> Sheet<'a> {
    fn of(ui: &Ui, model: &'a Model, size: f32, width: f32) -> Option<Self> {
        let asking = model.asking?;
        let question = asking.question(&model.loaded.as_ref()?.recording)?;
        let painter = ui.painter();
        Some(Self::new(
            painter,
            &model.theme,
            (asking, question),
            size,
            width,
        ))
    }

    /// The sheet with what is done with it below; what is too long for its place scrolls.
    fn show_with_feet(&self, ui: &mut Ui, model: &Model, rect: Rect, out: &mut Vec<Command>) {
        let theme = &model.theme;
        let foot = feet_height(theme, rect.width());
        let body = Rect::from_min_max(rect.min, pos2(rect.right(), rect.bottom() - foot));
        let builder = UiBuilder::new().id_salt("question").max_rect(body);
        ui.scope_builder(builder, |ui| {
            ui.spacing_mut().item_spacing = Vec2::ZERO;
            ScrollArea::vertical()
                .id_salt(self.asking.phase == Phase::Explained)
                .auto_shrink(false)
                .show(ui, |ui| self.show(ui, out));
        });
        let bar = Rect::from_min_max(
            pos2(rect.left() + self.pad, body.bottom() + theme.step(2.0)),
            pos2(rect.right() - self.pad, rect.bottom() - theme.step(2.0)),
        );
        let builder = UiBuilder::new().id_salt("question foot").max_rect(bar);
        ui.scope_builder(builder, |ui| {
            ui.spacing_mut().item_spacing = vec2(theme.step(2.0), theme.step(2.0));
            feet(ui, theme, self.asking, out);
        });
    }

    fn new(
        painter: &Painter,
        theme: &'a Theme,
        (asking, question): (Asking, &'a Question),
        size: f32,
        width: f32,
    ) -> Self {
        let colours = &theme.colours;
        let pad = theme.step(if width < NARROW * theme.scale {
            4.0
        } else {
            6.0
        });
        let inner = width - 2.0 * pad;
        let detail = (size * 0.93).max(13.0);
        let wrapped = |text: &str, font, colour: Color32, width: f32| {
            painter.layout(text.to_owned(), font, colour, width.max(80.0))
        };
        let explained = asking.phase == Phase::Explained;
        let heading = match asking.phase {
            Phase::Open => "Before you watch: what will happen?",
            Phase::Watching => "Watch what happens",
            Phase::Explained => "What it showed",
        };
        let rows = question.choices.iter().map(|choice| {
            let room = inner - size * 2.6 - theme.step(3.0);
            let words = wrapped(&choice.text, theme.medium(size), colours.ink, room);
            let because = explained.then(|| {
                wrapped(
                    &choice.because,
                    theme.regular(detail),
                    colours.ink_soft,
                    room,
                )
            });
            let lines = words.size().y + because.as_ref().map_or(0.0, |it| it.size().y + 2.0);
            Row {
                choice,
                words,
                because,
                height: lines + theme.step(4.0),
            }
        });
        Self {
            theme,
            asking,
            heading: wrapped(heading, theme.regular(detail), colours.acting, inner),
            ask: wrapped(
                &question.ask,
                theme.semibold(size * 1.2),
                colours.ink,
                inner,
            ),
            rows: rows.collect(),
            after: (explained && !question.explanation.is_empty()).then(|| {
                wrapped(
                    &question.explanation,
                    theme.regular(size),
                    colours.ink,
                    inner,
                )
            }),
            pad,
            size,
        }
    }

    fn height(&self) -> f32 {
        let theme = self.theme;
        let rows: f32 = self
            .rows
            .iter()
            .map(|row| row.height + theme.step(1.5))
            .sum();
        let after = self
            .after
            .as_ref()
            .map_or(0.0, |it| it.size().y + theme.step(3.0));
        self.heading.size().y + self.ask.size().y + rows + after + theme.step(9.0)
    }

    fn show(&self, ui: &mut Ui, out: &mut Vec<Command>) {
        let theme = self.theme;
        let (whole, response) =
            ui.allocate_exact_size(vec2(ui.available_width(), self.height()), Sense::hover());
        let said = match &self.after {
            Some(after) => format!("{} {}", self.ask.text(), after.text()),
            None => self.ask.text().to_owned(),
        };
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, &said));
        let painter = ui.painter();
        let left = whole.left() + self.pad;
        let mut y = whole.top() + theme.step(4.0);
        for galley in [&self.heading, &self.ask] {
            painter.galley(pos2(left, y), Arc::clone(galley), theme.colours.ink);
            y += galley.size().y + theme.step(1.0);
        }
        y += theme.step(2.0);
        for (position, row) in self.rows.iter().enumerate() {
            let size = vec2(whole.width() - 2.0 * self.pad, row.height);
            let rect = Rect::from_min_size(pos2(left, y), size);
            self.row(ui, (position, row), rect, out);
            y += row.height + theme.step(1.5);
        }
        if let Some(after) = &self.after {
            let at = pos2(left, y + theme.step(1.5));
            ui.painter()
                .galley(at, Arc::clone(after), theme.colours.ink);
        }
    }

    fn row(&self, ui: &Ui, (position, row): (usize, &Row<'_>), rect: Rect, out: &mut Vec<Command>) {
        let theme = self.theme;
        let colours = &theme.colours;
        let open = self.asking.phase == Phase::Open;
        let sense = if open { Sense::click() } else { Sense::hover() };
        let response = ui.interact(rect, Id::new(("choice", position)), sense);
        let mine = self.asking.chosen == Some(position);
        let painter = ui.painter();
        let radius = corner(theme.space.small_radius);
        let tint = self.tint(row.choice, mine);
        let fill = if mine {
            faded(tint, 0.14)
        } else {
            colours.field
        };
        let line = Stroke::new(
            if mine { 2.0 } else { 1.0 },
            if mine || !open {
                tint
            } else {
                colours.card_line
            },
        );
        painter.rect(rect, radius, fill, line, StrokeKind::Inside);
        if open && response.hovered() {
            painter.rect_filled(rect, radius, colours.hover);
        }
        let mark = pos2(
            rect.left() + theme.step(1.5) + self.size,
            rect.top() + theme.step(2.0) + self.size * 0.65,
        );
        self.mark(painter, (position, row.choice, mine), mark, tint);
        let x = rect.left() + self.size * 2.6;
        let mut y = rect.top() + theme.step(2.0);
        painter.galley(pos2(x, y), Arc::clone(&row.words), colours.ink);
        y += row.words.size().y + 2.0;
        if let Some(because) = &row.because {
            painter.galley(pos2(x, y), Arc::clone(because), colours.ink_soft);
        }
        named(ui, theme, &response, &self.name(position, row.choice, mine));
        if response
            .on_hover_cursor(bevy_egui::egui::CursorIcon::PointingHand)
            .clicked()
        {
            out.push(Command::Choose(position));
        }
    }

    fn tint(&self, choice: &Choice, mine: bool) -> Color32 {
        let colours = &self.theme.colours;
        match (self.asking.phase, choice.right) {
            (Phase::Explained, true) => colours.accepted,
            (Phase::Explained, false) if mine => colours.refused,
            (Phase::Explained, false) => colours.card_line,
            _ => colours.acting,
        }
    }

    /// The digit that chooses, or whether it was right: as a shape and not as a colour alone.
    fn mark(
        &self,
        painter: &Painter,
        (position, choice, mine): (usize, &Choice, bool),
        at: bevy_egui::egui::Pos2,
        tint: Color32,
    ) {
        let theme = self.theme;
        if self.asking.phase == Phase::Explained {
            let icon = if choice.right {
                icons::CHECK
            } else {
                icons::CLOSE
            };
            let tint = if choice.right || mine {
                tint
            } else {
                theme.colours.ink_faint
            };
            icons::tool(painter, theme, at, icon, self.size * 1.25, tint);
            return;
        }
        let radius = self.size * 0.72;
        let (fill, ink) = if mine {
            (tint, theme.colours.on_accent)
        } else {
            (theme.colours.card, theme.colours.ink_soft)
        };
        painter.add(Shape::circle_filled(at, radius, fill));
        let line = Stroke::new(1.0, if mine { tint } else { theme.colours.card_line });
        painter.circle_stroke(at, radius, line);
        let digit = (position + 1).to_string();
        painter.text(
            at,
            Align2::CENTER_CENTER,
            digit,
            theme.mono(self.size * 0.93),
            ink,
        );
    }

    fn name(&self, position: usize, choice: &Choice, mine: bool) -> String {
        let text = format!("Answer {}: {}", position + 1, choice.text);
        let worth = if choice.right { "Right" } else { "Wrong" };
        match (self.asking.phase, mine) {
            (Phase::Explained, true) => {
                format!("{text}. Your choice. {worth}: {}", choice.because)
            }
            (Phase::Explained, false) => format!("{text}. {worth}: {}", choice.because),
            (_, true) => format!("{text}. Chosen"),
            (_, false) => text,
        }
    }
}
