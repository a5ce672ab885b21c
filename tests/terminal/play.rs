//! `play`: what a person reads.

use crate::{printed, scratch, small, tokentrail};

#[test]
fn a_refusal_is_shown_with_its_check_and_in_awss_words() {
    let shown = printed(&["play", "facebook-to-s3", "--beat", "11"]);
    let words: String = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("failed: Permissions policy"));
    assert!(words.contains("refused: 403 AccessDenied"));
    assert!(words.contains("no identity-based policy allows the s3:GetObject action"));
    assert!(words.contains("not reached: Object exists"));
    assert!(
        !shown.contains("Dana uploads a photo"),
        "beat 8 comes before beat 11"
    );
}

#[test]
fn calls_on_the_callers_behalf_are_indented() {
    let shown = printed(&["play", "facebook-to-s3"]);
    let indent = |part: &str| {
        let line = shown.lines().find(|line| line.contains(part)).unwrap();
        line.len() - line.trim_start().len()
    };
    assert!(indent("AssumeRoleWithWebIdentity") > indent("GetCredentialsForIdentity"));
}

#[test]
fn a_pipe_gets_neither_colour_nor_signs_nor_lines_wider_than_eighty() {
    let mut command = tokentrail(&["play", "user-pool-sign-up"]);
    let output = command
        .env_remove("NO_COLOR")
        .assert()
        .success()
        .get_output()
        .stdout
        .clone();
    let shown = String::from_utf8(output).unwrap();
    assert!(!shown.contains('\u{1b}') && !shown.contains('✓'));
    for line in shown
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("    "))
    {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn an_expectation_that_does_not_hold_ends_with_code_1_and_is_told() {
    let beats = "(id: \"a\", title: \"A\", caption: \"c\", actions: [Wait(\"1m\")], \
                 expect: [Unreachable])";
    let (_folder, path) = scratch(&small(beats));
    for command in ["play", "trace", "check"] {
        tokentrail(&[command, path.to_str().unwrap()])
            .assert()
            .code(1);
    }
    let output = tokentrail(&["play", path.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("expectation not held"));
}

#[test]
fn a_question_is_asked_before_the_beat_and_answered_behind_it() {
    let shown = printed(&["play", "facebook-to-s3", "--beat", "11"]);
    let at = |part: &str| {
        shown
            .find(part)
            .unwrap_or_else(|| panic!("{part} in {shown}"))
    };
    assert!(at("Question: The credentials are valid") < at("403 AccessDenied"));
    assert!(at("403 AccessDenied") < at("Answer: b) No: no statement"));
}
