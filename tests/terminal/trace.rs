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

/// The schema that docs/trace.md gives: its block of JSON.
fn schema() -> Value {
    let document = std::fs::read_to_string("docs/trace.md").unwrap();
    let block = document.split("```json\n").nth(1).unwrap();
    serde_json::from_str(block.split("```").next().unwrap()).unwrap()
}

/// The definition of a line's type.
fn definition<'s>(schema: &'s Value, kind: &str) -> Option<&'s Value> {
    let lines = schema["oneOf"].as_array().unwrap();
    lines
        .iter()
        .find(|it| it["properties"]["type"]["const"] == kind)
}

/// Where a value does not have the shape that a schema asks for, in the words that ours uses.
fn problems(schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    let fits = |name: &Value| match name.as_str().unwrap() {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        // A word that is not known here fits nothing
        _ => false,
    };
    let good = match (&schema["const"], &schema["enum"], &schema["type"]) {
        (Value::Null, Value::Null, Value::Array(either)) => either.iter().any(fits),
        (Value::Null, Value::Null, one @ Value::String(_)) => fits(one),
        (Value::Null, Value::Array(allowed), _) => allowed.contains(value),
        (Value::Null, _, _) => false,
        (only, _, _) => only == value,
    };
    if !good {
        return vec![format!("{at}: {value} is not as {schema} says")];
    }
    if let Value::Object(members) = value {
        for name in schema["required"].as_array().into_iter().flatten() {
            if !members.contains_key(name.as_str().unwrap()) {
                found.push(format!("{at}: {name} is missing"));
            }
        }
        for (name, value) in members {
            match &schema["properties"] {
                // Free: claims, headers of tokens, condition keys
                Value::Null => {}
                known if known[name].is_null() => found.push(format!("{at}: {name} is unknown")),
                known => found.extend(problems(&known[name], value, &format!("{at}.{name}"))),
            }
        }
    }
    if let Value::Array(items) = value
        && !schema["items"].is_null()
    {
        for item in items {
            found.extend(problems(&schema["items"], item, &format!("{at}[]")));
        }
    }
    found
}

/// Where a line does not hold to the document.
fn problems_of(schema: &Value, line: &Value) -> Vec<String> {
    let kind = line["type"].as_str().unwrap_or_default();
    match definition(schema, kind) {
        Some(definition) => problems(definition, line, kind),
        None => vec![format!("the type {} is unknown", line["type"])],
    }
}

#[test]
fn every_line_of_every_story_holds_to_the_schema_in_the_document() {
    let schema = schema();
    for id in shipped() {
        for line in trace(id) {
            let found = problems_of(&schema, &line);
            assert!(found.is_empty(), "{id}: {found:?}");
        }
    }
}

#[test]
fn a_line_that_lacks_adds_or_changes_something_does_not_hold_to_the_schema() {
    let schema = schema();
    for line in trace("facebook-to-s3") {
        let members: Vec<String> = line.as_object().unwrap().keys().cloned().collect();
        for member in members {
            let mut lacking = line.clone();
            lacking.as_object_mut().unwrap().shift_remove(&member);
            let mut changed = line.clone();
            changed[&member] = Value::from(0.5);
            let optional = matches!(member.as_str(), "tampered" | "guest");
            assert!(
                optional || !problems_of(&schema, &lacking).is_empty(),
                "{member}"
            );
            assert!(!problems_of(&schema, &changed).is_empty(), "{member}");
        }
        let mut more = line.clone();
        more["surprise"] = Value::from(true);
        assert!(!problems_of(&schema, &more).is_empty());
    }
}

#[test]
fn the_document_explains_every_type_and_member_of_its_schema() {
    let document = std::fs::read_to_string("docs/trace.md").unwrap();
    for definition in schema()["oneOf"].as_array().unwrap() {
        let kind = definition["properties"]["type"]["const"].as_str().unwrap();
        assert!(document.contains(&format!("## `{kind}`")), "{kind}");
        for member in definition["properties"].as_object().unwrap().keys() {
            let explained = member == "type" || document.contains(&format!("`{member}`"));
            assert!(explained, "{member} of {kind}");
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
