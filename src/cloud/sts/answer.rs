//! The parts that the answers of several operations have in common.

use super::session::Session;
use crate::protocol::xml::escape;

/// An element with a text.
pub fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escape(text))
}

/// `AssumedRoleUser`.
pub fn assumed_role_user(session: &Session) -> String {
    let id = element("AssumedRoleId", &session.user_id);
    let arn = element("Arn", &session.arn);
    format!("<AssumedRoleUser>{id}{arn}</AssumedRoleUser>")
}

/// `Credentials`.
pub fn credentials(session: &Session) -> String {
    let value = &session.credentials;
    let token = value.session_token.as_deref().unwrap_or_default();
    let mut members = element("AccessKeyId", &value.access_key_id);
    members += &element("SecretAccessKey", &value.secret_access_key);
    members += &element("SessionToken", token);
    members += &element("Expiration", &session.expires_at.iso8601());
    format!("<Credentials>{members}</Credentials>")
}

/// `PackedPolicySize`, where session policies or tags were passed.
pub fn packed_policy_size(percent: Option<usize>) -> String {
    percent.map_or_else(String::new, |percent| {
        element("PackedPolicySize", &percent.to_string())
    })
}
