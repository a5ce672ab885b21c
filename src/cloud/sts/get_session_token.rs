//! `GetSessionToken`: a user gets temporary credentials of its own, with the same permissions.
//! Only long-term keys can ask: a session does not beget another one this way, so nobody who came
//! with a web identity can stretch an hour.

use super::credentials::{self, Lending, Subject};
use super::session_policies::SessionPolicies;
use super::{NAMESPACE, answer, errors, params};
use crate::cloud::Cloud;
use crate::cloud::access::{Caller, authenticate_then};
use crate::cloud::aws::{AwsError, Wire};
use crate::cloud::front_door::Route;
use crate::protocol::message::Request;
use crate::protocol::time::Span;

/// How long the session lasts when nobody says.
const DEFAULT_LIFE: Span = Span::from_hours(12);
/// The caller has a long-term key.
pub const LONG_TERM: (&str, &str) = (
    "Long-term key",
    "IAM guide: comparing the STS API operations",
);

/// Runs the operation and says what goes into the answer's result.
pub fn run(cloud: &mut Cloud, route: &Route, request: &Request) -> Result<String, AwsError> {
    let wire = Wire::Query(NAMESPACE);
    let caller = authenticate_then(cloud, route, request, wire, &[LONG_TERM])?;
    let mut params = params::Params::of(request);
    let duration = params.duration_seconds(params::USER_SESSION_SECONDS);
    let serial = params.optional("SerialNumber", params::SERIAL_NUMBER);
    let code = params.optional("TokenCode", params::TOKEN_CODE);
    params.finish()?;
    check_long_term(cloud, &caller, "GetSessionToken")?;
    if serial.is_some() || code.is_some() {
        return Err(errors::wrong_mfa_code());
    }
    let lending = Lending {
        label: format!("Session credentials of {}", caller.arn),
        principal: caller.principal.clone(),
        arn: caller.arn.clone(),
        user_id: caller.user_id.clone(),
        account: caller.account.clone(),
        permissions_of: caller.role_arn.clone(),
        place: format!("user {}", caller.arn),
        subject: subject(&caller),
        life: duration.map_or(DEFAULT_LIFE, Span::from_seconds),
        policies: SessionPolicies::default(),
        context: caller.context.clone(),
        transitive_tags: caller.transitive_tags.clone(),
    };
    let session = credentials::lend(cloud, &route.to, lending);
    Ok(answer::credentials(&session))
}

/// Whose key asked.
pub fn subject(caller: &Caller) -> Subject {
    Subject {
        name: caller.arn.clone(),
        from: Some((caller.artifact, "AccessKeyId".to_owned())),
        guest: false,
    }
}

/// Verifies that no session asks.
pub fn check_long_term(
    cloud: &mut Cloud,
    caller: &Caller,
    operation: &str,
) -> Result<(), AwsError> {
    let long_term = caller.issued_at.is_none();
    let actual = match long_term {
        true => format!("{}, a long-term key", caller.access_key_id),
        false => format!("{} of a session", caller.access_key_id),
    };
    let expected = "a key of an IAM user that has no session token";
    if cloud
        .ledger
        .verify(LONG_TERM.0, long_term, expected, actual)
    {
        return Ok(());
    }
    Err(errors::with_session_credentials(operation))
}
