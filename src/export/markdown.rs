//! A narrated transcript in Markdown: captions, questions, who asked whom for what, every check,
//! and every token decoded where it is minted.

use serde_json::Value;

use super::events::{Event, events, one_line, sign, things};
use crate::cloud::ledger::{Artifact, ArtifactValue, Check, Exchange, ExchangeId, Outcome};
use crate::recording::{Beat, Question, Recording};

/// The whole recording as a page.
pub fn markdown(recording: &Recording) -> String {
    let header = &recording.header;
    let mut page = Page {
        recording,
        lines: Vec::new(),
        depth: 0,
    };
    page.line(format!("# {}", text(&header.title)));
    page.paragraph(text(&header.summary));
    page.paragraph(format!(
        "Scenario {}, seed {}, simulated from {}.",
        code(&header.scenario),
        header.seed,
        header.started_at
    ));
    page.actors();
    for event in events(recording) {
        match event {
            Event::Chapter(title) => page.paragraph(format!("## {}", text(title))),
            Event::Beat(beat) => page.beat(beat),
            Event::Asks(exchange) => page.asks(exchange),
            Event::Checks(_, check) => page.check(check),
            Event::Answers(exchange) => page.answers(exchange),
            Event::Ends(beat) => page.ends(beat),
        }
    }
    page.lines.join("\n") + "\n"
}

struct Page<'a> {
    recording: &'a Recording,
    lines: Vec<String>,
    /// How many calls on somebody's behalf the next line is inside of
    depth: usize,
}

impl Page<'_> {
    fn line(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    fn paragraph(&mut self, line: impl Into<String>) {
        self.line("");
        self.line(line);
    }

    /// An entry of the list that the exchanges form; each call on somebody's behalf is a list
    /// inside.
    fn item(&mut self, line: &str) {
        let indent = "  ".repeat(self.depth);
        self.line(format!("{indent}- {line}"));
    }

    fn actors(&mut self) {
        self.paragraph("| on stage | what | name in the trace |");
        self.line("|---|---|---|");
        for actor in &self.recording.actors {
            let account = actor.account.as_deref().unwrap_or_default();
            let kind = format!("{:?} {account}", actor.kind);
            let (name, kind) = (text(&actor.name), text(kind.trim()));
            self.line(format!("| {name} | {kind} | {} |", code(actor.id.as_str())));
        }
    }

    fn beat(&mut self, beat: &Beat) {
        let number = beat.index + 1;
        self.paragraph(format!("### {number}. {}", text(&beat.title)));
        self.paragraph(caption(&beat.caption));
        if !beat.detail.is_empty() {
            self.paragraph(caption(&beat.detail));
        }
        if let Some(question) = &beat.question {
            self.question(question);
        }
        self.line("");
    }

    fn question(&mut self, question: &Question) {
        self.paragraph(format!("> **{}**", text(&question.ask)));
        for (choice, letter) in question.choices.iter().zip('a'..) {
            self.line(">");
            self.line(format!("> {letter}) {}", text(&choice.text)));
        }
    }

    fn asks(&mut self, exchange: &Exchange) {
        let name = |id| text(self.recording.name_of(id));
        let (from, to) = (name(&exchange.from), name(&exchange.to));
        let operation = code(&exchange.operation);
        let sent = things(self.recording, &exchange.sent);
        let with = if sent.is_empty() {
            String::new()
        } else {
            format!(", handing over {}", text(&sent))
        };
        self.item(&format!("**{from} → {to}** {operation}{with}"));
        self.depth += 1;
        let request = format!("{} {}", exchange.request.method, exchange.request.url);
        self.item(&code(&request));
    }

    fn check(&mut self, check: &Check) {
        let (sign, name) = (sign(check.outcome), text(&check.name));
        let evidence = match check.outcome {
            Outcome::Passed => format!(": {}", text(&check.actual)),
            Outcome::Failed => format!(
                ": expected {}, found {}",
                text(&check.expected),
                text(&check.actual)
            ),
            Outcome::NotReached => " (not reached)".to_owned(),
        };
        self.item(&format!("{sign} {name}{evidence}"));
    }

    fn answers(&mut self, exchange: &Exchange) {
        let status = exchange.response.status;
        match &exchange.refusal {
            Some(refusal) => self.item(&format!(
                "✗ refused with {status} {}: {}",
                code(&refusal.code),
                text(&refusal.message)
            )),
            None => {
                let got = things(self.recording, &exchange.received);
                let got = if got.is_empty() {
                    got
                } else {
                    format!(": {}", text(&got))
                };
                self.item(&format!("answered with {status}{got}"));
            }
        }
        for artifact in minted_in(self.recording, exchange.id) {
            self.artifact(artifact);
        }
        self.depth = self.depth.saturating_sub(1);
    }

    /// What was minted: its value, and for a readable token its header and claims.
    fn artifact(&mut self, artifact: &Artifact) {
        let expires = artifact.expires_at;
        let expires = expires.map_or(String::new(), |at| format!(", good until {at}"));
        self.item(&format!("new: {}{expires}", text(&artifact.label)));
        let shown = match (&artifact.header, &artifact.claims, &artifact.value) {
            (Some(header), Some(claims), _) => [header, claims]
                .map(|part| pretty(&Value::Object(part.clone())))
                .join("\n"),
            (_, _, ArtifactValue::Text(value)) => value.clone(),
            (_, _, ArtifactValue::Credentials(value)) => {
                pretty(&serde_json::to_value(value).unwrap_or_default())
            }
        };
        self.fenced(&shown);
    }

    fn fenced(&mut self, shown: &str) {
        let indent = "  ".repeat(self.depth + 1);
        let fence = "`".repeat(longest_run(shown).max(2) + 1);
        self.line("");
        self.line(format!("{indent}{fence}"));
        for line in shown.lines() {
            self.line(format!("{indent}{}", one_line(line)));
        }
        self.line(format!("{indent}{fence}"));
        self.line("");
    }

    fn ends(&mut self, beat: &Beat) {
        let question = beat.question.as_ref();
        let mut choices = question
            .into_iter()
            .flat_map(|it| it.choices.iter().zip('a'..));
        if let Some((choice, letter)) = choices.find(|(choice, _)| choice.right) {
            let explained = question.map_or("", |it| it.explanation.as_str());
            self.paragraph(format!(
                "Answer: **{letter}) {}** {} {}",
                text(&choice.text),
                text(&choice.because),
                text(explained)
            ));
        }
        for verdict in beat.verdicts.iter().filter(|it| !it.held) {
            self.paragraph(format!(
                "**An expectation did not hold**: {}; found: {}",
                text(&verdict.expectation),
                text(&verdict.found)
            ));
        }
    }
}

/// What an exchange minted. Artifacts stand in the order of minting, so only few are looked at.
fn minted_in(recording: &Recording, exchange: ExchangeId) -> impl Iterator<Item = &Artifact> {
    let minted = recording.exchange(exchange).map(|it| &it.received);
    let artifacts = minted.into_iter().flatten();
    artifacts
        .filter_map(|id| recording.artifact(*id))
        .filter(move |it| it.exchange == Some(exchange))
}

fn pretty(value: &Value) -> String {
    format!("{value:#}")
}

/// A text in which nothing is Markdown's.
fn text(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        if matches!(
            c,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '&' | '~' | '$'
        ) {
            safe.push('\\');
        }
        safe.push(c);
    }
    safe
}

/// A caption: its terms stay marked.
fn caption(words: &str) -> String {
    let parts: Vec<String> = words.split("**").map(text).collect();
    parts.join("**")
}

/// A text between backticks, as many as it takes; without bars, because it may stand in a table.
fn code(text: &str) -> String {
    let text = one_line(text).replace('|', "¦");
    let ticks = "`".repeat(longest_run(&text) + 1);
    let space = if text.contains('`') { " " } else { "" };
    format!("{ticks}{space}{text}{space}{ticks}")
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or(0)
}
