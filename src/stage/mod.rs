//! The picture at a moment, as data: layout, timing, captions. Pure.
//!
//! [`Stage`] is what can be worked out once per recording and size; [`Stage::frame`]
//! is a function of the playback time alone, so scrubbing back un-happens exactly.

pub mod caption;
mod cards;
mod checks;
pub mod frame;
mod hit;
mod lanes;
mod layout;
pub mod lens;
mod places;
pub mod playback;
pub mod search;
pub mod sequence;
pub mod text;
mod timing;
mod traffic;
mod wallet;

#[cfg(test)]
mod library_tests;
#[cfg(test)]
mod tests;

pub use hit::{Hit, hit};
pub use layout::metric;
pub use timing::PlayTime;

use std::sync::Arc;

use crate::cloud::ledger::{Exchange, ExchangeId, Outcome, Step};
use crate::recording::Recording;

use cards::Cast;
use frame::{CaptionView, ChapterView, Frame, MarkLook, MarkView, TimelineView};
use layout::Layout;
use playback::Marks;
use timing::{BeatTimes, Timing};
use traffic::Traffic;

/// What the picture depends on besides the recording and the moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// The stage's size in logical points
    pub size: (f32, f32),
    /// Text size, 1 is normal
    pub text_scale: f32,
    /// Fades instead of movement
    pub reduced_motion: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            size: (1280.0, 720.0),
            text_scale: 1.0,
            reduced_motion: false,
        }
    }
}

/// How many checks a nested call outweighs when a beat's telling moment is looked for.
const NESTED_WEIGHT: usize = 3;
/// Shortly after a check has begun: it is being made.
const CHECKING_MS: u32 = 120;

/// Ticks on the timeline that are closer than this, in points, are one.
const MARK_APART: f32 = 2.0;

/// The smallest stage that is laid out at all, in points.
const LEAST_SIZE: f32 = 64.0;

/// How far an exchange is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Progress {
    /// Nobody has asked yet
    Coming,
    /// The request is on its way or being checked
    Asking,
    /// The answer is on its way
    Answering,
    /// The answer has arrived
    Over,
}

/// What can be worked out once per recording and size.
#[derive(Clone, Debug)]
pub struct Stage {
    options: Options,
    timing: Arc<Timing>,
    cast: Arc<Cast>,
    layout: Layout,
    marks: Vec<MarkView>,
    chapters: Vec<ChapterView>,
}

impl Stage {
    /// Sets the stage for a recording.
    pub fn new(recording: &Recording, options: Options) -> Self {
        let timing = Arc::new(Timing::new(recording));
        let cast = Arc::new(Cast::new(recording, &timing));
        let size = (
            options.size.0.max(LEAST_SIZE),
            options.size.1.max(LEAST_SIZE),
        );
        let needs = cast.needs();
        let layout = Layout::new(&recording.actors, &needs, size, options.text_scale);
        let marks = marks(recording, size.0);
        let chapters = chapters(recording);
        Self {
            options,
            timing,
            cast,
            layout,
            marks,
            chapters,
        }
    }

    /// The same show on a stage of another size: only the places change.
    pub fn resized(&self, recording: &Recording, options: Options) -> Self {
        let size = (
            options.size.0.max(LEAST_SIZE),
            options.size.1.max(LEAST_SIZE),
        );
        let needs = self.cast.needs();
        let layout = Layout::new(&recording.actors, &needs, size, options.text_scale);
        Self {
            options,
            layout,
            marks: marks(recording, size.0),
            ..self.clone()
        }
    }

    /// What it was set for.
    pub fn options(&self) -> Options {
        self.options
    }

    /// How long the show is at normal speed.
    pub fn duration(&self) -> PlayTime {
        self.timing.duration()
    }

    /// When a beat begins.
    pub fn beat_start(&self, beat: u32) -> PlayTime {
        self.beat_times(beat)
            .map_or(PlayTime(0), |times| times.start)
    }

    /// When a beat is over.
    pub fn beat_end(&self, beat: u32) -> PlayTime {
        self.beat_times(beat)
            .map_or(self.duration(), |times| times.end)
    }

    /// The beat shown at a moment.
    pub fn beat_at(&self, t: PlayTime) -> u32 {
        self.timing.beat_at(t)
    }

    fn beat_times(&self, beat: u32) -> Option<BeatTimes> {
        self.timing.beats.get(beat as usize).copied()
    }

    /// The moment at which an exchange's answer has arrived: where a search result leads.
    pub fn end_of(&self, exchange: ExchangeId) -> PlayTime {
        self.timing
            .exchange(exchange)
            .map_or(PlayTime(0), |times| times.end)
    }

    /// The moment at which a request has arrived.
    pub fn arrival_of(&self, exchange: ExchangeId) -> PlayTime {
        self.timing
            .exchange(exchange)
            .map_or(PlayTime(0), |times| times.arrive)
    }

    /// The moment at which a check has been made.
    pub fn moment_of_check(&self, exchange: &Exchange, position: u32) -> PlayTime {
        let wanted = |step: &Step| *step == Step::Check(position);
        let step = exchange.steps.iter().position(wanted);
        let times = self.timing.exchange(exchange.id);
        let made = step.and_then(|at| times?.steps.get(at).copied());
        made.map_or_else(
            || self.end_of(exchange.id),
            |at| PlayTime(at.0 + CHECKING_MS),
        )
    }

    /// How far an exchange is at a moment.
    pub fn progress(&self, exchange: ExchangeId, t: PlayTime) -> Progress {
        match self.timing.exchange(exchange) {
            Some(times) if t >= times.end => Progress::Over,
            Some(times) if t >= times.respond => Progress::Answering,
            Some(times) if t >= times.start => Progress::Asking,
            _ => Progress::Coming,
        }
    }

    /// The moment of a beat that says most in one picture: where a refusal stands, else in the
    /// middle of the checks of the exchange that makes most of them.
    pub fn telling_moment(&self, recording: &Recording, beat: u32) -> PlayTime {
        let Some(played) = recording.beat(beat) else {
            return PlayTime(0);
        };
        let exchanges = recording.exchanges_of(played);
        let asked = || {
            exchanges
                .iter()
                .filter(|exchange| exchange.parent.is_none())
        };
        if let Some(refused) = asked().rfind(|exchange| exchange.refused()) {
            // What is asked after the refusal covers it up
            let next = asked().find(|exchange| exchange.id > refused.id);
            let next = next.and_then(|next| self.timing.exchange(next.id));
            return next.map_or(self.beat_end(beat), |next| {
                PlayTime(next.start.0.saturating_sub(1))
            });
        }
        // A call on somebody's behalf says more than one that is not
        let weight = |exchange: &&Exchange| {
            exchange.checks.len()
                + if exchange.parent.is_some() {
                    NESTED_WEIGHT
                } else {
                    0
                }
        };
        let checking = exchanges
            .iter()
            .filter(|exchange| !exchange.checks.is_empty());
        let Some(most) = checking.max_by_key(weight) else {
            return self.beat_end(beat);
        };
        let Some(times) = self.timing.exchange(most.id) else {
            return self.beat_end(beat);
        };
        let through = times.steps.len() * 3 / 5;
        let step = times.steps.get(through).copied().unwrap_or(times.arrive);
        // The list of checks is there by then
        let shown = times.arrive.0 + checks::APPEAR_MS;
        PlayTime((step.0 + CHECKING_MS).max(shown))
    }

    /// The moments the transport can stop at.
    pub fn marks(&self, recording: &Recording) -> Marks {
        let mut checks: Vec<PlayTime> = Vec::new();
        for (exchange, times) in recording.exchanges.iter().zip(&self.timing.exchanges) {
            for (position, step) in exchange.steps.iter().enumerate() {
                let Step::Check(check) = step else { continue };
                let outcome = exchange
                    .checks
                    .get(*check as usize)
                    .map(|check| check.outcome);
                if outcome == Some(Outcome::NotReached) {
                    continue;
                }
                // Just before the next step: the check has been made and its mark is drawn
                let next = times
                    .steps
                    .get(position + 1)
                    .copied()
                    .unwrap_or(times.respond);
                checks.push(PlayTime(next.0.saturating_sub(1)));
            }
        }
        checks.sort_unstable();
        Marks {
            beats: self
                .timing
                .beats
                .iter()
                .map(|beat| (beat.start, beat.end))
                .collect(),
            checks,
            chapters: recording
                .chapters
                .iter()
                .map(|chapter| chapter.first_beat)
                .collect(),
        }
    }

    /// The picture at a moment.
    pub fn frame(&self, recording: &Recording, t: PlayTime) -> Frame {
        let t = t.min(self.duration());
        let beat = self.timing.beat_at(t);
        let clock = self.timing.clock_at(t);
        let traffic = Traffic::at(recording, &self.timing, beat, t);
        let shown = traffic.shown(recording);
        let checks =
            shown.and_then(|shown| checks::panel(recording, &self.layout, &self.timing, shown, t));
        let during = self.beat_times(beat);
        let during = during.map_or((t, t), |times| (times.start, times.end));
        let rooms = self.cast.rooms(recording, &self.layout, during);
        let road = traffic.draw(
            recording,
            (&self.layout, &rooms),
            &self.timing,
            self.options,
            t,
        );
        let moving = traffic.moving() || road.parcels.iter().any(|parcel| parcel.opacity < 1.0);
        Frame {
            size: self.layout.size,
            unit: self.layout.unit,
            beat,
            clock,
            zones: self.layout.zones.clone(),
            actors: self.cast.views(recording, &self.layout, &traffic, clock, t),
            lanes: road.lanes,
            parcels: road.parcels,
            checks,
            stamp: road.stamp,
            caption: caption_view(recording, beat),
            timeline: self.timeline_view(beat, t),
            moving,
        }
    }

    fn timeline_view(&self, beat: u32, t: PlayTime) -> TimelineView {
        let count = self.timing.beats.len().max(1);
        let through = self.beat_times(beat).map_or(0.0, |times| {
            t.through(times.start, times.end.0 - times.start.0)
        });
        TimelineView {
            marks: self.marks.clone(),
            chapters: self.chapters.clone(),
            playhead: ((beat as f32 + through) / count as f32).clamp(0.0, 1.0),
            counter: format!("{} / {count}", beat + 1),
        }
    }

    /// The moment that a point of the timeline stands for, 0 to 1. The inverse of the playhead.
    pub fn time_at(&self, at: f32) -> PlayTime {
        let count = self.timing.beats.len();
        let position = at.clamp(0.0, 1.0) * count as f32;
        let beat = (position as usize).min(count.saturating_sub(1));
        let Some(times) = self.beat_times(beat as u32) else {
            return PlayTime(0);
        };
        let length = (times.end.0 - times.start.0) as f32;
        PlayTime(times.start.0 + ((position - beat as f32) * length) as u32)
    }
}

fn caption_view(recording: &Recording, beat: u32) -> CaptionView {
    let Some(beat) = recording.beat(beat) else {
        return CaptionView {
            heading: String::new(),
            runs: Vec::new(),
        };
    };
    let chapter = recording.chapters.get(beat.chapter as usize);
    let chapter = chapter.map_or("", |chapter| chapter.title.as_str());
    CaptionView {
        heading: format!("{chapter} · beat {}", beat.index + 1),
        runs: caption::runs(&beat.caption),
    }
}

/// A tick per beat; where a line of this length has no room for all of them, one for several.
fn marks(recording: &Recording, length: f32) -> Vec<MarkView> {
    let count = recording.beats.len().max(1);
    let at_most = (length / MARK_APART).max(1.0) as usize;
    let together = count.div_ceil(at_most);
    let groups = recording.beats.chunks(together);
    groups
        .filter_map(|beats| mark(recording, beats, count))
        .collect()
}

/// The tick of beats that follow each other: where the last is over, as grave as the gravest.
fn mark(recording: &Recording, beats: &[crate::recording::Beat], count: usize) -> Option<MarkView> {
    let refuses = |beat: &&crate::recording::Beat| {
        let mut exchanges = recording.exchanges_of(beat).iter();
        exchanges.any(|exchange| exchange.refused())
    };
    let refused = beats.iter().find(refuses);
    let (beat, last) = (refused.or(beats.first())?, beats.last()?);
    let title = match beats.len() {
        1 => beat.title.clone(),
        several => format!("{} and {} more", beat.title, several - 1),
    };
    Some(MarkView {
        beat: beat.index,
        title,
        at: (last.index + 1) as f32 / count as f32,
        look: match refused {
            Some(_) => MarkLook::Refusal,
            None => MarkLook::Plain,
        },
    })
}

fn chapters(recording: &Recording) -> Vec<ChapterView> {
    let count = recording.beats.len().max(1) as f32;
    let ends = recording
        .chapters
        .iter()
        .skip(1)
        .map(|next| next.first_beat as f32 / count);
    recording
        .chapters
        .iter()
        .zip(ends.chain(std::iter::once(1.0)))
        .map(|(chapter, end)| ChapterView {
            title: chapter.title.clone(),
            span: (chapter.first_beat as f32 / count, end),
        })
        .collect()
}
