//! Every shipped scenario, loaded and performed.

mod account;
mod language;
mod library_rules;

use std::sync::OnceLock;

use super::file::Expect;
use super::files::Shipped;
use super::lint::sends_nothing;
use super::{Scenario, library, load, perform};
use crate::recording::{Recording, trace};

/// Every shipped scenario with its recording, performed once for all tests of this file.
fn performed() -> impl Iterator<Item = (&'static Scenario, &'static Recording)> {
    static PERFORMED: OnceLock<Vec<(Scenario, Recording)>> = OnceLock::new();
    let all = PERFORMED.get_or_init(|| library::ALL.iter().map(perform_entry).collect());
    all.iter()
        .map(|(scenario, recording)| (scenario, recording))
}

fn perform_entry(entry: &library::Entry) -> (Scenario, Recording) {
    let scenario = load(&Shipped, entry.path, entry.text.as_bytes())
        .unwrap_or_else(|report| panic!("{}", report.render(false)));
    let recording =
        perform(&scenario, None).unwrap_or_else(|error| panic!("{}: {error}", entry.id));
    (scenario, recording)
}

#[test]
fn every_shipped_scenario_is_performed_with_its_expectations_held() {
    for (scenario, recording) in performed() {
        for beat in &recording.beats {
            for verdict in &beat.verdicts {
                assert!(
                    verdict.held,
                    "{}, {}: expected {}, found {}",
                    scenario.id, beat.id, verdict.expectation, verdict.found
                );
            }
        }
    }
}

/// The opposite of what is expected.
fn inverted(expect: &Expect) -> Expect {
    match expect {
        Expect::Allowed => Expect::Refused {
            by: "sts".to_owned(),
            code: "AccessDenied".to_owned(),
            check: None,
            message: None,
        },
        Expect::Refused { .. } | Expect::Unreachable | Expect::Impossible => Expect::Allowed,
        Expect::Anything => Expect::Impossible,
    }
}

#[test]
fn every_expectation_of_every_shipped_scenario_can_fail() {
    for (scenario, _) in performed() {
        let mut inverse = scenario.clone();
        for act in inverse.beats.iter_mut().flat_map(|beat| &mut beat.acts) {
            if !sends_nothing(&act.action) {
                act.expect = inverted(&act.expect);
            }
        }
        let recording = perform(&inverse, None).unwrap();
        for (beat, performed) in inverse.beats.iter().zip(&recording.beats) {
            for (act, verdict) in beat.acts.iter().zip(&performed.verdicts) {
                assert_eq!(
                    verdict.held,
                    sends_nothing(&act.action),
                    "{}, {}: {verdict:?}",
                    scenario.id,
                    beat.id
                );
            }
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_gives_others() {
    let entry = library::ALL[0];
    let scenario = load(&Shipped, entry.path, entry.text.as_bytes()).unwrap();
    let bytes = |seed| {
        let recording = perform(&scenario, Some(seed)).unwrap();
        trace::lines(&recording).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(bytes(7), bytes(7));
    assert_ne!(bytes(7), bytes(8));
}

#[test]
fn what_is_true_at_each_beat_does_not_depend_on_the_order_of_asking() {
    for (scenario, recording) in performed() {
        let hash = |beat| trace::state_hash(recording, beat);
        let forward: Vec<String> = recording.beats.iter().map(hash).collect();
        let mut backward: Vec<String> = recording.beats.iter().rev().map(hash).collect();
        backward.reverse();
        assert_eq!(forward, backward);
        assert!(
            forward.windows(2).any(|pair| pair[0] != pair[1]),
            "{}",
            scenario.id
        );
    }
}

/// A scenario of one beat in the first story's world, behind its beat `until`.
fn after(until: &str, actions: &str, expect: &str) -> String {
    format!(
        "(id: \"t\", title: \"T\", summary: \"s\", extends: \"facebook-to-s3\", until: \"{until}\", \
         chapters: [(title: \"c\", beats: [(id: \"x\", title: \"X\", caption: \"c\", \
         actions: [{actions}], expect: [{expect}])])])"
    )
}

/// The verdicts of its last beat.
fn verdicts(text: &str) -> Vec<crate::recording::Verdict> {
    let scenario = load(&Shipped, "t.ron", text.as_bytes())
        .unwrap_or_else(|report| panic!("{}", report.render(false)));
    perform(&scenario, None)
        .unwrap()
        .beats
        .pop()
        .unwrap()
        .verdicts
}

fn holds(until: &str, actions: &str, expect: &str) {
    for verdict in verdicts(&after(until, actions, expect)) {
        assert!(verdict.held, "{actions}: {verdict:?}");
    }
}

const GET_ID: &str = r#"GetId(device: "phone", pool: "identities", login: UserPool("users", Held("phone", IdToken)))"#;
const OWN_PHOTO: &str =
    r#"GetObject(device: "phone", bucket: "photo-box", key: "{phone.identity_id}/beach.jpg")"#;

#[test]
fn a_tampered_token_is_refused_whatever_was_done_to_it() {
    for how in [
        r#"SetClaim("sub", "somebody-else")"#,
        "AlgNone",
        "FlipByte(Signature, 3)",
        "OtherKey",
    ] {
        let tamper = format!(r#"Tamper(device: "phone", what: IdToken, how: {how})"#);
        let refused = r#"Refused(by: "identities", code: "NotAuthorizedException")"#;
        holds("tokens", &format!("{tamper}, {GET_ID}"), refused);
    }
}

#[test]
fn a_wrong_clock_is_noticed_and_a_device_offline_reaches_nobody() {
    let skewed = format!(r#"SkewClock(device: "phone", by: "20m"), {OWN_PHOTO}"#);
    holds(
        "upload",
        &skewed,
        r#"Refused(by: "s3", code: "RequestTimeTooSkewed")"#,
    );
    let offline = format!(r#"GoOffline(device: "phone"), {OWN_PHOTO}"#);
    holds("upload", &offline, "Unreachable");
    let back = format!(r#"GoOffline(device: "phone"), GoOnline(device: "phone"), {OWN_PHOTO}"#);
    holds("upload", &back, "Allowed");
}

#[test]
fn altered_and_expired_credentials_are_refused() {
    let tamper = r#"Tamper(device: "phone", what: Credentials, how: FlipByte(Payload, 30))"#;
    let refused = r#"Refused(by: "s3", code: "InvalidToken")"#;
    holds("upload", &format!("{tamper}, {OWN_PHOTO}"), refused);
    let refused = r#"Refused(by: "s3", code: "ExpiredToken")"#;
    holds("upload", &format!(r#"Wait("61m"), {OWN_PHOTO}"#), refused);
}

#[test]
fn a_code_is_worth_nothing_without_the_verifier_and_nothing_twice() {
    let wrong = r#"RedeemCode(device: "phone", verifier: "another-verifier-of-at-least-forty-three-chars")"#;
    holds(
        "broker",
        wrong,
        r#"Refused(by: "users", code: "invalid_grant")"#,
    );
    let again = r#"RedeemCode(device: "phone")"#;
    holds(
        "tokens",
        again,
        r#"Refused(by: "users", code: "invalid_grant")"#,
    );
}

#[test]
fn any_http_request_can_be_sent_signed_or_not() {
    let url = "https://photo-box.s3.us-east-1.amazonaws.com/{phone.identity_id}/beach.jpg";
    let signed =
        format!(r#"Request(device: "phone", method: "GET", url: "{url}", sign_for: "s3")"#);
    holds("upload", &signed, "Allowed");
    let unsigned = format!(r#"Request(device: "phone", method: "GET", url: "{url}")"#);
    holds(
        "upload",
        &unsigned,
        r#"Refused(by: "s3", code: "AccessDenied")"#,
    );
}

#[test]
fn what_is_not_held_is_a_verdict_and_not_a_panic() {
    let verdicts = verdicts(&after("open", GET_ID, ""));
    assert!(!verdicts[0].held);
    assert_eq!(verdicts[0].found, "Dana's phone holds no ID token");
}

#[test]
fn a_step_that_fails_is_no_refusal() {
    let refused = r#"Refused(by: "identities", code: "NotAuthorizedException")"#;
    assert!(!verdicts(&after("open", GET_ID, refused))[0].held);
}

/// A scenario of one beat in a world with a user pool, an identity pool and an administrator.
fn at_the_pool(pool: &str, actions: &[&str], expect: &str) -> String {
    let world = r##"accounts: [(id: "111122223333")],
        people: [
            (id: "mia", name: "Mia", email: "mia@example.com", passwords: {"users": "Visibly-made-up-2"}),
            (id: "ben", name: "Ben", email: "ben@example.com", passwords: {"users": "Visibly-made-up-3"}),
        ],
        devices: [(id: "laptop", name: "Laptop", kind: Laptop, owner: "mia"),
                  (id: "thief", name: "Thief", kind: Laptop)],
        roles: [(id: "Admin", trust: r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
            "Principal": {"Federated": "cognito-identity.amazonaws.com"},
            "Action": "sts:AssumeRoleWithWebIdentity"}]}"#,
            policies: [(id: "Users", json: r#"{"Version": "2012-10-17", "Statement": [{"Effect":
            "Allow", "Action": "cognito-idp:AdminCreateUser", "Resource": "*"}]}"#)])],
        identity_pools: [(id: "identities", authenticated_role: "Admin",
            logins: [UserPool(pool: "users", client: "app")])],"##;
    let actions = actions.join(", ");
    format!(
        "(id: \"t\", title: \"T\", summary: \"s\", world: ({world} user_pools: [(id: \"users\", {pool}, \
         users: [(person: \"mia\")])]), chapters: [(title: \"c\", beats: [(id: \"x\", title: \"X\", \
         caption: \"c\", actions: [{actions}], expect: [{expect}])])])"
    )
}

fn pool_holds(pool: &str, actions: &[&str], expect: &str) {
    for verdict in verdicts(&at_the_pool(pool, actions, expect)) {
        assert!(verdict.held, "{actions:?}: {verdict:?}");
    }
}

const PLAIN_POOL: &str = r#"clients: [(id: "app")]"#;
const PASSWORD_SIGN_IN: &str = r#"SignIn(device: "laptop", client: "app", person: "mia")"#;
const GET_MIA: &str = r#"GetUser(device: "laptop")"#;

#[test]
fn a_person_signs_in_with_a_password_that_does_not_travel() {
    let srp = r#"SignInWithSrp(device: "laptop", client: "app", person: "mia")"#;
    pool_holds(PLAIN_POOL, &[srp, GET_MIA], "Allowed, Allowed");
    let wrong = r#"SignInWithSrp(device: "laptop", client: "app", person: "mia", password: "x")"#;
    let refused =
        r#"Refused(by: "users", code: "NotAuthorizedException", check: "Password proof")"#;
    pool_holds(PLAIN_POOL, &[wrong], refused);
}

#[test]
fn a_person_sets_up_an_authenticator_app_and_is_asked_for_its_code() {
    let pool = r#"clients: [(id: "app")], mfa: Optional"#;
    let set_up = r#"SetUpAuthenticator(device: "laptop")"#;
    let enter = r#"EnterAuthenticatorCode(device: "laptop", client: "app", person: "mia")"#;
    let steps = [
        PASSWORD_SIGN_IN,
        set_up,
        r#"Wait("1m")"#,
        PASSWORD_SIGN_IN,
        enter,
        GET_MIA,
    ];
    pool_holds(pool, &steps, "Allowed, Allowed, Allowed");
    let wrong =
        r#"EnterAuthenticatorCode(device: "laptop", client: "app", person: "mia", code: "12345x")"#;
    let steps = [PASSWORD_SIGN_IN, set_up, PASSWORD_SIGN_IN, wrong];
    let refused = r#"Refused(by: "users", code: "CodeMismatchException")"#;
    pool_holds(pool, &steps, refused);
    let refused = r#"Refused(by: "users", code: "SoftwareTokenMFANotFoundException")"#;
    pool_holds(PLAIN_POOL, &[PASSWORD_SIGN_IN, set_up], refused);
    assert!(!verdicts(&at_the_pool(PLAIN_POOL, &[enter], ""))[0].held);
}

#[test]
fn a_person_sets_a_new_password_with_the_code_from_the_mail() {
    let forgot = r#"ForgotPassword(device: "laptop", client: "app", person: "mia")"#;
    let confirm = r#"ConfirmForgotPassword(device: "laptop", client: "app", person: "mia", password: "Made-up-anew-4")"#;
    let sign_in =
        r#"SignIn(device: "laptop", client: "app", person: "mia", password: "Made-up-anew-4")"#;
    pool_holds(
        PLAIN_POOL,
        &[forgot, confirm, sign_in],
        "Allowed, Allowed, Allowed",
    );
    let late = [forgot, r#"Wait("61m")"#, confirm];
    let refused = r#"Refused(by: "users", code: "ExpiredCodeException")"#;
    pool_holds(PLAIN_POOL, &late, refused);
}

#[test]
fn where_refresh_tokens_rotate_a_stolen_one_gives_itself_away() {
    let pool = r#"clients: [(id: "app", rotation: "0s")]"#;
    let copy = r#"Copy(from: "laptop", to: "thief", what: RefreshToken)"#;
    let own = r#"GetTokensFromRefreshToken(device: "laptop", client: "app")"#;
    let stolen = r#"GetTokensFromRefreshToken(device: "thief", client: "app")"#;
    let expect = r#"Allowed, Refused(by: "users", code: "RefreshTokenReuseException"), Allowed"#;
    pool_holds(pool, &[PASSWORD_SIGN_IN, copy, own, stolen, own], expect);
    let old_way = r#"RefreshTokens(device: "laptop", client: "app")"#;
    let refused =
        r#"Refused(by: "users", code: "InvalidParameterException", check: "No rotation")"#;
    pool_holds(pool, &[PASSWORD_SIGN_IN, old_way], refused);
}

#[test]
fn sign_ins_end_one_by_one_or_all_at_once() {
    let refresh = r#"RefreshTokens(device: "laptop", client: "app")"#;
    let revoke = r#"RevokeToken(device: "laptop", client: "app")"#;
    let everywhere = r#"GlobalSignOut(device: "laptop")"#;
    let refused =
        r#"Allowed, Refused(by: "users", code: "NotAuthorizedException", check: "Not revoked")"#;
    for end in [revoke, everywhere] {
        pool_holds(PLAIN_POOL, &[PASSWORD_SIGN_IN, end, refresh], refused);
        pool_holds(PLAIN_POOL, &[PASSWORD_SIGN_IN, end, GET_MIA], refused);
    }
}

#[test]
fn an_administrator_makes_a_user_who_replaces_the_temporary_password() {
    let login = r#"login: UserPool("users", Held("laptop", IdToken))"#;
    let get_id = format!(r#"GetId(device: "laptop", pool: "identities", {login})"#);
    let lend = format!(r#"GetCredentials(device: "laptop", pool: "identities", {login})"#);
    let make = r#"AdminCreateUser(device: "laptop", pool: "users", person: "ben", temporary_password: "For-now-only-5")"#;
    let sign_in =
        r#"SignIn(device: "thief", client: "app", person: "ben", password: "For-now-only-5")"#;
    let choose = r#"ChooseNewPassword(device: "thief", client: "app", person: "ben", password: "Bens-own-6")"#;
    let steps = [
        PASSWORD_SIGN_IN,
        &get_id,
        &lend,
        make,
        sign_in,
        choose,
        r#"GetUser(device: "thief")"#,
    ];
    pool_holds(PLAIN_POOL, &steps, "Allowed, Allowed, Allowed, Allowed");
    let nothing = at_the_pool(PLAIN_POOL, &[make], "");
    assert_eq!(
        verdicts(&nothing)[0].found,
        "Laptop holds no AWS credentials"
    );
}

#[test]
fn names_that_these_actions_mistype_are_pointed_at() {
    let text = at_the_pool(
        PLAIN_POOL,
        &[r#"AdminCreateUser(device: "laptop", pool: "user", person: "bn")"#],
        "",
    );
    let report = load(&Shipped, "t.ron", text.as_bytes())
        .unwrap_err()
        .render(false);
    assert!(report.contains("there is no user pool `user`"), "{report}");
    assert!(report.contains("there is no person `bn`"), "{report}");
}

#[test]
fn the_functions_of_a_pool_decide_about_sign_ups_and_tokens() {
    let pool = r#"clients: [(id: "app")], groups: [(id: "staff")], triggers: (
        pre_sign_up: (allowed_domains: ["corp.example"]), migrate_user: ["ben"],
        pre_token_generation: (add: {"tenant": "north"}))"#;
    let sign_up = r#"SignUp(device: "thief", client: "app", person: "ben")"#;
    let refused = r#"Refused(by: "users", code: "UserLambdaValidationException",
        check: "Pre sign-up function")"#;
    pool_holds(pool, &[sign_up], refused);
    let migrated = r#"SignIn(device: "thief", client: "app", person: "ben")"#;
    let tenant = r#"Request(device: "thief", method: "GET",
        url: "https://cognito-idp.us-east-1.amazonaws.com/{thief.id_token.tenant}")"#;
    let url = |text: &str| {
        let scenario = load(&Shipped, "t.ron", text.as_bytes()).unwrap();
        let recording = perform(&scenario, None).unwrap();
        let last = recording.exchanges.last().unwrap();
        last.request.url.clone()
    };
    let text = at_the_pool(pool, &[migrated, tenant], "");
    assert!(url(&text).ends_with("/north"), "{}", url(&text));
}

#[test]
fn a_pool_with_an_impossible_grace_or_group_is_pointed_at() {
    let pool = r#"clients: [(id: "app", rotation: "61s")],
        triggers: (post_confirmation: (add_to_group: "ghosts"), migrate_user: ["bn"])"#;
    let text = at_the_pool(pool, &[PASSWORD_SIGN_IN], "");
    let report = load(&Shipped, "t.ron", text.as_bytes())
        .unwrap_err()
        .render(false);
    for what in [
        "0s to 60s",
        "there is no group `ghosts`",
        "there is no person `bn`",
    ] {
        assert!(report.contains(what), "{what}: {report}");
    }
}
