//! Authenticator apps: sharing a secret, proving it, asking for it, and answering with its codes
//! (RFC 6238).

use serde_json::{Value, json};

use super::api::{Answer, invalid_parameter, not_authorized};
use super::challenges::{self, Kind, MAX_SESSION_CHARS};
use super::config::MfaMode;
use super::input::Input;
use super::model::{Client, User};
use super::sessions::{MAX_TOKEN_CHARS, check_access_token};
use super::tokens::{ADMIN_SCOPE, actor_of};
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::cloud::ledger::{ArtifactKind, Mint, Source};
use crate::protocol::encoding::base32;
use crate::protocol::hash::constant_time_eq;
use crate::protocol::totp;

const MFA_GUIDE: &str = "Cognito guide: TOTP software token MFA";
const RFC_6238: &str = "RFC 6238";
const STREAM: &str = "user-pool/authenticator-secret";
/// Steps of 30 seconds before and after the present one whose codes are accepted, for slow fingers.
/// The number is Tokentrail's model.
const STEPS_AROUND: u64 = 1;

/// Who sets an authenticator app up: somebody signed in, or somebody in the middle of signing in.
struct Applicant {
    user: User,
    /// The session, and the client it belongs to
    session: Option<(String, Client)>,
}

fn plan_applicant(cloud: &mut Cloud, input: &Input) -> Result<(), AwsError> {
    let (token, session) = (input.text("AccessToken")?, input.text("Session")?);
    match (token, session) {
        (None, None) => Err(invalid_parameter(
            "Either AccessToken or Session must be provided.",
        )),
        (None, Some(_)) => {
            challenges::plan_session(cloud);
            Ok(())
        }
        (Some(_), _) => Ok(()),
    }
}

fn applicant(cloud: &mut Cloud, pool_id: &str, input: &Input) -> Result<Applicant, AwsError> {
    if input.text("AccessToken")?.is_some() {
        let token = input.required("AccessToken", MAX_TOKEN_CHARS)?;
        let (user, _) = check_access_token(cloud, pool_id, token, ADMIN_SCOPE)?;
        return Ok(Applicant {
            user,
            session: None,
        });
    }
    let session = input.required("Session", MAX_SESSION_CHARS)?;
    let challenge = challenges::check_session(cloud, pool_id, (session, "MFA_SETUP"), None)?;
    let pool = cloud.user_pools.get(pool_id);
    let found = pool.and_then(|pool| {
        let user = pool.users.get(&challenge.username)?.clone();
        Some((user, pool.clients.get(&challenge.client)?.clone()))
    });
    let (user, client) = found.ok_or_else(|| not_authorized("Invalid session for the user."))?;
    Ok(Applicant {
        user,
        session: Some((session.to_owned(), client)),
    })
}

/// The session goes on under a new name: each works once.
fn next_session(
    cloud: &mut Cloud,
    pool_id: &str,
    applicant: &Applicant,
    verified: bool,
) -> Option<String> {
    let (session, client) = applicant.session.as_ref()?;
    challenges::use_up(cloud, pool_id, session);
    let step = (
        applicant.user.username.as_str(),
        Kind::MfaSetup { verified },
    );
    Some(challenges::open(cloud, pool_id, client, step))
}

fn check_offered(cloud: &mut Cloud, pool_id: &str) -> Result<(), AwsError> {
    let mode = cloud
        .user_pools
        .get(pool_id)
        .map_or(MfaMode::Off, |pool| pool.mfa);
    let offered = mode != MfaMode::Off;
    match cloud
        .ledger
        .verify("MFA offered", offered, "OPTIONAL or ON", mode.name())
    {
        true => Ok(()),
        false => Err(AwsError::new(
            "SoftwareTokenMFANotFoundException",
            400,
            "Software Token MFA has not been enabled by the userPool.",
        )),
    }
}

/// `AssociateSoftwareToken`: a secret for the app, good once a code has proven it.
pub(super) fn associate(cloud: &mut Cloud, pool_id: &str, input: &Input) -> Answer {
    plan_applicant(cloud, input)?;
    let applicant = applicant(cloud, pool_id, input)?;
    cloud.ledger.plan(&[("MFA offered", MFA_GUIDE)]);
    check_offered(cloud, pool_id)?;
    let secret = totp::secret(&mut cloud.fresh(STREAM));
    let text = base32(&secret);
    let source = Source::Random {
        stream: STREAM.to_owned(),
    };
    let label = "Authenticator secret";
    let mint = Mint::text(ArtifactKind::ConfirmationCode, label, text.clone())
        .fact("user", applicant.user.username.clone())
        .origin("secret", text.clone(), source);
    let actor = actor_of(cloud, pool_id);
    cloud.mint(&actor, mint);
    change(cloud, pool_id, &applicant.user.username, |user| {
        user.authenticator.offered = Some(secret);
    });
    let mut answer = json!({ "SecretCode": text });
    if let Some(session) = next_session(cloud, pool_id, &applicant, false) {
        answer["Session"] = json!(session);
    }
    Ok(answer)
}

/// `VerifySoftwareToken`: the app shows that it has the secret.
pub(super) fn verify(cloud: &mut Cloud, pool_id: &str, input: &Input) -> Answer {
    let code = input.required("UserCode", 6)?;
    input.optional("FriendlyDeviceName", 131_072)?;
    plan_applicant(cloud, input)?;
    let applicant = applicant(cloud, pool_id, input)?;
    cloud.ledger.plan(&[
        ("MFA offered", MFA_GUIDE),
        ("Secret associated", MFA_GUIDE),
        ("Authenticator code", RFC_6238),
    ]);
    check_offered(cloud, pool_id)?;
    let offered = applicant.user.authenticator.offered.clone();
    let actual = if offered.is_some() { "yes" } else { "no" };
    let expected = "AssociateSoftwareToken came before";
    cloud
        .ledger
        .verify("Secret associated", offered.is_some(), expected, actual);
    let secret = offered.ok_or_else(not_set_up)?;
    if !check_code(cloud, &secret, code) {
        if let Some((session, _)) = &applicant.session {
            challenges::count_wrong(cloud, pool_id, session);
        }
        return Err(AwsError::new(
            "EnableSoftwareTokenMFAException",
            400,
            "Code mismatch and fail enable Software Token MFA",
        ));
    }
    let signing_in = applicant.session.is_some();
    change(cloud, pool_id, &applicant.user.username, |user| {
        let app = &mut user.authenticator;
        app.secret = app.offered.take();
        app.last_code = Some(code.to_owned());
        // Who must have a second factor has it from now on
        app.enabled |= signing_in;
        app.preferred |= signing_in;
    });
    let mut answer = json!({ "Status": "SUCCESS" });
    if let Some(session) = next_session(cloud, pool_id, &applicant, true) {
        answer["Session"] = json!(session);
    }
    Ok(answer)
}

/// Whether the app's code is right at this moment, as a check.
fn check_code(cloud: &mut Cloud, secret: &[u8], code: &str) -> bool {
    let now = cloud.now();
    let held = totp::verify(secret, code, now, STEPS_AROUND);
    let expected = format!("the code of {} give or take 30 s", now.clock_text());
    let actual = if held { "that code" } else { "another code" };
    cloud
        .ledger
        .verify("Authenticator code", held, expected, actual)
}

/// `SetUserMFAPreference`.
pub(super) fn set_preference(cloud: &mut Cloud, pool_id: &str, input: &Input) -> Answer {
    let token = input.required("AccessToken", MAX_TOKEN_CHARS)?;
    let settings = "SoftwareTokenMfaSettings";
    let enabled = input.flag_in(settings, "Enabled")?;
    let preferred = input.flag_in(settings, "PreferredMfa")?;
    let (user, _) = check_access_token(cloud, pool_id, token, ADMIN_SCOPE)?;
    let Some(enabled) = enabled else {
        return Ok(json!({}));
    };
    cloud.ledger.plan(&[("Authenticator verified", MFA_GUIDE)]);
    let verified = user.authenticator.secret.is_some();
    let actual = if verified { "verified" } else { "not verified" };
    let expected = "VerifySoftwareToken succeeded before";
    if !cloud.ledger.verify(
        "Authenticator verified",
        verified || !enabled,
        expected,
        actual,
    ) {
        return Err(invalid_parameter(
            "User has not verified software token mfa",
        ));
    }
    change(cloud, pool_id, &user.username, |user| {
        user.authenticator.enabled = enabled;
        user.authenticator.preferred = enabled && preferred == Some(true);
    });
    Ok(json!({}))
}

/// SOFTWARE_TOKEN_MFA: the code of the moment finishes the sign-in.
pub(super) fn respond(
    cloud: &mut Cloud,
    pool_id: &str,
    at: (&str, Option<&str>),
    input: &Input,
) -> Answer {
    let code = input.required_in_map("ChallengeResponses", "SOFTWARE_TOKEN_MFA_CODE")?;
    challenges::plan(cloud, pool_id, at.0);
    cloud.ledger.plan(&[
        ("Authenticator code", RFC_6238),
        ("Code unused", "RFC 6238 section 5.2"),
    ]);
    let begun = challenges::begin(cloud, pool_id, at, ("SOFTWARE_TOKEN_MFA", input))?;
    let secret = begun.user.authenticator.secret.clone();
    let secret = secret.ok_or_else(not_set_up)?;
    if !check_code(cloud, &secret, code) {
        challenges::count_wrong(cloud, pool_id, &begun.session);
        let message = "Invalid code received for user";
        return Err(AwsError::new("CodeMismatchException", 400, message));
    }
    let last = begun.user.authenticator.last_code.as_deref();
    let fresh = last.is_none_or(|last| !constant_time_eq(last.as_bytes(), code.as_bytes()));
    let actual = if fresh { "not used yet" } else { "used before" };
    if !cloud
        .ledger
        .verify("Code unused", fresh, "not used yet", actual)
    {
        let message = "Your software token has already been used once.";
        return Err(AwsError::new("ExpiredCodeException", 400, message));
    }
    challenges::use_up(cloud, pool_id, &begun.session);
    change(cloud, pool_id, &begun.user.username, |user| {
        user.authenticator.last_code = Some(code.to_owned());
    });
    challenges::sign_in(cloud, pool_id, &begun.client, &begun.user.username)
}

fn change(cloud: &mut Cloud, pool_id: &str, username: &str, how: impl FnOnce(&mut User)) {
    let pool = cloud.user_pools.get_mut(pool_id);
    if let Some(user) = pool.and_then(|pool| pool.users.get_mut(username)) {
        how(user);
    }
}

fn not_set_up() -> AwsError {
    AwsError::new(
        "SoftwareTokenMFANotFoundException",
        400,
        "User has not set up software token mfa",
    )
}

/// What GetUser says of it.
pub(super) fn settings(user: &User) -> Vec<(&'static str, Value)> {
    const NAME: &str = "SOFTWARE_TOKEN_MFA";
    let mut settings = Vec::new();
    if user.authenticator.enabled {
        settings.push(("UserMFASettingList", json!([NAME])));
    }
    if user.authenticator.preferred {
        settings.push(("PreferredMfaSetting", json!(NAME)));
    }
    settings
}
