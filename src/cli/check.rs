//! `check`: everything that is wrong with scenarios, for people or for machines. A scenario whose
//! form is good is performed, so that an expectation that does not hold is found as well.

use serde_json::json;

use super::output::Out;
use super::{Problem, open, output};
use crate::recording::Recording;
use crate::scenario::Scenario;
use crate::scenario::diagnostic::{Code, Report};

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Paths of scenarios, or ids of shipped ones
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
    /// Where all random values come from, in place of the scenario's own seed
    #[arg(long)]
    seed: Option<u64>,
}

/// What came of one file.
struct Checked {
    beats: usize,
    report: Report,
    /// What is wrong with the path itself
    message: Option<String>,
}

/// Checks every file, then says the worst that was found.
pub fn run(out: &mut Out, args: &Args) -> Result<(), Problem> {
    let checked: Vec<(&String, Checked)> = args
        .files
        .iter()
        .map(|file| (file, check(file, args.seed)))
        .collect();
    if args.json {
        let files: Vec<_> = checked
            .iter()
            .map(|(file, checked)| as_json(file, checked))
            .collect();
        out.line(&format!("{:#}", json!({ "files": files })))?;
    } else {
        for (file, checked) in &checked {
            print(out, file, checked)?;
        }
    }
    let good = |checked: &Checked| checked.report.is_clean() && checked.message.is_none();
    let only_not_held =
        |checked: &Checked| checked.report.only_not_held() && checked.message.is_none();
    if checked.iter().all(|(_, checked)| good(checked)) {
        return Ok(());
    }
    if checked.iter().all(|(_, checked)| only_not_held(checked)) {
        return Err(Problem::NotHeld);
    }
    let bad = checked.iter().filter(|(_, checked)| !good(checked)).count();
    Err(Problem::Message(format!(
        "{bad} of {} scenarios are not good",
        checked.len()
    )))
}

fn check(file: &str, seed: Option<u64>) -> Checked {
    let outcome = open::scenario(file).and_then(|scenario| {
        let recording = open::performed(&scenario, seed)?;
        Ok((scenario, recording))
    });
    match outcome {
        Ok((scenario, recording)) => {
            let beats = recording.beats.len();
            Checked {
                beats,
                report: not_held(&scenario, &recording),
                message: None,
            }
        }
        Err(Problem::Diagnostics(report)) => Checked {
            beats: 0,
            report: *report,
            message: None,
        },
        Err(Problem::Message(message)) => Checked {
            beats: 0,
            report: Report::default(),
            message: Some(message),
        },
        Err(Problem::NotHeld | Problem::ClosedPipe) => Checked {
            beats: 0,
            report: Report::default(),
            message: None,
        },
    }
}

/// A diagnostic for every expectation that did not hold.
fn not_held(scenario: &Scenario, recording: &Recording) -> Report {
    let mut report = Report {
        sources: scenario.sources.clone(),
        ..Report::default()
    };
    for (beat, performed) in scenario.beats.iter().zip(&recording.beats) {
        for verdict in performed.verdicts.iter().filter(|verdict| !verdict.held) {
            let message = format!("beat `{}`: expected {}", beat.id, verdict.expectation);
            let remedy = format!("what came instead: {}", verdict.found);
            report.add(Code::NotHeld, beat.place.clone(), message, remedy);
        }
    }
    report
}

fn print(out: &mut Out, file: &str, checked: &Checked) -> Result<(), Problem> {
    if let Some(message) = &checked.message {
        output::complain(&format!("error: {message}\n"));
    } else if checked.report.is_clean() {
        out.line(&format!(
            "{file}: good, {} beats, all expectations held",
            checked.beats
        ))?;
    } else {
        output::complain(&checked.report.render(output::colour_on_stderr()));
    }
    Ok(())
}

fn as_json(file: &str, checked: &Checked) -> serde_json::Value {
    json!({
        "file": file,
        "good": checked.report.is_clean() && checked.message.is_none(),
        "error": checked.message,
        "diagnostics": checked.report.printed().collect::<Vec<_>>(),
    })
}
