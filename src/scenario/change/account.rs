//! Users, functions and trusted providers of an account set up differently in the middle of a
//! story, by the code that AWS's own API is served with.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::references::Sort;
use super::ChangeError;
use super::world::{good_policy, refused, unknown};
use crate::cloud::iam::OidcProvider;
use crate::cloud::iam::api::settings;
use crate::cloud::lambda;
use crate::cloud::ledger::{ActorId, ActorKind};
use crate::policy::PolicyKind;
use crate::scenario::build::Names;
use crate::scenario::client::Clients;

/// How an IAM user differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum IamUserChange {
    /// An inline policy by its name, JSON; in place of the one of this name or beside the others
    Policy(String, String),
    /// An inline policy less
    WithoutPolicy(String),
}

/// How a function differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum FunctionChange {
    /// Another resource policy, JSON: who else may invoke it
    Policy(String),
    /// No resource policy
    WithoutPolicy,
}

/// Whether an account takes the tokens of a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum OidcProviderChange {
    /// It does, for these audiences: names of apps and app clients, or any text
    Trusted(Vec<String>),
    /// It does not
    NotTrusted,
}

/// Sets an IAM user up differently; says whose card shows it.
pub(super) fn iam_user(
    clients: &mut Clients,
    user: &str,
    becomes: &IamUserChange,
) -> Result<Option<ActorId>, ChangeError> {
    let cloud = &mut clients.cloud;
    let found = cloud.iam.users().find(|known| known.name == user);
    let Some(found) = found.cloned() else {
        let known: Vec<&str> = cloud.iam.users().map(|known| known.name.as_str()).collect();
        return Err(unknown("IAM user", user, known.into_iter()));
    };
    match becomes {
        IamUserChange::Policy(name, json) => {
            let what = format!("the policy {name} of {user}");
            good_policy(PolicyKind::Identity, &what, json)?;
            settings::put_policy(cloud, &found.arn, (name, json)).map_err(refused(what))?;
        }
        IamUserChange::WithoutPolicy(name) => {
            let known = found.policies.iter().map(|it| &*it.name);
            if !known.clone().any(|known| known == name) {
                return Err(unknown("inline policy", name, known));
            }
            let what = format!("the policy {name} of {user}");
            settings::delete_policy(cloud, &found.arn, name).map_err(refused(what))?;
        }
    }
    Ok(cloud.service_actor(ActorKind::Sts, Some(&found.account)))
}

/// Gives a function another resource policy, or none.
pub(super) fn function(
    clients: &mut Clients,
    function: &str,
    becomes: &FunctionChange,
) -> Result<Option<ActorId>, ChangeError> {
    let known = clients.names.functions.keys().map(String::as_str);
    let missing = || unknown(Sort::Function.name(), function, known);
    let arn = clients.names.functions.get(function).cloned();
    let arn = arn.ok_or_else(missing)?;
    let what = format!("the resource policy of {function}");
    let json = match becomes {
        FunctionChange::Policy(json) => {
            good_policy(PolicyKind::Resource, &what, json)?;
            Some(json.as_str())
        }
        FunctionChange::WithoutPolicy => None,
    };
    let wrong = |error: lambda::SetupError| ChangeError::Value {
        what,
        found: error.to_string(),
        expected: "give it a policy of its own".to_owned(),
    };
    lambda::set_policy(&mut clients.cloud, &arn, json).map_err(wrong)?;
    let account = arn.split(':').nth(4);
    Ok(clients.cloud.service_actor(ActorKind::Lambda, account))
}

/// Has an account take the tokens of a provider, or not.
pub(super) fn oidc_provider(
    clients: &mut Clients,
    provider: &str,
    becomes: &OidcProviderChange,
) -> Result<Option<ActorId>, ChangeError> {
    let (account, url) = place(&clients.names, provider)?;
    let audiences = match becomes {
        OidcProviderChange::Trusted(audiences) => audiences.as_slice(),
        OidcProviderChange::NotTrusted => &[],
    };
    let named = audiences.iter().map(|it| audience(&clients.names, it));
    let new = OidcProvider::new(&account, &url, named.collect());
    let iam = &mut clients.cloud.iam;
    let nothing = |what: &str| Err(ChangeError::Nothing(format!("account {account} {what}")));
    match becomes {
        OidcProviderChange::Trusted(_) if iam.oidc_provider(&new.arn) == Some(&new) => {
            return nothing("trusts it so already");
        }
        OidcProviderChange::Trusted(_) => iam.put_oidc_provider(new),
        OidcProviderChange::NotTrusted => {
            if iam.remove_oidc_provider(&new.arn).is_none() {
                return nothing("does not trust it");
            }
        }
    }
    let account = Some(account.as_str());
    Ok(clients.cloud.service_actor(ActorKind::Sts, account))
}

/// The account and the issuer of a provider: as it is known in IAM, or as the first account would
/// come to know it.
fn place(names: &Names, provider: &str) -> Result<(String, String), ChangeError> {
    if let Some(arn) = names.federated.get(provider)
        && let Some((before, issuer)) = arn.split_once(":oidc-provider/")
    {
        let account = before.rsplit(':').next().unwrap_or_default().to_owned();
        return Ok((account, format!("https://{issuer}")));
    }
    if let Some(issuer) = names.issuers.get(provider) {
        return Ok((names.account.clone(), issuer.clone()));
    }
    let known: Vec<&str> = names
        .federated
        .iter()
        .filter(|(_, arn)| arn.contains(":oidc-provider/"))
        .map(|(name, _)| name)
        .chain(names.issuers.keys())
        .map(String::as_str)
        .collect();
    let sort = Sort::IamOidcProvider.name();
    Err(unknown(sort, provider, known.into_iter()))
}

/// A name of an app stands for its id.
fn audience(names: &Names, name: &str) -> String {
    let client = names.clients.get(name).map(|it| it.client_id.clone());
    let app = client.or_else(|| names.apps.get(name).cloned());
    app.unwrap_or_else(|| name.to_owned())
}
