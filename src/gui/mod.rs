//! The window: the only room that knows Bevy and egui.

mod alarm;
mod app;
mod broken;
mod canvas;
mod catalogue;
mod desk;
mod dialog;
mod keys;
mod opening;
mod pass;
mod performing;
mod players;
pub mod probe;
mod quiet;
mod reading;
pub mod renderer;
mod repaint;
mod report;
mod saving;
pub mod settings_file;
mod sheet;

pub mod snapshot;
mod staging;
pub mod view;
mod watch;
mod window;
pub mod yardstick;

#[cfg(test)]
mod tests;

pub use app::{GuiError, run};
pub use desk::{Opened, Opener, Place, Start};
pub use players::players;
