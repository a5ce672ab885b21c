//! `AdminLinkProviderForUser`: a provider's account becomes a way into a user of the pool.

use serde_json::json;

use super::super::api::{Answer, invalid_parameter};
use super::super::input::Input;
use super::super::model::Identity;
use super::{change, check_user};
use crate::cloud::Cloud;
use crate::cloud::aws::{AwsError, shorten};
use crate::cloud::ledger::Source;

const LINK_API: &str = "API reference: AdminLinkProviderForUser";

/// `AdminLinkProviderForUser`: whoever signs in at the provider as that user is this user here.
pub(super) fn link_provider(cloud: &mut Cloud, pool_id: &str, input: &Input) -> Answer {
    let member = |place: &str, name: &str| match input.in_map(place, name)? {
        Some(text) if !text.is_empty() && text.chars().count() <= 2_048 => Ok(text.to_owned()),
        _ => Err(invalid_parameter(format!("{place}.{name} is required"))),
    };
    let name = member("DestinationUser", "ProviderAttributeValue")?;
    let own = member("DestinationUser", "ProviderName")?;
    let provider = member("SourceUser", "ProviderName")?;
    let attribute = member("SourceUser", "ProviderAttributeName")?;
    let user_id = member("SourceUser", "ProviderAttributeValue")?;
    cloud.ledger.plan(&[
        ("User exists", LINK_API),
        ("Provider", LINK_API),
        ("Identity free", LINK_API),
    ]);
    if own != "Cognito" {
        return Err(invalid_parameter(
            "DestinationUser must be a user of the user pool",
        ));
    }
    let user = check_user(cloud, pool_id, &name)?;
    let identity = check_provider(cloud, pool_id, (&provider, &attribute), &user_id)?;
    check_identity_free(cloud, pool_id, (&provider, &user_id))?;
    let source = cloud.ledger.current().map(|exchange| Source::Message {
        exchange,
        member: "SourceUser.ProviderAttributeValue".to_owned(),
    });
    change(cloud, pool_id, &user, |user| {
        user.identities.push(identity);
        if let Some(source) = source {
            let field = "identities[0].userId".to_owned();
            user.sources.entry(field).or_insert(source);
        }
    });
    if let Some(pool) = cloud.user_pools.get_mut(pool_id) {
        pool.links.insert((provider, user_id), user.username);
    }
    Ok(json!({}))
}

fn check_provider(
    cloud: &mut Cloud,
    pool_id: &str,
    (name, attribute): (&str, &str),
    user_id: &str,
) -> Result<Identity, AwsError> {
    let pool = cloud.user_pools.get(pool_id);
    let provider = pool.and_then(|pool| pool.providers.iter().find(|it| it.name == name));
    let identity = provider.map(|provider| Identity {
        user_id: user_id.to_owned(),
        provider_name: provider.name.clone(),
        provider_type: provider.provider_type.to_owned(),
        issuer: provider.issuer.clone(),
        primary: false,
        created_at: cloud.now(),
    });
    let by_subject = attribute == "Cognito_Subject";
    let identity = identity.filter(|_| by_subject);
    let expected = "a provider of this pool, by its Cognito_Subject";
    let actual = format!("{} by {}", shorten(name), shorten(attribute));
    cloud
        .ledger
        .verify("Provider", identity.is_some(), expected, actual);
    identity.ok_or_else(|| match by_subject {
        true => invalid_parameter(format!("Invalid provider name: {name}")),
        false => invalid_parameter("Invalid ProviderAttributeName"),
    })
}

/// Nobody has signed in as that user yet, and nobody is linked to it.
fn check_identity_free(
    cloud: &mut Cloud,
    pool_id: &str,
    (provider, user_id): (&str, &str),
) -> Result<(), AwsError> {
    let pool = cloud.user_pools.get(pool_id);
    let own = format!("{provider}_{user_id}");
    let signed_up = pool.is_some_and(|pool| pool.users.contains_key(&own));
    let key = (provider.to_owned(), user_id.to_owned());
    let linked = pool.and_then(|pool| pool.links.get(&key)).cloned();
    let actual = match &linked {
        Some(username) => format!("linked to {username}"),
        None if signed_up => format!("has a profile of its own, {own}"),
        None => "free".to_owned(),
    };
    let free = linked.is_none() && !signed_up;
    let expected = "neither signed up nor linked";
    if cloud.ledger.verify("Identity free", free, expected, actual) {
        return Ok(());
    }
    Err(invalid_parameter(match signed_up {
        true => {
            "Merging is not currently supported, provide a SourceUser that has not been signed up \
             in order to link"
        }
        false => "SourceUser is already linked to DestinationUser",
    }))
}
