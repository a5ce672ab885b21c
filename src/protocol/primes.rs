//! Prime search for RSA keys: a sieve in front of the costly primality test.
//!
//! A random odd start is drawn from the stream and the numbers after it are crossed out by small
//! primes, so that about forty survive per prime instead of the hundred a test by a few primes
//! leaves. Survivors are tried with one strong test to base 2; only a survivor of that gets the
//! full Baillie-PSW and Miller-Rabin examination.

use num_bigint_dig::BigUint;
use num_bigint_dig::prime::{probably_prime_lucas, probably_prime_miller_rabin};

use super::random::Stream;

/// Bits of each prime, half those of the modulus.
pub(super) const PRIME_BITS: usize = 1_024;
/// The public exponent of every key; prime minus one must not be its multiple.
pub(super) const PUBLIC_EXPONENT: u32 = 65_537;
/// Sieving primes lie below this number: further ones cost more than the tests they save.
const SIEVE_LIMIT: usize = 1 << 15;
/// Odd candidates after one start. A window without a prime is about one in a hundred thousand.
const WINDOW: usize = 4_096;
/// Miller-Rabin rounds for a survivor. FIPS 186-5 table B.1 asks for 5 at this size.
const ROUNDS: usize = 5;
/// Bytes of a candidate.
const PRIME_BYTES: usize = PRIME_BITS / 8;

/// The primes below [`SIEVE_LIMIT`], without 2.
pub(super) fn small_primes() -> Vec<u32> {
    let mut composite = vec![false; SIEVE_LIMIT];
    let mut primes = Vec::new();
    for number in (3..SIEVE_LIMIT).step_by(2) {
        if composite.get(number).copied().unwrap_or(true) {
            continue;
        }
        for multiple in (number * number..SIEVE_LIMIT).step_by(2 * number) {
            if let Some(cell) = composite.get_mut(multiple) {
                *cell = true;
            }
        }
        primes.extend(u32::try_from(number));
    }
    primes
}

/// The next prime that the stream leads to, of exactly [`PRIME_BITS`] bits, its two top bits set.
pub(super) fn find_prime(stream: &mut Stream, sieving: &[u32]) -> BigUint {
    loop {
        let start = draw_start(stream);
        let found = surviving_offsets(&start, sieving)
            .map(|offset| BigUint::from_bytes_be(&start) + BigUint::from(offset))
            .find(is_usable_prime);
        if let Some(prime) = found {
            return prime;
        }
    }
}

/// Random bytes with the two top bits set, so that two primes multiply to the full modulus size,
/// and the lowest bit set, so that they are odd.
fn draw_start(stream: &mut Stream) -> Vec<u8> {
    let mut start = stream.bytes(PRIME_BYTES);
    if let Some(first) = start.first_mut() {
        *first |= 0xc0;
    }
    if let Some(last) = start.last_mut() {
        *last |= 1;
    }
    start
}

/// The even distances from the start at which no sieving prime divides.
fn surviving_offsets(start: &[u8], sieving: &[u32]) -> impl Iterator<Item = u32> {
    let mut crossed = vec![false; WINDOW];
    for prime in sieving {
        let rest = remainder(start, *prime);
        // The smallest even distance d with start + d divisible by the prime, halved
        let gap = (prime - rest) % prime;
        let first = if gap.is_multiple_of(2) {
            gap / 2
        } else {
            (gap + prime) / 2
        };
        for cell in crossed
            .iter_mut()
            .skip(first as usize)
            .step_by(*prime as usize)
        {
            *cell = true;
        }
    }
    (0u32..)
        .zip(crossed)
        .filter(|(_, crossed)| !crossed)
        .map(|(index, _)| index * 2)
}

fn remainder(big_endian: &[u8], divisor: u32) -> u32 {
    let divisor = u64::from(divisor);
    let rest = big_endian.chunks(4).fold(0u64, |rest, chunk| {
        let digits = chunk
            .iter()
            .fold(0u64, |digits, byte| digits << 8 | u64::from(*byte));
        (rest << (8 * chunk.len()) | digits) % divisor
    });
    u32::try_from(rest).unwrap_or(0)
}

fn is_usable_prime(candidate: &BigUint) -> bool {
    // An offset may have carried past the top bit
    candidate.bits() == PRIME_BITS
        && candidate % PUBLIC_EXPONENT != BigUint::from(1u32)
        && probably_prime_miller_rabin(candidate, 1, true)
        && probably_prime_miller_rabin(candidate, ROUNDS, false)
        && probably_prime_lucas(candidate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint_dig::prime::probably_prime;

    #[test]
    fn the_sieving_primes_are_all_the_odd_primes_below_the_limit() {
        let primes = small_primes();
        assert_eq!(primes.get(..5), Some(&[3, 5, 7, 11, 13][..]));
        // 3512 primes lie below 32768, one of them 2
        assert_eq!(primes.len(), 3_511);
    }

    #[test]
    fn a_found_prime_is_prime_of_full_size_and_the_same_every_time() {
        let sieving = small_primes();
        let prime = find_prime(&mut Stream::from_seed([3; 32]), &sieving);
        assert!(probably_prime(&prime, 20));
        assert_eq!(prime.bits(), PRIME_BITS);
        assert_eq!(&prime >> (PRIME_BITS - 2), BigUint::from(3u32));
        assert_eq!(prime, find_prime(&mut Stream::from_seed([3; 32]), &sieving));
    }

    #[test]
    fn sieving_crosses_out_exactly_the_multiples() {
        let start = draw_start(&mut Stream::from_seed([4; 32]));
        let number = BigUint::from_bytes_be(&start);
        let divisors = [3u32, 5, 7, 1_009];
        let survivors: Vec<u32> = surviving_offsets(&start, &divisors).collect();
        for offset in (0..8_192u32).step_by(2) {
            let divisible = divisors
                .iter()
                .any(|d| (&number + BigUint::from(offset)) % *d == BigUint::from(0u32));
            assert_eq!(survivors.contains(&offset), !divisible, "offset {offset}");
        }
    }
}
