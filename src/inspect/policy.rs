//! A policy decision laid open: every policy that took part as its text with the deciding
//! statement lit, every part of every statement with what the request had, the order of evaluation
//! with where it ended, what AWS prints and what AWS does not tell.

use std::ops::Range;

use crate::cloud::ledger::{PolicyDecision, PolicyText};
use crate::policy::{
    Effect, Explanation, Layout, Outcome, PartReport, StatementReport, Step, StepName,
};
use crate::recording::Recording;

/// A decision as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyView {
    /// Allowed, or how it was refused
    pub outcome: Outcome,
    /// "Why it was allowed"
    pub title: &'static str,
    /// Why, in our words
    pub summary: String,
    /// Who asked
    pub principal: String,
    /// What for
    pub action: String,
    /// On what
    pub resource: String,
    /// What AWS prints for the refusal
    pub printed: Option<String>,
    /// What AWS does not tell: one sentence each
    pub untold: Vec<String>,
    /// Every station in order
    pub steps: Vec<Step>,
    /// The station at which the question was settled
    pub ended: Option<StepName>,
    /// Every policy that took part, the deciding one first
    pub policies: Vec<PolicyPage>,
    /// The request's condition keys and their values
    pub context: Vec<(String, String)>,
}

/// A policy that took part.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyPage {
    /// Its name
    pub name: String,
    /// "role trust policy"
    pub kind: String,
    /// Its text
    pub text: String,
    /// What stands out in it, in order, without overlaps
    pub marks: Vec<(Range<usize>, Mark)>,
    /// Its statements, compared with the request
    pub statements: Vec<StatementReport>,
    /// Whether one of them settled the question
    pub decides: bool,
}

/// How a stretch of a policy's text is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Belongs to the statement that settled the question
    Deciding,
    /// Was compared and does not match
    Unmatched,
    /// Nearly matched
    NearMiss,
}

impl PolicyView {
    /// Lays a decision open.
    pub fn of(decision: &PolicyDecision, recording: &Recording) -> Self {
        let explanation = &decision.explanation;
        let refusal = recording
            .exchange(decision.exchange)
            .and_then(|it| it.refusal.as_ref())
            .filter(|_| explanation.decision != Outcome::Allow);
        let printed = refusal
            .map(|it| it.message.clone())
            .filter(|it| !it.is_empty());
        let mut policies: Vec<PolicyPage> = decision
            .policies
            .iter()
            .map(|policy| page(policy, explanation))
            .collect();
        policies.sort_by_key(|page| !page.decides);
        Self {
            outcome: explanation.decision,
            title: match explanation.decision {
                Outcome::Allow => "Why it was allowed",
                Outcome::ExplicitDeny => "Why not: a statement denies it",
                Outcome::ImplicitDeny => "Why not: nothing allows it",
            },
            summary: sentence(&explanation.summary),
            principal: decision.principal.to_string(),
            action: decision.action.to_string(),
            resource: decision.resource.to_string(),
            printed: printed.or_else(|| explanation.sentence.clone()),
            untold: untold(explanation),
            ended: ended(explanation),
            steps: explanation.steps.iter().map(quoted_step).collect(),
            policies,
            context: context(decision),
        }
    }
}

/// Code between backticks is put between quotation marks, for readers of plain text.
fn quoted(text: &str) -> String {
    let mut opening = true;
    let turn = |c: char| match c {
        '`' => {
            opening = !opening;
            if opening { '”' } else { '“' }
        }
        other => other,
    };
    text.chars().map(turn).collect()
}

/// The same, beginning with a capital letter.
fn sentence(text: &str) -> String {
    let text = quoted(text);
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), chars.as_str())
}

fn quoted_step(step: &Step) -> Step {
    Step {
        sentence: sentence(&step.sentence),
        ..step.clone()
    }
}

/// The last station that had something to say.
fn ended(explanation: &Explanation) -> Option<StepName> {
    use crate::policy::StepOutcome::{Allowed, Denied};
    let steps = explanation.steps.iter();
    let mut settled = steps.filter(|step| matches!(step.outcome, Allowed | Denied));
    let denied = |step: &&Step| step.outcome == Denied;
    settled
        .clone()
        .find(denied)
        .or_else(|| settled.next_back())
        .map(|step| step.name)
}

fn context(decision: &PolicyDecision) -> Vec<(String, String)> {
    let value = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(values) => values
            .iter()
            .map(|value| {
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            })
            .collect::<Vec<_>>()
            .join(", "),
        other => other.to_string(),
    };
    let all = decision.context.iter();
    all.map(|(key, found)| (key.clone(), value(found)))
        .collect()
}

/// What a refusal's sentence leaves out: which statement came nearest, what it asked and what the
/// request had.
fn untold(explanation: &Explanation) -> Vec<String> {
    if explanation.decision == Outcome::Allow {
        return Vec::new();
    }
    let mut said = vec![format!("{}.", sentence(&explanation.summary))];
    let Some(nearest) = nearest(explanation) else {
        return said;
    };
    for part in nearest.parts.iter().filter(|part| !part.matched) {
        let place = place(nearest);
        said.push(match &part.near_miss {
            Some(near) => format!("{place}: nearly. {}.", sentence(&near.text)),
            None => format!("{place}: {}.", quoted(&why(part))),
        });
    }
    said
}

/// A statement in a few words.
pub fn place(report: &StatementReport) -> String {
    let sid = report
        .sid
        .as_deref()
        .map_or(String::new(), |sid| format!(" ({sid})"));
    format!("{}, statement {}{sid}", report.policy, report.statement + 1)
}

/// The statement that came nearest to allowing: of the kind of policy that stood in the way, the
/// right action first, then the most parts.
pub fn nearest(explanation: &Explanation) -> Option<&StatementReport> {
    let kind = explanation.refusal?.kind;
    let of_kind = explanation.statements.iter();
    let of_kind = of_kind.filter(|it| it.kind == kind && it.effect == Effect::Allow && !it.matched);
    of_kind.rev().max_by_key(|report| {
        let holds = |name| {
            let mut parts = report.parts.iter();
            parts.any(|part| part.part == name && part.matched)
        };
        let matched = report.parts.iter().filter(|part| part.matched).count();
        let slip = report.parts.iter().any(|part| part.near_miss.is_some());
        (
            holds(crate::policy::PartName::Action),
            holds(crate::policy::PartName::Resource),
            matched,
            slip,
        )
    })
}

/// Why a part holds or does not, in a few words.
pub fn why(part: &PartReport) -> String {
    let name = part.key.as_deref().unwrap_or(&part.element);
    let asked = shortened(&part.asked);
    match (&part.had, part.matched) {
        (None, true) => format!("the request has no {name}, and that is enough"),
        (None, false) => format!("the request has no {name}"),
        (Some(had), true) => format!("{} is what it asks for", shortened(had)),
        (Some(had), false) => format!("it asks for {asked}, the request has {}", shortened(had)),
    }
}

fn shortened(values: &[String]) -> String {
    const SHOWN: usize = 3;
    let mut text = values
        .iter()
        .take(SHOWN)
        .cloned()
        .collect::<Vec<_>>()
        .join(" or ");
    if values.len() > SHOWN {
        text += &format!(" or {} more", values.len() - SHOWN);
    }
    text
}

fn page(policy: &PolicyText, explanation: &Explanation) -> PolicyPage {
    let layout = Layout::of(&policy.json);
    let all = explanation.statements.iter();
    let kind_of = |report: &StatementReport| {
        serde_json::to_value(report.kind)
            .ok()
            .and_then(|kind| kind.as_str().map(str::to_owned))
            .unwrap_or_default()
    };
    let own: Vec<StatementReport> = all
        .filter(|it| it.policy == policy.name && kind_of(it) == policy.kind)
        .map(readable)
        .collect();
    let kind = own.first().map_or_else(
        || policy.kind.replace('_', " "),
        |report| report.kind.aws_name().to_owned(),
    );
    PolicyPage {
        name: policy.name.clone(),
        kind,
        marks: marks(&layout, &own),
        text: layout.text,
        decides: own.iter().any(|it| it.decides),
        statements: own,
    }
}

/// A comparison as plain text has it.
fn readable(report: &StatementReport) -> StatementReport {
    let mut report = report.clone();
    for part in &mut report.parts {
        if let Some(near) = &mut part.near_miss {
            near.text = quoted(&near.text);
        }
        part.note = part.note.as_deref().map(quoted);
    }
    report
}

/// What stands out: the deciding statement, and in the others what does not match.
fn marks(layout: &Layout, statements: &[StatementReport]) -> Vec<(Range<usize>, Mark)> {
    let mut marks = Vec::new();
    for report in statements {
        let Some(place) = layout.statements.get(report.statement) else {
            continue;
        };
        if report.decides {
            marks.push((place.span.clone(), Mark::Deciding));
            continue;
        }
        for part in report.parts.iter().filter(|part| !part.matched) {
            let found = place
                .parts
                .iter()
                .find(|it| it.element == part.element && it.key == part.key);
            if let Some(found) = found {
                let mark = match part.near_miss {
                    Some(_) => Mark::NearMiss,
                    None => Mark::Unmatched,
                };
                marks.push((found.value.clone(), mark));
            }
        }
    }
    marks.sort_by_key(|(range, _)| range.start);
    let mut end = 0;
    marks.retain(|(range, _)| {
        let free = range.start >= end;
        if free {
            end = range.end;
        }
        free
    });
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::fixture::{stories, story};

    fn refused(scenario: &str) -> PolicyView {
        let recording = story(scenario);
        let mut all = recording.decisions.iter();
        let decision = all
            .find(|it| it.explanation.decision != Outcome::Allow)
            .unwrap();
        PolicyView::of(decision, &recording)
    }

    #[test]
    fn a_refusal_says_what_aws_prints_and_what_it_does_not() {
        let view = refused("own-folder-letter-case");
        assert!(
            view.printed
                .unwrap()
                .contains("is not authorized to perform")
        );
        assert!(view.untold.len() > 1, "{:?}", view.untold);
        let near = view.policies.iter().flat_map(|page| &page.marks);
        assert!(
            near.clone().any(|(_, mark)| *mark == Mark::NearMiss),
            "{:?}",
            view.policies
        );
    }

    #[test]
    fn in_every_story_the_deciding_statement_is_lit_where_one_decides() {
        let mut lit = 0;
        for recording in stories() {
            for decision in &recording.decisions {
                let view = PolicyView::of(decision, recording);
                let id = &recording.header.scenario;
                let decides = decision.explanation.statements.iter().any(|it| it.decides);
                let marked = view.policies.iter().flat_map(|page| &page.marks);
                let marked = marked.filter(|(_, mark)| *mark == Mark::Deciding).count();
                assert_eq!(
                    marked > 0,
                    decides,
                    "{id}: {} {}",
                    view.action,
                    view.summary
                );
                lit += marked;
                for page in &view.policies {
                    for (range, _) in &page.marks {
                        assert!(page.text.get(range.clone()).is_some(), "{id}");
                    }
                }
                assert_eq!(
                    view.printed.is_some(),
                    view.outcome != Outcome::Allow,
                    "{id}"
                );
                assert!(
                    view.ended.is_some() || view.outcome == Outcome::Allow,
                    "{id}"
                );
            }
        }
        assert!(lit > 100, "{lit}");
    }
}
