//! Asks for a file with the system's own dialog, away from the window, which stays usable.
//!
//! On Linux that dialog belongs to the desktop portal. Where there is none the library that asks
//! for it answers like somebody who closed the dialog; so it is found out first, and said.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::Duration;

use bevy::prelude::*;
use bevy::tasks::block_on;

use super::alarm::Alarm;
use super::app::AppSystems;
use super::desk::Desk;
use super::pass::{Asked, Pace};
use super::view::model::{Effect, Trouble};
use super::{opening, watch};

/// A file, nothing because the dialog was closed, or why there was no dialog.
pub type Picked = Result<Option<PathBuf>, String>;

/// The question that waits for its answer. A newer one replaces an older one.
#[derive(Resource, Default)]
pub(super) struct Asking(Option<Mutex<Receiver<Picked>>>);

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Asking>();
    app.add_systems(
        Update,
        (
            hear.after(watch::follow).in_set(AppSystems::Collect),
            ask.after(opening::begin).in_set(AppSystems::Begin),
        ),
    );
}

pub(super) fn ask(
    asked: Res<Asked>,
    desk: Res<Desk>,
    alarm: Res<Alarm>,
    mut asking: ResMut<Asking>,
) {
    if !asked.0.contains(&Effect::OpenFile) {
        return;
    }
    let (done, answer) = channel();
    let (pick, alarm) = (desk.picker(), alarm.clone());
    std::thread::spawn(move || {
        // The window may be gone by now; then nobody takes the answer
        if done.send(pick()).is_ok() {
            alarm.set(Duration::ZERO);
        }
    });
    asking.0 = Some(Mutex::new(answer));
}

pub(super) fn hear(
    mut asking: ResMut<Asking>,
    mut desk: ResMut<Desk>,
    mut asked: ResMut<Asked>,
    mut pace: ResMut<Pace>,
) {
    let Some(answer) = &mut asking.0 else { return };
    let Ok(answer) = answer.get_mut() else { return };
    let picked = match answer.try_recv() {
        Ok(picked) => picked,
        Err(TryRecvError::Empty) => return,
        Err(TryRecvError::Disconnected) => Err("it stopped because of an error".to_owned()),
    };
    asking.0 = None;
    pace.disturb();
    match picked {
        Ok(Some(path)) => asked.0.push(Effect::Open(path.display().to_string())),
        Ok(None) => {}
        Err(reason) => {
            desk.model.trouble = Some(Trouble {
                title: "There is no file dialog here".into(),
                text: format!(
                    "{reason}\n\nDrop a file onto this window, or start the program with its \
                     path:\n\n    tokentrail my-scenario.ron"
                ),
                remedy: "Scenarios that ship with the program are in the library".into(),
            });
        }
    }
}

/// Asks for a file and waits for the answer.
pub fn pick() -> Picked {
    block_on(async {
        possible().await?;
        let dialog = rfd::AsyncFileDialog::new()
            .set_title("Open a scenario or a saved recording")
            .add_filter(
                "Scenarios and recordings",
                &["ron", "json", "jsonl", "trail"],
            )
            .add_filter("All files", &["*"]);
        let file = dialog.pick_file().await;
        Ok(file.map(|file| file.path().to_owned()))
    })
}

/// Elsewhere the system itself has dialogs.
#[cfg(not(target_os = "linux"))]
async fn possible() -> Result<(), String> {
    Ok(())
}

/// Whether somebody is there who shows dialogs: the desktop portal, or `zenity`, which the library
/// turns to where there is no portal.
#[cfg(target_os = "linux")]
async fn possible() -> Result<(), String> {
    let Err(error) = portal().await else {
        return Ok(());
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let zenity = |folder: PathBuf| folder.join("zenity").is_file();
    if std::env::split_paths(&path).any(zenity) {
        return Ok(());
    }
    Err(format!(
        "The desktop portal that shows file dialogs (xdg-desktop-portal) does not answer: {error}"
    ))
}

/// Asks the portal for the version of its file dialogs, which only one that has them can say.
#[cfg(target_os = "linux")]
async fn portal() -> zbus::Result<u32> {
    let bus = zbus::Connection::session().await?;
    let portal = zbus::Proxy::new(
        &bus,
        "org.freedesktop.portal.Desktop",
        "/org/freedesktop/portal/desktop",
        "org.freedesktop.portal.FileChooser",
    );
    portal.await?.get_property("version").await
}
