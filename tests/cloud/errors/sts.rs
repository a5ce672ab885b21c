//! What STS refuses.

use serde_json::json;
use tokentrail::cloud::iam::OidcProvider;
use tokentrail::protocol::jwt::{Part, Unverified, tamper};
use tokentrail::protocol::message::Response;
use tokentrail::protocol::time::Span;

use super::{ACCOUNT, POOL, Row, Stage, all, says, statement, text};

const INVALID: &str = "InvalidIdentityToken";

fn assume(stage: &mut Stage, role: &str, token: &str) -> Response {
    let role = stage.names.roles[role].clone();
    let parameters = [
        ("Action", "AssumeRoleWithWebIdentity"),
        ("RoleArn", role.as_str()),
        ("RoleSessionName", "night"),
        ("WebIdentityToken", token),
    ];
    stage.query("sts", None, &parameters)
}

/// A token that the identity pool made for Dana.
fn pool_token(stage: &mut Stage) -> String {
    let (key, token) = (stage.login_key(), stage.tokens().0);
    let logins = json!({ key: token });
    let body = json!({ "IdentityPoolId": POOL, "Logins": logins });
    let identity = stage.ok("cognito-identity", "GetId", &body)["IdentityId"].clone();
    let body = json!({ "IdentityId": identity, "Logins": logins });
    text(&stage.ok("cognito-identity", "GetOpenIdToken", &body)["Token"])
}

fn as_admin(stage: &mut Stage, parameters: &[(&str, &str)]) -> Response {
    let admin = stage.admin.clone();
    stage.query("sts", Some(&admin), parameters)
}

fn assume_role(stage: &mut Stage, seconds: &str) -> Response {
    let role = stage.names.roles["Backstage"].clone();
    let parameters = [
        ("Action", "AssumeRole"),
        ("RoleArn", role.as_str()),
        ("RoleSessionName", "night"),
        ("DurationSeconds", seconds),
    ];
    as_admin(stage, &parameters)
}

#[test]
fn web_identity() {
    let rows: &[Row] = &[
        ("the trust policy says no", "AccessDenied", 403, |stage| {
            let token = pool_token(stage);
            let message = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
            says(assume(stage, "Engineer", &token), message)
        }),
        (
            "the token has ended",
            "ExpiredTokenException",
            400,
            |stage| {
                let token = pool_token(stage);
                let ends = Unverified::parse(&token).unwrap().seconds("exp").unwrap();
                stage.cloud.pass_time(Span::from_hours(1));
                let response = assume(stage, "Player", &token);
                let now = (stage.cloud.now() - Span::from_millis(42)).epoch_seconds();
                let message = format!(
                    "Token expired: current date/time {now} must be before the expiration date/time \
                 {ends}"
                );
                says(response, message)
            },
        ),
        ("no JWT", INVALID, 400, |stage| {
            let message = "The ID Token provided is not a valid JWT. (You may see this error if \
                           you sent an Access Token)";
            says(assume(stage, "Player", "not-a-jwt"), message)
        }),
        ("an issuer nobody registered", INVALID, 400, |stage| {
            let token = stage.tokens().0;
            let issuer = stage.names.issuers["users"].clone();
            let message = format!("No OpenIDConnect provider found in your account for {issuer}");
            says(assume(stage, "Player", &token), message)
        }),
        ("an audience nobody registered", INVALID, 400, |stage| {
            let token = stage.tokens().0;
            let issuer = stage.names.issuers["users"].clone();
            let apps = vec!["another-app".to_owned()];
            stage
                .cloud
                .iam
                .put_oidc_provider(OidcProvider::new(ACCOUNT, &issuer, apps));
            says(assume(stage, "Player", &token), "Incorrect token audience")
        }),
        ("a key nobody published", INVALID, 400, |stage| {
            let token = pool_token(stage);
            let token = tamper::replace_header(&token, "kid", json!("us-east-19")).unwrap();
            let message = "Couldn't retrieve verification key from your identity provider,  \
                           please reference AssumeRoleWithWebIdentity documentation for \
                           requirements";
            says(assume(stage, "Player", &token), message)
        }),
        ("a changed signature", INVALID, 400, |stage| {
            let token = pool_token(stage);
            let token = tamper::flip_byte(&token, Part::Signature, 9).unwrap();
            let message = "The web identity token provided could not be validated.";
            says(assume(stage, "Player", &token), message)
        }),
    ];
    all(rows);
}

#[test]
fn roles() {
    let rows: &[Row] = &[
        (
            "longer than the role allows",
            "ValidationError",
            400,
            |stage| {
                let message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
                says(assume_role(stage, "7200"), message)
            },
        ),
        (
            "longer than a chain allows",
            "ValidationError",
            400,
            |stage| {
                let role = stage.names.roles["Backstage"].clone();
                let entry = stage.cloud.iam.role_mut(&role).unwrap();
                entry.max_session = Span::from_hours(12);
                let session = stage.assume("Backstage", &[]);
                let parameters = [
                    ("Action", "AssumeRole"),
                    ("RoleArn", role.as_str()),
                    ("RoleSessionName", "again"),
                    ("DurationSeconds", "7200"),
                ];
                let message = "The requested DurationSeconds exceeds the 1 hour session limit for \
                           roles assumed by role chaining.";
                says(stage.query("sts", Some(&session), &parameters), message)
            },
        ),
        ("not allowed to assume", "AccessDenied", 403, |stage| {
            let probe = stage.user(&statement("Allow", "s3:*"), None);
            let role = stage.names.roles["Engineer"].clone();
            let parameters = [
                ("Action", "AssumeRole"),
                ("RoleArn", role.as_str()),
                ("RoleSessionName", "night"),
            ];
            let message = format!(
                "User: arn:aws:iam::{ACCOUNT}:user/probe is not authorized to perform: \
                 sts:AssumeRole on resource: {role}"
            );
            says(stage.query("sts", Some(&probe), &parameters), message)
        }),
    ];
    all(rows);
}
