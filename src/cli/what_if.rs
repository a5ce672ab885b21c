//! `what-if`: one thing in a scenario changed, and the rest performed again from there.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::input::{plain, text};
use super::output::Out;
use super::{Problem, diff, open, play};
use crate::recording::compare::parting;
use crate::recording::trace;
use crate::scenario::change::{At, Change, ChangeError, Placed};
use crate::scenario::diagnostic::{Code, Report, suggest};
use crate::scenario::file::{Expect, Experiment};
use crate::scenario::limits::MAX_FILE_BYTES;
use crate::scenario::{Performance, Watch};

/// How an expectation is written.
const EXPECTATIONS: &str =
    "write `allowed`, `unreachable`, `impossible` or `refused:ACTOR:CODE[:CHECK]`";

/// Arguments of `what-if`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Path of a scenario, or id of a shipped one
    file: String,
    /// When: `beat:4` or `beat:ID`, and `/action:2` where two of its actions are to be done before
    #[arg(long, value_name = "MOMENT")]
    at: Option<String>,
    /// What is different: `artifact:id_token.claims.aud=other` (docs/what-if.md)
    #[arg(long, value_name = "CHANGE")]
    set: Vec<String>,
    /// One thing more that is done, as scenario files write it: 'Wait("2h")'
    #[arg(long = "do", value_name = "ACTION")]
    actions: Vec<String>,
    /// Any change, as scenario files write it: 'LeaveOut'
    #[arg(long, value_name = "CHANGE")]
    change: Vec<String>,
    /// Perform the scenario's own experiments: `all`, or one by its number from 1
    #[arg(long, value_name = "WHICH", conflicts_with_all = ["at", "set", "actions", "change", "save", "expect"])]
    experiment: Option<String>,
    /// What must come of it: `allowed` or `refused:ACTOR:CODE[:CHECK]`
    #[arg(long, value_name = "OUTCOME")]
    expect: Option<String>,
    /// Print the branch as JSON Lines
    #[arg(long, conflicts_with = "play")]
    trace: bool,
    /// Play the branch from the beat of the change on
    #[arg(long)]
    play: bool,
    /// Print where the branch parts from the scenario and why, beside anything else
    #[arg(long)]
    diff: bool,
    /// Keep the branch as a scenario file
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Where all random values come from, in place of the scenario's own seed
    #[arg(long)]
    seed: Option<u64>,
}

/// Makes the changes and says what comes of them.
pub fn run(out: &mut Out, args: &Args) -> Result<(), Problem> {
    let parent = open::performance(open::scenario(&args.file)?, args.seed)?;
    if let Some(which) = &args.experiment {
        return experiments(out, &parent, which);
    }
    let expect = args.expect.as_deref().map(expectation).transpose()?;
    let at = match &args.at {
        Some(at) => moment(&parent, at)?,
        None => {
            let message = "say when: --at beat:ID, or --experiment all".to_owned();
            return Err(Problem::Message(message));
        }
    };
    let changes = changes(&parent, &at, args)?;
    if changes.is_empty() {
        let message = "say what is different: --set, --do or --change (docs/what-if.md)";
        return Err(Problem::Message(message.to_owned()));
    }
    let mut branch = parent.clone();
    for change in changes {
        let at = at.clone();
        branch = branched(&branch, Placed { at, change })?;
    }
    if let Some(path) = &args.save {
        save(&branch, path)?;
    }
    if args.trace {
        for line in trace::lines(branch.recording()) {
            out.line(&line)?;
        }
    }
    if args.play {
        play::branch(out, branch.recording())?;
    }
    if args.diff || !(args.trace || args.play) {
        tell(out, &parent, &branch)?;
    }
    match expect.map(|expect| branch.verdict(&parent, &expect)) {
        Some(verdict) if !verdict.held => {
            let (wanted, found) = (plain(&verdict.expectation), plain(&verdict.found));
            super::output::complain(&format!("expected {wanted}; what came instead: {found}\n"));
            Err(Problem::NotHeld)
        }
        _ => Ok(()),
    }
}

fn branched(parent: &Performance, placed: Placed) -> Result<Performance, Problem> {
    let cause = placed.change.cause();
    let branch = parent.branch(placed, &Watch::new());
    branch.map_err(|error| cannot(&cause, &error))
}

fn cannot(cause: &str, error: &ChangeError) -> Problem {
    Problem::Message(plain(&format!("{cause}: {error}")))
}

/// What comes of a branch: where it parts, and the first thing that ends otherwise.
fn tell(out: &mut Out, parent: &Performance, branch: &Performance) -> Result<(), Problem> {
    out.line(&plain(&format!("what if: {}", branch.cause())))?;
    match parting(parent.recording(), branch.recording()) {
        Some(parting) => diff::print(out, (parent.recording(), branch.recording()), &parting)?,
        None => out.line("the same happens as without the change")?,
    }
    let outcome = match branch.first_surprise(parent) {
        Some(act) => branch.in_words(act),
        None => "nothing more is refused than without the change".to_owned(),
    };
    Ok(out.line(&plain(&format!("outcome: {outcome}")).replace('\n', " "))?)
}

fn save(branch: &Performance, path: &Path) -> Result<(), Problem> {
    let shown = path.display();
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    let id = stem.unwrap_or_default();
    if !crate::scenario::check::is_plain_id(id) {
        let message =
            format!("{shown}: name the file with letters, digits and hyphens: what-if.ron");
        return Err(Problem::Message(message));
    }
    let title = format!("What if: {}", branch.cause());
    let text = branch.as_variant(id, &title);
    let text = text.map_err(|error| Problem::Message(format!("{shown}: {error}")))?;
    std::fs::write(path, text).map_err(|error| Problem::Message(format!("{shown}: {error}")))
}

/// Performs the experiments that a scenario brings along.
fn experiments(out: &mut Out, parent: &Performance, which: &str) -> Result<(), Problem> {
    let all = &parent.scenario().experiments;
    let count = all.len();
    let chosen: Vec<(usize, &Experiment)> = match which {
        "all" => all.iter().enumerate().collect(),
        number => {
            let number: Option<usize> = number.parse().ok();
            let at = number.and_then(|number| number.checked_sub(1));
            let found = at.and_then(|at| Some((at, all.get(at)?)));
            let id = &parent.scenario().id;
            let message = format!("{id} has {count} experiments: name one from 1, or `all`");
            vec![found.ok_or(Problem::Message(message))?]
        }
    };
    let (mut held, mut impossible) = (true, Vec::<usize>::new());
    for (number, experiment) in chosen {
        let title = plain(&experiment.title);
        let tried = match parent.experiment(experiment, &Watch::new()) {
            Ok(tried) => tried,
            Err(error) => {
                out.line(&plain(&format!("{}. {title}: {error}", number + 1)))?;
                impossible.push(number + 1);
                continue;
            }
        };
        held &= tried.verdict.held;
        let word = if tried.verdict.held {
            "held"
        } else {
            "not held"
        };
        out.line(&format!("{}. {title}: {word}", number + 1))?;
        out.line(&plain(&format!("   {}", tried.verdict.expectation)))?;
        if !tried.verdict.held {
            out.line(&plain(&format!(
                "   what came instead: {}",
                tried.verdict.found
            )))?;
        }
    }
    if !impossible.is_empty() {
        let message = format!("experiments that cannot be made: {impossible:?}");
        return Err(Problem::Message(message));
    }
    if held { Ok(()) } else { Err(Problem::NotHeld) }
}

/// What is wrong with an argument, shown at its place.
fn wrong(
    (name, argument): (&str, &str),
    span: std::ops::Range<usize>,
    message: impl Into<String>,
    remedy: impl Into<String>,
) -> Problem {
    let mut report = Report::default();
    let source = report.sources.add(name, argument);
    report.add(Code::BadValue, (source, span), message, remedy);
    Problem::Diagnostics(Box::new(report))
}

/// `beat:4`, `beat:ID`, `beat:ID/action:2`.
fn moment(parent: &Performance, argument: &str) -> Result<At, Problem> {
    let beats = &parent.scenario().beats;
    let (beat, action) = match argument.split_once('/') {
        Some((beat, action)) => (beat, Some(action)),
        None => (argument, None),
    };
    let whole = 0..argument.len();
    let bad =
        |span, message: String, remedy: String| wrong(("--at", argument), span, message, remedy);
    let Some(name) = beat.strip_prefix("beat:") else {
        let remedy = "write `beat:4` or `beat:ID`, and `/action:2` behind it".to_owned();
        return Err(bad(whole, "this is no moment".to_owned(), remedy));
    };
    let place = 5..beat.len();
    let by_number = || {
        let number: usize = name.parse().ok()?;
        beats.get(number.checked_sub(1)?)
    };
    let found = beats.iter().find(|beat| beat.id == name).or_else(by_number);
    let Some(found) = found else {
        let known = beats.iter().map(|beat| beat.id.as_str());
        let remedy = match name.parse::<usize>() {
            Ok(_) => format!("beats are numbered from 1 to {}", beats.len()),
            Err(_) => suggest(name, known),
        };
        return Err(bad(place, format!("there is no beat `{name}`"), remedy));
    };
    let count = found.acts.len();
    let action = match action {
        None => 0,
        Some(text) => {
            let number = text.strip_prefix("action:").and_then(|it| it.parse().ok());
            let number = number.filter(|number| *number <= count);
            number.ok_or_else(|| {
                let message = format!("beat `{}` has {count} actions", found.id);
                let remedy = format!("write `/action:N`, N from 0 (its beginning) to {count}");
                bad(beat.len() + 1..argument.len(), message, remedy)
            })?
        }
    };
    Ok(At {
        beat: found.id.clone(),
        action,
    })
}

/// Everything that the arguments change, in the order of --set, --do, --change.
fn changes(parent: &Performance, at: &At, args: &Args) -> Result<Vec<Change>, Problem> {
    let mut changes = Vec::new();
    for argument in &args.set {
        let line = with_file(argument)?;
        let change = parent.spoken(at, &line).map_err(|error| {
            let (message, remedy) = (error.message, error.remedy);
            wrong(("--set", &line), error.span, message, remedy)
        })?;
        changes.push(change);
    }
    for argument in &args.actions {
        changes.push(Change::Do(ron("--do", argument)?));
    }
    for argument in &args.change {
        changes.push(ron("--change", argument)?);
    }
    Ok(changes)
}

/// A line whose value stands in a file: `role:Reader.trust=@trust.json`.
fn with_file(argument: &str) -> Result<String, Problem> {
    match argument.split_once("=@") {
        Some((target, path)) => Ok(format!("{target}={}", text(path, MAX_FILE_BYTES)?)),
        None => Ok(argument.to_owned()),
    }
}

/// A value as scenario files write it.
fn ron<T: DeserializeOwned>(name: &str, argument: &str) -> Result<T, Problem> {
    let mut report = Report::default();
    match crate::scenario::read::read(&mut report, name, argument.as_bytes()) {
        Some(read) => Ok(read.file),
        None => Err(Problem::Diagnostics(Box::new(report))),
    }
}

/// `allowed`, `refused:identities:NotAuthorizedException:Signature`.
fn expectation(argument: &str) -> Result<Expect, Problem> {
    let mut parts = argument.splitn(4, ':');
    let kind = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    match (kind, rest.as_slice()) {
        ("allowed", []) => Ok(Expect::Allowed),
        ("unreachable", []) => Ok(Expect::Unreachable),
        ("impossible", []) => Ok(Expect::Impossible),
        ("refused", [by, code, check @ ..]) => Ok(Expect::Refused {
            by: (*by).to_owned(),
            code: (*code).to_owned(),
            check: check.first().map(|check| (*check).to_owned()),
            message: None,
        }),
        _ => {
            let whole = 0..argument.len();
            let message = "this is no outcome";
            Err(wrong(("--expect", argument), whole, message, EXPECTATIONS))
        }
    }
}
