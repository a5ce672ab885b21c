//! The stage and the sequence view: chosen, looked at closely, read in words.

use super::*;
use crate::gui::view::looking::Inspected;
use crate::inspect::signature::Signature;

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
fn every_beat_is_painted_at_every_size_from_the_smallest_window_to_a_wall() {
    for (w, h) in [
        (1024.0, 640.0),
        (1920.0, 1080.0),
        (3840.0, 2160.0),
        (7680.0, 4320.0),
        (16_384.0, 640.0),
        (1024.0, 16_384.0),
    ] {
        for (larger, presenting) in [(0, false), (4, false), (0, true), (4, true)] {
            let mut model = staged();
            model.apply(Command::TextSize(larger));
            if presenting {
                model.apply(Command::Presenter);
            }
            let mut harness = window(model, vec2(w, h));
            for beat in [3, 5, 11] {
                let model = &mut harness.state_mut().model;
                model.apply(Command::Playback(PlaybackCommand::JumpBeat(beat)));
                model.apply(Command::Playback(PlaybackCommand::StepCheck(2)));
                harness.run_steps(1);
                let model = &mut harness.state_mut().model;
                model.apply(Command::Playback(PlaybackCommand::StepBeat(1)));
                harness.run_steps(1);
            }
        }
    }
}

#[test]
fn the_same_scenario_loaded_again_keeps_its_beat() {
    let mut model = staged();
    model.apply(Command::Playback(PlaybackCommand::JumpBeat(4)));
    model.load("facebook-to-s3", story());
    assert_eq!(model.loaded.as_ref().unwrap().frame.beat, 4);
    assert_eq!(model.screen, Screen::Stage);
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
    harness.state_mut().model.advance(1.0);
    harness.run_steps(3);
    assert!(size(&harness) > before * 1.3);
    press(&mut harness, Modifiers::COMMAND, Key::Num0);
    harness.state_mut().model.advance(1.0);
    harness.run_steps(3);
    assert!((size(&harness) - before).abs() < 0.5);
}

#[test]
fn looking_elsewhere_glides_and_with_reduced_motion_is_there_at_once() {
    let mut model = staged();
    model.apply(Command::ZoomStep(3));
    let zooms: Vec<f32> = (0..30)
        .map(|_| {
            model.advance(0.016);
            model.lens.zoom()
        })
        .collect();
    assert!(zooms[0] > 1.0 && zooms[0] < 1.6, "{zooms:?}");
    assert!(zooms.windows(2).all(|pair| pair[0] <= pair[1]));
    assert_eq!(zooms[29], 1.25_f32.powi(3));
    assert!(!model.advance(0.016), "nothing moves any more");
    model.apply(Command::ToggleMotion);
    model.apply(Command::FitAll);
    assert!(model.lens.whole());
}

#[test]
fn keys_move_what_is_looked_at_closely_and_stop_at_the_edges() {
    let mut harness = window(staged(), vec2(1600.0, 900.0));
    press(&mut harness, Modifiers::NONE, Key::Z);
    press(&mut harness, Modifiers::NONE, Key::Z);
    harness.state_mut().model.advance(1.0);
    let before = harness.state().model.lens;
    assert!(!before.whole());
    press(&mut harness, Modifiers::SHIFT, Key::ArrowRight);
    harness.state_mut().model.advance(1.0);
    let after = harness.state().model.lens;
    assert_ne!(before, after);
    for _ in 0..40 {
        press(&mut harness, Modifiers::SHIFT, Key::ArrowRight);
    }
    harness.state_mut().model.advance(1.0);
    let edge = harness.state().model.lens;
    press(&mut harness, Modifiers::SHIFT, Key::ArrowRight);
    harness.state_mut().model.advance(1.0);
    assert_eq!(harness.state().model.lens, edge);
}

#[test]
fn the_wheel_looks_closer_at_the_pointer_and_a_drag_moves_what_is_seen() {
    use bevy_egui::egui::{Event, MouseWheelUnit, PointerButton, TouchPhase};
    let mut harness = window(staged(), vec2(1600.0, 900.0));
    let at = pos2(760.0, 560.0);
    harness.event(Event::PointerMoved(at));
    harness.event(Event::MouseWheel {
        unit: MouseWheelUnit::Line,
        delta: vec2(0.0, 6.0),
        phase: TouchPhase::Move,
        modifiers: Modifiers::NONE,
    });
    harness.run_steps(12);
    let closer = harness.state().model.lens;
    assert!(closer.zoom() > 1.1, "{closer:?}");
    let button = |pressed| Event::PointerButton {
        pos: at,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    harness.event(button(true));
    harness.run_steps(1);
    harness.event(Event::PointerMoved(at + vec2(-90.0, -40.0)));
    harness.run_steps(2);
    harness.event(button(false));
    harness.run_steps(1);
    let moved = harness.state().model.lens;
    assert!(moved != closer && moved.zoom() == closer.zoom());
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
