//! What devices hold, changed.

use super::{at, branch, hold, shares_prefix, stopped, story};
use crate::scenario::Watch;
use crate::scenario::change::Placed;

#[test]
fn a_claim_edited_under_the_old_signature() {
    hold(&[
        (
            "facebook-to-s3",
            "identity",
            r"artifact:id_token.claims.aud=other",
            "identities NotAuthorizedException Signature",
        ),
        (
            "google-to-dynamodb",
            "identity",
            r"artifact:id_token.claims.sub=somebody",
            "identities NotAuthorizedException Signature",
        ),
        (
            "sts-directly",
            "assume",
            r"artifact:id_token.claims.aud=other",
            "sts InvalidIdentityToken Signature",
        ),
        (
            "classic-flow",
            "pool-token",
            r"artifact:id_token.claims.exp=4102444800",
            "identities NotAuthorizedException Signature",
        ),
    ]);
}

#[test]
fn a_token_signed_with_another_key() {
    hold(&[
        (
            "facebook-to-s3",
            "credentials",
            r"artifact:id_token.key=other",
            "identities NotAuthorizedException Signature",
        ),
        (
            "sts-directly",
            "assume",
            r"artifact:id_token.key=other",
            "sts InvalidIdentityToken Signature",
        ),
        (
            "classic-flow",
            "sts",
            r"artifact:pool_token.key=other",
            "sts InvalidIdentityToken Signature",
        ),
    ]);
}

#[test]
fn a_token_without_signature() {
    hold(&[
        (
            "facebook-to-s3",
            "credentials",
            r"artifact:id_token.alg=none",
            "identities NotAuthorizedException Signature",
        ),
        (
            "sts-directly",
            "assume",
            r"artifact:id_token.alg=none",
            "sts InvalidIdentityToken Signature",
        ),
        (
            "classic-flow",
            "sts",
            r"artifact:pool_token.alg=none",
            "sts InvalidIdentityToken Signature",
        ),
    ]);
}

#[test]
fn one_byte_of_a_thing_is_another() {
    hold(&[
        (
            "facebook-to-s3",
            "upload",
            r"artifact:credentials.byte=12",
            "s3 InvalidToken Session token",
        ),
        (
            "sts-directly",
            "assume",
            r"artifact:id_token.byte=12",
            "sts InvalidIdentityToken Signature",
        ),
        (
            "user-pool-sign-up",
            "get-user",
            r"artifact:access_token.byte=12",
            "users NotAuthorizedException Signature",
        ),
    ]);
}

#[test]
fn another_thing_is_used_in_its_place() {
    hold(&[
        (
            "facebook-to-s3",
            "identity",
            r"artifact:id_token=artifact:access_token",
            "identities NotAuthorizedException Token use",
        ),
        (
            "classic-flow",
            "identity",
            r"artifact:id_token=artifact:access_token",
            "identities NotAuthorizedException Token use",
        ),
        (
            "user-pool-sign-up",
            "get-user",
            r"artifact:access_token=artifact:id_token",
            "users NotAuthorizedException Signature",
        ),
        (
            "roles-by-group",
            "preferred",
            r"artifact:id_token=artifact:refresh_token",
            "identities NotAuthorizedException Token format",
        ),
    ]);
}

/// The claims of the one thing that a branch altered.
fn altered(id: &str, moment: &str, text: &str) -> serde_json::Value {
    let parent = story(id);
    let branch = branch(&parent, moment, text);
    let mut artifacts = branch.recording().artifacts.iter();
    let altered = artifacts.find(|it| it.tampered).unwrap();
    serde_json::Value::Object(altered.claims.clone().unwrap())
}

fn with_claim(how: &str) -> String {
    format!(r#"Do(Tamper(device: "phone", what: IdToken, how: {how}))"#)
}

#[test]
fn a_claim_keeps_the_sort_that_it_has() {
    let digits = "155990000000000000001";
    for value in [digits.to_owned(), format!(r#"\"{digits}\""#)] {
        let text = with_claim(&format!(r#"SetClaim("sub", "{value}")"#));
        let claims = altered("second-google-account", "conflict", &text);
        assert_eq!(claims["sub"], digits, "{value}");
    }
    let text = with_claim(r#"SetClaim("exp", "4102444800")"#);
    let claims = altered("facebook-to-s3", "identity", &text);
    assert_eq!(claims["exp"], 4_102_444_800_u64);
    let text = with_claim(r#"SetClaim("exp", "\"4102444800\"")"#);
    let claims = altered("facebook-to-s3", "identity", &text);
    assert_eq!(claims["exp"], "4102444800");
}

#[test]
fn a_forger_adds_a_claim() {
    let text = with_claim(r#"AddClaim("cognito:roles", "[\"arn:aws:iam::111122223333:role/X\"]")"#);
    let claims = altered("facebook-to-s3", "identity", &text);
    assert_eq!(
        claims["cognito:roles"][0],
        "arn:aws:iam::111122223333:role/X"
    );
    let text = with_claim(&format!(r#"AddClaim("number", "{}")"#, "9".repeat(21)));
    let claims = altered("facebook-to-s3", "identity", &text);
    assert_eq!(claims["number"], "9".repeat(21));
    hold(&[(
        "facebook-to-s3",
        "identity",
        r"artifact:id_token.claims.+admin=true",
        "identities NotAuthorizedException Signature",
    )]);
}

#[test]
fn an_assertion_signed_by_somebody_else_is_refused_at_its_signature() {
    hold(&[(
        "corporate-saml",
        "assume",
        r"artifact:assertion.key=other",
        "sts InvalidIdentityToken Signature",
    )]);
}

#[test]
fn what_is_told_says_the_value_and_not_the_template() {
    let parent = story("facebook-to-s3");
    let text = with_claim(r#"SetClaim("sub", "{phone.identity_id}")"#);
    let set = branch(&parent, "credentials", &text);
    let text = r#"Write(device: "phone", operation: "PutObject", edits: [Set("body", "from {phone.identity_id}")])"#;
    let both = branch(&set, "upload", text);
    let says: Vec<&str> = both
        .recording()
        .interventions
        .iter()
        .map(|it| it.says.as_str())
        .collect();
    assert!(
        says[0].starts_with("sub of the ID token is us-east-1:"),
        "{says:?}"
    );
    let header = set.recording().header.branch.as_ref().unwrap();
    assert_eq!(header.cause, says[0]);
    let parent = story("sts-directly");
    let text = r#"Write(device: "phone", operation: "AssumeRoleWithWebIdentity", edits: [Set("RoleSessionName", "{phone.id_token.sub}")])"#;
    let written = branch(&parent, "assume", text);
    let says = &written.recording().interventions[0].says;
    assert!(
        says.contains("RoleSessionName is ") && !says.contains('{'),
        "{says}"
    );
}

#[test]
fn the_prefix_of_a_branch_is_its_parents() {
    let parent = story("facebook-to-s3");
    let branch = branch(&parent, "credentials", r#"Do(Wait("2h"))"#);
    assert!(shares_prefix(parent.recording(), branch.recording()));
    assert_eq!(
        stopped(&parent, &branch),
        "identities NotAuthorizedException Not expired"
    );
    let header = branch.recording().header.branch.as_ref().unwrap();
    assert_eq!(
        (header.cause.as_str(), header.parent.as_str()),
        ("2h later", "facebook-to-s3")
    );
    assert_eq!(branch.recording().interventions.len(), 1);
}

#[test]
fn who_names_temporary_credentials_does_not_sign_with_the_key_beside_them() {
    let parent = story("embedded-keys");
    let at = at("sign-in/3");
    let change = parent.spoken(&at, "role:Painter.deleted").unwrap();
    let branch = parent.branch(Placed { at, change }, &Watch::new()).unwrap();
    let beats = &branch.scenario().beats;
    let own = beats.iter().position(|beat| beat.id == "own-only").unwrap();
    let acts = branch.acts().iter().filter(|act| act.beat as usize == own);
    let said: Vec<String> = acts.map(|act| branch.in_words(act)).collect();
    assert_eq!(said, ["Mia's phone holds no AWS credentials"; 2]);
}

#[test]
fn a_claim_that_was_not_there_breaks_the_signature_too() {
    hold(&[
        (
            "facebook-to-s3",
            "identity",
            "artifact:id_token.claims.+cognito:roles=arn:aws:iam::111122223333:role/Admin",
            "identities NotAuthorizedException Signature",
        ),
        (
            "google-to-dynamodb",
            "identity",
            "artifact:id_token.claims.+admin=true",
            "identities NotAuthorizedException Signature",
        ),
        (
            "sts-directly",
            "assume",
            "artifact:id_token.claims.+groups=admins",
            "sts InvalidIdentityToken Signature",
        ),
    ]);
}
