//! DynamoDB's expressions: conditions, projections and updates.
//!
//! - [`token`]: the words
//! - [`tree`], [`parse`]: what they say, and how that is read
//! - [`condition`]: whether an item fulfils a condition
//! - [`update`]: what an update makes of an item
//!
//! Names behind `#` and values behind `:` are put in while reading, so an expression that was
//! read holds no placeholder any more, and what was never used is known.

mod condition;
mod parse;
mod token;
mod tree;
mod update;

pub use condition::holds;
pub use parse::Reader;
pub use tree::{Condition, Operand, Path, Step, Update};
pub use update::apply;

use super::value::{Item, Value};

/// The value at a path in an item.
pub fn at<'i>(item: &'i Item, path: &Path) -> Option<&'i Value> {
    let mut found = item.get(&path.name)?;
    for step in &path.steps {
        found = match (step, found) {
            (Step::Member(name), Value::Map(members)) => members.get(name)?,
            (Step::Element(index), Value::List(values)) => values.get(*index)?,
            _ => return None,
        };
    }
    Some(found)
}

/// Only what the paths name, in the shape it has in the item.
pub fn project(item: &Item, paths: &[Path]) -> Item {
    item.iter()
        .filter_map(|(name, value)| {
            let ways: Vec<&[Step]> = paths
                .iter()
                .filter(|path| path.name == *name)
                .map(|path| path.steps.as_slice())
                .collect();
            Some((name.clone(), pick(value, &ways)?))
        })
        .collect()
}

/// Only what these ways lead to; nothing where none of them leads anywhere.
fn pick(value: &Value, ways: &[&[Step]]) -> Option<Value> {
    if ways.iter().any(|way| way.is_empty()) {
        return Some(value.clone());
    }
    let behind = |wanted: &Step| -> Vec<&[Step]> {
        let split = ways.iter().filter_map(|way| way.split_first());
        split
            .filter(|(first, _)| *first == wanted)
            .map(|(_, rest)| rest)
            .collect()
    };
    match value {
        Value::Map(members) => {
            let picked: Item = members
                .iter()
                .filter_map(|(name, value)| {
                    Some((
                        name.clone(),
                        pick(value, &behind(&Step::Member(name.clone())))?,
                    ))
                })
                .collect();
            (!picked.is_empty()).then_some(Value::Map(picked))
        }
        Value::List(values) => {
            let picked: Vec<Value> = values
                .iter()
                .enumerate()
                .filter_map(|(index, value)| pick(value, &behind(&Step::Element(index))))
                .collect();
            (!picked.is_empty()).then_some(Value::List(picked))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
