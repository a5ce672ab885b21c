//! Signing keys kept between runs.

use std::fs;
use std::path::Path;

use crate::tokentrail;

/// What a run with this cache folder prints, and what it warns of.
fn run(cache: &Path) -> (String, String) {
    let mut command = tokentrail(&["trace", "facebook-to-s3"]);
    let output = command.env("XDG_CACHE_HOME", cache).assert().success();
    let output = output.get_output();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn keys_are_kept_in_the_cache_folder_and_never_change_what_is_printed() {
    let cache = tempfile::tempdir().unwrap();
    let (first, warnings) = run(cache.path());
    assert_eq!(warnings, "");
    let keys = cache.path().join("tokentrail/keys");
    let files: Vec<_> = fs::read_dir(&keys)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(!files.is_empty());

    let (again, warnings) = run(cache.path());
    assert_eq!(warnings, "");
    assert!(again == first, "the second run differs");

    for file in &files {
        fs::write(file, "rubbish").unwrap();
    }
    let (healed, warnings) = run(cache.path());
    assert!(healed == first, "the run after the damage differs");
    assert_eq!(warnings.lines().count(), 1, "{warnings}");
    assert!(warnings.starts_with("warning: the key cache is damaged"));
    assert_eq!(run(cache.path()).1, "", "the damage is repaired");
}

#[test]
fn a_cache_folder_that_cannot_be_used_is_one_line_of_warning() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a-file");
    fs::write(&file, "").unwrap();
    let (_, warnings) = run(&file);
    assert_eq!(warnings.lines().count(), 1, "{warnings}");
    assert!(warnings.starts_with("warning: the key cache cannot be"));
}
