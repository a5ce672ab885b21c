//! Branches as a person or a screen reader finds them in the window.

use bevy_egui::egui::{Key, Modifiers, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use super::{at, give, pick};
use crate::gui::view::branches::Branching;
use crate::gui::view::commands::Dialog;
use crate::gui::view::model::{Effect, Model};
use crate::gui::view::{install, show_in};

fn window(model: Model, size: Vec2) -> Harness<'static, Model> {
    let mut installed = false;
    let mut harness = Harness::builder().with_size(size).build_ui_state(
        move |ui, model: &mut Model| {
            if !installed {
                install(ui.ctx(), model);
                installed = true;
                return;
            }
            for command in show_in(ui, model) {
                for effect in model.apply(command) {
                    if let Effect::Perform(errand) = effect {
                        model.performed(errand.perform());
                    }
                }
            }
        },
        model,
    );
    harness.run_steps(3);
    harness
}

const USUAL: Vec2 = vec2(1280.0, 720.0);

#[test]
fn the_right_button_lists_what_applies_and_why_the_rest_would_change_nothing() {
    let mut harness = window(at("facebook-to-s3", "credentials"), USUAL);
    harness
        .get_by_label_contains("ID token held by")
        .click_secondary();
    harness.run_steps(4);
    harness.get_by_label_contains("What to change about");
    harness.get_by_label("Set alg to none").click();
    harness.run_steps(4);
    assert_eq!(harness.state().branching.rows(), 2);
    harness.get_by_label_contains("Branch alg of the ID token is none, on stage");
    harness.get_by_label("Branch Original").click();
    harness.run_steps(4);
    let tree = harness.state().branching.tree().unwrap();
    assert_eq!(tree.active().unwrap().name, "Original");
}

#[test]
fn what_would_change_nothing_is_greyed_with_the_reason() {
    let mut model = at("facebook-to-s3", "identity");
    model.apply(crate::gui::view::Command::Playback(
        crate::stage::playback::PlaybackCommand::End,
    ));
    let mut harness = window(model, USUAL);
    harness
        .get_by_label_contains("ID token held by")
        .click_secondary();
    harness.run_steps(4);
    let node = harness.get_by_label("Set alg to none");
    let node = node.accesskit_node();
    let why = node.description().unwrap_or_default();
    assert!(why.contains("does not use the ID token"), "{why}");
    assert!(node.is_disabled());
    harness.get_by_label("Set alg to none").click();
    harness.run_steps(3);
    assert_eq!(harness.state().branching.rows(), 1);
    harness.get_by_label_contains("Go back to beat");
}

#[test]
fn keys_open_the_menu_walk_it_and_leave_it() {
    let mut model = at("facebook-to-s3", "credentials");
    let chosen = super::called(&model, "phone");
    model.apply(crate::gui::view::Command::Select(chosen));
    let mut harness = window(model, USUAL);
    harness.key_press(Key::C);
    harness.run_steps(3);
    let first = harness.state().branching.menu.as_ref().unwrap().at;
    harness.key_press(Key::ArrowDown);
    harness.run_steps(3);
    assert_ne!(harness.state().branching.menu.as_ref().unwrap().at, first);
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    assert!(harness.state().branching.menu.is_none());
    harness.key_press_modifiers(Modifiers::SHIFT, Key::F10);
    harness.run_steps(3);
    assert!(harness.state().branching.menu.is_some());
}

#[test]
fn a_form_shows_what_is_wrong_and_makes_no_change_until_it_is_right() {
    let mut model = at("facebook-to-s3", "credentials");
    pick(&mut model, "sts", "Edit the trust policy of PhotoReader");
    let mut harness = window(model, USUAL);
    assert_eq!(harness.state().dialog, Some(Dialog::Edit));
    harness.get_by_label("Policy as JSON");
    harness.get_by_label_contains("Beats 1 to");
    give(
        harness.state_mut(),
        Branching::Type(0, "{\"Version\": }".into()),
    );
    harness.run_steps(3);
    harness.get_by_label_contains("Line 1, column");
    assert!(
        harness
            .get_by_label("Make the change")
            .accesskit_node()
            .is_disabled()
    );
    harness.get_by_label("Make the change").click();
    harness.run_steps(3);
    assert_eq!(harness.state().branching.rows(), 1);
    harness.get_by_label("Cancel").click();
    harness.run_steps(3);
    assert_eq!(harness.state().dialog, None);
}

#[test]
fn two_stages_stand_beside_each_other_where_there_is_room() {
    let mut model = at("facebook-to-s3", "credentials");
    pick(&mut model, "ID token", "Set alg to none");
    give(&mut model, Branching::Beside);
    let mut harness = window(model, USUAL);
    harness.get_by_label("Other stage: Original");
    harness.get_by_label_contains("First difference, beat");
    harness.get_by_label("Go there").click();
    harness.run_steps(3);
    harness.get_by_label("One stage again").click();
    harness.run_steps(3);
    assert!(harness.state().branching.beside.is_none());
    let mut model = at("facebook-to-s3", "credentials");
    pick(&mut model, "ID token", "Set alg to none");
    give(&mut model, Branching::Beside);
    let harness = window(model, vec2(640.0, 480.0));
    harness.get_by_label_contains("Two stages need a larger window");
}

#[test]
fn what_was_changed_is_said_above_the_caption() {
    let mut model = at("facebook-to-s3", "credentials");
    pick(&mut model, "ID token", "Set alg to none");
    let harness = window(model, USUAL);
    harness.get_by_label_contains("You changed: ");
}
