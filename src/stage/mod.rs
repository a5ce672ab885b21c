//! The picture at a moment, as data: layout, timing, captions. Pure.
//!
//! [`Stage`] is what can be worked out once per recording and size; [`Stage::frame`]
//! is a function of the playback time alone, so scrubbing back un-happens exactly.

pub mod frame;
