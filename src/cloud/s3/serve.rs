//! One request from the door to its answer: who signed, is there such a bucket, may they, is
//! there such an object; only then anything changes.

use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};

use super::WIRE;
use super::bucket::{
    Bucket, MAX_KEY_BYTES, MAX_OBJECT_BYTES, MAX_OBJECTS, Object, bucket_arn, md5, object_arn,
};
use super::list::Listing;
use super::place::Place;
use super::range::{self, Asked};
use crate::cloud::Cloud;
use crate::cloud::access::{self, Ask, Caller, PERMISSIONS_CHECK};
use crate::cloud::aws::{self, AwsError, shorten};
use crate::cloud::front_door::Route;
use crate::policy::RequestContext;
use crate::protocol::encoding::{base64, base64_decode};
use crate::protocol::message::{Message, Request, RequestExt, Response};
use crate::protocol::sigv4::Placement;

const BUCKET_EXISTS: &str = "Bucket exists";
const OBJECT_EXISTS: &str = "Object exists";
const WITHIN_LIMITS: &str = "Within limits";
const PARAMETERS: &str = "Parameters";
const RANGE: &str = "Range";

/// What `Content-Type` an object has that was put without one.
const DEFAULT_TYPE: &str = "binary/octet-stream";
/// The most that an object's own headers may hold: S3's limit, in bytes.
const MAX_METADATA_BYTES: usize = 2048;
/// How an object's own headers begin.
const METADATA: &str = "x-amz-meta-";

/// What is checked once it is known who asks.
fn plan(operation: &str) -> Vec<(&'static str, &'static str)> {
    let mut plan = vec![
        (BUCKET_EXISTS, "S3 API reference: NoSuchBucket"),
        PERMISSIONS_CHECK,
    ];
    match operation {
        "GetObject" | "HeadObject" => plan.push((OBJECT_EXISTS, "S3 API reference: GetObject")),
        "PutObject" => plan.push((WITHIN_LIMITS, "S3 API reference: PutObject")),
        "ListObjectsV2" => plan.push((PARAMETERS, "S3 API reference: ListObjectsV2")),
        _ => {}
    }
    plan
}

/// Answers one request.
pub fn serve(cloud: &mut Cloud, route: &Route, request: &Request) -> Result<Response, AwsError> {
    let plan = plan(&route.operation);
    let caller = match access::anybody_then(cloud, request, &plan) {
        true => None,
        false => Some(access::authenticate_then(
            cloud, route, request, WIRE, &plan,
        )?),
    };
    let place = Place::of(request)?;
    let owner = owner(cloud, &place)?;
    let visit = Visit {
        caller,
        place,
        owner,
    };
    match route.operation.as_str() {
        "GetObject" | "HeadObject" => visit.get(cloud, request),
        "PutObject" => visit.put(cloud, request),
        "DeleteObject" => visit.delete(cloud),
        "ListObjectsV2" => visit.list(cloud, request),
        _ => {
            cloud.ledger.skip(PERMISSIONS_CHECK.0);
            Err(unknown_operation(request))
        }
    }
}

fn unknown_operation(request: &Request) -> AwsError {
    match request.method().as_str() {
        "GET" | "HEAD" | "PUT" | "DELETE" => AwsError::new(
            "NotImplemented",
            501,
            "A header you provided implies functionality that is not implemented",
        ),
        method => AwsError::new(
            "MethodNotAllowed",
            405,
            "The specified method is not allowed against this resource.",
        )
        .member("Method", method),
    }
}

/// Whose the bucket is, if there is one.
fn owner(cloud: &mut Cloud, place: &Place) -> Result<String, AwsError> {
    match cloud.s3.owner(&place.bucket).map(str::to_owned) {
        Some(owner) => {
            let actual = format!("owned by {owner}");
            cloud
                .ledger
                .passed(BUCKET_EXISTS, place.bucket.as_str(), actual);
            Ok(owner)
        }
        None => {
            cloud
                .ledger
                .failed(BUCKET_EXISTS, place.bucket.as_str(), "no such bucket");
            Err(no_such_bucket(&place.bucket))
        }
    }
}

fn no_such_bucket(bucket: &str) -> AwsError {
    AwsError::new("NoSuchBucket", 404, "The specified bucket does not exist")
        .member("BucketName", bucket)
}

/// A request for a bucket that exists.
struct Visit {
    /// Who signed it, if anybody did
    caller: Option<Caller>,
    place: Place,
    owner: String,
}

impl Visit {
    fn bucket<'c>(&self, cloud: &'c Cloud) -> Result<&'c Bucket, AwsError> {
        cloud
            .s3
            .buckets
            .get(&self.place.bucket)
            .ok_or_else(|| no_such_bucket(&self.place.bucket))
    }

    fn ask(&self, cloud: &Cloud, action: &str, resource: String, more: RequestContext) -> Ask {
        let mut context = more;
        if let Some(caller) = &self.caller {
            context.set("s3:signatureversion", "AWS4-HMAC-SHA256");
            let kind = match caller.placement {
                Placement::Header => "REST-HEADER",
                Placement::Query => "REST-QUERY-STRING",
            };
            context.set("s3:authType", kind);
        }
        let bucket = cloud.s3.buckets.get(&self.place.bucket);
        Ask {
            action: action.to_owned(),
            resource,
            resource_account: self.owner.clone(),
            context,
            resource_policy: bucket.and_then(|bucket| bucket.config.policy.clone()),
        }
    }

    /// Whether the policies let the caller do this to the object.
    fn may(&self, cloud: &mut Cloud, action: &str) -> Result<(), AwsError> {
        let arn = object_arn(&self.place.bucket, &self.place.key);
        let ask = self.ask(cloud, action, arn, RequestContext::new());
        self.authorize(cloud, &ask)
    }

    fn authorize(&self, cloud: &mut Cloud, ask: &Ask) -> Result<(), AwsError> {
        match &self.caller {
            Some(caller) => access::authorize(cloud, caller, ask, WIRE),
            None => access::authorize_anybody(cloud, ask),
        }
    }

    fn get(&self, cloud: &mut Cloud, request: &Request) -> Result<Response, AwsError> {
        self.may(cloud, "s3:GetObject")?;
        let key = &self.place.key;
        let Some(object) = self.bucket(cloud)?.get(key).cloned() else {
            return Err(self.no_such_key(cloud));
        };
        let actual = format!("{} bytes, ETag {}", object.body.len(), object.etag);
        cloud.ledger.passed(OBJECT_EXISTS, key.as_str(), actual);
        let range = request.header("range");
        let asked = range::read(range, object.body.len());
        let range = range.unwrap_or_default();
        if asked != Asked::Whole {
            let has = format!("a part of {} bytes", object.body.len());
            cloud
                .ledger
                .plan(&[(RANGE, "S3 API reference: GetObject, Range")]);
            cloud
                .ledger
                .verify(RANGE, asked != Asked::Unsatisfiable, has, range);
        }
        show(cloud, &object, &asked, range)
    }

    /// Only who may list the bucket learns that there is no such object; to everybody else it
    /// looks like an object they may not read.
    fn no_such_key(&self, cloud: &mut Cloud) -> AwsError {
        let key = self.place.key.as_str();
        let arn = bucket_arn(&self.place.bucket);
        let ask = self.ask(cloud, "s3:ListBucket", arn, RequestContext::new());
        let may_list = match &self.caller {
            Some(caller) => access::consider(cloud, caller, &ask, WIRE),
            None => access::consider_anybody(cloud, &ask),
        };
        match may_list {
            Ok(()) => {
                cloud.ledger.failed(OBJECT_EXISTS, key, "no such object");
                AwsError::new("NoSuchKey", 404, "The specified key does not exist.")
                    .member("Key", key)
            }
            Err(denied) => {
                let actual = "no such object, and the caller may not know: no s3:ListBucket";
                cloud.ledger.failed(OBJECT_EXISTS, key, actual);
                denied
            }
        }
    }

    fn put(&self, cloud: &mut Cloud, request: &Request) -> Result<Response, AwsError> {
        self.may(cloud, "s3:PutObject")?;
        let bucket = self.bucket(cloud)?;
        let fits = within_limits(bucket, &self.place.key, request);
        let expected = format!(
            "at most {MAX_OBJECT_BYTES} bytes and {MAX_OBJECTS} objects (Tokentrail's limits), \
             key at most {MAX_KEY_BYTES} bytes"
        );
        let actual = match &fits {
            Ok(()) => format!("{} bytes", request.body().len()),
            Err(error) => shorten(&error.message),
        };
        cloud
            .ledger
            .verify(WITHIN_LIMITS, fits.is_ok(), expected, actual);
        fits?;
        let object = Object {
            body: request.body().clone(),
            content_type: request
                .header("content-type")
                .unwrap_or(DEFAULT_TYPE)
                .to_owned(),
            metadata: metadata(request),
            last_modified: cloud.now(),
            etag: super::bucket::etag(request.body()),
        };
        let etag = object.etag.clone();
        if let Some(bucket) = cloud.s3.buckets.get_mut(&self.place.bucket) {
            bucket.put(self.place.key.clone(), object);
        }
        let mut response = empty(cloud, StatusCode::OK);
        set(&mut response, "etag", &etag);
        Ok(response)
    }

    fn delete(&self, cloud: &mut Cloud) -> Result<Response, AwsError> {
        self.may(cloud, "s3:DeleteObject")?;
        if let Some(bucket) = cloud.s3.buckets.get_mut(&self.place.bucket) {
            bucket.delete(&self.place.key);
        }
        // Whether there was anything to delete is not told
        Ok(empty(cloud, StatusCode::NO_CONTENT))
    }

    fn list(&self, cloud: &mut Cloud, request: &Request) -> Result<Response, AwsError> {
        let query = request
            .query_form()
            .map_err(|_| AwsError::new("InvalidURI", 400, "Couldn't parse the specified URI."))?;
        let listing = Listing::read(&query);
        // A listing that cannot be read is refused as such only to who may list at all
        let context = listing.as_ref().map(Listing::context).unwrap_or_default();
        let ask = self.ask(
            cloud,
            "s3:ListBucket",
            bucket_arn(&self.place.bucket),
            context,
        );
        self.authorize(cloud, &ask)?;
        let listing = listing.inspect_err(|error| {
            cloud.ledger.failed(
                PARAMETERS,
                "a listing of version 2",
                shorten(&error.message),
            );
        })?;
        let prefix = query.get("prefix").unwrap_or_default();
        cloud.ledger.passed(
            PARAMETERS,
            "a listing of version 2",
            format!("prefix {prefix:?}"),
        );
        let document = listing.answer(self.bucket(cloud)?);
        Ok(aws::success(cloud, WIRE, document))
    }
}

/// An object, or the part of it that is asked.
fn show(
    cloud: &mut Cloud,
    object: &Object,
    asked: &Asked,
    range: &str,
) -> Result<Response, AwsError> {
    let length = object.body.len();
    let (status, bytes, part) = match asked {
        Asked::Whole => (StatusCode::OK, 0..length, None),
        Asked::Part(bytes) => {
            let last = bytes.end.saturating_sub(1);
            let part = format!("bytes {}-{last}/{length}", bytes.start);
            (StatusCode::PARTIAL_CONTENT, bytes.clone(), Some(part))
        }
        Asked::Unsatisfiable => {
            let message = "The requested range is not satisfiable";
            return Err(AwsError::new("InvalidRange", 416, message)
                .member("RangeRequested", range)
                .member("ActualObjectSize", length.to_string()));
        }
    };
    let body = object.body.get(bytes).unwrap_or_default().to_vec();
    let mut response = aws::success(cloud, WIRE, body);
    *response.status_mut() = status;
    let sent = response.body().len().to_string();
    set(&mut response, CONTENT_TYPE.as_str(), &object.content_type);
    set(&mut response, CONTENT_LENGTH.as_str(), &sent);
    set(&mut response, "etag", &object.etag);
    set(
        &mut response,
        "last-modified",
        &object.last_modified.http_date(),
    );
    set(&mut response, "accept-ranges", "bytes");
    if let Some(part) = part {
        set(&mut response, "content-range", &part);
    }
    for (name, value) in &object.metadata {
        set(&mut response, &format!("{METADATA}{name}"), value);
    }
    Ok(response)
}

fn empty(cloud: &mut Cloud, status: StatusCode) -> Response {
    let mut response = aws::success(cloud, WIRE, Vec::new());
    *response.status_mut() = status;
    response.headers_mut().remove(CONTENT_TYPE);
    response
}

/// Sets a header whose value came in as a header, or was made here; either way it can be one.
fn set(response: &mut Response, name: &str, value: &str) {
    let name = HeaderName::try_from(name);
    if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
        response.headers_mut().insert(name, value);
    }
}

fn metadata(request: &Request) -> Vec<(String, String)> {
    let own = |(name, value): (&HeaderName, &HeaderValue)| {
        let name = name.as_str().strip_prefix(METADATA)?.to_owned();
        Some((name, value.to_str().ok()?.to_owned()))
    };
    request.headers().iter().filter_map(own).collect()
}

fn within_limits(bucket: &Bucket, key: &str, request: &Request) -> Result<(), AwsError> {
    let size = request.body().len();
    if key.len() > MAX_KEY_BYTES {
        return Err(
            AwsError::new("KeyTooLongError", 400, "Your key is too long")
                .member("Size", key.len().to_string())
                .member("MaxSizeAllowed", MAX_KEY_BYTES.to_string()),
        );
    }
    if size > MAX_OBJECT_BYTES {
        let message = "Your proposed upload exceeds the maximum allowed size";
        return Err(AwsError::new("EntityTooLarge", 400, message)
            .member("ProposedSize", size.to_string())
            .member("MaxSizeAllowed", MAX_OBJECT_BYTES.to_string()));
    }
    if !bucket.has_room(key) {
        let message = format!("A bucket takes {MAX_OBJECTS} objects, Tokentrail's limit");
        return Err(AwsError::new("InvalidRequest", 400, message));
    }
    let own: usize = metadata(request)
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if own > MAX_METADATA_BYTES {
        let message = "Your metadata headers exceed the maximum allowed metadata size";
        return Err(AwsError::new("MetadataTooLarge", 400, message)
            .member("Size", own.to_string())
            .member("MaxSizeAllowed", MAX_METADATA_BYTES.to_string()));
    }
    body_digest(request)
}

/// `Content-MD5`, where the request has one, must be that of the body.
fn body_digest(request: &Request) -> Result<(), AwsError> {
    /// Bytes in an MD5 digest
    const DIGEST_BYTES: usize = 16;
    let Some(stated) = request.header("content-md5") else {
        return Ok(());
    };
    let digest = base64_decode(stated)
        .ok()
        .filter(|digest| digest.len() == DIGEST_BYTES);
    let real = md5(request.body());
    match digest {
        None => Err(AwsError::new(
            "InvalidDigest",
            400,
            "The Content-MD5 you specified was invalid.",
        )
        .member("Content-MD5", stated)),
        Some(digest) if digest != real => Err(AwsError::new(
            "BadDigest",
            400,
            "The Content-MD5 you specified did not match what we received.",
        )
        .member("ExpectedDigest", stated)
        .member("CalculatedDigest", base64(&real))),
        Some(_) => Ok(()),
    }
}
