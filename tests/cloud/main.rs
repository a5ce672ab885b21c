//! The whole cloud, through its front door, in a world with one of everything.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on must fail, in its helpers too"
)]

mod errors;
mod mutations;
mod seeds;
mod world;
