//! Every refusal of an identity pool, worded once. Codes and messages are AWS's own where they
//! are published; the two that are not say so.

use crate::cloud::aws::AwsError;

/// HTTP status of every refusal but internal ones.
const BAD_REQUEST: u16 = 400;

/// `NotAuthorizedException` with this message.
pub fn not_authorized(message: impl Into<String>) -> AwsError {
    AwsError::new("NotAuthorizedException", BAD_REQUEST, message)
}

/// Something is wrong with the token of a login.
pub fn invalid_login(what: &str) -> AwsError {
    not_authorized(format!("Invalid login token. {what}"))
}

/// A token of a provider or an app that the pool is not set up for.
pub fn unsupported_provider() -> AwsError {
    not_authorized("Token is not from a supported provider of this identity pool.")
}

/// Guests are not welcome.
pub fn guests_not_allowed() -> AwsError {
    not_authorized("Unauthenticated access is not supported for this identity pool.")
}

/// The login belongs to somebody else.
pub fn logins_do_not_match() -> AwsError {
    not_authorized(
        "Logins don't match. Please include at least one valid login for this identity or \
         identity pool.",
    )
}

/// The identity needs a login, or is disabled. Also given where a role mapping says Deny, for
/// which AWS publishes no wording.
pub fn forbidden(identity: &str) -> AwsError {
    not_authorized(format!("Access to Identity '{identity}' is forbidden."))
}

/// No such pool.
pub fn no_such_pool(id: &str) -> AwsError {
    AwsError::new(
        "ResourceNotFoundException",
        BAD_REQUEST,
        format!("IdentityPool '{id}' not found."),
    )
}

/// No such identity.
pub fn no_such_identity(id: &str) -> AwsError {
    AwsError::new(
        "ResourceNotFoundException",
        BAD_REQUEST,
        format!("Identity '{id}' not found."),
    )
}

/// No role, or one that does not trust this pool.
pub fn bad_configuration() -> AwsError {
    AwsError::new(
        "InvalidIdentityPoolConfigurationException",
        BAD_REQUEST,
        "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
    )
}

/// The basic flow is switched off.
pub fn classic_is_off() -> AwsError {
    AwsError::new(
        "InvalidParameterException",
        BAD_REQUEST,
        "Basic (classic) flow is not enabled, please use enhanced flow.",
    )
}

/// The basic flow knows no role mappings.
pub fn classic_with_mappings() -> AwsError {
    AwsError::new(
        "InvalidParameterException",
        BAD_REQUEST,
        "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.",
    )
}

/// Two logins of one provider. The code is AWS's, the wording Tokentrail's.
pub fn second_login_of_provider() -> AwsError {
    AwsError::new(
        "ResourceConflictException",
        BAD_REQUEST,
        "An identity can have one login of each provider.",
    )
    .in_own_words()
}

/// A provider cannot be asked. The code is AWS's, the wording Tokentrail's.
pub fn provider_unavailable(why: &str) -> AwsError {
    AwsError::new("ExternalServiceException", BAD_REQUEST, why).in_own_words()
}

/// A fault of the service itself.
pub fn internal() -> AwsError {
    AwsError::new(
        "InternalErrorException",
        500,
        "An internal error has occurred.",
    )
}

/// A login that the backend wants to link belongs to another identity. The code is AWS's, the
/// wording Tokentrail's.
pub fn login_linked_elsewhere() -> AwsError {
    AwsError::new(
        "ResourceConflictException",
        BAD_REQUEST,
        "The login is already linked to another identity.",
    )
    .in_own_words()
}

/// The backend's user has another identity. The code is AWS's, the wording Tokentrail's.
pub fn user_registered_elsewhere() -> AwsError {
    AwsError::new(
        "DeveloperUserAlreadyRegisteredException",
        BAD_REQUEST,
        "The developer user is already registered with another identity.",
    )
    .in_own_words()
}

/// A parameter makes no sense. The code is AWS's, the wording Tokentrail's.
pub fn invalid_parameter(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterException", BAD_REQUEST, message).in_own_words()
}

/// No identity has this user of the backend. The code is AWS's, the wording Tokentrail's.
pub fn no_such_user(user: &str) -> AwsError {
    AwsError::new(
        "ResourceNotFoundException",
        BAD_REQUEST,
        format!("Developer user '{user}' not found."),
    )
    .in_own_words()
}
