//! Whether an item fulfils a condition.

use std::cmp::Ordering;

use super::tree::{Condition, Operand};
use crate::cloud::dynamodb::number::Number;
use crate::cloud::dynamodb::value::{Item, Value};

/// Whether the item fulfils the condition. What is not in the item, or of another type, is
/// neither equal nor less nor greater.
pub fn holds(condition: &Condition, item: &Item) -> bool {
    match condition {
        Condition::And(parts) => parts.iter().all(|part| holds(part, item)),
        Condition::Or(parts) => parts.iter().any(|part| holds(part, item)),
        Condition::Not(inner) => !holds(inner, item),
        Condition::Exists(path, wanted) => super::at(item, path).is_some() == *wanted,
        Condition::Type(path, kind) => super::at(item, path)
            .is_some_and(|value| matches!(kind, Value::Text(kind) if kind == value.kind())),
        Condition::Compare(left, sign, right) => {
            both(left, right, item).map_or(*sign == "<>", |(a, b)| compare(&a, sign, &b))
        }
        Condition::Between(value, low, high) => {
            both(value, low, item).is_some_and(|(a, b)| compare(&a, ">=", &b))
                && both(value, high, item).is_some_and(|(a, b)| compare(&a, "<=", &b))
        }
        Condition::In(value, candidates) => candidates
            .iter()
            .any(|candidate| both(value, candidate, item).is_some_and(|(a, b)| a.same(&b))),
        Condition::BeginsWith(value, start) => {
            both(value, start, item).is_some_and(|(value, start)| begins_with(&value, &start))
        }
        Condition::Contains(whole, part) => {
            both(whole, part, item).is_some_and(|(whole, part)| contains(&whole, &part))
        }
    }
}

/// What both operands are in this item, if both are anything.
fn both(left: &Operand, right: &Operand, item: &Item) -> Option<(Value, Value)> {
    Some((value_of(left, item)?, value_of(right, item)?))
}

/// What an operand is in this item.
pub fn value_of(operand: &Operand, item: &Item) -> Option<Value> {
    match operand {
        Operand::Value(value) => Some(value.clone()),
        Operand::Path(path) => super::at(item, path).cloned(),
        Operand::Size(path) => {
            let size = match super::at(item, path)? {
                Value::Text(text) => text.chars().count(),
                Value::Binary(bytes) => bytes.len(),
                Value::Map(members) => members.len(),
                Value::List(values) => values.len(),
                Value::TextSet(values) => values.len(),
                Value::NumberSet(values) => values.len(),
                Value::BinarySet(values) => values.len(),
                Value::Number(_) | Value::Bool(_) | Value::Null => return None,
            };
            Number::parse(&size.to_string()).ok().map(Value::Number)
        }
    }
}

fn compare(a: &Value, sign: &str, b: &Value) -> bool {
    match sign {
        "=" => a.same(b),
        "<>" => !a.same(b),
        _ => match (sign, a.order(b)) {
            ("<", Some(order)) => order == Ordering::Less,
            ("<=", Some(order)) => order != Ordering::Greater,
            (">", Some(order)) => order == Ordering::Greater,
            (">=", Some(order)) => order != Ordering::Less,
            _ => false,
        },
    }
}

fn begins_with(value: &Value, start: &Value) -> bool {
    match (value, start) {
        (Value::Text(value), Value::Text(start)) => value.starts_with(start.as_str()),
        (Value::Binary(value), Value::Binary(start)) => value.starts_with(start),
        _ => false,
    }
}

fn contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Text(whole), Value::Text(part)) => whole.contains(part.as_str()),
        (Value::TextSet(values), Value::Text(part)) => values.contains(part),
        (Value::NumberSet(values), Value::Number(part)) => values.contains(part),
        (Value::BinarySet(values), Value::Binary(part)) => values.contains(part),
        (Value::List(values), part) => values.iter().any(|value| value.same(part)),
        _ => false,
    }
}
