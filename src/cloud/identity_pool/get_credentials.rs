//! `GetCredentialsForIdentity`: the enhanced flow. The pool chooses the role, vouches for the
//! identity towards STS, and hands on the credentials that STS lends.

use serde_json::{Value, json};

use super::config::IdentityPool;
use super::known::Proven;
use super::logins::Planned;
use super::roles::{self, Choice, NoRole};
use super::token::PoolToken;
use super::{errors, guest_scope, identity_id, known, token, wire};
use crate::cloud::aws::AwsError;
use crate::cloud::{Cloud, REGION, aws};
use crate::protocol::form::Form;
use crate::protocol::message::{self, Message, Request};
use crate::protocol::time::{Moment, Span};
use crate::protocol::xml;

/// The session name of everybody who comes this way.
const SESSION_NAME: &str = "CognitoIdentityCredentials";
/// How long the credentials live.
const LIFE: Span = Span::from_hours(1);

const ROLE: Planned = ("Role", "Cognito guide: role-based access control");
const STS_ANSWER: Planned = (
    "STS lends the role",
    "Cognito guide: role trust and permissions",
);

/// Runs the operation.
pub fn run(cloud: &mut Cloud, request: &Request) -> Result<Value, AwsError> {
    let mut input = wire::Input::parse(request)?;
    let id = input.required("IdentityId", wire::ID)?;
    let logins = input.logins()?;
    let custom = input.optional("CustomRoleArn", wire::ARN)?;
    input.finish()?;
    known::plan(cloud, &id, &logins, &[], &[ROLE, STS_ANSWER]);
    let pool = known::find(cloud, &id)?;
    let proven = known::prove(cloud, &pool, &id, &logins)?;
    let role = choose_role(cloud, &pool, &proven, custom.as_deref())?;
    let artifact = identity_id::mint(cloud, &pool, &proven.id, &proven.logins);
    let token = token::mint(cloud, &pool, (&proven.id, artifact), &proven.logins)?;
    let guest = proven.logins.is_empty();
    let lent = ask_sts(cloud, &pool, &role, &token, guest);
    // The pool keeps no token: it vouched once, and is asked again next time
    cloud.spend(token.artifact);
    let credentials = lent?;
    known::apply(cloud, &pool, proven.resolution, None);
    Ok(json!({ "IdentityId": proven.id, "Credentials": credentials }))
}

fn choose_role(
    cloud: &mut Cloud,
    pool: &IdentityPool,
    proven: &Proven,
    custom: Option<&str>,
) -> Result<Choice, AwsError> {
    const EXPECTED: &str = "a role for this identity";
    match roles::choose(pool, &proven.logins, custom) {
        Ok(choice) => {
            let actual = format!("{}: {}", choice.role_arn, choice.reason);
            cloud.ledger.passed(ROLE.0, EXPECTED, actual);
            Ok(choice)
        }
        Err(NoRole::NotConfigured(why)) => {
            cloud.ledger.failed(ROLE.0, EXPECTED, why);
            Err(errors::bad_configuration())
        }
        Err(NoRole::Denied(why)) => {
            cloud.ledger.failed(ROLE.0, EXPECTED, why);
            Err(errors::forbidden(&proven.id).in_own_words())
        }
    }
}

/// Calls STS on the identity's behalf and turns its answer into the members of this API, which
/// are not named alike: SecretKey, and the expiration as a number.
fn ask_sts(
    cloud: &mut Cloud,
    pool: &IdentityPool,
    role: &Choice,
    token: &PoolToken,
    guest: bool,
) -> Result<Value, AwsError> {
    let expected = format!("credentials of {}", role.role_arn);
    let request = sts_request(role, token, guest).map_err(|_| errors::internal())?;
    let answer = cloud
        .send(&pool.config.actor, request)
        .map_err(|_| errors::internal())?
        .response;
    if let Some(refusal) = aws::refusal_in(&answer) {
        let actual = format!("{}: {}", refusal.code, refusal.message);
        cloud.ledger.failed(STS_ANSWER.0, expected, actual);
        return Err(errors::bad_configuration());
    }
    let document = answer
        .text_body()
        .ok()
        .and_then(|text| xml::parse(text).ok());
    let credentials = document
        .as_ref()
        .and_then(|root| root.at(&["AssumeRoleWithWebIdentityResult", "Credentials"]));
    let member = |name: &str| credentials.and_then(|found| found.text_at(&[name]));
    let (Some(key), Some(secret), Some(session), Some(expiration)) = (
        member("AccessKeyId"),
        member("SecretAccessKey"),
        member("SessionToken"),
        member("Expiration").and_then(|text| Moment::parse(text).ok()),
    ) else {
        return Err(errors::internal());
    };
    cloud.ledger.passed(
        STS_ANSWER.0,
        expected,
        format!("{key}, until {}", expiration.iso8601()),
    );
    Ok(json!({
        "AccessKeyId": key,
        "SecretKey": secret,
        "SessionToken": session,
        "Expiration": expiration.epoch_seconds(),
    }))
}

fn sts_request(
    role: &Choice,
    token: &PoolToken,
    guest: bool,
) -> Result<Request, message::MessageError> {
    let limits = guest.then(guest_scope::session_policy);
    let form = Form::new()
        .with("Action", "AssumeRoleWithWebIdentity")
        .with("Version", "2011-06-15")
        .with("RoleArn", &role.role_arn)
        .with("RoleSessionName", SESSION_NAME)
        .with("WebIdentityToken", &token.text)
        .with("DurationSeconds", &LIFE.seconds().to_string())
        .with_optional("Policy", limits.as_deref());
    message::post_form(&format!("https://sts.{REGION}.amazonaws.com/"), &form)
}
