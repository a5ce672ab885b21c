//! Attribute values as they travel: each one names its type. Everything is checked on the way
//! in, so that what a table holds is always well formed.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use super::number::Number;
use crate::cloud::aws::AwsError;
use crate::protocol::encoding::{base64, base64_decode};

/// How deep lists and maps may nest: AWS's limit.
const MAX_DEPTH: usize = 32;
/// The largest item: AWS's limit, in bytes.
pub const MAX_ITEM_BYTES: usize = 400 * 1024;

/// An item: attribute names and values.
pub type Item = IndexMap<String, Value>;

/// A typed attribute value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `S`: text
    Text(String),
    /// `N`: a decimal number
    Number(Number),
    /// `B`: bytes, base64 on the wire
    Binary(Vec<u8>),
    /// `BOOL`
    Bool(bool),
    /// `NULL`
    Null,
    /// `M`: a map
    Map(Item),
    /// `L`: a list
    List(Vec<Value>),
    /// `SS`: a set of texts
    TextSet(Vec<String>),
    /// `NS`: a set of numbers
    NumberSet(Vec<Number>),
    /// `BS`: a set of bytes
    BinarySet(Vec<Vec<u8>>),
}

/// A request that DynamoDB understood and does not accept.
pub fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationException", 400, message)
}

/// A request that does not fit the service's model.
pub fn unreadable(message: impl Into<String>) -> AwsError {
    AwsError::new("SerializationException", 400, message)
}

fn parameter(message: impl std::fmt::Display) -> AwsError {
    invalid(format!(
        "One or more parameter values were invalid: {message}"
    ))
}

impl Value {
    /// Reads a value from the wire.
    pub fn from_json(json: &Json) -> Result<Self, AwsError> {
        Self::read(json, MAX_DEPTH)
    }

    fn read(json: &Json, depth_left: usize) -> Result<Self, AwsError> {
        let Some(depth_left) = depth_left.checked_sub(1) else {
            return Err(invalid("Nesting Levels have exceeded supported limits"));
        };
        let members = json
            .as_object()
            .ok_or_else(|| unreadable("Unexpected value type in payload"))?;
        let mut given = members.iter().filter(|(_, value)| !value.is_null());
        let Some((kind, content)) = given.next() else {
            return Err(invalid(
                "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
            ));
        };
        if given.next().is_some() {
            return Err(invalid(
                "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
            ));
        }
        match kind.as_str() {
            "S" => Ok(Self::Text(text(content)?.to_owned())),
            "N" => number(content).map(Self::Number),
            "B" => bytes(content).map(Self::Binary),
            "BOOL" => content
                .as_bool()
                .map(Self::Bool)
                .ok_or_else(|| unreadable("Unexpected value type in payload")),
            "NULL" => match content.as_bool() {
                Some(true) => Ok(Self::Null),
                _ => Err(parameter(
                    "Null attribute value types must have the value of true",
                )),
            },
            "M" => item(content, depth_left).map(Self::Map),
            "L" => array(content)?
                .iter()
                .map(|value| Self::read(value, depth_left))
                .collect::<Result<_, _>>()
                .map(Self::List),
            "SS" => set(content, "An string set  may not be empty", |value| {
                text(value).map(str::to_owned)
            })
            .map(Self::TextSet),
            "NS" => set(content, "An number set  may not be empty", number).map(Self::NumberSet),
            "BS" => set(content, "Binary sets should not be empty", bytes).map(Self::BinarySet),
            _ => Err(invalid(
                "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
            )),
        }
    }

    /// The value as it travels.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Text(text) => json!({ "S": text }),
            Self::Number(number) => json!({ "N": number.to_string() }),
            Self::Binary(bytes) => json!({ "B": base64(bytes) }),
            Self::Bool(value) => json!({ "BOOL": value }),
            Self::Null => json!({ "NULL": true }),
            Self::Map(item) => json!({ "M": item_to_json(item) }),
            Self::List(values) => {
                json!({ "L": values.iter().map(Self::to_json).collect::<Vec<_>>() })
            }
            Self::TextSet(values) => json!({ "SS": values }),
            Self::NumberSet(values) => {
                json!({ "NS": values.iter().map(Number::to_string).collect::<Vec<_>>() })
            }
            Self::BinarySet(values) => {
                json!({ "BS": values.iter().map(|bytes| base64(bytes)).collect::<Vec<_>>() })
            }
        }
    }

    /// The name of its type on the wire.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "S",
            Self::Number(_) => "N",
            Self::Binary(_) => "B",
            Self::Bool(_) => "BOOL",
            Self::Null => "NULL",
            Self::Map(_) => "M",
            Self::List(_) => "L",
            Self::TextSet(_) => "SS",
            Self::NumberSet(_) => "NS",
            Self::BinarySet(_) => "BS",
        }
    }

    /// The value without its type, as a policy's condition and a person read it.
    pub fn plain(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Binary(bytes) => base64(bytes),
            other => other.to_json().to_string(),
        }
    }

    /// The order of two texts, numbers or byte strings; values of other or different types have
    /// none.
    pub fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
            (Self::Number(a), Self::Number(b)) => Some(a.cmp(b)),
            (Self::Binary(a), Self::Binary(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    /// Whether two values are the same; sets are whatever their order.
    pub fn same(&self, other: &Self) -> bool {
        fn equal_sets<T: Ord>(a: &[T], b: &[T]) -> bool {
            a.iter().collect::<BTreeSet<_>>() == b.iter().collect::<BTreeSet<_>>()
        }
        match (self, other) {
            (Self::TextSet(a), Self::TextSet(b)) => equal_sets(a, b),
            (Self::NumberSet(a), Self::NumberSet(b)) => equal_sets(a, b),
            (Self::BinarySet(a), Self::BinarySet(b)) => equal_sets(a, b),
            (a, b) => a == b,
        }
    }

    /// How much of an item's size it takes, in bytes, about as AWS counts.
    pub fn size(&self) -> usize {
        /// What AWS adds for a list or a map
        const CONTAINER_BYTES: usize = 3;
        /// What AWS adds for each element
        const ELEMENT_BYTES: usize = 1;
        match self {
            Self::Text(text) => text.len(),
            Self::Number(number) => number.to_string().len() / 2 + 1,
            Self::Binary(bytes) => bytes.len(),
            Self::Bool(_) | Self::Null => 1,
            Self::Map(item) => CONTAINER_BYTES + item.len() * ELEMENT_BYTES + item_size(item),
            Self::List(values) => {
                CONTAINER_BYTES
                    + values
                        .iter()
                        .map(|value| ELEMENT_BYTES + value.size())
                        .sum::<usize>()
            }
            Self::TextSet(values) => values.iter().map(String::len).sum(),
            Self::NumberSet(values) => values
                .iter()
                .map(|number| number.to_string().len() / 2 + 1)
                .sum(),
            Self::BinarySet(values) => values.iter().map(Vec::len).sum(),
        }
    }
}

/// Reads an item from the wire.
pub fn item_from_json(json: &Json) -> Result<Item, AwsError> {
    item(json, MAX_DEPTH)
}

/// An item as it travels.
pub fn item_to_json(item: &Item) -> Json {
    let members: Map<String, Json> = item
        .iter()
        .map(|(name, value)| (name.clone(), value.to_json()))
        .collect();
    Json::Object(members)
}

/// The size of an item, in bytes.
pub fn item_size(item: &Item) -> usize {
    item.iter()
        .map(|(name, value)| name.len() + value.size())
        .sum()
}

fn item(json: &Json, depth_left: usize) -> Result<Item, AwsError> {
    let members = json
        .as_object()
        .ok_or_else(|| unreadable("Unexpected value type in payload"))?;
    members
        .iter()
        .map(|(name, value)| Ok((name.clone(), Value::read(value, depth_left)?)))
        .collect()
}

fn text(json: &Json) -> Result<&str, AwsError> {
    match json {
        Json::String(text) => Ok(text),
        Json::Number(_) => Err(unreadable("NUMBER_VALUE cannot be converted to String")),
        Json::Bool(true) => Err(unreadable("TRUE_VALUE cannot be converted to String")),
        Json::Bool(false) => Err(unreadable("FALSE_VALUE cannot be converted to String")),
        _ => Err(unreadable("Unexpected value type in payload")),
    }
}

fn number(json: &Json) -> Result<Number, AwsError> {
    Number::parse(text(json)?).map_err(|error| invalid(error.to_string()))
}

fn bytes(json: &Json) -> Result<Vec<u8>, AwsError> {
    base64_decode(text(json)?).map_err(|_| {
        unreadable(
            "Base64 encoded length is expected a multiple of 4 bytes but found an invalid text",
        )
    })
}

fn array(json: &Json) -> Result<&Vec<Json>, AwsError> {
    json.as_array()
        .ok_or_else(|| unreadable("Unexpected value type in payload"))
}

/// Reads a set: not empty, and nothing in it twice.
fn set<T: Ord>(
    json: &Json,
    when_empty: &str,
    read: impl Fn(&Json) -> Result<T, AwsError>,
) -> Result<Vec<T>, AwsError> {
    let values = array(json)?
        .iter()
        .map(read)
        .collect::<Result<Vec<T>, _>>()?;
    if values.is_empty() {
        return Err(parameter(when_empty));
    }
    let different: BTreeSet<&T> = values.iter().collect();
    if different.len() < values.len() {
        let shown: Vec<String> = array(json)?
            .iter()
            .map(|v| v.as_str().unwrap_or_default().to_owned())
            .collect();
        let shown = shown.join(", ");
        return Err(parameter(format!(
            "Input collection [{shown}] contains duplicates."
        )));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refusal(json: Json) -> String {
        Value::from_json(&json).unwrap_err().message
    }

    #[test]
    fn every_type_survives_the_wire() {
        let all = json!({ "M": {
            "s": { "S": "" }, "n": { "N": "-1.5" }, "b": { "B": "AAE=" },
            "t": { "BOOL": true }, "z": { "NULL": true },
            "l": { "L": [{ "S": "a" }, { "N": "1" }] },
            "ss": { "SS": ["a", "b"] }, "ns": { "NS": ["1", "2"] }, "bs": { "BS": ["AA=="] },
        }});
        assert_eq!(Value::from_json(&all).unwrap().to_json(), all);
    }

    #[test]
    fn a_value_has_exactly_one_type() {
        assert!(refusal(json!({})).starts_with("Supplied AttributeValue is empty"));
        assert!(refusal(json!({ "X": "1" })).starts_with("Supplied AttributeValue is empty"));
        let two = refusal(json!({ "S": "a", "N": "1" }));
        assert!(two.starts_with("Supplied AttributeValue has more than one datatypes set"));
    }

    #[test]
    fn a_set_is_neither_empty_nor_repeats_itself() {
        assert!(refusal(json!({ "SS": [] })).ends_with("An string set  may not be empty"));
        let twice = refusal(json!({ "NS": ["1", "1.0"] }));
        assert!(
            twice.ends_with("Input collection [1, 1.0] contains duplicates."),
            "{twice}"
        );
    }

    #[test]
    fn ill_typed_members_are_unreadable_and_not_guessed() {
        for json in [
            json!({ "S": 1 }),
            json!({ "L": "x" }),
            json!({ "B": "?" }),
            json!("x"),
        ] {
            assert_eq!(
                Value::from_json(&json).unwrap_err().code,
                "SerializationException"
            );
        }
    }

    #[test]
    fn nesting_ends_at_the_services_limit() {
        let mut json = json!({ "S": "core" });
        for _ in 0..31 {
            json = json!({ "L": [json] });
        }
        assert!(Value::from_json(&json).is_ok());
        let deeper = refusal(json!({ "L": [json] }));
        assert_eq!(deeper, "Nesting Levels have exceeded supported limits");
    }

    proptest! {
        #[test]
        fn texts_are_ordered_by_their_bytes(a in ".{0,6}", b in ".{0,6}") {
            let order = Value::Text(a.clone()).order(&Value::Text(b.clone()));
            prop_assert_eq!(order, Some(a.as_bytes().cmp(b.as_bytes())));
        }
    }
}
