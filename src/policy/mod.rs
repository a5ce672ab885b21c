//! The IAM policy language: documents, conditions, variables, evaluation that explains itself.
//!
//! The way through it:
//! 1. [`Policy::parse`] turns AWS JSON into a valid [`Policy`], or says what is wrong and where.
//! 2. A [`Request`] says who wants what of which resource, with its [`RequestContext`].
//! 3. A [`PolicySet`] holds every policy that has a say.
//! 4. [`decide`] answers fast; [`explain`] answers with the reasons, from the same matcher.
//!
//! A [`Case`] is 2 and 3 as one JSON object, for people's own policies.
//!
//! The services keep their own rules (what a call is named, what S3 does with an anonymous
//! caller, that `sts:GetCallerIdentity` needs no permission); here is only what IAM decides.

pub mod actions;
mod case;
mod condition;
mod context;
mod document;
mod error;
mod evaluate;
mod explain;
mod grammar;
mod json;
mod layout;
mod matching;
mod near_miss;
mod pattern;
mod principal;
mod report;
mod sentence;
mod shapes;
#[cfg(test)]
mod tests;
mod values;

pub use case::{
    Case, MAX_CASE_BYTES, MAX_CONTEXT_KEYS, MAX_CONTEXT_VALUES, MAX_POLICIES_PER_KIND,
    MAX_REQUEST_TEXT_BYTES,
};
pub use context::{ContextValue, RequestContext};
pub use document::{
    Effect, MAX_POLICY_BYTES, MAX_STATEMENTS, MAX_VALUE_BYTES, MAX_VALUES_PER_LIST, Policy,
    PolicyKind, Statement, Version,
};
pub use error::PolicyError;
pub use evaluate::{NamedPolicy, PolicySet, Request, StatementRef, Verdict, decide};
pub use explain::{Explanation, explain};
pub use json::MAX_NESTING_LEVELS;
pub use layout::{Layout, PartPlace, StatementPlace};
pub use principal::{Grant, Principal};
pub use report::{
    Deciding, NearMiss, NearMissKind, Outcome, PartName, PartReport, Refusal, StatementReport,
    Step, StepName, StepOutcome,
};
