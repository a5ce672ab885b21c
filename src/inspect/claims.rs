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
        "https://cognito-identity.amazonaws.com/identity-pool-arn" => {
            "The identity pool that vouches, as an ARN"
        }
        "https://aws.amazon.com/tags" => {
            "Tags for the session. STS copies them, so that policies can read aws:PrincipalTag"
        }
        "ref" => "The branch or tag that the job runs on",
        "repository" => {
            "The repository that the job belongs to. A trust policy should insist on it"
        }
        "repository_owner" => "Who owns the repository",
        "event_name" => "What started the job",
        "workflow" => "The workflow that the job belongs to",
        "runner_environment" => "Whose machine the job runs on",
        "kubernetes.io" => "The pod and the service account that the token was projected for",
        "source" => "Which service pushed it",
        "identityPoolId" => "The identity pool whose dataset changed",
        "identityId" => "The identity whose dataset changed",
        "datasetName" => "The dataset that changed",
        "syncCount" => "Its version now. A device that is behind asks for what is newer",
        "aps" => "What Apple's push service looks at. Silent: nothing is shown, the app wakes up",
        "version" => "The version of this token's form",
        "kid" => "Names the key that signed it, so that receivers pick the right one",
        "alg" => "How it was signed. A receiver must insist on what it expects",
        "typ" => "What kind of thing this is",
        _ => return None,
    };
    Some(sentence)
}

/// A claim's value as text; strings without quotes, objects laid out.
pub fn value(value: &Value) -> String {
    let nested = match value {
        Value::String(text) => return text.clone(),
        Value::Array(values) => values.iter().any(Value::is_object),
        other => other.is_object(),
    };
    match nested {
        true => serde_json::to_string_pretty(value).unwrap_or_default(),
        false => value.to_string(),
    }
}

/// The moment that a claim's seconds stand for.
pub fn moment(claim: &str, value: &Value) -> Option<Moment> {
    let is_time = matches!(claim, "exp" | "iat" | "nbf" | "auth_time");
    let seconds = value.as_i64().filter(|_| is_time)?;
    Some(Moment::from_epoch_seconds(seconds))
}

/// A moment for people, and how far it is from now: "3 March 2026, 10:00:00 UTC · 41 min 3 s left".
pub fn distance(name: &str, at: Moment, now: Moment) -> String {
    let away = (at - now).millis();
    match (name, away >= 0) {
        ("exp", true) => format!("{} left", length(away)),
        ("exp", false) => format!("expired {} ago", length(away)),
        ("nbf", true) => format!("counts in {}", length(away)),
        (_, true) if away < 1000 => "now".to_owned(),
        (_, true) => format!("in {}", length(away)),
        (_, false) => format!("{} ago", length(away)),
    }
}

/// A moment as people write it: "3 March 2026, 10:00:00 UTC".
pub fn date(at: Moment) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let text = at.iso8601();
    let number = |from: usize, to: usize| {
        let digits = text.get(from..to);
        digits.and_then(|it| it.parse::<usize>().ok()).unwrap_or(1)
    };
    let month = MONTHS.get(number(5, 7).saturating_sub(1)).unwrap_or(&"");
    let clock = text.get(11..19).unwrap_or_default();
    format!("{} {month} {}, {clock} UTC", number(8, 10), number(0, 4))
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
        let at = moment("exp", &seconds).unwrap();
        assert_eq!(date(at), "15 January 2026, 09:10:03 UTC");
        assert_eq!(moment("version", &seconds), None);
        assert_eq!(moment("exp", &Value::from("soon")), None);
        let earlier = Moment::from_millis(at.millis() - 61_000);
        assert_eq!(distance("exp", at, earlier), "1 min 1 s left");
        assert_eq!(distance("exp", earlier, at), "expired 1 min 1 s ago");
        assert_eq!(distance("iat", earlier, at), "1 min 1 s ago");
    }

    #[test]
    fn lengths_are_written_for_people() {
        assert_eq!(length(521_000), "8 min 41 s");
        assert_eq!(length(59_999), "59 s");
        assert_eq!(length(3_660_000), "1 h 1 min");
        assert_eq!(length(86_400_000 * 30), "30 days");
    }
}
