//! Parse, dispatch, exit code: nothing else.

use std::process::ExitCode;

use tokentrail::cli;

/// Everything that happens is many small texts.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    #[cfg(feature = "gui")]
    let players = tokentrail::gui::players();
    #[cfg(not(feature = "gui"))]
    let players = cli::Players::default();
    cli::run(std::env::args_os(), &players)
}
