//! The original and its branches, and what they were before: undo.

use std::sync::Arc;

use crate::recording::Verdict;
use crate::scenario::Performance;
use crate::stage::frame::MarkLook;
use crate::stage::{PlayTime, Stage};

/// The most branches beside an original.
pub const MAX_BRANCHES: usize = 24;
/// The most steps that can be undone.
const MAX_UNDO: usize = 100;

/// A branch's number. Numbers are not given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BranchId(u32);

impl BranchId {
    /// The story as it is written.
    pub const ROOT: Self = Self(0);
}

/// The original or a branch.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its number
    pub id: BranchId,
    /// What it is called
    pub name: String,
    /// What it parted from; none for the original
    pub parent: Option<BranchId>,
    /// Where it parted: the beat and the part of it, 0 to 1
    pub parted: f32,
    /// The beat in which it parted
    pub beat: u32,
    /// What happened
    pub story: Arc<Performance>,
    /// The picture of it
    pub stage: Arc<Stage>,
    /// How its beats ended
    pub marks: Vec<MarkLook>,
    /// Whether what an experiment states came about
    pub verdict: Option<Verdict>,
}

/// The original with all its branches.
#[derive(Clone, Debug)]
pub struct Tree {
    nodes: Vec<Arc<Node>>,
    active: BranchId,
    next: u32,
}

impl Tree {
    fn new(root: Node) -> Self {
        Self {
            nodes: vec![Arc::new(root)],
            active: BranchId::ROOT,
            next: 1,
        }
    }

    /// The original first, then branches in the order of making.
    pub fn nodes(&self) -> &[Arc<Node>] {
        &self.nodes
    }

    /// One of them.
    pub fn node(&self, id: BranchId) -> Option<&Arc<Node>> {
        self.nodes.iter().find(|node| node.id == id)
    }

    /// The one on stage.
    pub fn active(&self) -> Option<&Arc<Node>> {
        self.node(self.active)
    }

    /// The number of the one on stage.
    pub fn active_id(&self) -> BranchId {
        self.active
    }

    /// Its row: 0 is the original.
    pub fn row_of(&self, id: BranchId) -> usize {
        let found = self.nodes.iter().position(|node| node.id == id);
        found.unwrap_or(0)
    }

    /// The one this many rows further, around the end.
    pub fn around(&self, by: i32) -> BranchId {
        let count = i64::try_from(self.nodes.len().max(1)).unwrap_or(1);
        let row = i64::try_from(self.row_of(self.active)).unwrap_or(0);
        let row = (row + i64::from(by)).rem_euclid(count);
        let node = usize::try_from(row)
            .ok()
            .and_then(|row| self.nodes.get(row));
        node.map_or(BranchId::ROOT, |node| node.id)
    }

    /// What the one on stage is compared with: its parent, or for the original the branch that was
    /// made last.
    pub fn counterpart(&self) -> Option<&Arc<Node>> {
        let active = self.active()?;
        match active.parent {
            Some(parent) => self.node(parent),
            None => self.nodes.iter().skip(1).last(),
        }
    }

    /// Whether there is room for one more.
    pub fn is_full(&self) -> bool {
        self.nodes.len() > MAX_BRANCHES
    }

    fn add(&mut self, mut node: Node) -> BranchId {
        let id = BranchId(self.next);
        self.next += 1;
        node.id = id;
        self.nodes.push(Arc::new(node));
        self.active = id;
        id
    }

    fn rename(&mut self, id: BranchId, name: &str) {
        if let Some(node) = self.nodes.iter_mut().find(|node| node.id == id) {
            name.clone_into(&mut Arc::make_mut(node).name);
        }
    }

    /// Takes a branch away. Its own branches now hang where it hung.
    fn remove(&mut self, id: BranchId) {
        let Some(parent) = self.node(id).and_then(|node| node.parent) else {
            return;
        };
        self.nodes.retain(|node| node.id != id);
        for node in &mut self.nodes {
            if node.parent == Some(id) {
                Arc::make_mut(node).parent = Some(parent);
            }
        }
        if self.active == id {
            self.active = parent;
        }
    }
}

/// A tree that was, with the playhead where it was left and where it then arrived.
#[derive(Clone, Debug)]
struct Step {
    tree: Tree,
    left: PlayTime,
    arrived: PlayTime,
}

/// The tree with what it was before, and what was undone.
#[derive(Clone, Debug)]
pub struct History {
    tree: Tree,
    before: Vec<Step>,
    after: Vec<Step>,
}

impl History {
    /// An original without branches.
    pub fn new(root: Node) -> Self {
        Self {
            tree: Tree::new(root),
            before: Vec::new(),
            after: Vec::new(),
        }
    }

    /// The tree as it is.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Whether there is something to undo.
    pub fn can_undo(&self) -> bool {
        !self.before.is_empty()
    }

    /// Whether there is something to redo.
    pub fn can_redo(&self) -> bool {
        !self.after.is_empty()
    }

    /// Adds a branch and puts it on stage.
    pub fn add(&mut self, node: Node, at: PlayTime) -> BranchId {
        self.note(at);
        self.tree.add(node)
    }

    /// Gives a branch another name. The original keeps its own.
    pub fn rename(&mut self, id: BranchId, name: &str, at: PlayTime) {
        let known = self.tree.node(id);
        if id != BranchId::ROOT && known.is_some_and(|node| node.name != name) {
            self.note(at);
            self.tree.rename(id, name);
        }
    }

    /// Takes a branch away. The original stays.
    pub fn remove(&mut self, id: BranchId, at: PlayTime) {
        if id != BranchId::ROOT && self.tree.node(id).is_some() {
            self.note(at);
            self.tree.remove(id);
        }
    }

    /// Puts another one on stage.
    pub fn activate(&mut self, id: BranchId, at: PlayTime) {
        if id != self.tree.active && self.tree.node(id).is_some() {
            self.note(at);
            self.tree.active = id;
        }
    }

    fn note(&mut self, at: PlayTime) {
        self.after.clear();
        self.before.push(Step {
            tree: self.tree.clone(),
            left: at,
            arrived: at,
        });
        if self.before.len() > MAX_UNDO {
            self.before.remove(0);
        }
    }

    /// Where the playhead arrived after the last step.
    pub fn arrived(&mut self, at: PlayTime) {
        if let Some(step) = self.before.last_mut() {
            step.arrived = at;
        }
    }

    /// One step back. The playhead's place, where it was not moved since.
    pub fn undo(&mut self, at: PlayTime) -> Option<PlayTime> {
        let step = self.before.pop()?;
        let tree = std::mem::replace(&mut self.tree, step.tree);
        self.after.push(Step {
            tree,
            left: at,
            arrived: step.left,
        });
        (at == step.arrived).then_some(step.left)
    }

    /// One step on again.
    pub fn redo(&mut self, at: PlayTime) -> Option<PlayTime> {
        let step = self.after.pop()?;
        let tree = std::mem::replace(&mut self.tree, step.tree);
        self.before.push(Step {
            tree,
            left: at,
            arrived: step.left,
        });
        (at == step.arrived).then_some(step.left)
    }
}
