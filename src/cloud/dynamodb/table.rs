//! A table: its key schema and its items, in key order.

use std::collections::BTreeMap;

use super::number::Number;
use super::value::{Item, MAX_ITEM_BYTES, Value, invalid, item_size};
use crate::cloud::aws::AwsError;

/// The most items a table takes in this simulation.
pub const MAX_ITEMS: usize = 10_000;

/// The type of a key attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyType {
    /// `S`
    Text,
    /// `N`
    Number,
    /// `B`
    Binary,
}

impl KeyType {
    /// The type's name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "S",
            Self::Number => "N",
            Self::Binary => "B",
        }
    }
}

/// An attribute of a table's primary key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyAttribute {
    /// Its name
    pub name: String,
    /// Its type
    pub kind: KeyType,
}

impl KeyAttribute {
    /// A key attribute that is text.
    pub fn text(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: KeyType::Text,
        }
    }
}

/// How a table is set up.
#[derive(Clone, Debug)]
pub struct TableConfig {
    /// Its name
    pub name: String,
    /// The account that owns it
    pub account: String,
    /// The attribute that decides where an item is kept
    pub partition_key: KeyAttribute,
    /// The attribute that orders the items of one partition
    pub sort_key: Option<KeyAttribute>,
}

/// One part of a primary key, in the order a table keeps its items.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyPart {
    /// Text, by its bytes
    Text(String),
    /// A number, by its value
    Number(Number),
    /// Bytes
    Binary(Vec<u8>),
}

/// A primary key.
pub type Key = (KeyPart, Option<KeyPart>);

/// A table and what is in it.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its set-up
    pub config: TableConfig,
    items: BTreeMap<Key, Item>,
}

impl Table {
    /// An empty table.
    pub fn new(config: TableConfig) -> Self {
        Self {
            config,
            items: BTreeMap::new(),
        }
    }

    /// The attributes of its primary key.
    pub fn key_attributes(&self) -> impl Iterator<Item = &KeyAttribute> {
        std::iter::once(&self.config.partition_key).chain(&self.config.sort_key)
    }

    /// Whether an attribute is part of the primary key.
    pub fn is_key(&self, name: &str) -> bool {
        self.key_attributes().any(|key| key.name == name)
    }

    /// How many items it has.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Every item in key order.
    pub fn items(&self) -> impl DoubleEndedIterator<Item = &Item> {
        self.items.values()
    }

    /// The item with this key.
    pub fn get(&self, key: &Key) -> Option<&Item> {
        self.items.get(key)
    }

    /// Puts an item in place of whatever had its key, and gives that back.
    pub fn put(&mut self, key: Key, item: Item) -> Result<Option<Item>, AwsError> {
        if item_size(&item) > MAX_ITEM_BYTES {
            return Err(invalid("Item size has exceeded the maximum allowed size"));
        }
        if self.items.len() >= MAX_ITEMS && !self.items.contains_key(&key) {
            return Err(invalid(format!(
                "A table takes {MAX_ITEMS} items, Tokentrail's limit"
            )));
        }
        Ok(self.items.insert(key, item))
    }

    /// Takes an item out.
    pub fn delete(&mut self, key: &Key) -> Option<Item> {
        self.items.remove(key)
    }

    /// The key that an item to be written has.
    pub fn key_of(&self, item: &Item) -> Result<Key, AwsError> {
        let part = |attribute: &KeyAttribute| {
            let wrong = |what: String| {
                invalid(format!("One or more parameter values were invalid: {what}"))
            };
            let value = item
                .get(&attribute.name)
                .ok_or_else(|| wrong(format!("Missing the key {} in the item", attribute.name)))?;
            let Some(part) = key_part(attribute, value) else {
                return Err(wrong(format!(
                    "Type mismatch for key {} expected: {} actual: {}",
                    attribute.name,
                    attribute.kind.name(),
                    value.kind()
                )));
            };
            not_empty(attribute, &part)?;
            Ok(part)
        };
        let sort = self.config.sort_key.as_ref().map(part).transpose()?;
        Ok((part(&self.config.partition_key)?, sort))
    }

    /// The key that a request names: exactly the attributes of the schema.
    pub fn key_from(&self, given: &Item) -> Result<Key, AwsError> {
        let wrong = || invalid("The provided key element does not match the schema");
        if given.len() != self.key_attributes().count() {
            return Err(wrong());
        }
        let part = |attribute: &KeyAttribute| {
            let value = given.get(&attribute.name).ok_or_else(wrong)?;
            let part = key_part(attribute, value).ok_or_else(wrong)?;
            not_empty(attribute, &part)?;
            Ok(part)
        };
        let sort = self.config.sort_key.as_ref().map(part).transpose()?;
        Ok((part(&self.config.partition_key)?, sort))
    }

    /// Only the key attributes of an item.
    pub fn only_key(&self, item: &Item) -> Item {
        self.key_attributes()
            .filter_map(|key| Some((key.name.clone(), item.get(&key.name)?.clone())))
            .collect()
    }

    /// Says what the key must look like, for evidence: `UserId (S), GameTitle (S)`.
    pub fn schema(&self) -> String {
        let parts: Vec<String> = self
            .key_attributes()
            .map(|key| format!("{} ({})", key.name, key.kind.name()))
            .collect();
        parts.join(", ")
    }
}

/// The ARN of a table.
pub fn arn(account: &str, name: &str) -> String {
    format!(
        "arn:aws:dynamodb:{}:{account}:table/{name}",
        crate::cloud::REGION
    )
}

/// A value as a part of a key, if it has the attribute's type.
pub fn key_part(attribute: &KeyAttribute, value: &Value) -> Option<KeyPart> {
    match (attribute.kind, value) {
        (KeyType::Text, Value::Text(text)) => Some(KeyPart::Text(text.clone())),
        (KeyType::Number, Value::Number(number)) => Some(KeyPart::Number(number.clone())),
        (KeyType::Binary, Value::Binary(bytes)) => Some(KeyPart::Binary(bytes.clone())),
        _ => None,
    }
}

fn not_empty(attribute: &KeyAttribute, part: &KeyPart) -> Result<(), AwsError> {
    let empty = match part {
        KeyPart::Text(text) => text.is_empty().then_some("string"),
        KeyPart::Binary(bytes) => bytes.is_empty().then_some("binary"),
        KeyPart::Number(_) => None,
    };
    match empty {
        Some(kind) => Err(invalid(format!(
            "One or more parameter values are not valid. The AttributeValue for a key attribute \
             cannot contain an empty {kind} value. Key: {}",
            attribute.name
        ))),
        None => Ok(()),
    }
}
