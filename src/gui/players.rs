//! The window and the pictures as the command line knows them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::desk::{Opened, Start};
use super::settings_file::SettingsFile;
use super::view::branches::Story;
use super::view::commands::{Command, Selection};
use super::view::looking::Look;
use super::view::model::{Entry, Model, Settings, Trouble};
use super::view::theme::ThemeName;
use super::{dialog, run, snapshot, staging};
use crate::cli::snapshot::View;
use crate::cli::{self, Players, Problem, open};
use crate::recording::Recording;
use crate::scenario::{files::Shipped, library, load};
use crate::stage::playback::PlaybackCommand;
use crate::stage::{Options, PlayTime, Stage};

/// Names a file to which the window writes its state whenever that changes, for tests.
const REPORT: &str = "TOKENTRAIL_REPORT";

/// Pixels per point of the pictures on a sheet.
const SHEET_SCALE: f32 = 0.5;

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
        picker: Arc::new(dialog::pick),
        library: Box::new(shipped),
        settings: SettingsFile::of_user(),
        report: std::env::var_os(REPORT).map(Into::into),
    };
    run(start).map_err(|error| error.to_string())
}

fn picture(args: &cli::snapshot::Args) -> Result<(), String> {
    let story = story(&args.file, args.seed).map_err(in_words)?;
    let settings = Settings {
        theme: theme(args.theme),
        text_scale: f32::from(args.text_size) / 100.0,
        ..Settings::default()
    };
    let mut model = Model::new(settings, shipped()).map_err(|error| error.to_string())?;
    model.bare = args.view != View::Window;
    model.sequence = args.view == View::Sequence;
    let id = story.recording.header.scenario.clone();
    model.load(&id, story);
    let open = |name: &str| opened(name, args.seed);
    staging::branches(&mut model, &args.change, &open);
    let shown = model.loaded.as_ref().map(|it| Arc::clone(&it.recording));
    let recording = shown.ok_or("nothing came on stage")?;
    let requests = requests(args, &recording)?;
    if let Some(first) = requests.first() {
        for command in first.commands.clone() {
            model.apply(command);
        }
    }
    staging::opens(&mut model, &args.change, &open)?;
    let taken = match args.sheet {
        true => snapshot::take_sheet(model, requests, &args.output),
        false => snapshot::take(model, requests),
    };
    taken.map_err(|error| error.to_string())
}

/// What is on a picture besides its moment.
struct Subjects {
    /// "3 · Sign in", or what is looked at
    title: String,
    moment: PlayTime,
    select: Option<Selection>,
}

/// One picture for every beat asked for and for everything that is to be looked at.
fn requests(
    args: &cli::snapshot::Args,
    recording: &Recording,
) -> Result<Vec<snapshot::Request>, String> {
    let subjects = subjects(args, recording)?;
    let scale = args
        .scale
        .unwrap_or(if args.sheet { SHEET_SCALE } else { 1.0 });
    let several = args.moment.all || args.select.len() > 1;
    let requests = subjects.into_iter().enumerate().map(|(at, subject)| {
        let mut commands = vec![Command::Playback(PlaybackCommand::Seek(subject.moment))];
        commands.extend(subject.select.map(Command::Select));
        if let Some(value) = args.follow.clone().filter(|_| at == 0) {
            commands.push(Command::Look(Look::Trace(value)));
        }
        snapshot::Request {
            size: args.size,
            scale,
            output: match several {
                true => numbered(&args.output, at + 1),
                false => args.output.clone(),
            },
            label: args.sheet.then_some(subject.title),
            commands,
        }
    });
    Ok(requests.collect())
}

fn subjects(args: &cli::snapshot::Args, recording: &Recording) -> Result<Vec<Subjects>, String> {
    // When something is shown does not depend on the stage's size
    let stage = Stage::new(recording, Options::default());
    let beats = match args.moment.beat {
        Some(number) => {
            let beat = open::beat_index(recording, number).map_err(in_words)?;
            beat..beat + 1
        }
        None if args.moment.at.is_some() => 0..1,
        None => 0..recording.beats.len(),
    };
    let mut subjects = Vec::new();
    for beat in beats {
        let index = u32::try_from(beat).unwrap_or(u32::MAX);
        let (index, moment) = match args.moment.at {
            Some(at) => (stage.beat_at(PlayTime(at)), PlayTime(at)),
            None => (index, stage.telling_moment(recording, index)),
        };
        let title = recording.beat(index).map_or("", |beat| &beat.title);
        let title = format!("{} · {title}", index + 1);
        if args.select.is_empty() {
            subjects.push(Subjects {
                title: title.clone(),
                moment,
                select: None,
            });
        }
        for text in &args.select {
            let subject = Selection::parse(text, recording, index);
            subjects.push(Subjects {
                title: format!("{title} · {text}"),
                moment,
                select: Some(subject.map_err(|error| error.to_string())?),
            });
        }
    }
    Ok(subjects)
}

fn theme(asked: cli::snapshot::Theme) -> ThemeName {
    match asked {
        cli::snapshot::Theme::Dark => ThemeName::Dark,
        cli::snapshot::Theme::Light => ThemeName::Light,
        cli::snapshot::Theme::Contrast => ThemeName::HighContrast,
    }
}

/// `x.png` as `x-07.png`.
fn numbered(output: &Path, number: usize) -> PathBuf {
    let stem = output.file_stem().unwrap_or_default().to_string_lossy();
    output.with_file_name(format!("{stem}-{number:02}.png"))
}

/// Loads and performs a scenario, or reads a saved recording; what is wrong with it is shown in
/// the window.
fn opened(name: &str, seed: Option<u64>) -> Opened {
    // A seed is for scenarios; whoever opens a recording in the same window keeps its own
    let seed = seed.filter(|_| !open::is_recording(name));
    let story = story(name, seed).map_err(|problem| Trouble {
        title: "This file cannot be opened".into(),
        text: in_words(problem),
        remedy: "Correct the file: one that is on stage is opened again by itself when it is saved, and \
                 what was on stage is still there".into(),
    })?;
    // Here nobody waits for it; the first search in the window would
    story.recording.make_searchable();
    // A file is remembered by its whole path: the next session may begin in another folder
    let path = Path::new(name);
    let whole = path
        .exists()
        .then(|| std::path::absolute(path).ok())
        .flatten();
    let id = whole.map_or_else(|| name.to_owned(), |path| path.display().to_string());
    Ok((id, story))
}

/// A scenario performed, to be gone on with differently; or a saved recording, which cannot be.
fn story(name: &str, seed: Option<u64>) -> Result<Story, Problem> {
    if open::is_recording(name) {
        return Ok(Story::from(open::recording(name, seed)?));
    }
    let scenario = open::scenario(name)?;
    Ok(Story::from(open::performance(scenario, seed)?))
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
        domains: scenario.domains,
        level: scenario.level.name().to_owned(),
    };
    library::ALL.iter().filter_map(load).map(entry).collect()
}
