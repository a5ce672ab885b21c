//! What a person can ask of branches, and the rows of the one table of commands.

use bevy_egui::egui::Key;

use super::editor::{Signing, Way};
use super::tree::BranchId;
use crate::gui::view::commands::{Binding, Command, Dialog, Group, Selection, bind, plain, shift};

/// What a person asks of changes and branches.
#[derive(Clone, Debug, PartialEq)]
pub enum Branching {
    /// Lists what can be changed about something, at a point of the window; without a thing about
    /// what is chosen
    Menu(Option<Selection>, Option<(f32, f32)>),
    /// Closes the menu
    CloseMenu,
    /// Goes up or down in the menu
    MoveInMenu(i32),
    /// Takes a line of the menu
    Pick(usize),
    /// Types a value into the change that is being filled in
    Type(usize, String),
    /// Types another name for a field
    Rename(usize, String),
    /// Takes a field away, or puts it back
    Drop(usize),
    /// How a token is signed after its claims were edited
    Sign(Signing),
    /// Where a request is changed
    Way(Way),
    /// Makes the change
    Make,
    /// Makes it although it is not right
    MakeAnyway,
    /// Stops performing
    Cancel,
    /// Puts another branch on stage, by how many rows
    Next(i32),
    /// Puts a branch on stage
    Activate(BranchId),
    /// Begins to give the branch on stage another name
    Naming,
    /// Types the name
    Name(String),
    /// Gives it
    Named,
    /// Takes the branch on stage away
    Remove,
    /// Takes back the last thing done to branches
    Undo,
    /// Does it again
    Redo,
    /// Two stages side by side, or one again
    Beside,
    /// Goes to the first difference
    FirstDifference,
    /// Makes an experiment of the scenario, by position
    Try(usize),
    /// Opens a twin of the scenario side by side, by position
    Twin(usize),
    /// Begins to save the branch on stage as a scenario
    Save,
    /// Types its title
    SaveTitle(String),
    /// Types where it goes
    SavePath(String),
    /// Saves it
    SaveNow,
}

const fn ctrl_shift(key: Key) -> crate::gui::view::commands::Keys {
    crate::gui::view::commands::Keys {
        key,
        ctrl: true,
        shift: true,
    }
}

/// The rows of the table.
pub fn bindings() -> Vec<Binding> {
    use crate::gui::view::commands::ctrl;
    let row = |what, label, keys: &[_]| bind(Group::Change, Command::Branch(what), label, keys);
    vec![
        row(
            Branching::Menu(None, None),
            "Change something about what is chosen",
            &[plain(Key::C), shift(Key::F10)],
        ),
        bind(
            Group::Change,
            Command::Dialog(Dialog::Experiments),
            "Experiments and twins",
            &[plain(Key::X)],
        ),
        row(Branching::Next(1), "Next branch", &[plain(Key::V)]),
        row(Branching::Next(-1), "Previous branch", &[shift(Key::V)]),
        row(
            Branching::Beside,
            "Side by side with the original",
            &[plain(Key::D)],
        ),
        row(
            Branching::FirstDifference,
            "To the first difference",
            &[shift(Key::D)],
        ),
        row(Branching::Undo, "Undo", &[ctrl(Key::Z)]),
        row(Branching::Redo, "Redo", &[ctrl_shift(Key::Z), ctrl(Key::Y)]),
        row(Branching::Naming, "Rename the branch", &[plain(Key::F2)]),
        row(
            Branching::Remove,
            "Remove the branch",
            &[plain(Key::Delete)],
        ),
        row(
            Branching::Save,
            "Save the branch as a scenario",
            &[ctrl(Key::S)],
        ),
        row(Branching::Cancel, "Stop performing again", &[]),
    ]
}
