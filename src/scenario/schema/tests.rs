//! The schema holds for everything that ships, and can fail; the reference is fresh.

use serde_json::{Map, Value, json};

use super::super::library;
use super::super::locate::{Kind, Node, Tree};

/// A scanned RON value as the schema sees it.
fn as_json(text: &str, node: &Node) -> Value {
    let written = &text[node.span.clone()];
    match &node.kind {
        Kind::Text { .. } => Value::String(ron::from_str(written).unwrap()),
        Kind::List(items) => items.iter().map(|it| as_json(text, it)).collect(),
        Kind::Map(_) => Value::Object(named_values(text, node)),
        Kind::Struct(entries) => {
            let name = written.split('(').next().unwrap().trim();
            let content = match entries.as_slice() {
                [one] if one.name.is_none() => as_json(text, &one.value),
                [first, ..] if first.name.is_none() => {
                    entries.iter().map(|it| as_json(text, &it.value)).collect()
                }
                _ => Value::Object(named_values(text, node)),
            };
            match name {
                "" | "Some" => content,
                name => json!({ name: content }),
            }
        }
        Kind::Plain => {
            serde_json::from_str(written).unwrap_or_else(|_| Value::String(written.to_owned()))
        }
    }
}

fn named_values(text: &str, node: &Node) -> Map<String, Value> {
    let entries = node.entries().iter();
    entries
        .map(|it| (it.name.clone().unwrap(), as_json(text, &it.value)))
        .collect()
}

/// Where a value does not have the shape that a schema asks for. Knows the words that ours use.
fn problems(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let wrong = |what: String| vec![format!("{at}: {what}")];
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.strip_prefix("#/$defs/").unwrap();
        return problems(root, &root["$defs"][name], value, at);
    }
    for word in ["oneOf", "anyOf"] {
        if let Some(branches) = schema[word].as_array() {
            let all: Vec<_> = branches
                .iter()
                .map(|branch| problems(root, branch, value, at))
                .collect();
            let holding = all.iter().filter(|it| it.is_empty()).count();
            if holding == 1 {
                return Vec::new();
            }
            // The branch that got furthest says most
            return all
                .into_iter()
                .max_by_key(|it| it.iter().map(String::len).max())
                .unwrap();
        }
    }
    if let Some(names) = schema["enum"].as_array()
        && !names.contains(value)
    {
        return wrong(format!("{value} is not among {names:?}"));
    }
    if !schema["const"].is_null() && schema["const"] != *value {
        return wrong(format!("{value} is not {}", schema["const"]));
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(either) => either.iter().filter_map(Value::as_str).collect(),
        _ => panic!("{at}: the schema names no type: {schema}"),
    };
    let fits = types.iter().any(|name| match *name {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        other => panic!("{at}: unknown type {other}"),
    });
    if !fits {
        return wrong(format!("{value} is no {types:?}"));
    }
    match value {
        Value::Array(items) => in_list(root, schema, items, at),
        Value::Object(fields) => in_object(root, schema, fields, at),
        _ => Vec::new(),
    }
}

fn in_list(root: &Value, schema: &Value, items: &[Value], at: &str) -> Vec<String> {
    let of = |place: usize| match &schema["prefixItems"] {
        Value::Array(prefix) => prefix[place].clone(),
        _ => schema["items"].clone(),
    };
    if schema["maxItems"]
        .as_u64()
        .is_some_and(|most| items.len() as u64 > most)
        || schema["minItems"]
            .as_u64()
            .is_some_and(|least| (items.len() as u64) < least)
    {
        return vec![format!("{at}: {} values", items.len())];
    }
    let items = items.iter().enumerate();
    items
        .flat_map(|(place, item)| problems(root, &of(place), item, &format!("{at}[{place}]")))
        .collect()
}

fn in_object(root: &Value, schema: &Value, fields: &Map<String, Value>, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    for name in schema["required"].as_array().into_iter().flatten() {
        if !fields.contains_key(name.as_str().unwrap()) {
            found.push(format!("{at}: {name} is missing"));
        }
    }
    for (name, value) in fields {
        let at = format!("{at}.{name}");
        match (&schema["properties"][name], &schema["additionalProperties"]) {
            (Value::Null, of @ Value::Object(_)) => found.extend(problems(root, of, value, &at)),
            (Value::Null, _) => found.push(format!("{at}: no such field")),
            (schema, _) => found.extend(problems(root, schema, value, &at)),
        }
    }
    found
}

fn problems_in(schema: &Value, text: &str) -> Vec<String> {
    problems(schema, schema, &as_json(text, &Tree::scan(text).root), "")
}

#[test]
fn every_shipped_file_has_the_shape_that_the_schema_describes() {
    let scenario = Value::from(super::scenario());
    let world = Value::from(super::world());
    for (schema, entries) in [
        (&scenario, &library::ALL[..]),
        (&world, &library::WORLDS[..]),
    ] {
        for entry in entries {
            let found = problems_in(schema, entry.text);
            assert!(found.is_empty(), "{}: {found:#?}", entry.path);
        }
    }
}

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    let scenario = Value::from(super::scenario());
    let with = |actions: &str| {
        format!(
            "(id: \"a\", title: \"A\", summary: \"s\", chapters: [(title: \"c\", beats: [\
             (id: \"b\", title: \"B\", caption: \"c\", actions: [{actions}])])])"
        )
    };
    let good = "GetId(device: \"phone\", pool: \"p\", login: Google(Held(\"phone\", IdToken)))";
    assert_eq!(problems_in(&scenario, &with(good)), Vec::<String>::new());
    for bad in [
        "GetId(device: \"phone\")",
        "GetId(device: 7, pool: \"p\")",
        "GetId(device: \"phone\", pool: \"p\", logins: [])",
        "GetIt(device: \"phone\", pool: \"p\")",
        "GetId(device: \"phone\", pool: \"p\", login: Google(Held(\"phone\", IdTokn)))",
        "GetId(device: \"phone\", pool: \"p\", login: Google(Held(\"phone\")))",
        "Wait(5)",
    ] {
        assert!(!problems_in(&scenario, &with(bad)).is_empty(), "{bad}");
    }
}

#[test]
fn the_reference_page_is_fresh() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference.md");
    let now = super::page();
    if std::env::var_os("TOKENTRAIL_BLESS").is_some() {
        std::fs::write(path, now).unwrap();
        return;
    }
    assert!(
        now == std::fs::read_to_string(path).unwrap_or_default(),
        "docs/reference.md is stale: run TOKENTRAIL_BLESS=1 cargo test reference"
    );
}

#[test]
fn every_field_and_every_choice_is_explained_and_can_be_asked_for() {
    for name in super::names() {
        assert!(super::named(&name).is_some(), "{name}");
    }
    assert_eq!(super::named("Nonsense"), None);
    let shown = super::named("getid").unwrap();
    assert!(shown.contains("GetId(device, pool, login)"), "{shown}");
    assert!(shown.contains("LoginWith, optional"), "{shown}");
    for line in super::page().lines() {
        assert!(!line.ends_with("|  |"), "not explained: {line}");
    }
}
