//! OpenID Connect providers behind a user pool, Google and Apple among them. The pool redeems the
//! code for an ID token, verifies it with the provider's own keys, and reads the profile out of
//! its claims. The app never sees that token.

use serde_json::Value;

use super::{Answer, Oidc, Profile, ProviderError, redeem, text};
use crate::cloud::Cloud;
use crate::cloud::aws::shorten;
use crate::cloud::issuer_keys::{self, time_left};
use crate::cloud::ledger::{ActorId, Source};
use crate::protocol::form::Form;
use crate::protocol::hash::constant_time_eq;
use crate::protocol::jwt::Unverified;
use crate::protocol::keys::Algorithm;
use crate::protocol::time::Moment;

const CORE: &str = "OpenID Connect Core section 3.1.3.7";

/// The provider's authorization endpoint.
pub(super) fn authorize_url(
    oidc: &Oidc,
    (redirect_uri, state): (&str, &str),
    nonce: Option<&str>,
) -> String {
    Form::new()
        .with("client_id", &oidc.client_id)
        .with("redirect_uri", redirect_uri)
        .with("scope", &oidc.scopes)
        .with("response_type", "code")
        .with("state", state)
        .with_optional("nonce", nonce)
        .append_to_url(&oidc.authorize_url)
}

/// Announces the checks of [`who_is`].
pub(super) fn plan(cloud: &mut Cloud) {
    cloud.ledger.plan(&[
        ("Code accepted by the provider", "RFC 6749 section 4.1.3"),
        ("ID token format", "RFC 7519"),
        ("ID token issuer", CORE),
        (
            "ID token signature",
            "RFC 7515; keys from the provider's JWKS",
        ),
        ("ID token audience", CORE),
        ("ID token not expired", CORE),
        ("Nonce", CORE),
    ]);
}

/// Redeems the code and verifies the ID token that comes for it.
pub(super) fn who_is(
    cloud: &mut Cloud,
    pool: &ActorId,
    (name, oidc): (&str, &Oidc),
    answer: Answer<'_>,
) -> Result<Profile, ProviderError> {
    let error = |message: String| ProviderError {
        provider: name.to_owned(),
        message,
    };
    let (value, access) = id_token_for(cloud, pool, oidc, answer).map_err(error)?;
    let token = verify(cloud, pool, oidc, &value).map_err(error)?;
    check_nonce(cloud, &token, answer.nonce).map_err(error)?;
    let artifact = cloud.ledger.find_artifact(&value);
    let from = |claim: &str| match artifact {
        Some(artifact) => Source::Artifact {
            artifact,
            field: format!("claims.{claim}"),
        },
        None => Source::World {
            place: name.to_owned(),
        },
    };
    let fields = token.claims().iter().map(|(claim, value)| {
        let value = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        (claim.clone(), value, from(claim))
    });
    let profile = Profile {
        user_id: token.text("sub").unwrap_or_default().to_owned(),
        user_id_from: from("sub"),
        fields: fields.collect(),
    };
    // The pool keeps the profile, not the tokens
    for spent in [Some(value), access].into_iter().flatten() {
        if let Some(artifact) = cloud.ledger.find_artifact(&spent) {
            cloud.spend(artifact);
        }
    }
    Ok(profile)
}

/// The ID token, and the access token that came with it.
fn id_token_for(
    cloud: &mut Cloud,
    pool: &ActorId,
    oidc: &Oidc,
    answer: Answer<'_>,
) -> Result<(String, Option<String>), String> {
    const CHECK: &str = "Code accepted by the provider";
    const EXPECTED: &str = "an ID token for the code";
    let client = (
        oidc.token_url.as_str(),
        oidc.client_id.as_str(),
        oidc.client_secret.as_str(),
    );
    let sent = (answer.code, answer.redirect_uri);
    let reply = redeem(cloud, pool, client, sent).inspect_err(|why| {
        cloud.ledger.failed(CHECK, EXPECTED, why.clone());
    })?;
    let token = text(&reply.body, "id_token");
    let held = !token.is_empty();
    let actual = if held { "an ID token" } else { "no ID token" };
    if !cloud.ledger.verify(CHECK, held, EXPECTED, actual) {
        return Err("no ID token in the answer".to_owned());
    }
    let access = text(&reply.body, "access_token");
    Ok((token, (!access.is_empty()).then_some(access)))
}

fn verify(
    cloud: &mut Cloud,
    pool: &ActorId,
    oidc: &Oidc,
    value: &str,
) -> Result<Unverified, String> {
    let expected = "three parts, readable claims, a subject";
    let parsed = Unverified::parse(value).map_err(|error| error.to_string());
    let parsed = parsed.and_then(|token| match token.text("sub") {
        Some(sub) if !sub.is_empty() => Ok(token),
        _ => Err("no sub".to_owned()),
    });
    let token = parsed.inspect_err(|why| {
        cloud
            .ledger
            .failed("ID token format", expected, why.clone());
    })?;
    let actual = format!("a JWT with {} claims", token.claims().len());
    cloud.ledger.passed("ID token format", expected, actual);
    let issuer = token.text("iss").unwrap_or_default();
    require(
        cloud,
        ("ID token issuer", issuer == oidc.issuer),
        (&oidc.issuer, issuer),
    )?;
    check_signature(cloud, pool, oidc, &token)?;
    let audiences = token.audiences();
    let held = audiences.contains(&oidc.client_id.as_str());
    let actual = audiences.join(", ");
    require(
        cloud,
        ("ID token audience", held),
        (&oidc.client_id, &actual),
    )?;
    let end = Moment::from_epoch_seconds(token.seconds("exp").unwrap_or_default());
    let now = cloud.now();
    let expected = format!("before {}", end.iso8601());
    let actual = time_left(now, end);
    require(
        cloud,
        ("ID token not expired", now < end),
        (&expected, &actual),
    )?;
    Ok(token)
}

/// Makes a check whose failure is the sign-in's.
fn require(
    cloud: &mut Cloud,
    (check, held): (&str, bool),
    (expected, actual): (&str, &str),
) -> Result<(), String> {
    match cloud.ledger.verify(check, held, expected, shorten(actual)) {
        true => Ok(()),
        false => Err(format!("the check {check} failed")),
    }
}

fn check_signature(
    cloud: &mut Cloud,
    pool: &ActorId,
    oidc: &Oidc,
    token: &Unverified,
) -> Result<(), String> {
    const CHECK: &str = "ID token signature";
    let keys = issuer_keys::fetch(cloud, pool, &oidc.jwks_uri).map_err(|error| {
        let why = error.to_string();
        cloud
            .ledger
            .failed(CHECK, "the provider's public keys", why.clone());
        why
    })?;
    let test = issuer_keys::test_signature(token, &keys, &Algorithm::ALL);
    let held = test.problem.is_none();
    require(cloud, (CHECK, held), (&test.expected, &test.actual))
}

/// The token must be the answer to this very sign-in.
fn check_nonce(cloud: &mut Cloud, token: &Unverified, nonce: Option<&str>) -> Result<(), String> {
    let Some(sent) = nonce else {
        cloud.ledger.skip("Nonce");
        return Ok(());
    };
    let found = token.text("nonce").unwrap_or_default();
    let same = constant_time_eq(sent.as_bytes(), found.as_bytes());
    let actual = if found.is_empty() { "none" } else { found };
    require(cloud, ("Nonce", same), (sent, actual))
}
