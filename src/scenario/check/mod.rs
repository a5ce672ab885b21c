//! What a file says, checked: references, captions, questions, expectations, limits, policies.
//! Everything wrong is reported at once, each at its place.

mod beats;
mod changes;
mod edge;
mod policies;
mod providers;
mod world;

pub use changes::{check_changes, give_outcomes};
pub use policies::resolve_policies;

use super::diagnostic::{Code, Report, suggest};
use super::file::File;
use super::known::Known;
use super::locate::{Bytes, Path};
use super::read::Read;
use super::references::Sort;
use super::world_file::World;

/// Checks a file against the names it may use.
pub fn check(report: &mut Report, read: &Read, known: &Known, whole: &World) {
    let mut checker = Checker {
        report,
        read,
        known,
        whole,
    };
    checker.metadata();
    checker.world(&read.file.world);
    checker.chapters();
}

/// Checks a shared world against the names that its entries may use.
pub fn check_world(report: &mut Report, read: &Read<World>, known: &Known, whole: &World) {
    let mut checker = Checker {
        report,
        read,
        known,
        whole,
    };
    checker.world(&read.file);
}

/// A file under check.
struct Checker<'a, T = File> {
    report: &'a mut Report,
    read: &'a Read<T>,
    known: &'a Known,
    /// The world with everything that is inherited
    whole: &'a World,
}

impl<T> Checker<'_, T> {
    fn add(
        &mut self,
        code: Code,
        path: &Path,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let span = self.read.tree.find(path).span.clone();
        self.add_at(code, span, message, remedy);
    }

    fn add_at(
        &mut self,
        code: Code,
        span: Bytes,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.report
            .add(code, (self.read.source, span), message, remedy);
    }

    /// A name that must be declared.
    fn refer(&mut self, path: &Path, sort: Sort, name: &str) {
        if self.known.has(sort, name) {
            return;
        }
        let remedy = suggest(name, self.known.of_sort(sort));
        let message = format!("there is no {} `{name}`", sort.name());
        self.add(Code::UnknownReference, path, message, remedy);
    }

    fn refer_optional(&mut self, path: &Path, sort: Sort, name: Option<&str>) {
        if let Some(name) = name {
            self.refer(path, sort, name);
        }
    }

    /// A list that may not be longer than this.
    fn limit(&mut self, path: &Path, what: &str, count: usize, most: usize) {
        if count > most {
            let message = format!("{count} {what}, more than the limit of {most}");
            self.add(
                Code::Limit,
                path,
                message,
                "split the scenario with `extends`",
            );
        }
    }
}

impl Checker<'_> {
    /// What is meant to be suspicious is named by the code of a warning.
    fn deliberate(&mut self) {
        let codes = Code::ALL.into_iter().filter(|code| code.is_warning());
        let known: Vec<String> = codes.map(|code| code.to_string()).collect();
        for (number, code) in self.read.file.deliberate.clone().iter().enumerate() {
            if !known.contains(code) {
                let path = Path::top().field("deliberate").index(number);
                let message = format!("`{code}` is no warning's code");
                let remedy = suggest(code, known.iter().map(String::as_str));
                self.add(Code::BadValue, &path, message, remedy);
            }
        }
    }

    fn metadata(&mut self) {
        let top = Path::top();
        let id = self.read.file.id.clone();
        if !is_plain_id(&id) {
            let remedy = "use small letters, digits and hyphens: `facebook-to-s3`";
            let message = format!("`{id}` cannot be a scenario's id");
            self.add(Code::BadValue, &top.field("id"), message, remedy);
        }
        self.deliberate();
        for field in ["title", "summary"] {
            let text = if field == "title" {
                &self.read.file.title
            } else {
                &self.read.file.summary
            };
            if text.trim().is_empty() {
                let message = format!("the {field} is empty");
                self.add(
                    Code::BadValue,
                    &top.field(field),
                    message,
                    "say what the scenario shows",
                );
            }
        }
    }
}

/// Letters, digits, hyphens, underscores: what can be a name in a file, a path and a template.
pub fn is_plain_id(id: &str) -> bool {
    id.starts_with(|c: char| c.is_ascii_alphanumeric())
        && id
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}
