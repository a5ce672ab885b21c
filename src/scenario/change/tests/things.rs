//! What devices hold, changed.

use super::{branch, hold, shares_prefix, stopped, story};

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
