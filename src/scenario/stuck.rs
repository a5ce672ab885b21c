//! What learners get stuck on, after public issue threads: rows that scenarios name in `stuck`, and
//! what a recording must show so that the row was really run.

use crate::cloud::ledger::{Exchange, Outcome};
use crate::recording::Recording;

/// Something that learners get stuck on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its short name, which scenarios name
    pub id: &'static str,
    /// What it is about
    pub about: &'static str,
    /// Words of the refusal, as AWS sends them
    pub says: Option<&'static str>,
    /// The check at which it stops
    pub stops_at: Option<&'static str>,
}

/// What STS says when a trust policy does not let somebody in. It gives no reason.
const NO_REASON: Option<&str> = Some("Not authorized to perform sts:AssumeRoleWithWebIdentity");

const fn row(
    id: &'static str,
    about: &'static str,
    says: Option<&'static str>,
    stops_at: Option<&'static str>,
) -> Row {
    Row {
        id,
        about,
        says,
        stops_at,
    }
}

/// Every row, in the order of the page.
pub const ROWS: [Row; 13] = [
    row(
        "pools-confused",
        "User pool and identity pool are confused",
        None,
        None,
    ),
    row(
        "access-for-id-token",
        "An access token where the ID token is needed",
        Some("Missing a required claim: aud"),
        Some("Token use"),
    ),
    row(
        "issuer-mismatch",
        "The wrong key in the Logins map",
        Some("Issuer doesn't match providerName"),
        Some("Issuer"),
    ),
    row(
        "wrong-app-client",
        "A token of another app client",
        Some("Token is not from a supported provider of this identity pool"),
        Some("Audience"),
    ),
    row(
        "guests-off",
        "Guests where the pool takes none",
        Some("Unauthenticated access is not supported for this identity pool"),
        Some("Guest access"),
    ),
    row(
        "logins-dont-match",
        "A login that is not the identity's",
        Some("Logins don't match"),
        Some("Logins match"),
    ),
    row(
        "no-reason-aud",
        "STS refuses without a reason: aud",
        NO_REASON,
        Some("Trust policy: aud"),
    ),
    row(
        "no-reason-sub",
        "STS refuses without a reason: the pattern of sub",
        NO_REASON,
        Some("Trust policy: sub"),
    ),
    row(
        "no-reason-letter-case",
        "STS refuses without a reason: letter case",
        NO_REASON,
        Some("Trust policy: sub"),
    ),
    row(
        "no-reason-wildcard",
        "STS refuses without a reason: a wildcard under StringEquals",
        NO_REASON,
        Some("Trust policy: sub"),
    ),
    row(
        "no-reason-amr",
        "STS refuses without a reason: amr",
        NO_REASON,
        Some("Trust policy: amr"),
    ),
    row(
        "longer-than-an-hour",
        "Credentials are wanted for longer than an hour",
        None,
        None,
    ),
    row(
        "simulator",
        "AWS's policy simulator ignores trust policies",
        Some("is not authorized to perform: sts:AssumeRole"),
        Some("Trust policy: principal"),
    ),
];

/// The row of this name.
pub fn find(id: &str) -> Option<&'static Row> {
    const { &ROWS }.iter().find(|row| row.id == id)
}

impl Row {
    /// Whether somebody is refused in these words, at this check, in a recording's beats from this
    /// one on.
    pub fn is_run_in(&self, recording: &Recording, first_beat: usize) -> bool {
        if self.says.is_none() && self.stops_at.is_none() {
            return true;
        }
        let own = |exchange: &&Exchange| exchange.beat as usize >= first_beat;
        let mut exchanges = recording.exchanges.iter().filter(own);
        exchanges.any(|exchange| self.is_shown_by(exchange))
    }

    fn is_shown_by(&self, exchange: &Exchange) -> bool {
        let refusal = exchange.refusal.as_ref();
        let says = |words: &str| refusal.is_some_and(|it| it.message.contains(words));
        let stops_at = |name: &str| {
            let mut checks = exchange.checks.iter();
            checks.any(|check| check.name == name && check.outcome == Outcome::Failed)
        };
        self.says.is_none_or(says) && self.stops_at.is_none_or(stops_at)
    }
}
