//! The transport: where the playhead is, whether it runs and how fast. A plain
//! struct driven by commands, the same for window and terminal, testable without either.

use super::timing::PlayTime;

/// Speeds on a logarithmic scale, from a tenth to four times.
const SPEEDS: [(f32, &str); 9] = [
    (0.1, "1/10×"),
    (0.17, "1/6×"),
    (0.25, "1/4×"),
    (0.5, "1/2×"),
    (1.0, "1×"),
    (1.5, "1.5×"),
    (2.0, "2×"),
    (3.0, "3×"),
    (4.0, "4×"),
];

/// Where normal speed is among [`SPEEDS`].
const NORMAL_SPEED: usize = 4;

/// The longest step a single advance may take: a window that was hidden for a minute must not
/// jump over the rest of the story.
const LONGEST_ADVANCE_SECONDS: f32 = 0.25;

/// The moments the transport can stop at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Beginning and end of every beat
    pub beats: Vec<(PlayTime, PlayTime)>,
    /// When each check has been made
    pub checks: Vec<PlayTime>,
    /// First beat of every chapter
    pub chapters: Vec<u32>,
}

/// What a person can ask of the transport.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PlaybackCommand {
    /// Plays exactly one beat; pressed in the middle of one, finishes it
    PlayBeat,
    /// Plays to the end
    PlayOn,
    /// Stops where it is
    Pause,
    /// Goes this many beats forward or back, to where the beat is over
    StepBeat(i32),
    /// Goes to the next or previous check
    StepCheck(i32),
    /// Goes to the beginning of another chapter
    StepChapter(i32),
    /// Goes to the beginning
    Home,
    /// Goes to the end
    End,
    /// Goes to the beginning of a beat
    JumpBeat(u32),
    /// Goes to a moment
    Seek(PlayTime),
    /// Goes this many steps faster or slower
    Speed(i32),
    /// Back to normal speed
    NormalSpeed,
}

/// Where the playhead is, whether it runs and how fast.
#[derive(Clone, Debug)]
pub struct Playback {
    marks: Marks,
    /// Milliseconds with their fraction: a slow playback must not stand still
    at_ms: f64,
    /// Where a running playhead stops
    until: Option<PlayTime>,
    speed: usize,
}

impl Playback {
    /// A transport at the beginning, paused, at normal speed.
    pub fn new(marks: Marks) -> Self {
        Self {
            marks,
            at_ms: 0.0,
            until: None,
            speed: NORMAL_SPEED,
        }
    }

    /// The same moment in a recording that was made again: the playhead stays at its beat.
    pub fn replaced(&self, marks: Marks) -> Self {
        let beat = self.beat();
        let before = self.marks.beats.get(beat as usize).copied();
        let (start, end) = before.unwrap_or_default();
        let (through, over) = (
            self.time().through(start, end.0 - start.0),
            self.time() >= end,
        );
        let mut next = Self {
            marks,
            at_ms: 0.0,
            until: None,
            speed: self.speed,
        };
        let last = next.marks.beats.len().saturating_sub(1);
        if let Some((start, end)) = next.marks.beats.get((beat as usize).min(last)).copied() {
            let length = f64::from(end.0 - start.0);
            let inside = f64::from(start.0) + length * f64::from(through);
            next.at_ms = if over { f64::from(end.0) } else { inside };
        }
        next
    }

    /// Where the playhead is.
    pub fn time(&self) -> PlayTime {
        PlayTime(self.at_ms as u32)
    }

    /// The beat it is in.
    pub fn beat(&self) -> u32 {
        let after = self
            .marks
            .beats
            .partition_point(|(start, _)| *start <= self.time());
        after.saturating_sub(1) as u32
    }

    /// The beat that playing goes on with: the one that is not over yet.
    pub fn next_beat(&self) -> Option<u32> {
        let over = |(_, end): &(PlayTime, PlayTime)| *end <= self.time();
        let next = self.marks.beats.partition_point(over);
        (next < self.marks.beats.len())
            .then_some(next)
            .and_then(|next| u32::try_from(next).ok())
    }

    /// Whether nothing of the next beat has been shown yet.
    pub fn between_beats(&self) -> bool {
        let over = |(_, end): &(PlayTime, PlayTime)| *end <= self.time();
        let next = self.marks.beats.partition_point(over);
        let next = self.marks.beats.get(next);
        next.is_none_or(|(start, _)| *start >= self.time())
    }

    /// Whether it runs.
    pub fn playing(&self) -> bool {
        self.until.is_some()
    }

    /// Whether there is nothing left to play.
    pub fn at_end(&self) -> bool {
        self.time() >= self.duration()
    }

    /// Where the show ends.
    pub fn duration(&self) -> PlayTime {
        self.marks.beats.last().map_or(PlayTime(0), |(_, end)| *end)
    }

    /// How many times faster than normal it runs.
    pub fn speed(&self) -> f32 {
        SPEEDS.get(self.speed).map_or(1.0, |(speed, _)| *speed)
    }

    /// How many steps faster than normal it runs.
    pub fn speed_steps(&self) -> i32 {
        let steps = self.speed as i64 - NORMAL_SPEED as i64;
        i32::try_from(steps).unwrap_or(0)
    }

    /// How many steps faster than normal it runs after a command, where nothing is loaded.
    pub fn after(steps: i32, command: PlaybackCommand) -> i32 {
        let mut empty = Self::new(Marks::default());
        empty.apply(PlaybackCommand::Speed(steps));
        empty.apply(command);
        empty.speed_steps()
    }

    /// A speed in words, by how many steps faster than normal it is.
    pub fn speed_of(steps: i32) -> &'static str {
        let wanted = NORMAL_SPEED as i64 + i64::from(steps);
        let at = usize::try_from(wanted.max(0)).unwrap_or(0);
        SPEEDS
            .get(at)
            .or(SPEEDS.last())
            .map_or("1×", |(_, text)| text)
    }

    /// The speed in words.
    pub fn speed_text(&self) -> &'static str {
        SPEEDS.get(self.speed).map_or("1×", |(_, text)| text)
    }

    /// Does what was asked.
    pub fn apply(&mut self, command: PlaybackCommand) {
        match command {
            PlaybackCommand::PlayBeat => self.play_beat(),
            PlaybackCommand::PlayOn => self.play_on(),
            PlaybackCommand::Pause => self.until = None,
            PlaybackCommand::StepBeat(by) => self.step_beat(by),
            PlaybackCommand::StepCheck(by) => self.step_check(by),
            PlaybackCommand::StepChapter(by) => self.step_chapter(by),
            PlaybackCommand::Home => self.go(PlayTime(0)),
            PlaybackCommand::End => self.go(self.duration()),
            PlaybackCommand::JumpBeat(beat) => {
                if let Some((start, _)) = self.marks.beats.get(beat as usize) {
                    self.go(*start);
                }
            }
            PlaybackCommand::Seek(t) => self.go(t.min(self.duration())),
            PlaybackCommand::Speed(by) => {
                let wanted = self.speed as i64 + i64::from(by);
                self.speed = wanted.clamp(0, SPEEDS.len() as i64 - 1) as usize;
            }
            PlaybackCommand::NormalSpeed => self.speed = NORMAL_SPEED,
        }
    }

    /// Lets real time pass. Says whether the picture may have changed.
    pub fn advance(&mut self, seconds: f32) -> bool {
        let Some(until) = self.until else {
            return false;
        };
        let step = f64::from(seconds.clamp(0.0, LONGEST_ADVANCE_SECONDS));
        self.at_ms += step * 1000.0 * f64::from(self.speed());
        if self.at_ms >= f64::from(until.0) {
            self.go(until);
        }
        true
    }

    fn go(&mut self, t: PlayTime) {
        self.at_ms = f64::from(t.0);
        self.until = None;
    }

    /// The stop after a moment. Stops are the beginning, and the end of every beat.
    fn stop_after(&self, t: PlayTime) -> Option<PlayTime> {
        let over = self.marks.beats.partition_point(|(_, end)| *end <= t);
        self.marks.beats.get(over).map(|(_, end)| *end)
    }

    /// The stop before a moment.
    fn stop_before(&self, t: PlayTime) -> Option<PlayTime> {
        let over = self.marks.beats.partition_point(|(_, end)| *end < t);
        let last = over
            .checked_sub(1)
            .and_then(|last| self.marks.beats.get(last));
        let beginning = (t > PlayTime(0)).then_some(PlayTime(0));
        last.map(|(_, end)| *end).or(beginning)
    }

    fn play_beat(&mut self) {
        if self.playing() {
            let end = self.stop_after(self.time());
            self.go(end.unwrap_or(self.duration()));
            return;
        }
        self.until = self.stop_after(self.time());
    }

    fn play_on(&mut self) {
        if self.playing() {
            self.until = None;
        } else if !self.at_end() {
            self.until = Some(self.duration());
        }
    }

    fn step_beat(&mut self, by: i32) {
        for _ in 0..by.unsigned_abs() {
            let t = self.time();
            let stop = match by > 0 {
                true => self.stop_after(t),
                false => self.stop_before(t),
            };
            self.go(stop.unwrap_or(t));
        }
    }

    fn step_check(&mut self, by: i32) {
        for _ in 0..by.unsigned_abs() {
            let t = self.time();
            let checks = &self.marks.checks;
            let place = match by > 0 {
                true => Some(checks.partition_point(|check| *check <= t)),
                false => checks.partition_point(|check| *check < t).checked_sub(1),
            };
            let check = place.and_then(|place| checks.get(place));
            let edge = if by > 0 { self.duration() } else { PlayTime(0) };
            self.go(check.copied().unwrap_or(edge));
        }
    }

    fn step_chapter(&mut self, by: i32) {
        let t = self.time();
        let starts: Vec<PlayTime> = self
            .marks
            .chapters
            .iter()
            .filter_map(|beat| self.marks.beats.get(*beat as usize))
            .map(|(start, _)| *start)
            .collect();
        let stop = match by > 0 {
            true => starts.into_iter().find(|start| *start > t),
            false => starts.into_iter().rev().find(|start| *start < t),
        };
        self.go(stop.unwrap_or(if by > 0 { self.duration() } else { PlayTime(0) }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transport() -> Playback {
        let beat = |start: u32| (PlayTime(start), PlayTime(start + 999));
        Playback::new(Marks {
            beats: vec![beat(0), beat(1000), beat(2000)],
            checks: vec![PlayTime(300), PlayTime(600), PlayTime(1500)],
            chapters: vec![0, 2],
        })
    }

    fn run_until_it_stops(playback: &mut Playback) {
        for _ in 0..10_000 {
            if !playback.advance(0.016) {
                return;
            }
        }
        panic!("it never stops");
    }

    #[test]
    fn space_plays_exactly_one_beat_and_stops_at_its_end() {
        let mut playback = transport();
        for end in [999, 1999, 2999] {
            playback.apply(PlaybackCommand::PlayBeat);
            assert!(playback.playing());
            run_until_it_stops(&mut playback);
            assert_eq!(playback.time(), PlayTime(end));
        }
        playback.apply(PlaybackCommand::PlayBeat);
        assert!(!playback.playing(), "there is nothing left to play");
    }

    #[test]
    fn space_in_the_middle_of_a_beat_finishes_it_at_once() {
        let mut playback = transport();
        playback.apply(PlaybackCommand::PlayBeat);
        playback.advance(0.1);
        playback.apply(PlaybackCommand::PlayBeat);
        assert_eq!(
            (playback.time(), playback.playing()),
            (PlayTime(999), false)
        );
    }

    #[test]
    fn the_next_beat_is_the_one_that_is_not_over_and_only_its_middle_lies_within_a_beat() {
        let mut playback = transport();
        let mut at = |t| {
            playback.apply(PlaybackCommand::Seek(PlayTime(t)));
            (playback.next_beat(), playback.between_beats())
        };
        assert_eq!(at(0), (Some(0), true));
        assert_eq!(at(500), (Some(0), false));
        assert_eq!(at(999), (Some(1), true));
        assert_eq!(at(1000), (Some(1), true));
        assert_eq!(at(2999), (None, true));
    }

    #[test]
    fn stepping_forward_and_back_visits_the_same_moments() {
        let mut playback = transport();
        let mut seen = vec![playback.time()];
        for _ in 0..3 {
            playback.apply(PlaybackCommand::StepBeat(1));
            seen.push(playback.time());
        }
        for before in seen.iter().rev().skip(1) {
            playback.apply(PlaybackCommand::StepBeat(-1));
            assert_eq!(playback.time(), *before);
        }
        playback.apply(PlaybackCommand::StepBeat(-1));
        assert_eq!(playback.time(), PlayTime(0));
    }

    #[test]
    fn checks_and_chapters_are_stepped_in_both_directions() {
        let mut playback = transport();
        for at in [300, 600, 1500, 2999] {
            playback.apply(PlaybackCommand::StepCheck(1));
            assert_eq!(playback.time(), PlayTime(at));
        }
        playback.apply(PlaybackCommand::StepCheck(-1));
        assert_eq!(playback.time(), PlayTime(1500));
        playback.apply(PlaybackCommand::StepChapter(1));
        assert_eq!(playback.time(), PlayTime(2000));
        playback.apply(PlaybackCommand::StepChapter(-1));
        assert_eq!(playback.time(), PlayTime(0));
    }

    #[test]
    fn speed_stays_on_its_scale() {
        let mut playback = transport();
        playback.apply(PlaybackCommand::Speed(99));
        assert_eq!((playback.speed(), playback.speed_text()), (4.0, "4×"));
        playback.apply(PlaybackCommand::Speed(-99));
        assert_eq!(playback.speed_text(), "1/10×");
        playback.apply(PlaybackCommand::NormalSpeed);
        assert_eq!(playback.speed(), 1.0);
    }

    #[test]
    fn a_paused_playhead_does_not_move_and_asks_for_no_redraw() {
        let mut playback = transport();
        assert!(!playback.advance(10.0));
        assert_eq!(playback.time(), PlayTime(0));
    }

    #[test]
    fn a_window_that_was_hidden_does_not_jump_ahead() {
        let mut playback = transport();
        playback.apply(PlaybackCommand::PlayOn);
        playback.advance(60.0);
        assert_eq!(playback.time(), PlayTime(250));
    }

    #[test]
    fn a_new_recording_keeps_the_beat_and_whether_it_was_over() {
        let mut playback = transport();
        playback.apply(PlaybackCommand::StepBeat(2));
        let longer = Marks {
            beats: vec![(PlayTime(0), PlayTime(99)), (PlayTime(100), PlayTime(499))],
            ..Marks::default()
        };
        assert_eq!(playback.replaced(longer).time(), PlayTime(499));
        assert_eq!(playback.replaced(Marks::default()).time(), PlayTime(0));
    }
}
