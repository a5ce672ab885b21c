//! A recording as a file: one line that says what it is, then the recording as JSON.
//!
//! The first line bears the version, the length and a checksum, so that a file from a newer
//! version, a cut one and a changed one are told apart before anything in them is believed.

use serde::{Deserialize, Serialize};

use super::{FORMAT, Recording};
use crate::cloud::ledger::{ExchangeId, Step};
use crate::protocol::hash::sha256_hex;

/// What a saved recording begins with; nothing else does.
pub const BEGINNING: &str = "{\"tokentrail_recording\":";
/// The largest file that is read, in bytes.
pub const MAX_SAVED_BYTES: usize = 256 * 1024 * 1024;
/// How deep calls on each other's behalf may nest.
const MAX_CALL_DEPTH: usize = 64;

/// Why a file is no recording that can be played.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SavedError {
    /// Something else
    #[error("this is no saved recording")]
    NotARecording,
    /// Written by a program that knows more
    #[error(
        "the recording has format {found}, and this program reads up to {known}: use a newer tokentrail"
    )]
    Newer {
        /// The file's version
        found: u32,
        /// The newest that is understood
        known: u32,
    },
    /// Changed since it was written
    #[error("the recording is damaged: {0}")]
    Damaged(String),
    /// Too large
    #[error("the recording is larger than the limit of {MAX_SAVED_BYTES} bytes")]
    TooLarge,
}

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct FirstLine {
    tokentrail_recording: u32,
    bytes: usize,
    sha256: String,
}

/// Whether a file claims to be a saved recording.
pub fn is_saved(bytes: &[u8]) -> bool {
    bytes.starts_with(BEGINNING.as_bytes())
}

/// The recording as a file. The same recording gives the same bytes.
pub fn save(recording: &Recording) -> Result<String, serde_json::Error> {
    let body = serde_json::to_string(recording)?;
    let first = FirstLine {
        tokentrail_recording: recording.header.format,
        bytes: body.len(),
        sha256: sha256_hex(body.as_bytes()),
    };
    Ok(format!("{}\n{body}\n", serde_json::to_string(&first)?))
}

/// The recording in a file.
pub fn load(bytes: &[u8]) -> Result<Recording, SavedError> {
    if !is_saved(bytes) {
        return Err(SavedError::NotARecording);
    }
    if bytes.len() > MAX_SAVED_BYTES {
        return Err(SavedError::TooLarge);
    }
    let damaged = |what: &str| SavedError::Damaged(what.to_owned());
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let end = end.ok_or_else(|| damaged("it ends in its first line"))?;
    let (first, rest) = bytes.split_at(end);
    let first = first_line(first)?;
    let body = rest.get(1..).unwrap_or_default();
    let body = body.strip_suffix(b"\n").unwrap_or(body);
    if body.len() != first.bytes {
        return Err(SavedError::Damaged(format!(
            "{} bytes were written and {} are there",
            first.bytes,
            body.len()
        )));
    }
    if sha256_hex(body) != first.sha256 {
        return Err(damaged("its checksum is another one"));
    }
    let recording: Recording =
        serde_json::from_slice(body).map_err(|error| SavedError::Damaged(error.to_string()))?;
    consistent(&recording).map_err(SavedError::Damaged)?;
    Ok(recording)
}

/// The version is read before the rest of the line: a newer one may word the rest differently.
fn first_line(line: &[u8]) -> Result<FirstLine, SavedError> {
    #[derive(Deserialize)]
    struct Version {
        tokentrail_recording: u32,
    }
    let unreadable = |error: serde_json::Error| SavedError::Damaged(error.to_string());
    let version: Version = serde_json::from_slice(line).map_err(unreadable)?;
    if version.tokentrail_recording > FORMAT {
        return Err(SavedError::Newer {
            found: version.tokentrail_recording,
            known: FORMAT,
        });
    }
    serde_json::from_slice(line).map_err(unreadable)
}

/// Whether everything that is named by its number is there, and in order: players rely on it.
fn consistent(recording: &Recording) -> Result<(), String> {
    let exchanges = recording.exchanges.len();
    let artifacts = recording.artifacts.len();
    for (place, artifact) in recording.artifacts.iter().enumerate() {
        require(artifact.id.index() == place, "artifacts are out of order")?;
        let minted_in = artifact.exchange.is_none_or(|it| it.index() < exchanges);
        require(minted_in, "an artifact names an exchange that is not there")?;
    }
    let mut depths: Vec<usize> = Vec::with_capacity(exchanges);
    for (place, exchange) in recording.exchanges.iter().enumerate() {
        require(exchange.id.index() == place, "exchanges are out of order")?;
        let depth = match exchange.parent {
            None => 0,
            Some(parent) => {
                *depths
                    .get(parent.index())
                    .ok_or("an exchange comes before the one it was made for")?
                    + 1
            }
        };
        require(depth <= MAX_CALL_DEPTH, "calls nest too deep")?;
        depths.push(depth);
        let mut carried = exchange.sent.iter().chain(&exchange.received);
        require(
            carried.all(|artifact| artifact.index() < artifacts),
            "an exchange carries an artifact that is not there",
        )?;
        let steps = exchange.steps.iter();
        require(
            steps.into_iter().all(|step| match step {
                Step::Check(check) => (*check as usize) < exchange.checks.len(),
                Step::Call(call) => made_for(recording, *call, exchange.id),
            }),
            "an exchange names a step that is not there",
        )?;
    }
    beats_consistent(recording)?;
    let decided = recording.decisions.iter().map(|it| it.exchange.index());
    require(
        decided.into_iter().all(|it| it < exchanges),
        "a decision names an exchange that is not there",
    )?;
    let changed = recording.wallet.iter().map(|it| it.artifact.index());
    require(
        changed.into_iter().all(|it| it < artifacts),
        "a wallet names an artifact that is not there",
    )?;
    let wallet = recording.wallet.iter().map(|it| (it.beat, it.at));
    let states = recording.states.iter().map(|it| (it.beat, it.at));
    require(
        wallet.is_sorted() && states.is_sorted(),
        "changes are not in the order of happening",
    )
}

/// Whether a nested call is there, later, and says the same about whom it was made for.
fn made_for(recording: &Recording, call: ExchangeId, parent: ExchangeId) -> bool {
    let call = recording.exchange(call);
    call.is_some_and(|call| call.id > parent && call.parent == Some(parent))
}

fn beats_consistent(recording: &Recording) -> Result<(), String> {
    let mut next = 0;
    for (place, beat) in recording.beats.iter().enumerate() {
        let in_order = beat.index as usize == place
            && beat.first_exchange.index() == next
            && beat.end_exchange >= beat.first_exchange
            && (beat.chapter as usize) < recording.chapters.len();
        require(in_order, "beats are out of order")?;
        next = beat.end_exchange.index();
    }
    require(
        next == recording.exchanges.len(),
        "exchanges belong to no beat",
    )
}

fn require(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(otherwise.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cloud::ledger::Log;
    use crate::recording::trace;
    use crate::scenario::files::Shipped;
    use crate::scenario::{library, load as load_scenario, perform};

    fn story() -> &'static Recording {
        static STORY: std::sync::OnceLock<Recording> = std::sync::OnceLock::new();
        STORY.get_or_init(|| {
            let entry = library::find("facebook-to-s3").unwrap();
            let scenario = load_scenario(&Shipped, entry.path, entry.text.as_bytes()).unwrap();
            perform(&scenario, None).unwrap()
        })
    }

    /// A file whose checksum is right whatever is in it.
    fn sealed(recording: &Recording) -> String {
        save(recording).unwrap()
    }

    #[test]
    fn what_is_saved_is_what_is_loaded() {
        let file = sealed(story());
        let back = load(file.as_bytes()).unwrap();
        assert!(back == *story());
        assert!(trace::lines(&back).eq(trace::lines(story())));
        assert_eq!(sealed(&back), file, "saved again it is the same file");
    }

    #[test]
    fn a_newer_version_is_named_with_the_one_that_is_known() {
        let file = sealed(story()).replacen(
            &format!("\"tokentrail_recording\":{FORMAT}"),
            "\"tokentrail_recording\":99",
            1,
        );
        let error = load(file.as_bytes()).unwrap_err();
        assert_eq!(
            error,
            SavedError::Newer {
                found: 99,
                known: FORMAT
            }
        );
        assert!(error.to_string().contains("newer tokentrail"));
        let other = b"{\"tokentrail_recording\":99,\"packed\":true}\nwhatever";
        assert!(matches!(load(other), Err(SavedError::Newer { .. })));
    }

    #[test]
    fn a_cut_or_changed_file_is_damaged_and_something_else_is_no_recording() {
        let file = sealed(story());
        let cut = &file.as_bytes()[..file.len() / 2];
        assert!(
            load(cut)
                .unwrap_err()
                .to_string()
                .contains("bytes were written")
        );
        let changed = file.replacen("Dana", "Dora", 1);
        let error = load(changed.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("checksum"), "{error}");
        let line = &file.as_bytes()[..40];
        assert!(matches!(load(line), Err(SavedError::Damaged(_))));
        assert_eq!(load(b"(id: \"x\")"), Err(SavedError::NotARecording));
        assert_eq!(load(b""), Err(SavedError::NotARecording));
    }

    fn change<T: Clone>(log: &mut Log<T>, change: fn(&mut Vec<T>)) {
        let mut entries = log.to_vec();
        change(&mut entries);
        *log = entries.into();
    }

    #[test]
    fn a_file_that_contradicts_itself_is_damaged_even_with_the_right_checksum() {
        let twist = |twist: fn(&mut Recording)| {
            let mut recording = story().clone();
            twist(&mut recording);
            load(sealed(&recording).as_bytes()).unwrap_err().to_string()
        };
        let cases = [
            twist(|it| change(&mut it.exchanges, |list| list.swap(0, 1))),
            twist(|it| it.exchanges[0].steps.push(Step::Call(ExchangeId(0)))),
            twist(|it| it.exchanges[0].steps.push(Step::Check(9_999))),
            twist(|it| it.exchanges[1].parent = Some(ExchangeId(9_999))),
            twist(|it| it.beats.swap(0, 1)),
            twist(|it| it.beats[2].end_exchange = ExchangeId(9_999)),
            twist(|it| it.beats[0].chapter = 9_999),
            twist(|it| change(&mut it.artifacts, |list| list.truncate(2))),
            twist(|it| change(&mut it.wallet, |list| list.reverse())),
        ];
        for error in cases {
            assert!(error.starts_with("the recording is damaged: "), "{error}");
        }
    }

    proptest! {
        #[test]
        fn no_damage_goes_unnoticed(at in any::<prop::sample::Index>(), by in 1_u8..=255) {
            let mut bytes = sealed(story()).into_bytes();
            let at = at.index(bytes.len() - 1);
            bytes[at] ^= by;
            prop_assert!(load(&bytes).is_err());
        }
    }
}
