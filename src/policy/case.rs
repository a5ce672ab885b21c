//! A question as people write it: one JSON object with a request and the policies around it.
//!
//! This is what `tokentrail explain` reads. Policies stand in the case as JSON objects, or as
//! strings that hold a policy's text; complaints about either point into the case itself.

use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::context::{ContextValue, RequestContext};
use super::document::{MAX_POLICY_BYTES, Policy, PolicyKind};
use super::error::{Fault, PolicyError, Span, did_you_mean};
use super::evaluate::{NamedPolicy, PolicySet, Request, decide};
use super::explain::{Explanation, explain};
use super::grammar;
use super::json::{self, Json, Member, Node};
use super::principal::{Principal, is_account_id};
use super::report::Outcome;

/// How long a case may be, in bytes.
pub const MAX_CASE_BYTES: usize = 4 * 1024 * 1024;
/// How many condition keys a request may have.
pub const MAX_CONTEXT_KEYS: usize = 1_000;
/// How many values one condition key may have.
pub const MAX_CONTEXT_VALUES: usize = 1_000;
/// How long an action, resource, principal or condition value may be, in bytes.
pub const MAX_REQUEST_TEXT_BYTES: usize = 8_192;
/// How many policies of one kind a case may have.
pub const MAX_POLICIES_PER_KIND: usize = 100;

const KEYS: [&str; 11] = [
    "principal",
    "action",
    "resource",
    "resource_account",
    "context",
    "identity_policies",
    "session_policies",
    "permissions_boundary",
    "resource_policy",
    "trust_policy",
    "service_control_policies",
];

/// A request and the policies that have a say in it.
#[derive(Clone, Debug)]
pub struct Case {
    /// The request.
    pub request: Request,
    /// The policies.
    pub policies: PolicySet,
}

impl Case {
    /// Reads a case from its JSON text.
    ///
    /// # Errors
    /// The first thing that is wrong with it, and where.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        Self::read_text(text).map_err(|fault| fault.locate(text))
    }

    /// Reads one case, or one per line (JSON Lines). Each comes with the line it begins on, from
    /// 1; a place in an error is counted in the whole text.
    #[must_use]
    pub fn parse_all(text: &str) -> Vec<(usize, Result<Self, PolicyError>)> {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let first_is_whole = lines.next().is_some_and(|line| json::parse(line).is_ok());
        if !first_is_whole || lines.next().is_none() {
            let before = text.len() - text.trim_start().len();
            let line = text.get(..before).unwrap_or("").matches('\n').count() + 1;
            return vec![(line, Self::parse(text))];
        }
        let mut offset = 0;
        let mut cases = Vec::new();
        for (index, line) in text.split('\n').enumerate() {
            if !line.trim().is_empty() {
                let case = Self::parse(line).map_err(|error| PolicyError {
                    line: index + 1,
                    offset: error.offset + offset,
                    ..error
                });
                cases.push((index + 1, case));
            }
            offset += line.len() + 1;
        }
        cases
    }

    /// Decides, and says why.
    #[must_use]
    pub fn explain(&self) -> Explanation {
        explain(&self.policies, &self.request)
    }

    /// Decides, without saying why.
    #[must_use]
    pub fn decide(&self) -> Outcome {
        decide(&self.policies, &self.request).outcome
    }

    fn read_text(text: &str) -> Result<Self, Fault> {
        if text.len() > MAX_CASE_BYTES {
            let message = format!("the case is longer than the limit of {MAX_CASE_BYTES} bytes");
            return Err(Fault::new(Span::default(), message));
        }
        let node = json::parse(text)?;
        let Json::Object(members) = &node.value else {
            let message = format!("expected a case as a JSON object, found {}", node.kind());
            return Err(Fault::new(node.span, message));
        };
        for member in members {
            if !KEYS.contains(&member.key.as_str()) {
                let message = format!("unknown key `{}` in a case", member.key);
                return Err(Fault::new(member.key_span, message)
                    .maybe_hint(did_you_mean(&member.key, KEYS))
                    .maybe_hint(Some(format!("expected one of {}", KEYS.join(", ")))));
            }
        }
        let reader = Reader {
            members,
            text,
            whole: Span {
                end: node.span.start + 1,
                ..node.span
            },
        };
        Ok(Self {
            request: reader.request()?,
            policies: reader.policies()?,
        })
    }
}

impl<'de> Deserialize<'de> for Case {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let text = serde_json::to_string_pretty(&value).map_err(D::Error::custom)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

struct Reader<'n> {
    members: &'n [Member],
    text: &'n str,
    whole: Span,
}

impl Reader<'_> {
    /// The value of a key; `null` counts as absent.
    fn find(&self, key: &str) -> Option<&Node> {
        let member = self.members.iter().find(|member| member.key == key)?;
        (!matches!(member.value.value, Json::Null)).then_some(&member.value)
    }

    fn required(&self, key: &str) -> Result<&Node, Fault> {
        self.find(key)
            .ok_or_else(|| Fault::new(self.whole, format!("the case has no `{key}`")))
    }

    fn request(&self) -> Result<Request, Fault> {
        let principal = read_principal(self.required("principal")?)?;
        let action = self.required("action")?;
        let name = text_of(action, "`action`")?;
        let shaped = name
            .split_once(':')
            .is_some_and(|(s, a)| !s.is_empty() && !a.is_empty());
        if !shaped || name.contains(['*', '?']) {
            return Err(
                Fault::new(action.span, format!("`{name}` is not one action"))
                    .hint("service:Action, such as s3:GetObject"),
            );
        }
        // A role to be assumed need not be named: its trust policy is what is asked.
        let resource = match (self.find("resource"), self.find("trust_policy")) {
            (None, Some(_)) => "*".to_owned(),
            _ => text_of(self.required("resource")?, "`resource`")?.to_owned(),
        };
        let resource_account = match self.find("resource_account") {
            Some(node) => Some(read_account(node)?),
            None => None,
        };
        let context = match self.find("context") {
            Some(node) => read_context(node)?,
            None => RequestContext::new(),
        };
        Ok(Request {
            principal,
            action: name.to_owned(),
            resource,
            resource_account,
            context,
        })
    }

    fn policies(&self) -> Result<PolicySet, Fault> {
        let mut levels = Vec::new();
        if let Some(node) = self.find("service_control_policies") {
            for (index, level) in many(node, "a list per organisation level")?
                .iter()
                .enumerate()
            {
                let name = format!("service_control_policies[{index}]");
                levels.push(self.list(level, PolicyKind::ServiceControl, &name)?);
            }
        }
        Ok(PolicySet {
            identity: self.named_list("identity_policies", PolicyKind::Identity)?,
            session: self.named_list("session_policies", PolicyKind::Session)?,
            boundary: self.single("permissions_boundary", PolicyKind::Boundary)?,
            resource: self.single("resource_policy", PolicyKind::Resource)?,
            trust: self.single("trust_policy", PolicyKind::Trust)?,
            service_control: levels,
        })
    }

    fn named_list(&self, key: &str, kind: PolicyKind) -> Result<Vec<NamedPolicy>, Fault> {
        match self.find(key) {
            Some(node) => self.list(node, kind, key),
            None => Ok(Vec::new()),
        }
    }

    fn single(&self, key: &str, kind: PolicyKind) -> Result<Option<NamedPolicy>, Fault> {
        self.find(key)
            .map(|node| self.policy(node, kind, key.to_owned()))
            .transpose()
    }

    /// A list of policies, or one policy that stands for a list of one.
    fn list(&self, node: &Node, kind: PolicyKind, key: &str) -> Result<Vec<NamedPolicy>, Fault> {
        let nodes = match &node.value {
            Json::Array(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        if nodes.len() > MAX_POLICIES_PER_KIND {
            let message = format!("more than the limit of {MAX_POLICIES_PER_KIND} policies");
            return Err(Fault::new(node.span, message));
        }
        let one = |(index, node)| self.policy(node, kind, format!("{key}[{index}]"));
        nodes.iter().enumerate().map(one).collect()
    }

    fn policy(&self, node: &Node, kind: PolicyKind, name: String) -> Result<NamedPolicy, Fault> {
        let policy = match &node.value {
            Json::String(text) => Policy::parse(kind, text).map_err(|error| {
                let message = format!(
                    "in the policy inside this string, line {}, column {}: {}",
                    error.line, error.column, error.message
                );
                Fault::new(node.span, message).maybe_hint(error.hint)
            })?,
            _ => {
                if node.span.end - node.span.start > MAX_POLICY_BYTES {
                    let message =
                        format!("a policy is longer than the limit of {MAX_POLICY_BYTES} bytes");
                    return Err(Fault::new(node.span, message));
                }
                grammar::read(kind, node, self.text)?
            }
        };
        Ok(NamedPolicy::new(name, Arc::new(policy)))
    }
}

/// A principal as a name, or as the object that says its type.
fn read_principal(node: &Node) -> Result<Principal, Fault> {
    let fault = |message: String| Fault::new(node.span, message);
    match &node.value {
        Json::String(name) if name.len() <= MAX_REQUEST_TEXT_BYTES => {
            Principal::from_name(name).map_err(fault)
        }
        Json::Object(members) => {
            if let [member] = members.as_slice()
                && let Json::String(name) = &member.value.value
                && let Some(found) = Principal::from_policy_form(&member.key, name)
            {
                return found.map_err(fault);
            }
            let mut map = serde_json::Map::new();
            for member in members {
                let text = text_of(&member.value, "a principal's parts")?.to_owned();
                map.insert(member.key.clone(), text.into());
            }
            serde_json::from_value(map.into()).map_err(|error| {
                fault(format!("this is no principal: {error}")).hint(
                    "for example {\"type\": \"role_session\", \"role_arn\": …, \"session_arn\": …}",
                )
            })
        }
        _ => Err(fault(format!(
            "expected a principal, found {}",
            node.kind()
        ))),
    }
}

fn read_account(node: &Node) -> Result<String, Fault> {
    let text = match &node.value {
        Json::Number(text) => text.as_str(),
        _ => text_of(node, "`resource_account`")?,
    };
    match is_account_id(text) {
        true => Ok(text.to_owned()),
        false => Err(
            Fault::new(node.span, format!("`{text}` is not an account id"))
                .hint("twelve digits, such as \"111122223333\""),
        ),
    }
}

fn read_context(node: &Node) -> Result<RequestContext, Fault> {
    let Json::Object(members) = &node.value else {
        return Err(Fault::new(node.span, "expected `context` to be an object"));
    };
    if members.len() > MAX_CONTEXT_KEYS {
        let message = format!("more than the limit of {MAX_CONTEXT_KEYS} condition keys");
        return Err(Fault::new(node.span, message));
    }
    let mut context = RequestContext::new();
    for member in members {
        if context.get(&member.key).is_some() {
            return Err(
                Fault::new(member.key_span, format!("`{}` is here twice", member.key))
                    .hint("letter case does not tell condition keys apart"),
            );
        }
        let value = match &member.value.value {
            Json::Null => continue,
            Json::Array(items) if items.len() > MAX_CONTEXT_VALUES => {
                let message = format!("more than the limit of {MAX_CONTEXT_VALUES} values");
                return Err(Fault::new(member.key_span, message));
            }
            Json::Array(items) => {
                ContextValue::Many(items.iter().map(context_text).collect::<Result<_, _>>()?)
            }
            _ => ContextValue::One(context_text(&member.value)?),
        };
        context.set(member.key.clone(), value);
    }
    Ok(context)
}

fn context_text(node: &Node) -> Result<String, Fault> {
    match &node.value {
        Json::Number(text) => Ok(text.clone()),
        Json::Bool(value) => Ok(value.to_string()),
        _ => text_of(node, "a condition key's value").map(str::to_owned),
    }
}

fn text_of<'n>(node: &'n Node, what: &str) -> Result<&'n str, Fault> {
    match &node.value {
        Json::String(text) if text.len() <= MAX_REQUEST_TEXT_BYTES => Ok(text),
        Json::String(_) => Err(Fault::new(
            node.span,
            format!("{what} is longer than the limit of {MAX_REQUEST_TEXT_BYTES} bytes"),
        )),
        _ => Err(Fault::new(
            node.span,
            format!("expected {what} to be a string, found {}", node.kind()),
        )),
    }
}

fn many<'n>(node: &'n Node, what: &str) -> Result<&'n [Node], Fault> {
    match &node.value {
        Json::Array(items) if items.len() <= MAX_POLICIES_PER_KIND => Ok(items),
        Json::Array(_) => {
            let message = format!("more than the limit of {MAX_POLICIES_PER_KIND} levels");
            Err(Fault::new(node.span, message))
        }
        _ => Err(Fault::new(
            node.span,
            format!("expected {what}, found {}", node.kind()),
        )),
    }
}
