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

mod crypto;
mod measure;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use crypto::{Crypto, Tools};
use measure::{exit_code, least, timed, within};
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

fn load() -> Scenario {
    let entry = &library::ALL[0];
    scenario::load(&Shipped, entry.path, entry.text.as_bytes()).unwrap()
}

fn main() -> ExitCode {
    let scenario = load();
    let recording = scenario::perform(&scenario, None).unwrap();
    let crypto = Crypto::of(&recording.artifacts, &recording.exchanges);
    let tools = Tools::new();

    println!("{crypto:?}");
    let (mut whole, mut bare) = (Duration::MAX, Duration::MAX);
    for _ in 0..TURNS {
        let perform = || drop(black_box(scenario::perform(&scenario, None).unwrap()));
        whole = whole.min(timed(perform).0);
        bare = bare.min(timed(|| crypto.perform(&tools)).0);
    }
    let mut fine = within(
        "performing the story / its cryptography",
        whole,
        bare,
        MOST_TIMES_CRYPTO,
    );

    let (worst, at) = worst_frame(&recording);
    println!("slowest picture at {at:?}");
    fine &= within("slowest picture / 0.5 ms", worst, FRAME_LIMIT, 1.0);

    let start = least(RUNS, || {
        let scenario = load();
        black_box(scenario);
    });
    fine &= within("loading the story / 50 ms", start, START_LIMIT, 1.0);
    exit_code(fine)
}

/// The moment whose picture takes longest, each measured as the least of some runs.
fn worst_frame(recording: &Recording) -> (Duration, PlayTime) {
    let stage = Stage::new(recording, Options::default());
    let moments = (0..stage.duration().0).step_by(97).map(PlayTime);
    moments
        .map(|t| {
            (
                least(RUNS, || drop(black_box(stage.frame(recording, t)))),
                t,
            )
        })
        .max_by_key(|(time, _)| *time)
        .unwrap()
}
