//! The same recording as a sequence diagram: a lifeline for every person and for everybody who
//! says something, an arrow for every request and every answer, from top to bottom in the order of happening. Worked
//! out once per recording and width; what has happened at a moment is asked of the stage.

use crate::cloud::ledger::{ActorId, ActorKind, Exchange, ExchangeId, Step};
use crate::recording::Recording;

use super::frame::Rect;
use super::layout::metric::{DETAIL, NAME};
use super::text::{self, Font};

/// Least distance between lifelines, in points at unit 1.
const PITCH: f32 = 124.0;
/// Between the edge and the first and last lifeline's column.
const MARGIN: f32 = 16.0;
/// Height of the row of names.
pub const HEAD: f32 = 52.0;
/// Height of an arrow with its label.
const ROW: f32 = 34.0;
/// Height of a beat's title.
const BAND: f32 = 34.0;
/// Half the width of the bar that shows who is busy.
const BAR: f32 = 5.0;
/// How far a nested bar stands beside the one it was called from.
const INDENT: f32 = 6.0;
/// Room that the words of even the shortest arrow have.
const WORDS: f32 = 240.0;
/// Height of a label.
const LABEL: f32 = 18.0;
/// How far somebody who asks himself bows out, as a part of the distance between lifelines.
const LOOP: f32 = 0.36;

/// Somebody's lifeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Lifeline {
    /// Who
    pub id: ActorId,
    /// What
    pub kind: ActorKind,
    /// The name, cut to the column
    pub name: String,
    /// Where the line runs
    pub x: f32,
    /// Where name and icon go
    pub head: Rect,
}

/// A request or an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrow {
    /// Of which exchange
    pub exchange: ExchangeId,
    /// Whether it is the answer
    pub answer: bool,
    /// Whether it is a refusal
    pub refused: bool,
    /// How nested it is
    pub depth: u32,
    /// Where it begins
    pub from: f32,
    /// Where its head is
    pub to: f32,
    /// At what height
    pub y: f32,
    /// What it says, cut where it is too long
    pub label: String,
    /// Where that is written
    pub label_rect: Rect,
}

/// A stretch of a lifeline during which somebody answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What is answered
    pub exchange: ExchangeId,
    /// Where
    pub rect: Rect,
}

/// A beat's stretch of the diagram.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// Which beat
    pub beat: u32,
    /// "7 · Borrow a role"
    pub title: String,
    /// Where it is
    pub rect: Rect,
}

/// What of a diagram there is to be seen in a stretch of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen<'a> {
    /// Beats
    pub bands: &'a [Band],
    /// Who is busy; those that end above the stretch are among them where their beat does not
    pub bars: &'a [Bar],
    /// Messages
    pub arrows: &'a [Arrow],
}

/// The entries that reach into a stretch of a list sorted from top to bottom.
fn within<T>(entries: &[T], reach: impl Fn(&T) -> (f32, f32), top: f32, bottom: f32) -> &[T] {
    let first = entries.partition_point(|entry| reach(entry).1 < top);
    let end = entries.partition_point(|entry| reach(entry).0 <= bottom);
    entries.get(first..end).unwrap_or_default()
}

/// The whole diagram.
#[derive(Clone, Debug, PartialEq)]
pub struct Sequence {
    /// What a point of text measures
    pub unit: f32,
    /// Its size; taller than what it was made for, and wider where there are many lifelines
    pub size: (f32, f32),
    /// Who says something
    pub lifelines: Vec<Lifeline>,
    /// What was said, from top to bottom
    pub arrows: Vec<Arrow>,
    /// Who is busy
    pub bars: Vec<Bar>,
    /// Beats
    pub bands: Vec<Band>,
    /// Where each exchange's request is among the arrows
    requests: Vec<u32>,
}

impl Sequence {
    /// The diagram of a recording, at least this wide.
    pub fn new(recording: &Recording, width: f32, text_scale: f32) -> Self {
        let lifelines = lifelines(recording, width, text_scale);
        let count = lifelines.len().max(1) as f32;
        let wide = width.max(count * PITCH * text_scale + 2.0 * MARGIN * text_scale);
        let mut builder = Builder {
            recording,
            y: HEAD * text_scale,
            sequence: Self {
                unit: text_scale,
                size: (wide, 0.0),
                lifelines,
                arrows: Vec::new(),
                bars: Vec::new(),
                bands: Vec::new(),
                requests: vec![0; recording.exchanges.len()],
            },
        };
        for beat in &recording.beats {
            builder.beat(beat);
        }
        builder.sequence.size.1 = builder.y + MARGIN * text_scale;
        builder.sequence
    }

    /// Where an exchange's request is written.
    pub fn place_of(&self, exchange: ExchangeId) -> Option<&Arrow> {
        let place = self.requests.get(exchange.index())?;
        let arrow = self.arrows.get(*place as usize)?;
        (arrow.exchange == exchange).then_some(arrow)
    }

    /// The last arrow of those that something holds for, where it holds for none below the first
    /// that it does not hold for: what has begun at a moment.
    pub fn last_of(&self, holds: impl Fn(&Arrow) -> bool) -> Option<&Arrow> {
        let count = self.arrows.partition_point(holds);
        self.arrows.get(count.checked_sub(1)?)
    }

    /// What there is to be seen between two heights.
    pub fn between(&self, top: f32, bottom: f32) -> Seen<'_> {
        let unit = self.unit;
        let bands = within(
            &self.bands,
            |band| (band.rect.y, band.rect.bottom()),
            top,
            bottom,
        );
        let reach = |arrow: &Arrow| (arrow.y - ROW * unit, arrow.y + ROW * unit);
        let arrows = within(&self.arrows, reach, top, bottom);
        // A bar is as long as what is done within it, but it does not leave its beat
        let from = bands.first().map_or(top, |band| band.rect.y);
        let first = self.bars.partition_point(|bar| bar.rect.y < from);
        let end = self.bars.partition_point(|bar| bar.rect.y <= bottom);
        Seen {
            bands,
            bars: self.bars.get(first..end).unwrap_or_default(),
            arrows,
        }
    }
}

fn lifelines(recording: &Recording, width: f32, unit: f32) -> Vec<Lifeline> {
    let speaks = |id: &ActorId| recording.exchanges_with(id).next().is_some();
    let cast: Vec<_> = recording
        .actors
        .iter()
        // People say nothing by themselves, but it is about them
        .filter(|actor| actor.kind == ActorKind::Person || speaks(&actor.id))
        .collect();
    let margin = MARGIN * unit;
    let even = (width - 2.0 * margin) / cast.len().max(1) as f32;
    let pitch = even.max(PITCH * unit);
    let lifeline = |(column, actor): (usize, &&crate::cloud::ledger::Actor)| {
        let left = margin + pitch * column as f32;
        Lifeline {
            id: actor.id.clone(),
            kind: actor.kind,
            name: text::cut(
                &actor.name,
                Font::SemiBold,
                NAME * unit,
                pitch - 12.0 * unit,
            ),
            x: left + pitch / 2.0,
            head: Rect::new(left, 0.0, pitch, HEAD * unit),
        }
    };
    cast.iter().enumerate().map(lifeline).collect()
}

struct Builder<'a> {
    recording: &'a Recording,
    sequence: Sequence,
    y: f32,
}

impl Builder<'_> {
    fn beat(&mut self, beat: &crate::recording::Beat) {
        let unit = self.sequence.unit;
        let top = self.y;
        self.y += BAND * unit;
        let recording = self.recording;
        for exchange in recording.exchanges_of(beat) {
            if exchange.parent.is_none() {
                self.exchange(exchange, 0);
            }
        }
        let width = self.sequence.size.0;
        let room = width - 2.0 * MARGIN * unit;
        let title = format!("{} · {}", beat.index + 1, beat.title);
        self.sequence.bands.push(Band {
            beat: beat.index,
            title: text::cut(&title, Font::Regular, DETAIL * unit, room),
            rect: Rect::new(0.0, top, width, self.y - top),
        });
    }

    fn exchange(&mut self, exchange: &Exchange, depth: u32) {
        let unit = self.sequence.unit;
        let (from, to) = self.ends(exchange, depth);
        self.arrow(exchange, depth, (from, to), false);
        let begins = self.y - ROW * unit * 0.3;
        // The place is taken before its nested calls take theirs: outer bars lie behind inner ones
        let bar = self.sequence.bars.len();
        self.sequence.bars.push(Bar {
            exchange: exchange.id,
            rect: Rect::default(),
        });
        for step in &exchange.steps {
            if let Step::Call(id) = step
                && let Some(call) = self.recording.exchange(*id)
            {
                self.exchange(call, depth + 1);
            }
        }
        self.arrow(exchange, depth, (to, from), true);
        let x = self.line_of(&exchange.to) + INDENT * unit * depth as f32;
        if let Some(bar) = self.sequence.bars.get_mut(bar) {
            let ends = self.y - ROW * unit * 0.3;
            bar.rect = Rect::new(x - BAR * unit, begins, 2.0 * BAR * unit, ends - begins);
        }
    }

    fn line_of(&self, id: &ActorId) -> f32 {
        let line = self.sequence.lifelines.iter().find(|line| line.id == *id);
        line.map_or(0.0, |line| line.x)
    }

    /// Where the request's arrow begins and ends: at the bars' edges.
    fn ends(&self, exchange: &Exchange, depth: u32) -> (f32, f32) {
        let unit = self.sequence.unit;
        let (from, to) = (self.line_of(&exchange.from), self.line_of(&exchange.to));
        let caller = depth.saturating_sub(1) as f32 * INDENT * unit;
        let callee = depth as f32 * INDENT * unit;
        let edge = if depth == 0 { 0.0 } else { BAR * unit };
        if from == to {
            let pitch = self
                .sequence
                .lifelines
                .first()
                .map_or(PITCH, |line| line.head.w);
            return (from + caller + edge, from + pitch * LOOP);
        }
        let side = if to > from { 1.0 } else { -1.0 };
        (from + caller + side * edge, to + callee - side * BAR * unit)
    }

    fn arrow(&mut self, exchange: &Exchange, depth: u32, (from, to): (f32, f32), answer: bool) {
        let unit = self.sequence.unit;
        self.y += ROW * unit;
        let y = self.y - ROW * unit * 0.3;
        let said = if answer {
            self.answer(exchange)
        } else {
            exchange.operation.to_string()
        };
        // Each arrow has its row to itself, so that its words may be longer than it is
        let width = self.sequence.size.0;
        let room = ((from - to).abs() - 20.0 * unit)
            .max(WORDS * unit)
            .min(width);
        let font = if answer { Font::Regular } else { Font::Mono };
        let label = text::cut(&said, font, DETAIL * unit, room);
        let long = text::width(&label, font, DETAIL * unit);
        let left = ((from + to - long) / 2.0).clamp(0.0, (width - long).max(0.0));
        if let Some(place) = self.sequence.requests.get_mut(exchange.id.index())
            && !answer
        {
            *place = self.sequence.arrows.len() as u32;
        }
        self.sequence.arrows.push(Arrow {
            exchange: exchange.id,
            answer,
            refused: answer && exchange.refused(),
            depth,
            from,
            to,
            y,
            label,
            label_rect: Rect::new(left, y - (LABEL + 2.0) * unit, long, LABEL * unit),
        });
    }

    /// The refusal's code, else what the answer brings, else its status.
    fn answer(&self, exchange: &Exchange) -> String {
        let status = exchange.response.status;
        if let Some(refusal) = &exchange.refusal {
            return format!("{status} {}", refusal.code);
        }
        let labels: Vec<&str> = exchange
            .received
            .iter()
            .filter_map(|id| Some(self.recording.artifact(*id)?.label.as_str()))
            .collect();
        if labels.is_empty() {
            status.to_string()
        } else {
            labels.join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::files::Shipped;
    use crate::scenario::{library, load, perform};

    fn stories() -> Vec<Recording> {
        let performed = |entry: &library::Entry| {
            let scenario = load(&Shipped, entry.path, entry.text.as_bytes()).unwrap();
            perform(&scenario, None).unwrap()
        };
        library::ALL.iter().map(performed).collect()
    }

    #[test]
    fn every_exchange_is_asked_once_and_answered_once_below_it() {
        for recording in stories() {
            let sequence = Sequence::new(&recording, 1200.0, 1.0);
            assert_eq!(sequence.arrows.len(), 2 * recording.exchanges.len());
            for exchange in &recording.exchanges {
                let of: Vec<&Arrow> = sequence
                    .arrows
                    .iter()
                    .filter(|arrow| arrow.exchange == exchange.id)
                    .collect();
                assert!(!of[0].answer && of[1].answer && of[0].y < of[1].y);
                assert_eq!(of[1].refused, exchange.refused());
            }
        }
    }

    #[test]
    fn every_person_has_a_lifeline_and_whoever_speaks_has_one() {
        for recording in stories() {
            let sequence = Sequence::new(&recording, 1200.0, 1.0);
            let has = |id: &ActorId| sequence.lifelines.iter().any(|line| line.id == *id);
            let people = recording.actors.iter();
            for person in people.filter(|actor| actor.kind == ActorKind::Person) {
                assert!(has(&person.id), "{}", person.name);
            }
            for exchange in &recording.exchanges {
                assert!(has(&exchange.from) && has(&exchange.to));
            }
        }
    }

    #[test]
    fn a_nested_call_stands_between_its_caller_s_request_and_answer() {
        for recording in stories() {
            let sequence = Sequence::new(&recording, 1200.0, 1.0);
            for exchange in &recording.exchanges {
                let Some(parent) = exchange.parent else {
                    continue;
                };
                let y = |id: ExchangeId, answer: bool| {
                    let mut arrows = sequence.arrows.iter();
                    arrows
                        .find(|it| it.exchange == id && it.answer == answer)
                        .unwrap()
                        .y
                };
                assert!(y(parent, false) < y(exchange.id, false));
                assert!(y(exchange.id, true) < y(parent, true));
                assert!(sequence.place_of(exchange.id).unwrap().depth > 0);
            }
        }
    }

    #[test]
    fn what_is_seen_in_a_stretch_is_all_that_reaches_into_it() {
        for recording in stories().iter().step_by(10) {
            let sequence = Sequence::new(recording, 1200.0, 1.0);
            let mut top = -100.0;
            while top < sequence.size.1 {
                let (bottom, reaches) = (top + 300.0, |from, to| to >= top && from <= top + 300.0);
                let seen = sequence.between(top, bottom);
                for arrow in &sequence.arrows {
                    let reaches = reaches(arrow.label_rect.y, arrow.y + 6.0);
                    assert!(!reaches || seen.arrows.contains(arrow));
                }
                for bar in &sequence.bars {
                    let reaches = reaches(bar.rect.y, bar.rect.bottom());
                    assert!(!reaches || seen.bars.contains(bar), "{bar:?} at {top}");
                }
                for band in &sequence.bands {
                    let reaches = reaches(band.rect.y, band.rect.bottom());
                    assert!(!reaches || seen.bands.contains(band));
                }
                assert!(seen.arrows.len() <= 30, "no more than there is room for");
                top += 170.0;
            }
        }
    }

    #[test]
    fn no_two_labels_overlap_and_nothing_leaves_the_diagram_at_any_size() {
        for recording in stories() {
            for (width, scale) in [(500.0, 1.0), (1200.0, 1.0), (1200.0, 2.0), (3000.0, 1.5)] {
                let sequence = Sequence::new(&recording, width, scale);
                let (w, h) = sequence.size;
                assert!(w >= width);
                for pair in sequence.arrows.windows(2) {
                    assert!(!pair[0].label_rect.overlaps(pair[1].label_rect));
                }
                for arrow in &sequence.arrows {
                    let label = arrow.label_rect;
                    assert!(label.x >= 0.0 && label.right() <= w, "{arrow:?}");
                    assert!(label.y >= HEAD * scale && arrow.y <= h);
                }
                let heads: Vec<Rect> = sequence.lifelines.iter().map(|it| it.head).collect();
                assert!(
                    heads
                        .windows(2)
                        .all(|pair| pair[0].right() <= pair[1].x + 0.01)
                );
            }
        }
    }
}
