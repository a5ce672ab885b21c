//! Which claims of a token a check reads. Checks are named by the services; this is the one table
//! that says what each name looks at, kept beside them. Whoever shows a link between a claim and
//! a check also asks the evidence: see `inspect::readers`.

/// What a check reads of the token that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// These claims; the first that the evidence shows counts, where one stands for another
    Claims(&'static [&'static str]),
    /// Members of the header
    Header(&'static [&'static str]),
    /// Whatever the evidence names
    Named,
    /// It looks something up by these claims, which its evidence need not repeat
    Lookup(&'static [&'static str]),
    /// Nothing of a token
    Nothing,
}

/// What a check of this name reads.
pub fn of(check: &str) -> Reads {
    if let Some(key) = check.strip_prefix("Trust policy: ") {
        return trust(key);
    }
    match check {
        "Issuer" | "Issuer known" | "ID token issuer" => Reads::Claims(&["iss"]),
        "Audience" | "ID token audience" => Reads::Claims(&["aud", "client_id"]),
        "Not expired" | "ID token not expired" => Reads::Claims(&["exp"]),
        "Valid already" => Reads::Claims(&["nbf", "iat"]),
        "Token use" => Reads::Claims(&["token_use"]),
        "Scope" => Reads::Claims(&["scope"]),
        "Nonce" => Reads::Claims(&["nonce"]),
        "Not revoked" => Reads::Claims(&["origin_jti"]),
        "User exists" => Reads::Claims(&["username", "sub"]),
        "Signature" | "ID token signature" => Reads::Header(&["kid", "alg"]),
        "Role" | "Profile" | "Function exists" => Reads::Named,
        "Logins match" => Reads::Lookup(&["iss", "sub"]),
        "Developer login" => Reads::Claims(&["amr"]),
        _ => Reads::Nothing,
    }
}

/// A condition key of a trust policy, without its provider. Google's `aud` is the token's `azp`
/// where there is one, and `oaud` its `aud`.
fn trust(key: &str) -> Reads {
    // Condition keys are the same in any letter case
    match key.to_ascii_lowercase().as_str() {
        "aud" => Reads::Claims(&["azp", "aud"]),
        "oaud" => Reads::Claims(&["aud"]),
        "sub" => Reads::Claims(&["sub"]),
        "amr" => Reads::Claims(&["amr"]),
        "azp" => Reads::Claims(&["azp"]),
        "principal" => Reads::Claims(&["iss"]),
        _ => Reads::Nothing,
    }
}
