//! Tests through the module's public door, by subject.

mod evaluation;
mod explanations;
mod grammar;
mod operators;
mod patterns;
mod properties;
mod trust;

use super::*;

/// The account everything belongs to unless a test says otherwise.
pub(crate) const ACCOUNT: &str = "111122223333";
/// Another account.
pub(crate) const OTHER_ACCOUNT: &str = "444455556666";
/// The role most tests use.
pub(crate) const ROLE: &str = "arn:aws:iam::111122223333:role/App";
/// A session of it.
pub(crate) const SESSION: &str =
    "arn:aws:sts::111122223333:assumed-role/App/CognitoIdentityCredentials";
/// An object everybody wants.
pub(crate) const OBJECT: &str = "arn:aws:s3:::photos/us-east-1:me/cat.jpg";

/// A session of [`ROLE`].
pub(crate) fn session() -> Principal {
    Principal::role_session(ROLE, "CognitoIdentityCredentials")
}

/// A user of [`ACCOUNT`].
pub(crate) fn user() -> Principal {
    Principal::User {
        arn: format!("arn:aws:iam::{ACCOUNT}:user/ana"),
    }
}

/// A request for [`OBJECT`].
pub(crate) fn get_object(principal: Principal) -> Request {
    Request {
        principal,
        action: "s3:GetObject".to_owned(),
        resource: OBJECT.to_owned(),
        resource_account: Some(ACCOUNT.to_owned()),
        context: RequestContext::new(),
    }
}

/// A policy of the given kind from the statements' JSON (version 2012-10-17).
pub(crate) fn policy(kind: PolicyKind, statements: &str) -> NamedPolicy {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    match Policy::parse(kind, &text) {
        Ok(policy) => NamedPolicy::new(format!("{kind:?}"), policy),
        Err(error) => panic!("{error}\n{text}"),
    }
}

/// A statement without principal or condition.
pub(crate) fn plain(effect: &str, action: &str, resource: &str) -> String {
    format!(r#"{{"Effect":"{effect}","Action":"{action}","Resource":"{resource}"}}"#)
}

/// A statement for a resource's policy.
pub(crate) fn to(principal: &str, effect: &str) -> String {
    format!(
        r#"{{"Effect":"{effect}","Principal":{principal},"Action":"s3:*","Resource":"arn:aws:s3:::photos/*"}}"#
    )
}

/// A set with only an identity policy.
pub(crate) fn identity(statements: &str) -> PolicySet {
    PolicySet {
        identity: vec![policy(PolicyKind::Identity, statements)],
        ..PolicySet::default()
    }
}

/// The outcome of both ways to decide, which must agree.
pub(crate) fn outcome(policies: &PolicySet, request: &Request) -> Outcome {
    let fast = decide(policies, request);
    let slow = explain(policies, request);
    assert_eq!(fast.outcome, slow.decision);
    assert_eq!(fast.deciding.map(|at| at.to_deciding()), slow.deciding);
    fast.outcome
}

/// A principal element naming an ARN or account.
pub(crate) fn aws(arn: &str) -> String {
    format!(r#"{{"AWS":"{arn}"}}"#)
}

/// Which kind of policy stood in the way, and whether by a deny.
pub(crate) fn refusal(set: &PolicySet, request: &Request) -> Option<(PolicyKind, bool)> {
    decide(set, request)
        .refusal
        .map(|refusal| (refusal.kind, refusal.explicit))
}
