//! What the window shows, painted with egui alone. No Bevy type is known here, so that every
//! panel is tested without a renderer.

pub mod commands;
pub mod fonts;
pub mod icons;
pub mod model;
pub mod paint;
pub mod signature;
pub mod theme;
#[cfg(test)]
pub(crate) mod fixture;
