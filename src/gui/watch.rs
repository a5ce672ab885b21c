//! A scenario file that is being edited is opened again by itself whenever it changes. The playhead
//! stays at its beat, and what is wrong with the file is shown over the last good picture.

use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bevy::prelude::*;

use super::alarm::Alarm;
use super::desk::Desk;
use super::pass::Asked;
use super::view::model::Effect;

/// How often a file is looked at. Looking costs microseconds; nothing is drawn for it.
const EVERY: Duration = Duration::from_millis(400);

/// The file being watched, if what is on stage is one.
#[derive(Resource, Default)]
pub(super) struct Watch(Option<Watched>);

struct Watched {
    file: String,
    /// Behind a lock only because a resource must be shareable; nobody ever waits for it
    changes: Mutex<Receiver<()>>,
    /// Watching ends with this
    _wanted: Arc<()>,
}

/// Watches what is on stage, and asks for it again when it has changed.
pub(super) fn follow(
    desk: Res<Desk>,
    alarm: Res<Alarm>,
    mut watch: ResMut<Watch>,
    mut asked: ResMut<Asked>,
) {
    let loaded = desk.model.loaded.as_ref().map(|loaded| &loaded.id);
    let watched = watch.0.as_ref().map(|watched| &watched.file);
    if loaded != watched {
        let alarm = alarm.clone();
        watch.0 = loaded
            .filter(|file| Path::new(file).is_file())
            .map(|file| Watched::begin(file, EVERY, move || alarm.set(Duration::ZERO)));
    }
    if let Some(watched) = &mut watch.0
        && watched.changed()
    {
        asked.0.push(Effect::Open(watched.file.clone()));
    }
}

impl Watched {
    fn begin(file: &str, every: Duration, wake: impl Fn() + Send + 'static) -> Self {
        let (changed, changes) = channel();
        let wanted = Arc::new(());
        let still_wanted = Arc::downgrade(&wanted);
        let path = file.to_owned();
        let mut seen = version(Path::new(&path));
        std::thread::spawn(move || {
            while still_wanted.strong_count() > 0 {
                std::thread::sleep(every);
                let now = version(Path::new(&path));
                // Editors take a file away for a moment when they save it
                if now.is_none() || now == seen {
                    continue;
                }
                seen = now;
                if changed.send(()).is_ok() {
                    wake();
                }
            }
        });
        Self {
            file: file.to_owned(),
            changes: Mutex::new(changes),
            _wanted: wanted,
        }
    }

    fn changed(&mut self) -> bool {
        self.changes
            .get_mut()
            .is_ok_and(|changes| changes.try_iter().count() > 0)
    }
}

/// When a file was written, and how long it is: some systems count in whole seconds.
fn version(file: &Path) -> Option<(SystemTime, u64)> {
    let about = std::fs::metadata(file).ok()?;
    Some((about.modified().ok()?, about.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn a_file_that_is_written_is_noticed_once_and_one_that_is_not_never() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("story.ron");
        std::fs::write(&file, "one").unwrap();
        let (woken, wakes) = channel();
        let name = file.display().to_string();
        let mut watched = Watched::begin(&name, Duration::from_millis(5), move || {
            let _ = woken.send(());
        });
        assert!(wakes.recv_timeout(Duration::from_millis(60)).is_err());
        assert!(!watched.changed());
        std::fs::write(folder.path().join("next"), "another text").unwrap();
        std::fs::rename(folder.path().join("next"), &file).unwrap();
        wakes.recv_timeout(Duration::from_secs(5)).unwrap();
        assert!(watched.changed());
        assert!(!watched.changed());
    }
}
