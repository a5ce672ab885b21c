//! What only Login with Amazon can say: its access tokens are opaque, so whoever is shown one asks
//! here which app it was given to and whom it stands for.

use serde_json::{Value, json};

use super::config::AMAZON_ISSUER;
use super::{OauthError, Token};
use crate::cloud::Cloud;
use crate::cloud::aws::shorten;
use crate::cloud::issuer_keys::time_left;
use crate::cloud::ledger::ActorId;
use crate::protocol::message::{Request, RequestExt};
use crate::protocol::oauth::bearer;

const GUIDE: &str = "Login with Amazon: access token";
/// RFC 6750 section 3.1.
const INVALID: &str =
    "The access token provided is expired, revoked, malformed, or invalid for other reasons.";

/// `GET /auth/o2/tokeninfo?access_token=…`. Its `exp` counts the seconds that are left.
pub(super) fn token_info(
    cloud: &mut Cloud,
    actor: &ActorId,
    request: &Request,
) -> Result<Value, OauthError> {
    let form = request.query_form().unwrap_or_default();
    let shown = form.get("access_token").unwrap_or_default();
    let token = check_token(cloud, actor, shown)?;
    let provider = cloud.oauth_providers.get(actor);
    let app = provider.and_then(|provider| provider.apps.get(&token.app));
    Ok(json!({
        "iss": AMAZON_ISSUER,
        "user_id": token.user,
        "aud": token.app,
        "app_id": app.map_or("", |app| &app.app_id),
        "exp": (token.expires_at - cloud.now()).seconds(),
        "iat": token.issued_at.epoch_seconds(),
    }))
}

/// `GET /user/profile`: what the token's scopes open.
pub(super) fn profile(
    cloud: &mut Cloud,
    actor: &ActorId,
    request: &Request,
) -> Result<Value, OauthError> {
    let form = request.query_form().unwrap_or_default();
    let header = bearer(request).map(str::to_owned);
    let shown = header.or_else(|| form.get("access_token").map(str::to_owned));
    let token = check_token(cloud, actor, &shown.unwrap_or_default())?;
    let mut answer = json!({ "user_id": token.user });
    let provider = cloud.oauth_providers.get(actor);
    let user = provider.and_then(|provider| provider.users.get(&token.user));
    let whole = token.scopes.iter().any(|scope| scope == "profile");
    if let (Some(user), Some(members)) = (user.filter(|_| whole), answer.as_object_mut()) {
        members.insert("name".to_owned(), json!(user.name));
        members.insert("email".to_owned(), json!(user.email));
    }
    Ok(answer)
}

fn check_token(cloud: &mut Cloud, actor: &ActorId, shown: &str) -> Result<Token, OauthError> {
    cloud
        .ledger
        .plan(&[("Token known", GUIDE), ("Token not expired", GUIDE)]);
    let refuse = || OauthError::new("invalid_token", INVALID);
    let provider = cloud.oauth_providers.get(actor);
    let found = provider.and_then(|provider| provider.tokens.get(shown).cloned());
    let expected = "a token of Login with Amazon";
    cloud
        .ledger
        .verify("Token known", found.is_some(), expected, shorten(shown));
    let token = found.ok_or_else(refuse)?;
    let (now, end) = (cloud.now(), token.expires_at);
    let expected = format!("before {}", end.iso8601());
    if cloud.ledger.verify(
        "Token not expired",
        now < end,
        expected,
        time_left(now, end),
    ) {
        return Ok(token);
    }
    Err(refuse())
}
