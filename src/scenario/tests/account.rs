//! A story of people with AWS credentials of their own: long-term keys, roles, a backend that
//! vouches for its users, and sessions that are ended.

use crate::scenario::files::Shipped;
use crate::scenario::{load, perform};

const STORY: &str = r##"(
    id: "keys",
    title: "Keys",
    summary: "What long-term keys can do",
    world: (
        accounts: [(id: "111122223333"), (id: "444455556666")],
        people: [(id: "dana", name: "Dana", email: "dana@example.com")],
        devices: [
            (id: "phone", name: "Phone", owner: "dana"),
            (id: "backend", name: "Backend", kind: Backend),
        ],
        roles: [
            (
                id: "Reader",
                trust: r#"{"Version": "2012-10-17", "Statement": [
                    {"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"},
                     "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals":
                     {"cognito-identity.amazonaws.com:aud": "us-east-1:11111111-2222-4333-8444-555555555555"}}},
                    {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}]}"#,
                policies: [(id: "all", json: r#"{"Version": "2012-10-17", "Statement": [
                    {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}"#)],
            ),
            (
                id: "Auditor",
                account: Some("444455556666"),
                trust: r#"{"Version": "2012-10-17", "Statement": [
                    {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole",
                     "Condition": {"StringEquals": {"sts:ExternalId": "agreed-7"}}}]}"#,
            ),
        ],
        iam_users: [(
            id: "backend-user",
            key_in: Some("backend"),
            policies: [(id: "backend", json: r#"{"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": ["sts:*", "cognito-identity:*", "iam:PutRolePolicy", "s3:*"],
                 "Resource": "*"}]}"#)],
        )],
        identity_pools: [(
            id: "identities",
            pool_id: Some("us-east-1:11111111-2222-4333-8444-555555555555"),
            developer_provider: Some("login.photos"),
            authenticated_role: Some("Reader"),
        )],
        buckets: [(id: "photos", objects: [(key: "a.jpg", text: "a")])],
    ),
    chapters: [(title: "Keys", beats: [
        (
            id: "roles",
            title: "Roles",
            caption: "A key becomes a role.",
            actions: [
                GetObject(device: "backend", bucket: "photos", key: "a.jpg"),
                AssumeRole(device: "backend", role: "Reader", session_name: "nightly"),
                GetCallerIdentity(device: "backend"),
                GetSessionToken(device: "backend", credentials: Some(Held("backend", Credentials))),
                AssumeRole(device: "backend", role: "Auditor", session_name: "audit",
                    credentials: Some(Held("backend", LongTermKey))),
                AssumeRole(device: "backend", role: "Auditor", session_name: "audit",
                    external_id: Some("agreed-7"), credentials: Some(Held("backend", LongTermKey))),
            ],
            expect: [
                Refused(by: "sts", code: "AccessDenied", check: Some("Long-term key"),
                    message: Some("Cannot call GetSessionToken with session credentials")),
                Refused(by: "sts/444455556666", code: "AccessDenied",
                    check: Some("Trust policy: ExternalId")),
                Allowed,
            ],
        ),
        (
            id: "vouch",
            title: "A backend vouches",
            caption: "The backend signs Dana in itself.",
            actions: [
                GetDeveloperToken(device: "backend", pool: "identities", user: "dana-7",
                    credentials: Some(Held("backend", LongTermKey))),
                Copy(from: "backend", to: "phone", what: IdentityId),
                Copy(from: "backend", to: "phone", what: PoolToken),
                GetCredentials(device: "phone", pool: "identities",
                    login: Some(Named("cognito-identity.amazonaws.com", Held("phone", PoolToken)))),
                GetObject(device: "phone", bucket: "photos", key: "a.jpg"),
            ],
        ),
        (
            id: "revoke",
            title: "Sessions end",
            caption: "Every session that is older ends.",
            actions: [
                Wait("1m"),
                RevokeSessions(device: "backend", role: "Reader",
                    credentials: Some(Held("backend", LongTermKey))),
                GetObject(device: "phone", bucket: "photos", key: "a.jpg"),
                PutRolePolicy(device: "backend", role: "Reader", policy: "broken", json: "{}",
                    credentials: Some(Held("backend", LongTermKey))),
                GetFederationToken(device: "backend", name: "dana",
                    credentials: Some(Held("backend", LongTermKey))),
                GetObject(device: "backend", bucket: "photos", key: "a.jpg"),
            ],
            expect: [
                Refused(by: "s3", code: "AccessDenied", check: Some("Explicit deny")),
                Refused(by: "sts", code: "MalformedPolicyDocument"),
                Allowed,
                Refused(by: "s3", code: "AccessDenied", check: Some("Session policy")),
            ],
        ),
    ])],
)"##;

#[test]
fn a_story_of_long_term_keys_is_performed_as_it_says() {
    let loaded = load(&Shipped, "keys.ron", STORY.as_bytes());
    let scenario = loaded.unwrap_or_else(|report| panic!("{}", report.render(false)));
    let recording = perform(&scenario, None).unwrap();
    for beat in &recording.beats {
        for verdict in &beat.verdicts {
            let (wanted, found) = (&verdict.expectation, &verdict.found);
            assert!(
                verdict.held,
                "{}: expected {wanted}, found {found}",
                beat.id
            );
        }
    }
}

#[test]
fn names_and_policies_of_users_are_checked() {
    let broken = STORY
        .replace("key_in: Some(\"backend\")", "key_in: Some(\"bakend\")")
        .replace("\"sts:*\"", "\"sts*\"")
        .replace(
            "role: \"Reader\", session_name",
            "role: \"Raeder\", session_name",
        );
    let report = load(&Shipped, "keys.ron", broken.as_bytes()).unwrap_err();
    let text = report.render(false);
    for part in ["did you mean `backend`?", "did you mean `Reader`?", "sts*"] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}
