//! Actions inserted, replaced and left out, and what the recording says about it.

use super::{at, branch, change, shares_prefix, stopped, story, try_branch};
use crate::scenario::change::{Change, Input, Offer, Placed, Target};
use crate::scenario::{Performance, Watch};

fn stops(id: &str, moment: &str, text: &str) -> String {
    let parent = story(id);
    let branch = branch(&parent, moment, text);
    assert!(shares_prefix(parent.recording(), branch.recording()));
    stopped(&parent, &branch)
}

#[test]
fn an_action_left_out_is_missed_by_what_needs_it() {
    for (id, moment, outcome) in [
        (
            "facebook-to-s3",
            "credentials",
            "Dana's phone holds no AWS credentials",
        ),
        (
            "sts-directly",
            "assume",
            "Lena's phone holds no AWS credentials",
        ),
        (
            "classic-flow",
            "pool-token",
            "Ravi's phone holds no identity pool token",
        ),
    ] {
        assert_eq!(stops(id, moment, "LeaveOut"), outcome, "{id}");
    }
}

#[test]
fn another_action_in_place_of_one_is_judged_by_its_expectation() {
    let text = r#"Replace(GetObject(device: "phone", bucket: "photo-box", key: "{identity.omar}/beach.jpg"))"#;
    let found = stops("facebook-to-s3", "own-photo", text);
    assert_eq!(found, "s3 AccessDenied Permissions policy");
    let text = r#"Replace(GetId(device: "phone", pool: "identities"))"#;
    let found = stops("facebook-to-s3", "identity", text);
    assert_eq!(found, "identities NotAuthorizedException Guest access");
    let text =
        r#"Replace(SignIn(device: "laptop", client: "app", person: "mia", password: "wrong"))"#;
    let found = stops("user-pool-sign-up", "sign-in", text);
    assert_eq!(found, "users NotAuthorizedException Password");
}

#[test]
fn an_inserted_action_that_is_refused_is_the_first_difference() {
    for (id, moment, text, outcome) in [
        (
            "facebook-to-s3",
            "upload",
            r#"Do(GetObject(device: "phone", bucket: "photo-box", key: "{identity.omar}/beach.jpg"))"#,
            "s3 AccessDenied Permissions policy",
        ),
        (
            "come-in-as-a-guest",
            "map",
            r#"Do(ListObjects(device: "phone", bucket: "museum"))"#,
            "s3 AccessDenied Permissions policy",
        ),
        (
            "google-to-dynamodb",
            "write",
            r#"Do(GetItem(device: "phone", table: "Nowhere", key: {"UserId": S("x")}))"#,
            "dynamodb AccessDeniedException Permissions policy",
        ),
    ] {
        assert_eq!(stops(id, moment, text), outcome, "{id}");
    }
}

#[test]
fn a_stolen_thing_works_in_the_attackers_hands() {
    let parent = story("facebook-to-s3");
    let text = r#"Message(device: "phone", operation: "GetCredentialsForIdentity", part: Response, fate: Steal("attacker"))"#;
    let stolen = branch(&parent, "credentials", text);
    let text = r#"Do(GetObject(device: "attacker", bucket: "photo-box", key: "{phone.identity_id}/beach.jpg"))"#;
    let used = branch(&stolen, "omars-photo", text);
    let mut exchanges = used.recording().exchanges.iter();
    let read = exchanges.find(|it| it.from.as_str() == "attacker").unwrap();
    assert_eq!(
        (read.operation.as_str(), read.response.status),
        ("GetObject", 200)
    );
    assert_eq!(read.response.body.text(), Some("Dana at the beach"));
    assert_eq!(stopped(&parent, &used), "allowed");
}

#[test]
fn what_the_learner_did_is_in_the_recording_at_its_place() {
    let parent = story("facebook-to-s3");
    let branch = branch(
        &parent,
        "own-photo/1",
        r#"Do(SkewClock(device: "phone", by: "20m"))"#,
    );
    let recording = branch.recording();
    let [done] = recording.interventions.as_slice() else {
        panic!("{:?}", recording.interventions);
    };
    let next = recording.exchange(done.before).unwrap();
    assert_eq!(next.operation, "ListObjectsV2");
    assert_eq!(done.says, "the clock of phone is off by 20m");
    assert_eq!(done.actor.as_ref().unwrap().as_str(), "phone");
    assert!(parent.recording().interventions.is_empty());
    let lines: Vec<String> = crate::recording::trace::lines(recording).collect();
    let of_type = |name: &str| {
        let start = format!("{{\"type\":\"{name}\"");
        lines.iter().position(|line| line.starts_with(&start))
    };
    assert!(of_type("intervention").is_some());
    assert!(lines[0].contains("\"branch\":{\"parent\":\"facebook-to-s3\""));
}

#[test]
fn a_branch_of_a_branch_keeps_the_earlier_change() {
    let parent = story("facebook-to-s3");
    let first = branch(
        &parent,
        "upload",
        r#"Do(SkewClock(device: "phone", by: "20m"))"#,
    );
    let second = branch(&first, "credentials", r#"Do(Wait("5m"))"#);
    assert_eq!(stopped(&parent, &first), "s3 RequestTimeTooSkewed Clock");
    assert_eq!(stopped(&parent, &second), "s3 RequestTimeTooSkewed Clock");
    assert_eq!(stopped(&first, &second), "allowed");
    assert_eq!(second.changes().len(), 2);
    assert_eq!(second.cause(), "the clock of phone is off by 20m, 5m later");
}

#[test]
fn a_cancelled_branch_ends_at_once() {
    let parent = story("facebook-to-s3");
    let watch = Watch::new();
    watch.cancel();
    let placed = Placed {
        at: at("identity"),
        change: Change::LeaveOut,
    };
    let error = parent.branch(placed, &watch).unwrap_err();
    assert_eq!(error.to_string(), "cancelled");
}

#[test]
fn every_moment_of_the_recording_has_its_place_in_the_script() {
    let parent = story("facebook-to-s3");
    for exchange in &parent.recording().exchanges {
        let at = parent.at_exchange(exchange.id);
        let beat = &parent.recording().beats[exchange.beat as usize];
        assert_eq!(at.beat, beat.id);
        let (_, action) = at.find(parent.scenario()).unwrap();
        assert_eq!(parent.after_exchange(exchange.id).action, action + 1);
    }
    let list = parent.recording().exchanges.iter();
    let list = list.filter(|it| it.operation == "ListObjectsV2");
    let places: Vec<_> = list.map(|it| parent.at_exchange(it.id)).collect();
    assert_eq!(places, [at("own-photo/1")]);
}

/// Every offer for everything at some moments of a story: it can be made, or says why not.
fn offers_of(parent: &Performance, moment: &str) -> (usize, usize) {
    let moment = at(moment);
    let recording = parent.recording();
    let actors = recording
        .actors
        .iter()
        .map(|it| Target::Actor(it.id.clone()));
    let things = recording.artifacts.iter().map(|it| Target::Artifact(it.id));
    let offers: Vec<_> = actors
        .chain(things)
        .flat_map(|target| parent.offers(&moment, &target))
        .collect();
    let hindered = offers.iter().filter(|it| it.hindrance.is_some()).count();
    // What is to be filled in changes nothing before it is
    let complete = |it: &&Offer| it.hindrance.is_none() && it.input == Input::None;
    for offer in offers.iter().filter(complete) {
        let placed = Placed {
            at: offer.at.clone(),
            change: offer.change.clone(),
        };
        if let Err(error) = parent.branch(placed, &Watch::new()) {
            panic!("{}: {error}", offer.label);
        }
    }
    (offers.len(), hindered)
}

#[test]
fn whatever_is_offered_can_be_made_or_says_why_it_changes_nothing() {
    for (id, moment) in [
        ("facebook-to-s3", "credentials"),
        ("come-in-as-a-guest", "map"),
        ("user-pool-sign-up", "get-user"),
    ] {
        let (all, hindered) = offers_of(&story(id), moment);
        assert!(
            all > 10 && hindered > 0 && hindered < all,
            "{id}: {all} {hindered}"
        );
    }
}

#[test]
fn every_message_of_a_device_can_be_changed_and_none_inside_aws() {
    let parent = story("facebook-to-s3");
    for exchange in &parent.recording().exchanges {
        let offers = parent.offers(&at("open"), &Target::Exchange(exchange.id));
        let own = exchange.from.as_str() == "phone";
        assert!(offers.len() >= 7);
        for offer in offers {
            assert_eq!(
                offer.hindrance.is_none(),
                own,
                "{}: {}",
                exchange.operation,
                offer.label
            );
        }
    }
}

#[test]
fn changes_are_written_as_they_are_read() {
    for text in [
        "LeaveOut",
        r#"Do(Wait("2h"))"#,
        r#"Write(device: "phone", operation: "GetId", edits: [Rename("Logins.*", "x"), Set("a", "{phone.id_token}")])"#,
        r#"Role(role: "R", becomes: Policy("P", "{}"))"#,
        r#"User(pool: "users", user: "dana", becomes: SignedOut)"#,
        r#"Message(device: "phone", operation: "GetId", part: Response, fate: Delay("20m"))"#,
    ] {
        let read = change(text);
        let written = ron::to_string(&read).unwrap();
        assert_eq!(change(&written), read, "{written}");
    }
    assert!(try_branch(&story("facebook-to-s3"), "nowhere", "LeaveOut").is_err());
}
