//! The JSON API: finds the operation and words its answer or its refusal.

use serde_json::Value;

use super::input::Input;
use super::{
    admin, authenticator, challenges, forgot_password, initiate_auth, profile, refresh, sessions,
    sign_up,
};
use crate::cloud::Cloud;
use crate::cloud::aws::{AwsError, Wire, refuse, success_json};
use crate::cloud::front_door::Route;
use crate::protocol::message::{Request, Response};

/// What an operation comes to.
pub(super) type Answer = Result<Value, AwsError>;

/// Answers an API request.
pub(super) fn answer(cloud: &mut Cloud, pool: &str, route: &Route, request: &Request) -> Response {
    let answer =
        Input::parse(request).and_then(|input| match admin::Operation::of(&route.operation) {
            Some(operation) => admin::answer(cloud, (operation, route), request, &input),
            None => perform(cloud, pool, &route.operation, &input),
        });
    match answer {
        Ok(body) => success_json(cloud, Wire::Json11, &body),
        Err(error) => refuse(cloud, Wire::Json11, &error),
    }
}

fn perform(cloud: &mut Cloud, pool: &str, operation: &str, input: &Input) -> Answer {
    match operation {
        "SignUp" => sign_up::sign_up(cloud, pool, input),
        "ConfirmSignUp" => sign_up::confirm_sign_up(cloud, pool, input),
        "ResendConfirmationCode" => sign_up::resend_confirmation_code(cloud, pool, input),
        "ForgotPassword" => forgot_password::forgot_password(cloud, pool, input),
        "ConfirmForgotPassword" => forgot_password::confirm_forgot_password(cloud, pool, input),
        "RespondToAuthChallenge" => challenges::respond_to_auth_challenge(cloud, pool, input),
        "GetTokensFromRefreshToken" => refresh::get_tokens(cloud, pool, input),
        "AssociateSoftwareToken" => authenticator::associate(cloud, pool, input),
        "VerifySoftwareToken" => authenticator::verify(cloud, pool, input),
        "SetUserMFAPreference" => authenticator::set_preference(cloud, pool, input),
        "UpdateUserAttributes" => profile::update_user_attributes(cloud, pool, input),
        "VerifyUserAttribute" => profile::verify_user_attribute(cloud, pool, input),
        "ChangePassword" => profile::change_password(cloud, pool, input),
        "InitiateAuth" => initiate_auth::initiate_auth(cloud, pool, input),
        "GetUser" => sessions::get_user(cloud, pool, input),
        "RevokeToken" => sessions::revoke_token(cloud, pool, input),
        "GlobalSignOut" => sessions::global_sign_out(cloud, pool, input),
        _ => Err(AwsError::new("UnknownOperationException", 400, "")),
    }
}

/// A refusal of who is calling, or of what they ask for.
pub(super) fn not_authorized(message: impl Into<String>) -> AwsError {
    AwsError::new("NotAuthorizedException", 400, message)
}

/// A request that cannot be meant.
pub(super) fn invalid_parameter(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterException", 400, message)
}

/// Something broke on our side: never shown as a denial.
pub(super) fn internal_error() -> AwsError {
    AwsError::new("InternalErrorException", 500, "Internal server error")
}
