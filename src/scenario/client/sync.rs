//! Cognito Sync (legacy) as an app's Sync client uses it: records live on the device and change
//! there; synchronising means pulling what is new, settling conflicts, and pushing what is left.
//! Conflicts are the client's to settle; the usual rule is that the last writer wins, by the
//! dates of the devices.

use http::Method;
use serde_json::{Value as Json, json};

use super::super::action::What;
use super::super::template::Template;
use super::super::world_edge::Platform;
use super::{Hands, StepError};
use crate::cloud::devices::{self, LocalDataset, LocalRecord, SyncPush};
use crate::cloud::sync;
use crate::protocol::form::{Form, percent_encode};
use crate::protocol::message::{self, Message, Response};
use crate::protocol::time::Moment;

/// How often a client pulls again after a conflict before it gives up.
const MAX_ATTEMPTS: usize = 3;

/// What a pull brought.
struct Pulled {
    token: String,
    merged: Vec<String>,
}

impl Hands<'_> {
    pub(super) fn edit_record(
        &mut self,
        dataset: &str,
        key: &str,
        value: Option<&Template>,
    ) -> Result<(), StepError> {
        let value = value.map(|value| self.fill(value)).transpose()?;
        let now = self.cloud.clock_of(&self.device);
        let taken = self.with_dataset(dataset, |local| local.edit(key, value, now));
        self.cloud.note_state(&self.device);
        match taken {
            Some(true) => Ok(()),
            _ => Err(StepError::NoValue(format!("the dataset {dataset}"))),
        }
    }

    fn with_dataset<T>(
        &mut self,
        name: &str,
        change: impl FnOnce(&mut LocalDataset) -> T,
    ) -> Option<T> {
        let device = self.cloud.devices.get_mut(&self.device)?;
        Some(change(device.datasets.entry(name.to_owned()).or_default()))
    }

    /// Pull, settle, push; again where somebody else was faster.
    pub(super) fn synchronise(&mut self, pool: &str, dataset: &str) -> Result<(), StepError> {
        self.memory.sync_pool = Some(pool.to_owned());
        for _ in 0..MAX_ATTEMPTS {
            let Some(pulled) = self.pull(dataset)? else {
                return Ok(());
            };
            for merged in &pulled.merged {
                self.take_merged(dataset, merged)?;
            }
            let dirty = self.with_dataset(dataset, |local| local.dirty());
            let dirty = dirty.unwrap_or_default();
            if dirty.is_empty() {
                break;
            }
            let answer = self.push(dataset, &pulled.token, &dirty)?;
            if answer.status() != http::StatusCode::CONFLICT {
                self.pushed(dataset, &dirty, &answer);
                break;
            }
        }
        self.cloud.note_state(&self.device);
        Ok(())
    }

    /// Pushes what changed here with what the last pull gave, without looking what is new.
    pub(super) fn push_records(&mut self, pool: &str, dataset: &str) -> Result<(), StepError> {
        self.memory.sync_pool = Some(pool.to_owned());
        let token = self.memory.sync_tokens.get(dataset).cloned();
        let token = token.ok_or_else(|| StepError::NoValue(format!("a pull of {dataset}")))?;
        let dirty = self.with_dataset(dataset, |local| local.dirty());
        let dirty = dirty.unwrap_or_default();
        let answer = self.push(dataset, &token, &dirty)?;
        self.pushed(dataset, &dirty, &answer);
        self.cloud.note_state(&self.device);
        Ok(())
    }

    /// A push says that there is something new; it is fetched only where it is new here as well.
    pub(super) fn react(&mut self, push: &SyncPush) -> Result<(), StepError> {
        let known = self.with_dataset(&push.dataset, |local| local.last_sync_count);
        let own = self.own_text(What::IdentityId)?;
        let news = known.is_some_and(|known| known < push.sync_count) && own == push.identity_id;
        match self.memory.sync_pool.clone() {
            Some(pool) if news => self.synchronise(&pool, &push.dataset),
            _ => Ok(()),
        }
    }

    fn url(&self, behind: &str) -> Result<String, StepError> {
        let pool = self.memory.sync_pool.as_ref();
        let pool = pool.and_then(|pool| self.names.identity_pools.get(pool));
        let pool = pool.ok_or_else(|| StepError::NoValue("the identity pool".to_owned()))?;
        let identity = self.own_text(What::IdentityId)?;
        let (pool, identity) = (percent_encode(pool), percent_encode(&identity));
        let behind = behind.replace("IDENTITY", &identity);
        Ok(format!(
            "https://{}/identitypools/{pool}/{behind}",
            sync::host()
        ))
    }

    fn call(&mut self, method: Method, url: &str, body: &Json) -> Result<Response, StepError> {
        let mut request = message::request(method, url)?;
        if !body.is_null() {
            request.set_header("content-type", message::JSON)?;
            *request.body_mut() = body.to_string().into_bytes();
        }
        self.send_signed("cognito-sync", request, None)
    }

    /// Fetches what changed since the last time and takes it over; nothing where it was refused.
    fn pull(&mut self, dataset: &str) -> Result<Option<Pulled>, StepError> {
        let since = self.with_dataset(dataset, |local| local.last_sync_count);
        let since = since.unwrap_or_default();
        let Some(body) = self.list(dataset, since)? else {
            return Ok(None);
        };
        let text = |name: &str| body.get(name).and_then(Json::as_str).unwrap_or_default();
        let token = text("SyncSessionToken").to_owned();
        let merged = body.get("MergedDatasetNames").and_then(Json::as_array);
        let merged = merged.into_iter().flatten().filter_map(Json::as_str);
        let merged = merged.map(str::to_owned).collect();
        let count = body.get("DatasetSyncCount").and_then(Json::as_i64);
        let deleted = body.get("DatasetDeletedAfterRequestedSyncCount");
        let deleted = deleted.and_then(Json::as_bool).unwrap_or_default();
        let records = records_in(&body);
        self.with_dataset(dataset, |local| {
            if deleted {
                // Deleted elsewhere: what was not changed here since goes
                local.records.retain(|_, record| record.dirty);
                for record in local.records.values_mut() {
                    record.sync_count = 0;
                }
            }
            for (key, theirs) in records {
                settle(local, &key, theirs);
            }
            local.last_sync_count = count.unwrap_or(local.last_sync_count);
        });
        let tokens = &mut self.memory.sync_tokens;
        tokens.insert(dataset.to_owned(), token.clone());
        Ok(Some(Pulled { token, merged }))
    }

    fn list(&mut self, dataset: &str, since: i64) -> Result<Option<Json>, StepError> {
        let name = percent_encode(dataset);
        let url = self.url(&format!("identities/IDENTITY/datasets/{name}/records"))?;
        let query = Form::new().with("lastSyncCount", &since.to_string());
        let answer = self.call(Method::GET, &query.append_to_url(&url), &Json::Null)?;
        match answer.status().is_success() {
            true => Ok(Some(answer.json_body()?)),
            false => Ok(None),
        }
    }

    /// A dataset of an identity that was merged into this one: what is not known here is taken
    /// over, then the leftover is deleted.
    fn take_merged(&mut self, dataset: &str, merged: &str) -> Result<(), StepError> {
        let Some(body) = self.list(merged, 0)? else {
            return Ok(());
        };
        let records = records_in(&body);
        self.with_dataset(dataset, |local| {
            for (key, record) in records {
                if !local.records.contains_key(&key) {
                    local.edit(&key, record.value, record.modified_at);
                }
            }
        });
        let name = percent_encode(merged);
        let url = self.url(&format!("identities/IDENTITY/datasets/{name}"))?;
        self.call(Method::DELETE, &url, &Json::Null)?;
        Ok(())
    }

    fn push(
        &mut self,
        dataset: &str,
        token: &str,
        dirty: &[String],
    ) -> Result<Response, StepError> {
        let patches = self.with_dataset(dataset, |local| {
            let patches = dirty.iter().filter_map(|key| {
                let record = local.records.get(key)?;
                Some(patch(key, record))
            });
            patches.collect::<Vec<Json>>()
        });
        let mut body = json!({ "RecordPatches": patches, "SyncSessionToken": token });
        let device = self.cloud.devices.get(&self.device);
        if let Some(id) = device.and_then(|device| device.sync_device_id.as_ref()) {
            body["DeviceId"] = json!(id);
        }
        let name = percent_encode(dataset);
        let url = self.url(&format!("identities/IDENTITY/datasets/{name}"))?;
        self.call(Method::POST, &url, &body)
    }

    /// What Sync has taken is settled. What a function of the pool's owner has dropped is asked
    /// for again from the beginning the next time.
    fn pushed(&mut self, dataset: &str, dirty: &[String], answer: &Response) {
        let Ok(body) = answer.json_body() else {
            return;
        };
        if !answer.status().is_success() {
            return;
        }
        let records = records_in(&body);
        self.with_dataset(dataset, |local| {
            let highest = records.iter().map(|(_, record)| record.sync_count).max();
            let dropped = dirty
                .iter()
                .any(|key| !records.iter().any(|(other, _)| other == key));
            for key in dirty {
                if let Some(record) = local.records.get_mut(key) {
                    record.dirty = false;
                }
            }
            for (key, record) in records {
                local.take(&key, record);
            }
            if dropped {
                local.last_sync_count = 0;
            } else if highest == Some(local.last_sync_count + 1) {
                local.last_sync_count += 1;
            }
        });
    }

    /// Registers with Sync, with the token of the device's platform, and subscribes.
    pub(super) fn register_for_push(
        &mut self,
        pool: &str,
        platform: Platform,
        datasets: &[String],
    ) -> Result<(), StepError> {
        self.memory.sync_pool = Some(pool.to_owned());
        let token = devices::token_of(self.cloud, &self.device);
        if let Some(device) = self.cloud.devices.get_mut(&self.device) {
            device.push_token = Some(token.clone());
        }
        let url = self.url("identity/IDENTITY/device")?;
        let body = json!({ "Platform": platform.name(), "Token": token });
        let answer = self.call(Method::POST, &url, &body)?;
        if !answer.status().is_success() {
            return Ok(());
        }
        let body = answer.json_body()?;
        let id = body.get("DeviceId").and_then(Json::as_str);
        let id = id.unwrap_or_default().to_owned();
        if let Some(device) = self.cloud.devices.get_mut(&self.device) {
            device.sync_device_id = Some(id.clone());
        }
        for dataset in datasets {
            let (name, id) = (percent_encode(dataset), percent_encode(&id));
            let behind = format!("identities/IDENTITY/datasets/{name}/subscriptions/{id}");
            let url = self.url(&behind)?;
            self.call(Method::POST, &url, &Json::Null)?;
        }
        self.cloud.note_state(&self.device);
        Ok(())
    }
}

/// A record as it comes from Sync.
fn records_in(body: &Json) -> Vec<(String, LocalRecord)> {
    let records = body.get("Records").and_then(Json::as_array);
    let record = |json: &Json| {
        let text = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
        let date = json.get("DeviceLastModifiedDate").and_then(Json::as_f64);
        let record = LocalRecord {
            value: text("Value"),
            sync_count: json.get("SyncCount").and_then(Json::as_i64)?,
            modified_at: moment(date.unwrap_or_default()),
            dirty: false,
        };
        Some((text("Key")?, record))
    };
    records.into_iter().flatten().filter_map(record).collect()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast to i64 saturates, and so does a moment"
)]
fn moment(seconds: f64) -> Moment {
    Moment::from_millis((seconds * 1000.0).round() as i64)
}

/// Changed on both sides: the later change wins, by the dates of the devices. Whoever loses has
/// seen the other's change.
fn settle(local: &mut LocalDataset, key: &str, theirs: LocalRecord) {
    match local.records.get_mut(key) {
        Some(ours) if ours.dirty && ours.modified_at > theirs.modified_at => {
            ours.sync_count = theirs.sync_count;
        }
        _ => local.take(key, theirs),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds of this era are far below 2^52"
)]
fn patch(key: &str, record: &LocalRecord) -> Json {
    let seconds = record.modified_at.millis() as f64 / 1000.0;
    let mut patch = json!({
        "Op": if record.value.is_some() { "replace" } else { "remove" },
        "Key": key,
        "SyncCount": record.sync_count,
        "DeviceLastModifiedDate": seconds,
    });
    if let Some(value) = &record.value {
        patch["Value"] = json!(value);
    }
    patch
}
