//! The inspector's views as a person finds them: by the names of what is on them.

use super::*;
use crate::cloud::ledger::{ArtifactKind, ArtifactValue};
use crate::gui::view::looking::Inspected;
use crate::inspect::Subject;

/// Tall enough that nothing has to be scrolled to.
const TALL: Vec2 = Vec2::new(1600.0, 6_000.0);

/// A window at the end of the story, looking at something.
fn looking_at(text: &str) -> Harness<'static, Desk> {
    let mut model = staged();
    model.apply(Command::Playback(PlaybackCommand::End));
    let recording = &model.loaded.as_ref().unwrap().recording;
    let subject = Subject::parse(text, recording, recording.end().beat).unwrap();
    model.apply(Command::Select(subject));
    window(model, TALL)
}

fn click(harness: &mut Harness<'static, Desk>, label: &str) {
    harness.get_by_label(label).click();
    harness.run_steps(3);
}

fn of_kind(recording: &Recording, kind: ArtifactKind) -> String {
    let mut all = recording.artifacts.iter();
    match &all.rfind(|it| it.kind == kind).unwrap().value {
        ArtifactValue::Text(text) => text.clone(),
        ArtifactValue::Credentials(value) => value.secret_access_key.clone(),
    }
}

fn refused_decision(model: &Model) -> Subject {
    let recording = &model.loaded.as_ref().unwrap().recording;
    let refused = recording
        .decisions
        .iter()
        .position(|it| !it.explanation.is_allowed());
    Subject::Decision(refused.unwrap() as u32)
}

#[test]
fn a_token_shows_its_text_its_claims_who_checks_them_and_its_keys() {
    let mut harness = looking_at("artifact:id_token");
    for label in [
        "Raw",
        "Header",
        "Claims",
        "Verify it outside",
        "Signature valid",
    ] {
        harness.get_by_label(label);
    }
    assert!(
        harness
            .query_all_by_label_contains("Checked by Identity pool")
            .count()
            > 2
    );
    assert!(
        harness
            .query_all_by_label_contains("Whom it is for")
            .count()
            > 0
    );
    let raw = harness.query_all_by_label("Raw").next().unwrap().rect();
    let claims = harness.query_all_by_label("Header").next().unwrap().rect();
    assert!(
        (raw.top() - claims.top()).abs() < 2.0,
        "not side by side: {raw:?} {claims:?}"
    );
    click(&mut harness, "Verify with: Python");
    let outside = harness.state().model.looking.outside.clone().unwrap();
    assert!(outside.starts_with("python3"), "{outside}");
    click(&mut harness, "Show the issuer's keys");
    harness.get_by_label("Public keys");
    harness.get_by_label("Copy JWKS");
}

#[test]
fn what_is_copied_is_the_exact_text_and_the_button_says_so() {
    let mut harness = looking_at("artifact:id_token");
    click(&mut harness, "Copy raw");
    let token = of_kind(&story(), ArtifactKind::IdToken);
    assert_eq!(harness.state().effects, [Effect::Copy(token)]);
    harness.get_by_label("Copied");
}

#[test]
fn secrets_are_hidden_until_asked_for_and_the_signature_is_made_again() {
    let mut harness = looking_at("artifact:credentials");
    let secret = of_kind(&story(), ArtifactKind::Credentials);
    let shown =
        |harness: &Harness<'static, Desk>| harness.query_all_by_label_contains(&secret).count();
    assert_eq!(shown(&harness), 0);
    click(&mut harness, "Show secrets");
    assert!(shown(&harness) > 0);
    click(&mut harness, "Hide secrets");
    harness
        .query_all_by_label_contains("Go to GetItem")
        .next()
        .unwrap()
        .click();
    harness.run_steps(3);
    harness.get_by_label("Made again from the bytes: the same signature");
    harness.get_by_label("1 · Canonical request");
    harness.get_by_label("kSigning");
}

#[test]
fn a_request_is_shown_as_tree_and_raw_and_written_for_three_tools() {
    let mut harness = looking_at("exchange:0");
    let recording = story();
    let get_id = recording
        .exchanges
        .iter()
        .find(|it| it.operation == "GetId")
        .unwrap();
    harness
        .state_mut()
        .model
        .apply(Command::Select(Selection::Exchange(get_id.id)));
    harness.run_steps(3);
    harness.get_by_label("Request as sent");
    harness.get_by_label("Response as sent");
    harness.get_by_label("IdentityPoolId:");
    click(&mut harness, "Bodies: Raw");
    assert_eq!(harness.query_all_by_label("IdentityPoolId:").count(), 0);
    click(&mut harness, "Write it for: boto3");
    let (_, written) = harness.state().model.looking.written.clone().unwrap();
    assert!(written.contains("client.get_id("), "{written}");
}

#[test]
fn a_refusal_shows_what_aws_prints_and_what_it_does_not_tell() {
    let mut model = staged();
    model.apply(Command::Playback(PlaybackCommand::End));
    let refused = refused_decision(&model);
    model.apply(Command::Select(refused));
    let harness = window(model, TALL);
    for label in [
        "What AWS prints",
        "What AWS does not tell you",
        "Order of evaluation",
    ] {
        harness.get_by_label(label);
    }
    assert!(harness.query_all_by_label_contains("settled at").count() == 1);
    assert!(
        harness
            .query_all_by_label_contains("does not match")
            .count()
            > 0
    );
}

#[test]
fn a_value_is_followed_with_one_key_and_let_go_with_another() {
    let mut harness = looking_at("artifact:identity_id");
    let identity = of_kind(&story(), ArtifactKind::IdentityId);
    let label = format!("Follow {identity}");
    harness.query_all_by_label(&label).next().unwrap().click();
    harness.run_steps(3);
    let following = |harness: &Harness<'static, Desk>| {
        let following = harness.state().model.looking.following.as_ref();
        following.map(|it| (it.at, it.trail.places.len()))
    };
    let (at, count) = following(&harness).unwrap();
    assert!(at.is_none() && count > 5, "{at:?} of {count}");
    let beat = |harness: &Harness<'static, Desk>| {
        harness.state().model.loaded.as_ref().unwrap().frame.beat
    };
    press(&mut harness, Modifiers::NONE, Key::N);
    let first = beat(&harness);
    assert_eq!(following(&harness).unwrap().0, Some(0));
    for _ in 1..count {
        press(&mut harness, Modifiers::NONE, Key::N);
    }
    assert!(beat(&harness) > first);
    press(&mut harness, Modifiers::NONE, Key::N);
    assert_eq!(following(&harness).unwrap().0, Some(0), "it goes round");
    press(&mut harness, Modifiers::SHIFT, Key::N);
    assert_eq!(following(&harness).unwrap().0, Some(count - 1));
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(following(&harness).is_none());
    assert!(harness.state().model.selection.is_some());
}

#[test]
fn a_view_is_worked_out_once_and_not_for_every_picture() {
    for text in [
        "artifact:id_token",
        "artifact:credentials",
        "exchange:5",
        "decision:0",
        "actor:sts",
    ] {
        let mut harness = looking_at(text);
        let before = harness.state().model.looking.worked_out;
        harness.run_steps(20);
        assert_eq!(harness.state().model.looking.worked_out, before, "{text}");
        // Only somebody's state depends on the moment
        harness
            .state_mut()
            .model
            .apply(Command::Playback(PlaybackCommand::JumpBeat(3)));
        let again = harness.state().model.looking.worked_out - before;
        assert_eq!(again, u32::from(text.starts_with("actor")), "{text}");
    }
}

#[test]
fn every_view_of_everything_can_be_shown_at_any_size_and_names_its_controls() {
    use egui_kittest::kittest::NodeT as _;
    let recording = story();
    let artifacts = recording
        .artifacts
        .iter()
        .map(|it| Subject::Artifact(it.id));
    let exchanges = recording
        .exchanges
        .iter()
        .map(|it| Subject::Exchange(it.id));
    let actors = recording
        .actors
        .iter()
        .map(|it| Subject::Actor(it.id.clone()));
    let decisions = (0..recording.decisions.len() as u32).map(Subject::Decision);
    let keys = (0..recording.keys.len() as u32).map(Subject::Keys);
    let all = artifacts
        .chain(exchanges)
        .chain(actors)
        .chain(decisions)
        .chain(keys);
    for (at, subject) in all.enumerate() {
        let mut model = staged();
        model.apply(Command::Playback(PlaybackCommand::End));
        model.apply(Command::Select(subject.clone()));
        assert!(
            !matches!(model.looking.inspected, Inspected::Nothing)
                || matches!(subject, Subject::Artifact(_))
        );
        let size = if at % 2 == 0 {
            vec2(1024.0, 640.0)
        } else {
            vec2(1920.0, 1080.0)
        };
        let harness = window(model, size);
        for node in harness.query_all_by_role(bevy_egui::egui::accesskit::Role::Button) {
            let label = node.accesskit_node().label().unwrap_or_default();
            assert!(!label.trim().is_empty(), "{subject:?} {:?}", node.rect());
        }
    }
}
