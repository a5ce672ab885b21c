//! Where in a RON text does `chapters[0].beats[3].actions[1].device` stand?
//!
//! RON says where a text breaks its grammar, but a value that has been read no longer knows where
//! it came from. This small scanner keeps what serde drops: the span of every value. It never
//! fails: of a damaged text it knows the part before the damage.

use std::ops::Range;

use super::limits::MAX_NESTING;

/// A span of bytes in a source text.
pub type Bytes = Range<usize>;

/// One step on the way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A field's or map entry's name
    Field(String),
    /// A position in a list or among nameless values
    Index(usize),
}

/// The way to a value from the top of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(Vec<Step>);

impl Path {
    /// The whole file.
    pub fn top() -> Self {
        Self::default()
    }

    /// A field of it.
    pub fn field(&self, name: &str) -> Self {
        self.then(Step::Field(name.to_owned()))
    }

    /// An entry of it.
    pub fn index(&self, index: usize) -> Self {
        self.then(Step::Index(index))
    }

    fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

/// A value with its span.
#[derive(Clone, Debug)]
pub struct Node {
    /// From its first to past its last byte
    pub span: Bytes,
    /// What is in it
    pub kind: Kind,
}

/// What a value is made of.
#[derive(Clone, Debug)]
pub enum Kind {
    /// `(…)` or `Name(…)`: named and nameless values
    Struct(Vec<Entry>),
    /// `[…]`
    List(Vec<Node>),
    /// `{…}`
    Map(Vec<Entry>),
    /// A text: where its content stands, and whether it is raw, byte for byte
    Text {
        /// Between the quotes
        content: Bytes,
        /// `r"…"`: no escapes
        raw: bool,
    },
    /// Anything else
    Plain,
}

/// A value with what it is called.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Field name or map key; none where the value stands alone
    pub name: Option<String>,
    /// Where the name stands
    pub name_span: Bytes,
    /// The value
    pub value: Node,
}

/// What the scanner found in a text.
#[derive(Clone, Debug)]
pub struct Tree {
    /// The outermost value
    pub root: Node,
    /// Where values first nest deeper than [`MAX_NESTING`]
    pub too_deep: Option<Bytes>,
}

impl Tree {
    /// Scans a text.
    pub fn scan(text: &str) -> Self {
        let mut scanner = Scanner {
            text,
            bytes: text.as_bytes(),
            at: 0,
            too_deep: None,
        };
        scanner.skip_attributes();
        let root = scanner.value(0);
        Self {
            root,
            too_deep: scanner.too_deep,
        }
    }

    /// The value at this path, or the closest one around it that there is.
    pub fn find(&self, path: &Path) -> &Node {
        let mut node = &self.root;
        for step in &path.0 {
            match node.step(step) {
                Some(inner) => node = inner,
                None => break,
            }
        }
        node
    }

    /// The value at exactly this path.
    pub fn exact(&self, path: &Path) -> Option<&Node> {
        let mut steps = path.0.iter();
        steps.try_fold(&self.root, |node, step| node.step(step))
    }

    /// The name of the field at this path; the field's value or what is around it where it has none.
    pub fn find_name(&self, path: &Path) -> Bytes {
        let Some((last, before)) = path.0.split_last() else {
            return self.root.span.clone();
        };
        let parent = self.find(&Path(before.to_vec()));
        let entry = parent.entries().iter().find(|entry| match last {
            Step::Field(name) => entry.name.as_deref() == Some(name),
            Step::Index(_) => false,
        });
        entry.map_or_else(
            || self.find(path).span.clone(),
            |entry| entry.name_span.clone(),
        )
    }

    /// The values around a byte, the outermost first.
    pub fn around(&self, at: usize) -> Vec<&Node> {
        let mut found = vec![&self.root];
        let mut node = &self.root;
        while let Some(inner) = node.children().find(|child| child.span.contains(&at)) {
            found.push(inner);
            node = inner;
        }
        found
    }
}

impl Node {
    fn step(&self, step: &Step) -> Option<&Node> {
        match (step, &self.kind) {
            (Step::Index(index), Kind::List(items)) => items.get(*index),
            (Step::Index(index), Kind::Struct(entries)) => {
                entries.get(*index).map(|entry| &entry.value)
            }
            (Step::Field(name), Kind::Struct(entries) | Kind::Map(entries)) => entries
                .iter()
                .find(|entry| entry.name.as_deref() == Some(name))
                .map(|entry| &entry.value),
            _ => None,
        }
    }

    /// Entries of a struct or map.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Struct(entries) | Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Every value directly inside.
    pub fn children(&self) -> Box<dyn Iterator<Item = &Node> + '_> {
        match &self.kind {
            Kind::List(items) => Box::new(items.iter()),
            Kind::Struct(entries) | Kind::Map(entries) => {
                Box::new(entries.iter().map(|entry| &entry.value))
            }
            Kind::Text { .. } | Kind::Plain => Box::new(std::iter::empty()),
        }
    }
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    too_deep: Option<Bytes>,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn starts_with(&self, what: &str) -> bool {
        self.bytes
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(what.as_bytes()))
    }

    /// Skips white space and comments.
    fn skip_space(&mut self) {
        loop {
            if self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
                self.at += 1;
            } else if self.starts_with("//") {
                self.skip_until("\n");
            } else if self.starts_with("/*") {
                self.skip_block_comment();
            } else {
                return;
            }
        }
    }

    fn skip_until(&mut self, what: &str) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.at += rest
            .find(what)
            .map_or(rest.len(), |found| found + what.len());
    }

    fn skip_block_comment(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.bytes.len() {
            if self.starts_with("/*") {
                depth += 1;
                self.at += 2;
            } else if self.starts_with("*/") {
                depth -= 1;
                self.at += 2;
                if depth == 0 {
                    return;
                }
            } else {
                self.at += 1;
            }
        }
    }

    /// `#![enable(…)]` before the value.
    fn skip_attributes(&mut self) {
        self.skip_space();
        while self.starts_with("#!") {
            self.skip_until("]");
            self.skip_space();
        }
    }

    fn value(&mut self, depth: usize) -> Node {
        self.skip_space();
        let start = self.at;
        if depth > MAX_NESTING {
            self.too_deep.get_or_insert(start..start + 1);
            self.at = self.bytes.len();
            return Node {
                span: start..self.at,
                kind: Kind::Plain,
            };
        }
        let kind = match self.peek() {
            Some(b'[') => Kind::List(self.list(depth)),
            Some(b'{') => Kind::Map(self.entries(b'}', depth)),
            Some(b'(') => Kind::Struct(self.entries(b')', depth)),
            Some(b'"') => self.text(),
            Some(b'\'') => self.character(),
            Some(b'r' | b'b') if self.is_raw_text() => self.raw_text(),
            Some(_) => self.word(depth),
            None => Kind::Plain,
        };
        Node {
            span: start..self.at,
            kind,
        }
    }

    fn list(&mut self, depth: usize) -> Vec<Node> {
        self.at += 1;
        let mut items = Vec::new();
        while self.more(b']') {
            items.push(self.value(depth + 1));
            self.after_value();
        }
        items
    }

    /// Named or nameless values up to the closing byte.
    fn entries(&mut self, close: u8, depth: usize) -> Vec<Entry> {
        self.at += 1;
        let mut entries = Vec::new();
        while self.more(close) {
            let first = self.value(depth + 1);
            self.skip_space();
            if self.peek() == Some(b':') {
                self.at += 1;
                let name = self.name_of(&first);
                let value = self.value(depth + 1);
                entries.push(Entry {
                    name: Some(name),
                    name_span: first.span,
                    value,
                });
            } else {
                entries.push(Entry {
                    name: None,
                    name_span: first.span.clone(),
                    value: first,
                });
            }
            self.after_value();
        }
        entries
    }

    /// Whether another value follows; steps over the closing byte where none does.
    fn more(&mut self, close: u8) -> bool {
        self.skip_space();
        match self.peek() {
            Some(byte) if byte == close => {
                self.at += 1;
                false
            }
            Some(_) => true,
            None => false,
        }
    }

    /// Steps over what separates two values.
    fn after_value(&mut self) {
        self.skip_space();
        if matches!(self.peek(), Some(b',' | b':')) {
            self.at += 1;
        }
    }

    fn name_of(&self, node: &Node) -> String {
        let span = match &node.kind {
            Kind::Text { content, .. } => content.clone(),
            _ => node.span.clone(),
        };
        let name = self.text.get(span).unwrap_or_default();
        name.strip_prefix("r#").unwrap_or(name).to_owned()
    }

    fn text(&mut self) -> Kind {
        self.at += 1;
        let start = self.at;
        while let Some(byte) = self.peek() {
            match byte {
                b'\\' => self.at += 2,
                b'"' => break,
                _ => self.at += 1,
            }
        }
        let end = self.at.min(self.bytes.len());
        self.at = (end + 1).min(self.bytes.len());
        let content = start.min(end)..end;
        let raw = !self
            .bytes
            .get(content.clone())
            .unwrap_or_default()
            .contains(&b'\\');
        Kind::Text { content, raw }
    }

    fn character(&mut self) -> Kind {
        self.at += 1;
        if self.peek() == Some(b'\\') {
            self.at += 1;
        }
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.chars().next().map_or(0, char::len_utf8);
        self.at += length;
        if self.peek() == Some(b'\'') {
            self.at += 1;
        }
        self.at = self.at.min(self.bytes.len());
        Kind::Plain
    }

    fn is_raw_text(&self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let rest = rest.strip_prefix('b').unwrap_or(rest);
        let Some(rest) = rest.strip_prefix('r') else {
            return rest.starts_with('"');
        };
        rest.trim_start_matches('#').starts_with('"')
    }

    fn raw_text(&mut self) -> Kind {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let prefix = rest.find('"').unwrap_or(0);
        let hashes = rest.get(..prefix).unwrap_or_default().matches('#').count();
        if !rest.get(..prefix).unwrap_or_default().contains('r') {
            self.at += prefix;
            return self.text();
        }
        self.at += prefix + 1;
        let start = self.at;
        let close = format!("\"{}", "#".repeat(hashes));
        let rest = self.text.get(start..).unwrap_or_default();
        let length = rest.find(&close).unwrap_or(rest.len());
        self.at = (start + length + close.len()).min(self.bytes.len());
        Kind::Text {
            content: start..start + length,
            raw: true,
        }
    }

    /// A number, a name, or a name with a struct behind it.
    fn word(&mut self, depth: usize) -> Kind {
        let start = self.at;
        while self
            .peek()
            .is_some_and(|byte| !byte.is_ascii_whitespace() && !b",:()[]{}\"".contains(&byte))
        {
            self.at += 1;
        }
        if self.at == start {
            // A closing byte of another kind, a stray comma or colon: part of no value
            self.at += 1;
            return Kind::Plain;
        }
        let end = self.at;
        self.skip_space();
        if self.peek() == Some(b'(') {
            return Kind::Struct(self.entries(b')', depth));
        }
        self.at = end;
        Kind::Plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r##"#![enable(implicit_some)]
( // a comment with a ( in it
    id: "x", /* nested /* comment */ ) */
    list: [GetId(device: "phone"), Wait("65m"), 'c'],
    "policy": r#"{"a": ")"}"#,
    map: {"a b": (inner: -1.5)},
)"##;

    fn at(path: &Path) -> &'static str {
        &TEXT[Tree::scan(TEXT).find(path).span.clone()]
    }

    #[test]
    fn a_value_is_found_by_its_path() {
        let top = Path::top();
        assert_eq!(at(&top.field("id")), "\"x\"");
        assert_eq!(at(&top.field("list").index(0).field("device")), "\"phone\"");
        assert_eq!(at(&top.field("list").index(1).index(0)), "\"65m\"");
        assert_eq!(at(&top.field("map").field("a b").field("inner")), "-1.5");
    }

    #[test]
    fn what_is_missing_is_answered_with_what_is_around_it() {
        let action = Path::top().field("list").index(0);
        assert_eq!(at(&action.field("pool")), "GetId(device: \"phone\")");
    }

    #[test]
    fn the_content_of_a_raw_text_is_known_to_the_byte() {
        let tree = Tree::scan(TEXT);
        let Kind::Text { content, raw } = &tree.find(&Path::top().field("policy")).kind else {
            panic!("not a text");
        };
        assert!(raw);
        assert_eq!(&TEXT[content.clone()], r#"{"a": ")"}"#);
    }

    #[test]
    fn the_values_around_a_byte_are_listed_from_the_outside() {
        let tree = Tree::scan(TEXT);
        let byte = TEXT.find("phone").unwrap();
        let spans: Vec<usize> = tree
            .around(byte)
            .iter()
            .map(|node| node.span.len())
            .collect();
        assert_eq!(spans.len(), 4);
        assert!(spans.windows(2).all(|pair| pair[0] > pair[1]));
    }

    #[test]
    fn nesting_beyond_the_limit_is_noticed_and_not_followed() {
        let deep = "[".repeat(100_000);
        assert!(Tree::scan(&deep).too_deep.is_some());
        assert!(Tree::scan("[[[]]]").too_deep.is_none());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_scanned_to_spans_inside_it(text in "[\\[\\](){}:,\"'r#b/*\\\\a-c é\n]{0,200}") {
            let tree = Tree::scan(&text);
            for at in 0..text.len() {
                for node in tree.around(at) {
                    proptest::prop_assert!(node.span.end <= text.len());
                }
            }
        }
    }
}
