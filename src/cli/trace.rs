//! `trace`: the whole recording as JSON Lines.

use super::output::Out;
use super::{Problem, open};
use crate::recording::trace;

/// Arguments of `trace`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A scenario or a saved recording
    file: String,
    /// Where all random values come from, in place of the scenario's own seed
    #[arg(long)]
    seed: Option<u64>,
}

/// Prints the trace. It is printed whole even where an expectation did not hold.
pub fn run(out: &mut Out, args: &Args) -> Result<(), Problem> {
    let recording = open::recording(&args.file, args.seed)?;
    for line in trace::lines(&recording) {
        out.line(&line)?;
    }
    if recording.held() {
        Ok(())
    } else {
        Err(Problem::NotHeld)
    }
}
