//! Everything that can have the keyboard has a name.

use bevy_egui::egui::accesskit::{Action, Role};
use egui_kittest::kittest::{By, NodeT as _};

use super::*;

/// Every node that can have the keyboard, and those of them that have no name.
fn nameless(harness: &Harness<'static, Desk>) -> (usize, Vec<String>) {
    let focusable = By::new().predicate(|node| node.data().supports_action(Action::Focus));
    let nodes: Vec<_> = harness.query_all(focusable).collect();
    let nameless = nodes.iter().filter_map(|node| {
        let node = node.accesskit_node();
        // What a label says is its value and its name at once
        let value = node.value().filter(|_| node.role() == Role::Label);
        let label = node.label().or(value).unwrap_or_default();
        // The root and the layers below it take the keyboard only from those who look for it
        let plain = matches!(
            node.role(),
            Role::Window | Role::GenericContainer | Role::Unknown
        );
        (label.trim().is_empty() && !plain).then(|| format!("{:?} {:?}", node.role(), node.value()))
    });
    (nodes.len(), nameless.collect())
}

#[test]
fn every_control_of_every_panel_and_dialog_has_a_name() {
    let mut dialogs = vec![None];
    dialogs.extend(Dialog::ALL.map(Some));
    for dialog in dialogs {
        for screen in [Screen::Start, Screen::Stage] {
            let mut model = staged();
            model.apply(Command::Playback(PlaybackCommand::End));
            model.settings.library = true;
            model.settings.inspector = true;
            model.settings.note_recent("/somewhere/mine.ron");
            model.recent = vec![super::super::model::Recent {
                path: "/somewhere/mine.ron".into(),
                missing: false,
            }];
            model.screen = screen;
            if let Some(dialog) = dialog {
                model.apply(Command::Dialog(dialog));
            }
            let harness = window(model, vec2(1920.0, 1080.0));
            let (all, nameless) = nameless(&harness);
            assert_eq!(nameless, [""; 0], "{dialog:?} {screen:?}");
            assert!(all > 12, "{dialog:?} {screen:?}: {all}");
        }
    }
}

#[test]
fn every_control_of_the_sequence_view_a_question_and_a_message_has_a_name() {
    let (mut harness, _) = super::question::before_the_question();
    press(&mut harness, Modifiers::NONE, Key::Space);
    assert_eq!(nameless(&harness).1, [""; 0]);
    press(&mut harness, Modifiers::NONE, Key::S);
    assert_eq!(nameless(&harness).1, [""; 0]);
    harness.state_mut().model.trouble = Some(super::super::model::Trouble {
        title: "Something".into(),
        text: "happened".into(),
        remedy: "Do something".into(),
    });
    harness.state_mut().model.opening = Some(super::super::model::Opening {
        name: "a long one".into(),
        seconds: 3.0,
    });
    harness.run_steps(3);
    assert_eq!(nameless(&harness).1, [""; 0]);
    harness.get_by_label("Cancel");
}

#[test]
fn whoever_tabs_through_the_window_reaches_the_stage_in_words() {
    let mut harness = window(staged(), USUAL);
    let mut reached = Vec::new();
    for _ in 0..120 {
        harness.key_press_modifiers(Modifiers::NONE, Key::Tab);
        harness.run_steps(2);
        let focused = By::new().predicate(|node| node.is_focused());
        let found = harness.query_all(focused).next();
        reached.extend(found.and_then(|node| {
            let node = node.accesskit_node();
            node.label().or_else(|| node.value())
        }));
    }
    for wanted in ["Stage, beat", "Dana's phone: ", "Next beat", "Settings"] {
        assert!(
            reached.iter().any(|name| name.contains(wanted)),
            "{wanted}: {reached:?}"
        );
    }
}
