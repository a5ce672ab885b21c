//! The parameters of a request to STS or IAM, read as they read them: a form in the body or the
//! query, and a `ValidationError` that lists every broken constraint of the API model.

use std::ops::RangeInclusive;

use crate::cloud::aws::{AwsError, shorten};
use crate::protocol::form::Form;
use crate::protocol::message::{Message, Request, RequestExt};

/// The longest inline session policy, in characters; the ARNs of managed ones count along.
pub const MAX_SESSION_POLICY_CHARS: usize = 2048;
/// The most managed session policies.
const MAX_POLICY_ARNS: usize = 10;
/// The most tags of a session or a role.
const MAX_TAGS: usize = 50;
/// The longest key of a tag, in characters.
const MAX_TAG_KEY_CHARS: usize = 128;
/// The longest value of a tag, in characters.
const MAX_TAG_VALUE_CHARS: usize = 256;
/// How long a session of a role can be, in seconds: from the shortest to the longest of any role.
pub const ROLE_SESSION_SECONDS: RangeInclusive<i64> = 900..=43_200;
/// How long a session of a user can be, in seconds.
pub const USER_SESSION_SECONDS: RangeInclusive<i64> = 900..=129_600;

/// A regular expression of the API model, and what decides whether a text fits it.
type Pattern = (&'static str, fn(char) -> bool);

/// What the API model demands of a text.
#[derive(Clone, Copy, Debug)]
pub struct TextRule {
    shortest_chars: usize,
    longest_chars: usize,
    pattern: Option<Pattern>,
}

impl TextRule {
    /// A text of so many characters.
    pub const fn chars(shortest_chars: usize, longest_chars: usize) -> Self {
        Self {
            shortest_chars,
            longest_chars,
            pattern: None,
        }
    }

    /// The same, of nothing but the characters that names have in IAM and STS.
    pub const fn named(self) -> Self {
        Self {
            pattern: Some((r"[\w+=,.@-]*", is_session_name_char)),
            ..self
        }
    }
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
/// What a third party has agreed on with the owner of a role.
pub const EXTERNAL_ID: TextRule = TextRule {
    shortest_chars: 2,
    longest_chars: 1224,
    pattern: Some((r"[\w+=,.@:\/-]*", is_external_id_char)),
};
/// A name of a federated user.
pub const FEDERATED_NAME: TextRule = TextRule::chars(2, 32).named();
/// An MFA device.
pub const SERIAL_NUMBER: TextRule = TextRule::chars(9, 256);
/// A code of an MFA device.
pub const TOKEN_CODE: TextRule = TextRule::chars(6, 6);
/// An encoded message.
pub const ENCODED_MESSAGE: TextRule = TextRule::chars(1, 10_240);
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

fn is_external_id_char(c: char) -> bool {
    is_session_name_char(c) || c == ':' || c == '/'
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

    /// The parameters of nothing, which break no rule.
    pub fn empty() -> Self {
        Self {
            form: Form::new(),
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
        self.hold_to(name, &text, rule);
        Some(text)
    }

    /// How long the session shall last, in seconds.
    pub fn duration_seconds(&mut self, range: RangeInclusive<i64>) -> Option<i64> {
        self.whole_number("DurationSeconds", range)
    }

    /// A whole number that may be there.
    pub fn whole_number(&mut self, name: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let text = self.form.get(name)?.to_owned();
        let Ok(number) = text.parse::<i64>() else {
            self.break_rule(name, &text, "be a whole number");
            return None;
        };
        if number < *range.start() {
            let constraint = format!("have value greater than or equal to {}", range.start());
            self.break_rule(name, &text, &constraint);
        }
        if number > *range.end() {
            let constraint = format!("have value less than or equal to {}", range.end());
            self.break_rule(name, &text, &constraint);
        }
        Some(number)
    }

    /// A word that must be there and be one of these.
    pub fn one_of(&mut self, name: &str, words: &[&str]) -> String {
        let word = self.required(name, TextRule::chars(0, MAX_TAG_VALUE_CHARS));
        if self.form.get(name).is_some() && !words.contains(&word.as_str()) {
            let constraint = format!("satisfy enum value set: [{}]", words.join(", "));
            self.break_rule(name, &word, &constraint);
        }
        word
    }

    /// `NAME.member.N`, in order.
    pub fn list(&mut self, name: &str, most: usize) -> Vec<String> {
        let member = |number: usize| self.form.get(&format!("{name}.member.{number}"));
        let items: Vec<String> = (1..=most + 1)
            .map_while(member)
            .map(str::to_owned)
            .collect();
        if items.len() > most {
            let constraint = format!("have length less than or equal to {most}");
            self.break_rule(name, &format!("{} items", items.len()), &constraint);
        }
        items
    }

    /// `Tags.member.N.Key` and `.Value`, in order.
    pub fn tags(&mut self) -> Vec<(String, String)> {
        let key = |number: usize| self.form.get(&format!("Tags.member.{number}.Key"));
        let value = |number: usize| self.form.get(&format!("Tags.member.{number}.Value"));
        let tags: Vec<(String, String)> = (1..=MAX_TAGS + 1)
            .map_while(|number| Some((key(number)?, value(number).unwrap_or_default())))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        if tags.len() > MAX_TAGS {
            let constraint = format!("have length less than or equal to {MAX_TAGS}");
            self.break_rule("Tags", &format!("{} tags", tags.len()), &constraint);
        }
        for (key, value) in &tags {
            self.hold_to("tags.key", key, TextRule::chars(1, MAX_TAG_KEY_CHARS));
            self.hold_to("tags.value", value, TextRule::chars(0, MAX_TAG_VALUE_CHARS));
        }
        tags
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
        Err(AwsError::new("ValidationError", 400, message))
    }

    fn hold_to(&mut self, name: &str, text: &str, rule: TextRule) {
        let chars = text.chars().count();
        if chars > rule.longest_chars {
            let constraint = format!("have length less than or equal to {}", rule.longest_chars);
            self.break_rule(name, text, &constraint);
        }
        if chars < rule.shortest_chars {
            let constraint = format!(
                "have length greater than or equal to {}",
                rule.shortest_chars
            );
            self.break_rule(name, text, &constraint);
        }
        if let Some((pattern, _)) = rule.pattern.filter(|(_, fits)| !text.chars().all(fits)) {
            let constraint = format!("satisfy regular expression pattern: {pattern}");
            self.break_rule(name, text, &constraint);
        }
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
