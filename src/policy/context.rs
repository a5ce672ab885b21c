//! What a request knows about itself: condition keys and their values.
//!
//! Keys are found whatever their letter case, as AWS finds them; the spelling they came with is
//! kept for display. Iteration is in key order, so that explanations are the same every time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The value of one condition key.
///
/// Whether a key is multivalued is a property of the key, not of how many values it has:
/// `cognito-identity.amazonaws.com:amr` is a list even when it holds one word.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ContextValue {
    /// A key that always has exactly one value.
    One(String),
    /// A key that can have any number of values.
    Many(Vec<String>),
}

impl ContextValue {
    /// All values, one or many.
    #[must_use]
    pub fn values(&self) -> &[String] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

impl From<&str> for ContextValue {
    fn from(value: &str) -> Self {
        Self::One(value.to_owned())
    }
}

impl From<String> for ContextValue {
    fn from(value: String) -> Self {
        Self::One(value)
    }
}

impl From<bool> for ContextValue {
    fn from(value: bool) -> Self {
        Self::One(value.to_string())
    }
}

impl From<i64> for ContextValue {
    fn from(value: i64) -> Self {
        Self::One(value.to_string())
    }
}

impl From<Vec<String>> for ContextValue {
    fn from(values: Vec<String>) -> Self {
        Self::Many(values)
    }
}

impl From<&[&str]> for ContextValue {
    fn from(values: &[&str]) -> Self {
        Self::Many(values.iter().map(|&v| v.to_owned()).collect())
    }
}

impl<const N: usize> From<[&str; N]> for ContextValue {
    fn from(values: [&str; N]) -> Self {
        Self::from(values.as_slice())
    }
}

/// The condition keys of one request.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(
    from = "BTreeMap<String, ContextValue>",
    into = "BTreeMap<String, ContextValue>"
)]
pub struct RequestContext {
    /// Lower-case key → the key as it came, and its value.
    entries: BTreeMap<String, (String, ContextValue)>,
}

impl RequestContext {
    /// A context without keys.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a key, replacing what it had under any spelling.
    pub fn set(&mut self, key: impl Into<String>, value: impl Into<ContextValue>) {
        let key = key.into();
        self.entries
            .insert(key.to_ascii_lowercase(), (key, value.into()));
    }

    /// The same context with one more key; for building one in a single expression.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<ContextValue>) -> Self {
        self.set(key, value);
        self
    }

    /// The value of a key under any spelling.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&ContextValue> {
        if let Some(value) = self.get_lower(key) {
            return Some(value);
        }
        self.get_lower(&key.to_ascii_lowercase())
    }

    /// The value of a key already in lower case, which is how policies keep theirs.
    pub(crate) fn get_lower(&self, key: &str) -> Option<&ContextValue> {
        self.entries.get(key).map(|(_, value)| value)
    }

    /// Every key as it came, with its value, in order of the lower-case key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ContextValue)> {
        self.entries
            .values()
            .map(|(key, value)| (key.as_str(), value))
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no key at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl From<BTreeMap<String, ContextValue>> for RequestContext {
    fn from(map: BTreeMap<String, ContextValue>) -> Self {
        let mut context = Self::new();
        for (key, value) in map {
            context.set(key, value);
        }
        context
    }
}

impl From<RequestContext> for BTreeMap<String, ContextValue> {
    fn from(context: RequestContext) -> Self {
        context.entries.into_values().collect()
    }
}
