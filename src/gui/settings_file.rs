//! Settings on disk: read at start, written whole or not at all, never a reason not to start.
//!
//! A damaged file is set aside under another name, so that nothing is lost, and the defaults are
//! used; a disk that cannot be written is said once. Both are notices for the window to show.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The file's name in the configuration folder.
const NAME: &str = "settings.ron";
/// The application's folder within the user's configuration folder.
const FOLDER: &str = "tokentrail";
/// Largest settings file that is read, in bytes. Written ones have a few hundred.
const MAX_BYTES: u64 = 256 * 1024;

/// Where settings live, if anywhere.
#[derive(Clone, Debug)]
pub struct SettingsFile {
    path: Option<PathBuf>,
}

/// Something about settings that the user should know.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Notice {
    /// The file made no sense
    #[error(
        "The settings file was damaged ({reason}). It was set aside as {aside}, and the defaults \
         are used",
        aside = aside.display()
    )]
    SetAside {
        /// What was wrong with it
        reason: String,
        /// Where it is now
        aside: PathBuf,
    },
    /// The file cannot be read, or cannot be set aside
    #[error("The settings cannot be read ({reason}): {path}. The defaults are used", path = path.display())]
    Unreadable {
        /// What the system says
        reason: String,
        /// The file
        path: PathBuf,
    },
    /// The file cannot be written
    #[error("The settings cannot be saved ({reason}): {path}", path = path.display())]
    Unwritable {
        /// What the system says
        reason: String,
        /// The file
        path: PathBuf,
    },
}

impl SettingsFile {
    /// In the user's configuration folder, wherever this system has it.
    pub fn of_user() -> Self {
        Self {
            path: config_folder().map(|folder| folder.join(FOLDER).join(NAME)),
        }
    }

    /// At a place of the caller's choice.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            path: Some(path.into()),
        }
    }

    /// The settings, or the defaults and what the user should know.
    pub fn read<T: DeserializeOwned + Default>(&self) -> (T, Option<Notice>) {
        let Some(path) = &self.path else {
            return (T::default(), None);
        };
        match text(path) {
            Ok(None) => (T::default(), None),
            Ok(Some(text)) => match ron::from_str(&text) {
                Ok(settings) => (settings, None),
                Err(error) => (T::default(), Some(set_aside(path, error.to_string()))),
            },
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                (T::default(), Some(set_aside(path, error.to_string())))
            }
            Err(error) => {
                let reason = error.to_string();
                (
                    T::default(),
                    Some(Notice::Unreadable {
                        reason,
                        path: path.clone(),
                    }),
                )
            }
        }
    }

    /// Replaces the file, as a whole or not at all.
    pub fn write<T: Serialize>(&self, settings: &T) -> Result<(), Notice> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let unwritable = |reason: String| Notice::Unwritable {
            reason,
            path: path.clone(),
        };
        let text = ron::ser::to_string_pretty(settings, ron::ser::PrettyConfig::default())
            .map_err(|error| unwritable(error.to_string()))?;
        replace(path, &text).map_err(|error| unwritable(error.to_string()))
    }
}

/// The file's text; none where there is no file. Text that is no text is damage, too.
fn text(path: &Path) -> std::io::Result<Option<String>> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
        Ok(data) if data.len() > MAX_BYTES => {
            let why = format!("it is larger than {MAX_BYTES} bytes");
            return Err(std::io::Error::new(ErrorKind::InvalidData, why));
        }
        Ok(_) => {}
    }
    fs::read_to_string(path).map(Some)
}

/// Moves a damaged file out of the way without covering an earlier one.
fn set_aside(path: &Path, reason: String) -> Notice {
    /// Damaged files that are kept; the last one is covered when there are more.
    const KEPT: u32 = 9;
    let name = |number: u32| path.with_extension(format!("damaged-{number}.ron"));
    let aside = (1..KEPT)
        .map(name)
        .find(|aside| !aside.exists())
        .unwrap_or_else(|| name(KEPT));
    match fs::rename(path, &aside) {
        Ok(()) => Notice::SetAside { reason, aside },
        Err(_) => Notice::Unreadable {
            reason,
            path: path.into(),
        },
    }
}

fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let draft = path.with_extension(format!("{}.tmp", std::process::id()));
    let written = fs::File::create(&draft).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        // The name must not point at an empty file after a power cut
        file.sync_all()
    });
    let replaced = written.and_then(|()| fs::rename(&draft, path));
    if replaced.is_err() {
        // Nothing can be done about a draft that stays, and the error that led here is reported
        let _ = fs::remove_file(&draft);
    }
    replaced
}

/// The user's configuration folder. None where the system names none: settings last one session.
fn config_folder() -> Option<PathBuf> {
    let folder = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    // Named explicitly it counts everywhere, which is also how tests keep to themselves
    folder("XDG_CONFIG_HOME").or_else(|| {
        if cfg!(windows) {
            folder("APPDATA")
        } else if cfg!(target_os = "macos") {
            folder("HOME").map(|home| home.join("Library/Application Support"))
        } else {
            folder("HOME").map(|home| home.join(".config"))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(default)]
    struct Settings {
        text_scale: f32,
        last: Option<String>,
    }

    fn file() -> (tempfile::TempDir, SettingsFile, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/settings.ron");
        (folder, SettingsFile::at(&path), path)
    }

    #[test]
    fn what_was_written_is_read_and_no_draft_stays() {
        let (_folder, file, path) = file();
        let settings = Settings {
            text_scale: 1.25,
            last: Some("facebook-to-s3".into()),
        };
        file.write(&settings).unwrap();
        file.write(&settings).unwrap();
        assert_eq!(file.read::<Settings>(), (settings, None));
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn without_a_file_there_are_defaults_and_no_notice() {
        let (_folder, file, _) = file();
        assert_eq!(file.read::<Settings>(), (Settings::default(), None));
    }

    #[test]
    fn damage_of_any_kind_is_set_aside_and_nothing_is_lost() {
        let (_folder, file, path) = file();
        let huge = vec![b' '; MAX_BYTES as usize + 1];
        let cases: [&[u8]; 5] = [
            b"(text_scale:",
            b"",
            b"\xff\xfe",
            b"(text_scale: \"x\")",
            &huge,
        ];
        for (number, bytes) in cases.into_iter().enumerate() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, bytes).unwrap();
            let (settings, notice) = file.read::<Settings>();
            assert_eq!(settings, Settings::default());
            let Some(Notice::SetAside { aside, .. }) = notice else {
                panic!("case {number}: {notice:?}");
            };
            assert_eq!(fs::read(aside).unwrap(), bytes);
            assert!(!path.exists());
        }
    }

    #[test]
    fn a_place_that_cannot_be_written_is_a_notice() {
        let folder = tempfile::tempdir().unwrap();
        let blocked = folder.path().join("file");
        fs::write(&blocked, "in the way").unwrap();
        let file = SettingsFile::at(blocked.join("settings.ron"));
        let notice = file.write(&Settings::default()).unwrap_err();
        assert!(matches!(notice, Notice::Unwritable { .. }), "{notice}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
