//! DynamoDB as an app calls it: JSON 1.0 with a target header.

use serde_json::{Value as Json, json};

use super::super::action::Value;
use super::super::build::item_json;
use super::super::template::Template;
use super::super::world_file::Item;
use super::{Hands, StepError};
use crate::cloud::REGION;
use crate::protocol::message::{self, Message};

const TARGET: &str = "DynamoDB_20120810";
const JSON_10: &str = "application/x-amz-json-1.0";

impl Hands<'_> {
    pub(super) fn put_item(
        &mut self,
        table: &str,
        item: &Item,
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let item = item_json(item, |template| self.fill(template))?;
        self.table_call(
            "PutItem",
            &json!({ "TableName": table, "Item": item }),
            credentials,
        )
    }

    pub(super) fn get_item(
        &mut self,
        table: &str,
        (key, attributes): (&Item, &[String]),
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let key = item_json(key, |template| self.fill(template))?;
        let mut body = json!({ "TableName": table, "Key": key });
        project(&mut body, attributes);
        self.table_call("GetItem", &body, credentials)
    }

    pub(super) fn query(
        &mut self,
        table: &str,
        (partition, attributes): (&Template, &[String]),
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let name = self.names.partition_keys.get(table);
        let name = name.ok_or_else(|| StepError::NoValue(table.to_owned()))?;
        let mut body = json!({
            "TableName": table,
            "KeyConditionExpression": "#p = :p",
            "ExpressionAttributeNames": { "#p": name },
            "ExpressionAttributeValues": { ":p": { "S": self.fill(partition)? } },
        });
        project(&mut body, attributes);
        if !attributes.is_empty() {
            body["Select"] = json!("SPECIFIC_ATTRIBUTES");
        }
        self.table_call("Query", &body, credentials)
    }

    fn table_call(
        &mut self,
        operation: &str,
        body: &Json,
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let url = format!("https://dynamodb.{REGION}.amazonaws.com/");
        let mut request = message::post(&url, JSON_10, body.to_string().into_bytes())?;
        request.set_header("x-amz-target", &format!("{TARGET}.{operation}"))?;
        self.send_signed("dynamodb", request, credentials)?;
        Ok(())
    }
}

/// Asks for some attributes only. Each goes by a placeholder: its name may be a reserved word.
fn project(body: &mut Json, attributes: &[String]) {
    if attributes.is_empty() {
        return;
    }
    let placeholders: Vec<String> = (0..attributes.len()).map(|it| format!("#a{it}")).collect();
    body["ProjectionExpression"] = json!(placeholders.join(", "));
    for (placeholder, attribute) in placeholders.into_iter().zip(attributes) {
        body["ExpressionAttributeNames"][placeholder] = json!(attribute);
    }
}
