//! JWKS documents (RFC 7517) and OpenID Connect discovery documents: how verifiers find keys.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::keys::{Algorithm, Jwk, KeyError, VerifyingKey};

/// The longest JWKS document accepted, in bytes.
pub const MAX_JWKS_BYTES: usize = 100_000;
/// The most keys a JWKS document may hold.
pub const MAX_JWKS_KEYS: usize = 100;

/// Why a JWKS document is not usable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwksError {
    /// The document is too long.
    #[error("a JWKS document may be at most {MAX_JWKS_BYTES} bytes long, this one has {0}")]
    TooLong(usize),
    /// The document holds too many keys.
    #[error("a JWKS document may hold at most {MAX_JWKS_KEYS} keys, this one has {0}")]
    TooMany(usize),
    /// The document is not a JWKS.
    #[error("not a JWKS document: {0}")]
    Malformed(String),
    /// No key has the name the token asks for.
    #[error("no key named {wanted:?}; published are: {published}")]
    NoSuchKey {
        /// The `kid` in the token's header.
        wanted: String,
        /// The names of the published keys.
        published: String,
    },
    /// The key has that name but cannot be used.
    #[error("the key {kid:?} cannot be used: {source}")]
    Unusable {
        /// The key's name.
        kid: String,
        /// What is wrong with it.
        source: KeyError,
    },
}

/// A set of public keys.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Jwks {
    /// The keys in the order they are published.
    pub keys: Vec<Jwk>,
}

impl Jwks {
    /// Reads a document.
    pub fn parse(text: &str) -> Result<Jwks, JwksError> {
        if text.len() > MAX_JWKS_BYTES {
            return Err(JwksError::TooLong(text.len()));
        }
        let jwks: Jwks =
            serde_json::from_str(text).map_err(|error| JwksError::Malformed(error.to_string()))?;
        if jwks.keys.len() > MAX_JWKS_KEYS {
            return Err(JwksError::TooMany(jwks.keys.len()));
        }
        Ok(jwks)
    }

    /// The document as JSON.
    pub fn to_json(&self) -> Value {
        // Texts in a vector always serialise
        serde_json::to_value(self).unwrap_or_default()
    }

    /// The key of that name.
    pub fn find(&self, kid: &str) -> Result<&Jwk, JwksError> {
        self.keys
            .iter()
            .find(|key| key.kid.as_deref() == Some(kid))
            .ok_or_else(|| {
                let names: Vec<&str> = self
                    .keys
                    .iter()
                    .filter_map(|key| key.kid.as_deref())
                    .collect();
                JwksError::NoSuchKey {
                    wanted: kid.to_owned(),
                    published: names.join(", "),
                }
            })
    }

    /// The key of that name, ready to verify with.
    pub fn verifying_key(&self, kid: &str) -> Result<VerifyingKey, JwksError> {
        VerifyingKey::from_jwk(self.find(kid)?).map_err(|source| JwksError::Unusable {
            kid: kid.to_owned(),
            source,
        })
    }
}

/// What a discovery document says about a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovery<'a> {
    /// The issuer, exactly as in the tokens.
    pub issuer: &'a str,
    /// Where people are sent to sign in.
    pub authorization_endpoint: &'a str,
    /// Where codes are exchanged.
    pub token_endpoint: &'a str,
    /// Where the keys are.
    pub jwks_uri: &'a str,
    /// Where an access token buys profile data, if the provider has that.
    pub userinfo_endpoint: Option<&'a str>,
    /// How its ID tokens are signed.
    pub algorithms: &'a [Algorithm],
    /// What may be asked for.
    pub scopes: &'a [&'a str],
}

impl Discovery<'_> {
    /// The document at `/.well-known/openid-configuration`.
    pub fn to_json(&self) -> Value {
        let algorithms: Vec<&str> = self.algorithms.iter().map(|a| a.name()).collect();
        let mut document = json!({
            "issuer": self.issuer,
            "authorization_endpoint": self.authorization_endpoint,
            "token_endpoint": self.token_endpoint,
            "jwks_uri": self.jwks_uri,
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": algorithms,
            "scopes_supported": self.scopes,
            "code_challenge_methods_supported": ["S256"],
        });
        if let (Some(endpoint), Some(members)) = (self.userinfo_endpoint, document.as_object_mut())
        {
            members.insert("userinfo_endpoint".to_owned(), Value::from(endpoint));
        }
        document
    }
}

/// Where an issuer's discovery document is (OpenID Connect Discovery section 4).
pub fn discovery_url(issuer: &str) -> String {
    format!(
        "{}/.well-known/openid-configuration",
        issuer.trim_end_matches('/')
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::keys::SigningKey;

    fn jwks() -> Jwks {
        let key = |seed: u8| SigningKey::generate([seed; 32]).unwrap();
        Jwks {
            keys: vec![
                key(1).jwk("old", Algorithm::RS256),
                key(2).jwk("new", Algorithm::RS256),
            ],
        }
    }

    #[test]
    fn a_published_key_is_found_by_name_and_verifies() {
        let jwks = Jwks::parse(&jwks().to_json().to_string()).unwrap();
        let signature = SigningKey::generate([2; 32])
            .unwrap()
            .sign(Algorithm::RS256, b"m")
            .unwrap();
        assert!(
            jwks.verifying_key("new")
                .unwrap()
                .verifies(Algorithm::RS256, b"m", &signature)
        );
        assert!(
            !jwks
                .verifying_key("old")
                .unwrap()
                .verifies(Algorithm::RS256, b"m", &signature)
        );
    }

    #[test]
    fn a_missing_key_is_reported_with_those_that_are_published() {
        let error = jwks().find("rotated").unwrap_err();
        assert_eq!(
            error.to_string(),
            "no key named \"rotated\"; published are: old, new"
        );
    }

    #[test]
    fn keys_of_other_families_do_not_spoil_the_document() {
        let text = r#"{"keys":[{"kty":"EC","kid":"ec","crv":"P-256","x":"AA","y":"AA"}]}"#;
        let jwks = Jwks::parse(text).unwrap();
        assert!(matches!(
            jwks.verifying_key("ec"),
            Err(JwksError::Unusable { .. })
        ));
    }

    #[test]
    fn what_is_no_jwks_is_refused() {
        assert!(matches!(Jwks::parse("{}"), Err(JwksError::Malformed(_))));
        assert!(matches!(
            Jwks::parse("<html>"),
            Err(JwksError::Malformed(_))
        ));
        assert!(matches!(
            Jwks::parse(&" ".repeat(100_001)),
            Err(JwksError::TooLong(100_001))
        ));
        let many = json!({"keys": vec![json!({"kty": "RSA"}); 101]}).to_string();
        assert_eq!(Jwks::parse(&many), Err(JwksError::TooMany(101)));
    }

    #[test]
    fn a_discovery_document_says_what_openid_connect_requires() {
        let issuer = "https://issuer.example/tenant";
        let document = Discovery {
            issuer,
            authorization_endpoint: "https://issuer.example/authorize",
            token_endpoint: "https://issuer.example/token",
            jwks_uri: "https://issuer.example/keys",
            userinfo_endpoint: None,
            algorithms: &[Algorithm::RS256],
            scopes: &["openid"],
        }
        .to_json();
        for required in [
            "issuer",
            "authorization_endpoint",
            "token_endpoint",
            "jwks_uri",
            "response_types_supported",
            "subject_types_supported",
            "id_token_signing_alg_values_supported",
        ] {
            assert!(document.get(required).is_some(), "{required}");
        }
        assert!(document.get("userinfo_endpoint").is_none());
        assert_eq!(
            discovery_url("https://issuer.example/"),
            "https://issuer.example/.well-known/openid-configuration"
        );
    }
}
