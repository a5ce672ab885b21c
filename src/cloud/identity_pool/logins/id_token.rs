//! Verifying a signed ID token, whoever issued it: the steps that user pools, Google and all
//! other OpenID Connect providers have in common.

use super::Planned;
use crate::cloud::Cloud;
use crate::cloud::aws::{AwsError, shorten};
use crate::cloud::identity_pool::errors::{invalid_login, unsupported_provider};
use crate::cloud::identity_pool::token::ISSUER as POOL_TOKEN_ISSUER;
use crate::cloud::issuer_keys::{self, time_left};
use crate::cloud::ledger::ActorId;
use crate::protocol::jwt::Unverified;
use crate::protocol::keys::Algorithm;
use crate::protocol::time::{Moment, Span};

/// The checks, in order.
pub const PLANNED: [Planned; 6] = [
    ("Token format", "RFC 7519; Cognito guide: identity pools"),
    ("Issuer", "Cognito guide: iss equals the key in Logins"),
    ("Provider configured", "Cognito API: CreateIdentityPool"),
    ("Signature", "RFC 7515; keys from the provider's JWKS"),
    (
        "Audience",
        "Cognito guide: azp, else aud, is a client id of the provider",
    ),
    ("Not expired", "RFC 7519 section 4.1.4"),
];

/// What is demanded of a provider's tokens.
#[derive(Clone, Debug)]
pub struct Demands {
    /// Client ids; none where the pool is not set up for this provider
    pub audiences: Option<Vec<String>>,
    /// The issuers that go with the key in the Logins map
    pub issuers: Vec<String>,
    /// Where the keys are
    pub keys: KeysAt,
    /// How tokens may be signed
    pub algorithms: &'static [Algorithm],
    /// Whether a user pool's `token_use` must be `id`
    pub token_use: bool,
    /// How long after `exp` a token is still taken
    pub grace: Span,
}

/// Where an issuer's keys are found.
#[derive(Clone, Debug)]
pub enum KeysAt {
    /// At a known address
    Document(String),
    /// Where the issuer's discovery document says
    Discovery(String),
}

/// A token that is good, and which of the audiences it is for.
#[derive(Clone, Debug)]
pub struct Believed {
    /// The token
    pub token: Unverified,
    /// Its subject
    pub subject: String,
    /// The client id it was issued to
    pub audience: String,
}

/// Verifies a token, one check after the other.
pub fn verify(
    cloud: &mut Cloud,
    by: &ActorId,
    text: &str,
    demands: &Demands,
) -> Result<Believed, AwsError> {
    let token = check_format(cloud, text)?;
    check_issuer(cloud, &token, demands)?;
    let audiences = check_provider(cloud, demands)?;
    check_signature(cloud, by, &token, demands)?;
    if demands.token_use {
        check_use(cloud, &token)?;
    }
    let audience = check_audience(cloud, &token, &audiences)?;
    check_expiry(cloud, &token, demands.grace)?;
    let subject = required(&token, "sub")?;
    Ok(Believed {
        token,
        subject,
        audience,
    })
}

fn check_format(cloud: &mut Cloud, text: &str) -> Result<Unverified, AwsError> {
    const EXPECTED: &str = "an OpenID Connect ID token: three parts, readable claims";
    match Unverified::parse(text) {
        Ok(token) if token.text("iss") == Some(POOL_TOKEN_ISSUER) => {
            let actual = "a token that an identity pool minted";
            cloud.ledger.failed("Token format", EXPECTED, actual);
            Err(invalid_login("Can't pass in a Cognito token."))
        }
        Ok(token) => {
            let actual = format!("a JWT with {} claims", token.claims().len());
            cloud.ledger.passed("Token format", EXPECTED, actual);
            Ok(token)
        }
        Err(error) => {
            cloud
                .ledger
                .failed("Token format", EXPECTED, error.to_string());
            Err(invalid_login("Not a valid OpenId Connect identity token."))
        }
    }
}

fn check_issuer(cloud: &mut Cloud, token: &Unverified, demands: &Demands) -> Result<(), AwsError> {
    let found = token.text("iss").unwrap_or_default();
    let held = demands.issuers.iter().any(|issuer| issuer == found);
    let expected = demands.issuers.join(" or ");
    if cloud
        .ledger
        .verify("Issuer", held, expected, shorten(found))
    {
        return Ok(());
    }
    Err(invalid_login("Issuer doesn't match providerName"))
}

fn check_provider(cloud: &mut Cloud, demands: &Demands) -> Result<Vec<String>, AwsError> {
    const EXPECTED: &str = "a provider of this identity pool";
    let Some(audiences) = &demands.audiences else {
        cloud
            .ledger
            .failed("Provider configured", EXPECTED, "not among its providers");
        return Err(unsupported_provider());
    };
    let actual = format!("configured with client id {}", audiences.join(", "));
    cloud.ledger.passed("Provider configured", EXPECTED, actual);
    Ok(audiences.clone())
}

fn check_signature(
    cloud: &mut Cloud,
    by: &ActorId,
    token: &Unverified,
    demands: &Demands,
) -> Result<(), AwsError> {
    let fetched = match &demands.keys {
        KeysAt::Document(uri) => issuer_keys::fetch(cloud, by, uri),
        KeysAt::Discovery(issuer) => issuer_keys::discover(cloud, by, issuer),
    };
    let refusal = || invalid_login("Couldn't verify signed token.");
    let keys = fetched.map_err(|error| {
        cloud
            .ledger
            .failed("Signature", "the issuer's public keys", error.to_string());
        refusal()
    })?;
    let test = issuer_keys::test_signature(token, &keys, demands.algorithms);
    let held = test.problem.is_none();
    if cloud
        .ledger
        .verify("Signature", held, test.expected, test.actual)
    {
        return Ok(());
    }
    Err(refusal())
}

/// User pools also issue access tokens, which look alike but say what may be done, not who signed
/// in. They have no audience, and that is what the service complains about.
fn check_use(cloud: &mut Cloud, token: &Unverified) -> Result<(), AwsError> {
    let found = token.text("token_use").unwrap_or("none");
    if cloud
        .ledger
        .verify("Token use", found == "id", "token_use id", shorten(found))
    {
        return Ok(());
    }
    required(token, "aud")?;
    Err(invalid_login("Not a valid OpenId Connect identity token."))
}

fn check_audience(
    cloud: &mut Cloud,
    token: &Unverified,
    audiences: &[String],
) -> Result<String, AwsError> {
    let found = token
        .text("azp")
        .map_or_else(|| token.audiences(), |azp| vec![azp]);
    let matched = audiences
        .iter()
        .find(|audience| found.contains(&audience.as_str()));
    let actual = if found.is_empty() {
        "none".to_owned()
    } else {
        found.join(", ")
    };
    cloud.ledger.verify(
        "Audience",
        matched.is_some(),
        audiences.join(" or "),
        shorten(&actual),
    );
    if let Some(audience) = matched {
        return Ok(audience.clone());
    }
    if found.is_empty() {
        return Err(missing("aud"));
    }
    Err(unsupported_provider())
}

fn check_expiry(cloud: &mut Cloud, token: &Unverified, grace: Span) -> Result<(), AwsError> {
    let Some(seconds) = token.seconds("exp") else {
        cloud
            .ledger
            .failed("Not expired", "exp in whole seconds", "no such claim");
        return Err(missing("exp"));
    };
    let (now, expires_at) = (cloud.now(), Moment::from_epoch_seconds(seconds));
    let held = now < expires_at + grace;
    let mut expected = format!("before {}", expires_at.iso8601());
    if grace != Span::ZERO {
        expected = format!("{expected}, {grace} of grace");
    }
    if cloud
        .ledger
        .verify("Not expired", held, expected, time_left(now, expires_at))
    {
        return Ok(());
    }
    Err(invalid_login(&format!(
        "Token expired: {} >= {seconds}",
        now.epoch_seconds()
    )))
}

fn required(token: &Unverified, claim: &str) -> Result<String, AwsError> {
    match token.claims().get(claim) {
        Some(serde_json::Value::String(text)) if !text.is_empty() => Ok(text.clone()),
        Some(_) if claim == "aud" => Ok(String::new()),
        _ => Err(missing(claim)),
    }
}

fn missing(claim: &str) -> AwsError {
    invalid_login(&format!("Missing a required claim: {claim}"))
}
