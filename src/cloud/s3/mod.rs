//! S3: buckets of objects behind their own hosts, asked in plain HTTP, refused in XML.
//!
//! - [`place`]: what a request is about
//! - [`serve`]: who may, then what happens
//! - [`list`]: the operation ListObjectsV2
//! - [`range`]: parts of an object
//! - [`bucket`]: what is kept

mod bucket;
mod list;
mod place;
mod range;
mod serve;

use std::collections::BTreeMap;

use super::Cloud;
use super::aws::{self, Wire};
use super::front_door::Route;
use super::ledger::{ActorId, ActorKind};
use super::services::Service;
use crate::policy::NamedPolicy;
use crate::protocol::message::{Request, Response};

pub use bucket::{BucketConfig, MAX_OBJECT_BYTES, MAX_OBJECTS};

use bucket::{Bucket, MAX_KEY_BYTES, Object};
use place::Place;

/// The protocol.
const WIRE: Wire = Wire::S3;

/// All buckets of the world, by name.
#[derive(Clone, Debug, Default)]
pub struct S3 {
    buckets: BTreeMap<String, Bucket>,
}

/// Why the world cannot be set up so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// Bucket names are unique in the whole world
    #[error("there already is a bucket {0}")]
    BucketExists(String),
    /// S3 would not take this name
    #[error("a bucket's name has 3 to 63 characters of a-z, 0-9, . and -: {0:?}")]
    BucketName(String),
    /// There is no such bucket
    #[error("there is no bucket {0}")]
    NoSuchBucket(String),
    /// The key is empty or too long
    #[error("an object's key has 1 to {MAX_KEY_BYTES} bytes, this one has {0}")]
    Key(usize),
    /// The object is too large
    #[error("an object has at most {MAX_OBJECT_BYTES} bytes here, this one has {0}")]
    TooLarge(usize),
    /// The bucket is full
    #[error("a bucket takes at most {MAX_OBJECTS} objects here")]
    Full,
}

impl S3 {
    /// Adds an empty bucket.
    pub fn add_bucket(&mut self, config: BucketConfig) -> Result<(), SetupError> {
        let name = config.name.clone();
        let plain =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
        let ends = |c: char| c.is_ascii_alphanumeric();
        let well_named = (3..=63).contains(&name.len())
            && name.chars().all(plain)
            && name.starts_with(ends)
            && name.ends_with(ends);
        if !well_named {
            return Err(SetupError::BucketName(name));
        }
        if self.buckets.contains_key(&name) {
            return Err(SetupError::BucketExists(name));
        }
        self.buckets.insert(name, Bucket::new(config));
        Ok(())
    }

    /// Sets or takes away a bucket's policy.
    pub fn set_bucket_policy(
        &mut self,
        bucket: &str,
        policy: Option<NamedPolicy>,
    ) -> Result<(), SetupError> {
        let found = self.buckets.get_mut(bucket);
        let found = found.ok_or_else(|| SetupError::NoSuchBucket(bucket.to_owned()))?;
        found.config.policy = policy;
        Ok(())
    }

    /// Whose a bucket is.
    pub fn owner(&self, bucket: &str) -> Option<&str> {
        self.buckets
            .get(bucket)
            .map(|bucket| bucket.config.account.as_str())
    }
}

impl Cloud {
    /// Puts an object into a bucket before the story begins.
    pub fn put_initial_object(
        &mut self,
        bucket: &str,
        key: &str,
        content_type: &str,
        body: Vec<u8>,
    ) -> Result<(), SetupError> {
        let last_modified = self.now();
        let found = self.s3.buckets.get_mut(bucket);
        let found = found.ok_or_else(|| SetupError::NoSuchBucket(bucket.to_owned()))?;
        if !(1..=MAX_KEY_BYTES).contains(&key.len()) {
            return Err(SetupError::Key(key.len()));
        }
        if body.len() > MAX_OBJECT_BYTES {
            return Err(SetupError::TooLarge(body.len()));
        }
        if !found.has_room(key) {
            return Err(SetupError::Full);
        }
        let (content_type, metadata) = (content_type.to_owned(), Vec::new());
        found.put(
            key.to_owned(),
            Object {
                etag: bucket::etag(&body),
                body,
                content_type,
                metadata,
                last_modified,
            },
        );
        Ok(())
    }
}

/// Finds out whether a request is for this service, and which operation it asks for. The account
/// that owns the bucket answers; somebody must answer for a bucket that does not exist, too.
pub fn route(cloud: &Cloud, request: &Request) -> Option<Route> {
    if !place::is_for_s3(request) {
        return None;
    }
    let bucket = Place::of(request).ok().map(|place| place.bucket);
    let owner = bucket.as_deref().and_then(|bucket| cloud.s3.owner(bucket));
    let to = owner
        .and_then(|owner| cloud.service_actor(ActorKind::S3, Some(owner)))
        .or_else(|| cloud.service_actor(ActorKind::S3, None))?;
    Some(Route {
        to,
        service: Service::S3,
        operation: place::operation(request),
    })
}

/// Answers a request.
pub fn answer(cloud: &mut Cloud, route: &Route, request: &Request) -> Response {
    let mut response = match serve::serve(cloud, route, request) {
        Ok(response) => response,
        Err(error) => aws::refuse(cloud, WIRE, &error),
    };
    if request.method() == http::Method::HEAD {
        // A HEAD is answered with headers alone, a refusal with nothing but its status
        response.body_mut().clear();
    }
    response
}

/// Objects of a bucket on the card: it is written down with each change, so it must not grow with them.
const MAX_LISTED: usize = 12;

/// What the card says now, and the whole state for the inspector.
pub fn describe(cloud: &Cloud, actor: &ActorId) -> (String, Vec<(String, String)>) {
    let account = cloud
        .actor(actor)
        .and_then(|actor| actor.account.as_deref());
    let mut cards = Vec::new();
    let mut details = Vec::new();
    let owned = |bucket: &&Bucket| account.is_none_or(|account| bucket.config.account == account);
    for bucket in cloud.s3.buckets.values().filter(owned) {
        let (name, count) = (&bucket.config.name, bucket.len());
        let plural = if count == 1 { "" } else { "s" };
        cards.push(format!("{name}, {count} object{plural}"));
        let policy = bucket.config.policy.as_ref();
        let policy = policy.map_or_else(|| "none".to_owned(), |policy| policy.name.to_string());
        details.push((format!("Bucket {name}"), format!("bucket policy: {policy}")));
        for (key, object) in bucket.objects().take(MAX_LISTED) {
            let (kind, size) = (&object.content_type, object.body.len());
            details.push((
                key.clone(),
                format!("{kind}, {size} bytes, ETag {}", object.etag),
            ));
        }
    }
    let line = if cards.is_empty() {
        "no buckets".to_owned()
    } else {
        cards.join("; ")
    };
    (line, details)
}

#[cfg(test)]
mod tests;
