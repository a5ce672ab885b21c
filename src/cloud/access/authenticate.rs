//! Who signed this request? Everything is verified over the bytes that arrived: the claim, the
//! key, its session token and expiry, the clock, the scope, the headers covered, the body, and
//! the signature made again from all of it.

use super::Caller;
use super::refusals::{Face, Refusals};
use crate::cloud::aws::{AwsError, Wire, shorten};
use crate::cloud::front_door::Route;
use crate::cloud::iam::AccessKey;
use crate::cloud::issuer_keys::time_left;
use crate::cloud::ledger::{CredentialsValue, Ledger};
use crate::cloud::sts::session::Session;
use crate::cloud::{Cloud, REGION};
use crate::policy::{Principal, RequestContext};
use crate::protocol::message::{Message, Request};
use crate::protocol::sigv4::{
    Placement, Presented, SigV4Error, UNSIGNED_PAYLOAD, duties, parse_authorization, recompute,
};
use crate::protocol::time::{Moment, Span};

const SIGNED: &str = "Signed";
const ACCESS_KEY: &str = "Access key";
/// What takes the place of all of this where nobody signed.
const ANONYMOUS: (&str, &str) = (
    "Anonymous request",
    "S3 guide: without a signature a request is nobody's, and only a bucket policy can allow it",
);
const SESSION_TOKEN: &str = "Session token";
const NOT_EXPIRED: &str = "Not expired";
const CLOCK: &str = "Clock";
const SCOPE: &str = "Credential scope";
const SIGNED_HEADERS: &str = "Signed headers";
const BODY_HASH: &str = "Body hash";
const SIGNATURE: &str = "Signature";

/// The checks in the order in which this simulation makes them, which is a sensible one; AWS does
/// not publish its own.
const PLAN: [(&str, &str); 9] = [
    (
        SIGNED,
        "IAM: create a signed request; the order of these checks is Tokentrail's model",
    ),
    (ACCESS_KEY, "STS: temporary security credentials"),
    (
        SESSION_TOKEN,
        "IAM: using temporary credentials with AWS resources",
    ),
    (
        NOT_EXPIRED,
        "IAM: using temporary credentials with AWS resources",
    ),
    (CLOCK, "IAM: troubleshooting SigV4, signature expired"),
    (SCOPE, "IAM: troubleshooting SigV4, credential scope"),
    (
        SIGNED_HEADERS,
        "IAM: create a signed request, canonical headers",
    ),
    (BODY_HASH, "S3: x-amz-content-sha256"),
    (
        SIGNATURE,
        "IAM: create a signed request, calculate the signature",
    ),
];

/// Finds out who signed a request. See [`authenticate_then`].
pub fn authenticate(
    cloud: &mut Cloud,
    route: &Route,
    request: &Request,
    wire: Wire,
) -> Result<Caller, AwsError> {
    authenticate_then(cloud, route, request, wire, &[])
}

/// Finds out who signed a request, announcing the checks the service makes after that as well,
/// so that a refusal here lists them as not reached.
pub fn authenticate_then(
    cloud: &mut Cloud,
    route: &Route,
    request: &Request,
    wire: Wire,
    later: &[(&str, &str)],
) -> Result<Caller, AwsError> {
    verify(cloud, route, request, wire, later).map_err(|error| rest_status(wire, error))
}

/// Takes a request that nobody signed, where a service serves such requests: says whether it is
/// one, and announces the checks that are made after that.
pub fn anybody_then(cloud: &mut Cloud, request: &Request, later: &[(&str, &str)]) -> bool {
    if !matches!(parse_authorization(request), Err(SigV4Error::Unsigned)) {
        return false;
    }
    cloud.ledger.plan(&[ANONYMOUS]);
    cloud.ledger.plan(later);
    let expected = "a signature, or none at all";
    cloud.ledger.passed(ANONYMOUS.0, expected, "none at all");
    true
}

/// Services with a REST protocol refuse with 403 what the other JSON services refuse with 400.
fn rest_status(wire: Wire, mut error: AwsError) -> AwsError {
    if wire == Wire::RestJson {
        error.status = http::StatusCode::FORBIDDEN.as_u16();
    }
    error
}

fn verify(
    cloud: &mut Cloud,
    route: &Route,
    request: &Request,
    wire: Wire,
    later: &[(&str, &str)],
) -> Result<Caller, AwsError> {
    cloud.ledger.plan(&PLAN);
    cloud.ledger.plan(later);
    if !states_its_body(request, wire) {
        cloud.ledger.skip(BODY_HASH);
    }
    let now = cloud.now();
    let refusals = Refusals {
        face: Face::of(wire),
        now,
    };
    let presented = claim(&mut cloud.ledger, request, &refusals)?;
    let holder = known_key(cloud, &presented, &refusals)?;
    let gate = Gate {
        request,
        wire,
        presented,
        refusals,
        service: route.service.name(),
        now,
    };
    let ledger = &mut cloud.ledger;
    gate.session_token(ledger, &holder)?;
    gate.not_expired(ledger, &holder)?;
    gate.clock(ledger)?;
    gate.scope(ledger)?;
    gate.signed_headers(ledger)?;
    gate.body_hash(ledger)?;
    gate.signature(ledger, &holder)?;
    Ok(holder.caller)
}

/// The access key id that a request claims to be signed with; used to find whose service is
/// asked, before anything is verified.
pub fn access_key_of(request: &Request) -> Option<String> {
    parse_authorization(request)
        .ok()
        .map(|presented| presented.access_key_id)
}

/// Whether the request states its body's hash, or has to.
fn states_its_body(request: &Request, wire: Wire) -> bool {
    wire == Wire::S3 || request.header("x-amz-content-sha256").is_some()
}

fn claim(
    ledger: &mut Ledger,
    request: &Request,
    refusals: &Refusals,
) -> Result<Presented, AwsError> {
    let expected = "an AWS Signature Version 4";
    match parse_authorization(request) {
        Ok(presented) if refusals.face != Face::S3 && presented.placement == Placement::Query => {
            // Only S3's links are presigned in this simulation
            ledger.failed(
                SIGNED,
                "a signature in the Authorization header",
                "one in the URL",
            );
            Err(refusals.unsigned())
        }
        Ok(presented) => {
            let found = match presented.placement {
                Placement::Header => "in the Authorization header",
                Placement::Query => "in the URL",
            };
            ledger.passed(
                SIGNED,
                expected,
                format!("{found}, by {}", presented.access_key_id),
            );
            Ok(presented)
        }
        Err(SigV4Error::Unsigned) => {
            ledger.failed(SIGNED, expected, "none: an anonymous request");
            Err(refusals.unsigned())
        }
        Err(error) => {
            ledger.failed(SIGNED, expected, shorten(&error.to_string()));
            Err(refusals.malformed(request, &error))
        }
    }
}

/// What an access key stands for, and what proves it.
struct Holder {
    credentials: CredentialsValue,
    caller: Caller,
}

/// What the access key stands for: a session, or an IAM user whose key never ends.
fn known_key(
    cloud: &mut Cloud,
    presented: &Presented,
    refusals: &Refusals,
) -> Result<Holder, AwsError> {
    const EXPECTED: &str = "a key that AWS issued";
    let id = &presented.access_key_id;
    let session = cloud.sts.session(id).cloned();
    if let Some(session) = session {
        let actual = format!("{id} of {}", session.arn);
        cloud.ledger.passed(ACCESS_KEY, EXPECTED, actual);
        return Ok(of_session(session, presented.placement));
    }
    let key = cloud.iam.access_key(id).cloned();
    let actual = match &key {
        Some(key) if key.active => format!("{id} of {}, a long-term key", key.user_arn),
        Some(key) => format!("{id} of {} is inactive", key.user_arn),
        None => format!("{} is unknown", shorten(id)),
    };
    let key = key.filter(|key| key.active);
    let holder = key.and_then(|key| of_user(cloud, &key, presented.placement));
    cloud
        .ledger
        .verify(ACCESS_KEY, holder.is_some(), EXPECTED, actual);
    let Some(holder) = holder else {
        return Err(refusals.unknown_key(id));
    };
    cloud.ledger.skip(NOT_EXPIRED);
    Ok(holder)
}

fn of_session(session: Session, placement: Placement) -> Holder {
    Holder {
        caller: Caller {
            access_key_id: session.credentials.access_key_id.clone(),
            principal: session.principal,
            arn: session.arn,
            user_id: session.user_id,
            account: session.account,
            role_arn: session.role_arn,
            issued_at: Some(session.issued_at),
            context: session.context,
            transitive_tags: session.transitive_tags,
            session_policies: session.session_policies,
            artifact: session.artifact,
            placement,
        },
        credentials: session.credentials,
    }
}

fn of_user(cloud: &Cloud, key: &AccessKey, placement: Placement) -> Option<Holder> {
    let user = cloud.iam.user(&key.user_arn)?;
    Some(Holder {
        caller: Caller {
            access_key_id: key.credentials.access_key_id.clone(),
            principal: Principal::User {
                arn: user.arn.clone(),
            },
            arn: user.arn.clone(),
            user_id: user.user_id.clone(),
            account: user.account.clone(),
            role_arn: user.arn.clone(),
            issued_at: None,
            context: RequestContext::new().with("aws:username", user.name.as_str()),
            transitive_tags: std::collections::BTreeMap::new(),
            session_policies: Vec::new(),
            artifact: key.artifact,
            placement,
        },
        credentials: key.credentials.clone(),
    })
}

/// One request at the door, and what is known about it.
struct Gate<'r> {
    request: &'r Request,
    wire: Wire,
    presented: Presented,
    refusals: Refusals,
    service: &'static str,
    now: Moment,
}

impl Gate<'_> {
    fn session_token(&self, ledger: &mut Ledger, holder: &Holder) -> Result<(), AwsError> {
        let issued = holder.credentials.session_token.as_deref();
        let evidence = duties::session_token(&self.presented, issued);
        if ledger.verify(
            SESSION_TOKEN,
            evidence.holds,
            evidence.expected,
            evidence.actual,
        ) {
            return Ok(());
        }
        let key = &self.presented.access_key_id;
        Err(self
            .refusals
            .wrong_token(key, self.presented.session_token.as_deref()))
    }

    fn not_expired(&self, ledger: &mut Ledger, holder: &Holder) -> Result<(), AwsError> {
        let Some(expires_at) = holder.credentials.expiration else {
            return Ok(());
        };
        let left = expires_at - self.now;
        let holds = left > Span::ZERO;
        let expected = format!("before {}", expires_at.iso8601());
        let actual = time_left(self.now, expires_at);
        if ledger.verify(NOT_EXPIRED, holds, expected, actual) {
            return Ok(());
        }
        Err(self
            .refusals
            .expired(self.presented.session_token.as_deref()))
    }

    fn clock(&self, ledger: &mut Ledger) -> Result<(), AwsError> {
        let window = match self.wire {
            Wire::S3 => duties::S3_SKEW,
            _ => duties::SKEW,
        };
        let (clock, evidence) = duties::clock(&self.presented, self.now, window);
        let actual = match self.presented.lifetime {
            Some(_) => evidence.actual,
            None => format!("{}, {}", evidence.actual, self.apart()),
        };
        if ledger.verify(CLOCK, evidence.holds, evidence.expected, actual) {
            return Ok(());
        }
        Err(self.refusals.wrong_time(&self.presented, clock, window))
    }

    /// How far the request's time is from the receiver's.
    fn apart(&self) -> String {
        let behind = self.now - self.presented.signed_at;
        match behind >= Span::ZERO {
            true => format!("{} ago", behind.in_words()),
            false => format!("{} in the future", (-behind).in_words()),
        }
    }

    fn scope(&self, ledger: &mut Ledger) -> Result<(), AwsError> {
        let presented = &self.presented;
        let all = [
            duties::scope_day(presented),
            duties::scope_region(presented, REGION),
            duties::scope_service(presented, self.service),
            duties::scope_terminator(presented),
        ];
        let expected: Vec<&str> = all
            .iter()
            .map(|evidence| evidence.expected.as_str())
            .collect();
        let holds = all.iter().all(|evidence| evidence.holds);
        if ledger.verify(SCOPE, holds, expected.join("/"), presented.scope()) {
            return Ok(());
        }
        Err(self.refusals.wrong_scope(presented, self.service))
    }

    fn signed_headers(&self, ledger: &mut Ledger) -> Result<(), AwsError> {
        let evidence = duties::signed_headers(self.request, &self.presented);
        if ledger.verify(
            SIGNED_HEADERS,
            evidence.holds,
            evidence.expected,
            evidence.actual,
        ) {
            return Ok(());
        }
        Err(self
            .refusals
            .unsigned_headers(self.request, &self.presented))
    }

    fn body_hash(&self, ledger: &mut Ledger) -> Result<(), AwsError> {
        if !states_its_body(self.request, self.wire) {
            return Ok(());
        }
        let stated = self.request.header("x-amz-content-sha256");
        if self.wire != Wire::S3 && stated == Some(UNSIGNED_PAYLOAD) {
            ledger.failed(BODY_HASH, "the hash of the body", UNSIGNED_PAYLOAD);
            return Err(self.refusals.wrong_signature(&self.presented, None));
        }
        let evidence = duties::payload_hash(self.request, &self.presented);
        let (expected, actual) = (shorten(&evidence.expected), shorten(&evidence.actual));
        if ledger.verify(BODY_HASH, evidence.holds, expected, actual) {
            return Ok(());
        }
        Err(self
            .refusals
            .wrong_body(&self.presented, stated, &evidence.expected))
    }

    fn signature(&self, ledger: &mut Ledger, holder: &Holder) -> Result<(), AwsError> {
        let secret = &holder.credentials.secret_access_key;
        let steps = match recompute(self.request, secret, &self.presented) {
            Ok(steps) => steps,
            Err(error) => {
                ledger.failed(
                    SIGNATURE,
                    "a request that can be made canonical",
                    error.to_string(),
                );
                return Err(self.refusals.wrong_signature(&self.presented, None));
            }
        };
        let evidence = duties::signature(&self.presented, &steps);
        let expected = format!(
            "{}, recomputed from the bytes that arrived",
            shorten(&evidence.expected)
        );
        if ledger.verify(
            SIGNATURE,
            evidence.holds,
            expected,
            shorten(&evidence.actual),
        ) {
            return Ok(());
        }
        Err(self.refusals.wrong_signature(&self.presented, Some(&steps)))
    }
}
