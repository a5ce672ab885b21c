//! What a change costs, as ratios to limits measured in the same run.
//!
//! - a change in the last beat of a story of 10,000 beats against performing all of it
//! - a change at the beginning of the longest shipped story against 100 ms
//!
//! Run with `cargo bench --no-default-features --bench branch`. It ends with exit code 1 where a
//! ratio is above its limit.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::panic,
    reason = "a benchmark reads the wall clock and may fail loudly"
)]

mod measure;

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use measure::{exit_code, least, timed, within};
use tokentrail::protocol::time::Span;
use tokentrail::scenario::action::Action;
use tokentrail::scenario::change::{At, Change, Placed};
use tokentrail::scenario::files::Shipped;
use tokentrail::scenario::values::Duration as Length;
use tokentrail::scenario::{Performance, Scenario, Watch, library, load};

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Beats of the long story.
const BEATS: usize = 10_000;
/// Requests in each of them.
const REQUESTS: usize = 10;
/// A change at the end may cost this share of performing all.
const MOST_OF_ALL: f64 = 0.05;
/// A change in a shipped story may take this long.
const SHIPPED_LIMIT: Duration = Duration::from_millis(100);
/// Each figure is the least of this many runs: noise only ever adds.
const RUNS: usize = 5;

const TEXT: &str = r##"(id: "long", title: "Long", summary: "Ten thousand beats",
    world: (
        people: [(id: "dana", name: "Dana", email: "dana@example.com")],
        devices: [(id: "phone", name: "Phone", owner: "dana")],
        identity_pools: [(id: "identities", pool_id: "us-east-1:11111111-2222-4333-8444-555555555555", guest_role: "Guest")],
        roles: [(id: "Guest",
            trust: r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"},
                "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {
                "StringEquals": {"cognito-identity.amazonaws.com:aud": "us-east-1:11111111-2222-4333-8444-555555555555"}}}]}"#,
            policies: [(id: "Photos", json: r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}"#)])],
        buckets: [(id: "photos")],
    ),
    chapters: [(title: "All", beats: [
        (id: "guest", title: "Guest", caption: "c", actions: [
            GetId(device: "phone", pool: "identities"), GetCredentials(device: "phone", pool: "identities")]),
        (id: "b1", title: "B", caption: "c", actions: [PutObject(device: "phone", bucket: "photos", key: "1", text: "x")]),
    ])])"##;

/// A guest who writes and reads in every beat. Files are limited in size: its last beat is
/// repeated here.
fn long_story() -> Scenario {
    let mut scenario = load(&Shipped, "long.ron", TEXT.as_bytes())
        .unwrap_or_else(|report| panic!("{}", report.render(false)));
    let pattern = scenario.beats.pop().unwrap();
    let act = pattern.acts.first().unwrap().clone();
    for beat in 1..BEATS {
        let mut more = pattern.clone();
        more.id = format!("b{beat}");
        more.acts = (0..REQUESTS)
            .map(|request| {
                let mut act = act.clone();
                let (device, bucket) = ("phone".to_owned(), "photos".to_owned());
                let key = (beat % 50).to_string().as_str().into();
                act.action = if request % 2 == 0 {
                    let text = "x".into();
                    Action::PutObject {
                        device,
                        bucket,
                        key,
                        text,
                        credentials: None,
                    }
                } else {
                    Action::GetObject {
                        device,
                        bucket,
                        key,
                        credentials: None,
                    }
                };
                act
            })
            .collect();
        scenario.beats.push(more);
    }
    scenario
}

fn wait_before(beat: &str) -> Placed {
    let span = Length(Span::from_minutes(1));
    Placed {
        at: At::beginning_of(beat),
        change: Change::Do(Action::Wait(span)),
    }
}

/// A change in the last beat of a long story.
fn at_the_end() -> bool {
    let scenario = Arc::new(long_story());
    let (all, story) = timed(|| Performance::new(Arc::clone(&scenario), None).unwrap());
    println!(
        "{} beats, {} exchanges, {} checkpoints",
        story.recording().beats.len(),
        story.recording().exchanges.len(),
        story.checkpoints()
    );
    let mut fine = true;
    for distance in [1, 10, 100] {
        let beat = format!("b{}", BEATS - distance);
        let branch = least(RUNS, || {
            black_box(story.branch(wait_before(&beat), &Watch::new()).unwrap());
        });
        let what = format!("a change {distance} beats from the end / performing all");
        fine &= within(&what, branch, all, MOST_OF_ALL);
    }
    fine
}

/// A change before everything in the longest story, which is performed again as a whole. The
/// dearest one is told as well: it proves passwords by SRP, whose arithmetic no limit can shorten.
fn in_shipped_stories() -> bool {
    let mut longest = (0, Duration::ZERO, "");
    let mut dearest = (Duration::ZERO, "");
    for entry in library::ALL {
        let scenario = load(&Shipped, entry.path, entry.text.as_bytes()).unwrap();
        let first = scenario.beats.first().unwrap().id.clone();
        let story = Performance::new(Arc::new(scenario), None).unwrap();
        let took = least(RUNS, || {
            black_box(story.branch(wait_before(&first), &Watch::new()).unwrap());
        });
        let exchanges = story.recording().exchanges.len();
        longest = longest.max((exchanges, took, entry.id));
        dearest = dearest.max((took, entry.id));
    }
    println!(
        "the dearest shipped story is {}: {:?}",
        dearest.1, dearest.0
    );
    println!("the longest is {}: {} exchanges", longest.2, longest.0);
    within("a change in it / 100 ms", longest.1, SHIPPED_LIMIT, 1.0)
}

fn main() -> ExitCode {
    let mut fine = at_the_end();
    fine &= in_shipped_stories();
    exit_code(fine)
}
