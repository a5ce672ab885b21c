//! Queries: from a key condition to the items of one partition.

use std::cmp::Ordering;

use serde_json::{Map, Value as Json, json};

use super::call::{Query, Select};
use super::expression::{self, Condition, Operand};
use super::table::{Key, KeyAttribute, KeyPart, Table, key_part};
use super::value::{Item, Value, invalid, item_size, item_to_json};
use crate::cloud::aws::AwsError;

/// How much one page reads: AWS's limit, in bytes.
const MAX_PAGE_BYTES: usize = 1024 * 1024;

/// A key condition that fits a table: one partition, and conditions on the sort key.
struct Wanted<'q> {
    partition: KeyPart,
    sort: Option<&'q Condition>,
}

/// The conditions of a key condition, one for each key attribute, each with the attribute's name.
fn parts(condition: &Condition) -> Result<Vec<(&str, &Condition)>, AwsError> {
    let all: Vec<&Condition> = match condition {
        Condition::And(parts) => parts.iter().collect(),
        other => vec![other],
    };
    if all.len() > 2 {
        return Err(invalid("Conditions can be of length 1 or 2 only"));
    }
    all.into_iter()
        .map(|part| Ok((attribute(part)?, part)))
        .collect()
}

/// The attribute that one part of a key condition is about.
fn attribute(part: &Condition) -> Result<&str, AwsError> {
    let operator = |name: &str| {
        Err(invalid(format!(
            "Invalid operator used in KeyConditionExpression: {name}"
        )))
    };
    let (left, right): (&Operand, Vec<&Operand>) = match part {
        Condition::Compare(_, "<>", _) => return operator("<>"),
        Condition::Compare(left, _, right) => (left, vec![right]),
        Condition::Between(left, low, high) => (left, vec![low, high]),
        Condition::BeginsWith(left, start) => (left, vec![start]),
        Condition::Or(_) => return operator("OR"),
        Condition::Not(_) => return operator("NOT"),
        Condition::In(..) => return operator("IN"),
        Condition::Exists(_, true) => return operator("attribute_exists"),
        Condition::Exists(_, false) => return operator("attribute_not_exists"),
        Condition::Type(..) => return operator("attribute_type"),
        Condition::Contains(..) => return operator("contains"),
        // AND inside AND, in parentheses
        Condition::And(_) => return Err(invalid("Query key condition not supported")),
    };
    match left {
        Operand::Path(path)
            if path.steps.is_empty()
                && right
                    .iter()
                    .all(|operand| matches!(operand, Operand::Value(_))) =>
        {
            Ok(&path.name)
        }
        _ => Err(invalid("Query key condition not supported")),
    }
}

/// The attributes that a key condition names; none where it cannot be one.
pub fn key_names(condition: &Condition) -> Vec<String> {
    let names = parts(condition).unwrap_or_default();
    names.into_iter().map(|(name, _)| name.to_owned()).collect()
}

/// The partition that a key condition asks for, by the name of the partition key.
pub fn partition_value<'q>(condition: &'q Condition, partition_key: &str) -> Option<&'q Value> {
    let found = parts(condition)
        .ok()?
        .into_iter()
        .find(|(name, _)| *name == partition_key)?;
    match found.1 {
        Condition::Compare(_, "=", Operand::Value(value)) => Some(value),
        _ => None,
    }
}

fn wanted<'q>(table: &Table, condition: &'q Condition) -> Result<Wanted<'q>, AwsError> {
    let parts = parts(condition)?;
    if let [(first, _), (second, _)] = parts.as_slice()
        && first == second
    {
        return Err(invalid(
            "KeyConditionExpressions must only contain one condition per key",
        ));
    }
    let of = |key: &KeyAttribute| {
        parts
            .iter()
            .find(|(name, _)| *name == key.name)
            .map(|(_, c)| *c)
    };
    let missed = |key: &str| {
        Err(invalid(format!(
            "Query condition missed key schema element: {key}"
        )))
    };
    let partition_key = &table.config.partition_key;
    let Some(partition) = of(partition_key) else {
        return missed(&partition_key.name);
    };
    let Condition::Compare(_, "=", Operand::Value(value)) = partition else {
        return Err(invalid("Query key condition not supported"));
    };
    let partition = key_part(partition_key, value).ok_or_else(wrong_type)?;
    let sort = match (parts.len(), &table.config.sort_key) {
        (1, _) => None,
        (_, None) => return Err(invalid("Query key condition not supported")),
        (_, Some(key)) => match of(key) {
            Some(condition) => Some(sort_condition(key, condition)?),
            None => return missed(&key.name),
        },
    };
    Ok(Wanted { partition, sort })
}

fn wrong_type() -> AwsError {
    invalid(
        "One or more parameter values were invalid: Condition parameter type does not match \
         schema type",
    )
}

/// The condition on the sort key, when its values have the key's type.
fn sort_condition<'q>(
    key: &KeyAttribute,
    condition: &'q Condition,
) -> Result<&'q Condition, AwsError> {
    let operands: Vec<&Operand> = match condition {
        Condition::Compare(_, _, value) | Condition::BeginsWith(_, value) => vec![value],
        Condition::Between(_, low, high) => vec![low, high],
        _ => Vec::new(),
    };
    let values: Vec<&Value> = operands
        .iter()
        .filter_map(|operand| match operand {
            Operand::Value(value) => Some(value),
            _ => None,
        })
        .collect();
    if values.iter().any(|value| key_part(key, value).is_none()) {
        return Err(wrong_type());
    }
    if let [low, high] = values.as_slice()
        && low.order(high) == Some(Ordering::Greater)
    {
        return Err(invalid(
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound",
        ));
    }
    Ok(condition)
}

/// What a query finds.
pub fn run(table: &Table, query: &Query) -> Result<Json, AwsError> {
    if let Some(index) = &query.index {
        return Err(invalid(format!(
            "The table does not have the specified index: {index}"
        )));
    }
    let wanted = wanted(table, &query.key_condition)?;
    no_key_in_filter(table, query)?;
    let start = query
        .start
        .as_ref()
        .map(|start| start_key(table, start))
        .transpose()?;
    let page = read_page(table, query, &wanted, start.as_ref());
    Ok(answer(query, page))
}

fn no_key_in_filter(table: &Table, query: &Query) -> Result<(), AwsError> {
    let mut names = Vec::new();
    if let Some(filter) = &query.filter {
        filter.names(&mut names);
    }
    match names.iter().find(|name| table.is_key(name)) {
        Some(name) => Err(invalid(format!(
            "Filter Expression can only contain non-primary key attributes: Primary key \
             attribute: {name}"
        ))),
        None => Ok(()),
    }
}

fn start_key(table: &Table, start: &Item) -> Result<Key, AwsError> {
    table
        .key_from(start)
        .map_err(|_| invalid("The provided starting key is invalid"))
}

/// What one page read.
struct Page<'t> {
    found: Vec<&'t Item>,
    scanned: usize,
    last: Option<Item>,
}

fn read_page<'t>(
    table: &'t Table,
    query: &Query,
    wanted: &Wanted<'_>,
    start: Option<&Key>,
) -> Page<'t> {
    let in_partition = |item: &&Item| {
        table
            .key_of(item)
            .is_ok_and(|(partition, _)| partition == wanted.partition)
            && wanted
                .sort
                .is_none_or(|condition| expression::holds(condition, item))
    };
    let after_start = |item: &&Item| {
        let Some(start) = start else { return true };
        table.key_of(item).is_ok_and(|key| {
            if query.forward {
                key > *start
            } else {
                key < *start
            }
        })
    };
    let mut candidates: Vec<&Item> = table
        .items()
        .filter(in_partition)
        .filter(after_start)
        .collect();
    if !query.forward {
        candidates.reverse();
    }
    let mut page = Page {
        found: Vec::new(),
        scanned: 0,
        last: None,
    };
    let mut bytes = 0;
    for item in candidates {
        page.scanned += 1;
        bytes += item_size(item);
        if query
            .filter
            .as_ref()
            .is_none_or(|filter| expression::holds(filter, item))
        {
            page.found.push(item);
        }
        if query.limit == Some(page.scanned) || bytes > MAX_PAGE_BYTES {
            page.last = Some(table.only_key(item));
            break;
        }
    }
    page
}

fn answer(query: &Query, page: Page<'_>) -> Json {
    let mut answer = Map::new();
    if query.select != Select::Count {
        let items: Vec<Json> = page
            .found
            .iter()
            .map(|item| match &query.projection {
                Some(paths) => item_to_json(&expression::project(item, paths)),
                None => item_to_json(item),
            })
            .collect();
        answer.insert("Items".to_owned(), Json::Array(items));
    }
    answer.insert("Count".to_owned(), json!(page.found.len()));
    answer.insert("ScannedCount".to_owned(), json!(page.scanned));
    if let Some(last) = &page.last {
        answer.insert("LastEvaluatedKey".to_owned(), item_to_json(last));
    }
    Json::Object(answer)
}
