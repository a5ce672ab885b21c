//! Scenario files: RON in, diagnostics out; worlds set up, beats performed.
//!
//! The way through it:
//! 1. [`load`] reads a [`file::File`] ([`read`]), joins it with what it extends, and checks it
//!    ([`mod@check`]); every mistake is a [`diagnostic::Diagnostic`] with a code and a place.
//! 2. [`perform`] sets the world up ([`build`]), plays every beat through the devices' own client
//!    code ([`client`]) and judges the expectations: the outcome is a
//!    [`Recording`](crate::recording::Recording).
//!
//! Nothing here reads a disk: [`files::Files`] says where other files come from, and the
//! scenarios in the [`library`] are part of the program.

pub mod action;
pub mod build;
mod build_data;
mod build_edge;
mod build_iam;
mod build_identity_pools;
mod build_providers;
mod build_triggers;
mod build_user_pools;
pub mod change;
pub mod check;
pub mod checked;
pub mod client;
pub mod coverage;
pub mod diagnostic;
pub mod file;
pub mod files;
pub mod known;
pub mod library;
pub mod limits;
pub mod lint;
mod load;
pub mod locate;
mod merge;
pub mod perform;
pub mod provider_file;
pub mod read;
pub mod references;
pub mod schema;
pub mod stuck;
pub mod template;
pub mod themes;
pub mod things;
pub mod twins;
pub mod values;
pub mod world_edge;
pub mod world_file;

pub use checked::Scenario;
pub use load::load;
pub use perform::{PerformError, Performance, Watch, perform};

#[cfg(test)]
mod edge_tests;
#[cfg(test)]
mod provider_tests;
#[cfg(test)]
mod tests;
