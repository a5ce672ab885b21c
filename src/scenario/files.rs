//! Where scenario files come from. The language reads no disk itself: whoever opens a scenario
//! says how other files are found. Shipped scenarios are always there.

use super::library;

/// Finds files that scenarios name.
pub trait Files {
    /// A scenario by id: from the folder of the one that names it, then from the library.
    /// Returns its name for messages and its bytes.
    fn scenario(&self, from: &str, id: &str) -> Option<(String, Vec<u8>)>;

    /// A file in the folder of the scenario that names it, or below it.
    fn beside(&self, from: &str, path: &str) -> Result<Vec<u8>, String>;

    /// Ids of scenarios that could have been meant.
    fn ids(&self) -> Vec<String>;
}

/// Only what ships with the program.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shipped;

impl Files for Shipped {
    fn scenario(&self, _from: &str, id: &str) -> Option<(String, Vec<u8>)> {
        let entry = library::find(id)?;
        Some((entry.path.to_owned(), entry.text.as_bytes().to_vec()))
    }

    fn beside(&self, from: &str, path: &str) -> Result<Vec<u8>, String> {
        let folder = from.rfind('/').map_or("", |end| &from[..=end]);
        let world = library::world(&format!("{folder}{path}"));
        let bytes = world.map(|entry| entry.text.as_bytes().to_vec());
        bytes.ok_or_else(|| format!("{path}: no such file ships with the program"))
    }

    fn ids(&self) -> Vec<String> {
        library::ALL
            .iter()
            .map(|entry| entry.id.to_owned())
            .collect()
    }
}
