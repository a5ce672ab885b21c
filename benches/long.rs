//! What long recordings cost, as ratios to limits measured in the same run.
//!
//! - performing 10,000 beats with 100,000 exchanges against half of it, in memory that the process
//!   has already; and what it then holds against the bytes that were exchanged: lines, headers and
//!   bodies of all requests and responses as they travelled. Half of the exchanges go to S3 and
//!   carry a photo of four kilobytes, another one in each beat, written once and read four times;
//!   the others are small. What an exchange costs where photos are a few words is told beside it,
//!   without a limit
//! - going to any beat of it, its picture, searching it, the hashes of all its beats. The first
//!   search lays all texts side by side: what that takes is told apart
//! - a stage of 40 actors with 2,000 things held and an answer that brings 200
//! - `check` of the whole library against reading the same texts alone
//! - the worst of some files that mean no good against a second
//! - the longest shipped story against the cryptography it cannot do without
//! - a command that performs nothing, from start to end
//!
//! Run with `cargo bench --no-default-features --bench long`. It ends with exit code 1 where a
//! figure is beyond its limit.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::panic,
    reason = "a benchmark reads the wall clock and may fail loudly"
)]

mod crypto;
mod measure;

use std::hint::black_box;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use crypto::{Crypto, Tools};
use measure::{exit_code, least, timed, within};
use tokentrail::cloud::ledger::{
    Actor, ActorId, ActorKind, ArtifactKind, Body, Exchange, Ledger, Mint, SentRequest,
    SentResponse,
};
use tokentrail::protocol::time::{Moment, Span};
use tokentrail::recording::{self, Cursor, FORMAT, Header, Places, Recording, trace};
use tokentrail::scenario::action::Action;
use tokentrail::scenario::checked::Beat;
use tokentrail::scenario::files::Shipped;
use tokentrail::scenario::{self, Scenario, library};
use tokentrail::stage::sequence::Sequence;
use tokentrail::stage::{Options, PlayTime, Stage};

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Beats of the longer story, and exchanges in each.
const BEATS: usize = 10_000;
const EXCHANGES_A_BEAT: usize = 10;
/// Twice as many beats may take this many times as long.
const MOST_TIMES_HALF: f64 = 2.2;
/// What is held may take this many times the bytes that were exchanged.
const MOST_TIMES_BYTES: f64 = 1.5;
/// Going to a beat: what everybody holds and every card says.
const SEEK_LIMIT: Duration = Duration::from_millis(1);
/// The picture of any moment of a long recording.
const PICTURE_LIMIT: Duration = Duration::from_millis(16);
/// The picture of a crowded stage.
const CROWDED_LIMIT: Duration = Duration::from_millis(2);
/// The slowest picture of any shipped story.
const SHIPPED_LIMIT: Duration = Duration::from_micros(500);
/// A search through everything.
const SEARCH_LIMIT: Duration = Duration::from_millis(50);
/// Loading and checking the library may take this many times parsing its texts.
const MOST_TIMES_PARSING: f64 = 10.0;
/// A file that means no good ends in a diagnostic within this time.
const HOSTILE_LIMIT: Duration = Duration::from_secs(1);
/// Performing may cost this many times the cryptography in it.
const MOST_TIMES_CRYPTO: f64 = 2.0;
/// A command from start to end.
const START_LIMIT: Duration = Duration::from_millis(50);
/// How often what takes seconds is measured.
const TURNS: usize = 3;
/// Each short figure is the least of this many runs: noise only ever adds.
const RUNS: usize = 5;

/// Goes on where the first story has its credentials: nine beats of reading and writing, then one
/// in which tokens and credentials are renewed.
const TEXT: &str = r#"(
    id: "long", title: "Long", summary: "The same day again and again",
    extends: "facebook-to-s3", until: "credentials",
    chapters: [(title: "Day by day", beats: [
        (id: "work", title: "Work", caption: "Photos and scores", actions: [
            PutObject(device: "phone", bucket: "photo-box", key: "{phone.identity_id}/me.jpg", text: "Dana in the garden"),
            GetObject(device: "phone", bucket: "photo-box", key: "{phone.identity_id}/me.jpg"),
            PutItem(device: "phone", table: "Scores", item: {"UserId": S("{phone.identity_id}"), "Player": S("Dana"), "Score": N("900")}),
            GetItem(device: "phone", table: "Scores", key: {"UserId": S("{phone.identity_id}")}),
            GetObject(device: "phone", bucket: "photo-box", key: "{phone.identity_id}/me.jpg"),
            GetItem(device: "phone", table: "Scores", key: {"UserId": S("{phone.identity_id}")}),
            GetObject(device: "phone", bucket: "photo-box", key: "{phone.identity_id}/me.jpg"),
            GetItem(device: "phone", table: "Scores", key: {"UserId": S("{phone.identity_id}")}),
            GetObject(device: "phone", bucket: "photo-box", key: "{phone.identity_id}/me.jpg"),
            GetItem(device: "phone", table: "Scores", key: {"UserId": S("{phone.identity_id}")}),
        ]),
        (id: "renew", title: "Renew", caption: "New tokens and credentials", actions: [
            RefreshTokens(device: "phone", client: "app"),
            GetCredentials(device: "phone", pool: "identities", login: UserPool("users", Held("phone", IdToken))),
            GetObject(device: "phone", bucket: "photo-box", key: "{phone.identity_id}/me.jpg"),
            GetItem(device: "phone", table: "Scores", key: {"UserId": S("{phone.identity_id}")}),
            GetObject(device: "phone", bucket: "photo-box", key: "{phone.identity_id}/me.jpg"),
            GetItem(device: "phone", table: "Scores", key: {"UserId": S("{phone.identity_id}")}),
            GetObject(device: "phone", bucket: "photo-box", key: "{phone.identity_id}/me.jpg"),
            GetItem(device: "phone", table: "Scores", key: {"UserId": S("{phone.identity_id}")}),
            GetObject(device: "phone", bucket: "photo-box", key: "{phone.identity_id}/me.jpg"),
        ]),
    ])],
)"#;
/// A beat in so many renews.
const RENEWING: usize = 10;
/// The photo in the text above, and how large the one is that stands for it.
const PHOTO: &str = "Dana in the garden";
const PHOTO_BYTES: usize = 4 * 1024;

fn main() -> ExitCode {
    let asked = |part: &str| std::env::args().any(|argument| argument == part);
    if asked(SMALL) {
        small_exchanges();
        return ExitCode::SUCCESS;
    }
    if asked(TWICE) {
        return exit_code(twice_as_long());
    }
    if asked(LONGEST) {
        return exit_code(longest_shipped());
    }
    // Memory first: what an earlier part has given back would be taken unseen
    let (recording, mut fine) = holding();
    fine &= held(&mut apart(SMALL));
    // What is given back stays with the process: a virtual machine may take longer to find memory
    // that was not used for a second than performing takes to fill it
    fine &= held(apart(TWICE).env("MIMALLOC_PURGE_DELAY", "-1"));
    fine &= seeking(&recording);
    fine &= pictures(&recording);
    fine &= searching(&recording);
    drop(recording);
    fine &= crowded_stage();
    fine &= library_checks();
    fine &= hostile_files();
    fine &= held(&mut apart(LONGEST));
    fine &= start();
    exit_code(fine)
}

/// Measures a part in a process of its own, where nothing large has been given back before.
fn apart(part: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg(part);
    command
}

/// Whether such a part held its limits.
fn held(command: &mut Command) -> bool {
    command.status().unwrap().success()
}

fn load(path: &str, text: &str) -> Scenario {
    scenario::load(&Shipped, path, text.as_bytes())
        .unwrap_or_else(|report| panic!("{}", report.render(false)))
}

/// A photo that no other beat has, as long as a small one.
fn photo(place: usize, bytes: usize) -> String {
    let line = format!("{PHOTO} on day {place}; ");
    line.chars().cycle().take(bytes).collect()
}

/// The story with so many beats and photos of so many bytes.
fn story(beats: usize, photo_bytes: usize) -> Scenario {
    let mut scenario = load("long.ron", TEXT);
    let renew = scenario.beats.pop().unwrap();
    let work = scenario.beats.pop().unwrap();
    for place in scenario.beats.len()..beats {
        let form = if place % RENEWING == 0 { &renew } else { &work };
        let mut beat = Beat {
            id: format!("{}-{place}", form.id),
            ..form.clone()
        };
        for act in &mut beat.acts {
            if let Action::PutObject { text, .. } = &mut act.action {
                *text = photo(place, photo_bytes).into();
            }
        }
        scenario.beats.push(beat);
    }
    scenario
}

/// Performs the long story and says what it holds then.
fn holding() -> (Recording, bool) {
    let long = story(BEATS, PHOTO_BYTES);
    let before = resident_bytes();
    let recording = scenario::perform(&long, None).unwrap();
    let held = resident_bytes().zip(before).map(|(now, then)| now - then);
    assert!(recording.held(), "what is expected comes about");
    assert!(recording.exchanges.len() >= BEATS * EXCHANGES_A_BEAT * 99 / 100);
    let exchanged: u64 = recording.exchanges.iter().map(bytes_of).sum();
    let mut fine = true;
    if let Some(held) = held {
        let ratio = held as f64 / exchanged as f64;
        fine = ratio <= MOST_TIMES_BYTES;
        let words = if fine { "ok" } else { "BEYOND ITS LIMIT" };
        println!(
            "memory / bytes exchanged: {held} / {exchanged} = {ratio:.2} (at most \
             {MOST_TIMES_BYTES}) {words}"
        );
    }
    (recording, fine)
}

/// Performs the long story and half of it, in memory that the process has already.
fn twice_as_long() -> bool {
    let (long, short) = (story(BEATS, PHOTO_BYTES), story(BEATS / 2, PHOTO_BYTES));
    let perform = |story| timed(|| drop(black_box(scenario::perform(story, None).unwrap()))).0;
    perform(&long);
    let (mut half, mut whole) = (Duration::MAX, Duration::MAX);
    // In turn, so that both meet a quiet moment
    for _ in 0..TURNS {
        half = half.min(perform(&short));
        whole = whole.min(perform(&long));
    }
    within(
        "performing 10,000 beats / half",
        whole,
        half,
        MOST_TIMES_HALF,
    )
}

/// Parts that are measured in a process of their own.
const SMALL: &str = "--small";
const TWICE: &str = "--twice";
const LONGEST: &str = "--longest";

/// What an exchange holds where nothing large travels: more is written about it than travelled.
fn small_exchanges() {
    let small = story(BEATS, PHOTO.len());
    let before = resident_bytes();
    let recording = scenario::perform(&small, None).unwrap();
    if let Some((now, then)) = resident_bytes().zip(before) {
        let count = recording.exchanges.len() as u64;
        let exchanged: u64 = recording.exchanges.iter().map(bytes_of).sum();
        let held = now.saturating_sub(then) / count;
        let travelled = exchanged / count;
        println!("an exchange without photos: {held} bytes held, {travelled} travelled");
    }
}

/// What travelled in an exchange: both lines, all headers, both bodies.
fn bytes_of(exchange: &Exchange) -> u64 {
    /// Beside method and address, and beside the status
    const REQUEST_LINE: usize = " HTTP/1.1\r\n\r\n".len();
    const STATUS_LINE: usize = "HTTP/1.1 200 OK\r\n\r\n".len();
    const AROUND_HEADER: usize = ": \r\n".len();
    let (request, response) = (&exchange.request, &exchange.response);
    let headers = request.headers.iter().chain(&response.headers);
    let headers: usize = headers
        .map(|(name, value)| name.len() + value.len() + AROUND_HEADER)
        .sum();
    let lines = request.method.len() + 1 + request.url.len() + REQUEST_LINE + STATUS_LINE;
    (lines + headers + request.body.0.len() + response.body.0.len()) as u64
}

/// Moments all over a recording, in no order.
fn cursors(recording: &Recording) -> Vec<Cursor> {
    let count = recording.beats.len();
    let beats = (0..200).map(|turn| (turn * 7_919) % count);
    let cursor = |beat: usize| Cursor {
        beat: beat as u32,
        at: recording.beats[beat].ended_at,
    };
    beats.map(cursor).chain([recording.end()]).collect()
}

fn seeking(recording: &Recording) -> bool {
    let (index, _) = timed(|| recording.held_by(&ActorId::new("phone"), recording.end()));
    println!("index of a long recording, once: {index:?}");
    let seek = |cursor: Cursor| {
        for actor in &recording.actors {
            black_box(recording.held_by(&actor.id, cursor));
            black_box(recording.state_of(&actor.id, cursor));
        }
    };
    let worst = cursors(recording)
        .into_iter()
        .map(|at| least(RUNS, || seek(at)));
    let fine = within("seeking / 1 ms", worst.max().unwrap(), SEEK_LIMIT, 1.0);
    let hashes = |recording: &Recording, beats: usize| {
        let beats = recording.beats.iter().take(beats);
        beats.for_each(|beat| drop(black_box(trace::state_hash(recording, beat))));
    };
    let (all, ()) = timed(|| hashes(recording, BEATS));
    println!("state hashes of all beats: {all:?}");
    fine
}

fn pictures(recording: &Recording) -> bool {
    let (set, stage) = timed(|| Stage::new(recording, Options::default()));
    println!("setting the stage for a long recording, once: {set:?}");
    let end = stage.duration().0;
    let moments = (0..200_u32).map(|turn| PlayTime(turn.wrapping_mul(2_654_435_761) % end));
    let moments = moments.chain([PlayTime(end)]);
    let picture = |t| least(RUNS, || drop(black_box(stage.frame(recording, t))));
    let worst = moments.map(picture).max().unwrap();
    let mut fine = within("picture anywhere / 16 ms", worst, PICTURE_LIMIT, 1.0);
    let (drawn, sequence) = timed(|| Sequence::new(recording, 1280.0, 1.0));
    println!("the whole sequence, once: {drawn:?}");
    let middle = sequence.size.1 / 2.0;
    let window = least(RUNS, || {
        black_box(sequence.between(middle, middle + 800.0));
    });
    fine &= within("sequence in view / 16 ms", window, PICTURE_LIMIT, 1.0);
    fine
}

fn searching(recording: &Recording) -> bool {
    // Something that is nowhere, something that is only in the last beat, a word beyond ASCII
    let last = recording.exchanges.last().unwrap();
    let date = last.request.headers.iter();
    let mut date = date.filter(|(name, _)| name.eq_ignore_ascii_case("x-amz-date"));
    let date = date.next().map_or("20", |(_, value)| value);
    let (laid, _) = timed(|| recording.search("first"));
    println!("texts of a long recording laid side by side, once: {laid:?}");
    let mut fine = true;
    for wanted in ["no such word anywhere", date, "Größe", "phone"] {
        let found = recording.search(wanted).len();
        let time = least(RUNS, || drop(black_box(recording.search(wanted))));
        let what = format!("search for {wanted:?}, found {found} times / 50 ms");
        fine &= within(&what, time, SEARCH_LIMIT, 1.0);
    }
    fine
}

/// Forty actors that hold two thousand things, and an answer on its way that brings two hundred
/// more. However many an answer brings, three of them are shown on the way.
fn crowd() -> Recording {
    const ACTORS: usize = 40;
    const HELD: usize = 2_000;
    const BROUGHT: usize = 200;
    let kinds = [
        ActorKind::Phone,
        ActorKind::Google,
        ActorKind::UserPool,
        ActorKind::S3,
    ];
    let actor = |place: usize| Actor {
        id: ActorId::new(format!("actor-{place}")),
        kind: kinds[place % kinds.len()],
        name: format!("Actor number {place}"),
        account: (place % kinds.len() > 1).then(|| "111122223333".to_owned()),
    };
    let actors: Vec<Actor> = (0..ACTORS).map(actor).collect();
    let start = Moment::EPOCH + Span::from_days(20_000);
    let mut ledger = Ledger::new();
    let token = |place: usize| {
        Mint::text(
            ArtifactKind::OpaqueToken,
            "access token",
            format!("token-{place:06}"),
        )
    };
    for place in 0..HELD {
        ledger.mint(&actors[place % ACTORS].id, start, token(place));
    }
    let request = SentRequest {
        method: "GET".into(),
        url: "https://pool.example/tokens".into(),
        headers: Vec::new(),
        body: Body::default(),
    };
    let ends = (actors[0].id.clone(), actors[2].id.clone());
    let named = ("pool".to_owned(), "GetTokens".to_owned());
    let exchange = ledger.open(start, ends, named, request);
    ledger.plan(&[("Signature", "SigV4"), ("Not expired", "the guide")]);
    ledger.passed("Signature", "recomputed", "matches");
    ledger.passed("Not expired", "before 09:10", "9 min left");
    let mut body = String::new();
    for place in HELD..HELD + BROUGHT {
        ledger.mint(&actors[2].id, start, token(place));
        body += &format!("token-{place:06} ");
    }
    let response = SentResponse {
        status: 200,
        headers: Vec::new(),
        body: body.into_bytes().into(),
    };
    let ended_at = start + Span::from_millis(84);
    ledger.close(exchange, ended_at, response, None);
    assert_eq!(ledger.exchanges()[0].received.len(), BROUGHT);
    let beat = recording::Beat {
        index: 0,
        chapter: 0,
        id: "crowd".into(),
        title: "Crowd".into(),
        caption: "Everybody holds **much**".into(),
        detail: String::new(),
        notes: String::new(),
        started_at: start,
        ended_at,
        first_exchange: exchange,
        end_exchange: tokentrail::cloud::ledger::ExchangeId(1),
        verdicts: Vec::new(),
        question: None,
    };
    let written = ledger.into_written();
    Recording {
        header: Header {
            format: FORMAT,
            scenario: "crowd".into(),
            title: "Crowd".into(),
            summary: String::new(),
            seed: 1,
            started_at: start,
            branch: None,
            themes: Vec::new(),
            exams: Vec::new(),
        },
        chapters: vec![recording::Chapter {
            title: "Crowd".into(),
            first_beat: 0,
        }],
        beats: vec![beat],
        actors,
        exchanges: written.exchanges,
        artifacts: written.artifacts,
        decisions: written.decisions,
        wallet: written.wallet,
        states: written.states,
        keys: written.keys,
        interventions: Vec::new(),
        places: Places::default(),
    }
}

/// The slowest picture of a recording, every so many milliseconds of it.
fn slowest_picture(recording: &Recording, every: usize) -> Duration {
    let stage = Stage::new(recording, Options::default());
    let moments = (0..=stage.duration().0).step_by(every).map(PlayTime);
    let picture = |t| least(RUNS, || drop(black_box(stage.frame(recording, t))));
    moments.map(picture).max().unwrap()
}

fn crowded_stage() -> bool {
    let crowded = slowest_picture(&crowd(), 37);
    let mut fine = within("crowded stage / 2 ms", crowded, CROWDED_LIMIT, 1.0);
    let shipped = shipped()
        .into_iter()
        .map(|(id, _, recording)| (slowest_picture(&recording, 1_009), id));
    let (slowest, id) = shipped.max().unwrap();
    println!("slowest shipped picture is one of {id}");
    fine &= within(
        "slowest shipped picture / 0.5 ms",
        slowest,
        SHIPPED_LIMIT,
        1.0,
    );
    fine
}

fn shipped() -> Vec<(&'static str, Scenario, Recording)> {
    let performed = |entry: &'static library::Entry| {
        let scenario = load(entry.path, entry.text);
        let recording = scenario::perform(&scenario, None).unwrap();
        (entry.id, scenario, recording)
    };
    library::ALL.iter().map(performed).collect()
}

fn library_checks() -> bool {
    let checked = least(RUNS, || {
        for entry in library::ALL {
            black_box(load(entry.path, entry.text));
        }
    });
    let options = ron::Options::default();
    let options = options.with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
    let parsed = least(RUNS, || {
        for entry in library::ALL {
            black_box(options.from_str::<ron::Value>(entry.text).unwrap());
        }
    });
    let each = checked / library::ALL.len() as u32;
    println!("check of {} scenarios: {each:?} each", library::ALL.len());
    within(
        "check of the library / parsing it",
        checked,
        parsed,
        MOST_TIMES_PARSING,
    )
}

/// The largest files that are read at all, each with too much of something; and a good one cut off
/// or damaged everywhere.
fn hostile_files() -> bool {
    const MANY: usize = 300_000;
    let good = library::ALL[0].text;
    let files = [
        "[".repeat(MANY),
        "(".repeat(MANY),
        format!("(id: {})", "[],".repeat(MANY)),
        format!("(id: \"{}\")", "x".repeat(3 * MANY)),
        format!("(id: \"a\", {})", "id: 1, ".repeat(MANY / 3)),
        format!(
            "(id: \"a\", chapters: [{}])",
            "(title: 1),".repeat(MANY / 5)
        ),
        format!("(id: \"a\", world: (people: [{}]))", "(),".repeat(MANY)),
        good.repeat(1 + 2 * MANY / good.len()),
        good.chars().take(good.len() / 2).collect(),
        good.replace(',', ""),
    ];
    let read = |text: &String| {
        timed(|| {
            drop(black_box(scenario::load(
                &Shipped,
                "x.ron",
                text.as_bytes(),
            )))
        })
        .0
    };
    let worst = files.iter().map(read).max().unwrap();
    within("the worst hostile file / 1 s", worst, HOSTILE_LIMIT, 1.0)
}

fn longest_shipped() -> bool {
    let all = shipped().into_iter();
    let (id, scenario, recording) = all.max_by_key(|(_, _, it)| it.exchanges.len()).unwrap();
    let crypto = Crypto::of(&recording.artifacts, &recording.exchanges);
    println!("{id}: {} exchanges, {crypto:?}", recording.exchanges.len());
    let tools = Tools::new();
    let (mut whole, mut bare) = (Duration::MAX, Duration::MAX);
    for _ in 0..100 {
        whole = whole.min(timed(|| drop(black_box(scenario::perform(&scenario, None)))).0);
        bare = bare.min(timed(|| crypto.perform(&tools)).0);
    }
    within(
        "the longest story / its cryptography",
        whole,
        bare,
        MOST_TIMES_CRYPTO,
    )
}

fn start() -> bool {
    let list = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tokentrail"));
        let status = command.arg("list").stdout(Stdio::null()).status().unwrap();
        assert!(status.success());
    };
    within(
        "tokentrail list / 50 ms",
        least(RUNS, list),
        START_LIMIT,
        1.0,
    )
}

/// Memory of this process that is really there. Only Linux says so in a file.
fn resident_bytes() -> Option<u64> {
    const PAGE_BYTES: u64 = 4_096;
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = text.split(' ').nth(1)?.parse().ok()?;
    Some(pages * PAGE_BYTES)
}
