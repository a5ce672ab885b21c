//! Keys, the palette and stepping out.

use super::*;

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
fn the_first_key_after_a_search_is_a_shortcut_again() {
    let mut harness = window(staged(), vec2(1600.0, 900.0));
    press(&mut harness, Modifiers::NONE, Key::Slash);
    harness.event(bevy_egui::egui::Event::Text("AccessDenied".to_owned()));
    harness.run_steps(3);
    // Not a single picture is drawn between the two keys
    harness.key_press_modifiers(Modifiers::NONE, Key::Enter);
    harness.key_press_modifiers(Modifiers::NONE, Key::H);
    harness.run_steps(2);
    assert_eq!(harness.state().model.screen, Screen::Start);
}
