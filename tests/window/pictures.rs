//! Pictures by `snapshot`.

use std::path::{Path, PathBuf};
use std::process::Output;

use libtest_mimic::Failed;

use super::{Named, STORY, Tested, ensure, program};

/// Every test of this file.
pub const ALL: &[Named] = &[
    ("a_picture_shows_something", a_picture_shows_something),
    (
        "a_picture_that_cannot_be_written_is_refused_with_its_place",
        unwritable,
    ),
    ("the_same_moment_gives_the_same_picture", same_picture),
    ("all_beats_become_one_numbered_picture_each", all_beats),
    ("a_sheet_holds_every_beat_in_one_picture", sheet),
    ("themes_differ_in_their_ground", themes),
    ("views_show_different_things", views),
];

/// A short story, for what is done to every beat.
const SHORT: &str = "github-actions";

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

/// Takes pictures of a story.
fn taken(home: &Path, story: &str, options: &[&str], output: &Path) -> Result<Vec<u8>, Failed> {
    let done = program(home)
        .args(["snapshot", story, "-o"])
        .arg(output)
        .args(options)
        .output()?;
    ensure(done.status.success(), || format!("{done:?}"))?;
    Ok(std::fs::read(output).unwrap_or_default())
}

/// Width and height from a PNG's header.
fn size(png: &[u8]) -> (u32, u32) {
    let number = |at: usize| {
        let bytes = png.get(at..at + 4).and_then(|it| it.try_into().ok());
        u32::from_be_bytes(bytes.unwrap_or_default())
    };
    (number(16), number(20))
}

fn all_beats() -> Tested {
    let home = tempfile::tempdir()?;
    let output = home.path().join("x.png");
    taken(
        home.path(),
        SHORT,
        &["--all", "--size", "1024x640"],
        &output,
    )?;
    let mut names: Vec<PathBuf> = std::fs::read_dir(home.path())?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|it| it == "png"))
        .collect();
    names.sort();
    ensure(names.len() > 2, || format!("{names:?}"))?;
    for (number, path) in (1..).zip(&names) {
        let wanted = format!("x-{number:02}.png");
        ensure(path.ends_with(&wanted), || format!("{path:?}"))?;
        let png = std::fs::read(path)?;
        ensure(size(&png) == (1024, 640), || format!("{:?}", size(&png)))?;
    }
    Ok(())
}

fn sheet() -> Tested {
    let home = tempfile::tempdir()?;
    let output = home.path().join("sheet.png");
    let options = ["--all", "--sheet", "--size", "1280x720", "--scale", "0.5"];
    let png = taken(home.path(), SHORT, &options, &output)?;
    let (width, height) = size(&png);
    // Several pictures of 640 by 360 beside and below each other
    ensure(width >= 1280 && height >= 360, || {
        format!("{width} by {height}")
    })?;
    ensure(png.len() > 60_000, || png.len().to_string())
}

fn themes() -> Tested {
    let home = tempfile::tempdir()?;
    let mut seen = Vec::new();
    for theme in ["dark", "light", "contrast"] {
        let output = home.path().join(format!("{theme}.png"));
        let options = ["--beat", "3", "--theme", theme];
        seen.push(taken(home.path(), SHORT, &options, &output)?);
    }
    ensure(
        seen[0] != seen[1] && seen[1] != seen[2] && seen[0] != seen[2],
        || "two themes look the same".into(),
    )
}

fn views() -> Tested {
    let home = tempfile::tempdir()?;
    let mut seen = Vec::new();
    for view in ["stage", "sequence", "window"] {
        let output = home.path().join(format!("{view}.png"));
        let options = ["--beat", "3", "--view", view, "--scale", "1.5"];
        let png = taken(home.path(), SHORT, &options, &output)?;
        ensure(size(&png) == (1920, 1080), || format!("{:?}", size(&png)))?;
        seen.push(png);
    }
    ensure(
        seen[0] != seen[1] && seen[1] != seen[2] && seen[0] != seen[2],
        || "two views look the same".into(),
    )
}
