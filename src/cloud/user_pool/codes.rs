//! Codes that are sent to an address: for a sign-up, a forgotten password, a changed address. Each
//! ends after a while, works once, and stands only a few wrong guesses.

use serde_json::{Value, json};

use super::model::{Confirmation, User};
use super::tokens::actor_of;
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::cloud::ledger::{ArtifactId, ArtifactKind, Mint, Source};
use crate::protocol::hash::constant_time_eq;
use crate::protocol::time::{Moment, Span};

const MODEL: &str = "Tokentrail's model";
/// Digits of a code.
const CODE_DIGITS: usize = 6;
/// Wrong codes until a new one must be asked for. The number is Tokentrail's model.
const MAX_WRONG_CODES: u32 = 5;

/// What a code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    SignUp,
    Reset,
    Verification,
}

impl Purpose {
    fn label(self) -> &'static str {
        match self {
            Self::SignUp => "Confirmation code",
            Self::Reset => "Password reset code",
            Self::Verification => "Verification code",
        }
    }

    fn stream(self) -> &'static str {
        match self {
            Self::SignUp => "user-pool/confirmation-code",
            Self::Reset => "user-pool/reset-code",
            Self::Verification => "user-pool/verification-code",
        }
    }

    fn validity(self) -> Span {
        match self {
            Self::SignUp | Self::Verification => Span::from_hours(24),
            Self::Reset => Span::from_hours(1),
        }
    }

    fn source(self) -> &'static str {
        match self {
            Self::SignUp => "API reference: ConfirmSignUp",
            Self::Reset => "API reference: ConfirmForgotPassword",
            Self::Verification => "API reference: VerifyUserAttribute",
        }
    }

    /// The code of this purpose that a user was sent.
    pub fn sent_to(self, user: &User) -> Option<&Confirmation> {
        match self {
            Self::SignUp => user.confirmation.as_ref(),
            Self::Reset => user.reset.as_ref(),
            Self::Verification => user.verification.as_ref(),
        }
    }

    /// The same, to change it.
    pub fn slot(self, user: &mut User) -> &mut Option<Confirmation> {
        match self {
            Self::SignUp => &mut user.confirmation,
            Self::Reset => &mut user.reset,
            Self::Verification => &mut user.verification,
        }
    }
}

/// Makes a code in place of an older one and delivers it to whoever reads that address.
pub(super) fn send(
    cloud: &mut Cloud,
    pool_id: &str,
    purpose: Purpose,
    (client, username, email): (&str, &str, &str),
) -> Value {
    let code = cloud.fresh(purpose.stream()).digits(CODE_DIGITS);
    let expires_at = cloud.now() + purpose.validity();
    let mint = Mint::text(
        ArtifactKind::ConfirmationCode,
        purpose.label(),
        code.clone(),
    )
    .expiring(expires_at)
    .fact("user", username)
    .fact("sent to", email)
    .fact("app client", client)
    .origin(
        "code",
        code.clone(),
        Source::Random {
            stream: purpose.stream().to_owned(),
        },
    );
    let old = cloud
        .user_pools
        .get(pool_id)
        .and_then(|pool| pool.users.get(username))
        .and_then(|user| purpose.sent_to(user))
        .map(|sent| sent.code.clone());
    if let Some(old) = old {
        spend(cloud, &old);
    }
    let actor = actor_of(cloud, pool_id);
    let artifact = cloud.mint(&actor, mint);
    deliver(cloud, pool_id, artifact, email);
    let pool = cloud.user_pools.get_mut(pool_id);
    if let Some(user) = pool.and_then(|pool| pool.users.get_mut(username)) {
        *purpose.slot(user) = Some(Confirmation {
            code,
            expires_at,
            failed: 0,
        });
    }
    delivery(email)
}

/// What was just made goes into the inbox of whoever reads that address.
pub(super) fn deliver(cloud: &mut Cloud, pool_id: &str, artifact: ArtifactId, email: &str) {
    let Some(person) = cloud.people.with_email(email).cloned() else {
        return;
    };
    let (actor, now) = (actor_of(cloud, pool_id), cloud.now());
    cloud.ledger.lose(&actor, artifact, now);
    cloud.ledger.gain(&person, artifact, now);
    cloud.note_state(&person);
}

/// `CodeDeliveryDetails`.
pub(super) fn delivery(email: &str) -> Value {
    json!({ "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": masked(email) })
}

/// The same for somebody who does not exist, so that nobody can tell.
pub(super) fn simulated_delivery(typed: &str) -> Value {
    let first = typed.chars().find(char::is_ascii_alphabetic).unwrap_or('u');
    delivery(&format!("{}@e", first.to_ascii_lowercase()))
}

/// `a***@e***`.
fn masked(email: &str) -> String {
    let (name, host) = email.split_once('@').unwrap_or((email, ""));
    let first = |text: &str| text.chars().take(1).collect::<String>();
    format!("{}***@{}***", first(name), first(host))
}

/// Announces the checks of [`check`].
pub(super) fn plan(cloud: &mut Cloud, purpose: Purpose) {
    let source = purpose.source();
    cloud.ledger.plan(&[
        ("Attempts left", MODEL),
        ("Code not expired", source),
        ("Code", source),
    ]);
}

/// A wrong code is counted; after too many only a new code helps.
pub(super) fn check(
    cloud: &mut Cloud,
    pool_id: &str,
    (user, purpose): (&User, Purpose),
    code: &str,
) -> Result<(), AwsError> {
    let sent = purpose.sent_to(user);
    check_attempts(cloud, sent)?;
    let now = cloud.now();
    check_not_expired(cloud, sent, now)?;
    let same = sent.is_some_and(|sent| constant_time_eq(sent.code.as_bytes(), code.as_bytes()));
    let actual = if same { "that code" } else { "another code" };
    if cloud
        .ledger
        .verify("Code", same, "the code that was sent", actual)
    {
        return Ok(());
    }
    let pool = cloud.user_pools.get_mut(pool_id);
    let user = pool.and_then(|pool| pool.users.get_mut(&user.username));
    if let Some(sent) = user.and_then(|user| purpose.slot(user).as_mut()) {
        sent.failed += 1;
    }
    Err(mismatch())
}

fn check_attempts(cloud: &mut Cloud, sent: Option<&Confirmation>) -> Result<(), AwsError> {
    let failed = sent.map_or(0, |sent| sent.failed);
    let expected = format!("fewer than {MAX_WRONG_CODES} wrong codes");
    let left = failed < MAX_WRONG_CODES;
    match cloud.ledger.verify(
        "Attempts left",
        left,
        expected,
        format!("{failed} wrong so far"),
    ) {
        true => Ok(()),
        false => Err(too_many()),
    }
}

fn check_not_expired(
    cloud: &mut Cloud,
    sent: Option<&Confirmation>,
    now: Moment,
) -> Result<(), AwsError> {
    let fresh = sent.is_some_and(|sent| now < sent.expires_at);
    let expected = match sent {
        Some(sent) => format!("before {}", sent.expires_at.iso8601()),
        None => "a code was sent".to_owned(),
    };
    match cloud
        .ledger
        .verify("Code not expired", fresh, expected, now.iso8601())
    {
        true => Ok(()),
        false => Err(expired()),
    }
}

/// A code that did its work is worth nothing any more.
pub(super) fn spend(cloud: &mut Cloud, code: &str) {
    if let Some(artifact) = cloud.ledger.find_artifact(code) {
        cloud.spend(artifact);
    }
}

/// The wrong code.
pub(super) fn mismatch() -> AwsError {
    let message = "Invalid verification code provided, please try again.";
    AwsError::new("CodeMismatchException", 400, message)
}

/// A code of earlier, or none.
pub(super) fn expired() -> AwsError {
    let message = "Invalid code provided, please request a code again.";
    AwsError::new("ExpiredCodeException", 400, message)
}

/// Too often.
pub(super) fn too_many() -> AwsError {
    let message = "Attempt limit exceeded, please try after some time.";
    AwsError::new("LimitExceededException", 400, message)
}
