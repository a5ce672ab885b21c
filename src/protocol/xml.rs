//! XML as STS and S3 answer with it: a small tree that writes itself, and one read by path.

use std::fmt::Write;

/// The most bytes a document may have.
pub const MAX_XML_BYTES: usize = 1024 * 1024;
/// How deep elements may nest.
pub const MAX_XML_DEPTH: usize = 64;
/// The most nodes a document may have.
pub const MAX_XML_NODES: u32 = 50_000;

/// Why a text is not a document this project reads.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// The document is too long.
    #[error("an XML document may be at most {MAX_XML_BYTES} bytes long, this one has {0}")]
    TooLong(usize),
    /// The elements nest too deeply.
    #[error("XML elements may nest at most {MAX_XML_DEPTH} deep")]
    TooDeep,
    /// The text is not well-formed.
    #[error("not well-formed XML: {0}")]
    Malformed(String),
}

/// An element: a name, attributes, and either text or child elements.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    /// An element without content. The name is written as it is given.
    pub fn new(name: &str) -> Element {
        Element {
            name: name.to_owned(),
            ..Element::default()
        }
    }

    /// An element with text.
    pub fn leaf(name: &str, text: impl Into<String>) -> Element {
        Element {
            text: text.into(),
            ..Element::new(name)
        }
    }

    /// The same element with one more attribute.
    #[must_use]
    pub fn attribute(mut self, name: &str, value: &str) -> Element {
        self.attributes.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same element with one more child.
    #[must_use]
    pub fn child(mut self, child: Element) -> Element {
        self.children.push(child);
        self
    }

    /// The same element with one more child that has text.
    #[must_use]
    pub fn with(self, name: &str, text: impl Into<String>) -> Element {
        self.child(Element::leaf(name, text))
    }

    /// The same element with many more children.
    #[must_use]
    pub fn with_all(mut self, children: impl IntoIterator<Item = Element>) -> Element {
        self.children.extend(children);
        self
    }

    /// Its name, without a namespace prefix.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its own text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its children in order.
    pub fn children(&self) -> &[Element] {
        &self.children
    }

    /// The first element reached by these names from here downwards.
    pub fn at(&self, path: &[&str]) -> Option<&Element> {
        match path.split_first() {
            None => Some(self),
            Some((name, rest)) => self
                .children
                .iter()
                .filter(|c| c.name == *name)
                .find_map(|c| c.at(rest)),
        }
    }

    /// The text of the first element reached by these names.
    pub fn text_at(&self, path: &[&str]) -> Option<&str> {
        self.at(path).map(Element::text)
    }

    /// Every element reached by these names, in document order.
    pub fn all_at(&self, path: &[&str]) -> Vec<&Element> {
        match path.split_first() {
            None => vec![self],
            Some((name, rest)) => self
                .children
                .iter()
                .filter(|c| c.name == *name)
                .flat_map(|c| c.all_at(rest))
                .collect(),
        }
    }

    /// The element as text, indented by two spaces as AWS prints STS answers.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0);
        out
    }

    /// The element behind an XML declaration, as S3 answers.
    pub fn to_document(&self) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}",
            self.to_text()
        )
    }

    fn write(&self, out: &mut String, depth: usize) {
        let indent = "  ".repeat(depth);
        let name = &self.name;
        let attributes = self
            .attributes
            .iter()
            .fold(String::new(), |mut all, (key, value)| {
                // Writing to a String cannot fail
                let _ = write!(all, " {key}=\"{}\"", escape(value));
                all
            });
        if self.children.is_empty() {
            let text = escape(&self.text);
            let _ = writeln!(out, "{indent}<{name}{attributes}>{text}</{name}>");
            return;
        }
        let _ = writeln!(out, "{indent}<{name}{attributes}>");
        for child in &self.children {
            child.write(out, depth + 1);
        }
        let _ = writeln!(out, "{indent}</{name}>");
    }
}

/// Reads a document into its root element. Text between child elements is dropped.
pub fn parse(text: &str) -> Result<Element, XmlError> {
    if text.len() > MAX_XML_BYTES {
        return Err(XmlError::TooLong(text.len()));
    }
    let options = roxmltree::ParsingOptions {
        nodes_limit: MAX_XML_NODES,
        ..Default::default()
    };
    let document = roxmltree::Document::parse_with_options(text, options)
        .map_err(|error| XmlError::Malformed(error.to_string()))?;
    convert(document.root_element(), MAX_XML_DEPTH)
}

fn convert(node: roxmltree::Node<'_, '_>, depth_left: usize) -> Result<Element, XmlError> {
    let depth_left = depth_left.checked_sub(1).ok_or(XmlError::TooDeep)?;
    let mut element = Element::new(node.tag_name().name());
    for attribute in node.attributes() {
        element
            .attributes
            .push((attribute.name().to_owned(), attribute.value().to_owned()));
    }
    for child in node.children().filter(roxmltree::Node::is_element) {
        element.children.push(convert(child, depth_left)?);
    }
    if element.children.is_empty() {
        element.text = node
            .children()
            .filter(roxmltree::Node::is_text)
            .filter_map(|t| t.text())
            .collect();
    }
    Ok(element)
}

/// Escapes text for element content and attribute values. Characters that XML cannot carry become U+FFFD.
pub fn escape(text: &str) -> String {
    // Most texts travel as they are, tokens above all
    let stays =
        |byte: u8| (b' '..0x7f).contains(&byte) && !matches!(byte, b'&' | b'<' | b'>' | b'"');
    if text.bytes().all(stays) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\n' | '\t' => out.push(character),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn answer() -> Element {
        Element::new("AssumeRoleWithWebIdentityResponse")
            .attribute("xmlns", "https://sts.amazonaws.com/doc/2011-06-15/")
            .child(
                Element::new("AssumeRoleWithWebIdentityResult")
                    .child(Element::new("Credentials").with("AccessKeyId", "ASIAEXAMPLE")),
            )
    }

    #[test]
    fn an_answer_is_written_and_read_by_path() {
        let root = parse(&answer().to_text()).unwrap();
        assert_eq!(root.name(), "AssumeRoleWithWebIdentityResponse");
        let path = [
            "AssumeRoleWithWebIdentityResult",
            "Credentials",
            "AccessKeyId",
        ];
        assert_eq!(root.text_at(&path), Some("ASIAEXAMPLE"));
        assert_eq!(root.text_at(&["Nowhere"]), None);
    }

    #[test]
    fn writing_indents_and_keeps_attributes() {
        assert_eq!(
            answer().to_document(),
            concat!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
                "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n",
                "  <AssumeRoleWithWebIdentityResult>\n",
                "    <Credentials>\n",
                "      <AccessKeyId>ASIAEXAMPLE</AccessKeyId>\n",
                "    </Credentials>\n",
                "  </AssumeRoleWithWebIdentityResult>\n",
                "</AssumeRoleWithWebIdentityResponse>\n",
            )
        );
    }

    #[test]
    fn repeated_elements_are_found_in_order() {
        let root = Element::new("List")
            .with_all(["a", "b"].map(|key| Element::new("Contents").with("Key", key)));
        let keys: Vec<&str> = root
            .all_at(&["Contents", "Key"])
            .into_iter()
            .map(Element::text)
            .collect();
        assert_eq!(keys, ["a", "b"]);
    }

    #[test]
    fn broken_and_boundless_documents_are_refused() {
        assert!(matches!(parse("<a><b></a>"), Err(XmlError::Malformed(_))));
        assert!(matches!(parse(""), Err(XmlError::Malformed(_))));
        let entity = "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>";
        assert!(matches!(parse(entity), Err(XmlError::Malformed(_))));
        let deep = format!("{}{}", "<a>".repeat(65), "</a>".repeat(65));
        assert_eq!(parse(&deep), Err(XmlError::TooDeep));
        let bottomless = format!("{}{}", "<a>".repeat(40_000), "</a>".repeat(40_000));
        assert!(parse(&bottomless).is_err());
        let long = " ".repeat(MAX_XML_BYTES + 1);
        assert_eq!(parse(&long), Err(XmlError::TooLong(MAX_XML_BYTES + 1)));
    }

    proptest! {
        #[test]
        fn every_text_survives(text in "[ -~\\t\\n\\ré漢]{0,30}", value in "[ -~é]{0,20}") {
            let element = Element::leaf("a", text.clone()).attribute("b", &value);
            let read = parse(&element.to_text()).unwrap();
            prop_assert_eq!(read, element);
        }

        #[test]
        fn no_text_panics(text in ".{0,60}") {
            let _ = parse(&text);
            let _ = parse(&Element::leaf("a", text).to_text()).unwrap();
        }
    }
}
