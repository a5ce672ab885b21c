//! The window as a person or a screen reader finds it: by the names of its controls.

mod keys;
mod library;
mod looking;
mod names;
mod question;
mod stage;

use std::sync::OnceLock;

use bevy_egui::egui::{Key, Modifiers, Rect, Vec2, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::commands::{Command, Dialog, Selection, table};
use super::model::{Effect, Model, Screen};
use super::window::Areas;
use super::{fixture, show_in};
use crate::recording::Recording;
use crate::stage::playback::PlaybackCommand;

/// A window with everything it asked for.
struct Desk {
    model: Model,
    asked: Vec<Command>,
    effects: Vec<Effect>,
}

fn story() -> Recording {
    static STORY: OnceLock<Recording> = OnceLock::new();
    STORY
        .get_or_init(|| fixture::story("facebook-to-s3"))
        .clone()
}

fn staged() -> Model {
    let mut model = fixture::started();
    model.load("facebook-to-s3", story());
    model
}

fn window(model: Model, size: Vec2) -> Harness<'static, Desk> {
    let desk = Desk {
        model,
        asked: Vec::new(),
        effects: Vec::new(),
    };
    let mut installed = false;
    let mut harness = Harness::builder().with_size(size).build_ui_state(
        move |ui, desk: &mut Desk| {
            if !installed {
                super::install(ui.ctx(), &desk.model);
                installed = true;
                return;
            }
            for command in show_in(ui, &mut desk.model) {
                desk.asked.push(command.clone());
                desk.effects.extend(desk.model.apply(command));
            }
        },
        desk,
    );
    harness.run_steps(3);
    harness
}

const USUAL: Vec2 = Vec2::new(1280.0, 720.0);

fn press(harness: &mut Harness<'static, Desk>, modifiers: Modifiers, key: Key) -> Vec<Command> {
    harness.state_mut().asked.clear();
    harness.key_press_modifiers(modifiers, key);
    harness.run_steps(3);
    harness.state().asked.clone()
}

#[test]
fn the_sheet_lists_every_command_that_has_a_key() {
    let mut harness = window(staged(), vec2(1280.0, 2000.0));
    press(&mut harness, Modifiers::NONE, Key::Questionmark);
    assert_eq!(harness.state().model.dialog, Some(Dialog::Sheet));
    let jump = |binding: &&super::commands::Binding| {
        matches!(
            binding.command,
            Command::Playback(PlaybackCommand::JumpBeat(_))
        )
    };
    harness.get_by_label("Jump to beat 1 to 9");
    let table = table();
    for binding in table
        .iter()
        .filter(|binding| !binding.keys.is_empty() && !jump(binding))
    {
        assert!(
            harness.query_all_by_label(binding.label).count() > 0,
            "{}",
            binding.label
        );
    }
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(harness.state().model.dialog, None);
}
