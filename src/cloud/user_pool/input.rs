//! Reads the members of a request the way the API does: what is missing, too long or of the wrong
//! type is refused before anything is looked at.

use serde_json::{Map, Value};

use crate::cloud::aws::AwsError;
use crate::protocol::message::{Message, Request};

/// The longest attribute value, in characters.
const MAX_ATTRIBUTE_CHARS: usize = 2_048;
/// The most attributes in one request.
const MAX_ATTRIBUTES: usize = 100;

/// The members of a request.
#[derive(Debug)]
pub(super) struct Input(Map<String, Value>);

impl Input {
    /// Reads the body; an empty one has no members.
    pub fn parse(request: &Request) -> Result<Self, AwsError> {
        if request.body().is_empty() {
            return Ok(Self(Map::new()));
        }
        match request.json_body() {
            Ok(Value::Object(members)) => Ok(Self(members)),
            _ => Err(serialization("")),
        }
    }

    /// A text member.
    pub fn text(&self, name: &str) -> Result<Option<&str>, AwsError> {
        self.0.get(name).map_or(Ok(None), as_text)
    }

    /// A text member that must be there, with at least one and at most so many characters.
    pub fn required(&self, name: &str, longest: usize) -> Result<&str, AwsError> {
        let member = camel(name);
        let Some(text) = self.text(name)? else {
            return Err(invalid(&format!(
                "Value null at '{member}' failed to satisfy constraint: Member must not be null"
            )));
        };
        check_length(&member, text, longest)?;
        Ok(text)
    }

    /// A text member that may be absent, with at least one and at most so many characters.
    pub fn optional(&self, name: &str, longest: usize) -> Result<Option<&str>, AwsError> {
        let text = self.text(name)?;
        if let Some(text) = text {
            check_length(&camel(name), text, longest)?;
        }
        Ok(text)
    }

    /// A value of a map member: `AuthParameters.USERNAME`.
    pub fn in_map(&self, map: &str, key: &str) -> Result<Option<&str>, AwsError> {
        match self.0.get(map) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(entries)) => entries.get(key).map_or(Ok(None), as_text),
            Some(other) => Err(wrong_type(other)),
        }
    }

    /// The same, where it must be there.
    pub fn required_in_map(&self, map: &str, key: &str) -> Result<&str, AwsError> {
        let missing = || {
            let message = format!("Missing required parameter {key}");
            AwsError::new("InvalidParameterException", 400, message)
        };
        self.in_map(map, key)?.ok_or_else(missing)
    }

    /// A whole number that is at least zero.
    pub fn number(&self, name: &str) -> Result<Option<u32>, AwsError> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) => match number.as_u64().map(u32::try_from) {
                Some(Ok(number)) => Ok(Some(number)),
                _ => Err(invalid(&format!(
                    "Value '{number}' at '{}' failed to satisfy constraint: Member must have value \
                     greater than or equal to 0",
                    camel(name)
                ))),
            },
            Some(_) => Err(serialization(
                "class java.lang.String can not be converted to an Integer",
            )),
        }
    }

    /// A member that is true or false.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, AwsError> {
        self.0.get(name).map_or(Ok(None), as_flag)
    }

    /// The same inside a structure.
    pub fn flag_in(&self, structure: &str, name: &str) -> Result<Option<bool>, AwsError> {
        match self.0.get(structure) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(members)) => members.get(name).map_or(Ok(None), as_flag),
            Some(other) => Err(wrong_type(other)),
        }
    }

    /// The entries of a map member whose keys begin like this, without that beginning.
    pub fn map_entries(&self, map: &str, prefix: &str) -> Result<Vec<(String, String)>, AwsError> {
        let Some(Value::Object(entries)) = self.0.get(map) else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for (key, value) in entries {
            let (Some(name), Some(text)) = (key.strip_prefix(prefix), as_text(value)?) else {
                continue;
            };
            if text.chars().count() > MAX_ATTRIBUTE_CHARS || found.len() >= MAX_ATTRIBUTES {
                return Err(invalid(&format!(
                    "Value at '{}' failed to satisfy constraint: Member must have length less than \
                     or equal to {MAX_ATTRIBUTE_CHARS}",
                    camel(map)
                )));
            }
            found.push((name.to_owned(), text.to_owned()));
        }
        Ok(found)
    }

    /// A list of names and values.
    pub fn attributes(&self, name: &str) -> Result<Vec<(String, String)>, AwsError> {
        let list = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(list)) => list,
            Some(other) => return Err(wrong_type(other)),
        };
        if list.len() > MAX_ATTRIBUTES {
            return Err(invalid(&format!(
                "Value at '{}' failed to satisfy constraint: Member must have length less than or \
                 equal to {MAX_ATTRIBUTES}",
                camel(name)
            )));
        }
        list.iter()
            .enumerate()
            .map(|(at, item)| attribute(name, at + 1, item))
            .collect()
    }
}

fn attribute(list: &str, at: usize, item: &Value) -> Result<(String, String), AwsError> {
    let Value::Object(members) = item else {
        return Err(wrong_type(item));
    };
    let text = |name: &str| members.get(name).map_or(Ok(None), as_text);
    let place = format!("{}.{at}.member", camel(list));
    let Some(name) = text("Name")? else {
        return Err(invalid(&format!(
            "Value null at '{place}.name' failed to satisfy constraint: Member must not be null"
        )));
    };
    let value = text("Value")?.unwrap_or_default();
    if value.chars().count() > MAX_ATTRIBUTE_CHARS {
        return Err(invalid(&format!(
            "Value at '{place}.value' failed to satisfy constraint: Member must have length less \
             than or equal to {MAX_ATTRIBUTE_CHARS}"
        )));
    }
    Ok((name.to_owned(), value.to_owned()))
}

fn check_length(member: &str, text: &str, longest: usize) -> Result<(), AwsError> {
    let at = format!("Value at '{member}' failed to satisfy constraint: Member must have length");
    match text.chars().count() {
        0 => Err(invalid(&format!("{at} greater than or equal to 1"))),
        length if length > longest => {
            Err(invalid(&format!("{at} less than or equal to {longest}")))
        }
        _ => Ok(()),
    }
}

fn as_flag(value: &Value) -> Result<Option<bool>, AwsError> {
    match value {
        Value::Null => Ok(None),
        Value::Bool(flag) => Ok(Some(*flag)),
        _ => Err(serialization(
            "class java.lang.String can not be converted to a Boolean",
        )),
    }
}

fn as_text(value: &Value) -> Result<Option<&str>, AwsError> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        other => Err(wrong_type(other)),
    }
}

/// What AWS's deserializer says about a value of the wrong type.
fn wrong_type(value: &Value) -> AwsError {
    serialization(match value {
        Value::Bool(_) => "class java.lang.Boolean can not be converted to an String",
        Value::Number(_) => {
            "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted \
             to an String"
        }
        Value::String(_) => "class java.lang.String can not be converted to a Map or List",
        Value::Array(_) => "Start of list found where not expected",
        Value::Object(_) | Value::Null => "Start of structure or map found where not expected.",
    })
}

fn serialization(message: &str) -> AwsError {
    AwsError::new("SerializationException", 400, message)
}

/// The error for a member that breaks its model's rules.
pub(super) fn invalid(what: &str) -> AwsError {
    let message = format!("1 validation error detected: {what}");
    AwsError::new("InvalidParameterException", 400, message)
}

/// `ClientId` is `clientId` in messages.
fn camel(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(characters).collect()
    })
}
