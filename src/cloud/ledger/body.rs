//! How a message body is written down: as the text that travelled, or base64
//! with `body_encoding` where the bytes are not UTF-8, so that anyone can
//! recompute every signature from a trace.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::types::Body;

/// The members of a message in a trace that hold its body.
#[derive(Serialize, Deserialize)]
pub struct BodyOnPaper {
    body: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body_encoding: Option<String>,
}

/// The only encoding beside plain text.
const BASE64: &str = "base64";

impl From<Body> for BodyOnPaper {
    fn from(body: Body) -> Self {
        match body.text() {
            Some(text) => Self {
                body: text.to_owned(),
                body_encoding: None,
            },
            None => Self {
                body: STANDARD.encode(&body.0),
                body_encoding: Some(BASE64.to_owned()),
            },
        }
    }
}

impl TryFrom<BodyOnPaper> for Body {
    type Error = String;

    fn try_from(paper: BodyOnPaper) -> Result<Self, Self::Error> {
        match paper.body_encoding.as_deref() {
            None => Ok(Self::from(paper.body.into_bytes())),
            Some(BASE64) => STANDARD
                .decode(&paper.body)
                .map(Self::from)
                .map_err(|error| format!("body is not base64: {error}")),
            Some(other) => Err(format!(
                "unknown body_encoding {other:?}, expected \"base64\""
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(bytes: &[u8]) -> (String, Body) {
        let json = serde_json::to_string(&Body(bytes.into())).unwrap();
        let back = serde_json::from_str(&json).unwrap();
        (json, back)
    }

    #[test]
    fn text_is_written_as_it_travelled() {
        let (json, back) = round_trip("{\"a\":1}".as_bytes());
        assert_eq!(json, r#"{"body":"{\"a\":1}"}"#);
        assert_eq!(*back.0, *b"{\"a\":1}");
    }

    #[test]
    fn bytes_that_are_not_text_survive_as_base64() {
        let (json, back) = round_trip(&[0xff, 0x00, 0x80]);
        assert_eq!(json, r#"{"body":"/wCA","body_encoding":"base64"}"#);
        assert_eq!(*back.0, [0xff, 0x00, 0x80]);
    }

    #[test]
    fn an_unknown_encoding_is_an_error_and_not_a_guess() {
        let error = serde_json::from_str::<Body>(r#"{"body":"x","body_encoding":"hex"}"#);
        assert!(
            error
                .unwrap_err()
                .to_string()
                .contains("unknown body_encoding \"hex\"")
        );
    }
}
