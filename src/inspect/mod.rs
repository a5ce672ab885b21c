//! Looking inside: what can be said about a thing in a recording, worked out from its bytes.
//!
//! Everything here is data, computed from (recording, moment, thing) and shown by both the window's
//! inspector and the terminal's `inspect`. Nothing is claimed that is not computed: signatures are
//! verified and made again, links between claims and checks are read from evidence, commands are
//! made of the members that travelled.

pub mod calls;
pub mod claims;
pub mod credentials;
#[cfg(test)]
pub(crate) mod fixture;
pub mod headers;
pub mod keys;
pub mod message;
pub mod outline;
pub mod outside;
pub mod policy;
pub mod readers;
pub mod signature;
pub mod signing;
pub mod state;
pub mod subject;
pub mod token;
pub mod tree;

pub use subject::{Subject, SubjectError};
