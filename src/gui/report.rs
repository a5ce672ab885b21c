//! Tells a test what the window shows: a line of JSON whenever that changes.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

use bevy::prelude::*;

use super::app::AppSystems;
use super::desk::Desk;
use super::pass::Pace;

/// The file that is written to, and what was written last.
#[derive(Resource)]
pub(super) struct Report {
    file: File,
    last: String,
}

impl Report {
    pub(super) fn open(path: &Path) -> std::io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self {
            file,
            last: String::new(),
        })
    }
}

pub(super) fn plugin(app: &mut App) {
    app.add_systems(
        Update,
        report
            .in_set(AppSystems::Report)
            .run_if(resource_exists::<Report>),
    );
}

fn report(desk: Res<Desk>, pace: Res<Pace>, mut report: ResMut<Report>) -> Result {
    if pace.drawn == 0 {
        return Ok(());
    }
    let mut state = desk.state();
    let line = state.to_string();
    if line != report.last {
        report.last = line;
        // How many pictures there were is told with the news and is none itself
        if let Some(state) = state.as_object_mut() {
            state.insert("frames".into(), pace.drawn.into());
        }
        // One write, so that a reader never sees half a line
        report.file.write_all(format!("{state}\n").as_bytes())?;
    }
    Ok(())
}
