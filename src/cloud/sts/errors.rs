//! Every refusal of STS, worded once, in AWS's own words where they are published.

use crate::cloud::aws::AwsError;

/// A parameter breaks a rule.
pub fn validation(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationError", 400, message)
}

/// Nobody says why: not which condition failed, not whether the role exists.
pub fn not_authorized() -> AwsError {
    AwsError::new(
        "AccessDenied",
        403,
        "Not authorized to perform sts:AssumeRoleWithWebIdentity",
    )
}

/// The same about an assertion.
pub fn not_authorized_saml() -> AwsError {
    AwsError::new(
        "AccessDenied",
        403,
        "Not authorized to perform sts:AssumeRoleWithSAML",
    )
}

/// Something is wrong with the token.
pub fn invalid_token(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidIdentityToken", 400, message)
}

/// What was sent cannot be read as a token.
pub fn not_a_jwt() -> AwsError {
    invalid_token(
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access \
         Token)",
    )
}

/// The account does not know the issuer.
pub fn unknown_issuer(issuer: &str) -> AwsError {
    invalid_token(format!(
        "No OpenIDConnect provider found in your account for {issuer}"
    ))
}

/// The keys, or the one named in the token, cannot be had. The two spaces are AWS's.
pub fn no_key() -> AwsError {
    invalid_token(
        "Couldn't retrieve verification key from your identity provider,  please reference \
         AssumeRoleWithWebIdentity documentation for requirements",
    )
}

/// The signature is not the issuer's.
pub fn bad_signature() -> AwsError {
    invalid_token("The web identity token provided could not be validated.")
}

/// The token is for another app.
pub fn wrong_audience() -> AwsError {
    invalid_token("Incorrect token audience")
}

/// The token has ended.
pub fn expired(now_seconds: i64, expires_seconds: i64) -> AwsError {
    AwsError::new(
        "ExpiredTokenException",
        400,
        format!(
            "Token expired: current date/time {now_seconds} must be before the expiration \
             date/time {expires_seconds}"
        ),
    )
}

/// A provider of opaque tokens does not answer. The code is AWS's, the wording Tokentrail's.
pub fn provider_unavailable(why: &str) -> AwsError {
    AwsError::new("IDPCommunicationError", 400, why).in_own_words()
}

/// A session policy is no policy. The code is AWS's, the wording says what is wrong.
pub fn malformed_policy(why: impl Into<String>) -> AwsError {
    AwsError::new("MalformedPolicyDocument", 400, why).in_own_words()
}

/// The session policies are too long together. The code is AWS's, the wording Tokentrail's.
pub fn policies_too_long(percent: usize) -> AwsError {
    AwsError::new(
        "PackedPolicyTooLarge",
        400,
        format!("The session policies take {percent} percent of the space there is for them"),
    )
    .in_own_words()
}

/// The session would be longer than the role allows.
pub fn duration_too_long() -> AwsError {
    validation("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
}

/// Chained sessions are never longer than an hour.
pub fn chained_too_long() -> AwsError {
    validation(
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role \
         chaining.",
    )
}

/// Somebody with AWS credentials may not do this. No reason is given, and not whether the role
/// exists.
pub fn refused(caller: &str, action: &str, resource: &str) -> AwsError {
    let message =
        format!("User: {caller} is not authorized to perform: {action} on resource: {resource}");
    AwsError::new("AccessDenied", 403, message)
}

/// Sessions do not beget sessions of a user.
pub fn with_session_credentials(operation: &str) -> AwsError {
    AwsError::new(
        "AccessDenied",
        403,
        format!("Cannot call {operation} with session credentials"),
    )
}

/// The code of an MFA device is wrong, or there is no such device.
pub fn wrong_mfa_code() -> AwsError {
    AwsError::new(
        "AccessDenied",
        403,
        "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
    )
}

/// Two tags differ in letter case at most.
pub fn duplicate_tags() -> AwsError {
    AwsError::new(
        "InvalidParameterValue",
        400,
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    )
}

/// A tag that the calling session hands on cannot be given another value. The code and the
/// wording are Tokentrail's; AWS says only that the operation fails.
pub fn inherited_tag() -> AwsError {
    AwsError::new(
        "InvalidParameterValue",
        400,
        "A session tag has the key of a tag inherited from the calling session.",
    )
    .in_own_words()
}

/// A tag is to go on that is not passed. The code and the wording are Tokentrail's.
pub fn transitive_without_tag(key: &str) -> AwsError {
    AwsError::new(
        "InvalidParameterValue",
        400,
        format!("The transitive tag key {key} is not among the session tags of the request."),
    )
    .in_own_words()
}

/// The message was not made by AWS, or not for this account. The wording is Tokentrail's.
pub fn not_an_encoded_message() -> AwsError {
    AwsError::new(
        "InvalidAuthorizationMessageException",
        400,
        "Message is not valid",
    )
    .in_own_words()
}
