//! How large a scenario may be. Files are untrusted: every one of these ends in a diagnostic
//! that names the limit, never in an exhausted machine.

use crate::protocol::time::Span;

/// The largest scenario or policy file, in bytes.
pub const MAX_FILE_BYTES: usize = 1024 * 1024;
/// How deep parentheses, brackets and braces may nest.
pub const MAX_NESTING: usize = 32;
/// The longest single text, in bytes.
pub const MAX_TEXT_BYTES: usize = 64 * 1024;
/// The most chapters in one scenario.
pub const MAX_CHAPTERS: usize = 200;
/// The most beats in one scenario, inherited ones included.
pub const MAX_BEATS: usize = 20_000;
/// The most actions in one scenario, inherited ones included.
pub const MAX_ACTIONS: usize = 100_000;
/// The most entries in any one list of the world.
pub const MAX_WORLD_ENTRIES: usize = 10_000;
/// The most choices a question may offer.
pub const MAX_CHOICES: usize = 8;
/// The longest chain of scenarios that extend each other.
pub const MAX_EXTENDS: usize = 8;
/// The most redirects one action follows.
pub const MAX_REDIRECTS: usize = 20;
/// The longest single wait.
pub const MAX_WAIT: Span = Span::from_days(366);
/// The most simulated time one scenario may take.
pub const MAX_STORY: Span = Span::from_days(3_660);
/// The furthest a device's clock may be off.
pub const MAX_SKEW: Span = Span::from_days(3_660);
/// The most diagnostics one file is given.
pub const MAX_DIAGNOSTICS: usize = 50;
/// The most experiments of one scenario.
pub const MAX_EXPERIMENTS: usize = 32;
