//! Which exam themes the library shows, and what learners get stuck on: the page `docs/coverage.md`, written from what the
//! scenarios say about themselves. A test keeps the page fresh and lets no theme and no row get lost.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::Scenario;
use super::stuck::ROWS;
use super::themes::{TITLES, title};

/// The head of the page.
const HEAD: &str = "# Which scenario shows what\n\n\
    Written from the scenarios themselves; `TOKENTRAIL_BLESS=1 cargo test coverage` writes it anew.\n\n";

/// The head of its second table.
const STUCK: &str = "\n## What learners get stuck on\n\n\
    After public issue threads. A scenario that names a row refuses somebody in these words.\n\n\
    | row | about | words of the refusal | scenarios |\n|---|---|---|---|\n";

/// The page for these scenarios.
pub fn page(scenarios: &[Scenario]) -> String {
    let mut page = HEAD.to_owned();
    let covered = covered(scenarios).len();
    let variants = scenarios.iter().filter(|it| it.extends.is_some()).count();
    line(
        &mut page,
        format_args!(
            "{} scenarios, {variants} of them variants of another one, show {covered} of {} themes.",
            scenarios.len(),
            TITLES.len()
        ),
    );
    page.push_str("\n## Themes\n\n| theme | about | scenarios |\n|---|---|---|\n");
    for (number, about) in (1..).zip(TITLES) {
        let shown: Vec<String> = scenarios
            .iter()
            .filter(|scenario| scenario.themes.contains(&number))
            .map(link)
            .collect();
        let shown = if shown.is_empty() {
            "none yet".to_owned()
        } else {
            shown.join(", ")
        };
        line(&mut page, format_args!("| {number} | {about} | {shown} |"));
    }
    page.push_str(STUCK);
    for row in ROWS {
        let names = |scenario: &&Scenario| scenario.stuck.iter().any(|it| it == row.id);
        let shown: Vec<String> = scenarios.iter().filter(names).map(link).collect();
        let says = row.says.map_or_else(String::new, |it| format!("`{it}`"));
        let (id, about, shown) = (row.id, row.about, shown.join(", "));
        line(
            &mut page,
            format_args!("| `{id}` | {about} | {says} | {shown} |"),
        );
    }
    page.push_str("\n## Scenarios\n\n| scenario | shows | level | minutes | themes |\n|---|---|---|---|---|\n");
    for scenario in scenarios {
        let themes: Vec<String> = scenario.themes.iter().map(u32::to_string).collect();
        line(
            &mut page,
            format_args!(
                "| {} | {} | {} | {} | {} |",
                link(scenario),
                cell(&scenario.summary),
                scenario.level.name(),
                scenario.minutes,
                themes.join(", ")
            ),
        );
    }
    page
}

/// The themes that these scenarios show.
pub fn covered(scenarios: &[Scenario]) -> BTreeSet<u32> {
    let themes = scenarios.iter().flat_map(|scenario| &scenario.themes);
    themes
        .copied()
        .filter(|theme| title(*theme).is_some())
        .collect()
}

/// The themes that a page says are shown.
pub fn covered_on(page: &str) -> BTreeSet<u32> {
    let rows = page.lines().filter(|line| line.contains("](../scenarios/"));
    rows.filter_map(|row| row.strip_prefix("| ")?.split(' ').next()?.parse().ok())
        .collect()
}

fn link(scenario: &Scenario) -> String {
    format!("[{0}](../scenarios/{0}.ron)", scenario.id)
}

/// A text as a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing into a text cannot fail
    let _ = page.write_fmt(text);
    page.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::files::Shipped;
    use crate::scenario::{library, load};

    fn shipped() -> Vec<Scenario> {
        let load = |entry: library::Entry| load(&Shipped, entry.path, entry.text.as_bytes());
        library::ALL
            .into_iter()
            .map(|it| load(it).unwrap())
            .collect()
    }

    fn path() -> std::path::PathBuf {
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/coverage.md")
    }

    #[test]
    fn the_coverage_page_is_fresh_and_no_theme_got_lost() {
        let scenarios = shipped();
        let now = page(&scenarios);
        let before = std::fs::read_to_string(path()).unwrap_or_default();
        let lost: Vec<u32> = covered_on(&before)
            .difference(&covered(&scenarios))
            .copied()
            .collect();
        assert!(
            lost.is_empty(),
            "themes that were shown and are shown no more: {lost:?}"
        );
        if std::env::var_os("TOKENTRAIL_BLESS").is_some() {
            std::fs::write(path(), now).unwrap();
        } else {
            assert!(
                now == before,
                "docs/coverage.md is stale: run TOKENTRAIL_BLESS=1 cargo test coverage"
            );
        }
    }

    #[test]
    fn a_coverage_page_says_what_its_scenarios_cover() {
        let scenarios = shipped();
        assert_eq!(covered_on(&page(&scenarios)), covered(&scenarios));
        assert!(covered_on(&page(&scenarios[..1])).len() < covered(&scenarios).len());
    }

    #[test]
    fn every_shipped_scenario_names_themes_that_exist() {
        for scenario in shipped() {
            assert!(!scenario.themes.is_empty(), "{} names none", scenario.id);
            for theme in &scenario.themes {
                assert!(title(*theme).is_some(), "theme {theme} in {}", scenario.id);
            }
        }
    }
}
