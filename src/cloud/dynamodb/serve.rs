//! One request from the door to its answer: who signed, what is asked, may they, does the table
//! have it; only then anything changes.

use serde_json::{Value as Json, json};

use super::call::{self, Call, OPERATIONS, Select, What};
use super::expression::{self, Path, Update};
use super::query;
use super::table::{self, Key, MAX_ITEMS, Table};
use super::value::{Item, MAX_ITEM_BYTES, Value, invalid, item_size, item_to_json};
use super::{WIRE, call::Query};
use crate::cloud::Cloud;
use crate::cloud::access::{self, Ask, PERMISSIONS_CHECK};
use crate::cloud::aws::{AwsError, shorten};
use crate::cloud::front_door::Route;
use crate::cloud::ledger::Ledger;
use crate::policy::RequestContext;
use crate::protocol::message::Request;

const WELL_FORMED: &str = "Well formed";
const TABLE_EXISTS: &str = "Table exists";
const KEY_FITS: &str = "Key fits the table";
const CONDITION: &str = "Condition holds";
const WRITABLE: &str = "Item can be written";

/// What is checked once it is known who asks; the order is Tokentrail's model.
const PLAN: [(&str, &str); 4] = [
    (WELL_FORMED, "DynamoDB API reference"),
    PERMISSIONS_CHECK,
    (
        TABLE_EXISTS,
        "DynamoDB API reference: ResourceNotFoundException",
    ),
    (KEY_FITS, "DynamoDB Developer Guide: primary key"),
];

/// Answers one request.
pub fn serve(cloud: &mut Cloud, route: &Route, request: &Request) -> Result<Json, AwsError> {
    let operation = route.operation.as_str();
    if !OPERATIONS.contains(&operation) {
        return Err(AwsError::new("UnknownOperationException", 400, ""));
    }
    let caller = access::authenticate_then(cloud, route, request, WIRE, &PLAN)?;
    let call = call::read(operation, request.body())
        .inspect_err(|error| failed(&mut cloud.ledger, WELL_FORMED, operation, error))?;
    cloud
        .ledger
        .passed(WELL_FORMED, operation, format!("table {}", call.table));
    if call.condition.is_some() {
        cloud
            .ledger
            .plan(&[(CONDITION, "DynamoDB Developer Guide: condition expressions")]);
    }
    if matches!(call.what, What::Put(_) | What::Update(..)) {
        cloud.ledger.plan(&[(
            WRITABLE,
            "DynamoDB Developer Guide: quotas, update expressions",
        )]);
    }
    let place = Place::of(&call.table, &caller.account);
    let ask = Ask {
        action: format!("dynamodb:{operation}"),
        resource: table::arn(&place.account, &place.name),
        resource_account: place.account.clone(),
        context: context(&call, cloud.dynamodb.table(&place.account, &place.name)),
        resource_policy: None,
    };
    access::authorize(cloud, &caller, &ask, WIRE)?;
    let Cloud {
        dynamodb, ledger, ..
    } = cloud;
    let table = dynamodb.table_mut(&place.account, &place.name);
    let Some(table) = table else {
        ledger.failed(TABLE_EXISTS, ask.resource, "no such table");
        let message = "Requested resource not found";
        return Err(AwsError::new("ResourceNotFoundException", 400, message));
    };
    ledger.passed(
        TABLE_EXISTS,
        ask.resource,
        format!("key {}", table.schema()),
    );
    perform(table, ledger, &call)
}

/// A check whose failure is the refusal itself.
fn failed(ledger: &mut Ledger, name: &str, expected: &str, error: &AwsError) {
    ledger.failed(name, expected, shorten(&error.message));
}

/// Whose table a request means: a name means one of the caller's own.
struct Place {
    account: String,
    name: String,
}

impl Place {
    fn of(table: &str, caller_account: &str) -> Self {
        let parts: Vec<&str> = table.splitn(6, ':').collect();
        if let ["arn", _, "dynamodb", _, account, resource] = parts.as_slice()
            && let Some(name) = resource.strip_prefix("table/")
        {
            return Self {
                account: (*account).to_owned(),
                name: name.to_owned(),
            };
        }
        Self {
            account: caller_account.to_owned(),
            name: table.to_owned(),
        }
    }
}

/// What a policy can ask about the request. The partition key's values are known only where the
/// table is.
fn context(call: &Call, table: Option<&Table>) -> RequestContext {
    let mut context = RequestContext::new();
    let leading = table.and_then(|table| leading_key(&call.what, table));
    if let Some(value) = leading {
        context.set("dynamodb:LeadingKeys", vec![value.plain()]);
    }
    let attributes = attributes(&call.what);
    if !attributes.is_empty() {
        context.set("dynamodb:Attributes", attributes);
    }
    let select = match &call.what {
        What::Query(query) => Some(query.select),
        What::Get(_, projection) if projection.is_some() => Some(Select::Specific),
        What::Get(..) => Some(Select::All),
        _ => None,
    };
    if let Some(select) = select {
        context.set("dynamodb:Select", select.name());
    }
    if let Some(wanted) = &call.return_values {
        context.set("dynamodb:ReturnValues", wanted.as_str());
    }
    context
}

fn leading_key<'c>(what: &'c What, table: &Table) -> Option<&'c Value> {
    let partition_key = table.config.partition_key.name.as_str();
    match what {
        What::Get(key, _) | What::Update(key, _) | What::Delete(key) => key.get(partition_key),
        What::Put(item) => item.get(partition_key),
        What::Query(query) => query::partition_value(&query.key_condition, partition_key),
    }
}

/// The attributes that a request names, each once.
fn attributes(what: &What) -> Vec<String> {
    let names = |item: &Item| item.keys().cloned().collect::<Vec<String>>();
    let of_paths = |paths: &[Path]| {
        paths
            .iter()
            .map(|path| path.name.clone())
            .collect::<Vec<_>>()
    };
    let mut all = match what {
        What::Put(item) => names(item),
        What::Delete(key) => names(key),
        What::Get(key, projection) => [
            names(key),
            of_paths(projection.as_deref().unwrap_or_default()),
        ]
        .concat(),
        What::Update(key, update) => [
            names(key),
            update.paths().map(|path| path.name.clone()).collect(),
        ]
        .concat(),
        What::Query(query) => query_attributes(query),
    };
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|name| seen.insert(name.clone()));
    all
}

fn query_attributes(query: &Query) -> Vec<String> {
    let mut names = query::key_names(&query.key_condition);
    if let Some(filter) = &query.filter {
        filter.names(&mut names);
    }
    names.extend(
        query
            .projection
            .iter()
            .flatten()
            .map(|path| path.name.clone()),
    );
    names
}

/// Does what is asked, once nothing stands in its way.
fn perform(table: &mut Table, ledger: &mut Ledger, call: &Call) -> Result<Json, AwsError> {
    if let What::Query(query) = &call.what {
        let answer = query::run(table, query)
            .inspect_err(|error| failed(ledger, KEY_FITS, &table.schema(), error))?;
        let names = query::key_names(&query.key_condition).join(", ");
        ledger.passed(KEY_FITS, table.schema(), format!("a condition on {names}"));
        return Ok(answer);
    }
    let key = match &call.what {
        What::Put(item) => table.key_of(item),
        What::Get(key, _) | What::Update(key, _) | What::Delete(key) => table.key_from(key),
        What::Query(_) => Err(invalid(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
        )),
    };
    let key = key.inspect_err(|error| failed(ledger, KEY_FITS, &table.schema(), error))?;
    let shown: Vec<String> = key_values(table, &call.what);
    ledger.passed(KEY_FITS, table.schema(), shown.join(", "));
    let old = table.get(&key).cloned();
    condition_holds(ledger, call, old.as_ref())?;
    match &call.what {
        What::Get(_, projection) => Ok(found(old.as_ref(), projection.as_deref())),
        What::Put(item) => {
            write(table, ledger, key, Ok(item.clone()))?;
            Ok(returned(call, old.as_ref(), None, &[]))
        }
        What::Delete(_) => {
            table.delete(&key);
            Ok(returned(call, old.as_ref(), None, &[]))
        }
        What::Update(given, update) => {
            let new = updated(table, update, old.as_ref().unwrap_or(given));
            let new = write(table, ledger, key, new)?;
            let touched: Vec<Path> = update.paths().cloned().collect();
            Ok(returned(call, old.as_ref(), Some(&new), &touched))
        }
        What::Query(_) => Ok(json!({})),
    }
}

/// What an update makes of an item, whose key it may not touch.
fn updated(table: &Table, update: &Update, item: &Item) -> Result<Item, AwsError> {
    if let Some(path) = update.paths().find(|path| table.is_key(&path.name)) {
        return Err(invalid(format!(
            "One or more parameter values were invalid: Cannot update attribute {}. This attribute \
             is part of the key",
            path.name
        )));
    }
    expression::apply(update, item)
}

/// Writes an item, if it could be made and the table takes it.
fn write(
    table: &mut Table,
    ledger: &mut Ledger,
    key: Key,
    item: Result<Item, AwsError>,
) -> Result<Item, AwsError> {
    let size = item.as_ref().map_or(0, item_size);
    let written = item.and_then(|item| table.put(key, item.clone()).map(|_| item));
    let expected = format!("at most {MAX_ITEM_BYTES} bytes, {MAX_ITEMS} items");
    let written = written.inspect_err(|error| failed(ledger, WRITABLE, &expected, error))?;
    ledger.passed(WRITABLE, expected, format!("{size} bytes"));
    Ok(written)
}

/// The values of the key that a request names, for evidence.
fn key_values(table: &Table, what: &What) -> Vec<String> {
    let from = match what {
        What::Put(item) => item,
        What::Get(key, _) | What::Update(key, _) | What::Delete(key) => key,
        What::Query(_) => return Vec::new(),
    };
    let values = table.key_attributes().filter_map(|key| from.get(&key.name));
    values.map(|value| shorten(&value.plain())).collect()
}

fn condition_holds(ledger: &mut Ledger, call: &Call, old: Option<&Item>) -> Result<(), AwsError> {
    let Some(condition) = &call.condition else {
        return Ok(());
    };
    let nothing = Item::new();
    let holds = expression::holds(condition, old.unwrap_or(&nothing));
    let actual = match (holds, old) {
        (true, _) => "holds",
        (false, Some(_)) => "does not hold for the item that is there",
        (false, None) => "does not hold: there is no such item",
    };
    if ledger.verify(CONDITION, holds, "the request's condition", actual) {
        return Ok(());
    }
    let message = "The conditional request failed";
    Err(AwsError::new(
        "ConditionalCheckFailedException",
        400,
        message,
    ))
}

fn found(item: Option<&Item>, projection: Option<&[Path]>) -> Json {
    match (item, projection) {
        (None, _) => json!({}),
        (Some(item), None) => json!({ "Item": item_to_json(item) }),
        (Some(item), Some(paths)) => {
            json!({ "Item": item_to_json(&expression::project(item, paths)) })
        }
    }
}

/// What a write answers with, as `ReturnValues` asks.
fn returned(call: &Call, old: Option<&Item>, new: Option<&Item>, touched: &[Path]) -> Json {
    let attributes = match call.return_values.as_deref() {
        Some("ALL_OLD") => old.cloned(),
        Some("ALL_NEW") => new.cloned(),
        Some("UPDATED_OLD") => old.map(|old| expression::project(old, touched)),
        Some("UPDATED_NEW") => new.map(|new| expression::project(new, touched)),
        _ => None,
    };
    match attributes.filter(|attributes| !attributes.is_empty()) {
        Some(attributes) => json!({ "Attributes": item_to_json(&attributes) }),
        None => json!({}),
    }
}
