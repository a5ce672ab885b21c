//! What an access token opens at the pool itself, and how sign-ins end: GetUser, RevokeToken,
//! GlobalSignOut.

use serde_json::{Value, json};

use super::api::{Answer, not_authorized};
use super::input::Input;
use super::model::{Client, Identity, SignInRecord, User};
use super::tokens::{ADMIN_SCOPE, KeyUse, key_name, kid};
use super::{authenticator, clients};
use crate::cloud::Cloud;
use crate::cloud::aws::{AwsError, shorten};
use crate::protocol::jwt::Unverified;
use crate::protocol::keys::Algorithm;

const VERIFY_GUIDE: &str = "RFC 7515; Cognito guide: verifying a JSON web token";
const REVOKE_GUIDE: &str = "Cognito guide: revoking tokens";
const SCOPE_GUIDE: &str = "Cognito guide: using the access token";
/// The longest token looked at, in characters.
pub(super) const MAX_TOKEN_CHARS: usize = 20_000;

/// `GetUser`: the profile of the token's user.
pub(super) fn get_user(cloud: &mut Cloud, pool: &str, input: &Input) -> Answer {
    let token = input.required("AccessToken", MAX_TOKEN_CHARS)?;
    let (user, _) = check_access_token(cloud, pool, token, ADMIN_SCOPE)?;
    let mut answer = json!({
        "Username": user.username,
        "UserAttributes": attributes_of(&user),
    });
    for (name, value) in authenticator::settings(&user) {
        answer[name] = value;
    }
    Ok(answer)
}

/// A profile as the API lists it.
pub(super) fn attributes_of(user: &User) -> Vec<Value> {
    let mut attributes = vec![json!({ "Name": "sub", "Value": user.sub })];
    if !user.identities.is_empty() {
        let list: Vec<Value> = user.identities.iter().map(Identity::json).collect();
        let text = Value::Array(list).to_string();
        attributes.push(json!({ "Name": "identities", "Value": text }));
    }
    for (name, value) in &user.attributes {
        attributes.push(json!({ "Name": name, "Value": value }));
    }
    attributes
}

/// `GlobalSignOut`: ends every sign-in of the token's user. Tokens that are out there keep their
/// valid signatures; only the pool itself notices.
pub(super) fn global_sign_out(cloud: &mut Cloud, pool: &str, input: &Input) -> Answer {
    let token = input.required("AccessToken", MAX_TOKEN_CHARS)?;
    let (user, _) = check_access_token(cloud, pool, token, ADMIN_SCOPE)?;
    sign_out_everywhere(cloud, pool, &user.username);
    Ok(json!({}))
}

/// Ends every sign-in of a user, at the API and in browsers.
pub(super) fn sign_out_everywhere(cloud: &mut Cloud, pool_id: &str, username: &str) {
    let now = cloud.now();
    let Some(pool) = cloud.user_pools.get_mut(pool_id) else {
        return;
    };
    for id in pool.by_user.get(username).into_iter().flatten() {
        if let Some(record) = pool.sign_ins.get_mut(id) {
            record.revoked = true;
        }
    }
    if let Some(user) = pool.users.get_mut(username) {
        user.signed_out_at = Some(now);
    }
}

/// `RevokeToken`: ends the one sign-in that a refresh token belongs to.
pub(super) fn revoke_token(cloud: &mut Cloud, pool: &str, input: &Input) -> Answer {
    let token = input.required("Token", MAX_TOKEN_CHARS)?;
    let client_id = input.required("ClientId", 128)?;
    let secret = input.text("ClientSecret")?.map(str::to_owned);
    revoke(cloud, pool, (client_id, secret.as_deref()), token)?;
    Ok(json!({}))
}

fn revoke(
    cloud: &mut Cloud,
    pool_id: &str,
    (client_id, secret): (&str, Option<&str>),
    token: &str,
) -> Result<(), AwsError> {
    cloud.ledger.plan(&[
        ("App client", "API reference: ClientId"),
        ("Client secret", "API reference: RevokeToken"),
    ]);
    plan_revoke(cloud);
    let client = clients::check(cloud, pool_id, client_id)?;
    if !clients::check_secret(cloud, &client, secret) {
        let message = "Invalid client secret";
        return Err(AwsError::new("UnauthorizedException", 400, message));
    }
    revoke_of_client(cloud, pool_id, &client, token)
}

/// Announces the checks of [`revoke_of_client`].
pub(super) fn plan_revoke(cloud: &mut Cloud) {
    cloud.ledger.plan(&[
        ("Token type", "API reference: RevokeToken"),
        ("Same app client", REVOKE_GUIDE),
    ]);
}

/// Revokes a token for a client that has proved itself.
pub(super) fn revoke_of_client(
    cloud: &mut Cloud,
    pool_id: &str,
    client: &Client,
    token: &str,
) -> Result<(), AwsError> {
    let refresh = token.split('.').count() == 5;
    let actual = if refresh {
        "five parts"
    } else {
        "another form"
    };
    let expected = "a refresh token, in five parts";
    if !cloud.ledger.verify("Token type", refresh, expected, actual) {
        let message = "Unsupported token type";
        return Err(AwsError::new("UnsupportedTokenTypeException", 400, message));
    }
    let pool = cloud.user_pools.get(pool_id);
    let record = pool.and_then(|pool| pool.sign_in_of(token));
    let found = record.map(|record| (record.origin_jti.clone(), record.client.clone()));
    // RFC 7009: a token that nobody knows is as good as revoked
    let Some((id, owner)) = found else {
        cloud.ledger.skip("Same app client");
        return Ok(());
    };
    let same = owner == client.id;
    if !cloud
        .ledger
        .verify("Same app client", same, owner, client.id.clone())
    {
        let message = "Token is not issued by this client";
        return Err(AwsError::new("UnauthorizedException", 400, message));
    }
    let pool = cloud.user_pools.get_mut(pool_id);
    if let Some(record) = pool.and_then(|pool| pool.sign_ins.get_mut(&id)) {
        record.revoked = true;
    }
    Ok(())
}

/// Verifies an access token all the way: as any API would, and then what only the pool knows.
pub(super) fn check_access_token(
    cloud: &mut Cloud,
    pool_id: &str,
    token: &str,
    scope: &str,
) -> Result<(User, SignInRecord), AwsError> {
    cloud.ledger.plan(&[
        ("Token form", VERIFY_GUIDE),
        ("Signature", VERIFY_GUIDE),
        ("Issuer", VERIFY_GUIDE),
        ("Token use", VERIFY_GUIDE),
        ("Not expired", VERIFY_GUIDE),
        ("Not revoked", REVOKE_GUIDE),
        ("Scope", SCOPE_GUIDE),
        ("User exists", "API reference: GetUser"),
    ]);
    let parsed = check_signature(cloud, pool_id, token)?;
    check_claims(cloud, pool_id, &parsed)?;
    let record = check_not_revoked(cloud, pool_id, &parsed)?;
    let scopes = parsed.text("scope").unwrap_or_default().to_owned();
    let held = scopes.split(' ').any(|found| found == scope);
    if !cloud.ledger.verify("Scope", held, scope, scopes) {
        return Err(not_authorized("Access Token does not have required scopes"));
    }
    let user = cloud
        .user_pools
        .get(pool_id)
        .and_then(|p| p.users.get(&record.username))
        .cloned();
    let actual = record.username.clone();
    cloud
        .ledger
        .verify("User exists", user.is_some(), "a user of this pool", actual);
    let user =
        user.ok_or_else(|| AwsError::new("UserNotFoundException", 400, "User does not exist."))?;
    if !user.enabled {
        return Err(not_authorized("User is disabled."));
    }
    Ok((user, record))
}

fn check_signature(cloud: &mut Cloud, pool_id: &str, token: &str) -> Result<Unverified, AwsError> {
    let invalid = || not_authorized("Invalid Access Token");
    let parsed = match Unverified::parse(token) {
        Ok(parsed) => parsed,
        Err(error) => {
            cloud
                .ledger
                .failed("Token form", "a JWT in three parts", error.to_string());
            return Err(invalid());
        }
    };
    cloud
        .ledger
        .passed("Token form", "a JWT in three parts", shorten(token));
    let expected_kid = kid(cloud, pool_id, KeyUse::Access);
    let expected = format!("RS256, kid {} of this pool", shorten(&expected_kid));
    if parsed.kid() != Some(&expected_kid) {
        let actual = format!(
            "kid {}",
            parsed.kid().map_or_else(|| "none".to_owned(), shorten)
        );
        cloud.ledger.failed("Signature", expected, actual);
        return Err(invalid());
    }
    let key = cloud.keys.get(&key_name(pool_id, KeyUse::Access));
    let key = key
        .and_then(|key| key.verifying_key())
        .map_err(|_| super::api::internal_error())?;
    let verified = parsed.verify_signature(&key, &[Algorithm::RS256]);
    let actual = match &verified {
        Ok(_) => "signature matches".to_owned(),
        Err(error) => error.to_string(),
    };
    if !cloud
        .ledger
        .verify("Signature", verified.is_ok(), expected, actual)
    {
        return Err(invalid());
    }
    Ok(parsed)
}

fn check_claims(cloud: &mut Cloud, pool_id: &str, token: &Unverified) -> Result<(), AwsError> {
    let issuer = cloud
        .user_pools
        .get(pool_id)
        .map(|pool| pool.issuer())
        .unwrap_or_default();
    let found = token.text("iss").unwrap_or_default();
    if !cloud
        .ledger
        .verify("Issuer", found == issuer, issuer.clone(), found)
    {
        return Err(not_authorized("Invalid Access Token"));
    }
    let usage = token.text("token_use").unwrap_or_default();
    if !cloud
        .ledger
        .verify("Token use", usage == "access", "access", usage)
    {
        return Err(not_authorized("Invalid Access Token"));
    }
    let (now, end) = (
        cloud.now().epoch_seconds(),
        token.seconds("exp").unwrap_or_default(),
    );
    let actual = match end - now {
        left if left > 0 => format!("{left} s left"),
        left => format!("ended {} s ago", -left),
    };
    if !cloud.ledger.verify(
        "Not expired",
        now < end,
        format!("exp {end} after now {now}"),
        actual,
    ) {
        return Err(not_authorized("Access Token has expired"));
    }
    Ok(())
}

fn check_not_revoked(
    cloud: &mut Cloud,
    pool_id: &str,
    token: &Unverified,
) -> Result<SignInRecord, AwsError> {
    let id = token.text("origin_jti").unwrap_or_default();
    let record = cloud
        .user_pools
        .get(pool_id)
        .and_then(|p| p.sign_ins.get(id))
        .cloned();
    let alive = record.as_ref().is_some_and(|record| !record.revoked);
    let actual = if alive {
        "sign-in is alive"
    } else {
        "sign-in was revoked"
    };
    cloud.ledger.verify(
        "Not revoked",
        alive,
        format!("origin_jti {id} not revoked"),
        actual,
    );
    record
        .filter(|record| !record.revoked)
        .ok_or_else(|| not_authorized("Access Token has been revoked"))
}
