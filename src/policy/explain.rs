//! A decision with everything that led to it.

use serde::{Deserialize, Serialize};

use super::document::PolicyKind;
use super::evaluate::{Audience, PolicySet, Request, StatementRef, Verdict, Visit, evaluate};
use super::matching::{Asked, Observer};
use super::principal::{Grant, Principal};
use super::report::{
    Deciding, Outcome, PartReport, Refusal, StatementReport, Step, StepName, StepOutcome,
};

/// Why a request is allowed or refused.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Explanation {
    /// The answer.
    pub decision: Outcome,
    /// What AWS prints for a refusal (resource unquoted); null when the request is allowed.
    pub sentence: Option<String>,
    /// Why, in our words.
    pub summary: String,
    /// The statement that settled the question; null when nothing allowed.
    pub deciding: Option<Deciding>,
    /// Which kind of policy stood in the way.
    pub refusal: Option<Refusal>,
    /// Who asked.
    pub principal: Principal,
    /// What for.
    pub action: String,
    /// On what.
    pub resource: String,
    /// Whether two accounts were asked.
    pub cross_account: bool,
    /// Every station in order.
    pub steps: Vec<Step>,
    /// Every statement that was compared, policy by policy.
    pub statements: Vec<StatementReport>,
}

impl Explanation {
    /// What AWS prints for a refusal; nothing when the request is allowed. S3 quotes the resource.
    #[must_use]
    pub fn denial_sentence(&self, resource_quoted: bool) -> Option<String> {
        let sentence = self.sentence.as_ref()?;
        if !resource_quoted {
            return Some(sentence.clone());
        }
        let plain = format!(" on resource: {}", self.resource);
        Some(sentence.replacen(&plain, &format!(" on resource: \"{}\"", self.resource), 1))
    }

    /// Whether the request may go on.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.decision == Outcome::Allow
    }

    /// The unmatched parts that nearly matched, in order.
    pub fn near_misses(&self) -> impl Iterator<Item = (&StatementReport, &PartReport)> {
        self.statements.iter().flat_map(|statement| {
            let near = statement
                .parts
                .iter()
                .filter(|part| part.near_miss.is_some());
            near.map(move |part| (statement, part))
        })
    }
}

/// Decides, and says why.
#[must_use]
pub fn explain(policies: &PolicySet, request: &Request) -> Explanation {
    let mut notebook = Notebook { pages: Vec::new() };
    let verdict = evaluate(policies, &Asked::new(request), &mut notebook);
    let statements = notebook
        .pages
        .into_iter()
        .map(|page| page.report(&verdict))
        .collect();
    Explanation {
        decision: verdict.outcome,
        sentence: verdict.denial_sentence(policies, request, false),
        summary: summary(&verdict),
        deciding: verdict.deciding.map(|at| at.to_deciding()),
        refusal: verdict.refusal,
        principal: request.principal.clone(),
        action: request.action.clone(),
        resource: request.resource.clone(),
        cross_account: request.is_cross_account(),
        steps: steps(&verdict, policies, request),
        statements,
    }
}

/// Writes down how each statement matched.
struct Notebook<'p> {
    pages: Vec<Page<'p>>,
}

struct Page<'p> {
    visit: Visit<'p>,
    matched: bool,
    parts: Vec<PartReport>,
}

/// Writes down the parts of one statement.
struct Parts(Vec<PartReport>);

impl Observer for Parts {
    const EXPLAINS: bool = true;

    fn part(&mut self, report: PartReport) {
        self.0.push(report);
    }
}

impl<'p> Audience<'p> for Notebook<'p> {
    type Watcher = Parts;

    fn begin(&mut self, _: Visit<'p>) -> Parts {
        Parts(Vec::new())
    }

    fn end(&mut self, visit: Visit<'p>, watcher: Parts, matched: bool) {
        self.pages.push(Page {
            visit,
            matched,
            parts: watcher.0,
        });
    }
}

impl Page<'_> {
    fn report(self, verdict: &Verdict<'_>) -> StatementReport {
        let StatementRef {
            kind,
            policy,
            statement,
        } = self.visit.at;
        let decides = verdict.deciding.is_some_and(|deciding| {
            deciding.kind == kind && std::ptr::eq(deciding.statement, statement)
        });
        StatementReport {
            policy: policy.to_owned(),
            kind,
            level: self.visit.level,
            statement: statement.index,
            line: statement.line,
            sid: statement.sid.clone(),
            effect: statement.effect,
            matched: self.matched,
            decides,
            parts: self.parts,
        }
    }
}

/// A statement in a few words.
fn cite(at: &StatementRef<'_>) -> String {
    let number = at.statement.index + 1;
    match &at.statement.sid {
        Some(sid) => format!(
            "statement {number} (`{sid}`) of {} `{}`",
            at.kind.aws_name(),
            at.policy
        ),
        None => format!(
            "statement {number} of {} `{}`",
            at.kind.aws_name(),
            at.policy
        ),
    }
}

fn summary(verdict: &Verdict<'_>) -> String {
    match (&verdict.deciding, verdict.refusal) {
        (Some(at), Some(_)) => format!("refused by {}", cite(at)),
        (Some(at), None) => format!("allowed by {}", cite(at)),
        (None, Some(refusal)) => format!("no {} allows it", refusal.kind.aws_name()),
        (None, None) => "allowed: the account's root user".to_owned(),
    }
}

fn steps(verdict: &Verdict<'_>, policies: &PolicySet, request: &Request) -> Vec<Step> {
    let one = |(name, outcome): (StepName, StepOutcome)| Step {
        name,
        outcome,
        sentence: step_sentence(name, outcome, verdict, policies, request),
    };
    StepName::ALL
        .into_iter()
        .zip(verdict.steps)
        .map(one)
        .collect()
}

fn step_sentence(
    name: StepName,
    outcome: StepOutcome,
    verdict: &Verdict<'_>,
    policies: &PolicySet,
    request: &Request,
) -> String {
    if outcome == StepOutcome::NotReached {
        let passed_over = name == StepName::IdentityPolicy && verdict.grant == Some(Grant::Role);
        return match passed_over && verdict.outcome != Outcome::ExplicitDeny {
            true => "not needed: the resource's policy names the role",
            false => "settled before",
        }
        .to_owned();
    }
    match name {
        StepName::ExplicitDeny => match &verdict.deciding {
            Some(at) if outcome == StepOutcome::Denied => format!("{} denies it", cite(at)),
            _ => "no statement denies it".to_owned(),
        },
        StepName::Organisation => organisation_sentence(outcome, policies).to_owned(),
        StepName::ResourcePolicy => resource_sentence(outcome, verdict, policies, request),
        StepName::IdentityPolicy => identity_sentence(outcome, verdict, policies),
        StepName::Boundary => limit_sentence(outcome, PolicyKind::Boundary),
        StepName::Session => limit_sentence(outcome, PolicyKind::Session),
    }
}

fn organisation_sentence(outcome: StepOutcome, policies: &PolicySet) -> &'static str {
    match outcome {
        StepOutcome::Allowed => "every level of the organisation allows it",
        StepOutcome::Denied => "a level of the organisation does not allow it",
        _ if policies.service_control.is_empty() => "no organisation limits it",
        _ => "the principal is in no account of the organisation",
    }
}

fn resource_sentence(
    outcome: StepOutcome,
    verdict: &Verdict<'_>,
    policies: &PolicySet,
    request: &Request,
) -> String {
    let (kind, present) = match policies.trust.is_some() {
        true => (PolicyKind::Trust, true),
        false => (PolicyKind::Resource, policies.resource.is_some()),
    };
    let name = kind.aws_name();
    let across = request.is_cross_account();
    match (outcome, verdict.grant) {
        (StepOutcome::Allowed, Some(Grant::Account)) => {
            format!("the {name} leaves it to the principal's account")
        }
        (StepOutcome::Allowed, _) if across => {
            format!("the {name} allows it; the principal's account must allow it too")
        }
        (StepOutcome::Allowed, Some(Grant::Role)) => {
            format!("the {name} allows it to the role: a boundary and session policies still count")
        }
        (StepOutcome::Allowed, _) => {
            format!("the {name} allows it to the principal itself: nothing else is needed")
        }
        (StepOutcome::Denied, _) if !present => {
            format!("there is no {name}, and one must allow it")
        }
        (StepOutcome::Denied, _) => format!("the {name} must allow it and does not"),
        _ if present => format!("the {name} does not allow it; the identity's policies may"),
        _ => format!("there is no {name}"),
    }
}

fn identity_sentence(outcome: StepOutcome, verdict: &Verdict<'_>, policies: &PolicySet) -> String {
    match (outcome, &verdict.deciding) {
        (StepOutcome::Allowed, Some(at)) => format!("{} allows it", cite(at)),
        (StepOutcome::Allowed, None) if verdict.refusal.is_none() => {
            "the account's root user needs no policy".to_owned()
        }
        (StepOutcome::Allowed, None) => "an identity-based policy allows it".to_owned(),
        _ if policies.identity.is_empty() => "there is no identity-based policy".to_owned(),
        _ => "no identity-based policy allows it".to_owned(),
    }
}

fn limit_sentence(outcome: StepOutcome, kind: PolicyKind) -> String {
    let name = kind.aws_name();
    match outcome {
        StepOutcome::Allowed => format!("the {name} allows it as well"),
        StepOutcome::Denied => format!("no {name} allows it"),
        _ => format!("there is no {name}"),
    }
}
