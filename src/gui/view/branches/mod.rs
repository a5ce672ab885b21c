//! What a learner changed: the tree of branches beside the original, with undo. Nothing is painted
//! here and nothing is performed; [`crate::gui::view::model::Model`] holds one [`Workshop`].

mod apply;
mod beside;
pub mod command;
mod difference;
pub mod editor;
mod errand;
pub mod menu;
mod moment;
#[cfg(test)]
mod tests;
mod tree;

pub use self::beside::Beside;
pub use self::command::{Branching, bindings};
pub use self::difference::{Differences, First, Lit};
pub use self::editor::Editor;
pub use self::errand::{Errand, Failure, Made, Outcome, Story};
pub use self::menu::Menu;
pub use self::tree::{BranchId, History, MAX_BRANCHES, Node, Tree};

use std::sync::Arc;

use crate::scenario::Watch;

/// From then on it is said how far performing again is, in seconds.
const SAID_AFTER: f32 = 1.0;

/// A branch that is being performed, away from the window.
#[derive(Clone, Debug)]
pub struct Underway {
    /// Which errand
    pub number: u64,
    /// What the branch will be called
    pub name: String,
    /// The branch that it parts from
    pub parent: BranchId,
    /// How far it is; cancels it, too
    pub watch: Arc<Watch>,
    /// For how long already, in seconds
    pub seconds: f32,
}

impl Underway {
    /// Whether it takes long enough to say so.
    pub fn said(&self) -> bool {
        self.seconds >= SAID_AFTER
    }
}

/// A branch that is being given a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    /// Which
    pub branch: BranchId,
    /// What was typed
    pub name: String,
}

/// A branch that is being saved as a scenario file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Saving {
    /// The title of the variant
    pub title: String,
    /// Where it goes
    pub path: String,
    /// Why it could not be saved
    pub failed: Option<String>,
    /// Where it was saved
    pub done: Option<String>,
}

/// Everything about changes: the branches, and whatever is open to make one.
#[derive(Debug, Default)]
pub struct Workshop {
    /// The branches; none where what is on stage cannot be performed again
    pub history: Option<History>,
    /// The menu that is open
    pub menu: Option<Menu>,
    /// The change that is being filled in
    pub editor: Option<Editor>,
    /// What is being performed
    pub underway: Option<Underway>,
    /// The other stage, side by side
    pub beside: Option<Beside>,
    /// The twin that is being opened
    pub twin: Option<String>,
    /// The branch that is being given a name
    pub naming: Option<Naming>,
    /// The branch that is being saved
    pub saving: Option<Saving>,
    /// The number of the next errand
    pub(in crate::gui::view) next_errand: u64,
}

impl Workshop {
    /// Lets time pass. Whether something is under way.
    pub fn pass(&mut self, seconds: f32) -> bool {
        self.underway.as_mut().is_some_and(|underway| {
            underway.seconds += seconds;
            true
        })
    }

    /// The branches.
    pub fn tree(&self) -> Option<&Tree> {
        self.history.as_ref().map(History::tree)
    }

    /// How many rows the timeline has: one, and one more for each branch.
    pub fn rows(&self) -> usize {
        self.tree().map_or(1, |tree| tree.nodes().len())
    }
}
