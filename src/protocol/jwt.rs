//! JSON Web Tokens in compact form (RFC 7515, RFC 7519), by our own code so that each step of a
//! verification can be shown.
//!
//! [`Unverified::parse`] only takes a token apart. [`Unverified::verify_signature`] decides about
//! the algorithm and the signature. Nothing here looks at a clock, an issuer or an audience: those
//! are checks a receiver makes with its own evidence.

use serde_json::{Map, Value};

use super::encoding::{EncodingError, base64url, base64url_decode};
use super::keys::{Algorithm, KeyError, SigningKey, VerifyingKey};
use super::strict_json::{self, StrictJsonError};

/// The longest token accepted, in bytes.
pub const MAX_TOKEN_BYTES: usize = 20_000;

/// The parts of a compact token, for messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The first part.
    Header,
    /// The second part.
    Claims,
    /// The third part.
    Signature,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Part::Header => "header",
            Part::Claims => "claims part",
            Part::Signature => "signature",
        })
    }
}

/// Why a text is not a token, or why a token is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwtError {
    /// The token is too long.
    #[error("a token may be at most {MAX_TOKEN_BYTES} bytes long, this one has {0}")]
    TooLong(usize),
    /// The token has the wrong number of parts.
    #[error("a signed token has 3 parts between dots, this one has {0}")]
    Segments(usize),
    /// A part is not base64url.
    #[error("the {part} is {source}")]
    Base64 {
        /// Which part.
        part: Part,
        /// What is wrong with it.
        source: EncodingError,
    },
    /// A part is not a JSON object with unique names.
    #[error("the {part} is {source}")]
    Json {
        /// Which part.
        part: Part,
        /// What is wrong with it.
        source: StrictJsonError,
    },
    /// The header names no algorithm.
    #[error("the header names no signature algorithm")]
    NoAlgorithm,
    /// The header says that the token is unsigned.
    #[error("the header says alg none: an unsigned token is not believed")]
    AlgorithmNone,
    /// The header names an algorithm that a public key must never be used with.
    #[error("the header says {0}: a public key must not be used as a shared secret")]
    SharedSecret(String),
    /// The header names an algorithm that this verifier does not know.
    #[error("the header says {0}, which is not RS256, RS384 or RS512")]
    UnknownAlgorithm(String),
    /// The algorithm is not one the verifier expects.
    #[error("the header says {found}, expected {}", names(.allowed))]
    NotAllowed {
        /// The algorithm in the header.
        found: Algorithm,
        /// What the verifier expects.
        allowed: Vec<Algorithm>,
    },
    /// The key is published for another algorithm.
    #[error("the header says {found}, but the key is published for {key}")]
    KeyMismatch {
        /// The algorithm in the header.
        found: Algorithm,
        /// The algorithm of the key.
        key: Algorithm,
    },
    /// The header demands an extension that nobody here understands.
    #[error("the header demands the extension crit, which is not understood")]
    Critical,
    /// The signature is not that of the key over this header and these claims.
    #[error("the signature does not match this header and these claims under this key")]
    BadSignature,
    /// Signing failed.
    #[error("the token could not be signed: {0}")]
    Signing(#[from] KeyError),
    /// Header and claims would not fit.
    #[error("there is no byte {at} in the {part}")]
    NoSuchByte {
        /// Which part.
        part: Part,
        /// Which byte of its decoded form.
        at: usize,
    },
}

fn names(algorithms: &[Algorithm]) -> String {
    let names: Vec<&str> = algorithms
        .iter()
        .map(|algorithm| algorithm.name())
        .collect();
    names.join(" or ")
}

/// Signs claims into a compact token. `alg` is put into the header when it is not there; a
/// different one there is overruled, so that the header never lies about the signature.
pub fn encode(
    header: &Map<String, Value>,
    claims: &Map<String, Value>,
    key: &SigningKey,
    algorithm: Algorithm,
) -> Result<String, JwtError> {
    let mut header = header.clone();
    header.insert("alg".to_owned(), Value::from(algorithm.name()));
    let input = signing_input(&header, claims);
    let signature = key.sign(algorithm, input.as_bytes())?;
    let token = format!("{input}.{}", base64url(&signature));
    if token.len() > MAX_TOKEN_BYTES {
        return Err(JwtError::TooLong(token.len()));
    }
    Ok(token)
}

fn signing_input(header: &Map<String, Value>, claims: &Map<String, Value>) -> String {
    // Objects with text for names always have a JSON text
    let part =
        |object: &Map<String, Value>| base64url(&serde_json::to_vec(object).unwrap_or_default());
    format!("{}.{}", part(header), part(claims))
}

/// A token taken apart, not yet believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unverified {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    signing_input: String,
    signature: Vec<u8>,
}

impl Unverified {
    /// Takes a token apart, strictly: three parts, base64url without padding, objects with unique names.
    pub fn parse(token: &str) -> Result<Unverified, JwtError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(JwtError::TooLong(token.len()));
        }
        let parts: Vec<&str> = token.split('.').collect();
        let [header, claims, signature] = parts.as_slice() else {
            return Err(JwtError::Segments(parts.len()));
        };
        Ok(Unverified {
            header: object(Part::Header, header)?,
            claims: object(Part::Claims, claims)?,
            signing_input: format!("{header}.{claims}"),
            signature: bytes(Part::Signature, signature)?,
        })
    }

    /// The header, in the order it travelled.
    pub fn header(&self) -> &Map<String, Value> {
        &self.header
    }

    /// The claims, in the order they were minted.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// What the signature is over: the first two parts with their dot.
    pub fn signing_input(&self) -> &str {
        &self.signing_input
    }

    /// The signature's bytes; empty in an unsigned token.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The name of the key in the header.
    pub fn kid(&self) -> Option<&str> {
        self.header.get("kid")?.as_str()
    }

    /// A claim that is text.
    pub fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str()
    }

    /// A claim that is a whole number of seconds, such as `exp`.
    pub fn seconds(&self, claim: &str) -> Option<i64> {
        self.claims.get(claim)?.as_i64()
    }

    /// The audiences: `aud` may be one text or a list of texts.
    pub fn audiences(&self) -> Vec<&str> {
        match self.claims.get("aud") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// The algorithm in the header, where it is one that may be believed at all.
    pub fn algorithm(&self) -> Result<Algorithm, JwtError> {
        let name = match self.header.get("alg") {
            Some(Value::String(name)) => name.as_str(),
            _ => return Err(JwtError::NoAlgorithm),
        };
        let shown = || name.chars().take(16).collect::<String>();
        match Algorithm::from_name(name) {
            Some(algorithm) => Ok(algorithm),
            None if name.eq_ignore_ascii_case("none") => Err(JwtError::AlgorithmNone),
            None if name.starts_with("HS") => Err(JwtError::SharedSecret(shown())),
            None => Err(JwtError::UnknownAlgorithm(shown())),
        }
    }

    /// Whether the token is signed by the key with one of the allowed algorithms.
    pub fn verify_signature(
        &self,
        key: &VerifyingKey,
        allowed: &[Algorithm],
    ) -> Result<Algorithm, JwtError> {
        let found = self.algorithm()?;
        if self.header.contains_key("crit") {
            return Err(JwtError::Critical);
        }
        if !allowed.contains(&found) {
            return Err(JwtError::NotAllowed {
                found,
                allowed: allowed.to_vec(),
            });
        }
        match key.algorithm() {
            Some(key) if key != found => return Err(JwtError::KeyMismatch { found, key }),
            _ => {}
        }
        if key.verifies(found, self.signing_input.as_bytes(), &self.signature) {
            Ok(found)
        } else {
            Err(JwtError::BadSignature)
        }
    }

    /// The token as text again, exactly as it was parsed.
    pub fn to_token(&self) -> String {
        format!("{}.{}", self.signing_input, base64url(&self.signature))
    }
}

fn bytes(part: Part, text: &str) -> Result<Vec<u8>, JwtError> {
    base64url_decode(text).map_err(|source| JwtError::Base64 { part, source })
}

fn object(part: Part, text: &str) -> Result<Map<String, Value>, JwtError> {
    strict_json::object(&bytes(part, text)?).map_err(|source| JwtError::Json { part, source })
}

/// What an attacker does to a token: each function returns a changed token with the old signature.
pub mod tamper {
    use super::{JwtError, Map, Part, Unverified, Value, base64url, bytes, signing_input};

    fn rebuilt(
        header: &Map<String, Value>,
        claims: &Map<String, Value>,
        signature: &[u8],
    ) -> String {
        format!("{}.{}", signing_input(header, claims), base64url(signature))
    }

    /// Replaces (or adds) a claim and keeps the signature.
    pub fn replace_claim(token: &str, claim: &str, value: Value) -> Result<String, JwtError> {
        let parsed = Unverified::parse(token)?;
        let mut claims = parsed.claims.clone();
        claims.insert(claim.to_owned(), value);
        Ok(rebuilt(&parsed.header, &claims, &parsed.signature))
    }

    /// Replaces (or adds) a header member and keeps the signature.
    pub fn replace_header(token: &str, member: &str, value: Value) -> Result<String, JwtError> {
        let parsed = Unverified::parse(token)?;
        let mut header = parsed.header.clone();
        header.insert(member.to_owned(), value);
        Ok(rebuilt(&header, &parsed.claims, &parsed.signature))
    }

    /// Claims that no signature is needed: `alg` becomes `none` and the signature empty.
    pub fn strip_signature(token: &str) -> Result<String, JwtError> {
        let parsed = Unverified::parse(token)?;
        let mut header = parsed.header.clone();
        header.insert("alg".to_owned(), Value::from("none"));
        Ok(rebuilt(&header, &parsed.claims, &[]))
    }

    /// Flips the lowest bit of one byte of a part's decoded form. The result may no longer parse.
    pub fn flip_byte(token: &str, part: Part, at: usize) -> Result<String, JwtError> {
        let parts: Vec<&str> = token.split('.').collect();
        let index = match part {
            Part::Header => 0,
            Part::Claims => 1,
            Part::Signature => 2,
        };
        let text = parts.get(index).ok_or(JwtError::Segments(parts.len()))?;
        let mut changed = bytes(part, text)?;
        let byte = changed
            .get_mut(at)
            .ok_or(JwtError::NoSuchByte { part, at })?;
        *byte ^= 1;
        let changed = base64url(&changed);
        let parts: Vec<&str> = parts
            .iter()
            .enumerate()
            .map(|(i, text)| if i == index { changed.as_str() } else { *text })
            .collect();
        Ok(parts.join("."))
    }
}

#[cfg(test)]
#[path = "jwt_tests.rs"]
mod tests;
