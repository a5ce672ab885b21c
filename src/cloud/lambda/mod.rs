//! Lambda: small functions that run when somebody may invoke them.
//!
//! - [`config`]: how a world sets functions up; [`code`] what they do, as data
//! - [`invoke`], [`add_permission`]: the operations
//! - [`call`]: how another service of AWS starts a function: a user pool its triggers, API
//!   Gateway and a load balancer their targets, Sync its event
//!
//! A function acts in the cloud with its execution role alone: it asks STS for the role's
//! credentials and signs with them like anybody else.

mod add_permission;
pub mod call;
pub mod code;
pub mod config;
mod invoke;
mod tables;

use std::collections::BTreeMap;

use super::aws::{self, AwsError, Wire};
use super::front_door::Route;
use super::ledger::{ActorId, ActorKind};
use super::services::Service;
use super::{Cloud, REGION, sts};
use crate::protocol::form::percent_decode;
use crate::protocol::message::{Request, RequestExt, Response};

pub use call::{Failure, Invocation, invoke_for_service};
pub use code::Code;
pub use config::{
    FunctionConfig, Permission, SetupError, add_function, add_permission, set_policy,
};

use config::Function;

/// The protocol.
const WIRE: Wire = Wire::RestJson;
/// What every path of a function begins with.
const PATH: &str = "/2015-03-31/functions/";

/// All functions, by ARN.
#[derive(Clone, Debug, Default)]
pub struct Lambda {
    functions: BTreeMap<String, Function>,
}

impl Lambda {
    fn function(&self, arn: &str) -> Option<&Function> {
        self.functions.get(arn)
    }

    fn function_mut(&mut self, arn: &str) -> Option<&mut Function> {
        self.functions.get_mut(arn)
    }
}

/// A function's ARN.
pub fn arn(account: &str, name: &str) -> String {
    format!("arn:aws:lambda:{REGION}:{account}:function:{name}")
}

/// The host of Lambda's API.
pub fn host() -> String {
    format!("lambda.{REGION}.amazonaws.com")
}

/// Where a function is invoked.
fn invocation_url(function: &str) -> String {
    let name = crate::protocol::form::percent_encode(function);
    format!("https://{}{PATH}{name}/invocations", host())
}

/// Finds out whether a request is for this service, and which operation it asks for.
pub fn route(cloud: &Cloud, request: &Request) -> Option<Route> {
    if !aws::is_endpoint(request.host(), "lambda") {
        return None;
    }
    let path = RequestExt::path(request);
    let (operation, function) = match asked_for(path) {
        Some((function, "invocations")) if request.method() == http::Method::POST => {
            ("Invoke", Some(function))
        }
        Some((function, "policy")) if request.method() == http::Method::POST => {
            ("AddPermission", Some(function))
        }
        _ => ("UnknownOperation", None),
    };
    let named = function.as_deref().and_then(account_in);
    let caller = sts::account_of_signer(cloud, request).map(str::to_owned);
    let account = named.or(caller);
    let to = account.and_then(|id| cloud.service_actor(ActorKind::Lambda, Some(&id)));
    let to = to.or_else(|| cloud.service_actor(ActorKind::Lambda, None))?;
    Some(Route {
        to,
        service: Service::Lambda,
        operation: operation.to_owned(),
    })
}

/// The function and what is to be done with it.
fn asked_for(path: &str) -> Option<(String, &str)> {
    let (function, what) = path.strip_prefix(PATH)?.split_once('/')?;
    Some((percent_decode(function).ok()?, what))
}

/// The account in a function's ARN or partial ARN.
fn account_in(function: &str) -> Option<String> {
    let is_account = |part: &&str| part.len() == 12 && part.bytes().all(|b| b.is_ascii_digit());
    function.split(':').find(is_account).map(str::to_owned)
}

/// The ARN that a function's name, partial ARN or ARN means to a caller of this account.
fn arn_of(function: &str, account: &str) -> String {
    let name = function.rsplit("function:").next().unwrap_or(function);
    let account = account_in(function).unwrap_or_else(|| account.to_owned());
    // A version or alias behind the name is the function itself here: there are no versions
    let name = name.split(':').find(|part| **part != account);
    arn(&account, name.unwrap_or_default())
}

/// Answers a request.
pub fn answer(cloud: &mut Cloud, route: &Route, request: &Request) -> Response {
    let path = RequestExt::path(request).to_owned();
    let outcome = match (asked_for(&path), route.operation.as_str()) {
        (Some((function, _)), "Invoke") => invoke::run(cloud, route, request, &function),
        (Some((function, _)), "AddPermission") => {
            add_permission::run(cloud, route, request, &function)
        }
        _ => Err(AwsError::new("UnknownOperationException", 404, "")),
    };
    outcome.unwrap_or_else(|error| aws::refuse(cloud, WIRE, &error))
}

/// There is no such function.
fn not_found(arn: &str) -> AwsError {
    let message = format!("Function not found: {arn}");
    AwsError::new("ResourceNotFoundException", 404, message).member("Type", "User")
}

/// What the card says now, and the whole state for the inspector.
pub fn describe(cloud: &Cloud, actor: &ActorId) -> (String, Vec<(String, String)>) {
    let account = cloud
        .actor(actor)
        .and_then(|actor| actor.account.clone())
        .unwrap_or_default();
    let all = cloud.lambda.functions.values();
    let own: Vec<&Function> = all.filter(|one| one.account == account).collect();
    let line = match own.as_slice() {
        [] => "no functions".to_owned(),
        [only] => format!("function {}", only.name),
        many => format!("{} functions", many.len()),
    };
    let mut details = Vec::new();
    for function in own {
        let what = function.code.in_words();
        details.push((format!("Function {}", function.name), what));
        let role = function.role_arn.clone();
        details.push((
            format!("{}: execution role", function.name),
            role.unwrap_or_else(|| "none".to_owned()),
        ));
        if let Some(policy) = function.policy() {
            details.push((
                format!("{}: resource policy", function.name),
                policy.policy.text().to_owned(),
            ));
        }
        details.push((
            format!("{}: invocations", function.name),
            function.invocations.to_string(),
        ));
    }
    (line, details)
}

#[cfg(test)]
mod tests;
