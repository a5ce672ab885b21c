//! RSA keys that come from seeds: the same seed gives the same 2048-bit key on every machine.
//!
//! aws-lc-rs signs and verifies, but cannot be told where its randomness comes from. So the two
//! primes are searched here, each in a named stream below the seed and on a thread of its own, and
//! handed over as a finished key. Both sides keep their keys parsed, since parsing costs more than
//! verifying.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aws_lc_rs::rsa::{KeyPair, PublicKeyComponents};
use aws_lc_rs::signature::{self as aws, ParsedPublicKey, RsaEncoding, RsaParameters};
use num_bigint_dig::BigUint;
use rsa::pkcs1::EncodeRsaPrivateKey;
use serde::{Deserialize, Serialize};

use super::encoding::{EncodingError, base64url, base64url_decode};
use super::primes::{PRIME_BITS, PUBLIC_EXPONENT, find_prime, small_primes};
use super::random::Stream;

/// Bits of every modulus.
pub const KEY_BITS: usize = 2 * PRIME_BITS;
/// Bytes of a signature by such a key.
const SIGNATURE_BYTES: usize = KEY_BITS / 8;
/// The longest modulus or exponent accepted in a JWK, in base64url characters (8192 bits).
const MAX_JWK_NUMBER_CHARS: usize = 1_366;
/// A stored key larger than this is not one of ours, in bytes.
const MAX_STORED_KEY_BYTES: usize = 4_096;

/// Why a key could not be made, read or used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The key generator's parts did not make a key.
    #[error("the two primes do not make an RSA key: {0}")]
    Assembly(String),
    /// aws-lc refused the key.
    #[error("not a usable RSA key: {0}")]
    Rejected(String),
    /// The key is not of the one size this project makes.
    #[error("expected a {KEY_BITS}-bit RSA key with exponent {PUBLIC_EXPONENT}")]
    WrongSize,
    /// The stored key is too large.
    #[error("a stored key may be at most {MAX_STORED_KEY_BYTES} bytes long, this one has {0}")]
    TooLong(usize),
    /// Signing failed.
    #[error("signing failed")]
    Signing,
    /// The JWK is of another family.
    #[error("a key of type {0:?} is not RSA")]
    NotRsa(String),
    /// A number in the JWK is not base64url.
    #[error("the JWK member {member} is not a number in base64url: {source}")]
    JwkNumber {
        /// `n` or `e`.
        member: &'static str,
        /// What is wrong with it.
        source: EncodingError,
    },
    /// A number in the JWK is too long.
    #[error("the JWK member {0} is longer than {MAX_JWK_NUMBER_CHARS} characters")]
    JwkNumberTooLong(&'static str),
}

/// The signature algorithms of the simulation, named as in JWTs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256: most OpenID Connect providers.
    RS256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RS384,
    /// RSASSA-PKCS1-v1_5 with SHA-512: identity pools.
    RS512,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Algorithm; 3] = [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512];

    /// The name in JWT headers and JWKs.
    pub const fn name(self) -> &'static str {
        match self {
            Algorithm::RS256 => "RS256",
            Algorithm::RS384 => "RS384",
            Algorithm::RS512 => "RS512",
        }
    }

    /// The algorithm of that exact name.
    pub fn from_name(name: &str) -> Option<Algorithm> {
        Algorithm::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
    }

    fn encoding(self) -> &'static dyn RsaEncoding {
        match self {
            Algorithm::RS256 => &aws::RSA_PKCS1_SHA256,
            Algorithm::RS384 => &aws::RSA_PKCS1_SHA384,
            Algorithm::RS512 => &aws::RSA_PKCS1_SHA512,
        }
    }

    fn parameters(self) -> &'static RsaParameters {
        match self {
            Algorithm::RS256 => &aws::RSA_PKCS1_2048_8192_SHA256,
            Algorithm::RS384 => &aws::RSA_PKCS1_2048_8192_SHA384,
            Algorithm::RS512 => &aws::RSA_PKCS1_2048_8192_SHA512,
        }
    }
}

impl std::fmt::Display for Algorithm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A public RSA key as published in a JWKS document (RFC 7517).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    /// The family, `RSA`.
    pub kty: String,
    /// The one algorithm the key is meant for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    /// What the key is for, `sig`.
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    /// The name by which JWT headers refer to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// The modulus, base64url.
    #[serde(default)]
    pub n: String,
    /// The public exponent, base64url.
    #[serde(default)]
    pub e: String,
}

/// A private key. Cloning shares it.
#[derive(Clone)]
pub struct SigningKey {
    inner: Arc<Inner>,
}

struct Inner {
    pair: KeyPair,
    der: Vec<u8>,
    modulus: Vec<u8>,
}

/// The public exponent as a JWK and DER carry it, big-endian without leading zeros.
const EXPONENT_BYTES: [u8; 3] = [1, 0, 1];

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Only what is public
        f.debug_struct("SigningKey")
            .field("n", &base64url(self.modulus()))
            .finish_non_exhaustive()
    }
}

/// Keys made in this process, by seed: a seed never costs a second search.
static MADE: Mutex<BTreeMap<[u8; 32], SigningKey>> = Mutex::new(BTreeMap::new());

fn made(seed: &[u8; 32]) -> Option<SigningKey> {
    // A panic elsewhere cannot leave the map half changed
    MADE.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(seed)
        .cloned()
}

fn remember(seed: [u8; 32], key: &SigningKey) {
    MADE.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(seed, key.clone());
}

/// A place outside this process where keys are kept between runs. Nothing depends on it: what it
/// has not got, or what does not make a key, is searched for again.
pub trait KeyStore: Send + Sync {
    /// The key stored for a seed as PKCS#1 DER. That it belongs to the seed is the store's promise.
    fn load(&self, seed: &[u8; 32]) -> Option<Vec<u8>>;
    /// Keeps a key that had to be searched for.
    fn keep(&self, seed: &[u8; 32], pkcs1_der: &[u8]);
}

static STORE: OnceLock<Box<dyn KeyStore>> = OnceLock::new();

/// From now on keys are looked up here before they are searched for. The first store stays.
pub fn use_store(store: Box<dyn KeyStore>) {
    // Two stores would only keep everything twice
    drop(STORE.set(store));
}

/// Whether the store had the key of this seed.
fn is_restored(seed: &[u8; 32]) -> bool {
    let stored = STORE.get().and_then(|store| store.load(seed));
    stored.is_some_and(|der| SigningKey::restore(*seed, &der).is_ok())
}

impl SigningKey {
    /// The key of a seed. Searched for once per process.
    pub fn generate(seed: [u8; 32]) -> Result<SigningKey, KeyError> {
        let mut keys = SigningKey::generate_many(&[seed])?;
        keys.pop().ok_or(KeyError::WrongSize)
    }

    /// The keys of many seeds, in their order, searched for on all cores.
    pub fn generate_many(seeds: &[[u8; 32]]) -> Result<Vec<SigningKey>, KeyError> {
        let mut wanted: Vec<[u8; 32]> = seeds
            .iter()
            .filter(|seed| made(seed).is_none())
            .copied()
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        wanted.retain(|seed| !is_restored(seed));
        for (seed, primes) in wanted.iter().zip(search(&wanted).chunks_exact(2)) {
            if let [p, q] = primes {
                let key = SigningKey::assemble(p.clone(), q.clone())?;
                remember(*seed, &key);
                if let Some(store) = STORE.get() {
                    store.keep(seed, key.to_pkcs1_der());
                }
            }
        }
        seeds
            .iter()
            .map(|seed| made(seed).ok_or(KeyError::WrongSize))
            .collect()
    }

    /// Takes a key that an earlier run stored, so that its seed need not be searched again.
    /// The key is checked in itself; that it belongs to the seed is the store's promise.
    pub fn restore(seed: [u8; 32], pkcs1_der: &[u8]) -> Result<SigningKey, KeyError> {
        let key = SigningKey::from_pkcs1_der(pkcs1_der)?;
        remember(seed, &key);
        Ok(key)
    }

    /// Whether this process already holds the key of that seed.
    pub fn is_made(seed: &[u8; 32]) -> bool {
        made(seed).is_some()
    }

    fn assemble(p: BigUint, q: BigUint) -> Result<SigningKey, KeyError> {
        let wrong = |error: &dyn std::fmt::Display| KeyError::Assembly(error.to_string());
        let key = rsa::RsaPrivateKey::from_p_q(p, q, BigUint::from(PUBLIC_EXPONENT))
            .map_err(|error| wrong(&error))?;
        let der = key.to_pkcs1_der().map_err(|error| wrong(&error))?;
        SigningKey::from_pkcs1_der(der.as_bytes())
    }

    /// Reads a PKCS#1 `RSAPrivateKey`, refusing inconsistent numbers and other sizes.
    pub fn from_pkcs1_der(der: &[u8]) -> Result<SigningKey, KeyError> {
        if der.len() > MAX_STORED_KEY_BYTES {
            return Err(KeyError::TooLong(der.len()));
        }
        let pair = KeyPair::from_der(der).map_err(|error| KeyError::Rejected(error.to_string()))?;
        let numbers = rsa::pkcs1::RsaPrivateKey::try_from(der)
            .map_err(|error| KeyError::Rejected(error.to_string()))?;
        let modulus = numbers.modulus.as_bytes().to_vec();
        if modulus.len() != SIGNATURE_BYTES || numbers.public_exponent.as_bytes() != EXPONENT_BYTES
        {
            return Err(KeyError::WrongSize);
        }
        Ok(SigningKey {
            inner: Arc::new(Inner {
                pair,
                der: der.to_vec(),
                modulus,
            }),
        })
    }

    /// The key as PKCS#1 DER, to be stored.
    pub fn to_pkcs1_der(&self) -> &[u8] {
        &self.inner.der
    }

    /// The modulus, big-endian.
    pub fn modulus(&self) -> &[u8] {
        &self.inner.modulus
    }

    /// Signs a message.
    pub fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut signature = vec![0; SIGNATURE_BYTES];
        // PKCS#1 v1.5 is deterministic: the generator is part of the signature of `sign` only
        let unused = aws_lc_rs::rand::SystemRandom::new();
        self.inner
            .pair
            .sign(algorithm.encoding(), &unused, message, &mut signature)
            .map_err(|_| KeyError::Signing)?;
        Ok(signature)
    }

    /// The public half as published.
    pub fn jwk(&self, kid: &str, algorithm: Algorithm) -> Jwk {
        Jwk {
            kty: "RSA".to_owned(),
            alg: Some(algorithm.name().to_owned()),
            usage: Some("sig".to_owned()),
            kid: Some(kid.to_owned()),
            n: base64url(self.modulus()),
            e: base64url(&EXPONENT_BYTES),
        }
    }

    /// The public half, ready to verify with.
    pub fn verifying_key(&self) -> Result<VerifyingKey, KeyError> {
        VerifyingKey::from_numbers(self.modulus(), &EXPONENT_BYTES, None)
    }
}

/// Two primes for each seed, in order: each is a task of its own, shared out among the cores.
fn search(seeds: &[[u8; 32]]) -> Vec<BigUint> {
    if seeds.is_empty() {
        return Vec::new();
    }
    let sieving = small_primes();
    let tasks: Vec<(&[u8; 32], &str)> = seeds
        .iter()
        .flat_map(|seed| [(seed, "p"), (seed, "q")])
        .collect();
    let cores = std::thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(tasks.len());
    let next = Mutex::new(tasks.iter().enumerate());
    let found = Mutex::new(vec![None; tasks.len()]);
    let work = || {
        loop {
            let task = next.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((index, (seed, name))) = task else {
                return;
            };
            let prime = find_prime(&mut Stream::below_seed(seed, name), &sieving);
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(place) = found.get_mut(index) {
                *place = Some(prime);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..cores {
            scope.spawn(work);
        }
        work();
    });
    found
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
        .into_iter()
        .flatten()
        .collect()
}

/// A public key, parsed and ready to verify with. Cloning shares it.
#[derive(Debug, Clone)]
pub struct VerifyingKey {
    /// For each algorithm it may be used with
    parsed: Arc<Vec<(Algorithm, ParsedPublicKey)>>,
    only: Option<Algorithm>,
}

impl VerifyingKey {
    /// Reads a JWK. A key that names an algorithm verifies nothing else.
    pub fn from_jwk(jwk: &Jwk) -> Result<VerifyingKey, KeyError> {
        if jwk.kty != "RSA" {
            return Err(KeyError::NotRsa(jwk.kty.chars().take(16).collect()));
        }
        let number = |member: &'static str, text: &str| {
            if text.len() > MAX_JWK_NUMBER_CHARS {
                return Err(KeyError::JwkNumberTooLong(member));
            }
            base64url_decode(text).map_err(|source| KeyError::JwkNumber { member, source })
        };
        let only = match &jwk.alg {
            None => None,
            Some(name) => Some(Algorithm::from_name(name).ok_or_else(|| {
                KeyError::Rejected(format!("meant for the algorithm {name:.16}"))
            })?),
        };
        VerifyingKey::from_numbers(&number("n", &jwk.n)?, &number("e", &jwk.e)?, only)
    }

    fn from_numbers(n: &[u8], e: &[u8], only: Option<Algorithm>) -> Result<VerifyingKey, KeyError> {
        let parse = |algorithm: Algorithm| {
            PublicKeyComponents { n, e }
                .to_parsed_public_key(algorithm.parameters())
                .map_err(|error| KeyError::Rejected(error.to_string()))
        };
        let wanted = Algorithm::ALL.into_iter();
        let parsed = wanted
            .filter(|algorithm| only.is_none_or(|only| only == *algorithm))
            .map(|algorithm| Ok((algorithm, parse(algorithm)?)))
            .collect::<Result<_, KeyError>>()?;
        Ok(VerifyingKey {
            parsed: Arc::new(parsed),
            only,
        })
    }

    /// The one algorithm this key is published for, if it says so.
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.only
    }

    /// Whether the signature over the message is good.
    pub fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let mut usable = self.parsed.iter().filter(|(of, _)| *of == algorithm);
        usable.any(|(_, key)| key.verify_sig(message, signature).is_ok())
    }
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
