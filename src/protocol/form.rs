//! Percent-encoding and forms: query strings and `application/x-www-form-urlencoded` bodies.
//!
//! Encoding follows AWS's `UriEncode`: everything but the unreserved characters of RFC 3986 is
//! encoded, in upper-case hexadecimal, a space as `%20`. Decoding takes `+` as a space too, because
//! browsers send it, and refuses everything malformed.

/// The most bytes a form may have.
pub const MAX_FORM_BYTES: usize = 1024 * 1024;
/// The most pairs a form may have.
pub const MAX_FORM_PAIRS: usize = 1_000;

/// Why a text is not percent-encoded or not a form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// A `%` without two hexadecimal digits behind it.
    #[error("the percent sign at byte {0} is not followed by two hexadecimal digits")]
    Percent(usize),
    /// The decoded bytes are not UTF-8.
    #[error("the decoded bytes are not UTF-8")]
    NotUtf8,
    /// The form is too long.
    #[error("a form may be at most {MAX_FORM_BYTES} bytes long, this one has {0}")]
    TooLong(usize),
    /// The form has too many pairs.
    #[error("a form may have at most {MAX_FORM_PAIRS} pairs, this one has {0}")]
    TooMany(usize),
}

/// Whether RFC 3986 lets this byte stand as it is everywhere.
const fn unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~')
}

/// Hexadecimal digits as a percent sign is followed by them.
const DIGITS: &[u8; 16] = b"0123456789ABCDEF";

fn encode_text(text: &str, keep_slash: bool) -> String {
    let stays = |byte: u8| unreserved(byte) || (keep_slash && byte == b'/');
    // Most names and values travel as they are, tokens above all
    if text.bytes().all(stays) {
        return text.to_owned();
    }
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if stays(byte) {
            encoded.push(char::from(byte));
        } else {
            let digit = |value: u8| char::from(DIGITS[usize::from(value & 15)]);
            encoded.extend(['%', digit(byte >> 4), digit(byte)]);
        }
    }
    encoded
}

/// Encodes everything but the unreserved characters.
pub fn percent_encode(text: &str) -> String {
    encode_text(text, false)
}

/// Encodes everything but the unreserved characters and `/`.
pub fn percent_encode_path(text: &str) -> String {
    encode_text(text, true)
}

/// Decodes `%XX`; a `+` stays a `+`.
pub fn percent_decode(text: &str) -> Result<String, FormError> {
    decode(text, false)
}

fn decode(text: &str, plus_is_space: bool) -> Result<String, FormError> {
    let digit = |byte: Option<&u8>| {
        byte.and_then(|b| char::from(*b).to_digit(16))
            .and_then(|d| u8::try_from(d).ok())
    };
    let source = text.as_bytes();
    // Most names and values travel as they are, tokens above all
    if !source.iter().any(|byte| matches!(byte, b'%' | b'+')) {
        return Ok(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(source.len());
    let mut at = 0;
    while let Some(byte) = source.get(at) {
        match byte {
            b'%' => {
                let pair = digit(source.get(at + 1)).zip(digit(source.get(at + 2)));
                let (high, low) = pair.ok_or(FormError::Percent(at))?;
                bytes.push(high << 4 | low);
                at += 3;
            }
            b'+' if plus_is_space => {
                bytes.push(b' ');
                at += 1;
            }
            other => {
                bytes.push(*other);
                at += 1;
            }
        }
    }
    String::from_utf8(bytes).map_err(|_| FormError::NotUtf8)
}

/// Ordered name and value pairs: a query string or a form body.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form {
    pairs: Vec<(String, String)>,
}

impl Form {
    /// A form without pairs.
    pub fn new() -> Form {
        Form::default()
    }

    /// Reads `a=1&b=2`. A name without `=` has an empty value; empty pieces are skipped.
    pub fn parse(text: &str) -> Result<Form, FormError> {
        if text.len() > MAX_FORM_BYTES {
            return Err(FormError::TooLong(text.len()));
        }
        let pieces = text.split('&').filter(|piece| !piece.is_empty());
        let count = pieces.clone().count();
        if count > MAX_FORM_PAIRS {
            return Err(FormError::TooMany(count));
        }
        let pairs = pieces
            .map(|piece| {
                let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
                Ok((decode(name, true)?, decode(value, true)?))
            })
            .collect::<Result<_, FormError>>()?;
        Ok(Form { pairs })
    }

    /// Every name with its value, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.pairs.iter();
        pairs.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The same form with one more pair at its end.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Form {
        self.append(name, value);
        self
    }

    /// The same form, with one more pair when there is a value.
    #[must_use]
    pub fn with_optional(self, name: &str, value: Option<&str>) -> Form {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds a pair at the end.
    pub fn append(&mut self, name: &str, value: &str) {
        self.pairs.push((name.to_owned(), value.to_owned()));
    }

    /// Replaces the first pair of that name and drops the others, or adds one at the end.
    pub fn set(&mut self, name: &str, value: &str) {
        match self.pairs.iter().position(|(n, _)| n == name) {
            Some(first) => {
                let mut at = 0;
                self.pairs.retain(|(n, _)| {
                    at += 1;
                    n != name || at - 1 == first
                });
                if let Some((_, old)) = self.pairs.get_mut(first) {
                    value.clone_into(old);
                }
            }
            None => self.append(name, value),
        }
    }

    /// Drops every pair of that name.
    pub fn remove(&mut self, name: &str) {
        self.pairs.retain(|(n, _)| n != name);
    }

    /// The value of the first pair of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// How many pairs have that name.
    pub fn count(&self, name: &str) -> usize {
        self.pairs.iter().filter(|(n, _)| n == name).count()
    }

    /// All pairs in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether there are no pairs.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// `a=1&b=2`, as it travels.
    pub fn encode(&self) -> String {
        let pieces: Vec<String> = self
            .iter()
            .map(|(name, value)| format!("{}={}", percent_encode(name), percent_encode(value)))
            .collect();
        pieces.join("&")
    }

    /// The URL with these pairs added to its query, before a fragment if it has one.
    pub fn append_to_url(&self, url: &str) -> String {
        if self.is_empty() {
            return url.to_owned();
        }
        let (base, fragment) = match url.split_once('#') {
            Some((base, fragment)) => (base, format!("#{fragment}")),
            None => (url, String::new()),
        };
        let joint = match base.split_once('?') {
            None => "?",
            Some((_, "")) => "",
            Some(_) => "&",
        };
        format!("{base}{joint}{}{fragment}", self.encode())
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Form {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Form {
        Form {
            pairs: pairs
                .into_iter()
                .map(|(n, v)| (n.into(), v.into()))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_unreserved_characters_stay() {
        assert_eq!(
            percent_encode("aZ09-_.~ /:+é"),
            "aZ09-_.~%20%2F%3A%2B%C3%A9"
        );
        assert_eq!(
            percent_encode_path("us-east-1:1/a b"),
            "us-east-1%3A1/a%20b"
        );
    }

    #[test]
    fn a_browsers_plus_is_a_space_in_a_form_and_itself_elsewhere() {
        assert_eq!(Form::parse("a=1+2%2B3").unwrap().get("a"), Some("1 2+3"));
        assert_eq!(percent_decode("1+2").unwrap(), "1+2");
    }

    #[test]
    fn malformed_text_is_refused_with_its_place() {
        assert_eq!(percent_decode("ab%4"), Err(FormError::Percent(2)));
        assert_eq!(Form::parse("a=%zz"), Err(FormError::Percent(0)));
        assert_eq!(percent_decode("%ff"), Err(FormError::NotUtf8));
        assert_eq!(
            Form::parse(&"a&".repeat(1_001)),
            Err(FormError::TooMany(1_001))
        );
        let long = "a".repeat(MAX_FORM_BYTES + 1);
        assert_eq!(
            Form::parse(&long),
            Err(FormError::TooLong(MAX_FORM_BYTES + 1))
        );
    }

    #[test]
    fn pairs_keep_their_order_and_their_repetitions() {
        let mut form = Form::parse("b=2&a=1&b=3&c&").unwrap();
        assert_eq!(form.encode(), "b=2&a=1&b=3&c=");
        assert_eq!(form.count("b"), 2);
        form.set("b", "4");
        form.set("d", "5");
        form.remove("a");
        assert_eq!(form.encode(), "b=4&c=&d=5");
    }

    #[test]
    fn pairs_join_whatever_query_a_url_has() {
        let form = Form::new().with("code", "x y").with_optional("state", None);
        assert_eq!(
            form.append_to_url("https://a/cb"),
            "https://a/cb?code=x%20y"
        );
        assert_eq!(
            form.append_to_url("https://a/cb?k=v"),
            "https://a/cb?k=v&code=x%20y"
        );
        assert_eq!(
            form.append_to_url("https://a/cb?"),
            "https://a/cb?code=x%20y"
        );
        assert_eq!(
            form.append_to_url("https://a/cb#top"),
            "https://a/cb?code=x%20y#top"
        );
        assert_eq!(Form::new().append_to_url("https://a/cb"), "https://a/cb");
    }

    proptest! {
        #[test]
        fn every_form_survives_its_text(pairs in prop::collection::vec((".{1,9}", ".{0,9}"), 0..6)) {
            let form: Form = pairs.into_iter().collect();
            prop_assert_eq!(Form::parse(&form.encode()).unwrap(), form);
        }

        #[test]
        fn no_text_panics(text in ".{0,40}") {
            let _ = (Form::parse(&text), percent_decode(&text));
        }
    }
}
