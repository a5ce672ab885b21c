//! The sentence of a denial: who may not do what to what, and which policy is the reason.

use serde_json::json;
use tokentrail::cloud::s3::BucketConfig;
use tokentrail::policy::{NamedPolicy, Policy, PolicyKind};
use tokentrail::protocol::message::{self, Response};
use tokentrail::protocol::sigv4::Credentials;

use super::{ACCOUNT, OBJECT_ARN, Outcome, Row, Stage, all, get_item, says, statement};

const USER: &str = "arn:aws:iam::111122223333:user/probe";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/Backstage/night";

/// What S3 says: the resource in double quotes.
fn s3_says(response: Response, who: &str, why: &str) -> Outcome {
    let message = format!(
        "User: {who} is not authorized to perform: s3:GetObject on resource: \"{OBJECT_ARN}\" {why}"
    );
    says(response, message)
}

fn organisation(stage: &mut Stage, text: &str) {
    let policy = Policy::parse(PolicyKind::ServiceControl, text).unwrap();
    let level = vec![NamedPolicy::new("Organisation", policy)];
    stage.cloud.iam.set_service_control(ACCOUNT, vec![level]);
}

fn everything() -> String {
    statement("Allow", "*")
}

fn bucket_policy(stage: &mut Stage, effect: &str) {
    let text = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": effect,
        "Principal": "*", "Action": "s3:GetObject", "Resource": OBJECT_ARN }] });
    let policy = Policy::parse(PolicyKind::Resource, &text.to_string()).unwrap();
    let policy = NamedPolicy::new("Bucket policy", policy);
    let set = stage
        .cloud
        .s3
        .set_bucket_policy("photo-box-pictures", Some(policy));
    set.unwrap();
}

/// A bucket of another account, which says nothing of anybody.
fn foreign_object(stage: &mut Stage, by: &Credentials) -> Response {
    let bucket = BucketConfig {
        name: "partner-pictures".to_owned(),
        account: "444455556666".to_owned(),
        policy: None,
    };
    stage.cloud.s3.add_bucket(bucket).unwrap();
    let url = "https://partner-pictures.s3.us-east-1.amazonaws.com/shared/a.txt";
    let request = stage.sign(by, "s3", message::get(url).unwrap());
    stage.send(request)
}

fn invoke(stage: &mut Stage, by: &Credentials) -> Response {
    let url = "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/echo/invocations";
    let request = message::post_json(url, message::JSON, &json!({})).unwrap();
    let request = stage.sign(by, "lambda", request);
    stage.send(request)
}

#[test]
fn reasons() {
    const NO: &str = "AccessDenied";
    let rows: &[Row] = &[
        ("no identity policy", NO, 403, |stage| {
            let probe = stage.user(&statement("Allow", "sns:*"), None);
            let why = "because no identity-based policy allows the s3:GetObject action";
            s3_says(stage.get_object(&probe), USER, why)
        }),
        ("no session policy", NO, 403, |stage| {
            let policy = statement("Allow", "sns:*");
            let session = stage.assume("Backstage", &[("Policy", policy.as_str())]);
            let why = "because no session policy allows the s3:GetObject action";
            s3_says(stage.get_object(&session), SESSION, why)
        }),
        (
            "another account's bucket without a policy",
            NO,
            403,
            |stage| {
                let probe = stage.user(&everything(), None);
                let message = format!(
                    "User: {USER} is not authorized to perform: s3:GetObject on resource: \
                 \"arn:aws:s3:::partner-pictures/shared/a.txt\" because no resource-based policy \
                 allows the s3:GetObject action"
                );
                says(foreign_object(stage, &probe), message)
            },
        ),
        ("no boundary", NO, 403, |stage| {
            let probe = stage.user(&everything(), Some(&statement("Allow", "sns:*")));
            let why = "because no permissions boundary allows the s3:GetObject action";
            s3_says(stage.get_object(&probe), USER, why)
        }),
        ("denied by an identity policy", NO, 403, |stage| {
            let probe = stage.user(&statement("Deny", "s3:*"), None);
            let why = "with an explicit deny in an identity-based policy";
            s3_says(stage.get_object(&probe), USER, why)
        }),
        ("denied by a boundary", NO, 403, |stage| {
            let probe = stage.user(&everything(), Some(&statement("Deny", "s3:*")));
            let why = "with an explicit deny in a permissions boundary";
            s3_says(stage.get_object(&probe), USER, why)
        }),
        ("denied by a session policy", NO, 403, |stage| {
            let policy = statement("Deny", "s3:*");
            let session = stage.assume("Backstage", &[("Policy", policy.as_str())]);
            let why = "with an explicit deny in a session policy";
            s3_says(stage.get_object(&session), SESSION, why)
        }),
        ("denied by the organisation", NO, 403, |stage| {
            organisation(stage, &statement("Deny", "s3:*"));
            let probe = stage.user(&everything(), None);
            let why = "with an explicit deny in a service control policy";
            s3_says(stage.get_object(&probe), USER, why)
        }),
        ("denied by the resource", NO, 403, |stage| {
            bucket_policy(stage, "Deny");
            let probe = stage.user(&everything(), None);
            let why = "with an explicit deny in a resource-based policy";
            s3_says(stage.get_object(&probe), USER, why)
        }),
    ];
    all(rows);
}

#[test]
fn faces() {
    let rows: &[Row] = &[
        ("DynamoDB", "AccessDeniedException", 400, |stage| {
            let probe = stage.user(&statement("Allow", "sns:*"), None);
            let request = stage.sign(&probe, "dynamodb", get_item());
            let message = format!(
                "User: {USER} is not authorized to perform: dynamodb:GetItem on resource: \
                 arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/Scores because no identity-based \
                 policy allows the dynamodb:GetItem action"
            );
            says(stage.send(request), message)
        }),
        ("Lambda", "AccessDeniedException", 403, |stage| {
            let probe = stage.user(&statement("Allow", "sns:*"), None);
            let message = format!(
                "User: {USER} is not authorized to perform: lambda:InvokeFunction on resource: \
                 arn:aws:lambda:us-east-1:{ACCOUNT}:function:echo because no identity-based \
                 policy allows the lambda:InvokeFunction action"
            );
            says(invoke(stage, &probe), message)
        }),
        ("SNS", "AuthorizationError", 403, |stage| {
            let probe = stage.user(&statement("Allow", "s3:*"), None);
            let parameters = [
                ("Action", "CreateTopic"),
                ("Version", "2010-03-31"),
                ("Name", "news"),
            ];
            let message = format!(
                "User: {USER} is not authorized to perform: sns:CreateTopic on resource: \
                 arn:aws:sns:us-east-1:{ACCOUNT}:news because no identity-based policy allows the \
                 sns:CreateTopic action"
            );
            says(stage.query("sns", Some(&probe), &parameters), message)
        }),
        ("Cognito Sync", "NotAuthorizedException", 403, |stage| {
            let probe = stage.user(&statement("Allow", "s3:*"), None);
            let url = "https://cognito-sync.us-east-1.amazonaws.com/identitypools/\
                       us-east-1%3A11111111-2222-4333-8444-555555555555/configuration";
            let request = stage.sign(&probe, "cognito-sync", message::get(url).unwrap());
            let message = format!(
                "User: {USER} is not authorized to perform: \
                 cognito-sync:GetIdentityPoolConfiguration on resource: \
                 arn:aws:cognito-sync:us-east-1:{ACCOUNT}:identitypool/{} because no \
                 identity-based policy allows the cognito-sync:GetIdentityPoolConfiguration action",
                super::POOL
            );
            says(stage.send(request), message)
        }),
    ];
    all(rows);
}
