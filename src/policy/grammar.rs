//! From JSON to a policy: the grammar of the IAM language, with a place for every complaint.

use std::collections::BTreeSet;

use super::condition::{Condition, Operator, Values};
use super::document::{
    Effect, MAX_STATEMENTS, MAX_VALUES_PER_LIST, PatternElement, Policy, PolicyKind, Statement,
    Version,
};
use super::error::{Fault, Span, did_you_mean, line_and_column};
use super::json::{Json, Member, Node};
use super::pattern::{Pattern, Style};
use super::principal::{Named, PrincipalElement, PrincipalEntry};
use super::shapes::{condition_values, object, opening, string, strings};

const POLICY_ELEMENTS: [&str; 3] = ["Version", "Id", "Statement"];
const STATEMENT_ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];
const PRINCIPAL_TYPES: [&str; 4] = ["AWS", "Federated", "Service", "CanonicalUser"];

/// Reads a policy from a JSON value that stands somewhere in `text`.
pub(crate) fn read(kind: PolicyKind, node: &Node, text: &str) -> Result<Policy, Fault> {
    let members = object(node, "a policy")?;
    for member in members {
        check_name(
            member,
            &POLICY_ELEMENTS,
            &STATEMENT_ELEMENTS,
            "inside a statement",
        )?;
    }
    let version = read_version(find(members, "Version"))?;
    let id = match find(members, "Id") {
        Some(member) => Some(string(&member.value, "`Id`")?.to_owned()),
        None => None,
    };
    let Some(statement) = find(members, "Statement") else {
        return Err(Fault::new(opening(node), "the policy has no `Statement`"));
    };
    let nodes = match &statement.value.value {
        Json::Array(items) => items.as_slice(),
        _ => std::slice::from_ref(&statement.value),
    };
    if nodes.is_empty() {
        return Err(Fault::new(statement.value.span, "`Statement` is empty")
            .hint("a policy has at least one statement"));
    }
    if nodes.len() > MAX_STATEMENTS {
        let message = format!("more than the limit of {MAX_STATEMENTS} statements");
        return Err(Fault::new(statement.key_span, message));
    }
    let reader = Reader {
        kind,
        version,
        text,
    };
    let mut sids = BTreeSet::new();
    let mut statements = Vec::with_capacity(nodes.len());
    for (index, node) in nodes.iter().enumerate() {
        statements.push(reader.statement(index, node, &mut sids)?);
    }
    let text = text
        .get(node.span.start..node.span.end)
        .unwrap_or(text)
        .to_owned();
    Ok(Policy {
        kind,
        version,
        id,
        statements,
        text,
    })
}

fn read_version(member: Option<&Member>) -> Result<Version, Fault> {
    let Some(member) = member else {
        return Ok(Version::default());
    };
    match string(&member.value, "`Version`")? {
        "2012-10-17" => Ok(Version::V2012),
        "2008-10-17" => Ok(Version::V2008),
        other => Err(Fault::new(
            member.value.span,
            format!("`{other}` is not a version of the policy language"),
        )
        .hint("use 2012-10-17; this is not the date of the policy")),
    }
}

struct Reader<'t> {
    kind: PolicyKind,
    version: Version,
    text: &'t str,
}

impl Reader<'_> {
    fn statement(
        &self,
        index: usize,
        node: &Node,
        sids: &mut BTreeSet<String>,
    ) -> Result<Statement, Fault> {
        let members = object(node, "a statement")?;
        for member in members {
            check_name(
                member,
                &STATEMENT_ELEMENTS,
                &POLICY_ELEMENTS,
                "at the top of the policy",
            )?;
        }
        let sid = match find(members, "Sid") {
            Some(member) => Some(self.sid(member, sids)?),
            None => None,
        };
        let Some(effect) = find(members, "Effect") else {
            return Err(missing(node, "Effect").hint("`Allow` or `Deny`"));
        };
        let effect = read_effect(&effect.value)?;
        let principal = self.principal(node, members)?;
        let action = self.actions(node, members)?;
        let resource = self.resources(node, members, &action)?;
        let conditions = match find(members, "Condition") {
            Some(member) => self.conditions(&member.value)?,
            None => Vec::new(),
        };
        let line = line_and_column(self.text, node.span.start).0;
        Ok(Statement {
            index,
            line,
            sid,
            effect,
            principal,
            action,
            resource,
            conditions,
        })
    }

    fn sid(&self, member: &Member, sids: &mut BTreeSet<String>) -> Result<String, Fault> {
        let at = member.value.span;
        let sid = string(&member.value, "`Sid`")?;
        let plain = sid.bytes().all(|b| b.is_ascii_alphanumeric());
        if !self.kind.has_principal() && !plain {
            return Err(Fault::new(
                at,
                format!("the Sid `{sid}` has other than letters and digits"),
            )
            .hint("A to Z, a to z and 0 to 9 only"));
        }
        if !sid.is_empty() && !sids.insert(sid.to_owned()) {
            return Err(Fault::new(
                at,
                format!("the Sid `{sid}` is already another statement's"),
            )
            .hint("Sids are unique in a policy"));
        }
        Ok(sid.to_owned())
    }

    fn principal(
        &self,
        node: &Node,
        members: &[Member],
    ) -> Result<Option<PrincipalElement>, Fault> {
        let member = one_of(members, "Principal", "NotPrincipal")?;
        match (member, self.kind.has_principal()) {
            (None, false) => Ok(None),
            (None, true) => Err(missing(node, "Principal")
                .hint(format!("{} says whom it means", self.kind.with_article()))),
            (Some(member), false) => Err(Fault::new(
                member.key_span,
                format!("{} has no `{}`", self.kind.with_article(), member.key),
            )
            .hint("it applies to whom it is attached; remove the element")),
            (Some(member), true) => {
                let entries = read_principals(&member.value)?;
                Ok(Some(PrincipalElement {
                    negated: member.key == "NotPrincipal",
                    entries,
                }))
            }
        }
    }

    fn actions(&self, node: &Node, members: &[Member]) -> Result<PatternElement, Fault> {
        let Some(member) = one_of(members, "Action", "NotAction")? else {
            return Err(missing(node, "Action").hint("or `NotAction`"));
        };
        let texts = strings(&member.value, &member.key)?;
        if texts.is_empty() {
            return Err(Fault::new(
                member.value.span,
                format!("`{}` is empty", member.key),
            ));
        }
        let style = Style {
            wildcards: true,
            variables: false,
            ignore_case: true,
            arn_parts: false,
        };
        let mut patterns = Vec::with_capacity(texts.len());
        for (text, at) in &texts {
            self.check_action(text, *at)?;
            patterns.push(Pattern::parse(text, style, *at)?);
        }
        Ok(PatternElement {
            negated: member.key == "NotAction",
            patterns,
        })
    }

    fn check_action(&self, text: &str, at: Span) -> Result<(), Fault> {
        if text.contains("${") {
            return Err(Fault::new(at, "an action takes no variable")
                .hint("variables work in resources and in condition values"));
        }
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-_.*?".contains(&b);
        let shaped = match text.split_once(':') {
            Some((service, action)) => {
                !service.is_empty()
                    && !action.is_empty()
                    && service.bytes().all(allowed)
                    && action.bytes().all(allowed)
            }
            None => text == "*",
        };
        if !shaped {
            return Err(Fault::new(at, format!("`{text}` is not an action"))
                .hint("an action is service:Name, such as s3:GetObject, or `*`"));
        }
        let sts = text
            .get(..4)
            .is_some_and(|start| start.eq_ignore_ascii_case("sts:"));
        if self.kind == PolicyKind::Trust && !sts {
            return Err(
                Fault::new(at, format!("a role trust policy cannot be about `{text}`"))
                    .hint("it names actions of sts only, such as sts:AssumeRoleWithWebIdentity"),
            );
        }
        Ok(())
    }

    fn resources(
        &self,
        node: &Node,
        members: &[Member],
        action: &PatternElement,
    ) -> Result<Option<PatternElement>, Fault> {
        let member = one_of(members, "Resource", "NotResource")?;
        let Some(member) = member else {
            // A repository policy of ECR is about the repository it is attached to.
            let ecr = action
                .patterns
                .iter()
                .all(|p| p.source().starts_with("ecr:"));
            return match self.kind {
                PolicyKind::Trust => Ok(None),
                PolicyKind::Resource if ecr => Ok(None),
                _ => Err(missing(node, "Resource").hint("an ARN, a list of them, or `*`")),
            };
        };
        if self.kind == PolicyKind::Trust {
            return Err(Fault::new(
                member.key_span,
                format!("a role trust policy has no `{}`", member.key),
            )
            .hint("it is about its role; remove the element"));
        }
        let texts = strings(&member.value, &member.key)?;
        if texts.is_empty() {
            return Err(Fault::new(
                member.value.span,
                format!("`{}` is empty", member.key),
            ));
        }
        let style = Style {
            wildcards: true,
            variables: self.version == Version::V2012,
            ignore_case: false,
            arn_parts: true,
        };
        let mut patterns = Vec::with_capacity(texts.len());
        for (text, at) in &texts {
            self.check_resource(text, *at)?;
            patterns.push(Pattern::parse(text, style, *at)?);
        }
        Ok(Some(PatternElement {
            negated: member.key == "NotResource",
            patterns,
        }))
    }

    fn check_resource(&self, text: &str, at: Span) -> Result<(), Fault> {
        let starts = ["arn:", "*", "?", "${"].iter().any(|s| text.starts_with(s));
        // API Gateway's resource policies may shorten their ARN.
        let gateway = self.kind == PolicyKind::Resource && text.starts_with("execute-api:/");
        if starts || gateway {
            return Ok(());
        }
        let message = format!("the resource `{text}` is neither an ARN nor `*`");
        Err(Fault::new(at, message).hint("such as arn:aws:s3:::bucket/*"))
    }

    fn conditions(&self, node: &Node) -> Result<Vec<Condition>, Fault> {
        let mut conditions = Vec::new();
        for member in object(node, "`Condition`")? {
            let operator = Operator::parse(&member.key, member.key_span)?;
            let what = format!("`{}`", member.key);
            let mut seen = BTreeSet::new();
            for entry in object(&member.value, &what)? {
                let condition = self.condition(&member.key, operator, entry)?;
                if !seen.insert(condition.key_lower.clone()) {
                    let message = format!("the key `{}` is here twice", entry.key);
                    return Err(Fault::new(entry.key_span, message)
                        .hint("letter case does not tell condition keys apart"));
                }
                conditions.push(condition);
            }
        }
        if conditions.len() > MAX_VALUES_PER_LIST {
            let message = format!("more than the limit of {MAX_VALUES_PER_LIST} conditions");
            return Err(Fault::new(opening(node), message));
        }
        Ok(conditions)
    }

    fn condition(
        &self,
        name: &str,
        operator: Operator,
        entry: &Member,
    ) -> Result<Condition, Fault> {
        let key = entry.key.clone();
        let (service, local) = key.split_once(':').unwrap_or((&key, ""));
        if service.is_empty() || local.is_empty() || key.contains(char::is_whitespace) {
            return Err(
                Fault::new(entry.key_span, format!("`{key}` is not a condition key"))
                    .hint("a key is service:name, such as aws:SourceIp"),
            );
        }
        let texts = condition_values(&entry.value)?;
        let values = Values::parse(operator.family, &texts, self.version == Version::V2012)?;
        Ok(Condition {
            operator_name: name.to_owned(),
            operator,
            key_lower: key.to_ascii_lowercase(),
            key,
            sources: texts.into_iter().map(|(text, _)| text).collect(),
            values,
        })
    }
}

fn read_effect(node: &Node) -> Result<Effect, Fault> {
    match string(node, "`Effect`")? {
        "Allow" => Ok(Effect::Allow),
        "Deny" => Ok(Effect::Deny),
        other => Err(Fault::new(node.span, format!("`{other}` is not an effect"))
            .hint("`Allow` or `Deny`, with a capital letter")),
    }
}

fn read_principals(node: &Node) -> Result<Vec<PrincipalEntry>, Fault> {
    if let Json::String(text) = &node.value {
        if text == "*" {
            return Ok(vec![PrincipalEntry {
                source: text.clone(),
                means: Named::Anyone,
            }]);
        }
        return Err(
            Fault::new(node.span, format!("`{text}` stands without its type")).hint(
                "write {\"AWS\": …}, {\"Federated\": …} or {\"Service\": …}; only `*` stands alone",
            ),
        );
    }
    let mut entries = Vec::new();
    for member in object(node, "`Principal`")? {
        if !PRINCIPAL_TYPES.contains(&member.key.as_str()) {
            let message = format!("`{}` is not a type of principal", member.key);
            return Err(Fault::new(member.key_span, message)
                .maybe_hint(did_you_mean(&member.key, PRINCIPAL_TYPES))
                .maybe_hint(Some(format!("one of {}", PRINCIPAL_TYPES.join(", ")))));
        }
        for (text, at) in strings(&member.value, &member.key)? {
            let entry = PrincipalEntry::parse(&member.key, &text)
                .map_err(|(message, hint)| Fault::new(at, message).maybe_hint(hint))?;
            entries.push(entry);
        }
    }
    if entries.is_empty() {
        return Err(Fault::new(node.span, "the principal names nobody"));
    }
    Ok(entries)
}

/// Refuses an element that the place does not know, with the nearest one it does.
fn check_name(
    member: &Member,
    known: &[&str],
    elsewhere: &[&str],
    where_it_belongs: &str,
) -> Result<(), Fault> {
    let name = member.key.as_str();
    if known.contains(&name) {
        return Ok(());
    }
    let fault = Fault::new(member.key_span, format!("unknown element `{name}`"));
    if elsewhere.contains(&name) {
        return Err(fault.hint(format!("`{name}` belongs {where_it_belongs}")));
    }
    Err(fault
        .maybe_hint(did_you_mean(name, known.iter().copied()))
        .maybe_hint(Some(format!("expected one of {}", known.join(", ")))))
}

fn find<'m>(members: &'m [Member], key: &str) -> Option<&'m Member> {
    members.iter().find(|member| member.key == key)
}

/// The element or its negation, but not both.
fn one_of<'m>(
    members: &'m [Member],
    plain: &str,
    negated: &str,
) -> Result<Option<&'m Member>, Fault> {
    match (find(members, plain), find(members, negated)) {
        (Some(_), Some(second)) => Err(Fault::new(
            second.key_span,
            format!("a statement has `{plain}` or `{negated}`, not both"),
        )),
        (found, other) => Ok(found.or(other)),
    }
}

fn missing(node: &Node, element: &str) -> Fault {
    Fault::new(opening(node), format!("this statement has no `{element}`"))
}
