//! Binary as text: base64, base64url and base32, strict in both directions.
//!
//! Strict means one text per value: padding is required where the format has it and refused where
//! it has not, and stray bits after the last whole byte are refused. Two spellings of one signature
//! would otherwise let a changed token verify.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// The alphabet of RFC 4648 base32, also that of AWS's access key ids.
pub const BASE32_ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Bits in one base32 character.
const BASE32_BITS: u32 = 5;

/// Why a text does not decode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodingError {
    /// Not base64url without padding.
    #[error("not base64url without padding: {0}")]
    Base64Url(String),
    /// Not standard base64.
    #[error("not base64 with padding: {0}")]
    Base64(String),
    /// Not base32.
    #[error("not base32: {0:?} is not in A to Z, 2 to 7")]
    Base32Character(char),
    /// The number of base32 characters does not make whole bytes.
    #[error("not base32: {0} characters do not make whole bytes")]
    Base32Length(usize),
    /// Not hexadecimal.
    #[error("not pairs of hexadecimal digits")]
    Hex,
}

/// Encodes as base64url without padding (RFC 7515 section 2).
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Decodes base64url, refusing padding and stray bits.
pub fn base64url_decode(text: &str) -> Result<Vec<u8>, EncodingError> {
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|error| EncodingError::Base64Url(error.to_string()))
}

/// Encodes as standard base64 with padding.
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Decodes standard base64, requiring padding and refusing stray bits.
pub fn base64_decode(text: &str) -> Result<Vec<u8>, EncodingError> {
    STANDARD
        .decode(text)
        .map_err(|error| EncodingError::Base64(error.to_string()))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    // Without the formatting machinery: every signature is written in it several times
    let digit = |value: u8| {
        char::from(if value < 10 {
            b'0' + value
        } else {
            b'a' - 10 + value
        })
    };
    let digits = bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
    let mut text = String::with_capacity(bytes.len() * 2);
    text.extend(digits);
    text
}

/// Decodes pairs of hexadecimal digits of either case.
pub fn hex_decode(text: &str) -> Result<Vec<u8>, EncodingError> {
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    text.as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect::<Option<Vec<u8>>>()
        .ok_or(EncodingError::Hex)
}

/// Encodes as base32 (RFC 4648 section 6) without padding, as TOTP secrets are shown.
pub fn base32(bytes: &[u8]) -> String {
    let alphabet = BASE32_ALPHABET.as_bytes();
    let mut text = String::new();
    let (mut pool, mut bits) = (0u32, 0u32);
    let mut push = |value: u32| {
        if let Some(character) = alphabet.get((value & 31) as usize) {
            text.push(char::from(*character));
        }
    };
    for byte in bytes {
        pool = (pool << 8) | u32::from(*byte);
        bits += 8;
        while bits >= BASE32_BITS {
            bits -= BASE32_BITS;
            push(pool >> bits);
        }
        pool &= (1 << bits) - 1;
    }
    if bits > 0 {
        push(pool << (BASE32_BITS - bits));
    }
    text
}

/// Decodes base32. Padding, spaces and lower case are accepted, as people type secrets by hand.
pub fn base32_decode(text: &str) -> Result<Vec<u8>, EncodingError> {
    let mut bytes = Vec::new();
    let (mut pool, mut bits, mut count) = (0u32, 0u32, 0usize);
    for character in text.trim_end_matches('=').chars().filter(|c| *c != ' ') {
        let value = BASE32_ALPHABET
            .find(character.to_ascii_uppercase())
            .and_then(|at| u32::try_from(at).ok())
            .ok_or(EncodingError::Base32Character(character))?;
        count += 1;
        pool = (pool << BASE32_BITS) | value;
        bits += BASE32_BITS;
        if bits >= 8 {
            bits -= 8;
            bytes.push((pool >> bits & 0xff) as u8);
            pool &= (1 << bits) - 1;
        }
    }
    // A whole character left over means that one was dropped or added
    if bits >= BASE32_BITS {
        return Err(EncodingError::Base32Length(count));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_vectors_of_rfc_4648_hold() {
        let vectors = [
            ("", "", ""),
            ("f", "Zg==", "MY"),
            ("fo", "Zm8=", "MZXQ"),
            ("foo", "Zm9v", "MZXW6"),
            ("foob", "Zm9vYg==", "MZXW6YQ"),
            ("fooba", "Zm9vYmE=", "MZXW6YTB"),
            ("foobar", "Zm9vYmFy", "MZXW6YTBOI"),
        ];
        for (plain, in64, in32) in vectors {
            assert_eq!(base64(plain.as_bytes()), in64);
            assert_eq!(base64url(plain.as_bytes()), in64.trim_end_matches('='));
            assert_eq!(base32(plain.as_bytes()), in32);
            assert_eq!(base32_decode(in32).unwrap(), plain.as_bytes());
        }
    }

    #[test]
    fn padding_and_stray_bits_are_refused_in_base64url() {
        assert!(base64url_decode("Zg==").is_err());
        assert!(base64url_decode("Zh").is_err());
        assert!(base64url_decode("Z+8").is_err());
        assert_eq!(base64url_decode("Zg").unwrap(), b"f");
    }

    #[test]
    fn base32_accepts_what_people_type_and_nothing_else() {
        assert_eq!(base32_decode("mzxw 6ytb oi==").unwrap(), b"foobar");
        assert_eq!(
            base32_decode("M1"),
            Err(EncodingError::Base32Character('1'))
        );
        assert_eq!(base32_decode("MZX"), Err(EncodingError::Base32Length(3)));
    }

    #[test]
    fn odd_or_foreign_hex_is_refused() {
        assert_eq!(hex_decode("00fF").unwrap(), [0, 255]);
        assert_eq!(hex_decode("0"), Err(EncodingError::Hex));
        assert_eq!(hex_decode("é"), Err(EncodingError::Hex));
    }

    proptest! {
        #[test]
        fn every_byte_string_survives(bytes: Vec<u8>) {
            prop_assert_eq!(&base64url_decode(&base64url(&bytes)).unwrap(), &bytes);
            prop_assert_eq!(&base64_decode(&base64(&bytes)).unwrap(), &bytes);
            prop_assert_eq!(&base32_decode(&base32(&bytes)).unwrap(), &bytes);
            prop_assert_eq!(&hex_decode(&hex(&bytes)).unwrap(), &bytes);
        }

        #[test]
        fn no_text_panics(text in ".{0,40}") {
            let _ = (base64url_decode(&text), base64_decode(&text));
            let _ = (base32_decode(&text), hex_decode(&text));
        }
    }
}
