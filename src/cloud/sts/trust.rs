//! Asking a role's trust policy who may become it, and writing the answer down twice: as a
//! decision with everything that went into it, and as one check per condition, so that the one
//! that failed is seen.

use serde_json::{Map, Value};

use crate::cloud::Cloud;
use crate::cloud::access::{self, Ask, Caller, PERMISSIONS_CHECK};
use crate::cloud::aws::shorten;
use crate::cloud::iam::Role;
use crate::cloud::ledger::{PolicyDecision, PolicyText};
use crate::policy::{
    self, Effect, Explanation, NamedPolicy, PartName, PartReport, Policy, PolicyKind, PolicySet,
    Principal, RequestContext, Statement, StatementReport,
};

/// Where the rule behind these checks comes from.
const SOURCE: &str = "the role's trust policy";
/// What the checks are called before the part of the statement.
const PREFIX: &str = "Trust policy: ";

/// Somebody asks for a role.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Who
    pub principal: Principal,
    /// What for: `sts:AssumeRoleWithWebIdentity`
    pub action: &'static str,
    /// The condition keys known
    pub context: RequestContext,
}

/// The names of the checks that a decision is expected to bring, told from the first statement
/// that allows this principal something.
pub fn planned(role: Option<&Role>, principal: Option<&str>) -> Vec<(String, &'static str)> {
    let trust = role.map(|role| role.trust.policy.as_ref());
    let Some(statement) = trust.and_then(|policy| expected_statement(policy, principal)) else {
        return vec![(format!("{PREFIX}principal"), SOURCE)];
    };
    let mut names = vec![format!("{PREFIX}principal"), format!("{PREFIX}action")];
    names.extend(
        statement
            .conditions()
            .map(|(_, key, _)| format!("{PREFIX}{}", short(key))),
    );
    names.into_iter().map(|name| (name, SOURCE)).collect()
}

fn expected_statement<'p>(policy: &'p Policy, principal: Option<&str>) -> Option<&'p Statement> {
    let allows = || {
        policy
            .statements()
            .iter()
            .filter(|one| one.effect() == Effect::Allow)
    };
    let named = principal.and_then(|name| allows().find(|s| s.principals().any(|p| p == name)));
    named.or_else(|| allows().next())
}

/// `aud` out of `cognito-identity.amazonaws.com:aud`.
fn short(key: &str) -> &str {
    key.rsplit(':').next().unwrap_or(key)
}

/// Evaluates the trust policy; says whether it allows.
pub fn evaluate(cloud: &mut Cloud, role: &Role, asked: Asked) -> bool {
    let set = PolicySet {
        trust: Some(role.trust.clone()),
        ..PolicySet::default()
    };
    let request = policy::Request {
        principal: asked.principal,
        action: asked.action.to_owned(),
        resource: role.arn.clone(),
        resource_account: Some(role.account.clone()),
        context: asked.context,
    };
    let explanation = policy::explain(&set, &request);
    state_checks(cloud, role, &explanation);
    let allowed = explanation.is_allowed();
    write_down(cloud, &role.trust, &request, explanation);
    allowed
}

/// Lets both sides decide about somebody who has AWS credentials: the trust policy of the role,
/// and what the caller's own policies allow. Where the trust policy names a caller of its own
/// account directly, that is enough; between two accounts both must allow.
pub fn evaluate_for(
    cloud: &mut Cloud,
    role: &Role,
    caller: &Caller,
    action: &str,
    context: RequestContext,
) -> bool {
    let ask = Ask {
        action: action.to_owned(),
        resource: role.arn.clone(),
        resource_account: role.account.clone(),
        context,
        resource_policy: None,
    };
    let decision = access::decide(cloud, caller, &ask, Some(role.trust.clone()));
    let explanation = &decision.explanation;
    let by_trust = |kind: PolicyKind| kind == PolicyKind::Trust;
    match (explanation.refusal, explanation.deciding.as_ref()) {
        (Some(refusal), _) if by_trust(refusal.kind) => state_checks(cloud, role, explanation),
        (Some(_), _) => {
            if trust_allows(explanation) {
                state_checks(cloud, role, explanation);
            } else {
                skip_all(cloud, role, explanation);
            }
            access::state(cloud, explanation, &ask);
        }
        (None, Some(deciding)) if by_trust(deciding.kind) => {
            state_checks(cloud, role, explanation);
            cloud.ledger.skip(PERMISSIONS_CHECK.0);
        }
        (None, _) => {
            state_checks(cloud, role, explanation);
            access::state(cloud, explanation, &ask);
        }
    }
    let allowed = explanation.is_allowed();
    access::write_down(cloud, caller, decision);
    allowed
}

fn trust_allows(explanation: &Explanation) -> bool {
    let mut statements = explanation.statements.iter();
    statements
        .any(|one| one.kind == PolicyKind::Trust && one.matched && one.effect == Effect::Allow)
}

/// Withdraws the checks that were announced of a trust policy that did not decide.
fn skip_all(cloud: &mut Cloud, role: &Role, explanation: &Explanation) {
    for (name, _) in planned(Some(role), Some(&explanation.principal.display())) {
        cloud.ledger.skip(&name);
    }
}

fn write_down(
    cloud: &mut Cloud,
    trust: &NamedPolicy,
    request: &policy::Request,
    explanation: Explanation,
) {
    let Some(exchange) = cloud.ledger.current() else {
        return;
    };
    let context = match serde_json::to_value(&request.context) {
        Ok(Value::Object(context)) => context,
        _ => Map::new(),
    };
    cloud.ledger.decided(PolicyDecision {
        exchange,
        principal: request.principal.display().into(),
        action: (&request.action).into(),
        resource: (&request.resource).into(),
        context: context.into(),
        policies: vec![PolicyText {
            name: trust.name.to_string(),
            kind: "trust".to_owned(),
            json: trust.policy.text().to_owned(),
        }]
        .into(),
        explanation: explanation.into(),
    });
}

/// One check per part of the statement that decided, or that came nearest.
fn state_checks(cloud: &mut Cloud, role: &Role, explanation: &Explanation) {
    let allowed = trust_allows(explanation);
    let Some(statement) = telling_statement(explanation) else {
        let actual = "the policy has no statement that allows anything";
        cloud.ledger.verify(
            &format!("{PREFIX}principal"),
            allowed,
            "a statement",
            actual,
        );
        return;
    };
    let names: Vec<String> = statement.parts.iter().filter_map(check_name).collect();
    let announced = planned(Some(role), Some(&explanation.principal.display()));
    for (name, _) in announced.iter().filter(|(name, _)| !names.contains(name)) {
        cloud.ledger.skip(name);
    }
    for name in names
        .iter()
        .filter(|name| !announced.iter().any(|(other, _)| other == *name))
    {
        cloud.ledger.plan(&[(name, SOURCE)]);
    }
    if statement.effect == Effect::Deny {
        let actual = format!("a statement on line {} denies", statement.line);
        cloud.ledger.failed(
            &format!("{PREFIX}explicit deny"),
            "no statement denies",
            actual,
        );
        return;
    }
    for part in &statement.parts {
        let Some(name) = check_name(part) else {
            continue;
        };
        let held = cloud
            .ledger
            .verify(&name, part.matched, expected(part), actual(part));
        if !held {
            return;
        }
    }
}

/// The statement that decided; where nothing allowed, the one that would have with the fewest
/// changes, and of several the first.
fn telling_statement(explanation: &Explanation) -> Option<&StatementReport> {
    let missing = |one: &StatementReport| one.parts.iter().filter(|part| !part.matched).count();
    let of_trust = || {
        let all = explanation.statements.iter();
        all.filter(|one| one.kind == PolicyKind::Trust)
    };
    of_trust().find(|one| one.decides).or_else(|| {
        let allows = of_trust().filter(|one| one.effect == Effect::Allow);
        allows.min_by_key(|one| missing(one))
    })
}

fn check_name(part: &PartReport) -> Option<String> {
    match part.part {
        PartName::Principal => Some(format!("{PREFIX}principal")),
        PartName::Action => Some(format!("{PREFIX}action")),
        PartName::Resource => None,
        PartName::Condition => part
            .key
            .as_deref()
            .map(|key| format!("{PREFIX}{}", short(key))),
    }
}

fn expected(part: &PartReport) -> String {
    let values: Vec<String> = part.asked.iter().map(|value| shorten(value)).collect();
    let values = values.join(" or ");
    match part.element.as_str() {
        // The check's name says it
        "Principal" | "Action" => values,
        element => format!("{element} {values}"),
    }
}

fn actual(part: &PartReport) -> String {
    match &part.had {
        Some(values) if values.is_empty() => "an empty list".to_owned(),
        Some(values) => {
            let values: Vec<String> = values.iter().map(|value| shorten(value)).collect();
            values.join(", ")
        }
        None => "the request has no such value".to_owned(),
    }
}
