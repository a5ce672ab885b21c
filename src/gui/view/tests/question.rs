//! A beat's question: asked, answered, explained, taken back.

use super::*;

/// A window just before the first beat that asks something.
pub(super) fn before_the_question() -> (Harness<'static, Desk>, u32) {
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
    assert_eq!(harness.query_all_by_label_contains("Right: ").count(), 0);
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
fn a_question_stands_beside_the_stage_and_never_over_it() {
    let (mut harness, _) = before_the_question();
    press(&mut harness, Modifiers::NONE, Key::Space);
    let check = |harness: &Harness<'static, Desk>, window: Rect| {
        let areas = Areas::of(window, &harness.state().model, 100.0);
        let question = areas.question.unwrap();
        assert!(!question.intersects(areas.stage.shrink(0.5)), "{areas:?}");
        assert!(areas.stage.width() >= window.width() * 0.5 - 0.5);
        question
    };
    let usual = Rect::from_min_size(pos2(0.0, 0.0), USUAL);
    let question = check(&harness, usual);
    let answer = harness.get_by_label_contains("Answer 1").rect();
    assert!(question.contains_rect(answer), "{answer:?}");
    press(&mut harness, Modifiers::NONE, Key::Num1);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    check(&harness, usual);
    play_out(&mut harness);
    for size in [(1024.0, 640.0), (1920.0, 1080.0)] {
        check(&harness, Rect::from_min_size(pos2(0.0, 0.0), size.into()));
    }
}

#[test]
fn a_presenter_s_question_fills_the_screen_and_stands_aside_for_its_verdict() {
    let (mut harness, _) = before_the_question();
    press(&mut harness, Modifiers::NONE, Key::P);
    press(&mut harness, Modifiers::NONE, Key::Space);
    let window = Rect::from_min_size(pos2(0.0, 0.0), USUAL);
    assert_eq!(
        Areas::of(window, &harness.state().model, 100.0).question,
        None
    );
    let large = harness.get_by_label_contains("Answer 1").rect();
    assert!(large.width() > USUAL.x * 0.5, "{large:?}");
    press(&mut harness, Modifiers::NONE, Key::Space);
    play_out(&mut harness);
    let areas = Areas::of(window, &harness.state().model, 100.0);
    let question = areas.question.unwrap();
    assert!(question.left() >= areas.stage.right() - 0.5);
    harness.get_by_label_contains("Right: ");
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
