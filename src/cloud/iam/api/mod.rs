//! IAM's API: whoever may, changes who may do what. Every request is signed and authorised like
//! any other; a policy that is none is refused before anything changes.
//!
//! IAM and STS of an account are one actor on the stage. One file per sort of thing: [`roles`],
//! [`role_policies`], [`providers`], [`keys`]; [`documents`] reads policies, [`settings`] changes roles.

mod documents;
mod errors;
mod keys;
mod providers;
mod role_policies;
mod roles;
pub mod settings;

pub use documents::revoke_older_sessions;

use crate::cloud::Cloud;
use crate::cloud::access::{Ask, Caller, PERMISSIONS_CHECK, authenticate_then, authorize};
use crate::cloud::aws::{self, AwsError, Wire};
use crate::cloud::front_door::Route;
use crate::cloud::iam::Role;
use crate::cloud::ledger::ActorKind;
use crate::cloud::services::Service;
use crate::cloud::sts::account_of_signer;
use crate::cloud::sts::params::{self, Params, TextRule};
use crate::policy::{Principal, RequestContext};
use crate::protocol::message::{Request, RequestExt, Response};

/// The namespace of IAM's documents.
const NAMESPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";
/// The wire of this service.
const WIRE: Wire = Wire::Query(NAMESPACE);
/// The caller's credentials are of a sort that IAM takes.
const CALLER: (&str, &str) = ("Caller", "IAM guide: comparing the STS API operations");
/// What is to be changed exists, or what is to be made does not.
const ENTITY: (&str, &str) = ("Entity", "IAM API");
/// The policy is one.
const DOCUMENT: (&str, &str) = (
    "Policy document",
    "IAM guide: grammar of the JSON policy language",
);

/// The name of a role.
const ROLE_NAME: TextRule = TextRule::chars(1, 64).named();
/// The name of a policy.
const POLICY_NAME: TextRule = TextRule::chars(1, 128).named();
/// A policy's text. Shorter limits follow for each sort of policy.
const DOCUMENT_TEXT: TextRule = TextRule::chars(1, 131_072);

/// Finds out whether a request is for this service, and which operation it asks for.
pub fn route(cloud: &Cloud, request: &Request) -> Option<Route> {
    if request.host() != "iam.amazonaws.com" {
        return None;
    }
    let operation = params::form(request)
        .get("Action")
        .unwrap_or_default()
        .to_owned();
    let account = account_of_signer(cloud, request);
    let to = account.and_then(|account| cloud.service_actor(ActorKind::Sts, Some(account)));
    let to = to.or_else(|| cloud.service_actor(ActorKind::Sts, None))?;
    Some(Route {
        to,
        service: Service::Iam,
        operation,
    })
}

/// Answers a request.
pub fn answer(cloud: &mut Cloud, route: &Route, request: &Request) -> Response {
    let outcome = match route.operation.as_str() {
        "CreateRole" => roles::create(cloud, route, request),
        "UpdateAssumeRolePolicy" => roles::update_trust(cloud, route, request),
        "PutRolePermissionsBoundary" => roles::put_boundary(cloud, route, request),
        "PutRolePolicy" => role_policies::put(cloud, route, request),
        "DeleteRolePolicy" => role_policies::delete(cloud, route, request),
        "AttachRolePolicy" => role_policies::attach(cloud, route, request),
        "DetachRolePolicy" => role_policies::detach(cloud, route, request),
        "CreateOpenIDConnectProvider" => providers::create_oidc(cloud, route, request),
        "CreateAccessKey" => keys::create(cloud, route, request),
        "UpdateAccessKey" => keys::update(cloud, route, request),
        "" => Err(AwsError::new("MissingAction", 400, "Missing Action")),
        other => Err(errors::no_such_operation(other, request)),
    };
    match outcome {
        Ok(result) if result.is_empty() => {
            aws::success_query_empty(cloud, NAMESPACE, &route.operation)
        }
        Ok(result) => aws::success_query(cloud, NAMESPACE, &route.operation, &result),
        Err(error) => aws::refuse(cloud, WIRE, &error),
    }
}

/// Who asks, and what for.
struct Desk<'a> {
    cloud: &'a mut Cloud,
    caller: Caller,
    params: Params,
}

impl<'a> Desk<'a> {
    /// Finds out who asks. Temporary credentials of users are not taken here, so that a leaked
    /// one cannot change who may do what.
    fn open(
        cloud: &'a mut Cloud,
        route: &Route,
        request: &Request,
        later: &[(&str, &str)],
    ) -> Result<Self, AwsError> {
        let mut checks = vec![CALLER, PERMISSIONS_CHECK];
        checks.extend(later);
        let caller = authenticate_then(cloud, route, request, WIRE, &checks)?;
        let params = Params::of(request);
        let role = matches!(caller.principal, Principal::RoleSession { .. });
        let taken = role || caller.issued_at.is_none();
        let expected = "a long-term key, or a session of a role";
        if !cloud.ledger.verify(CALLER.0, taken, expected, &caller.arn) {
            return Err(errors::invalid_token());
        }
        Ok(Self {
            cloud,
            caller,
            params,
        })
    }

    /// Refuses the request if a parameter breaks the API model, or if it is not allowed.
    fn authorize(
        &mut self,
        action: &str,
        resource: &str,
        context: RequestContext,
    ) -> Result<(), AwsError> {
        let params = std::mem::replace(&mut self.params, Params::empty());
        params.finish()?;
        let ask = Ask {
            action: format!("iam:{action}"),
            resource: resource.to_owned(),
            resource_account: self.caller.account.clone(),
            context,
            resource_policy: None,
        };
        authorize(self.cloud, &self.caller, &ask, WIRE)
    }

    /// The role of this name in the caller's account, whose ARN is what is asked about. A role
    /// that does not exist is asked about too: only who may, learns that it does not.
    fn authorize_role(
        &mut self,
        action: &str,
        name: &str,
        context: RequestContext,
    ) -> Result<Role, AwsError> {
        let role = self
            .cloud
            .iam
            .role_named(&self.caller.account, name)
            .cloned();
        let arn = role.as_ref().map_or_else(
            || format!("arn:aws:iam::{}:role/{name}", self.caller.account),
            |role| role.arn.clone(),
        );
        self.authorize(action, &arn, context)?;
        let actual = if role.is_some() {
            "exists"
        } else {
            "no such role"
        };
        self.cloud
            .ledger
            .verify(ENTITY.0, role.is_some(), format!("role {name}"), actual);
        role.ok_or_else(|| errors::no_such_role(name))
    }
}

/// A moment and an element, as this API writes them.
fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", crate::protocol::xml::escape(text))
}

#[cfg(test)]
mod tests;
