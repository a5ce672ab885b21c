//! What a person does with the window.

use std::time::Duration;

use libtest_mimic::Failed;

use super::desk::Window;
use super::{Named, STORY, Tested, ensure, program};

/// Every test of this file.
pub const ALL: &[Named] = &[
    ("keys_play_a_beat_step_back_and_quit", keys_play),
    ("keys_search_and_switch_views", keys_search_and_switch_views),
    (
        "wheel_drag_and_double_click_look_closer_and_back",
        looks_closer,
    ),
    (
        "a_picture_drawn_piece_by_piece_is_the_one_that_is_drawn_whole",
        piece_by_piece,
    ),
    ("a_paused_window_sleeps", a_paused_window_sleeps),
    (
        "an_edited_file_is_opened_again_and_an_error_in_it_said_until_it_is_repaired",
        edited_file,
    ),
    (
        "a_saved_recording_opens_and_is_remembered_as_a_recent_file",
        saved_recording,
    ),
    (
        "without_a_desktop_portal_opening_a_file_says_what_else_to_do",
        no_portal,
    ),
    ("damaged_settings_are_set_aside_and_said", damaged_settings),
    (
        "settings_that_cannot_be_written_are_said_once_and_the_window_goes_on",
        unwritable_settings,
    ),
    (
        "a_display_that_dies_ends_the_window_with_a_message_and_no_backtrace",
        display_dies,
    ),
    (
        "the_next_session_begins_with_the_same_speed_place_and_beat",
        remembers,
    ),
];

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
    window.quit()
}

fn keys_search_and_switch_views() -> Tested {
    let mut window = Window::open(STORY)?;
    window.until("opening", |state| state["scenario"] == STORY)?;
    window.press("s")?;
    window.until("the sequence view", |state| state["sequence"] == true)?;
    window.press("s")?;
    window.until("the stage", |state| state["sequence"] == false)?;
    window.press("p")?;
    window.until("presenting", |state| state["presenter"] == true)?;
    window.press("Escape")?;
    window.until("not presenting", |state| state["presenter"] == false)?;
    window.press("slash")?;
    window.until("the search", |state| state["dialog"] == "Search")?;
    window.xdotool(&["type", "AccessDenied"])?;
    window.until("the words", |state| state["typed"] == "AccessDenied")?;
    window.press("Return")?;
    window.until("what was found", |state| {
        let chosen = state["selection"].as_str().unwrap_or_default();
        state["dialog"].is_null() && chosen.starts_with("Exchange")
    })?;
    window.press("h")?;
    window.until("the start screen", |state| state["screen"] == "start")?;
    window.quit()
}

fn looks_closer() -> Tested {
    let mut window = Window::open(STORY)?;
    window.until("opening", |state| state["zoom"] == "1.00")?;
    let closer = |state: &serde_json::Value| {
        let zoom = state["zoom"].as_str().and_then(|it| it.parse::<f32>().ok());
        zoom.is_some_and(|zoom| zoom > 1.05)
    };
    window.xdotool(&["mousemove", "600", "400"])?;
    window.xdotool(&["click", "--repeat", "3", "4"])?;
    window.until("the wheel", closer)?;
    window.xdotool(&["mousedown", "1"])?;
    window.xdotool(&["mousemove_relative", "--", "-60", "-20"])?;
    window.xdotool(&["mouseup", "1"])?;
    window.press("shift+Right")?;
    window.until("panning keeps the size", closer)?;
    // Nothing is under this place of the stage but the stage
    window.xdotool(&["mousemove", "480", "480"])?;
    window.xdotool(&["click", "--repeat", "2", "--delay", "60", "1"])?;
    window.until("a double click fits all", |state| state["zoom"] == "1.00")?;
    window.press("z")?;
    window.until("the key", closer)?;
    window.press("ctrl+0")?;
    window.until("fitting all", |state| state["zoom"] == "1.00")?;
    window.quit()
}

fn piece_by_piece() -> Tested {
    let mut window = Window::open(STORY)?;
    window.until("opening", |state| state["scenario"] == STORY)?;
    window.resize(1280, 720)?;
    // A beat is played, the view is another one and back, something is chosen and let go
    for keys in ["space", "space", "s", "s", "Tab", "l", "Left", "Right"] {
        window.press(keys)?;
        std::thread::sleep(Duration::from_millis(200));
        window.until("the end", |state| state["playing"] == false)?;
        let pieces = window.still()?;
        // At another size everything is drawn, and so it is at the old one again
        window.resize(1296, 720)?;
        window.still()?;
        window.resize(1280, 720)?;
        let whole = window.still()?;
        let differ = pieces
            .iter()
            .zip(&whole)
            .filter(|(one, other)| one != other);
        let count = differ.count();
        ensure(count == 0, || format!("{count} bytes differ after {keys}"))?;
    }
    window.quit()
}

/// A scenario of one's own in a folder of one's own.
fn own_scenario(home: &std::path::Path) -> Result<(std::path::PathBuf, String), Failed> {
    let file = home.join("mine.ron");
    let name = home.join("mine");
    let done = program(home).arg("new").arg(name).output()?;
    ensure(done.status.success(), || format!("{done:?}"))?;
    let text = std::fs::read_to_string(&file)?;
    Ok((file, text))
}

fn edited_file() -> Tested {
    let home = tempfile::tempdir()?;
    let (file, text) = own_scenario(home.path())?;
    let mut window = Window::at_home(home, &["mine.ron"])?;
    window.until("opening", |state| {
        state["scenario"]
            .as_str()
            .is_some_and(|it| it.ends_with("mine.ron"))
    })?;
    window.press("Right")?;
    let at = window.until("the first beat", |state| state["time"].as_u64() > Some(0))?;
    std::fs::write(&file, format!("{text}\nnonsense"))?;
    let trouble = window.until("the error", |state| state["trouble"].is_string())?;
    ensure(trouble["beat"] == at["beat"], || trouble.to_string())?;
    std::fs::write(&file, &text)?;
    let repaired = window.until("the repair", |state| state["trouble"].is_null())?;
    ensure(repaired["beat"] == at["beat"], || repaired.to_string())?;
    window.quit()
}

fn saved_recording() -> Tested {
    let home = tempfile::tempdir()?;
    let kept = home.path().join("kept.trail");
    let done = program(home.path())
        .args(["record", STORY, "-o"])
        .arg(&kept)
        .output()?;
    ensure(done.status.success(), || format!("{done:?}"))?;
    let mut window = Window::at_home(home, &["kept.trail"])?;
    let opened = window.until("opening", |state| {
        state["scenario"]
            .as_str()
            .is_some_and(|it| it.ends_with("kept.trail"))
    })?;
    ensure(opened["beats"] == 12, || opened.to_string())?;
    window.press("ctrl+q")?;
    window.child.wait()?;
    let settings = window.home.path().join("tokentrail/settings.ron");
    let settings = std::fs::read_to_string(settings)?;
    ensure(settings.matches("kept.trail").count() == 2, || {
        settings.clone()
    })
}

fn no_portal() -> Tested {
    let mut window = Window::open(STORY)?;
    window.until("opening", |state| state["scenario"] == STORY)?;
    window.press("ctrl+o")?;
    window.until("the message", |state| {
        state["trouble"] == "There is no file dialog here"
    })?;
    window.press("Escape")?;
    window.until("its end", |state| state["trouble"].is_null())?;
    window.press("Right")?;
    window.until("going on", |state| state["time"].as_u64() > Some(0))?;
    window.quit()
}

fn remembers() -> Tested {
    let mut window = Window::open(STORY)?;
    window.until("opening", |state| state["scenario"] == STORY)?;
    let mut left = window.until("opening", |state| state["time"] == 0)?;
    for key in ["Right", "Right", "Right"] {
        window.press(key)?;
        let before = left["time"].as_u64();
        left = window.until("a step", |state| state["time"].as_u64() > before)?;
    }
    for key in ["minus", "l"] {
        window.press(key)?;
    }
    window.xdotool(&[
        "search",
        "--name",
        "^Tokentrail$",
        "windowsize",
        "1100",
        "700",
    ])?;
    std::thread::sleep(Duration::from_millis(800));
    window.press("ctrl+q")?;
    window.child.wait()?;
    let home = std::mem::replace(&mut window.home, tempfile::tempdir()?);
    let text = std::fs::read_to_string(home.path().join("tokentrail/settings.ron"))?;
    for part in ["speed: -1", "library: true", "size: Some((1100.0, 700.0))"] {
        ensure(text.contains(part), || format!("{part}: {text}"))?;
    }
    let mut again = Window::at_home(home, &[STORY])?;
    let back = again.until("opening", |state| state["scenario"] == STORY)?;
    ensure(back["beat"] == left["beat"], || back.to_string())?;
    again.quit()
}

/// Counts the processor time of a window that nobody touches.
fn a_paused_window_sleeps() -> Tested {
    /// Clock ticks per second in `/proc`, the same on every Linux
    const TICKS_PER_SECOND: f64 = 100.0;
    const WATCHED: Duration = Duration::from_secs(3);
    const TRIES: u32 = 4;
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
    let mut share = f64::MAX;
    // On a busy machine the first pictures may take longer than that: once they are over, it sleeps
    for _ in 0..TRIES {
        let before = ticks(&window)?;
        std::thread::sleep(WATCHED);
        share = (ticks(&window)? - before) / TICKS_PER_SECOND / WATCHED.as_secs_f64();
        if share < 0.01 {
            break;
        }
    }
    ensure(share < 0.01, || format!("{} % of a core", share * 100.0))
}

fn damaged_settings() -> Tested {
    let home = tempfile::tempdir()?;
    let folder = home.path().join("tokentrail");
    std::fs::create_dir(&folder)?;
    std::fs::write(folder.join("settings.ron"), "(view: (theme:")?;
    let mut window = Window::at_home(home, &[])?;
    window.until("the notice", |state| {
        state["trouble"] == "About your settings"
    })?;
    window.press("Escape")?;
    window.until("its end", |state| state["trouble"].is_null())?;
    let aside = window.home.path().join("tokentrail/settings.damaged-1.ron");
    ensure(aside.exists(), || "it was not kept".into())?;
    window.quit()
}

fn unwritable_settings() -> Tested {
    let home = tempfile::tempdir()?;
    // A file where the folder should be: not even the system's administrator can write into it
    std::fs::write(home.path().join("tokentrail"), "in the way")?;
    let mut window = Window::at_home(home, &[STORY])?;
    window.until("opening", |state| state["scenario"] == STORY)?;
    // It was said at the start, or is said with the first change
    window.press("l")?;
    window.until("the notice", |state| {
        state["trouble"] == "About your settings"
    })?;
    window.press("Escape")?;
    window.until("its end", |state| state["trouble"].is_null())?;
    window.press("l")?;
    window.press("Right")?;
    let after = window.until("going on", |state| state["time"].as_u64() > Some(0))?;
    ensure(after["trouble"].is_null(), || after.to_string())?;
    window.quit()
}

fn display_dies() -> Tested {
    let mut window = Window::open(STORY)?;
    window.until("opening", |state| state["scenario"] == STORY)?;
    window.press("shift+space")?;
    window.until("playing", |state| state["playing"] == true)?;
    window.display.server.kill()?;
    window.display.server.wait()?;
    for _ in 0..200 {
        if window.child.try_wait()?.is_some() {
            let said = window.said();
            let clear = !said.trim().is_empty()
                && !said.contains("panicked")
                && !said.contains("RUST_BACKTRACE");
            return ensure(clear, || said.clone());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err("it went on without a display".into())
}
