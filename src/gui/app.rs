//! The window's Bevy app: built only after a display and a device were found, updated only when
//! something happens.

use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bevy::app::{PanicHandlerPlugin, TerminalCtrlCHandlerPlugin};
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::render::pipelined_rendering::PipelinedRenderingPlugin;
use bevy::render::settings::RenderCreation;
use bevy::window::{ExitCondition, WindowPlugin};
use bevy::winit::{UpdateMode, WinitSettings};

use super::broken::{self, Broken};
use super::desk::{Desk, Start};
use super::probe::{self, NoWindow};
use super::renderer::Renderer;
use super::view::theme::ThemeError;
use super::{
    alarm, canvas, catalogue, dialog, keys, opening, pass, performing, reading, repaint, report,
    saving, window,
};

/// How long the window sleeps when nothing happens. Whatever happens wakes it.
const SLEEP: Duration = Duration::from_secs(3600);

/// Why the window is not there, or no longer.
#[derive(Debug, thiserror::Error)]
pub enum GuiError {
    /// It never opened; the terminal player can take over
    #[error("no window: {0}")]
    NoWindow(#[from] NoWindow),
    /// The theme that ships with the program cannot be read
    #[error("the theme cannot be read: {0}")]
    Theme(#[from] ThemeError),
    /// The report cannot be written
    #[error("the report cannot be written: {0}")]
    Report(String),
    /// It opened and broke
    #[error("the window was closed because of an error: {0}")]
    Broke(String),
}

/// The steps of a frame, in order.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum AppSystems {
    /// A new egui context gets its typefaces and style
    Prepare,
    /// What background work has finished is taken over
    Collect,
    /// The view hears where the window is
    Remember,
    /// Keys get the modifiers that were down with them
    Hear,
    /// Playback time passes
    Advance,
    /// Panels are drawn, and what the user did is applied
    Show,
    /// The window's own closing is quitting
    Close,
    /// Full screen comes and goes, the first picture is revealed
    Frame,
    /// Background work begins
    Begin,
    /// Settings are written; the program ends
    Save,
    /// The state is told to whoever tests it
    Report,
    /// When the next frame is due is decided
    Schedule,
}

/// Opens the window and stays until it is closed.
pub fn run(mut start: Start) -> Result<(), GuiError> {
    probe::display()?;
    let name = start.open.take();
    let opening = name.map(|name| opening::FromTheStart::new(name, Arc::clone(&start.opener)));
    let (first, open) = opening.unzip();
    let library = std::mem::replace(&mut start.library, Box::new(Vec::new));
    // While the graphics device is looked for, what the first picture shows is made ready: the
    // scenario, or the start screen's list
    let (catalogue, listed) = match open {
        Some(open) => {
            std::thread::spawn(open);
            (Some(catalogue::Catalogue::unread(library)), None)
        }
        None => (None, Some(std::thread::spawn(library))),
    };
    let renderer = Renderer::find().map_err(NoWindow::from)?;
    let report = start
        .report
        .as_deref()
        .map(report::Report::open)
        .transpose();
    let report = report.map_err(|error| GuiError::Report(error.to_string()))?;
    let listed = listed.map(|listed| listed.join().unwrap_or_default());
    let (desk, disk) = saving::desk(&start, listed.unwrap_or_default())?;
    let mut app = build_quietly(|| {
        let mut app = App::new();
        add_engine(
            &mut app,
            renderer.creation(),
            window::describe(desk.place()),
            Loop::Window,
        );
        app
    })?;
    add_room(&mut app, desk, disk);
    if let Some(report) = report {
        app.insert_resource(report);
    }
    if let Some(first) = first {
        app.insert_resource(first);
    }
    if let Some(catalogue) = catalogue {
        app.insert_resource(catalogue);
    }
    let broken = app.world().get_resource::<Broken>().cloned();
    let exit = app.run();
    match (broken.and_then(|broken| broken.reason()), exit) {
        (Some(why), _) => Err(GuiError::Broke(format!(
            "the graphics device stopped working ({why})"
        ))),
        (None, AppExit::Success) => Ok(()),
        (None, AppExit::Error(_)) => Err(GuiError::Broke("its display is gone".into())),
    }
}

/// The window library panics when the display refuses it, although it could say so. This is the
/// one place where a panic is an answer; its message is kept from the terminal.
fn build_quietly(build: impl FnOnce() -> App) -> Result<App, NoWindow> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock();
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let built = catch_unwind(AssertUnwindSafe(build));
    std::panic::set_hook(hook);
    built.map_err(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied());
        let first_line = text.and_then(|text| text.lines().next());
        NoWindow::Refused(first_line.unwrap_or("it gave no reason").to_owned())
    })
}

/// Who updates the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loop {
    /// The display server's events
    Window,
    /// Whoever holds it: the window is there but nobody sees it
    #[cfg(test)]
    Caller,
}

/// Bevy and egui.
pub(super) fn add_engine(
    app: &mut App,
    render_creation: RenderCreation,
    window: Window,
    turned_by: Loop,
) {
    let plugins = DefaultPlugins
        .set(WindowPlugin {
            primary_window: Some(window),
            // Closing goes through the view's own quitting, so that settings are saved
            close_when_requested: false,
            exit_condition: ExitCondition::DontExit,
            ..default()
        })
        .set(RenderPlugin {
            render_creation,
            ..default()
        })
        // A second thread would draw a frame later what one thread draws in time
        .disable::<PipelinedRenderingPlugin>()
        // Ctrl+C must end a sleeping window, too: the system does that
        .disable::<TerminalCtrlCHandlerPlugin>()
        .disable::<PanicHandlerPlugin>();
    // What drivers say is for those who ask
    let plugins = if std::env::var_os("RUST_LOG").is_some() {
        plugins
    } else {
        plugins.disable::<LogPlugin>()
    };
    match turned_by {
        Loop::Window => app.add_plugins(plugins),
        #[cfg(test)]
        Loop::Caller => app.add_plugins(plugins.disable::<bevy::winit::WinitPlugin>()),
    };
    app.add_plugins(canvas::egui_plugin());
    app.insert_resource(wakes(true));
}

/// What wakes the sleeping window. The alarm's call asks for a redraw, and a window that is seen
/// gets that as an event of its own: once is enough. A hidden one may not, and must hear the call.
pub(super) fn wakes(hidden: bool) -> WinitSettings {
    let sleep = UpdateMode::Reactive {
        wait: SLEEP,
        react_to_device_events: false,
        react_to_user_events: hidden,
        react_to_window_events: true,
    };
    WinitSettings {
        focused_mode: sleep,
        unfocused_mode: sleep,
    }
}

/// Everything that is this application's.
pub(super) fn add_room(app: &mut App, desk: Desk, disk: saving::Disk) {
    app.insert_resource(desk).insert_resource(disk);
    app.configure_sets(
        Update,
        (
            AppSystems::Prepare,
            AppSystems::Collect,
            AppSystems::Remember,
            AppSystems::Hear,
            AppSystems::Advance,
            AppSystems::Show,
            AppSystems::Close,
            AppSystems::Frame,
            AppSystems::Begin,
            AppSystems::Save,
            AppSystems::Report,
            AppSystems::Schedule,
        )
            .chain(),
    );
    app.add_plugins((
        alarm::plugin,
        keys::plugin,
        pass::plugin,
        repaint::plugin,
        window::plugin,
        dialog::plugin,
        reading::plugin,
        broken::plugin,
        opening::plugin,
        performing::plugin,
        saving::plugin,
        catalogue::plugin,
        report::plugin,
    ));
}

/// How many frames ahead the graphics device may be: one keeps scrubbing close to the pointer.
pub(super) const FRAMES_AHEAD: Option<NonZero<u32>> = NonZero::new(1);
