//! The other end of `AssumeRole` by a service: the call as the service makes it, through the
//! front door, and requests signed with what came back.

use crate::cloud::access;
use crate::cloud::ledger::{ActorId, CredentialsValue};
use crate::cloud::{Cloud, REGION, aws};
use crate::protocol::form::Form;
use crate::protocol::message::{self, Message, Request};
use crate::protocol::sigv4::{self, Credentials, SignOptions};
use crate::protocol::time::Moment;
use crate::protocol::xml;

/// For whom a service acts.
#[derive(Clone, Copy, Debug)]
pub struct OnBehalf<'a> {
    /// The resource
    pub arn: &'a str,
    /// Its account
    pub account: &'a str,
}

/// A service becomes a role. The error says in a few words why it could not.
pub fn assume_role(
    cloud: &mut Cloud,
    by: &ActorId,
    role_arn: &str,
    session_name: &str,
    behalf: OnBehalf<'_>,
) -> Result<CredentialsValue, String> {
    let form = Form::new()
        .with("Action", "AssumeRole")
        .with("Version", "2011-06-15")
        .with("RoleArn", role_arn)
        .with("RoleSessionName", session_name);
    let url = format!("https://sts.{REGION}.amazonaws.com/");
    let mut request = message::post_form(&url, &form).map_err(|error| error.to_string())?;
    access::on_behalf_of(&mut request, behalf.arn, behalf.account)
        .map_err(|error| error.to_string())?;
    let answer = cloud
        .send(by, request)
        .map_err(|error| error.to_string())?
        .response;
    if let Some(refusal) = aws::refusal_in(&answer) {
        return Err(format!("{}: {}", refusal.code, refusal.message));
    }
    let text = answer.text_body().unwrap_or_default();
    let root = xml::parse(text).map_err(|error| error.to_string())?;
    let credentials = root.at(&["AssumeRoleResult", "Credentials"]);
    let member = |name: &str| {
        let text = credentials.and_then(|found| found.text_at(&[name]));
        text.map(str::to_owned)
            .ok_or_else(|| format!("STS answered without {name}"))
    };
    Ok(CredentialsValue {
        access_key_id: member("AccessKeyId")?,
        secret_access_key: member("SecretAccessKey")?,
        session_token: Some(member("SessionToken")?),
        expiration: Moment::parse(&member("Expiration")?).ok(),
    })
}

/// Signs a request that a service makes with such credentials.
pub fn sign(
    cloud: &Cloud,
    request: &mut Request,
    credentials: &CredentialsValue,
    service: &str,
) -> Result<(), String> {
    let credentials = Credentials {
        access_key_id: credentials.access_key_id.clone(),
        secret_access_key: credentials.secret_access_key.clone(),
        session_token: credentials.session_token.clone(),
    };
    let options = SignOptions::default();
    sigv4::sign(request, &credentials, REGION, service, cloud.now(), options)
        .map(|_| ())
        .map_err(|error| error.to_string())
}
