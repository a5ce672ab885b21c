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
    if path == "/" {
        return Ok(path.to_owned());
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
    if query.is_empty() {
        return Ok(String::new());
    }
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
    let mut text = String::with_capacity(USUAL_BYTES);
    text.push_str(request.method().as_str());
    text.push('\n');
    text.push_str(&canonical_path(RequestExt::path(request), service)?);
    text.push('\n');
    text.push_str(&canonical_query(RequestExt::query(request))?);
    text.push('\n');
    for name in signed_headers {
        text.push_str(name);
        text.push(':');
        write_header(&mut text, request, name)?;
        text.push('\n');
    }
    for (place, name) in signed_headers.iter().enumerate() {
        text.push_str(if place == 0 { "\n" } else { ";" });
        text.push_str(name);
    }
    if signed_headers.is_empty() {
        text.push('\n');
    }
    text.push('\n');
    text.push_str(payload);
    Ok(text)
}

/// What a canonical request with a session token is about as long as.
const USUAL_BYTES: usize = 1024;

/// All values of a header joined by commas, each trimmed and its runs of spaces folded.
fn write_header(out: &mut String, request: &Request, name: &str) -> Result<(), SigV4Error> {
    let mut absent = true;
    for value in request.header_map().get_all(name) {
        // Replacing odd bytes would give two different headers one signature
        let text = std::str::from_utf8(value.as_bytes()).map_err(|_| SigV4Error::Malformed {
            part: "header value",
            found: name.to_owned(),
        })?;
        if !absent {
            out.push(',');
        }
        absent = false;
        let words = text.split([' ', '\t']).filter(|word| !word.is_empty());
        for (place, word) in words.enumerate() {
            if place > 0 {
                out.push(' ');
            }
            out.push_str(word);
        }
    }
    if absent {
        return Err(SigV4Error::SignedHeaderAbsent(name.to_owned()));
    }
    Ok(())
}
