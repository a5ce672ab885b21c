//! `AssumeRole`: somebody who has AWS credentials becomes a role, perhaps another account's. The
//! role's trust policy must allow it, and so must the caller's own policies, unless the trust
//! policy names a caller of its own account directly.

use super::answer::{self, element};
use super::credentials::{self, Lending, Subject};
use super::session_policies::{self, SessionPolicies};
use super::tags::{self, SessionTags};
use super::{NAMESPACE, errors, params, trust};
use crate::cloud::Cloud;
use crate::cloud::access::{Caller, PERMISSIONS_CHECK, authenticate_then};
use crate::cloud::aws::{AwsError, Wire};
use crate::cloud::front_door::Route;
use crate::cloud::iam::Role;
use crate::policy::{Principal, RequestContext};
use crate::protocol::message::Request;
use crate::protocol::time::Span;

/// The action asked for.
const ASSUME: &str = "sts:AssumeRole";
/// The action asked for when tags are passed.
const TAG_SESSION: &str = "sts:TagSession";
/// The action asked for when a source identity is set.
const SET_SOURCE: &str = "sts:SetSourceIdentity";
/// The condition key of a source identity that a session keeps.
const SOURCE_KEY: &str = "aws:SourceIdentity";
/// How long a session lasts when nobody says, and the longest of a chain.
const ONE_HOUR: Span = Span::from_hours(1);
/// The most transitive tag keys.
const MAX_TRANSITIVE_KEYS: usize = 50;

/// A session of a role or a user may assume roles, one of a federated user may not.
const CALLER: (&str, &str) = ("Caller", "IAM guide: comparing the STS API operations");
/// The role exists.
const ROLE: (&str, &str) = ("Role", "STS API; AWS does not say whether a role exists");
/// The source identity stays what it is.
const SOURCE: (&str, &str) = (
    "Source identity",
    "STS API: it cannot be changed in a chain",
);
/// The session is not longer than it may be.
const DURATION: (&str, &str) = (
    "Duration",
    "STS API: at most the role's MaxSessionDuration, and an hour in a chain",
);

/// What was asked.
#[derive(Debug)]
struct Input {
    role_arn: String,
    session_name: String,
    duration: Option<Span>,
    policies: SessionPolicies,
    external_id: Option<String>,
    source_identity: Option<String>,
    tags: SessionTags,
    with_mfa: bool,
}

/// Runs the operation and says what goes into the answer's result.
pub fn run(cloud: &mut Cloud, route: &Route, request: &Request) -> Result<String, AwsError> {
    let role = named_role(cloud, request);
    let trust = trust::planned(role.as_ref(), None);
    let mut later = vec![CALLER, ROLE];
    later.extend(trust.iter().map(|(name, source)| (name.as_str(), *source)));
    later.extend([PERMISSIONS_CHECK, DURATION]);
    let caller = authenticate_then(cloud, route, request, Wire::Query(NAMESPACE), &later)?;
    let input = read(cloud, &caller, request)?;
    check_caller(cloud, &caller, &input)?;
    let role = check_role(cloud, &caller, role, &input.role_arn)?;
    check_source(cloud, &caller, &input, &role)?;
    check_permission(cloud, &caller, &input, &role)?;
    let life = check_duration(cloud, &caller, &input, &role)?;
    let packed = input.policies.packed_percent;
    let source = source_identity(&caller, &input);
    let lending = lending(&caller, &role, input, life);
    let session = credentials::lend(cloud, &route.to, lending);
    let mut result = answer::assumed_role_user(&session);
    result += &answer::credentials(&session);
    result += &answer::packed_policy_size(packed);
    if let Some(source) = source {
        result += &element("SourceIdentity", &source);
    }
    Ok(result)
}

fn named_role(cloud: &Cloud, request: &Request) -> Option<Role> {
    let form = params::form(request);
    cloud.iam.role(form.get("RoleArn")?).cloned()
}

fn read(cloud: &Cloud, caller: &Caller, request: &Request) -> Result<Input, AwsError> {
    let mut params = params::Params::of(request);
    let role_arn = params.required("RoleArn", params::ARN);
    let session_name = params.required("RoleSessionName", params::SESSION_NAME);
    let duration = params.duration_seconds(params::ROLE_SESSION_SECONDS);
    let inline = params.optional("Policy", params::POLICY);
    let arns = params.policy_arns();
    let external_id = params.optional("ExternalId", params::EXTERNAL_ID);
    let source_identity = params.optional("SourceIdentity", params::SESSION_NAME);
    let tags = params.tags();
    let transitive = params.list("TransitiveTagKeys", MAX_TRANSITIVE_KEYS);
    let serial = params.optional("SerialNumber", params::SERIAL_NUMBER);
    let code = params.optional("TokenCode", params::TOKEN_CODE);
    params.finish()?;
    if super::account_in(&role_arn).is_none() {
        return Err(errors::validation(format!("{role_arn} is invalid")));
    }
    Ok(Input {
        role_arn,
        session_name,
        duration: duration.map(Span::from_seconds),
        policies: session_policies::read(cloud, inline.as_deref(), &arns)?,
        external_id,
        source_identity,
        tags: SessionTags::read(tags, &transitive, &caller.transitive_tags)?,
        with_mfa: serial.is_some() || code.is_some(),
    })
}

/// There are no MFA devices here, so no code of one is right.
fn check_caller(cloud: &mut Cloud, caller: &Caller, input: &Input) -> Result<(), AwsError> {
    const EXPECTED: &str = "a user, or a session of a role or a user";
    if input.with_mfa {
        let actual = "the code of an MFA device that is not registered";
        cloud.ledger.failed(CALLER.0, EXPECTED, actual);
        return Err(errors::wrong_mfa_code());
    }
    let federated = matches!(caller.principal, Principal::FederatedUser { .. });
    if cloud
        .ledger
        .verify(CALLER.0, !federated, EXPECTED, &caller.arn)
    {
        return Ok(());
    }
    Err(errors::refused(&caller.arn, ASSUME, &input.role_arn))
}

fn check_role(
    cloud: &mut Cloud,
    caller: &Caller,
    role: Option<Role>,
    arn: &str,
) -> Result<Role, AwsError> {
    let actual = match role {
        Some(_) => "exists",
        None => "no such role",
    };
    cloud.ledger.verify(ROLE.0, role.is_some(), arn, actual);
    role.ok_or_else(|| errors::refused(&caller.arn, ASSUME, arn))
}

/// The source identity of the calling session, or the one that is set now.
fn source_identity(caller: &Caller, input: &Input) -> Option<String> {
    let kept = caller.context.get(SOURCE_KEY);
    let kept = kept.and_then(|value| value.values().first().cloned());
    kept.or_else(|| input.source_identity.clone())
}

/// Whoever once came as somebody stays that somebody in every session of the chain.
fn check_source(
    cloud: &mut Cloud,
    caller: &Caller,
    input: &Input,
    role: &Role,
) -> Result<(), AwsError> {
    let (Some(kept), Some(wanted)) = (source_identity(caller, input), &input.source_identity)
    else {
        return Ok(());
    };
    if kept == *wanted {
        return Ok(());
    }
    cloud.ledger.plan(&[SOURCE]);
    cloud.ledger.failed(SOURCE.0, kept, wanted);
    Err(errors::refused(&caller.arn, SET_SOURCE, &role.arn))
}

/// Asks both sides: may the caller assume the role, bring its tags, and say who stands behind it?
fn check_permission(
    cloud: &mut Cloud,
    caller: &Caller,
    input: &Input,
    role: &Role,
) -> Result<(), AwsError> {
    let context = request_keys(cloud, caller, input, role);
    let mut actions = vec![ASSUME];
    if !input.tags.passed.is_empty() {
        actions.push(TAG_SESSION);
    }
    if input.source_identity.is_some() {
        actions.push(SET_SOURCE);
    }
    for action in actions {
        if !trust::evaluate_for(cloud, role, caller, action, context.clone()) {
            return Err(errors::refused(&caller.arn, action, &role.arn));
        }
    }
    Ok(())
}

/// The condition keys that this request has beside those of every request.
fn request_keys(cloud: &Cloud, caller: &Caller, input: &Input, role: &Role) -> RequestContext {
    let mut context =
        RequestContext::new().with("sts:RoleSessionName", input.session_name.as_str());
    if let Some(id) = &input.external_id {
        context.set("sts:ExternalId", id.as_str());
    }
    if let Some(source) = source_identity(caller, input) {
        context.set("sts:SourceIdentity", source);
    }
    for (tag, value) in cloud.iam.tags(&role.arn) {
        context.set(format!("iam:ResourceTag/{tag}"), value.as_str());
        context.set(format!("aws:ResourceTag/{tag}"), value.as_str());
    }
    tags::add_request_keys(&mut context, &input.tags.passed);
    if !input.tags.transitive.is_empty() {
        let keys: Vec<String> = input.tags.transitive.keys().cloned().collect();
        context.set("sts:TransitiveTagKeys", keys);
    }
    context
}

fn check_duration(
    cloud: &mut Cloud,
    caller: &Caller,
    input: &Input,
    role: &Role,
) -> Result<Span, AwsError> {
    let chained = matches!(caller.principal, Principal::RoleSession { .. });
    let life = input.duration.unwrap_or(ONE_HOUR);
    let (most, why) = match chained {
        true => (ONE_HOUR, " in a chain of roles"),
        false => (role.max_session, ""),
    };
    let expected = format!("at most {most}{why}");
    if cloud
        .ledger
        .verify(DURATION.0, life <= most, expected, life.to_string())
    {
        return Ok(life);
    }
    Err(match chained {
        true => errors::chained_too_long(),
        false => errors::duration_too_long(),
    })
}

fn lending(caller: &Caller, role: &Role, input: Input, life: Span) -> Lending {
    let subject = Subject {
        name: caller.arn.clone(),
        from: Some((caller.artifact, "AccessKeyId".to_owned())),
        guest: false,
    };
    let source = source_identity(caller, &input);
    let mut lending = Lending::of_role(role, &input.session_name, None, subject, life);
    if let Some(source) = source {
        lending.context.set(SOURCE_KEY, source);
    }
    tags::add_principal_keys(&mut lending.context, &input.tags.all());
    lending.policies = input.policies;
    lending.transitive_tags = input.tags.transitive;
    lending
}
