//! The whole app without a renderer and without a display: every plugin, real key events, manual
//! time.

use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use bevy::app::PluginsState;
use bevy::ecs::schedule::{LogLevel, ScheduleBuildSettings, ScheduleLabel};
use bevy::input::ButtonState;
use bevy::input::keyboard::{Key, KeyCode, KeyboardInput};
use bevy::log::tracing::{self, Level, Subscriber};
use bevy::log::tracing_subscriber::layer::{Context, SubscriberExt};
use bevy::log::tracing_subscriber::{Layer, registry};
use bevy::prelude::*;
use bevy::render::error_handler::{ErrorType, RenderError, RenderErrorPolicy};
use bevy::render::settings::{RenderCreation, WgpuSettings};
use bevy::time::TimeUpdateStrategy;
use bevy::window::{FileDragAndDrop, PrimaryWindow};
use serde_json::Value;

use super::app::{self, Loop};
use super::broken;
use super::desk::{Desk, Opened, Opener, Place, Start};
use super::pass::Asked;
use super::settings_file::SettingsFile;
use super::view::commands::Command;
use super::view::model::{Effect, Trouble};
use super::{opening, saving, window};
use crate::scenario::{self, files::Shipped, library};

/// One frame at 60 per second.
const FRAME: Duration = Duration::from_millis(16);
/// Frames that no story needs: a test that waits longer has failed.
const PATIENCE_FRAMES: u32 = 20_000;

/// Remembers what was logged as an error, by whichever test of this process.
struct Errors;

static LOGGED: Mutex<Vec<String>> = Mutex::new(Vec::new());
static LISTENING: Once = Once::new();

impl<S: Subscriber> Layer<S> for Errors {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let about = event.metadata();
        // Bevy itself remarks that there is no renderer
        if *about.level() == Level::ERROR && about.target() != "bevy_render::extract_resource" {
            LOGGED.lock().unwrap().push(format!("{event:?}"));
        }
    }
}

fn open(name: &str) -> Opened {
    let trouble = |text: String| Trouble {
        title: "This scenario cannot be opened".into(),
        text,
        remedy: String::new(),
    };
    let entry = library::find(name).ok_or_else(|| trouble(format!("{name} is not shipped")))?;
    let scenario = scenario::load(&Shipped, entry.path, entry.text.as_bytes());
    let scenario = scenario.map_err(|report| trouble(report.render(false)))?;
    let story = scenario::Performance::new(Arc::new(scenario), None);
    Ok((
        name.into(),
        story.map_err(|error| trouble(error.to_string()))?.into(),
    ))
}

struct Unseen {
    app: App,
    folder: tempfile::TempDir,
}

impl Unseen {
    fn start(scenario: Option<&str>) -> Self {
        Self::opening_by(scenario, Arc::new(open))
    }

    fn opening_by(scenario: Option<&str>, opener: Opener) -> Self {
        // Several tests share the process; each hears the errors of all, and none may have any
        LISTENING.call_once(|| {
            tracing::subscriber::set_global_default(registry().with(Errors)).unwrap();
        });
        let folder = tempfile::tempdir().unwrap();
        let start = Start {
            open: None,
            opener,
            picker: Arc::new(|| Err("nobody is asked in a test".into())),
            library: Box::new(Vec::new),
            settings: SettingsFile::at(folder.path().join("settings.ron")),
            report: None,
        };
        let mut app = App::new();
        let settings = WgpuSettings {
            backends: None,
            ..default()
        };
        let creation = RenderCreation::Automatic(Box::new(settings));
        app::add_engine(
            &mut app,
            creation,
            window::describe(Place::default()),
            Loop::Caller,
        );
        let (desk, disk) = saving::desk(&start, Vec::new()).unwrap();
        app::add_room(&mut app, desk, disk);
        if let Some(name) = scenario {
            let open = Arc::clone(&start.opener);
            let (first, open) = opening::FromTheStart::new(name.into(), open);
            std::thread::spawn(open);
            app.insert_resource(first);
        }
        app.insert_resource(TimeUpdateStrategy::ManualDuration(FRAME));
        for schedule in [Startup.intern(), Update.intern()] {
            app.edit_schedule(schedule, |schedule| {
                schedule.set_build_settings(ScheduleBuildSettings {
                    ambiguity_detection: LogLevel::Error,
                    ..default()
                });
            });
        }
        while app.plugins_state() == PluginsState::Adding {
            bevy::tasks::tick_global_task_pools_on_main_thread();
        }
        app.finish();
        app.cleanup();
        Self { app, folder }
    }

    fn state(&self) -> Value {
        self.app.world().resource::<Desk>().state()
    }

    fn until(&mut self, what: &str, reached: impl Fn(&Value) -> bool) {
        for _ in 0..PATIENCE_FRAMES {
            if reached(&self.state()) {
                return;
            }
            self.app.update();
        }
        panic!("{what} did not come about: {}", self.state());
    }

    fn press(&mut self, logical_key: Key, key_code: KeyCode) {
        self.key(&logical_key, key_code, ButtonState::Pressed);
        self.key(&logical_key, key_code, ButtonState::Released);
        self.app.update();
    }

    fn key(&mut self, logical_key: &Key, key_code: KeyCode, state: ButtonState) {
        let world = self.app.world_mut();
        let mut windows = world.query_filtered::<Entity, With<PrimaryWindow>>();
        let window = windows.single(world).unwrap();
        world.write_message(KeyboardInput {
            key_code,
            logical_key: logical_key.clone(),
            state,
            text: None,
            repeat: false,
            window,
        });
    }
}

#[test]
fn every_shipped_scenario_plays_to_its_end_without_a_renderer() {
    for entry in library::ALL {
        let mut unseen = Unseen::start(Some(entry.id));
        unseen.until("opening", |state| state["scenario"] == entry.id);
        assert_eq!(unseen.state()["playing"], false, "it opens paused");
        let beats = unseen.state()["beats"].as_u64().unwrap();
        for _ in 0..beats {
            unseen.press(Key::Space, KeyCode::Space);
            if unseen.state()["question"] == "Open" {
                // Whoever does not choose watches the answer all the same
                unseen.press(Key::Space, KeyCode::Space);
            }
            if entry.id != library::ALL[0].id {
                // The first story is watched whole; of the others each beat is begun and then
                // finished at once, as an impatient teacher does
                unseen.app.update();
                if unseen.state()["playing"] == true {
                    unseen.press(Key::Space, KeyCode::Space);
                }
            }
            unseen.until("the beat's end", |state| state["playing"] == false);
        }
        assert_eq!(unseen.state()["beat"], beats - 1);
        unseen.press(Key::Home, KeyCode::Home);
        assert_eq!(unseen.state()["time"], 0);
        assert_eq!(*LOGGED.lock().unwrap(), [""; 0]);
    }
}

#[test]
#[should_panic(expected = "ambig")]
fn a_system_without_an_order_would_be_noticed() {
    let mut unseen = Unseen::start(None);
    unseen.app.add_systems(Update, |mut desk: ResMut<Desk>| {
        desk.placed(Place::default())
    });
    unseen.app.update();
}

#[test]
fn a_scenario_that_cannot_be_opened_leaves_the_window_usable() {
    let mut unseen = Unseen::start(Some("no-such-scenario"));
    unseen.until("the trouble", |state| {
        state["trouble"] == "This scenario cannot be opened"
    });
    unseen.press(Key::Escape, KeyCode::Escape);
    assert_eq!(unseen.state()["trouble"], Value::Null);
}

#[test]
fn a_file_that_is_dropped_onto_the_window_is_opened() {
    let mut unseen = Unseen::start(None);
    unseen.app.update();
    let world = unseen.app.world_mut();
    let window = world
        .query_filtered::<Entity, With<PrimaryWindow>>()
        .single(world)
        .unwrap();
    world.write_message(FileDragAndDrop::DroppedFile {
        window,
        path_buf: "facebook-to-s3".into(),
    });
    unseen.until("opening", |state| state["scenario"] == "facebook-to-s3");
}

#[test]
fn what_takes_long_to_open_says_so_and_can_be_cancelled_or_replaced() {
    let (stuck, wait) = std::sync::mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let opener: Opener = Arc::new(move |name| {
        if name == "stuck" {
            // As long as the test has not gone on
            let _ = wait.lock().unwrap().recv();
        }
        open(name)
    });
    let mut unseen = Unseen::opening_by(Some("stuck"), opener);
    unseen.until("the beginning", |state| state["opening"] == "stuck");
    assert_eq!(unseen.state()["waiting"], false, "that would be fussy");
    unseen.until("saying so", |state| state["waiting"] == true);
    let desk = &mut unseen.app.world_mut().resource_mut::<Desk>();
    let effects = desk.model.apply(Command::CancelOpening);
    unseen.app.world_mut().resource_mut::<Asked>().0 = effects;
    unseen.until("the end", |state| state["opening"].is_null());
    unseen.app.world_mut().resource_mut::<Asked>().0 = vec![Effect::Open("facebook-to-s3".into())];
    unseen.until("another", |state| state["scenario"] == "facebook-to-s3");
    drop(stuck);
    for _ in 0..20 {
        unseen.app.update();
    }
    assert_eq!(unseen.state()["trouble"], Value::Null);
    assert_eq!(unseen.state()["scenario"], "facebook-to-s3");
}

#[test]
fn without_a_file_dialog_the_window_says_so_and_goes_on() {
    let mut unseen = Unseen::start(None);
    unseen.app.update();
    unseen.app.world_mut().resource_mut::<Asked>().0 = vec![Effect::OpenFile];
    unseen.until("the message", |state| {
        state["trouble"] == "There is no file dialog here"
    });
    unseen.press(Key::Escape, KeyCode::Escape);
    assert_eq!(unseen.state()["trouble"], Value::Null);
}

#[test]
fn a_lost_graphics_device_closes_the_window_with_its_reason_and_keeps_the_settings() {
    let mut unseen = Unseen::start(Some("facebook-to-s3"));
    unseen.until("opening", |state| state["scenario"] == "facebook-to-s3");
    let lost = RenderError {
        ty: ErrorType::DeviceLost,
        description: "the card was pulled out\nof the slot".into(),
        source: None,
    };
    let policy = broken::close(&lost, unseen.app.world_mut(), &mut World::new());
    assert!(matches!(policy, RenderErrorPolicy::StopRendering));
    unseen.app.update();
    assert_eq!(unseen.app.should_exit(), Some(AppExit::Success));
    let reason = unseen.app.world().resource::<broken::Broken>().reason();
    assert_eq!(reason.as_deref(), Some("the card was pulled out"));
    assert!(unseen.folder.path().join("settings.ron").exists());
}

#[test]
fn a_chord_within_one_frame_is_heard_as_a_chord() {
    use ButtonState::{Pressed, Released};
    let mut unseen = Unseen::start(None);
    unseen.app.update();
    let (q, ctrl) = (Key::Character("q".into()), Key::Control);
    unseen.press(q.clone(), KeyCode::KeyQ);
    assert_eq!(unseen.app.should_exit(), None, "q alone does nothing");
    unseen.key(&ctrl, KeyCode::ControlLeft, Pressed);
    unseen.key(&q, KeyCode::KeyQ, Pressed);
    unseen.key(&q, KeyCode::KeyQ, Released);
    unseen.key(&ctrl, KeyCode::ControlLeft, Released);
    unseen.app.update();
    assert_eq!(unseen.app.should_exit(), Some(AppExit::Success));
}

#[test]
fn quitting_writes_the_settings_and_the_beat_to_come_back_to() {
    let mut unseen = Unseen::start(Some("facebook-to-s3"));
    unseen.until("opening", |state| state["scenario"] == "facebook-to-s3");
    unseen.press(Key::ArrowRight, KeyCode::ArrowRight);
    unseen.press(Key::ArrowRight, KeyCode::ArrowRight);
    let beat = unseen.state()["beat"].clone();
    let world = unseen.app.world_mut();
    let window = world
        .query_filtered::<Entity, With<PrimaryWindow>>()
        .single(world)
        .unwrap();
    world.write_message(bevy::window::WindowCloseRequested { window });
    unseen.app.update();
    assert_eq!(unseen.app.should_exit(), Some(AppExit::Success));
    let text = std::fs::read_to_string(unseen.folder.path().join("settings.ron")).unwrap();
    assert!(
        text.contains(&format!("last: Some((\"facebook-to-s3\", {beat}))")),
        "{text}"
    );
}
