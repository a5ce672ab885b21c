//! Facebook behind a user pool. The pool redeems the code for an opaque token, has Facebook say
//! what the token stands for, and reads the profile with it. The app never sees that token.

use serde_json::Value;

use super::{Facebook, Profile, ProviderError};
use crate::cloud::Cloud;
use crate::cloud::facebook::{GRAPH_HOST, WEB_HOST};
use crate::cloud::ledger::{ActorId, ExchangeId, Source};
use crate::protocol::form::Form;
use crate::protocol::message::{Message, get};

const LOGIN_GUIDE: &str = "Facebook Login: manual flow";
const TOKEN_GUIDE: &str = "Facebook Login: debugging access tokens";
const MODEL: &str = "Tokentrail's model";

/// Profile fields that a pool asks for.
const FIELDS: &str = "id,name,email";

/// Facebook's login dialog.
pub(super) fn authorize_url(facebook: &Facebook, redirect_uri: &str, state: &str) -> String {
    Form::new()
        .with("client_id", &facebook.app_id)
        .with("redirect_uri", redirect_uri)
        .with("scope", &facebook.scopes)
        .with("response_type", "code")
        .with("state", state)
        .append_to_url(&format!(
            "https://{WEB_HOST}/{}/dialog/oauth",
            facebook.api_version
        ))
}

/// Announces the checks of [`who_is`].
pub(super) fn plan(cloud: &mut Cloud) {
    cloud.ledger.plan(&[
        ("Code accepted by Facebook", LOGIN_GUIDE),
        ("Token valid", TOKEN_GUIDE),
        ("Token of this app", TOKEN_GUIDE),
        ("Same Facebook user", MODEL),
    ]);
}

/// Redeems the code and asks who it stands for.
pub(super) fn who_is(
    cloud: &mut Cloud,
    pool: &ActorId,
    facebook: &Facebook,
    (code, redirect_uri): (&str, &str),
) -> Result<Profile, ProviderError> {
    let token = redeem(cloud, pool, facebook, (code, redirect_uri))?;
    let user_id = introspect(cloud, pool, facebook, &token)?;
    let form = Form::new()
        .with("fields", FIELDS)
        .with("access_token", &token);
    let (exchange, profile) = ask(cloud, pool, facebook, "me", &form)?;
    let found = text(&profile, "id");
    let same = found == user_id;
    if !cloud
        .ledger
        .verify("Same Facebook user", same, user_id.clone(), found)
    {
        return Err(error("the profile is that of another user"));
    }
    let from = |member: &str| Source::Message {
        exchange,
        member: member.to_owned(),
    };
    let fields = profile
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned(), from(name))));
    let fields = fields.collect();
    let user_id_from = match cloud.ledger.find_artifact(&token) {
        Some(artifact) => {
            // The pool keeps the profile, not the token
            cloud.spend(artifact);
            Source::Artifact {
                artifact,
                field: "user_id".to_owned(),
            }
        }
        None => from("id"),
    };
    Ok(Profile {
        user_id,
        user_id_from,
        fields,
    })
}

fn redeem(
    cloud: &mut Cloud,
    pool: &ActorId,
    facebook: &Facebook,
    (code, redirect_uri): (&str, &str),
) -> Result<String, ProviderError> {
    let form = Form::new()
        .with("client_id", &facebook.app_id)
        .with("client_secret", &facebook.app_secret)
        .with("redirect_uri", redirect_uri)
        .with("code", code);
    let expected = "an access token for the code";
    let answer = ask(cloud, pool, facebook, "oauth/access_token", &form);
    let token = match &answer {
        Ok((_, body)) => text(body, "access_token"),
        Err(error) => {
            cloud
                .ledger
                .failed("Code accepted by Facebook", expected, error.message.clone());
            return Err(error.clone());
        }
    };
    let held = !token.is_empty();
    let actual = if held { "an opaque token" } else { "no token" };
    match cloud
        .ledger
        .verify("Code accepted by Facebook", held, expected, actual)
    {
        true => Ok(token),
        false => Err(error("no access token in the answer")),
    }
}

/// `debug_token`: only Facebook knows what its token means.
fn introspect(
    cloud: &mut Cloud,
    pool: &ActorId,
    facebook: &Facebook,
    token: &str,
) -> Result<String, ProviderError> {
    let form = Form::new().with("input_token", token).with(
        "access_token",
        &format!("{}|{}", facebook.app_id, facebook.app_secret),
    );
    let answer = ask(cloud, pool, facebook, "debug_token", &form);
    let data = match answer {
        Ok((_, body)) => body.get("data").cloned().unwrap_or_default(),
        Err(error) => {
            cloud
                .ledger
                .failed("Token valid", "is_valid true", error.message.clone());
            return Err(error);
        }
    };
    let valid = data
        .get("is_valid")
        .and_then(Value::as_bool)
        .unwrap_or(false);
    if !cloud.ledger.verify(
        "Token valid",
        valid,
        "is_valid true",
        format!("is_valid {valid}"),
    ) {
        return Err(error("the access token is not valid"));
    }
    let app_id = text(&data, "app_id");
    let same = app_id == facebook.app_id;
    if !cloud
        .ledger
        .verify("Token of this app", same, facebook.app_id.clone(), app_id)
    {
        return Err(error("the access token belongs to another app"));
    }
    Ok(text(&data, "user_id"))
}

/// One call to the Graph API on behalf of whoever is signing in.
fn ask(
    cloud: &mut Cloud,
    pool: &ActorId,
    facebook: &Facebook,
    operation: &str,
    form: &Form,
) -> Result<(ExchangeId, Value), ProviderError> {
    let url = format!("https://{GRAPH_HOST}/{}/{operation}", facebook.api_version);
    let request = get(&form.append_to_url(&url)).map_err(|e| error(e.to_string()))?;
    let answer = cloud
        .send(pool, request)
        .map_err(|e| error(e.to_string()))?;
    let body = answer
        .response
        .json_body()
        .map_err(|e| error(e.to_string()))?;
    if !answer.response.status().is_success() {
        let status = answer.response.status().as_u16();
        let message = body
            .get("error")
            .map_or_else(String::new, |error| text(error, "message"));
        return Err(error(format!("{status} {message}")));
    }
    Ok((answer.exchange, body))
}

fn text(body: &Value, member: &str) -> String {
    body.get(member)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn error(message: impl Into<String>) -> ProviderError {
    ProviderError {
        provider: "Facebook".to_owned(),
        message: message.into(),
    }
}
