//! Pictures without a window and without a display server, on software Vulkan if need be.
//!
//! The same egui pass as in the window is drawn onto an image and read back. Several pictures come
//! out of one start, because starting is most of the work.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bevy::app::PluginsState;
use bevy::camera::{ClearColorConfig, ImageRenderTarget, RenderTarget};
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::render::pipelined_rendering::PipelinedRenderingPlugin;
use bevy::render::render_resource::TextureFormat;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy::time::TimeUpdateStrategy;
use bevy::window::{ExitCondition, WindowPlugin};
use bevy::winit::WinitPlugin;
use bevy_egui::EguiPostUpdateSet;

use super::renderer::{NoRenderer, Renderer};
use super::view::commands::Command;
use super::view::model::Model;
use super::{canvas, desk, sheet, view};

/// Shortest edge of a picture, in pixels.
const MIN_EDGE_PX: u32 = 16;
/// Longest edge of a picture, in pixels. Devices may offer less.
const MAX_EDGE_PX: u32 = 16_384;
/// How much larger than its points a picture may be.
const SCALES: std::ops::RangeInclusive<f32> = 0.25..=8.0;
/// Frames drawn before a picture is taken: the first ones have no size, no fonts and no pipelines.
const PRE_ROLL_FRAMES: u32 = 4;
/// Frames after which the picture is taken even if egui would still like to move something.
const SETTLE_FRAMES: u32 = 32;
/// How far egui's own clock goes per frame, so that its fades are over when the picture is taken.
const FRAME_TIME: Duration = Duration::from_millis(200);
/// Frames to wait for a picture to come back from the device.
const READ_BACK_FRAMES: u32 = 400;

/// A picture to be taken.
pub struct Request {
    /// Size in points
    pub size: (u32, u32),
    /// Pixels per point
    pub scale: f32,
    /// Where the PNG goes. An existing file is replaced, as a whole or not at all
    pub output: PathBuf,
    /// Written above it, on a sheet
    pub label: Option<String>,
    /// What is done before it is taken, as by keys and pointer: a seek, a selection
    pub commands: Vec<Command>,
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// Nothing to draw with
    #[error("{0}")]
    NoRenderer(#[from] NoRenderer),
    /// The size is out of range
    #[error(
        "a picture of {width} x {height} pixels cannot be made: each edge must have between \
         {MIN_EDGE_PX} and {max} pixels"
    )]
    Size {
        /// Asked-for width in pixels
        width: u32,
        /// Asked-for height in pixels
        height: u32,
        /// What this device can do
        max: u32,
    },
    /// The scale is out of range
    #[error("a scale of {0} is not possible: it must be between {min} and {max}", min = SCALES.start(), max = SCALES.end())]
    Scale(f32),
    /// The file cannot be written
    #[error("the picture cannot be written: {reason}: {path}", path = path.display())]
    Unwritable {
        /// What the system or the encoder says
        reason: String,
        /// Where it should have gone
        path: PathBuf,
    },
    /// The device returned nothing, or an empty picture
    #[error("{device} drew {what}")]
    Blank {
        /// Which device
        device: String,
        /// What came instead of a picture
        what: &'static str,
    },
}

/// Takes pictures of the window's contents one after the other and writes each as soon as it is
/// there.
pub fn take(
    model: Model,
    requests: impl IntoIterator<Item = Request>,
) -> Result<(), SnapshotError> {
    let mut requests = requests.into_iter();
    let Some(first) = requests.next() else {
        return Ok(());
    };
    // Finds out that it cannot be written before anything is started
    let draft = Draft::open(&first.output)?;
    let mut studio = Studio::new(Renderer::find()?, model);
    draft.fill(studio.shoot(first)?)?;
    for request in requests {
        let draft = Draft::open(&request.output)?;
        draft.fill(studio.shoot(request)?)?;
    }
    Ok(())
}

/// Takes pictures and puts all of them, labelled, onto one sheet.
pub fn take_sheet(
    model: Model,
    requests: impl IntoIterator<Item = Request>,
    output: &Path,
) -> Result<(), SnapshotError> {
    let draft = Draft::open(output)?;
    let mut studio = Studio::new(Renderer::find()?, model);
    let mut pictures = Vec::new();
    for request in requests {
        pictures.push(studio.shoot(request)?);
    }
    let background = studio.background();
    match sheet::compose(&pictures, background) {
        Some(image) => draft.fill(image),
        None => Err(studio.blank("no picture at all")),
    }
}

/// What is on the picture being taken.
#[derive(Resource)]
struct Subject {
    model: Model,
    label: Option<String>,
}

/// When egui last said it wants to draw again.
#[derive(Resource, Default)]
struct Restless(bool);

/// The picture, once it came back.
#[derive(Resource, Default)]
struct Developed(Option<Image>);

/// A Bevy app without window, loop or input.
struct Studio {
    app: App,
    renderer: Renderer,
    /// The canvas of the last picture: the next one of the same size need not set type again
    easel: Option<Easel>,
}

/// A canvas of a certain size.
struct Easel {
    pixels: (u32, u32),
    scale: f32,
    camera: Entity,
    target: ImageRenderTarget,
}

impl Studio {
    fn new(renderer: Renderer, model: Model) -> Self {
        let mut app = App::new();
        app.add_plugins((
            DefaultPlugins
                .set(WindowPlugin {
                    primary_window: None,
                    exit_condition: ExitCondition::DontExit,
                    ..default()
                })
                .set(RenderPlugin {
                    render_creation: renderer.creation(),
                    synchronous_pipeline_compilation: true,
                    ..default()
                })
                .disable::<LogPlugin>()
                .disable::<WinitPlugin>()
                .disable::<PipelinedRenderingPlugin>(),
            canvas::egui_plugin(),
        ));
        app.insert_resource(TimeUpdateStrategy::ManualDuration(FRAME_TIME))
            .insert_resource(Subject { model, label: None })
            .init_resource::<Restless>()
            .init_resource::<Developed>()
            .add_systems(PostUpdate, draw.before(EguiPostUpdateSet::ProcessOutput));
        while app.plugins_state() == PluginsState::Adding {
            bevy::tasks::tick_global_task_pools_on_main_thread();
        }
        app.finish();
        app.cleanup();
        Self {
            app,
            renderer,
            easel: None,
        }
    }

    fn shoot(&mut self, mut request: Request) -> Result<Image, SnapshotError> {
        if request.label.is_some() {
            // The window keeps its size: a sheet shows the very pictures that single ones are
            let theme = &self.app.world().resource::<Subject>().model.theme;
            request.size.1 += view::label_height(theme) as u32;
        }
        let pixels = pixels(&request, self.renderer.max_edge().min(MAX_EDGE_PX))?;
        let target = self.set_up(pixels, request.scale);
        let mut subject = self.app.world_mut().resource_mut::<Subject>();
        for command in request.commands {
            // What is left to the host has no meaning in a picture
            let _ = subject.model.apply(command);
        }
        subject.label = request.label;
        self.settle();
        let developed = self
            .develop(target)
            .ok_or_else(|| self.blank("no picture at all"))?;
        match emptiness(developed.data.as_deref().unwrap_or_default()) {
            Some(what) => Err(self.blank(what)),
            None => Ok(developed),
        }
    }

    /// A canvas of this size: the last one where it fits.
    fn set_up(&mut self, pixels: (u32, u32), scale: f32) -> ImageRenderTarget {
        if let Some(easel) = &self.easel
            && easel.pixels == pixels
            && easel.scale == scale
        {
            return easel.target.clone();
        }
        let world = self.app.world_mut();
        if let Some(old) = self.easel.take() {
            world.despawn(old.camera);
            world
                .resource_mut::<Assets<Image>>()
                .remove(&old.target.handle);
        }
        let format = TextureFormat::Rgba8UnormSrgb;
        let blank = Image::new_target_texture(pixels.0, pixels.1, format, None);
        let image = world.resource_mut::<Assets<Image>>().add(blank);
        let target = ImageRenderTarget {
            handle: image,
            scale_factor: scale,
        };
        // Nothing is drawn behind the panels: what they leave out stays transparent and is noticed
        let canvas = canvas::bundle(
            RenderTarget::Image(target.clone()),
            ClearColorConfig::Custom(Color::NONE),
        );
        let camera = world.spawn(canvas).id();
        self.easel = Some(Easel {
            pixels,
            scale,
            camera,
            target: target.clone(),
        });
        target
    }

    /// Draws until the picture is still.
    fn settle(&mut self) {
        for frame in 0..SETTLE_FRAMES {
            self.app.update();
            if frame >= PRE_ROLL_FRAMES && !self.app.world().resource::<Restless>().0 {
                break;
            }
        }
    }

    fn develop(&mut self, target: ImageRenderTarget) -> Option<Image> {
        // Bevy tells targets apart by their scale, too: `Screenshot::image` would mean another one
        let shutter = Screenshot(RenderTarget::Image(target));
        self.app
            .world_mut()
            .spawn((Name::new("Shutter"), shutter))
            .observe(
                |captured: On<ScreenshotCaptured>, mut developed: ResMut<Developed>| {
                    developed.0 = Some(captured.image.clone());
                },
            );
        for _ in 0..READ_BACK_FRAMES {
            self.app.update();
            if let Some(image) = self.app.world_mut().resource_mut::<Developed>().0.take() {
                return Some(image);
            }
        }
        None
    }

    /// The colour behind everything, as RGBA.
    fn background(&self) -> [u8; 4] {
        let model = &self.app.world().resource::<Subject>().model;
        model.theme.colours.background.to_array()
    }

    fn blank(&self, what: &'static str) -> SnapshotError {
        SnapshotError::Blank {
            device: self.renderer.name(),
            what,
        }
    }
}

/// The one system: egui's pass on the canvas.
fn draw(
    mut canvases: Query<(canvas::Parts, Ref<canvas::Canvas>)>,
    mut subject: ResMut<Subject>,
    mut restless: ResMut<Restless>,
) {
    for ((mut context, mut input, mut output, camera), canvas) in &mut canvases {
        if canvas.is_added() {
            desk::prepare(context.get_mut(), &subject.model);
        }
        let ready = camera.physical_viewport_rect().is_some();
        let delay = canvas::run_pass(context.get_mut(), input.take(), &mut output, |ui| {
            if ready {
                // Nobody presses keys in a picture
                let Subject { model, label } = &mut *subject;
                let _ = match label {
                    Some(label) => view::show_labelled(ui, model, label),
                    None => view::show_in(ui, model),
                };
            }
        });
        restless.0 = delay < FRAME_TIME;
    }
}

/// The picture's size in pixels.
fn pixels(request: &Request, max: u32) -> Result<(u32, u32), SnapshotError> {
    if !SCALES.contains(&request.scale) {
        return Err(SnapshotError::Scale(request.scale));
    }
    let edge = |points: u32| (points as f32 * request.scale).round() as u32;
    let (width, height) = (edge(request.size.0), edge(request.size.1));
    let fits = |edge: u32| (MIN_EDGE_PX..=max).contains(&edge);
    if fits(width) && fits(height) {
        Ok((width, height))
    } else {
        Err(SnapshotError::Size { width, height, max })
    }
}

/// What is wrong with RGBA pixels that should be a picture, if anything.
fn emptiness(rgba: &[u8]) -> Option<&'static str> {
    let (pixels, _) = rgba.as_chunks::<4>();
    let first = pixels.first()?;
    if pixels.iter().any(|[.., alpha]| *alpha != u8::MAX) {
        return Some("a picture with holes in it");
    }
    pixels
        .iter()
        .all(|pixel| pixel == first)
        .then_some("a picture of a single colour")
}

/// A file beside the wanted one, renamed when it is complete and removed when it is not.
struct Draft {
    temporary: PathBuf,
    output: PathBuf,
    done: bool,
}

impl Draft {
    /// Finds out that a place cannot be written before any work is done.
    fn open(output: &Path) -> Result<Self, SnapshotError> {
        let unwritable = |reason: String| SnapshotError::Unwritable {
            reason,
            path: output.into(),
        };
        let name = output
            .file_name()
            .ok_or_else(|| unwritable("it names no file".into()))?;
        if output.is_dir() {
            return Err(unwritable("it is a folder".into()));
        }
        // The encoder goes by the ending
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.png", std::process::id()));
        let temporary = output.with_file_name(hidden);
        std::fs::File::create(&temporary).map_err(|error| unwritable(error.to_string()))?;
        Ok(Self {
            temporary,
            output: output.into(),
            done: false,
        })
    }

    fn fill(mut self, image: Image) -> Result<(), SnapshotError> {
        let unwritable = |reason: String| SnapshotError::Unwritable {
            reason,
            path: self.output.clone(),
        };
        let image = image
            .try_into_dynamic()
            .map_err(|error| unwritable(error.to_string()))?;
        image
            .to_rgb8()
            .save(&self.temporary)
            .map_err(|error| unwritable(error.to_string()))?;
        std::fs::rename(&self.temporary, &self.output)
            .map_err(|error| unwritable(error.to_string()))?;
        self.done = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.done {
            // Nothing can be done about a file that will not go away, and nobody needs to know
            let _ = std::fs::remove_file(&self.temporary);
        }
    }
}
