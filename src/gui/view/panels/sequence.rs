//! The recording as lifelines and arrows, in step with the playhead.

use bevy_egui::egui::{
    Align2, Color32, CursorIcon, Id, Painter, Pos2, Rect, ScrollArea, Sense, Shape, Stroke,
    StrokeKind, Ui, UiBuilder, Vec2, WidgetInfo, WidgetType, pos2, vec2,
};

use crate::cloud::ledger::ExchangeId;
use crate::gui::view::commands::{Command, Selection};
use crate::gui::view::icons;
use crate::gui::view::model::{Loaded, Model};
use crate::gui::view::paint;
use crate::gui::view::paint::canvas::Canvas;
use crate::gui::view::paint::pen::Pen;
use crate::gui::view::theme::{Theme, faded};
use crate::gui::view::widgets::hinted;
use crate::stage::Progress;
use crate::stage::sequence::{Arrow, HEAD, Seen, Sequence};

/// How visible is what has not happened yet.
const COMING: f32 = 0.28;
/// The part of the view that is kept free above and below what the playhead is at.
const CONTEXT: f32 = 0.32;
/// Length and half width of an arrow head, in points at unit 1.
const TIP: (f32, f32) = (10.0, 4.5);

/// Paints the diagram and answers the pointer on it.
pub fn show(ui: &mut Ui, model: &Model, area: Rect, out: &mut Vec<Command>) {
    let Some(loaded) = &model.loaded else { return };
    let theme = &model.theme;
    paint::backdrop(ui.painter(), theme, area);
    let sequence = &loaded.sequence;
    let builder = UiBuilder::new().id_salt("sequence").max_rect(area);
    ui.scope_builder(builder, |ui| {
        ui.set_clip_rect(area);
        ScrollArea::both().auto_shrink(false).show(ui, |ui| {
            let size = vec2(sequence.size.0, sequence.size.1);
            let (whole, response) = ui.allocate_exact_size(size, Sense::hover());
            response.widget_info(|| {
                WidgetInfo::labeled(WidgetType::Label, true, "Sequence of all messages")
            });
            let view = View {
                model,
                loaded,
                sequence,
                origin: whole.min.to_vec2(),
                area,
            };
            view.follow(ui);
            view.ground(ui.painter());
            view.messages(ui, out);
            view.heads(ui.painter());
        });
    });
}

struct View<'a> {
    model: &'a Model,
    loaded: &'a Loaded,
    sequence: &'a Sequence,
    /// Where the diagram's (0, 0) is in the window
    origin: Vec2,
    area: Rect,
}

impl View<'_> {
    fn theme(&self) -> &Theme {
        &self.model.theme
    }

    /// What is in view.
    fn seen(&self) -> Seen<'_> {
        let top = self.area.top() - self.origin.y;
        self.sequence.between(top, top + self.area.height())
    }

    fn progress(&self, exchange: ExchangeId) -> Progress {
        let t = self.loaded.playback.time();
        self.loaded.stage.progress(exchange, t)
    }

    fn rect(&self, rect: crate::stage::frame::Rect) -> Rect {
        Rect::from_min_size(pos2(rect.x, rect.y), vec2(rect.w, rect.h)).translate(self.origin)
    }

    /// The arrow that the playhead is at: the last one on its way or arrived.
    fn current(&self) -> Option<&Arrow> {
        let begun = |arrow: &Arrow| match self.progress(arrow.exchange) {
            Progress::Coming => false,
            Progress::Asking => !arrow.answer,
            Progress::Answering | Progress::Over => true,
        };
        self.sequence.last_of(begun)
    }

    /// Keeps the playhead in view whenever it has moved.
    fn follow(&self, ui: &Ui) {
        let now = (self.loaded.playback.time().0, self.sequence.size.1);
        let seen = ui.data_mut(|data| data.get_temp(Id::new("sequence seen")));
        if seen == Some(now) {
            return;
        }
        ui.data_mut(|data| data.insert_temp(Id::new("sequence seen"), now));
        let head = HEAD * self.sequence.unit;
        let (from, to, y) = self
            .current()
            .map_or((0.0, 0.0, head), |arrow| (arrow.from, arrow.to, arrow.y));
        // What comes before and after is seen with it; the names cover the top
        let around = (self.area.height() - head).max(0.0) * CONTEXT;
        let place =
            Rect::from_x_y_ranges(from.min(to)..=from.max(to), y - around - head..=y + around);
        ui.scroll_to_rect(place.translate(self.origin), None);
    }

    fn ground(&self, painter: &Painter) {
        let theme = self.theme();
        let unit = self.sequence.unit;
        let bottom = self.origin.y + self.sequence.size.1;
        for band in self.seen().bands {
            let rect = self.rect(band.rect);
            if !rect.intersects(self.area) {
                continue;
            }
            let now = band.beat == self.loaded.frame.beat;
            if now {
                painter.rect_filled(rect, 0, faded(theme.colours.acting, 0.07));
            }
            painter.hline(rect.x_range(), rect.top(), theme.hairline());
            let font = theme.medium(13.0 * unit);
            let tint = if now {
                theme.colours.acting
            } else {
                theme.colours.ink_soft
            };
            let at = pos2(rect.left() + 16.0 * unit, rect.top() + 14.0 * unit);
            painter.text(at, Align2::LEFT_CENTER, &band.title, font, tint);
        }
        for line in &self.sequence.lifelines {
            let x = line.x + self.origin.x;
            let from = pos2(x, self.area.top());
            let dashes = Shape::dashed_line(
                &[from, pos2(x, bottom.min(self.area.bottom()))],
                Stroke::new(1.0, theme.colours.zone_line),
                4.0,
                4.0,
            );
            painter.extend(dashes);
        }
        for bar in self.seen().bars {
            let rect = self.rect(bar.rect);
            if rect.intersects(self.area) {
                let progress = self.progress(bar.exchange);
                let under_way = matches!(progress, Progress::Asking | Progress::Answering);
                let line = if under_way {
                    theme.colours.acting
                } else {
                    theme.colours.card_line
                };
                let line = faded(
                    line,
                    if progress == Progress::Coming {
                        COMING
                    } else {
                        1.0
                    },
                );
                painter.rect(
                    rect,
                    2,
                    theme.colours.card,
                    Stroke::new(1.0, line),
                    StrokeKind::Inside,
                );
            }
        }
    }

    fn messages(&self, ui: &Ui, out: &mut Vec<Command>) {
        let current = self.current().map(|arrow| arrow.exchange);
        for arrow in self.seen().arrows {
            let unit = self.sequence.unit;
            let (left, right) = (arrow.from.min(arrow.to), arrow.from.max(arrow.to));
            let place = crate::stage::frame::Rect::new(
                left,
                arrow.label_rect.y,
                right - left,
                arrow.y - arrow.label_rect.y + 6.0 * unit,
            );
            let rect = self.rect(place);
            if !rect.intersects(self.area) {
                continue;
            }
            self.arrow(ui.painter(), arrow, current == Some(arrow.exchange));
            self.answer_pointer(ui, arrow, rect, out);
        }
    }

    fn answer_pointer(&self, ui: &Ui, arrow: &Arrow, rect: Rect, out: &mut Vec<Command>) {
        let id = Id::new(("sequence", arrow.exchange.0, arrow.answer));
        // The names at the top lie over what is scrolled below them
        let below = self
            .area
            .with_min_y(self.area.top() + HEAD * self.sequence.unit);
        let response = ui.interact(rect.intersect(below), id, Sense::click());
        let response = response.on_hover_cursor(CursorIcon::PointingHand);
        let word = if arrow.answer { "Answer" } else { "Message" };
        let name = format!("{word} {}: {}", arrow.exchange.0 + 1, arrow.label);
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, &name));
        let selection = Selection::Exchange(arrow.exchange);
        let chosen = self.model.selection.as_ref() == Some(&selection);
        let followed = self.model.looking.following.as_ref();
        if followed.is_some_and(|it| it.lights(&selection)) {
            let canvas = Canvas::new(ui.painter().clone(), self.theme(), self.area, 1.0);
            canvas.trail(rect, self.theme().space.small_radius);
        }
        if response.has_focus() || chosen {
            let canvas = Canvas::new(ui.painter().clone(), self.theme(), self.area, 1.0);
            canvas.ring(rect, self.theme().space.small_radius);
        } else if response.hovered() {
            ui.painter()
                .rect_filled(rect, 4, self.theme().colours.hover);
        }
        let hint = || super::hints::exchange(&self.loaded.recording, arrow.exchange);
        if hinted(response, hint).clicked() {
            out.push(Command::Select(selection));
        }
    }

    fn colour(&self, arrow: &Arrow, lit: bool) -> Color32 {
        let colours = &self.theme().colours;
        match self.progress(arrow.exchange) {
            _ if arrow.refused => colours.refused,
            Progress::Coming => colours.ink_faint,
            _ if arrow.answer && lit => colours.accepted,
            _ if lit => colours.acting,
            _ => colours.ink_soft,
        }
    }

    fn arrow(&self, painter: &Painter, arrow: &Arrow, lit: bool) {
        let theme = self.theme();
        let unit = self.sequence.unit;
        let progress = self.progress(arrow.exchange);
        let happened = if arrow.answer {
            progress >= Progress::Answering
        } else {
            progress > Progress::Coming
        };
        let opacity = if happened { 1.0 } else { COMING };
        let colour = faded(self.colour(arrow, lit && happened), opacity);
        let at = |x: f32| pos2(x, arrow.y) + self.origin;
        let (from, to) = (at(arrow.from), at(arrow.to));
        let stroke = Stroke::new(if lit { 2.0 } else { 1.4 }, colour);
        let back = if to.x > from.x { -1.0 } else { 1.0 };
        let neck = to + vec2(back * TIP.0 * unit * 0.8, 0.0);
        if lit && happened {
            let under = Stroke::new(8.0, faded(colour, 0.14));
            painter.line_segment([from, neck], under);
        }
        if arrow.answer {
            painter.extend(Shape::dashed_line(&[from, neck], stroke, 6.0, 4.0));
        } else {
            painter.line_segment([from, neck], stroke);
        }
        let pen = Pen::new(
            painter,
            to,
            if back < 0.0 {
                0.0
            } else {
                std::f32::consts::PI
            },
        );
        let head = [
            Vec2::ZERO,
            vec2(-TIP.0 * unit, -TIP.1 * unit),
            vec2(-TIP.0 * unit, TIP.1 * unit),
        ];
        pen.fill(&head, colour);
        let label = self.rect(arrow.label_rect);
        let ground = label.expand2(vec2(3.0, 0.0));
        painter.rect_filled(ground, 4, theme.colours.stage_top);
        let size = 13.0 * unit;
        let font = if arrow.answer {
            theme.regular(size)
        } else {
            theme.mono(size)
        };
        let ink = match (arrow.refused, lit) {
            (true, _) => theme.colours.refused_ink,
            (_, true) => theme.colours.ink,
            _ => theme.colours.ink_soft,
        };
        let ink = faded(ink, if happened { 1.0 } else { 0.6 });
        painter.text(
            label.center(),
            Align2::CENTER_CENTER,
            &arrow.label,
            font,
            ink,
        );
    }

    /// Names stay where they are while the rest is scrolled.
    fn heads(&self, painter: &Painter) {
        let theme = self.theme();
        let unit = self.sequence.unit;
        let strip = Rect::from_min_size(self.area.min, vec2(self.area.width(), HEAD * unit));
        painter.rect_filled(strip, 0, theme.colours.chrome);
        painter.hline(strip.x_range(), strip.bottom(), theme.hairline());
        let busy = |id: &crate::cloud::ledger::ActorId| {
            let mut actors = self.loaded.frame.actors.iter();
            actors.any(|it| it.id == *id && it.look != crate::stage::frame::ActorLook::Calm)
        };
        for line in &self.sequence.lifelines {
            let x = line.x + self.origin.x;
            let lit = busy(&line.id);
            let tint = if lit {
                theme.colours.acting
            } else {
                icons::colour_of_actor(line.kind, theme)
            };
            let icon: Pos2 = pos2(x, strip.top() + 17.0 * unit);
            icons::duotone(
                painter,
                theme,
                icon,
                icons::of_actor(line.kind),
                20.0 * unit,
                tint,
            );
            let at = pos2(x, strip.top() + 38.0 * unit);
            let font = theme.semibold(15.0 * unit);
            let ink = if lit {
                theme.colours.ink
            } else {
                theme.colours.ink_soft
            };
            painter.text(at, Align2::CENTER_CENTER, &line.name, font, ink);
        }
    }
}
