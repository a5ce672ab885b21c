//! Requests and answers that say something else, or fare otherwise.

use super::hold;

#[test]
fn a_request_says_something_else_before_it_is_signed() {
    hold(&[
        (
            "sts-directly",
            "assume",
            r"request:AssumeRoleWithWebIdentity.RoleSessionName=x",
            "sts ValidationError ",
        ),
        (
            "sts-directly",
            "assume",
            r"request:AssumeRoleWithWebIdentity.RoleArn=arn:aws:iam::111122223333:role/Nobody",
            "sts AccessDenied Role",
        ),
        (
            "sts-directly",
            "assume",
            r"request:AssumeRoleWithWebIdentity.+DurationSeconds=43200",
            "sts ValidationError Duration",
        ),
        (
            "facebook-to-s3",
            "credentials",
            r"request:GetCredentialsForIdentity.IdentityId=us-east-1:00000000-0000-4000-8000-000000000000",
            "identities ResourceNotFoundException Identity",
        ),
        (
            "facebook-to-s3",
            "identity",
            r"request:GetId.Logins.*->accounts.google.com",
            "identities NotAuthorizedException Issuer",
        ),
        (
            "facebook-to-s3",
            "identity",
            r"request:GetId.-Logins",
            "identities NotAuthorizedException Guest access",
        ),
        (
            "cross-account-role",
            "assume",
            r"request:AssumeRole.ExternalId=guessed",
            "sts/444455556666 AccessDenied Trust policy: ExternalId",
        ),
        (
            "user-pool-sign-up",
            "sign-in",
            r"request:InitiateAuth.AuthParameters.PASSWORD=wrong",
            "users NotAuthorizedException Password",
        ),
        (
            "facebook-to-s3",
            "tokens",
            r"request:oauth2/token.code_verifier=guessed",
            "users invalid_grant PKCE verifier",
        ),
    ]);
}

#[test]
fn a_request_altered_on_its_way_breaks_its_signature() {
    hold(&[
        (
            "facebook-to-s3",
            "who-am-i",
            r"transit:GetCallerIdentity.Version=2012-01-01",
            "sts SignatureDoesNotMatch Signature",
        ),
        (
            "facebook-to-s3",
            "upload",
            r"transit:PutObject.body=Something else",
            "s3 XAmzContentSHA256Mismatch Body hash",
        ),
        (
            "facebook-to-s3",
            "own-photo",
            r"transit:ListObjectsV2.query.prefix=other/",
            "s3 SignatureDoesNotMatch Signature",
        ),
        (
            "google-to-dynamodb",
            "write",
            r"transit:PutItem.TableName=Other",
            "dynamodb InvalidSignatureException Signature",
        ),
        (
            "cross-account-role",
            "assume",
            r"transit:AssumeRole.RoleSessionName=other",
            "sts/444455556666 SignatureDoesNotMatch Signature",
        ),
    ]);
}

#[test]
fn a_lost_request_or_answer_leaves_the_device_without() {
    hold(&[
        (
            "facebook-to-s3",
            "identity",
            r"message:GetId=drop",
            "the request of GetId got lost on its way",
        ),
        (
            "facebook-to-s3",
            "credentials",
            r"message:GetCredentialsForIdentity.response=drop",
            "the response of GetCredentialsForIdentity got lost on its way",
        ),
        (
            "sts-directly",
            "assume",
            r"message:AssumeRoleWithWebIdentity=drop",
            "the request of AssumeRoleWithWebIdentity got lost on its way",
        ),
        (
            "classic-flow",
            "pool-token",
            r"message:GetOpenIdToken.response=drop",
            "the response of GetOpenIdToken got lost on its way",
        ),
    ]);
}

#[test]
fn a_signed_request_that_is_late_is_refused() {
    hold(&[
        (
            "facebook-to-s3",
            "upload",
            r"message:PutObject=delay:20m",
            "s3 RequestTimeTooSkewed Clock",
        ),
        (
            "facebook-to-s3",
            "who-am-i",
            r"message:GetCallerIdentity=delay:20m",
            "sts SignatureDoesNotMatch Clock",
        ),
        (
            "google-to-dynamodb",
            "write",
            r"message:PutItem=delay:20m",
            "dynamodb InvalidSignatureException Clock",
        ),
        (
            "cross-account-role",
            "assume",
            r"message:AssumeRole=delay:20m",
            "sts/444455556666 SignatureDoesNotMatch Clock",
        ),
    ]);
}

#[test]
fn a_request_sent_twice() {
    hold(&[
        (
            "facebook-to-s3",
            "tokens",
            r"message:oauth2/token=replay",
            "users invalid_grant Code unused",
        ),
        (
            "user-pool-sign-up",
            "confirm",
            r"message:ConfirmSignUp=replay",
            "users NotAuthorizedException Not confirmed yet",
        ),
        (
            "sts-directly",
            "tokens",
            r"message:token=replay",
            "google invalid_grant Code unused",
        ),
        (
            "facebook-to-s3",
            "upload",
            r"message:PutObject=replay",
            "allowed",
        ),
    ]);
}

#[test]
fn what_is_read_on_its_way_is_somebody_elses_too() {
    hold(&[
        (
            "facebook-to-s3",
            "credentials",
            r"message:GetCredentialsForIdentity.response=steal",
            "allowed",
        ),
        (
            "sts-directly",
            "assume",
            r"message:AssumeRoleWithWebIdentity=steal",
            "allowed",
        ),
        (
            "classic-flow",
            "sts",
            r"message:AssumeRoleWithWebIdentity.response=steal",
            "allowed",
        ),
    ]);
}
