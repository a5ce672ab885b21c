//! The window: the only room that knows Bevy and egui.

mod alarm;
mod canvas;
pub mod probe;
pub mod renderer;
pub mod snapshot;
