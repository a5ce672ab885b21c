//! Signing keys kept between runs in the user's cache folder, so that only the first performance
//! of a scenario waits for prime numbers.
//!
//! One small file per key: what made it, the key, and a SHA-256 over the seed and all of it. So a file that was cut, changed, or put under another name is noticed, and the key is
//! searched for again. Files are written whole or not at all. Nothing here is ever a reason to
//! stop: what goes wrong is said once, in one line.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::output::complain;
use crate::protocol::hash::{constant_time_eq, hex, sha256};
use crate::protocol::keys::{self, KeyStore};

/// Where keys are within the user's cache folder.
const FOLDER: &str = "tokentrail/keys";
/// What a file begins with. The number counts ways of finding a key from its seed: a changed
/// search must not be answered with what an older one found.
const BEGINNING: &[u8] = b"tokentrail key 1\n";
/// Bytes of the checksum at the end.
const CHECKSUM_BYTES: usize = 32;
/// Largest file that is read, in bytes. Written ones have about 1,250.
const MAX_FILE_BYTES: u64 = 8 * 1024;
/// The most keys that are kept, about 5 MB: who tries many seeds must not fill the disk.
const MAX_FILES: usize = 4_096;

/// Looks all keys of this process up in the user's cache folder, where the system names one.
pub fn use_for_all_keys() {
    if let Some(folder) = cache_folder() {
        let warn = |line: &str| complain(&format!("warning: {line}\n"));
        keys::use_store(Box::new(KeyCache::at(folder.join(FOLDER), warn)));
    }
}

/// The user's cache folder. None where the system names none: keys then last one run.
fn cache_folder() -> Option<PathBuf> {
    let folder = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    // Named explicitly it counts everywhere, which is also how tests keep to themselves
    folder("XDG_CACHE_HOME").or_else(|| {
        if cfg!(windows) {
            folder("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            folder("HOME").map(|home| home.join("Library/Caches"))
        } else {
            folder("HOME").map(|home| home.join(".cache"))
        }
    })
}

/// Why a key is not taken from the cache, or not put there.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("the key cache is damaged and this key is made again: {}", .0.display())]
    Damaged(PathBuf),
    #[error("the key cache cannot be read ({reason}): {}", path.display())]
    Unreadable {
        reason: std::io::Error,
        path: PathBuf,
    },
    #[error("the key cache cannot be written ({reason}): {}", path.display())]
    Unwritable {
        reason: std::io::Error,
        path: PathBuf,
    },
}

/// A folder of keys.
struct KeyCache<W> {
    folder: PathBuf,
    warn: W,
    warned: AtomicBool,
}

impl<W: Fn(&str) + Send + Sync> KeyCache<W> {
    /// A cache in this folder, which need not exist; `warn` is told the first trouble.
    fn at(folder: PathBuf, warn: W) -> Self {
        Self {
            folder,
            warn,
            warned: AtomicBool::new(false),
        }
    }

    fn path(&self, seed: &[u8; 32]) -> PathBuf {
        self.folder.join(format!("{}.key", hex(seed)))
    }

    /// A folder that makes one trouble makes it for every key.
    fn say_once(&self, trouble: &Trouble) {
        if !self.warned.swap(true, Ordering::Relaxed) {
            (self.warn)(&trouble.to_string());
        }
    }

    fn try_load(&self, seed: &[u8; 32]) -> Result<Option<Vec<u8>>, Trouble> {
        let path = self.path(seed);
        match read(&path) {
            Ok(bytes) => match opened(seed, &bytes) {
                Some(key) => Ok(Some(key)),
                None => Err(Trouble::Damaged(path)),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(reason) => Err(Trouble::Unreadable { reason, path }),
        }
    }

    fn try_keep(&self, seed: &[u8; 32], key: &[u8]) -> Result<(), Trouble> {
        let path = self.path(seed);
        let kept = fs::create_dir_all(&self.folder).and_then(|()| {
            if is_full(&self.folder)? {
                return Ok(());
            }
            replace(&path, &sealed(seed, key))
        });
        kept.map_err(|reason| Trouble::Unwritable { reason, path })
    }
}

impl<W: Fn(&str) + Send + Sync> KeyStore for KeyCache<W> {
    fn load(&self, seed: &[u8; 32]) -> Option<Vec<u8>> {
        self.try_load(seed).unwrap_or_else(|trouble| {
            self.say_once(&trouble);
            None
        })
    }

    fn keep(&self, seed: &[u8; 32], pkcs1_der: &[u8]) {
        if let Err(trouble) = self.try_keep(seed, pkcs1_der) {
            self.say_once(&trouble);
        }
    }
}

/// A key as its file has it.
fn sealed(seed: &[u8; 32], key: &[u8]) -> Vec<u8> {
    let mut bytes = [BEGINNING, key].concat();
    bytes.extend_from_slice(&checksum(seed, &bytes));
    bytes
}

/// The key in a file, if the file is whole and this seed's.
fn opened(seed: &[u8; 32], bytes: &[u8]) -> Option<Vec<u8>> {
    let (content, sum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM_BYTES)?)?;
    let key = content.strip_prefix(BEGINNING)?;
    constant_time_eq(sum, &checksum(seed, content)).then(|| key.to_vec())
}

fn checksum(seed: &[u8; 32], content: &[u8]) -> [u8; CHECKSUM_BYTES] {
    sha256(&[seed, content].concat())
}

/// A file's bytes, of a larger one only so many that it cannot be taken for whole.
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MAX_FILE_BYTES)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn is_full(folder: &Path) -> std::io::Result<bool> {
    Ok(fs::read_dir(folder)?.take(MAX_FILES).count() >= MAX_FILES)
}

fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // Two processes that find the same key must not write into one draft
    let draft = path.with_extension(format!("{}.tmp", std::process::id()));
    let written = File::create(&draft).and_then(|mut file| file.write_all(bytes));
    let replaced = written.and_then(|()| fs::rename(&draft, path));
    if replaced.is_err() {
        // Nothing can be done about a draft that stays, and the error that led here is reported
        let _ = fs::remove_file(&draft);
    }
    replaced
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::protocol::keys::SigningKey;

    const SEED: [u8; 32] = [5; 32];
    const OTHER: [u8; 32] = [6; 32];

    type Said = Arc<Mutex<Vec<String>>>;

    fn cache(folder: PathBuf) -> (KeyCache<impl Fn(&str) + Send + Sync>, Said) {
        let said = Said::default();
        let heard = Arc::clone(&said);
        let warn = move |line: &str| heard.lock().unwrap().push(line.to_owned());
        (KeyCache::at(folder, warn), said)
    }

    fn scratch() -> (tempfile::TempDir, PathBuf) {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("deep/er");
        (scratch, folder)
    }

    #[test]
    fn a_key_that_was_kept_is_there_in_the_next_run() {
        let (_scratch, folder) = scratch();
        let key = SigningKey::generate(SEED).unwrap();
        let (first, said) = cache(folder.clone());
        assert_eq!(first.load(&SEED), None);
        first.keep(&SEED, key.to_pkcs1_der());
        let (second, said_later) = cache(folder.clone());
        let stored = second.load(&SEED).unwrap();
        let restored = SigningKey::from_pkcs1_der(&stored).unwrap();
        assert_eq!(restored.modulus(), key.modulus());
        assert!(said.lock().unwrap().is_empty() && said_later.lock().unwrap().is_empty());
        assert_eq!(fs::read_dir(folder).unwrap().count(), 1, "no draft stays");
    }

    #[test]
    fn every_changed_byte_and_every_cut_is_noticed_and_said_once() {
        let (_scratch, folder) = scratch();
        let (cache, said) = cache(folder);
        cache.keep(&SEED, b"any bytes");
        let whole = fs::read(cache.path(&SEED)).unwrap();
        for place in 0..whole.len() {
            let mut changed = whole.clone();
            changed[place] ^= 1;
            fs::write(cache.path(&SEED), &changed).unwrap();
            assert_eq!(cache.load(&SEED), None, "byte {place}");
            fs::write(cache.path(&SEED), &whole[..place]).unwrap();
            assert_eq!(cache.load(&SEED), None, "cut at {place}");
        }
        let said = said.lock().unwrap();
        assert_eq!(said.len(), 1);
        assert!(said[0].starts_with("the key cache is damaged"), "{said:?}");
        assert!(!said[0].contains('\n'));
    }

    #[test]
    fn a_damaged_file_is_replaced_by_the_key_made_again() {
        let (_scratch, folder) = scratch();
        let (cache, _) = cache(folder);
        cache.keep(&SEED, b"key");
        fs::write(cache.path(&SEED), "rubbish").unwrap();
        assert_eq!(cache.load(&SEED), None);
        cache.keep(&SEED, b"key");
        assert_eq!(cache.load(&SEED).as_deref(), Some(b"key".as_slice()));
    }

    #[test]
    fn a_key_under_another_seeds_name_is_not_taken() {
        let (_scratch, folder) = scratch();
        let (cache, said) = cache(folder);
        cache.keep(&SEED, b"key");
        fs::copy(cache.path(&SEED), cache.path(&OTHER)).unwrap();
        assert_eq!(cache.load(&OTHER), None);
        assert_eq!(said.lock().unwrap().len(), 1);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_said_once_and_nothing_else() {
        let scratch = tempfile::tempdir().unwrap();
        let file = scratch.path().join("a-file");
        fs::write(&file, "").unwrap();
        let (cache, said) = cache(file.join("keys"));
        cache.keep(&SEED, b"key");
        cache.keep(&OTHER, b"key");
        assert_eq!(cache.load(&SEED), None);
        let said = said.lock().unwrap();
        assert_eq!(said.len(), 1);
        assert!(
            said[0].starts_with("the key cache cannot be written"),
            "{said:?}"
        );
    }

    #[test]
    fn a_full_folder_takes_no_more() {
        let (_scratch, folder) = scratch();
        fs::create_dir_all(&folder).unwrap();
        for number in 0..MAX_FILES {
            fs::write(folder.join(number.to_string()), "").unwrap();
        }
        let (cache, said) = cache(folder);
        cache.keep(&SEED, b"key");
        assert_eq!(cache.load(&SEED), None);
        assert!(said.lock().unwrap().is_empty());
    }
}
