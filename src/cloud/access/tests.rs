//! Changed, late, unsigned and foreign requests are refused with AWS's code, and leave the world
//! as it was.

use serde_json::json;

use super::fixture::{BUCKET_URL, DANA, OMAR, OWN_THINGS, World, dynamodb_request, policy};
use crate::cloud::ledger::Outcome;
use crate::policy::PolicyKind;
use crate::protocol::message::{self, Message, Request};
use crate::protocol::sigv4::{SignOptions, presign, sign};
use crate::protocol::time::Span;

const SAME_TEXT: &str = "The request signature we calculated does not match the signature you \
                         provided. Check your";

fn put_request(world: &World) -> Request {
    let url = format!("{BUCKET_URL}/{DANA}/new.txt");
    let mut request = message::request(http::Method::PUT, &url).unwrap();
    request.set_header("content-type", "text/plain").unwrap();
    *request.body_mut() = b"hello".to_vec();
    world.signed("s3", request)
}

fn row_request(world: &World) -> Request {
    let item = json!({"UserId": {"S": DANA}, "GameTitle": {"S": "Tennis"}});
    let body = json!({"TableName": "Scores", "Item": item});
    world.signed("dynamodb", dynamodb_request("PutItem", &body))
}

/// Sends a request that must be refused at this check, and makes sure that nothing changed.
fn refused(world: &mut World, request: Request, check: &str) -> (String, u16, String) {
    let before = world.state();
    world.send(request);
    assert_eq!(world.failed().name, check);
    assert!(world.rest_not_reached());
    assert_eq!(world.state(), before);
    world.refusal()
}

#[test]
fn a_good_signature_passes_every_check_with_its_evidence() {
    let mut world = World::new();
    world.cloud.pass_time(Span::from_seconds(1043));
    let response = world.s3("GET", &format!("{BUCKET_URL}/{DANA}/beach.jpg"), b"");
    assert_eq!(response.status(), 200);
    assert!(
        world
            .last()
            .checks
            .iter()
            .all(|check| check.outcome == Outcome::Passed)
    );
    let names: Vec<&str> = world
        .last()
        .checks
        .iter()
        .map(|check| check.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "Signed",
            "Access key",
            "Session token",
            "Not expired",
            "Clock",
            "Credential scope",
            "Signed headers",
            "Body hash",
            "Signature",
            "Bucket exists",
            "Permissions policy",
            "Object exists",
        ]
    );
    assert_eq!(world.check("Not expired").actual, "42 min 36 s left");
    assert!(
        world
            .check("Signature")
            .expected
            .ends_with("recomputed from the bytes that arrived")
    );
}

#[test]
fn a_changed_body_is_refused_by_each_service_in_its_words() {
    let mut world = World::new();
    let mut request = put_request(&world);
    request.body_mut()[0] ^= 1;
    let (code, status, message) = refused(&mut world, request, "Body hash");
    assert_eq!((code.as_str(), status), ("XAmzContentSHA256Mismatch", 400));
    assert!(message.contains("does not match what was computed"));
    let mut request = row_request(&world);
    let changed = String::from_utf8(request.body().clone())
        .unwrap()
        .replace("Tennis", "Tannis");
    *request.body_mut() = changed.into_bytes();
    let (code, status, message) = refused(&mut world, request, "Signature");
    assert_eq!((code.as_str(), status), ("InvalidSignatureException", 400));
    assert!(message.starts_with(SAME_TEXT));
}

#[test]
fn a_changed_signed_header_breaks_the_signature_and_s3_shows_its_working() {
    let mut world = World::new();
    let mut request = put_request(&world);
    request.set_header("content-type", "text/html").unwrap();
    let (code, status, message) = refused(&mut world, request, "Signature");
    assert_eq!((code.as_str(), status), ("SignatureDoesNotMatch", 403));
    assert!(message.ends_with("Check your key and signing method."));
    let body = world.last().response.body.text().unwrap();
    for member in [
        "AWSAccessKeyId",
        "StringToSign",
        "SignatureProvided",
        "StringToSignBytes",
        "CanonicalRequest",
        "CanonicalRequestBytes",
    ] {
        assert!(body.contains(&format!("<{member}>")), "{member}");
    }
    assert!(body.contains("content-type:text/html"));
}

#[test]
fn another_path_or_method_than_the_signed_one_breaks_the_signature() {
    let mut world = World::new();
    let mut request = put_request(&world);
    *request.uri_mut() = format!("{BUCKET_URL}/{DANA}/other.txt").parse().unwrap();
    assert_eq!(
        refused(&mut world, request, "Signature").0,
        "SignatureDoesNotMatch"
    );
    let mut request = put_request(&world);
    *request.method_mut() = http::Method::DELETE;
    assert_eq!(
        refused(&mut world, request, "Signature").0,
        "SignatureDoesNotMatch"
    );
}

#[test]
fn a_changed_date_is_refused() {
    let mut world = World::new();
    let mut request = row_request(&world);
    request
        .set_header("x-amz-date", "20260303T090001Z")
        .unwrap();
    assert_eq!(
        refused(&mut world, request, "Signature").0,
        "InvalidSignatureException"
    );
    let mut request = row_request(&world);
    request
        .set_header("x-amz-date", "20260303T084000Z")
        .unwrap();
    let (code, _, message) = refused(&mut world, request, "Clock");
    assert_eq!(code, "InvalidSignatureException");
    assert!(message.starts_with("Signature expired: 20260303T084000Z is now earlier than "));
    assert!(message.ends_with(" - 5 min.)"), "{message}");
}

#[test]
fn a_wrong_device_clock_is_refused_and_s3_bears_more_than_others() {
    let mut world = World::new();
    world.cloud.devices.add(world.phone.clone(), None);
    let set_clock = |world: &mut World, minutes: i64| {
        let phone = world.phone.clone();
        world.cloud.devices.get_mut(&phone).unwrap().skew = Span::from_minutes(minutes);
    };
    set_clock(&mut world, 10);
    let request = row_request(&world);
    let (code, status, message) = refused(&mut world, request, "Clock");
    assert_eq!((code.as_str(), status), ("InvalidSignatureException", 400));
    assert!(message.starts_with("Signature not yet current: 20260303T091000Z is still later than"));
    assert!(
        world.failed().actual.ends_with("9 min 59 s in the future"),
        "{:?}",
        world.failed()
    );
    let url = format!("{BUCKET_URL}/{DANA}/beach.jpg");
    assert_eq!(world.s3("GET", &url, b"").status(), 200);
    set_clock(&mut world, -20);
    let request = put_request(&world);
    let (code, status, message) = refused(&mut world, request, "Clock");
    assert_eq!((code.as_str(), status), ("RequestTimeTooSkewed", 403));
    assert_eq!(
        message,
        "The difference between the request time and the current time is too large."
    );
    let body = world.last().response.body.text().unwrap();
    assert!(body.contains("<MaxAllowedSkewMilliseconds>900000<"));
}

#[test]
fn expired_credentials_are_refused_by_each_service_in_its_words() {
    let mut world = World::new();
    world.cloud.pass_time(Span::from_minutes(63));
    let request = put_request(&world);
    let (code, status, message) = refused(&mut world, request, "Not expired");
    assert_eq!((code.as_str(), status), ("ExpiredToken", 400));
    assert_eq!(message, "The provided token has expired.");
    assert!(
        world
            .last()
            .response
            .body
            .text()
            .unwrap()
            .contains("<Token-0>IQoJb3JpZ2lu")
    );
    assert_eq!(world.failed().actual, "expired 3 min ago");
    let request = row_request(&world);
    let (code, status, message) = refused(&mut world, request, "Not expired");
    assert_eq!((code.as_str(), status), ("ExpiredTokenException", 400));
    assert_eq!(
        message,
        "The security token included in the request is expired"
    );
}

#[test]
fn an_unknown_key_is_refused_by_each_service_in_its_words() {
    let mut world = World::new();
    world.credentials.access_key_id = "ASIANOBODYHASTHIS234".into();
    let request = put_request(&world);
    let (code, status, _) = refused(&mut world, request, "Access key");
    assert_eq!((code.as_str(), status), ("InvalidAccessKeyId", 403));
    let request = row_request(&world);
    let (code, status, message) = refused(&mut world, request, "Access key");
    assert_eq!(
        (code.as_str(), status),
        ("UnrecognizedClientException", 400)
    );
    assert_eq!(
        message,
        "The security token included in the request is invalid."
    );
}

#[test]
fn a_missing_or_foreign_session_token_is_refused() {
    let mut world = World::new();
    let real = world.credentials.session_token.clone();
    world.credentials.session_token = Some("IQoJb3JpZ2luX2VjSOMEBODYELSES==".into());
    let request = put_request(&world);
    let (code, status, _) = refused(&mut world, request, "Session token");
    assert_eq!((code.as_str(), status), ("InvalidToken", 400));
    let request = row_request(&world);
    assert_eq!(
        refused(&mut world, request, "Session token").0,
        "UnrecognizedClientException"
    );
    world.credentials.session_token = None;
    let request = put_request(&world);
    assert_eq!(
        refused(&mut world, request, "Session token").0,
        "InvalidAccessKeyId"
    );
    world.credentials.session_token = real;
    let request = put_request(&world);
    assert_eq!(world.send(request).status(), 200);
}

#[test]
fn a_secret_with_one_changed_character_signs_nothing() {
    let mut world = World::new();
    world.credentials.secret_access_key.replace_range(0..1, "s");
    let request = put_request(&world);
    assert_eq!(
        refused(&mut world, request, "Signature").0,
        "SignatureDoesNotMatch"
    );
}

#[test]
fn the_scope_must_name_this_region_and_service() {
    let mut world = World::new();
    let now = world.cloud.now();
    let sign_for = |world: &World, region: &str, service: &str| {
        let mut request = dynamodb_request("PutItem", &json!({}));
        let options = SignOptions::default();
        sign(
            &mut request,
            &world.credentials,
            region,
            service,
            now,
            options,
        )
        .unwrap();
        request
    };
    let request = sign_for(&world, "eu-west-1", "dynamodb");
    let (code, _, message) = refused(&mut world, request, "Credential scope");
    assert_eq!(code, "InvalidSignatureException");
    assert_eq!(
        message,
        "Credential should be scoped to a valid Region, not eu-west-1"
    );
    let request = sign_for(&world, "us-east-1", "s3");
    let (_, _, message) = refused(&mut world, request, "Credential scope");
    assert_eq!(
        message,
        "Credential should be scoped to correct service: 'dynamodb'"
    );
    let mut request = put_request(&world);
    let header = request
        .header("authorization")
        .unwrap()
        .replace("us-east-1", "eu-west-1");
    request.set_header("authorization", &header).unwrap();
    let (code, status, message) = refused(&mut world, request, "Credential scope");
    assert_eq!(
        (code.as_str(), status),
        ("AuthorizationHeaderMalformed", 400)
    );
    assert!(message.ends_with("the region 'eu-west-1' is wrong; expecting 'us-east-1'"));
}

#[test]
fn a_header_added_after_signing_is_noticed() {
    let mut world = World::new();
    let mut request = put_request(&world);
    request.set_header("x-amz-acl", "public-read").unwrap();
    let (code, status, _) = refused(&mut world, request, "Signed headers");
    assert_eq!((code.as_str(), status), ("AccessDenied", 403));
    let body = world.last().response.body.text().unwrap();
    assert!(body.contains("<HeadersNotSigned>x-amz-acl<"));
}

#[test]
fn an_anonymous_request_is_refused() {
    let mut world = World::new();
    let url = format!("{BUCKET_URL}/{DANA}/beach.jpg");
    let request = message::get(&url).unwrap();
    let (code, status, message) = refused(&mut world, request, "Bucket policy");
    assert_eq!(
        (code.as_str(), status, message.as_str()),
        ("AccessDenied", 403, "Access Denied")
    );
    let request = dynamodb_request("GetItem", &json!({}));
    let (code, status, message) = refused(&mut world, request, "Signed");
    assert_eq!(
        (code.as_str(), status),
        ("MissingAuthenticationTokenException", 400)
    );
    assert_eq!(message, "Request is missing Authentication Token");
}

#[test]
fn an_unreadable_authorization_header_is_refused() {
    let mut world = World::new();
    let whole = put_request(&world)
        .header("authorization")
        .unwrap()
        .to_owned();
    for (header, code) in [
        (
            whole.replace("/aws4_request", ""),
            "AuthorizationHeaderMalformed",
        ),
        (
            whole.replace("Signature=", "Sig="),
            "AuthorizationHeaderMalformed",
        ),
        ("Bearer eyJhbGciOi".to_owned(), "InvalidArgument"),
    ] {
        let mut request = put_request(&world);
        request.set_header("authorization", &header).unwrap();
        assert_eq!(refused(&mut world, request, "Signed").0, code, "{header}");
    }
    let mut request = row_request(&world);
    request
        .set_header("authorization", "AWS4-HMAC-SHA256 Credential=x")
        .unwrap();
    let (code, status, _) = refused(&mut world, request, "Signed");
    assert_eq!(
        (code.as_str(), status),
        ("IncompleteSignatureException", 400)
    );
}

fn presigned(world: &World, key: &str, lifetime_seconds: u32) -> Request {
    let mut request = message::get(&format!("{BUCKET_URL}/{key}")).unwrap();
    let now = world.cloud.now();
    presign(
        &mut request,
        &world.credentials,
        "us-east-1",
        "s3",
        now,
        lifetime_seconds,
    )
    .unwrap();
    request
}

#[test]
fn a_presigned_link_works_until_it_expires_and_only_for_its_object() {
    let mut world = World::new();
    let link = presigned(&world, &format!("{DANA}/beach.jpg"), 300);
    assert_eq!(world.send(link.clone()).body().as_slice(), b"Dana's beach");
    let mut other = link.clone();
    let url = link
        .uri()
        .to_string()
        .replace("beach.jpg", "trips/rome.jpg");
    *other.uri_mut() = url.parse().unwrap();
    assert_eq!(
        refused(&mut world, other, "Signature").0,
        "SignatureDoesNotMatch"
    );
    world.cloud.pass_time(Span::from_minutes(5));
    let (code, status, message) = refused(&mut world, link, "Clock");
    assert_eq!((code.as_str(), status), ("AccessDenied", 403));
    assert_eq!(message, "Request has expired");
}

#[test]
fn a_presigned_link_gives_no_more_than_its_signer_has() {
    let mut world = World::new();
    let link = presigned(&world, &format!("{OMAR}/beach.jpg"), 300);
    assert_eq!(
        refused(&mut world, link, "Permissions policy").0,
        "AccessDenied"
    );
}

#[test]
fn a_denial_is_written_down_with_every_policy_and_the_requests_keys() {
    let mut world = World::new();
    world.s3("GET", &format!("{BUCKET_URL}/{OMAR}/beach.jpg"), b"");
    let decision = world.cloud.ledger.decisions().last().unwrap();
    assert_eq!(decision.action, "s3:GetObject");
    assert_eq!(decision.policies[0].kind, "identity");
    assert_eq!(decision.policies[0].json, OWN_THINGS);
    for (key, value) in [
        ("cognito-identity.amazonaws.com:sub", DANA),
        ("aws:SourceIp", "198.51.100.1"),
        (
            "aws:PrincipalArn",
            "arn:aws:iam::111122223333:role/PhotoReader",
        ),
        ("aws:SecureTransport", "true"),
        ("aws:RequestedRegion", "us-east-1"),
        ("aws:TokenIssueTime", "2026-03-03T09:00:00Z"),
        (
            "aws:userid",
            "AROAEXAMPLEROLE234567:CognitoIdentityCredentials",
        ),
    ] {
        assert_eq!(decision.context[key], value, "{key}");
    }
}

#[test]
fn the_check_is_named_after_the_step_that_decided() {
    let everything = r#"{"Version": "2012-10-17", "Statement":
        [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;
    let lists_only = r#"{"Version": "2012-10-17", "Statement":
        [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}]}"#;
    let deny = r#"{"Version": "2012-10-17", "Statement":
        [{"Effect": "Allow", "Action": "*", "Resource": "*"},
         {"Sid": "NoPhotos", "Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}]}"#;
    let role_arn = "arn:aws:iam::111122223333:role/PhotoReader";
    let url = format!("{BUCKET_URL}/{DANA}/beach.jpg");
    let outcome = |world: &mut World| {
        world.s3("GET", &url, b"");
        (world.failed().name.clone(), world.refusal().2)
    };

    let mut world = World::with_policy(deny);
    let (name, message) = outcome(&mut world);
    assert_eq!(name, "Explicit deny");
    assert!(message.ends_with("with an explicit deny in an identity-based policy"));
    assert_eq!(
        world.failed().actual,
        "statement NoPhotos of OwnThings denies it"
    );

    let mut world = World::with_policy(everything);
    let narrow = policy(PolicyKind::Session, "guest scope", lists_only);
    world.add_session(role_arn, vec![narrow]);
    let (name, message) = outcome(&mut world);
    assert_eq!(name, "Session policy");
    assert!(message.ends_with("because no session policy allows the s3:GetObject action"));

    let mut world = World::with_policy(everything);
    let boundary = policy(PolicyKind::Boundary, "ListsOnly", lists_only);
    world.cloud.iam.role_mut(role_arn).unwrap().boundary = Some(boundary);
    let (name, message) = outcome(&mut world);
    assert_eq!(name, "Boundary");
    assert!(message.ends_with("because no permissions boundary allows the s3:GetObject action"));

    let mut world = World::with_policy(everything);
    let limits = policy(PolicyKind::ServiceControl, "ListsOnly", lists_only);
    world
        .cloud
        .iam
        .set_service_control("111122223333", vec![vec![limits]]);
    assert_eq!(outcome(&mut world).0, "Service control policy");
}
