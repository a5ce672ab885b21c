//! Texts with values flowing in by reference: `"{phone.identity_id}/beach.jpg"`.
//!
//! A reference is `{name.field}`: lower-case words joined by dots between braces. Anything else
//! with a brace in it is plain text, so JSON and IAM's own `${…}` need no escaping.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize, Serializer};

/// A text in which some places are filled in when it is used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct Template {
    pieces: Vec<Piece>,
}

/// A stretch of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As it stands
    Text(String),
    /// A value to look up
    Reference(Reference),
}

/// Whose value, and which: `phone`, `identity_id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// An actor's id or a kind of thing in the world
    pub of: String,
    /// Which value, dots included
    pub field: String,
}

impl JsonSchema for Template {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Template".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A text with values flowing in by reference: \"{phone.identity_id}/beach.jpg\"",
        })
    }
}

impl From<String> for Template {
    fn from(text: String) -> Self {
        let mut pieces = Vec::new();
        let mut rest = text.as_str();
        let mut plain = String::new();
        while let Some(open) = rest.find('{') {
            let (before, from_brace) = rest.split_at(open);
            plain.push_str(before);
            match reference_at(from_brace).filter(|_| !plain.ends_with('$')) {
                Some((reference, length)) => {
                    if !plain.is_empty() {
                        pieces.push(Piece::Text(std::mem::take(&mut plain)));
                    }
                    pieces.push(Piece::Reference(reference));
                    rest = &from_brace[length..];
                }
                None => {
                    plain.push('{');
                    rest = &from_brace[1..];
                }
            }
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Self { pieces }
    }
}

impl From<&str> for Template {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl fmt::Display for Template {
    /// The text as its author wrote it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => f.write_str(text),
            Piece::Reference(reference) => write!(f, "{reference}"),
        })
    }
}

impl Serialize for Template {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Template {
    /// Every reference, in order.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Reference(reference) => Some(reference),
            Piece::Text(_) => None,
        })
    }

    /// The text with every reference filled in.
    pub fn fill<E>(
        &self,
        mut value: impl FnMut(&Reference) -> Result<String, E>,
    ) -> Result<String, E> {
        let mut filled = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Reference(reference) => filled.push_str(&value(reference)?),
            }
        }
        Ok(filled)
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{{{}.{}}}", self.of, self.field)
    }
}

/// The reference that begins at this brace, and its length in bytes.
fn reference_at(text: &str) -> Option<(Reference, usize)> {
    let close = text.find('}')?;
    let (of, field) = text.get(1..close)?.split_once('.')?;
    let word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_alphabetic())
            && word
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
    };
    (word(of) && field.split('.').all(word)).then(|| {
        (
            Reference {
                of: of.to_owned(),
                field: field.to_owned(),
            },
            close + 1,
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(text: &str) -> String {
        Template::from(text)
            .fill(|reference| Ok::<_, ()>(format!("<{}>", reference)))
            .unwrap()
    }

    #[test]
    fn a_reference_is_filled_in_and_the_rest_stays() {
        assert_eq!(
            fill("{phone.identity_id}/beach.jpg"),
            "<{phone.identity_id}>/beach.jpg"
        );
        assert_eq!(fill("a{x.y}b{z.w}"), "a<{x.y}>b<{z.w}>");
    }

    #[test]
    fn iam_variables_and_json_are_plain_text() {
        for text in [
            "${cognito-identity.amazonaws.com:sub}",
            "${aws.username}",
            r#"{"a":{"b":1}}"#,
            "{}",
            "{ a.b }",
            "{",
            "{é.b}",
            "{a.}",
        ] {
            assert_eq!(fill(text), text);
        }
    }
}
