//! An Application Load Balancer that signs people in before its targets hear of them.
//!
//! The `authenticate-cognito` action speaks OpenID Connect with a user pool (never with an
//! identity pool: nobody gets AWS credentials here). The browser goes to the pool's hosted UI and
//! comes back to `/oauth2/idpresponse` at the load balancer's own host; the code is redeemed with
//! the client's secret; the browser keeps a session cookie, and the target gets
//! `x-amzn-oidc-…` headers.
//!
//! - [`config`]: how a world sets load balancers up
//! - [`sign_in`]: to the hosted UI and back
//! - [`forward`]: what the target gets

pub mod config;
mod forward;
mod sign_in;

use std::collections::BTreeMap;

use http::StatusCode;

use super::Cloud;
use super::front_door::Route;
use super::ledger::ActorId;
use super::pages;
use super::services::Service;
use crate::protocol::message::{Request, RequestExt, Response};

pub use config::{
    AuthenticateCognito, ListenerRule, LoadBalancerConfig, OnUnauthenticated, SetupError, Target,
    add_load_balancer, host, idpresponse_url,
};

use config::LoadBalancer;

const RULE: (&str, &str) = ("Listener rule", "ELB guide: listener rules");
const SESSION: (&str, &str) = ("Session cookie", "ELB guide: authenticate users, sessions");
/// Where the user pool sends the browser back to.
pub(super) const IDPRESPONSE: &str = "/oauth2/idpresponse";

/// All load balancers, by host.
#[derive(Clone, Debug, Default)]
pub struct LoadBalancers {
    by_host: BTreeMap<String, LoadBalancer>,
}

/// Finds out whether a request is for a load balancer.
pub fn route(cloud: &Cloud, request: &Request) -> Option<Route> {
    let balancer = cloud.load_balancers.by_host.get(request.host())?;
    let path = RequestExt::path(request);
    let operation = match path {
        IDPRESPONSE => IDPRESPONSE.trim_start_matches('/').to_owned(),
        path => format!("{} {path}", request.method()),
    };
    Some(Route {
        to: balancer.config.actor.clone(),
        service: Service::LoadBalancer,
        operation,
    })
}

/// Answers a request.
pub fn answer(cloud: &mut Cloud, route: &Route, request: &Request) -> Response {
    let host = request.host().to_owned();
    let path = RequestExt::path(request);
    let balancer = cloud.load_balancers.by_host.get(&host);
    let Some(config) = balancer.map(|balancer| balancer.config.clone()) else {
        return error(StatusCode::SERVICE_UNAVAILABLE);
    };
    if path == IDPRESPONSE {
        return sign_in::come_back(cloud, route, (&host, &config), request)
            .unwrap_or_else(|refusal| *refusal);
    }
    cloud.ledger.plan(&[RULE]);
    let rule = config.rules.iter().find(|rule| rule.fits(path));
    let actual = rule.map_or_else(|| "none fits".to_owned(), ListenerRule::in_words);
    cloud
        .ledger
        .verify(RULE.0, rule.is_some(), "a rule for this path", actual);
    let Some(rule) = rule else {
        return error(StatusCode::NOT_FOUND);
    };
    let Some(action) = &rule.authenticate else {
        return forward::run(cloud, route, (&config, rule), request, None);
    };
    cloud.ledger.plan(&[SESSION]);
    let session = sign_in::session(cloud, &host, request).cloned();
    let expected = "a session of this load balancer that has not ended";
    match (session, action.on_unauthenticated) {
        (Some(session), _) => {
            let actual = format!(
                "of {}, {} left",
                session.subject,
                session.ends - cloud.now()
            );
            cloud.ledger.passed(SESSION.0, expected, actual);
            forward::run(cloud, route, (&config, rule), request, Some(&session))
        }
        (None, OnUnauthenticated::Allow) => {
            cloud
                .ledger
                .passed(SESSION.0, "none is needed", "none: a visitor");
            forward::run(cloud, route, (&config, rule), request, None)
        }
        (None, OnUnauthenticated::Deny) => {
            cloud.ledger.failed(SESSION.0, expected, "none");
            error(StatusCode::UNAUTHORIZED)
        }
        (None, OnUnauthenticated::Authenticate) => {
            // No refusal: the visitor is sent to sign in
            let wanted = "a session, or else a sign-in";
            cloud
                .ledger
                .passed(SESSION.0, wanted, "none: to the hosted UI");
            sign_in::begin(cloud, (&host, action), request)
        }
    }
}

/// A page of the load balancer's own, as terse as the real ones.
fn error(status: StatusCode) -> Response {
    let reason = match status.as_u16() {
        561 => "Unauthorized",
        _ => status.canonical_reason().unwrap_or("Error"),
    };
    let title = format!("{} {reason}", status.as_u16());
    pages::error_page(status, &title, reason)
}

/// What the card says now, and the whole state for the inspector.
pub fn describe(cloud: &Cloud, actor: &ActorId) -> (String, Vec<(String, String)>) {
    let mut all = cloud.load_balancers.by_host.iter();
    let Some((host, balancer)) = all.find(|(_, one)| one.config.actor == *actor) else {
        return (String::new(), Vec::new());
    };
    let now = cloud.now();
    let open: Vec<_> = balancer
        .sessions
        .values()
        .filter(|session| now < session.ends)
        .collect();
    let line = match open.len() {
        0 => "nobody is signed in".to_owned(),
        1 => "1 session".to_owned(),
        many => format!("{many} sessions"),
    };
    let mut details = vec![("Host".to_owned(), host.clone())];
    for rule in &balancer.config.rules {
        details.push((format!("Rule {}", rule.path), rule.in_words()));
    }
    for session in open {
        let until = format!("until {}", session.ends.iso8601());
        details.push((format!("Session of {}", session.subject), until));
    }
    (line, details)
}

#[cfg(test)]
mod tests;
