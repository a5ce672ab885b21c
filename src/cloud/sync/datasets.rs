//! Listing datasets, reading what changed since a sync count, and deleting a dataset.

use serde_json::{Value, json};

use super::data::Dataset;
use super::gate::{self, Wants};
use super::place::Place;
use super::{SyncSession, invalid, not_found};
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::cloud::front_door::Route;
use crate::protocol::encoding::{hex, hex_decode};
use crate::protocol::form::Form;
use crate::protocol::message::{Request, RequestExt};

const SYNC_COUNT: (&str, &str) = ("Last sync count", "Cognito Sync API reference: ListRecords");
const PARAMETERS: (&str, &str) = ("Parameters", "Cognito Sync API reference (legacy)");
const DATASET: (&str, &str) = ("Dataset", "Cognito Sync API reference: DeleteDataset");
/// Characters of a sync session token.
const TOKEN_CHARS: usize = 120;
/// The most records in one answer.
const MAX_RESULTS: usize = 1024;
/// The most sessions that are kept: the oldest makes room. AWS does not say when one ends.
const MAX_SESSIONS: usize = 10_000;

/// What a listing asks for.
struct Page {
    after: Option<String>,
    most: usize,
}

impl Page {
    fn read(query: &Form) -> Result<Self, AwsError> {
        let most = match query.get("maxResults") {
            None => MAX_RESULTS,
            Some(text) => text
                .parse::<usize>()
                .ok()
                .filter(|most| (1..=MAX_RESULTS).contains(most))
                .ok_or_else(|| invalid("maxResults is not a number between 1 and 1024"))?,
        };
        let bad = || invalid("The NextToken is invalid.");
        let after = query.get("nextToken").map(|token| {
            let bytes = hex_decode(token).map_err(|_| bad())?;
            String::from_utf8(bytes).map_err(|_| bad())
        });
        Ok(Self {
            after: after.transpose()?,
            most,
        })
    }

    /// One page of named things, and the token of the next one.
    fn cut<T>(&self, all: Vec<(String, T)>) -> (Vec<(String, T)>, Option<String>) {
        let behind = |name: &str| self.after.as_deref().is_none_or(|after| name > after);
        let mut rest = all.into_iter().filter(|(name, _)| behind(name));
        let page: Vec<(String, T)> = rest.by_ref().take(self.most).collect();
        let more = rest.next().is_some();
        let last = page.last().map(|(name, _)| hex(name.as_bytes()));
        (page, last.filter(|_| more))
    }
}

fn read_page(cloud: &mut Cloud, request: &Request) -> Result<(Page, Form), AwsError> {
    let query = request.query_form().unwrap_or_default();
    let page = Page::read(&query);
    let actual = match &page {
        Ok(page) => format!("at most {} results", page.most),
        Err(error) => error.message.clone(),
    };
    cloud
        .ledger
        .verify(PARAMETERS.0, page.is_ok(), "a page of results", actual);
    Ok((page?, query))
}

/// `ListDatasets`.
pub fn list(
    cloud: &mut Cloud,
    route: &Route,
    request: &Request,
    place: &Place,
) -> Result<Value, AwsError> {
    gate::open(cloud, (route, request, place), Wants::Any, &[PARAMETERS])?;
    let (page, _) = read_page(cloud, request)?;
    let all = cloud.sync.of_identity(&place.identity);
    let all = all
        .filter(|(_, dataset)| dataset.exists)
        .map(|(name, dataset)| (name.to_owned(), dataset.json(&place.identity, name)));
    let (datasets, next) = page.cut(all.collect());
    let datasets: Vec<Value> = datasets.into_iter().map(|(_, json)| json).collect();
    let mut answer = json!({ "Count": datasets.len(), "Datasets": datasets });
    if let Some(next) = next {
        answer["NextToken"] = json!(next);
    }
    Ok(answer)
}

/// `ListRecords`: what changed since a sync count, and a token for writing.
pub fn list_records(
    cloud: &mut Cloud,
    route: &Route,
    request: &Request,
    place: &Place,
) -> Result<Value, AwsError> {
    let later = [PARAMETERS, SYNC_COUNT];
    gate::open(cloud, (route, request, place), Wants::Any, &later)?;
    let (page, query) = read_page(cloud, request)?;
    let (identity, name) = (place.identity.as_str(), place.dataset.as_str());
    let dataset = cloud.sync.dataset(identity, name).cloned();
    let current = dataset.as_ref().map_or(0, |dataset| dataset.sync_count);
    let since = last_sync_count(cloud, query.get("lastSyncCount"), current)?;
    let exists = dataset.as_ref().is_some_and(|dataset| dataset.exists);
    let changed: Vec<(String, Value)> = dataset
        .iter()
        .filter(|dataset| dataset.exists)
        .flat_map(|dataset| &dataset.records)
        .filter(|(_, record)| record.sync_count > since)
        .map(|(key, record)| (key.clone(), record.json(key)))
        .collect();
    let (records, next) = page.cut(changed);
    let records: Vec<Value> = records.into_iter().map(|(_, json)| json).collect();
    let merged = merged_names(cloud, identity, name);
    let token = open_session(cloud, place);
    let mut answer = json!({
        "Count": records.len(),
        "Records": records,
        "DatasetSyncCount": current,
        "LastModifiedBy": dataset.as_ref().map(|dataset| dataset.modified_by.as_str()),
        "MergedDatasetNames": merged,
        "DatasetExists": exists,
        "DatasetDeletedAfterRequestedSyncCount": !exists && current > since,
        "SyncSessionToken": token,
    });
    if let Some(next) = next {
        answer["NextToken"] = json!(next);
    }
    Ok(answer)
}

fn last_sync_count(cloud: &mut Cloud, asked: Option<&str>, current: i64) -> Result<i64, AwsError> {
    let expected = format!("a count from 0 to {current}");
    let since = asked.map_or(Some(0), |text| text.parse::<i64>().ok());
    let held = since.is_some_and(|since| (0..=current).contains(&since));
    let shown = asked.unwrap_or("none, which is 0");
    cloud.ledger.verify(SYNC_COUNT.0, held, expected, shown);
    match since {
        Some(since) if held => Ok(since),
        Some(since) => Err(invalid(format!(
            "No such SyncCount: {since} exists for this Dataset"
        ))),
        None => Err(invalid("lastSyncCount is not a number")),
    }
}

/// Datasets that came from identities which were merged into this one.
fn merged_names(cloud: &Cloud, identity: &str, name: &str) -> Vec<String> {
    let prefix = format!("{name}.");
    let from_another = |found: &str| {
        let other = found.strip_prefix(&prefix);
        other.is_some_and(|other| cloud.identity_pools.pool_of(other).is_some())
    };
    let all = cloud.sync.of_identity(identity);
    all.filter(|(found, dataset)| dataset.exists && from_another(found))
        .map(|(found, _)| found.to_owned())
        .collect()
}

fn open_session(cloud: &mut Cloud, place: &Place) -> String {
    let stream = format!("sync/session/{}/{}", place.identity, place.dataset);
    let token = cloud.fresh(&stream).hex(TOKEN_CHARS);
    let sessions = &mut cloud.sync.sessions;
    if sessions.len() >= MAX_SESSIONS {
        let oldest = sessions.iter().min_by_key(|(_, session)| session.number);
        if let Some(oldest) = oldest.map(|(token, _)| token.clone()) {
            sessions.remove(&oldest);
        }
    }
    let session = SyncSession {
        identity: place.identity.clone(),
        dataset: place.dataset.clone(),
        number: cloud.sync.opened,
    };
    cloud.sync.opened += 1;
    cloud.sync.sessions.insert(token.clone(), session);
    token
}

/// `DeleteDataset`. Its sync count stays, so that devices learn that it was deleted.
pub fn delete(
    cloud: &mut Cloud,
    route: &Route,
    request: &Request,
    place: &Place,
) -> Result<Value, AwsError> {
    let asker = gate::open(cloud, (route, request, place), Wants::Any, &[DATASET])?;
    let now = cloud.now();
    let place_of = (place.identity.clone(), place.dataset.clone());
    let found = cloud.sync.datasets.get_mut(&place_of);
    let found = found.filter(|dataset| dataset.exists);
    let actual = if found.is_some() {
        "exists"
    } else {
        "does not exist"
    };
    cloud
        .ledger
        .verify(DATASET.0, found.is_some(), place.dataset.as_str(), actual);
    let Some(dataset) = found else {
        let message = format!("Dataset '{}' not found.", place.dataset);
        return Err(not_found(message));
    };
    let was = dataset.json(&place.identity, &place.dataset);
    *dataset = Dataset {
        sync_count: dataset.sync_count + 1,
        exists: false,
        ..Dataset::new(now, &asker.caller.arn)
    };
    Ok(json!({ "Dataset": was }))
}
