//! Login with Amazon behind a user pool. The pool redeems the code for an opaque token, has Login
//! with Amazon say what the token stands for, and reads the profile with it.

use super::{LoginWithAmazon, Profile, ProviderError, call, redeem, text};
use crate::cloud::Cloud;
use crate::cloud::amazon_tokens::{self, Inspected, NotInspected};
use crate::cloud::aws::shorten;
use crate::cloud::ledger::{ActorId, Source};
use crate::protocol::form::Form;
use crate::protocol::message::{Message, get};

const GUIDE: &str = "Login with Amazon: authorization code grant";
const TOKEN_GUIDE: &str = "Login with Amazon: access token";
const MODEL: &str = "Tokentrail's model";
/// Where browsers are sent.
const AUTHORIZE_URL: &str = "https://www.amazon.com/ap/oa";
/// Where codes are redeemed.
const TOKEN_URL: &str = "https://api.amazon.com/auth/o2/token";
/// What a token opens.
const PROFILE_URL: &str = "https://api.amazon.com/user/profile";
const CODE: &str = "Code accepted by Amazon";

/// Amazon's login page.
pub(super) fn authorize_url(amazon: &LoginWithAmazon, redirect_uri: &str, state: &str) -> String {
    Form::new()
        .with("client_id", &amazon.client_id)
        .with("redirect_uri", redirect_uri)
        .with("scope", &amazon.scopes)
        .with("response_type", "code")
        .with("state", state)
        .append_to_url(AUTHORIZE_URL)
}

/// Announces the checks of [`who_is`].
pub(super) fn plan(cloud: &mut Cloud) {
    cloud.ledger.plan(&[
        (CODE, GUIDE),
        ("Token valid", TOKEN_GUIDE),
        ("Token of this app", TOKEN_GUIDE),
        ("Same Amazon user", MODEL),
    ]);
}

/// Redeems the code and asks who it stands for.
pub(super) fn who_is(
    cloud: &mut Cloud,
    pool: &ActorId,
    amazon: &LoginWithAmazon,
    sent: (&str, &str),
) -> Result<Profile, ProviderError> {
    let token = token_for(cloud, pool, amazon, sent)?;
    let found = inspect(cloud, pool, amazon, &token)?;
    let mut request = get(PROFILE_URL).map_err(|e| error(e.to_string()))?;
    request
        .set_header("authorization", &format!("Bearer {token}"))
        .map_err(|e| error(e.to_string()))?;
    let reply = call(cloud, pool, request).map_err(error)?;
    let profile = text(&reply.body, "user_id");
    let same = profile == found.user_id;
    if !cloud
        .ledger
        .verify("Same Amazon user", same, found.user_id.clone(), profile)
    {
        return Err(error("the profile is that of another user"));
    }
    let from = |member: &str| Source::Message {
        exchange: reply.exchange,
        member: member.to_owned(),
    };
    let members = reply.body.as_object().into_iter().flatten();
    let fields = members
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned(), from(name))))
        .collect();
    let user_id_from = match cloud.ledger.find_artifact(&token) {
        Some(artifact) => {
            // The pool keeps the profile, not the token
            cloud.spend(artifact);
            Source::Artifact {
                artifact,
                field: "user_id".to_owned(),
            }
        }
        None => from("user_id"),
    };
    Ok(Profile {
        user_id: found.user_id,
        user_id_from,
        fields,
    })
}

fn token_for(
    cloud: &mut Cloud,
    pool: &ActorId,
    amazon: &LoginWithAmazon,
    sent: (&str, &str),
) -> Result<String, ProviderError> {
    const EXPECTED: &str = "an access token for the code";
    let client = (
        TOKEN_URL,
        amazon.client_id.as_str(),
        amazon.client_secret.as_str(),
    );
    let reply = redeem(cloud, pool, client, sent).map_err(|why| {
        cloud.ledger.failed(CODE, EXPECTED, why.clone());
        error(why)
    })?;
    let token = text(&reply.body, "access_token");
    let held = !token.is_empty();
    let actual = if held { "an opaque token" } else { "no token" };
    if cloud.ledger.verify(CODE, held, EXPECTED, actual) {
        return Ok(token);
    }
    Err(error("no access token in the answer"))
}

/// `tokeninfo`: only Login with Amazon knows what its token means.
fn inspect(
    cloud: &mut Cloud,
    pool: &ActorId,
    amazon: &LoginWithAmazon,
    token: &str,
) -> Result<Inspected, ProviderError> {
    const EXPECTED: &str = "Login with Amazon takes the token";
    let found = match amazon_tokens::inspect(cloud, pool, token) {
        Ok(found) => found,
        Err(NotInspected::Refused(why) | NotInspected::Unavailable(why)) => {
            cloud.ledger.failed("Token valid", EXPECTED, why.clone());
            return Err(error(why));
        }
    };
    let actual = format!("it stands for {}", shorten(&found.user_id));
    cloud.ledger.passed("Token valid", EXPECTED, actual);
    let (expected, actual) = (amazon.client_id.clone(), found.client_id.clone());
    let same = found.client_id == amazon.client_id;
    if cloud
        .ledger
        .verify("Token of this app", same, expected, actual)
    {
        return Ok(found);
    }
    Err(error("the access token belongs to another app"))
}

fn error(message: impl Into<String>) -> ProviderError {
    ProviderError {
        provider: "LoginWithAmazon".to_owned(),
        message: message.into(),
    }
}
