//! Without a display, a graphics device or a disk that can be written: a clear message, and the
//! terminal player or an orderly exit.

use super::{Named, STORY, Tested, ensure, program};

/// Every test of this file.
pub const ALL: &[Named] = &[
    (
        "without_a_renderer_a_picture_is_refused_in_one_line",
        no_renderer,
    ),
    ("without_a_display_the_story_plays_in_the_terminal", || {
        falls_back(&[], "there is no display")
    }),
    (
        "with_a_dead_display_the_story_plays_in_the_terminal",
        || falls_back(&[("DISPLAY", ":64999")], "DISPLAY=:64999 does not answer"),
    ),
    (
        "with_a_display_and_no_graphics_device_the_story_plays_in_the_terminal",
        no_device,
    ),
];

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

fn no_device() -> Tested {
    let Ok(display) = super::desk::Display::open() else {
        // Nothing to lack a device for
        return Ok(());
    };
    let nowhere = "/nonexistent/driver.json";
    falls_back(
        &[
            ("DISPLAY", &display.name),
            ("VK_ICD_FILENAMES", nowhere),
            ("VK_DRIVER_FILES", nowhere),
        ],
        "no graphics device was found",
    )
}
