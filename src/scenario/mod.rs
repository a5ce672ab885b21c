//! Scenario files: RON in, diagnostics out; world building and performing.
pub mod action;
pub mod diagnostic;
pub mod file;
pub mod limits;
pub mod locate;
pub mod read;
pub mod template;
pub mod values;
pub mod world_file;
