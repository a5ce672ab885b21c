//! Changes through the command layer.
