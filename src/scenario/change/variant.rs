//! A branch as a scenario file that anybody can check and play: it extends the scenario that it is
//! a branch of, says what is changed, and states what comes of it.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use super::Placed;
use crate::scenario::Performance;
use crate::scenario::file::Expect;

impl Performance {
    /// The branch as the text of a scenario file. Performed, it tells the same course.
    pub fn as_variant(&self, id: &str, title: &str) -> Result<String, ron::Error> {
        let scenario = self.scenario();
        let own = scenario.changes.len();
        let changes: &[Placed] = self.changes().get(own..).unwrap_or_default();
        let summary = self.cause();
        let mut text = String::new();
        let quoted = |text: &str| ron::to_string(text);
        let _ = write!(
            text,
            "// What if: {}\n(\n    id: {},\n    title: {},\n    summary: {},\n    extends: {},\n",
            summary.replace(['\n', '\r'], " "),
            quoted(id)?,
            quoted(title)?,
            quoted(&format!("What if: {summary}"))?,
            quoted(&scenario.id)?,
        );
        if self.seed() != scenario.seed {
            let _ = writeln!(text, "    seed: {},", self.seed());
        }
        let _ = writeln!(text, "    changes: {},", shown(&changes)?);
        let outcomes = self.outcomes(own);
        if !outcomes.is_empty() {
            let _ = writeln!(text, "    outcomes: {},", shown(&outcomes)?);
        }
        text.push_str(")\n");
        Ok(text)
    }

    /// What the branch is called: the causes of its changes.
    pub fn cause(&self) -> String {
        let own = self.scenario().changes.len();
        let causes = self.changes().iter().skip(own);
        let causes: Vec<String> = causes.map(|placed| placed.change.cause()).collect();
        causes.join(", ")
    }

    /// What came of the beats from the first change on, where it is not what the scenario expects.
    fn outcomes(&self, own: usize) -> BTreeMap<&str, Vec<Expect>> {
        let scenario = self.scenario();
        let changed = self.changes().iter().skip(own);
        let first = changed
            .filter_map(|placed| Some(placed.at.find(scenario).ok()?.0))
            .min();
        let mut outcomes = BTreeMap::new();
        let beats = scenario.beats.iter().enumerate();
        for (index, beat) in beats.skip(first.unwrap_or(usize::MAX)) {
            let held = self.recording().beats.get(index);
            if held.is_none_or(|beat| beat.verdicts.iter().all(|verdict| verdict.held)) {
                continue;
            }
            let mut expected: Vec<Expect> =
                beat.acts.iter().map(|act| act.expect.clone()).collect();
            let acts = self.acts().iter();
            let of_beat = acts.filter(|act| act.beat as usize == index && !act.inserted);
            for act in of_beat {
                if let Some(expect) = expected.get_mut(act.action as usize) {
                    *expect = self.came_of(act);
                }
            }
            outcomes.insert(beat.id.as_str(), expected);
        }
        outcomes
    }
}

/// A value as RON, one entry a line, at the depth of a file's fields.
fn shown(value: &impl Serialize) -> Result<String, ron::Error> {
    let pretty = ron::ser::PrettyConfig::new()
        .depth_limit(2)
        .new_line("\n")
        // Policies stay readable, line for line
        .escape_strings(false)
        .extensions(ron::extensions::Extensions::IMPLICIT_SOME);
    let text = ron::ser::to_string_pretty(value, pretty)?;
    // The reader knows the extension; a file need not name it
    let text = text
        .strip_prefix("#![enable(implicit_some)]")
        .unwrap_or(&text);
    Ok(text.trim_start().to_owned())
}
