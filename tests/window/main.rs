//! The window and offscreen pictures, through the real program.
//!
//! What needs a renderer, a virtual display or a key-pressing tool runs where there is one and
//! reports itself ignored where there is none; `TOKENTRAIL_REQUIRE_RENDERER=1` makes that a
//! failure instead.

mod absent;
mod desk;
mod pictures;
mod windowed;

use std::path::Path;
use std::process::{Command, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};
use tokentrail::gui::renderer::Renderer;

/// The story everything is tried with.
const STORY: &str = "facebook-to-s3";
/// Variables that lead to a display or to somebody's own settings.
const PERSONAL: [&str; 5] = [
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "WAYLAND_SOCKET",
    "XDG_CONFIG_HOME",
    "TOKENTRAIL_REPORT",
];

type Tested = Result<(), Failed>;
/// A test with the sentence it is about.
type Named = (&'static str, fn() -> Tested);

fn main() {
    let arguments = Arguments::from_args();
    let renderer = Renderer::find().is_ok();
    let required = std::env::var_os("TOKENTRAIL_REQUIRE_RENDERER").is_some_and(|v| v == "1");
    let display = ["Xvfb", "xdotool"].into_iter().all(on_path);
    let windowed = renderer && display;
    let mut trials: Vec<Trial> = Vec::new();
    for (there, tests) in [
        (renderer, pictures::ALL),
        (windowed, windowed::ALL),
        (true, absent::ALL),
    ] {
        let ignored = !there && !required;
        let trial = |(name, test): &Named| Trial::test(*name, *test).with_ignored_flag(ignored);
        trials.extend(tests.iter().map(trial));
    }
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

fn ensure(held: bool, else_say: impl FnOnce() -> String) -> Tested {
    if held { Ok(()) } else { Err(else_say().into()) }
}
