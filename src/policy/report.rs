//! What an explanation is made of. Everything here is plain data in a fixed order.

use serde::{Deserialize, Serialize};

use super::document::{Effect, PolicyKind};

/// The answer to a request.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It may go on.
    Allow,
    /// A statement refuses it.
    ExplicitDeny,
    /// Nothing that would have to allow it does.
    ImplicitDeny,
}

/// Which policy stood in the way, and how.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Refusal {
    /// The kind of policy.
    pub kind: PolicyKind,
    /// Whether a statement refuses (otherwise none allows).
    pub explicit: bool,
}

/// One station of the evaluation, in AWS's order.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepName {
    /// Does any statement anywhere refuse?
    ExplicitDeny,
    /// Does every level of the organisation allow?
    Organisation,
    /// What does the resource's own policy (or the role's trust policy) say?
    ResourcePolicy,
    /// Does a policy of the identity allow?
    IdentityPolicy,
    /// Does the permissions boundary allow?
    Boundary,
    /// Does a session policy allow?
    Session,
}

impl StepName {
    /// All stations in order.
    pub const ALL: [Self; 6] = [
        Self::ExplicitDeny,
        Self::Organisation,
        Self::ResourcePolicy,
        Self::IdentityPolicy,
        Self::Boundary,
        Self::Session,
    ];
}

/// What came of a station.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// It allows.
    Allowed,
    /// It has nothing to say: no such policy, or none that matters here.
    None,
    /// It refuses.
    Denied,
    /// The question was settled before, or this station was passed over.
    #[default]
    NotReached,
}

/// One station with its outcome.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Step {
    /// Which.
    pub name: StepName,
    /// What came of it.
    pub outcome: StepOutcome,
    /// Why, in a few words.
    pub sentence: String,
}

/// The statement that settled the question.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Deciding {
    /// The policy's name.
    pub policy: String,
    /// Its kind.
    pub kind: PolicyKind,
    /// The statement's place in it, from 0.
    pub statement: usize,
    /// The statement's `Sid`.
    pub sid: Option<String>,
}

/// How one statement lies to the request.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct StatementReport {
    /// The policy's name.
    pub policy: String,
    /// Its kind.
    pub kind: PolicyKind,
    /// The organisation level it is at, from 0 (the root); only for service control policies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<usize>,
    /// The statement's place in the policy, from 0.
    pub statement: usize,
    /// The line of the policy's text it begins on, from 1.
    pub line: usize,
    /// The statement's `Sid`.
    pub sid: Option<String>,
    /// Whether it gives or refuses.
    pub effect: Effect,
    /// Whether every part of it matched, so that its effect counts.
    pub matched: bool,
    /// Whether it settled the question.
    pub decides: bool,
    /// Its parts: principal, action, resource, then each condition.
    pub parts: Vec<PartReport>,
}

/// Which part of a statement.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PartName {
    /// `Principal` or `NotPrincipal`
    Principal,
    /// `Action` or `NotAction`
    Action,
    /// `Resource` or `NotResource`
    Resource,
    /// One key under one operator
    Condition,
}

/// How one part of a statement lies to the request.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct PartReport {
    /// Which part.
    pub part: PartName,
    /// The element or operator as the policy wrote it: `NotAction`, `ForAnyValue:StringLike`.
    pub element: String,
    /// The condition key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Whether it matched.
    pub matched: bool,
    /// What the policy asked for, variables replaced.
    pub asked: Vec<String>,
    /// What the request had; absent when the request lacks the key.
    pub had: Option<Vec<String>>,
    /// What almost matched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near_miss: Option<NearMiss>,
    /// Something worth knowing about how it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What almost matched, and what keeps it from matching.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct NearMiss {
    /// The kind of slip.
    pub kind: NearMissKind,
    /// It in a sentence.
    pub text: String,
}

/// The kinds of slip that are recognised.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NearMissKind {
    /// Only upper and lower case differ.
    LetterCase,
    /// A wildcard stands where the operator takes it literally.
    WildcardUnderEquals,
    /// The value is in a sibling key: `aud`, `oaud`, `azp`.
    AudAgainstAzp,
    /// The request has no such key.
    MissingKey,
    /// Only a slash at the end differs.
    TrailingSlash,
    /// Only `https://` at the beginning differs.
    Scheme,
    /// A variable has no single value in this request.
    UnresolvedVariable,
    /// A variable stands in a policy whose version takes it literally.
    VariableInOldVersion,
    /// The policy means the objects and the request the bucket, or the other way round.
    BucketOrObjects,
    /// A letter or two differ.
    Spelling,
    /// Another session of the same role is named.
    OtherSession,
    /// The same provider is named in another form.
    ProviderForm,
}
