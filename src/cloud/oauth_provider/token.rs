//! The token endpoint: an authorization code into an access token and, with OpenID Connect, an
//! ID token.

use http::Method;
use serde_json::{Value, json};

use super::{App, Code, Grant, OauthError, Token, from_artifact, id_token, random};
use crate::cloud::Cloud;
use crate::cloud::aws::shorten;
use crate::cloud::issuer_keys::time_left;
use crate::cloud::ledger::{ActorId, ArtifactKind, Mint, Source};
use crate::protocol::hash::constant_time_eq;
use crate::protocol::message::{Message, Request};
use crate::protocol::oauth::{self, OAuthError, TokenRequest};
use crate::protocol::pkce;
use crate::protocol::time::Span;

const RFC_6749: &str = "RFC 6749 section 4.1.3";
const RFC_7636: &str = "RFC 7636 section 4.6";

/// A value of a grant with its source.
pub(super) type Fact = (&'static str, String, Source);

/// An access token that was just made.
pub(super) struct Issued {
    pub value: String,
    pub life: Span,
}

/// `POST` to the token endpoint.
pub(super) fn token(
    cloud: &mut Cloud,
    actor: &ActorId,
    request: &Request,
) -> Result<Value, OauthError> {
    let (client_id, secret, grant) = read(request)?;
    let oauth::Grant::AuthorizationCode {
        code,
        redirect_uri,
        code_verifier,
    } = grant
    else {
        return Err(unsupported());
    };
    let known = cloud.oauth_providers.get(actor).map(|provider| {
        let app = provider.apps.get(&client_id).cloned();
        (app, provider.codes.get(&code).cloned())
    });
    let (app, found) = known.unwrap_or_default();
    plan(cloud, actor, app.as_ref(), found.as_ref());
    check_app(cloud, app.as_ref(), (&client_id, secret.as_deref()))?;
    let found = check_code(cloud, found, (&code, &client_id, &redirect_uri))?;
    check_verifier(cloud, &found, code_verifier.as_deref())?;
    redeem(cloud, actor, &code, &found)
}

type Asked = (String, Option<String>, oauth::Grant);

fn read(request: &Request) -> Result<Asked, OauthError> {
    let malformed = |why: String| OauthError::new("invalid_request", why);
    if request.method() != Method::POST {
        return Err(malformed("The token endpoint takes POST only.".to_owned()));
    }
    let form = request.form_body().map_err(|e| malformed(e.to_string()))?;
    let asked = TokenRequest::parse(&form).map_err(|error| match error {
        OAuthError::Unsupported { .. } => unsupported(),
        other => malformed(other.to_string()),
    })?;
    let basic = oauth::parse_basic(request).map_err(|e| malformed(e.to_string()))?;
    let (id, secret) = match basic {
        Some((id, secret)) => (id, Some(secret)),
        None => (asked.client_id.unwrap_or_default(), asked.client_secret),
    };
    Ok((id, secret, asked.grant))
}

fn unsupported() -> OauthError {
    OauthError::new(
        "unsupported_grant_type",
        "Only authorization_code is taken here.",
    )
}

fn plan(cloud: &mut Cloud, actor: &ActorId, app: Option<&App>, code: Option<&Code>) {
    let provider = cloud.oauth_providers.get(actor);
    let guide = provider.map_or(RFC_6749, |provider| provider.about.brand.guide());
    cloud.ledger.plan(&[("Client id", guide)]);
    if app.is_some_and(|app| app.secret.is_some()) {
        cloud.ledger.plan(&[("Client secret", guide)]);
    }
    cloud.ledger.plan(&[
        ("Code known", RFC_6749),
        ("Same client", RFC_6749),
        ("Same redirect URI", RFC_6749),
        ("Code unused", RFC_6749),
        ("Code not expired", RFC_6749),
    ]);
    if code.is_some_and(|code| code.challenge.is_some()) {
        cloud.ledger.plan(&[("PKCE verifier", RFC_7636)]);
    }
}

fn check_app(
    cloud: &mut Cloud,
    app: Option<&App>,
    (id, secret): (&str, Option<&str>),
) -> Result<(), OauthError> {
    let expected = "a registered app";
    cloud
        .ledger
        .verify("Client id", app.is_some(), expected, shorten(id));
    let Some(app) = app else {
        let message = "The OAuth client was not found.";
        return Err(OauthError::unauthorized("invalid_client", message));
    };
    let Some(known) = &app.secret else {
        return Ok(());
    };
    let shown = secret.unwrap_or_default();
    let same = constant_time_eq(known.as_bytes(), shown.as_bytes());
    let actual = match secret {
        _ if same => "that secret",
        Some(_) => "another text",
        None => "none",
    };
    let expected = format!("the secret of {}", app.name);
    if cloud.ledger.verify("Client secret", same, expected, actual) {
        return Ok(());
    }
    let message = "The provided client secret is invalid.";
    Err(OauthError::unauthorized("invalid_client", message))
}

fn check_code(
    cloud: &mut Cloud,
    code: Option<Code>,
    (value, client_id, redirect_uri): (&str, &str, &str),
) -> Result<Code, OauthError> {
    let refuse = |why: &str| OauthError::new("invalid_grant", why);
    let ledger = &mut cloud.ledger;
    let expected = "a code given here";
    ledger.verify("Code known", code.is_some(), expected, shorten(value));
    let Some(code) = code else {
        return Err(refuse("Malformed auth code."));
    };
    let app = &code.grant.app;
    let same = app == client_id;
    if !ledger.verify("Same client", same, shorten(app), shorten(client_id)) {
        return Err(refuse("The code was given to another client."));
    }
    let same = code.redirect_uri == redirect_uri;
    let (expected, actual) = (code.redirect_uri.clone(), shorten(redirect_uri));
    if !ledger.verify("Same redirect URI", same, expected, actual) {
        return Err(OauthError::new("redirect_uri_mismatch", "Bad Request"));
    }
    let actual = if code.used {
        "used before"
    } else {
        "not used yet"
    };
    if !ledger.verify("Code unused", !code.used, "not used yet", actual) {
        return Err(refuse("The code has been used."));
    }
    let (now, end) = (cloud.now(), code.expires_at);
    let expected = format!("before {}", end.clock_text());
    if !cloud
        .ledger
        .verify("Code not expired", now < end, expected, time_left(now, end))
    {
        return Err(refuse("The code has expired."));
    }
    Ok(code)
}

fn check_verifier(
    cloud: &mut Cloud,
    code: &Code,
    verifier: Option<&str>,
) -> Result<(), OauthError> {
    let Some(challenge) = &code.challenge else {
        return Ok(());
    };
    let expected = format!("a verifier that hashes to {}", shorten(challenge));
    let outcome = match verifier {
        None => Err(("none".to_owned(), "Missing code verifier.")),
        Some(verifier) => pkce::verify(verifier, challenge)
            .map_err(|error| (error.to_string(), "Invalid code verifier.")),
    };
    match outcome {
        Ok(()) => {
            cloud
                .ledger
                .passed("PKCE verifier", expected, "it hashes to the challenge");
            Ok(())
        }
        Err((actual, message)) => {
            cloud.ledger.failed("PKCE verifier", expected, actual);
            Err(OauthError::new("invalid_grant", message))
        }
    }
}

/// Everything is in order: the code is used up, and the tokens are made.
fn redeem(
    cloud: &mut Cloud,
    actor: &ActorId,
    value: &str,
    code: &Code,
) -> Result<Value, OauthError> {
    let artifact = cloud.ledger.find_artifact(value);
    let of_code = |field: &'static str, text: &str| {
        let from = artifact.map_or(Source::Clock, |code| from_artifact(code, field));
        (field, text.to_owned(), from)
    };
    let grant = &code.grant;
    let mut facts = vec![
        of_code("user_id", &grant.user),
        of_code("client_id", &grant.app),
        of_code("scope", &grant.scopes.join(" ")),
    ];
    facts.extend(grant.nonce.as_deref().map(|nonce| of_code("nonce", nonce)));
    facts.extend(
        grant
            .audience
            .as_deref()
            .map(|app| of_code("audience", app)),
    );
    // The key comes first: without one the code stays as it was
    let signer = id_token::Signer::new(cloud, actor)?;
    if let Some(provider) = cloud.oauth_providers.get_mut(actor)
        && let Some(code) = provider.codes.get_mut(value)
    {
        code.used = true;
    }
    if let Some(artifact) = artifact {
        cloud.spend(artifact);
    }
    let access = access_token(cloud, actor, grant, facts.clone());
    let id_token = signer.id_token(cloud, grant, &facts, &access.value)?;
    let mut body = json!({
        "access_token": access.value,
        "expires_in": access.life.seconds(),
        "token_type": "Bearer",
        "scope": grant.scopes.join(" "),
    });
    if let (Some(token), Some(members)) = (id_token, body.as_object_mut()) {
        members.insert("id_token".to_owned(), Value::from(token));
    }
    Ok(body)
}

/// Makes an access token: opaque, of worth only at its provider.
pub(super) fn access_token(
    cloud: &mut Cloud,
    actor: &ActorId,
    grant: &Grant,
    facts: Vec<Fact>,
) -> Issued {
    let provider = cloud.oauth_providers.get(actor);
    let brand = provider.map(|provider| provider.about.brand);
    let name = provider.map_or_else(String::new, |provider| provider.about.name.clone());
    let app = provider.and_then(|provider| provider.apps.get(&grant.app));
    let life = app.map_or(Span::from_hours(1), |app| app.token_validity);
    let stream = format!("oauth/{actor}/access-token");
    let mut drawn = cloud.fresh(&stream);
    let value = brand.map_or_else(String::new, |brand| brand.access_token().draw(&mut drawn));
    let issued_at = cloud.now();
    let expires_at = issued_at + life;
    let kind = ArtifactKind::OpaqueToken;
    let mut mint = Mint::text(kind, format!("{name} access token"), value.clone())
        .expiring(expires_at)
        .origin("access_token", value.clone(), random(&stream))
        .origin("expires", expires_at.iso8601(), Source::Clock);
    for (field, text, from) in facts {
        mint = mint.fact(field, text.clone()).origin(field, text, from);
    }
    cloud.mint(actor, mint);
    let token = Token {
        app: grant.app.clone(),
        user: grant.user.clone(),
        scopes: grant.scopes.clone(),
        issued_at,
        expires_at,
    };
    if let Some(provider) = cloud.oauth_providers.get_mut(actor) {
        provider.tokens.insert(value.clone(), token);
    }
    Issued { value, life }
}
