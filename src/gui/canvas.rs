//! The camera that egui draws through, and the one pass per frame that draws.
//!
//! The stage and the panels are egui's alone, so Bevy contributes an empty 2D camera. egui's pass
//! is run by hand: that way the panels get egui's own root, and what egui says about its next
//! repaint is kept, which `bevy_egui` otherwise drops.

use std::time::Duration;

use bevy::camera::{CameraOutputMode, ClearColorConfig, RenderTarget};
use bevy::prelude::*;
use bevy_egui::egui;
use bevy_egui::{
    EguiContext, EguiContextSettings, EguiFullOutput, EguiInput, EguiPlugin, PrimaryEguiContext,
};

/// Marks the camera that the window or a picture is drawn through.
#[derive(Component)]
pub(super) struct Canvas;

/// egui without what a plain window does not need.
pub(super) fn egui_plugin() -> EguiPlugin {
    // Texture arrays help when there are many textures; here there is one
    EguiPlugin {
        bindless_mode_array_size: None,
    }
}

/// Everything a canvas consists of, drawing to a target.
pub(super) fn bundle(target: RenderTarget, clear_color: ClearColorConfig) -> impl Bundle {
    (
        Name::new("Canvas"),
        Canvas,
        Camera2d,
        Camera {
            clear_color,
            output_mode: CameraOutputMode::default(),
            ..default()
        },
        target,
        // egui smooths its own edges
        Msaa::Off,
        EguiContextSettings {
            run_manually: true,
            ..default()
        },
        PrimaryEguiContext,
    )
}

/// What egui's pass needs of its context.
pub(super) type Parts = (
    &'static mut EguiContext,
    &'static mut EguiInput,
    &'static mut EguiFullOutput,
    &'static Camera,
);

/// Runs one pass and says when egui wants the next; `Duration::MAX` means only on input.
///
/// `show` may be called more than once per pass, when something needs a second look to settle.
pub(super) fn run_pass(
    context: &egui::Context,
    mut input: egui::RawInput,
    output: &mut EguiFullOutput,
    show: impl FnMut(&mut egui::Ui),
) -> Duration {
    // bevy_egui repeats the modifier keys in every frame, and egui draws again after every event:
    // the window would never sleep
    let held = context.input(|state| state.modifiers);
    input
        .events
        .retain(|event| *event != egui::Event::ModifiersChanged(held));
    let full = context.run_ui(input, show);
    let delay = full
        .viewport_output
        .values()
        .map(|viewport| viewport.repaint_delay)
        .min()
        .unwrap_or(Duration::MAX);
    output.0 = Some(full);
    delay
}
