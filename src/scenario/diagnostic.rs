//! What is wrong with a scenario, where, and what to do about it. Every diagnostic has a code
//! that `docs/scenarios.md` explains, a place in a source text, and a remedy.

use std::fmt;

use codespan_reporting::diagnostic::{Diagnostic as Shown, Label, LabelStyle, Severity as Weight};
use codespan_reporting::files::SimpleFiles;
use codespan_reporting::term;
use serde::{Serialize, Serializer};

use super::limits::MAX_DIAGNOSTICS;
use super::locate::Bytes;

/// What sort of mistake it is. The numbers are documented and stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// The text is not RON
    Syntax,
    /// A field that does not exist
    UnknownField,
    /// A field that is missing
    MissingField,
    /// A value of another type, or a variant that does not exist
    WrongType,
    /// The file is not UTF-8
    NotText,
    /// Larger than the language allows
    Limit,
    /// A field that is there twice
    DuplicateField,
    /// A reference to something that is not declared
    UnknownReference,
    /// Two things of one name
    DuplicateId,
    /// A file that is named and cannot be read
    Include,
    /// A scenario that is extended and does not exist
    UnknownScenario,
    /// A beat that is not in the scenario extended
    UnknownBeat,
    /// Scenarios that extend each other in a circle
    Circle,
    /// A beat without a caption
    MissingCaption,
    /// A question without explanation, without a right answer or without choices
    Question,
    /// An expectation that fits no action
    Expectation,
    /// A value that cannot be: an account number, an id, a duration
    BadValue,
    /// A template that names no known value
    BadTemplate,
    /// Nothing happens
    Empty,
    /// A policy that is not JSON or not IAM's grammar
    Policy,
    /// The world could not be set up
    World,
    /// An expectation did not hold when the scenario was performed
    NotHeld,
    /// Nothing refers to it (warning)
    Unused,
    /// An expectation that cannot come about (warning)
    Unreachable,
    /// A policy with an action that is not known (warning)
    UnknownAction,
    /// A condition that no request meets (warning)
    ImpossibleCondition,
    /// An exam or exam theme that does not exist (warning)
    UnknownTheme,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 27] = [
        Self::Syntax,
        Self::UnknownField,
        Self::MissingField,
        Self::WrongType,
        Self::NotText,
        Self::Limit,
        Self::DuplicateField,
        Self::UnknownReference,
        Self::DuplicateId,
        Self::Include,
        Self::UnknownScenario,
        Self::UnknownBeat,
        Self::Circle,
        Self::MissingCaption,
        Self::Question,
        Self::Expectation,
        Self::BadValue,
        Self::BadTemplate,
        Self::Empty,
        Self::Policy,
        Self::World,
        Self::NotHeld,
        Self::Unused,
        Self::Unreachable,
        Self::UnknownAction,
        Self::ImpossibleCondition,
        Self::UnknownTheme,
    ];

    /// The documented number.
    pub fn number(self) -> u32 {
        match self {
            Self::Syntax => 101,
            Self::UnknownField => 102,
            Self::MissingField => 103,
            Self::WrongType => 104,
            Self::NotText => 105,
            Self::Limit => 106,
            Self::DuplicateField => 107,
            Self::UnknownReference => 201,
            Self::DuplicateId => 202,
            Self::Include => 203,
            Self::UnknownScenario => 204,
            Self::UnknownBeat => 205,
            Self::Circle => 206,
            Self::MissingCaption => 301,
            Self::Question => 302,
            Self::Expectation => 303,
            Self::BadValue => 304,
            Self::BadTemplate => 305,
            Self::Empty => 306,
            Self::Policy => 401,
            Self::World => 501,
            Self::NotHeld => 601,
            Self::Unused => 701,
            Self::Unreachable => 702,
            Self::UnknownAction => 703,
            Self::ImpossibleCondition => 704,
            Self::UnknownTheme => 705,
        }
    }

    /// Whether it is suspicious only, and fails nothing unless that is asked for.
    pub fn is_warning(self) -> bool {
        matches!(
            self,
            Self::Unused
                | Self::Unreachable
                | Self::UnknownAction
                | Self::ImpossibleCondition
                | Self::UnknownTheme
        )
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TT-{}", self.number())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A source text by its number in a [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceId(usize);

/// Every text that took part, by name.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    texts: Vec<(String, String)>,
}

impl Sources {
    /// Adds a text.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        self.texts.push((name.into(), text.into()));
        SourceId(self.texts.len() - 1)
    }

    /// A text's name.
    pub fn name(&self, id: SourceId) -> &str {
        self.texts.get(id.0).map_or("", |(name, _)| name)
    }

    /// A text.
    pub fn text(&self, id: SourceId) -> &str {
        self.texts.get(id.0).map_or("", |(_, text)| text)
    }

    /// What every text goes by, in the order of adding.
    pub fn ids(&self) -> impl Iterator<Item = SourceId> + use<> {
        (0..self.texts.len()).map(SourceId)
    }

    /// Every text, in the order of adding.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|(_, text)| text.as_str())
    }

    /// Line and column of a byte, both from 1; columns count characters.
    pub fn line_and_column(&self, id: SourceId, at: usize) -> (usize, usize) {
        let text = self.text(id);
        let mut end = at.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = text.get(..end).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1;
        (line, column)
    }
}

/// A mistake and its place.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// What sort
    pub code: Code,
    /// Which text
    pub source: SourceId,
    /// Where in it
    pub span: Bytes,
    /// What is wrong, in a sentence
    pub message: String,
    /// What to do about it
    pub remedy: String,
}

/// Everything that was found, with the texts it was found in.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The texts
    pub sources: Sources,
    /// The mistakes, in order of discovery
    pub diagnostics: Vec<Diagnostic>,
}

/// A diagnostic as `check --json` prints it.
#[derive(Debug, Serialize)]
pub struct Printed<'a> {
    /// `TT-201`
    pub code: Code,
    /// `error` or `warning`
    pub severity: &'static str,
    /// The file
    pub file: &'a str,
    /// Line, from 1
    pub line: usize,
    /// Column in characters, from 1
    pub column: usize,
    /// Where it ends: line
    pub end_line: usize,
    /// Where it ends: column, one past the last character
    pub end_column: usize,
    /// What is wrong
    pub message: &'a str,
    /// What to do about it
    pub remedy: &'a str,
}

impl Report {
    /// Adds a mistake, up to [`MAX_DIAGNOSTICS`].
    pub fn add(
        &mut self,
        code: Code,
        (source, span): (SourceId, Bytes),
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let span = whole_characters(self.sources.text(source), span);
        if self.diagnostics.len() < MAX_DIAGNOSTICS {
            let (message, remedy) = (message.into(), remedy.into());
            self.diagnostics.push(Diagnostic {
                code,
                source,
                span,
                message,
                remedy,
            });
        }
    }

    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// Whether all that is wrong is that expectations did not hold.
    pub fn only_not_held(&self) -> bool {
        self.diagnostics
            .iter()
            .all(|diagnostic| diagnostic.code == Code::NotHeld)
    }

    /// For machines.
    pub fn printed(&self) -> impl Iterator<Item = Printed<'_>> {
        self.diagnostics.iter().map(|diagnostic| {
            let place = |at| self.sources.line_and_column(diagnostic.source, at);
            let (line, column) = place(diagnostic.span.start);
            let (end_line, end_column) = place(diagnostic.span.end);
            Printed {
                code: diagnostic.code,
                severity: if diagnostic.code.is_warning() {
                    "warning"
                } else {
                    "error"
                },
                file: self.sources.name(diagnostic.source),
                line,
                column,
                end_line,
                end_column,
                message: &diagnostic.message,
                remedy: &diagnostic.remedy,
            }
        })
    }

    /// For people: each with its source line underlined, in colour where wanted.
    pub fn render(&self, colour: bool) -> String {
        let mut files = SimpleFiles::new();
        for (name, text) in &self.sources.texts {
            files.add(without_controls(name), without_controls(text));
        }
        let mut out = Vec::new();
        for diagnostic in &self.diagnostics {
            let shown = self.shown(diagnostic);
            let config = term::Config::default();
            let written = if colour {
                let mut writer = term::termcolor::Ansi::new(&mut out);
                term::emit_to_write_style(&mut writer, &config, &files, &shown)
            } else {
                term::emit_to_io_write(&mut out, &config, &files, &shown)
            };
            if written.is_err() {
                out.extend(format!("{}: {}\n", diagnostic.code, diagnostic.message).into_bytes());
            }
        }
        String::from_utf8_lossy(&out).into_owned()
    }

    fn shown(&self, diagnostic: &Diagnostic) -> Shown<usize> {
        let text = self.sources.text(diagnostic.source);
        let end = diagnostic.span.end.min(text.len());
        let start = diagnostic.span.start.min(end);
        // A long value is pointed at by its first line: the rest would drown the message
        let first_line = text.get(start..end).and_then(|shown| shown.find('\n'));
        let end = first_line.map_or(end, |length| start + length);
        let weight = if diagnostic.code.is_warning() {
            Weight::Warning
        } else {
            Weight::Error
        };
        let mut shown = Shown::new(weight)
            .with_code(diagnostic.code.to_string())
            .with_message(without_controls(&diagnostic.message));
        if !text.is_empty() {
            let label = Label::new(LabelStyle::Primary, diagnostic.source.0, start..end);
            shown = shown.with_labels(vec![label]);
        }
        if diagnostic.remedy.is_empty() {
            return shown;
        }
        shown.with_notes(vec![format!(
            "help: {}",
            without_controls(&diagnostic.remedy)
        )])
    }
}

/// A span inside the text that cuts no character in two.
fn whole_characters(text: &str, span: Bytes) -> Bytes {
    let mut end = span.end.min(text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    let mut start = span.start.min(end);
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    start..end
}

/// A text that cannot steer a terminal: control characters become `?`, byte for byte.
fn without_controls(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() && c != '\n' && c != '\t' {
            clean.extend(std::iter::repeat_n('?', c.len_utf8()));
        } else {
            clean.push(c);
        }
    }
    clean
}

/// The known name closest to a misspelt one.
pub fn did_you_mean<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Names less alike than this are another word
    const ALIKE: f64 = 0.75;
    known
        .into_iter()
        .map(|name| {
            let (a, b) = (found.to_lowercase(), name.to_lowercase());
            (strsim::jaro_winkler(&a, &b), name)
        })
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, name)| name)
}

/// A remedy that names the closest known name, or all of them.
pub fn suggest<'a>(found: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    /// A longer list helps nobody
    const MOST_NAMES: usize = 12;
    if let Some(name) = did_you_mean(found, known.clone()) {
        return format!("did you mean `{name}`?");
    }
    let names: Vec<&str> = known.into_iter().take(MOST_NAMES + 1).collect();
    match names.as_slice() {
        [] => "nothing of this sort is declared".to_owned(),
        names if names.len() > MOST_NAMES => {
            format!("known: {}, …", names[..MOST_NAMES].join(", "))
        }
        names => format!("known: {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let mut report = Report::default();
        let source = report.sources.add("a.ron", "one\ntwo \u{1b}[31m wörds\n");
        report.add(
            Code::UnknownReference,
            (source, 15..19),
            "no device \u{1b}x",
            "did you mean?",
        );
        report
    }

    #[test]
    fn a_diagnostic_shows_code_file_line_column_and_remedy() {
        let text = report().render(false);
        assert!(text.contains("error[TT-201]"), "{text}");
        assert!(text.contains("a.ron:2:"), "{text}");
        assert!(text.contains("help: did you mean?"), "{text}");
        assert!(text.contains("^^^"), "{text}");
    }

    #[test]
    fn a_file_cannot_steer_the_terminal() {
        assert!(!report().render(false).contains('\u{1b}'));
    }

    #[test]
    fn columns_count_characters() {
        let mut sources = Sources::default();
        let id = sources.add("a", "äö\nüx");
        assert_eq!(sources.line_and_column(id, 5), (2, 1));
        assert_eq!(sources.line_and_column(id, 7), (2, 2));
        assert_eq!(sources.line_and_column(id, 999), (2, 3));
    }

    #[test]
    fn the_closest_name_is_suggested() {
        assert_eq!(did_you_mean("phnoe", ["tablet", "phone"]), Some("phone"));
        assert_eq!(did_you_mean("zzz", ["tablet", "phone"]), None);
    }
}
