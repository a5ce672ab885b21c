//! Files that are written: recordings, exports, new scenarios, completions, the manual.

use std::path::Path;

use crate::{complaint, printed, scratch, small, tokentrail};

/// A saved recording of a shipped scenario.
fn recorded(folder: &Path, id: &str) -> String {
    let path = folder.join(format!("{id}.recording"));
    let path = path.to_str().unwrap().to_owned();
    printed(&["record", id, "-o", &path]);
    path
}

#[test]
fn a_saved_recording_plays_and_traces_like_the_scenario_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = recorded(folder.path(), "user-pool-sign-up");
    for command in ["play", "trace"] {
        assert_eq!(
            printed(&[command, &path]),
            printed(&[command, "user-pool-sign-up"])
        );
    }
    assert!(complaint(&["trace", &path, "--seed", "7"], 2).contains("seed"));
    assert!(complaint(&["check", &path], 2).contains("saved recording"));
}

#[test]
fn a_damaged_recording_and_one_from_a_newer_version_are_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let path = recorded(folder.path(), "user-pool-sign-up");
    let text = std::fs::read_to_string(&path).unwrap();
    for (changed, says) in [
        (text.replace("recording\":1", "recording\":77"), "format 77"),
        (text.replacen("SignUp", "SingUp", 1), "checksum"),
        (text[..text.len() / 2].to_owned(), "damaged"),
    ] {
        std::fs::write(&path, changed).unwrap();
        for command in ["play", "trace"] {
            assert!(complaint(&[command, &path], 2).contains(says), "{says}");
        }
    }
}

#[test]
fn a_recording_is_kept_even_where_an_expectation_did_not_hold() {
    let beats = "(id: \"a\", title: \"A\", caption: \"c\", actions: [Wait(\"1m\")], \
                 expect: [Unreachable])";
    let (folder, path) = scratch(&small(beats));
    let saved = folder.path().join("kept");
    let (path, saved) = (path.to_str().unwrap(), saved.to_str().unwrap());
    tokentrail(&["record", path, "-o", saved]).assert().code(1);
    tokentrail(&["play", saved]).assert().code(1);
}

#[test]
fn two_recordings_part_where_the_first_difference_is() {
    let same = printed(&["diff", "facebook-to-s3", "facebook-to-s3"]);
    assert!(same.contains("the same course"), "{same}");
    let args = ["diff", "facebook-to-s3", "facebook-to-s3-token-expired"];
    let told = printed(&args);
    for part in [
        "beats alike",
        "an-hour-later",
        "NotAuthorizedException",
        "expected",
    ] {
        assert!(told.contains(part), "{part} in\n{told}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&printed(&[&args[..], &["--json"]].concat())).unwrap();
    assert_eq!(json["same"], false);
    assert_eq!(json["parting"]["right"]["beat"], "an-hour-later");
}

#[test]
fn a_story_is_exported_in_every_format() {
    for (format, beginning) in [
        ("mermaid", "sequenceDiagram"),
        ("plantuml", "@startuml"),
        ("markdown", "# "),
    ] {
        let text = printed(&["export", "user-pool-sign-up", "--format", format]);
        assert!(text.starts_with(beginning), "{format}");
        assert!(text.contains("UserNotConfirmedException"), "{format}");
    }
    complaint(&["export", "user-pool-sign-up", "--format", "docx"], 2);
}

#[test]
fn a_new_scenario_checks_strictly_and_plays_and_is_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my-first-story.ron");
    let path = path.to_str().unwrap();
    let bare = path.strip_suffix(".ron").unwrap();
    assert!(printed(&["new", bare]).contains("tokentrail check"));
    assert!(printed(&["check", "--strict", path]).contains("good"));
    assert!(printed(&["play", path]).contains("Mia signs up"));
    let before = std::fs::read_to_string(path).unwrap();
    assert!(before.contains("id: \"my-first-story\""));
    std::fs::write(path, "mine").unwrap();
    assert!(complaint(&["new", path], 2).contains("there already"));
    assert_eq!(std::fs::read_to_string(path).unwrap(), "mine");
    complaint(&["new", "../.."], 2);
    complaint(&["new", "a b"], 2);
}

#[test]
fn shells_complete_every_subcommand_and_the_manual_explains_it() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(
            printed(&["completions", shell]).contains("export"),
            "{shell}"
        );
    }
    assert!(printed(&["man"]).contains(".TH tokentrail"));
    assert!(printed(&["man", "export"]).contains("plantuml"));
    assert!(complaint(&["man", "exprot"], 2).contains("known: "));
}
