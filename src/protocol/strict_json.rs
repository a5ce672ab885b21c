//! JSON objects with unique names and bounded depth.
//!
//! serde_json keeps the last of two members of the same name without a word. Two parties could then
//! read two different claims out of one signed token (RFC 8725 section 2.4), so tokens are read
//! through here, where every object's names must be unique.

use std::fmt;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// How deep arrays and objects may nest.
pub const MAX_JSON_DEPTH: usize = 32;

/// Why bytes are not such an object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StrictJsonError {
    /// Not JSON, or a name twice, or nested too deeply.
    #[error("not acceptable JSON: {0}")]
    Invalid(String),
    /// JSON, but not an object.
    #[error("not a JSON object")]
    NotObject,
}

/// Reads one JSON object.
pub fn object(bytes: &[u8]) -> Result<Map<String, Value>, StrictJsonError> {
    let invalid = |error: serde_json::Error| StrictJsonError::Invalid(error.to_string());
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Strict {
        depth_left: MAX_JSON_DEPTH,
    }
    .deserialize(&mut deserializer)
    .map_err(invalid)?;
    deserializer.end().map_err(invalid)?;
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(StrictJsonError::NotObject),
    }
}

#[derive(Clone, Copy)]
struct Strict {
    depth_left: usize,
}

impl Strict {
    fn deeper<E: de::Error>(self) -> Result<Strict, E> {
        let depth_left = self
            .depth_left
            .checked_sub(1)
            .ok_or_else(|| E::custom(format!("nested more than {MAX_JSON_DEPTH} deep")))?;
        Ok(Strict { depth_left })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let below = self.deeper()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(below)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let below = self.deeper()?;
        let mut object = Map::new();
        while let Some(Name(name)) = members.next_key()? {
            let value = members.next_value_seed(below)?;
            if object.contains_key(&name) {
                let shown: String = name.chars().take(64).collect();
                return Err(de::Error::custom(format!(
                    "the name {shown:?} appears twice"
                )));
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

struct Name(String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Name, D::Error> {
        String::deserialize(deserializer).map(Name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_kind_of_value_is_read_as_serde_json_reads_it() {
        let text = r#"{"z":1,"a":[-2,3.5,true,null,"t",{}],"n":18446744073709551615}"#;
        let read = object(text.as_bytes()).unwrap();
        assert_eq!(
            Value::Object(read.clone()),
            serde_json::from_str::<Value>(text).unwrap()
        );
        assert_eq!(read.keys().collect::<Vec<_>>(), ["z", "a", "n"]);
    }

    #[test]
    fn a_name_twice_is_refused_at_any_depth_and_however_it_is_spelled() {
        for text in [r#"{"a":1,"a":2}"#, r#"{"b":[{"a":1,"\u0061":2}]}"#] {
            let StrictJsonError::Invalid(reason) = object(text.as_bytes()).unwrap_err() else {
                panic!("{text}");
            };
            assert!(reason.contains("\"a\" appears twice"), "{reason}");
        }
        assert_eq!(
            object(br#"{"a":1,"A":2}"#).unwrap().get("A"),
            Some(&json!(2))
        );
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(object(nested(31).as_bytes()).is_ok());
        assert!(matches!(
            object(nested(32).as_bytes()),
            Err(StrictJsonError::Invalid(_))
        ));
    }

    #[test]
    fn other_values_and_leftovers_are_refused() {
        assert_eq!(object(b"[]"), Err(StrictJsonError::NotObject));
        assert!(matches!(object(b"{} x"), Err(StrictJsonError::Invalid(_))));
        assert!(matches!(object(b""), Err(StrictJsonError::Invalid(_))));
        assert!(matches!(
            object(b"{\"a\":\"\xff\"}"),
            Err(StrictJsonError::Invalid(_))
        ));
    }
}
