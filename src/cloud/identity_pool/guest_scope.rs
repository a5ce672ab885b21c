//! What guests get at most, whatever their role allows: in the enhanced flow an identity pool
//! passes a session policy for them. AWS publishes the list of services and not the JSON, so the
//! JSON is Tokentrail's rendering of that list, and its `Id` says so wherever it is shown.

use serde_json::json;

/// Actions of the services that the developer guide lists for guests.
const ACTIONS: &[&str] = &[
    "firehose:*",
    "kinesisanalytics:*",
    "sqs:*",
    "mobileanalytics:*",
    "ses:*",
    "lambda:*",
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncrypt*",
    "kms:GenerateDataKey*",
    "dynamodb:*",
    "sdb:*",
    "appsync:*",
    "geo:*",
    "sns:*",
    "gamelift:*",
    "iot:*",
    "codewhisperer:*",
    "comprehend:*",
    "lex:*",
    "machinelearning:*",
    "personalize:*",
    "polly:*",
    "rekognition:*",
    "sagemaker:InvokeEndpoint",
    "textract:DetectDocumentText",
    "textract:AnalyzeDocument",
    "transcribe:*",
    "translate:*",
    "cloudwatch:*",
    "logs:*",
    "apigateway:*",
    "execute-api:*",
    "cognito-identity:*",
    "cognito-idp:*",
    "cognito-sync:*",
    "s3:*",
    "sumerian:View*",
];

/// The session policy for guests.
pub fn session_policy() -> String {
    json!({
        "Version": "2012-10-17",
        "Id": "Cognito guest limits (Tokentrail's rendering of the published service list)",
        "Statement": [{ "Effect": "Allow", "Action": ACTIONS, "Resource": "*" }],
    })
    .to_string()
}
