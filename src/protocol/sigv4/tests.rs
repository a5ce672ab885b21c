//! Tests of the signature code: AWS's published examples, then attackers.

use http::Method;
use proptest::prelude::*;

use super::super::form::Form;
use super::super::message::{Message, Request, get, post, post_form, request};
use super::super::time::{Moment, Span};
use super::duties::{self, Clock};
use super::*;

/// The date of the examples in the signing test suite.
const SUITE_DATE: &str = "2015-08-30T12:36:00Z";
/// The date of the examples in the S3 documentation.
const S3_DATE: &str = "2013-05-24T00:00:00Z";

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn credentials(access_key_id: &str, secret: &str) -> Credentials {
    Credentials {
        access_key_id: access_key_id.to_owned(),
        secret_access_key: secret.to_owned(),
        session_token: None,
    }
}

fn suite_credentials() -> Credentials {
    credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
}

fn s3_credentials() -> Credentials {
    credentials(
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )
}

fn suite(mut request: Request) -> Steps {
    let (region, service) = ("us-east-1", "service");
    let options = SignOptions::default();
    sign(
        &mut request,
        &suite_credentials(),
        region,
        service,
        at(SUITE_DATE),
        options,
    )
    .unwrap()
}

fn s3(mut request: Request) -> Steps {
    let options = SignOptions::default();
    sign(
        &mut request,
        &s3_credentials(),
        "us-east-1",
        S3,
        at(S3_DATE),
        options,
    )
    .unwrap()
}

#[test]
fn the_signing_test_suite_holds() {
    let url = "https://example.amazonaws.com/";
    let with = |mut request: Request, name: &str, value: &str| {
        request.set_header(name, value).unwrap();
        request
    };
    let unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let form = "application/x-www-form-urlencoded";
    let vectors = [
        (
            "get-vanilla",
            get(url).unwrap(),
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        ),
        (
            "get-vanilla-query-order-key-case",
            get(&format!("{url}?Param2=value2&Param1=value1")).unwrap(),
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        (
            "get-vanilla-query-unreserved",
            get(&format!("{url}?{unreserved}={unreserved}")).unwrap(),
            "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
        ),
        (
            "get-relative",
            get(&format!("{url}example/..")).unwrap(),
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        ),
        (
            "get-slash-dot-slash",
            get(&format!("{url}./")).unwrap(),
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        ),
        (
            "post-vanilla",
            request(Method::POST, url).unwrap(),
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
        ),
        (
            "post-x-www-form-urlencoded",
            post(url, form, b"Param1=value1".to_vec()).unwrap(),
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
        ),
        (
            "get-header-value-trim",
            with(
                with(get(url).unwrap(), "my-header1", " value1"),
                "my-header2",
                " \"a   b   c\"",
            ),
            "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
        ),
    ];
    for (name, request, expected) in vectors {
        assert_eq!(suite(request).signature, expected, "{name}");
    }
}

#[test]
fn a_session_token_is_signed_as_in_the_test_suite() {
    let token = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";
    let mut credentials = suite_credentials();
    credentials.session_token = Some(token.to_owned());
    let mut post = request(Method::POST, "https://example.amazonaws.com/").unwrap();
    let options = SignOptions::default();
    let steps = sign(
        &mut post,
        &credentials,
        "us-east-1",
        "service",
        at(SUITE_DATE),
        options,
    )
    .unwrap();
    let expected = "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead";
    assert_eq!(steps.signature, expected);
}

#[test]
fn every_step_of_the_list_users_example_is_as_documented() {
    let mut request =
        get("https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08").unwrap();
    let content_type = "application/x-www-form-urlencoded; charset=utf-8";
    request.set_header("content-type", content_type).unwrap();
    let options = SignOptions::default();
    let (region, service) = ("us-east-1", "iam");
    let steps = sign(
        &mut request,
        &suite_credentials(),
        region,
        service,
        at(SUITE_DATE),
        options,
    )
    .unwrap();
    assert_eq!(
        steps.canonical_request,
        concat!(
            "GET\n",
            "/\n",
            "Action=ListUsers&Version=2010-05-08\n",
            "content-type:application/x-www-form-urlencoded; charset=utf-8\n",
            "host:iam.amazonaws.com\n",
            "x-amz-date:20150830T123600Z\n",
            "\n",
            "content-type;host;x-amz-date\n",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        )
    );
    assert_eq!(
        steps.string_to_sign,
        concat!(
            "AWS4-HMAC-SHA256\n",
            "20150830T123600Z\n",
            "20150830/us-east-1/iam/aws4_request\n",
            "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59",
        )
    );
    assert_eq!(
        steps.signing_key,
        "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
    );
    assert_eq!(
        request.header("authorization"),
        Some(concat!(
            "AWS4-HMAC-SHA256 ",
            "Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, ",
            "SignedHeaders=content-type;host;x-amz-date, ",
            "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
        ))
    );
}

#[test]
fn the_examples_of_the_s3_documentation_hold() {
    let host = "https://examplebucket.s3.amazonaws.com";
    let mut object = get(&format!("{host}/test.txt")).unwrap();
    object.set_header("range", "bytes=0-9").unwrap();
    assert_eq!(
        s3(object).signature,
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    );
    let mut put = request(Method::PUT, &format!("{host}/test%24file.text")).unwrap();
    put.set_header("date", "Fri, 24 May 2013 00:00:00 GMT")
        .unwrap();
    put.set_header("x-amz-storage-class", "REDUCED_REDUNDANCY")
        .unwrap();
    *put.body_mut() = b"Welcome to Amazon S3.".to_vec();
    assert_eq!(
        s3(put).signature,
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
    );
    assert_eq!(
        s3(get(&format!("{host}/?lifecycle")).unwrap()).signature,
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
    );
    assert_eq!(
        s3(get(&format!("{host}/?max-keys=2&prefix=J")).unwrap()).signature,
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
    );
}

#[test]
fn the_presigned_url_of_the_s3_documentation_holds_and_is_verified() {
    let mut request = get("https://examplebucket.s3.amazonaws.com/test.txt").unwrap();
    let signed_at = at(S3_DATE);
    let steps = presign(
        &mut request,
        &s3_credentials(),
        "us-east-1",
        S3,
        signed_at,
        86_400,
    )
    .unwrap();
    let expected = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
    assert_eq!(steps.signature, expected);
    let presented = parse_authorization(&request).unwrap();
    assert_eq!(presented.placement, Placement::Query);
    assert_eq!(presented.lifetime, Some(Span::from_days(1)));
    assert!(verifies(&request, &s3_credentials()));
    let verdict = |now: Moment| duties::clock(&presented, now, duties::S3_SKEW).0;
    assert_eq!(verdict(signed_at + Span::from_hours(23)), Clock::Good);
    assert_eq!(verdict(signed_at + Span::from_days(1)), Clock::Expired);
    assert_eq!(
        verdict(signed_at - Span::from_hours(1)),
        Clock::NotYetCurrent
    );
}

/// What a service does with the secret of the presented access key, without clock and scope.
fn verifies(request: &Request, credentials: &Credentials) -> bool {
    let Ok(presented) = parse_authorization(request) else {
        return false;
    };
    let Ok(steps) = recompute(request, &credentials.secret_access_key, &presented) else {
        return false;
    };
    let issued = credentials.session_token.as_deref();
    duties::signature(&presented, &steps).holds
        && duties::payload_hash(request, &presented).holds
        && duties::signed_headers(request, &presented).holds
        && duties::session_token(&presented, issued).holds
        && duties::scope_day(&presented).holds
        && duties::scope_terminator(&presented).holds
        && presented.access_key_id == credentials.access_key_id
}

fn temporary_credentials() -> Credentials {
    let mut credentials = credentials("ASIAEXAMPLE", "a-secret-that-never-travels");
    credentials.session_token = Some("IQoJb3JpZ2luX2VjEXAMPLE".to_owned());
    credentials
}

fn signed(mut request: Request, service: &str) -> Request {
    let (credentials, options) = (temporary_credentials(), SignOptions::default());
    sign(
        &mut request,
        &credentials,
        "eu-west-1",
        service,
        at(SUITE_DATE),
        options,
    )
    .unwrap();
    request
}

fn sts_request() -> Request {
    let form = Form::new()
        .with("Action", "GetCallerIdentity")
        .with("Version", "2011-06-15");
    signed(
        post_form("https://sts.eu-west-1.amazonaws.com/", &form).unwrap(),
        "sts",
    )
}

#[test]
fn a_signed_request_verifies_and_one_under_another_secret_does_not() {
    let request = sts_request();
    assert!(verifies(&request, &temporary_credentials()));
    let mut wrong = temporary_credentials();
    wrong.secret_access_key.push('x');
    assert!(!verifies(&request, &wrong));
}

#[test]
fn signing_again_replaces_the_old_signature() {
    let again = signed(signed(sts_request(), "s3"), "sts");
    assert!(verifies(&again, &temporary_credentials()));
    assert_eq!(again.headers().get_all("authorization").iter().count(), 1);
}

#[test]
fn an_identity_in_the_path_is_encoded_twice_except_for_s3() {
    let path = "/identitypools/us-east-1%3Aabc/identities";
    assert_eq!(
        canonical_path(path, "cognito-sync").unwrap(),
        "/identitypools/us-east-1%253Aabc/identities"
    );
    assert_eq!(canonical_path(path, S3).unwrap(), path);
    assert_eq!(
        canonical_path("/us-east-1:abc", S3).unwrap(),
        "/us-east-1%3Aabc"
    );
}

#[test]
fn s3_paths_are_not_normalised_and_others_are() {
    assert_eq!(
        canonical_path("/a//b/../c/./", S3).unwrap(),
        "/a//b/../c/./"
    );
    assert_eq!(canonical_path("/a//b/../c/./", "sts").unwrap(), "/a/c/");
    assert_eq!(canonical_path("/../../a", "sts").unwrap(), "/a");
    assert!(canonical_path("/%zz", S3).is_err());
}

#[test]
fn a_canonical_query_is_sorted_after_encoding() {
    assert_eq!(
        canonical_query("b=2&a=%7e+/&a&c=%C3%A9").unwrap(),
        "a=&a=~%20%2F&b=2&c=%C3%A9"
    );
    assert!(canonical_query("a=%f").is_err());
}

#[test]
fn the_payload_hash_travels_for_s3_and_must_be_true() {
    let mut put = request(Method::PUT, "https://bucket.s3.eu-west-1.amazonaws.com/key").unwrap();
    *put.body_mut() = b"text".to_vec();
    let mut put = signed(put, S3);
    let presented = parse_authorization(&put).unwrap();
    assert!(duties::payload_hash(&put, &presented).holds);
    *put.body_mut() = b"test".to_vec();
    // The stated hash still verifies, so this duty alone notices
    let steps = recompute(&put, &temporary_credentials().secret_access_key, &presented).unwrap();
    assert!(duties::signature(&presented, &steps).holds);
    assert!(!duties::payload_hash(&put, &presented).holds);
    put.header_map_mut().remove("x-amz-content-sha256");
    assert!(!duties::payload_hash(&put, &presented).holds);
}

#[test]
fn only_s3_leaves_a_payload_open() {
    for (service, holds) in [(S3, true), ("lambda", false)] {
        let mut request = get("https://service.eu-west-1.amazonaws.com/").unwrap();
        let options = SignOptions {
            unsigned_payload: true,
            ..SignOptions::default()
        };
        let credentials = temporary_credentials();
        sign(
            &mut request,
            &credentials,
            "eu-west-1",
            service,
            at(SUITE_DATE),
            options,
        )
        .unwrap();
        let presented = parse_authorization(&request).unwrap();
        assert_eq!(
            duties::payload_hash(&request, &presented).holds,
            holds,
            "{service}"
        );
    }
}

#[test]
fn a_header_added_behind_the_signature_is_noticed() {
    let mut request = sts_request();
    request.set_header("x-amz-target", "Other").unwrap();
    let evidence = duties::signed_headers(&request, &parse_authorization(&request).unwrap());
    assert!(!evidence.holds);
    assert!(
        evidence.actual.ends_with("not covered: x-amz-target"),
        "{}",
        evidence.actual
    );
}

#[test]
fn each_part_of_the_scope_is_judged_on_its_own() {
    let mut presented = parse_authorization(&sts_request()).unwrap();
    assert!(duties::scope_region(&presented, "eu-west-1").holds);
    assert!(!duties::scope_region(&presented, "us-east-1").holds);
    assert!(duties::scope_service(&presented, "sts").holds);
    assert!(!duties::scope_service(&presented, "sns").holds);
    assert_eq!(presented.scope(), "20150830/eu-west-1/sts/aws4_request");
    presented.day = "20150829".to_owned();
    presented.terminator = "aws5_request".to_owned();
    assert!(!duties::scope_day(&presented).holds);
    assert!(!duties::scope_terminator(&presented).holds);
}

#[test]
fn a_clock_may_be_five_minutes_off_and_no_more() {
    let presented = parse_authorization(&sts_request()).unwrap();
    let verdict = |offset_ms: i64| {
        let now = presented.signed_at + Span::from_millis(offset_ms);
        duties::clock(&presented, now, duties::SKEW).0
    };
    assert_eq!(verdict(300_000), Clock::Good);
    assert_eq!(verdict(300_001), Clock::Expired);
    assert_eq!(verdict(-300_000), Clock::Good);
    assert_eq!(verdict(-300_001), Clock::NotYetCurrent);
}

#[test]
fn a_session_token_must_be_the_one_issued() {
    let presented = parse_authorization(&sts_request()).unwrap();
    assert!(duties::session_token(&presented, Some("IQoJb3JpZ2luX2VjEXAMPLE")).holds);
    assert!(!duties::session_token(&presented, Some("IQoJb3JpZ2luX2VjEXAMPLF")).holds);
    assert!(!duties::session_token(&presented, None).holds);
}

#[test]
fn malformed_claims_say_what_is_wrong() {
    let scope = "Credential=AK/20150830/r/s/aws4_request";
    let good = format!("{scope}, SignedHeaders=host, Signature={}", "0".repeat(64));
    let error = |authorization: &str| {
        let mut request = sts_request();
        request.set_header("authorization", authorization).unwrap();
        parse_authorization(&request)
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    assert_eq!(error(&format!("AWS4-HMAC-SHA256 {good}")), Ok(()));
    assert_eq!(
        error(&format!("AWS4-HMAC-SHA256 {}", good.replace(", ", ","))),
        Ok(())
    );
    let reason = |authorization: &str| error(authorization).unwrap_err();
    assert!(reason("Bearer x").contains("\"Bearer\", expected AWS4-HMAC-SHA256"));
    assert!(reason(&format!("AWS4-HMAC-SHA256 {scope}")).contains("lacks SignedHeaders"));
    assert!(reason(&format!("AWS4-HMAC-SHA256 {good},{scope}")).contains("more than once"));
    let short = good.replace("/r/", "/");
    assert!(reason(&format!("AWS4-HMAC-SHA256 {short}")).contains("malformed Credential"));
    let unsorted = good.replace("=host", "=x;host");
    assert!(reason(&format!("AWS4-HMAC-SHA256 {unsorted}")).contains("malformed SignedHeaders"));
    let many: Vec<String> = (0..101).map(|n| format!("x{n:03}")).collect();
    let many = good.replace("=host", &format!("={}", many.join(";")));
    assert!(reason(&format!("AWS4-HMAC-SHA256 {many}")).contains("at most 100 headers"));
    assert!(reason(&"A".repeat(8_193)).contains("at most 8192 bytes"));
    let unsigned = get("https://example.com/").unwrap();
    assert_eq!(parse_authorization(&unsigned), Err(SigV4Error::Unsigned));
}

#[test]
fn a_presigned_url_has_a_bounded_life() {
    for seconds in [0, 604_801] {
        let mut request = get("https://bucket.s3.amazonaws.com/key").unwrap();
        let (credentials, now) = (s3_credentials(), at(S3_DATE));
        let error = presign(&mut request, &credentials, "us-east-1", S3, now, seconds);
        assert_eq!(error, Err(SigV4Error::Lifetime(seconds)));
    }
}

#[test]
fn debug_output_shows_no_secret() {
    let text = format!("{:?}", temporary_credentials());
    assert!(
        !text.contains("never-travels") && !text.contains("IQoJ"),
        "{text}"
    );
}

fn presigned_request() -> Request {
    let mut request = get("https://bucket.s3.amazonaws.com/a/b?versionId=1").unwrap();
    let credentials = temporary_credentials();
    presign(&mut request, &credentials, "us-east-1", S3, at(S3_DATE), 60).unwrap();
    request
}

proptest! {
    #[test]
    fn any_changed_byte_of_the_body_is_noticed(place in any::<prop::sample::Index>(), flip in 1u8..) {
        let mut request = sts_request();
        let at = place.index(request.body().len());
        request.body_mut()[at] ^= flip;
        prop_assert!(!verifies(&request, &temporary_credentials()));
    }

    #[test]
    fn any_changed_byte_of_a_signed_header_is_noticed(
        name in prop::sample::select(vec![
            "host", "content-type", "x-amz-date", "x-amz-security-token", "authorization",
        ]),
        place in any::<prop::sample::Index>(),
        character in "[!-~]",
    ) {
        let mut request = sts_request();
        let value = request.header(name).unwrap().to_owned();
        let at = place.index(value.len());
        let mut changed = value.clone();
        changed.replace_range(at..=at, &character);
        // A space after a comma may be any separator; the rest of the header may not
        prop_assume!(changed != value && &value[at..=at] != " ");
        request.set_header(name, &changed).unwrap();
        prop_assert!(!verifies(&request, &temporary_credentials()), "{changed}");
    }

    #[test]
    fn any_changed_byte_of_a_presigned_url_is_noticed(
        place in any::<prop::sample::Index>(),
        character in "[0-9A-Za-z]",
    ) {
        let mut request = presigned_request();
        prop_assert!(verifies(&request, &temporary_credentials()));
        let url = request.uri().to_string();
        let from = "https://bucket.s3.amazonaws.com/".len();
        let at = from + place.index(url.len() - from);
        let mut changed = url.clone();
        changed.replace_range(at..=at, &character);
        let decoded = |url: &str| super::super::form::percent_decode(url);
        prop_assume!(decoded(&changed) != decoded(&url));
        *request.uri_mut() = changed.parse().unwrap();
        prop_assert!(!verifies(&request, &temporary_credentials()), "{changed}");
    }

    #[test]
    fn no_header_panics(value in "[ -~]{0,80}") {
        let mut request = sts_request();
        request.set_header("authorization", &format!("AWS4-HMAC-SHA256 {value}")).unwrap();
        let _ = parse_authorization(&request);
    }

    #[test]
    fn no_path_or_query_panics(text in ".{0,40}") {
        let _ = (canonical_path(&text, S3), canonical_path(&text, "sts"), canonical_query(&text));
    }
}
