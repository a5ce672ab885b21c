//! What a signed-in app can do at the hosted UI besides: read the profile, end sign-ins.

use http::StatusCode;
use serde_json::{Map, json};

use super::ask::host;
use super::authorize::COOKIE;
use super::token::{check_client, plan_client};
use super::{error_redirect, oauth_error};
use crate::cloud::Cloud;
use crate::cloud::pages;
use crate::cloud::user_pool::sessions;
use crate::protocol::message::{
    Message, Request, RequestExt, Response, empty_response, json_response,
};

const LOGOUT_GUIDE: &str = "Cognito guide: logout endpoint";

/// `GET /oauth2/userInfo`: the profile behind an access token with the scope `openid`.
pub(super) fn user_info(cloud: &mut Cloud, pool_id: &str, request: &Request) -> Response {
    let token = request
        .header("authorization")
        .and_then(|text| text.strip_prefix("Bearer "));
    let token = token.unwrap_or_default().trim();
    let (user, record) = match sessions::check_access_token(cloud, pool_id, token, "openid") {
        Ok(found) => found,
        Err(error) => {
            let body = json!({ "error": "invalid_token", "error_description": error.message });
            return json_response(StatusCode::UNAUTHORIZED, &body);
        }
    };
    let client = cloud
        .user_pools
        .get(pool_id)
        .and_then(|pool| pool.clients.get(&record.client));
    let mut body = Map::new();
    body.insert("sub".to_owned(), json!(user.sub));
    for (name, value, _) in user.fields(client) {
        if user.attributes.contains_key(&name) {
            body.insert(name, json!(value));
        }
    }
    body.insert("username".to_owned(), json!(user.username));
    json_response(StatusCode::OK, &serde_json::Value::Object(body))
}

/// `POST /oauth2/revoke`: ends the sign-in of a refresh token.
pub(super) fn revoke(cloud: &mut Cloud, pool_id: &str, request: &Request) -> Response {
    plan_client(cloud);
    sessions::plan_revoke(cloud);
    let Ok(form) = request.form_body() else {
        return oauth_error(StatusCode::BAD_REQUEST, "invalid_request");
    };
    let Some(token) = form.get("token") else {
        return oauth_error(StatusCode::BAD_REQUEST, "invalid_request");
    };
    let client = match check_client(cloud, pool_id, request, &form) {
        Ok(client) => client,
        Err(error) => return oauth_error(StatusCode::BAD_REQUEST, error),
    };
    match sessions::revoke_of_client(cloud, pool_id, &client, token) {
        Ok(()) => empty_response(StatusCode::OK),
        Err(error) => oauth_error(
            StatusCode::BAD_REQUEST,
            match error.code.as_str() {
                "UnsupportedTokenTypeException" => "unsupported_token_type",
                _ => "invalid_request",
            },
        ),
    }
}

/// `GET /logout`: the browser forgets who was signed in; tokens live on.
pub(super) fn logout(cloud: &mut Cloud, pool_id: &str, request: &Request) -> Response {
    cloud
        .ledger
        .plan(&[("Client id", LOGOUT_GUIDE), ("Sign-out URL", LOGOUT_GUIDE)]);
    let form = request.query_form().unwrap_or_default();
    let client_id = form.get("client_id").unwrap_or_default();
    let pool = cloud.user_pools.get(pool_id);
    let client = pool.and_then(|pool| pool.clients.get(client_id)).cloned();
    let host = host(cloud, pool_id);
    cloud.ledger.verify(
        "Client id",
        client.is_some(),
        "a client of this pool",
        client_id,
    );
    let Some(client) = client else {
        return error_redirect(&host, "invalid_client", client_id);
    };
    let uri = form.get("logout_uri").unwrap_or_default();
    let known = client.logout_urls.iter().any(|url| url == uri);
    let expected = format!("exactly one of: {}", client.logout_urls.join(" "));
    if !cloud.ledger.verify("Sign-out URL", known, expected, uri) {
        return error_redirect(&host, "redirect_mismatch", client_id);
    }
    if let Some(cookie) = pages::cookie(request, COOKIE) {
        if let Some(pool) = cloud.user_pools.get_mut(pool_id) {
            pool.browsers.remove(cookie);
        }
        if let Some(artifact) = cloud.ledger.find_artifact(cookie) {
            cloud.spend(artifact);
        }
    }
    pages::with_cookie(
        pages::redirect(uri),
        COOKIE,
        "",
        "Path=/; Max-Age=0; Secure; HttpOnly",
    )
}
