//! A push on its way to a device. A device without network gets nothing: the platforms keep
//! silent pushes for a while at best, and nobody may count on them.

use serde_json::Value;

use crate::cloud::Cloud;
use crate::cloud::devices;
use crate::cloud::ledger::{ActorId, ArtifactKind, Mint, Source};
use crate::protocol::message::{self, Message};

/// What is pushed to whom.
#[derive(Clone, Copy, Debug)]
pub struct Push<'a> {
    /// The message's id
    pub id: &'a str,
    /// The device, as its platform knows it
    pub token: &'a str,
    /// What it gets
    pub payload: &'a str,
}

/// Sends a push; says whether it arrived.
pub fn run(cloud: &mut Cloud, sns: &ActorId, push: Push<'_>) -> bool {
    let Some(device) = cloud.devices.with_push_token(push.token).cloned() else {
        return false;
    };
    if cloud.is_offline(&device) {
        return false;
    }
    let url = devices::push_url(push.token);
    let body = push.payload.as_bytes().to_vec();
    let Ok(mut request) = message::post(&url, message::JSON, body) else {
        return false;
    };
    if request.set_header("x-push-id", push.id).is_err() {
        return false;
    }
    let artifact = cloud.mint(sns, mint(cloud, push));
    let arrived = cloud
        .send(sns, request)
        .is_ok_and(|answer| answer.response.status().is_success());
    let now = cloud.now();
    cloud.ledger.lose(sns, artifact, now);
    if arrived {
        cloud.ledger.gain(&device, artifact, now);
    }
    arrived
}

/// The message as a thing that travels: it is known by its id, and shows everything it says.
fn mint(cloud: &Cloud, push: Push<'_>) -> Mint {
    let mut mint = Mint::text(ArtifactKind::Push, "Silent push", push.id);
    let Ok(Value::Object(payload)) = serde_json::from_str(push.payload) else {
        return mint.fact("Message", push.payload);
    };
    let data = match payload.get("data") {
        Some(Value::Object(data)) => data.clone(),
        _ => payload,
    };
    let exchange = cloud.ledger.current();
    for (name, value) in &data {
        let Some(exchange) = exchange else { break };
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let member = format!("Message.{name}");
        let from = Source::Message { exchange, member };
        mint = mint.origin(format!("claims.{name}"), text, from);
    }
    mint.claims = Some(data);
    mint
}
