//! JSON that remembers where everything stands.
//!
//! `serde_json` knows the place of a syntax error but not of a misspelt element, and silently
//! keeps the last of two equal keys. A policy needs both answers, so it is read with this.

use super::error::{Fault, Span};

/// How deeply arrays and objects may nest. A policy needs five levels, a case seven.
pub const MAX_NESTING_LEVELS: usize = 32;

/// A JSON value and its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// Where the value stands.
    pub span: Span,
    /// The value.
    pub value: Json,
}

/// A JSON value. Numbers keep the text they were written with.
#[derive(Clone, Debug)]
pub(crate) enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number as written.
    Number(String),
    /// A string, unescaped.
    String(String),
    /// A list.
    Array(Vec<Node>),
    /// An object in written order, without equal keys.
    Object(Vec<Member>),
}

/// One key and its value.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// The key, unescaped.
    pub key: String,
    /// Where the key stands, quotes included.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Node {
    /// What kind of value this is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self.value {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Number(_) => "a number",
            Json::String(_) => "a string",
            Json::Array(_) => "a list",
            Json::Object(_) => "an object",
        }
    }
}

/// Reads exactly one JSON value.
pub(crate) fn parse(text: &str) -> Result<Node, Fault> {
    let mut reader = Reader {
        text,
        at: 0,
        depth: 0,
    };
    let node = reader.value()?;
    reader.space();
    if reader.peek().is_some() {
        return Err(reader.fault_here("unexpected text after the JSON value"));
    }
    Ok(node)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn fault_here(&self, message: impl Into<String>) -> Fault {
        let rest = self.text.get(self.at..).unwrap_or("");
        let width = rest.chars().next().map_or(0, char::len_utf8);
        Fault::new(
            Span {
                start: self.at,
                end: self.at + width,
            },
            message,
        )
    }

    /// "expected X, found Y" at the current place.
    fn expected(&self, what: &str) -> Fault {
        let rest = self.text.get(self.at..).unwrap_or("");
        match rest.chars().next() {
            Some(found) => self.fault_here(format!("expected {what}, found `{found}`")),
            None => self.fault_here(format!("expected {what}, but the text ends here")),
        }
    }

    fn value(&mut self) -> Result<Node, Fault> {
        self.space();
        let start = self.at;
        let value = match self.peek() {
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::array)?,
            Some(b'"') => Json::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => Json::Number(self.number()?),
            Some(b't') => self.word("true", Json::Bool(true))?,
            Some(b'f') => self.word("false", Json::Bool(false))?,
            Some(b'n') => self.word("null", Json::Null)?,
            _ => return Err(self.expected("a JSON value")),
        };
        Ok(Node {
            span: Span {
                start,
                end: self.at,
            },
            value,
        })
    }

    fn nested(&mut self, inner: fn(&mut Self) -> Result<Json, Fault>) -> Result<Json, Fault> {
        self.depth += 1;
        if self.depth > MAX_NESTING_LEVELS {
            return Err(self.fault_here(format!(
                "nested deeper than the limit of {MAX_NESTING_LEVELS} levels"
            )));
        }
        self.at += 1;
        let value = inner(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn word(&mut self, word: &str, value: Json) -> Result<Json, Fault> {
        if self
            .text
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(word))
        {
            self.at += word.len();
            return Ok(value);
        }
        Err(self.expected(&format!("`{word}`")))
    }

    fn array(&mut self) -> Result<Json, Fault> {
        let mut items = Vec::new();
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value()?);
            self.space();
            match self.peek() {
                Some(b',') => self.comma(b']', "list")?,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Json::Array(items));
                }
                _ => return Err(self.expected("`,` or `]`")),
            }
        }
    }

    /// Steps over a comma and refuses one that nothing follows.
    fn comma(&mut self, close: u8, what: &str) -> Result<(), Fault> {
        let comma = self.at;
        self.at += 1;
        self.space();
        if self.peek() == Some(close) {
            let span = Span {
                start: comma,
                end: comma + 1,
            };
            return Err(
                Fault::new(span, format!("a comma may not end a {what}")).hint("remove this comma")
            );
        }
        Ok(())
    }

    fn object(&mut self) -> Result<Json, Fault> {
        let mut members: Vec<Member> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(members));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.expected("a key in double quotes"));
            }
            let start = self.at;
            let key = self.string()?;
            let key_span = Span {
                start,
                end: self.at,
            };
            if !seen.insert(key.clone()) {
                return Err(
                    Fault::new(key_span, format!("the key `{key}` is here twice"))
                        .hint("keep one of them; several values go into one list"),
                );
            }
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.expected("`:`"));
            }
            self.at += 1;
            let value = self.value()?;
            members.push(Member {
                key,
                key_span,
                value,
            });
            self.space();
            match self.peek() {
                Some(b',') => self.comma(b'}', "JSON object")?,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Json::Object(members));
                }
                _ => return Err(self.expected("`,` or `}`")),
            }
        }
    }

    fn number(&mut self) -> Result<String, Fault> {
        let start = self.at;
        while matches!(
            self.peek(),
            Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')
        ) {
            self.at += 1;
        }
        let text = self.text.get(start..self.at).unwrap_or("");
        // serde_json knows JSON's number grammar; only its place must be kept here.
        match serde_json::from_str::<serde_json::Number>(text) {
            Ok(_) => Ok(text.to_owned()),
            Err(_) => Err(Fault::new(
                Span {
                    start,
                    end: self.at,
                },
                format!("`{text}` is not a JSON number"),
            )),
        }
    }

    fn string(&mut self) -> Result<String, Fault> {
        let start = self.at;
        self.at += 1;
        let mut escaped = false;
        loop {
            match self.peek() {
                None => {
                    let span = Span {
                        start,
                        end: start + 1,
                    };
                    return Err(Fault::new(span, "this string has no closing quote"));
                }
                Some(b'\n' | b'\r') => {
                    let span = Span {
                        start,
                        end: self.at,
                    };
                    return Err(Fault::new(
                        span,
                        "this string has no closing quote on its line",
                    ));
                }
                Some(b'\\') => {
                    escaped = true;
                    self.at += 2;
                }
                Some(b'"') => {
                    self.at += 1;
                    break;
                }
                Some(_) => self.at += 1,
            }
        }
        let quoted = self.text.get(start..self.at).unwrap_or("\"\"");
        let plain = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or("");
        if !escaped && !plain.bytes().any(|b| b < 0x20) {
            return Ok(plain.to_owned());
        }
        serde_json::from_str(quoted).map_err(|_| {
            Fault::new(
                Span {
                    start,
                    end: self.at,
                },
                "this string holds an escape JSON lacks",
            )
            .hint("JSON knows \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX")
        })
    }
}
