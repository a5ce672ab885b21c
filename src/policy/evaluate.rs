//! From policies and a request to a decision, in AWS's order.
//!
//! An explicit deny anywhere wins. Then the organisation must allow at every level; then the
//! resource's policy is asked, whose grant to the principal itself is final within one account,
//! whose grant to a role replaces the identity's policies only, and whose grant to the account
//! leaves the question to them; then identity, boundary and session must each allow. Between two
//! accounts both sides must allow. A trust policy must always allow by itself.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::document::{Effect, Policy, PolicyKind, Statement};
use super::matching::{self, Asked, Observer, Silent};
use super::principal::{Grant, Principal, arn_part, is_account_id};
use super::report::{Deciding, Outcome, Refusal, StepName, StepOutcome};
use super::{context::RequestContext, sentence};

/// A request as policies see it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Request {
    /// Who asks.
    pub principal: Principal,
    /// What for: `service:Action`.
    pub action: String,
    /// On what: an ARN, or `*` for actions that have no resource.
    pub resource: String,
    /// The account that owns the resource. Without, the account in the ARN; without that too,
    /// the principal's own.
    pub resource_account: Option<String>,
    /// Everything else that is known about the request.
    pub context: RequestContext,
}

impl Request {
    /// Whether principal and resource belong to different accounts.
    #[must_use]
    pub fn is_cross_account(&self) -> bool {
        let in_arn = arn_part(&self.resource, 4).filter(|account| is_account_id(account));
        let owner = self.resource_account.as_deref().or(in_arn);
        match (self.principal.account(), owner) {
            (Some(mine), Some(theirs)) => mine != theirs,
            _ => false,
        }
    }
}

/// A policy and the name people know it by. Cheap to copy.
#[derive(Clone, Debug)]
pub struct NamedPolicy {
    /// Its name.
    pub name: Arc<str>,
    /// The policy.
    pub policy: Arc<Policy>,
}

impl NamedPolicy {
    /// Names a policy.
    pub fn new(name: impl Into<Arc<str>>, policy: impl Into<Arc<Policy>>) -> Self {
        Self {
            name: name.into(),
            policy: policy.into(),
        }
    }
}

/// Every policy that has a say in a request.
#[derive(Clone, Debug, Default)]
pub struct PolicySet {
    /// Policies of the user or role.
    pub identity: Vec<NamedPolicy>,
    /// Policies passed when the session was made; together they are one limit.
    pub session: Vec<NamedPolicy>,
    /// The permissions boundary.
    pub boundary: Option<NamedPolicy>,
    /// The policy of the resource.
    pub resource: Option<NamedPolicy>,
    /// The trust policy of the role that is to be assumed.
    pub trust: Option<NamedPolicy>,
    /// Service control policies, one list per organisation level from the root down. None at all
    /// means no organisation; an empty list is a level that allows nothing.
    pub service_control: Vec<Vec<NamedPolicy>>,
}

/// A statement and the policy it stands in.
#[derive(Clone, Copy, Debug)]
pub struct StatementRef<'p> {
    /// In which capacity the policy was asked.
    pub kind: PolicyKind,
    /// The policy's name.
    pub policy: &'p str,
    /// The statement.
    pub statement: &'p Statement,
}

impl StatementRef<'_> {
    /// The reference as plain data.
    #[must_use]
    pub fn to_deciding(&self) -> Deciding {
        Deciding {
            policy: self.policy.to_owned(),
            kind: self.kind,
            statement: self.statement.index,
            sid: self.statement.sid.clone(),
        }
    }
}

/// A decision without its explanation.
#[derive(Clone, Debug)]
pub struct Verdict<'p> {
    /// The answer.
    pub outcome: Outcome,
    /// The statement that settled it; none when nothing allowed.
    pub deciding: Option<StatementRef<'p>>,
    /// What stood in the way.
    pub refusal: Option<Refusal>,
    /// What came of each station, in the order of [`StepName::ALL`].
    pub steps: [StepOutcome; 6],
    /// What the resource's policy gave, when it gave something.
    pub grant: Option<Grant>,
}

impl Verdict<'_> {
    /// Whether the request may go on.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.outcome == Outcome::Allow
    }

    /// What AWS prints for a refusal; nothing when the request is allowed.
    #[must_use]
    pub fn denial_sentence(
        &self,
        policies: &PolicySet,
        request: &Request,
        resource_quoted: bool,
    ) -> Option<String> {
        let of_trust = policies.trust.is_some();
        self.refusal
            .map(|refusal| sentence::denial(request, refusal, of_trust, resource_quoted))
    }
}

/// Decides, without building an explanation.
#[must_use]
pub fn decide<'p>(policies: &'p PolicySet, request: &Request) -> Verdict<'p> {
    let asked = Asked::new(request);
    evaluate(policies, &asked, &mut |_| Silent)
}

/// A statement about to be compared, for whoever watches.
#[derive(Clone, Copy)]
pub(crate) struct Visit<'p> {
    /// The statement.
    pub at: StatementRef<'p>,
    /// The organisation level, for service control policies.
    pub level: Option<usize>,
}

/// Gives an observer for each statement, and takes the finished one back.
pub(crate) trait Audience<'p> {
    /// What watches one statement.
    type Watcher: Observer;

    /// A statement is about to be compared.
    fn begin(&mut self, visit: Visit<'p>) -> Self::Watcher;

    /// It was compared.
    fn end(&mut self, visit: Visit<'p>, watcher: Self::Watcher, matched: bool);
}

impl<'p, F: FnMut(Visit<'p>) -> Silent> Audience<'p> for F {
    type Watcher = Silent;

    fn begin(&mut self, visit: Visit<'p>) -> Silent {
        self(visit)
    }

    fn end(&mut self, _: Visit<'p>, _: Silent, _: bool) {}
}

/// Decides while an audience watches every statement.
pub(crate) fn evaluate<'p, A: Audience<'p>>(
    policies: &'p PolicySet,
    asked: &Asked<'_>,
    audience: &mut A,
) -> Verdict<'p> {
    let findings = Findings::gather(policies, asked, audience);
    findings.combine(asked.request)
}

/// What the policies of one kind say.
#[derive(Clone, Copy, Default)]
struct Found<'p> {
    present: bool,
    deny: Option<StatementRef<'p>>,
    allow: Option<(StatementRef<'p>, Grant)>,
}

/// What all policies say.
#[derive(Default)]
struct Findings<'p> {
    deny: Option<StatementRef<'p>>,
    organisation: Found<'p>,
    /// Whether some organisation level allows nothing.
    level_missing: bool,
    resource: Found<'p>,
    trust: Found<'p>,
    identity: Found<'p>,
    boundary: Found<'p>,
    session: Found<'p>,
}

impl<'p> Findings<'p> {
    /// Compares every statement that has a say. A deny ends it early unless somebody watches.
    fn gather<A: Audience<'p>>(
        policies: &'p PolicySet,
        asked: &Asked<'_>,
        audience: &mut A,
    ) -> Self {
        let mut all = Self::default();
        let mut scan = |kind, level, list: &'p [NamedPolicy]| {
            let found = scan(kind, level, list, asked, audience);
            all.deny = all.deny.or(found.deny);
            found
        };
        // Only principals of an account are limited by its organisation and have policies.
        let in_account = asked.request.principal.account().is_some();
        if in_account {
            for (level, list) in policies.service_control.iter().enumerate() {
                let found = scan(PolicyKind::ServiceControl, Some(level), list);
                all.level_missing |= found.allow.is_none();
                all.organisation = Found {
                    present: true,
                    ..found
                };
            }
        }
        all.resource = scan(PolicyKind::Resource, None, policies.resource.as_slice());
        all.trust = scan(PolicyKind::Trust, None, policies.trust.as_slice());
        if in_account {
            all.identity = scan(PolicyKind::Identity, None, &policies.identity);
            all.boundary = scan(PolicyKind::Boundary, None, policies.boundary.as_slice());
            all.session = scan(PolicyKind::Session, None, &policies.session);
        }
        all
    }

    /// Goes through the stations in order.
    fn combine(self, request: &Request) -> Verdict<'p> {
        let mut walk = Walk::default();
        if let Some(deny) = self.deny {
            walk.set(StepName::ExplicitDeny, StepOutcome::Denied);
            return walk.end(Outcome::ExplicitDeny, Some(deny), Some(deny.kind));
        }
        walk.set(StepName::ExplicitDeny, StepOutcome::None);
        if self.organisation.present {
            if self.level_missing {
                return walk.refuse(StepName::Organisation, PolicyKind::ServiceControl);
            }
            walk.set(StepName::Organisation, StepOutcome::Allowed);
        } else {
            walk.set(StepName::Organisation, StepOutcome::None);
        }
        match self.resource_step(request, &mut walk) {
            ResourceSays::Final(allow) => walk.end(Outcome::Allow, Some(allow), None),
            ResourceSays::Refused(kind) => walk.refuse(StepName::ResourcePolicy, kind),
            ResourceSays::InsteadOfIdentity(allow) => self.limits(request, walk, Some(allow)),
            ResourceSays::AskIdentity => self.identity_step(request, walk),
        }
    }

    /// Asks the resource's policy, or the trust policy where there is one.
    fn resource_step(&self, request: &Request, walk: &mut Walk) -> ResourceSays<'p> {
        let (gate, kind) = match self.trust.present {
            true => (&self.trust, PolicyKind::Trust),
            false => (&self.resource, PolicyKind::Resource),
        };
        let outsider = request.principal.account().is_none();
        let cross_account = request.is_cross_account();
        // A role's trust policy and a KMS key's policy must allow even within one account.
        let key_policy = self.resource.present && request.action.starts_with("kms:");
        let must_allow = outsider || cross_account || self.trust.present || key_policy;
        let Some((allow, grant)) = gate.allow else {
            if must_allow {
                return ResourceSays::Refused(kind);
            }
            walk.set(StepName::ResourcePolicy, StepOutcome::None);
            return ResourceSays::AskIdentity;
        };
        walk.grant = Some(grant);
        walk.set(StepName::ResourcePolicy, StepOutcome::Allowed);
        match grant {
            Grant::Direct if !cross_account => ResourceSays::Final(allow),
            Grant::Role if !cross_account => ResourceSays::InsteadOfIdentity(allow),
            _ => ResourceSays::AskIdentity,
        }
    }

    fn identity_step(&self, request: &Request, mut walk: Walk) -> Verdict<'p> {
        let by_policy = self.identity.allow.map(|(allow, _)| allow);
        let root = matches!(request.principal, Principal::Root { .. });
        if by_policy.is_none() && !root {
            return walk.refuse(StepName::IdentityPolicy, PolicyKind::Identity);
        }
        walk.set(StepName::IdentityPolicy, StepOutcome::Allowed);
        self.limits(request, walk, by_policy)
    }

    /// The boundary and the session policies, which can only take away.
    fn limits(
        &self,
        request: &Request,
        mut walk: Walk,
        allow: Option<StatementRef<'p>>,
    ) -> Verdict<'p> {
        match (self.boundary.present, self.boundary.allow) {
            (false, _) => walk.set(StepName::Boundary, StepOutcome::None),
            (true, Some(_)) => walk.set(StepName::Boundary, StepOutcome::Allowed),
            (true, None) => return walk.refuse(StepName::Boundary, PolicyKind::Boundary),
        }
        // A federated user has only what its session policies and its user share.
        let federated_user = matches!(request.principal, Principal::FederatedUser { .. });
        match (self.session.present || federated_user, self.session.allow) {
            (false, _) => walk.set(StepName::Session, StepOutcome::None),
            (true, Some(_)) => walk.set(StepName::Session, StepOutcome::Allowed),
            (true, None) => return walk.refuse(StepName::Session, PolicyKind::Session),
        }
        walk.end(Outcome::Allow, allow, None)
    }
}

/// What follows from the resource's policy.
enum ResourceSays<'p> {
    /// The request is allowed.
    Final(StatementRef<'p>),
    /// Boundary and session still count; the identity's policies do not.
    InsteadOfIdentity(StatementRef<'p>),
    /// The identity's policies decide.
    AskIdentity,
    /// It had to allow and does not.
    Refused(PolicyKind),
}

/// The stations passed so far.
#[derive(Default)]
struct Walk {
    steps: [StepOutcome; 6],
    grant: Option<Grant>,
}

impl Walk {
    fn set(&mut self, name: StepName, outcome: StepOutcome) {
        if let Some(step) = self.steps.get_mut(name as usize) {
            *step = outcome;
        }
    }

    fn refuse<'p>(mut self, name: StepName, kind: PolicyKind) -> Verdict<'p> {
        self.set(name, StepOutcome::Denied);
        self.end(Outcome::ImplicitDeny, None, Some(kind))
    }

    fn end<'p>(
        self,
        outcome: Outcome,
        deciding: Option<StatementRef<'p>>,
        kind: Option<PolicyKind>,
    ) -> Verdict<'p> {
        let explicit = outcome == Outcome::ExplicitDeny;
        let refusal = kind.map(|kind| Refusal { kind, explicit });
        Verdict {
            outcome,
            deciding,
            refusal,
            steps: self.steps,
            grant: self.grant,
        }
    }
}

/// Compares the statements of some policies of one kind.
fn scan<'p, A: Audience<'p>>(
    kind: PolicyKind,
    level: Option<usize>,
    policies: &'p [NamedPolicy],
    asked: &Asked<'_>,
    audience: &mut A,
) -> Found<'p> {
    let explains = <A::Watcher as Observer>::EXPLAINS;
    let mut found = Found {
        present: !policies.is_empty(),
        ..Found::default()
    };
    for named in policies {
        for statement in &named.policy.statements {
            let at = StatementRef {
                kind,
                policy: &named.name,
                statement,
            };
            let settled = found.allow.is_some_and(|(_, grant)| grant == Grant::Direct);
            if !explains && settled && statement.effect == Effect::Allow {
                continue;
            }
            let visit = Visit { at, level };
            let mut watcher = audience.begin(visit);
            let names = kind.has_principal();
            let grant = matching::statement(&named.policy, statement, names, asked, &mut watcher);
            audience.end(visit, watcher, grant.is_some());
            match (statement.effect, grant) {
                (_, None) => {}
                (Effect::Deny, Some(_)) => {
                    found.deny = found.deny.or(Some(at));
                    if !explains {
                        return found;
                    }
                }
                (Effect::Allow, Some(grant)) => {
                    if found.allow.is_none_or(|(_, best)| grant > best) {
                        found.allow = Some((at, grant));
                    }
                }
            }
        }
    }
    found
}
