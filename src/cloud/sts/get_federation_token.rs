//! `GetFederationToken`: a backend with a user's long-term key makes credentials for somebody it
//! has signed in itself. They can do what both the user and the policies passed along allow; with
//! no policy passed, nothing.

use std::collections::BTreeMap;

use super::answer::{self, element};
use super::credentials::{self, Lending};
use super::get_session_token::{LONG_TERM, check_long_term, subject};
use super::session_policies;
use super::tags::{self, SessionTags};
use super::{NAMESPACE, params};
use crate::cloud::Cloud;
use crate::cloud::access::{Ask, PERMISSIONS_CHECK, authenticate_then, authorize};
use crate::cloud::aws::{AwsError, Wire};
use crate::cloud::front_door::Route;
use crate::policy::{Principal, RequestContext};
use crate::protocol::message::Request;
use crate::protocol::time::Span;

/// How long the session lasts when nobody says.
const DEFAULT_LIFE: Span = Span::from_hours(12);
/// The wire of this service.
const WIRE: Wire = Wire::Query(NAMESPACE);

/// Runs the operation and says what goes into the answer's result.
pub fn run(cloud: &mut Cloud, route: &Route, request: &Request) -> Result<String, AwsError> {
    let later = [LONG_TERM, PERMISSIONS_CHECK];
    let caller = authenticate_then(cloud, route, request, WIRE, &later)?;
    let mut params = params::Params::of(request);
    let name = params.required("Name", params::FEDERATED_NAME);
    let duration = params.duration_seconds(params::USER_SESSION_SECONDS);
    let inline = params.optional("Policy", params::POLICY);
    let arns = params.policy_arns();
    let passed = params.tags();
    params.finish()?;
    check_long_term(cloud, &caller, "GetFederationToken")?;
    let tags = SessionTags::read(passed, &[], &BTreeMap::new())?;
    let policies = session_policies::read(cloud, inline.as_deref(), &arns)?;
    let arn = format!("arn:aws:sts::{}:federated-user/{name}", caller.account);
    let mut context = RequestContext::new();
    tags::add_request_keys(&mut context, &tags.passed);
    let mut ask = Ask {
        action: "sts:GetFederationToken".to_owned(),
        resource: arn.clone(),
        resource_account: caller.account.clone(),
        context,
        resource_policy: None,
    };
    authorize(cloud, &caller, &ask, WIRE)?;
    if !tags.passed.is_empty() {
        ask.action = "sts:TagSession".to_owned();
        authorize(cloud, &caller, &ask, WIRE)?;
    }
    let packed = policies.packed_percent;
    let mut kept = RequestContext::new();
    tags::add_principal_keys(&mut kept, &tags.passed);
    let lending = Lending {
        label: format!("Credentials of federated user {name}"),
        principal: Principal::FederatedUser { arn: arn.clone() },
        arn,
        user_id: format!("{}:{name}", caller.account),
        account: caller.account.clone(),
        permissions_of: caller.role_arn.clone(),
        place: format!("user {}", caller.arn),
        subject: subject(&caller),
        life: duration.map_or(DEFAULT_LIFE, Span::from_seconds),
        policies,
        context: kept,
        transitive_tags: BTreeMap::new(),
    };
    let session = credentials::lend(cloud, &route.to, lending);
    let mut result = answer::credentials(&session);
    result += &format!(
        "<FederatedUser>{}{}</FederatedUser>",
        element("FederatedUserId", &session.user_id),
        element("Arn", &session.arn)
    );
    result += &answer::packed_policy_size(packed);
    Ok(result)
}
