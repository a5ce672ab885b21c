//! A signed request's signature, made again step by step from the bytes that travelled and the
//! secret that its signer held, and compared with the one that travelled.

use http::header::{HeaderName, HeaderValue};

use crate::cloud::ledger::{
    Artifact, ArtifactKind, ArtifactValue, CredentialsValue, Exchange, SentRequest,
};
use crate::protocol::message::Request;
use crate::protocol::sigv4::{
    Placement, Presented, Steps, UNSIGNED_PAYLOAD, parse_authorization, recompute,
};
use crate::protocol::{hash::sha256_hex, message::Message};
use crate::recording::Recording;

/// A signature made again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signing {
    /// What the request says about its signature
    pub presented: Presented,
    /// Every step, made again just now
    pub steps: Steps,
    /// The body's hash as it is
    pub body_hash: String,
    /// The first step at which what travelled is not what is found now; none where it all agrees
    pub difference: Option<Difference>,
}

/// Where a signature that travelled departs from the one made again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What differs: "the hash of the body", "the signature"
    pub what: &'static str,
    /// What travelled
    pub travelled: String,
    /// What is found now
    pub found: String,
    /// The first character that differs, from 1
    pub at: usize,
}

/// Why there is nothing to compare.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    /// The recording does not hold the secret
    #[error("nobody in this recording holds the secret of {0}")]
    NoSecret(String),
    /// The request cannot be made canonical
    #[error("{0}")]
    Request(String),
}

/// Who claims to have signed a request; nothing for an unsigned one.
pub fn signer(request: &SentRequest) -> Option<Presented> {
    // Most requests are not signed, and reading them as HTTP again is dear
    let signed = |text: &str| text.contains("AWS4-HMAC-SHA256");
    let by_header = request
        .headers
        .iter()
        .any(|(name, value)| name.eq_ignore_ascii_case("authorization") && signed(value));
    if !by_header && !signed(&request.url) {
        return None;
    }
    parse_authorization(&as_http(request).ok()?).ok()
}

/// Makes the signature of an exchange again; nothing where the request is not signed.
pub fn signing(
    exchange: &Exchange,
    recording: &Recording,
) -> Option<Result<Signing, SigningError>> {
    let presented = signer(&exchange.request)?;
    Some(made_again(exchange, presented, recording))
}

fn made_again(
    exchange: &Exchange,
    presented: Presented,
    recording: &Recording,
) -> Result<Signing, SigningError> {
    let key = &presented.access_key_id;
    let secret = secret_of(key, recording);
    let secret = secret.ok_or_else(|| SigningError::NoSecret(key.clone()))?;
    let request = as_http(&exchange.request)?;
    let steps = recompute(&request, &secret.secret_access_key, &presented)
        .map_err(|error| SigningError::Request(error.to_string()))?;
    let body_hash = sha256_hex(request.body_bytes());
    let difference = difference(&request, &presented, &steps, &body_hash);
    Ok(Signing {
        presented,
        steps,
        body_hash,
        difference,
    })
}

/// The credentials that an access key belongs to, as they were issued.
pub fn secret_of<'r>(
    access_key_id: &str,
    recording: &'r Recording,
) -> Option<&'r CredentialsValue> {
    issued(access_key_id, recording).and_then(|it| match &it.value {
        ArtifactValue::Credentials(value) => Some(value),
        ArtifactValue::Text(_) => None,
    })
}

/// The thing that an access key belongs to, as it was issued.
pub fn issued<'r>(access_key_id: &str, recording: &'r Recording) -> Option<&'r Artifact> {
    let kinds = [ArtifactKind::Credentials, ArtifactKind::LongTermKey];
    recording.artifacts.iter().find(|it| {
        kinds.contains(&it.kind)
            && matches!(&it.value, ArtifactValue::Credentials(value)
                if value.access_key_id == access_key_id)
    })
}

/// A recorded request as HTTP again.
pub fn as_http(request: &SentRequest) -> Result<Request, SigningError> {
    let wrong = |error: &dyn std::fmt::Display| SigningError::Request(error.to_string());
    let mut http = Request::new(request.body.0.to_vec());
    *http.method_mut() = request.method.parse().map_err(|error| wrong(&error))?;
    *http.uri_mut() = request.url.parse().map_err(|error| wrong(&error))?;
    for (name, value) in &request.headers {
        let name: HeaderName = name.parse().map_err(|error| wrong(&error))?;
        let value: HeaderValue = value.parse().map_err(|error| wrong(&error))?;
        let added = http.headers_mut().try_append(name, value);
        added.map_err(|error| wrong(&error))?;
    }
    Ok(http)
}

fn difference(
    request: &Request,
    presented: &Presented,
    steps: &Steps,
    body_hash: &str,
) -> Option<Difference> {
    let stated = request.header("x-amz-content-sha256");
    let stated =
        stated.filter(|it| *it != UNSIGNED_PAYLOAD && presented.placement == Placement::Header);
    let differs = |what, travelled: &str, found: &str| {
        let same = travelled.chars().zip(found.chars());
        (travelled != found).then(|| Difference {
            what,
            travelled: travelled.to_owned(),
            found: found.to_owned(),
            at: same.take_while(|(a, b)| a == b).count() + 1,
        })
    };
    stated
        .and_then(|stated| differs("the hash of the body", stated, body_hash))
        .or_else(|| differs("the signature", &presented.signature, &steps.signature))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::fixture::{stories, story};

    #[test]
    fn every_signature_of_every_story_is_made_again_and_agrees_unless_its_receiver_refused_it() {
        let mut agreed = 0;
        for recording in stories() {
            for exchange in &recording.exchanges {
                let Some(Ok(signing)) = signing(exchange, recording) else {
                    continue;
                };
                let mut checks = exchange.checks.iter();
                let by_receiver = checks.find(|it| it.name == "Signature");
                let held = by_receiver.map(|it| it.outcome);
                if held == Some(crate::cloud::ledger::Outcome::Passed) {
                    assert_eq!(signing.difference, None, "{}", recording.header.scenario);
                    agreed += 1;
                }
            }
        }
        assert!(agreed > 100, "{agreed}");
    }

    #[test]
    fn an_altered_body_is_the_first_difference() {
        let mut recording = story("own-folder");
        let put = recording
            .exchanges
            .iter()
            .position(|it| it.operation == "PutObject");
        let mut exchange = recording.exchanges[put.unwrap()].clone();
        let sent = exchange.request.clone();
        exchange.request.body = [&*sent.body.0, b"!"].concat().into();
        let found = signing(&exchange, &recording).unwrap().unwrap();
        assert_eq!(found.difference.unwrap().what, "the hash of the body");
        exchange.request.body = sent.body;
        exchange.request.url = format!("{}?acl", sent.url).into();
        let found = signing(&exchange, &recording).unwrap().unwrap();
        assert_eq!(found.difference.unwrap().what, "the signature");
        recording.artifacts = crate::cloud::ledger::Log::default();
        let error = signing(&exchange, &recording).unwrap().unwrap_err();
        assert!(matches!(error, SigningError::NoSecret(_)));
    }

    #[test]
    fn an_unsigned_request_has_no_signature() {
        let recording = story("facebook-to-s3");
        let unsigned = recording
            .exchanges
            .iter()
            .find(|it| it.operation == "GetId");
        assert_eq!(signing(unsigned.unwrap(), &recording), None);
    }
}
