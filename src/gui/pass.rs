//! The frame: time passes, panels are drawn, the next frame is scheduled.

use std::time::Duration;

use bevy::camera::{ClearColorConfig, RenderTarget};
use bevy::prelude::*;
use bevy::render::renderer::RenderAdapterInfo;
use bevy::time::Real;
use bevy::window::{RequestRedraw, WindowRef, WindowResized, WindowScaleFactorChanged};
use bevy_egui::{EguiContext, EguiPostUpdateSet};

use super::alarm::Alarm;
use super::app::AppSystems;
use super::desk::{self, Desk};
use super::view::model::Effect;
use super::{canvas, window};

/// The longest step of playback time in one frame: after a hitch the picture goes on, not ahead.
const MAX_STEP: Duration = Duration::from_millis(100);
/// The least time from one frame to the next while something moves or fades. Displays of up to 75 pictures
/// a second set their own pace; faster ones are drawn to every second or third time.
const LEAST_FRAME: Duration = Duration::from_millis(12);
/// The same where the processor draws: 30 pictures a second are smooth enough, and half the work.
const LEAST_SOFTWARE_FRAME: Duration = Duration::from_millis(33);
/// Frames after a change of size until camera, layout and picture agree.
const SETTLE_FRAMES: u32 = 3;

/// What the view asked for in this frame.
#[derive(Resource, Default)]
pub(super) struct Asked(pub(super) Vec<Effect>);

/// When the next frame is due.
#[derive(Resource)]
pub(super) struct Pace {
    /// Something moves
    moving: bool,
    /// egui wants to draw again after this
    repaint: Duration,
    /// Background work has something new to show after this
    wake: Duration,
    /// The least time between the beginnings of two frames
    least: Duration,
    /// Frames still needed to settle
    settling: u32,
    /// The next frame begins when this one is over
    at_once: bool,
    /// Frames drawn at a known size
    pub(super) drawn: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            moving: false,
            repaint: Duration::MAX,
            wake: Duration::MAX,
            least: LEAST_FRAME,
            settling: SETTLE_FRAMES,
            at_once: false,
            drawn: 0,
        }
    }
}

impl Pace {
    /// Whether the next frame comes by itself, soon.
    pub(super) fn is_moving(&self) -> bool {
        self.moving || self.repaint.is_zero()
    }

    /// Something changed outside the view: draw again soon.
    pub(super) fn disturb(&mut self) {
        self.settling = SETTLE_FRAMES;
    }

    /// There will be something to draw after this, even if nothing happens.
    pub(super) fn wake_within(&mut self, delay: Duration) {
        self.wake = self.wake.min(delay);
    }
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Asked>().init_resource::<Pace>();
    app.add_systems(Startup, (open_canvas, measure_device));
    app.add_systems(
        Update,
        (
            prepare.in_set(AppSystems::Prepare),
            advance.in_set(AppSystems::Advance),
            show.in_set(AppSystems::Show),
            schedule.in_set(AppSystems::Schedule),
        ),
    );
    app.add_systems(
        PostUpdate,
        keep_pace.after(EguiPostUpdateSet::ProcessOutput),
    );
}

fn open_canvas(mut commands: Commands) {
    commands.spawn(canvas::bundle(
        RenderTarget::Window(WindowRef::Primary),
        // What lies there stays: `repaint` draws over it
        ClearColorConfig::None,
    ));
}

/// Software rendering is known by its device.
fn measure_device(device: Option<Res<RenderAdapterInfo>>, mut pace: ResMut<Pace>) {
    if device.is_some_and(|device| device.device_type == wgpu::DeviceType::Cpu) {
        pace.least = LEAST_SOFTWARE_FRAME;
    }
}

pub(super) fn prepare(
    desk: Res<Desk>,
    mut fresh: Query<&mut EguiContext, (With<canvas::Canvas>, Added<EguiContext>)>,
) {
    for mut context in &mut fresh {
        let context = context.get_mut();
        // `bevy_egui` wakes the window whenever egui wants the next frame; here is decided when
        // that is
        context.set_request_repaint_callback(|_| {});
        desk::prepare(context, &desk.model);
    }
}

fn advance(time: Res<Time<Real>>, mut desk: ResMut<Desk>, mut pace: ResMut<Pace>) {
    pace.moving = desk.advance(time.delta().min(MAX_STEP).as_secs_f32());
}

fn show(
    mut canvases: Query<canvas::Parts, With<canvas::Canvas>>,
    mut desk: ResMut<Desk>,
    mut asked: ResMut<Asked>,
    mut pace: ResMut<Pace>,
) {
    for (mut context, mut input, mut output, camera) in &mut canvases {
        let ready = camera.physical_viewport_rect().is_some();
        pace.repaint = canvas::run_pass(context.get_mut(), input.take(), &mut output, |ui| {
            if ready {
                asked.0.extend(desk.show(ui));
            }
        });
        pace.drawn += u32::from(ready);
    }
}

fn schedule(
    mut resized: MessageReader<WindowResized>,
    mut rescaled: MessageReader<WindowScaleFactorChanged>,
    mut pace: ResMut<Pace>,
    time: Res<Time<Real>>,
    alarm: Res<Alarm>,
) {
    if resized.read().count() + rescaled.read().count() > 0 {
        pace.disturb();
    }
    let now = pace.settling > 0;
    // Whatever moves, a parcel or a panel that fades in, moves at the same pace; and the window shows
    // itself after some pictures, whether or not something moves on them
    let unseen = pace.drawn < window::FIRST_SHOWN_FRAME;
    let soon = pace.moving || pace.repaint.is_zero() || unseen;
    pace.settling = pace.settling.saturating_sub(1);
    let wake = std::mem::replace(&mut pace.wake, Duration::MAX);
    let spent = time.last_update().map_or(Duration::ZERO, |at| at.elapsed());
    let rest = pace.least.saturating_sub(spent);
    pace.at_once = now || (soon && rest.is_zero());
    if pace.at_once {
        alarm.set(Duration::MAX);
    } else if soon {
        alarm.set(rest);
    } else {
        alarm.set(pace.repaint.min(wake));
    }
}

/// `bevy_egui` asks for the next frame at once whenever egui wants one, however soon that is: here
/// is decided when it comes.
fn keep_pace(pace: Res<Pace>, mut redraws: ResMut<Messages<RequestRedraw>>) {
    redraws.clear();
    if pace.at_once {
        redraws.write(RequestRedraw);
    }
}
