//! Datasets and records. Every write counts the dataset up, and each record remembers the count
//! of its own last change: that is how a device learns what is new, and how two devices learn
//! that they changed the same thing.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::timestamp;
use crate::protocol::time::Moment;

/// The most datasets of an identity.
pub const MAX_DATASETS: usize = 20;
/// The most records of a dataset.
pub const MAX_RECORDS: usize = 1024;
/// The most bytes of a dataset: 1 MB.
pub const MAX_DATASET_BYTES: usize = 1024 * 1024;
/// The longest key, in characters.
pub const MAX_KEY_CHARS: usize = 1024;

/// A dataset.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// How often it was changed
    pub sync_count: i64,
    /// Whether it is there; a deleted one leaves its count behind
    pub exists: bool,
    /// When it was created
    pub created_at: Moment,
    /// When it was last changed
    pub modified_at: Moment,
    /// By which device or caller
    pub modified_by: String,
    /// By key; removed ones stay, so that other devices learn of it
    pub records: BTreeMap<String, Record>,
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its value; none where it was removed
    pub value: Option<String>,
    /// The dataset's count at its last change
    pub sync_count: i64,
    /// When that was, by Sync's clock
    pub modified_at: Moment,
    /// By which device or caller
    pub modified_by: String,
    /// When that was, by the device's clock
    pub device_modified_at: Moment,
}

impl Record {
    /// The record as it travels.
    pub fn json(&self, key: &str) -> Value {
        let mut json = Map::new();
        json.insert("Key".to_owned(), json!(key));
        if let Some(value) = &self.value {
            json.insert("Value".to_owned(), json!(value));
        }
        json.insert("SyncCount".to_owned(), json!(self.sync_count));
        json.insert("LastModifiedDate".to_owned(), timestamp(self.modified_at));
        json.insert("LastModifiedBy".to_owned(), json!(self.modified_by));
        let device = timestamp(self.device_modified_at);
        json.insert("DeviceLastModifiedDate".to_owned(), device);
        Value::Object(json)
    }
}

impl Dataset {
    /// An empty dataset.
    pub fn new(now: Moment, by: &str) -> Self {
        Self {
            sync_count: 0,
            exists: true,
            created_at: now,
            modified_at: now,
            modified_by: by.to_owned(),
            records: BTreeMap::new(),
        }
    }

    /// Bytes of keys and values.
    pub fn size(&self) -> usize {
        let sizes = self.records.iter().map(|(key, record)| {
            let value = record.value.as_ref();
            value.map_or(0, |value| key.len() + value.len())
        });
        sizes.sum()
    }

    /// Records that are there.
    pub fn count(&self) -> usize {
        let there = self
            .records
            .values()
            .filter(|record| record.value.is_some());
        there.count()
    }

    /// The dataset as it travels.
    pub fn json(&self, identity: &str, name: &str) -> Value {
        json!({
            "IdentityId": identity,
            "DatasetName": name,
            "CreationDate": timestamp(self.created_at),
            "LastModifiedDate": timestamp(self.modified_at),
            "LastModifiedBy": self.modified_by,
            "DataStorage": self.size(),
            "NumRecords": self.count(),
        })
    }

    /// `name = Dana; sync count 3`.
    pub fn in_words(&self) -> String {
        let records = self.records.iter().filter_map(|(key, record)| {
            let value = record.value.as_ref()?;
            Some(format!("{key} = {value}"))
        });
        let records: Vec<String> = records.collect();
        format!("{}; sync count {}", records.join(", "), self.sync_count)
    }
}
