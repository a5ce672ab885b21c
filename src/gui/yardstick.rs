//! What this window's speed is measured against: the same engine with the same plugins, and one
//! static picture in place of everything that is this application's. Used by `benches/window.rs`
//! alone.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use bevy::camera::{ClearColorConfig, RenderTarget};
use bevy::prelude::*;
use bevy::window::{PrimaryWindow, RequestRedraw, WindowRef};
use bevy_egui::egui;

use super::app::{GuiError, Loop, add_engine};
use super::canvas;
use super::desk::Place;
use super::probe::NoWindow;
use super::renderer::Renderer;
use super::window;

/// Pictures between two lines of the report.
const PICTURES_PER_LINE: u32 = 30;
/// Edges of the static picture, in pixels.
const PICTURE: [usize; 2] = [1280, 720];

/// The static picture, and how often it was drawn.
#[derive(Resource)]
struct Plain {
    picture: Option<egui::TextureHandle>,
    drawn: u32,
    report: std::fs::File,
}

/// Opens a plain window that draws the same picture again and again, as fast as the display takes
/// it, and writes how often to a file. It stays until the process is ended.
pub fn plain_window(report: &Path) -> Result<(), GuiError> {
    let renderer = Renderer::find().map_err(NoWindow::from)?;
    let report = std::fs::File::create(report);
    let report = report.map_err(|error| GuiError::Report(error.to_string()))?;
    let mut app = App::new();
    let place = window::describe(Place::default());
    add_engine(&mut app, renderer.creation(), place, Loop::Window);
    app.insert_resource(Plain {
        picture: None,
        drawn: 0,
        report,
    });
    app.add_systems(Startup, open_canvas);
    app.add_systems(Update, (show, report_and_go_on).chain());
    match app.run() {
        AppExit::Success => Ok(()),
        AppExit::Error(_) => Err(GuiError::Broke("the plain window broke".into())),
    }
}

fn open_canvas(mut commands: Commands) {
    let target = RenderTarget::Window(WindowRef::Primary);
    commands.spawn(canvas::bundle(
        target,
        ClearColorConfig::Custom(Color::BLACK),
    ));
}

fn show(mut canvases: Query<canvas::Parts, With<canvas::Canvas>>, mut plain: ResMut<Plain>) {
    for (mut context, mut input, mut output, camera) in &mut canvases {
        let ready = camera.physical_viewport_rect().is_some();
        let context = context.get_mut();
        let plain = &mut *plain;
        let _: Duration = canvas::run_pass(context, input.take(), &mut output, |ui| {
            let picture = plain.picture.get_or_insert_with(|| {
                let image = egui::ColorImage::filled(PICTURE, egui::Color32::from_rgb(27, 36, 64));
                ui.ctx()
                    .load_texture("picture", image, egui::TextureOptions::LINEAR)
            });
            let all = egui::Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
            let window = ui.max_rect();
            ui.painter()
                .image(picture.id(), window, all, egui::Color32::WHITE);
        });
        plain.drawn += u32::from(ready);
    }
}

fn report_and_go_on(
    mut plain: ResMut<Plain>,
    mut windows: Query<&mut Window, With<PrimaryWindow>>,
    mut redraw: MessageWriter<RequestRedraw>,
) -> Result {
    redraw.write(RequestRedraw);
    if plain.drawn >= window::FIRST_SHOWN_FRAME {
        for mut window in windows.iter_mut().filter(|window| !window.visible) {
            window.visible = true;
        }
    }
    let drawn = plain.drawn;
    if drawn == 1 || drawn.is_multiple_of(PICTURES_PER_LINE) && drawn > 0 {
        plain
            .report
            .write_all(format!("{{\"frames\":{drawn}}}\n").as_bytes())?;
    }
    Ok(())
}
