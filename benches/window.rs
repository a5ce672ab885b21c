//! What the window costs, as ratios to a plain one measured in the same run on the same adapter: an
//! otherwise equal Bevy and egui window that shows one static picture.
//!
//! - processor time per picture while the busiest shipped scenario is played
//! - from the start to the first real picture
//! - resident memory
//! - the size of the program, stripped, against 60 MB
//!
//! Run with `cargo bench --bench window`. It opens a virtual display (Xvfb) of its own, so that
//! neither a display's pace nor what else is on it counts, and presses keys with xdotool. It ends
//! with exit code 1 where a ratio is above its limit, and with 2 where it could not measure.
//! `docs/performance.md` holds what was measured.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a benchmark reads the wall clock and may fail loudly"
)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use tokentrail::gui::yardstick;
use tokentrail::scenario::files::Shipped;
use tokentrail::scenario::{self, library};

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Turns a run of this benchmark into the plain window; the report's path follows.
const PLAIN: &str = "--plain-window";
/// How long pictures are counted.
const WATCHED: Duration = Duration::from_secs(6);
/// How often each window is watched, in turn.
const WATCHES: usize = 3;
/// How often each window is started to see how long that takes, in turn, so that both meet a quiet
/// moment.
const STARTS: usize = 8;
/// How often a report is looked at.
const GLANCE: Duration = Duration::from_millis(2);
/// The longest anything may take before measuring is given up.
const PATIENCE: Duration = Duration::from_secs(60);
/// Clock ticks per second in `/proc`, the same on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// Processor time per picture may be this many times the plain window's.
const MOST_TIME: f64 = 1.5;
/// The first real picture may take this many times as long.
const MOST_START: f64 = 1.3;
/// Resident memory may be this many times as much.
const MOST_MEMORY: f64 = 1.3;
/// The program may be this large, in bytes.
const MOST_BYTES: u64 = 60_000_000;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|it| it == PLAIN) {
        let report = PathBuf::from(arguments.get(at + 1).unwrap());
        return match yardstick::plain_window(&report) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&error.to_string()),
        };
    }
    match measure() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => fail(&why),
    }
}

fn fail(why: &str) -> ExitCode {
    eprintln!("window: nothing was measured: {why}");
    ExitCode::from(2)
}

/// One window's figures.
struct Figures {
    /// Processor time per picture, in milliseconds
    time_ms: f64,
    /// Pictures per second
    pace: f64,
    /// Resident memory in bytes
    memory: f64,
}

impl Figures {
    /// The ones with less time per picture: noise only ever adds.
    fn cheaper(self, other: Self) -> Self {
        if other.time_ms < self.time_ms {
            other
        } else {
            self
        }
    }
}

fn measure() -> Result<bool, String> {
    let display = Display::open()?;
    let busiest = busiest();
    let (plain_start, our_start) = starts(&display, &busiest)?;
    let (mut plain, mut ours) = (watch_plain(&display)?, watch_ours(&display, &busiest)?);
    for _ in 1..WATCHES {
        plain = plain.cheaper(watch_plain(&display)?);
        ours = ours.cheaper(watch_ours(&display, &busiest)?);
    }
    println!("busiest shipped scenario: {busiest}");
    println!(
        "plain window: {:.2} ms a picture, {:.0} pictures a second, {:.0} MB",
        plain.time_ms,
        plain.pace,
        plain.memory / 1e6
    );
    println!(
        "this window:  {:.2} ms a picture, {:.0} pictures a second, {:.0} MB",
        ours.time_ms,
        ours.pace,
        ours.memory / 1e6
    );
    let start = our_start.as_secs_f64() / plain_start.as_secs_f64();
    println!("start: {our_start:.0?} against {plain_start:.0?}");
    let size = std::fs::metadata(program()).map_err(|it| it.to_string())?;
    let lines = [
        ("processor time", ours.time_ms / plain.time_ms, MOST_TIME),
        ("start", start, MOST_START),
        ("memory", ours.memory / plain.memory, MOST_MEMORY),
    ];
    let mut held = true;
    for (what, ratio, most) in lines {
        held &= ratio <= most;
        let word = if ratio <= most { "held" } else { "NOT HELD" };
        println!("{what}: {ratio:.2} of at most {most} ({word})");
    }
    let fits = size.len() <= MOST_BYTES;
    let word = if fits { "held" } else { "NOT HELD" };
    let megabytes = size.len() as f64 / 1e6;
    println!("program: {megabytes:.1} MB of at most 60 ({word})");
    Ok(held && fits)
}

/// The shipped scenario with the most exchanges a minute of playing has to show.
fn busiest() -> String {
    let exchanges = |entry: &library::Entry| {
        let scenario = scenario::load(&Shipped, entry.path, entry.text.as_bytes()).ok()?;
        let recording = scenario::perform(&scenario, None).ok()?;
        Some((recording.exchanges.len(), entry.id))
    };
    let most = library::ALL.iter().filter_map(exchanges).max();
    most.unwrap().1.to_owned()
}

fn program() -> &'static str {
    env!("CARGO_BIN_EXE_tokentrail")
}

fn plain_command(report: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg(PLAIN).arg(report);
    command
}

fn our_command(scenario: &str, report: &Path) -> Command {
    let mut command = Command::new(program());
    command.arg(scenario).env("TOKENTRAIL_REPORT", report);
    command
}

/// What a report says once a scenario is on stage.
fn on_stage(scenario: &str) -> String {
    format!("\"scenario\":\"{scenario}\"")
}

fn watch_plain(display: &Display) -> Result<Figures, String> {
    let mut window = Window::open(display, plain_command)?;
    let frames = |window: &mut Window| window.until(|line| frames(line) >= 60);
    frames(&mut window)?;
    let (before, begun, first) = (window.processor(), Instant::now(), window.frames());
    std::thread::sleep(WATCHED);
    let (after, took) = (window.processor(), begun.elapsed());
    let pictures = f64::from(window.frames() - first);
    Ok(Figures {
        time_ms: (after - before) * 1000.0 / pictures,
        pace: pictures / took.as_secs_f64(),
        memory: window.memory(),
    })
}

fn watch_ours(display: &Display, scenario: &str) -> Result<Figures, String> {
    let there = on_stage(scenario);
    let mut window = Window::open(display, |report| our_command(scenario, report))?;
    window.until(|line| line.contains(&there))?;
    window.focus()?;
    // Four times as fast, so that no picture is like the one before
    for _ in 0..4 {
        window.press("plus")?;
    }
    window.press("shift+space")?;
    window.until(|line| line.contains("\"playing\":true"))?;
    let (before, begun, first) = (window.processor(), Instant::now(), window.frames());
    std::thread::sleep(WATCHED);
    let after = window.processor();
    window.press("shift+space")?;
    window.until(|line| line.contains("\"playing\":false"))?;
    let took = begun.elapsed();
    let pictures = f64::from(window.frames() - first);
    Ok(Figures {
        time_ms: (after - before) * 1000.0 / pictures,
        pace: pictures / took.as_secs_f64(),
        memory: window.memory(),
    })
}

/// How long the plain window and this one take from the start to their first real picture: the
/// shortest of some starts, since noise only ever adds.
fn starts(display: &Display, scenario: &str) -> Result<(Duration, Duration), String> {
    let there = on_stage(scenario);
    let (mut plain, mut ours) = (Duration::MAX, Duration::MAX);
    for _ in 0..STARTS {
        let shown = |line: &str| line.contains("frames");
        plain = plain.min(start(display, plain_command, shown)?);
        let command = |report: &Path| our_command(scenario, report);
        ours = ours.min(start(display, command, |line| line.contains(&there))?);
    }
    Ok((plain, ours))
}

fn start(
    display: &Display,
    command: impl Fn(&Path) -> Command,
    shown: impl Fn(&str) -> bool,
) -> Result<Duration, String> {
    let begun = Instant::now();
    let mut window = Window::open(display, &command)?;
    window.until(&shown)?;
    Ok(begun.elapsed())
}

/// How many pictures there were until a line of the report.
fn frames(line: &str) -> u32 {
    let after = line.split("\"frames\":").nth(1).unwrap_or_default();
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

struct Window<'a> {
    child: Child,
    display: &'a Display,
    report: PathBuf,
    _home: tempfile::TempDir,
}

impl<'a> Window<'a> {
    fn open(display: &'a Display, command: impl Fn(&Path) -> Command) -> Result<Self, String> {
        let home = tempfile::tempdir().map_err(|it| it.to_string())?;
        let report = home.path().join("report.jsonl");
        let child = command(&report)
            .env("DISPLAY", &display.name)
            .env("XDG_CONFIG_HOME", home.path())
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|it| it.to_string())?;
        Ok(Self {
            child,
            display,
            report,
            _home: home,
        })
    }

    fn last_line(&self) -> String {
        let text = std::fs::read_to_string(&self.report).unwrap_or_default();
        text.lines().last().unwrap_or_default().to_owned()
    }

    fn until(&mut self, reached: impl Fn(&str) -> bool) -> Result<(), String> {
        let begun = Instant::now();
        while !reached(&self.last_line()) {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("the window ended with {status}"));
            }
            if begun.elapsed() > PATIENCE {
                return Err(format!("the window says only {}", self.last_line()));
            }
            std::thread::sleep(GLANCE);
        }
        Ok(())
    }

    fn frames(&self) -> u32 {
        frames(&self.last_line())
    }

    /// Processor time in seconds.
    fn processor(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        let stat = stat.unwrap_or_default();
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        let fields: Vec<&str> = after_name.split_whitespace().collect();
        let field = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok());
        (field(11).unwrap_or(0.0) + field(12).unwrap_or(0.0)) / TICKS_PER_SECOND
    }

    /// Resident memory in bytes.
    fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().nth(1));
        kilobytes
            .and_then(|it| it.parse::<f64>().ok())
            .unwrap_or(0.0)
            * 1024.0
    }

    /// A display without a window manager gives nobody the keyboard.
    fn focus(&self) -> Result<(), String> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let found = self.xdotool(&["search", "--onlyvisible", "--name", "^Tokentrail$"])?;
            if !found.is_empty() {
                self.xdotool(&["windowfocus", "--sync", &found])?;
                return Ok(());
            }
            std::thread::sleep(GLANCE);
        }
        Err("no window showed itself".into())
    }

    fn press(&self, keys: &str) -> Result<(), String> {
        self.xdotool(&["key", keys]).map(drop)
    }

    fn xdotool(&self, arguments: &[&str]) -> Result<String, String> {
        let done = Command::new("xdotool")
            .args(arguments)
            .env("DISPLAY", &self.display.name)
            .output()
            .map_err(|error| format!("xdotool: {error}"))?;
        Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned())
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A virtual display on a number that nobody uses.
struct Display {
    server: Child,
    name: String,
}

impl Display {
    fn open() -> Result<Self, String> {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1600x900x24"])
            // Without the last it starts over whenever its last client goes
            .args(["-nolisten", "tcp", "-noreset"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("Xvfb: {error}"))?;
        let mut number = String::new();
        if let Some(out) = server.stdout.take() {
            let read = BufReader::new(out).read_line(&mut number);
            read.map_err(|it| it.to_string())?;
        }
        Ok(Self {
            server,
            name: format!(":{}", number.trim()),
        })
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
