//! The window: the only room that knows Bevy and egui.

mod alarm;
mod app;
mod canvas;
mod desk;
mod keys;
mod opening;
mod pass;
mod players;
pub mod probe;
mod quiet;
pub mod renderer;
mod report;
mod saving;
pub mod settings_file;
mod sheet;
pub mod snapshot;
pub mod view;
mod watch;
mod window;

#[cfg(test)]
mod tests;

pub use app::{GuiError, run};
pub use desk::{Opened, Opener, Place, Start};
pub use players::players;
