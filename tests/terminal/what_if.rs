//! `what-if`: one thing changed, the rest performed again, through the real binary.

use serde_json::Value;

use crate::{complaint, printed, scratch, tokentrail};

const STORY: &str = "facebook-to-s3";

fn what_if<'a>(rest: &[&'a str]) -> Vec<&'a str> {
    [&["what-if", STORY], rest].concat()
}

/// The trace of a branch.
fn branch(rest: &[&str]) -> Vec<Value> {
    let args = [what_if(rest), vec!["--trace"]].concat();
    let lines = printed(&args);
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn the_first_difference_is_named_with_the_failing_check_and_awss_words() {
    let told = printed(&what_if(&[
        "--at",
        "beat:identity",
        "--set",
        "artifact:id_token.claims.aud=other",
    ]));
    assert!(
        told.contains("what if: aud of the ID token is other"),
        "{told}"
    );
    assert!(told.contains("Signature failed"), "{told}");
    let outcome = "outcome: identities refused with NotAuthorizedException at Signature: Invalid login token.";
    assert!(told.contains(outcome), "{told}");
}

#[test]
fn an_expectation_decides_the_exit_code() {
    let late = ["--at", "beat:6", "--set", "clock+=2h", "--expect"];
    let with = |outcome: &'static str| what_if(&[&late[..], &[outcome]].concat());
    printed(&with("refused:identities:NotAuthorizedException"));
    printed(&with(
        "refused:identities:NotAuthorizedException:Not expired",
    ));
    let complaint = complaint(&with("allowed"), 1);
    assert!(complaint.contains("what came instead"), "{complaint}");
    tokentrail(&with("refused:sts:ExpiredTokenException"))
        .assert()
        .code(1);
}

#[test]
fn bad_input_is_shown_at_its_place_with_what_is_expected() {
    for (rest, says) in [
        (vec!["--set", "clock+=2h"], "--at beat:ID"),
        (vec!["--at", "beat:identity"], "--set, --do or --change"),
        (
            vec!["--at", "beat:identiti", "--set", "clock+=2h"],
            "did you mean `identity`?",
        ),
        (
            vec!["--at", "beat:99", "--set", "clock+=2h"],
            "from 1 to 12",
        ),
        (
            vec!["--at", "beat:identity/action:3", "--set", "clock+=2h"],
            "N from 0",
        ),
        (
            vec!["--at", "identity", "--set", "clock+=2h"],
            "write `beat:4`",
        ),
        (
            vec![
                "--at",
                "beat:identity",
                "--set",
                "artifact:id_token.claims.audd=x",
            ],
            "did you mean `aud`?",
        ),
        (
            vec![
                "--at",
                "beat:identity",
                "--set",
                "role:PhotoReader.trust={\"Version\": \"2012-10-17\", \"Statment\": []}",
            ],
            "did you mean `Statement`?",
        ),
        (
            vec!["--at", "beat:identity", "--do", "Wiat(\"2h\")"],
            "did you mean `Wait`?",
        ),
        (
            vec!["--at", "beat:identity", "--change", "LeaveOut(1)"],
            "--change:1",
        ),
        (
            vec![
                "--at",
                "beat:identity",
                "--set",
                "clock+=2h",
                "--expect",
                "refused",
            ],
            "refused:ACTOR:CODE",
        ),
        (
            vec![
                "--at",
                "beat:identity",
                "--set",
                "role:PhotoReader.trust=@nowhere.json",
            ],
            "nowhere.json",
        ),
        (vec!["--experiment", "99"], "experiments"),
    ] {
        let found = complaint(&what_if(&rest), 2);
        assert!(found.contains(says), "{rest:?}: {found}");
    }
}

#[test]
fn the_trace_of_a_branch_says_what_was_changed_and_shares_its_beginning() {
    let changed = branch(&["--at", "beat:credentials", "--do", "Wait(\"2h\")"]);
    assert_eq!(changed[0]["branch"]["cause"], "2h later");
    assert_eq!(changed[0]["branch"]["parent"], STORY);
    let done = changed.iter().find(|line| line["type"] == "intervention");
    assert_eq!(done.unwrap()["says"], "2h later");
    let first = changed[0]["branch"]["exchange"].as_u64().unwrap();
    let early = |line: &&Value| line["type"] == "exchange" && line["id"].as_u64().unwrap() < first;
    let parent = crate::trace::trace(STORY);
    let shared: Vec<&Value> = parent.iter().filter(early).collect();
    assert!(!shared.is_empty());
    assert!(changed.iter().filter(early).eq(shared));
}

#[test]
fn a_saved_branch_is_a_scenario_that_checks_and_plays_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other-audience.ron");
    let file = path.to_str().unwrap();
    let change = [
        "--at",
        "beat:identity",
        "--set",
        "artifact:id_token.claims.aud=other",
    ];
    let saved = branch(&[&change[..], &["--save", file]].concat());
    printed(&["check", file]);
    assert!(printed(&["play", file, "--plain"]).contains("Invalid login token"));
    let replayed = printed(&["trace", file]);
    let replayed = replayed
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let told = |line: &Value| line["type"] != "scenario" && line["type"] != "verdict";
    let saved: Vec<Value> = saved.into_iter().filter(told).collect();
    assert_eq!(replayed.filter(told).collect::<Vec<_>>(), saved);
}

#[test]
fn a_policy_comes_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nothing.json");
    let nothing = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}"#;
    std::fs::write(&path, nothing).unwrap();
    let set = format!("role:PhotoReader.policy.OwnThingsOnly=@{}", path.display());
    let outcome = "refused:s3:AccessDenied:Explicit deny";
    printed(&what_if(&[
        "--at",
        "beat:upload",
        "--set",
        &set,
        "--expect",
        outcome,
    ]));
}

#[test]
fn experiments_are_performed_with_their_stated_result() {
    let with = |expect: &str| {
        let text = format!(
            r#"(id: "try", title: "Try", summary: "Try it", extends: "facebook-to-s3", experiments: [(
                title: "What if Dana waits?",
                changes: [(at: (beat: "credentials"), change: Do(Wait("65m")))],
                expect: {expect}, explain: "An ID token lives for an hour")])"#
        );
        let (folder, path) = scratch(&text);
        (folder, path.to_str().unwrap().to_owned())
    };
    let (_folder, path) = with(r#"Refused(by: "identities", code: "NotAuthorizedException")"#);
    let told = printed(&["what-if", &path, "--experiment", "all"]);
    assert!(told.contains("1. What if Dana waits?: held"), "{told}");
    let (_folder, path) = with("Unreachable");
    tokentrail(&["what-if", &path, "--experiment", "1"])
        .assert()
        .code(1);
    let (_folder, path) = with(r#"Refused(by: "identites", code: "NotAuthorizedException")"#);
    assert!(complaint(&["check", &path], 2).contains("did you mean `identities`?"));
}

#[test]
fn mistakes_in_changes_are_found_where_they_stand() {
    let with = |fields: &str| {
        let (folder, path) = scratch(&format!(
            "(id: \"try\", title: \"Try\", summary: \"Try it\", extends: \"facebook-to-s3\",\n{fields})"
        ));
        let path = path.to_str().unwrap().to_owned();
        let found = complaint(&["check", &path], 2);
        drop(folder);
        found
    };
    for (fields, says) in [
        (
            r#"changes: [(at: (beat: "identiti"), change: LeaveOut)]"#,
            "did you mean `identity`?",
        ),
        (
            r#"changes: [(at: (beat: "identity", action: 9), change: LeaveOut)]"#,
            "has 1 actions",
        ),
        (
            r#"changes: [(at: (beat: "identity"), change: Do(GoOffline(device: "fone")))]"#,
            "did you mean `phone`?",
        ),
        (
            r##"changes: [(at: (beat: "identity"), change: Role(role: "PhotoReader", becomes: Trust(r#"{"Version": "2012-10-17", "Statment": []}"#)))]"##,
            "did you mean `Statement`?",
        ),
        (
            r#"outcomes: {"identiti": [Allowed]}"#,
            "there is no inherited beat `identiti`",
        ),
        (
            r#"outcomes: {"identity": [Allowed, Allowed]}"#,
            "2 outcomes for 1 actions",
        ),
        (
            r#"changes: [(at: (beat: "credentials"), change: Message(device: "phone", operation: "GetId", fate: Drop))]"#,
            "phone sends no further request GetId",
        ),
        (
            r#"changes: [(at: (beat: "credentials"), chnge: LeaveOut)]"#,
            "did you mean `change`?",
        ),
        (
            r#"experiments: [(title: "What if?", changes: [], expect: Allowed, explain: "x")]"#,
            "the experiment changes nothing",
        ),
    ] {
        let found = with(fields);
        assert!(found.contains(says), "{fields}: {found}");
    }
}

#[test]
fn twins_are_compared_by_the_name_of_one() {
    let told = printed(&["diff", "--twin", "classic-flow"]);
    assert!(told.contains("facebook-to-s3"), "{told}");
    assert!(complaint(&["diff", "--twin", "user-pool-sign-up"], 2).contains("has no twin"));
}
