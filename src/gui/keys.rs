//! Puts the modifier keys right that belong to each key press.
//!
//! `bevy_egui` looks at the modifier keys once per frame. When Ctrl and K go down and up within one
//! frame, which a slow frame makes likely, it says that K was pressed alone. Here every press gets
//! the modifiers that were down at that moment.

use bevy::input::keyboard::{KeyCode, KeyboardFocusLost, KeyboardInput};
use bevy::prelude::*;
use bevy_egui::egui::{Event, Key, Modifiers};
use bevy_egui::{EguiInput, helpers};

use super::app::AppSystems;
use super::canvas::Canvas;

/// Which modifier keys are down, by their places on the keyboard.
#[derive(Resource, Default)]
struct Down(Vec<KeyCode>);

impl Down {
    fn follow(&mut self, input: &KeyboardInput) {
        self.0.retain(|key| *key != input.key_code);
        if input.state.is_pressed() && is_modifier(input.key_code) {
            self.0.push(input.key_code);
        }
    }

    fn modifiers(&self) -> Modifiers {
        let down = |keys: [KeyCode; 2]| self.0.iter().any(|key| keys.contains(key));
        let ctrl = down([KeyCode::ControlLeft, KeyCode::ControlRight]);
        let mac = cfg!(target_os = "macos");
        let command_key = down([KeyCode::SuperLeft, KeyCode::SuperRight]);
        Modifiers {
            alt: down([KeyCode::AltLeft, KeyCode::AltRight]),
            ctrl,
            shift: down([KeyCode::ShiftLeft, KeyCode::ShiftRight]),
            mac_cmd: mac && command_key,
            command: if mac { command_key } else { ctrl },
        }
    }
}

fn is_modifier(key: KeyCode) -> bool {
    use KeyCode as K;
    matches!(
        key,
        K::ControlLeft
            | K::ControlRight
            | K::AltLeft
            | K::AltRight
            | K::ShiftLeft
            | K::ShiftRight
            | K::SuperLeft
            | K::SuperRight
    )
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Down>();
    app.add_systems(Update, put_right.in_set(AppSystems::Hear));
}

fn put_right(
    mut typed: MessageReader<KeyboardInput>,
    mut lost: MessageReader<KeyboardFocusLost>,
    mut down: ResMut<Down>,
    mut inputs: Query<&mut EguiInput, With<Canvas>>,
) {
    let mut presses = Vec::new();
    for input in typed.read() {
        down.follow(input);
        let key = helpers::bevy_to_egui_key(&input.logical_key)
            .or_else(|| helpers::bevy_to_egui_physical_key(&input.key_code));
        if let Some(key) = key {
            presses.push((key, input.state.is_pressed(), down.modifiers()));
        }
    }
    if lost.read().count() > 0 {
        down.0.clear();
    }
    for mut input in &mut inputs {
        rewrite(&mut input.0.events, &presses);
    }
}

/// Gives each key event the modifiers of the press it stands for; both are in order.
fn rewrite(events: &mut [Event], presses: &[(Key, bool, Modifiers)]) {
    let mut presses = presses.iter();
    for event in events {
        if let Event::Key {
            key,
            pressed,
            modifiers,
            ..
        } = event
            && let Some((.., held)) = presses.find(|(k, p, _)| (k, p) == (key, pressed))
        {
            *modifiers = *held;
        }
    }
}
