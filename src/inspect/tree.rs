//! A message's body as a tree: JSON, a form or XML, told apart by what it is, not by what it says
//! it is. Flat rows in the order of writing, each with its depth.

use serde_json::Value;

use crate::protocol::form::Form;

/// The most rows of a tree.
pub const MAX_ROWS: usize = 2_000;
/// The longest body that is taken apart, in bytes.
pub const MAX_BODY_BYTES: usize = 512 * 1024;

/// What a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// No body
    Empty,
    /// JSON
    Json,
    /// Names and values, percent-encoded
    Form,
    /// XML
    Xml,
    /// Some other text
    Text,
    /// Not a text
    Bytes,
}

impl BodyKind {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "no body",
            Self::Json => "JSON",
            Self::Form => "form",
            Self::Xml => "XML",
            Self::Text => "text",
            Self::Bytes => "bytes",
        }
    }
}

/// A row of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// How deep it lies
    pub depth: u16,
    /// Its name, or its position in a list
    pub name: String,
    /// Its value; none for what only holds other rows
    pub value: Option<String>,
}

/// A body taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// What it is
    pub kind: BodyKind,
    /// Its rows, at most [`MAX_ROWS`]
    pub rows: Vec<Row>,
    /// Whether there are more
    pub cut: bool,
}

impl Tree {
    /// Takes a body apart.
    pub fn of(body: &[u8]) -> Self {
        let Ok(text) = std::str::from_utf8(body) else {
            return Self::leaf(BodyKind::Bytes);
        };
        if text.trim().is_empty() {
            return Self::leaf(BodyKind::Empty);
        }
        if text.len() > MAX_BODY_BYTES {
            return Self::leaf(BodyKind::Text);
        }
        let mut rows = Rows::default();
        let kind = if let Some(json) = json(text) {
            rows.json_members(0, &json);
            BodyKind::Json
        } else if let Some(document) = xml(text) {
            rows.xml(0, document.root_element());
            BodyKind::Xml
        } else if let Some(form) = form(text) {
            rows.form(&form);
            BodyKind::Form
        } else {
            BodyKind::Text
        };
        Self {
            kind,
            rows: rows.rows,
            cut: rows.cut,
        }
    }

    fn leaf(kind: BodyKind) -> Self {
        Self {
            kind,
            rows: Vec::new(),
            cut: false,
        }
    }
}

fn json(text: &str) -> Option<Value> {
    let start = text.trim_start().chars().next();
    let may_be = matches!(start, Some('{' | '['));
    may_be.then(|| serde_json::from_str(text).ok()).flatten()
}

fn xml(text: &str) -> Option<roxmltree::Document<'_>> {
    let may_be = text.trim_start().starts_with('<') && !text.contains("<!DOCTYPE");
    may_be
        .then(|| roxmltree::Document::parse(text).ok())
        .flatten()
}

/// Text with spaces or without `=` is not a form, whatever it decodes to.
fn form(text: &str) -> Option<Form> {
    let may_be = text.contains('=') && !text.contains([' ', '\n', '<', '{']);
    may_be.then(|| Form::parse(text).ok()).flatten()
}

#[derive(Default)]
struct Rows {
    rows: Vec<Row>,
    cut: bool,
}

impl Rows {
    fn push(&mut self, depth: u16, name: &str, value: Option<String>) {
        if self.rows.len() >= MAX_ROWS {
            self.cut = true;
            return;
        }
        self.rows.push(Row {
            depth,
            name: name.to_owned(),
            value,
        });
    }

    fn json_members(&mut self, depth: u16, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    self.json(depth, name, value);
                }
            }
            Value::Array(values) => {
                for (position, value) in values.iter().enumerate() {
                    self.json(depth, &position.to_string(), value);
                }
            }
            leaf => self.push(depth, "", Some(leaf.to_string())),
        }
    }

    fn json(&mut self, depth: u16, name: &str, value: &Value) {
        match value {
            Value::Object(members) if members.is_empty() => {
                self.push(depth, name, Some("{}".to_owned()));
            }
            Value::Array(values) if values.is_empty() => {
                self.push(depth, name, Some("[]".to_owned()));
            }
            Value::Object(_) | Value::Array(_) => {
                self.push(depth, name, None);
                self.json_members(depth.saturating_add(1), value);
            }
            Value::String(text) => self.push(depth, name, Some(text.clone())),
            leaf => self.push(depth, name, Some(leaf.to_string())),
        }
    }

    fn form(&mut self, form: &Form) {
        for (name, value) in form.iter() {
            self.push(0, name, Some(value.to_owned()));
        }
    }

    fn xml(&mut self, depth: u16, element: roxmltree::Node<'_, '_>) {
        let name = element.tag_name().name();
        let mut children = element
            .children()
            .filter(roxmltree::Node::is_element)
            .peekable();
        let text = element.text().unwrap_or_default().trim();
        let value = children.peek().is_none().then(|| text.to_owned());
        self.push(depth, name, value);
        for child in children {
            self.xml(depth.saturating_add(1), child);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(body: &str) -> Vec<(u16, String, Option<String>)> {
        let tree = Tree::of(body.as_bytes());
        let row = |row: Row| (row.depth, row.name, row.value);
        tree.rows.into_iter().map(row).collect()
    }

    #[test]
    fn json_forms_and_xml_are_told_apart_and_taken_apart() {
        assert_eq!(
            rows(r#"{"a":{"b":[1,"x"]}}"#),
            [
                (0, "a".into(), None),
                (1, "b".into(), None),
                (2, "0".into(), Some("1".into())),
                (2, "1".into(), Some("x".into())),
            ]
        );
        assert_eq!(
            rows("Action=GetId&A=b%20c"),
            [
                (0, "Action".into(), Some("GetId".into())),
                (0, "A".into(), Some("b c".into())),
            ]
        );
        assert_eq!(
            rows("<A><B>x</B></A>"),
            [(0, "A".into(), None), (1, "B".into(), Some("x".into()))]
        );
        assert_eq!(Tree::of(b"Mind the worms").kind, BodyKind::Text);
        assert_eq!(Tree::of(b"").kind, BodyKind::Empty);
        assert_eq!(Tree::of(&[0xff]).kind, BodyKind::Bytes);
    }

    #[test]
    fn a_tree_ends_at_its_limit_and_says_so() {
        let many: Vec<u32> = (0..5_000).collect();
        let tree = Tree::of(serde_json::to_string(&many).unwrap().as_bytes());
        assert_eq!((tree.rows.len(), tree.cut), (MAX_ROWS, true));
    }

    proptest! {
        #[test]
        fn any_bytes_make_a_tree(body in proptest::collection::vec(any::<u8>(), 0..400)) {
            let tree = Tree::of(&body);
            prop_assert!(tree.rows.len() <= MAX_ROWS);
        }
    }
}
