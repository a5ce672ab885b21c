//! Parse, dispatch, exit code: nothing else.

use std::process::ExitCode;

use tokentrail::cli::{self, Players};

/// Everything that happens is many small texts.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run(std::env::args_os(), &Players::default())
}
