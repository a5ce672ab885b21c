//! The picture at a moment, as data: layout, timing, captions. Pure.
