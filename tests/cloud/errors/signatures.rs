//! What is refused for its signature, by S3, by the query services and by the JSON services.

use tokentrail::protocol::message::{Message, Request, Response, get};
use tokentrail::protocol::sigv4::{Credentials, SignOptions, sign};
use tokentrail::protocol::time::Span;

use super::{OBJECT_URL, Outcome, Row, Stage, all, get_item, query_request, says};

const EXPIRED: &str = "The security token included in the request is expired";
const INVALID: &str = "The security token included in the request is invalid.";
const MISMATCH: &str = "The request signature we calculated does not match the signature you \
                        provided. Check your AWS Secret Access Key and signing method. Consult \
                        the service documentation for details.";
const MISMATCH_S3: &str = "The request signature we calculated does not match the signature you \
                           provided. Check your key and signing method.";

fn whoami() -> Request {
    query_request(
        "sts",
        &[("Action", "GetCallerIdentity"), ("Version", "2011-06-15")],
    )
}

fn object() -> Request {
    get(OBJECT_URL).unwrap()
}

/// A session that ended an hour ago.
fn ended(stage: &mut Stage) -> Credentials {
    let session = stage.assume("Backstage", &[]);
    stage.cloud.pass_time(Span::from_hours(2));
    session
}

fn signed(stage: &mut Stage, by: &Credentials, service: &str, request: Request) -> Response {
    let request = stage.sign(by, service, request);
    stage.send(request)
}

fn unknown(stage: &Stage) -> Credentials {
    let mut key = stage.admin.clone();
    key.access_key_id = "AKIANOBODYHASTHISKEY".to_owned();
    key
}

fn wrong_secret(stage: &Stage) -> Credentials {
    let mut key = stage.admin.clone();
    key.secret_access_key.replace_range(..1, "#");
    key
}

/// A request that was signed that long ago, or will be.
fn at_another_time(
    stage: &mut Stage,
    later: bool,
    service: &str,
    mut request: Request,
) -> Response {
    let span = Span::from_minutes(20);
    let now = stage.cloud.now();
    let when = if later { now + span } else { now - span };
    let options = SignOptions::default();
    let admin = stage.admin.clone();
    sign(&mut request, &admin, "us-east-1", service, when, options).unwrap();
    stage.send(request)
}

/// A request to STS whose scope was changed.
fn scoped(stage: &mut Stage, from: &str, to: &str) -> Response {
    let mut request = stage.sign(&stage.admin, "sts", whoami());
    let header = request.header("authorization").unwrap().to_owned();
    let changed = header.replacen(from, to, 1);
    assert_ne!(changed, header);
    request.set_header("authorization", &changed).unwrap();
    stage.send(request)
}

/// Members that S3 shows beside code and message.
fn shows(outcome: Outcome, members: &[&str]) -> Outcome {
    let text = outcome.response.text_body().unwrap();
    for member in members {
        assert!(text.contains(&format!("<{member}>")), "{member}: {text}");
    }
    outcome
}

#[test]
fn credentials() {
    let rows: &[Row] = &[
        ("ended, query", "ExpiredToken", 403, |stage| {
            let session = ended(stage);
            says(signed(stage, &session, "sts", whoami()), EXPIRED)
        }),
        ("ended, JSON", "ExpiredTokenException", 400, |stage| {
            let session = ended(stage);
            says(signed(stage, &session, "dynamodb", get_item()), EXPIRED)
        }),
        ("ended, S3", "ExpiredToken", 400, |stage| {
            let session = ended(stage);
            let outcome = says(
                signed(stage, &session, "s3", object()),
                "The provided token has expired.",
            );
            shows(outcome, &["Token-0"])
        }),
        ("another token, S3", "InvalidToken", 400, |stage| {
            let mut session = stage.assume("Backstage", &[]);
            session.session_token = Some("IQoJb3JpZ2luX2VjNOTMINE".to_owned());
            let message = "The provided token is malformed or otherwise invalid.";
            says(signed(stage, &session, "s3", object()), message)
        }),
        ("unknown key, query", "InvalidClientTokenId", 403, |stage| {
            let key = unknown(stage);
            says(signed(stage, &key, "sts", whoami()), INVALID)
        }),
        (
            "unknown key, JSON",
            "UnrecognizedClientException",
            400,
            |stage| {
                let key = unknown(stage);
                says(signed(stage, &key, "dynamodb", get_item()), INVALID)
            },
        ),
        ("unknown key, S3", "InvalidAccessKeyId", 403, |stage| {
            let key = unknown(stage);
            let message = "The AWS Access Key Id you provided does not exist in our records.";
            let outcome = says(signed(stage, &key, "s3", object()), message);
            shows(outcome, &["AWSAccessKeyId"])
        }),
    ];
    all(rows);
}

#[test]
fn signatures() {
    const BAD: &str = "SignatureDoesNotMatch";
    let rows: &[Row] = &[
        ("wrong, query", BAD, 403, |stage| {
            let key = wrong_secret(stage);
            says(signed(stage, &key, "sts", whoami()), MISMATCH)
        }),
        ("wrong, JSON", "InvalidSignatureException", 400, |stage| {
            let key = wrong_secret(stage);
            says(signed(stage, &key, "dynamodb", get_item()), MISMATCH)
        }),
        ("wrong, S3", BAD, 403, |stage| {
            let key = wrong_secret(stage);
            let outcome = says(signed(stage, &key, "s3", object()), MISMATCH_S3);
            let members = [
                "AWSAccessKeyId",
                "StringToSign",
                "SignatureProvided",
                "StringToSignBytes",
                "CanonicalRequest",
                "CanonicalRequestBytes",
            ];
            shows(outcome, &members)
        }),
        ("too late, query", BAD, 403, |stage| {
            let response = at_another_time(stage, false, "sts", whoami());
            let now = stage.cloud.now() - Span::from_millis(42);
            let sent = (now - Span::from_minutes(20) - Span::from_millis(42)).amz_date();
            let earliest = (now - Span::from_minutes(5)).amz_date();
            let message = format!(
                "Signature expired: {sent} is now earlier than {earliest} ({} - 5 min.)",
                now.amz_date()
            );
            says(response, message)
        }),
        ("too early, query", BAD, 403, |stage| {
            let response = at_another_time(stage, true, "sts", whoami());
            let now = stage.cloud.now() - Span::from_millis(42);
            let sent = (now + Span::from_minutes(20) - Span::from_millis(42)).amz_date();
            let latest = (now + Span::from_minutes(5)).amz_date();
            let message = format!(
                "Signature not yet current: {sent} is still later than {latest} ({} + 5 min.)",
                now.amz_date()
            );
            says(response, message)
        }),
        ("too late, S3", "RequestTimeTooSkewed", 403, |stage| {
            let response = at_another_time(stage, false, "s3", object());
            let message =
                "The difference between the request time and the current time is too large.";
            let outcome = says(response, message);
            let text = outcome.response.text_body().unwrap();
            let most = "<MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds>";
            assert!(text.contains(most), "{text}");
            outcome
        }),
        ("another region", BAD, 403, |stage| {
            let message = "Credential should be scoped to a valid Region, not eu-west-1";
            says(scoped(stage, "us-east-1", "eu-west-1"), message)
        }),
        ("another service", BAD, 403, |stage| {
            let message = "Credential should be scoped to correct service: 'sts'";
            says(scoped(stage, "/sts/", "/iam/"), message)
        }),
        ("another end", BAD, 403, |stage| {
            let message = "Credential should be scoped with a valid terminator: 'aws4_request'";
            says(scoped(stage, "/aws4_request", "/aws5_request"), message)
        }),
        ("another day", BAD, 403, |stage| {
            let signed_at = stage.cloud.now().amz_date();
            let today = signed_at.get(..8).unwrap().to_owned();
            let response = scoped(stage, &today, "20200101");
            let message = format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date \
                 from HTTP: '20200101' != '{today}', from '{signed_at}'."
            );
            says(response, message)
        }),
    ];
    all(rows);
}
