//! `diff`: where two recordings part, and why.

use serde_json::json;

use super::input::plain;
use super::output::Out;
use super::{Problem, open};
use crate::recording::Recording;
use crate::recording::compare::{Parting, Side, parting};
use crate::scenario::diagnostic::suggest;
use crate::scenario::twins;

/// Arguments of `diff`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A scenario or a saved recording
    left: String,
    /// Another one
    #[arg(required_unless_present = "twin", conflicts_with = "twin")]
    right: Option<String>,
    /// Compare a shipped scenario with its twin: another way to the same end
    #[arg(long)]
    twin: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
    /// Where all random values come from, in place of the scenarios' own seeds
    #[arg(long)]
    seed: Option<u64>,
}

/// Compares. That two recordings differ is an answer, no failure.
pub fn run(out: &mut Out, args: &Args) -> Result<(), Problem> {
    let left = open::recording(&args.left, args.seed)?;
    let right = match &args.right {
        Some(right) => open::recording(right, args.seed)?,
        None => open::recording(twin_of(&left.header.scenario)?, args.seed)?,
    };
    let parting = parting(&left, &right);
    if args.json {
        let document = json!({
            "left": about(&left),
            "right": about(&right),
            "same": parting.is_none(),
            "parting": parting,
        });
        return Ok(out.line(&format!("{document:#}"))?);
    }
    match parting {
        None => {
            let (one, other) = (named(&left), named(&right));
            out.line(&plain(&format!("{one} and {other} tell the same course")))?;
        }
        Some(parting) => print(out, (&left, &right), &parting)?,
    }
    Ok(())
}

/// The scenario that goes another way to the same end.
fn twin_of(id: &str) -> Result<&'static str, Problem> {
    if let Some(twins) = twins::of(id).next() {
        return Ok(twins.other(id));
    }
    let known: Vec<&str> = twins::ALL
        .iter()
        .flat_map(|twins| [twins.left, twins.right])
        .collect();
    let remedy = suggest(id, known.iter().copied());
    Err(Problem::Message(format!("{id} has no twin; {remedy}")))
}

fn about(recording: &Recording) -> serde_json::Value {
    let header = &recording.header;
    json!({"id": header.scenario, "seed": header.seed, "beats": recording.beats.len()})
}

fn named(recording: &Recording) -> String {
    let header = &recording.header;
    match &header.branch {
        Some(branch) => format!("{} with {}", header.scenario, branch.cause),
        None => format!("{} (seed {})", header.scenario, header.seed),
    }
}

pub(super) fn print(
    out: &mut Out,
    (left, right): (&Recording, &Recording),
    parting: &Parting,
) -> Result<(), Problem> {
    let alike = match parting.shared_beats {
        0 => "part in their first beat".to_owned(),
        1 => "tell 1 beat alike, then part".to_owned(),
        count => format!("tell {count} beats alike, then part"),
    };
    out.line(&plain(&format!(
        "{} and {} {alike}",
        named(left),
        named(right)
    )))?;
    out.line(&format!("first difference: {}", parting.what))?;
    for (mark, recording, side) in [('<', left, &parting.left), ('>', right, &parting.right)] {
        print_side(out, mark, recording, side)?;
    }
    Ok(())
}

fn print_side(
    out: &mut Out,
    mark: char,
    recording: &Recording,
    side: &Side,
) -> Result<(), Problem> {
    let mut lines = vec![format!("{} · {}", recording.header.scenario, side.says)];
    match &side.refused {
        None => lines.push("    nothing is refused from there on".to_owned()),
        Some(refused) => {
            lines.push(format!(
                "    first refusal from there on, in beat {}: {}",
                refused.beat, refused.exchange
            ));
            lines.extend(refused.check.iter().map(|it| format!("        {it}")));
            lines.push(format!("        {}", refused.error));
        }
    }
    for line in lines {
        out.line(&format!("{mark} {}", plain(&line).replace('\n', " ")))?;
    }
    Ok(())
}
