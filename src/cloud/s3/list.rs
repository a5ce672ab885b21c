//! ListObjectsV2: which keys of a bucket one page shows.

use super::bucket::{Bucket, Object};
use crate::cloud::aws::AwsError;
use crate::policy::RequestContext;
use crate::protocol::encoding::{base64, base64_decode};
use crate::protocol::form::{Form, percent_encode_path};
use crate::protocol::xml::Element;

/// The most keys one page shows: S3's limit, and what it takes without `max-keys`.
const MAX_KEYS: usize = 1000;
/// The namespace of S3's documents.
const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// What a listing asks for.
#[derive(Debug)]
pub struct Listing {
    prefix: Option<String>,
    delimiter: Option<String>,
    /// As the request wrote it
    max_keys_text: Option<String>,
    max_keys: usize,
    start_after: Option<String>,
    token: Option<String>,
    /// The key behind which the token says to go on
    resume: Option<String>,
    encode_url: bool,
}

fn invalid(name: &str, value: &str, message: &str) -> AwsError {
    AwsError::new("InvalidArgument", 400, message)
        .member("ArgumentName", name)
        .member("ArgumentValue", value)
}

impl Listing {
    /// Reads the query of a request.
    pub fn read(query: &Form) -> Result<Self, AwsError> {
        let text = |name: &str| query.get(name).map(str::to_owned);
        let max_keys_text = text("max-keys");
        let max_keys = match &max_keys_text {
            None => MAX_KEYS,
            Some(given) => given
                .parse::<u32>()
                .ok()
                .filter(|n| i32::try_from(*n).is_ok())
                .map_or_else(
                    || {
                        let message = "Provided max-keys not an integer or within integer range";
                        Err(invalid("max-keys", given, message))
                    },
                    |n| Ok(usize::try_from(n).map_or(MAX_KEYS, |n| n.min(MAX_KEYS))),
                )?,
        };
        let encode_url = match query.get("encoding-type") {
            None => false,
            Some("url") => true,
            Some(other) => {
                let message = "Invalid Encoding Method specified in Request";
                return Err(invalid("encoding-type", other, message));
            }
        };
        let token = text("continuation-token");
        let resume = token.as_deref().map(read_token).transpose()?;
        let start_after = text("start-after");
        let (prefix, delimiter) = (text("prefix"), text("delimiter").filter(|d| !d.is_empty()));
        Ok(Self {
            prefix,
            delimiter,
            max_keys_text,
            max_keys,
            start_after,
            token,
            resume,
            encode_url,
        })
    }

    /// The condition keys of a listing; each only where the request has the parameter.
    pub fn context(&self) -> RequestContext {
        let mut context = RequestContext::new();
        for (key, value) in [
            ("s3:prefix", &self.prefix),
            ("s3:delimiter", &self.delimiter),
            ("s3:max-keys", &self.max_keys_text),
        ] {
            if let Some(value) = value {
                context.set(key, value.as_str());
            }
        }
        context
    }

    /// The page that this listing shows of a bucket.
    pub fn answer(&self, bucket: &Bucket) -> String {
        let page = self.page(bucket);
        let text = |text: &str| match self.encode_url {
            true => percent_encode_path(text),
            false => text.to_owned(),
        };
        let optional = |element: Element, name: &str, value: &Option<String>| match value {
            Some(value) => element.with(name, text(value)),
            None => element,
        };
        let mut root = Element::new("ListBucketResult")
            .attribute("xmlns", NAMESPACE)
            .with("Name", bucket.config.name.as_str())
            .with("Prefix", text(self.prefix.as_deref().unwrap_or_default()));
        root = optional(root, "StartAfter", &self.start_after);
        if let Some(token) = &self.token {
            root = root.with("ContinuationToken", token.as_str());
        }
        if let Some(last) = page.last.as_ref().filter(|_| page.truncated) {
            root = root.with("NextContinuationToken", write_token(last));
        }
        root = root
            .with(
                "KeyCount",
                (page.objects.len() + page.groups.len()).to_string(),
            )
            .with("MaxKeys", self.max_keys.to_string());
        root = optional(root, "Delimiter", &self.delimiter);
        if self.encode_url {
            root = root.with("EncodingType", "url");
        }
        root.with("IsTruncated", page.truncated.to_string())
            .with_all(
                page.objects
                    .iter()
                    .map(|(key, object)| contents(&text(key), object)),
            )
            .with_all(
                page.groups
                    .iter()
                    .map(|group| Element::new("CommonPrefixes").with("Prefix", text(group))),
            )
            .to_document()
    }

    fn page<'b>(&'b self, bucket: &'b Bucket) -> Page<'b> {
        let prefix = self.prefix.as_deref().unwrap_or_default();
        let from = self
            .resume
            .as_deref()
            .or(self.start_after.as_deref())
            .unwrap_or_default();
        let mut page = Page::default();
        for (key, object) in bucket.after(from) {
            let Some(rest) = key.strip_prefix(prefix) else {
                continue;
            };
            let group = self.delimiter.as_deref().and_then(|delimiter| {
                let end = rest.find(delimiter)? + delimiter.len();
                key.get(..prefix.len() + end)
            });
            // Groups that an earlier page showed, and further keys of the latest one
            let shown = |group: &str| {
                page.groups.last() == Some(&group) || (self.resume.as_deref() == Some(group))
            };
            if group.is_some_and(shown) {
                continue;
            }
            if page.objects.len() + page.groups.len() >= self.max_keys {
                page.truncated = self.max_keys > 0;
                break;
            }
            page.last = Some(group.unwrap_or(key).to_owned());
            match group {
                Some(group) => page.groups.push(group),
                None => page.objects.push((key, object)),
            }
        }
        page
    }
}

/// What one page shows.
#[derive(Default)]
struct Page<'b> {
    objects: Vec<(&'b str, &'b Object)>,
    groups: Vec<&'b str>,
    /// The key or group shown last
    last: Option<String>,
    truncated: bool,
}

fn contents(key: &str, object: &Object) -> Element {
    Element::new("Contents")
        .with("Key", key)
        .with("LastModified", object.last_modified.iso8601_millis())
        .with("ETag", object.etag.as_str())
        .with("Size", object.body.len().to_string())
        .with("StorageClass", "STANDARD")
}

/// A token is opaque to the client; here it wraps the key or group shown last.
fn write_token(last: &str) -> String {
    base64(format!("1:{last}").as_bytes())
}

fn read_token(token: &str) -> Result<String, AwsError> {
    let bytes = base64_decode(token).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let last = text.as_deref().and_then(|text| text.strip_prefix("1:"));
    last.map(str::to_owned).ok_or_else(|| {
        invalid(
            "continuation-token",
            token,
            "The continuation token provided is incorrect",
        )
    })
}
