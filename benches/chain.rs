//! What the full chain costs against the RSA, HMAC and hash operations it cannot do without, as a
//! ratio measured in one run: Google sign-in, user pool federation, GetId,
//! GetCredentialsForIdentity and a signed GetObject.
//!
//! Setting the world up is no part of it. Run with `cargo bench --no-default-features --bench
//! chain`. It ends with exit code 1 where the ratio is above its limit.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::panic,
    reason = "a benchmark reads the wall clock and may fail loudly"
)]

mod crypto;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crypto::{Crypto, Tools};
use tokentrail::scenario::build::build;
use tokentrail::scenario::client::Clients;
use tokentrail::scenario::files::Shipped;
use tokentrail::scenario::{self, Scenario};

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Each is run this often, in turn with the other, so that both meet a quiet moment; the least
/// counts, as noise only ever adds.
const TURNS: usize = 300;
/// The chain may cost this many times the cryptography in it.
const MOST_TIMES_CRYPTO: f64 = 1.5;

const TEXT: &str = r##"(
    id: "chain", title: "Chain", summary: "From Google to S3",
    world: (
        people: [(id: "dana", name: "Dana", email: "dana@example.com", passwords: {"google": "Made-up-1"})],
        devices: [(id: "phone", name: "Dana's phone", owner: "dana")],
        providers: [(id: "google", kind: Google)],
        provider_apps: [(id: "pool-at-google", provider: "google", name: "Photo Box")],
        user_pools: [(id: "users", clients: [(id: "app", callbacks: ["https://photos.example/back"])],
            providers: [(app: "pool-at-google")])],
        identity_pools: [(id: "identities", logins: [UserPool(pool: "users", client: "app")],
            pool_id: "us-east-1:11111111-2222-4333-8444-555555555555", authenticated_role: "Reader")],
        roles: [(id: "Reader",
            trust: r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"},
                "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {
                "StringEquals": {"cognito-identity.amazonaws.com:aud": "us-east-1:11111111-2222-4333-8444-555555555555"},
                "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}}}]}"#,
            policies: [(id: "Read", json: r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
                "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photo-box-pictures/shared/*"}]}"#)])],
        buckets: [(id: "photo-box-pictures", objects: [(key: "shared/a.txt", text: "a picture")])],
    ),
    chapters: [(title: "c", beats: [(id: "x", title: "X", caption: "c", actions: [
        OpenSignIn(device: "phone", client: "app", provider: "Google"),
        SignInAtProvider(device: "phone", person: "dana"),
        FollowRedirects(device: "phone"),
        RedeemCode(device: "phone"),
        GetId(device: "phone", pool: "identities", login: UserPool("users", Held("phone", IdToken))),
        GetCredentials(device: "phone", pool: "identities", login: UserPool("users", Held("phone", IdToken))),
        GetObject(device: "phone", bucket: "photo-box-pictures", key: "shared/a.txt"),
    ])])],
)"##;

/// Performs the chain: how long it took, and where it led.
fn perform(scenario: &Scenario) -> (Duration, Clients) {
    let (cloud, names) = build(scenario, scenario.seed).unwrap();
    let mut clients = Clients::new(cloud, names);
    let begun = Instant::now();
    for act in scenario.beats.iter().flat_map(|beat| &beat.acts) {
        clients.act(&act.action).unwrap();
    }
    (begun.elapsed(), clients)
}

fn main() -> ExitCode {
    let scenario = scenario::load(&Shipped, "chain.ron", TEXT.as_bytes())
        .unwrap_or_else(|report| panic!("{}", report.render(false)));
    let (_, clients) = perform(&scenario);
    let ledger = &clients.cloud.ledger;
    let last = ledger.exchanges().last().unwrap();
    assert_eq!(
        (last.operation.as_str(), last.response.status),
        ("GetObject", 200)
    );
    let crypto = Crypto::of(ledger.artifacts(), ledger.exchanges());
    println!("{} exchanges, {crypto:?}", ledger.exchanges().len());
    let tools = Tools::new();
    let (mut whole, mut bare) = (Duration::MAX, Duration::MAX);
    for _ in 0..TURNS {
        whole = whole.min(perform(&scenario).0);
        let begun = Instant::now();
        crypto.perform(&tools);
        bare = bare.min(begun.elapsed());
    }
    let ratio = whole.as_secs_f64() / bare.as_secs_f64();
    println!(
        "the full chain / its cryptography: {whole:?} / {bare:?} = {ratio:.2} (at most \
         {MOST_TIMES_CRYPTO})"
    );
    if ratio <= MOST_TIMES_CRYPTO {
        ExitCode::SUCCESS
    } else {
        println!("  ABOVE ITS LIMIT");
        ExitCode::FAILURE
    }
}
