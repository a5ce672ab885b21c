//! What is shown of a beat, line by line: who asks whom for what, what is handed over, every
//! check with its evidence, calls on somebody's behalf indented, refusals in AWS's own words.

use unicode_width::UnicodeWidthStr;

use super::paint::{Look, Tone, caption, clean, wrap};
use crate::cloud::ledger::{ArtifactId, Check, Exchange, Outcome, Step};
use crate::recording::{Beat, Recording};

/// Pause behind a caption, per word: about as fast as people read.
const PER_WORD_MS: u64 = 240;
/// Pause behind a check.
const CHECK_MS: u64 = 320;
/// Pause behind who asks whom.
const EXCHANGE_MS: u64 = 600;
/// Pause behind a refusal.
const REFUSAL_MS: u64 = 1_600;
/// Pause behind a question and behind its answer: time to think.
const QUESTION_MS: u64 = 4_000;
/// Cells that a call on somebody's behalf is indented by.
const INDENT: usize = 4;
/// Cells that an exchange is indented by at least.
const MARGIN: usize = 4;

/// A line and the pause behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What is written
    pub text: String,
    /// How long to wait then, at normal speed
    pub pause_ms: u64,
}

impl Line {
    fn new(text: impl Into<String>, pause_ms: u64) -> Self {
        Self {
            text: text.into(),
            pause_ms,
        }
    }

    fn empty() -> Self {
        Self::new("", 0)
    }
}

/// What stands before the first beat.
pub fn opening_lines(recording: &Recording, look: &Look) -> Vec<Line> {
    let header = &recording.header;
    let mut lines = vec![Line::new(
        look.paint(Tone::Strong, &clean(&header.title)),
        0,
    )];
    lines.extend(
        wrap(&header.summary, look.width)
            .into_iter()
            .map(|line| Line::new(line, 0)),
    );
    let facts = format!("seed {}, starts {}", header.seed, header.started_at);
    lines.push(Line::new(look.paint(Tone::Faint, &facts), EXCHANGE_MS));
    lines
}

/// Everything that is shown of a beat.
pub fn beat_lines(recording: &Recording, beat: &Beat, look: &Look) -> Vec<Line> {
    let mut script = Script {
        recording,
        look,
        lines: vec![Line::empty()],
    };
    script.heading(beat);
    script.question(beat);
    let exchanges = recording.exchanges_of(beat);
    for exchange in exchanges
        .iter()
        .filter(|exchange| exchange.parent.is_none())
    {
        script.exchange(exchange, 0);
    }
    script.right_answer(beat);
    script.verdicts(beat);
    script.lines
}

struct Script<'a> {
    recording: &'a Recording,
    look: &'a Look,
    lines: Vec<Line>,
}

impl Script<'_> {
    fn heading(&mut self, beat: &Beat) {
        let chapter = self.recording.chapters.get(beat.chapter as usize);
        let chapter = chapter.map_or("", |chapter| chapter.title.as_str());
        let count = self.recording.beats.len();
        let heading = format!("{chapter} · beat {} of {count}", beat.index + 1);
        let clock = beat.started_at.clock_text();
        let faint = self
            .look
            .paint(Tone::Faint, &clean(&format!("{heading} · {clock}")));
        self.lines.push(Line::new(faint, 0));
        let title = self.look.paint(Tone::Strong, &clean(&beat.title));
        self.lines.push(Line::new(title, 0));
        let words = beat.caption.split_whitespace().count() as u64;
        let mut shown = caption(&beat.caption, self.look).into_iter();
        let last = shown.next_back();
        self.lines
            .extend(shown.map(|line| Line::new(format!("  {line}"), 0)));
        self.lines
            .extend(last.map(|line| Line::new(format!("  {line}"), words * PER_WORD_MS)));
    }

    /// The question, before anything happens that answers it.
    fn question(&mut self, beat: &Beat) {
        let Some(question) = &beat.question else {
            return;
        };
        self.lines.push(Line::empty());
        let choices = question.choices.iter().zip('a'..);
        let choices = choices.map(|(choice, letter)| format!("{letter}) {}", choice.text));
        let ask = std::iter::once(format!("Question: {}", question.ask));
        for text in ask.chain(choices) {
            for line in wrap(&text, self.look.width.saturating_sub(2)) {
                self.lines.push(Line::new(format!("  {line}"), 0));
            }
        }
        if let Some(last) = self.lines.last_mut() {
            last.pause_ms = QUESTION_MS;
        }
    }

    /// The right answer and why, once the beat has shown it.
    fn right_answer(&mut self, beat: &Beat) {
        let Some(question) = &beat.question else {
            return;
        };
        let mut choices = question.choices.iter().zip('a'..);
        let Some((choice, letter)) = choices.find(|(choice, _)| choice.right) else {
            return;
        };
        let text = format!(
            "Answer: {letter}) {}. {} {}",
            choice.text, choice.because, question.explanation
        );
        self.lines.push(Line::empty());
        for line in wrap(&text, self.look.width.saturating_sub(2)) {
            self.lines.push(Line::new(format!("  {line}"), 0));
        }
        if let Some(last) = self.lines.last_mut() {
            last.pause_ms = QUESTION_MS;
        }
    }

    fn exchange(&mut self, exchange: &Exchange, depth: usize) {
        let indent = " ".repeat(MARGIN + depth * INDENT);
        let name = |id| {
            self.look
                .paint(Tone::Actor, &clean(self.recording.name_of(id)))
        };
        let arrow = if self.look.plain { "asks" } else { "→" };
        let operation = clean(&exchange.operation);
        let behalf = if depth > 0 {
            " (on the caller's behalf)"
        } else {
            ""
        };
        let (from, to) = (name(&exchange.from), name(&exchange.to));
        self.lines.push(Line::empty());
        self.lines.push(Line::new(
            format!("{indent}{from} {arrow} {to}  {operation}{behalf}"),
            EXCHANGE_MS,
        ));
        self.handed(&indent, "hands over", &exchange.sent);
        for step in &exchange.steps {
            match step {
                Step::Check(position) => {
                    if let Some(check) = exchange.checks.get(*position as usize) {
                        self.check(&indent, check);
                    }
                }
                Step::Call(call) => {
                    if let Some(call) = self.recording.exchange(*call) {
                        self.exchange(call, depth + 1);
                    }
                }
            }
        }
        self.answer(exchange, &indent);
    }

    fn answer(&mut self, exchange: &Exchange, indent: &str) {
        match &exchange.refusal {
            Some(refusal) => {
                let sign = if self.look.plain { "refused:" } else { "✗" };
                let status = exchange.response.status;
                let text = format!("{sign} {status} {}", clean(&refusal.code));
                let text = self.look.paint(Tone::Bad, &text);
                self.lines.push(Line::new(format!("{indent}  {text}"), 0));
                let width = self.look.width.saturating_sub(indent.len() + 4);
                let message = wrap(&refusal.message, width);
                let message = message
                    .into_iter()
                    .map(|line| format!("{indent}    {line}"));
                self.lines.extend(message.map(|line| Line::new(line, 0)));
                if let Some(last) = self.lines.last_mut() {
                    last.pause_ms = REFUSAL_MS;
                }
            }
            None => self.handed(indent, "gets back", &exchange.received),
        }
    }

    fn handed(&mut self, indent: &str, verb: &str, artifacts: &[ArtifactId]) {
        let things: Vec<String> = artifacts
            .iter()
            .filter_map(|id| self.recording.artifact(*id))
            .map(|artifact| {
                let altered = if artifact.tampered { " (altered)" } else { "" };
                self.look
                    .paint(Tone::Thing, &clean(&format!("{}{altered}", artifact.label)))
            })
            .collect();
        if !things.is_empty() {
            let text = format!("{indent}  {verb}: {}", things.join(", "));
            self.lines.push(Line::new(text, CHECK_MS));
        }
    }

    fn check(&mut self, indent: &str, check: &Check) {
        let (sign, word, tone) = match check.outcome {
            Outcome::Passed => ("✓", "passed:", Tone::Good),
            Outcome::Failed => ("✗", "failed:", Tone::Bad),
            Outcome::NotReached => ("○", "not reached:", Tone::Faint),
        };
        let sign = self
            .look
            .paint(tone, if self.look.plain { word } else { sign });
        let name = clean(&check.name);
        let lead = format!("{indent}  {sign} {name}");
        if check.outcome == Outcome::NotReached {
            self.lines.push(Line::new(lead, 0));
            return;
        }
        let evidence = match check.outcome {
            Outcome::Failed => format!("expected {}, found {}", check.expected, check.actual),
            _ => check.actual.to_string(),
        };
        let room = self
            .look
            .width
            .saturating_sub(indent.len() + 6 + word.len() + name.width());
        let lines = wrap(&evidence, self.look.width.saturating_sub(indent.len() + 6));
        match lines.as_slice() {
            [] => self.lines.push(Line::new(lead, CHECK_MS)),
            [line] if line.width() <= room => {
                let line = self.look.paint(Tone::Faint, line);
                self.lines
                    .push(Line::new(format!("{lead}  {line}"), CHECK_MS));
            }
            _ => {
                self.lines.push(Line::new(lead, 0));
                for line in lines {
                    let line = self.look.paint(Tone::Faint, &line);
                    self.lines
                        .push(Line::new(format!("{indent}      {line}"), 0));
                }
            }
        }
        if let Some(last) = self.lines.last_mut() {
            last.pause_ms = CHECK_MS;
        }
    }

    /// Only what did not come about is worth a line.
    fn verdicts(&mut self, beat: &Beat) {
        for verdict in beat.verdicts.iter().filter(|verdict| !verdict.held) {
            let text = format!(
                "expectation not held: {}; found: {}",
                clean(&verdict.expectation),
                clean(&verdict.found)
            );
            let text = self.look.paint(Tone::Bad, &text);
            self.lines.push(Line::new(format!("  {text}"), REFUSAL_MS));
        }
    }
}
