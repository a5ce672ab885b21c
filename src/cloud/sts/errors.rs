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
    AwsError::new("IDPCommunicationError", 400, why)
}

/// A session policy is no policy. The code is AWS's, the wording says what is wrong.
pub fn malformed_policy(why: impl Into<String>) -> AwsError {
    AwsError::new("MalformedPolicyDocument", 400, why)
}

/// The session policies are too long together. The code is AWS's, the wording Tokentrail's.
pub fn policies_too_long(percent: usize) -> AwsError {
    AwsError::new(
        "PackedPolicyTooLarge",
        400,
        format!("The session policies take {percent} percent of the space there is for them"),
    )
}

/// The session would be longer than the role allows.
pub fn duration_too_long() -> AwsError {
    validation("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
}
