//! Performs branches, opens twins and writes variants away from the window, which stays usable
//! meanwhile.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use bevy::prelude::*;

use super::alarm::Alarm;
use super::app::AppSystems;
use super::desk::Desk;
use super::pass::{Asked, Pace};
use super::view::branches::{Errand, Failure, Outcome, Story};
use super::view::model::{Effect, Trouble};
use super::{dialog, opening};

/// What came back from a thread.
enum News {
    Branch(Outcome),
    Twin(Box<Twin>),
    Saved(Result<String, String>),
}

/// A twin that was opened, or why it could not be.
struct Twin {
    first: Option<(String, Story)>,
    twin: Result<(String, Story), Trouble>,
    wanted: String,
}

/// Threads tell here what they have done.
#[derive(Resource)]
pub(super) struct Workroom {
    tell: Sender<News>,
    /// Behind a lock only because a resource must be shareable; nobody ever waits for it
    hear: Mutex<Receiver<News>>,
}

pub(super) fn plugin(app: &mut App) {
    let (tell, hear) = channel();
    app.insert_resource(Workroom {
        tell,
        hear: Mutex::new(hear),
    });
    app.add_systems(
        Update,
        (
            collect.after(dialog::hear).in_set(AppSystems::Collect),
            begin
                .after(opening::begin)
                .after(dialog::ask)
                .in_set(AppSystems::Begin),
        ),
    );
}

/// Works in a thread of its own and wakes the window when it is done. A thread that panics tells
/// nothing itself; what it was to tell then is `otherwise`.
fn work(
    tell: &Sender<News>,
    alarm: &Alarm,
    otherwise: News,
    job: impl FnOnce() -> News + Send + 'static,
) {
    let (tell, alarm) = (tell.clone(), alarm.clone());
    std::thread::spawn(move || {
        let job = std::panic::AssertUnwindSafe(job);
        let news = std::panic::catch_unwind(job).unwrap_or(otherwise);
        // The window may be gone by now; then nobody hears it
        if tell.send(news).is_ok() {
            alarm.set(Duration::ZERO);
        }
    });
}

fn begin(asked: Res<Asked>, alarm: Res<Alarm>, desk: Res<Desk>, room: Res<Workroom>) {
    for effect in &asked.0 {
        match effect {
            Effect::Perform(errand) => perform(&room.tell, &alarm, errand.clone()),
            Effect::OpenTwin { first, twin } => {
                let (open, first, wanted) = (desk.opener(), first.clone(), twin.clone());
                let broken = News::Twin(Box::new(Twin {
                    first: None,
                    twin: Err(opening::stopped()),
                    wanted: wanted.clone(),
                }));
                work(&room.tell, &alarm, broken, move || {
                    let twin = match first.map(|name| open(&name)).transpose() {
                        Ok(first) => Twin {
                            first,
                            twin: open(&wanted),
                            wanted,
                        },
                        Err(trouble) => Twin {
                            first: None,
                            twin: Err(trouble),
                            wanted,
                        },
                    };
                    News::Twin(Box::new(twin))
                });
            }
            Effect::SaveVariant { path, text } => {
                let (path, text) = (path.clone(), text.clone());
                let broken = News::Saved(Err("an error in this program".to_owned()));
                work(&room.tell, &alarm, broken, move || {
                    News::Saved(write_new(Path::new(&path), &text))
                });
            }
            _ => {}
        }
    }
}

fn perform(tell: &Sender<News>, alarm: &Alarm, errand: Errand) {
    let broken = News::Branch(Outcome {
        number: errand.number,
        made: Err(Failure::Broken),
    });
    work(tell, alarm, broken, move || {
        let outcome = errand.perform();
        if let Ok(made) = &outcome.made {
            // The branch is shown meanwhile, and the first search in it need not wait
            let recording = std::sync::Arc::clone(made.story.recording());
            std::thread::spawn(move || recording.make_searchable());
        }
        News::Branch(outcome)
    });
}

pub(super) fn collect(mut desk: ResMut<Desk>, mut room: ResMut<Workroom>, mut pace: ResMut<Pace>) {
    let Ok(hear) = room.hear.get_mut() else {
        return;
    };
    while let Ok(news) = hear.try_recv() {
        pace.disturb();
        match news {
            News::Branch(outcome) => desk.model.performed(outcome),
            News::Saved(outcome) => desk.model.saved(outcome),
            News::Twin(news) => match news.twin {
                Ok((id, story)) => {
                    debug_assert_eq!(id, news.wanted, "an opener keeps the name of what ships");
                    desk.model.twin_opened(news.first, &news.wanted, story);
                }
                Err(trouble) => desk.model.trouble = Some(trouble),
            },
        }
    }
}

/// Writes a file that is not there yet: as a whole or not at all, and never over another one.
fn write_new(path: &Path, text: &str) -> Result<String, String> {
    let path = std::path::absolute(path).map_err(|error| error.to_string())?;
    let shown = path.display().to_string();
    if path.exists() {
        return Err(format!("{shown} is there already; give it another name"));
    }
    let draft = draft_of(&path).ok_or_else(|| format!("{shown} names no file"))?;
    let written = std::fs::File::create_new(&draft).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    // A link is made only where nothing is
    let placed = written.and_then(|()| std::fs::hard_link(&draft, &path));
    // Nothing can be done about a draft that will not go away, and nobody needs to know
    let _ = std::fs::remove_file(&draft);
    match placed {
        Ok(()) => Ok(shown),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(format!("{shown} is there already; give it another name"))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(format!(
            "{shown}: there is no such folder; name one that is there"
        )),
        Err(error) => Err(format!("{shown}: {error}")),
    }
}

/// A hidden file beside the wanted one.
fn draft_of(path: &Path) -> Option<PathBuf> {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name()?);
    name.push(format!(".{}.part", std::process::id()));
    Some(path.with_file_name(name))
}

#[cfg(test)]
mod tests {
    use super::write_new;

    #[test]
    fn a_variant_is_written_whole_and_never_over_another_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("variant.ron");
        let shown = write_new(&path, "first").unwrap();
        assert_eq!(shown, path.display().to_string());
        let again = write_new(&path, "second").unwrap_err();
        assert!(again.contains("is there already"), "{again}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "first");
        let nowhere = folder.path().join("missing/variant.ron");
        let error = write_new(&nowhere, "third").unwrap_err();
        assert!(error.contains("there is no such folder"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
