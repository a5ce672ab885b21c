//! The window and offscreen pictures, through the real program.
//!
//! What needs a renderer, a virtual display or a key-pressing tool runs where there is one and
//! reports itself ignored where there is none; `TOKENTRAIL_REQUIRE_RENDERER=1` makes that a
//! failure instead.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;
use tokentrail::gui::renderer::Renderer;

/// The story everything is tried with.
const STORY: &str = "facebook-to-s3";
/// How often the report is looked at.
const GLANCE: Duration = Duration::from_millis(50);
/// How many glances until something has failed: a minute, for busy machines.
const GLANCES: u32 = 1200;
/// Variables that lead to a display or to somebody's own settings.
const PERSONAL: [&str; 5] = [
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "WAYLAND_SOCKET",
    "XDG_CONFIG_HOME",
    "TOKENTRAIL_REPORT",
];

type Tested = Result<(), Failed>;

fn main() {
    let arguments = Arguments::from_args();
    let renderer = Renderer::find().is_ok();
    let required = std::env::var_os("TOKENTRAIL_REQUIRE_RENDERER").is_some_and(|v| v == "1");
    let display = ["Xvfb", "xdotool"].into_iter().all(on_path);
    let needs = |there: bool, name: &str, test: fn() -> Tested| {
        Trial::test(name, test).with_ignored_flag(!there && !required)
    };
    let windowed = renderer && display;
    let trials = vec![
        needs(
            renderer,
            "a_picture_shows_something",
            a_picture_shows_something,
        ),
        needs(
            renderer,
            "a_picture_that_cannot_be_written_is_refused_with_its_place",
            unwritable,
        ),
        needs(
            renderer,
            "the_same_moment_gives_the_same_picture",
            same_picture,
        ),
        needs(windowed, "keys_play_a_beat_step_back_and_quit", keys_play),
        needs(windowed, "a_paused_window_sleeps", a_paused_window_sleeps),
        Trial::test(
            "without_a_renderer_a_picture_is_refused_in_one_line",
            no_renderer,
        ),
        Trial::test("without_a_display_the_story_plays_in_the_terminal", || {
            falls_back(&[], "there is no display")
        }),
        Trial::test(
            "with_a_dead_display_the_story_plays_in_the_terminal",
            || falls_back(&[("DISPLAY", ":64999")], "DISPLAY=:64999 does not answer"),
        ),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

fn on_path(tool: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(tool).is_file())
}

/// The program with nothing of this machine's in its surroundings.
fn program(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tokentrail"));
    for name in PERSONAL {
        command.env_remove(name);
    }
    command.env("XDG_CONFIG_HOME", home).stdin(Stdio::null());
    command
}

fn snapshot(home: &Path, beat: &str, output: &Path) -> std::io::Result<Output> {
    let mut command = program(home);
    command
        .args(["snapshot", STORY, "--beat", beat, "-o"])
        .arg(output)
        .output()
}

fn a_picture_shows_something() -> Tested {
    let home = tempfile::tempdir()?;
    let mut seen = Vec::new();
    for beat in ["1", "7"] {
        let output = home.path().join(format!("{beat}.png"));
        let done = snapshot(home.path(), beat, &output)?;
        ensure(done.status.success(), || format!("{done:?}"))?;
        let bytes = std::fs::read(&output)?;
        // A picture of one colour takes a few kilobytes, one with text many
        ensure(
            bytes.starts_with(b"\x89PNG") && bytes.len() > 20_000,
            || bytes.len().to_string(),
        )?;
        seen.push(bytes);
    }
    ensure(seen.first() != seen.last(), || {
        "two beats look the same".into()
    })
}

fn same_picture() -> Tested {
    let home = tempfile::tempdir()?;
    let (one, other) = (home.path().join("one.png"), home.path().join("other.png"));
    for output in [&one, &other] {
        let done = snapshot(home.path(), "3", output)?;
        ensure(done.status.success(), || format!("{done:?}"))?;
    }
    ensure(std::fs::read(one)? == std::fs::read(other)?, || {
        "they differ".into()
    })
}

fn unwritable() -> Tested {
    let home = tempfile::tempdir()?;
    let output = home.path().join("no/such/folder/picture.png");
    let done = snapshot(home.path(), "1", &output)?;
    ensure(done.status.code() == Some(2), || format!("{done:?}"))?;
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    ensure(
        said.contains("picture.png") && !said.contains("panicked"),
        || said.clone(),
    )
}

fn no_renderer() -> Tested {
    let home = tempfile::tempdir()?;
    let output = home.path().join("picture.png");
    let done = program(home.path())
        .args(["snapshot", STORY, "--beat", "1", "-o"])
        .arg(&output)
        // No driver at all: Vulkan looks nowhere else
        .env("VK_ICD_FILENAMES", "/nonexistent/driver.json")
        .env("VK_DRIVER_FILES", "/nonexistent/driver.json")
        .output()?;
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    ensure(done.status.code() == Some(2) && !output.exists(), || {
        format!("{done:?}")
    })?;
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    let plain = said.contains("no graphics device was found") && !said.contains("panicked");
    ensure(plain && said.trim_end().lines().count() == 1, || {
        said.clone()
    })
}

fn falls_back(display: &[(&str, &str)], reason: &str) -> Tested {
    if !cfg!(target_os = "linux") {
        // Elsewhere there always is a display
        return Ok(());
    }
    let home = tempfile::tempdir()?;
    let done = program(home.path())
        .arg(STORY)
        .envs(display.iter().copied())
        .output()?;
    ensure(done.status.success(), || format!("{done:?}"))?;
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    let one_line = said.trim_end().lines().count() == 1 && said.contains(reason);
    ensure(one_line, || said.clone())?;
    ensure(!done.stdout.is_empty(), || "nothing was played".into())
}

fn keys_play() -> Tested {
    let mut window = Window::open(STORY)?;
    let before = window.until("opening", |state| state["scenario"] == STORY)?;
    ensure(before["playing"] == false, || "it plays by itself".into())?;
    window.press("space")?;
    window.until("playing", |state| state["playing"] == true)?;
    let after = window.until("the beat's end", |state| state["playing"] == false)?;
    ensure(after["time"].as_u64() > before["time"].as_u64(), || {
        after.to_string()
    })?;
    window.press("Left")?;
    window.until("stepping back", |state| {
        state["time"].as_u64() < after["time"].as_u64()
    })?;
    window.press("question")?;
    window.until("the sheet", |state| state["dialog"] == "Sheet")?;
    window.press("Escape")?;
    window.until("no sheet", |state| state["dialog"].is_null())?;
    window.press("ctrl+q")?;
    let status = window.child.wait()?;
    ensure(status.code() == Some(0), || format!("{status}"))
}

/// Counts the processor time of a window that nobody touches.
fn a_paused_window_sleeps() -> Tested {
    /// Clock ticks per second in `/proc`, the same on every Linux
    const TICKS_PER_SECOND: f64 = 100.0;
    const WATCHED: Duration = Duration::from_secs(3);
    let mut window = Window::open(STORY)?;
    window.until("opening", |state| state["scenario"] == STORY)?;
    // Fades and first layouts are over
    std::thread::sleep(Duration::from_secs(1));
    let ticks = |window: &Window| -> Result<f64, Failed> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", window.child.id()))?;
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        let fields: Vec<&str> = after_name.split_whitespace().collect();
        let field = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok());
        Ok(field(11).unwrap_or(f64::MAX) + field(12).unwrap_or(f64::MAX))
    };
    let before = ticks(&window)?;
    std::thread::sleep(WATCHED);
    let share = (ticks(&window)? - before) / TICKS_PER_SECOND / WATCHED.as_secs_f64();
    ensure(share < 0.01, || format!("{} % of a core", share * 100.0))
}

fn ensure(held: bool, else_say: impl FnOnce() -> String) -> Tested {
    if held { Ok(()) } else { Err(else_say().into()) }
}

/// The program in a window on a display of its own; both end with it.
struct Window {
    child: Child,
    display: Display,
    report: PathBuf,
    _home: tempfile::TempDir,
}

impl Window {
    fn open(scenario: &str) -> Result<Self, Failed> {
        let home = tempfile::tempdir()?;
        let display = Display::open()?;
        let report = home.path().join("report.jsonl");
        let child = program(home.path())
            .arg(scenario)
            .env("TOKENTRAIL_REPORT", &report)
            .env("DISPLAY", &display.name)
            .spawn()?;
        let window = Self {
            child,
            display,
            report,
            _home: home,
        };
        window.focus()?;
        Ok(window)
    }

    /// A display without a window manager gives nobody the keyboard.
    fn focus(&self) -> Tested {
        for _ in 0..GLANCES {
            let found = self.xdotool(&["search", "--onlyvisible", "--name", "^Tokentrail$"])?;
            let id = String::from_utf8_lossy(&found.stdout).trim().to_owned();
            if !id.is_empty()
                && self
                    .xdotool(&["windowfocus", "--sync", &id])?
                    .status
                    .success()
            {
                return Ok(());
            }
            std::thread::sleep(GLANCE);
        }
        Err("no window showed itself".into())
    }

    fn press(&self, keys: &str) -> Tested {
        let done = self.xdotool(&["key", keys])?;
        ensure(done.status.success(), || format!("{done:?}"))
    }

    fn xdotool(&self, arguments: &[&str]) -> std::io::Result<Output> {
        Command::new("xdotool")
            .args(arguments)
            .env("DISPLAY", &self.display.name)
            .output()
    }

    /// Waits until the window reports something.
    fn until(&mut self, what: &str, reached: impl Fn(&Value) -> bool) -> Result<Value, Failed> {
        let mut last = Value::Null;
        for _ in 0..GLANCES {
            let text = std::fs::read_to_string(&self.report).unwrap_or_default();
            if let Some(state) = text
                .lines()
                .last()
                .and_then(|line| serde_json::from_str(line).ok())
            {
                last = state;
                if reached(&last) {
                    return Ok(last);
                }
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("the window ended with {status} before {what}").into());
            }
            std::thread::sleep(GLANCE);
        }
        Err(format!("{what} did not come about: {last}").into())
    }
}

impl Drop for Window {
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
    fn open() -> Result<Self, Failed> {
        // It chooses a free number itself and writes it to standard output when it is ready
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1600x900x24",
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut number = String::new();
        if let Some(out) = server.stdout.take() {
            BufReader::new(out).read_line(&mut number)?;
        }
        let display = Self {
            server,
            name: format!(":{}", number.trim()),
        };
        ensure(!number.trim().is_empty(), || {
            "the virtual display did not start".into()
        })?;
        Ok(display)
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
