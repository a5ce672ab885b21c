//! The window and the pictures as the command line knows them.

use std::sync::Arc;

use super::desk::{Opened, Start};
use super::settings_file::SettingsFile;
use super::view::commands::Command;
use super::view::model::{Entry, Model, Settings, Trouble};
use super::{run, snapshot};
use crate::cli::{self, Players, Problem, open};
use crate::scenario::{files::Shipped, library, load};
use crate::stage::playback::PlaybackCommand;
use crate::stage::{Options, Stage};

/// Names a file to which the window writes its state whenever that changes, for tests.
const REPORT: &str = "TOKENTRAIL_REPORT";

/// What this build can do beside the terminal.
pub fn players() -> Players {
    Players {
        window: Some(window),
        snapshot: Some(picture),
    }
}

fn window(args: &cli::window::Args) -> Result<(), String> {
    let seed = args.seed;
    let start = Start {
        open: args.file.clone(),
        opener: Arc::new(move |name| opened(name, seed)),
        library: shipped(),
        settings: SettingsFile::of_user(),
        report: std::env::var_os(REPORT).map(Into::into),
    };
    run(start).map_err(|error| error.to_string())
}

fn picture(args: &cli::snapshot::Args) -> Result<(), String> {
    let opened = open::open(&args.file, args.seed).map_err(in_words)?;
    let beat = open::beat_index(&opened.recording, args.beat).map_err(in_words)?;
    let beat = u32::try_from(beat).unwrap_or(u32::MAX);
    let mut model =
        Model::new(Settings::default(), shipped()).map_err(|error| error.to_string())?;
    // When something is shown does not depend on the stage's size
    let stage = Stage::new(&opened.recording, Options::default());
    let moment = stage.telling_moment(&opened.recording, beat);
    model.load(&opened.scenario.id, opened.recording);
    let request = snapshot::Request {
        size: args.size,
        scale: args.scale,
        output: args.output.clone(),
        commands: vec![Command::Playback(PlaybackCommand::Seek(moment))],
    };
    snapshot::take(model, [request]).map_err(|error| error.to_string())
}

/// Loads and performs a scenario; what is wrong with it is shown in the window.
fn opened(name: &str, seed: Option<u64>) -> Opened {
    let opened = open::open(name, seed).map_err(|problem| Trouble {
        title: "This scenario cannot be opened".into(),
        text: in_words(problem),
        remedy: "Correct the file and open it again; what was on stage is still there".into(),
    })?;
    Ok((name.to_owned(), opened.recording))
}

fn in_words(problem: Problem) -> String {
    match problem {
        Problem::Message(message) => message,
        Problem::Diagnostics(report) => report.render(false),
        Problem::NotHeld => "an expectation did not hold".into(),
        Problem::ClosedPipe => "the output was closed".into(),
    }
}

/// The library's entries. All that ship load: a test sees to it.
fn shipped() -> Vec<Entry> {
    let load = |entry: &library::Entry| load(&Shipped, entry.path, entry.text.as_bytes()).ok();
    let entry = |scenario: crate::scenario::Scenario| Entry {
        beats: u32::try_from(scenario.beats.len()).unwrap_or(u32::MAX),
        id: scenario.id,
        title: scenario.title,
        summary: scenario.summary,
        parent: scenario.extends,
        minutes: scenario.minutes,
        exams: scenario.exams,
        themes: scenario.themes,
    };
    library::ALL.iter().filter_map(load).map(entry).collect()
}
