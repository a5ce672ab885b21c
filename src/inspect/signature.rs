//! Whether a token's signature holds, found out by verifying it here and now against the key
//! set that its issuer published in the recording.

use crate::cloud::ledger::{Artifact, ArtifactValue, PublishedKeys};
use crate::protocol::jwks::Jwks;
use crate::protocol::jwt::Unverified;
use crate::protocol::keys::Jwk;
use crate::recording::Recording;

/// What came of verifying a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    /// It holds: algorithm and key
    Valid(String),
    /// It does not: why
    Invalid(String),
    /// Nobody published a key for it: what is missing
    Unknown(String),
}

impl Signature {
    /// Verifies a token's signature; nothing for what is no JWT.
    pub fn of(artifact: &Artifact, recording: &Recording) -> Option<Self> {
        artifact.claims.as_ref()?;
        let ArtifactValue::Text(text) = &artifact.value else {
            return None;
        };
        Some(verify(text, recording))
    }
}

/// The key set that a token's issuer published last.
pub fn published<'r>(token: &Unverified, recording: &'r Recording) -> Option<&'r PublishedKeys> {
    let issuer = token.text("iss")?;
    let mut all = recording.keys.iter();
    all.rfind(|keys| keys.issuer == issuer)
}

/// The key that a token's header names; the only one there is where it names none.
pub fn verifying_name(token: &Unverified, published: &PublishedKeys) -> Option<Jwk> {
    let keys = Jwks::parse(&published.keys.to_string()).ok()?;
    match (token.kid(), keys.keys.as_slice()) {
        (Some(kid), _) => keys.find(kid).ok().cloned(),
        (None, [only]) => Some(only.clone()),
        (None, _) => None,
    }
}

fn verify(text: &str, recording: &Recording) -> Signature {
    let token = match Unverified::parse(text) {
        Ok(token) => token,
        Err(error) => return Signature::Invalid(error.to_string()),
    };
    let issuer = token.text("iss").unwrap_or_default();
    let Some(published) = published(&token, recording) else {
        return Signature::Unknown(format!(
            "no keys of {issuer} were published in this recording"
        ));
    };
    let Some(kid) = token.kid() else {
        return Signature::Invalid("the header names no key".to_owned());
    };
    let key = Jwks::parse(&published.keys.to_string()).and_then(|keys| keys.verifying_key(kid));
    let key = match key {
        Ok(key) => key,
        Err(error) => return Signature::Invalid(error.to_string()),
    };
    let algorithm = match token.algorithm() {
        Ok(algorithm) => algorithm,
        Err(error) => return Signature::Invalid(error.to_string()),
    };
    match token.verify_signature(&key, &[algorithm]) {
        Ok(algorithm) => Signature::Valid(format!("{} with key {kid}", algorithm.name())),
        Err(error) => Signature::Invalid(error.to_string()),
    }
}
