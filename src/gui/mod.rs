//! The window: the only room that knows Bevy and egui.
