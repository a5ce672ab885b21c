//! `AssumeRoleWithWebIdentity`: whoever shows a token that the role's trust policy accepts gets
//! the role's permissions for a while. Nothing else is asked, and nobody needs AWS credentials
//! to ask.

use super::answer::{self, element};
use super::credentials::{self, Lending, Subject};
use super::session::Session;
use super::session_policies::{self, SessionPolicies};
use super::trust::{self, Asked};
use super::web_identity::{self, Shown, WebIdentity};
use super::{errors, params, tags};
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::cloud::iam::Role;
use crate::cloud::ledger::ActorId;
use crate::policy::{Principal, RequestContext};
use crate::protocol::message::Request;
use crate::protocol::time::Span;

/// How long a session lasts when nobody says.
const DEFAULT_LIFE: Span = Span::from_hours(1);
/// The role exists.
const ROLE: (&str, &str) = ("Role", "STS API; AWS does not say whether a role exists");
/// The session is not longer than the role allows.
const DURATION: (&str, &str) = ("Duration", "STS API: at most the role's MaxSessionDuration");
/// The action asked for.
const ASSUME: &str = "sts:AssumeRoleWithWebIdentity";
/// The action asked for when the token carries tags.
const TAG_SESSION: &str = "sts:TagSession";

/// What was asked.
#[derive(Debug)]
struct Input {
    role_arn: String,
    session_name: String,
    token: String,
    provider_id: Option<String>,
    duration: Option<Span>,
    policies: SessionPolicies,
}

/// Runs the operation and says what goes into the answer's result.
pub fn run(cloud: &mut Cloud, by: &ActorId, request: &Request) -> Result<String, AwsError> {
    let input = read(cloud, request)?;
    let account = super::account_in(&input.role_arn)
        .unwrap_or_default()
        .to_owned();
    let shown = Shown {
        token: &input.token,
        provider_id: input.provider_id.as_deref(),
        account: &account,
    };
    let role = cloud.iam.role(&input.role_arn).cloned();
    plan(cloud, role.as_ref(), shown);
    let role = check_role(cloud, role, &input.role_arn)?;
    let identity = web_identity::verify(cloud, by, shown)?;
    check_trust(cloud, &role, &identity)?;
    let life = check_duration(cloud, &role, input.duration)?;
    let packed = input.policies.packed_percent;
    let subject = Subject {
        name: identity.subject.clone(),
        from: identity
            .artifact
            .map(|artifact| (artifact, identity.subject_field.to_owned())),
        guest: identity.guest,
    };
    let provider = Some(identity.federated.clone());
    let mut lending = Lending::of_role(&role, &input.session_name, provider, subject, life);
    lending.policies = input.policies;
    lending.context = keys_of_session(&identity);
    let session = credentials::lend(cloud, by, lending);
    Ok(result(&session, &identity, packed))
}

fn read(cloud: &Cloud, request: &Request) -> Result<Input, AwsError> {
    let mut params = params::Params::of(request);
    let role_arn = params.required("RoleArn", params::ARN);
    let session_name = params.required("RoleSessionName", params::SESSION_NAME);
    let token = params.required("WebIdentityToken", params::WEB_IDENTITY_TOKEN);
    let provider_id = params.optional("ProviderId", params::PROVIDER_ID);
    let duration = params.duration_seconds(params::ROLE_SESSION_SECONDS);
    let duration = duration.map(Span::from_seconds);
    let inline = params.optional("Policy", params::POLICY);
    let arns = params.policy_arns();
    params.finish()?;
    if super::account_in(&role_arn).is_none() {
        return Err(errors::validation("Request ARN is invalid"));
    }
    let policies = session_policies::read(cloud, inline.as_deref(), &arns)?;
    Ok(Input {
        role_arn,
        session_name,
        token,
        provider_id,
        duration,
        policies,
    })
}

fn plan(cloud: &mut Cloud, role: Option<&Role>, shown: Shown<'_>) {
    let principal = web_identity::principal_hint(cloud, shown);
    let trust = trust::planned(role, principal.as_deref());
    let mut checks = vec![ROLE];
    checks.extend(web_identity::planned(shown));
    checks.extend(trust.iter().map(|(name, source)| (name.as_str(), *source)));
    checks.push(DURATION);
    cloud.ledger.plan(&checks);
}

fn check_role(cloud: &mut Cloud, role: Option<Role>, arn: &str) -> Result<Role, AwsError> {
    let actual = if role.is_some() {
        "exists"
    } else {
        "no such role"
    };
    cloud.ledger.verify(ROLE.0, role.is_some(), arn, actual);
    role.ok_or_else(errors::not_authorized)
}

/// Asks the trust policy: may this identity assume the role, and may it bring its tags?
fn check_trust(cloud: &mut Cloud, role: &Role, identity: &WebIdentity) -> Result<(), AwsError> {
    let principal = Principal::WebIdentity {
        provider: identity.federated.clone(),
    };
    let mut context = identity.trust_keys.clone();
    tags::add_request_keys(&mut context, &identity.tags);
    let asked = |action| Asked {
        principal: principal.clone(),
        action,
        context: context.clone(),
    };
    if !trust::evaluate(cloud, role, asked(ASSUME)) {
        return Err(errors::not_authorized());
    }
    if identity.tags.is_empty() {
        return Ok(());
    }
    if !trust::evaluate(cloud, role, asked(TAG_SESSION)) {
        return Err(errors::not_authorized());
    }
    Ok(())
}

/// The condition keys that stay with the session.
fn keys_of_session(identity: &WebIdentity) -> RequestContext {
    let mut keys = identity.session_keys.clone();
    keys.set("aws:FederatedProvider", identity.federated.clone());
    tags::add_principal_keys(&mut keys, &identity.tags);
    keys
}

fn check_duration(cloud: &mut Cloud, role: &Role, wanted: Option<Span>) -> Result<Span, AwsError> {
    let life = wanted.unwrap_or(DEFAULT_LIFE);
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

fn result(session: &Session, identity: &WebIdentity, packed: Option<usize>) -> String {
    let mut result = element("SubjectFromWebIdentityToken", &identity.subject);
    result += &element("Audience", &identity.audience);
    result += &answer::assumed_role_user(session);
    result += &answer::credentials(session);
    result += &element("Provider", &identity.provider);
    result += &answer::packed_policy_size(packed);
    result
}
