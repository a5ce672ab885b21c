//! AWS Signature Version 4, both ends, over the bytes that travel.
//!
//! A signature is made in four steps, all kept in [`Steps`] so that they can be shown: the
//! canonical request, the string to sign, the derived signing key, the signature. A receiver takes
//! the claim out of the request with [`parse_authorization`], makes the same steps again with
//! [`recompute`], and judges each duty on its own with the functions in [`duties`].

mod canonical;
pub mod duties;
mod presented;
mod signing;

pub use canonical::{Payload, canonical_path, canonical_query, canonical_request};
pub use presented::{Presented, parse_authorization};
pub use signing::{Credentials, Placement, SignOptions, Steps, presign, recompute, sign};

use super::message::MessageError;

/// The only algorithm.
pub const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// The last part of every credential scope.
pub const TERMINATOR: &str = "aws4_request";
/// Stands for a payload that is not covered by the signature.
pub const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";
/// The service whose paths are taken as they are, and whose payload hash must travel.
pub const S3: &str = "s3";
/// The longest lifetime of a presigned URL, in seconds: seven days.
pub const MAX_PRESIGNED_SECONDS: u32 = 604_800;
/// The longest `Authorization` header accepted, in bytes.
pub const MAX_AUTHORIZATION_BYTES: usize = 8_192;
/// The most headers a signature may cover.
pub const MAX_SIGNED_HEADERS: usize = 100;

/// Why a request is not signed, or cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SigV4Error {
    /// The request carries no signature.
    #[error("the request carries neither an Authorization header nor X-Amz-Signature")]
    Unsigned,
    /// The `Authorization` header is too long.
    #[error(
        "an Authorization header may be at most {MAX_AUTHORIZATION_BYTES} bytes long, this one has {0}"
    )]
    TooLong(usize),
    /// Another algorithm is named.
    #[error("the signature algorithm is {0:?}, expected {ALGORITHM}")]
    Algorithm(String),
    /// A part of the claim is missing.
    #[error("the signature claim lacks {0}")]
    Missing(&'static str),
    /// A part of the claim appears more than once.
    #[error("the signature claim has {0} more than once")]
    Repeated(&'static str),
    /// A part of the claim is malformed.
    #[error("the signature claim has a malformed {part}: {found:?}")]
    Malformed {
        /// Which part.
        part: &'static str,
        /// What it holds.
        found: String,
    },
    /// More headers are signed than allowed.
    #[error("a signature may cover at most {MAX_SIGNED_HEADERS} headers, this one has {0}")]
    TooManyHeaders(usize),
    /// A header that is said to be signed is not there.
    #[error("the signed header {0} is not in the request")]
    SignedHeaderAbsent(String),
    /// The path or the query is not percent-encoded text.
    #[error("the URL cannot be made canonical: {0}")]
    Url(#[from] super::form::FormError),
    /// A header or the URL cannot be written.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// The lifetime of a presigned URL is out of range.
    #[error("a presigned URL lives between 1 and {MAX_PRESIGNED_SECONDS} seconds, not {0}")]
    Lifetime(u32),
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;
