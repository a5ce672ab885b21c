//! DynamoDB: tables with a partition key and perhaps a sort key, asked in JSON 1.0.
//!
//! - [`call`]: a request's body as an operation
//! - [`expression`]: conditions, projections and updates
//! - [`serve`]: who may, then what happens
//! - [`query`]: the items of one partition
//! - [`table`], [`value`], [`number`]: what is kept

mod call;
mod expression;
mod number;
mod query;
mod reserved;
mod serve;
mod table;
mod value;

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::Cloud;
use super::access;
use super::aws::{self, AwsError, Wire};
use super::front_door::Route;
use super::ledger::{ActorId, ActorKind};
use super::services::Service;
use crate::protocol::message::{Request, RequestExt, Response};

pub use table::{KeyAttribute, KeyType, TableConfig};

use table::Table;

/// The prefix of `X-Amz-Target`.
const TARGET: &str = "DynamoDB_20120810";
/// The protocol.
const WIRE: Wire = Wire::Json10;

/// All tables, by account and name.
#[derive(Clone, Debug, Default)]
pub struct DynamoDb {
    tables: BTreeMap<(String, String), Table>,
}

/// Why the world cannot be set up so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// A table of that name is there already
    #[error("account {account} already has a table {name}")]
    TableExists {
        /// The account
        account: String,
        /// The table's name
        name: String,
    },
    /// AWS would not take this name
    #[error("a table's name has 3 to 255 characters of a-z, A-Z, 0-9, _, - and .: {0:?}")]
    TableName(String),
    /// There is no such table
    #[error("account {account} has no table {name}")]
    NoSuchTable {
        /// The account
        account: String,
        /// The table's name
        name: String,
    },
    /// The table does not take this item
    #[error("table {name} does not take the item: {reason}")]
    Item {
        /// The table's name
        name: String,
        /// Why, in DynamoDB's words
        reason: String,
    },
}

impl DynamoDb {
    /// Adds an empty table.
    pub fn add_table(&mut self, config: TableConfig) -> Result<(), SetupError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if !(3..=255).contains(&config.name.len()) || !config.name.chars().all(plain) {
            return Err(SetupError::TableName(config.name));
        }
        let place = (config.account.clone(), config.name.clone());
        if self.tables.contains_key(&place) {
            let (account, name) = place;
            return Err(SetupError::TableExists { account, name });
        }
        self.tables.insert(place, Table::new(config));
        Ok(())
    }

    /// Puts an item into a table, written as it would travel: `{"UserId": {"S": "…"}}`.
    pub fn put_initial_item(
        &mut self,
        account: &str,
        name: &str,
        item: &Json,
    ) -> Result<(), SetupError> {
        let table = self.tables.get_mut(&(account.to_owned(), name.to_owned()));
        let Some(table) = table else {
            let (account, name) = (account.to_owned(), name.to_owned());
            return Err(SetupError::NoSuchTable { account, name });
        };
        let put = |table: &mut Table| {
            let item = value::item_from_json(item)?;
            let key = table.key_of(&item)?;
            table.put(key, item)
        };
        put(table)
            .map(|_| ())
            .map_err(|error: AwsError| SetupError::Item {
                name: name.to_owned(),
                reason: error.message,
            })
    }

    fn table(&self, account: &str, name: &str) -> Option<&Table> {
        self.tables.get(&(account.to_owned(), name.to_owned()))
    }

    fn table_mut(&mut self, account: &str, name: &str) -> Option<&mut Table> {
        self.tables.get_mut(&(account.to_owned(), name.to_owned()))
    }

    fn of_account(&self, account: &str) -> impl Iterator<Item = &Table> {
        self.tables
            .values()
            .filter(move |table| table.config.account == account)
    }
}

/// Finds out whether a request is for this service, and which operation it asks for. Accounts
/// share the host; whose tables are meant is known by who signed.
pub fn route(cloud: &Cloud, request: &Request) -> Option<Route> {
    if !aws::is_endpoint(RequestExt::host(request), "dynamodb") {
        return None;
    }
    let key = access::access_key_of(request);
    let account = key
        .and_then(|key| cloud.sts.session(&key))
        .map(|session| &session.account);
    let of_account = |account: &String| cloud.service_actor(ActorKind::DynamoDb, Some(account));
    let to = account
        .and_then(of_account)
        .or_else(|| cloud.service_actor(ActorKind::DynamoDb, None))?;
    let operation = aws::target(request, TARGET)
        .unwrap_or("UnknownOperation")
        .to_owned();
    Some(Route {
        to,
        service: Service::DynamoDb,
        operation,
    })
}

/// Answers a request.
pub fn answer(cloud: &mut Cloud, route: &Route, request: &Request) -> Response {
    match serve::serve(cloud, route, request) {
        Ok(body) => aws::success_json(cloud, WIRE, &body),
        Err(error) => aws::refuse(cloud, WIRE, &error),
    }
}

/// Items of a table on the card: it is written down with each change, so it must not grow with them.
const MAX_LISTED: usize = 12;

/// What the card says now, and the whole state for the inspector.
pub fn describe(cloud: &Cloud, actor: &ActorId) -> (String, Vec<(String, String)>) {
    let account = cloud
        .actor(actor)
        .and_then(|actor| actor.account.clone())
        .unwrap_or_default();
    let mut cards = Vec::new();
    let mut details = Vec::new();
    for table in cloud.dynamodb.of_account(&account) {
        let (name, count) = (&table.config.name, table.len());
        let plural = if count == 1 { "" } else { "s" };
        cards.push(format!("table {name}, {count} item{plural}"));
        details.push((format!("Table {name}"), format!("key {}", table.schema())));
        for item in table.items().take(MAX_LISTED) {
            let key: Vec<String> = table
                .key_attributes()
                .filter_map(|key| item.get(&key.name))
                .map(value::Value::plain)
                .collect();
            details.push((key.join(" · "), value::item_to_json(item).to_string()));
        }
    }
    let line = if cards.is_empty() {
        "no tables".to_owned()
    } else {
        cards.join("; ")
    };
    (line, details)
}

#[cfg(test)]
mod tests;
