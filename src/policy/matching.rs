//! Whether a statement means a request. The one matcher: a plain decision and an explanation run
//! the same code, and differ only in the [`Observer`] that watches.

use super::condition::{Condition, Quantifier};
use super::context::ContextValue;
use super::document::{PatternElement, Policy, Statement};
use super::evaluate::Request;
use super::near_miss;
use super::pattern::{Pattern, Unresolved};
use super::principal::{Grant, PrincipalElement};
use super::report::{PartName, PartReport};

/// Somebody who may want to know how each part of a statement matched.
pub(crate) trait Observer {
    /// Whether parts are reported; without, matching stops at the first part that fails.
    const EXPLAINS: bool;

    /// One part was compared. Never called unless [`Self::EXPLAINS`].
    fn part(&mut self, report: PartReport);
}

/// Nobody is watching.
pub(crate) struct Silent;

impl Observer for Silent {
    const EXPLAINS: bool = false;

    fn part(&mut self, _: PartReport) {}
}

/// A request, prepared for many comparisons.
pub(crate) struct Asked<'r> {
    /// The request.
    pub request: &'r Request,
    /// Its action in lower case.
    action_lower: String,
}

impl<'r> Asked<'r> {
    /// Prepares a request.
    pub(crate) fn new(request: &'r Request) -> Self {
        Self {
            request,
            action_lower: request.action.to_ascii_lowercase(),
        }
    }
}

/// What the statement gives (or takes from) the request's principal, if it means the request.
///
/// `names_principals` says whether the policy's place asks for a principal in each statement.
pub(crate) fn statement<O: Observer>(
    policy: &Policy,
    statement: &Statement,
    names_principals: bool,
    asked: &Asked<'_>,
    observer: &mut O,
) -> Option<Grant> {
    let mut grant = match &statement.principal {
        Some(element) => principal(element, asked, observer),
        None => (!names_principals).then_some(Grant::Direct),
    };
    if grant.is_none() && !O::EXPLAINS {
        return None;
    }
    if !action(&statement.action, asked, observer) {
        grant = None;
        if !O::EXPLAINS {
            return None;
        }
    }
    if let Some(element) = &statement.resource
        && !resource(policy, element, asked, observer)
    {
        grant = None;
        if !O::EXPLAINS {
            return None;
        }
    }
    for one in &statement.conditions {
        if !condition(policy, one, asked, observer) {
            grant = None;
            if !O::EXPLAINS {
                return None;
            }
        }
    }
    grant
}

fn principal<O: Observer>(
    element: &PrincipalElement,
    asked: &Asked<'_>,
    observer: &mut O,
) -> Option<Grant> {
    let who = &asked.request.principal;
    let grant = element.grant(who);
    if O::EXPLAINS {
        let matched = grant.is_some();
        observer.part(PartReport {
            part: PartName::Principal,
            element: if element.negated {
                "NotPrincipal"
            } else {
                "Principal"
            }
            .to_owned(),
            key: None,
            matched,
            asked: element
                .entries
                .iter()
                .map(|entry| entry.source.clone())
                .collect(),
            had: Some(who.names()),
            near_miss: match matched {
                true => None,
                false => near_miss::for_principal(element, who),
            },
            note: principal_note(element, grant),
        });
    }
    grant
}

fn principal_note(element: &PrincipalElement, grant: Option<Grant>) -> Option<String> {
    let note = match grant {
        Some(Grant::Account) => "the account is named: its own policies decide who in it may",
        Some(Grant::Role) => "the role or provider is named, not the session itself",
        Some(Grant::Direct) if element.negated => {
            "a session is left out only when both it and its role are listed"
        }
        _ => return None,
    };
    Some(note.to_owned())
}

fn action<O: Observer>(element: &PatternElement, asked: &Asked<'_>, observer: &mut O) -> bool {
    let lower = &asked.action_lower;
    let listed = element
        .patterns
        .iter()
        .any(|pattern| pattern.matches_lower(lower));
    let matched = listed != element.negated;
    if O::EXPLAINS {
        let action = &asked.request.action;
        observer.part(PartReport {
            part: PartName::Action,
            element: if element.negated {
                "NotAction"
            } else {
                "Action"
            }
            .to_owned(),
            key: None,
            matched,
            asked: element
                .patterns
                .iter()
                .map(|p| p.source().to_owned())
                .collect(),
            had: Some(vec![action.clone()]),
            near_miss: match matched {
                true => None,
                false => near_miss::for_action(element, action),
            },
            note: None,
        });
    }
    matched
}

fn resource<O: Observer>(
    policy: &Policy,
    element: &PatternElement,
    asked: &Asked<'_>,
    observer: &mut O,
) -> bool {
    let request = asked.request;
    let listed = any_resource(&element.patterns, request);
    let matched = listed
        .as_ref()
        .is_ok_and(|listed| *listed != element.negated);
    if O::EXPLAINS {
        let context = &request.context;
        let show = |p: &Pattern| {
            p.resolve(context)
                .map_or_else(|_| p.source().to_owned(), |r| r.display())
        };
        let near_miss = match &listed {
            Err(variable) => Some(near_miss::unresolved(variable)),
            Ok(_) if matched => None,
            Ok(_) => near_miss::for_resource(element, &request.resource, context, policy.version),
        };
        observer.part(PartReport {
            part: PartName::Resource,
            element: if element.negated {
                "NotResource"
            } else {
                "Resource"
            }
            .to_owned(),
            key: None,
            matched,
            asked: element.patterns.iter().map(show).collect(),
            had: Some(vec![request.resource.clone()]),
            near_miss,
            note: None,
        });
    }
    matched
}

/// Whether any pattern means the resource. A variable without a value makes the whole statement
/// say nothing, so every pattern is resolved even after one has matched.
fn any_resource(patterns: &[Pattern], request: &Request) -> Result<bool, Unresolved> {
    let mut listed = false;
    for pattern in patterns {
        let resolved = pattern.resolve(&request.context)?;
        listed = listed || resolved.matches(&request.resource);
    }
    Ok(listed)
}

fn condition<O: Observer>(
    policy: &Policy,
    condition: &Condition,
    asked: &Asked<'_>,
    observer: &mut O,
) -> bool {
    let context = &asked.request.context;
    let held = condition.holds(context);
    let matched = matches!(held, Ok(true));
    if O::EXPLAINS {
        let value = context.get_lower(&condition.key_lower);
        let near_miss = match &held {
            Err(variable) => Some(near_miss::unresolved(variable)),
            Ok(true) => None,
            Ok(false) => near_miss::for_condition(condition, context, policy.version),
        };
        observer.part(PartReport {
            part: PartName::Condition,
            element: condition.operator_name.clone(),
            key: Some(condition.key.clone()),
            matched,
            asked: condition.asked(context),
            had: value.map(|value| value.values().to_vec()),
            near_miss,
            note: condition_note(condition, value, matched),
        });
    }
    matched
}

fn condition_note(
    condition: &Condition,
    value: Option<&ContextValue>,
    matched: bool,
) -> Option<String> {
    let operator = condition.operator;
    let note = match value {
        Some(ContextValue::Many(_)) if operator.quantifier == Quantifier::None => {
            "the key can have several values; without ForAnyValue or ForAllValues AWS does not \
             define the result, and this simulation compares any of them"
        }
        None if matched && operator.if_exists => "IfExists: true because the key is absent",
        None if matched && operator.quantifier == Quantifier::All => {
            "ForAllValues: true because the key is absent"
        }
        None if matched && operator.negated => "true because the key is absent",
        _ => return None,
    };
    Some(note.to_owned())
}
