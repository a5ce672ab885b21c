//! Every refusal of IAM, worded once.

use crate::cloud::aws::AwsError;
use crate::cloud::sts::params;
use crate::protocol::message::Request;

/// No such operation.
pub fn no_such_operation(name: &str, request: &Request) -> AwsError {
    let form = params::form(request);
    let version = form.get("Version").unwrap_or("NO_VERSION_SPECIFIED");
    let message = format!("Could not find operation {name} for version {version}");
    AwsError::new("InvalidAction", 400, message)
}

/// IAM does not take these credentials.
pub fn invalid_token() -> AwsError {
    AwsError::new(
        "InvalidClientTokenId",
        403,
        "The security token included in the request is invalid",
    )
}

fn no_such(what: &str, name: &str) -> AwsError {
    let message = format!("The {what} with name {name} cannot be found.");
    AwsError::new("NoSuchEntity", 404, message)
}

/// No such role.
pub fn no_such_role(name: &str) -> AwsError {
    no_such("role", name)
}

/// No such user.
pub fn no_such_user(name: &str) -> AwsError {
    no_such("user", name)
}

/// No such inline policy.
pub fn no_such_role_policy(name: &str) -> AwsError {
    no_such("role policy", name)
}

/// No such managed policy.
pub fn not_attachable(arn: &str) -> AwsError {
    let message = format!("Policy {arn} does not exist or is not attachable.");
    AwsError::new("NoSuchEntity", 404, message)
}

/// The managed policy is not attached.
pub fn not_attached(arn: &str) -> AwsError {
    AwsError::new("NoSuchEntity", 404, format!("Policy {arn} was not found."))
}

/// No such access key.
pub fn no_such_key(id: &str) -> AwsError {
    let message = format!("The Access Key with id {id} cannot be found.");
    AwsError::new("NoSuchEntity", 404, message)
}

/// The name is taken.
pub fn role_exists(name: &str) -> AwsError {
    let message = format!("Role with name {name} already exists.");
    AwsError::new("EntityAlreadyExists", 409, message)
}

/// The provider is known already.
pub fn provider_exists(url: &str) -> AwsError {
    let message = format!("Provider with url {url} already exists.");
    AwsError::new("EntityAlreadyExists", 409, message)
}

/// There are as many as there may be.
pub fn quota(name: &str, most: usize) -> AwsError {
    let message = format!("Cannot exceed quota for {name}: {most}");
    AwsError::new("LimitExceeded", 409, message)
}

/// The inline policies of a role are too long together.
pub fn policies_too_long(most: usize, role: &str) -> AwsError {
    let message = format!("Maximum policy size of {most} bytes exceeded for role {role}");
    AwsError::new("LimitExceeded", 409, message)
}

/// The text is no policy, or not of this sort. The code is AWS's, the wording says what is wrong.
pub fn malformed(why: impl Into<String>) -> AwsError {
    AwsError::new("MalformedPolicyDocument", 400, why)
}

/// A value that IAM does not take.
pub fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidInput", 400, message)
}

/// A value of a wrong form.
pub fn validation(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationError", 400, message)
}
