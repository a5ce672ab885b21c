//! Scenario files: RON in, diagnostics out; world building and performing.
