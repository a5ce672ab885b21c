//! `export`: a recording as a sequence diagram or as a narrated transcript.

use super::output::Out;
use super::{Problem, open};
use crate::export::{markdown, mermaid, plantuml};

/// Arguments of `export`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A scenario or a saved recording
    file: String,
    /// What is written
    #[arg(long, value_enum)]
    format: Format,
    /// Where all random values come from, in place of the scenario's own seed
    #[arg(long)]
    seed: Option<u64>,
}

/// What a recording can be written as.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// A sequence diagram for Mermaid
    Mermaid,
    /// A sequence diagram for PlantUML
    Plantuml,
    /// A narrated transcript with tokens decoded
    Markdown,
}

/// Prints the export.
pub fn run(out: &mut Out, args: &Args) -> Result<(), Problem> {
    let recording = open::recording(&args.file, args.seed)?;
    let text = match args.format {
        Format::Mermaid => mermaid(&recording),
        Format::Plantuml => plantuml(&recording),
        Format::Markdown => markdown(&recording),
    };
    out.text(&text)?;
    if recording.held() {
        Ok(())
    } else {
        Err(Problem::NotHeld)
    }
}
