//! `record`: a performance kept in a file, to be played, traced, compared and exported later.

use std::path::PathBuf;

use super::{Problem, open};
use crate::recording::saved;

/// Arguments of `record`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Path of a scenario, or id of a shipped one
    file: String,
    /// Where the recording goes
    #[arg(short, long, value_name = "PATH")]
    output: PathBuf,
    /// Where all random values come from, in place of the scenario's own seed
    #[arg(long)]
    seed: Option<u64>,
}

/// Performs and writes. It is written whole even where an expectation did not hold.
pub fn run(args: &Args) -> Result<(), Problem> {
    let recording = open::recording(&args.file, args.seed)?;
    let shown = args.output.display();
    let text = saved::save(&recording)
        .map_err(|error| Problem::Message(format!("the recording cannot be written: {error}")))?;
    std::fs::write(&args.output, text)
        .map_err(|error| Problem::Message(format!("{shown}: {error}")))?;
    if recording.held() {
        Ok(())
    } else {
        Err(Problem::NotHeld)
    }
}
