//! What all benchmarks measure with: the clock, the least of some runs, a figure against a limit.

use std::process::ExitCode;
use std::time::{Duration, Instant};

/// What something makes, and how long it takes.
pub fn timed<T>(run: impl FnOnce() -> T) -> (Duration, T) {
    let begun = Instant::now();
    let made = run();
    (begun.elapsed(), made)
}

/// The least of some runs: noise only ever adds.
pub fn least(runs: usize, mut run: impl FnMut()) -> Duration {
    let times = (0..runs).map(|_| timed(&mut run).0);
    times.min().unwrap_or_default()
}

/// Says how something stands to what it is compared with, and whether that is within its limit.
pub fn within(what: &str, measured: Duration, against: Duration, most: f64) -> bool {
    let ratio = measured.as_secs_f64() / against.as_secs_f64();
    let fine = ratio <= most;
    let words = if fine { "ok" } else { "BEYOND ITS LIMIT" };
    println!("{what}: {measured:?} / {against:?} = {ratio:.3} (at most {most}) {words}");
    fine
}

/// The exit code of a benchmark: 1 where a limit was not held.
pub fn exit_code(fine: bool) -> ExitCode {
    match fine {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
