//! One's own folder, somebody else's, and everything S3 says about objects and listings.

use crate::cloud::access::fixture::{
    ACCOUNT, BUCKET, BUCKET_URL, DANA, OMAR, World, policy, start,
};
use crate::cloud::ledger::ActorId;
use crate::policy::PolicyKind;
use crate::protocol::message::{self, Message, Request, Response};
use crate::protocol::time::Span;
use crate::protocol::xml;

fn url(key: &str) -> String {
    format!("{BUCKET_URL}/{key}")
}

fn encoded(identity: &str) -> String {
    identity.replace(':', "%3A")
}

fn get(world: &mut World, key: &str) -> Response {
    world.s3("GET", &url(key), b"")
}

/// Sends a signed request with one more header.
fn with_header(world: &mut World, method: &str, key: &str, header: (&str, &str)) -> Response {
    let mut request: Request = message::request(method.parse().unwrap(), &url(key)).unwrap();
    request.set_header(header.0, header.1).unwrap();
    if method == "PUT" {
        *request.body_mut() = b"hello".to_vec();
    }
    let request = world.signed("s3", request);
    world.send(request)
}

#[test]
fn the_own_folder_opens_with_a_colon_encoded_or_not() {
    let mut world = World::new();
    for identity in [DANA.to_owned(), encoded(DANA)] {
        let response = get(&mut world, &format!("{identity}/beach.jpg"));
        assert_eq!(response.status(), 200);
        assert_eq!(response.body().as_slice(), b"Dana's beach");
        assert_eq!(response.header("content-type"), Some("image/jpeg"));
        assert_eq!(
            response.header("last-modified"),
            Some(start().http_date().as_str())
        );
        assert_eq!(response.header("etag").map(str::len), Some(34));
    }
    let check = world.check("Permissions policy");
    assert_eq!(check.expected, "*");
    assert_eq!(check.actual, "beach.jpg");
}

#[test]
fn somebody_elses_folder_stays_shut_and_aws_says_why() {
    let mut world = World::new();
    let before = world.state();
    get(&mut world, &format!("{OMAR}/beach.jpg"));
    let (code, status, message) = world.refusal();
    assert_eq!((code.as_str(), status), ("AccessDenied", 403));
    assert_eq!(
        message,
        format!(
            "User: arn:aws:sts::111122223333:assumed-role/PhotoReader/CognitoIdentityCredentials \
             is not authorized to perform: s3:GetObject on resource: \
             \"arn:aws:s3:::dana-photos/{OMAR}/beach.jpg\" because no identity-based policy allows \
             the s3:GetObject action"
        )
    );
    let failed = world.failed();
    assert_eq!(failed.name, "Permissions policy");
    assert_eq!(failed.expected, format!("{DANA}/*"));
    assert_eq!(failed.actual, format!("{OMAR}/beach.jpg"));
    assert!(world.rest_not_reached());
    assert_eq!(world.state(), before);
}

#[test]
fn nothing_is_written_into_somebody_elses_folder() {
    let mut world = World::new();
    let before = world.state();
    for (method, body) in [("PUT", b"mine now".as_slice()), ("DELETE", b"".as_slice())] {
        world.s3(method, &url(&format!("{OMAR}/beach.jpg")), body);
        assert_eq!(world.refusal().0, "AccessDenied");
    }
    assert_eq!(world.state(), before);
}

#[test]
fn an_object_is_put_read_and_deleted() {
    let mut world = World::new();
    let key = format!("{DANA}/notes.txt");
    let response = with_header(&mut world, "PUT", &key, ("x-amz-meta-mood", "sunny"));
    assert_eq!(response.status(), 200);
    let etag = "\"5d41402abc4b2a76b9719d911017c592\"";
    assert_eq!(response.header("etag"), Some(etag));
    let response = get(&mut world, &key);
    assert_eq!(response.body().as_slice(), b"hello");
    assert_eq!(response.header("etag"), Some(etag));
    assert_eq!(response.header("x-amz-meta-mood"), Some("sunny"));
    assert_eq!(response.header("content-type"), Some("binary/octet-stream"));
    let response = world.s3("HEAD", &url(&key), b"");
    assert_eq!(response.header("content-length"), Some("5"));
    assert!(response.body().is_empty());
    assert_eq!(world.s3("DELETE", &url(&key), b"").status(), 204);
    assert_eq!(world.s3("DELETE", &url(&key), b"").status(), 204);
    assert_eq!(get(&mut world, &key).status(), 403);
}

#[test]
fn a_missing_object_is_only_missing_for_who_may_list() {
    let mut world = World::new();
    get(&mut world, &format!("{DANA}/nothing.jpg"));
    let (code, status, message) = world.refusal();
    assert_eq!((code.as_str(), status), ("AccessDenied", 403));
    assert!(message.contains("s3:ListBucket on resource: \"arn:aws:s3:::dana-photos\""));
    assert_eq!(world.failed().name, "Object exists");
    let everything = r#"{"Version": "2012-10-17", "Statement":
        [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}"#;
    let mut world = World::with_policy(everything);
    get(&mut world, &format!("{DANA}/nothing.jpg"));
    let (code, status, message) = world.refusal();
    assert_eq!((code.as_str(), status), ("NoSuchKey", 404));
    assert_eq!(message, "The specified key does not exist.");
}

#[test]
fn a_bucket_that_does_not_exist_is_answered_by_somebody() {
    let mut world = World::new();
    world.s3(
        "GET",
        "https://no-such-bucket.s3.us-east-1.amazonaws.com/a",
        b"",
    );
    let (code, status, message) = world.refusal();
    assert_eq!((code.as_str(), status), ("NoSuchBucket", 404));
    assert_eq!(message, "The specified bucket does not exist");
    assert_eq!(world.failed().name, "Bucket exists");
}

#[test]
fn a_range_is_answered_with_its_part() {
    let mut world = World::new();
    let key = format!("{DANA}/beach.jpg");
    let response = with_header(&mut world, "GET", &key, ("range", "bytes=0-3"));
    assert_eq!(response.status(), 206);
    assert_eq!(response.body().as_slice(), b"Dana");
    assert_eq!(response.header("content-range"), Some("bytes 0-3/12"));
    with_header(&mut world, "GET", &key, ("range", "bytes=99-"));
    assert_eq!(world.refusal().0, "InvalidRange");
    assert_eq!(world.failed().name, "Range");
}

/// The texts of these elements in the last answer.
fn texts(response: &Response, path: &[&str]) -> Vec<String> {
    let root = xml::parse(response.text_body().unwrap()).unwrap();
    root.all_at(path)
        .into_iter()
        .map(|element| element.text().to_owned())
        .collect()
}

#[test]
fn a_listing_is_allowed_for_the_own_prefix_and_no_other() {
    let mut world = World::new();
    let listing = |query: &str| format!("{BUCKET_URL}/?list-type=2{query}");
    let own = format!("&prefix={}%2F", encoded(DANA));
    let response = world.s3("GET", &listing(&own), b"");
    assert_eq!(response.status(), 200);
    let keys = texts(&response, &["Contents", "Key"]);
    assert_eq!(
        keys,
        [
            format!("{DANA}/beach.jpg"),
            format!("{DANA}/trips/rome.jpg")
        ]
    );
    let before = world.state();
    for query in [
        "".to_owned(),
        "&prefix=".to_owned(),
        format!("&prefix={}%2F", encoded(OMAR)),
    ] {
        world.s3("GET", &listing(&query), b"");
        let (code, status, message) = world.refusal();
        assert_eq!((code.as_str(), status), ("AccessDenied", 403), "{query}");
        assert!(message.contains("s3:ListBucket on resource: \"arn:aws:s3:::dana-photos\""));
    }
    assert_eq!(world.state(), before);
    let failed = world.failed();
    assert!(
        failed.expected.starts_with("s3:prefix StringLike"),
        "{}",
        failed.expected
    );
}

const LIST_ALL: &str = r#"{"Version": "2012-10-17", "Statement":
    [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}"#;

fn letters(keys: &[&str]) -> World {
    let mut world = World::with_policy(LIST_ALL);
    for key in keys {
        let key = format!("letters/{key}");
        world
            .cloud
            .put_initial_object(BUCKET, &key, "text/plain", b"x".to_vec())
            .unwrap();
    }
    world
}

#[test]
fn a_delimiter_groups_what_lies_deeper() {
    let mut world = letters(&["a", "b/1", "b/2", "c/1", "d"]);
    let query = "list-type=2&prefix=letters%2F&delimiter=%2F";
    let response = world.s3("GET", &format!("{BUCKET_URL}/?{query}"), b"");
    assert_eq!(
        texts(&response, &["Contents", "Key"]),
        ["letters/a", "letters/d"]
    );
    assert_eq!(
        texts(&response, &["CommonPrefixes", "Prefix"]),
        ["letters/b/", "letters/c/"]
    );
    assert_eq!(texts(&response, &["KeyCount"]), ["4"]);
    assert_eq!(texts(&response, &["IsTruncated"]), ["false"]);
}

#[test]
fn pages_follow_one_another_without_gap_or_repetition() {
    let mut world = letters(&["a", "b/1", "b/2", "c/1", "d", "e"]);
    let base = "list-type=2&prefix=letters%2F&delimiter=%2F&max-keys=2";
    let mut query = base.to_owned();
    let mut shown = Vec::new();
    for _ in 0..4 {
        let response = world.s3("GET", &format!("{BUCKET_URL}/?{query}"), b"");
        shown.extend(texts(&response, &["Contents", "Key"]));
        shown.extend(texts(&response, &["CommonPrefixes", "Prefix"]));
        let next = texts(&response, &["NextContinuationToken"]);
        let Some(token) = next.first() else { break };
        let token = crate::protocol::form::percent_encode(token);
        query = format!("{base}&continuation-token={token}");
    }
    assert_eq!(
        shown,
        [
            "letters/a",
            "letters/b/",
            "letters/d",
            "letters/c/",
            "letters/e"
        ]
    );
}

#[test]
fn wrong_listing_parameters_are_refused() {
    let mut world = World::with_policy(LIST_ALL);
    for query in [
        "max-keys=-1",
        "max-keys=x",
        "continuation-token=%3F",
        "encoding-type=x",
    ] {
        world.s3("GET", &format!("{BUCKET_URL}/?list-type=2&{query}"), b"");
        assert_eq!(world.refusal().0, "InvalidArgument", "{query}");
        assert_eq!(world.failed().name, "Parameters");
    }
    let response = world.s3("GET", &format!("{BUCKET_URL}/?list-type=2&max-keys=0"), b"");
    assert_eq!(texts(&response, &["IsTruncated"]), ["false"]);
}

#[test]
fn limits_are_stated_where_they_are_hit() {
    let mut world = World::new();
    let before = world.state();
    world.s3(
        "PUT",
        &url(&format!("{DANA}/big")),
        &vec![0; 256 * 1024 + 1],
    );
    assert_eq!(world.refusal().0, "EntityTooLarge");
    assert!(world.failed().expected.contains("262144 bytes"));
    assert!(world.failed().expected.contains("Tokentrail's limits"));
    world.s3("PUT", &url(&format!("{DANA}/{}", "k".repeat(1024))), b"");
    assert_eq!(world.refusal().0, "KeyTooLongError");
    with_header(
        &mut world,
        "PUT",
        &format!("{DANA}/m"),
        ("content-md5", "AAAAAAAAAAAAAAAAAAAAAA=="),
    );
    assert_eq!(world.refusal().0, "BadDigest");
    assert_eq!(world.state(), before);
}

#[test]
fn what_this_s3_does_not_do_is_refused_as_not_implemented() {
    let mut world = World::with_policy(LIST_ALL);
    for (method, path, code) in [
        ("GET", "a?acl", "NotImplemented"),
        ("PUT", "", "NotImplemented"),
        ("GET", "", "NotImplemented"),
        ("POST", "a", "MethodNotAllowed"),
    ] {
        world.s3(method, &url(path), b"");
        assert_eq!(world.refusal().0, code, "{method} {path}");
    }
}

#[test]
fn a_bucket_policy_can_deny_what_the_role_allows() {
    let mut world = World::new();
    let deny = r#"{"Version": "2012-10-17", "Statement": [{"Sid": "Closed", "Effect": "Deny",
        "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::dana-photos/*"}]}"#;
    let deny = policy(PolicyKind::Resource, "bucket policy", deny);
    world
        .cloud
        .s3
        .set_bucket_policy(BUCKET, Some(deny))
        .unwrap();
    get(&mut world, &format!("{DANA}/beach.jpg"));
    assert!(
        world
            .refusal()
            .2
            .ends_with("with an explicit deny in a resource-based policy")
    );
    assert_eq!(world.failed().name, "Explicit deny");
}

#[test]
fn a_bucket_policy_that_names_the_session_is_enough_within_the_account() {
    let mut world = World::new();
    let allow = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"AWS":
          "arn:aws:sts::111122223333:assumed-role/PhotoReader/CognitoIdentityCredentials"},
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::dana-photos/*"}]}"#;
    let allow = policy(PolicyKind::Resource, "bucket policy", allow);
    world
        .cloud
        .s3
        .set_bucket_policy(BUCKET, Some(allow))
        .unwrap();
    assert_eq!(get(&mut world, &format!("{OMAR}/beach.jpg")).status(), 200);
    assert_eq!(
        world.check("Bucket policy").actual,
        format!("{OMAR}/beach.jpg")
    );
}

#[test]
fn another_accounts_bucket_must_allow_too() {
    let mut world = World::with_policy(LIST_ALL);
    let config = super::BucketConfig {
        name: "elsewhere".into(),
        account: "444455556666".into(),
        policy: None,
    };
    world.cloud.s3.add_bucket(config).unwrap();
    world
        .cloud
        .put_initial_object("elsewhere", "a", "text/plain", b"x".to_vec())
        .unwrap();
    world.s3("GET", "https://elsewhere.s3.us-east-1.amazonaws.com/a", b"");
    let (code, _, message) = world.refusal();
    assert_eq!(code, "AccessDenied");
    assert!(message.ends_with("because no resource-based policy allows the s3:GetObject action"));
}

#[test]
fn the_card_counts_objects_and_the_inspector_lists_them() {
    let mut world = World::new();
    let describe = |world: &World| super::describe(&world.cloud, &ActorId::new("s3"));
    assert_eq!(describe(&world).0, "dana-photos, 3 objects");
    world.s3("PUT", &url(&format!("{DANA}/new.jpg")), b"new");
    let (line, details) = describe(&world);
    assert_eq!(line, "dana-photos, 4 objects");
    assert!(details.iter().any(|(key, _)| key.ends_with("/new.jpg")));
}

#[test]
fn a_world_with_impossible_buckets_is_refused() {
    let mut world = World::new();
    let config = |name: &str| super::BucketConfig {
        name: name.into(),
        account: ACCOUNT.into(),
        policy: None,
    };
    assert!(world.cloud.s3.add_bucket(config("Upper")).is_err());
    assert!(world.cloud.s3.add_bucket(config(BUCKET)).is_err());
    assert!(
        world
            .cloud
            .put_initial_object("none", "a", "text/plain", Vec::new())
            .is_err()
    );
    let large = vec![0; super::MAX_OBJECT_BYTES + 1];
    assert!(
        world
            .cloud
            .put_initial_object(BUCKET, "a", "text/plain", large)
            .is_err()
    );
    world.cloud.pass_time(Span::from_minutes(1));
    assert!(
        world
            .cloud
            .put_initial_object(BUCKET, "", "text/plain", Vec::new())
            .is_err()
    );
}

#[test]
fn what_a_bucket_policy_opens_to_everybody_needs_no_signature() {
    let mut world = World::new();
    let unsigned = |method: &str, key: &str| -> Request {
        message::request(method.parse().unwrap(), &url(key)).unwrap()
    };
    let key = format!("{DANA}/beach.jpg");
    world.send(unsigned("GET", &key));
    assert_eq!(world.failed().name, "Bucket policy");
    let everybody = format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": "*",
            "Action": "s3:GetObject", "Resource": "arn:aws:s3:::{BUCKET}/{DANA}/*"}}]}}"#
    );
    let everybody = policy(PolicyKind::Resource, "open", &everybody);
    world
        .cloud
        .s3
        .set_bucket_policy(BUCKET, Some(everybody))
        .unwrap();
    let before = world.state();
    let response = world.send(unsigned("GET", &key));
    assert_eq!(response.status(), 200);
    assert_eq!(response.body().as_slice(), b"Dana's beach");
    assert_eq!(world.check("Bucket policy").expected, "*");
    for (method, key) in [
        ("PUT", key.clone()),
        ("GET", format!("{OMAR}/beach.jpg")),
        ("GET", format!("{DANA}/nothing.jpg")),
    ] {
        world.send(unsigned(method, &key));
        let (code, status, message) = world.refusal();
        assert_eq!(
            (code.as_str(), status, message.as_str()),
            ("AccessDenied", 403, "Access Denied"),
            "{method} {key}"
        );
    }
    assert_eq!(world.state(), before);
}
