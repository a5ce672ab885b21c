//! Tests of the signature code: both ends against each other, against botocore, against attackers.

use http::Method;
use proptest::prelude::*;

use super::super::form::Form;
use super::super::message::{Message, Request, get, post_form, request};
use super::super::time::{Moment, Span};
use super::duties::{self, Clock};
use super::vectors::{S3_DATE, SUITE_DATE, at, credentials, s3_credentials};
use super::*;

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

/// Signatures that botocore 1.44.5 made of the same requests with the same credentials and date.
#[test]
fn botocore_signs_the_same_requests_alike() {
    let lambda = "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A111122223333%3Afunction%3Af/invocations?Qualifier=%24LATEST";
    let sync = "https://cognito-sync.eu-west-1.amazonaws.com";
    let messy = "/identitypools/eu-west-1%3Aabc/identities/eu-west-1%3Adef/datasets//x/./y/../z/";
    let s3 = "https://bucket.s3.eu-west-1.amazonaws.com/eu-west-1%3Aabc/my%20notes%2B1.txt?list-type=2&prefix=a%2Fb&delimiter=%2F";
    let mut invoke = request(Method::POST, lambda).unwrap();
    *invoke.body_mut() = br#"{"a":1}"#.to_vec();
    let vectors = [
        (
            "cognito-sync",
            get(&format!("{sync}{messy}")).unwrap(),
            "8525e8787a1d7ddcc87b352d13d07492452900985ce78f32726128b65f5783c0",
        ),
        (
            "cognito-sync",
            get(&format!("{sync}/a/b/..")).unwrap(),
            "da5d6693dc7470119449a04542d1ca48efc908dae2ce16839ec3a0d0b1da867a",
        ),
        (
            "lambda",
            invoke,
            "43278cb25e770d3db96237b898ac981e7c9b4627553f4be6e1f0d50842dc59b2",
        ),
        (
            S3,
            get(s3).unwrap(),
            "ba8e46eefe13c463225631b81712e8df51dede915469f880dd78924758d7f766",
        ),
    ];
    for (service, request, expected) in vectors {
        let presented = parse_authorization(&signed(request, service)).unwrap();
        assert_eq!(presented.signature, expected, "{service}");
    }
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
fn a_session_token_that_is_another_in_its_middle_shows_where() {
    let mut presented = parse_authorization(&sts_request()).unwrap();
    let issued = format!("IQoJb3Jp{}7fGh{}END", "x".repeat(100), "y".repeat(100));
    presented.session_token = Some(issued.replace("7fGh", "7fgh"));
    let evidence = duties::session_token(&presented, Some(&issued));
    assert!(!evidence.holds);
    assert_eq!(evidence.expected, "IQoJb3Jp…7fGhyyyy…yyyEND");
    assert_eq!(evidence.actual, "IQoJb3Jp…7fghyyyy…yyyEND");
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
fn a_request_with_two_signatures_is_refused() {
    let twice = SigV4Error::Repeated("a signature");
    let mut both = presigned_request();
    let authorization = sts_request().header("authorization").unwrap().to_owned();
    both.set_header("authorization", &authorization).unwrap();
    assert_eq!(parse_authorization(&both), Err(twice.clone()));
    let mut repeated = sts_request();
    repeated
        .headers_mut()
        .append("authorization", authorization.parse().unwrap());
    assert_eq!(parse_authorization(&repeated), Err(twice));
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
