//! `AssumeRole` by an AWS service that was given a role: Lambda for a function, Sync for its
//! pushes. The role's trust policy must name the service; `aws:SourceArn` and
//! `aws:SourceAccount` say for whom it acts.

use super::credentials::{self, Lending, Subject};
use super::session::Session;
use super::trust::{self, Asked};
use super::{answer, errors, params};
use crate::cloud::Cloud;
use crate::cloud::access::{self, CallingService};
use crate::cloud::aws::AwsError;
use crate::cloud::iam::Role;
use crate::cloud::ledger::ActorId;
use crate::protocol::message::Request;
use crate::protocol::time::Span;

/// How long a service's session lasts.
const LIFE: Span = Span::from_hours(1);
/// The role exists.
const ROLE: (&str, &str) = ("Role", "STS API; AWS does not say whether a role exists");

/// Runs the operation for the service that calls.
pub fn run(
    cloud: &mut Cloud,
    by: &ActorId,
    request: &Request,
    caller: &CallingService,
) -> Result<String, AwsError> {
    let mut params = params::Params::of(request);
    let role_arn = params.required("RoleArn", params::ARN);
    let session_name = params.required("RoleSessionName", params::SESSION_NAME);
    params.finish()?;
    let role = cloud.iam.role(&role_arn).cloned();
    let planned = trust::planned(role.as_ref(), Some(caller.name));
    cloud.ledger.plan(&[access::SERVICE_CHECK, ROLE]);
    let planned: Vec<(&str, &str)> = planned.iter().map(|(n, s)| (n.as_str(), *s)).collect();
    cloud.ledger.plan(&planned);
    let expected = "an AWS service calling for itself";
    cloud
        .ledger
        .passed(access::SERVICE_CHECK.0, expected, caller.name);
    let found = if role.is_some() {
        "exists"
    } else {
        "no such role"
    };
    cloud
        .ledger
        .verify(ROLE.0, role.is_some(), role_arn.as_str(), found);
    let role = role.ok_or_else(not_authorized)?;
    let asked = Asked {
        principal: caller.principal(),
        action: "sts:AssumeRole",
        context: caller.context(),
    };
    if !trust::evaluate(cloud, &role, asked) {
        return Err(not_authorized());
    }
    let session = lend(cloud, by, &role, &session_name);
    Ok(answer::assumed_role_user(&session) + &answer::credentials(&session))
}

/// The code is AWS's; what a service is told is not public, the wording is that for web identities.
fn not_authorized() -> AwsError {
    let message = "Not authorized to perform sts:AssumeRole";
    AwsError {
        message: message.to_owned(),
        ..errors::not_authorized()
    }
}

fn lend(cloud: &mut Cloud, by: &ActorId, role: &Role, session_name: &str) -> Session {
    let subject = Subject {
        name: session_name.to_owned(),
        from: None,
        guest: false,
    };
    let life = LIFE.min(role.max_session);
    let lending = Lending::of_role(role, session_name, None, subject, life);
    credentials::lend(cloud, by, lending)
}
