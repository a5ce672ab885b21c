//! The hosted UI: the pages and OAuth endpoints at a pool's own domain.
//!
//! - [`ask`]: what an app asks for, verified before anybody signs in
//! - [`authorize`]: `/oauth2/authorize` and the login page
//! - [`idpresponse`]: where a provider sends the browser back to
//! - [`token`]: codes and refresh tokens into tokens
//! - [`account`]: userInfo, revoke, logout

mod account;
mod ask;
mod authorize;
mod idpresponse;
mod token;

use http::StatusCode;
use serde_json::json;

use crate::cloud::Cloud;
use crate::cloud::pages;
use crate::protocol::form::Form;
use crate::protocol::message::{Request, RequestExt, Response, json_response};

/// Where providers send the browser back to.
pub(super) const IDPRESPONSE_PATH: &str = "/oauth2/idpresponse";

/// Every path that is served, with its operation's name.
const PATHS: [(&str, &str); 8] = [
    ("/oauth2/authorize", "oauth2/authorize"),
    ("/login", "login"),
    (IDPRESPONSE_PATH, "oauth2/idpresponse"),
    ("/oauth2/token", "oauth2/token"),
    ("/oauth2/userInfo", "oauth2/userInfo"),
    ("/oauth2/revoke", "oauth2/revoke"),
    ("/logout", "logout"),
    ("/error", "error"),
];

/// The operation behind a path.
pub(super) fn operation(path: &str) -> &'static str {
    PATHS
        .iter()
        .find(|(known, _)| *known == path)
        .map_or("unknown", |(_, name)| name)
}

/// Answers a request to the hosted UI.
pub(super) fn answer(
    cloud: &mut Cloud,
    pool: &str,
    operation: &str,
    request: &Request,
) -> Response {
    let post = request.method() == http::Method::POST;
    match operation {
        "oauth2/authorize" => authorize::authorize(cloud, pool, request),
        "login" if post => authorize::login(cloud, pool, request),
        "login" => authorize::login_page(cloud, pool, request),
        "oauth2/idpresponse" => idpresponse::idpresponse(cloud, pool, request),
        "oauth2/token" if post => token::token(cloud, pool, request),
        "oauth2/revoke" if post => account::revoke(cloud, pool, request),
        "oauth2/userInfo" => account::user_info(cloud, pool, request),
        "logout" => account::logout(cloud, pool, request),
        "oauth2/token" | "oauth2/revoke" => {
            oauth_error(StatusCode::METHOD_NOT_ALLOWED, "invalid_request")
        }
        "error" => show_error(request),
        _ => pages::error_page(StatusCode::NOT_FOUND, "Not found", "There is no such page."),
    }
}

/// An error of an OAuth endpoint.
fn oauth_error(status: StatusCode, error: &str) -> Response {
    json_response(status, &json!({ "error": error }))
}

/// An error that must not be sent to an app, since the app's own address is in doubt.
fn error_redirect(host: &str, error: &str, client_id: &str) -> Response {
    let form = Form::new()
        .with("error", error)
        .with("client_id", client_id);
    pages::redirect(&form.append_to_url(&format!("https://{host}/error")))
}

/// Tells the app by redirect that it did not work out.
fn app_error(redirect_uri: &str, state: Option<&str>, (error, why): (&str, &str)) -> Response {
    let form = Form::new()
        .with_optional("error_description", (!why.is_empty()).then_some(why))
        .with("error", error)
        .with_optional("state", state);
    pages::redirect(&form.append_to_url(redirect_uri))
}

fn show_error(request: &Request) -> Response {
    let form = request.query_form().unwrap_or_default();
    let error = form.get("error").unwrap_or("invalid_request");
    let text = "An error was encountered with the requested page.";
    pages::error_page(StatusCode::BAD_REQUEST, error, text)
}
