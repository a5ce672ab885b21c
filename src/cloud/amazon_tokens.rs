//! Asking Login with Amazon what one of its access tokens stands for, as identity pools and STS do
//! on behalf of whoever hands them one: its `tokeninfo` tells anybody who holds a token which app
//! it was given to and whom it stands for. How AWS really asks is not published; this is
//! Tokentrail's model.

use serde_json::Value;

use super::Cloud;
use super::ledger::ActorId;
use crate::protocol::form::Form;
use crate::protocol::message::{self, Message};

/// Where Login with Amazon is asked.
const TOKEN_INFO: &str = "https://api.amazon.com/auth/o2/tokeninfo";

/// What a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// The client id of the app it was given to: `amzn1.application-oa2-client.…`
    pub client_id: String,
    /// The app's other id: `amzn1.application.…`
    pub app_id: String,
    /// Who it stands for
    pub user_id: String,
}

/// Why Login with Amazon does not say what a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotInspected {
    /// It cannot be asked
    Unavailable(String),
    /// It does not take the token, or no longer
    Refused(String),
}

/// Asks Login with Amazon about a token.
pub fn inspect(cloud: &mut Cloud, by: &ActorId, token: &str) -> Result<Inspected, NotInspected> {
    let unavailable = |error: String| NotInspected::Unavailable(error);
    let url = Form::new()
        .with("access_token", token)
        .append_to_url(TOKEN_INFO);
    let request = message::get(&url).map_err(|error| unavailable(error.to_string()))?;
    let answer = cloud
        .send(by, request)
        .map_err(|error| unavailable(error.to_string()))?;
    let body = answer
        .response
        .json_body()
        .map_err(|error| unavailable(error.to_string()))?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    match (text("aud"), text("user_id")) {
        (Some(client_id), Some(user_id)) if answer.response.status().is_success() => {
            Ok(Inspected {
                client_id,
                app_id: text("app_id").unwrap_or_default(),
                user_id,
            })
        }
        _ => {
            let why = text("error_description").unwrap_or_else(|| "no answer".to_owned());
            Err(NotInspected::Refused(why))
        }
    }
}
