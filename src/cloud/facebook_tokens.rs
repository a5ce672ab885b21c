//! Asking Facebook what one of its access tokens stands for, as identity pools and STS do on
//! behalf of whoever hands them one. They know the id of an app and not its secret, so they ask
//! with the token itself: for which app is it (`/app`), and for whom (`/me`)? How AWS really
//! asks is not published; this is Tokentrail's model.

use serde_json::Value;

use super::Cloud;
use super::ledger::ActorId;
use crate::protocol::form::Form;
use crate::protocol::message::{self, Message};

/// Where Facebook is asked.
const GRAPH: &str = "https://graph.facebook.com";

/// What a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// The app it was given to
    pub app_id: String,
    /// Who it stands for
    pub user_id: String,
}

/// Why Facebook does not say what a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotInspected {
    /// Facebook cannot be asked
    Unavailable(String),
    /// Facebook does not take the token, or no longer
    Refused(String),
}

/// Asks Facebook about a token.
pub fn inspect(cloud: &mut Cloud, by: &ActorId, token: &str) -> Result<Inspected, NotInspected> {
    let app_id = id_at(cloud, by, "/app", token)?;
    let user_id = id_at(cloud, by, "/me", token)?;
    Ok(Inspected { app_id, user_id })
}

fn id_at(cloud: &mut Cloud, by: &ActorId, path: &str, token: &str) -> Result<String, NotInspected> {
    let query = Form::new().with("fields", "id").with("access_token", token);
    let url = query.append_to_url(&format!("{GRAPH}{path}"));
    let unavailable = |error: String| NotInspected::Unavailable(error);
    let request = message::get(&url).map_err(|error| unavailable(error.to_string()))?;
    let answer = cloud
        .send(by, request)
        .map_err(|error| unavailable(error.to_string()))?;
    let body = answer
        .response
        .json_body()
        .map_err(|error| unavailable(error.to_string()))?;
    match body.get("id").and_then(Value::as_str) {
        Some(id) if answer.response.status().is_success() => Ok(id.to_owned()),
        _ => {
            let message = body.pointer("/error/message").and_then(Value::as_str);
            Err(NotInspected::Refused(message.unwrap_or("no id").to_owned()))
        }
    }
}
