//! The canonical request: one text for every way of writing the same request.

use super::super::form::{FormError, percent_decode, percent_encode};
use super::super::hash::sha256_hex;
use super::super::message::{Message, Request, RequestExt};
use super::{S3, SigV4Error, UNSIGNED_PAYLOAD};

/// What the canonical request says about the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload<'a> {
    /// Its SHA-256.
    Hashed,
    /// Nothing: the body may be anything.
    Unsigned,
    /// What the request itself states in `X-Amz-Content-Sha256`.
    Stated(&'a str),
}

impl Payload<'_> {
    /// The last line of the canonical request.
    pub fn text(self, body: &[u8]) -> String {
        match self {
            Payload::Hashed => sha256_hex(body),
            Payload::Unsigned => UNSIGNED_PAYLOAD.to_owned(),
            Payload::Stated(text) => text.to_owned(),
        }
    }
}

/// The path as the signature sees it.
///
/// S3 takes the path that travels, only spelled uniformly. Every other service removes empty and
/// dotted segments and encodes what travels once more: the `%3A` of a colon becomes `%253A`.
pub fn canonical_path(path: &str, service: &str) -> Result<String, FormError> {
    if service == S3 {
        let spelled: Result<Vec<String>, FormError> = path
            .split('/')
            .map(|s| Ok(percent_encode(&percent_decode(s)?)))
            .collect();
        return Ok(spelled?.join("/"));
    }
    let mut kept: Vec<String> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            travelling => kept.push(percent_encode(travelling)),
        }
    }
    let end = if path.ends_with('/') && !kept.is_empty() {
        "/"
    } else {
        ""
    };
    Ok(format!("/{}{end}", kept.join("/")))
}

/// The query as the signature sees it: each name and value spelled uniformly, then sorted.
/// `X-Amz-Signature` is left out, since a signature cannot cover itself.
pub fn canonical_query(query: &str) -> Result<String, FormError> {
    let spelled =
        |text: &str| Ok::<_, FormError>(percent_encode(&percent_decode(&text.replace('+', " "))?));
    let mut pairs = query
        .split('&')
        .filter(|piece| !piece.is_empty())
        .map(|piece| {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            Ok((spelled(name)?, spelled(value)?))
        })
        .collect::<Result<Vec<(String, String)>, FormError>>()?;
    pairs.retain(|(name, _)| name != "X-Amz-Signature");
    pairs.sort();
    let pieces: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    Ok(pieces.join("&"))
}

/// The canonical request over the given headers (lower-case names, sorted).
pub fn canonical_request(
    request: &Request,
    service: &str,
    signed_headers: &[String],
    payload: &str,
) -> Result<String, SigV4Error> {
    let mut lines = vec![
        request.method().as_str().to_owned(),
        canonical_path(RequestExt::path(request), service)?,
        canonical_query(RequestExt::query(request))?,
    ];
    for name in signed_headers {
        lines.push(format!("{name}:{}", header_text(request, name)?));
    }
    lines.push(String::new());
    lines.push(signed_headers.join(";"));
    lines.push(payload.to_owned());
    Ok(lines.join("\n"))
}

/// All values of a header joined by commas, each trimmed and its runs of spaces folded.
fn header_text(request: &Request, name: &str) -> Result<String, SigV4Error> {
    let mut values = Vec::new();
    for value in request.header_map().get_all(name) {
        // Replacing odd bytes would give two different headers one signature
        let text = std::str::from_utf8(value.as_bytes()).map_err(|_| SigV4Error::Malformed {
            part: "header value",
            found: name.to_owned(),
        })?;
        let words: Vec<&str> = text
            .split([' ', '\t'])
            .filter(|word| !word.is_empty())
            .collect();
        values.push(words.join(" "));
    }
    if values.is_empty() {
        return Err(SigV4Error::SignedHeaderAbsent(name.to_owned()));
    }
    Ok(values.join(","))
}
