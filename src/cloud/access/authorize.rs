//! May they do this? Gathers every policy that has a say, lets [`crate::policy`] decide, writes
//! the decision down with its whole input, and makes one check of it: the step that decided.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Caller;
use super::evidence;
use crate::cloud::aws::{AwsError, Wire};
use crate::cloud::ledger::{ActorKind, Exchange, PolicyDecision, PolicyText};
use crate::cloud::{Cloud, REGION};
use crate::policy::{
    self, ContextValue, Explanation, NamedPolicy, PolicyKind, PolicySet, Principal, RequestContext,
};

/// The check's name as it is announced; a refusal is named after the step that decided.
pub const PERMISSIONS_CHECK: (&str, &str) = ("Permissions policy", "IAM: policy evaluation logic");

/// Who signs nothing, as decisions name them.
const ANONYMOUS: &str = "anonymous";
/// Where the decision about an unsigned request comes from.
const PUBLIC_ACCESS: &str = "S3 guide: bucket policies; Block Public Access, which is on for new \
                             buckets at AWS, is off in this simulation";

/// What somebody wants to do.
#[derive(Clone, Debug)]
pub struct Ask {
    /// `service:Action`
    pub action: String,
    /// The ARN it is to be done to
    pub resource: String,
    /// Who owns that
    pub resource_account: String,
    /// What the service knows about the request
    pub context: RequestContext,
    /// The resource's own policy
    pub resource_policy: Option<NamedPolicy>,
}

/// Lets the policies decide, as one check. The error is AWS's access-denied sentence as this
/// protocol has it.
pub fn authorize(
    cloud: &mut Cloud,
    caller: &Caller,
    ask: &Ask,
    wire: Wire,
) -> Result<(), AwsError> {
    let decision = decide(cloud, caller, ask, None);
    state(cloud, &decision.explanation, ask);
    let verdict = verdict(&decision.explanation, wire);
    write_down(cloud, caller, decision);
    verdict
}

/// Makes one check of a decision: the step that decided.
pub fn state(cloud: &mut Cloud, explanation: &Explanation, ask: &Ask) {
    let check = evidence::of(explanation, ask);
    let (announced, source) = PERMISSIONS_CHECK;
    if check.name != announced {
        cloud.ledger.skip(announced);
        cloud.ledger.plan(&[(check.name, source)]);
    }
    cloud.ledger.verify(
        check.name,
        explanation.is_allowed(),
        check.expected,
        check.actual,
    );
}

/// The same for what a service only needs to know: the decision is written down, but it is no
/// check that the request passes or fails.
pub fn consider(cloud: &mut Cloud, caller: &Caller, ask: &Ask, wire: Wire) -> Result<(), AwsError> {
    let decision = decide(cloud, caller, ask, None);
    let verdict = verdict(&decision.explanation, wire);
    write_down(cloud, caller, decision);
    verdict
}

/// A decision with its whole input.
pub struct Decision {
    policies: PolicySet,
    request: policy::Request,
    /// Outcome and reasons
    pub explanation: Explanation,
}

/// Evaluates every policy that has a say. Where a role is to be assumed, its trust policy has one
/// too.
pub fn decide(cloud: &Cloud, caller: &Caller, ask: &Ask, trust: Option<NamedPolicy>) -> Decision {
    let mut policies = gather(cloud, caller, ask);
    policies.trust = trust;
    let request = policy::Request {
        principal: caller.principal.clone(),
        action: ask.action.clone(),
        resource: ask.resource.clone(),
        resource_account: Some(ask.resource_account.clone()),
        context: context(cloud, caller, ask),
    };
    let explanation = policy::explain(&policies, &request);
    Decision {
        policies,
        request,
        explanation,
    }
}

fn verdict(explanation: &Explanation, wire: Wire) -> Result<(), AwsError> {
    let sentence = explanation.denial_sentence(wire == Wire::S3);
    sentence.map_or(Ok(()), |sentence| Err(denied(wire, sentence)))
}

fn denied(wire: Wire, sentence: String) -> AwsError {
    match wire {
        Wire::S3 | Wire::Query(_) => AwsError::new("AccessDenied", 403, sentence),
        Wire::Json10 | Wire::Json11 => AwsError::new("AccessDeniedException", 400, sentence),
        Wire::RestJson => AwsError::new("AccessDeniedException", 403, sentence),
    }
}

fn gather(cloud: &Cloud, caller: &Caller, ask: &Ask) -> PolicySet {
    PolicySet {
        identity: cloud.iam.identity_policies(&caller.role_arn),
        session: caller.session_policies.clone(),
        boundary: cloud.iam.boundary(&caller.role_arn).cloned(),
        resource: ask.resource_policy.clone(),
        trust: None,
        service_control: cloud.iam.service_control(&caller.account).to_vec(),
    }
}

/// The condition keys that every request has, those of the session, and those of the service.
fn context(cloud: &Cloud, caller: &Caller, ask: &Ask) -> RequestContext {
    let mut context = caller.context.clone();
    for (tag, value) in cloud.iam.tags(&caller.role_arn) {
        let key = format!("aws:PrincipalTag/{tag}");
        // A session's tag counts for more than its role's
        if context.get(&key).is_none() {
            context.set(key, value.as_str());
        }
    }
    if let Some(issued_at) = caller.issued_at {
        context.set("aws:TokenIssueTime", issued_at.iso8601());
    }
    context.set("aws:PrincipalArn", principal_arn(caller));
    context.set("aws:PrincipalAccount", caller.account.as_str());
    context.set("aws:PrincipalType", principal_type(&caller.principal));
    context.set("aws:userid", caller.user_id.as_str());
    of_request(cloud, ask, &mut context);
    context
}

/// The condition keys that do not depend on who asks.
fn of_request(cloud: &Cloud, ask: &Ask, context: &mut RequestContext) {
    let now = cloud.now();
    context.set("aws:CurrentTime", now.iso8601());
    context.set("aws:EpochTime", now.epoch_seconds());
    context.set("aws:RequestedRegion", REGION);
    context.set("aws:ResourceAccount", ask.resource_account.as_str());
    context.set("aws:ViaAWSService", false);
    if let Some(exchange) = current_exchange(cloud) {
        context.set(
            "aws:SecureTransport",
            exchange.request.url.starts_with("https://"),
        );
        if let Some(address) = source_address(cloud, exchange) {
            context.set("aws:SourceIp", address);
        }
        let agent = exchange.request.headers.iter();
        let agent = agent
            .into_iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("user-agent"));
        if let Some((_, agent)) = agent {
            context.set("aws:UserAgent", agent.as_str());
        }
    }
    for (key, value) in ask.context.iter() {
        context.set(key, value.clone());
    }
}

/// A session acts as its role: this key is the role's ARN, not the session's.
fn principal_arn(caller: &Caller) -> &str {
    match &caller.principal {
        Principal::RoleSession { role_arn, .. } => role_arn,
        _ => &caller.arn,
    }
}

fn principal_type(principal: &Principal) -> &'static str {
    match principal {
        Principal::User { .. } => "User",
        Principal::FederatedUser { .. } => "FederatedUser",
        Principal::Root { .. } => "Account",
        _ => "AssumedRole",
    }
}

fn current_exchange(cloud: &Cloud) -> Option<&Exchange> {
    cloud
        .ledger
        .current()
        .and_then(|id| cloud.ledger.exchanges().get(id.index()))
}

/// Devices have addresses from the block that RFC 5737 keeps for documentation, by their place on
/// the stage; calls between services have none.
fn source_address(cloud: &Cloud, exchange: &Exchange) -> Option<String> {
    /// Host numbers in a block of 256, without the network's and the broadcast address
    const HOSTS: usize = 254;
    let at = cloud
        .actors()
        .iter()
        .position(|actor| actor.id == exchange.from)?;
    let actor = cloud.actors().get(at)?;
    let outside = matches!(
        actor.kind,
        ActorKind::Person
            | ActorKind::Phone
            | ActorKind::Tablet
            | ActorKind::Laptop
            | ActorKind::Backend
    );
    outside.then(|| format!("198.51.100.{}", at % HOSTS + 1))
}

/// Evaluates what a resource's own policy says about somebody who signed nothing: no other policy
/// has a say.
fn decide_for_anybody(cloud: &Cloud, ask: &Ask) -> Decision {
    let policies = PolicySet {
        resource: ask.resource_policy.clone(),
        ..PolicySet::default()
    };
    let mut context = RequestContext::new();
    context.set("aws:PrincipalType", "Anonymous");
    context.set("aws:userid", ANONYMOUS);
    of_request(cloud, ask, &mut context);
    let request = policy::Request {
        principal: Principal::Anonymous,
        action: ask.action.clone(),
        resource: ask.resource.clone(),
        resource_account: Some(ask.resource_account.clone()),
        context,
    };
    let explanation = policy::explain(&policies, &request);
    Decision {
        policies,
        request,
        explanation,
    }
}

/// Lets a bucket's policy decide about a request that nobody signed, as one check.
pub fn authorize_anybody(cloud: &mut Cloud, ask: &Ask) -> Result<(), AwsError> {
    let decision = decide_for_anybody(cloud, ask);
    let check = evidence::of(&decision.explanation, ask);
    let allowed = decision.explanation.is_allowed();
    cloud.ledger.skip(PERMISSIONS_CHECK.0);
    cloud.ledger.plan(&[(check.name, PUBLIC_ACCESS)]);
    let (expected, actual) = (check.expected, check.actual);
    cloud.ledger.verify(check.name, allowed, expected, actual);
    record(cloud, ANONYMOUS, decision);
    allowed.then_some(()).ok_or_else(denied_to_anybody)
}

/// The same for what a service only needs to know.
pub fn consider_anybody(cloud: &mut Cloud, ask: &Ask) -> Result<(), AwsError> {
    let decision = decide_for_anybody(cloud, ask);
    let allowed = decision.explanation.is_allowed();
    record(cloud, ANONYMOUS, decision);
    allowed.then_some(()).ok_or_else(denied_to_anybody)
}

/// S3 tells nobody in particular no reason.
fn denied_to_anybody() -> AwsError {
    AwsError::new("AccessDenied", 403, "Access Denied")
}

/// Writes a decision down with its whole input.
pub fn write_down(cloud: &mut Cloud, caller: &Caller, decision: Decision) {
    record(cloud, &caller.arn, decision);
}

fn record(cloud: &mut Cloud, principal: &str, decision: Decision) {
    let Some(exchange) = cloud.ledger.current() else {
        return;
    };
    let Decision {
        policies,
        request,
        explanation,
    } = decision;
    let context: BTreeMap<String, ContextValue> = request.context.into();
    let context = context.into_iter().map(|(key, value)| match value {
        ContextValue::One(value) => (key, Value::from(value)),
        ContextValue::Many(values) => (key, Value::from(values)),
    });
    let decision = PolicyDecision {
        exchange,
        principal: cloud.ledger.text(principal),
        action: cloud.ledger.text(&request.action),
        resource: cloud.ledger.text(&request.resource),
        context: context.collect(),
        policies: texts(&policies).into(),
        explanation: explanation.into(),
    };
    cloud.ledger.decided(decision);
}

/// Every policy that took part, as written.
fn texts(policies: &PolicySet) -> Vec<PolicyText> {
    let of = |kind: PolicyKind, list: &[NamedPolicy]| -> Vec<PolicyText> {
        let text = |named: &NamedPolicy| PolicyText {
            name: named.name.to_string(),
            kind: kind_name(kind).to_owned(),
            json: named.policy.text().to_owned(),
        };
        list.iter().map(text).collect()
    };
    let mut texts = Vec::new();
    for level in &policies.service_control {
        texts.extend(of(PolicyKind::ServiceControl, level));
    }
    texts.extend(of(PolicyKind::Resource, policies.resource.as_slice()));
    texts.extend(of(PolicyKind::Trust, policies.trust.as_slice()));
    texts.extend(of(PolicyKind::Identity, &policies.identity));
    texts.extend(of(PolicyKind::Boundary, policies.boundary.as_slice()));
    texts.extend(of(PolicyKind::Session, &policies.session));
    texts
}

fn kind_name(kind: PolicyKind) -> &'static str {
    match kind {
        PolicyKind::ServiceControl => "service_control",
        PolicyKind::Resource => "resource",
        PolicyKind::Trust => "trust",
        PolicyKind::Identity => "identity",
        PolicyKind::Boundary => "boundary",
        PolicyKind::Session => "session",
    }
}
