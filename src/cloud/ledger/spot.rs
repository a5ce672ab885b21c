//! Which artifacts does a message carry? Nobody is asked: their values are looked
//! for in the bytes. Each message is cut once into the words a token could be,
//! and every word is looked up, so the cost is that of reading the message.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::types::{ArtifactId, ArtifactValue, SentRequest, SentResponse};
use crate::protocol::form::percent_decode;

/// A word shorter than this is never an artifact: it would match by chance.
const MIN_VALUE_BYTES: usize = 6;

/// Artifact values and whose they are.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// By length in bytes first: few words of a message are as long as any artifact, and tokens
    /// of one issuer share a long beginning
    by_length: BTreeMap<usize, BTreeMap<Vec<u8>, ArtifactId>>,
}

impl Index {
    /// Remembers an artifact's value; credentials are known by access key and by session token.
    pub fn insert(&mut self, value: &ArtifactValue, id: ArtifactId) {
        match value {
            ArtifactValue::Text(text) => self.insert_text(text, id),
            ArtifactValue::Credentials(value) => {
                self.insert_text(&value.access_key_id, id);
                if let Some(token) = &value.session_token {
                    self.insert_text(token, id);
                }
            }
        }
    }

    fn insert_text(&mut self, text: &str, id: ArtifactId) {
        let of_length = self.by_length.entry(text.len()).or_default();
        of_length.insert(text.as_bytes().to_owned(), id);
    }

    /// The artifact with exactly this value.
    pub fn get(&self, value: &str) -> Option<ArtifactId> {
        self.get_bytes(value.as_bytes())
    }

    fn get_bytes(&self, value: &[u8]) -> Option<ArtifactId> {
        self.by_length.get(&value.len())?.get(value).copied()
    }

    /// Artifacts in a request: URL, headers and body.
    pub fn spot_request(&self, request: &SentRequest) -> Vec<ArtifactId> {
        let mut found = Vec::new();
        self.spot(&request.url, &mut found);
        for (_, value) in &request.headers {
            self.spot(value, &mut found);
        }
        self.spot(request.body.text().unwrap_or_default(), &mut found);
        found
    }

    /// Artifacts in a response: headers and body.
    pub fn spot_response(&self, response: &SentResponse) -> Vec<ArtifactId> {
        let mut found = Vec::new();
        for (_, value) in &response.headers {
            self.spot(value, &mut found);
        }
        self.spot(response.body.text().unwrap_or_default(), &mut found);
        found
    }

    fn spot(&self, text: &str, found: &mut Vec<ArtifactId>) {
        if self.by_length.is_empty() || text.len() < MIN_VALUE_BYTES {
            return;
        }
        for word in pieces(text.as_bytes(), &BETWEEN_WORDS) {
            self.look_up(word, found);
        }
    }

    /// A word as it stands, percent-decoded, and the parts that `/`, `=` and `#` separate:
    /// `Credential=ASIA…/20260303/us-east-1/…` holds an access key.
    fn look_up(&self, word: &[u8], found: &mut Vec<ArtifactId>) {
        let decoded = decoded(word);
        if self.note(&decoded, found) {
            return;
        }
        let after_equals = decoded.iter().position(|byte| *byte == b'=');
        let value = after_equals.and_then(|place| decoded.get(place + 1..));
        if value.is_some_and(|value| self.note(value, found)) {
            return;
        }
        for part in pieces(&decoded, &BETWEEN_PARTS) {
            self.note(part, found);
        }
    }

    fn note(&self, value: &[u8], found: &mut Vec<ArtifactId>) -> bool {
        if value.len() < MIN_VALUE_BYTES {
            return false;
        }
        let Some(id) = self.get_bytes(value) else {
            return false;
        };
        if !found.contains(&id) {
            found.push(id);
        }
        true
    }
}

fn decoded(word: &[u8]) -> Cow<'_, [u8]> {
    if !word.contains(&b'%') {
        return Cow::Borrowed(word);
    }
    let text = std::str::from_utf8(word).ok();
    let decoded = text.and_then(|text| percent_decode(text).ok());
    decoded.map_or(Cow::Borrowed(word), |text| Cow::Owned(text.into_bytes()))
}

/// Which bytes a text is cut at. A table, because every byte that travels is looked at.
type Cuts = [bool; 256];

/// Characters no artifact value contains.
const BETWEEN_WORDS: Cuts = cuts(b" \t\r\n\x0c\"'&<>,;{}\\");
/// What stands between the parts of a word.
const BETWEEN_PARTS: Cuts = cuts(b"/=#?");

const fn cuts(bytes: &[u8]) -> Cuts {
    let mut cuts = [false; 256];
    let mut at = 0;
    while at < bytes.len() {
        cuts[bytes[at] as usize] = true;
        at += 1;
    }
    cuts
}

/// The pieces of a text that are long enough to be an artifact. Cut at ASCII characters only, so
/// by bytes is the same as by characters.
fn pieces<'t>(text: &'t [u8], cuts: &'static Cuts) -> impl Iterator<Item = &'t [u8]> {
    text.split(|byte| cuts[usize::from(*byte)])
        .filter(|piece| piece.len() >= MIN_VALUE_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::ledger::types::{Body, CredentialsValue};

    fn index() -> Index {
        let mut index = Index::default();
        index.insert(
            &ArtifactValue::Text("eyJhbGciOi.eyJzdWIi.c2ln".into()),
            ArtifactId(0),
        );
        index.insert(&ArtifactValue::Text("us-east-1:7c4a".into()), ArtifactId(1));
        let credentials = CredentialsValue {
            access_key_id: "ASIAEXAMPLE234567".into(),
            secret_access_key: "secret".into(),
            session_token: Some("IQoJb3JpZ2luX2Vj+/=".into()),
            expiration: None,
        };
        index.insert(&ArtifactValue::Credentials(credentials), ArtifactId(2));
        index
    }

    fn request(url: &str, headers: &[(&str, &str)], body: &str) -> SentRequest {
        SentRequest {
            method: "POST".into(),
            url: url.into(),
            headers: headers
                .iter()
                .map(|(n, v)| ((*n).into(), (*v).into()))
                .collect(),
            body: Body(body.as_bytes().to_vec()),
        }
    }

    #[test]
    fn a_token_is_found_in_json_in_a_form_and_in_a_query() {
        let body = r#"{"Logins":{"x":"eyJhbGciOi.eyJzdWIi.c2ln"}}"#;
        assert_eq!(
            index().spot_request(&request("https://a/", &[], body)),
            [ArtifactId(0)]
        );
        let body = "Action=A&WebIdentityToken=eyJhbGciOi.eyJzdWIi.c2ln";
        assert_eq!(
            index().spot_request(&request("https://a/", &[], body)),
            [ArtifactId(0)]
        );
        let url = "https://a/?t=eyJhbGciOi.eyJzdWIi.c2ln&b=1";
        assert_eq!(
            index().spot_request(&request(url, &[], "")),
            [ArtifactId(0)]
        );
    }

    #[test]
    fn credentials_are_found_by_access_key_and_by_session_token() {
        let header = "AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE234567/20260303/us-east-1/s3/aws4_request, SignedHeaders=host";
        let found = index().spot_request(&request("https://a/", &[("Authorization", header)], ""));
        assert_eq!(found, [ArtifactId(2)]);
        let found = index().spot_request(&request(
            "https://a/",
            &[("X-Amz-Security-Token", "IQoJb3JpZ2luX2Vj+/=")],
            "",
        ));
        assert_eq!(found, [ArtifactId(2)]);
    }

    #[test]
    fn an_identity_is_found_in_an_encoded_path_and_only_once() {
        let url = "https://b.s3.amazonaws.com/us-east-1%3A7c4a/photo.jpg";
        let found = index().spot_request(&request(url, &[], "us-east-1:7c4a"));
        assert_eq!(found, [ArtifactId(1)]);
    }

    #[test]
    fn a_value_with_one_changed_byte_is_another_value() {
        let body = "token=eyJhbGciOi.eyJzdWIi.c2lm";
        assert!(
            index()
                .spot_request(&request("https://a/", &[], body))
                .is_empty()
        );
    }
}
