//! `AssumeRoleWithSAML`: whoever shows an assertion of a provider that the account trusts, and
//! that names the role, gets the role's permissions for a while.

use super::answer::{self, element};
use super::credentials::{self, Lending, Subject};
use super::session_policies::{self, SessionPolicies};
use super::trust::{self, Asked};
use super::{errors, params};
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::cloud::iam::Role;
use crate::cloud::ledger::ActorId;
use crate::cloud::saml_provider::verify::{self, VerifiedAssertion};
use crate::policy::Principal;
use crate::protocol::message::Request;
use crate::protocol::time::Span;

/// The action asked for.
const ASSUME: &str = "sts:AssumeRoleWithSAML";
/// How long a session lasts when neither request nor assertion says.
const DEFAULT_LIFE: Span = Span::from_hours(1);
/// The role exists.
const ROLE: (&str, &str) = ("Role", "STS API; AWS does not say whether a role exists");
/// The session is not longer than the role allows.
const DURATION: (&str, &str) = (
    "Duration",
    "STS API: at most the role's MaxSessionDuration, and what the assertion says",
);
/// The assertion, in characters.
const ASSERTION: params::TextRule = params::TextRule::chars(4, verify::MAX_ASSERTION_CHARS);

/// What was asked.
#[derive(Debug)]
struct Input {
    role_arn: String,
    principal_arn: String,
    assertion: String,
    duration: Option<Span>,
    policies: SessionPolicies,
}

/// Runs the operation and says what goes into the answer's result.
pub fn run(cloud: &mut Cloud, by: &ActorId, request: &Request) -> Result<String, AwsError> {
    let input = read(cloud, request)?;
    let role = cloud.iam.role(&input.role_arn).cloned();
    let planned = trust::planned(role.as_ref(), Some(&input.principal_arn));
    let mut checks = vec![ROLE];
    checks.extend(verify::PLANNED);
    checks.extend(
        planned
            .iter()
            .map(|(name, source)| (name.as_str(), *source)),
    );
    checks.push(DURATION);
    cloud.ledger.plan(&checks);
    let actual = if role.is_some() {
        "exists"
    } else {
        "no such role"
    };
    cloud
        .ledger
        .verify(ROLE.0, role.is_some(), &input.role_arn, actual);
    let role = role.ok_or_else(errors::not_authorized_saml)?;
    let shown = verify::Asked {
        assertion: &input.assertion,
        role_arn: &input.role_arn,
        principal_arn: &input.principal_arn,
    };
    let found = verify::verify(cloud, shown)?;
    let asked = Asked {
        principal: Principal::Saml {
            provider: found.provider_arn.clone(),
        },
        action: ASSUME,
        context: found.trust_keys.clone(),
    };
    if !trust::evaluate(cloud, &role, asked) {
        return Err(errors::not_authorized_saml());
    }
    let life = check_duration(cloud, &role, &input, &found)?;
    let packed = input.policies.packed_percent;
    let lending = lending(&role, &found, life, input.policies);
    let session = credentials::lend(cloud, by, lending);
    let mut result = answer::assumed_role_user(&session);
    result += &answer::credentials(&session);
    result += &element("Subject", &found.subject);
    result += &element("SubjectType", &found.subject_type);
    result += &element("Issuer", &found.issuer);
    result += &element("Audience", &found.audience);
    result += &element("NameQualifier", &found.name_qualifier);
    result += &answer::packed_policy_size(packed);
    Ok(result)
}

fn read(cloud: &Cloud, request: &Request) -> Result<Input, AwsError> {
    let mut params = params::Params::of(request);
    let role_arn = params.required("RoleArn", params::ARN);
    let principal_arn = params.required("PrincipalArn", params::ARN);
    let assertion = params.required("SAMLAssertion", ASSERTION);
    let duration = params.duration_seconds(params::ROLE_SESSION_SECONDS);
    let inline = params.optional("Policy", params::POLICY);
    let arns = params.policy_arns();
    params.finish()?;
    if super::account_in(&role_arn).is_none() {
        return Err(errors::validation("Request ARN is invalid"));
    }
    Ok(Input {
        role_arn,
        principal_arn,
        assertion,
        duration: duration.map(Span::from_seconds),
        policies: session_policies::read(cloud, inline.as_deref(), &arns)?,
    })
}

/// The shorter of what the request and the assertion say; neither may be more than the role's.
fn check_duration(
    cloud: &mut Cloud,
    role: &Role,
    input: &Input,
    found: &VerifiedAssertion,
) -> Result<Span, AwsError> {
    let said = match (input.duration, found.session_duration) {
        (Some(asked), Some(stated)) => Some(asked.min(stated)),
        (asked, stated) => asked.or(stated),
    };
    let life = said.unwrap_or(DEFAULT_LIFE);
    let expected = format!("at most {}", role.max_session);
    let held = life <= role.max_session;
    if cloud
        .ledger
        .verify(DURATION.0, held, expected, life.to_string())
    {
        return Ok(life);
    }
    Err(errors::duration_too_long())
}

fn lending(
    role: &Role,
    found: &VerifiedAssertion,
    life: Span,
    policies: SessionPolicies,
) -> Lending {
    let subject = Subject {
        name: found.subject.clone(),
        from: found
            .artifact
            .map(|artifact| (artifact, "Subject".to_owned())),
        guest: false,
    };
    let provider = Some(found.provider_arn.clone());
    let mut lending = Lending::of_role(role, &found.session_name, provider, subject, life);
    lending.context = found.session_keys.clone();
    lending
        .context
        .set("aws:FederatedProvider", found.provider_arn.as_str());
    lending.policies = policies;
    lending
}
