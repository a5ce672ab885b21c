//! What a receiver must check about a signed request, each duty on its own with its evidence.
//!
//! The order is the receiver's choice. Whether the access key exists, whether the session token is
//! the one issued with it and whether it has expired are known only to the service.

use super::super::hash::{constant_time_eq, sha256_hex};
use super::super::message::{Message, Request};
use super::super::time::{Moment, Span};
use super::presented::Presented;
use super::signing::{Placement, Steps};
use super::{S3, TERMINATOR, UNSIGNED_PAYLOAD};

/// How far a request's time may be from the receiver's at most services.
pub const SKEW: Span = Span::from_minutes(5);
/// How far it may be at S3.
pub const S3_SKEW: Span = Span::from_minutes(15);

/// One duty's outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Whether the request passes.
    pub holds: bool,
    /// What the receiver wants to see.
    pub expected: String,
    /// What it sees.
    pub actual: String,
}

impl Evidence {
    fn equal(expected: &str, actual: &str) -> Evidence {
        Evidence {
            holds: expected == actual,
            expected: expected.to_owned(),
            actual: actual.to_owned(),
        }
    }
}

/// Which way a request's time is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// Within the window.
    Good,
    /// Signed too long ago.
    Expired,
    /// Signed in the future.
    NotYetCurrent,
}

/// The day of the scope must be that of the request's time.
pub fn scope_day(presented: &Presented) -> Evidence {
    Evidence::equal(&presented.signed_at.amz_day(), &presented.day)
}

/// The region of the scope must be the receiver's.
pub fn scope_region(presented: &Presented, region: &str) -> Evidence {
    Evidence::equal(region, &presented.region)
}

/// The service of the scope must be the receiver.
pub fn scope_service(presented: &Presented, service: &str) -> Evidence {
    Evidence::equal(service, &presented.service)
}

/// The scope must end as every scope does.
pub fn scope_terminator(presented: &Presented) -> Evidence {
    Evidence::equal(TERMINATOR, &presented.terminator)
}

/// `host` and every `x-amz-*` header that travels must be covered by the signature.
pub fn signed_headers(request: &Request, presented: &Presented) -> Evidence {
    let mut required = vec!["host".to_owned()];
    let travelling = request.header_map().keys().map(|name| name.as_str());
    required.extend(
        travelling
            .filter(|name| name.starts_with("x-amz-"))
            .map(str::to_owned),
    );
    required.sort_unstable();
    let missing: Vec<&str> = required
        .iter()
        .filter(|name| !presented.signed_headers.contains(name))
        .map(String::as_str)
        .collect();
    let actual = presented.signed_headers.join(", ");
    Evidence {
        holds: missing.is_empty(),
        expected: required.join(", "),
        actual: match missing.as_slice() {
            [] => actual,
            missing => format!("{actual}; not covered: {}", missing.join(", ")),
        },
    }
}

/// The request's time must be near the receiver's; a presigned URL instead lives as long as it says.
pub fn clock(presented: &Presented, now: Moment, window: Span) -> (Clock, Evidence) {
    let earliest = now - window;
    let (signed_at, latest) = (presented.signed_at, now + window);
    let expires = presented.lifetime.map(|lifetime| signed_at + lifetime);
    let verdict = match expires {
        _ if signed_at > latest => Clock::NotYetCurrent,
        Some(expires) if now >= expires => Clock::Expired,
        None if signed_at < earliest => Clock::Expired,
        _ => Clock::Good,
    };
    let expected = match expires {
        Some(expires) => format!("received before {}", expires.amz_date()),
        None => format!("signed within {} of {}", window.in_words(), now.amz_date()),
    };
    let actual = match expires {
        Some(_) => format!(
            "signed {}, received {}",
            signed_at.amz_date(),
            now.amz_date()
        ),
        None => format!("signed {}", signed_at.amz_date()),
    };
    (
        verdict,
        Evidence {
            holds: verdict == Clock::Good,
            expected,
            actual,
        },
    )
}

/// What the request states about its body must be true. S3 wants it stated, and alone lets it stay open.
pub fn payload_hash(request: &Request, presented: &Presented) -> Evidence {
    let stated = request.header("x-amz-content-sha256");
    let real = sha256_hex(request.body_bytes());
    match (stated, presented.placement) {
        (Some(UNSIGNED_PAYLOAD), _) if presented.service == S3 => {
            Evidence::equal(UNSIGNED_PAYLOAD, UNSIGNED_PAYLOAD)
        }
        (Some(stated), _) => Evidence {
            holds: constant_time_eq(real.as_bytes(), stated.as_bytes()),
            expected: real,
            actual: stated.to_owned(),
        },
        (None, Placement::Header) if presented.service == S3 => Evidence {
            holds: false,
            expected: "an X-Amz-Content-Sha256 header".to_owned(),
            actual: "no such header".to_owned(),
        },
        (None, Placement::Query) if presented.service == S3 => {
            Evidence::equal(UNSIGNED_PAYLOAD, UNSIGNED_PAYLOAD)
        }
        // The hash is inside the signature, where it was taken from the same body
        (None, _) => Evidence::equal(&real, &real),
    }
}

/// The session token must be the one issued with the access key, or absent if none was.
pub fn session_token(presented: &Presented, issued: Option<&str>) -> Evidence {
    let holds = match (issued, &presented.session_token) {
        (Some(issued), Some(sent)) => constant_time_eq(issued.as_bytes(), sent.as_bytes()),
        (None, None) => true,
        _ => false,
    };
    let sent = presented.session_token.as_deref();
    // They all begin alike, and one that was tampered with ends alike too
    let apart = issued.zip(sent).and_then(|(a, b)| {
        let mut letters = a.chars().zip(b.chars());
        letters.position(|(a, b)| a != b)
    });
    let describe = |token: Option<&str>| match token {
        Some(token) => shown_around(token, apart),
        None => "no session token".to_owned(),
    };
    Evidence {
        holds,
        expected: describe(issued),
        actual: describe(sent),
    }
}

/// A long token's beginning, its end, its length, and some of it from a place between on.
fn shown_around(token: &str, place: Option<usize>) -> String {
    const HEAD_CHARS: usize = 8;
    const TAIL_CHARS: usize = 6;
    /// Shown before the place, and in all
    const BEFORE_CHARS: usize = 2;
    const AROUND_CHARS: usize = 8;
    let chars: Vec<char> = token.chars().collect();
    let part = |from: usize, until: usize| -> String {
        let part = chars.get(from..until.min(chars.len()));
        part.unwrap_or_default().iter().collect()
    };
    let tail = chars.len().saturating_sub(TAIL_CHARS);
    let (head, tail_at) = (part(0, HEAD_CHARS), tail.max(HEAD_CHARS));
    let tail = part(tail_at, chars.len());
    let between = place.filter(|place| (HEAD_CHARS..tail_at).contains(place));
    match between {
        Some(place) => {
            let from = place.saturating_sub(BEFORE_CHARS);
            format!("{head}…{}…{tail}", part(from, from + AROUND_CHARS))
        }
        None => format!("{head}…{tail} ({} characters)", chars.len()),
    }
}

/// The signatures must be equal, compared in constant time.
pub fn signature(presented: &Presented, recomputed: &Steps) -> Evidence {
    let (expected, actual) = (&recomputed.signature, &presented.signature);
    Evidence {
        holds: constant_time_eq(expected.as_bytes(), actual.as_bytes()),
        expected: expected.clone(),
        actual: actual.clone(),
    }
}
