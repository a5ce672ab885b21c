//! A policy decision as one check: the step that decided, what its statement asked, and what the
//! request had.

use super::authorize::{Ask, PERMISSIONS_CHECK};
use crate::cloud::aws::shorten;
use crate::policy::{Effect, Explanation, PartName, PartReport, PolicyKind, StatementReport};

/// The check that a decision makes.
#[derive(Debug, PartialEq, Eq)]
pub struct Check {
    /// Which step decided
    pub name: &'static str,
    /// What the statement asked
    pub expected: String,
    /// What the request had
    pub actual: String,
}

/// The check that this decision makes.
pub fn of(explanation: &Explanation, ask: &Ask) -> Check {
    if let Some(refusal) = explanation.refusal {
        return match refusal.explicit {
            true => denied(explanation, ask),
            false => not_allowed(explanation, refusal.kind, ask),
        };
    }
    let kind = explanation
        .deciding
        .as_ref()
        .map_or(PolicyKind::Identity, |at| at.kind);
    let (expected, actual) = match explanation.statements.iter().find(|report| report.decides) {
        Some(report) => telling_part(report).map_or_else(|| by_action(ask), shown),
        None => by_action(ask),
    };
    Check {
        name: name(kind, ask),
        expected,
        actual,
    }
}

/// What the stage calls the step at which this kind of policy is asked.
fn name(kind: PolicyKind, ask: &Ask) -> &'static str {
    match kind {
        PolicyKind::Identity => PERMISSIONS_CHECK.0,
        PolicyKind::Boundary => "Boundary",
        PolicyKind::Session => "Session policy",
        PolicyKind::ServiceControl => "Service control policy",
        PolicyKind::Trust => "Trust policy",
        PolicyKind::Resource if ask.action.starts_with("s3:") => "Bucket policy",
        PolicyKind::Resource => "Resource policy",
    }
}

fn by_action(ask: &Ask) -> (String, String) {
    (format!("{} allowed", ask.action), "allowed".to_owned())
}

fn denied(explanation: &Explanation, ask: &Ask) -> Check {
    let actual = explanation
        .deciding
        .as_ref()
        .map_or_else(String::new, |at| {
            let statement = match &at.sid {
                Some(sid) => format!("statement {sid}"),
                None => format!("statement {}", at.statement + 1),
            };
            format!("{statement} of {} denies it", at.policy)
        });
    Check {
        name: "Explicit deny",
        expected: format!("nothing denies {}", ask.action),
        actual,
    }
}

fn not_allowed(explanation: &Explanation, kind: PolicyKind, ask: &Ask) -> Check {
    let nearest = explanation
        .statements
        .iter()
        .filter(|report| report.kind == kind && report.effect == Effect::Allow && !report.matched)
        // The first of those that come equally near
        .rev()
        .max_by_key(|report| nearness(report));
    let failed = nearest.and_then(|report| report.parts.iter().find(|part| !part.matched));
    let (expected, actual) = match failed {
        Some(part) => shown(part),
        None => {
            let actual = match explanation
                .statements
                .iter()
                .any(|report| report.kind == kind)
            {
                true => format!("no {} allows it", kind.aws_name()),
                false => format!("there is no {}", kind.aws_name()),
            };
            (format!("{} allowed", ask.action), actual)
        }
    };
    Check {
        name: name(kind, ask),
        expected,
        actual,
    }
}

/// How near a statement came to matching: first the right action, then the most parts, then a
/// slip that is recognised.
fn nearness(report: &StatementReport) -> (bool, bool, usize, bool) {
    let holds = |name: PartName| {
        report
            .parts
            .iter()
            .any(|part| part.part == name && part.matched)
    };
    let matched = report.parts.iter().filter(|part| part.matched).count();
    let slip = report.parts.iter().any(|part| part.near_miss.is_some());
    (
        holds(PartName::Action),
        holds(PartName::Resource),
        matched,
        slip,
    )
}

/// The part of a statement that says most about who may: its last condition, or its resource.
fn telling_part(report: &StatementReport) -> Option<&PartReport> {
    let last = |name: PartName| report.parts.iter().rfind(|part| part.part == name);
    last(PartName::Condition).or_else(|| last(PartName::Resource))
}

/// What a part asked and what the request had.
fn shown(part: &PartReport) -> (String, String) {
    let had = part.had.as_ref().map(|had| had.join(", "));
    if let Some(key) = &part.key {
        let asked: Vec<String> = part.asked.iter().map(|asked| shorten(asked)).collect();
        let expected = format!("{key} {} {}", part.element, asked.join(" or "));
        let actual = had.map_or_else(|| format!("no {key}"), |had| shorten(&had));
        return (expected, actual);
    }
    let had = had.unwrap_or_default();
    if let Some(asked) = other_services(part, &had) {
        return (asked, had);
    }
    let nearest = part
        .asked
        .iter()
        .rev()
        .max_by_key(|asked| common_bytes(asked, &had));
    let asked = nearest.cloned().unwrap_or_default();
    let (asked, had) = without_common_beginning(&asked, &had);
    let asked = match part.element.starts_with("Not") {
        true => format!("anything but {asked}"),
        false => asked.to_owned(),
    };
    (asked, had.to_owned())
}

/// Where none of the actions asked for is of the service that was asked, none of them is nearer
/// than the others: all are shown, as far as a line goes.
fn other_services(part: &PartReport, had: &str) -> Option<String> {
    const SHOWN: usize = 3;
    let service = |action: &str| {
        action
            .split_once(':')
            .map(|(service, _)| service.to_lowercase())
    };
    if part.part != PartName::Action || part.element.starts_with("Not") {
        return None;
    }
    let wanted = service(had)?;
    let near = |asked: &String| service(asked).is_none_or(|it| it == wanted);
    if part.asked.iter().any(near) {
        return None;
    }
    let shown: Vec<&str> = part.asked.iter().take(SHOWN).map(String::as_str).collect();
    let more = part.asked.len().saturating_sub(SHOWN);
    Some(match more {
        0 => shown.join(" or "),
        more => format!("{} or {more} more", shown.join(" or ")),
    })
}

fn common_bytes(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}

/// Two ARNs of one bucket or table differ in what stands behind the last common slash; show that.
fn without_common_beginning<'t>(asked: &'t str, had: &'t str) -> (&'t str, &'t str) {
    let common = common_bytes(asked, had);
    let cut = had
        .get(..common)
        .and_then(|both| both.rfind('/'))
        .map_or(0, |slash| slash + 1);
    match (asked.get(cut..), had.get(cut..)) {
        (Some(asked), Some(had)) if !asked.is_empty() && !had.is_empty() => (asked, had),
        _ => (asked, had),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(asked: &[&str], had: &str) -> (String, String) {
        shown(&PartReport {
            part: PartName::Action,
            element: "Action".to_owned(),
            key: None,
            matched: false,
            asked: asked.iter().map(|it| (*it).to_owned()).collect(),
            had: Some(vec![had.to_owned()]),
            near_miss: None,
            note: None,
        })
    }

    #[test]
    fn an_action_of_another_service_is_not_nearer_for_its_spelling() {
        let (asked, had) = action(&["s3:GetObject", "sqs:*"], "sts:AssumeRole");
        assert_eq!(
            (asked.as_str(), had.as_str()),
            ("s3:GetObject or sqs:*", "sts:AssumeRole")
        );
        let (asked, _) = action(&["a:1", "b:1", "c:1", "d:1", "e:1"], "sts:AssumeRole");
        assert_eq!(asked, "a:1 or b:1 or c:1 or 2 more");
    }

    #[test]
    fn of_actions_of_the_service_the_nearest_is_shown() {
        let (asked, _) = action(
            &["s3:GetObject", "sts:AssumeRoleWithSAML"],
            "sts:AssumeRole",
        );
        assert_eq!(asked, "sts:AssumeRoleWithSAML");
    }
}
