//! A text in, a [`File`] out, or everything that is wrong with its form.
//!
//! RON stops at its first error. To report several at once, the smallest part of the file that
//! holds the error is blanked out and the rest is read again.

use std::ops::Range;

use ron::error::{Error, SpannedError};
use ron::extensions::Extensions;
use serde::de::DeserializeOwned;

use super::diagnostic::{Code, Report, SourceId, suggest};
use super::file::File;
use super::limits::{MAX_FILE_BYTES, MAX_NESTING, MAX_TEXT_BYTES};
use super::locate::{Bytes, Kind, Node, Tree};

/// How often the rest of a file is read again after an error.
const MAX_ATTEMPTS: usize = 12;

/// A file as read, and where everything in it stands.
#[derive(Clone, Debug)]
pub struct Read<T = File> {
    /// What it says
    pub file: T,
    /// Where
    pub tree: Tree,
    /// Which text
    pub source: SourceId,
}

/// Reads a file. Whatever is wrong goes into the report; nothing comes back in that case.
pub fn read<T: DeserializeOwned>(report: &mut Report, name: &str, bytes: &[u8]) -> Option<Read<T>> {
    let text = decode(report, name, bytes)?;
    let source = report.sources.add(name, text);
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        let remedy = "write `(id: \"…\", title: \"…\", summary: \"…\", chapters: […])`";
        report.add(Code::Syntax, (source, 0..0), "the file is empty", remedy);
        return None;
    }
    let tree = Tree::scan(report.sources.text(source));
    if let Some(span) = tree.too_deep.clone() {
        let message = format!("values nest more than {MAX_NESTING} deep");
        report.add(
            Code::Limit,
            (source, span),
            message,
            "flatten this part of the file",
        );
        return None;
    }
    let before = report.diagnostics.len();
    limit_texts(report, source, &tree.root);
    let file = attempt(report, source, &tree, text);
    (report.diagnostics.len() == before).then_some(())?;
    Some(Read {
        file: file?,
        tree,
        source,
    })
}

fn decode<'a>(report: &mut Report, name: &str, bytes: &'a [u8]) -> Option<&'a str> {
    if bytes.len() > MAX_FILE_BYTES {
        let source = report.sources.add(name, "");
        let message = format!(
            "{name} has {} bytes, more than the limit of {MAX_FILE_BYTES}",
            bytes.len()
        );
        report.add(
            Code::Limit,
            (source, 0..0),
            message,
            "split it with `extends`",
        );
        return None;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let good = String::from_utf8_lossy(valid).into_owned();
            let end = good.len();
            let source = report.sources.add(name, good);
            let message = format!("{name} is not UTF-8 text from byte {end} on");
            report.add(
                Code::NotText,
                (source, end..end),
                message,
                "save the file as UTF-8",
            );
            None
        }
    }
}

fn limit_texts(report: &mut Report, source: SourceId, node: &Node) {
    if let Kind::Text { content, .. } = &node.kind
        && content.len() > MAX_TEXT_BYTES
    {
        let message = format!(
            "this text has {} bytes, more than the limit of {MAX_TEXT_BYTES}",
            content.len()
        );
        report.add(
            Code::Limit,
            (source, node.span.clone()),
            message,
            "shorten it",
        );
    }
    for child in node.children() {
        limit_texts(report, source, child);
    }
}

/// Reads the text, again without the damaged part where there is one, until it reads or nothing
/// smaller than the whole can be left out.
fn attempt<T: DeserializeOwned>(
    report: &mut Report,
    source: SourceId,
    tree: &Tree,
    text: &str,
) -> Option<T> {
    let options = ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME);
    let mut remaining = report.sources.text(source).to_owned();
    let bom = remaining.len() - text.len();
    for _ in 0..MAX_ATTEMPTS {
        let readable = remaining.get(bom..).unwrap_or_default();
        let error = match options.from_str::<T>(readable) {
            Ok(file) => return Some(file),
            Err(error) => error,
        };
        let cursor = bom + offset(readable, &error);
        let place = place_of(&error.code, tree, &remaining, cursor);
        let (code, message, remedy) = worded(&error.code);
        report.add(code, (source, place.span.clone()), message, remedy);
        let out = place.leave_out?;
        blank(&mut remaining, out);
    }
    None
}

/// Byte offset of the cursor at which RON stopped.
fn offset(text: &str, error: &SpannedError) -> usize {
    let mut at = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if number + 1 == error.span.end.line {
            let column = error.span.end.col.saturating_sub(1);
            return at + line.chars().take(column).map(char::len_utf8).sum::<usize>();
        }
        at += line.len();
    }
    text.len()
}

/// What is underlined, and what is left out of the next attempt.
struct Place {
    span: Bytes,
    leave_out: Option<Bytes>,
}

fn place_of(error: &Error, tree: &Tree, text: &str, cursor: usize) -> Place {
    // The cursor stands behind what was wrong: look at the byte before it
    let before = text
        .get(..cursor)
        .unwrap_or_default()
        .trim_end()
        .len()
        .saturating_sub(1);
    let around = tree.around(before);
    match error {
        Error::NoSuchStructField { found, .. } => field_place(&around, found, cursor),
        Error::DuplicateStructField { field, .. } => field_place(&around, field, cursor),
        Error::NoSuchEnumVariant { found, .. } => word_place(&around, text, found, cursor),
        Error::MissingStructField { .. } => {
            // RON notices at the closing parenthesis of the value that lacks the field
            let rest = text.get(cursor..).unwrap_or_default();
            let skipped = rest
                .find(|c: char| c != ',' && !c.is_whitespace())
                .unwrap_or(0);
            let around = tree.around(cursor + skipped);
            let whole = around
                .last()
                .map(|node| node.span.clone())
                .unwrap_or(before..cursor);
            Place {
                span: head_of(text, whole),
                leave_out: list_item(&around),
            }
        }
        _ if is_type_error(error) => {
            let span = around
                .last()
                .map_or(before..cursor, |node| node.span.clone());
            Place {
                span,
                leave_out: list_item(&around),
            }
        }
        _ => Place {
            span: one_character(text, cursor),
            leave_out: None,
        },
    }
}

/// Whether the text is RON and only says something unexpected.
fn is_type_error(error: &Error) -> bool {
    matches!(
        error,
        Error::Message(_)
            | Error::InvalidValueForType { .. }
            | Error::ExpectedDifferentLength { .. }
            | Error::IntegerOutOfBounds
            | Error::ExpectedString
            | Error::ExpectedBoolean
            | Error::ExpectedInteger
            | Error::ExpectedFloat
            | Error::ExpectedArray
            | Error::ExpectedMap
            | Error::ExpectedStructLike
            | Error::ExpectedNamedStructLike(_)
            | Error::ExpectedDifferentStructName { .. }
    )
}

/// The last entry of this name before the cursor: its name is wrong, its value goes too.
fn field_place(around: &[&Node], name: &str, cursor: usize) -> Place {
    let entries = around.iter().rev().flat_map(|node| node.entries());
    let found = entries
        .filter(|entry| entry.name.as_deref() == Some(name) && entry.name_span.start < cursor)
        .max_by_key(|entry| entry.name_span.start);
    match found {
        Some(entry) => Place {
            span: entry.name_span.clone(),
            leave_out: Some(entry.name_span.start..entry.value.span.end),
        },
        None => Place {
            span: cursor.saturating_sub(1)..cursor,
            leave_out: None,
        },
    }
}

/// The last place of this word before the cursor.
fn word_place(around: &[&Node], text: &str, word: &str, cursor: usize) -> Place {
    let start = text.get(..cursor).and_then(|before| before.rfind(word));
    let span = start.map_or(cursor.saturating_sub(1)..cursor, |at| at..at + word.len());
    Place {
        span,
        leave_out: list_item(around),
    }
}

/// The innermost value that stands in a list: a beat, an action, an entry of the world.
fn list_item(around: &[&Node]) -> Option<Bytes> {
    around
        .windows(2)
        .rev()
        .find(|pair| matches!(pair.first().map(|node| &node.kind), Some(Kind::List(_))))
        .and_then(|pair| pair.last())
        .map(|node| node.span.clone())
}

/// `Name(` or `(`: enough to point at a value that is long.
fn head_of(text: &str, span: Bytes) -> Bytes {
    let body = text.get(span.clone()).unwrap_or_default();
    let length = body.find('(').map_or(1, |at| at + 1);
    span.start..span.start + length.min(body.len())
}

fn one_character(text: &str, at: usize) -> Bytes {
    let mut start = at.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let length = text
        .get(start..)
        .and_then(|rest| rest.chars().next())
        .map_or(0, char::len_utf8);
    start..start + length
}

/// Blanks a part out, its comma included, without moving anything behind it.
fn blank(text: &mut String, out: Range<usize>) {
    let mut end = out.end;
    let rest = text.get(end..).unwrap_or_default();
    let white = rest.len() - rest.trim_start().len();
    if rest.trim_start().starts_with(',') {
        end += white + 1;
    }
    let blanked: String = text
        .get(out.start..end)
        .unwrap_or_default()
        .chars()
        .flat_map(|c| {
            let filler = if c == '\n' { '\n' } else { ' ' };
            std::iter::repeat_n(filler, c.len_utf8())
        })
        .collect();
    text.replace_range(out.start..end, &blanked);
}

/// Code, sentence and remedy of one of RON's errors.
fn worded(error: &Error) -> (Code, String, String) {
    match error {
        Error::NoSuchStructField {
            expected,
            found,
            outer,
        } => {
            let of = outer
                .as_ref()
                .map_or_else(String::new, |outer| format!(" in {outer}"));
            let remedy = suggest(found, expected.iter().copied());
            (
                Code::UnknownField,
                format!("there is no field `{found}`{of}"),
                remedy,
            )
        }
        Error::NoSuchEnumVariant {
            expected,
            found,
            outer,
        } => {
            let of = outer
                .as_ref()
                .map_or_else(String::new, |outer| format!(" among {outer}"));
            let remedy = suggest(found, expected.iter().copied());
            (
                Code::WrongType,
                format!("there is no `{found}`{of}"),
                remedy,
            )
        }
        Error::MissingStructField { field, outer } => {
            let of = outer
                .as_ref()
                .map_or_else(String::new, |outer| format!(" of {outer}"));
            let message = format!("the field `{field}`{of} is missing");
            (Code::MissingField, message, format!("add `{field}: …`"))
        }
        Error::DuplicateStructField { field, .. } => {
            let message = format!("the field `{field}` is there twice");
            (
                Code::DuplicateField,
                message,
                "remove one of them".to_owned(),
            )
        }
        Error::ExceededRecursionLimit => {
            let message = format!("values nest more than {MAX_NESTING} deep");
            (
                Code::Limit,
                message,
                "flatten this part of the file".to_owned(),
            )
        }
        error if is_type_error(error) => {
            let remedy = "see docs/scenarios.md for what belongs here".to_owned();
            (Code::WrongType, lower_first(&error.to_string()), remedy)
        }
        error => {
            let remedy =
                "a scenario is RON: fields `name: value`, lists `[…]`, a comma between two values";
            (
                Code::Syntax,
                lower_first(&error.to_string()),
                remedy.to_owned(),
            )
        }
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_lowercase().collect::<String>() + chars.as_str()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, String)> {
        let mut report = Report::default();
        let read: Option<Read> = read(&mut report, "test.ron", text.as_bytes());
        assert_eq!(read.is_some(), report.is_clean());
        let text = text.to_owned();
        let spans = report.diagnostics.iter().map(|diagnostic| {
            let shown = text.get(diagnostic.span.clone()).unwrap_or("").to_owned();
            (diagnostic.code.to_string(), shown)
        });
        spans.collect()
    }

    fn file(beats: &str) -> String {
        format!(
            "(id: \"a\", title: \"A\", summary: \"s\", chapters: [(title: \"c\", beats: [{beats}])])"
        )
    }

    fn pair(code: &str, shown: &str) -> (String, String) {
        (code.to_owned(), shown.to_owned())
    }

    #[test]
    fn a_good_file_reads() {
        let text = file("(id: \"b\", title: \"B\", caption: \"c\", actions: [Wait(\"65m\")])");
        assert_eq!(found(&text), []);
    }

    #[test]
    fn an_unknown_field_is_underlined_by_its_name() {
        let text = file("(id: \"b\", titel: \"B\", title: \"B\", caption: \"c\")");
        assert_eq!(found(&text), [pair("TT-102", "titel")]);
    }

    #[test]
    fn several_mistakes_are_reported_at_once() {
        let text = file(
            "(id: \"b\", titel: 1, title: \"B\"), (id: \"c\", title: 7), \
             (id: \"d\", title: \"D\", actions: [Wat(\"1m\"), Wait(\"soon\")])",
        );
        let codes: Vec<String> = found(&text).into_iter().map(|(code, _)| code).collect();
        assert_eq!(codes, ["TT-102", "TT-104", "TT-104", "TT-104"]);
        assert_eq!(found(&text)[2].1, "Wat");
        assert!(found(&text)[3].1.contains("soon"));
    }

    #[test]
    fn a_missing_field_points_at_the_value_it_belongs_to() {
        let text = file("(title: \"B\", caption: \"c\")");
        assert_eq!(found(&text), [pair("TT-103", "(")]);
    }

    #[test]
    fn broken_ron_is_a_syntax_error_with_a_place() {
        assert_eq!(
            found("(id: \"a\" title: \"b\")").first().unwrap().0,
            "TT-101"
        );
        assert_eq!(found("").first().unwrap().0, "TT-101");
    }

    #[test]
    fn bytes_that_are_not_text_are_reported_where_they_begin() {
        let mut report = Report::default();
        assert!(read::<File>(&mut report, "x", b"(id: \xff").is_none());
        assert_eq!(report.diagnostics[0].code, Code::NotText);
        assert_eq!(report.diagnostics[0].span, 5..5);
    }

    #[test]
    fn a_file_beyond_the_limit_is_not_looked_at() {
        let mut report = Report::default();
        assert!(read::<File>(&mut report, "x", &vec![b' '; MAX_FILE_BYTES + 1]).is_none());
        assert!(report.diagnostics[0].message.contains("1048576"));
    }
}
