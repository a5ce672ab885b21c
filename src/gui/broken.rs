//! What happens when the graphics device stops working while the window is open: settings are
//! kept, the window closes, and the reason is said in one line where the program was started.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bevy::prelude::*;
use bevy::render::error_handler::{RenderError, RenderErrorHandler, RenderErrorPolicy};

use super::alarm::Alarm;
use super::pass::Asked;
use super::view::model::Effect;

/// Why the window had to close, once it had to.
#[derive(Resource, Clone, Default)]
pub(super) struct Broken(Arc<Mutex<Option<String>>>);

impl Broken {
    /// The reason, if there is one.
    pub(super) fn reason(&self) -> Option<String> {
        self.0.lock().ok().and_then(|reason| reason.clone())
    }

    /// Notes the first reason: others follow from it.
    fn note(&self, why: String) {
        if let Ok(mut reason) = self.0.lock() {
            reason.get_or_insert(why);
        }
    }
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Broken>()
        .insert_resource(RenderErrorHandler(close));
}

/// Drawing on would show rubbish or flashes, so nothing more is drawn.
pub(super) fn close(
    error: &RenderError,
    window: &mut World,
    _renderer: &mut World,
) -> RenderErrorPolicy {
    let first_line = error.description.lines().next().unwrap_or_default();
    let why = match first_line.trim() {
        "" => format!("{:?}", error.ty),
        said => said.to_owned(),
    };
    if let Some(broken) = window.get_resource::<Broken>() {
        broken.note(why);
    }
    if let Some(mut asked) = window.get_resource_mut::<Asked>() {
        asked.0.push(Effect::Quit);
    }
    // This frame has already decided when the next one is due
    if let Some(alarm) = window.get_resource::<Alarm>() {
        alarm.set(Duration::ZERO);
    }
    RenderErrorPolicy::StopRendering
}
