//! Expectations judged: whether what was to come of an action came, and what came instead.

use crate::cloud::ledger::{Exchange, Stretch};
use crate::recording::Verdict;
use crate::scenario::client::StepError;
use crate::scenario::file::Expect;

/// Whether an expectation holds. What came instead is said where it does not.
pub(in super::super) fn judge(
    expect: &Expect,
    outcome: &Result<(), StepError>,
    exchanges: &Stretch<'_, Exchange>,
) -> Verdict {
    let expectation = in_words(expect);
    let found = match expect {
        Expect::Allowed => found_instead_of_allowed(outcome, exchanges),
        Expect::Refused {
            by,
            code,
            check,
            message,
        } => {
            let wanted = Wanted {
                by,
                code,
                check: check.as_deref(),
                message: message.as_deref(),
            };
            found_instead_of_refused(&wanted, outcome, exchanges)
        }
        Expect::Unreachable => match outcome {
            Err(StepError::Unreachable(_) | StepError::Lost(..)) => None,
            other => Some(what_happened(other, exchanges)),
        },
        Expect::Impossible => match outcome {
            Err(StepError::Unreachable(_) | StepError::Lost(..)) | Ok(()) => {
                Some(what_happened(outcome, exchanges))
            }
            Err(_) => None,
        },
        Expect::Anything => None,
    };
    Verdict {
        expectation,
        held: found.is_none(),
        found: found.unwrap_or_default(),
    }
}

/// The same for the first thing that a change made end differently: what is refused in the middle
/// of an action counts as well, where it was not refused without the change. `before` is what the
/// same action sent without it.
pub(in super::super) fn judge_change(
    expect: &Expect,
    outcome: &Result<(), StepError>,
    (exchanges, before): (&Stretch<'_, Exchange>, Option<&Stretch<'_, Exchange>>),
) -> Verdict {
    let verdict = judge(expect, outcome, exchanges);
    let Expect::Refused {
        by,
        code,
        check,
        message,
    } = expect
    else {
        return verdict;
    };
    let wanted = Wanted {
        by,
        code,
        check: check.as_deref(),
        message: message.as_deref(),
    };
    let new = newly_refused(exchanges, before);
    if verdict.held || !new.iter().any(|exchange| wanted.is(exchange)) {
        return verdict;
    }
    Verdict {
        held: true,
        found: String::new(),
        ..verdict
    }
}

/// What is refused here and was not before: of refusals that are alike, as many as there are more.
pub(in super::super) fn newly_refused<'a>(
    exchanges: &'a Stretch<'_, Exchange>,
    before: Option<&'a Stretch<'_, Exchange>>,
) -> Vec<&'a Exchange> {
    let refused = |all: &'a Stretch<'_, Exchange>| all.iter().filter(|it| it.refused());
    let face = |it: &'a Exchange| {
        let code = it.refusal.as_ref().map(|refusal| &refusal.code);
        let check = it.failed_check().map(|check| &check.name);
        (&it.to, &it.operation, code, check)
    };
    let mut known: Vec<_> = before.into_iter().flat_map(refused).map(face).collect();
    let is_new = |exchange: &&'a Exchange| {
        let at = known.iter().position(|it| *it == face(exchange));
        at.map(|at| known.swap_remove(at)).is_none()
    };
    refused(exchanges).filter(is_new).collect()
}

pub(in super::super) fn in_words(expect: &Expect) -> String {
    match expect {
        Expect::Allowed => "allowed".to_owned(),
        Expect::Unreachable => "reaches nobody".to_owned(),
        Expect::Impossible => "cannot be done".to_owned(),
        Expect::Anything => "anything".to_owned(),
        Expect::Refused {
            by,
            code,
            check,
            message,
        } => {
            let check = check
                .as_ref()
                .map_or(String::new(), |check| format!(" at {check}"));
            let message = message
                .as_ref()
                .map_or(String::new(), |text| format!(", saying {text:?}"));
            format!("refused by {by} with {code}{check}{message}")
        }
    }
}

fn found_instead_of_allowed(
    outcome: &Result<(), StepError>,
    exchanges: &Stretch<'_, Exchange>,
) -> Option<String> {
    let refused = exchanges
        .iter()
        .any(|exchange| exchange.parent.is_none() && exchange.refused());
    (outcome.is_err() || refused).then(|| what_happened(outcome, exchanges))
}

/// A refusal that is expected.
struct Wanted<'a> {
    by: &'a str,
    code: &'a str,
    check: Option<&'a str>,
    message: Option<&'a str>,
}

impl Wanted<'_> {
    fn is(&self, exchange: &Exchange) -> bool {
        let Some(refusal) = &exchange.refusal else {
            return false;
        };
        let stopped_at = exchange.failed_check().map(|check| check.name.as_str());
        exchange.to.as_str() == self.by
            && refusal.code == self.code
            && self.check.is_none_or(|check| stopped_at == Some(check))
            && self
                .message
                .is_none_or(|message| refusal.message.contains(message))
    }
}

fn found_instead_of_refused(
    wanted: &Wanted<'_>,
    outcome: &Result<(), StepError>,
    exchanges: &Stretch<'_, Exchange>,
) -> Option<String> {
    let ended_refused = exchanges
        .iter()
        .rfind(|exchange| exchange.parent.is_none())
        .is_some_and(Exchange::refused);
    let held = ended_refused && exchanges.iter().any(|exchange| wanted.is(exchange));
    (!held).then(|| what_happened(outcome, exchanges))
}

/// What came of an action, as a file would expect it.
pub(in super::super) fn as_expected(
    outcome: &Result<(), StepError>,
    exchanges: &Stretch<'_, Exchange>,
) -> Expect {
    match outcome {
        Err(StepError::Unreachable(_) | StepError::Lost(..)) => return Expect::Unreachable,
        Err(_) => return Expect::Impossible,
        Ok(()) => {}
    }
    let mut own = exchanges.iter().filter(|it| it.parent.is_none());
    if !own.clone().any(Exchange::refused) {
        return Expect::Allowed;
    }
    let last = own.next_back().filter(|last| last.refused());
    match last.and_then(|last| Some((last, last.refusal.as_ref()?))) {
        Some((last, refusal)) => Expect::Refused {
            by: last.to.to_string(),
            code: refusal.code.clone(),
            check: last.failed_check().map(|check| check.name.to_string()),
            message: None,
        },
        // Refused on the way, and allowed in the end
        None => Expect::Anything,
    }
}

/// One sentence about what came of an action.
pub(in super::super) fn what_happened(
    outcome: &Result<(), StepError>,
    exchanges: &Stretch<'_, Exchange>,
) -> String {
    if let Err(error) = outcome {
        return error.to_string();
    }
    let refused = exchanges.iter().find(|exchange| exchange.refused());
    match refused.and_then(|exchange| Some((exchange, exchange.refusal.as_ref()?))) {
        Some((exchange, refusal)) => {
            let check = exchange
                .failed_check()
                .map_or("no check", |check| &check.name);
            format!(
                "{} refused with {} at {check}: {}",
                exchange.to, refusal.code, refusal.message
            )
        }
        None => "allowed".to_owned(),
    }
}
