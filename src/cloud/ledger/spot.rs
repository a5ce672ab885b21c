//! Which artifacts does a message carry? Nobody is asked: their values are looked
//! for in the bytes. Each message is cut once into the words a token could be,
//! and every word is looked up, so the cost is that of reading the message.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use memchr::{memchr, memchr2};

use super::log::Log;
use super::text::mixed;
use super::types::{Artifact, ArtifactId, ArtifactValue, SentRequest, SentResponse};
use crate::protocol::form::percent_decode;

/// A word shorter than this is never an artifact: it would match by chance.
const MIN_VALUE_BYTES: usize = 6;

/// Parts the values are spread over. A copy of the index that is written into copies one of them.
const SHARDS: usize = 256;

/// Numbers of artifacts by a number made from their value. Different values may share one, so
/// what is found here is compared with the value itself.
type Shard = BTreeSet<(u64, ArtifactId)>;

/// Where the artifact with a value is among all of them. The values themselves are in the ledger
/// already, and once is enough. Cheap to copy: copies share what neither has written since.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// Lengths in bytes that values have: few words of a message are as long as any artifact
    lengths: BTreeSet<usize>,
    shards: Vec<Arc<Shard>>,
}

impl Index {
    /// Remembers an artifact's value; credentials are known by access key and by session token.
    pub fn insert(&mut self, value: &ArtifactValue, id: ArtifactId) {
        for text in names(value) {
            let number = mixed(text.as_bytes());
            self.lengths.insert(text.len());
            if self.shards.is_empty() {
                // All the same empty one until something belongs into it
                self.shards.resize(SHARDS, Arc::default());
            }
            if let Some(shard) = self.shards.get_mut(shard_of(number)) {
                Arc::make_mut(shard).insert((number, id));
            }
        }
    }

    /// The artifact with exactly this value; of several the latest.
    pub fn get(&self, value: &str, artifacts: &Log<Artifact>) -> Option<ArtifactId> {
        self.get_bytes(value.as_bytes(), artifacts)
    }

    fn get_bytes(&self, value: &[u8], artifacts: &Log<Artifact>) -> Option<ArtifactId> {
        if !self.lengths.contains(&value.len()) {
            return None;
        }
        let number = mixed(value);
        let shard = self.shards.get(shard_of(number))?;
        let alike = shard.range((number, ArtifactId(0))..=(number, ArtifactId(u32::MAX)));
        let is_it = |id: &ArtifactId| {
            artifacts.get(id.index()).is_some_and(|artifact| {
                let mut names = names(&artifact.value);
                names.any(|name| name.as_bytes() == value)
            })
        };
        alike.rev().map(|(_, id)| *id).find(is_it)
    }

    /// Artifacts in a request: URL, headers and body.
    pub fn spot_request(
        &self,
        request: &SentRequest,
        artifacts: &Log<Artifact>,
    ) -> Vec<ArtifactId> {
        let mut spotter = self.spotter(artifacts);
        spotter.spot(&request.url);
        for (_, value) in &request.headers {
            spotter.spot(value);
        }
        spotter.spot(request.body.text().unwrap_or_default());
        spotter.found
    }

    /// Artifacts in a response: headers and body.
    pub fn spot_response(
        &self,
        response: &SentResponse,
        artifacts: &Log<Artifact>,
    ) -> Vec<ArtifactId> {
        let mut spotter = self.spotter(artifacts);
        for (_, value) in &response.headers {
            spotter.spot(value);
        }
        spotter.spot(response.body.text().unwrap_or_default());
        spotter.found
    }

    fn spotter<'a>(&'a self, artifacts: &'a Log<Artifact>) -> Spotter<'a> {
        Spotter {
            index: self,
            artifacts,
            found: Vec::new(),
        }
    }
}

/// The texts by which an artifact is known.
fn names(value: &ArtifactValue) -> impl Iterator<Item = &str> {
    let (first, second) = match value {
        ArtifactValue::Text(text) => (text.as_str(), None),
        ArtifactValue::Credentials(value) => {
            (value.access_key_id.as_str(), value.session_token.as_deref())
        }
    };
    std::iter::once(first).chain(second)
}

fn shard_of(number: u64) -> usize {
    number as usize % SHARDS
}

/// Looks for artifacts in one message.
struct Spotter<'a> {
    index: &'a Index,
    artifacts: &'a Log<Artifact>,
    found: Vec<ArtifactId>,
}

impl Spotter<'_> {
    fn spot(&mut self, text: &str) {
        let Some(shortest) = self.index.lengths.first() else {
            return;
        };
        let shortest = MIN_VALUE_BYTES.max(*shortest);
        if text.len() < shortest {
            return;
        }
        for word in pieces(text.as_bytes(), &BETWEEN_WORDS, shortest) {
            self.look_up(word, shortest);
        }
    }

    /// A word as it stands, percent-decoded, and the parts that `/`, `=` and `#` separate:
    /// `Credential=ASIA…/20260303/us-east-1/…` holds an access key.
    fn look_up(&mut self, word: &[u8], shortest: usize) {
        let decoded = decoded(word);
        if self.note(&decoded) {
            return;
        }
        let after_equals = memchr(b'=', &decoded);
        let in_parts = after_equals.is_some()
            || memchr2(b'/', b'?', &decoded).is_some()
            || memchr(b'#', &decoded).is_some();
        if !in_parts {
            return;
        }
        let value = after_equals.and_then(|place| decoded.get(place + 1..));
        if value.is_some_and(|value| self.note(value)) {
            return;
        }
        for part in pieces(&decoded, &BETWEEN_PARTS, shortest) {
            self.note(part);
        }
    }

    fn note(&mut self, value: &[u8]) -> bool {
        if value.len() < MIN_VALUE_BYTES {
            return false;
        }
        let Some(id) = self.index.get_bytes(value, self.artifacts) else {
            return false;
        };
        if !self.found.contains(&id) {
            self.found.push(id);
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
/// What stands between the parts of a word: most words are tokens and have none of it, which is
/// found out without looking at each byte.
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

/// The pieces of a text that are as long as the shortest artifact at least. Cut at ASCII characters
/// only, so by bytes is the same as by characters.
fn pieces<'t>(
    text: &'t [u8],
    cuts: &'static Cuts,
    shortest: usize,
) -> impl Iterator<Item = &'t [u8]> {
    text.split(|byte| cuts[usize::from(*byte)])
        .filter(move |piece| piece.len() >= shortest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::ledger::{ActorId, ArtifactKind, Body, CredentialsValue, Ledger, Mint};
    use crate::protocol::time::Moment;

    /// The artifacts of a story and where they are among them.
    #[derive(Default)]
    struct Known {
        index: Index,
        artifacts: Log<Artifact>,
    }

    impl Known {
        fn add(&mut self, value: ArtifactValue) {
            let mut ledger = Ledger::new();
            let mint = Mint::new(ArtifactKind::IdToken, "token", value.clone());
            ledger.mint(&ActorId::new("google"), Moment::EPOCH, mint);
            let id = ArtifactId(self.artifacts.len() as u32);
            self.index.insert(&value, id);
            let artifact = ledger.artifacts()[0].clone();
            self.artifacts.push(Artifact { id, ..artifact });
        }

        fn spot_request(&self, request: &SentRequest) -> Vec<ArtifactId> {
            self.index.spot_request(request, &self.artifacts)
        }
    }

    fn index() -> Known {
        let mut known = Known::default();
        known.add(ArtifactValue::Text("eyJhbGciOi.eyJzdWIi.c2ln".into()));
        known.add(ArtifactValue::Text("us-east-1:7c4a".into()));
        let credentials = CredentialsValue {
            access_key_id: "ASIAEXAMPLE234567".into(),
            secret_access_key: "secret".into(),
            session_token: Some("IQoJb3JpZ2luX2Vj+/=".into()),
            expiration: None,
        };
        known.add(ArtifactValue::Credentials(credentials));
        known
    }

    fn request(url: &str, headers: &[(&str, &str)], body: &str) -> SentRequest {
        SentRequest {
            method: "POST".into(),
            url: url.into(),
            headers: headers
                .iter()
                .map(|(n, v)| ((*n).into(), (*v).into()))
                .collect(),
            body: Body(body.as_bytes().into()),
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
    #[test]
    fn of_two_artifacts_with_one_value_the_later_is_found_and_a_copy_does_not_learn_of_it() {
        let value = || ArtifactValue::Text("us-east-1:7c4a".into());
        let mut later = index();
        let before = later.index.clone();
        later.add(value());
        let found = |index: &Index| index.get("us-east-1:7c4a", &later.artifacts);
        assert_eq!(found(&later.index), Some(ArtifactId(3)));
        assert_eq!(found(&before), Some(ArtifactId(1)));
    }
}
