//! The window: the only room that knows Bevy and egui.

mod alarm;
mod app;
mod canvas;
pub mod content;
mod opening;
mod pass;
pub mod probe;
mod quiet;
pub mod renderer;
mod report;
mod saving;
pub mod settings_file;
pub mod snapshot;
mod window;

pub use app::{GuiError, run};
