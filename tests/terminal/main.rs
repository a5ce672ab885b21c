//! The command line, through the real binary.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on must fail, in its helpers too"
)]

mod check;
mod explain;
mod files;
mod hostile;
mod inspect;
mod keys;
mod play;
mod schema;
mod trace;
mod usage;
mod verifiable;
mod what_if;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;

use assert_cmd::Command;
use tokentrail::recording::trace::lines as trace_lines;
use tokentrail::scenario::files::Shipped;
use tokentrail::scenario::{library, load, perform};

/// Ids of the shipped scenarios.
fn shipped() -> impl Iterator<Item = &'static str> {
    library::ALL.into_iter().map(|entry| entry.id)
}

/// The lines of a shipped scenario's trace. Performed in this process, once for all tests:
/// another test holds that against what the program prints.
fn traced(id: &str) -> &'static [String] {
    static TRACES: OnceLock<BTreeMap<&str, OnceLock<Vec<String>>>> = OnceLock::new();
    let traces = TRACES.get_or_init(|| shipped().map(|id| (id, OnceLock::new())).collect());
    traces[id].get_or_init(|| {
        let entry = library::find(id).unwrap();
        let scenario = load(&Shipped, entry.path, entry.text.as_bytes()).unwrap();
        trace_lines(&perform(&scenario, None).unwrap()).collect()
    })
}

/// The program with these arguments.
fn tokentrail(args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("tokentrail").unwrap();
    command
        .args(args)
        .env("NO_COLOR", "1")
        // Not the user's own key cache
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// What it prints where it succeeds.
fn printed(args: &[&str]) -> String {
    let output = tokentrail(args)
        .assert()
        .success()
        .get_output()
        .stdout
        .clone();
    String::from_utf8(output).unwrap()
}

/// What it complains about where it ends with this code.
fn complaint(args: &[&str], code: i32) -> String {
    let output = tokentrail(args)
        .assert()
        .code(code)
        .get_output()
        .stderr
        .clone();
    String::from_utf8(output).unwrap()
}

/// A scratch folder with a scenario file in it.
fn scratch(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("story.ron");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

/// A small scenario without crypto: one device that waits and goes offline.
fn small(beats: &str) -> String {
    format!(
        "(\n    id: \"small\",\n    title: \"Small\",\n    summary: \"Nothing much\",\n    \
         world: (people: [(id: \"ann\", name: \"Ann\", email: \"ann@example.com\")], \
         devices: [(id: \"phone\", name: \"Phone\", owner: \"ann\")]),\n    \
         chapters: [(title: \"One\", beats: [\n        {beats}\n    ])],\n)\n"
    )
}
