//! The one error of this room: what is wrong in a policy or a case, where, and what would be right.
//!
//! Everything that reads text here reports a byte span as well as line and column, so that a
//! player can underline the exact words.

use serde::{Deserialize, Serialize};
use strsim::damerau_levenshtein;
use thiserror::Error;

/// Why a policy (or a case for `explain`) could not be understood.
#[derive(Clone, Debug, Deserialize, Eq, Error, PartialEq, Serialize)]
#[error("line {line}, column {column}: {message}{}", hint.as_ref().map(|h| format!(" ({h})")).unwrap_or_default())]
pub struct PolicyError {
    /// Line of the first wrong character, counted from 1.
    pub line: usize,
    /// Column of the first wrong character in characters, counted from 1.
    pub column: usize,
    /// Byte offset of the first wrong character.
    pub offset: usize,
    /// How many bytes are wrong (0 at the end of the text).
    pub length: usize,
    /// What is wrong.
    pub message: String,
    /// What would be right, when that can be said.
    pub hint: Option<String>,
}

/// A byte range of the text being read.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// An error that knows its place only as bytes; [`Fault::locate`] turns it into lines.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// Where.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub hint: Option<String>,
}

impl Fault {
    /// A fault at `span`.
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            hint: None,
        }
    }

    /// The same fault with a remedy.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same fault with a remedy when there is one.
    pub(crate) fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = self.hint.or(hint);
        self
    }

    /// The fault as lines and columns of `text`.
    pub(crate) fn locate(self, text: &str) -> PolicyError {
        let start = self.span.start.min(text.len());
        let (line, column) = line_and_column(text, start);
        PolicyError {
            line,
            column,
            offset: start,
            length: self.span.end.min(text.len()).saturating_sub(start),
            message: self.message,
            hint: self.hint,
        }
    }
}

/// Line and column, both from 1, of a byte offset.
pub(crate) fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}

/// What is further than so many edits from what somebody wrote was never meant.
pub(crate) const MOST_EDITS: usize = 4;

/// The candidate nearest to what somebody wrote, when it is near enough to be meant.
pub(crate) fn nearest<'c>(
    written: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let length = written.chars().count();
    let limit = (length / 3).clamp(1, MOST_EDITS);
    let mut lower = None;
    candidates
        .into_iter()
        // Each character more or less is an edit, and most candidates differ by many
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= limit)
        .map(|candidate| {
            let lower = lower.get_or_insert_with(|| written.to_lowercase());
            let other = candidate.to_lowercase();
            (damerau_levenshtein(lower, &other), candidate)
        })
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// "did you mean `X`?" for the nearest candidate.
pub(crate) fn did_you_mean<'c>(
    written: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<String> {
    nearest(written, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}
