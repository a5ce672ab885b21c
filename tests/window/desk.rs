//! The program in a window on a virtual display, driven by real key events.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use libtest_mimic::Failed;
use serde_json::Value;

use super::{Tested, ensure, program};

/// How often the report is looked at.
const GLANCE: Duration = Duration::from_millis(50);
/// How many glances in a row that see the same are stillness.
const STILL_GLANCES: u32 = 10;
/// How many glances until something has failed: a minute, for busy machines.
const GLANCES: u32 = 1200;

/// The program in a window on a display of its own; both end with it.
pub struct Window {
    pub child: Child,
    pub display: Display,
    report: PathBuf,
    pub home: tempfile::TempDir,
}

impl Window {
    /// With a scenario, and a folder of its own for settings.
    pub fn open(scenario: &str) -> Result<Self, Failed> {
        Self::at_home(tempfile::tempdir()?, &[scenario])
    }

    /// With settings and files that are there already.
    pub fn at_home(home: tempfile::TempDir, arguments: &[&str]) -> Result<Self, Failed> {
        let display = Display::open()?;
        let report = home.path().join("report.jsonl");
        // An earlier session's last words are no news
        let _ = std::fs::remove_file(&report);
        let child = program(home.path())
            .args(arguments)
            .current_dir(home.path())
            .env("TOKENTRAIL_REPORT", &report)
            .env("DISPLAY", &display.name)
            // Nobody's desktop portal shows a dialog to a test
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
            .stderr(Stdio::piped())
            .spawn()?;
        let mut window = Self {
            child,
            display,
            report,
            home,
        };
        window.focus()?;
        Ok(window)
    }

    /// Ends by the key that quits, and hands back the folder with what was written.
    pub fn quit(mut self) -> Result<(), Failed> {
        self.press("ctrl+q")?;
        let status = self.child.wait()?;
        ensure(status.code() == Some(0), || format!("{status}"))
    }

    /// Everything it wrote to standard error, once it has ended.
    pub fn said(&mut self) -> String {
        let mut said = String::new();
        if let Some(mut out) = self.child.stderr.take() {
            let _ = out.read_to_string(&mut said);
        }
        said
    }

    /// A display without a window manager gives nobody the keyboard.
    fn focus(&mut self) -> Tested {
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
            if let Some(status) = self.child.try_wait()? {
                let said = self.said();
                return Err(format!("it ended with {status} before a window: {said}").into());
            }
            std::thread::sleep(GLANCE);
        }
        Err("no window showed itself".into())
    }

    pub fn press(&self, keys: &str) -> Tested {
        let done = self.xdotool(&["key", keys])?;
        ensure(done.status.success(), || format!("{done:?}"))
    }

    pub fn xdotool(&self, arguments: &[&str]) -> std::io::Result<Output> {
        Command::new("xdotool")
            .args(arguments)
            .env("DISPLAY", &self.display.name)
            .output()
    }

    /// What the display shows once nothing moves on it any more.
    pub fn still(&self) -> Result<Vec<u8>, Failed> {
        let mut before = self.display.seen()?;
        let mut alike = 0;
        for _ in 0..GLANCES {
            std::thread::sleep(GLANCE);
            let now = self.display.seen()?;
            alike = if now == before { alike + 1 } else { 0 };
            if alike == STILL_GLANCES {
                return Ok(now);
            }
            before = now;
        }
        Err("it never comes to rest".into())
    }

    /// Gives the window another size.
    pub fn resize(&self, width: u32, height: u32) -> Tested {
        let found = self.xdotool(&["search", "--onlyvisible", "--name", "^Tokentrail$"])?;
        let id = String::from_utf8_lossy(&found.stdout).trim().to_owned();
        let (width, height) = (width.to_string(), height.to_string());
        let done = self.xdotool(&["windowsize", "--sync", &id, &width, &height])?;
        ensure(done.status.success(), || format!("{done:?}"))
    }

    /// Waits until the window reports something.
    pub fn until(&mut self, what: &str, reached: impl Fn(&Value) -> bool) -> Result<Value, Failed> {
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
pub struct Display {
    pub server: Child,
    pub name: String,
    /// Where the server keeps its pixels
    pixels: tempfile::TempDir,
}

impl Display {
    pub fn open() -> Result<Self, Failed> {
        let pixels = tempfile::tempdir()?;
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
                // Left alone it starts over whenever its last client goes: the program would be
                // thrown out if it came just as a look for its window ended
                "-noreset",
                "-fbdir",
            ])
            .arg(pixels.path())
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
            pixels,
        };
        ensure(!number.trim().is_empty(), || {
            "the virtual display did not start".into()
        })?;
        Ok(display)
    }

    /// What is on it now: its lines of pixels, without the header that says how long that is.
    fn seen(&self) -> Result<Vec<u8>, Failed> {
        let dump = std::fs::read(self.pixels.path().join("Xvfb_screen0"))?;
        let number = |place: usize| {
            let bytes = dump.get(place * 4..place * 4 + 4)?;
            Some(u32::from_be_bytes(bytes.try_into().ok()?) as usize)
        };
        // An X window dump: how long the header is, and how many colours of twelve bytes follow it
        let (header, colours) = number(0).zip(number(19)).ok_or("no dump")?;
        let pixels = dump.get(header + colours * 12..).ok_or("no pixels")?;
        ensure(pixels.len() >= 1600 * 900 * 4, || "no picture".into())?;
        Ok(pixels.to_vec())
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
