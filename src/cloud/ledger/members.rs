//! The condition keys of a request as a decision keeps them. Most of them are the same from one
//! request to the next, so each name and each value is shared with the decision before.

use std::fmt;
use std::ops::Index;

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::shared::Shared;

/// One name and its value.
type Member = (Shared<String>, Shared<Value>);

/// Names and values in an order of their own, read like JSON's object.
#[derive(Clone, PartialEq)]
pub struct Members(Shared<Vec<Member>>);

impl Default for Members {
    fn default() -> Self {
        Self::from_iter([])
    }
}

impl Members {
    /// Every name and its value, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&String, &Value)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let mut members = self.iter();
        members.find(|(known, _)| *known == name).map(|it| it.1)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same, with what another one has in the same places shared with it.
    pub fn sharing(self, other: &Self) -> Self {
        if self == *other {
            return other.clone();
        }
        let others = other.0.iter().map(Some).chain(std::iter::repeat(None));
        let members = self.0.iter().cloned().zip(others);
        let members = members.map(|((name, value), other)| match other {
            Some((names, values)) => (name.or_same(names), value.or_same(values)),
            None => (name, value),
        });
        Self(members.collect::<Vec<_>>().into())
    }
}

/// The value of a name; null where there is none, as in JSON's objects.
impl Index<&str> for Members {
    type Output = Value;

    fn index(&self, name: &str) -> &Value {
        self.get(name).unwrap_or(&Value::Null)
    }
}

impl FromIterator<(String, Value)> for Members {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(members: I) -> Self {
        let members = members.into_iter();
        let members: Vec<Member> = members.map(|(n, v)| (n.into(), v.into())).collect();
        Self(members.into())
    }
}

impl From<Map<String, Value>> for Members {
    fn from(members: Map<String, Value>) -> Self {
        members.into_iter().collect()
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (name, value) in self.iter() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn members(time: &str) -> Members {
        let pair = |name: &str, value| (name.to_owned(), value);
        let region = pair("aws:RequestedRegion", json!("us-east-1"));
        [region, pair("aws:CurrentTime", json!(time))]
            .into_iter()
            .collect()
    }

    #[test]
    fn they_are_read_and_written_like_an_object_in_their_order() {
        let some = members("09:00");
        assert_eq!(some["aws:CurrentTime"], "09:00");
        assert_eq!(some["aws:Nothing"], Value::Null);
        let json = serde_json::to_string(&some).unwrap();
        let expected = r#"{"aws:RequestedRegion":"us-east-1","aws:CurrentTime":"09:00"}"#;
        assert_eq!(json, expected);
        assert_eq!(serde_json::from_str::<Members>(&json).unwrap(), some);
    }

    #[test]
    fn what_two_have_alike_is_kept_once_and_the_rest_stays() {
        let (first, second) = (members("09:00"), members("09:01"));
        let shared = second.clone().sharing(&first);
        assert_eq!(shared, second);
        let same = |at: usize| std::ptr::eq::<Value>(&*shared.0[at].1, &*first.0[at].1);
        assert!(same(0) && !same(1));
    }
}
