//! A message as it travelled: its headers with a word about those that matter, its body as a tree.

use super::headers::note;
use super::tree::Tree;
use crate::cloud::ledger::{Body, Exchange, Header};

/// A request or a response as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageView {
    /// `POST https://…` or `HTTP 200`
    pub head: String,
    /// Headers in the order of sending
    pub headers: Vec<HeaderRow>,
    /// The body taken apart
    pub tree: Tree,
    /// The body as it travelled, JSON indented
    pub raw: String,
    /// How long it is, in bytes
    pub body_bytes: usize,
}

/// A header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderRow {
    /// Its name
    pub name: String,
    /// Its value
    pub value: String,
    /// What it is for, where that matters
    pub note: Option<&'static str>,
}

impl MessageView {
    /// What was sent, and what came back.
    pub fn of(exchange: &Exchange) -> (Self, Self) {
        let (request, response) = (&exchange.request, &exchange.response);
        let asked = format!("{} {}", request.method, request.url);
        let answered = format!("HTTP {}", response.status);
        (
            view(asked, &request.headers, &request.body),
            view(answered, &response.headers, &response.body),
        )
    }

    /// The whole message as text.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n", self.head);
        for header in &self.headers {
            text += &format!("{}: {}\n", header.name, header.value);
        }
        if !self.raw.is_empty() {
            text += &format!("\n{}\n", self.raw);
        }
        text
    }
}

fn view(head: String, headers: &[Header], body: &Body) -> MessageView {
    let row = |(name, value): &Header| HeaderRow {
        name: name.to_string(),
        value: value.to_string(),
        note: note(name),
    };
    MessageView {
        head,
        headers: headers.iter().map(row).collect(),
        tree: Tree::of(&body.0),
        raw: readable(body),
        body_bytes: body.0.len(),
    }
}

/// A body for reading: JSON indented, everything else as it is.
fn readable(body: &Body) -> String {
    let Some(text) = body.text() else {
        return format!("{} bytes that are not text", body.0.len());
    };
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(json) => serde_json::to_string_pretty(&json).unwrap_or_else(|_| text.to_owned()),
        Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::fixture::story;
    use crate::inspect::tree::BodyKind;

    #[test]
    fn a_signed_request_says_what_its_headers_are_for() {
        let recording = story("facebook-to-s3");
        let mut all = recording.exchanges.iter();
        let exchange = all.find(|it| it.service == "dynamodb").unwrap();
        let (request, response) = MessageView::of(exchange);
        let note = |name: &str| {
            let mut headers = request.headers.iter();
            headers.find(|it| it.name == name).unwrap().note
        };
        assert!(note("Authorization").is_some());
        assert!(note("Content-Type").is_none());
        assert_eq!(request.tree.kind, BodyKind::Json);
        assert!(response.text().starts_with("HTTP "));
    }
}
