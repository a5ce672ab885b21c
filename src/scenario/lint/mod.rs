//! What is suspicious in a scenario that is not wrong: warnings. A scenario in which something
//! suspicious is the very point says so by the warning's code in `deliberate`.

mod conditions;
mod expectations;
mod policies;
mod unused;

pub use expectations::sends_nothing;

use super::Scenario;
use super::diagnostic::{Code, Report, SourceId, suggest};
use super::locate::{Bytes, Kind, Node, Path, Tree};
use super::stuck;
use super::themes::title;

/// The exams that scenarios may name.
const EXAMS: [&str; 3] = ["DVA", "SAA", "SCS"];

/// Everything suspicious in the scenario's own file, and in the policies of the shared world it
/// names. What it inherited is its parent's business.
///
/// `variants` are the texts of scenarios that extend this one: what only they use is of use.
pub fn lint<'t>(scenario: &'t Scenario, variants: impl IntoIterator<Item = &'t str>) -> Report {
    let report = Report {
        sources: scenario.sources.clone(),
        ..Report::default()
    };
    let mut linter = Linter {
        scenario,
        own: Text::of(scenario, scenario.source, Path::top().field("world")),
        shared: scenario
            .world_source
            .map(|source| Text::of(scenario, source, Path::top())),
        variants: variants.into_iter().collect(),
        report,
    };
    linter.metadata();
    linter.stuck();
    linter.unused();
    linter.expectations();
    linter.policies();
    linter.report
}

/// Those of these texts that extend a scenario, directly or by others of them.
pub fn extending(id: &str, texts: Vec<String>) -> Vec<String> {
    let named = |text: &str, field: &str| {
        let tree = Tree::scan(text);
        content(text, tree.exact(&Path::top().field(field))?).map(str::to_owned)
    };
    let mut waiting: Vec<(Option<String>, Option<String>, String)> = texts
        .into_iter()
        .map(|text| (named(&text, "extends"), named(&text, "id"), text))
        .collect();
    let mut wanted = vec![id.to_owned()];
    let mut found = Vec::new();
    while let Some(parent) = wanted.pop() {
        let extends = |it: &(Option<String>, _, _)| it.0.as_ref() == Some(&parent);
        let (variants, others) = waiting.into_iter().partition(extends);
        waiting = others;
        for (_, id, text) in variants {
            wanted.extend(id);
            found.push(text);
        }
    }
    found
}

/// A text that takes part, with what stands where in it.
#[derive(Clone)]
struct Text<'a> {
    source: SourceId,
    text: &'a str,
    tree: Tree,
    /// Where the world is in it
    world: Path,
}

impl<'a> Text<'a> {
    fn of(scenario: &'a Scenario, source: SourceId, world: Path) -> Self {
        let text = scenario.sources.text(source);
        Self {
            source,
            text,
            tree: Tree::scan(text),
            world,
        }
    }

    /// The values of a list; none where there is no such list.
    fn items(&self, path: &Path) -> usize {
        match &self.tree.exact(path).map(|node| &node.kind) {
            Some(Kind::List(items)) => items.len(),
            _ => 0,
        }
    }

    /// The paths of a list's values.
    fn each(&self, list: &Path) -> Vec<Path> {
        (0..self.items(list)).map(|it| list.index(it)).collect()
    }

    /// What stands between a text's quotes.
    fn at(&self, path: &Path) -> Option<&'a str> {
        content(self.text, self.tree.exact(path)?)
    }
}

/// A scenario under inspection.
struct Linter<'a> {
    scenario: &'a Scenario,
    own: Text<'a>,
    shared: Option<Text<'a>>,
    variants: Vec<&'a str>,
    report: Report,
}

impl Linter<'_> {
    fn warn(
        &mut self,
        code: Code,
        span: Bytes,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.warn_in(code, (self.own.source, span), message, remedy);
    }

    fn warn_in(
        &mut self,
        code: Code,
        place: (SourceId, Bytes),
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let number = code.to_string();
        if !self.scenario.deliberate.contains(&number) {
            self.report.add(code, place, message, remedy);
        }
    }

    /// Themes and exams that there are.
    fn metadata(&mut self) {
        let top = Path::top();
        for (place, theme) in self.scenario.themes.iter().enumerate() {
            if title(*theme).is_none() {
                let span = self.span(&top.field("themes").index(place));
                let message = format!("there is no exam theme {theme}");
                let remedy = "themes are numbered from 1 to 60, see docs/coverage.md";
                self.warn(Code::UnknownTheme, span, message, remedy);
            }
        }
        for (place, exam) in self.scenario.exams.iter().enumerate() {
            if !EXAMS.contains(&exam.as_str()) {
                let span = self.span(&top.field("exams").index(place));
                let message = format!("there is no exam `{exam}`");
                self.warn(Code::UnknownTheme, span, message, suggest(exam, EXAMS));
            }
        }
    }

    /// Rows of what learners get stuck on that there are.
    fn stuck(&mut self) {
        for (place, row) in self.scenario.stuck.iter().enumerate() {
            if stuck::find(row).is_none() {
                let span = self.span(&Path::top().field("stuck").index(place));
                let message = format!("there is no row `{row}` of what learners get stuck on");
                let remedy = suggest(row, stuck::ROWS.map(|it| it.id));
                self.warn(Code::UnknownTheme, span, message, remedy);
            }
        }
    }

    fn span(&self, path: &Path) -> Bytes {
        self.own.tree.find(path).span.clone()
    }
}

/// What stands between a text's quotes, escapes as they are.
fn content<'t>(text: &'t str, node: &Node) -> Option<&'t str> {
    match &node.kind {
        Kind::Text { content, .. } => text.get(content.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
