//! What is suspicious in a scenario that is not wrong: warnings. A scenario in which something
//! suspicious is the very point says so by the warning's code in `deliberate`.

mod conditions;
mod expectations;
mod policies;
mod unused;

pub use expectations::sends_nothing;

use super::Scenario;
use super::diagnostic::{Code, Report, suggest};
use super::locate::{Bytes, Kind, Node, Path, Tree};
use super::themes::title;

/// The exams that scenarios may name.
const EXAMS: [&str; 3] = ["DVA", "SAA", "SCS"];

/// Everything suspicious in the scenario's own file. What it inherited is its parent's business.
pub fn lint(scenario: &Scenario) -> Report {
    let report = Report {
        sources: scenario.sources.clone(),
        ..Report::default()
    };
    let tree = Tree::scan(scenario.sources.text(scenario.source));
    let mut linter = Linter {
        scenario,
        tree,
        report,
    };
    linter.metadata();
    linter.unused();
    linter.expectations();
    linter.policies();
    linter.report
}

/// A scenario under inspection.
struct Linter<'a> {
    scenario: &'a Scenario,
    tree: Tree,
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
        let number = code.to_string();
        if !self.scenario.deliberate.contains(&number) {
            self.report
                .add(code, (self.scenario.source, span), message, remedy);
        }
    }

    fn text(&self) -> &str {
        self.scenario.sources.text(self.scenario.source)
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

    fn span(&self, path: &Path) -> Bytes {
        self.tree.find(path).span.clone()
    }

    /// The values of a list in the scenario's own file; none where it has no such list.
    fn items(&self, path: &Path) -> usize {
        match &self.tree.exact(path).map(|node| &node.kind) {
            Some(Kind::List(items)) => items.len(),
            _ => 0,
        }
    }

    /// A text in the scenario's own file.
    fn text_at(&self, path: &Path) -> Option<&str> {
        content(self.text(), self.tree.exact(path)?)
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
