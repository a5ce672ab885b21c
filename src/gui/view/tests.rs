//! The window as a person or a screen reader finds it: by the names of its controls.

mod looking;

use std::sync::OnceLock;

use bevy_egui::egui::{Key, Modifiers, Rect, Vec2, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::commands::{Command, Dialog, Selection, table};
use super::looking::Inspected;
use super::model::{Effect, Model, Screen};
use super::window::Areas;
use super::{fixture, show_in};
use crate::inspect::signature::Signature;
use crate::recording::Recording;
use crate::stage::playback::PlaybackCommand;

/// A window with everything it asked for.
struct Desk {
    model: Model,
    asked: Vec<Command>,
    effects: Vec<Effect>,
}

fn story() -> Recording {
    static STORY: OnceLock<Recording> = OnceLock::new();
    STORY
        .get_or_init(|| fixture::story("facebook-to-s3"))
        .clone()
}

fn staged() -> Model {
    let mut model = fixture::started();
    model.load("facebook-to-s3", story());
    model
}

fn window(model: Model, size: Vec2) -> Harness<'static, Desk> {
    let desk = Desk {
        model,
        asked: Vec::new(),
        effects: Vec::new(),
    };
    let mut installed = false;
    let mut harness = Harness::builder().with_size(size).build_ui_state(
        move |ui, desk: &mut Desk| {
            if !installed {
                super::install(ui.ctx(), &desk.model);
                installed = true;
                return;
            }
            for command in show_in(ui, &mut desk.model) {
                desk.asked.push(command.clone());
                desk.effects.extend(desk.model.apply(command));
            }
        },
        desk,
    );
    harness.run_steps(3);
    harness
}

const USUAL: Vec2 = Vec2::new(1280.0, 720.0);

fn press(harness: &mut Harness<'static, Desk>, modifiers: Modifiers, key: Key) -> Vec<Command> {
    harness.state_mut().asked.clear();
    harness.key_press_modifiers(modifiers, key);
    harness.run_steps(3);
    harness.state().asked.clone()
}

#[test]
fn keys_ask_for_what_the_table_binds_them_to() {
    let mut harness = window(staged(), USUAL);
    for (modifiers, key, wanted) in [
        (
            Modifiers::NONE,
            Key::Space,
            Command::Playback(PlaybackCommand::PlayBeat),
        ),
        (Modifiers::SHIFT, Key::Space, Command::PlayPause),
        (
            Modifiers::NONE,
            Key::ArrowRight,
            Command::Playback(PlaybackCommand::StepBeat(1)),
        ),
        (
            Modifiers::NONE,
            Key::ArrowLeft,
            Command::Playback(PlaybackCommand::StepBeat(-1)),
        ),
        (
            Modifiers::NONE,
            Key::Period,
            Command::Playback(PlaybackCommand::StepCheck(1)),
        ),
        (
            Modifiers::NONE,
            Key::Num3,
            Command::Playback(PlaybackCommand::JumpBeat(2)),
        ),
        (
            Modifiers::NONE,
            Key::End,
            Command::Playback(PlaybackCommand::End),
        ),
        (Modifiers::NONE, Key::L, Command::ToggleLibrary),
        (Modifiers::COMMAND, Key::Q, Command::Quit),
    ] {
        assert_eq!(press(&mut harness, modifiers, key), [wanted], "{key:?}");
    }
}

#[test]
fn a_chip_chosen_on_the_stage_is_taken_apart_in_the_inspector_and_its_signature_holds() {
    let mut model = staged();
    model.apply(Command::Playback(PlaybackCommand::End));
    let mut harness = window(model, vec2(1600.0, 900.0));
    harness.get_by_label_contains("ID token held by").click();
    harness.run_steps(3);
    let desk = harness.state();
    let Some(Selection::Artifact(id)) = &desk.model.selection else {
        panic!("nothing is chosen")
    };
    let artifact = desk
        .model
        .loaded
        .as_ref()
        .unwrap()
        .recording
        .artifact(*id)
        .unwrap();
    assert!(artifact.label.contains("ID token"));
    let Inspected::Token(token) = &desk.model.looking.inspected else {
        panic!("{:?}", desk.model.looking.inspected)
    };
    assert!(matches!(token.signature, Signature::Valid(_)));
    harness.get_by_label("Signature valid");
    harness.get_by_label("Claims");
}

#[test]
fn the_sheet_lists_every_command_that_has_a_key() {
    let mut harness = window(staged(), vec2(1280.0, 2000.0));
    press(&mut harness, Modifiers::NONE, Key::Questionmark);
    assert_eq!(harness.state().model.dialog, Some(Dialog::Sheet));
    let jump = |binding: &&super::commands::Binding| {
        matches!(
            binding.command,
            Command::Playback(PlaybackCommand::JumpBeat(_))
        )
    };
    harness.get_by_label("Jump to beat 1 to 9");
    let table = table();
    for binding in table
        .iter()
        .filter(|binding| !binding.keys.is_empty() && !jump(binding))
    {
        assert!(
            harness.query_all_by_label(binding.label).count() > 0,
            "{}",
            binding.label
        );
    }
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(harness.state().model.dialog, None);
}

#[test]
fn the_palette_narrows_while_typing_and_runs_what_it_found() {
    let mut harness = window(staged(), USUAL);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    harness.run_steps(2);
    harness.event(bevy_egui::egui::Event::Text("next chap".to_owned()));
    harness.run_steps(3);
    assert_eq!(harness.state().model.palette.filter, "next chap");
    let asked = press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(
        asked.contains(&Command::Playback(PlaybackCommand::StepChapter(1))),
        "{asked:?}"
    );
    assert_eq!(harness.state().model.dialog, None);
}

#[test]
fn letters_typed_into_a_search_are_not_shortcuts() {
    let mut harness = window(staged(), vec2(1600.0, 900.0));
    press(&mut harness, Modifiers::NONE, Key::Slash);
    harness.run_steps(2);
    assert_eq!(harness.state().model.dialog, Some(Dialog::Search));
    assert_eq!(press(&mut harness, Modifiers::NONE, Key::Space), []);
    assert_eq!(press(&mut harness, Modifiers::NONE, Key::L), []);
}

#[test]
fn the_start_screen_offers_scenarios_and_says_that_nothing_is_real() {
    let mut harness = window(fixture::started(), USUAL);
    harness.get_by_label_contains("Not affiliated with Amazon Web Services");
    harness
        .get_by_label("Open Facebook to S3, step by step")
        .click();
    harness.run_steps(3);
    assert_eq!(
        harness.state().effects,
        [Effect::Open("facebook-to-s3".into())]
    );
}

#[test]
fn every_control_has_a_name() {
    let mut model = staged();
    model.apply(Command::Playback(PlaybackCommand::End));
    model.settings.library = true;
    let harness = window(model, vec2(1920.0, 1080.0));
    let mut buttons = 0;
    for node in harness.query_all_by_role(bevy_egui::egui::accesskit::Role::Button) {
        use egui_kittest::kittest::NodeT as _;
        let label = node.accesskit_node().label().unwrap_or_default();
        assert!(!label.trim().is_empty(), "{:?}", node.rect());
        buttons += 1;
    }
    assert!(buttons > 20, "{buttons}");
}

#[test]
fn the_stage_can_be_read_in_words() {
    let mut model = staged();
    model.apply(Command::Playback(PlaybackCommand::End));
    let harness = window(model, USUAL);
    let found = harness.get_all_by_label_contains("Stage, beat").next();
    assert!(found.is_some());
}

#[test]
fn the_stage_keeps_half_of_every_window_and_nothing_overlaps() {
    let mut model = staged();
    for scale in [0, 2, 4] {
        model.settings.text_scale = 1.0;
        model.apply(Command::TextSize(scale));
        for (library, inspector) in [(false, false), (true, false), (false, true), (true, true)] {
            model.settings.library = library;
            model.settings.inspector = inspector;
            for (w, h) in [
                (1024.0, 640.0),
                (1280.0, 720.0),
                (1920.0, 1080.0),
                (3840.0, 2160.0),
            ] {
                let window = Rect::from_min_size(pos2(0.0, 0.0), vec2(w, h));
                let areas = Areas::of(window, &model, 120.0);
                assert!(areas.stage.width() >= w / 2.0 - 0.5, "{w} {areas:?}");
                assert!(areas.stage.height() >= h * 0.4, "{h} {areas:?}");
                let all = [
                    areas.top,
                    areas.rail,
                    areas.library,
                    areas.inspector,
                    Some(areas.stage),
                    areas.caption,
                    areas.transport,
                ];
                let all: Vec<Rect> = all.into_iter().flatten().collect();
                for (position, one) in all.iter().enumerate() {
                    assert!(
                        window.expand(0.1).contains_rect(*one),
                        "{one:?} leaves {window:?}"
                    );
                    for other in all.iter().skip(position + 1) {
                        let shared = one.intersect(*other);
                        assert!(
                            shared.width() < 0.1 || shared.height() < 0.1,
                            "{one:?} {other:?}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn stepping_out_closes_one_thing_at_a_time() {
    let mut model = staged();
    model.apply(Command::Select(Selection::Exchange(
        crate::cloud::ledger::ExchangeId(0),
    )));
    model.apply(Command::Presenter);
    model.apply(Command::Dialog(Dialog::About));
    model.apply(Command::StepOut);
    assert_eq!((model.dialog, model.presenter), (None, true));
    model.apply(Command::StepOut);
    assert!(!model.presenter && model.selection.is_some());
    model.apply(Command::StepOut);
    assert_eq!(model.selection, None);
}

#[test]
fn the_same_scenario_loaded_again_keeps_its_beat() {
    let mut model = staged();
    model.apply(Command::Playback(PlaybackCommand::JumpBeat(4)));
    model.load("facebook-to-s3", story());
    assert_eq!(model.loaded.as_ref().unwrap().frame.beat, 4);
    assert_eq!(model.screen, Screen::Stage);
}

/// A window just before the first beat that asks something.
fn before_the_question() -> (Harness<'static, Desk>, u32) {
    let mut model = staged();
    let recording = &model.loaded.as_ref().unwrap().recording;
    let asks = |beat: &&crate::recording::Beat| beat.question.is_some();
    let beat = recording.beats.iter().find(asks).unwrap().index;
    model.apply(Command::Playback(PlaybackCommand::JumpBeat(beat)));
    model.apply(Command::Playback(PlaybackCommand::StepBeat(-1)));
    (window(model, USUAL), beat)
}

fn play_out(harness: &mut Harness<'static, Desk>) {
    for _ in 0..10_000 {
        if !harness.state_mut().model.advance(0.1) {
            break;
        }
    }
    harness.run_steps(3);
}

#[test]
fn a_question_is_asked_before_its_beat_and_every_answer_explained_after_it() {
    let (mut harness, beat) = before_the_question();
    press(&mut harness, Modifiers::NONE, Key::Space);
    let asking = harness.state().model.asking.unwrap();
    assert_eq!((asking.beat, asking.chosen), (beat, None));
    let playing = |harness: &Harness<'static, Desk>| {
        harness
            .state()
            .model
            .loaded
            .as_ref()
            .unwrap()
            .playback
            .playing()
    };
    assert!(!playing(&harness), "the verdict would be given away");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(!playing(&harness), "nothing was chosen yet");
    press(&mut harness, Modifiers::NONE, Key::Num2);
    harness.get_by_label_contains("Chosen");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(playing(&harness));
    assert_eq!(harness.query_all_by_label_contains("Answer 1").count(), 0);
    play_out(&mut harness);
    assert_eq!(
        harness.query_all_by_label_contains("Your choice").count(),
        1
    );
    assert_eq!(harness.query_all_by_label_contains("Right: ").count(), 1);
    assert!(harness.query_all_by_label_contains("Wrong: ").count() >= 1);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(harness.state().model.asking, None);
    assert!(!playing(&harness));
}

#[test]
fn an_answer_can_be_chosen_with_the_pointer_and_a_question_skipped() {
    let (mut harness, beat) = before_the_question();
    press(&mut harness, Modifiers::NONE, Key::Space);
    harness.get_by_label_contains("Answer 1").click();
    harness.run_steps(3);
    assert_eq!(harness.state().model.asking.unwrap().chosen, Some(0));
    harness.get_by_label("Skip the question").click();
    harness.run_steps(3);
    assert_eq!(harness.state().model.asking, None);
    play_out(&mut harness);
    let loaded = harness.state().model.loaded.as_ref().unwrap();
    assert_eq!(loaded.playback.beat(), beat);
    assert_eq!(harness.state().model.asking, None);
}

#[test]
fn stepping_and_scrubbing_never_ask() {
    let mut model = staged();
    let beats = model.loaded.as_ref().unwrap().recording.beats.len();
    for _ in 0..beats {
        model.apply(Command::Playback(PlaybackCommand::StepBeat(1)));
        assert_eq!(model.asking, None);
    }
    for part in [0.1, 0.9, 0.35, 0.7] {
        model.apply(Command::SeekTo(part));
        model.apply(Command::Playback(PlaybackCommand::PlayOn));
        assert_eq!(model.asking, None);
    }
}

#[test]
fn stepping_away_from_a_question_takes_it_back() {
    let (mut harness, _) = before_the_question();
    press(&mut harness, Modifiers::NONE, Key::Space);
    assert!(harness.state().model.asking.is_some());
    press(&mut harness, Modifiers::NONE, Key::ArrowLeft);
    assert_eq!(harness.state().model.asking, None);
}

#[test]
fn the_sequence_view_shows_every_message_and_a_click_chooses_its_exchange() {
    let mut model = staged();
    model.apply(Command::Playback(PlaybackCommand::End));
    let mut harness = window(model, vec2(1600.0, 4000.0));
    press(&mut harness, Modifiers::NONE, Key::S);
    assert!(harness.state().model.sequence);
    harness.get_by_label("Sequence of all messages");
    harness
        .query_all_by_label_contains("Message 1: ")
        .next()
        .unwrap()
        .click();
    harness.run_steps(3);
    let chosen = harness.state().model.selection.clone();
    assert_eq!(
        chosen,
        Some(Selection::Exchange(crate::cloud::ledger::ExchangeId(0)))
    );
    press(&mut harness, Modifiers::NONE, Key::S);
    assert!(!harness.state().model.sequence);
}

#[test]
fn looking_closer_makes_a_card_larger_and_fitting_all_shows_everything_again() {
    let mut model = staged();
    let actor = model.loaded.as_ref().unwrap().frame.actors[0].id.clone();
    model.apply(Command::Select(Selection::Actor(actor)));
    let mut harness = window(model, vec2(1600.0, 900.0));
    let size = |harness: &Harness<'static, Desk>| {
        let actor = &harness.state().model.loaded.as_ref().unwrap().frame.actors[0];
        let name = format!("{}: {}", actor.name, actor.line.join(" "));
        harness.get_by_label(&name).rect().width()
    };
    let before = size(&harness);
    harness.state_mut().model.apply(Command::Focus);
    harness.run_steps(3);
    assert!(size(&harness) > before * 1.3);
    press(&mut harness, Modifiers::COMMAND, Key::Num0);
    assert!((size(&harness) - before).abs() < 0.5);
}

#[test]
fn what_is_found_in_the_recording_is_gone_to_and_shown() {
    let mut harness = window(staged(), vec2(1600.0, 900.0));
    press(&mut harness, Modifiers::NONE, Key::Slash);
    harness.event(bevy_egui::egui::Event::Text("AccessDenied".to_owned()));
    harness.run_steps(3);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    let model = &harness.state().model;
    assert_eq!(model.dialog, None);
    let Some(Selection::Exchange(id)) = &model.selection else {
        panic!("{:?}", model.selection)
    };
    let loaded = model.loaded.as_ref().unwrap();
    assert!(loaded.recording.exchange(*id).unwrap().refused());
    assert_eq!(
        loaded.frame.beat,
        loaded.recording.exchange(*id).unwrap().beat
    );
}

#[test]
fn the_stage_s_words_change_with_the_beat_and_not_with_the_picture() {
    let mut model = staged();
    let words = |model: &Model| model.loaded.as_ref().unwrap().outline.clone();
    model.apply(Command::Playback(PlaybackCommand::JumpBeat(5)));
    let before = words(&model);
    assert!(before.contains("AssumeRoleWithWebIdentity"), "{before}");
    for _ in 0..3 {
        model.apply(Command::Playback(PlaybackCommand::StepCheck(1)));
        assert_eq!(words(&model), before);
    }
    model.apply(Command::Playback(PlaybackCommand::JumpBeat(6)));
    assert_ne!(words(&model), before);
}

#[test]
fn the_library_marks_what_was_seen_and_is_narrowed_by_exam_and_theme() {
    let mut model = staged();
    model.settings.library = true;
    model.library[3].exams = vec!["SCS".into()];
    model.apply(Command::Playback(PlaybackCommand::StepBeat(1)));
    model.apply(Command::Playback(PlaybackCommand::StepBeat(1)));
    let beats = model.library[0].beats;
    let mut harness = window(model, vec2(1600.0, 900.0));
    harness.get_by_label_contains(&format!("2 of {beats} beats seen"));
    harness
        .state_mut()
        .model
        .apply(Command::Playback(PlaybackCommand::End));
    harness.run_steps(3);
    harness.get_by_label_contains("step by step, seen to the end");
    harness.get_by_label("Exam SCS").click();
    harness.run_steps(3);
    harness.get_by_label("Open Sign up, confirm, sign in");
    assert_eq!(
        harness
            .query_all_by_label_contains("The wrong token")
            .count(),
        0
    );
    harness.get_by_label("Exam SCS").click();
    harness.get_by_label("Theme 4").click();
    harness.run_steps(3);
    assert!(
        harness
            .query_all_by_label_contains("The wrong token")
            .count()
            > 0
    );
}
