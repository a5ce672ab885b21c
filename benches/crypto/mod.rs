//! The cryptography that performing cannot do without, done directly by aws-lc with keys kept
//! parsed: what the cost of performing is measured against.

use std::collections::BTreeSet;
use std::hint::black_box;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::{digest, hmac, rsa::KeyPair, signature};
use tokentrail::cloud::ledger::{Artifact, ArtifactKind, Exchange, ExchangeId, Log, Outcome};
use tokentrail::protocol::keys::SigningKey;

/// The operations that exchanges cannot have been made without.
#[derive(Debug, Default)]
pub struct Crypto {
    rsa_signatures: usize,
    rsa_verifications: usize,
    /// Signed requests: made once and recomputed once
    sigv4: usize,
    /// Bytes of their canonical requests
    sigv4_bytes: usize,
    /// Bytes of their bodies, hashed apart
    sigv4_body_bytes: usize,
}

/// What they are done with.
pub struct Tools {
    key: KeyPair,
    /// As long as a token's header and claims
    message: Vec<u8>,
    /// Its signature
    made: Vec<u8>,
}

impl Tools {
    pub fn new() -> Self {
        let key = SigningKey::generate([7; 32]).unwrap();
        let key = KeyPair::from_der(key.to_pkcs1_der()).unwrap();
        let message = vec![b'x'; 900];
        let mut made = vec![0; key.public_modulus_len()];
        let random = SystemRandom::new();
        key.sign(&signature::RSA_PKCS1_SHA256, &random, &message, &mut made)
            .unwrap();
        Self { key, message, made }
    }
}

impl Crypto {
    /// What these exchanges took.
    pub fn of(artifacts: &Log<Artifact>, exchanges: &Log<Exchange>) -> Self {
        let of_kind =
            |kinds: &'static [ArtifactKind]| artifacts.iter().filter(|it| kinds.contains(&it.kind));
        let tokens = of_kind(&[ArtifactKind::IdToken, ArtifactKind::AccessToken]).count();
        // An identity pool signs one for itself whenever it asks STS. Asked twice within a second,
        // it makes the same bytes again: one thing, and two signatures
        let handed_out = of_kind(&[ArtifactKind::PoolToken]).filter_map(|it| it.exchange);
        let for_itself = exchanges
            .iter()
            .filter(|it| it.operation == "AssumeRoleWithWebIdentity")
            .filter_map(|it| it.parent);
        let pool_tokens: BTreeSet<ExchangeId> = handed_out.chain(for_itself).collect();
        let mut crypto = Self {
            rsa_signatures: tokens + pool_tokens.len(),
            ..Self::default()
        };
        for exchange in exchanges {
            crypto.add(exchange);
        }
        crypto
    }

    fn add(&mut self, exchange: &Exchange) {
        let signed = exchange.request.headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("authorization") && value.starts_with("AWS4")
        });
        if signed {
            self.sigv4 += 1;
            let headers = exchange.request.headers.iter();
            let signed = headers.filter(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
            let headers: usize = signed.map(|(name, value)| name.len() + value.len()).sum();
            self.sigv4_bytes += exchange.request.url.len() + headers;
            self.sigv4_body_bytes += exchange.request.body.0.len();
        } else {
            let verified = exchange
                .checks
                .iter()
                .any(|check| check.name == "Signature" && check.outcome != Outcome::NotReached);
            self.rsa_verifications += usize::from(verified);
        }
    }

    /// Does exactly those operations.
    pub fn perform(&self, tools: &Tools) {
        let random = SystemRandom::new();
        let mut out = vec![0; tools.key.public_modulus_len()];
        for _ in 0..self.rsa_signatures {
            let padding = &signature::RSA_PKCS1_SHA256;
            tools
                .key
                .sign(padding, &random, &tools.message, &mut out)
                .unwrap();
            black_box(&out);
        }
        let public = signature::UnparsedPublicKey::new(
            &signature::RSA_PKCS1_2048_8192_SHA256,
            aws_lc_rs::signature::KeyPair::public_key(&tools.key),
        );
        for _ in 0..self.rsa_verifications {
            public.verify(&tools.message, &tools.made).unwrap();
        }
        let bytes = vec![7_u8; self.sigv4_bytes / self.sigv4.max(1)];
        let body = vec![7_u8; self.sigv4_body_bytes / self.sigv4.max(1)];
        // Client and service each: payload, canonical request, four derivations and the signature
        for _ in 0..self.sigv4 * 2 {
            black_box(digest::digest(&digest::SHA256, &body));
            black_box(digest::digest(&digest::SHA256, &bytes));
            for _ in 0..5 {
                let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes[..32.min(bytes.len())]);
                black_box(hmac::sign(&key, b"aws4_request"));
            }
        }
    }
}
