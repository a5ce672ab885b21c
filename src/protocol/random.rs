//! Named random streams. Every random-looking value in the simulation comes from one of them.
//!
//! A stream is ChaCha20 keyed with SHA-256 over (seed, name, number). Values asked from one stream
//! never depend on how often another was asked, so that adding a beat to a scenario, or taking a
//! branch, leaves unrelated values as they were.

use rand_chacha::ChaCha20Rng;
use rand_core::{CryptoRng, RngCore, SeedableRng};

use super::encoding::{self, BASE32_ALPHABET};
use super::hash::sha256;

/// The alphabet of standard base64.
const BASE64_ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// The ten digits.
const DIGITS: &str = "0123456789";
/// Separates these streams from every other use of SHA-256 in the project.
const DOMAIN: &[u8] = b"tokentrail random stream 1";

/// The source of all streams of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streams {
    seed: u64,
}

impl Streams {
    /// The streams of a seed.
    pub const fn new(seed: u64) -> Streams {
        Streams { seed }
    }

    /// The seed they all come from.
    pub const fn seed(self) -> u64 {
        self.seed
    }

    /// The `number`-th stream called `name`, always from its start: asking twice gives the same values.
    pub fn stream(self, name: &str, number: u64) -> Stream {
        Stream::from_seed(self.key_seed(name, number))
    }

    /// The 32 bytes that key such a stream, also used as the seed of a signing key.
    pub fn key_seed(self, name: &str, number: u64) -> [u8; 32] {
        let mut message = Vec::with_capacity(DOMAIN.len() + name.len() + 24);
        message.extend_from_slice(DOMAIN);
        message.extend_from_slice(&self.seed.to_be_bytes());
        // The length in front keeps (ab, 1) and (a, b1) apart
        message.extend_from_slice(&(name.len() as u64).to_be_bytes());
        message.extend_from_slice(name.as_bytes());
        message.extend_from_slice(&number.to_be_bytes());
        sha256(&message)
    }
}

/// One stream of random-looking values.
#[derive(Debug, Clone)]
pub struct Stream(ChaCha20Rng);

impl Stream {
    /// The stream keyed with exactly these bytes.
    pub fn from_seed(seed: [u8; 32]) -> Stream {
        Stream(ChaCha20Rng::from_seed(seed))
    }

    /// The stream called `name` below a seed.
    pub(super) fn below_seed(seed: &[u8; 32], name: &str) -> Stream {
        let mut message = Vec::with_capacity(seed.len() + name.len());
        message.extend_from_slice(seed);
        message.extend_from_slice(name.as_bytes());
        Stream::from_seed(sha256(&message))
    }

    /// So many bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// So many lower-case hexadecimal digits.
    pub fn hex(&mut self, count: usize) -> String {
        self.from_alphabet("0123456789abcdef", count)
    }

    /// A UUID of version 4, such as AWS uses for identities and request ids.
    pub fn uuid(&mut self) -> String {
        let mut bytes = [0u8; 16];
        self.0.fill_bytes(&mut bytes);
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let text = encoding::hex(&bytes);
        let mut uuid = String::with_capacity(36);
        for (from, to) in [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)] {
            if from > 0 {
                uuid.push('-');
            }
            uuid.push_str(text.get(from..to).unwrap_or_default());
        }
        uuid
    }

    /// So many characters of the base64 alphabet, without padding.
    pub fn base64(&mut self, count: usize) -> String {
        self.from_alphabet(BASE64_ALPHABET, count)
    }

    /// So many characters of the base32 alphabet.
    pub fn base32(&mut self, count: usize) -> String {
        self.from_alphabet(BASE32_ALPHABET, count)
    }

    /// So many decimal digits.
    pub fn digits(&mut self, count: usize) -> String {
        self.from_alphabet(DIGITS, count)
    }

    /// So many characters, each equally likely from the alphabet; nothing from an empty one.
    pub fn from_alphabet(&mut self, alphabet: &str, count: usize) -> String {
        let ascii = alphabet.is_ascii();
        let bound = if ascii {
            alphabet.len()
        } else {
            alphabet.chars().count()
        };
        if bound == 0 {
            return String::new();
        }
        let excess = excess_of(bound as u64);
        let mut text = String::with_capacity(count);
        text.extend((0..count).filter_map(|_| {
            let index = usize::try_from(self.draw(bound as u64, excess)).ok()?;
            if ascii {
                alphabet.as_bytes().get(index).copied().map(char::from)
            } else {
                alphabet.chars().nth(index)
            }
        }));
        text
    }

    /// A number below the bound, each equally likely; 0 when the bound is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        self.draw(bound, excess_of(bound))
    }

    /// A number below a bound that is not 0.
    fn draw(&mut self, bound: u64, excess: u64) -> u64 {
        loop {
            let number = self.0.next_u64();
            if number <= u64::MAX - excess {
                return number % bound;
            }
        }
    }
}

/// How many of the largest 64-bit numbers lie above the last multiple of a bound that is not 0:
/// they would make small results likelier.
fn excess_of(bound: u64) -> u64 {
    (u64::MAX % bound + 1) % bound
}

impl RngCore for Stream {
    fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.0.try_fill_bytes(bytes)
    }
}

impl CryptoRng for Stream {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_name_and_number_give_the_same_values() {
        let streams = Streams::new(7);
        let once = streams.stream("sts/access-key", 1).hex(32);
        assert_eq!(once, Streams::new(7).stream("sts/access-key", 1).hex(32));
    }

    #[test]
    fn seed_name_and_number_each_change_every_value() {
        let value = |seed, name: &str, n| Streams::new(seed).stream(name, n).hex(32);
        let base = value(7, "sts/access-key", 1);
        assert_ne!(base, value(8, "sts/access-key", 1));
        assert_ne!(base, value(7, "sts/access-kez", 1));
        assert_ne!(base, value(7, "sts/access-key", 2));
    }

    #[test]
    fn values_never_change_between_versions_or_machines() {
        let mut stream = Streams::new(42).stream("pinned", 0);
        assert_eq!(stream.hex(16), "a1a5e77a7628b5a7");
        assert_eq!(stream.uuid(), "a49aa7eb-a0dc-40fc-8d27-8179fd88cca9");
    }

    #[test]
    fn a_uuid_has_the_shape_of_version_4() {
        let uuid = Streams::new(1).stream("u", 0).uuid();
        let lengths: Vec<usize> = uuid.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_eq!(uuid.chars().nth(14), Some('4'));
        assert!("89ab".contains(uuid.chars().nth(19).unwrap()));
    }

    #[test]
    fn each_alphabet_keeps_to_itself() {
        let mut stream = Streams::new(1).stream("a", 0);
        assert!(stream.digits(100).bytes().all(|b| b.is_ascii_digit()));
        assert!(
            stream
                .base32(100)
                .chars()
                .all(|c| BASE32_ALPHABET.contains(c))
        );
        assert_eq!(stream.base64(40).len(), 40);
        assert_eq!(stream.from_alphabet("", 5), "");
        assert_eq!(stream.from_alphabet("é", 2), "éé");
    }

    #[test]
    fn numbers_stay_below_their_bound_and_reach_all_of_it() {
        let mut stream = Streams::new(1).stream("b", 0);
        let mut seen = [0u32; 6];
        for _ in 0..600 {
            seen[usize::try_from(stream.below(6)).unwrap()] += 1;
        }
        assert!(seen.iter().all(|count| *count > 50), "{seen:?}");
        assert_eq!(stream.below(1), 0);
        assert_eq!(stream.below(0), 0);
    }
}
