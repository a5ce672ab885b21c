//! How a world sets a SAML provider up, and how an account comes to trust it.

use std::collections::BTreeMap;

use super::{Employee, Metadata, Provider};
use crate::cloud::Cloud;
use crate::cloud::ledger::ActorId;
use crate::protocol::keys::KeyError;

/// A provider as a world sets it up.
#[derive(Clone, Debug)]
pub struct SamlProviderConfig {
    /// Who answers for it on the stage
    pub actor: ActorId,
    /// What its pages call it: "Example Corp"
    pub name: String,
    /// Its host: `idp.example.com`
    pub host: String,
}

/// Somebody who works there.
#[derive(Clone, Debug, Default)]
pub struct EmployeeConfig {
    /// What sessions are called: `dana`
    pub session_name: String,
    /// E-mail address, also the login
    pub email: String,
    /// Password
    pub password: String,
    /// Roles at AWS, each with the IAM SAML provider that vouches for it: (role ARN, provider ARN)
    pub roles: Vec<(String, String)>,
    /// How long sessions shall last, where the company says, in seconds
    pub session_seconds: Option<i64>,
}

/// Puts a provider into the world.
pub fn add_provider(cloud: &mut Cloud, config: SamlProviderConfig) {
    let provider = Provider {
        entity_id: format!("https://{}/saml", config.host),
        name: config.name,
        host: config.host,
        employees: BTreeMap::new(),
    };
    cloud
        .saml_providers
        .providers
        .insert(config.actor, provider);
}

/// Adds somebody. False where there is no such provider.
pub fn add_employee(cloud: &mut Cloud, actor: &ActorId, config: EmployeeConfig) -> bool {
    let Some(provider) = cloud.saml_providers.providers.get_mut(actor) else {
        return false;
    };
    let login = config.email.to_ascii_lowercase();
    let employee = Employee {
        email: config.email,
        password: config.password,
        roles: config.roles,
        session_name: config.session_name,
        session_seconds: config.session_seconds,
    };
    provider.employees.insert(login, employee);
    true
}

/// `arn:aws:iam::ACCOUNT:saml-provider/NAME`
pub fn provider_arn(account: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:saml-provider/{name}")
}

/// Has an account trust a provider, by a copy of its metadata as it is now (`CreateSAMLProvider`).
/// Returns the ARN in IAM; `None` where there is no such provider.
pub fn trust(
    cloud: &mut Cloud,
    actor: &ActorId,
    (account, name): (&str, &str),
) -> Result<Option<String>, KeyError> {
    let provider = cloud.saml_providers.providers.get(actor);
    let Some(entity_id) = provider.map(|provider| provider.entity_id.clone()) else {
        return Ok(None);
    };
    let metadata = Metadata {
        account: account.to_owned(),
        name: name.to_owned(),
        entity_id,
        key: cloud.keys.get(&key_name(actor))?.verifying_key()?,
    };
    let arn = provider_arn(account, name);
    cloud.saml_providers.metadata.insert(arn.clone(), metadata);
    Ok(Some(arn))
}

/// Where people of a provider begin to sign in to AWS.
pub fn sign_in_url(cloud: &Cloud, actor: &ActorId) -> Option<String> {
    let provider = cloud.saml_providers.providers.get(actor)?;
    Some(format!("https://{}{}", provider.host, super::SSO_PATH))
}

/// The name of the key a provider signs with, to be generated ahead of time.
pub fn key_name(actor: &ActorId) -> String {
    format!("saml/{actor}/signing")
}
