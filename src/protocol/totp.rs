//! One-time passwords (RFC 4226, RFC 6238) as authenticator apps make them: SHA-1, 30 seconds, 6 digits.

use super::encoding::base32;
use super::form::percent_encode;
use super::hash::{constant_time_eq, hmac_sha1};
use super::random::Stream;
use super::time::Moment;

/// How long a code is shown, in seconds.
pub const STEP_SECONDS: i64 = 30;
/// Digits of a code.
pub const DIGITS: u32 = 6;
/// Bytes of a fresh secret: as many as SHA-1 yields.
const SECRET_BYTES: usize = 20;

/// A fresh secret; [`base32`] shows it to people.
pub fn secret(stream: &mut Stream) -> Vec<u8> {
    stream.bytes(SECRET_BYTES)
}

/// The code for a counter (RFC 4226 section 5.3), with at most 9 digits.
pub fn hotp(secret: &[u8], counter: u64, digits: u32) -> String {
    let digest = hmac_sha1(secret, &counter.to_be_bytes());
    let offset = usize::from(digest.last().copied().unwrap_or(0) & 0x0f);
    let number = digest
        .iter()
        .skip(offset)
        .take(4)
        .fold(0u32, |number, byte| number << 8 | u32::from(*byte));
    let digits = digits.min(9);
    let code = (number & 0x7fff_ffff) % 10u32.pow(digits);
    format!("{code:0width$}", width = digits as usize)
}

fn step(at: Moment) -> u64 {
    u64::try_from(at.epoch_seconds() / STEP_SECONDS).unwrap_or(0)
}

/// The code that an authenticator app shows at a moment.
pub fn totp(secret: &[u8], at: Moment) -> String {
    hotp(secret, step(at), DIGITS)
}

/// Whether a code is that of the moment or of so many steps before or after, for slow fingers and
/// skewed clocks. Every candidate is compared, in constant time.
pub fn verify(secret: &[u8], code: &str, at: Moment, steps_around: u64) -> bool {
    let now = step(at);
    (now.saturating_sub(steps_around)..=now.saturating_add(steps_around)).fold(
        false,
        |good, step| {
            good | constant_time_eq(hotp(secret, step, DIGITS).as_bytes(), code.as_bytes())
        },
    )
}

/// The URI behind the picture that authenticator apps scan.
pub fn otpauth_uri(issuer: &str, account: &str, secret: &[u8]) -> String {
    let (issuer, account) = (percent_encode(issuer), percent_encode(account));
    format!(
        "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}",
        base32(secret)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn the_vectors_of_rfc_4226_appendix_d_hold() {
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
            "399871", "520489",
        ];
        for (counter, code) in (0..).zip(codes) {
            assert_eq!(hotp(SECRET, counter, 6), code, "counter {counter}");
        }
    }

    #[test]
    fn the_vectors_of_rfc_6238_appendix_b_hold() {
        let vectors = [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ];
        for (seconds, code) in vectors {
            let at = Moment::from_epoch_seconds(seconds);
            assert_eq!(hotp(SECRET, step(at), 8), code, "second {seconds}");
            assert_eq!(totp(SECRET, at), code[2..], "second {seconds}");
        }
    }

    #[test]
    fn a_code_is_good_within_its_window_only() {
        let at = Moment::from_epoch_seconds;
        let code = totp(SECRET, at(1_111_111_111));
        assert!(verify(SECRET, &code, at(1_111_111_111), 0));
        assert!(verify(SECRET, &code, at(1_111_111_141), 1));
        assert!(!verify(SECRET, &code, at(1_111_111_141), 0));
        assert!(!verify(SECRET, &code, at(1_111_111_201), 1));
        assert!(!verify(SECRET, "", at(0), 1));
        assert!(!verify(b"another secret", &code, at(1_111_111_111), 1));
    }

    #[test]
    fn the_scanned_uri_carries_the_secret_in_base32() {
        assert_eq!(
            otpauth_uri("Trail Shop", "ana@example.com", b"foobar"),
            "otpauth://totp/Trail%20Shop:ana%40example.com?secret=MZXW6YTBOI&issuer=Trail%20Shop"
        );
    }
}
