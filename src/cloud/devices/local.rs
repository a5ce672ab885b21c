//! What an app keeps on a device: datasets of keys and values that can be read and changed
//! without a network, and are synchronised when there is one. The algorithm that does so is the
//! app's and lives with the other client code; this is its memory.

use std::collections::BTreeMap;

use crate::protocol::time::Moment;

/// The most records of a dataset, as at Cognito Sync.
pub const MAX_RECORDS: usize = 1024;

/// A dataset on a device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalDataset {
    /// How far the device has seen the dataset's changes
    pub last_sync_count: i64,
    /// Its records
    pub records: BTreeMap<String, LocalRecord>,
}

/// A record on a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalRecord {
    /// Its value; none where it was removed
    pub value: Option<String>,
    /// The sync count the device knows it by; 0 where Sync has never seen it
    pub sync_count: i64,
    /// When it was changed on a device, by that device's clock
    pub modified_at: Moment,
    /// Changed here and not pushed yet
    pub dirty: bool,
}

impl LocalDataset {
    /// Changes a record on this device alone. A full dataset takes no further keys.
    pub fn edit(&mut self, key: &str, value: Option<String>, at: Moment) -> bool {
        let known = self.records.get(key);
        if known.is_none() && self.records.len() >= MAX_RECORDS {
            return false;
        }
        let sync_count = known.map_or(0, |record| record.sync_count);
        let record = LocalRecord {
            value,
            sync_count,
            modified_at: at,
            dirty: true,
        };
        self.records.insert(key.to_owned(), record);
        true
    }

    /// Takes a record over as Sync has it.
    pub fn take(&mut self, key: &str, record: LocalRecord) {
        self.records.insert(key.to_owned(), record);
    }

    /// Keys of records that wait to be pushed.
    pub fn dirty(&self) -> Vec<String> {
        let dirty = self.records.iter().filter(|(_, record)| record.dirty);
        dirty.map(|(key, _)| key.clone()).collect()
    }

    /// `name = Dana, colour = green (not synchronised)`.
    pub fn in_words(&self) -> String {
        let records = self.records.iter().filter_map(|(key, record)| {
            let value = match &record.value {
                Some(value) => format!("{key} = {value}"),
                None if record.dirty => format!("{key} removed"),
                None => return None,
            };
            Some(match record.dirty {
                true => format!("{value} (not synchronised)"),
                false => value,
            })
        });
        let records: Vec<String> = records.collect();
        format!(
            "{}; sync count {}",
            records.join(", "),
            self.last_sync_count
        )
    }
}
