//! A branch as a scenario file that anybody can check and play: it extends the scenario that it is
//! a branch of, says what is changed, and states what comes of it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Placed;
use crate::scenario::Performance;
use crate::scenario::file::Expect;

/// What a variant's file says.
#[derive(Serialize)]
struct Variant<'a> {
    id: &'a str,
    title: &'a str,
    summary: String,
    extends: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    changes: &'a [Placed],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    outcomes: BTreeMap<&'a str, Vec<Expect>>,
}

impl Performance {
    /// The branch as the text of a scenario file. Performed, it tells the same course.
    pub fn as_variant(&self, id: &str, title: &str) -> Result<String, ron::Error> {
        let scenario = self.scenario();
        let own = scenario.changes.len();
        let variant = Variant {
            id,
            title,
            summary: format!("What if: {}", self.cause()),
            extends: &scenario.id,
            seed: (self.seed() != scenario.seed).then_some(self.seed()),
            changes: self.changes().get(own..).unwrap_or_default(),
            outcomes: self.outcomes(own),
        };
        let pretty = ron::ser::PrettyConfig::new()
            .depth_limit(3)
            .new_line("\n")
            // Policies stay readable, line for line
            .escape_strings(false)
            .extensions(ron::extensions::Extensions::IMPLICIT_SOME);
        let text = ron::ser::to_string_pretty(&variant, pretty)?;
        // The reader knows the extension; a file need not name it
        let named = text.strip_prefix("#![enable(implicit_some)]");
        Ok(format!("{}\n", named.unwrap_or(&text).trim_start()))
    }

    /// What the branch is called: the causes of its changes.
    pub fn cause(&self) -> String {
        let own = self.scenario().changes.len();
        self.causes().get(own..).unwrap_or_default().join(", ")
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
