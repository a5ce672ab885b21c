//! Texts that come from a file or from standard input, and texts of others on their way to the
//! terminal.

use std::fs::File;
use std::io::Read;

use super::Problem;

/// The name that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// Reads a text of at most so many bytes from a file, or from standard input where its name is
/// `-`.
pub fn text(name: &str, limit_bytes: usize) -> Result<String, Problem> {
    let complaint = |error: &dyn std::fmt::Display| {
        let shown = if name == STANDARD_INPUT {
            "standard input"
        } else {
            name
        };
        Problem::Message(plain(&format!("{shown}: {error}")))
    };
    // One byte beyond the limit, so that a longer text is noticed
    let most = u64::try_from(limit_bytes)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    let mut bytes = Vec::new();
    let read = match name {
        STANDARD_INPUT => std::io::stdin().take(most).read_to_end(&mut bytes),
        path => File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)),
    };
    read.map_err(|error| complaint(&error))?;
    if bytes.len() > limit_bytes {
        return Err(complaint(&format!(
            "longer than the limit of {limit_bytes} bytes"
        )));
    }
    String::from_utf8(bytes).map_err(|error| complaint(&error))
}

/// A text without anything that steers a terminal.
pub fn plain(text: &str) -> String {
    let harmless = |c: char| {
        if c.is_control() && c != '\n' {
            '\u{fffd}'
        } else {
            c
        }
    };
    text.chars().map(harmless).collect()
}
