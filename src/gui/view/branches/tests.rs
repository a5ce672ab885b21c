//! Changes as a person makes them: chosen from the menu, filled in, made, taken back; the host
//! performs at once.

mod forms;
mod kinds;
mod window;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::editor::Form;
use super::{Branching, Errand};
use crate::gui::view::commands::{Command, Dialog, Selection};
use crate::gui::view::fixture;
use crate::gui::view::model::{Effect, Model};
use crate::recording::Recording;
use crate::scenario::files::Shipped;
use crate::scenario::{Performance, library, load};
use crate::stage::playback::PlaybackCommand;

/// A shipped scenario, performed once for all tests.
pub(super) fn story(id: &str) -> Arc<Performance> {
    static STORIES: Mutex<BTreeMap<String, Arc<Performance>>> = Mutex::new(BTreeMap::new());
    if let Some(known) = STORIES.lock().unwrap().get(id) {
        return Arc::clone(known);
    }
    let entry = library::find(id).unwrap();
    let scenario = load(&Shipped, entry.path, entry.text.as_bytes()).unwrap();
    let made = Arc::new(Performance::new(Arc::new(scenario), None).unwrap());
    let mut stories = STORIES.lock().unwrap();
    Arc::clone(stories.entry(id.to_owned()).or_insert(made))
}

/// A window with a scenario, paused at the beginning of a beat.
pub(super) fn at(id: &str, beat: &str) -> Model {
    let mut model = fixture::started();
    model.load(id, story(id));
    let beats = &model.loaded.as_ref().unwrap().recording.beats;
    let beat = beats.iter().find(|it| it.id == beat).unwrap().index;
    model.apply(Command::Playback(PlaybackCommand::JumpBeat(beat)));
    model
}

/// Gives a command; what the host is to perform comes back.
pub(super) fn ask(model: &mut Model, what: Branching) -> Vec<Errand> {
    let effects = model.apply(Command::Branch(what));
    let errands = effects.into_iter().filter_map(|effect| match effect {
        Effect::Perform(errand) => Some(errand),
        _ => None,
    });
    errands.collect()
}

/// Gives a command and performs what it asks for.
pub(super) fn give(model: &mut Model, what: Branching) {
    for errand in ask(model, what) {
        model.performed(errand.perform());
    }
}

/// Somebody on stage by name, something held, or a request.
pub(super) fn called(model: &Model, name: &str) -> Selection {
    let loaded = model.loaded.as_ref().unwrap();
    if let Some(actor) = loaded
        .recording
        .actors
        .iter()
        .find(|it| it.name == name || it.id.as_str() == name)
    {
        return Selection::Actor(actor.id.clone());
    }
    let wallets = loaded.recording.actors.iter().rev();
    let held = wallets.flat_map(|actor| loaded.recording.held_by(&actor.id, loaded.cursor()));
    let device = |it: &crate::recording::Held<'_>| it.artifact.label.contains(name);
    if let Some(held) = held.filter(device).last() {
        return Selection::Artifact(held.artifact.id);
    }
    let beat = loaded.frame.beat;
    let asked = loaded.recording.exchanges.iter();
    let mut asked = asked.filter(|it| it.beat >= beat);
    let found = asked.find(|it| it.operation == name);
    Selection::Exchange(
        found
            .unwrap_or_else(|| panic!("nothing is called {name}"))
            .id,
    )
}

/// Opens the menu on something and takes the line that begins like this.
pub(super) fn pick(model: &mut Model, name: &str, line: &str) {
    let chosen = called(model, name);
    give(model, Branching::Menu(Some(chosen), None));
    let menu = model.branching.menu.clone().expect("a menu opens");
    let found = menu
        .items
        .iter()
        .position(|item| item.label.starts_with(line));
    let at = found.unwrap_or_else(|| panic!("{name} has no {line:?}: {menu:#?}"));
    assert_eq!(menu.items[at].hindrance, None, "{name}: {line}");
    give(model, Branching::Pick(at));
}

/// The position of a field of the form that is open.
pub(super) fn field(model: &Model, name: &str) -> usize {
    match &model.branching.editor.as_ref().unwrap().form {
        Form::Claims { fields, .. } | Form::Request { fields, .. } => fields
            .iter()
            .position(|field| field.name == name)
            .unwrap_or_else(|| panic!("no field {name} in {fields:#?}")),
        _ => 0,
    }
}

/// Where the branch on stage stops first and the original does not: who, AWS's code, the check.
pub(super) fn stopped(model: &Model) -> String {
    let tree = model.branching.tree().unwrap();
    let branch = &tree.active().unwrap().story;
    let parent = &tree.nodes()[0].story;
    assert!(
        !Arc::ptr_eq(branch, parent),
        "nothing was made: {:?}",
        model.trouble
    );
    let Some(act) = branch.first_surprise(parent) else {
        return "allowed".to_owned();
    };
    let recording: &Recording = branch.recording();
    let range = act.first_exchange.index()..act.end_exchange.index();
    let mut asked = range.filter_map(|at| recording.exchanges.get(at));
    match asked.find(|it| it.refused()) {
        Some(exchange) => {
            let check = exchange.failed_check().map_or("", |check| &check.name);
            let code = exchange.refusal.as_ref().map_or("", |it| &it.code);
            format!("{} {code} {check}", exchange.to)
        }
        None => branch.in_words(act),
    }
}

/// What is shown, as one number.
pub(super) fn hash(model: &Model) -> String {
    let frame = &model.loaded.as_ref().unwrap().frame;
    let shown = serde_json::to_vec(frame).unwrap();
    crate::protocol::hash::sha256_hex(&shown)
}

#[test]
fn undo_shows_the_same_picture_and_redo_the_branch_again() {
    for (id, beat, whom, line) in [
        (
            "facebook-to-s3",
            "credentials",
            "ID token",
            "Set alg to none",
        ),
        (
            "sts-directly",
            "assume",
            "ID token",
            "Sign it with another key",
        ),
        ("classic-flow", "sts", "sts", "Delete Surveyor"),
    ] {
        let mut model = at(id, beat);
        model.apply(Command::Playback(PlaybackCommand::StepCheck(1)));
        let time = model.loaded.as_ref().unwrap().playback.time();
        let before = hash(&model);
        pick(&mut model, whom, line);
        let changed = hash(&model);
        let name = model
            .branching
            .tree()
            .unwrap()
            .active()
            .unwrap()
            .name
            .clone();
        assert_eq!(model.branching.rows(), 2, "{id}");
        give(&mut model, Branching::Undo);
        assert_eq!(hash(&model), before, "{id}");
        assert_eq!(model.loaded.as_ref().unwrap().playback.time(), time);
        assert_eq!(model.branching.rows(), 1);
        give(&mut model, Branching::Redo);
        assert_eq!(hash(&model), changed, "{id}");
        assert_eq!(model.branching.tree().unwrap().active().unwrap().name, name);
    }
}

#[test]
fn a_branch_can_be_renamed_removed_and_switched_and_all_of_that_taken_back() {
    let mut model = at("facebook-to-s3", "credentials");
    pick(&mut model, "ID token", "Set alg to none");
    give(&mut model, Branching::Naming);
    assert_eq!(model.dialog, Some(Dialog::Naming));
    give(&mut model, Branching::Name("No signature".into()));
    give(&mut model, Branching::Named);
    let name = |model: &Model| {
        model
            .branching
            .tree()
            .unwrap()
            .active()
            .unwrap()
            .name
            .clone()
    };
    assert_eq!(
        (name(&model).as_str(), model.dialog),
        ("No signature", None)
    );
    let beat = model.loaded.as_ref().unwrap().frame.beat;
    give(&mut model, Branching::Next(1));
    assert_eq!(name(&model), "Original");
    assert_eq!(
        model.loaded.as_ref().unwrap().frame.beat,
        beat,
        "the same beat"
    );
    give(&mut model, Branching::Next(1));
    let shown = hash(&model);
    give(&mut model, Branching::Remove);
    assert_eq!(
        (name(&model).as_str(), model.branching.rows()),
        ("Original", 1)
    );
    give(&mut model, Branching::Remove);
    assert_eq!(model.branching.rows(), 1, "the original is never lost");
    give(&mut model, Branching::Undo);
    assert_eq!((name(&model), hash(&model)), ("No signature".into(), shown));
    give(&mut model, Branching::Undo);
    give(&mut model, Branching::Undo);
    give(&mut model, Branching::Undo);
    assert_eq!(name(&model), "alg of the ID token is none");
}

#[test]
fn a_branch_of_a_branch_keeps_both_changes() {
    let mut model = at("facebook-to-s3", "credentials");
    pick(&mut model, "ID token", "Change one byte");
    give(&mut model, Branching::Next(1));
    give(&mut model, Branching::Next(1));
    let beat = Command::Playback(PlaybackCommand::JumpBeat(0));
    model.apply(beat);
    pick(&mut model, "phone", "Let time pass");
    give(&mut model, Branching::Type(0, "1m".into()));
    give(&mut model, Branching::Make);
    let tree = model.branching.tree().unwrap();
    assert_eq!(tree.active().unwrap().story.changes().len(), 2);
    let parents: Vec<usize> = tree
        .nodes()
        .iter()
        .filter_map(|node| node.parent)
        .map(|parent| tree.row_of(parent))
        .collect();
    assert_eq!(parents, [0, 1]);
}

#[test]
fn cancelling_leaves_everything_as_it_was() {
    let mut model = at("facebook-to-s3", "credentials");
    let before = hash(&model);
    let chosen = called(&model, "ID token");
    give(&mut model, Branching::Menu(Some(chosen), None));
    let menu = model.branching.menu.as_ref().unwrap();
    let at = menu
        .items
        .iter()
        .position(|it| it.label == "Set alg to none")
        .unwrap();
    let errands = ask(&mut model, Branching::Pick(at));
    let [errand] = errands.as_slice() else {
        panic!("one errand, and not {errands:?}")
    };
    assert!(model.advance(0.6), "waiting is drawn");
    assert!(!model.branching.underway.as_ref().unwrap().said());
    model.advance(0.6);
    assert!(model.branching.underway.as_ref().unwrap().said());
    model.apply(Command::StepOut);
    assert!(model.branching.underway.is_none());
    assert!(errand.watch.is_cancelled());
    model.performed(errand.perform());
    assert_eq!(
        model.branching.rows(),
        1,
        "an outcome nobody waits for is nobody's"
    );
    assert_eq!((hash(&model), &model.trouble), (before, &None));
}

#[test]
fn the_first_difference_of_two_stages_is_where_the_check_fails() {
    let mut model = at("facebook-to-s3", "credentials");
    pick(&mut model, "ID token", "Sign it with another key");
    give(&mut model, Branching::Beside);
    let beside = model.branching.beside.as_ref().unwrap();
    assert_eq!((beside.name.as_str(), beside.own_left), ("Original", false));
    let first = beside.differences.first.as_ref().unwrap();
    assert!(
        first.right_says.contains("NotAuthorizedException"),
        "{first:?}"
    );
    assert!(first.left_says.contains("answers"), "{first:?}");
    let right = first.right.unwrap();
    assert!(
        beside
            .differences
            .right
            .checks
            .iter()
            .any(|(id, _)| *id == right)
    );
    give(&mut model, Branching::FirstDifference);
    let loaded = model.loaded.as_ref().unwrap();
    assert_eq!(
        loaded.frame.beat,
        model
            .branching
            .beside
            .as_ref()
            .unwrap()
            .differences
            .first
            .as_ref()
            .unwrap()
            .beat
    );
    // Before the parting both stages are at the very same moment
    model.apply(Command::Playback(PlaybackCommand::Home));
    model.apply(Command::Playback(PlaybackCommand::StepCheck(1)));
    model.keep_beside();
    let (own, other) = (
        model.loaded.as_ref().unwrap().playback.time(),
        model.branching.beside.as_ref().unwrap().time,
    );
    assert_eq!(own, other);
    model.apply(Command::StepOut);
    assert!(model.branching.beside.is_none());
}

#[test]
fn a_saved_branch_is_a_scenario_that_loads_and_tells_the_same() {
    let mut model = at("facebook-to-s3", "credentials");
    give(&mut model, Branching::Save);
    assert_eq!(model.dialog, None, "the original is a scenario already");
    pick(&mut model, "ID token", "Set alg to none");
    give(&mut model, Branching::Save);
    assert_eq!(model.dialog, Some(Dialog::Save));
    let proposed = model.branching.saving.as_ref().unwrap().path.clone();
    assert_eq!(proposed, "facebook-to-s3-alg-of-the-id-token-is-none.ron");
    give(&mut model, Branching::SavePath("no-ending".into()));
    assert!(model.apply(Command::Branch(Branching::SaveNow)).is_empty());
    assert!(model.branching.saving.as_ref().unwrap().failed.is_some());
    give(&mut model, Branching::SavePath(proposed.clone()));
    let effects = model.apply(Command::Branch(Branching::SaveNow));
    let [Effect::SaveVariant { path, text }] = effects.as_slice() else {
        panic!("a file is to be written, and not {effects:?}")
    };
    assert_eq!(*path, proposed);
    let scenario = load(&Shipped, "scenarios/x.ron", text.as_bytes());
    let scenario = scenario.unwrap_or_else(|report| panic!("{text}\n{}", report.render(false)));
    let again = Performance::new(Arc::new(scenario), None).unwrap();
    let branch = &model.branching.tree().unwrap().active().unwrap().story;
    assert_eq!(again.recording().exchanges, branch.recording().exchanges);
    model.saved(Err("it is there already".into()));
    assert!(model.branching.saving.as_ref().unwrap().done.is_none());
    model.saved(Ok(proposed));
    assert!(model.branching.saving.as_ref().unwrap().done.is_some());
}

#[test]
fn a_saved_recording_cannot_be_changed_and_says_so() {
    let mut model = fixture::started();
    let recording = Recording::clone(story("facebook-to-s3").recording());
    model.load("facebook-to-s3", recording);
    let chosen = called(&model, "phone");
    give(&mut model, Branching::Menu(Some(chosen), None));
    assert!(model.branching.menu.is_none());
    assert_eq!(model.trouble.unwrap().title, "This cannot be changed");
}
