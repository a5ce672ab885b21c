//! Setting identity pools up by request: made, given roles and tag maps, and looked into.
//! Whoever gives a pool a role hands the role on, and needs leave for that too.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::config::{
    AmbiguousRoleResolution, IdentityPoolConfig, MappingKind, MappingRule, MatchType, RoleMapping,
    Roles, UserPoolProvider, add_pool,
};
use super::{IdentityPool, counter, errors, wire};
use crate::cloud::access::{Ask, Caller, PERMISSIONS_CHECK, authorize};
use crate::cloud::aws::{AwsError, Wire};
use crate::cloud::front_door::Route;
use crate::cloud::{Cloud, REGION};
use crate::policy::RequestContext;
use crate::protocol::message::Request;

/// The most rules of one mapping.
const MAX_RULES: usize = 25;
/// The most providers with a mapping.
const MAX_MAPPINGS: usize = 10;
/// The most principal tags of one provider.
const MAX_TAGS: usize = 50;
/// The roles a pool can have.
const ROLE_KINDS: [&str; 2] = ["authenticated", "unauthenticated"];

/// `CognitoIdentityProviders` of a request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UserPoolInput {
    #[serde(default)]
    provider_name: String,
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    server_side_token_check: bool,
}

/// A `RoleMapping` of a request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MappingInput {
    #[serde(rename = "Type")]
    kind: String,
    ambiguous_role_resolution: Option<String>,
    rules_configuration: Option<RulesInput>,
}

/// A `RulesConfiguration` of a request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RulesInput {
    rules: Vec<RuleInput>,
}

/// A `MappingRule` of a request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RuleInput {
    claim: String,
    match_type: String,
    value: String,
    #[serde(rename = "RoleARN")]
    role_arn: String,
}

/// `CreateIdentityPool`.
pub fn create_pool(cloud: &mut Cloud, route: &Route, request: &Request) -> Result<Value, AwsError> {
    let caller = counter::enter(cloud, route, request, &[])?;
    let mut input = wire::Input::parse(request)?;
    let name = input.required("IdentityPoolName", wire::POOL_NAME)?;
    let guests = input.yes_no("AllowUnauthenticatedIdentities")?;
    if guests.is_none() {
        input.missing("AllowUnauthenticatedIdentities");
    }
    let mut config = IdentityPoolConfig::new(route.to.clone(), name.clone(), &caller.account);
    config.allow_unauthenticated = guests.unwrap_or_default();
    config.allow_classic = input.yes_no("AllowClassicFlow")?.unwrap_or_default();
    config.supported_logins = input.texts("SupportedLoginProviders")?.unwrap_or_default();
    config.developer_provider =
        input.optional("DeveloperProviderName", wire::DEVELOPER_PROVIDER)?;
    let arns: Option<Vec<String>> = input.structure("OpenIdConnectProviderARNs")?;
    config.oidc_provider_arns = arns.unwrap_or_default();
    let pools: Option<Vec<UserPoolInput>> = input.structure("CognitoIdentityProviders")?;
    let pools = pools.unwrap_or_default().into_iter();
    config.user_pool_providers = pools.map(user_pool_provider).collect();
    input.finish()?;
    counter::allow(
        cloud,
        &caller,
        "CreateIdentityPool",
        ("*".to_owned(), &caller.account),
    )?;
    let stream = format!("identity-pool/{name}/created");
    config.id = Some(format!("{REGION}:{}", cloud.fresh(&stream).uuid()));
    let answer = described(&config);
    add_pool(cloud, config);
    Ok(answer)
}

fn user_pool_provider(input: UserPoolInput) -> UserPoolProvider {
    UserPoolProvider {
        provider_name: input.provider_name,
        client_id: input.client_id,
        server_side_token_check: input.server_side_token_check,
    }
}

/// The members of an identity pool.
fn described(config: &IdentityPoolConfig) -> Value {
    let pools: Vec<Value> = config
        .user_pool_providers
        .iter()
        .map(|known| {
            json!({
                "ProviderName": known.provider_name,
                "ClientId": known.client_id,
                "ServerSideTokenCheck": known.server_side_token_check,
            })
        })
        .collect();
    json!({
        "IdentityPoolId": config.id,
        "IdentityPoolName": config.name,
        "AllowUnauthenticatedIdentities": config.allow_unauthenticated,
        "AllowClassicFlow": config.allow_classic,
        "SupportedLoginProviders": config.supported_logins,
        "DeveloperProviderName": config.developer_provider,
        "OpenIdConnectProviderARNs": config.oidc_provider_arns,
        "CognitoIdentityProviders": pools,
    })
}

/// `SetIdentityPoolRoles`: the default roles and the mappings, all at once.
pub fn set_roles(cloud: &mut Cloud, route: &Route, request: &Request) -> Result<Value, AwsError> {
    let caller = counter::enter(cloud, route, request, &[])?;
    let mut input = wire::Input::parse(request)?;
    let pool_id = input.required("IdentityPoolId", wire::ID)?;
    let roles = input.texts("Roles")?;
    if roles.is_none() {
        input.missing("Roles");
    }
    let mappings: Option<BTreeMap<String, MappingInput>> = input.structure("RoleMappings")?;
    input.finish()?;
    let roles = roles.unwrap_or_default();
    let pool = counter::pool(cloud, &caller, "SetIdentityPoolRoles", &pool_id)?;
    let unknown = roles
        .keys()
        .find(|kind| !ROLE_KINDS.contains(&kind.as_str()));
    if let Some(unknown) = unknown {
        let message = format!("{unknown} is not authenticated or unauthenticated.");
        return Err(errors::invalid_parameter(message));
    }
    let mappings = role_mappings(mappings.unwrap_or_default())?;
    pass_roles(cloud, &caller, &pool, &roles, &mappings)?;
    if let Some(pool) = cloud.identity_pools.pool_mut(&pool.id) {
        pool.config.roles = Roles {
            authenticated: roles.get("authenticated").cloned(),
            unauthenticated: roles.get("unauthenticated").cloned(),
        };
        pool.config.role_mappings = mappings;
    }
    Ok(json!({}))
}

fn role_mappings(
    input: BTreeMap<String, MappingInput>,
) -> Result<BTreeMap<String, RoleMapping>, AwsError> {
    if input.len() > MAX_MAPPINGS {
        let message = format!("There can be role mappings for at most {MAX_MAPPINGS} providers.");
        return Err(errors::invalid_parameter(message));
    }
    let mappings = input.into_iter();
    mappings
        .map(|(provider, mapping)| Ok((provider, role_mapping(mapping)?)))
        .collect()
}

fn role_mapping(input: MappingInput) -> Result<RoleMapping, AwsError> {
    let ambiguous = match input.ambiguous_role_resolution.as_deref() {
        Some("AuthenticatedRole") => AmbiguousRoleResolution::AuthenticatedRole,
        Some("Deny") => AmbiguousRoleResolution::Deny,
        _ => {
            let message = "AmbiguousRoleResolution must be AuthenticatedRole or Deny.";
            return Err(errors::invalid_parameter(message));
        }
    };
    let kind = match (input.kind.as_str(), input.rules_configuration) {
        ("Token", None) => MappingKind::Token,
        ("Rules", Some(rules)) if (1..=MAX_RULES).contains(&rules.rules.len()) => {
            let rules: Result<Vec<MappingRule>, AwsError> =
                rules.rules.into_iter().map(rule).collect();
            MappingKind::Rules(rules?)
        }
        _ => {
            return Err(errors::invalid_parameter(format!(
                "A role mapping is of type Token without rules, or of type Rules with 1 to \
                 {MAX_RULES} of them."
            )));
        }
    };
    Ok(RoleMapping { kind, ambiguous })
}

fn rule(input: RuleInput) -> Result<MappingRule, AwsError> {
    let all = [
        MatchType::Equals,
        MatchType::Contains,
        MatchType::StartsWith,
        MatchType::NotEqual,
    ];
    let match_type = all.into_iter().find(|one| one.name() == input.match_type);
    let match_type = match_type.ok_or_else(|| {
        let message = format!("{} is not a MatchType.", input.match_type);
        errors::invalid_parameter(message)
    })?;
    Ok(MappingRule {
        claim: input.claim,
        match_type,
        value: input.value,
        role_arn: input.role_arn,
    })
}

/// Asks for every role that the pool is to have whether the caller may hand it on.
fn pass_roles(
    cloud: &mut Cloud,
    caller: &Caller,
    pool: &IdentityPool,
    roles: &BTreeMap<String, String>,
    mappings: &BTreeMap<String, RoleMapping>,
) -> Result<(), AwsError> {
    let mut arns: Vec<&String> = roles.values().collect();
    for mapping in mappings.values() {
        if let MappingKind::Rules(rules) = &mapping.kind {
            arns.extend(rules.iter().map(|rule| &rule.role_arn));
        }
    }
    arns.sort();
    arns.dedup();
    for arn in arns {
        let owner = arn.split(':').nth(4).filter(|owner| !owner.is_empty());
        let context = RequestContext::new()
            .with("iam:PassedToService", "cognito-identity.amazonaws.com")
            .with("iam:AssociatedResourceArn", pool.arn());
        let ask = Ask {
            action: "iam:PassRole".to_owned(),
            resource: arn.clone(),
            resource_account: owner.unwrap_or(&caller.account).to_owned(),
            context,
            resource_policy: None,
        };
        cloud.ledger.plan(&[PERMISSIONS_CHECK]);
        authorize(cloud, caller, &ask, Wire::Json11)?;
    }
    Ok(())
}

/// `SetPrincipalTagAttributeMap`: which claims of a provider become principal tags.
pub fn set_tags(cloud: &mut Cloud, route: &Route, request: &Request) -> Result<Value, AwsError> {
    let caller = counter::enter(cloud, route, request, &[])?;
    let mut input = wire::Input::parse(request)?;
    let pool_id = input.required("IdentityPoolId", wire::ID)?;
    let provider = input.required("IdentityProviderName", wire::POOL_NAME)?;
    let defaults = input.yes_no("UseDefaults")?.unwrap_or_default();
    let tags = input.texts("PrincipalTags")?;
    input.finish()?;
    let pool = counter::pool(cloud, &caller, "SetPrincipalTagAttributeMap", &pool_id)?;
    let tags = match (defaults, tags) {
        // The default map of the API
        (true, _) => [("username", "sub"), ("client", "aud")]
            .map(|(tag, claim)| (tag.to_owned(), claim.to_owned()))
            .into(),
        (false, tags) => tags.unwrap_or_default(),
    };
    if tags.len() > MAX_TAGS {
        let message = format!("There can be at most {MAX_TAGS} principal tags.");
        return Err(errors::invalid_parameter(message));
    }
    let answer = json!({
        "IdentityPoolId": pool.id,
        "IdentityProviderName": provider,
        "UseDefaults": defaults,
        "PrincipalTags": tags,
    });
    if let Some(pool) = cloud.identity_pools.pool_mut(&pool.id) {
        if tags.is_empty() {
            pool.config.principal_tags.remove(&provider);
        } else {
            pool.config.principal_tags.insert(provider, tags);
        }
    }
    Ok(answer)
}

/// `DescribeIdentity`: which providers an identity has logins of, and since when.
pub fn describe_identity(
    cloud: &mut Cloud,
    route: &Route,
    request: &Request,
) -> Result<Value, AwsError> {
    let caller = counter::enter(cloud, route, request, &[])?;
    let mut input = wire::Input::parse(request)?;
    let id = input.required("IdentityId", wire::ID)?;
    input.finish()?;
    let pool = cloud.identity_pools.pool_of(&id);
    let (resource, owner) = match &pool {
        Some(pool) => (pool.arn(), pool.config.account.clone()),
        None => ("*".to_owned(), caller.account.clone()),
    };
    counter::allow(cloud, &caller, "DescribeIdentity", (resource, &owner))?;
    let identities = pool.and_then(|pool| cloud.identity_pools.identities(&pool.id));
    let identity = identities.and_then(|all| all.get(&id));
    let identity = identity.ok_or_else(|| errors::no_such_identity(&id))?;
    let mut logins: Vec<&str> = identity
        .logins
        .iter()
        .map(|one| one.provider.as_str())
        .collect();
    logins.dedup();
    Ok(json!({
        "IdentityId": identity.id,
        "Logins": logins,
        "CreationDate": identity.created_at.epoch_seconds(),
        "LastModifiedDate": identity.modified_at.epoch_seconds(),
    }))
}
