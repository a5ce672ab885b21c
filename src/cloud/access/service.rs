//! AWS services that call each other for themselves: a user pool starting a trigger, Sync
//! assuming the role it was given, API Gateway invoking a function.
//!
//! How services prove themselves to each other inside AWS is not public, so nothing is signed
//! here: the receiver knows who called (the ledger does), and nobody outside AWS can pass for a
//! service. For whom the service acts travels in the headers that AWS reserves for it,
//! `x-amz-source-arn` and `x-amz-source-account`: the confused deputy is stopped by conditions
//! on exactly these.

use serde_json::{Map, Value};

use super::authorize::Ask;
use super::evidence;
use crate::cloud::Cloud;
use crate::cloud::ledger::{ActorKind, PolicyDecision, PolicyText};
use crate::policy::{self, PolicySet, Principal, RequestContext};
use crate::protocol::message::{Message, MessageError, Request};

const SOURCE_ARN: &str = "x-amz-source-arn";
const SOURCE_ACCOUNT: &str = "x-amz-source-account";

/// The check that tells one of AWS's services from everybody else.
pub const SERVICE_CHECK: (&str, &str) = (
    "AWS service",
    "Tokentrail's model: how services prove themselves to each other is not public",
);

/// An AWS service that sends a request for itself, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallingService {
    /// Its principal: `cognito-sync.amazonaws.com`
    pub name: &'static str,
    /// The resource it acts for
    pub source_arn: Option<String>,
    /// The account of that resource
    pub source_account: Option<String>,
}

impl CallingService {
    /// Who that is in a policy's eyes.
    pub fn principal(&self) -> Principal {
        Principal::Service {
            name: self.name.to_owned(),
        }
    }

    /// What a policy can ask about it.
    pub fn context(&self) -> RequestContext {
        let mut context = RequestContext::new();
        context.set("aws:PrincipalIsAWSService", true);
        context.set("aws:PrincipalServiceName", self.name);
        if let Some(arn) = &self.source_arn {
            context.set("aws:SourceArn", arn.as_str());
        }
        if let Some(account) = &self.source_account {
            context.set("aws:SourceAccount", account.as_str());
        }
        context
    }
}

/// The name by which policies know the service behind an actor.
pub fn principal_of(kind: ActorKind) -> Option<&'static str> {
    match kind {
        ActorKind::UserPool => Some("cognito-idp.amazonaws.com"),
        ActorKind::Sync => Some("cognito-sync.amazonaws.com"),
        ActorKind::ApiGateway => Some("apigateway.amazonaws.com"),
        ActorKind::LoadBalancer => Some("elasticloadbalancing.amazonaws.com"),
        ActorKind::Lambda => Some("lambda.amazonaws.com"),
        ActorKind::Sns => Some("sns.amazonaws.com"),
        _ => None,
    }
}

/// The service that sends the request being answered, where it is one and signs nothing.
pub fn calling_service(cloud: &Cloud, request: &Request) -> Option<CallingService> {
    if request.header("authorization").is_some() {
        return None;
    }
    let exchange = cloud.ledger.current()?;
    let from = &cloud.ledger.exchanges().get(exchange.index())?.from;
    let name = principal_of(cloud.actor(from)?.kind)?;
    Some(CallingService {
        name,
        source_arn: request.header(SOURCE_ARN).map(str::to_owned),
        source_account: request.header(SOURCE_ACCOUNT).map(str::to_owned),
    })
}

/// Says in a request for whom the service acts.
pub fn on_behalf_of(request: &mut Request, arn: &str, account: &str) -> Result<(), MessageError> {
    request.set_header(SOURCE_ARN, arn)?;
    request.set_header(SOURCE_ACCOUNT, account)
}

/// Lets the resource's policy decide about a service, as one check.
pub fn authorize_service(cloud: &mut Cloud, caller: &CallingService, ask: &Ask) -> bool {
    let mut context = caller.context();
    for (key, value) in ask.context.iter() {
        context.set(key, value.clone());
    }
    let set = PolicySet {
        resource: ask.resource_policy.clone(),
        ..PolicySet::default()
    };
    let request = policy::Request {
        principal: caller.principal(),
        action: ask.action.clone(),
        resource: ask.resource.clone(),
        resource_account: Some(ask.resource_account.clone()),
        context,
    };
    let explanation = policy::explain(&set, &request);
    let check = evidence::of(&explanation, ask);
    let allowed = explanation.is_allowed();
    cloud
        .ledger
        .verify(check.name, allowed, check.expected, check.actual);
    if let Some(exchange) = cloud.ledger.current() {
        let context = match serde_json::to_value(&request.context) {
            Ok(Value::Object(context)) => context,
            _ => Map::new(),
        };
        let texts = set.resource.iter().map(|named| PolicyText {
            name: named.name.to_string(),
            kind: "resource".to_owned(),
            json: named.policy.text().to_owned(),
        });
        cloud.ledger.decided(PolicyDecision {
            exchange,
            principal: request.principal.display().into(),
            action: request.action.into(),
            resource: request.resource.into(),
            context: context.into(),
            policies: texts.collect::<Vec<_>>().into(),
            explanation: explanation.into(),
        });
    }
    allowed
}
