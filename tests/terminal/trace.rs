//! `trace`: the contract of docs/trace.md.

use std::fmt::Write;

use serde_json::Value;

use crate::{printed, shipped, traced};

/// Every line of a scenario's trace.
pub fn trace(id: &str) -> Vec<Value> {
    traced(id)
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Members that a line of each type must have, as docs/trace.md lists them.
const MEMBERS: [(&str, &[&str]); 8] = [
    (
        "scenario",
        &["id", "title", "seed", "started_at", "format", "actors"],
    ),
    (
        "beat",
        &[
            "index",
            "id",
            "chapter",
            "title",
            "caption",
            "started_at",
            "ended_at",
        ],
    ),
    (
        "exchange",
        &[
            "id",
            "beat",
            "parent",
            "at",
            "answered_at",
            "from",
            "to",
            "service",
            "operation",
            "request",
            "response",
            "refusal",
            "checks",
            "steps",
            "sent",
            "received",
        ],
    ),
    (
        "artifact",
        &[
            "id",
            "kind",
            "label",
            "value",
            "minted_by",
            "minted_at",
            "exchange",
            "expires_at",
            "header",
            "claims",
            "facts",
            "provenance",
        ],
    ),
    (
        "decision",
        &[
            "exchange",
            "principal",
            "action",
            "resource",
            "context",
            "policies",
            "decision",
            "deciding",
            "sentence",
            "explanation",
        ],
    ),
    ("verdict", &["beat", "expectation", "held", "found"]),
    ("state", &["beat", "hash"]),
    ("jwks", &["issuer", "uri", "keys"]),
];

#[test]
fn every_line_has_a_type_and_its_members() {
    for id in shipped() {
        for line in trace(id) {
            let kind = line["type"].as_str().unwrap();
            let (_, members) = MEMBERS.iter().find(|(name, _)| *name == kind).expect(kind);
            for member in *members {
                assert!(line.get(member).is_some(), "{member} of a {kind} in {id}");
            }
        }
    }
}

#[test]
fn the_document_names_every_type_and_member() {
    let document = std::fs::read_to_string("docs/trace.md").unwrap();
    for (kind, members) in MEMBERS {
        assert!(document.contains(&format!("## `{kind}`")), "{kind}");
        for member in members {
            assert!(
                document.contains(&format!("`{member}`")),
                "{member} of {kind}"
            );
        }
    }
}

#[test]
fn two_runs_give_the_same_bytes() {
    for id in ["facebook-to-s3", "user-pool-sign-up"] {
        let first = printed(&["trace", id]);
        assert_eq!(first, printed(&["trace", id]));
        assert!(
            first.lines().eq(traced(id)),
            "the program prints what this process performs"
        );
    }
    assert_ne!(
        printed(&["trace", "user-pool-sign-up", "--seed", "1"]),
        printed(&["trace", "user-pool-sign-up", "--seed", "2"])
    );
}

#[test]
fn a_reference_never_points_ahead_of_what_it_names() {
    for id in shipped() {
        let mut known = Vec::new();
        for line in trace(id) {
            match line["type"].as_str().unwrap() {
                "artifact" => known.push(line["id"].clone()),
                "exchange" => {
                    let named =
                        ["sent", "received"].map(|member| line[member].as_array().unwrap().clone());
                    for artifact in named.concat() {
                        let inside = line["steps"]
                            .as_array()
                            .is_some_and(|steps| !steps.is_empty());
                        assert!(known.contains(&artifact) || inside, "{artifact} in {id}");
                    }
                }
                _ => {}
            }
        }
    }
}

/// Who asked whom for what, which checks were made and how it ended: what must not change
/// unnoticed. Evidence and bytes are checked by other tests.
fn summary(id: &str) -> String {
    let mut text = String::new();
    for line in trace(id) {
        match line["type"].as_str().unwrap() {
            "beat" => writeln!(text, "beat {} {}", line["index"], line["id"]).unwrap(),
            "exchange" => {
                let words = |member: &str| line[member].as_str().unwrap_or_default().to_owned();
                let indent = if line["parent"].is_null() {
                    "  "
                } else {
                    "      "
                };
                let (from, to) = (words("from"), words("to"));
                let (service, operation) = (words("service"), words("operation"));
                let status = &line["response"]["status"];
                writeln!(
                    text,
                    "{indent}{from} -> {to} {service}:{operation} {status}"
                )
                .unwrap();
                for check in line["checks"].as_array().unwrap() {
                    writeln!(text, "{indent}    {} {}", check["outcome"], check["name"]).unwrap();
                }
            }
            "decision" => {
                writeln!(
                    text,
                    "      decision {} {}",
                    line["action"], line["decision"]
                )
                .unwrap();
            }
            "verdict" => {
                writeln!(text, "  verdict {} {}", line["expectation"], line["held"]).unwrap()
            }
            _ => {}
        }
    }
    text
}

#[test]
fn the_course_of_every_shipped_story_is_as_it_was() {
    for id in shipped() {
        insta::assert_snapshot!(id, summary(id));
    }
}
