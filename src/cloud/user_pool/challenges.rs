//! Challenges: what a sign-in still asks for, one after the other, until there are tokens. Each
//! hands out a session that works once and ends soon.

use serde_json::{Map, Value, json};

use super::api::{Answer, internal_error, invalid_parameter, not_authorized};
use super::clients;
use super::config::MfaMode;
use super::forgot_password::set_password;
use super::initiate_auth::{result, token_error};
use super::input::{Input, invalid};
use super::model::{Client, Pool, Status, User};
use super::password::PasswordRecord;
use super::sign_up::{self, MAX_NAME_CHARS, Writer};
use super::tokens::{self, ADMIN_SCOPE, NewSignIn, actor_of};
use super::{authenticator, srp};
use crate::cloud::Cloud;
use crate::cloud::aws::{AwsError, shorten};
use crate::cloud::ledger::{ArtifactKind, Mint, Source};
use crate::protocol::encoding::base64url;
use crate::protocol::time::Moment;

const SESSION_GUIDE: &str = "API reference: RespondToAuthChallenge, Session";
const API: &str = "API reference: RespondToAuthChallenge";
const POLICY_GUIDE: &str = "Cognito guide: password policy";
const TEMPORARY_GUIDE: &str = "Cognito guide: creating users as administrator";
const MODEL: &str = "Tokentrail's model";
const STREAM: &str = "user-pool/challenge-session";
/// Bytes of a session.
const SESSION_BYTES: usize = 180;
/// The longest session looked at, in characters.
pub(super) const MAX_SESSION_CHARS: usize = 4_096;
/// Wrong codes until the session is worth nothing any more. The number is Tokentrail's model.
const MAX_WRONG_ANSWERS: u32 = 5;
/// All challenges of the API, for messages.
const NAMES: &str = "[SMS_MFA, EMAIL_OTP, SOFTWARE_TOKEN_MFA, SELECT_MFA_TYPE, MFA_SETUP, \
                     PASSWORD_VERIFIER, CUSTOM_CHALLENGE, SELECT_CHALLENGE, DEVICE_SRP_AUTH, \
                     DEVICE_PASSWORD_VERIFIER, ADMIN_NO_SRP_AUTH, NEW_PASSWORD_REQUIRED, SMS_OTP, \
                     PASSWORD, WEB_AUTHN, PASSWORD_SRP]";
/// What `userAttributes.` begins with in answers to NEW_PASSWORD_REQUIRED.
const ATTRIBUTE_PREFIX: &str = "userAttributes.";

/// A sign-in that waits for an answer.
#[derive(Clone, Debug)]
pub(super) struct Challenge {
    pub username: String,
    pub client: String,
    pub kind: Kind,
    pub expires_at: Moment,
    pub used: bool,
    /// Wrong answers so far
    pub failed: u32,
}

/// What it waits for.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// The proof of a password
    PasswordVerifier {
        handshake: [String; 2],
        record: PasswordRecord,
    },
    NewPassword,
    SoftwareToken,
    /// An authenticator app; true once it was proven
    MfaSetup {
        verified: bool,
    },
}

impl Kind {
    /// As the API names it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::PasswordVerifier { .. } => "PASSWORD_VERIFIER",
            Self::NewPassword => "NEW_PASSWORD_REQUIRED",
            Self::SoftwareToken => "SOFTWARE_TOKEN_MFA",
            Self::MfaSetup { .. } => "MFA_SETUP",
        }
    }
}

/// The step that a sign-in still needs after its password, if any.
fn further_step(pool: &Pool, user: &User) -> Option<Kind> {
    if user.status == Status::ForceChangePassword {
        return Some(Kind::NewPassword);
    }
    let set_up = user.authenticator.secret.is_some() && user.authenticator.enabled;
    match pool.mfa {
        MfaMode::Off => None,
        MfaMode::Optional if !set_up => None,
        MfaMode::On if !set_up => Some(Kind::MfaSetup { verified: false }),
        MfaMode::Optional | MfaMode::On => Some(Kind::SoftwareToken),
    }
}

/// The hosted page asks for a password only: who needs more than that signs in at the API.
pub(super) fn no_further_step(
    cloud: &mut Cloud,
    pool_id: &str,
    username: String,
) -> Result<String, AwsError> {
    let pool = cloud.user_pools.get(pool_id);
    let step = pool.and_then(|pool| further_step(pool, pool.users.get(&username)?));
    let Some(step) = step else {
        return Ok(username);
    };
    cloud.ledger.plan(&[("No further step", MODEL)]);
    let expected = "a password is all that is asked for";
    cloud
        .ledger
        .failed("No further step", expected, step.name());
    let message = format!("{} is not offered on this page", step.name());
    Err(not_authorized(message))
}

/// What follows a password that was right: the next challenge, or tokens.
pub(super) fn next(cloud: &mut Cloud, pool_id: &str, client: &Client, username: &str) -> Answer {
    let found = cloud.user_pools.get(pool_id).and_then(|pool| {
        let user = pool.users.get(username)?;
        Some((further_step(pool, user), user.clone()))
    });
    let (step, user) = found.ok_or_else(internal_error)?;
    let Some(step) = step else {
        return sign_in(cloud, pool_id, client, username);
    };
    if matches!(step, Kind::NewPassword) {
        check_temporary(cloud, &user)?;
    }
    let parameters = parameters(cloud, pool_id, &step, &user);
    let name = step.name();
    let session = open(cloud, pool_id, client, (username, step));
    Ok(json!({ "ChallengeName": name, "ChallengeParameters": parameters, "Session": session }))
}

/// Nothing more is asked for: a new sign-in with its tokens.
pub(super) fn sign_in(cloud: &mut Cloud, pool_id: &str, client: &Client, username: &str) -> Answer {
    let new = NewSignIn {
        username,
        client,
        auth_time: cloud.now(),
        scopes: vec![ADMIN_SCOPE.to_owned()],
        hosted: false,
        nonce: None,
        via: None,
    };
    let set = tokens::sign_in(cloud, pool_id, new).map_err(token_error)?;
    Ok(result(&set))
}

/// A password that an administrator chose ends after a while.
fn check_temporary(cloud: &mut Cloud, user: &User) -> Result<(), AwsError> {
    let Some(end) = user.temporary_until else {
        return Ok(());
    };
    cloud
        .ledger
        .plan(&[("Temporary password", TEMPORARY_GUIDE)]);
    let now = cloud.now();
    let expected = format!("before {}", end.iso8601());
    match cloud
        .ledger
        .verify("Temporary password", now < end, expected, now.iso8601())
    {
        true => Ok(()),
        false => Err(not_authorized(
            "Temporary password has expired and must be reset by an administrator.",
        )),
    }
}

fn parameters(cloud: &Cloud, pool_id: &str, step: &Kind, user: &User) -> Map<String, Value> {
    let mut all = Map::new();
    all.insert("USER_ID_FOR_SRP".to_owned(), json!(user.username));
    match step {
        Kind::NewPassword => {
            let pool = cloud.user_pools.get(pool_id);
            let missing: Vec<String> = pool
                .map(|pool| missing_attributes(pool, user))
                .unwrap_or_default()
                .iter()
                .map(|name| format!("{ATTRIBUTE_PREFIX}{name}"))
                .collect();
            let profile: Map<String, Value> = user
                .attributes
                .iter()
                .map(|(name, value)| (name.clone(), json!(value)))
                .collect();
            // Both are JSON inside a text
            all.insert(
                "userAttributes".to_owned(),
                json!(Value::Object(profile).to_string()),
            );
            all.insert(
                "requiredAttributes".to_owned(),
                json!(json!(missing).to_string()),
            );
        }
        Kind::MfaSetup { .. } => {
            all.insert(
                "MFAS_CAN_SETUP".to_owned(),
                json!("[\"SOFTWARE_TOKEN_MFA\"]"),
            );
        }
        Kind::SoftwareToken | Kind::PasswordVerifier { .. } => {}
    }
    all
}

fn missing_attributes(pool: &Pool, user: &User) -> Vec<String> {
    let missing = pool
        .required
        .iter()
        .filter(|name| !user.attributes.contains_key(*name));
    missing.cloned().collect()
}

/// Opens a session that waits for an answer.
pub(super) fn open(
    cloud: &mut Cloud,
    pool_id: &str,
    client: &Client,
    (username, kind): (&str, Kind),
) -> String {
    let session = base64url(&cloud.fresh(STREAM).bytes(SESSION_BYTES));
    let challenge = Challenge {
        username: username.to_owned(),
        client: client.id.clone(),
        kind,
        expires_at: cloud.now() + client.session_validity,
        used: false,
        failed: 0,
    };
    keep(cloud, pool_id, (&session, STREAM), challenge);
    session
}

/// Writes a challenge down under its session, or under its secret block.
pub(super) fn keep(
    cloud: &mut Cloud,
    pool_id: &str,
    (key, stream): (&str, &str),
    challenge: Challenge,
) {
    let random = Source::Random {
        stream: stream.to_owned(),
    };
    let mint = Mint::text(ArtifactKind::ChallengeSession, "Sign-in session", key)
        .expiring(challenge.expires_at)
        .fact("waits for", challenge.kind.name())
        .fact("user", challenge.username.clone())
        .fact("app client", challenge.client.clone())
        .origin("session", key, random);
    let actor = actor_of(cloud, pool_id);
    cloud.mint(&actor, mint);
    if let Some(pool) = cloud.user_pools.get_mut(pool_id) {
        pool.challenges.insert(key.to_owned(), challenge);
    }
}

/// `RespondToAuthChallenge`.
pub(super) fn respond_to_auth_challenge(cloud: &mut Cloud, pool: &str, input: &Input) -> Answer {
    let client_id = input.required("ClientId", MAX_NAME_CHARS)?;
    let name = input.required("ChallengeName", 64)?;
    let session = input.optional("Session", MAX_SESSION_CHARS)?;
    match name {
        "PASSWORD_VERIFIER" => srp::respond(cloud, pool, client_id, input),
        "NEW_PASSWORD_REQUIRED" => new_password(cloud, pool, (client_id, session), input),
        "SOFTWARE_TOKEN_MFA" => authenticator::respond(cloud, pool, (client_id, session), input),
        "MFA_SETUP" => mfa_setup(cloud, pool, (client_id, session), input),
        other if NAMES.contains(other) => {
            cloud.ledger.plan(&[("Challenge", API)]);
            let expected = "the challenge that was asked";
            cloud.ledger.failed("Challenge", expected, shorten(other));
            Err(not_authorized("Invalid session for the user."))
        }
        other => Err(invalid(&format!(
            "Value '{}' at 'challengeName' failed to satisfy constraint: Member must satisfy enum \
             value set: {NAMES}",
            shorten(other)
        ))),
    }
}

/// Announces the checks of [`begin`].
pub(super) fn plan(cloud: &mut Cloud, pool: &str, client_id: &str) {
    clients::plan(cloud, pool, client_id);
    cloud.ledger.plan(&[("Same user", MODEL)]);
    plan_session(cloud);
}

/// Announces the checks of [`check_session`].
pub(super) fn plan_session(cloud: &mut Cloud) {
    cloud.ledger.plan(&[
        ("Session known", SESSION_GUIDE),
        ("Session unused", SESSION_GUIDE),
        ("Session not expired", "Cognito guide: quotas"),
    ]);
}

/// An answer to a challenge: the client, the session and whose it is.
pub(super) struct Begun {
    pub client: Client,
    pub challenge: Challenge,
    pub user: User,
    pub session: String,
}

/// Verifies who answers and to what. `kind` is the challenge's name.
pub(super) fn begin(
    cloud: &mut Cloud,
    pool: &str,
    (client_id, session): (&str, Option<&str>),
    (kind, input): (&str, &Input),
) -> Result<Begun, AwsError> {
    let typed = input.required_in_map("ChallengeResponses", "USERNAME")?;
    let hash = input.in_map("ChallengeResponses", "SECRET_HASH")?;
    let session = session.ok_or_else(|| invalid_parameter("Missing required parameter Session"))?;
    let client = clients::check(cloud, pool, client_id)?;
    clients::check_secret_hash(cloud, &client, &[typed], hash)?;
    let challenge = check_session(cloud, pool, (session, kind), Some(client_id))?;
    let user = whose(cloud, pool, &challenge, typed)?;
    Ok(Begun {
        client,
        challenge,
        user,
        session: session.to_owned(),
    })
}

fn whose(
    cloud: &mut Cloud,
    pool_id: &str,
    challenge: &Challenge,
    typed: &str,
) -> Result<User, AwsError> {
    let pool = cloud.user_pools.get(pool_id);
    let user = pool.and_then(|pool| {
        let user = pool.users.get(&challenge.username)?;
        let same = pool.username_of(typed) == Some(user.username.as_str());
        same.then(|| user.clone())
    });
    let expected = format!("the session of {}", challenge.username);
    cloud
        .ledger
        .verify("Same user", user.is_some(), expected, shorten(typed));
    let user = user.ok_or_else(|| not_authorized("Invalid session for the user."))?;
    match user.enabled {
        true => Ok(user),
        false => Err(not_authorized("User is disabled.")),
    }
}

/// A session must be one of this challenge, unused and still open.
pub(super) fn check_session(
    cloud: &mut Cloud,
    pool_id: &str,
    (key, kind): (&str, &str),
    client_id: Option<&str>,
) -> Result<Challenge, AwsError> {
    let pool = cloud.user_pools.get(pool_id);
    let found = pool.and_then(|pool| pool.challenges.get(key)).cloned();
    let fits = |it: &Challenge| {
        it.kind.name() == kind && client_id.is_none_or(|client| client == it.client)
    };
    let found = found.filter(fits);
    let expected = format!("a session that waits for {kind}");
    cloud
        .ledger
        .verify("Session known", found.is_some(), expected, shorten(key));
    let challenge = found.ok_or_else(|| not_authorized("Invalid session for the user."))?;
    let actual = match (challenge.used, challenge.failed) {
        (true, _) => "used before".to_owned(),
        (false, 0) => "not used yet".to_owned(),
        (false, failed) => format!("{failed} wrong answers"),
    };
    if !cloud
        .ledger
        .verify("Session unused", !challenge.used, "not used yet", actual)
    {
        return Err(not_authorized(
            "Invalid session for the user, session can only be used once.",
        ));
    }
    let (now, end) = (cloud.now(), challenge.expires_at);
    let expected = format!("before {}", end.clock_text());
    match cloud
        .ledger
        .verify("Session not expired", now < end, expected, now.clock_text())
    {
        true => Ok(challenge),
        false => Err(not_authorized(
            "Invalid session for the user, session is expired.",
        )),
    }
}

/// A session that did its work, or failed for good, is worth nothing any more.
pub(super) fn use_up(cloud: &mut Cloud, pool_id: &str, key: &str) {
    let pool = cloud.user_pools.get_mut(pool_id);
    if let Some(challenge) = pool.and_then(|pool| pool.challenges.get_mut(key)) {
        challenge.used = true;
    }
    if let Some(artifact) = cloud.ledger.find_artifact(key) {
        cloud.spend(artifact);
    }
}

/// A wrong code: a few more may be tried in the same session.
pub(super) fn count_wrong(cloud: &mut Cloud, pool_id: &str, key: &str) {
    let pool = cloud.user_pools.get_mut(pool_id);
    let Some(challenge) = pool.and_then(|pool| pool.challenges.get_mut(key)) else {
        return;
    };
    challenge.failed += 1;
    if challenge.failed >= MAX_WRONG_ANSWERS {
        use_up(cloud, pool_id, key);
    }
}

/// NEW_PASSWORD_REQUIRED: the user replaces the password that an administrator chose.
fn new_password(
    cloud: &mut Cloud,
    pool_id: &str,
    at: (&str, Option<&str>),
    input: &Input,
) -> Answer {
    let password = input.required_in_map("ChallengeResponses", "NEW_PASSWORD")?;
    if password.chars().count() > super::password::MAX_PASSWORD_CHARS {
        return Err(invalid_parameter("Password is too long"));
    }
    let given = input.map_entries("ChallengeResponses", ATTRIBUTE_PREFIX)?;
    plan(cloud, pool_id, at.0);
    cloud
        .ledger
        .plan(&[("Attributes", API), ("Password policy", POLICY_GUIDE)]);
    let begun = begin(cloud, pool_id, at, ("NEW_PASSWORD_REQUIRED", input))?;
    sign_up::check_attributes(cloud, pool_id, None, &given, Writer::User)?;
    check_required(cloud, pool_id, &begun.user, &given)?;
    sign_up::check_password(cloud, pool_id, password)?;
    use_up(cloud, pool_id, &begun.session);
    super::profile::write(cloud, pool_id, &begun.user.username, &given);
    set_password(cloud, pool_id, &begun.user.username, password);
    next(cloud, pool_id, &begun.client, &begun.user.username)
}

fn check_required(
    cloud: &Cloud,
    pool_id: &str,
    user: &User,
    given: &[(String, String)],
) -> Result<(), AwsError> {
    let pool = cloud.user_pools.get(pool_id);
    let missing = pool
        .map(|pool| missing_attributes(pool, user))
        .unwrap_or_default();
    let has = |wanted: &String| given.iter().any(|(name, _)| name == wanted);
    match missing.iter().find(|name| !has(name)) {
        None => Ok(()),
        Some(name) => Err(invalid_parameter(format!(
            "Attributes did not conform to the schema: {name}: The attribute is required"
        ))),
    }
}

/// MFA_SETUP: the authenticator app was set up in between, in the same session.
fn mfa_setup(cloud: &mut Cloud, pool_id: &str, at: (&str, Option<&str>), input: &Input) -> Answer {
    plan(cloud, pool_id, at.0);
    cloud.ledger.plan(&[("Authenticator verified", API)]);
    let begun = begin(cloud, pool_id, at, ("MFA_SETUP", input))?;
    let done = matches!(begun.challenge.kind, Kind::MfaSetup { verified: true });
    let actual = if done { "verified" } else { "not verified" };
    let expected = "VerifySoftwareToken succeeded in this session";
    if !cloud
        .ledger
        .verify("Authenticator verified", done, expected, actual)
    {
        return Err(invalid_parameter("User has not set up software token mfa"));
    }
    use_up(cloud, pool_id, &begun.session);
    sign_in(cloud, pool_id, &begun.client, &begun.user.username)
}
