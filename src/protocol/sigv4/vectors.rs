//! AWS's published signing examples: the signing test suite, the IAM guide and the S3 documentation.

use http::Method;

use super::super::message::{Message, Request, get, post, request};
use super::super::time::Moment;
use super::*;

/// The date of the examples in the signing test suite.
pub(super) const SUITE_DATE: &str = "2015-08-30T12:36:00Z";
/// The date of the examples in the S3 documentation.
pub(super) const S3_DATE: &str = "2013-05-24T00:00:00Z";

pub(super) fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

pub(super) fn credentials(access_key_id: &str, secret: &str) -> Credentials {
    Credentials {
        access_key_id: access_key_id.to_owned(),
        secret_access_key: secret.to_owned(),
        session_token: None,
    }
}

fn suite_credentials() -> Credentials {
    credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
}

pub(super) fn s3_credentials() -> Credentials {
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
