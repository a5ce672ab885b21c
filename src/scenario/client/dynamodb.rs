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
        key: &Item,
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let key = item_json(key, |template| self.fill(template))?;
        self.table_call(
            "GetItem",
            &json!({ "TableName": table, "Key": key }),
            credentials,
        )
    }

    pub(super) fn query(
        &mut self,
        table: &str,
        partition: &Template,
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let name = self.names.partition_keys.get(table);
        let name = name.ok_or_else(|| StepError::NoValue(table.to_owned()))?;
        let body = json!({
            "TableName": table,
            "KeyConditionExpression": "#p = :p",
            "ExpressionAttributeNames": { "#p": name },
            "ExpressionAttributeValues": { ":p": { "S": self.fill(partition)? } },
        });
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
