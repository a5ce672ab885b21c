//! How a service that must believe somebody else's token gets the issuer's public keys and
//! puts the signature to the test. Shared by identity pools and STS; both fetch the key
//! document through the front door, so that the fetch can be seen.

use super::Cloud;
use super::aws::shorten;
use super::ledger::ActorId;
use crate::protocol::jwks::{Jwks, JwksError, discovery_url};
use crate::protocol::jwt::{JwtError, Unverified};
use crate::protocol::keys::Algorithm;
use crate::protocol::message::{self, Message};
use crate::protocol::time::Moment;

/// Why an issuer's keys could not be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeysUnavailable {
    /// Nobody answers there
    #[error("{uri} cannot be reached")]
    Unreachable {
        /// The address
        uri: String,
    },
    /// The answer is an error
    #[error("{uri} answers with status {status}")]
    Refused {
        /// The address
        uri: String,
        /// HTTP status
        status: u16,
    },
    /// The answer is no such document
    #[error("{uri} is not a usable document: {why}")]
    Unreadable {
        /// The address
        uri: String,
        /// What is wrong with it
        why: String,
    },
}

/// An issuer's keys and where they were found.
#[derive(Clone, Debug)]
pub struct IssuerKeys {
    /// The address of the key document
    pub uri: String,
    /// The keys in it
    pub keys: Jwks,
}

/// Fetches the key document at this address.
pub fn fetch(cloud: &mut Cloud, by: &ActorId, uri: &str) -> Result<IssuerKeys, KeysUnavailable> {
    let text = fetch_text(cloud, by, uri)?;
    let keys = Jwks::parse(&text).map_err(|error| KeysUnavailable::Unreadable {
        uri: uri.to_owned(),
        why: error.to_string(),
    })?;
    Ok(IssuerKeys {
        uri: uri.to_owned(),
        keys,
    })
}

/// Asks an issuer's discovery document where its keys are, and fetches them.
pub fn discover(
    cloud: &mut Cloud,
    by: &ActorId,
    issuer: &str,
) -> Result<IssuerKeys, KeysUnavailable> {
    let uri = discovery_url(issuer);
    let text = fetch_text(cloud, by, &uri)?;
    let unreadable = |why: &str| KeysUnavailable::Unreadable {
        uri: uri.clone(),
        why: why.into(),
    };
    let document: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| unreadable(&error.to_string()))?;
    let member = |name: &str| document.get(name).and_then(serde_json::Value::as_str);
    if member("issuer") != Some(issuer) {
        return Err(unreadable("it speaks for another issuer"));
    }
    let keys = member("jwks_uri")
        .ok_or_else(|| unreadable("it has no jwks_uri"))?
        .to_owned();
    fetch(cloud, by, &keys)
}

fn fetch_text(cloud: &mut Cloud, by: &ActorId, uri: &str) -> Result<String, KeysUnavailable> {
    let unreachable = || KeysUnavailable::Unreachable {
        uri: uri.to_owned(),
    };
    let request = message::get(uri).map_err(|_| unreachable())?;
    let answer = cloud.send(by, request).map_err(|_| unreachable())?;
    let status = answer.response.status().as_u16();
    if status != http::StatusCode::OK.as_u16() {
        return Err(KeysUnavailable::Refused {
            uri: uri.to_owned(),
            status,
        });
    }
    let text = answer
        .response
        .text_body()
        .map_err(|error| KeysUnavailable::Unreadable {
            uri: uri.to_owned(),
            why: error.to_string(),
        })?;
    Ok(text.to_owned())
}

/// What is wrong with a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureProblem {
    /// The issuer publishes no key of the name in the token's header
    NoKey,
    /// There is a key, and it did not make this signature
    Bad,
}

/// A signature put to the test, in the words of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureTest {
    /// What was required
    pub expected: String,
    /// What was found
    pub actual: String,
    /// What is wrong, if something is
    pub problem: Option<SignatureProblem>,
}

/// Tests a token's signature against an issuer's keys.
pub fn test_signature(
    token: &Unverified,
    issuer: &IssuerKeys,
    allowed: &[Algorithm],
) -> SignatureTest {
    let names: Vec<&str> = allowed.iter().map(|algorithm| algorithm.name()).collect();
    let kid = token.kid().unwrap_or_default();
    let expected = format!(
        "{}, kid {} in {}",
        names.join(" or "),
        shorten(kid),
        issuer.uri
    );
    let (actual, problem) = match believe(token, issuer, kid, allowed) {
        Ok(algorithm) => (format!("{algorithm} signature matches"), None),
        Err((why, problem)) => (why, Some(problem)),
    };
    SignatureTest {
        expected,
        actual,
        problem,
    }
}

fn believe(
    token: &Unverified,
    issuer: &IssuerKeys,
    kid: &str,
    allowed: &[Algorithm],
) -> Result<Algorithm, (String, SignatureProblem)> {
    // The algorithm comes first: an unsigned token is not worth a look at the keys
    token.algorithm().map_err(bad)?;
    let key = issuer
        .keys
        .verifying_key(kid)
        .map_err(|error| match error {
            JwksError::NoSuchKey { published, .. } => (
                format!("no key named {}, published: {published}", shorten(kid)),
                SignatureProblem::NoKey,
            ),
            other => (other.to_string(), SignatureProblem::NoKey),
        })?;
    token.verify_signature(&key, allowed).map_err(bad)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that map_err calls"
)]
fn bad(error: JwtError) -> (String, SignatureProblem) {
    (error.to_string(), SignatureProblem::Bad)
}

/// How much of its life a token has left, in words: "8 min 41 s left", "expired 4 min 2 s ago".
pub fn time_left(now: Moment, expires_at: Moment) -> String {
    if now < expires_at {
        format!("{} left", (expires_at - now).in_words())
    } else {
        format!("expired {} ago", (now - expires_at).in_words())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::time::Span;

    #[test]
    fn the_rest_of_a_life_is_told_in_two_units() {
        let now = Moment::from_epoch_seconds(1_000_000);
        let after = |seconds| time_left(now, now + Span::from_seconds(seconds));
        assert_eq!(after(521), "8 min 41 s left");
        assert_eq!(after(3_600), "1 h left");
        assert_eq!(after(0), "expired 0 s ago");
        assert_eq!(after(-242), "expired 4 min 2 s ago");
        assert_eq!(after(90_061), "1 d 1 h left");
    }
}
