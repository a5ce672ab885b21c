//! What a scenario may say, derived from the types that read it: a JSON Schema for tools, and a
//! reference for people.
//!
//! RON has no schema language of its own. The schema describes a scenario's values as JSON: a
//! struct is an object, `Name(field: …)` is `{"Name": {"field": …}}`, `Name(value)` is
//! `{"Name": value}`, `Name(a, b)` is `{"Name": [a, b]}` and a bare `Name` is a text.

mod entries;
mod reference;

#[cfg(test)]
mod tests;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::file::File;
use super::world_file::World;

pub use reference::{named, names, page};

/// The schema of a scenario file.
pub fn scenario() -> Schema {
    of::<File>("A Tokentrail scenario, written in RON (docs/reference.md)")
}

/// The schema of a shared world file.
pub fn world() -> Schema {
    of::<World>("A world that Tokentrail scenarios share, written in RON (docs/reference.md)")
}

fn of<T: JsonSchema>(title: &str) -> Schema {
    let mut schema = SchemaGenerator::default().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    schema
}
