//! Bad usage ends with code 2 and says what would be right.

use crate::{complaint, printed, scratch, shipped, small, tokentrail};

#[test]
fn an_unknown_option_and_an_unknown_file_are_bad_usage() {
    assert!(complaint(&["play", "facebook-to-s3", "--fast"], 2).contains("--fast"));
    assert!(complaint(&["play", "facebook-to-s4"], 2).contains("did you mean `facebook-to-s3`?"));
    assert!(complaint(&["plya"], 2).contains("did you mean `play`?"));
    assert!(complaint(&["check", "/"], 2).contains("folder"));
}

#[test]
fn numbers_out_of_range_say_what_the_range_is() {
    assert!(complaint(&["play", "user-pool-sign-up", "--beat", "99"], 2).contains("1 to 6"));
    complaint(&["play", "user-pool-sign-up", "--beat", "0"], 2);
    assert!(complaint(&["play", "user-pool-sign-up", "--speed", "9"], 2).contains("0.1 and 4"));
    complaint(&["play", "user-pool-sign-up", "--seed", "-1"], 2);
}

#[test]
fn stepping_without_a_terminal_is_refused_with_a_reason() {
    assert!(complaint(&["play", "user-pool-sign-up", "--step"], 2).contains("terminal"));
}

#[test]
fn help_and_version_succeed() {
    assert!(printed(&["--help"]).contains("Exit codes") || printed(&["--help"]).contains("play"));
    assert!(printed(&["--version"]).contains("tokentrail"));
}

#[test]
fn a_reader_that_stops_reading_is_no_error() {
    let command = "\"$0\" trace user-pool-sign-up | head -c 10; exit ${PIPESTATUS[0]}";
    let program = assert_cmd::cargo::cargo_bin("tokentrail");
    let status = std::process::Command::new("bash")
        .args(["-c", command])
        .arg(program)
        .status();
    assert!(status.unwrap().success());
}

#[test]
fn the_library_is_listed_for_people_and_for_machines() {
    assert!(printed(&["list"]).contains("facebook-to-s3"));
    let listed: serde_json::Value = serde_json::from_str(&printed(&["list", "--json"])).unwrap();
    for scenario in listed.as_array().unwrap() {
        for member in [
            "id", "title", "path", "extends", "themes", "exams", "domains", "level", "minutes",
            "beats",
        ] {
            assert!(scenario.get(member).is_some(), "{member} in {scenario}");
        }
    }
    assert_eq!(listed.as_array().unwrap().len(), shipped().count());
    assert!(!printed(&["list", "--theme", "37"]).contains("user-pool-sign-up"));
    let troubles = printed(&["list", "--domain", "troubleshooting"]);
    assert!(troubles.contains("facebook-to-s3-token-expired"));
    assert!(!troubles.contains("facebook-to-s3 "));
}

#[test]
fn an_issuer_that_published_nothing_is_named_with_those_that_did() {
    let complaint = complaint(&["jwks", "facebook-to-s3", "https://example.com"], 2);
    assert!(complaint.contains("https://cognito-identity.amazonaws.com"));
}

#[test]
fn without_a_window_the_story_is_played_in_the_terminal() {
    let (_folder, path) = scratch(&small("(id: \"a\", title: \"A\", caption: \"Only this\")"));
    let mut command = tokentrail(&[path.to_str().unwrap()]);
    let command = command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    let output = command.assert().success().get_output().clone();
    assert!(String::from_utf8_lossy(&output.stdout).contains("Only this"));
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1);
}

#[test]
fn the_library_is_chosen_from_by_what_there_is() {
    assert!(complaint(&["list", "--level", "begginer"], 2).contains("did you mean `beginner`?"));
    assert!(complaint(&["list", "--exam", "DVB"], 2).contains("did you mean `DVA`?"));
    assert!(complaint(&["list", "--domain", "Securty"], 2).contains("did you mean `Security`?"));
    assert!(complaint(&["list", "--theme", "61"], 2).contains("60"));
    assert!(printed(&["list", "--level", "ADVANCED", "--exam", "scs"]).contains("leaked-session"));
}
