//! What stands around the stage. Every panel is a function of the model that returns commands.

pub mod beside;
mod branch_file;
pub mod branch_lines;
pub mod caption;
pub mod change_menu;
pub mod dialogs;
pub mod editing;
mod experiments;
mod hints;
pub mod inspector;
pub mod library;
pub mod licences;
mod marks;
pub mod opening;
pub mod palette;
pub mod performing;
pub mod question;
pub mod rail;
pub mod search;
pub mod sequence;
pub mod stage;
pub mod start;
pub mod top_bar;
pub mod transport;
pub mod trouble;
