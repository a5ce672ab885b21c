//! The window itself: where it opens, when it shows, full screen, closing.

use bevy::prelude::*;
use bevy::window::{
    MonitorSelection, PresentMode, PrimaryWindow, WindowCloseRequested, WindowMode, WindowMoved,
    WindowPosition, WindowResized, WindowResolution,
};
use bevy::winit::WinitSettings;

use super::app::{self, AppSystems, FRAMES_AHEAD};
use super::desk::{Desk, Place};
use super::pass::{Asked, Pace};
use super::view::model::Effect;

/// What the window is called.
const TITLE: &str = "Tokentrail";
/// Size in points when it opens for the first time.
const USUAL_SIZE: (f32, f32) = (1280.0, 720.0);
/// Smallest size in points at which nothing overlaps.
const MIN_SIZE: (f32, f32) = (1024.0, 640.0);
/// Largest remembered size in points that is believed.
const MAX_SIZE: f32 = 16_384.0;
/// Farthest remembered corner in pixels that is believed.
const MAX_CORNER: i32 = 32_000;
/// Frames drawn before the window shows itself: by then there are fonts and pipelines.
pub(super) const FIRST_SHOWN_FRAME: u32 = 2;

/// The window as it opens: hidden until there is something to see.
pub(super) fn describe(place: Place) -> Window {
    let (width, height) = believable_size(place.size);
    Window {
        title: TITLE.into(),
        // Window managers know the application by this
        name: Some("tokentrail".into()),
        resolution: WindowResolution::new(width as u32, height as u32),
        position: believable_corner(place.at).map_or(WindowPosition::Automatic, |(x, y)| {
            WindowPosition::At(IVec2::new(x, y))
        }),
        mode: mode(place.fullscreen),
        resize_constraints: bevy::window::WindowResizeConstraints {
            min_width: MIN_SIZE.0,
            min_height: MIN_SIZE.1,
            ..default()
        },
        present_mode: PresentMode::AutoVsync,
        desired_maximum_frame_latency: FRAMES_AHEAD,
        visible: false,
        ..default()
    }
}

pub(super) fn plugin(app: &mut App) {
    app.add_systems(
        Update,
        (
            remember.in_set(AppSystems::Remember),
            close.in_set(AppSystems::Close),
            (toggle_fullscreen, reveal)
                .chain()
                .in_set(AppSystems::Frame),
        ),
    );
}

fn believable_size(size: Option<(f32, f32)>) -> (f32, f32) {
    let (width, height) = size.unwrap_or(USUAL_SIZE);
    // NaN fails every comparison and ends up as the usual size
    let sane = |value: f32, min: f32, usual: f32| {
        if value.is_finite() {
            value.clamp(min, MAX_SIZE)
        } else {
            usual
        }
    };
    (
        sane(width, MIN_SIZE.0, USUAL_SIZE.0),
        sane(height, MIN_SIZE.1, USUAL_SIZE.1),
    )
}

fn believable_corner(at: Option<(i32, i32)>) -> Option<(i32, i32)> {
    let near = -MAX_CORNER..=MAX_CORNER;
    at.filter(|(x, y)| near.contains(x) && near.contains(y))
}

fn mode(fullscreen: bool) -> WindowMode {
    if fullscreen {
        WindowMode::BorderlessFullscreen(MonitorSelection::Current)
    } else {
        WindowMode::Windowed
    }
}

/// Tells the view where the window is, for the settings.
fn remember(
    mut moved: MessageReader<WindowMoved>,
    mut resized: MessageReader<WindowResized>,
    windows: Query<&Window, With<PrimaryWindow>>,
    mut desk: ResMut<Desk>,
) {
    let corner = moved
        .read()
        .last()
        .map(|moved| (moved.position.x, moved.position.y));
    let size = resized
        .read()
        .last()
        .map(|resized| (resized.width, resized.height));
    let Ok(window) = windows.single() else { return };
    // Full screen says nothing about the window's own place; while hidden it has none
    if !window.visible || window.mode != WindowMode::Windowed || (corner, size) == (None, None) {
        return;
    }
    let place = desk.place();
    desk.placed(Place {
        at: corner.or(place.at),
        size: size.or(place.size),
        ..place
    });
}

/// The window's own closing is quitting.
fn close(mut requests: MessageReader<WindowCloseRequested>, mut asked: ResMut<Asked>) {
    if requests.read().count() > 0 {
        asked.0.push(Effect::Quit);
    }
}

fn toggle_fullscreen(
    asked: Res<Asked>,
    mut windows: Query<&mut Window, With<PrimaryWindow>>,
    mut desk: ResMut<Desk>,
    mut pace: ResMut<Pace>,
) {
    let toggles = asked
        .0
        .iter()
        .filter(|effect| **effect == Effect::Fullscreen)
        .count();
    if toggles % 2 == 0 {
        return;
    }
    let place = desk.place();
    let fullscreen = !place.fullscreen;
    for mut window in &mut windows {
        window.mode = mode(fullscreen);
    }
    desk.placed(Place {
        fullscreen,
        ..place
    });
    pace.disturb();
}

/// Shows the window once its first real picture is there.
fn reveal(
    pace: Res<Pace>,
    mut windows: Query<&mut Window, With<PrimaryWindow>>,
    mut wakes: ResMut<WinitSettings>,
) {
    if pace.drawn < FIRST_SHOWN_FRAME {
        return;
    }
    for mut window in windows.iter_mut().filter(|window| !window.visible) {
        window.visible = true;
        *wakes = app::wakes(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_opens_hidden_at_its_usual_size() {
        let window = describe(Place::default());
        assert_eq!((window.width(), window.height()), USUAL_SIZE);
        assert_eq!(window.position, WindowPosition::Automatic);
        assert!(!window.visible);
    }

    #[test]
    fn nonsense_in_the_settings_does_not_reach_the_window() {
        let place = Place {
            at: Some((i32::MIN, 5)),
            size: Some((f32::NAN, -3.0)),
            fullscreen: false,
        };
        let window = describe(place);
        assert_eq!(
            (window.width(), window.height()),
            (USUAL_SIZE.0, MIN_SIZE.1)
        );
        assert_eq!(window.position, WindowPosition::Automatic);
    }

    #[test]
    fn a_remembered_place_is_taken_again() {
        let place = Place {
            at: Some((40, 60)),
            size: Some((1600.0, 900.0)),
            fullscreen: true,
        };
        let window = describe(place);
        assert_eq!((window.width(), window.height()), (1600.0, 900.0));
        assert_eq!(window.position, WindowPosition::At(IVec2::new(40, 60)));
        assert_eq!(window.mode, mode(true));
    }
}
