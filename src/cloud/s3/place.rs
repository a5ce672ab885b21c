//! What a request to S3 is about: which bucket, which key, which operation.

use crate::cloud::REGION;
use crate::cloud::aws::AwsError;
use crate::protocol::form::{Form, percent_decode};
use crate::protocol::message::{Request, RequestExt};

/// A bucket and a key in it, as a request names them.
#[derive(Debug, PartialEq, Eq)]
pub struct Place {
    /// The bucket
    pub bucket: String,
    /// The key, decoded; empty for the bucket itself
    pub key: String,
}

/// The bucket that the host names (empty where the path does), if the host is S3's.
fn bucket_in_host(host: &str) -> Option<&str> {
    let place = host.strip_suffix(".amazonaws.com")?;
    let regional = place
        .strip_suffix(REGION)
        .and_then(|it| it.strip_suffix('.'));
    let before = [regional, Some(place)].into_iter().flatten();
    before
        .filter_map(|it| it.strip_suffix("s3"))
        .find_map(|bucket| {
            if bucket.is_empty() {
                Some("")
            } else {
                bucket.strip_suffix('.').filter(|it| !it.is_empty())
            }
        })
}

/// Whether a request is for S3 at all.
pub fn is_for_s3(request: &Request) -> bool {
    bucket_in_host(RequestExt::host(request)).is_some()
}

impl Place {
    /// The place that a request is about: the bucket in the host, or first in the path.
    pub fn of(request: &Request) -> Result<Self, AwsError> {
        let wrong = || AwsError::new("InvalidURI", 400, "Couldn't parse the specified URI.");
        let in_host = bucket_in_host(RequestExt::host(request)).unwrap_or_default();
        let path = RequestExt::path(request)
            .strip_prefix('/')
            .unwrap_or_default();
        let (bucket, key) = match in_host {
            "" => path.split_once('/').unwrap_or((path, "")),
            bucket => (bucket, path),
        };
        let decode = |text: &str| percent_decode(text).map_err(|_| wrong());
        Ok(Self {
            bucket: decode(bucket)?,
            key: decode(key)?,
        })
    }
}

/// Query parameters that make a request one for something else than the object or listing.
const SUBRESOURCES: [&str; 24] = [
    "accelerate",
    "acl",
    "analytics",
    "attributes",
    "cors",
    "delete",
    "encryption",
    "inventory",
    "legal-hold",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "policy",
    "policyStatus",
    "replication",
    "requestPayment",
    "restore",
    "tagging",
    "uploads",
    "versions",
    "website",
];

/// The operation that a request asks for, as AWS's SDKs name it; others by method.
pub fn operation(request: &Request) -> String {
    let query = request.query_form().unwrap_or_else(|_| Form::new());
    let place = Place::of(request);
    let in_bucket = place.as_ref().is_ok_and(|place| place.key.is_empty());
    let method = request.method().as_str();
    if SUBRESOURCES.iter().any(|name| query.get(name).is_some()) {
        return format!("{method} subresource");
    }
    let known = match (method, in_bucket) {
        ("GET", false) => "GetObject",
        ("HEAD", false) => "HeadObject",
        ("PUT", false) => "PutObject",
        ("DELETE", false) => "DeleteObject",
        ("GET", true) if query.get("list-type") == Some("2") => "ListObjectsV2",
        _ => return format!("{method} {}", if in_bucket { "bucket" } else { "object" }),
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::message;

    fn place(url: &str) -> Place {
        Place::of(&message::get(url).unwrap()).unwrap()
    }

    #[test]
    fn the_bucket_is_in_the_host_or_first_in_the_path() {
        let expected = Place {
            bucket: "photos.dana".into(),
            key: "us-east-1:7c4a/a b.jpg".into(),
        };
        let key = "us-east-1%3A7c4a/a%20b.jpg";
        for url in [
            format!("https://photos.dana.s3.us-east-1.amazonaws.com/{key}"),
            format!("https://photos.dana.s3.amazonaws.com/{key}"),
            format!("https://s3.us-east-1.amazonaws.com/photos.dana/{key}"),
        ] {
            assert_eq!(place(&url), expected, "{url}");
        }
    }

    #[test]
    fn other_hosts_are_not_s3() {
        for url in [
            "https://sts.amazonaws.com/",
            "https://photoss3.us-east-1.amazonaws.com/",
            "https://.s3.us-east-1.amazonaws.com/",
            "https://s3.us-east-1.amazonaws.com.evil.example/",
        ] {
            let Ok(request) = message::get(url) else {
                continue;
            };
            assert!(!is_for_s3(&request), "{url}");
        }
    }

    #[test]
    fn methods_and_queries_name_the_operation() {
        let named = |method: &str, url: &str| {
            let method = method.parse().unwrap();
            operation(&message::request(method, url).unwrap())
        };
        let host = "https://b.s3.us-east-1.amazonaws.com";
        assert_eq!(named("GET", &format!("{host}/k")), "GetObject");
        assert_eq!(named("HEAD", &format!("{host}/k")), "HeadObject");
        assert_eq!(
            named("GET", &format!("{host}/?list-type=2&prefix=a")),
            "ListObjectsV2"
        );
        assert_eq!(named("GET", &format!("{host}/")), "GET bucket");
        assert_eq!(named("GET", &format!("{host}/k?acl")), "GET subresource");
        assert_eq!(named("POST", &format!("{host}/k")), "POST object");
    }
}
