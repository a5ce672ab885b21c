//! One wrong signature has three faces: S3, the query services (STS, IAM, SNS) and the JSON
//! services word, number and furnish the same refusal differently.

use crate::cloud::REGION;
use crate::cloud::aws::{AwsError, Wire};
use crate::protocol::message::{Message, Request};
use crate::protocol::sigv4::duties::{self, Clock};
use crate::protocol::sigv4::{Placement, Presented, SigV4Error, Steps, TERMINATOR};
use crate::protocol::time::{Moment, Span};

const MISMATCH: &str = "The request signature we calculated does not match the signature you \
                        provided. Check your AWS Secret Access Key and signing method. Consult \
                        the service documentation for details.";
const MISMATCH_S3: &str = "The request signature we calculated does not match the signature you \
                           provided. Check your key and signing method.";
const INVALID_TOKEN: &str = "The security token included in the request is invalid.";

/// How a service words what is wrong with a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// S3
    S3,
    /// STS, IAM, SNS
    Query,
    /// DynamoDB, Cognito, Lambda
    Json,
}

impl Face {
    /// The face that belongs to a protocol.
    pub fn of(wire: Wire) -> Self {
        match wire {
            Wire::S3 => Self::S3,
            Wire::Query(_) => Self::Query,
            Wire::Json10 | Wire::Json11 | Wire::RestJson => Self::Json,
        }
    }
}

/// Words refusals of one request.
#[derive(Clone, Copy, Debug)]
pub struct Refusals {
    /// How the service words them
    pub face: Face,
    /// The receiver's time
    pub now: Moment,
}

impl Refusals {
    /// Nobody signed.
    pub fn unsigned(&self) -> AwsError {
        let missing = "Request is missing Authentication Token";
        match self.face {
            Face::S3 => AwsError::new("AccessDenied", 403, "Access Denied"),
            Face::Query => AwsError::new("MissingAuthenticationToken", 403, missing),
            Face::Json => AwsError::new("MissingAuthenticationTokenException", 400, missing),
        }
    }

    /// The claim cannot be read.
    pub fn malformed(&self, request: &Request, error: &SigV4Error) -> AwsError {
        let in_header = request.header_map().contains_key("authorization");
        match self.face {
            Face::S3 if in_header => malformed_s3_header(error),
            Face::S3 => malformed_s3_query(error),
            Face::Query => AwsError::new("IncompleteSignature", 400, incomplete(error)),
            Face::Json => AwsError::new("IncompleteSignatureException", 400, incomplete(error)),
        }
    }

    /// Nobody has this key.
    pub fn unknown_key(&self, access_key_id: &str) -> AwsError {
        match self.face {
            Face::S3 => AwsError::new(
                "InvalidAccessKeyId",
                403,
                "The AWS Access Key Id you provided does not exist in our records.",
            )
            .member("AWSAccessKeyId", access_key_id),
            Face::Query => AwsError::new("InvalidClientTokenId", 403, INVALID_TOKEN),
            Face::Json => AwsError::new("UnrecognizedClientException", 400, INVALID_TOKEN),
        }
    }

    /// The session token is missing, or is not the one issued with the key.
    pub fn wrong_token(&self, access_key_id: &str, sent: Option<&str>) -> AwsError {
        match (self.face, sent) {
            // Without its token a temporary key is no key at all
            (Face::S3, None) => self.unknown_key(access_key_id),
            (Face::S3, Some(token)) => AwsError::new(
                "InvalidToken",
                400,
                "The provided token is malformed or otherwise invalid.",
            )
            .member("Token-0", token),
            _ => self.unknown_key(access_key_id),
        }
    }

    /// The credentials are over.
    pub fn expired(&self, token: Option<&str>) -> AwsError {
        let text = "The security token included in the request is expired";
        match self.face {
            Face::S3 => AwsError::new("ExpiredToken", 400, "The provided token has expired.")
                .member("Token-0", token.unwrap_or_default()),
            Face::Query => AwsError::new("ExpiredToken", 403, text),
            Face::Json => AwsError::new("ExpiredTokenException", 400, text),
        }
    }

    /// The request's time is too far from the receiver's, or its link is over.
    pub fn wrong_time(&self, presented: &Presented, clock: Clock, window: Span) -> AwsError {
        let signed_at = presented.signed_at;
        if self.face == Face::S3 {
            return match presented.lifetime {
                Some(lifetime) => self.wrong_link_time(presented, clock, lifetime),
                None => AwsError::new(
                    "RequestTimeTooSkewed",
                    403,
                    "The difference between the request time and the current time is too large.",
                )
                .member("RequestTime", signed_at.amz_date())
                .member("ServerTime", self.now.iso8601())
                .member("MaxAllowedSkewMilliseconds", window.millis().to_string()),
            };
        }
        let minutes = window.seconds() / 60;
        let (signed, now) = (signed_at.amz_date(), self.now.amz_date());
        let message = match clock {
            Clock::NotYetCurrent => {
                let latest = (self.now + window).amz_date();
                format!(
                    "Signature not yet current: {signed} is still later than {latest} ({now} + \
                     {minutes} min.)"
                )
            }
            Clock::Good | Clock::Expired => {
                let earliest = (self.now - window).amz_date();
                format!(
                    "Signature expired: {signed} is now earlier than {earliest} ({now} - \
                     {minutes} min.)"
                )
            }
        };
        self.signature_error(message)
    }

    fn wrong_link_time(&self, presented: &Presented, clock: Clock, lifetime: Span) -> AwsError {
        if clock == Clock::NotYetCurrent {
            return AwsError::new("AccessDenied", 403, "Request is not valid yet")
                .member("X-Amz-Date", presented.signed_at.amz_date())
                .member("ServerTime", self.now.iso8601());
        }
        AwsError::new("AccessDenied", 403, "Request has expired")
            .member("X-Amz-Expires", lifetime.seconds().to_string())
            .member("Expires", (presented.signed_at + lifetime).iso8601())
            .member("ServerTime", self.now.iso8601())
    }

    /// The scope names another day, region, service or end.
    pub fn wrong_scope(&self, presented: &Presented, service: &str) -> AwsError {
        if self.face == Face::S3 {
            return wrong_scope_s3(presented, service);
        }
        let signed = presented.signed_at.amz_date();
        let today = duties::scope_day(presented);
        let message = if !duties::scope_terminator(presented).holds {
            format!("Credential should be scoped with a valid terminator: '{TERMINATOR}'")
        } else if !today.holds {
            format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date \
                 from HTTP: '{}' != '{}', from '{signed}'.",
                today.actual, today.expected
            )
        } else if !duties::scope_region(presented, REGION).holds {
            format!(
                "Credential should be scoped to a valid Region, not {}",
                presented.region
            )
        } else {
            format!("Credential should be scoped to correct service: '{service}'")
        };
        self.signature_error(message)
    }

    /// Headers that must be covered are not.
    pub fn unsigned_headers(&self, request: &Request, presented: &Presented) -> AwsError {
        let covered = |name: &str| presented.signed_headers.iter().any(|signed| signed == name);
        if self.face != Face::S3 {
            let message = match covered("host") {
                false => {
                    "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
                }
                true => MISMATCH,
            };
            return self.signature_error(message.to_owned());
        }
        let names = request.header_map().keys().map(|name| name.as_str());
        let missing: Vec<&str> = names
            .filter(|name| *name == "host" || name.starts_with("x-amz-"))
            .filter(|name| !covered(name))
            .collect();
        AwsError::new(
            "AccessDenied",
            403,
            "There were headers present in the request which were not signed",
        )
        .member("HeadersNotSigned", missing.join(", "))
    }

    /// The body is not the one that was stated.
    pub fn wrong_body(
        &self,
        presented: &Presented,
        stated: Option<&str>,
        computed: &str,
    ) -> AwsError {
        match (self.face, stated) {
            (Face::S3, None) => AwsError::new(
                "InvalidRequest",
                400,
                "Missing required header for this request: x-amz-content-sha256",
            ),
            (Face::S3, Some(stated)) if stated.starts_with("STREAMING-") => AwsError::new(
                "NotImplemented",
                501,
                "A header you provided implies functionality that is not implemented",
            )
            .member("Header", "x-amz-content-sha256"),
            (Face::S3, Some(stated)) => AwsError::new(
                "XAmzContentSHA256Mismatch",
                400,
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
            )
            .member("ClientComputedContentSHA256", stated)
            .member("S3ComputedContentSHA256", computed),
            _ => self.wrong_signature(presented, None),
        }
    }

    /// The signature is not the one these bytes have.
    pub fn wrong_signature(&self, presented: &Presented, steps: Option<&Steps>) -> AwsError {
        if self.face != Face::S3 {
            return self.signature_error(MISMATCH.to_owned());
        }
        let error = AwsError::new("SignatureDoesNotMatch", 403, MISMATCH_S3)
            .member("AWSAccessKeyId", &presented.access_key_id);
        let Some(steps) = steps else { return error };
        error
            .member("StringToSign", &steps.string_to_sign)
            .member("SignatureProvided", &presented.signature)
            .member("StringToSignBytes", bytes(&steps.string_to_sign))
            .member("CanonicalRequest", &steps.canonical_request)
            .member("CanonicalRequestBytes", bytes(&steps.canonical_request))
    }

    /// How everybody but S3 says that something about a signature is wrong.
    fn signature_error(&self, message: String) -> AwsError {
        match self.face {
            Face::Json => AwsError::new("InvalidSignatureException", 400, message),
            Face::Query | Face::S3 => AwsError::new("SignatureDoesNotMatch", 403, message),
        }
    }
}

/// A text as S3 spells out its bytes: `47 45 54`.
fn bytes(text: &str) -> String {
    let pairs: Vec<String> = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(" ")
}

/// What the query and JSON services say of a header they cannot read.
fn incomplete(error: &SigV4Error) -> String {
    match error {
        SigV4Error::Missing("X-Amz-Date") => {
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
                .to_owned()
        }
        SigV4Error::Missing(part) => format!("Authorization header requires '{part}' parameter."),
        SigV4Error::Malformed {
            part: "Credential",
            found,
        } => format!(
            "Credential must have exactly 5 slash-delimited elements, e.g. \
             keyid/date/region/service/term, got '{found}'"
        ),
        SigV4Error::Malformed {
            part: "X-Amz-Date",
            found,
        } => {
            format!("Date must be in ISO-8601 'basic format'. Got '{found}'.")
        }
        _ => "The request signature does not conform to AWS standards.".to_owned(),
    }
}

fn malformed_s3_header(error: &SigV4Error) -> AwsError {
    let malformed = |what: &str| {
        let message = format!("The authorization header is malformed; {what}");
        AwsError::new("AuthorizationHeaderMalformed", 400, message)
    };
    match error {
        SigV4Error::Algorithm(_) => {
            AwsError::new("InvalidArgument", 400, "Unsupported Authorization Type")
        }
        SigV4Error::Missing("X-Amz-Date") => AwsError::new(
            "AccessDenied",
            403,
            "AWS authentication requires a valid Date or x-amz-date header",
        ),
        SigV4Error::Malformed {
            part: "Credential", ..
        } => malformed(
            "the Credential is mal-formed; expecting \
             \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
        ),
        SigV4Error::Missing(part) => malformed(&format!(
            "the authorization header requires three components: Credential, SignedHeaders, and \
             Signature. The {part} is missing."
        )),
        _ => malformed(
            "the authorization header requires three components: Credential, SignedHeaders, and \
             Signature.",
        ),
    }
}

fn malformed_s3_query(error: &SigV4Error) -> AwsError {
    let message = match error {
        SigV4Error::Malformed {
            part: "X-Amz-Expires",
            found,
        } => match found.parse::<i64>() {
            Err(_) => "X-Amz-Expires should be a number".to_owned(),
            Ok(seconds) if seconds < 0 => "X-Amz-Expires must be non-negative".to_owned(),
            Ok(_) => "X-Amz-Expires must be less than a week (in seconds); that is, the given \
                      X-Amz-Expires must be less than 604800 seconds"
                .to_owned(),
        },
        SigV4Error::Malformed {
            part: "Credential", ..
        } => {
            "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting \
             \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."
                .to_owned()
        }
        SigV4Error::Algorithm(_) => {
            "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\""
                .to_owned()
        }
        _ => "Query-string authentication version 4 requires the X-Amz-Algorithm, \
              X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and \
              X-Amz-Expires parameters."
            .to_owned(),
    };
    AwsError::new("AuthorizationQueryParametersError", 400, message)
}

fn wrong_scope_s3(presented: &Presented, service: &str) -> AwsError {
    let day = duties::scope_day(presented);
    let what = if !duties::scope_terminator(presented).holds {
        format!(
            "incorrect terminal \"{}\". This endpoint uses \"{TERMINATOR}\".",
            presented.terminator
        )
    } else if !duties::scope_service(presented, service).holds {
        format!(
            "incorrect service \"{}\". This endpoint belongs to \"{service}\".",
            presented.service
        )
    } else if !duties::scope_region(presented, REGION).holds {
        format!(
            "the region '{}' is wrong; expecting '{REGION}'",
            presented.region
        )
    } else {
        format!(
            "Invalid credential date \"{}\". This date is not the same as X-Amz-Date: \"{}\".",
            day.actual, day.expected
        )
    };
    match presented.placement {
        Placement::Header => {
            let message = format!("The authorization header is malformed; {what}");
            let error = AwsError::new("AuthorizationHeaderMalformed", 400, message);
            match duties::scope_region(presented, REGION).holds {
                true => error,
                false => error.member("Region", REGION),
            }
        }
        Placement::Query => {
            let message = format!("Error parsing the X-Amz-Credential parameter; {what}");
            AwsError::new("AuthorizationQueryParametersError", 400, message)
        }
    }
}
