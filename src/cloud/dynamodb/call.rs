//! A request's body as the operation it asks for: every member typed, every expression read.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::expression::{Condition, Path, Reader, Update};
use super::value::{Item, Value, invalid, item_from_json, unreadable};
use crate::cloud::aws::AwsError;

/// An operation with its members.
#[derive(Debug)]
pub struct Call {
    /// The table's name, or its ARN
    pub table: String,
    /// What is asked of it
    pub what: What,
    /// `ReturnValues`, where the request has one
    pub return_values: Option<String>,
    /// What a write requires of the item that is there
    pub condition: Option<Condition>,
}

/// What is asked of a table.
#[derive(Debug)]
pub enum What {
    /// `GetItem`: key and projection
    Get(Item, Option<Vec<Path>>),
    /// `PutItem`: the item
    Put(Item),
    /// `UpdateItem`: key and changes
    Update(Item, Update),
    /// `DeleteItem`: key
    Delete(Item),
    /// `Query`
    Query(Box<Query>),
}

/// The members of a query.
#[derive(Debug)]
pub struct Query {
    /// Which partition, and which part of it
    pub key_condition: Condition,
    /// What is left out after reading
    pub filter: Option<Condition>,
    /// Which attributes are answered
    pub projection: Option<Vec<Path>>,
    /// `Select`
    pub select: Select,
    /// How many items are read
    pub limit: Option<usize>,
    /// Ascending or descending
    pub forward: bool,
    /// Where the page before ended
    pub start: Option<Item>,
    /// The index asked, where one is
    pub index: Option<String>,
}

/// What a query answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Select {
    /// Whole items
    All,
    /// What the projection names
    Specific,
    /// Only how many
    Count,
}

impl Select {
    /// The member's value on the wire, and the condition key's.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "ALL_ATTRIBUTES",
            Self::Specific => "SPECIFIC_ATTRIBUTES",
            Self::Count => "COUNT",
        }
    }
}

/// The operations that this service knows.
pub const OPERATIONS: [&str; 5] = ["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"];

/// Members by which requests were made before there were expressions.
const LEGACY_MEMBERS: [&str; 8] = [
    "AttributesToGet",
    "AttributeUpdates",
    "ConditionalOperator",
    "Expected",
    "KeyConditions",
    "QueryFilter",
    "ScanFilter",
    "IndexesToGet",
];

/// Reads the body of a request for this operation.
pub fn read(operation: &str, body: &[u8]) -> Result<Call, AwsError> {
    let Ok(Json::Object(members)) = serde_json::from_slice(body) else {
        return Err(unreadable(
            "Start of structure or map found where not expected.",
        ));
    };
    let members = Members(members);
    members.no_legacy()?;
    members.required(match operation {
        "PutItem" => &["tableName", "item"],
        "Query" => &["tableName"],
        _ => &["tableName", "key"],
    })?;
    let mut reader = members.reader()?;
    let what = match operation {
        "GetItem" => What::Get(members.item("Key")?, members.projection(&mut reader)?),
        "PutItem" => What::Put(members.item("Item")?),
        "UpdateItem" => {
            let update = match members.text("UpdateExpression")? {
                Some(text) => reader.update(text)?,
                None => Update::default(),
            };
            What::Update(members.item("Key")?, update)
        }
        "DeleteItem" => What::Delete(members.item("Key")?),
        _ => What::Query(Box::new(members.query(&mut reader)?)),
    };
    let condition = members.condition("ConditionExpression", &mut reader)?;
    if !members.has_expression() {
        members.no_placeholders()?;
    }
    reader.all_used()?;
    Ok(Call {
        table: members.text("TableName")?.unwrap_or_default().to_owned(),
        what,
        return_values: members.return_values(operation)?,
        condition,
    })
}

struct Members(Map<String, Json>);

impl Members {
    fn get(&self, name: &str) -> Option<&Json> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn text(&self, name: &str) -> Result<Option<&str>, AwsError> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text)),
            Some(Json::Number(_)) => Err(unreadable("NUMBER_VALUE cannot be converted to String")),
            Some(Json::Bool(true)) => Err(unreadable("TRUE_VALUE cannot be converted to String")),
            Some(Json::Bool(false)) => Err(unreadable("FALSE_VALUE cannot be converted to String")),
            Some(_) => Err(unreadable("Unexpected value type in payload")),
        }
    }

    fn flag(&self, name: &str) -> Result<Option<bool>, AwsError> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::Bool(value)) => Ok(Some(*value)),
            Some(_) => Err(unreadable("Unexpected value type in payload")),
        }
    }

    fn item(&self, name: &str) -> Result<Item, AwsError> {
        self.get(name)
            .map_or_else(|| Ok(Item::new()), item_from_json)
    }

    /// Members that must be there, named as AWS names them in its complaint.
    fn required(&self, names: &[&str]) -> Result<(), AwsError> {
        let member = |name: &str| match name {
            "tableName" => "TableName",
            "item" => "Item",
            _ => "Key",
        };
        let missing: Vec<String> = names
            .iter()
            .filter(|name| self.get(member(name)).is_none())
            .map(|name| {
                format!(
                    "Value null at '{name}' failed to satisfy constraint: Member must not be null"
                )
            })
            .collect();
        violations(missing)
    }

    fn no_legacy(&self) -> Result<(), AwsError> {
        match LEGACY_MEMBERS.iter().find(|name| self.get(name).is_some()) {
            Some(name) => Err(invalid(format!(
                "{name} is from before expressions; Tokentrail's DynamoDB reads expressions only"
            ))),
            None => Ok(()),
        }
    }

    fn reader(&self) -> Result<Reader, AwsError> {
        let mut names = IndexMap::new();
        for (placeholder, name) in self.placeholders("ExpressionAttributeNames", '#')? {
            let Json::String(name) = name else {
                return Err(unreadable("Unexpected value type in payload"));
            };
            names.insert(placeholder.clone(), name.clone());
        }
        let mut values = IndexMap::new();
        for (placeholder, value) in self.placeholders("ExpressionAttributeValues", ':')? {
            let value = Value::from_json(value).map_err(|error| AwsError {
                message: format!(
                    "ExpressionAttributeValues contains invalid value: {} for key {placeholder}",
                    error.message
                ),
                ..error
            })?;
            values.insert(placeholder.clone(), value);
        }
        Ok(Reader::new(names, values))
    }

    fn placeholders(&self, parameter: &str, sign: char) -> Result<Vec<(&String, &Json)>, AwsError> {
        let Some(given) = self.get(parameter) else {
            return Ok(Vec::new());
        };
        let given = given
            .as_object()
            .ok_or_else(|| unreadable("Unexpected value type in payload"))?;
        if given.is_empty() {
            return Err(invalid(format!("{parameter} must not be empty")));
        }
        let word = |text: &str| {
            !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        for key in given.keys() {
            if !key.strip_prefix(sign).is_some_and(word) {
                return Err(invalid(format!(
                    "{parameter} contains invalid key: Syntax error; key: \"{key}\""
                )));
            }
        }
        Ok(given.iter().collect())
    }

    fn has_expression(&self) -> bool {
        self.0.keys().any(|name| name.ends_with("Expression"))
    }

    fn no_placeholders(&self) -> Result<(), AwsError> {
        for parameter in ["ExpressionAttributeNames", "ExpressionAttributeValues"] {
            if self.get(parameter).is_some() {
                return Err(invalid(format!(
                    "{parameter} can only be specified when using expressions"
                )));
            }
        }
        Ok(())
    }

    fn projection(&self, reader: &mut Reader) -> Result<Option<Vec<Path>>, AwsError> {
        self.text("ProjectionExpression")?
            .map(|text| reader.projection(text))
            .transpose()
    }

    fn condition(
        &self,
        name: &'static str,
        reader: &mut Reader,
    ) -> Result<Option<Condition>, AwsError> {
        self.text(name)?
            .map(|text| reader.condition(name, text))
            .transpose()
    }

    fn query(&self, reader: &mut Reader) -> Result<Query, AwsError> {
        let key_condition = self
            .condition("KeyConditionExpression", reader)?
            .ok_or_else(|| {
                invalid(
                    "Either the KeyConditions or KeyConditionExpression parameter must be \
                     specified in the request.",
                )
            })?;
        let projection = self.projection(reader)?;
        Ok(Query {
            key_condition,
            filter: self.condition("FilterExpression", reader)?,
            select: self.select(projection.is_some())?,
            projection,
            limit: self.limit()?,
            forward: self.flag("ScanIndexForward")?.unwrap_or(true),
            start: self
                .get("ExclusiveStartKey")
                .map(item_from_json)
                .transpose()?,
            index: self.text("IndexName")?.map(str::to_owned),
        })
    }

    fn select(&self, projected: bool) -> Result<Select, AwsError> {
        let select = match self.text("Select")? {
            None if projected => return Ok(Select::Specific),
            None => return Ok(Select::All),
            Some("ALL_ATTRIBUTES") => Select::All,
            Some("SPECIFIC_ATTRIBUTES") => Select::Specific,
            Some("COUNT") => Select::Count,
            Some("ALL_PROJECTED_ATTRIBUTES") => {
                return Err(invalid(
                    "One or more parameter values were invalid: Select type \
                     ALL_PROJECTED_ATTRIBUTES can be used only when querying using an IndexName",
                ));
            }
            Some(other) => {
                return violations(vec![not_in(
                    other,
                    "select",
                    "[SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]",
                )])
                .map(|()| Select::All);
            }
        };
        match (select, projected) {
            (Select::Specific, false) => Err(invalid(
                "One or more parameter values were invalid: Must specify the AttributesToGet or \
                 ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
            )),
            (Select::All | Select::Count, true) => Err(invalid(format!(
                "One or more parameter values were invalid: Cannot specify the ProjectionExpression \
                 when choosing to get {}",
                select.name()
            ))),
            _ => Ok(select),
        }
    }

    fn limit(&self) -> Result<Option<usize>, AwsError> {
        let Some(limit) = self.get("Limit") else {
            return Ok(None);
        };
        let limit = limit
            .as_i64()
            .ok_or_else(|| unreadable("Unexpected value type in payload"))?;
        if limit < 1 {
            return violations(vec![format!(
                "Value '{limit}' at 'limit' failed to satisfy constraint: Member must have value \
                 greater than or equal to 1"
            )])
            .map(|()| None);
        }
        Ok(usize::try_from(limit).ok())
    }

    fn return_values(&self, operation: &str) -> Result<Option<String>, AwsError> {
        const ALL: [&str; 5] = ["ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"];
        let Some(wanted) = self.text("ReturnValues")? else {
            return Ok(None);
        };
        if !ALL.contains(&wanted) {
            let all = format!("[{}]", ALL.join(", "));
            return violations(vec![not_in(wanted, "returnValues", &all)]).map(|()| None);
        }
        if operation != "UpdateItem" && !["NONE", "ALL_OLD"].contains(&wanted) {
            return Err(invalid("Return values set to invalid value"));
        }
        Ok(Some(wanted.to_owned()))
    }
}

fn not_in(value: &str, member: &str, all: &str) -> String {
    format!(
        "Value '{value}' at '{member}' failed to satisfy constraint: Member must satisfy enum \
         value set: {all}"
    )
}

/// Constraints that the request violates, as AWS lists them; nothing where there are none.
fn violations(list: Vec<String>) -> Result<(), AwsError> {
    let plural = match list.len() {
        0 => return Ok(()),
        1 => "",
        _ => "s",
    };
    let count = list.len();
    let list = list.join("; ");
    Err(invalid(format!(
        "{count} validation error{plural} detected: {list}"
    )))
}
