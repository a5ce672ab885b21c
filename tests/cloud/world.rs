//! The world with one of everything, after a day in it.

use tokentrail::cloud::Cloud;
use tokentrail::cloud::ledger::{ActorId, ArtifactValue, SentRequest};
use tokentrail::protocol::message::{self, Message, Request};
use tokentrail::protocol::sigv4::{Credentials, SignOptions, sign};
use tokentrail::scenario::build::{Names, build};
use tokentrail::scenario::client::Clients;
use tokentrail::scenario::files::Shipped;
use tokentrail::scenario::{self, Scenario};

/// The world and the day.
pub const TEXT: &str = include_str!("everything.ron");

/// What a signature adds to a request.
const SIGNATURE_HEADERS: [&str; 4] = [
    "authorization",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-content-sha256",
];

/// A scenario file that is part of the tests.
pub fn load(text: &str) -> Scenario {
    scenario::load(&Shipped, "everything.ron", text.as_bytes())
        .unwrap_or_else(|report| panic!("{}", report.render(false)))
}

/// The cloud after the day, every action of which was carried out and answered well.
pub fn everything() -> (Cloud, Names) {
    let scenario = load(TEXT);
    let (cloud, names) = build(&scenario, scenario.seed).unwrap();
    let mut clients = Clients::new(cloud, names);
    for act in scenario.beats.iter().flat_map(|beat| &beat.acts) {
        let before = clients.cloud.ledger.exchanges().len();
        clients
            .act(&act.action)
            .unwrap_or_else(|error| panic!("{:?}: {error}", act.action));
        for exchange in clients.cloud.ledger.exchanges().stretch(before..) {
            let refusal = &exchange.refusal;
            assert!(refusal.is_none(), "{:?}: {refusal:?}", exchange.operation);
        }
    }
    let Clients { cloud, names, .. } = clients;
    (cloud, Names::clone(&names))
}

/// A request as it once travelled, to be sent again.
pub fn again(sent: &SentRequest) -> Request {
    let method = sent.method.parse().unwrap();
    let mut request = message::request(method, &sent.url).unwrap();
    for (name, value) in &sent.headers {
        request.set_header(name, value).unwrap();
    }
    *request.body_mut() = sent.body.0.to_vec();
    request
}

/// What signed a request, and for which service.
pub fn signer(cloud: &Cloud, request: &Request) -> Option<(Credentials, String)> {
    let header = request.header("authorization")?;
    let scope = header.strip_prefix("AWS4-HMAC-SHA256 Credential=")?;
    let mut parts = scope.split(',').next()?.split('/');
    let (key, service) = (parts.next()?, parts.nth(2)?);
    let known = cloud.ledger.artifacts().iter().find_map(|artifact| {
        let ArtifactValue::Credentials(known) = &artifact.value else {
            return None;
        };
        (known.access_key_id == key).then_some(known)
    })?;
    let credentials = Credentials {
        access_key_id: known.access_key_id.clone(),
        secret_access_key: known.secret_access_key.clone(),
        session_token: known.session_token.clone(),
    };
    Some((credentials, service.to_owned()))
}

/// The request with the signature it should have, whatever it had before; as it is where it is
/// such that nobody could sign it.
pub fn signed(
    cloud: &Cloud,
    from: &ActorId,
    (credentials, service): &(Credentials, String),
    mut request: Request,
) -> Request {
    for name in SIGNATURE_HEADERS {
        request.headers_mut().remove(name);
    }
    let (now, options) = (cloud.clock_of(from), SignOptions::default());
    let unsigned = request.clone();
    match sign(
        &mut request,
        credentials,
        "us-east-1",
        service,
        now,
        options,
    ) {
        Ok(_) => request,
        Err(_) => unsigned,
    }
}
