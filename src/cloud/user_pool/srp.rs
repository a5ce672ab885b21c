//! USER_SRP_AUTH: the password is proven and never travels (Secure Remote Password, SRP-6a).

use serde_json::json;

use super::api::{Answer, invalid_parameter, not_authorized};
use super::challenges::{self, Challenge, Kind};
use super::clients;
use super::config::AuthFlow;
use super::initiate_auth::{check_flow, check_lock, check_status, count_attempt};
use super::input::Input;
use super::model::{Client, User};
use super::password::PasswordRecord;
use crate::cloud::Cloud;
use crate::cloud::aws::{AwsError, shorten};
use crate::protocol::encoding::base64;
use crate::protocol::srp::{Claim, Identity, Server, SrpError};
use crate::protocol::time::Moment;

const API: &str = "API reference: InitiateAuth";
const RESPOND_API: &str = "API reference: RespondToAuthChallenge";
const ERRORS_GUIDE: &str = "Cognito guide: managing errors";
const LOCK_GUIDE: &str = "Cognito guide: lockout for failed sign-in attempts";
const RFC_5054: &str = "RFC 5054 section 2.5.4";
const SRP_SOURCE: &str = "RFC 5054; the user pool's own key derivation as its SDKs have it";
const MODEL: &str = "Tokentrail's model";
const BLOCK_STREAM: &str = "user-pool/secret-block";
/// Bytes of a secret block.
const BLOCK_BYTES: usize = 256;

/// InitiateAuth with USER_SRP_AUTH: salt and B go out.
pub(super) fn start(cloud: &mut Cloud, pool: &str, client_id: &str, input: &Input) -> Answer {
    let typed = input.required_in_map("AuthParameters", "USERNAME")?;
    let public = input.required_in_map("AuthParameters", "SRP_A")?;
    let hash = input.in_map("AuthParameters", "SECRET_HASH")?;
    clients::plan(cloud, pool, client_id);
    cloud.ledger.plan(&[
        ("Flow enabled", API),
        ("Salt", ERRORS_GUIDE),
        ("SRP_A", RFC_5054),
    ]);
    let client = clients::check(cloud, pool, client_id)?;
    clients::check_secret_hash(cloud, &client, &[typed], hash)?;
    check_flow(cloud, &client, AuthFlow::UserSrp, "USER_SRP_AUTH")?;
    let (username, record) = salt_of(cloud, pool, &client, typed)?;
    let stream = &mut cloud.fresh("user-pool/srp-b");
    let server = Server::start(&record.verifier(), public, stream);
    let server = check_public(cloud, public, server)?;
    let block = base64(&cloud.fresh(BLOCK_STREAM).bytes(BLOCK_BYTES));
    let challenge = Challenge {
        username: username.clone(),
        client: client.id.clone(),
        kind: Kind::PasswordVerifier {
            handshake: server.to_parts(),
            record,
        },
        expires_at: cloud.now() + client.session_validity,
        used: false,
        failed: 0,
    };
    challenges::keep(cloud, pool, (&block, BLOCK_STREAM), challenge);
    Ok(json!({
        "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeParameters": {
            "SALT": server.salt_hex(),
            "SECRET_BLOCK": block,
            "SRP_B": server.public_hex(),
            "USERNAME": username,
            "USER_ID_FOR_SRP": username,
        },
    }))
}

/// The user's salt. Where the client hides who exists, a name that nobody has gets one too, always
/// the same.
fn salt_of(
    cloud: &mut Cloud,
    pool_id: &str,
    client: &Client,
    typed: &str,
) -> Result<(String, PasswordRecord), AwsError> {
    let pool = cloud.user_pools.get(pool_id);
    let user = pool.and_then(|pool| pool.users.get(pool.username_of(typed)?));
    let found = user.and_then(|user| Some((user.username.clone(), user.password.clone()?)));
    let actual = match (&found, client.hides_users) {
        (Some((username, _)), _) => format!("the salt of {username}"),
        (None, true) => format!("{} has none: one is simulated", shorten(typed)),
        (None, false) => format!("{} has none", shorten(typed)),
    };
    let held = found.is_some() || client.hides_users;
    let expected = "a salt for whoever signs in";
    cloud.ledger.verify("Salt", held, expected, actual);
    match found {
        Some(found) => Ok(found),
        None if client.hides_users => {
            let stream = cloud.fixed(&format!("user-pool/{pool_id}/simulated-salt/{typed}"));
            Ok((typed.to_owned(), PasswordRecord::simulated(stream)))
        }
        None => Err(AwsError::new(
            "UserNotFoundException",
            400,
            "User does not exist.",
        )),
    }
}

fn check_public(
    cloud: &mut Cloud,
    public: &str,
    server: Result<Server, SrpError>,
) -> Result<Server, AwsError> {
    let actual = match &server {
        Ok(_) => shorten(public),
        Err(error) => error.to_string(),
    };
    let expected = "a number that is no multiple of N";
    cloud
        .ledger
        .verify("SRP_A", server.is_ok(), expected, actual);
    server.map_err(|_| invalid_parameter("Invalid SRP_A").in_own_words())
}

/// What the app claims to know.
struct Proof<'a> {
    block: &'a str,
    timestamp: &'a str,
    signature: &'a str,
}

/// RespondToAuthChallenge with PASSWORD_VERIFIER.
pub(super) fn respond(cloud: &mut Cloud, pool: &str, client_id: &str, input: &Input) -> Answer {
    let answer = |key: &str| input.required_in_map("ChallengeResponses", key);
    let typed = answer("USERNAME")?;
    let proof = Proof {
        block: answer("PASSWORD_CLAIM_SECRET_BLOCK")?,
        timestamp: answer("TIMESTAMP")?,
        signature: answer("PASSWORD_CLAIM_SIGNATURE")?,
    };
    let hash = input.in_map("ChallengeResponses", "SECRET_HASH")?;
    clients::plan(cloud, pool, client_id);
    challenges::plan_session(cloud);
    cloud.ledger.plan(&[
        ("Timestamp", RESPOND_API),
        ("User exists", ERRORS_GUIDE),
        ("Not locked out", LOCK_GUIDE),
        ("Password proof", SRP_SOURCE),
        ("User enabled", MODEL),
        ("User confirmed", ERRORS_GUIDE),
    ]);
    let client = clients::check(cloud, pool, client_id)?;
    clients::check_secret_hash(cloud, &client, &[typed], hash)?;
    let at = (proof.block, "PASSWORD_VERIFIER");
    let challenge = challenges::check_session(cloud, pool, at, Some(client_id))?;
    check_timestamp(cloud, proof.timestamp)?;
    let user = prover(cloud, pool, (&challenge, &proof), typed)?;
    check_lock(cloud, &user)?;
    check_proof(cloud, pool, (&challenge, &user), &proof)?;
    check_status(cloud, &user)?;
    challenges::use_up(cloud, pool, proof.block);
    count_attempt(cloud, pool, &user.username, true);
    challenges::next(cloud, pool, &client, &user.username)
}

/// `Tue Mar 3 09:05:07 UTC 2026`.
fn check_timestamp(cloud: &mut Cloud, text: &str) -> Result<(), AwsError> {
    let read = read_timestamp(text);
    let held = read.is_some_and(|moment| moment.srp_timestamp() == text);
    let expected = "like Tue Mar 3 09:05:07 UTC 2026";
    match cloud
        .ledger
        .verify("Timestamp", held, expected, shorten(text))
    {
        true => Ok(()),
        false => Err(invalid_parameter(
            "TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.",
        )),
    }
}

fn read_timestamp(text: &str) -> Option<Moment> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let parts: Vec<&str> = text.split(' ').collect();
    let [_, month, day, time, _, year] = parts.as_slice() else {
        return None;
    };
    let month = MONTHS.find(month).filter(|_| month.len() == 3)? / 3 + 1;
    Moment::parse(&format!("{year}-{month:02}-{day:0>2}T{time}Z")).ok()
}

/// Who proves a password; nobody, where the salt was simulated.
fn prover(
    cloud: &mut Cloud,
    pool_id: &str,
    (challenge, proof): (&Challenge, &Proof<'_>),
    typed: &str,
) -> Result<User, AwsError> {
    let pool = cloud.user_pools.get(pool_id);
    let user = pool.and_then(|pool| {
        let user = pool.users.get(&challenge.username)?;
        let same = pool.username_of(typed) == Some(user.username.as_str());
        (same && user.password.is_some()).then(|| user.clone())
    });
    let expected = format!("{} is a user of this pool", shorten(&challenge.username));
    cloud
        .ledger
        .verify("User exists", user.is_some(), expected, shorten(typed));
    if user.is_none() {
        challenges::use_up(cloud, pool_id, proof.block);
    }
    user.ok_or_else(wrong)
}

/// A handshake is good for one proof, right or wrong.
fn check_proof(
    cloud: &mut Cloud,
    pool_id: &str,
    (challenge, user): (&Challenge, &User),
    proof: &Proof<'_>,
) -> Result<(), AwsError> {
    let Kind::PasswordVerifier { handshake, record } = &challenge.kind else {
        return Err(wrong());
    };
    let suffix = pool_id
        .split_once('_')
        .map_or(pool_id, |(_, suffix)| suffix);
    let claim = Claim {
        identity: Identity {
            pool_name: suffix,
            user_id: &user.username,
        },
        secret_block: proof.block,
        timestamp: proof.timestamp,
    };
    let verified = Server::from_parts(&record.verifier(), handshake)
        .and_then(|server| server.verify(&claim, proof.signature));
    let actual = match &verified {
        Ok(()) => "the same".to_owned(),
        Err(error) => error.to_string(),
    };
    let expected = "HMAC(key from A, B and the verifier, pool ‖ user ‖ block ‖ timestamp)";
    if cloud
        .ledger
        .verify("Password proof", verified.is_ok(), expected, actual)
    {
        return Ok(());
    }
    count_attempt(cloud, pool_id, &user.username, false);
    challenges::use_up(cloud, pool_id, proof.block);
    Err(wrong())
}

fn wrong() -> AwsError {
    not_authorized("Incorrect username or password.")
}
