//! The app client in a request: which one it is, and the proof that it knows its secret.

use super::model::Client;
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::protocol::encoding::base64;
use crate::protocol::hash::{constant_time_eq, hmac_sha256};

const SECRET_HASH_GUIDE: &str = "Cognito guide: computing secret hash values";

/// Announces the checks on the app client.
pub(super) fn plan(cloud: &mut Cloud, pool: &str, client_id: &str) {
    cloud
        .ledger
        .plan(&[("App client", "API reference: ClientId")]);
    let client = cloud
        .user_pools
        .get(pool)
        .and_then(|pool| pool.clients.get(client_id));
    if client.is_some_and(|client| client.secret.is_some()) {
        cloud.ledger.plan(&[("Secret hash", SECRET_HASH_GUIDE)]);
    }
}

/// The app client of that id.
pub(super) fn check(cloud: &mut Cloud, pool: &str, client_id: &str) -> Result<Client, AwsError> {
    let client = cloud
        .user_pools
        .get(pool)
        .and_then(|p| p.clients.get(client_id))
        .cloned();
    cloud.ledger.verify(
        "App client",
        client.is_some(),
        "a client of this pool",
        client_id,
    );
    client.ok_or_else(|| {
        let message = format!("User pool client {client_id} does not exist.");
        AwsError::new("ResourceNotFoundException", 400, message)
    })
}

/// A client with a secret must prove it: HMAC-SHA-256 over username and client id. More than one
/// name may serve, since a refresh can be asked for by username or by `sub`.
pub(super) fn check_secret_hash(
    cloud: &mut Cloud,
    client: &Client,
    names: &[&str],
    hash: Option<&str>,
) -> Result<(), AwsError> {
    let Some(secret) = &client.secret else {
        return Ok(());
    };
    let expected = "Base64(HMAC-SHA-256(client secret, username + client id))";
    let id = &client.id;
    let refused = |message: String| Err(AwsError::new("NotAuthorizedException", 400, message));
    let Some(hash) = hash else {
        cloud.ledger.failed("Secret hash", expected, "none sent");
        return refused(format!(
            "Client {id} is configured with secret but SECRET_HASH was not received"
        ));
    };
    let held = names
        .iter()
        .any(|name| constant_time_eq(secret_hash(secret, name, id).as_bytes(), hash.as_bytes()));
    let actual = if held { "matches" } else { "another value" };
    if cloud.ledger.verify("Secret hash", held, expected, actual) {
        return Ok(());
    }
    refused(format!("Unable to verify secret hash for client {id}"))
}

/// Where the secret itself is sent: whether it is the client's. A client without one needs none.
pub(super) fn check_secret(cloud: &mut Cloud, client: &Client, sent: Option<&str>) -> bool {
    let Some(kept) = &client.secret else {
        cloud.ledger.skip("Client secret");
        return true;
    };
    let same = sent.is_some_and(|sent| constant_time_eq(kept.as_bytes(), sent.as_bytes()));
    let actual = match sent {
        Some(_) if same => "that secret",
        Some(_) => "another text",
        None => "none sent",
    };
    let expected = format!("the secret of {}", client.name);
    cloud.ledger.verify("Client secret", same, expected, actual)
}

/// `SECRET_HASH`, as an app that keeps a secret computes it.
pub(super) fn secret_hash(secret: &str, username: &str, client_id: &str) -> String {
    base64(&hmac_sha256(
        secret.as_bytes(),
        format!("{username}{client_id}").as_bytes(),
    ))
}
