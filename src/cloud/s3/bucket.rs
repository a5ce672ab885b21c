//! A bucket and its objects, in key order.

use std::collections::BTreeMap;
use std::ops::Bound;

use md5::{Digest, Md5};

use crate::policy::NamedPolicy;
use crate::protocol::encoding::hex;
use crate::protocol::time::Moment;

/// The largest object of this simulation, in bytes. S3's own limit is far higher.
pub const MAX_OBJECT_BYTES: usize = 256 * 1024;
/// The most objects a bucket takes in this simulation.
pub const MAX_OBJECTS: usize = 10_000;
/// The longest key: S3's limit, in bytes.
pub const MAX_KEY_BYTES: usize = 1024;

/// How a bucket is set up.
#[derive(Clone, Debug)]
pub struct BucketConfig {
    /// Its name, unique in the whole world
    pub name: String,
    /// The account that owns it
    pub account: String,
    /// Its bucket policy
    pub policy: Option<NamedPolicy>,
}

/// An object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its bytes
    pub body: Vec<u8>,
    /// `Content-Type`
    pub content_type: String,
    /// `x-amz-meta-…` headers, without that beginning
    pub metadata: Vec<(String, String)>,
    /// When it was put
    pub last_modified: Moment,
    /// The MD5 of its bytes in double quotes
    pub etag: String,
}

/// The ETag of these bytes as a plain object: their MD5 in double quotes.
pub fn etag(bytes: &[u8]) -> String {
    format!("\"{}\"", hex(&md5(bytes)))
}

/// MD5: what S3 calls a plain object's ETag. Nothing here relies on its strength.
pub fn md5(bytes: &[u8]) -> Vec<u8> {
    Md5::digest(bytes).to_vec()
}

/// A bucket and what is in it.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// Its set-up
    pub config: BucketConfig,
    objects: BTreeMap<String, Object>,
}

impl Bucket {
    /// An empty bucket.
    pub fn new(config: BucketConfig) -> Self {
        Self {
            config,
            objects: BTreeMap::new(),
        }
    }

    /// The object with this key.
    pub fn get(&self, key: &str) -> Option<&Object> {
        self.objects.get(key)
    }

    /// Whether one more object of this key fits.
    pub fn has_room(&self, key: &str) -> bool {
        self.objects.len() < MAX_OBJECTS || self.objects.contains_key(key)
    }

    /// Puts an object in place of whatever had its key.
    pub fn put(&mut self, key: String, object: Object) {
        self.objects.insert(key, object);
    }

    /// Takes an object out.
    pub fn delete(&mut self, key: &str) -> Option<Object> {
        self.objects.remove(key)
    }

    /// How many objects it has.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Every object in key order.
    pub fn objects(&self) -> impl Iterator<Item = (&String, &Object)> {
        self.objects.iter()
    }

    /// The objects behind this key, in key order.
    pub fn after<'b>(&'b self, key: &'b str) -> impl Iterator<Item = (&'b String, &'b Object)> {
        self.objects
            .range::<str, _>((Bound::Excluded(key), Bound::Unbounded))
    }
}

/// The ARN of a bucket.
pub fn bucket_arn(bucket: &str) -> String {
    format!("arn:aws:s3:::{bucket}")
}

/// The ARN of an object.
pub fn object_arn(bucket: &str, key: &str) -> String {
    format!("arn:aws:s3:::{bucket}/{key}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn md5_is_that_of_rfc_1321() {
        assert_eq!(hex(&md5(b"")), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(
            hex(&md5(b"message digest")),
            "f96b697d7cb7938d525a2f31aaf161d0"
        );
    }
}
