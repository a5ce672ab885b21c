//! `explain`: anybody's own policies and request, decided and explained.

use serde_json::{Value, json};

use super::input::{plain, text};
use super::output::Out;
use super::{Problem, output};
use crate::policy::{
    Case, Effect, Explanation, Outcome, PartReport, PolicyError, StatementReport, StepName,
    StepOutcome,
};

/// How much input is read, in bytes: many cases of the longest sort.
const MAX_INPUT_BYTES: usize = 64 * 1024 * 1024;
/// Where the second column begins.
const NAME_CHARS: usize = 18;
/// The most values of a part that are shown.
const MAX_VALUES_SHOWN: usize = 8;

/// Arguments of `explain`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A case as a JSON object, or one per line; `-` is standard input (docs/explain.md)
    #[arg(value_name = "CASE")]
    file: String,
    /// Print JSON, one line for each case
    #[arg(long)]
    json: bool,
}

/// Answers every case, then says whether each could be read.
pub fn run(out: &mut Out, args: &Args) -> Result<(), Problem> {
    let input = text(&args.file, MAX_INPUT_BYTES)?;
    let cases = Case::parse_all(&input);
    let several = cases.len() > 1;
    let mut unreadable = 0;
    for (line, case) in &cases {
        unreadable += usize::from(case.is_err());
        match case {
            _ if args.json => out.line(&as_json(*line, case).to_string())?,
            Ok(case) => {
                if several {
                    out.line(&format!("── line {line} ──"))?;
                }
                out.text(&plain(&as_text(&case.explain())))?;
                if several {
                    out.line("")?;
                }
            }
            Err(error) => {
                out.flush()?;
                output::complain(&plain(&format!("error: {}: {error}\n", args.file)));
            }
        }
    }
    match unreadable {
        0 => Ok(()),
        1 if !several => Err(Problem::Message(format!("{} is not a case", args.file))),
        count => Err(Problem::Message(format!(
            "{count} of {} cases could not be read",
            cases.len()
        ))),
    }
}

/// An explanation as it is, or the line and what is wrong with it.
fn as_json(line: usize, case: &Result<Case, PolicyError>) -> Value {
    match case {
        Ok(case) => serde_json::to_value(case.explain()).unwrap_or_default(),
        Err(error) => json!({ "line": line, "error": error.to_string() }),
    }
}

fn as_text(explanation: &Explanation) -> String {
    let answer = match explanation.decision {
        Outcome::Allow => "ALLOWED",
        Outcome::ExplicitDeny => "DENIED EXPLICITLY",
        Outcome::ImplicitDeny => "DENIED (nothing allows it)",
    };
    let mut text = format!("{answer}: {}\n", explanation.summary);
    if let Some(sentence) = &explanation.sentence {
        text += &format!("AWS says: {sentence}\n");
    }
    text += "\nRequest\n";
    text += &row("principal", &explanation.principal.display());
    text += &row("action", &explanation.action);
    text += &row("resource", &explanation.resource);
    if explanation.cross_account {
        text += &row("accounts", "two: both must allow");
    }
    text += "\nSteps\n";
    for step in &explanation.steps {
        let outcome = match step.outcome {
            StepOutcome::Allowed => "allows",
            StepOutcome::Denied => "REFUSES",
            StepOutcome::None => "nothing to say",
            StepOutcome::NotReached => "not reached",
        };
        let what = format!("{outcome:<15} {}", step.sentence);
        text += &row(step_name(step.name), &what);
    }
    text += "\nStatements\n";
    if explanation.statements.is_empty() {
        text += "  none\n";
    }
    for statement in &explanation.statements {
        text += &statement_text(statement);
    }
    text
}

fn row(name: &str, value: &str) -> String {
    format!("  {name:<NAME_CHARS$} {}\n", value.trim_end())
}

fn step_name(name: StepName) -> &'static str {
    match name {
        StepName::ExplicitDeny => "explicit deny",
        StepName::Organisation => "organisation",
        StepName::ResourcePolicy => "resource policy",
        StepName::IdentityPolicy => "identity policies",
        StepName::Boundary => "boundary",
        StepName::Session => "session policies",
    }
}

fn statement_text(statement: &StatementReport) -> String {
    let effect = match statement.effect {
        Effect::Allow => "Allow",
        Effect::Deny => "Deny",
    };
    let sid = statement
        .sid
        .as_ref()
        .map_or_else(String::new, |sid| format!(" \"{sid}\""));
    let outcome = match (statement.matched, statement.decides) {
        (true, true) => "matches and decides",
        (true, false) => "matches",
        (false, _) => "does not match",
    };
    let mut text = format!(
        "  {}, statement {}{sid}, line {}: {effect}, {outcome}\n",
        statement.policy,
        statement.statement + 1,
        statement.line,
    );
    for part in &statement.parts {
        text += &part_text(part);
    }
    text
}

fn part_text(part: &PartReport) -> String {
    let mark = if part.matched { "yes" } else { "NO " };
    let key = part
        .key
        .as_ref()
        .map_or_else(String::new, |key| format!(" {key}"));
    let name = format!("{}{key}", part.element);
    let asked = listed(&part.asked, " or ");
    let had = match &part.had {
        None => "the request has no such key".to_owned(),
        Some(had) if had.is_empty() => "an empty list".to_owned(),
        Some(had) => listed(had, ", "),
    };
    let mut text = format!("    {mark} {name}\n        asked   {asked}\n        found   {had}\n");
    if let Some(near) = &part.near_miss {
        text += &format!("        nearly  {}\n", near.text);
    }
    if let Some(note) = &part.note {
        text += &format!("        note    {note}\n");
    }
    text
}

fn listed(values: &[String], between: &str) -> String {
    let shown: Vec<&str> = values
        .iter()
        .take(MAX_VALUES_SHOWN)
        .map(String::as_str)
        .collect();
    match values.len().saturating_sub(MAX_VALUES_SHOWN) {
        0 => shown.join(between),
        more => format!("{} and {more} more", shown.join(between)),
    }
}
