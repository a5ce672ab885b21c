//! Asking Facebook what one of its access tokens stands for, as identity pools and STS do on
//! behalf of whoever hands them one. How AWS asks is not published; this is Tokentrail's model.

use serde_json::Value;

use super::Cloud;
use super::ledger::ActorId;
use crate::protocol::form::Form;
use crate::protocol::message::{self, Message};
use crate::protocol::time::Moment;

/// Where Facebook is asked.
const DEBUG_TOKEN: &str = "https://graph.facebook.com/debug_token";

/// What Facebook says about a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// Whether it is good
    pub is_valid: bool,
    /// The app it was given to
    pub app_id: String,
    /// Who it stands for
    pub user_id: String,
    /// When it ends, where it does
    pub expires_at: Option<Moment>,
}

/// Asks Facebook about a token; an error says why no answer could be had.
pub fn inspect(cloud: &mut Cloud, by: &ActorId, token: &str) -> Result<Inspected, String> {
    let query = Form::new().with("input_token", token).with("access_token", token);
    let request =
        message::get(&query.append_to_url(DEBUG_TOKEN)).map_err(|error| error.to_string())?;
    let answer = cloud.send(by, request).map_err(|error| error.to_string())?;
    // An error that Facebook words itself means that it does not know the token
    let body = answer.response.json_body().map_err(|error| error.to_string())?;
    let data = body.get("data").cloned().unwrap_or(Value::Null);
    let text = |name: &str| match data.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let user_id = text("user_id");
    Ok(Inspected {
        is_valid: data.get("is_valid").and_then(Value::as_bool) == Some(true)
            && !user_id.is_empty(),
        app_id: text("app_id"),
        user_id,
        expires_at: data
            .get("expires_at")
            .and_then(Value::as_i64)
            .filter(|seconds| *seconds > 0)
            .map(Moment::from_epoch_seconds),
    })
}
