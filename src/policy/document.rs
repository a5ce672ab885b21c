//! A policy as data: what its JSON said, statement by statement, ready to be matched.
//!
//! [`Policy::parse`] is the only way to get one, so a policy that exists is a valid one.

use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::error::{Fault, PolicyError, Span};
use super::pattern::Pattern;
use super::principal::PrincipalElement;
use super::{grammar, json};

/// How long a policy's text may be, in bytes: the longest that IAM's API takes.
pub const MAX_POLICY_BYTES: usize = 131_072;
/// How many statements a policy may have.
pub const MAX_STATEMENTS: usize = 500;
/// How many values one element or condition key may list.
pub const MAX_VALUES_PER_LIST: usize = 1_000;
/// How long one pattern or value may be, in bytes.
pub const MAX_VALUE_BYTES: usize = 2_048;

/// What a policy is attached to; decides which elements it may and must have.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyKind {
    /// An organisation's limit.
    ServiceControl,
    /// Attached to a resource such as a bucket.
    Resource,
    /// A role's trust policy.
    Trust,
    /// Attached to a user, group or role.
    Identity,
    /// A permissions boundary.
    Boundary,
    /// Passed when a session was made.
    Session,
}

impl PolicyKind {
    /// What AWS calls a policy of this kind in its messages.
    #[must_use]
    pub fn aws_name(self) -> &'static str {
        match self {
            Self::ServiceControl => "service control policy",
            Self::Resource => "resource-based policy",
            Self::Trust => "role trust policy",
            Self::Identity => "identity-based policy",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policy",
        }
    }

    /// The same with its article.
    #[must_use]
    pub fn with_article(self) -> String {
        let article = if self == Self::Identity { "an" } else { "a" };
        format!("{article} {}", self.aws_name())
    }

    /// Whether statements say whom they mean.
    pub(crate) fn has_principal(self) -> bool {
        matches!(self, Self::Resource | Self::Trust)
    }
}

/// The version of the policy language.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub enum Version {
    /// The older language, and what a policy without a version is: no variables.
    #[default]
    #[serde(rename = "2008-10-17")]
    V2008,
    /// The current language.
    #[serde(rename = "2012-10-17")]
    V2012,
}

/// Whether a statement gives or refuses.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// `Allow`
    Allow,
    /// `Deny`
    Deny,
}

/// A valid policy.
#[derive(Clone, Debug)]
pub struct Policy {
    pub(crate) kind: PolicyKind,
    pub(crate) version: Version,
    pub(crate) id: Option<String>,
    pub(crate) statements: Vec<Statement>,
    pub(crate) text: String,
}

/// One statement of a policy.
#[derive(Clone, Debug)]
pub struct Statement {
    pub(crate) index: usize,
    pub(crate) line: usize,
    pub(crate) sid: Option<String>,
    pub(crate) effect: Effect,
    pub(crate) principal: Option<PrincipalElement>,
    pub(crate) action: PatternElement,
    pub(crate) resource: Option<PatternElement>,
    pub(crate) conditions: Vec<Condition>,
}

/// `Action`, `NotAction`, `Resource` or `NotResource`.
#[derive(Clone, Debug)]
pub(crate) struct PatternElement {
    /// Whether it is the `Not…` form.
    pub negated: bool,
    /// The patterns it lists.
    pub patterns: Vec<Pattern>,
}

impl Policy {
    /// Reads a policy of the given kind from its JSON text.
    ///
    /// # Errors
    /// The first thing that is wrong with it, and where.
    pub fn parse(kind: PolicyKind, text: &str) -> Result<Self, PolicyError> {
        if text.len() > MAX_POLICY_BYTES {
            let message = format!(
                "the policy has {} bytes, more than the limit of {MAX_POLICY_BYTES} bytes",
                text.len()
            );
            return Err(Fault::new(Span::default(), message).locate(text));
        }
        json::parse(text)
            .and_then(|node| grammar::read(kind, &node, text))
            .map_err(|fault| fault.locate(text))
    }

    /// What the policy may be attached to.
    #[must_use]
    pub fn kind(&self) -> PolicyKind {
        self.kind
    }

    /// The version of the language it is written in.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Its `Id`, if it has one.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Its statements in written order.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// The JSON text it was read from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl Statement {
    /// Its place among the policy's statements, from 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The line of the policy's text it begins on, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// Its `Sid`, if it has one.
    #[must_use]
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_deref()
    }

    /// Whether it gives or refuses.
    #[must_use]
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// Whether the actions are those it does not mean (`NotAction`).
    #[must_use]
    pub fn actions_negated(&self) -> bool {
        self.action.negated
    }

    /// Its actions as written.
    pub fn actions(&self) -> impl Iterator<Item = &str> {
        self.action.patterns.iter().map(Pattern::source)
    }

    /// Its resources as written.
    pub fn resources(&self) -> impl Iterator<Item = &str> {
        self.resource
            .iter()
            .flat_map(|element| &element.patterns)
            .map(Pattern::source)
    }

    /// Its principals as written.
    pub fn principals(&self) -> impl Iterator<Item = &str> {
        self.principal
            .iter()
            .flat_map(|element| &element.entries)
            .map(|e| e.source.as_str())
    }

    /// Its conditions: operator, key and values as written.
    pub fn conditions(&self) -> impl Iterator<Item = (&str, &str, &[String])> {
        self.conditions.iter().map(|c| {
            (
                c.operator_name.as_str(),
                c.key.as_str(),
                c.sources.as_slice(),
            )
        })
    }
}
