//! The list of checks that a receiver is making: which are made, which is being
//! made, which will not be reached.

use crate::cloud::ledger::{ActorKind, Check, Exchange, Outcome, Step};
use crate::recording::Recording;

use super::frame::{CheckPanel, CheckRow, Rect, TickState};
use super::layout::{Layout, metric};
use super::text::{self, Font};
use super::timing::{ExchangeTimes, PlayTime, Timing};
use super::traffic::Shown;

/// Height of the panel's head.
const HEAD: f32 = 36.0;
/// Space below the last row.
const FOOT: f32 = 8.0;
/// A row with its evidence below its name.
const ROW: f32 = 40.0;
/// A further line of evidence.
const EVIDENCE_LINE: f32 = 17.0;
/// A row with its name alone.
const DENSE_ROW: f32 = 23.0;
/// From the panel's edge to the rows' text.
const INDENT: f32 = 38.0;
/// Between the panel's edge and its content.
const PAD: f32 = 12.0;
/// How many rows are not shown: "+12".
const COUNT: f32 = 30.0;
/// The panel appears over this time.
pub const APPEAR_MS: u32 = 180;
/// A failed check is shown as being made for this long before its outcome appears.
pub const SUSPENSE_MS: u32 = 420;
/// The same for a check that holds.
const TICK_MS: u32 = 200;

/// The panel of checks of an exchange, if it makes any.
pub fn panel(
    recording: &Recording,
    layout: &Layout,
    timing: &Timing,
    shown: Shown<'_>,
    t: PlayTime,
) -> Option<CheckPanel> {
    let exchange = shown.exchange;
    if exchange.checks.is_empty() {
        return None;
    }
    let times = timing.exchange(exchange.id)?;
    let place = layout.place(&exchange.to)?;
    let bay = *layout.bays.get(place.column)?;
    let states = states(exchange, times, t);
    let refused = states.contains(&TickState::Failed);
    let unit = layout.unit;
    let mut panel = CheckPanel {
        exchange: exchange.id,
        title: title(recording, exchange),
        progress: progress(&states),
        refused,
        rect: bay,
        rows: Vec::new(),
        hidden_above: 0,
        hidden_below: 0,
        opacity: t.through(times.arrive, APPEAR_MS),
    };
    fill(&mut panel, exchange, &states, unit);
    let short = recording.name_of(&exchange.to).to_owned();
    panel.title = fitting_title(&panel, &short, unit);
    Some(panel)
}

/// The most that an exchange's list of checks takes at any moment, if it makes any: what is drawn
/// around it stays where it is while checks are ticked.
pub fn extent(layout: &Layout, exchange: &Exchange) -> Option<Rect> {
    if exchange.checks.is_empty() {
        return None;
    }
    let bay = *layout.bays.get(layout.place(&exchange.to)?.column)?;
    let unit = layout.unit;
    let available = bay.h / unit - HEAD - FOOT;
    let words = Words {
        width: bay.w / unit - INDENT - PAD,
        lines: MOST_LINES,
    };
    let failed = || {
        let checks = exchange.checks.iter();
        checks.filter(|check| check.outcome == Outcome::Failed)
    };
    let more: f32 = failed().map(|check| words.more_lines(check)).sum();
    // A failed row is as high as the one the eye should be on, and more than one may fail
    let high = failed().count().max(1) as f32;
    let count = exchange.checks.len() as f32;
    let roomy = [count * ROW + more, count * ROW];
    let roomy = roomy.into_iter().find(|height| *height <= available);
    let dense = (count * DENSE_ROW + high * (ROW - DENSE_ROW) + more).min(available);
    let rows = roomy.map_or(dense, |roomy| roomy.max(dense));
    Some(Rect {
        h: (HEAD + rows + FOOT) * unit,
        ..bay
    })
}

/// "What STS checks, in order".
fn title(recording: &Recording, exchange: &Exchange) -> String {
    format!("What {} checks, in order", name(recording, exchange))
}

/// Who makes the checks. The card of STS also stands for IAM; checks are made by STS.
fn name<'a>(recording: &'a Recording, exchange: &'a Exchange) -> &'a str {
    match recording.actor(&exchange.to).map(|actor| actor.kind) {
        Some(ActorKind::Sts) => "STS",
        // Pools are called by what they are, which reads as a name only on a card
        Some(ActorKind::UserPool) => "the user pool",
        Some(ActorKind::IdentityPool) => "the identity pool",
        _ => recording.name_of(&exchange.to),
    }
}

/// The title, shorter where there is no room for it.
fn fitting_title(panel: &CheckPanel, name: &str, unit: f32) -> String {
    let progress = text::width(&panel.progress, Font::Regular, metric::DETAIL);
    let room = panel.rect.w / unit - 2.0 * PAD - progress - 12.0;
    let choices = [
        panel.title.clone(),
        panel.title.replace(", in order", ""),
        format!("{name} checks"),
    ];
    let fits = |title: &&String| text::width(title, Font::Regular, metric::DETAIL) <= room;
    match choices.iter().find(fits) {
        Some(title) => title.clone(),
        None => text::cut("Checks", Font::Regular, metric::DETAIL, room),
    }
}

/// "3 of 5", "stopped at 3".
fn progress(states: &[TickState]) -> String {
    if let Some(failed) = states.iter().position(|state| *state == TickState::Failed) {
        return format!("stopped at {}", failed + 1);
    }
    let made = states
        .iter()
        .filter(|state| **state == TickState::Passed)
        .count();
    format!("{made} of {}", states.len())
}

/// How far each check of an exchange is at a moment.
fn states(exchange: &Exchange, times: &ExchangeTimes, t: PlayTime) -> Vec<TickState> {
    let mut states = vec![TickState::Pending; exchange.checks.len()];
    for (step, at) in exchange.steps.iter().zip(&times.steps) {
        let Step::Check(position) = step else {
            continue;
        };
        let Some(check) = exchange.checks.get(*position as usize) else {
            continue;
        };
        if let Some(state) = states.get_mut(*position as usize) {
            *state = state_of(check, *at, t);
        }
    }
    // What is not reached is dimmed when the failure shows, not before and not one by one
    let failed = states.contains(&TickState::Failed);
    for (state, check) in states.iter_mut().zip(&exchange.checks) {
        if check.outcome == Outcome::NotReached {
            *state = if failed {
                TickState::NotReached
            } else {
                TickState::Pending
            };
        }
    }
    states
}

fn state_of(check: &Check, at: PlayTime, t: PlayTime) -> TickState {
    let suspense = match check.outcome {
        Outcome::Failed => SUSPENSE_MS,
        _ => TICK_MS,
    };
    if t < at {
        TickState::Pending
    } else if t.0 < at.0 + suspense {
        TickState::Checking
    } else {
        match check.outcome {
            Outcome::Passed => TickState::Passed,
            Outcome::Failed => TickState::Failed,
            Outcome::NotReached => TickState::NotReached,
        }
    }
}

/// Chooses how many rows to show and how tall, keeping the one that matters in view.
fn fill(panel: &mut CheckPanel, exchange: &Exchange, states: &[TickState], unit: f32) {
    let available = panel.rect.h / unit - HEAD - FOOT;
    let count = exchange.checks.len();
    let focus = focus(states);
    let words = Words {
        width: panel.rect.w / unit - INDENT - PAD,
        lines: MOST_LINES,
    };
    // A failed check says what it found and what it required; more than one may fail, where a
    // service tries something else before it refuses
    let failed = |row: usize| states.get(row) == Some(&TickState::Failed);
    let more_lines = |words: &Words, row: usize| {
        let check = exchange.checks.get(row).filter(|_| failed(row));
        check.map_or(0.0, |check| words.more_lines(check))
    };
    let mut numbers = (1..=MOST_LINES).rev().map(|lines| Words { lines, ..words });
    let fits = |words: &Words| ROW + more_lines(words, focus) <= available;
    let words = numbers.find(fits).unwrap_or(Words { lines: 1, ..words });
    let more: Vec<f32> = (0..count).map(|row| more_lines(&words, row)).collect();
    let all_more: f32 = more.iter().sum();
    let roomy = count as f32 * ROW + all_more.max(EVIDENCE_LINE) <= available;
    let height = |row: usize| match row == focus || roomy || failed(row) {
        true => ROW + more.get(row).unwrap_or(&0.0),
        false => DENSE_ROW,
    };
    let (first, last) = window(count, focus, available, &height);
    panel.hidden_above = first;
    panel.hidden_below = count - last;
    let mut y = panel.rect.y + HEAD * unit;
    let shown = exchange
        .checks
        .iter()
        .zip(states)
        .enumerate()
        .take(last)
        .skip(first);
    for (row, (check, state)) in shown {
        let state = *state;
        let h = height(row) * unit;
        let rect = Rect::new(panel.rect.x, y, panel.rect.w, h);
        let shows_evidence = roomy || row == focus || failed(row);
        // The first and the last row say at their end how many are not shown
        let counts = (row == first && first > 0) || (row + 1 == last && last < count);
        let name_room = rect.w / unit - INDENT - PAD - if counts { COUNT } else { 0.0 };
        panel.rows.push(CheckRow {
            position: row as u32,
            name: text::cut(&check.name, Font::Regular, metric::DETAIL + 0.5, name_room),
            evidence: match shows_evidence {
                true => words.evidence(check, state),
                false => Vec::new(),
            },
            required: match state {
                TickState::Failed => words.required(check),
                _ => Vec::new(),
            },
            state,
            rect,
        });
        y += h;
    }
    let used = y - panel.rect.y + FOOT * unit;
    panel.rect.h = used;
}

/// The row the eye should be on: the failed one, the one being made, else the last one made.
fn focus(states: &[TickState]) -> usize {
    let find = |wanted: TickState| states.iter().position(|state| *state == wanted);
    find(TickState::Failed)
        .or_else(|| find(TickState::Checking))
        .or_else(|| states.iter().rposition(|state| *state == TickState::Passed))
        .unwrap_or(0)
}

/// The largest stretch of rows around the focus that fits.
fn window(
    count: usize,
    focus: usize,
    available: f32,
    height: &dyn Fn(usize) -> f32,
) -> (usize, usize) {
    let (mut first, mut last) = (focus, focus + 1);
    let mut used = height(focus);
    loop {
        let above = first
            .checked_sub(1)
            .filter(|row| used + height(*row) <= available);
        let below = Some(last).filter(|row| *row < count && used + height(*row) <= available);
        match (above, below) {
            (Some(row), _) if last - focus > focus - first || below.is_none() => {
                used += height(row);
                first = row;
            }
            (_, Some(row)) => {
                used += height(row);
                last = row + 1;
            }
            _ => return (first, last.min(count)),
        }
    }
}

/// Lines that what was found may take, and what was required.
const MOST_LINES: usize = 3;

/// How evidence is written.
#[derive(Clone, Copy)]
struct Words {
    /// How wide a line is
    width: f32,
    /// How many lines it may take where a check failed
    lines: usize,
}

impl Words {
    /// What is written below a check's name: what is required while it is made, what was found
    /// after. Nothing before: of what will not be reached nothing is known, and that must not show
    /// too early.
    fn evidence(&self, check: &Check, state: TickState) -> Vec<String> {
        let words = match state {
            TickState::Pending => "",
            TickState::Checking => &check.expected,
            TickState::Passed | TickState::Failed => &check.actual,
            TickState::NotReached => "not reached",
        };
        let words = text::short_ids(words);
        if words.is_empty() {
            return Vec::new();
        }
        match state {
            TickState::Failed => self.lines("", &words, &text::short_ids(&check.expected)),
            _ => vec![text::cut(&words, FONT, SIZE, self.width)],
        }
    }

    /// What a failed check takes more than another one.
    fn more_lines(&self, check: &Check) -> f32 {
        let lines = self.evidence(check, TickState::Failed).len() + self.required(check).len();
        lines.saturating_sub(1) as f32 * EVIDENCE_LINE
    }

    /// What a failed check required.
    fn required(&self, check: &Check) -> Vec<String> {
        const HEAD: &str = "required ";
        if check.expected.is_empty() {
            return Vec::new();
        }
        let words = text::short_ids(&check.expected);
        self.lines(HEAD, &words, &text::short_ids(&check.actual))
    }

    /// Words on as many lines as they may take. Of a word that is longer than a line what is another
    /// in `other` is kept.
    fn lines(&self, head: &str, words: &str, other: &str) -> Vec<String> {
        let width = |text: &str| text::width(text, FONT, SIZE);
        if self.lines == 1 {
            let room = self.width - width(head);
            let words = text::cut_to_difference(words, other, FONT, SIZE, room);
            return vec![format!("{head}{words}")];
        }
        let fitting = words
            .split(' ')
            .map(|word| match width(word) <= self.width {
                true => word.to_owned(),
                false => text::cut_to_difference(word, other, FONT, SIZE, self.width),
            });
        let whole: Vec<String> = fitting.collect();
        let whole = format!("{head}{}", whole.join(" "));
        text::wrap(&whole, FONT, SIZE, self.width, self.lines)
    }
}

const FONT: Font = Font::Regular;
const SIZE: f32 = metric::DETAIL;
