//! What the first story costs, as ratios to limits measured in the same run.
//!
//! - performing it against the RSA, HMAC and hash operations it cannot do without,
//!   done directly by aws-lc with keys kept parsed
//! - the picture of any moment against half a millisecond
//! - everything before the first beat, without key generation, against 50 ms
//!
//! Run with `cargo bench --no-default-features --bench story`. It ends with exit code 1 where a
//! ratio is above its limit.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a benchmark reads the wall clock and may fail loudly"
)]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::{digest, hmac, rsa::KeyPair, signature};
use tokentrail::cloud::ledger::{ArtifactKind, Outcome};
use tokentrail::protocol::keys::SigningKey;
use tokentrail::recording::Recording;
use tokentrail::scenario::files::Shipped;
use tokentrail::scenario::{self, Scenario, library};
use tokentrail::stage::{Options, PlayTime, Stage};

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Each figure is the least of this many runs: noise only ever adds.
const RUNS: usize = 12;
/// What takes a millisecond is run more often, in turn with what it is compared to, so that both
/// meet a quiet moment.
const TURNS: usize = 200;

/// Performing may cost this many times the cryptography in it.
const MOST_TIMES_CRYPTO: f64 = 2.0;
/// A picture may take this long.
const FRAME_LIMIT: Duration = Duration::from_micros(500);
/// Everything before the first beat may take this long.
const START_LIMIT: Duration = Duration::from_millis(50);

fn least(mut run: impl FnMut()) -> Duration {
    (0..RUNS).map(|_| timed(&mut run)).min().unwrap()
}

fn timed(run: &mut impl FnMut()) -> Duration {
    let begun = Instant::now();
    run();
    begun.elapsed()
}

fn load() -> Scenario {
    let entry = &library::ALL[0];
    scenario::load(&Shipped, entry.path, entry.text.as_bytes()).unwrap()
}

/// The operations a recording cannot have been made without.
#[derive(Debug, Default)]
struct Crypto {
    rsa_signatures: usize,
    rsa_verifications: usize,
    /// Signed requests: made once and recomputed once
    sigv4: usize,
    /// Bytes of their canonical requests
    sigv4_bytes: usize,
    /// Bytes of their bodies, hashed apart
    sigv4_body_bytes: usize,
}

fn count(recording: &Recording) -> Crypto {
    let jwt = |kind| {
        matches!(
            kind,
            ArtifactKind::IdToken | ArtifactKind::AccessToken | ArtifactKind::PoolToken
        )
    };
    let rsa_signatures = recording.artifacts.iter().filter(|a| jwt(a.kind)).count();
    let mut crypto = Crypto {
        rsa_signatures,
        ..Crypto::default()
    };
    for exchange in &recording.exchanges {
        let signed = exchange.request.headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("authorization") && value.starts_with("AWS4")
        });
        if signed {
            crypto.sigv4 += 1;
            let headers = exchange.request.headers.iter();
            let signed = headers.filter(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
            let headers: usize = signed.map(|(name, value)| name.len() + value.len()).sum();
            crypto.sigv4_bytes += exchange.request.url.len() + headers;
            crypto.sigv4_body_bytes += exchange.request.body.0.len();
        } else {
            let verified = exchange
                .checks
                .iter()
                .any(|check| check.name == "Signature" && check.outcome != Outcome::NotReached);
            crypto.rsa_verifications += usize::from(verified);
        }
    }
    crypto
}

/// Does exactly those operations.
fn do_crypto(crypto: &Crypto, key: &KeyPair, message: &[u8], made: &[u8]) {
    let random = SystemRandom::new();
    let mut out = vec![0; key.public_modulus_len()];
    for _ in 0..crypto.rsa_signatures {
        key.sign(&signature::RSA_PKCS1_SHA256, &random, message, &mut out)
            .unwrap();
        black_box(&out);
    }
    let public = signature::UnparsedPublicKey::new(
        &signature::RSA_PKCS1_2048_8192_SHA256,
        aws_lc_rs::signature::KeyPair::public_key(key),
    );
    for _ in 0..crypto.rsa_verifications {
        public.verify(message, made).unwrap();
    }
    let bytes = vec![7_u8; crypto.sigv4_bytes / crypto.sigv4.max(1)];
    let body = vec![7_u8; crypto.sigv4_body_bytes / crypto.sigv4.max(1)];
    // Client and service each: payload, canonical request, four derivations and the signature
    for _ in 0..crypto.sigv4 * 2 {
        black_box(digest::digest(&digest::SHA256, &body));
        black_box(digest::digest(&digest::SHA256, &bytes));
        for _ in 0..5 {
            let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes[..32.min(bytes.len())]);
            black_box(hmac::sign(&key, b"aws4_request"));
        }
    }
}

fn main() -> ExitCode {
    let scenario = load();
    let recording = scenario::perform(&scenario, None).unwrap();
    let crypto = count(&recording);
    let key = SigningKey::generate([7; 32]).unwrap();
    let key = KeyPair::from_der(key.to_pkcs1_der()).unwrap();
    let message = vec![b'x'; 900];
    let mut made = vec![0; key.public_modulus_len()];
    key.sign(
        &signature::RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        &message,
        &mut made,
    )
    .unwrap();

    println!("{crypto:?}");
    let (mut whole, mut bare) = (Duration::MAX, Duration::MAX);
    for _ in 0..TURNS {
        let mut perform = || drop(black_box(scenario::perform(&scenario, None).unwrap()));
        whole = whole.min(timed(&mut perform));
        bare = bare.min(timed(&mut || do_crypto(&crypto, &key, &message, &made)));
    }
    let mut fine = report(
        "performing the story / its cryptography",
        whole,
        bare,
        MOST_TIMES_CRYPTO,
    );

    let (worst, at) = worst_frame(&recording);
    println!("slowest picture at {at:?}");
    fine &= report("slowest picture / 0.5 ms", worst, FRAME_LIMIT, 1.0);

    let start = least(|| {
        let scenario = load();
        black_box(scenario);
    });
    fine &= report("loading the story / 50 ms", start, START_LIMIT, 1.0);
    if fine {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn report(what: &str, measured: Duration, against: Duration, most: f64) -> bool {
    let ratio = measured.as_secs_f64() / against.as_secs_f64();
    let verdict = if ratio <= most {
        "ok"
    } else {
        "ABOVE ITS LIMIT"
    };
    println!("{what}: {measured:?} / {against:?} = {ratio:.2} (at most {most}) {verdict}");
    ratio <= most
}

/// The moment whose picture takes longest, each measured as the least of some runs.
fn worst_frame(recording: &Recording) -> (Duration, PlayTime) {
    let stage = Stage::new(recording, Options::default());
    let moments = (0..stage.duration().0).step_by(97).map(PlayTime);
    moments
        .map(|t| (least(|| drop(black_box(stage.frame(recording, t)))), t))
        .max_by_key(|(time, _)| *time)
        .unwrap()
}
