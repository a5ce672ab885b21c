//! Making signatures: for the sender, and again for the receiver who compares.

use super::super::form::Form;
use super::super::hash::{hex, hmac_sha256, sha256_hex};
use super::super::message::{Message, Request, RequestExt};
use super::super::time::Moment;
use super::canonical::{Payload, canonical_request};
use super::presented::Presented;
use super::{ALGORITHM, MAX_PRESIGNED_SECONDS, S3, SigV4Error, TERMINATOR, UNSIGNED_PAYLOAD};

/// Headers that proxies and transports may change, so that senders leave them unsigned.
const NEVER_SIGNED: [&str; 5] = [
    "authorization",
    "connection",
    "user-agent",
    "x-amzn-trace-id",
    "expect",
];

/// What a sender signs with.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// `ASIA…` or `AKIA…`.
    pub access_key_id: String,
    /// The secret, which never travels.
    pub secret_access_key: String,
    /// The session token of temporary credentials.
    pub session_token: Option<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// Where the signature travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// In the `Authorization` header.
    Header,
    /// In the query of a presigned URL.
    Query,
}

/// How a sender departs from the usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SignOptions {
    /// Leaves the body out of the signature.
    pub unsigned_payload: bool,
    /// Sends `X-Amz-Content-Sha256` to other services than S3 too.
    pub send_payload_hash: bool,
}

/// The four steps of a signature, to be shown and compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steps {
    /// The request in canonical form.
    pub canonical_request: String,
    /// Its SHA-256, hexadecimal.
    pub canonical_request_hash: String,
    /// Algorithm, time, scope and that hash.
    pub string_to_sign: String,
    /// HMAC("AWS4" + secret, day), hexadecimal.
    pub date_key: String,
    /// HMAC(date key, region), hexadecimal.
    pub region_key: String,
    /// HMAC(region key, service), hexadecimal.
    pub service_key: String,
    /// HMAC(service key, "aws4_request"), hexadecimal.
    pub signing_key: String,
    /// HMAC(signing key, string to sign), hexadecimal.
    pub signature: String,
}

struct Scope<'a> {
    at: Moment,
    day: &'a str,
    region: &'a str,
    service: &'a str,
    terminator: &'a str,
}

impl Scope<'_> {
    fn text(&self) -> String {
        [self.day, self.region, self.service, self.terminator].join("/")
    }
}

fn steps(canonical_request: String, secret: &str, scope: &Scope<'_>) -> Steps {
    let canonical_request_hash = sha256_hex(canonical_request.as_bytes());
    let (at, scope_text) = (scope.at.amz_date(), scope.text());
    let string_to_sign = format!("{ALGORITHM}\n{at}\n{scope_text}\n{canonical_request_hash}");
    let date_key = hmac_sha256(format!("AWS4{secret}").as_bytes(), scope.day.as_bytes());
    let region_key = hmac_sha256(&date_key, scope.region.as_bytes());
    let service_key = hmac_sha256(&region_key, scope.service.as_bytes());
    let signing_key = hmac_sha256(&service_key, scope.terminator.as_bytes());
    let signature = hmac_sha256(&signing_key, string_to_sign.as_bytes());
    Steps {
        canonical_request,
        canonical_request_hash,
        string_to_sign,
        date_key: hex(&date_key),
        region_key: hex(&region_key),
        service_key: hex(&service_key),
        signing_key: hex(&signing_key),
        signature: hex(&signature),
    }
}

/// Signs a request: adds `Host` (if absent), `X-Amz-Date`, `X-Amz-Security-Token`,
/// `X-Amz-Content-Sha256` (for S3) and `Authorization`, replacing an earlier signature.
pub fn sign(
    request: &mut Request,
    credentials: &Credentials,
    region: &str,
    service: &str,
    at: Moment,
    options: SignOptions,
) -> Result<Steps, SigV4Error> {
    ensure_host(request)?;
    request.header_map_mut().remove("authorization");
    request.set_header("x-amz-date", &at.amz_date())?;
    match &credentials.session_token {
        Some(token) => request.set_header("x-amz-security-token", token)?,
        None => {
            request.header_map_mut().remove("x-amz-security-token");
        }
    }
    let payload = if options.unsigned_payload {
        Payload::Unsigned
    } else {
        Payload::Hashed
    };
    let payload = payload.text(request.body_bytes());
    if service == S3 || options.send_payload_hash || options.unsigned_payload {
        request.set_header("x-amz-content-sha256", &payload)?;
    } else {
        // A stale hash from an earlier signing would be believed over the body
        request.header_map_mut().remove("x-amz-content-sha256");
    }
    let signed = signable_headers(request);
    let day = at.amz_day();
    let scope = Scope {
        at,
        day: &day,
        region,
        service,
        terminator: TERMINATOR,
    };
    let canonical = canonical_request(request, service, &signed, &payload)?;
    let steps = steps(canonical, &credentials.secret_access_key, &scope);
    let authorization = format!(
        "{ALGORITHM} Credential={}/{}, SignedHeaders={}, Signature={}",
        credentials.access_key_id,
        scope.text(),
        signed.join(";"),
        steps.signature
    );
    request.set_header("authorization", &authorization)?;
    Ok(steps)
}

/// Signs a request into its URL, so that whoever holds the URL can send it for a while.
pub fn presign(
    request: &mut Request,
    credentials: &Credentials,
    region: &str,
    service: &str,
    at: Moment,
    lifetime_seconds: u32,
) -> Result<Steps, SigV4Error> {
    if !(1..=MAX_PRESIGNED_SECONDS).contains(&lifetime_seconds) {
        return Err(SigV4Error::Lifetime(lifetime_seconds));
    }
    ensure_host(request)?;
    let signed = signable_headers(request);
    let day = at.amz_day();
    let scope = Scope {
        at,
        day: &day,
        region,
        service,
        terminator: TERMINATOR,
    };
    let mut query = request.query_form()?;
    for name in ["X-Amz-Signature", "X-Amz-Security-Token"] {
        query.remove(name);
    }
    query.set("X-Amz-Algorithm", ALGORITHM);
    query.set(
        "X-Amz-Credential",
        &format!("{}/{}", credentials.access_key_id, scope.text()),
    );
    query.set("X-Amz-Date", &at.amz_date());
    query.set("X-Amz-Expires", &lifetime_seconds.to_string());
    if let Some(token) = &credentials.session_token {
        query.set("X-Amz-Security-Token", token);
    }
    query.set("X-Amz-SignedHeaders", &signed.join(";"));
    set_query(request, &query)?;
    let payload = presigned_payload(service, request.body_bytes());
    let canonical = canonical_request(request, service, &signed, &payload)?;
    let steps = steps(canonical, &credentials.secret_access_key, &scope);
    query.append("X-Amz-Signature", &steps.signature);
    set_query(request, &query)?;
    Ok(steps)
}

/// S3's presigned URLs leave the body open; other services hash it.
fn presigned_payload(service: &str, body: &[u8]) -> String {
    if service == S3 {
        UNSIGNED_PAYLOAD.to_owned()
    } else {
        sha256_hex(body)
    }
}

fn ensure_host(request: &mut Request) -> Result<(), SigV4Error> {
    if request.header_map().contains_key("host") {
        return Ok(());
    }
    let authority = request
        .uri()
        .authority()
        .ok_or(SigV4Error::Missing("a host"))?;
    let authority = authority.as_str().to_owned();
    Ok(request.set_header("host", &authority)?)
}

fn set_query(request: &mut Request, query: &Form) -> Result<(), SigV4Error> {
    let path = RequestExt::path(request).to_owned();
    let bare = match (request.uri().scheme_str(), request.uri().authority()) {
        (Some(scheme), Some(authority)) => format!("{scheme}://{authority}{path}"),
        _ => path,
    };
    let url = query.append_to_url(&bare);
    *request.uri_mut() = url
        .parse()
        .map_err(|_| super::super::message::MessageError::Url(url.clone()))?;
    Ok(())
}

fn signable_headers(request: &Request) -> Vec<String> {
    let mut names: Vec<String> = request
        .header_map()
        .keys()
        .map(|name| name.as_str().to_owned())
        .filter(|name| !NEVER_SIGNED.contains(&name.as_str()))
        .collect();
    names.sort_unstable();
    names
}

/// Makes the steps again from what arrived, with the secret the receiver knows.
pub fn recompute(
    request: &Request,
    secret: &str,
    presented: &Presented,
) -> Result<Steps, SigV4Error> {
    let payload = match (presented.placement, request.header("x-amz-content-sha256")) {
        (_, Some(stated)) => Payload::Stated(stated).text(&[]),
        (Placement::Header, None) => Payload::Hashed.text(request.body_bytes()),
        (Placement::Query, None) => presigned_payload(&presented.service, request.body_bytes()),
    };
    let signed = &presented.signed_headers;
    let canonical = canonical_request(request, &presented.service, signed, &payload)?;
    let scope = Scope {
        at: presented.signed_at,
        day: &presented.day,
        region: &presented.region,
        service: &presented.service,
        terminator: &presented.terminator,
    };
    Ok(steps(canonical, secret, &scope))
}
