//! Parse, dispatch, exit code: nothing else.

use std::process::ExitCode;

use tokentrail::cli::{self, Players};

fn main() -> ExitCode {
    cli::run(std::env::args_os(), &Players::default())
}
