//! Finding a scenario: a path, or the id of a shipped one; and the files it names.

use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::Problem;
use super::input::plain;
use crate::recording::{Recording, saved};
use crate::scenario::build::WorldError;
use crate::scenario::diagnostic::{Code, Report, did_you_mean};
use crate::scenario::files::{Files, Shipped};
use crate::scenario::limits::MAX_FILE_BYTES;
use crate::scenario::locate::{Path as TreePath, Tree};
use crate::scenario::{PerformError, Performance, Scenario, library, load, perform};

/// Files on disk, beside the scenario that names them; shipped scenarios everywhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct OnDisk;

impl Files for OnDisk {
    fn scenario(&self, from: &str, id: &str) -> Option<(String, Vec<u8>)> {
        let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if id.is_empty() || !id.chars().all(harmless) {
            return None;
        }
        let path = folder_of(from).join(format!("{id}.ron"));
        match read(&path) {
            Ok(bytes) => Some((path.display().to_string(), bytes)),
            Err(_) => Shipped.scenario(from, id),
        }
    }

    fn beside(&self, from: &str, path: &str) -> Result<Vec<u8>, String> {
        let asked = Path::new(path);
        let inside = asked
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        let outside = || format!("{path} lies outside the scenario's folder");
        if !inside {
            return Err(outside());
        }
        let folder = folder_of(from);
        // A link may still lead out
        let found = match folder.join(asked).canonicalize() {
            Ok(found) => found,
            // As with scenarios: what is not beside may ship with the program
            Err(error) => {
                let shipped = Shipped.beside(library::ALL[0].path, path);
                return shipped.map_err(|_| format!("{path}: {}", in_words(&error)));
            }
        };
        let folder = folder
            .canonicalize()
            .map_err(|error| format!("{from}: {error}"))?;
        if !found.starts_with(folder) {
            return Err(outside());
        }
        read(&found)
    }

    fn ids(&self) -> Vec<String> {
        Shipped.ids()
    }
}

fn folder_of(file: &str) -> PathBuf {
    match Path::new(file).parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Reads a scenario or what belongs to it.
fn read(path: &Path) -> Result<Vec<u8>, String> {
    read_up_to(path, MAX_FILE_BYTES)
}

/// Reads a file up to one byte beyond the limit, so that a larger one is noticed.
fn read_up_to(path: &Path, limit_bytes: usize) -> Result<Vec<u8>, String> {
    let shown = path.display();
    if path.is_dir() {
        return Err(format!("{shown} is a folder"));
    }
    let file = File::open(path).map_err(|error| format!("{shown}: {}", in_words(&error)))?;
    let mut bytes = Vec::new();
    let limit = limit_bytes as u64 + 1;
    file.take(limit)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("{shown}: {}", in_words(&error)))?;
    Ok(bytes)
}

/// The most files in a folder that are looked at for variants.
const MAX_BESIDE: usize = 1_000;

/// The scenarios in the same folder, and those that ship with the program.
pub fn beside(file: &str) -> Vec<String> {
    let shipped = library::ALL.iter().map(|entry| entry.text.to_owned());
    if !Path::new(file).exists() {
        return shipped.collect();
    }
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder_of(file))
        .into_iter()
        .flatten()
        .take(MAX_BESIDE)
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|it| it == "ron"))
        .collect();
    paths.sort();
    let texts = paths.iter().filter_map(|path| {
        let bytes = read(path).ok().filter(|it| it.len() <= MAX_FILE_BYTES)?;
        String::from_utf8(bytes).ok()
    });
    texts.chain(shipped).collect()
}

fn in_words(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "the file may not be read".to_owned(),
        _ => error.to_string(),
    }
}

/// Loads a scenario from a path or by the id of a shipped one.
pub fn scenario(name: &str) -> Result<Scenario, Problem> {
    let path = Path::new(name);
    if path.exists() {
        let bytes = read(path).map_err(Problem::Message)?;
        if saved::is_saved(&bytes) {
            let shown = path.display();
            return Err(Problem::Message(format!(
                "{shown} is a saved recording, and a scenario is asked for; play, trace, diff, export and jwks take recordings"
            )));
        }
        return load(&OnDisk, name, &bytes).map_err(Problem::Diagnostics);
    }
    match library::find(name) {
        Some(entry) => {
            load(&Shipped, entry.path, entry.text.as_bytes()).map_err(Problem::Diagnostics)
        }
        None => Err(Problem::Message(not_found(name))),
    }
}

fn not_found(name: &str) -> String {
    let ids = library::ALL.iter().map(|entry| entry.id);
    let plain: String = name
        .chars()
        .map(|c| if c.is_control() { '?' } else { c })
        .collect();
    let commands = super::subcommands();
    let known = ids.chain(commands.iter().map(String::as_str));
    let hint = match did_you_mean(name, known) {
        Some(known) => format!("did you mean `{known}`?"),
        None => "see `tokentrail list` for what ships with the program".to_owned(),
    };
    format!("{plain}: there is no such file and no shipped scenario of that name; {hint}")
}

/// A scenario and what happened when it was performed.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The scenario
    pub scenario: Scenario,
    /// What happened
    pub recording: Recording,
}

/// Loads a scenario and performs it.
pub fn open(name: &str, seed: Option<u64>) -> Result<Opened, Problem> {
    let scenario = scenario(name)?;
    let recording = performed(&scenario, seed)?;
    Ok(Opened {
        scenario,
        recording,
    })
}

/// Whether a path leads to a saved recording.
pub fn is_recording(name: &str) -> bool {
    let beginning = File::open(Path::new(name)).and_then(|file| {
        let mut bytes = Vec::new();
        let length = saved::BEGINNING.len() as u64;
        file.take(length).read_to_end(&mut bytes).map(|_| bytes)
    });
    beginning.is_ok_and(|bytes| saved::is_saved(&bytes))
}

/// What happened in a scenario, performed now, or in a saved recording.
pub fn recording(name: &str, seed: Option<u64>) -> Result<Recording, Problem> {
    let path = Path::new(name);
    if !is_recording(name) {
        return Ok(open(name, seed)?.recording);
    }
    if seed.is_some() {
        let message = format!("{name} is a saved recording: its seed is the one it was made with");
        return Err(Problem::Message(plain(&message)));
    }
    let bytes = read_up_to(path, saved::MAX_SAVED_BYTES).map_err(Problem::Message)?;
    saved::load(&bytes).map_err(|error| Problem::Message(plain(&format!("{name}: {error}"))))
}

/// Performs a scenario; a world that cannot be set up is a diagnostic like any other.
pub fn performed(scenario: &Scenario, seed: Option<u64>) -> Result<Recording, Problem> {
    perform(scenario, seed).map_err(|error| not_performed(scenario, &error))
}

/// The same, to be gone on with differently.
pub fn performance(scenario: Scenario, seed: Option<u64>) -> Result<Performance, Problem> {
    let scenario = Arc::new(scenario);
    Performance::new(Arc::clone(&scenario), seed).map_err(|error| not_performed(&scenario, &error))
}

fn not_performed(scenario: &Scenario, error: &PerformError) -> Problem {
    let mut report = Report {
        sources: scenario.sources.clone(),
        ..Report::default()
    };
    if let PerformError::Change { number, error } = error {
        let tree = Tree::scan(scenario.sources.text(scenario.source));
        let path = TreePath::top().field("changes").index(*number);
        let place = (scenario.source, tree.find(&path).span.clone());
        let remedy = "see docs/what-if.md for what can be changed, and when";
        report.add(Code::BadValue, place, error.to_string(), remedy);
        return Problem::Diagnostics(Box::new(report));
    }
    let remedy = "see docs/scenarios.md for what the world's entries must be like";
    let place = match error {
        PerformError::World(WorldError::Entry { list, id, .. }) => {
            scenario.place_of_entry(list, id)
        }
        _ => None,
    };
    let place = place.unwrap_or((scenario.source, 0..0));
    report.add(Code::World, place, error.to_string(), remedy);
    Problem::Diagnostics(Box::new(report))
}

/// A beat by its number as people count, from 1.
pub fn beat_index(recording: &Recording, number: u32) -> Result<usize, Problem> {
    let count = recording.beats.len();
    match usize::try_from(number) {
        Ok(number) if (1..=count).contains(&number) => Ok(number - 1),
        _ => Err(Problem::Message(format!(
            "there is no beat {number}: {} has beats 1 to {count}",
            recording.header.scenario
        ))),
    }
}
