//! A recording as a text for other programs and for paper: sequence diagrams and a transcript.
//! Pure functions of the recording; texts of others are escaped for the language they end up in.

mod events;
mod markdown;
mod mermaid;
mod plantuml;

pub use markdown::markdown;
pub use mermaid::mermaid;
pub use plantuml::plantuml;

#[cfg(test)]
mod tests;
