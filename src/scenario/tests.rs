//! Every shipped scenario, loaded and performed.

use super::action::Action;
use super::file::Expect;
use super::files::Shipped;
use super::{library, load, perform};
use crate::recording::trace;

#[test]
fn every_shipped_scenario_is_performed_with_its_expectations_held() {
    for entry in library::ALL {
        let scenario = load(&Shipped, entry.path, entry.text.as_bytes())
            .unwrap_or_else(|report| panic!("{}", report.render(false)));
        assert_eq!(scenario.id, entry.id);
        let recording = perform(&scenario, None).unwrap();
        for beat in &recording.beats {
            for verdict in &beat.verdicts {
                assert!(
                    verdict.held,
                    "{}, {}: expected {}, found {}",
                    entry.id, beat.id, verdict.expectation, verdict.found
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
        Expect::Refused { .. } | Expect::Unreachable => Expect::Allowed,
    }
}

#[test]
fn every_expectation_of_every_shipped_scenario_can_fail() {
    for entry in library::ALL {
        let mut scenario = load(&Shipped, entry.path, entry.text.as_bytes()).unwrap();
        for act in scenario.beats.iter_mut().flat_map(|beat| &mut beat.acts) {
            let changes_the_world_only = matches!(act.action, Action::Wait(_));
            if !changes_the_world_only {
                act.expect = inverted(&act.expect);
            }
        }
        let recording = perform(&scenario, None).unwrap();
        for (beat, performed) in scenario.beats.iter().zip(&recording.beats) {
            for (act, verdict) in beat.acts.iter().zip(&performed.verdicts) {
                let waits = matches!(act.action, Action::Wait(_));
                assert_eq!(
                    verdict.held, waits,
                    "{}, {}: {verdict:?}",
                    entry.id, beat.id
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
    for entry in library::ALL {
        let scenario = load(&Shipped, entry.path, entry.text.as_bytes()).unwrap();
        let recording = perform(&scenario, None).unwrap();
        let hash = |beat| trace::state_hash(&recording, beat);
        let forward: Vec<String> = recording.beats.iter().map(hash).collect();
        let mut backward: Vec<String> = recording.beats.iter().rev().map(hash).collect();
        backward.reverse();
        assert_eq!(forward, backward);
        assert!(
            forward.windows(2).any(|pair| pair[0] != pair[1]),
            "{}",
            entry.id
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
