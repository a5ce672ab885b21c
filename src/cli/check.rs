//! `check`: everything that is wrong with scenarios, for people or for machines. A scenario whose
//! form is good is performed, so that an expectation that does not hold is found as well.

use serde_json::json;

use super::output::Out;
use super::{Problem, open, output};
use crate::recording::Recording;
use crate::scenario::Scenario;
use crate::scenario::diagnostic::{Code, Report};
use crate::scenario::lint::{extending, lint};

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Paths of scenarios, or ids of shipped ones
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
    /// Warnings fail too
    #[arg(long)]
    strict: bool,
    /// Where all random values come from, in place of the scenario's own seed
    #[arg(long)]
    seed: Option<u64>,
}

/// What came of one file.
struct Checked {
    beats: usize,
    report: Report,
    /// What is suspicious
    warnings: Report,
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
            .map(|(file, checked)| as_json(file, checked, args.strict))
            .collect();
        out.line(&format!("{:#}", json!({ "files": files })))?;
    } else {
        for (file, checked) in &checked {
            print(out, file, checked, args.strict)?;
        }
    }
    let good = |checked: &Checked| checked.is_good(args.strict);
    let only_not_held = |checked: &Checked| {
        checked.report.only_not_held()
            && checked.message.is_none()
            && !checked.fails_by_warning(args.strict)
    };
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

impl Checked {
    fn of(report: Report) -> Self {
        Self {
            beats: 0,
            report,
            warnings: Report::default(),
            message: None,
        }
    }

    fn is_good(&self, strict: bool) -> bool {
        self.report.is_clean() && self.message.is_none() && !self.fails_by_warning(strict)
    }

    fn fails_by_warning(&self, strict: bool) -> bool {
        strict && !self.warnings.is_clean()
    }
}

fn check(file: &str, seed: Option<u64>) -> Checked {
    let outcome = open::scenario(file).and_then(|scenario| {
        let recording = open::performed(&scenario, seed)?;
        Ok((scenario, recording))
    });
    match outcome {
        Ok((scenario, recording)) => Checked {
            beats: recording.beats.len(),
            warnings: warnings(file, &scenario),
            ..Checked::of(not_held(&scenario, &recording))
        },
        Err(Problem::Diagnostics(report)) => Checked::of(*report),
        Err(Problem::Message(message)) => Checked {
            message: Some(message),
            ..Checked::of(Report::default())
        },
        Err(Problem::NotHeld | Problem::ClosedPipe) => Checked::of(Report::default()),
    }
}

/// What is suspicious. Whether nothing refers to a declaration is known only when the scenarios
/// that extend this one were looked at.
fn warnings(file: &str, scenario: &Scenario) -> Report {
    let alone = lint(scenario, []);
    let unused = |report: &Report| report.diagnostics.iter().any(|it| it.code == Code::Unused);
    if !unused(&alone) {
        return alone;
    }
    let variants = extending(&scenario.id, open::beside(file));
    lint(scenario, variants.iter().map(String::as_str))
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

fn print(out: &mut Out, file: &str, checked: &Checked, strict: bool) -> Result<(), Problem> {
    if let Some(message) = &checked.message {
        output::complain(&format!("error: {message}\n"));
    }
    for report in [&checked.report, &checked.warnings] {
        if !report.is_clean() {
            output::complain(&report.render(output::colour_on_stderr()));
        }
    }
    if checked.is_good(strict) {
        let beats = checked.beats;
        out.line(&format!(
            "{file}: good, {beats} beats, all expectations held"
        ))?;
    }
    Ok(())
}

fn as_json(file: &str, checked: &Checked, strict: bool) -> serde_json::Value {
    json!({
        "file": file,
        "good": checked.is_good(strict),
        "error": checked.message,
        "diagnostics": checked.report.printed().collect::<Vec<_>>(),
        "warnings": checked.warnings.printed().collect::<Vec<_>>(),
    })
}
