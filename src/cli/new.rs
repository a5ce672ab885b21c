//! `new`: a commented scenario to start from, which checks and plays as it is.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use super::Problem;
use super::output::Out;
use crate::scenario::check::is_plain_id;

/// The file, with `NAME` in place of its id.
const STARTING_FILE: &str = include_str!("new.ron");
/// What stands for the id in it.
const PLACEHOLDER: &str = "NAME";

/// Arguments of `new`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The scenario's id; the file is NAME.ron in the current folder. A path before it is kept
    name: String,
}

/// Writes the file. One that is there already stays as it is.
pub fn run(out: &mut Out, args: &Args) -> Result<(), Problem> {
    let asked = args.name.strip_suffix(".ron").unwrap_or(&args.name);
    let path = Path::new(asked);
    let id = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    if !is_plain_id(id) {
        return Err(Problem::Message(format!(
            "{id:?} cannot be a scenario's id: use letters, digits and hyphens, like my-first-story"
        )));
    }
    let path = path.with_file_name(format!("{id}.ron"));
    let shown = path.display();
    let complaint = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Problem::Message(format!("{shown} is there already and stays as it is"))
        }
        _ => Problem::Message(format!("{shown}: {error}")),
    };
    let text = STARTING_FILE.replace(PLACEHOLDER, id);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .map_err(complaint)?;
    file.write_all(text.as_bytes()).map_err(complaint)?;
    out.line(&format!("{shown} is written; next:"))?;
    out.line(&format!("    tokentrail check {shown}"))?;
    Ok(out.line(&format!("    tokentrail play {shown}"))?)
}
