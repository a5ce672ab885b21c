//! The table of services: which one answers a request, and how each describes itself.
//! A new service is one folder and one line in each function here.

use std::collections::BTreeMap;

use super::front_door::Route;
use super::ledger::{ActorId, ActorKind};
use super::{
    Cloud, api_gateway, devices, dynamodb, facebook, iam, identity_pool, lambda, load_balancer,
    oauth_provider, people, s3, saml_provider, sns, sts, sync, user_pool,
};
use crate::protocol::message::{Request, Response};

/// Everything that answers HTTP requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Facebook's dialogs and Graph API
    Facebook,
    /// Google's sign-in
    Google,
    /// Sign in with Apple
    Apple,
    /// Login with Amazon
    LoginWithAmazon,
    /// Any other OpenID Connect issuer
    Oidc,
    /// A SAML identity provider
    Saml,
    /// A user pool's API, hosted pages and key documents
    UserPool,
    /// Cognito identity pools
    IdentityPool,
    /// STS
    Sts,
    /// IAM
    Iam,
    /// S3
    S3,
    /// DynamoDB
    DynamoDb,
    /// Lambda
    Lambda,
    /// API Gateway
    ApiGateway,
    /// Application Load Balancers
    LoadBalancer,
    /// Cognito Sync
    Sync,
    /// SNS
    Sns,
    /// A device that takes a push
    Device,
}

impl Service {
    /// The service as AWS's SDKs name it; a provider's own name elsewhere.
    pub fn name(self) -> &'static str {
        match self {
            Self::Facebook => "facebook",
            Self::Google => "google",
            Self::Apple => "apple",
            Self::LoginWithAmazon => "login-with-amazon",
            Self::Oidc => "oidc",
            Self::Saml => "saml",
            Self::UserPool => "cognito-idp",
            Self::IdentityPool => "cognito-identity",
            Self::Sts => "sts",
            Self::Iam => "iam",
            Self::S3 => "s3",
            Self::DynamoDb => "dynamodb",
            Self::Lambda => "lambda",
            Self::ApiGateway => "execute-api",
            Self::LoadBalancer => "elasticloadbalancing",
            Self::Sync => "cognito-sync",
            Self::Sns => "sns",
            Self::Device => "push",
        }
    }
}

/// Finds who answers a request, by its host and path.
pub fn route(cloud: &Cloud, request: &Request) -> Option<Route> {
    facebook::route(cloud, request)
        .or_else(|| user_pool::route(cloud, request))
        .or_else(|| identity_pool::route(cloud, request))
        .or_else(|| sts::route(cloud, request))
        .or_else(|| iam::api::route(cloud, request))
        .or_else(|| s3::route(cloud, request))
        .or_else(|| dynamodb::route(cloud, request))
        .or_else(|| lambda::route(cloud, request))
        .or_else(|| oauth_provider::route(cloud, request))
        .or_else(|| saml_provider::route(cloud, request))
        .or_else(|| api_gateway::route(cloud, request))
        .or_else(|| sync::route(cloud, request))
        .or_else(|| sns::route(cloud, request))
        .or_else(|| load_balancer::route(cloud, request))
        .or_else(|| devices::route(cloud, request))
}

/// Has the service answer.
pub fn answer(cloud: &mut Cloud, route: &Route, request: &Request) -> Response {
    match route.service {
        Service::Facebook => facebook::answer(cloud, route, request),
        Service::Google | Service::Apple | Service::LoginWithAmazon | Service::Oidc => {
            oauth_provider::answer(cloud, route, request)
        }
        Service::Saml => saml_provider::answer(cloud, route, request),
        Service::UserPool => user_pool::answer(cloud, route, request),
        Service::IdentityPool => identity_pool::answer(cloud, route, request),
        Service::Sts => sts::answer(cloud, route, request),
        Service::Iam => iam::api::answer(cloud, route, request),
        Service::S3 => s3::answer(cloud, route, request),
        Service::DynamoDb => dynamodb::answer(cloud, route, request),
        Service::Lambda => lambda::answer(cloud, route, request),
        Service::ApiGateway => api_gateway::answer(cloud, route, request),
        Service::LoadBalancer => load_balancer::answer(cloud, route, request),
        Service::Sync => sync::answer(cloud, route, request),
        Service::Sns => sns::answer(cloud, route, request),
        Service::Device => devices::answer(cloud, route, request),
    }
}

/// What an actor's card says now, and its whole state for the inspector.
pub fn describe(cloud: &Cloud, actor: &ActorId) -> (String, Vec<(String, String)>) {
    let Some(kind) = cloud.actor(actor).map(|actor| actor.kind) else {
        return (String::new(), Vec::new());
    };
    match kind {
        ActorKind::Person => people::describe(cloud, actor),
        ActorKind::Phone | ActorKind::Tablet | ActorKind::Laptop | ActorKind::Backend => {
            devices::describe(cloud, actor)
        }
        ActorKind::Facebook => facebook::describe(cloud, actor),
        ActorKind::Google
        | ActorKind::Apple
        | ActorKind::LoginWithAmazon
        | ActorKind::OidcProvider => oauth_provider::describe(cloud, actor),
        ActorKind::SamlProvider => saml_provider::describe(cloud, actor),
        ActorKind::UserPool => user_pool::describe(cloud, actor),
        ActorKind::IdentityPool => identity_pool::describe(cloud, actor),
        ActorKind::Sts => sts::describe(cloud, actor),
        ActorKind::S3 => s3::describe(cloud, actor),
        ActorKind::DynamoDb => dynamodb::describe(cloud, actor),
        ActorKind::Lambda => lambda::describe(cloud, actor),
        ActorKind::ApiGateway => api_gateway::describe(cloud, actor),
        ActorKind::LoadBalancer => load_balancer::describe(cloud, actor),
        ActorKind::Sync => sync::describe(cloud, actor),
        ActorKind::Sns => sns::describe(cloud, actor),
    }
}

/// Publishes the keys of every issuer that has signed a token in this story and whose keys nobody
/// has fetched. An issuer's keys are public whether somebody asks or not, and whoever holds a
/// recording must be able to verify all of it.
pub fn publish_unfetched_keys(cloud: &mut Cloud) {
    let published = |cloud: &Cloud, issuer: &str| {
        cloud
            .ledger
            .published_keys()
            .iter()
            .any(|keys| keys.issuer == issuer)
    };
    let issuers: BTreeMap<String, ActorId> = cloud
        .ledger
        .artifacts()
        .iter()
        .filter(|artifact| !artifact.tampered)
        .filter_map(|artifact| {
            let issuer = artifact.claims.as_ref()?.get("iss")?.as_str()?;
            Some((issuer.to_owned(), artifact.minted_by.clone()))
        })
        .filter(|(issuer, _)| !published(cloud, issuer))
        .collect();
    for (issuer, actor) in issuers {
        match cloud.actor(&actor).map(|actor| actor.kind) {
            Some(ActorKind::UserPool) => user_pool::publish_keys(cloud, &issuer),
            // A pool's key that cannot be made has signed nothing
            Some(ActorKind::IdentityPool) => drop(identity_pool::token::key_document(cloud)),
            Some(ActorKind::Facebook) => facebook::publish_keys(cloud),
            Some(
                ActorKind::Google
                | ActorKind::Apple
                | ActorKind::LoginWithAmazon
                | ActorKind::OidcProvider,
            ) => oauth_provider::publish_keys(cloud, &actor),
            _ => {}
        }
    }
}
