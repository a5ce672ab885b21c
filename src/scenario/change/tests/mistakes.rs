//! Changes that cannot be made: each says what is wrong and what would be right.

use super::{at, story, try_branch};

fn error(moment: &str, text: &str) -> String {
    let parent = story("facebook-to-s3");
    match try_branch(&parent, moment, text) {
        Ok(_) => panic!("{text} can be made"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_wrong_name_is_named_with_what_is_near_it() {
    for (moment, text, says) in [
        (
            "identiti",
            "LeaveOut",
            "there is no beat `identiti`; did you mean `identity`?",
        ),
        ("identity/7", "LeaveOut", "beat `identity` has 1 actions"),
        ("identity/1", "LeaveOut", "beat `identity` has 1 actions"),
        (
            "identity",
            r#"Do(Tamper(device: "phone", what: IdToken, how: SetClaim("audd", "x")))"#,
            "the ID token has no claim `audd`; did you mean `aud`?",
        ),
        (
            "identity",
            r#"Role(role: "PhotoReeder", becomes: Deleted)"#,
            "there is no role `PhotoReeder`; did you mean `PhotoReader`?",
        ),
        (
            "identity",
            r#"Write(device: "fone", operation: "GetId", edits: [Remove("Logins")])"#,
            "there is no device `fone`; did you mean `phone`?",
        ),
        (
            "identity",
            r#"Write(device: "phone", operation: "GetId", edits: [Set("IdentityPoolID", "x")])"#,
            "the request has no field `IdentityPoolID`; did you mean `IdentityPoolId`?",
        ),
        (
            "identity",
            r#"IdentityPool(pool: "identities", becomes: WithoutProvider("usres"))"#,
            "there is no provider of the identity pool `usres`",
        ),
        (
            "identity",
            r#"Role(role: "PhotoReader", becomes: WithoutPolicy("OwnThings"))"#,
            "did you mean `OwnThingsOnly`?",
        ),
    ] {
        let found = error(moment, text);
        assert!(found.contains(says), "{text}: {found}");
    }
}

#[test]
fn a_policy_that_is_none_is_refused_with_line_and_column() {
    let text = r##"Role(role: "PhotoReader", becomes: Trust(r#"{
  "Version": "2012-10-17",
  "Statment": []
}"#))"##;
    let found = error("identity", text);
    assert!(found.contains("line 3, column 3"), "{found}");
    assert!(found.contains("Statement"), "{found}");
}

#[test]
fn what_the_api_refuses_cannot_be_set() {
    let text = r#"Role(role: "PhotoReader", becomes: MaxSession("20m"))"#;
    assert!(error("identity", text).contains("AWS refuses this with ValidationError"));
    let text = r##"Role(role: "PhotoReader", becomes: Trust(r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"Federated": "cognito-identity.amazonaws.com"}, "Action": "sts:AssumeRoleWithWebIdentity"}]}"#))"##;
    let found = error("identity", text);
    assert!(found.contains("MalformedPolicyDocument"), "{found}");
}

#[test]
fn what_changes_nothing_says_so() {
    for (moment, text, says) in [
        (
            "omars-row/1",
            r#"Message(device: "phone", operation: "GetId", fate: Drop)"#,
            "phone sends no further request GetId",
        ),
        (
            "identity",
            r#"IdentityPool(pool: "identities", becomes: Guests(false))"#,
            "identities is set up so already",
        ),
        (
            "identity",
            r#"UseInstead(device: "phone", of: IdToken, take: Held("phone", IdToken))"#,
            "phone uses its ID token already",
        ),
        (
            "identity",
            r#"Do(Tamper(device: "phone", what: Assertion, how: OtherKey))"#,
            "holds no SAML assertion",
        ),
        (
            "open",
            r#"User(pool: "users", user: "dana", becomes: Disabled)"#,
            "users has no user dana at this moment",
        ),
    ] {
        let found = error(moment, text);
        assert!(found.contains(says), "{text}: {found}");
    }
}

#[test]
fn a_mistyped_line_is_marked_where_it_is_wrong() {
    let parent = story("facebook-to-s3");
    let moment = at("credentials");
    for (line, marked, says) in [
        (
            "artifct:id_token.alg=none",
            "artifct",
            "did you mean `artifact`?",
        ),
        (
            "artifact:id_tokn.alg=none",
            "id_tokn",
            "did you mean `id_token`?",
        ),
        (
            "artifact:assertion.alg=none",
            "assertion",
            "choose a later moment",
        ),
        ("artifact:id_token.alg=RS256", "RS256", "write `alg=none`"),
        ("artifact:id_token.key", "id_token.key", "write `=`"),
        (
            "request:GetIdd.Logins=1",
            "GetIdd",
            "did you mean `GetItem`?",
        ),
        ("message:GetObject=lose", "lose", "known: drop"),
        (
            "role:PhotoReeder.deleted",
            "PhotoReeder",
            "did you mean `PhotoReader`?",
        ),
        (
            "role:PhotoReader.trsut={}",
            "trsut",
            "did you mean `trust`?",
        ),
        (
            "identity-pool:identities.guests=maybe",
            "maybe",
            "write `on` or `off`",
        ),
        ("user:dana.disbled", "disbled", "did you mean `disabled`?"),
        ("device:fone.offline", "fone", "did you mean `phone`?"),
        ("clock+=soon", "soon", "duration"),
        (
            "bucket:photo-bux.policy=none",
            "photo-bux",
            "did you mean `photo-box`?",
        ),
        ("nonsense", "nonsense", "artifact"),
    ] {
        let error = parent.spoken(&moment, line).unwrap_err();
        assert_eq!(&line[error.span.clone()], marked, "{line}");
        assert!(error.remedy.contains(says), "{line}: {error:?}");
    }
}
