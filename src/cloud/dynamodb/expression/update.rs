//! What an update makes of an item.

use super::condition::value_of;
use super::tree::{Assigned, Operand, Path, Step, Update};
use crate::cloud::aws::AwsError;
use crate::cloud::dynamodb::value::{Item, Value, invalid};

/// The item after the update. Every value is computed from the item as it was before.
pub fn apply(update: &Update, item: &Item) -> Result<Item, AwsError> {
    let mut updated = item.clone();
    let computed = update
        .set
        .iter()
        .map(|(path, assigned)| Ok((path, compute(assigned, item)?)))
        .collect::<Result<Vec<_>, AwsError>>()?;
    for (path, value) in computed {
        assign(&mut updated, path, value)?;
    }
    for path in &update.remove {
        remove(&mut updated, path)?;
    }
    Ok(updated)
}

fn wrong_path() -> AwsError {
    invalid("The document path provided in the update expression is invalid for update")
}

fn wrong_type() -> AwsError {
    invalid("An operand in the update expression has an incorrect data type")
}

fn compute(assigned: &Assigned, item: &Item) -> Result<Value, AwsError> {
    match assigned {
        Assigned::Operand(operand) => operand_value(operand, item),
        Assigned::IfNotExists(path, otherwise) => match super::at(item, path) {
            Some(value) => Ok(value.clone()),
            None => compute(otherwise, item),
        },
        Assigned::Plus(a, b) => sum(compute(a, item)?, compute(b, item)?, false),
        Assigned::Minus(a, b) => sum(compute(a, item)?, compute(b, item)?, true),
        Assigned::Append(a, b) => match (compute(a, item)?, compute(b, item)?) {
            (Value::List(mut first), Value::List(second)) => {
                first.extend(second);
                Ok(Value::List(first))
            }
            _ => Err(wrong_type()),
        },
    }
}

fn operand_value(operand: &Operand, item: &Item) -> Result<Value, AwsError> {
    value_of(operand, item).ok_or_else(|| {
        invalid("The provided expression refers to an attribute that does not exist in the item")
    })
}

fn sum(a: Value, b: Value, subtract: bool) -> Result<Value, AwsError> {
    let (Value::Number(a), Value::Number(b)) = (a, b) else {
        return Err(wrong_type());
    };
    let b = if subtract { b.negated() } else { b };
    a.plus(&b)
        .map(Value::Number)
        .map_err(|error| invalid(error.to_string()))
}

/// The map or list that the last step of a path leads into.
fn parent<'i>(item: &'i mut Item, path: &Path) -> Option<&'i mut Value> {
    let (_, way) = path.steps.split_last()?;
    let mut place = item.get_mut(&path.name)?;
    for step in way {
        place = match (step, place) {
            (Step::Member(name), Value::Map(members)) => members.get_mut(name)?,
            (Step::Element(index), Value::List(values)) => values.get_mut(*index)?,
            _ => return None,
        };
    }
    Some(place)
}

fn assign(item: &mut Item, path: &Path, value: Value) -> Result<(), AwsError> {
    let Some(last) = path.steps.last() else {
        item.insert(path.name.clone(), value);
        return Ok(());
    };
    match (last, parent(item, path).ok_or_else(wrong_path)?) {
        (Step::Member(name), Value::Map(members)) => {
            members.insert(name.clone(), value);
        }
        (Step::Element(index), Value::List(values)) => match values.get_mut(*index) {
            Some(place) => *place = value,
            // Behind the end of a list means at its end
            None => values.push(value),
        },
        _ => return Err(wrong_path()),
    }
    Ok(())
}

fn remove(item: &mut Item, path: &Path) -> Result<(), AwsError> {
    let Some(last) = path.steps.last() else {
        item.shift_remove(&path.name);
        return Ok(());
    };
    match (last, parent(item, path).ok_or_else(wrong_path)?) {
        (Step::Member(name), Value::Map(members)) => {
            members.shift_remove(name);
        }
        (Step::Element(index), Value::List(values)) if *index < values.len() => {
            values.remove(*index);
        }
        (Step::Element(_), Value::List(_)) => {}
        _ => return Err(wrong_path()),
    }
    Ok(())
}
