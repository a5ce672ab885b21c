//! `AssumeRole` by an AWS service that was given a role: Lambda for a function, Sync for its
//! pushes. The role's trust policy must name the service; `aws:SourceArn` and
//! `aws:SourceAccount` say for whom it acts.

use super::session::Session;
use super::trust::{self, Asked};
use super::{errors, params};
use crate::cloud::Cloud;
use crate::cloud::access::{self, CallingService};
use crate::cloud::aws::AwsError;
use crate::cloud::iam::Role;
use crate::cloud::ledger::{ActorId, ArtifactKind, ArtifactValue, CredentialsValue, Mint, Source};
use crate::policy::{Principal, RequestContext};
use crate::protocol::message::Request;
use crate::protocol::time::{Moment, Span};
use crate::protocol::xml::escape;

/// How long a service's session lasts.
const LIFE: Span = Span::from_hours(1);
/// Characters of A to Z and 2 to 7 behind `ASIA`.
const KEY_CHARS: usize = 16;
/// Characters of a secret.
const SECRET_CHARS: usize = 40;
/// What the session tokens seen in the wild begin with.
const TOKEN_PREFIX: &str = "IQoJb3JpZ2luX2Vj";
/// Characters that follow here; AWS fixes no size.
const TOKEN_CHARS: usize = 400;
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
    Ok(result(&session))
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
    let issued_at = cloud.now();
    // Whole seconds, as the answer prints it
    let life = LIFE.min(role.max_session);
    let expires_at = Moment::from_epoch_seconds((issued_at + life).epoch_seconds());
    let whose = format!("{}/{session_name}", role.arn);
    let stream = format!("sts/access-key/{whose}");
    let key = cloud.fresh(&stream).base32(KEY_CHARS);
    let secret = cloud.fresh(&format!("sts/secret-key/{whose}"));
    let token = cloud.fresh(&format!("sts/session-token/{whose}"));
    let (mut secret, mut token) = (secret, token);
    let credentials = CredentialsValue {
        access_key_id: format!("ASIA{key}"),
        secret_access_key: secret.base64(SECRET_CHARS),
        session_token: Some(format!("{TOKEN_PREFIX}{}", token.base64(TOKEN_CHARS))),
        expiration: Some(expires_at),
    };
    let arn = format!(
        "arn:aws:sts::{}:assumed-role/{}/{session_name}",
        role.account, role.name
    );
    let place = format!("role {}", role.name);
    let mint = Mint::new(
        ArtifactKind::Credentials,
        format!("Credentials of {}", role.name),
        ArtifactValue::Credentials(credentials.clone()),
    )
    .expiring(expires_at)
    .fact("Session", &arn)
    .fact("Role", &role.arn)
    .origin(
        "AccessKeyId",
        &credentials.access_key_id,
        Source::Random { stream },
    )
    .origin("Session", &arn, Source::World { place })
    .origin("Expiration", expires_at.iso8601(), Source::Clock);
    let artifact = cloud.mint(by, mint);
    let session = Session {
        credentials,
        principal: Principal::role_session(&role.arn, session_name),
        arn,
        user_id: format!("{}:{session_name}", role.role_id),
        account: role.account.clone(),
        role_arn: role.arn.clone(),
        issued_at,
        expires_at,
        context: RequestContext::new(),
        session_policies: Vec::new(),
        artifact,
    };
    cloud.sts.add(session.clone());
    session
}

fn result(session: &Session) -> String {
    let element = |name: &str, text: &str| format!("<{name}>{}</{name}>", escape(text));
    let credentials = &session.credentials;
    let token = credentials.session_token.as_deref().unwrap_or_default();
    let mut result = "<AssumedRoleUser>".to_owned();
    result += &element("AssumedRoleId", &session.user_id);
    result += &element("Arn", &session.arn);
    result += "</AssumedRoleUser><Credentials>";
    result += &element("AccessKeyId", &credentials.access_key_id);
    result += &element("SecretAccessKey", &credentials.secret_access_key);
    result += &element("SessionToken", token);
    result += &element("Expiration", &session.expires_at.iso8601());
    result + "</Credentials>"
}
