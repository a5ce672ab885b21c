//! What commands about branches do to the model, and what comes back from the host.

use std::sync::Arc;

use super::beside::Guest;
use super::errand::{Errand, Failure, Made, Outcome, Story};
use super::menu::{Does, Menu};
use super::tree::{BranchId, History, Node};
use super::{Beside, Branching, Naming, Saving, Underway};
use crate::gui::view::commands::{Dialog, Selection};
use crate::gui::view::model::{Effect, Loaded, Model, Screen, Trouble};
use crate::recording::Recording;
use crate::scenario::change::{ChangeError, Placed};
use crate::scenario::file::Expect;
use crate::scenario::twins::{self, Twins};
use crate::scenario::{Performance, Watch};
use crate::stage::playback::PlaybackCommand;
use crate::stage::{PlayTime, Stage};

/// The longest name of a branch, in characters.
const MAX_NAME_CHARS: usize = 120;
/// The longest path that is typed, in bytes.
const MAX_PATH_BYTES: usize = 4096;
/// The longest id of a variant, in characters.
const MAX_ID_CHARS: usize = 100;
/// The longest part of a variant's id that comes from its name, in characters.
const MAX_SLUG_CHARS: usize = 40;

impl Model {
    /// Does what was asked about branches.
    pub(in crate::gui::view) fn branch(&mut self, command: Branching) -> Vec<Effect> {
        match command {
            Branching::Menu(selection, place) => self.open_menu(selection, place),
            Branching::CloseMenu => self.branching.menu = None,
            Branching::MoveInMenu(by) => {
                if let Some(menu) = &mut self.branching.menu {
                    menu.step(by);
                }
            }
            Branching::Pick(at) => return self.pick(at),
            Branching::Make => return self.make(false),
            Branching::MakeAnyway => return self.make(true),
            Branching::Cancel => {
                self.cancel_performing();
            }
            Branching::Next(by) => {
                let next = self.branching.tree().map(|tree| tree.around(by));
                if let Some(next) = next {
                    self.activate(next);
                }
            }
            Branching::Activate(id) => self.activate(id),
            Branching::Remove => {
                let id = self.branching.tree().map(super::Tree::active_id);
                self.change_history(|history, at| {
                    if let Some(id) = id {
                        history.remove(id, at);
                    }
                });
            }
            Branching::Undo => self.step_history(History::undo),
            Branching::Redo => self.step_history(History::redo),
            Branching::Beside => self.toggle_beside(),
            Branching::FirstDifference => self.to_first_difference(),
            Branching::Try(at) => return self.try_out(at),
            Branching::Twin(at) => return self.open_twin(at),
            Branching::Naming
            | Branching::Name(_)
            | Branching::Named
            | Branching::Save
            | Branching::SaveTitle(_)
            | Branching::SavePath(_)
            | Branching::SaveNow => return self.name_or_save(command),
            typed => self.fill_in(typed),
        }
        Vec::new()
    }

    fn fill_in(&mut self, command: Branching) {
        let Some(editor) = &mut self.branching.editor else {
            return;
        };
        match command {
            Branching::Type(field, value) => editor.set(field, value),
            Branching::Rename(field, name) => editor.rename(field, name),
            Branching::Drop(field) => editor.drop(field),
            Branching::Sign(how) => editor.sign(how),
            Branching::Way(way) => editor.way(way),
            _ => {}
        }
    }

    /// Begins a tree for what was just put on stage.
    pub(in crate::gui::view) fn plant(&mut self, story: &Story) {
        self.cancel_performing();
        self.branching.menu = None;
        self.branching.editor = None;
        self.branching.beside = None;
        self.branching.naming = None;
        self.branching.saving = None;
        let root = story.performance.as_ref().zip(self.loaded.as_ref());
        self.branching.history = root.map(|(performance, loaded)| {
            History::new(Node {
                id: BranchId::ROOT,
                name: "Original".to_owned(),
                parent: None,
                parted: 0.0,
                beat: 0,
                story: Arc::clone(performance),
                stage: Arc::clone(&loaded.stage),
                marks: loaded
                    .frame
                    .timeline
                    .marks
                    .iter()
                    .map(|it| it.look)
                    .collect(),
                verdict: None,
            })
        });
    }

    fn playhead(&self) -> PlayTime {
        let loaded = self.loaded.as_ref();
        loaded.map_or(PlayTime(0), |loaded| loaded.playback.time())
    }

    fn open_menu(&mut self, selection: Option<Selection>, place: Option<(f32, f32)>) {
        if self.screen != Screen::Stage || self.dialog.is_some() {
            return;
        }
        let t = self.playhead();
        let Some(selection) = selection.or_else(|| self.selection.clone()) else {
            self.trouble = Some(Trouble {
                title: "Nothing is chosen".into(),
                text: "Click a card, a token or a request first, or walk there with Tab and press \
                       Enter. Then C, Shift+F10 or the right mouse button lists what can be changed."
                    .into(),
                remedy: "X shows experiments that need no choosing".into(),
            });
            return;
        };
        let Some(node) = self.branching.tree().and_then(super::Tree::active) else {
            self.trouble = Some(Trouble {
                title: "This cannot be changed".into(),
                text:
                    "What is on stage is a saved recording: it can be watched, and not performed \
                       again."
                        .into(),
                remedy: "Open the scenario that it was recorded from".into(),
            });
            return;
        };
        let menu = Menu::about(node, &selection, t, place);
        if let Some(loaded) = &mut self.loaded {
            loaded.playback.apply(PlaybackCommand::Pause);
        }
        self.branching.menu = menu;
    }

    fn pick(&mut self, at: usize) -> Vec<Effect> {
        let Some(menu) = self.branching.menu.take() else {
            return Vec::new();
        };
        let Some(item) = menu.items.into_iter().nth(at) else {
            return Vec::new();
        };
        if item.hindrance.is_some() {
            return Vec::new();
        }
        match item.does {
            Does::Make(placed) => return self.perform(vec![placed], None),
            Does::Edit(editor) => {
                self.branching.editor = Some(*editor);
                self.dialog = Some(Dialog::Edit);
            }
            Does::GoBack(t) => self.playback(PlaybackCommand::Seek(t)),
        }
        Vec::new()
    }

    fn make(&mut self, anyway: bool) -> Vec<Effect> {
        let Some(editor) = &self.branching.editor else {
            return Vec::new();
        };
        let right = editor
            .problem()
            .is_none_or(|problem| anyway && problem.sendable);
        let changes = editor.changes();
        if !right || changes.is_empty() || self.dialog != Some(Dialog::Edit) {
            return Vec::new();
        }
        self.perform(changes, None)
    }

    /// Asks for a branch of what is on stage.
    pub fn perform(
        &mut self,
        changes: Vec<Placed>,
        named: Option<(String, Expect)>,
    ) -> Vec<Effect> {
        let Some(tree) = self.branching.tree() else {
            return Vec::new();
        };
        // An experiment is one with the original
        let parent = if named.is_some() {
            BranchId::ROOT
        } else {
            tree.active_id()
        };
        if tree.is_full() {
            self.failed(&Failure::Change(ChangeError::Nothing(format!(
                "there are {} branches, and there is room for no more; remove one first (Del)",
                super::MAX_BRANCHES
            ))));
            return Vec::new();
        }
        let Some(node) = tree.node(parent) else {
            return Vec::new();
        };
        let (name, expect) = named.map_or((None, None), |(name, it)| (Some(name), Some(it)));
        let errand = Errand {
            number: self.branching.next_errand,
            story: Arc::clone(&node.story),
            changes,
            expect,
            options: self.options(),
            watch: Arc::new(Watch::new()),
        };
        self.cancel_performing();
        self.branching.next_errand += 1;
        self.branching.underway = Some(Underway {
            number: errand.number,
            name: name.unwrap_or_else(|| errand.cause()),
            parent,
            watch: Arc::clone(&errand.watch),
            seconds: 0.0,
        });
        vec![Effect::Perform(errand)]
    }

    /// Stops performing. Whether there was something to stop.
    pub(in crate::gui::view) fn cancel_performing(&mut self) -> bool {
        let underway = self.branching.underway.take();
        if let Some(underway) = &underway {
            underway.watch.cancel();
        }
        underway.is_some() || self.branching.twin.take().is_some()
    }

    /// One step out of whatever is open here. Whether there was something.
    pub(in crate::gui::view) fn step_out_of_change(&mut self) -> bool {
        self.cancel_performing() || self.branching.menu.take().is_some()
    }

    /// A branch was performed, or could not be.
    pub fn performed(&mut self, outcome: Outcome) {
        let waited = |underway: &mut Underway| underway.number == outcome.number;
        let Some(underway) = self.branching.underway.take_if(waited) else {
            return;
        };
        match outcome.made {
            Ok(made) => self.add_branch(underway, made),
            Err(failure) => self.failed(&failure),
        }
    }

    fn failed(&mut self, failure: &Failure) {
        let says = match failure {
            Failure::Change(ChangeError::Cancelled) => return,
            Failure::Change(error) => error.to_string(),
            Failure::Broken => "Performing it stopped because of an error in this program".into(),
        };
        match &mut self.branching.editor {
            Some(editor) if self.dialog == Some(Dialog::Edit) => editor.failed = Some(says),
            _ => {
                self.dialog = None;
                self.trouble = Some(Trouble {
                    title: "This change cannot be made".into(),
                    text: says,
                    remedy: "Nothing was lost: the story is as it was".into(),
                });
            }
        }
    }

    fn add_branch(&mut self, underway: Underway, made: Made) {
        let at = self.playhead();
        let (beat, parted) = Story::from(Arc::clone(&made.story)).parted();
        let start = made.stage.beat_start(beat);
        let frame = made.stage.frame(made.story.recording(), start);
        let node = Node {
            id: BranchId::ROOT,
            name: underway.name,
            parent: Some(underway.parent),
            parted,
            beat,
            story: made.story,
            marks: frame.timeline.marks.iter().map(|it| it.look).collect(),
            stage: made.stage,
            verdict: made.verdict,
        };
        let Some(history) = &mut self.branching.history else {
            return;
        };
        history.add(node, at);
        self.branching.editor = None;
        if matches!(self.dialog, Some(Dialog::Edit | Dialog::Experiments)) {
            self.dialog = None;
        }
        // What happens is watched from where it parts
        let earlier = self
            .loaded
            .as_ref()
            .is_some_and(|loaded| loaded.frame.beat > beat || loaded.playback.at_end());
        self.put_on_stage(earlier.then_some(start));
        self.arrived();
    }

    fn activate(&mut self, id: BranchId) {
        self.change_history(|history, at| history.activate(id, at));
    }

    fn change_history(&mut self, change: impl FnOnce(&mut History, PlayTime)) {
        let at = self.playhead();
        let Some(history) = &mut self.branching.history else {
            return;
        };
        let before = history.tree().active_id();
        change(history, at);
        if history.tree().active_id() != before {
            self.put_on_stage(None);
        }
        self.arrived();
    }

    fn step_history(&mut self, step: impl FnOnce(&mut History, PlayTime) -> Option<PlayTime>) {
        let at = self.playhead();
        let Some(history) = &mut self.branching.history else {
            return;
        };
        let before = history.tree().active_id();
        let back = step(history, at);
        if history.tree().active_id() != before {
            self.put_on_stage(back);
        }
    }

    fn arrived(&mut self) {
        let at = self.playhead();
        if let Some(history) = &mut self.branching.history {
            history.arrived(at);
        }
    }

    /// Shows the active branch, at the same beat unless a moment is given.
    fn put_on_stage(&mut self, at: Option<PlayTime>) {
        let node = self.branching.tree().and_then(super::Tree::active);
        let Some(node) = node.cloned() else { return };
        let options = self.options();
        let Some(loaded) = &mut self.loaded else {
            return;
        };
        let stage = if node.stage.options() == options {
            Arc::clone(&node.stage)
        } else {
            Arc::new(node.stage.resized(node.story.recording(), options))
        };
        let kept = self
            .selection
            .take()
            .filter(|it| is_same(it, &loaded.recording, node.story.recording()));
        loaded.show(&Story::from(Arc::clone(&node.story)), stage, at);
        self.asking = None;
        self.select(kept);
        if self
            .branching
            .beside
            .as_ref()
            .is_some_and(|it| it.branch.is_some())
        {
            self.branching.beside = None;
            self.open_beside();
        }
    }

    fn toggle_beside(&mut self) {
        if self.branching.beside.take().is_none() {
            self.open_beside();
            if self.branching.beside.is_none() {
                self.dialog = Some(Dialog::Experiments);
            }
        }
    }

    fn open_beside(&mut self) {
        let (Some(tree), Some(loaded)) = (self.branching.tree(), &self.loaded) else {
            return;
        };
        let (Some(active), Some(other)) = (tree.active(), tree.counterpart()) else {
            return;
        };
        let own_left = active.id == BranchId::ROOT || other.parent == Some(active.id);
        let guest = Guest {
            branch: Some(other.id),
            scenario: loaded.id.clone(),
            name: other.name.clone(),
            recording: Arc::clone(other.story.recording()),
            stage: Arc::clone(&other.stage),
        };
        let beside = Beside::new(guest, loaded, active.name.clone(), own_left);
        self.side_by_side(beside);
    }

    /// Lets the other stage follow the first one.
    pub(in crate::gui::view) fn keep_beside(&mut self) {
        let options = self.options();
        if let (Some(beside), Some(loaded)) = (&mut self.branching.beside, &self.loaded) {
            beside.follow(loaded, options);
        }
    }

    fn to_first_difference(&mut self) {
        if self.branching.beside.is_none() {
            self.open_beside();
        }
        let (Some(beside), Some(loaded)) = (&self.branching.beside, &self.loaded) else {
            return;
        };
        let Some(first) = &beside.differences.first else {
            return;
        };
        let (own, other) = if beside.own_left {
            (first.left, first.right)
        } else {
            (first.right, first.left)
        };
        let refused =
            |recording: &Recording, id| recording.exchange(id).is_some_and(|it| it.refused());
        let stands = own.is_none_or(|id| refused(&loaded.recording, id))
            || other.is_none_or(|id| refused(&beside.recording, id));
        // A refusal stands until the beat is over; what is allowed is seen as it arrives
        let at = match own.filter(|_| !stands) {
            Some(id) => PlayTime(loaded.stage.end_of(id).0.saturating_sub(1)),
            None => loaded.stage.beat_end(first.beat),
        };
        self.playback(PlaybackCommand::Seek(at));
    }

    fn try_out(&mut self, at: usize) -> Vec<Effect> {
        let tree = self.branching.tree();
        let root = tree.and_then(|tree| tree.node(BranchId::ROOT));
        let experiments = root.map(|root| &root.story.scenario().experiments);
        let found = experiments.and_then(|all| all.get(at)).cloned();
        let Some(experiment) = found else {
            return Vec::new();
        };
        // The same again is the one that is there
        let known = tree.and_then(|tree| {
            let mut nodes = tree.nodes().iter();
            let same = nodes.find(|it| it.verdict.is_some() && it.name == experiment.title);
            same.map(|node| node.id)
        });
        if let Some(known) = known {
            self.dialog = None;
            self.activate(known);
            return Vec::new();
        }
        let named = Some((experiment.title, experiment.expect));
        self.perform(experiment.changes, named)
    }

    fn open_twin(&mut self, at: usize) -> Vec<Effect> {
        let id = self.loaded.as_ref().map(|loaded| loaded.id.as_str());
        let Some(twin) = self.twins().into_iter().nth(at) else {
            return Vec::new();
        };
        let here = |other: &str| id == Some(other);
        let (first, other) = if here(twin.left) {
            (None, twin.right)
        } else if here(twin.right) {
            (None, twin.left)
        } else {
            (Some(twin.left.to_owned()), twin.right)
        };
        self.dialog = None;
        self.branching.twin = Some(other.to_owned());
        vec![Effect::OpenTwin {
            first,
            twin: other.to_owned(),
        }]
    }

    /// Scenarios that are worth seeing side by side; the ones with the scenario on stage come
    /// first.
    pub fn twins(&self) -> Vec<&'static Twins> {
        let known = |id: &str| self.library.iter().any(|entry| entry.id == id);
        let id = self.loaded.as_ref().map(|loaded| loaded.id.as_str());
        let mut all: Vec<&Twins> = twins::ALL
            .iter()
            .filter(|twin| known(twin.left) && known(twin.right))
            .collect();
        all.sort_by_key(|twin| !id.is_some_and(|id| twin.left == id || twin.right == id));
        all
    }

    /// A twin was opened: it is shown beside what is on stage, or beside the other twin.
    pub fn twin_opened(&mut self, first: Option<(String, Story)>, id: &str, story: Story) {
        if self.branching.twin.as_deref() != Some(id) {
            return;
        }
        if let Some((first, story)) = first {
            self.load(&first, story);
        }
        self.branching.twin = None;
        let options = self.options();
        let Some(loaded) = &self.loaded else { return };
        let own_left = twins::ALL
            .iter()
            .any(|twin| twin.left == loaded.id && twin.right == id);
        let stage = Arc::new(Stage::new(&story.recording, options));
        let guest = Guest {
            branch: None,
            scenario: id.to_owned(),
            name: story.recording.header.title.clone(),
            recording: story.recording,
            stage,
        };
        let own_name = loaded.recording.header.title.clone();
        let beside = Beside::new(guest, loaded, own_name, own_left);
        self.side_by_side(beside);
    }

    fn side_by_side(&mut self, beside: Beside) {
        self.branching.beside = Some(beside);
        self.screen = Screen::Stage;
        self.sequence = false;
        self.settings.inspector = false;
        self.lens = crate::stage::lens::Lens::default();
        self.glide = None;
    }

    fn name_or_save(&mut self, command: Branching) -> Vec<Effect> {
        match command {
            Branching::Naming => self.begin_naming(),
            Branching::Name(name) => {
                if let Some(naming) = &mut self.branching.naming {
                    naming.name = name.chars().take(MAX_NAME_CHARS).collect();
                }
            }
            Branching::Named => {
                let naming = self.branching.naming.take();
                self.dialog = None;
                if let Some(naming) = naming.filter(|it| !it.name.trim().is_empty()) {
                    let name = naming.name.trim().to_owned();
                    self.change_history(|history, at| history.rename(naming.branch, &name, at));
                }
            }
            Branching::Save => self.begin_saving(),
            Branching::SaveTitle(title) => {
                if let Some(saving) = &mut self.branching.saving {
                    saving.title = title.chars().take(MAX_NAME_CHARS).collect();
                    saving.failed = None;
                }
            }
            Branching::SavePath(path) if path.len() <= MAX_PATH_BYTES => {
                if let Some(saving) = &mut self.branching.saving {
                    saving.path = path;
                    saving.failed = None;
                }
            }
            Branching::SaveNow => return self.save_branch(),
            _ => {}
        }
        Vec::new()
    }

    fn active_branch(&self) -> Option<&Arc<Node>> {
        let active = self.branching.tree()?.active()?;
        (active.id != BranchId::ROOT).then_some(active)
    }

    fn begin_naming(&mut self) {
        let naming = self.active_branch().map(|node| Naming {
            branch: node.id,
            name: node.name.clone(),
        });
        if naming.is_some() {
            self.dialog = Some(Dialog::Naming);
        }
        self.branching.naming = naming;
    }

    fn begin_saving(&mut self) {
        let Some(node) = self.active_branch() else {
            return;
        };
        let scenario = node.story.scenario();
        // Beside a scenario of one's own, for it is what the variant extends
        let folder = self
            .loaded
            .as_ref()
            .and_then(|loaded| loaded.id.rsplit_once(['/', '\\']))
            .map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let saving = Saving {
            title: capitalized(&node.name),
            path: format!(
                "{folder}{}-{}.ron",
                scenario.id,
                slug(&node.name, MAX_SLUG_CHARS)
            ),
            failed: None,
            done: None,
        };
        self.branching.saving = Some(saving);
        self.dialog = Some(Dialog::Save);
    }

    fn save_branch(&mut self) -> Vec<Effect> {
        let Some(node) = self.active_branch() else {
            return Vec::new();
        };
        let story: Arc<Performance> = Arc::clone(&node.story);
        let Some(saving) = &mut self.branching.saving else {
            return Vec::new();
        };
        let path = saving.path.trim().to_owned();
        let file = path.rsplit(['/', '\\']).next().unwrap_or_default();
        let Some(stem) = file.strip_suffix(".ron").filter(|stem| !stem.is_empty()) else {
            saving.failed = Some("Name a file that ends in .ron".to_owned());
            return Vec::new();
        };
        if saving.title.trim().is_empty() {
            saving.failed = Some("Give it a title".to_owned());
            return Vec::new();
        }
        match story.as_variant(&slug(stem, MAX_ID_CHARS), saving.title.trim()) {
            Ok(text) => vec![Effect::SaveVariant { path, text }],
            Err(error) => {
                saving.failed = Some(error.to_string());
                Vec::new()
            }
        }
    }

    /// A branch was saved, or could not be.
    pub fn saved(&mut self, outcome: Result<String, String>) {
        if let Some(saving) = &mut self.branching.saving {
            match outcome {
                Ok(path) => saving.done = Some(path),
                Err(why) => saving.failed = Some(why),
            }
        }
    }
}

/// Whether a selection means the same in two recordings.
fn is_same(selection: &Selection, one: &Recording, other: &Recording) -> bool {
    match selection {
        Selection::Actor(id) => other.actor(id).is_some(),
        Selection::Artifact(id) => one.artifact(*id) == other.artifact(*id),
        Selection::Decision(at) => {
            let taken = |recording: &Recording| recording.decisions.get(*at as usize).cloned();
            taken(one) == taken(other)
        }
        Selection::Keys(at) => {
            let at = *at as usize;
            one.keys.get(at).is_some() && one.keys.get(at) == other.keys.get(at)
        }
        Selection::Exchange(id) | Selection::Check { exchange: id, .. } => {
            let asked = |recording: &Recording| {
                let exchange = recording.exchange(*id);
                exchange.map(|it| {
                    (
                        it.beat,
                        it.to.clone(),
                        it.operation.clone(),
                        it.checks.len(),
                    )
                })
            };
            asked(one) == asked(other)
        }
    }
}

fn capitalized(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

/// A name as ids are written: lower case, words joined by hyphens.
fn slug(name: &str, most: usize) -> String {
    let mut slug = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(most);
    slug.trim_end_matches('-').to_owned()
}

impl Loaded {
    /// Another course of the same scenario, at the same beat unless a moment is given.
    fn show(&mut self, story: &Story, stage: Arc<Stage>, at: Option<PlayTime>) {
        let recording = Arc::clone(&story.recording);
        self.playback = self.playback.replaced(stage.marks(&recording));
        if let Some(at) = at {
            self.playback.apply(PlaybackCommand::Seek(at));
        }
        let options = stage.options();
        self.sequence =
            crate::stage::sequence::Sequence::new(&recording, options.size.0, options.text_scale);
        self.recording = recording;
        self.stage = stage;
        self.renew();
    }
}
