//! A policy's text laid out for reading, and where its statements and their parts stand in it.

use std::ops::Range;

use super::json::{self, Json, Node};

/// A policy laid out, with the places of its statements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The text: as written where it has lines, indented where it is one
    pub text: String,
    /// Its statements, in order
    pub statements: Vec<StatementPlace>,
}

/// Where a statement and its parts stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementPlace {
    /// The whole statement, in bytes of the text
    pub span: Range<usize>,
    /// Its elements: name, key under it for a condition, and where the value stands
    pub parts: Vec<PartPlace>,
}

/// Where one part of a statement stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartPlace {
    /// `Action`, or the operator of a condition
    pub element: String,
    /// The condition key
    pub key: Option<String>,
    /// Its value, in bytes of the text
    pub value: Range<usize>,
}

impl Layout {
    /// Lays a policy out. A text that is no policy has no statements.
    #[must_use]
    pub fn of(written: &str) -> Self {
        let text = match written.trim().contains('\n') {
            true => written.trim_end().to_owned(),
            false => indented(written),
        };
        let statements = json::parse(&text).map_or_else(|_| Vec::new(), |node| places(&node));
        Self { text, statements }
    }
}

fn indented(written: &str) -> String {
    let value = serde_json::from_str::<serde_json::Value>(written);
    value
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| written.to_owned())
}

fn range(node: &Node) -> Range<usize> {
    node.span.start..node.span.end
}

fn members(node: &Node) -> &[json::Member] {
    match &node.value {
        Json::Object(members) => members,
        _ => &[],
    }
}

fn places(policy: &Node) -> Vec<StatementPlace> {
    let all = members(policy);
    let Some(statement) = all.iter().find(|it| it.key == "Statement") else {
        return Vec::new();
    };
    match &statement.value.value {
        Json::Array(statements) => statements.iter().map(place).collect(),
        Json::Object(_) => vec![place(&statement.value)],
        _ => Vec::new(),
    }
}

fn place(statement: &Node) -> StatementPlace {
    let mut parts = Vec::new();
    for member in members(statement) {
        if member.key != "Condition" {
            parts.push(PartPlace {
                element: member.key.clone(),
                key: None,
                value: range(&member.value),
            });
            continue;
        }
        for operator in members(&member.value) {
            let keys = members(&operator.value).iter().map(|key| PartPlace {
                element: operator.key.clone(),
                key: Some(key.key.clone()),
                value: range(&key.value),
            });
            parts.extend(keys);
        }
    }
    StatementPlace {
        span: range(statement),
        parts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_and_its_condition_are_found_in_the_text() {
        let written = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"red"}}}}"#;
        let layout = Layout::of(written);
        assert!(layout.text.contains('\n'));
        let statement = &layout.statements[0];
        assert!(layout.text[statement.span.clone()].starts_with('{'));
        let part = statement.parts.iter().find(|it| it.key.is_some()).unwrap();
        assert_eq!(part.element, "StringEquals");
        assert_eq!(&layout.text[part.value.clone()], "\"red\"");
    }

    #[test]
    fn a_text_with_lines_stays_as_it_was_written() {
        let written = "{\n \"Statement\": [ ]\n}";
        assert_eq!(Layout::of(written).text, written);
        assert_eq!(Layout::of("no policy").statements, []);
    }
}
