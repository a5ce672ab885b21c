//! The parameters of an STS request, read as STS reads them: a form in the body or the query,
//! and a `ValidationError` that lists every broken constraint of the API model.

use crate::cloud::aws::{AwsError, shorten};
use crate::protocol::form::Form;
use crate::protocol::message::{Message, Request, RequestExt};

/// The longest inline session policy, in characters; the ARNs of managed ones count along.
pub const MAX_SESSION_POLICY_CHARS: usize = 2048;
/// The most managed session policies.
const MAX_POLICY_ARNS: usize = 10;
/// The shortest session there is.
const MIN_DURATION_SECONDS: i64 = 900;
/// The longest session any role can give.
const MAX_DURATION_SECONDS: i64 = 43_200;

/// A regular expression of the API model, and what decides whether a text fits it.
type Pattern = (&'static str, fn(char) -> bool);

/// What the API model demands of a text.
#[derive(Clone, Copy, Debug)]
pub struct TextRule {
    shortest_chars: usize,
    longest_chars: usize,
    pattern: Option<Pattern>,
}

/// A role's ARN.
pub const ARN: TextRule = TextRule {
    shortest_chars: 20,
    longest_chars: 2048,
    pattern: None,
};
/// A session's name.
pub const SESSION_NAME: TextRule = TextRule {
    shortest_chars: 2,
    longest_chars: 64,
    pattern: Some((r"[\w+=,.@-]*", is_session_name_char)),
};
/// A token.
pub const WEB_IDENTITY_TOKEN: TextRule = TextRule {
    shortest_chars: 4,
    longest_chars: 20_000,
    pattern: None,
};
/// A provider of opaque tokens.
pub const PROVIDER_ID: TextRule = TextRule {
    shortest_chars: 4,
    longest_chars: 2048,
    pattern: None,
};
/// An inline session policy.
pub const POLICY: TextRule = TextRule {
    shortest_chars: 1,
    longest_chars: MAX_SESSION_POLICY_CHARS,
    pattern: None,
};

fn is_session_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)
}

/// The form of a request, wherever it travels.
pub fn form(request: &Request) -> Form {
    let in_query = request.query_form().unwrap_or_default();
    let in_body = request.form_body().unwrap_or_default();
    if in_body.get("Action").is_some() {
        in_body
    } else {
        in_query
    }
}

/// Parameters of a request; constraints that are broken gather until [`Params::finish`].
#[derive(Debug)]
pub struct Params {
    form: Form,
    broken: Vec<String>,
}

impl Params {
    /// Reads a request's parameters.
    pub fn of(request: &Request) -> Self {
        Self {
            form: form(request),
            broken: Vec::new(),
        }
    }

    /// A text that must be there.
    pub fn required(&mut self, name: &str, rule: TextRule) -> String {
        let text = self.optional(name, rule);
        if text.is_none() {
            self.broken.push(format!(
                "Value null at '{}' failed to satisfy constraint: Member must not be null",
                camel(name)
            ));
        }
        text.unwrap_or_default()
    }

    /// A text that may be there.
    pub fn optional(&mut self, name: &str, rule: TextRule) -> Option<String> {
        let text = self.form.get(name)?.to_owned();
        let chars = text.chars().count();
        if chars > rule.longest_chars {
            let constraint = format!("have length less than or equal to {}", rule.longest_chars);
            self.break_rule(name, &text, &constraint);
        }
        if chars < rule.shortest_chars {
            let constraint = format!(
                "have length greater than or equal to {}",
                rule.shortest_chars
            );
            self.break_rule(name, &text, &constraint);
        }
        if let Some((pattern, _)) = rule.pattern.filter(|(_, fits)| !text.chars().all(fits)) {
            let constraint = format!("satisfy regular expression pattern: {pattern}");
            self.break_rule(name, &text, &constraint);
        }
        Some(text)
    }

    /// How long the session shall last, in seconds.
    pub fn duration_seconds(&mut self) -> Option<i64> {
        const NAME: &str = "DurationSeconds";
        let text = self.form.get(NAME)?.to_owned();
        let Ok(seconds) = text.parse::<i64>() else {
            self.break_rule(NAME, &text, "be a whole number");
            return None;
        };
        if seconds < MIN_DURATION_SECONDS {
            let constraint = format!("have value greater than or equal to {MIN_DURATION_SECONDS}");
            self.break_rule(NAME, &text, &constraint);
        }
        if seconds > MAX_DURATION_SECONDS {
            let constraint = format!("have value less than or equal to {MAX_DURATION_SECONDS}");
            self.break_rule(NAME, &text, &constraint);
        }
        Some(seconds)
    }

    /// `PolicyArns.member.N.arn`, in order.
    pub fn policy_arns(&mut self) -> Vec<String> {
        let arn = |number: usize| self.form.get(&format!("PolicyArns.member.{number}.arn"));
        let arns: Vec<String> = (1..=MAX_POLICY_ARNS + 1)
            .map_while(arn)
            .map(str::to_owned)
            .collect();
        if arns.len() > MAX_POLICY_ARNS {
            let constraint = format!("have length less than or equal to {MAX_POLICY_ARNS}");
            self.break_rule("PolicyArns", &format!("{} ARNs", arns.len()), &constraint);
        }
        arns
    }

    /// Refuses the request if anything in it breaks the API model.
    pub fn finish(self) -> Result<(), AwsError> {
        if self.broken.is_empty() {
            return Ok(());
        }
        let count = self.broken.len();
        let errors = if count == 1 { "error" } else { "errors" };
        let message = format!(
            "{count} validation {errors} detected: {}",
            self.broken.join("; ")
        );
        Err(super::errors::validation(message))
    }

    fn break_rule(&mut self, name: &str, value: &str, constraint: &str) {
        self.broken.push(format!(
            "Value '{}' at '{}' failed to satisfy constraint: Member must {constraint}",
            shorten(value),
            camel(name)
        ));
    }
}

/// Members are named in errors with a small first letter.
fn camel(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_ascii_lowercase().to_string() + letters.as_str()
    })
}
