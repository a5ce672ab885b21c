//! The command line: one file per subcommand.
//!
//! Exit codes: 0 all expectations held, 1 one did not, 2 bad input or usage.

mod check;
mod completions;
mod diff;
mod explain;
mod export;
mod input;
mod inspect;
mod jwks;
mod key_cache;
mod list;
mod new;
pub mod open;
mod output;
mod play;
mod record;
mod schema;
pub mod snapshot;
mod trace;
mod what_if;
pub mod window;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::scenario::diagnostic::Report;
use output::Out;

/// Exit code where an expectation did not hold.
const NOT_HELD: u8 = 1;
/// Exit code for bad input and bad usage.
const BAD_INPUT: u8 = 2;

/// Watch web identity federation on AWS happen: real tokens, real signatures, real policy
/// decisions, in a simulated cloud
///
/// Without a subcommand the window opens. FILE may be the path of a scenario or the id of a
/// shipped one (see `tokentrail list`); where a recording is asked for, also the path of a saved
/// one.
///
/// Exit codes: 0 all expectations held, 1 one did not, 2 bad input or usage.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    window: window::Args,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play a scenario in the terminal
    Play(play::Args),
    /// Find everything that is wrong with scenarios, and perform them
    Check(check::Args),
    /// Print the whole recording as JSON Lines (docs/trace.md)
    Trace(trace::Args),
    /// Perform a scenario and keep the recording in a file
    Record(record::Args),
    /// Say where two recordings part, and why
    Diff(diff::Args),
    /// Change one thing in a scenario and see what comes of it (docs/what-if.md)
    WhatIf(what_if::Args),
    /// Write a recording as a sequence diagram or as a narrated transcript
    Export(export::Args),
    /// Write a commented scenario to start from
    New(new::Args),
    /// Explain what a scenario may say, or print its JSON Schema (docs/reference.md)
    Schema(schema::Args),
    /// List the shipped scenarios
    List(list::Args),
    /// Print the public keys of an issuer of a scenario
    Jwks(jwks::Args),
    /// Decide and explain a request under policies of your own (docs/explain.md)
    Explain(explain::Args),
    /// Take any JWT apart and verify it, offline
    Inspect(inspect::Args),
    /// Make a picture of a beat
    Snapshot(snapshot::Args),
    /// Print what a shell completes
    Completions(completions::CompletionsArgs),
    /// Print a page of the manual
    Man(completions::ManArgs),
}

/// Opens the window; says in one line why it cannot.
pub type OpenWindow = fn(&window::Args) -> Result<(), String>;
/// Makes a picture; says in one line why it cannot.
pub type TakeSnapshot = fn(&snapshot::Args) -> Result<(), String>;

/// The players that this build has beside the terminal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Players {
    /// The window
    pub window: Option<OpenWindow>,
    /// Pictures
    pub snapshot: Option<TakeSnapshot>,
}

/// Why a command did not do what was asked.
#[derive(Debug)]
pub enum Problem {
    /// Something is wrong with a scenario
    Diagnostics(Box<Report>),
    /// Something is wrong with what was asked for
    Message(String),
    /// An expectation did not hold
    NotHeld,
    /// Whoever read the output has stopped reading
    ClosedPipe,
}

impl From<std::io::Error> for Problem {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ => Self::Message(format!("the output cannot be written: {error}")),
        }
    }
}

/// Parses the arguments, does what they ask for and says how it ended.
pub fn run(args: impl IntoIterator<Item = OsString>, players: &Players) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Where even the message cannot be written, the exit code still says it
            drop(error.print());
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(BAD_INPUT));
        }
    };
    key_cache::use_for_all_keys();
    let mut out = Out::new();
    let done = match &cli.command {
        None => window::run(&mut out, &cli.window, players),
        Some(Command::Play(args)) => play::run(&mut out, args),
        Some(Command::Check(args)) => check::run(&mut out, args),
        Some(Command::Trace(args)) => trace::run(&mut out, args),
        Some(Command::List(args)) => list::run(&mut out, args),
        Some(Command::Schema(args)) => schema::run(&mut out, args),
        Some(Command::Jwks(args)) => jwks::run(&mut out, args),
        Some(Command::Explain(args)) => explain::run(&mut out, args),
        Some(Command::Inspect(args)) => inspect::run(&mut out, args),
        Some(Command::Snapshot(args)) => snapshot::run(args, players),
        Some(Command::Record(args)) => record::run(args),
        Some(Command::Diff(args)) => diff::run(&mut out, args),
        Some(Command::WhatIf(args)) => what_if::run(&mut out, args),
        Some(Command::Export(args)) => export::run(&mut out, args),
        Some(Command::New(args)) => new::run(&mut out, args),
        Some(Command::Completions(args)) => {
            completions::completions(&mut out, args, Cli::command())
        }
        Some(Command::Man(args)) => completions::man(&mut out, args, Cli::command()),
    };
    ended(done.and_then(|()| Ok(out.flush()?)))
}

/// The names of the subcommands, for whoever mistypes one.
fn subcommands() -> Vec<String> {
    let program = Cli::command();
    let names = program.get_subcommands();
    names.map(|it| it.get_name().to_owned()).collect()
}

fn ended(done: Result<(), Problem>) -> ExitCode {
    match done {
        Ok(()) | Err(Problem::ClosedPipe) => ExitCode::SUCCESS,
        Err(Problem::NotHeld) => ExitCode::from(NOT_HELD),
        Err(Problem::Message(message)) => {
            output::complain(&format!("error: {message}\n"));
            ExitCode::from(BAD_INPUT)
        }
        Err(Problem::Diagnostics(report)) => {
            output::complain(&report.render(output::colour_on_stderr()));
            ExitCode::from(BAD_INPUT)
        }
    }
}
