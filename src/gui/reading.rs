//! Screen readers: the window describes itself in words only while somebody listens, because
//! doing so takes as long as drawing it.

use std::time::Duration;

use bevy::a11y::AccessibilityRequested;
use bevy::prelude::*;
use bevy_egui::EguiContext;

use super::alarm::Alarm;
use super::app::AppSystems;
use super::canvas::Canvas;
use super::pass::{self, Pace};

/// How often it is looked whether a screen reader has come. Looking costs nothing to speak of.
const EVERY: Duration = Duration::from_millis(500);

/// Whether words were made for the last picture.
#[derive(Resource, Default)]
struct Heard(bool);

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Heard>();
    app.add_systems(Startup, wait_for_reader);
    app.add_systems(
        Update,
        describe.after(pass::prepare).in_set(AppSystems::Prepare),
    );
}

/// A screen reader that comes while the window sleeps does not wake it by itself.
fn wait_for_reader(requested: Option<Res<AccessibilityRequested>>, alarm: Res<Alarm>) {
    let Some(requested) = requested else { return };
    let (requested, alarm) = (requested.clone(), alarm.clone());
    std::thread::spawn(move || {
        while !requested.get() {
            std::thread::sleep(EVERY);
        }
        alarm.set(Duration::ZERO);
    });
}

fn describe(
    requested: Option<Res<AccessibilityRequested>>,
    mut canvases: Query<&mut EguiContext, With<Canvas>>,
    mut heard: ResMut<Heard>,
    mut pace: ResMut<Pace>,
) {
    let wanted = requested.is_some_and(|requested| requested.get());
    for mut context in &mut canvases {
        let context = context.get_mut();
        if wanted {
            context.enable_accesskit();
        } else {
            context.disable_accesskit();
        }
    }
    if wanted != std::mem::replace(&mut heard.0, wanted) {
        pace.disturb();
    }
}
