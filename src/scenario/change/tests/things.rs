//! What devices hold, changed.

use super::{branch, shares_prefix, stopped, stops, story};

#[test]
fn a_claim_edited_under_the_old_signature_is_noticed_at_the_signature() {
    for (id, moment, device) in [
        ("facebook-to-s3", "identity", "phone"),
        ("google-to-dynamodb", "identity", "phone"),
    ] {
        let text = format!(
            r#"Do(Tamper(device: "{device}", what: IdToken, how: SetClaim("aud", "other")))"#
        );
        let found = stops(id, moment, &text);
        assert_eq!(found, "identities NotAuthorizedException Signature", "{id}");
    }
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
fn the_access_token_in_place_of_the_id_token_is_refused() {
    let text = r#"UseInstead(device: "phone", of: IdToken, take: Held("phone", AccessToken))"#;
    let found = stops("facebook-to-s3", "identity", text);
    assert!(
        found.starts_with("identities NotAuthorizedException"),
        "{found}"
    );
}
