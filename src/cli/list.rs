//! `list`: what ships with the program.

use std::collections::BTreeSet;

use serde_json::json;

use super::Problem;
use super::output::Out;
use crate::scenario::diagnostic::suggest;
use crate::scenario::files::Shipped;
use crate::scenario::themes::TITLES;
use crate::scenario::{Scenario, library, load};

/// The last theme's number.
const THEMES: i64 = TITLES.len() as i64;

/// Arguments of `list`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print one JSON document
    #[arg(long)]
    json: bool,
    /// Only scenarios for this exam: DVA, SAA, SCS
    #[arg(long)]
    exam: Option<String>,
    /// Only scenarios that show this exam theme, by number
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=THEMES))]
    theme: Option<u32>,
    /// Only scenarios of this exam domain
    #[arg(long)]
    domain: Option<String>,
    /// Only scenarios of this level: beginner, intermediate, advanced
    #[arg(long)]
    level: Option<String>,
}

/// Prints the library.
pub fn run(out: &mut Out, args: &Args) -> Result<(), Problem> {
    let mut listed = Vec::new();
    for entry in library::ALL {
        let scenario = load(&Shipped, entry.path, entry.text.as_bytes());
        listed.push((entry, scenario.map_err(Problem::Diagnostics)?));
    }
    let scenarios = || listed.iter().map(|(_, scenario)| scenario);
    let levels = scenarios().map(|it| it.level.name());
    known("level", args.level.as_deref(), levels)?;
    let exams = scenarios().flat_map(|it| it.exams.iter().map(String::as_str));
    known("exam", args.exam.as_deref(), exams)?;
    let domains = scenarios().flat_map(|it| it.domains.iter().map(String::as_str));
    known("domain", args.domain.as_deref(), domains)?;
    listed.retain(|(_, scenario)| wanted(args, scenario));
    if args.json {
        let scenarios: Vec<_> = listed
            .iter()
            .map(|(entry, scenario)| as_json(entry.path, scenario))
            .collect();
        out.line(&format!("{:#}", json!(scenarios)))?;
        return Ok(());
    }
    for (_, scenario) in &listed {
        let minutes = scenario.minutes;
        let level = scenario.level.name();
        out.line(&format!(
            "{}  ({level}, {} beats, {minutes} min)",
            scenario.id,
            scenario.beats.len()
        ))?;
        out.line(&format!("    {}: {}", scenario.title, scenario.summary))?;
    }
    if listed.is_empty() {
        out.line("no shipped scenario is like that")?;
    }
    Ok(())
}

/// Something to choose by that no scenario has is a slip of the keyboard.
fn known<'a>(
    what: &str,
    asked: Option<&str>,
    there: impl Iterator<Item = &'a str>,
) -> Result<(), Problem> {
    let there: BTreeSet<&str> = there.collect();
    match asked {
        Some(asked) if !there.iter().any(|it| it.eq_ignore_ascii_case(asked)) => {
            let remedy = suggest(asked, there);
            Err(Problem::Message(format!(
                "no scenario is of the {what} {asked:?}; {remedy}"
            )))
        }
        _ => Ok(()),
    }
}

fn wanted(args: &Args, scenario: &Scenario) -> bool {
    let has_exam = |exam: &String| {
        scenario
            .exams
            .iter()
            .any(|it| it.eq_ignore_ascii_case(exam))
    };
    let has_domain = |domain: &String| {
        scenario
            .domains
            .iter()
            .any(|it| it.eq_ignore_ascii_case(domain))
    };
    args.exam.as_ref().is_none_or(has_exam)
        && args.domain.as_ref().is_none_or(has_domain)
        && args
            .theme
            .is_none_or(|theme| scenario.themes.contains(&theme))
        && args
            .level
            .as_ref()
            .is_none_or(|it| it.eq_ignore_ascii_case(scenario.level.name()))
}

fn as_json(path: &str, scenario: &Scenario) -> serde_json::Value {
    json!({
        "id": scenario.id,
        "title": scenario.title,
        "summary": scenario.summary,
        "path": path,
        "extends": scenario.extends,
        "themes": scenario.themes,
        "exams": scenario.exams,
        "domains": scenario.domains,
        "level": scenario.level.name(),
        "minutes": scenario.minutes,
        "beats": scenario.beats.len(),
        "stuck": scenario.stuck,
        "sources": scenario.cited,
        "notes": scenario.notes,
    })
}
