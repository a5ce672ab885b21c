//! A text that many entries have alike and that is kept once: names of headers and of checks,
//! addresses, the rules that checks quote, tokens that travel with every request.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A text that entries share. Read like any text.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Arc<str>);

impl Text {
    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether anybody else has it too.
    pub fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// Whether both are one and the same in memory.
    pub fn is_shared_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&*self.0, f)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Self {
        Self(text.as_str().into())
    }
}

impl From<Cow<'_, str>> for Text {
    fn from(text: Cow<'_, str>) -> Self {
        Self(text.into())
    }
}

impl From<&Text> for Text {
    fn from(text: &Text) -> Self {
        text.clone()
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.as_str().to_owned()
    }
}

impl From<&Text> for String {
    fn from(text: &Text) -> Self {
        text.as_str().to_owned()
    }
}

/// Compares with every other sort of text, from either side.
macro_rules! equal_to {
    ($($other:ty),+) => {$(
        impl PartialEq<$other> for Text {
            fn eq(&self, other: &$other) -> bool {
                let other: &str = other;
                self.as_str() == other
            }
        }

        impl PartialEq<Text> for $other {
            fn eq(&self, other: &Text) -> bool {
                other == self
            }
        }
    )+};
}

equal_to!(str, &str, String);

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

/// What was written lately, so that writing it again takes no room. A fixed number of places, each
/// for the latest text that falls on it: a text that was pushed out is written anew and no harm
/// is done.
pub struct Recent<T> {
    places: Vec<Option<T>>,
    /// How often something was not there since there were so many places
    missed: usize,
}

/// Places for what was written lately: few in a short story, more as it gets longer.
const LEAST_PLACES: usize = 1024;
const MOST_PLACES: usize = 4096;

/// What can be remembered: it is known by its bytes.
pub trait Written: Clone {
    /// What it is known by.
    fn bytes(&self) -> &[u8];
}

impl Written for Text {
    fn bytes(&self) -> &[u8] {
        self.as_str().as_bytes()
    }
}

impl Written for Arc<[u8]> {
    fn bytes(&self) -> &[u8] {
        self
    }
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self {
            places: Vec::new(),
            missed: 0,
        }
    }
}

/// Who goes on from a copy starts to remember anew: what a copy costs must not depend on this.
impl<T> Clone for Recent<T> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<T> fmt::Debug for Recent<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recent").finish_non_exhaustive()
    }
}

impl<T: Written> Recent<T> {
    /// The one with these bytes that was written lately, or a new one.
    fn get(&mut self, bytes: &[u8], new: impl FnOnce() -> T) -> T {
        if self.missed >= self.places.len() && self.places.len() < MOST_PLACES {
            self.grow();
        }
        let at = place_of(bytes, self.places.len());
        let Some(place) = self.places.get_mut(at) else {
            return new();
        };
        match place {
            Some(known) if known.bytes() == bytes => known.clone(),
            _ => {
                self.missed += 1;
                place.insert(new()).clone()
            }
        }
    }

    /// Four times as many places. What is known moves to its new one.
    fn grow(&mut self) {
        let count = (self.places.len() * 4).clamp(LEAST_PLACES, MOST_PLACES);
        let known = std::mem::take(&mut self.places);
        self.places.resize(count, None);
        for one in known.into_iter().flatten() {
            let at = place_of(one.bytes(), count);
            if let Some(place) = self.places.get_mut(at) {
                *place = Some(one);
            }
        }
        self.missed = 0;
    }
}

impl Recent<Text> {
    /// A text as it is kept.
    pub fn text(&mut self, text: &str) -> Text {
        self.get(text.as_bytes(), || text.into())
    }
}

impl Recent<Arc<[u8]>> {
    /// Bytes as they are kept.
    pub fn bytes(&mut self, bytes: &[u8]) -> Arc<[u8]> {
        self.get(bytes, || bytes.into())
    }
}

/// Where a text belongs. Texts that fall on one place only push each other out.
fn place_of(bytes: &[u8], places: usize) -> usize {
    let high_bits = mixed(bytes) >> 32;
    high_bits as usize % places.max(1)
}

/// A number for some bytes, the same for the same ones. Whoever uses it compares what it finds, so
/// eight bytes at a time are mixed well enough.
pub(super) fn mixed(bytes: &[u8]) -> u64 {
    /// Odd, and its bits are in no order: 2^64 divided by the golden ratio
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |sum: u64, word: u64| (sum.rotate_left(5) ^ word).wrapping_mul(MIX);
    let (words, rest) = bytes.as_chunks::<8>();
    let sum = words.iter().fold(bytes.len() as u64, |sum, word| {
        mix(sum, u64::from_le_bytes(*word))
    });
    let rest = rest
        .iter()
        .fold(0, |word, byte| word << 8 | u64::from(*byte));
    let sum = mix(sum, rest);
    // The high bits are mixed best
    sum ^ sum >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_before_is_not_written_again() {
        let mut recent = Recent::default();
        let first = recent.text("X-Amz-Date");
        assert!(recent.text("X-Amz-Date").is_shared_with(&first));
        assert!(!recent.text("X-Amz-Dato").is_shared_with(&first));
        let mut bodies: Recent<Arc<[u8]>> = Recent::default();
        let body = bodies.bytes(b"{}");
        assert!(Arc::ptr_eq(&bodies.bytes(b"{}"), &body));
    }

    #[test]
    fn more_texts_than_there_are_places_are_all_what_they_were() {
        let mut recent = Recent::default();
        let texts: Vec<String> = (0..3 * MOST_PLACES)
            .map(|number| number.to_string())
            .collect();
        let kept: Vec<Text> = texts.iter().map(|text| recent.text(text)).collect();
        assert!(kept.iter().eq(texts.iter()));
    }

    #[test]
    fn a_copy_starts_anew_and_says_the_same() {
        let mut recent = Recent::default();
        let first = recent.text("sts");
        let second = recent.clone().text("sts");
        assert!(first == second && !first.is_shared_with(&second));
    }

    #[test]
    fn it_is_written_down_like_any_text() {
        let json = serde_json::to_string(&Text::from("a \"b\"")).unwrap();
        assert_eq!(json, r#""a \"b\"""#);
        assert_eq!(serde_json::from_str::<Text>(&json).unwrap(), "a \"b\"");
    }
}
