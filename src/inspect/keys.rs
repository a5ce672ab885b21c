//! A published key set: its keys, and the tokens that each of them signed.

use serde_json::Value;

use crate::cloud::ledger::ArtifactId;
use crate::recording::Recording;

/// The most tokens that are listed for a key.
pub const MAX_LISTED: usize = 50;

/// A key set as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeysView {
    /// Whose it is
    pub issuer: String,
    /// Where it is served
    pub uri: String,
    /// Its keys, in order
    pub keys: Vec<KeyView>,
    /// The document, indented
    pub document: String,
}

/// A key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyView {
    /// Its name
    pub kid: String,
    /// What for: `RS256`
    pub algorithm: String,
    /// Its modulus, base64url
    pub modulus: String,
    /// Tokens that name it, in the order of minting, at most [`MAX_LISTED`]
    pub tokens: Vec<ArtifactId>,
}

impl KeysView {
    /// The key set at this place in a recording.
    pub fn of(recording: &Recording, at: u32) -> Option<Self> {
        let published = recording.keys.get(at as usize)?;
        let keys = published.keys.get("keys").and_then(Value::as_array);
        let text = |key: &Value, name: &str| {
            key.get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let view = |key: &Value| {
            let kid = text(key, "kid");
            KeyView {
                algorithm: text(key, "alg"),
                modulus: text(key, "n"),
                tokens: tokens(recording, &published.issuer, &kid),
                kid,
            }
        };
        Some(Self {
            issuer: published.issuer.clone(),
            uri: published.uri.clone(),
            keys: keys.into_iter().flatten().map(view).collect(),
            document: serde_json::to_string_pretty(&published.keys).unwrap_or_default(),
        })
    }
}

fn tokens(recording: &Recording, issuer: &str, kid: &str) -> Vec<ArtifactId> {
    let is = |members: &Option<serde_json::Map<String, Value>>, name: &str, wanted: &str| {
        let found = members.as_ref().and_then(|all| all.get(name));
        found.and_then(Value::as_str) == Some(wanted)
    };
    let all = recording.artifacts.iter();
    let named = all.filter(|it| is(&it.header, "kid", kid) && is(&it.claims, "iss", issuer));
    named.map(|it| it.id).take(MAX_LISTED).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::fixture::story;

    #[test]
    fn a_key_set_knows_which_tokens_its_keys_signed() {
        let recording = story("facebook-to-s3");
        let count = recording.keys.len() as u32;
        let views: Vec<KeysView> = (0..count)
            .filter_map(|at| KeysView::of(&recording, at))
            .collect();
        assert_eq!(views.len() as u32, count);
        let signed = views
            .iter()
            .flat_map(|view| &view.keys)
            .filter(|key| !key.tokens.is_empty());
        assert!(signed.count() >= 2);
        assert_eq!(KeysView::of(&recording, count), None);
    }
}
