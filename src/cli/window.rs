//! No subcommand: the window, or, where there is none, the story in the terminal.

use super::output::Out;
use super::{Players, Problem, open, output, play};
use crate::scenario::library;

/// Arguments of the window.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// Path of a scenario or of a saved recording to open, or id of a shipped one
    pub file: Option<String>,
    /// Where all random values come from, in place of the scenario's own seed
    #[arg(long)]
    pub seed: Option<u64>,
}

/// Opens the window. Where that is impossible, one line says why, and the scenario is played in
/// the terminal.
pub fn run(out: &mut Out, args: &Args, players: &Players) -> Result<(), Problem> {
    if let Some(file) = &args.file {
        // What is wrong is said here, not in a window that opens for nothing
        match (open::is_recording(file), args.seed) {
            (false, _) => drop(open::scenario(file)?),
            (true, Some(seed)) => drop(open::recording(file, Some(seed))?),
            // Reading a long one takes a while: the window does that, and shows that it does
            (true, None) => {}
        }
    }
    let why = match players.window {
        Some(open) => match open(args) {
            Ok(()) => return Ok(()),
            Err(why) => why,
        },
        None => "this build has no window".to_owned(),
    };
    let first = library::ALL.first().map_or("", |entry| entry.id);
    let file = args.file.as_deref().unwrap_or(first);
    output::complain(&format!("{why}; playing {file} in the terminal instead\n"));
    play::run(out, &play::Args::of(file, args.seed))
}
