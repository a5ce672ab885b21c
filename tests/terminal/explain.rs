//! `explain`: policies of anybody's own, decided and explained.

use crate::{complaint, printed, tokentrail};

const DOCUMENT: &str = include_str!("../../docs/explain.md");

/// What `explain` prints for a case on standard input.
fn explained(case: &str, more: &[&str]) -> String {
    let mut args = vec!["explain", "-"];
    args.extend(more);
    let mut command = tokentrail(&args);
    let output = command.write_stdin(case.to_owned()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The fenced blocks of the documentation, with their language, in order.
fn blocks() -> Vec<(&'static str, &'static str)> {
    let pieces = DOCUMENT.split("```").skip(1).step_by(2);
    pieces
        .map(|block| block.split_once('\n').unwrap())
        .collect()
}

#[test]
fn every_example_in_the_documentation_is_answered_as_it_says() {
    let blocks = blocks();
    let mut compared = 0;
    for pair in blocks.windows(2) {
        let [(language, case), (answer_language, answer)] = pair else {
            unreachable!("windows of two")
        };
        let more: &[&str] = match (*language, *answer_language) {
            ("json", "text") => &[],
            ("jsonl", "jsonl-answers") => &["--json"],
            _ => continue,
        };
        assert_eq!(explained(case, more), *answer);
        compared += 1;
    }
    assert_eq!(compared * 2, blocks.len(), "every block is an example");
}

#[test]
fn the_json_answer_has_decision_and_sentence() {
    let (_, case) = blocks()[0];
    let answer: serde_json::Value = serde_json::from_str(&explained(case, &["--json"])).unwrap();
    assert_eq!(answer["decision"], "implicit_deny");
    assert!(
        answer["sentence"]
            .as_str()
            .unwrap()
            .starts_with("User: arn:aws:sts::")
    );
    assert_eq!(answer["statements"][0]["parts"][1]["matched"], false);
}

#[test]
fn a_line_that_cannot_be_read_does_not_silence_the_others() {
    let (_, lines) = blocks()[6];
    let mut input = lines.to_owned();
    input.push_str("{\"principal\": 5}\n");
    let mut command = tokentrail(&["explain", "-", "--json"]);
    let output = command.write_stdin(input).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), 3);
    assert_eq!(answers[0]["decision"], "allow");
    assert_eq!(answers[2]["line"], 3);
    assert!(answers[2]["error"].as_str().unwrap().contains("principal"));
}

#[test]
fn bad_input_ends_with_code_2_and_a_place() {
    assert!(complaint(&["explain", "nowhere.json"], 2).contains("nowhere.json"));
    for (input, part) in [
        ("", "expected"),
        ("{", "line 1"),
        ("{\"a\": 1}", "unknown key `a`"),
        ("[1, 2]", "a case as a JSON object"),
    ] {
        let mut command = tokentrail(&["explain", "-"]);
        let output = command.write_stdin(input).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{input}");
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert!(complaint.contains(part), "{part} in {complaint}");
    }
    assert!(printed(&["explain", "--help"]).contains("--json"));
}
