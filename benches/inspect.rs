//! What looking inside costs: every view of every thing in the first story, against two
//! milliseconds of a frame; following a value, against the same.
//!
//! Run with `cargo bench --no-default-features --bench inspect`. It ends with exit code 1 where a
//! view takes longer.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a benchmark reads the wall clock and may fail loudly"
)]

mod measure;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use measure::{exit_code, least, within};
use tokentrail::inspect::credentials::CredentialsView;
use tokentrail::inspect::keys::KeysView;
use tokentrail::inspect::message::MessageView;
use tokentrail::inspect::outside::{self, Tool};
use tokentrail::inspect::policy::PolicyView;
use tokentrail::inspect::signing::signing;
use tokentrail::inspect::state::StateView;
use tokentrail::inspect::token::TokenView;
use tokentrail::recording::Recording;
use tokentrail::scenario::files::Shipped;
use tokentrail::scenario::{self, library};

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Opening a view may take this long.
const VIEW_LIMIT: Duration = Duration::from_millis(2);
/// Each figure is the least of this many runs: noise only ever adds.
const RUNS: usize = 12;

/// The dearest of some views.
fn dearest<T>(things: impl Iterator<Item = T>, view: impl Fn(&T)) -> Duration {
    let costs = things.map(|thing| least(RUNS, || view(&thing)));
    costs.max().unwrap_or_default()
}

fn main() -> ExitCode {
    let entry = &library::ALL[0];
    let scenario = scenario::load(&Shipped, entry.path, entry.text.as_bytes()).unwrap();
    let recording: Recording = scenario::perform(&scenario, None).unwrap();
    let it = &recording;
    let figures = [
        (
            "token",
            dearest(it.artifacts.iter(), |thing| {
                black_box(TokenView::of(thing, it));
            }),
        ),
        (
            "verify outside",
            dearest(it.artifacts.iter(), |thing| {
                black_box(outside::command(thing, it, Tool::Openssl));
            }),
        ),
        (
            "credentials",
            dearest(it.artifacts.iter(), |thing| {
                black_box(CredentialsView::of(thing, it));
            }),
        ),
        (
            "message",
            dearest(it.exchanges.iter(), |thing| {
                black_box(MessageView::of(thing));
            }),
        ),
        (
            "signature",
            dearest(it.exchanges.iter(), |thing| {
                black_box(signing(thing, it));
            }),
        ),
        (
            "policy",
            dearest(it.decisions.iter(), |thing| {
                black_box(PolicyView::of(thing, it));
            }),
        ),
        (
            "actor",
            dearest(it.actors.iter(), |thing| {
                black_box(StateView::of(it, &thing.id, it.end()));
            }),
        ),
        (
            "keys",
            dearest(0..it.keys.len() as u32, |at| {
                black_box(KeysView::of(it, *at));
            }),
        ),
        (
            "trail",
            dearest(it.artifacts.iter(), |thing| {
                let sub = thing.claims.as_ref().and_then(|claims| claims.get("sub"));
                black_box(it.trail(sub.and_then(|sub| sub.as_str()).unwrap_or("ASIA")));
            }),
        ),
    ];
    let mut good = true;
    for (name, cost) in figures {
        good &= within(&format!("{name} / 2 ms"), cost, VIEW_LIMIT, 1.0);
    }
    exit_code(good)
}
