//! Proof Key for Code Exchange (RFC 7636): who redeems a code must be who asked for it.

use super::encoding::base64url;
use super::hash::{constant_time_eq, sha256};
use super::random::Stream;

/// The only method worth having.
pub const METHOD: &str = "S256";
/// Random bytes in a verifier; 43 characters come of it.
const VERIFIER_BYTES: usize = 32;
/// The fewest characters a verifier may have.
const MIN_VERIFIER_CHARS: usize = 43;
/// The most characters a verifier may have.
const MAX_VERIFIER_CHARS: usize = 128;

/// Why a code is not given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PkceError {
    /// The verifier is malformed.
    #[error(
        "a code verifier has {MIN_VERIFIER_CHARS} to {MAX_VERIFIER_CHARS} unreserved characters"
    )]
    Verifier,
    /// The verifier is not the one behind the challenge.
    #[error("the code verifier does not hash to the code challenge")]
    Mismatch,
}

/// A fresh verifier, to be kept by the app until it redeems the code.
pub fn verifier(stream: &mut Stream) -> String {
    base64url(&stream.bytes(VERIFIER_BYTES))
}

/// The challenge that travels with the authorization request.
pub fn challenge(verifier: &str) -> String {
    base64url(&sha256(verifier.as_bytes()))
}

/// Whether the verifier is the one behind the challenge.
pub fn verify(verifier: &str, challenge: &str) -> Result<(), PkceError> {
    let unreserved = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
    let length = MIN_VERIFIER_CHARS..=MAX_VERIFIER_CHARS;
    if !length.contains(&verifier.len()) || !verifier.bytes().all(unreserved) {
        return Err(PkceError::Verifier);
    }
    if constant_time_eq(self::challenge(verifier).as_bytes(), challenge.as_bytes()) {
        Ok(())
    } else {
        Err(PkceError::Mismatch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::random::Streams;

    #[test]
    fn the_example_of_rfc_7636_appendix_b_holds() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(
            challenge(verifier),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
        assert_eq!(
            verify(verifier, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            Ok(())
        );
    }

    #[test]
    fn a_fresh_verifier_is_well_formed_and_no_other_fits_its_challenge() {
        let mut stream = Streams::new(1).stream("pkce", 0);
        let (mine, other) = (verifier(&mut stream), verifier(&mut stream));
        assert_eq!(verify(&mine, &challenge(&mine)), Ok(()));
        assert_eq!(verify(&other, &challenge(&mine)), Err(PkceError::Mismatch));
    }

    #[test]
    fn short_long_and_foreign_verifiers_are_refused() {
        for verifier in [
            "a".repeat(42),
            "a".repeat(129),
            "é".repeat(30),
            "a b".repeat(20),
        ] {
            assert_eq!(
                verify(&verifier, &challenge(&verifier)),
                Err(PkceError::Verifier)
            );
        }
    }
}
