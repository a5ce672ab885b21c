//! Recordings of shipped scenarios, for tests.

use std::sync::OnceLock;

use crate::cloud::ledger::{Artifact, ArtifactKind};
use crate::recording::Recording;
use crate::scenario::files::Shipped;
use crate::scenario::{library, load, perform};

/// Performs a shipped scenario.
pub fn story(id: &str) -> Recording {
    let entry = library::find(id).unwrap();
    let scenario = load(&Shipped, entry.path, entry.text.as_bytes()).unwrap();
    perform(&scenario, None).unwrap()
}

/// All of them, performed once for all tests.
pub fn stories() -> impl Iterator<Item = &'static Recording> {
    static STORIES: OnceLock<Vec<Recording>> = OnceLock::new();
    let perform = || library::ALL.iter().map(|entry| story(entry.id)).collect();
    STORIES.get_or_init(perform).iter()
}

/// The last artifact of a kind.
pub fn last(recording: &Recording, kind: ArtifactKind) -> &Artifact {
    let mut all = recording.artifacts.iter();
    all.rfind(|it| it.kind == kind).unwrap()
}
