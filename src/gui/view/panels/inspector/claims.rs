//! Plain words for claims, and dates for their seconds.

use serde_json::Value;

use crate::protocol::time::Moment;

/// What a claim says, in one sentence; nothing for one that is not known.
pub fn sentence(claim: &str) -> Option<&'static str> {
    let sentence = match claim {
        "iss" => "Who vouches. Whoever checks the token looks up this issuer's keys",
        "sub" => "Whom it is about: an identifier that never changes and is never reused",
        "aud" => "Whom it is for. A receiver must refuse a token meant for somebody else",
        "client_id" => "The app client it was issued to",
        "azp" => "The party that asked for it",
        "exp" => "When it ends",
        "iat" => "When it was issued",
        "nbf" => "It does not count before this moment",
        "auth_time" => "When the person really signed in",
        "jti" => "The token's own number",
        "origin_jti" => "The number of the sign-in that it goes back to; revoking it ends them all",
        "event_id" => "The sign-in at the user pool that it came from",
        "nonce" => "Repeats what the app sent along, so that an old answer cannot be played again",
        "amr" => "How the identity was proved. Guests carry unauthenticated",
        "at_hash" => "Ties it to the access token that was issued beside it",
        "token_use" => "Whether this is an ID token or an access token",
        "scope" => "What its bearer may do",
        "username" | "cognito:username" => "The name of the profile in the user pool",
        "cognito:groups" => "The groups the person belongs to",
        "cognito:roles" => "The roles that these groups offer",
        "cognito:preferred_role" => "The role of the group with the best precedence",
        "identities" => "The accounts at other providers that belong to this profile",
        "email" => "An address. Only email_verified says whether it is really theirs",
        "email_verified" => "Whether somebody proved that the address is theirs",
        "name" | "given_name" | "family_name" => "What the person is called",
        "picture" => "Where a portrait is",
        "phone_number" => "A telephone number",
        "version" => "The version of this token's form",
        "kid" => "Names the key that signed it, so that receivers pick the right one",
        "alg" => "How it was signed. A receiver must insist on what it expects",
        "typ" => "What kind of thing this is",
        _ => return None,
    };
    Some(sentence)
}

/// A claim's value as text; strings without quotes.
pub fn value(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The date that a claim's seconds stand for.
pub fn date(claim: &str, value: &Value) -> Option<String> {
    let is_time = matches!(claim, "exp" | "iat" | "nbf" | "auth_time");
    let seconds = value.as_i64().filter(|_| is_time)?;
    Some(Moment::from_epoch_seconds(seconds).iso8601())
}

/// A length of time for people: "8 min 41 s".
pub fn length(millis: i64) -> String {
    let seconds = millis.unsigned_abs() / 1000;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3600..86_400 => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_of_known_claims_become_dates_and_others_do_not() {
        let seconds = Value::from(1_768_468_203);
        assert_eq!(
            date("exp", &seconds).as_deref(),
            Some("2026-01-15T09:10:03Z")
        );
        assert_eq!(date("version", &seconds), None);
        assert_eq!(date("exp", &Value::from("soon")), None);
    }

    #[test]
    fn lengths_are_written_for_people() {
        assert_eq!(length(521_000), "8 min 41 s");
        assert_eq!(length(59_999), "59 s");
        assert_eq!(length(3_660_000), "1 h 1 min");
        assert_eq!(length(86_400_000 * 30), "30 days");
    }
}
