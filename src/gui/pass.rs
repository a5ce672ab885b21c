//! The frame: time passes, panels are drawn, the next frame is scheduled.

use std::time::Duration;

use bevy::camera::RenderTarget;
use bevy::prelude::*;
use bevy::time::Real;
use bevy::window::{RequestRedraw, WindowRef, WindowResized, WindowScaleFactorChanged};
use bevy_egui::EguiContext;

use super::alarm::Alarm;
use super::app::AppSystems;
use super::canvas;
use super::desk::{self, Desk};
use super::view::model::Effect;

/// The longest step of playback time in one frame: after a hitch the picture goes on, not ahead.
const MAX_STEP: Duration = Duration::from_millis(100);
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
    /// Frames still needed to settle
    settling: u32,
    /// Frames drawn at a known size
    pub(super) drawn: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            moving: false,
            repaint: Duration::MAX,
            settling: SETTLE_FRAMES,
            drawn: 0,
        }
    }
}

impl Pace {
    /// Something changed outside the view: draw again soon.
    pub(super) fn disturb(&mut self) {
        self.settling = SETTLE_FRAMES;
    }
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Asked>().init_resource::<Pace>();
    app.add_systems(Startup, open_canvas);
    app.add_systems(
        Update,
        (
            prepare.in_set(AppSystems::Prepare),
            advance.in_set(AppSystems::Advance),
            show.in_set(AppSystems::Show),
            schedule.in_set(AppSystems::Schedule),
        ),
    );
}

fn open_canvas(mut commands: Commands) {
    commands.spawn(canvas::bundle(
        RenderTarget::Window(WindowRef::Primary),
        Color::BLACK,
    ));
}

fn prepare(
    desk: Res<Desk>,
    mut fresh: Query<&mut EguiContext, (With<canvas::Canvas>, Added<EguiContext>)>,
) {
    for mut context in &mut fresh {
        desk::prepare(context.get_mut(), &desk.model);
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
    alarm: Res<Alarm>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    if resized.read().count() + rescaled.read().count() > 0 {
        pace.disturb();
    }
    let now = pace.moving || pace.settling > 0 || pace.repaint.is_zero();
    pace.settling = pace.settling.saturating_sub(1);
    if now {
        redraw.write(RequestRedraw);
        alarm.set(Duration::MAX);
    } else {
        alarm.set(pace.repaint);
    }
}
