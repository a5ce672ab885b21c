//! Files that mean no good end in a diagnostic, quickly, with a place inside the file.

use proptest::prelude::*;
use tokentrail::scenario::files::Shipped;
use tokentrail::scenario::lint::lint;
use tokentrail::scenario::{library, load};

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

/// A way to damage a text.
#[derive(Clone, Debug)]
enum Damage {
    Cut(usize),
    Delete(usize, usize),
    Double(usize, usize),
    Replace(usize, String),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<usize>();
    prop_oneof![
        at.prop_map(Damage::Cut),
        (at, 1_usize..40).prop_map(|(at, length)| Damage::Delete(at, length)),
        (at, 1_usize..200).prop_map(|(at, length)| Damage::Double(at, length)),
        (at, "[\\[\\](){}:,\"'#r0-9a-zA-Z\u{0}é\n*$]{1,6}")
            .prop_map(|(at, text)| Damage::Replace(at, text)),
    ]
}

fn damaged(text: &str, damage: &Damage) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    let place = |at: usize| at % bytes.len();
    match damage {
        Damage::Cut(at) => bytes.truncate(place(*at)),
        Damage::Delete(at, length) => {
            let start = place(*at);
            let end = (start + length).min(bytes.len());
            bytes.drain(start..end);
        }
        Damage::Double(at, length) => {
            let start = place(*at);
            let end = (start + length).min(bytes.len());
            let part = bytes[start..end].to_vec();
            bytes.splice(start..start, part);
        }
        Damage::Replace(at, with) => {
            let start = place(*at);
            let end = (start + with.len()).min(bytes.len());
            bytes.splice(start..end, with.bytes());
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_scenario_is_read_or_diagnosed_inside_the_file(
        which in 0..library::ALL.len(),
        damages in prop::collection::vec(damage(), 1..4),
    ) {
        let mut bytes = library::ALL[which].text.as_bytes().to_vec();
        for damage in &damages {
            if bytes.is_empty() { break; }
            bytes = damaged(&String::from_utf8_lossy(&bytes), damage);
        }
        let outcome = load(&Shipped, "damaged.ron", &bytes);
        // What still reads may be suspicious: warnings have places too
        let (failed, report) = match outcome {
            Ok(scenario) => (false, lint(&scenario)),
            Err(report) => (true, *report),
        };
        prop_assert!(!failed || !report.is_clean());
        if !report.is_clean() {
            for diagnostic in &report.diagnostics {
                let text = report.sources.text(diagnostic.source);
                prop_assert!(diagnostic.span.end <= text.len());
                prop_assert!(text.is_char_boundary(diagnostic.span.start));
                prop_assert!(text.is_char_boundary(diagnostic.span.end));
            }
            for printed in report.printed() {
                prop_assert!(printed.line >= 1 && printed.column >= 1);
            }
            prop_assert!(!report.render(false).is_empty());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_program_ends_with_a_documented_code_whatever_the_file(damage in damage()) {
        let bytes = damaged(library::find("user-pool-sign-up").unwrap().text, &damage);
        let (_folder, path) = scratch("");
        std::fs::write(&path, bytes).unwrap();
        let output = crate::tokentrail(&["check", path.to_str().unwrap()]).output().unwrap();
        prop_assert!(matches!(output.status.code(), Some(0..=2)), "{:?}", output.status);
        prop_assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_shared_world_ends_with_a_documented_code(
        which in 0..library::WORLDS.len(),
        damage in damage(),
    ) {
        let world = library::WORLDS[which];
        let text = "(id: \"a\", title: \"A\", summary: \"s\", world_file: \"worlds/w.ron\", \
                    chapters: [(title: \"c\", beats: [(id: \"b\", title: \"B\", caption: \"c\")])])";
        let (folder, path) = scratch(text);
        std::fs::create_dir(folder.path().join("worlds")).unwrap();
        std::fs::write(folder.path().join("worlds/w.ron"), damaged(world.text, &damage)).unwrap();
        let output = crate::tokentrail(&["check", path.to_str().unwrap()]).output().unwrap();
        prop_assert!(matches!(output.status.code(), Some(0..=2)), "{:?}", output.status);
        prop_assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
    }
}
