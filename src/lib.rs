//! Tokentrail: watch web identity federation on AWS happen.
//!
//! The tour, from the bottom up. Each room may use the rooms above it in this list and no other:
//!
//! - [`protocol`]: what travels. HTTP messages, JWT and JWKS, SigV4, PKCE, XML. Knows no service
//! - [`policy`]: the IAM language and an evaluation that explains itself
//! - [`cloud`]: the simulated world. Clock, randomness, ledger, one front door, one folder per service
//! - [`scenario`]: RON in, diagnostics out; builds the world and performs the beats
//! - [`recording`]: what happened, immutable; every question about it is answered here
//! - [`inspect`]: what can be said about one thing of a recording, for inspector and terminal
//! - [`stage`]: the picture at a moment as data: a pure function of (recording, time, options)
//! - [`export`]: a recording as a text for other programs: diagrams, transcripts
//! - `gui`: the only room that knows Bevy and egui (cargo feature `gui`)
//! - [`cli`]: one file per subcommand
//!
//! One rule holds it together: everything that happens is an HTTP request through
//! the cloud's front door, recorded once, and every player reads that one recording.

pub mod cli;
pub mod cloud;
pub mod export;
#[cfg(feature = "gui")]
pub mod gui;
pub mod inspect;
pub mod policy;
pub mod protocol;
pub mod recording;
pub mod scenario;
pub mod stage;
