//! API Gateway: APIs whose methods ask who calls before a function answers.
//!
//! - [`config`]: how a world sets APIs up
//! - [`authorizers`]: a user pool's tokens at a REST API, any issuer's JWT at an HTTP API, or an
//!   AWS signature
//! - [`integrate`]: the event a function gets, and the answer made of what it returns
//!
//! An API has its own host, and refusals have the bodies of that sort of API. Where those are
//! not published, a check says that it is Tokentrail's model.

mod authorizers;
pub mod config;
mod integrate;
mod refusals;

use std::collections::BTreeMap;

use super::Cloud;
use super::front_door::Route;
use super::ledger::ActorId;
use super::services::Service;
use crate::protocol::form::percent_decode;
use crate::protocol::message::{Request, RequestExt, Response};

pub use config::{ApiConfig, ApiKind, Authorization, Method, SetupError, add_api, endpoint};

use config::Api;

const METHOD: (&str, &str) = ("Method", "API Gateway guide: methods and resources");

/// All APIs, by id.
#[derive(Clone, Debug, Default)]
pub struct ApiGateway {
    apis: BTreeMap<String, Api>,
}

/// Finds out whether a request is for an API. The operation is the method and its path.
pub fn route(cloud: &Cloud, request: &Request) -> Option<Route> {
    let id = api_id(request)?;
    let api = cloud.api_gateway.apis.get(id)?;
    Some(Route {
        to: api.config.actor.clone(),
        service: Service::ApiGateway,
        operation: format!("{} {}", request.method(), RequestExt::path(request)),
    })
}

fn api_id(request: &Request) -> Option<&str> {
    let (id, rest) = request.host().split_once('.')?;
    (rest == config::HOST_SUFFIX).then_some(id)
}

/// A request at an API: where it goes and what it may be refused with.
struct Call<'r> {
    api: &'r Api,
    method: &'r Method,
    path: String,
    request: &'r Request,
}

/// Answers a request.
pub fn answer(cloud: &mut Cloud, route: &Route, request: &Request) -> Response {
    let api = api_id(request).and_then(|id| cloud.api_gateway.apis.get(id).cloned());
    let Some(api) = api else {
        return refusals::forbidden(cloud, ApiKind::Rest);
    };
    cloud.ledger.plan(&[METHOD]);
    let path = path_in_stage(&api, request);
    let method = path.as_deref().and_then(|path| find(&api, request, path));
    let expected = "a method of this stage";
    let shown = format!("{} {}", request.method(), RequestExt::path(request));
    let (Some(path), Some(method)) = (path, method) else {
        cloud
            .ledger
            .failed(METHOD.0, expected, format!("{shown}: there is none"));
        return refusals::no_such_method(cloud, api.config.kind);
    };
    cloud.ledger.passed(METHOD.0, expected, shown);
    let call = Call {
        api: &api,
        method: &method,
        path,
        request,
    };
    match authorizers::authorize(cloud, route, &call) {
        Ok(identity) => integrate::run(cloud, &route.to, &call, &identity),
        Err(refusal) => *refusal,
    }
}

/// The path behind the stage. An HTTP API's default stage has no name in the path.
fn path_in_stage(api: &Api, request: &Request) -> Option<String> {
    let path = percent_decode(RequestExt::path(request)).ok()?;
    if api.config.stage == config::DEFAULT_STAGE {
        return Some(path);
    }
    let rest = path.strip_prefix('/')?.strip_prefix(&api.config.stage)?;
    match rest {
        "" => Some("/".to_owned()),
        rest if rest.starts_with('/') => Some(rest.to_owned()),
        _ => None,
    }
}

fn find(api: &Api, request: &Request, path: &str) -> Option<Method> {
    let verb = request.method().as_str();
    let fits =
        |method: &&Method| method.path == path && (method.verb == verb || method.verb == "ANY");
    api.config.methods.iter().find(fits).cloned()
}

/// What the card says now, and the whole state for the inspector.
pub fn describe(cloud: &Cloud, actor: &ActorId) -> (String, Vec<(String, String)>) {
    let mut apis = cloud.api_gateway.apis.values();
    let Some(api) = apis.find(|api| api.config.actor == *actor) else {
        return (String::new(), Vec::new());
    };
    let kind = match api.config.kind {
        ApiKind::Rest => "REST API",
        ApiKind::Http => "HTTP API",
    };
    let plural = if api.config.methods.len() == 1 {
        ""
    } else {
        "s"
    };
    let line = format!("{kind}, {} method{plural}", api.config.methods.len());
    let mut details = vec![(
        "Endpoint".to_owned(),
        endpoint(cloud, actor).unwrap_or_default(),
    )];
    for method in &api.config.methods {
        let name = format!("{} {}", method.verb, method.path);
        details.push((name, method.authorization.in_words()));
    }
    (line, details)
}

#[cfg(test)]
mod tests;
