//! The command line, through the real binary.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on must fail, in its helpers too"
)]

mod check;
mod explain;
mod hostile;
mod inspect;
mod keys;
mod play;
mod trace;
mod usage;
mod verifiable;

use std::path::PathBuf;

use assert_cmd::Command;

/// Ids of the shipped scenarios.
const SHIPPED: [&str; 4] = [
    "facebook-to-s3",
    "facebook-to-s3-token-expired",
    "facebook-to-s3-access-token",
    "user-pool-sign-up",
];

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
