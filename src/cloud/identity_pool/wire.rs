//! The members of a Cognito identity request, read as the service reads them: what is not JSON
//! is a `SerializationException`, what breaks the API model is a `ValidationException` that
//! lists every broken constraint.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::cloud::aws::AwsError;
use crate::protocol::message::{Message, Request};

/// The most logins one request may carry, from the API model.
const MAX_LOGINS: usize = 10;
/// The longest login token, in characters, from the API model.
const MAX_LOGIN_TOKEN_CHARS: usize = 50_000;

/// A regular expression of the API model, and what decides whether a text fits it.
type Pattern = (&'static str, fn(&str) -> bool);

/// What the API model demands of a text.
#[derive(Clone, Copy, Debug)]
pub struct TextRule {
    shortest_chars: usize,
    longest_chars: usize,
    pattern: Option<Pattern>,
}

/// The id of a pool or of an identity.
pub const ID: TextRule = TextRule {
    shortest_chars: 1,
    longest_chars: 55,
    pattern: Some((r"[\w-]+:[0-9a-f-]+", is_id)),
};
/// An account.
pub const ACCOUNT_ID: TextRule = TextRule {
    shortest_chars: 1,
    longest_chars: 15,
    pattern: Some((r"\d+", is_digits)),
};
/// A role's ARN.
pub const ARN: TextRule = TextRule {
    shortest_chars: 20,
    longest_chars: 2048,
    pattern: None,
};
/// The key of a login.
const PROVIDER: TextRule = TextRule {
    shortest_chars: 1,
    longest_chars: 128,
    pattern: None,
};
/// The value of a login.
const TOKEN: TextRule = TextRule {
    shortest_chars: 1,
    longest_chars: MAX_LOGIN_TOKEN_CHARS,
    pattern: None,
};

/// A name of a pool.
pub const POOL_NAME: TextRule = TextRule {
    shortest_chars: 1,
    longest_chars: 128,
    pattern: None,
};
/// The name by which a backend's own users are known.
pub const DEVELOPER_PROVIDER: TextRule = TextRule {
    shortest_chars: 1,
    longest_chars: 128,
    pattern: Some((r"[\w._-]+", is_developer_provider)),
};
/// A user of a backend.
pub const DEVELOPER_USER: TextRule = TextRule {
    shortest_chars: 1,
    longest_chars: 1024,
    pattern: None,
};
/// Where a list goes on.
pub const NEXT_TOKEN: TextRule = TextRule {
    shortest_chars: 1,
    longest_chars: 65_535,
    pattern: None,
};

fn is_developer_provider(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    !text.is_empty() && text.chars().all(fits)
}

fn is_id(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let guid = |c: char| matches!(c, '0'..='9' | 'a'..='f' | '-');
    text.split_once(':').is_some_and(|(region, id)| {
        !region.is_empty() && region.chars().all(word) && !id.is_empty() && id.chars().all(guid)
    })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The members of a request; constraints that are broken gather until [`Input::finish`].
#[derive(Debug)]
pub struct Input {
    members: Map<String, Value>,
    broken: Vec<String>,
}

impl Input {
    /// Reads the body.
    pub fn parse(request: &Request) -> Result<Self, AwsError> {
        let text = request.text_body().unwrap_or_default();
        match serde_json::from_str(if text.is_empty() { "{}" } else { text }) {
            Ok(Value::Object(members)) => Ok(Self {
                members,
                broken: Vec::new(),
            }),
            _ => Err(serialization(
                "Unable to parse the request body as a JSON object",
            )),
        }
    }

    /// A text that must be there.
    pub fn required(&mut self, name: &str, rule: TextRule) -> Result<String, AwsError> {
        let text = self.optional(name, rule)?;
        if text.is_none() {
            self.broken.push(format!(
                "Value null at '{}' failed to satisfy constraint: Member must not be null",
                camel(name)
            ));
        }
        Ok(text.unwrap_or_default())
    }

    /// A text that may be there.
    pub fn optional(&mut self, name: &str, rule: TextRule) -> Result<Option<String>, AwsError> {
        let text = match self.members.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(value) => text(value)?,
        };
        self.hold_to(&camel(name), &text, rule);
        Ok(Some(text))
    }

    /// The Logins map in the order it was sent; empty where it is missing.
    pub fn logins(&mut self) -> Result<Vec<(String, String)>, AwsError> {
        let logins: Vec<(String, String)> = match self.members.get("Logins") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Object(map)) => map
                .iter()
                .map(|(provider, token)| Ok((provider.clone(), text(token)?)))
                .collect::<Result<_, AwsError>>()?,
            Some(_) => return Err(serialization("Expected a map of strings")),
        };
        if logins.len() > MAX_LOGINS {
            self.broken.push(format!(
                "Value at 'logins' failed to satisfy constraint: Member must have length less \
                 than or equal to {MAX_LOGINS}"
            ));
        }
        for (provider, token) in &logins {
            self.hold_to("logins", provider, PROVIDER);
            self.hold_to("logins", token, TOKEN);
        }
        Ok(logins)
    }

    /// A list of texts that must be there.
    pub fn required_list(&mut self, name: &str) -> Result<Vec<String>, AwsError> {
        match self.members.get(name) {
            None | Some(Value::Null) => {
                self.broken.push(format!(
                    "Value null at '{}' failed to satisfy constraint: Member must not be null",
                    camel(name)
                ));
                Ok(Vec::new())
            }
            Some(Value::Array(items)) => items.iter().map(text).collect(),
            Some(_) => Err(serialization("Expected a list of strings")),
        }
    }

    /// A map of texts that may be there.
    pub fn texts(&mut self, name: &str) -> Result<Option<BTreeMap<String, String>>, AwsError> {
        match self.members.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(map)) => {
                let texts = map
                    .iter()
                    .map(|(key, value)| Ok((key.clone(), text(value)?)));
                texts.collect::<Result<_, AwsError>>().map(Some)
            }
            Some(_) => Err(serialization("Expected a map of strings")),
        }
    }

    /// A whole number that may be there.
    pub fn whole_number(
        &mut self,
        name: &str,
        range: RangeInclusive<i64>,
    ) -> Result<Option<i64>, AwsError> {
        let number = match self.members.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(value) => value.as_i64(),
        };
        let Some(number) = number else {
            return Err(serialization("Expected a whole number"));
        };
        let mut break_rule = |constraint: String| {
            self.broken.push(format!(
                "Value '{number}' at '{}' failed to satisfy constraint: Member must {constraint}",
                camel(name)
            ));
        };
        if number < *range.start() {
            break_rule(format!(
                "have value greater than or equal to {}",
                range.start()
            ));
        }
        if number > *range.end() {
            break_rule(format!("have value less than or equal to {}", range.end()));
        }
        Ok(Some(number))
    }

    /// A yes or no that may be there.
    pub fn yes_no(&mut self, name: &str) -> Result<Option<bool>, AwsError> {
        match self.members.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(yes)) => Ok(Some(*yes)),
            Some(_) => Err(serialization("Expected a boolean")),
        }
    }

    /// Writes down that a member that must be there is not.
    pub fn missing(&mut self, name: &str) {
        self.broken.push(format!(
            "Value null at '{}' failed to satisfy constraint: Member must not be null",
            camel(name)
        ));
    }

    /// A structure that may be there, read by serde.
    pub fn structure<T: serde::de::DeserializeOwned>(
        &mut self,
        name: &str,
    ) -> Result<Option<T>, AwsError> {
        match self.members.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => serde_json::from_value(value.clone())
                .map(Some)
                .map_err(|error| serialization(&error.to_string())),
        }
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
        Err(AwsError::new("ValidationException", 400, message))
    }

    fn hold_to(&mut self, place: &str, value: &str, rule: TextRule) {
        let mut break_rule = |constraint: String| {
            let shown = crate::cloud::aws::shorten(value);
            self.broken.push(format!(
                "Value '{shown}' at '{place}' failed to satisfy constraint: Member must {constraint}"
            ));
        };
        let chars = value.chars().count();
        if chars > rule.longest_chars {
            break_rule(format!(
                "have length less than or equal to {}",
                rule.longest_chars
            ));
        }
        if chars < rule.shortest_chars {
            break_rule(format!(
                "have length greater than or equal to {}",
                rule.shortest_chars
            ));
        }
        if let Some((pattern, _)) = rule.pattern.filter(|(_, matches)| !matches(value)) {
            break_rule(format!("satisfy regular expression pattern: {pattern}"));
        }
    }
}

/// Members are named in errors with a small first letter.
fn camel(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_ascii_lowercase().to_string() + letters.as_str()
    })
}

fn text(value: &Value) -> Result<String, AwsError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) => Err(serialization(
            "NUMBER_VALUE can not be converted to a String",
        )),
        Value::Bool(true) => Err(serialization("TRUE_VALUE can not be converted to a String")),
        Value::Bool(false) => Err(serialization(
            "FALSE_VALUE can not be converted to a String",
        )),
        Value::Null => Err(serialization("NULL_VALUE can not be converted to a String")),
        Value::Array(_) | Value::Object(_) => Err(serialization(
            "Start of structure or map found where not expected.",
        )),
    }
}

fn serialization(message: &str) -> AwsError {
    AwsError::new("SerializationException", 400, message)
}
