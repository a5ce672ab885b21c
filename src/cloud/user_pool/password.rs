//! Passwords: the policy, what is kept of one, and the lock after too many wrong tries.

use super::config::PasswordPolicy;
use crate::cloud::aws::AwsError;
use crate::protocol::hash::{constant_time_eq, sha256};
use crate::protocol::random::Stream;
use crate::protocol::srp::Verifier;
use crate::protocol::time::{Moment, Span};

/// The longest password, in characters.
pub(super) const MAX_PASSWORD_CHARS: usize = 256;
/// What counts as a special character.
const SYMBOLS: &str = "^$*.[]{}()?-\"!@#%&/\\,><':;|_~`+= ";
/// Length of a salt, in bytes.
const SALT_BYTES: usize = 16;
/// Wrong passwords that are let pass before the first lock.
const FREE_TRIES: u32 = 5;
/// The first lock; each further wrong password doubles it.
const FIRST_LOCK: Span = Span::from_seconds(1);
/// The longest lock; after as long without a try, counting starts anew.
const LONGEST_LOCK: Span = Span::from_minutes(15);

/// What is kept of a password: a salt and the private value x of SRP, from which the verifier
/// follows. The password itself is not kept.
#[derive(Clone, Debug)]
pub(super) struct PasswordRecord {
    salt: Vec<u8>,
    x: [u8; 32],
}

impl PasswordRecord {
    /// What to keep of this password.
    pub fn new(mut stream: Stream, pool_suffix: &str, username: &str, password: &str) -> Self {
        let mut salt = stream.bytes(SALT_BYTES);
        // A salt travels as a big integer: neither a leading zero nor the sign bit may change it
        if let Some(first) = salt.first_mut() {
            *first = (*first & 0x7f).max(1);
        }
        let x = hash(&salt, pool_suffix, username, password);
        Self { salt, x }
    }

    /// The salt and private value of nobody, always the same for the same stream.
    pub fn simulated(stream: Stream) -> Self {
        Self::new(stream, "", "", "")
    }

    /// What SRP verifies a proof with.
    pub fn verifier(&self) -> Verifier {
        Verifier::from_kept(&self.salt, &self.x)
    }

    /// Whether this is the password.
    pub fn matches(&self, pool_suffix: &str, username: &str, password: &str) -> bool {
        constant_time_eq(&self.x, &hash(&self.salt, pool_suffix, username, password))
    }
}

/// SRP's x: H(salt ‖ H(pool ‖ user ‖ ":" ‖ password)).
fn hash(salt: &[u8], pool_suffix: &str, username: &str, password: &str) -> [u8; 32] {
    let inner = sha256(format!("{pool_suffix}{username}:{password}").as_bytes());
    sha256(&[salt, &inner].concat())
}

/// What is wrong with a password under a policy, in Cognito's words.
pub(super) fn check_policy(policy: &PasswordPolicy, password: &str) -> Result<(), AwsError> {
    let has = |test: fn(char) -> bool| password.chars().any(test);
    let rules = [
        (
            password.chars().count() >= policy.min_length,
            "Password not long enough",
        ),
        (
            !policy.lowercase || has(|c| c.is_ascii_lowercase()),
            "Password must have lowercase characters",
        ),
        (
            !policy.uppercase || has(|c| c.is_ascii_uppercase()),
            "Password must have uppercase characters",
        ),
        (
            !policy.numbers || has(|c| c.is_ascii_digit()),
            "Password must have numeric characters",
        ),
        (
            !policy.symbols || has(|c| SYMBOLS.contains(c)),
            "Password must have symbol characters",
        ),
    ];
    match rules.iter().find(|(held, _)| !held) {
        None => Ok(()),
        Some((_, what)) => Err(AwsError::new(
            "InvalidPasswordException",
            400,
            format!("Password did not conform with policy: {what}"),
        )),
    }
}

/// A policy in words, for evidence.
pub(super) fn policy_in_words(policy: &PasswordPolicy) -> String {
    let kinds = [
        (policy.lowercase, "a small letter"),
        (policy.uppercase, "a capital letter"),
        (policy.numbers, "a digit"),
        (policy.symbols, "a symbol"),
    ];
    let kinds: Vec<&str> = kinds
        .iter()
        .filter(|(on, _)| *on)
        .map(|(_, kind)| *kind)
        .collect();
    let length = format!("at least {} characters", policy.min_length);
    if kinds.is_empty() {
        length
    } else {
        format!("{length}, with {}", kinds.join(", "))
    }
}

/// Wrong passwords in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Attempts {
    /// How many
    pub failed: u32,
    last: Option<Moment>,
    locked_until: Option<Moment>,
}

impl Attempts {
    /// The end of the lock, while there is one. Trying during it changes nothing.
    pub fn locked_until(&self, now: Moment) -> Option<Moment> {
        self.locked_until.filter(|until| now < *until)
    }

    /// One more wrong password: five are free, then the lock doubles each time.
    pub fn fail(&mut self, now: Moment) {
        if self.last.is_some_and(|last| now - last >= LONGEST_LOCK) {
            *self = Self::default();
        }
        self.failed = self.failed.saturating_add(1);
        self.last = Some(now);
        let Some(doublings) = self.failed.checked_sub(FREE_TRIES) else {
            return;
        };
        let longest = LONGEST_LOCK.millis();
        let lock = FIRST_LOCK
            .millis()
            .checked_shl(doublings.min(20))
            .map_or(longest, |ms| ms.min(longest));
        self.locked_until = Some(now + Span::from_millis(lock));
    }

    /// The right password.
    pub fn succeed(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::random::Streams;

    fn record() -> PasswordRecord {
        PasswordRecord::new(
            Streams::new(1).stream("salt", 0),
            "AbC",
            "ann",
            "Correct-horse1",
        )
    }

    #[test]
    fn only_the_password_of_that_user_in_that_pool_matches() {
        assert!(record().matches("AbC", "ann", "Correct-horse1"));
        assert!(!record().matches("AbC", "ann", "correct-horse1"));
        assert!(!record().matches("AbC", "bob", "Correct-horse1"));
        assert!(!record().matches("AbD", "ann", "Correct-horse1"));
    }

    #[test]
    fn each_rule_of_the_policy_has_its_message() {
        let cases = [
            ("Ab1-", "Password not long enough"),
            ("ABCDEFG1-", "Password must have lowercase characters"),
            ("abcdefg1-", "Password must have uppercase characters"),
            ("Abcdefgh-", "Password must have numeric characters"),
            ("Abcdefgh1", "Password must have symbol characters"),
        ];
        for (password, what) in cases {
            let error = check_policy(&PasswordPolicy::default(), password).unwrap_err();
            assert_eq!(
                error.message,
                format!("Password did not conform with policy: {what}")
            );
        }
        assert_eq!(
            check_policy(&PasswordPolicy::default(), "Abcdefg1-"),
            Ok(())
        );
    }

    #[test]
    fn the_lock_begins_after_five_and_doubles_up_to_a_quarter_of_an_hour() {
        let mut attempts = Attempts::default();
        let now = Moment::from_epoch_seconds(1_000);
        let mut locks = Vec::new();
        for _ in 0..40 {
            attempts.fail(now);
            locks.push(
                attempts
                    .locked_until(now)
                    .map_or(0, |until| (until - now).seconds()),
            );
        }
        assert_eq!(locks[..8], [0, 0, 0, 0, 1, 2, 4, 8]);
        assert_eq!(locks[39], 900);
        attempts.fail(now + LONGEST_LOCK);
        assert_eq!(attempts.failed, 1);
    }
}
