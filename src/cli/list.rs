//! `list`: what ships with the program.

use serde_json::json;

use super::Problem;
use super::output::Out;
use crate::scenario::files::Shipped;
use crate::scenario::{Scenario, library, load};

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
    #[arg(long)]
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
        let scenario = scenario.map_err(Problem::Diagnostics)?;
        if wanted(args, &scenario) {
            listed.push((entry, scenario));
        }
    }
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
