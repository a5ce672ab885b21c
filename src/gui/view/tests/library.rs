//! The start screen and the library.

use super::super::model::{Recent, Settings};
use super::*;

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

#[test]
fn the_library_is_narrowed_by_level_and_domain_and_shown_whole_again() {
    let mut model = staged();
    model.settings.library = true;
    model.library[3].level = "advanced".into();
    model.library[3].domains = vec!["Troubleshooting".into()];
    let mut harness = window(model, vec2(1600.0, 900.0));
    let wrong_token = |harness: &Harness<'static, Desk>| {
        harness
            .query_all_by_label_contains("The wrong token")
            .count()
    };
    for filter in ["Level advanced", "Domain Troubleshooting"] {
        harness.get_by_label(filter).click();
        harness.run_steps(3);
        harness.get_by_label("Open Sign up, confirm, sign in");
        assert_eq!(wrong_token(&harness), 0);
        harness.get_by_label("Show all").click();
        harness.run_steps(3);
        assert!(wrong_token(&harness) > 0);
    }
}

#[test]
fn files_that_were_opened_are_offered_again_and_those_that_are_gone_say_so() {
    let mut model = fixture::started();
    for path in ["/gone/old.ron", "/there/mine.ron"] {
        model.settings.note_recent(path);
    }
    model.recent = vec![
        Recent {
            path: "/there/mine.ron".into(),
            missing: false,
        },
        Recent {
            path: "/gone/old.ron".into(),
            missing: true,
        },
    ];
    let mut harness = window(model, vec2(1280.0, 1600.0));
    harness
        .get_by_label("Open the recent file mine.ron")
        .click();
    harness.run_steps(3);
    let opened = Effect::Open("/there/mine.ron".into());
    assert!(harness.state().effects.contains(&opened));
    harness
        .get_by_label_contains("Remove old.ron from the list")
        .click();
    harness.run_steps(3);
    assert_eq!(harness.state().model.settings.recent, ["/there/mine.ron"]);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    harness.event(bevy_egui::egui::Event::Text("open mine".to_owned()));
    harness.run_steps(3);
    harness.state_mut().effects.clear();
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(harness.state().effects.contains(&opened));
}

#[test]
fn only_so_many_files_are_remembered_and_each_once() {
    let mut settings = Settings::default();
    for round in 0..2 {
        for number in 0..20 {
            settings.note_recent(&format!("/{number}.ron"));
        }
        assert_eq!(settings.recent.len(), 8, "{round}");
        assert_eq!(settings.recent[0], "/19.ron");
    }
}
