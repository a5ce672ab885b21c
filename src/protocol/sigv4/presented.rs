//! The claim a request makes about its signature: in the `Authorization` header or in the query.

use super::super::form::Form;
use super::super::message::{Message, Request, RequestExt};
use super::super::time::{Moment, Span};
use super::signing::Placement;
use super::{
    ALGORITHM, MAX_AUTHORIZATION_BYTES, MAX_PRESIGNED_SECONDS, MAX_SIGNED_HEADERS, SigV4Error,
};

/// Characters of a found text that a message repeats.
const SHOWN_CHARS: usize = 128;

/// What a request says about its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presented {
    /// Who claims to have signed.
    pub access_key_id: String,
    /// The day of the scope, `20260303`.
    pub day: String,
    /// The region of the scope.
    pub region: String,
    /// The service of the scope.
    pub service: String,
    /// The end of the scope, `aws4_request`.
    pub terminator: String,
    /// The headers the signature covers, as they are listed.
    pub signed_headers: Vec<String>,
    /// The signature, hexadecimal.
    pub signature: String,
    /// When the request says it was signed.
    pub signed_at: Moment,
    /// The session token that travels with it.
    pub session_token: Option<String>,
    /// How long a presigned URL says it lives.
    pub lifetime: Option<Span>,
    /// Where the claim was found.
    pub placement: Placement,
}

impl Presented {
    /// `20260303/us-east-1/sts/aws4_request`.
    pub fn scope(&self) -> String {
        [&self.day, &self.region, &self.service, &self.terminator]
            .map(String::as_str)
            .join("/")
    }
}

fn malformed(part: &'static str, found: &str) -> SigV4Error {
    SigV4Error::Malformed {
        part,
        found: found.chars().take(SHOWN_CHARS).collect(),
    }
}

/// Takes the claim out of a request. It is only read here, not judged.
pub fn parse_authorization(request: &Request) -> Result<Presented, SigV4Error> {
    let query = request.query_form()?;
    let in_query = query.get("X-Amz-Signature").is_some() || query.get("X-Amz-Algorithm").is_some();
    let mut headers = request.header_map().get_all("authorization").iter();
    if let Some(value) = headers.next() {
        // A second claim would not be covered by the first
        if in_query || headers.next().is_some() {
            return Err(SigV4Error::Repeated("a signature"));
        }
        let value = value
            .to_str()
            .map_err(|_| malformed("Authorization header", ""))?;
        return from_header(request, value);
    }
    if in_query {
        return from_query(&query);
    }
    Err(SigV4Error::Unsigned)
}

fn from_header(request: &Request, value: &str) -> Result<Presented, SigV4Error> {
    if value.len() > MAX_AUTHORIZATION_BYTES {
        return Err(SigV4Error::TooLong(value.len()));
    }
    let (algorithm, rest) = value.split_once(' ').unwrap_or((value, ""));
    if algorithm != ALGORITHM {
        return Err(SigV4Error::Algorithm(
            algorithm.chars().take(SHOWN_CHARS).collect(),
        ));
    }
    let part = |name: &'static str| {
        let mut found = rest.split(',').filter_map(|piece| {
            piece
                .trim()
                .strip_prefix(name)
                .and_then(|value| value.strip_prefix('='))
        });
        match (found.next(), found.next()) {
            (Some(value), None) => Ok(value),
            (None, _) => Err(SigV4Error::Missing(name)),
            (Some(_), Some(_)) => Err(SigV4Error::Repeated(name)),
        }
    };
    let date = request
        .header("x-amz-date")
        .ok_or(SigV4Error::Missing("X-Amz-Date"))?;
    assemble(&Parts {
        credential: part("Credential")?,
        signed_headers: part("SignedHeaders")?,
        signature: part("Signature")?,
        date,
        session_token: request.header("x-amz-security-token"),
        lifetime: None,
        placement: Placement::Header,
    })
}

fn from_query(query: &Form) -> Result<Presented, SigV4Error> {
    let part = |name: &'static str| match (query.get(name), query.count(name)) {
        (Some(value), 1) => Ok(value),
        (None, _) => Err(SigV4Error::Missing(name)),
        _ => Err(SigV4Error::Repeated(name)),
    };
    let algorithm = part("X-Amz-Algorithm")?;
    if algorithm != ALGORITHM {
        return Err(SigV4Error::Algorithm(
            algorithm.chars().take(SHOWN_CHARS).collect(),
        ));
    }
    let lifetime = part("X-Amz-Expires")?;
    let seconds: u32 = lifetime
        .parse()
        .ok()
        .filter(|seconds| (1..=MAX_PRESIGNED_SECONDS).contains(seconds))
        .ok_or_else(|| malformed("X-Amz-Expires", lifetime))?;
    assemble(&Parts {
        credential: part("X-Amz-Credential")?,
        signed_headers: part("X-Amz-SignedHeaders")?,
        signature: part("X-Amz-Signature")?,
        date: part("X-Amz-Date")?,
        session_token: query.get("X-Amz-Security-Token"),
        lifetime: Some(Span::from_seconds(i64::from(seconds))),
        placement: Placement::Query,
    })
}

struct Parts<'a> {
    credential: &'a str,
    signed_headers: &'a str,
    signature: &'a str,
    date: &'a str,
    session_token: Option<&'a str>,
    lifetime: Option<Span>,
    placement: Placement,
}

fn assemble(parts: &Parts<'_>) -> Result<Presented, SigV4Error> {
    let scope: Vec<&str> = parts.credential.split('/').collect();
    let [access_key_id, day, region, service, terminator] = scope.as_slice() else {
        return Err(malformed("Credential", parts.credential));
    };
    if access_key_id.is_empty() {
        return Err(malformed("Credential", parts.credential));
    }
    let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if parts.signature.len() != 64 || !parts.signature.bytes().all(hexadecimal) {
        return Err(malformed("Signature", parts.signature));
    }
    Ok(Presented {
        access_key_id: (*access_key_id).to_owned(),
        day: (*day).to_owned(),
        region: (*region).to_owned(),
        service: (*service).to_owned(),
        terminator: (*terminator).to_owned(),
        signed_headers: header_names(parts.signed_headers)?,
        signature: parts.signature.to_owned(),
        signed_at: Moment::parse_amz_date(parts.date)
            .map_err(|_| malformed("X-Amz-Date", parts.date))?,
        session_token: parts.session_token.map(str::to_owned),
        lifetime: parts.lifetime,
        placement: parts.placement,
    })
}

/// The listed names, which must be lower case, sorted and without repetition.
fn header_names(listed: &str) -> Result<Vec<String>, SigV4Error> {
    let names: Vec<&str> = listed.split(';').collect();
    if names.len() > MAX_SIGNED_HEADERS {
        return Err(SigV4Error::TooManyHeaders(names.len()));
    }
    let plain = |name: &&str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_graphic() && !b.is_ascii_uppercase())
    };
    if !names.iter().all(plain) || !names.is_sorted_by(|left, right| left < right) {
        return Err(malformed("SignedHeaders", listed));
    }
    Ok(names.into_iter().map(str::to_owned).collect())
}
