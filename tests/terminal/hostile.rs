//! Files that mean no good end in a diagnostic, quickly, with a place inside the file.

use proptest::prelude::*;
use tokentrail::scenario::diagnostic::Report;
use tokentrail::scenario::files::Shipped;
use tokentrail::scenario::lint::lint;
use tokentrail::scenario::{library, load, perform};

use crate::{complaint, scratch};

#[test]
fn huge_deep_and_binary_files_are_refused_with_the_limit() {
    let deep = format!("(id: {})", "[".repeat(200_000));
    let huge = format!("(id: \"{}\")", "x".repeat(2_000_000));
    let long = format!(
        "(id: \"a\", title: \"{}\", summary: \"s\")",
        "x".repeat(100_000)
    );
    for (text, part) in [(deep, "32 deep"), (huge, "1048576"), (long, "65536")] {
        let (_folder, path) = scratch(&text);
        let complaint = complaint(&["check", path.to_str().unwrap()], 2);
        assert!(complaint.contains(part), "{part}");
    }
    let (_folder, path) = scratch("");
    std::fs::write(&path, b"(id: \"\xff\xfe\")").unwrap();
    assert!(complaint(&["check", path.to_str().unwrap()], 2).contains("TT-105"));
}

/// The ways in which files get damaged.
const DAMAGES: [Damage; 6] = [
    Damage::TokenDeleted,
    Damage::TokenDoubled,
    Damage::TypeChanged,
    Damage::Truncated,
    Damage::NoUtf8,
    Damage::DeeplyNested,
];

/// A way to damage a text.
#[derive(Clone, Copy, Debug)]
enum Damage {
    TokenDeleted,
    TokenDoubled,
    TypeChanged,
    Truncated,
    NoUtf8,
    DeeplyNested,
}

/// The tokens of a RON text: strings, words, single signs.
fn tokens(text: &str) -> Vec<std::ops::Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let in_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
        match bytes[at] {
            byte if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            b'r' if text[at..].starts_with("r#\"") => {
                at += text[at..]
                    .find("\"#")
                    .map_or(text.len() - at, |end| end + 2);
            }
            b'"' => {
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at = (at + 1).min(bytes.len());
            }
            byte if in_word(byte) => {
                while at < bytes.len() && in_word(bytes[at]) {
                    at += 1;
                }
            }
            _ => at += 1,
        }
        found.push(start..at);
    }
    found
}

fn damaged(text: &str, damage: Damage, at: usize) -> Vec<u8> {
    let tokens = tokens(text);
    let token = tokens[at % tokens.len()].clone();
    let with = |new: &str| {
        let mut text = text.to_owned();
        text.replace_range(token.clone(), new);
        text.into_bytes()
    };
    match damage {
        Damage::TokenDeleted => with(""),
        Damage::TokenDoubled => with(&text[token.clone()].repeat(2)),
        Damage::TypeChanged => {
            let others = [
                "7", "-1.5", "true", "\"text\"", "[]", "(a: 1)", "{}", "Held", "'c'",
            ];
            with(others[at % others.len()])
        }
        Damage::Truncated => text.as_bytes()[..token.end].to_vec(),
        Damage::NoUtf8 => {
            let mut bytes = text.as_bytes().to_vec();
            bytes.splice(token.start..token.start, [0xff, 0xfe]);
            bytes
        }
        Damage::DeeplyNested => with(&["(", "[", "{\"a\":"][at % 3].repeat(5_000)),
    }
}

/// Every diagnostic has a line and a column inside its file; only what concerns a world as a whole
/// may stand at its beginning.
fn assert_places(report: &Report, of: &str) {
    for (diagnostic, printed) in report.diagnostics.iter().zip(report.printed()) {
        let text = report.sources.text(diagnostic.source);
        assert!(diagnostic.span.end <= text.len(), "{of}: {diagnostic:?}");
        assert!(text.is_char_boundary(diagnostic.span.start), "{of}");
        assert!(text.is_char_boundary(diagnostic.span.end), "{of}");
        let line = text.split('\n').nth(printed.line - 1);
        let columns = line.map(|line| line.chars().count() + 1);
        assert!(
            columns.is_some_and(|columns| (1..=columns).contains(&printed.column)),
            "{of}: {}:{} is outside",
            printed.line,
            printed.column
        );
    }
    assert!(report.is_clean() || !report.render(false).is_empty());
}

/// Reads a damaged file as `check` does. Says whether it still reads. How long that takes at most
/// is measured by the benchmark of long recordings.
fn still_reads(bytes: &[u8], of: &str, performing: bool) -> bool {
    let outcome = load(&Shipped, "damaged.ron", bytes);
    let scenario = match outcome {
        Ok(scenario) => {
            assert_places(&lint(&scenario, []), of);
            Some(scenario)
        }
        Err(report) => {
            assert!(!report.is_clean(), "{of}: refused without a reason");
            assert_places(&report, of);
            None
        }
    };
    if let Some(scenario) = scenario.as_ref().filter(|_| performing) {
        // What comes of it is told by verdicts; it must not be a panic
        let _ = perform(scenario, None);
    }
    scenario.is_some()
}

#[test]
fn every_shipped_file_damaged_in_every_way_is_read_or_diagnosed_inside_it() {
    /// How many places of each file are damaged in each way
    const PLACES: usize = 6;
    /// A prime: places are spread over the file
    const STRIDE: usize = 7_919;
    let (mut read, mut refused) = (0, 0);
    for (which, entry) in library::ALL.iter().enumerate() {
        for (kind, damage) in DAMAGES.into_iter().enumerate() {
            for place in 0..PLACES {
                let at = (which * DAMAGES.len() * PLACES + kind * PLACES + place) * STRIDE;
                let bytes = damaged(entry.text, damage, at);
                let of = format!("{}, {damage:?} at {at}", entry.id);
                match still_reads(&bytes, &of, read % 8 == 0) {
                    true => read += 1,
                    false => refused += 1,
                }
            }
        }
    }
    // Both happen: damage to a caption is none, a missing bracket is
    assert!(read > 50 && refused > 500, "{read} read, {refused} refused");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn a_scenario_damaged_several_times_is_read_or_diagnosed_inside_the_file(
        which in 0..library::ALL.len(),
        damages in prop::collection::vec((0..DAMAGES.len(), any::<u32>()), 1..4),
    ) {
        let mut text = library::ALL[which].text.to_owned();
        for (kind, at) in &damages {
            if tokens(&text).is_empty() { break; }
            let bytes = damaged(&text, DAMAGES[*kind], *at as usize);
            text = String::from_utf8_lossy(&bytes).into_owned();
        }
        still_reads(text.as_bytes(), library::ALL[which].id, false);
    }

    #[test]
    fn any_text_at_all_is_read_or_diagnosed(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        still_reads(&bytes, "random bytes", false);
        let signs: Vec<u8> = bytes.iter().map(|it| b"()[]{}:,\"'#r/*a7 \n"[*it as usize % 18]).collect();
        still_reads(&signs, "random signs", false);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_program_ends_with_a_documented_code_whatever_the_file(
        which in 0..library::ALL.len(),
        kind in 0..DAMAGES.len(),
        at in any::<u32>(),
    ) {
        let bytes = damaged(library::ALL[which].text, DAMAGES[kind], at as usize);
        let (_folder, path) = scratch("");
        std::fs::write(&path, bytes).unwrap();
        let output = crate::tokentrail(&["check", path.to_str().unwrap()]).output().unwrap();
        prop_assert!(matches!(output.status.code(), Some(0..=2)), "{:?}", output.status);
        prop_assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
    }

    #[test]
    fn a_damaged_shared_world_ends_with_a_documented_code(
        which in 0..library::WORLDS.len(),
        kind in 0..DAMAGES.len(),
        at in any::<u32>(),
    ) {
        let world = library::WORLDS[which];
        let text = "(id: \"a\", title: \"A\", summary: \"s\", world_file: \"worlds/w.ron\", \
                    chapters: [(title: \"c\", beats: [(id: \"b\", title: \"B\", caption: \"c\")])])";
        let (folder, path) = scratch(text);
        std::fs::create_dir(folder.path().join("worlds")).unwrap();
        let bytes = damaged(world.text, DAMAGES[kind], at as usize);
        std::fs::write(folder.path().join("worlds/w.ron"), bytes).unwrap();
        let output = crate::tokentrail(&["check", path.to_str().unwrap()]).output().unwrap();
        prop_assert!(matches!(output.status.code(), Some(0..=2)), "{:?}", output.status);
        prop_assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
    }
}
