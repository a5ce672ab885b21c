//! An actor: its state in sections, what this beat changed in it, and, for datasets, how far each
//! device has got.

use crate::cloud::ledger::{ActorId, ActorKind, StateChange, Text};
use crate::recording::{Cursor, Recording};

/// An actor's state as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateView {
    /// One line: "2 users"
    pub line: String,
    /// What the line said when the beat began, where it said something else
    pub line_was: Option<String>,
    /// The state in sections
    pub sections: Vec<Section>,
    /// How many values this beat changed, gave or took
    pub changed: usize,
    /// How far each device has got with each dataset; only for Cognito Sync
    pub datasets: Vec<DatasetRow>,
}

/// A group of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// "User directory"
    pub title: &'static str,
    /// Its values
    pub rows: Vec<StateRow>,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateRow {
    /// Its name
    pub name: String,
    /// It
    pub value: String,
    /// What this beat did to it
    pub change: Change,
}

/// What a beat did to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing
    Same,
    /// It was not there
    New,
    /// It was something else
    Was(String),
    /// It is gone
    Gone,
}

/// A dataset at the service or on a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasetRow {
    /// Its name
    pub dataset: String,
    /// Where: "Cognito Sync", "Phone"
    pub place: String,
    /// What it holds
    pub value: String,
}

impl StateView {
    /// An actor's state at a moment.
    pub fn of(recording: &Recording, actor: &ActorId, cursor: Cursor) -> Self {
        let Some(now) = recording.state_of(actor, cursor) else {
            return Self::default();
        };
        let kind = recording.actor(actor).map(|it| it.kind);
        let before = before(recording, actor, cursor);
        let rows = compared(now, before);
        let changed = rows.iter().filter(|row| row.change != Change::Same).count();
        Self {
            line: now.line.to_string(),
            line_was: before
                .filter(|before| before.line != now.line)
                .map(|before| before.line.to_string()),
            sections: sections(kind, rows),
            changed,
            datasets: match kind {
                Some(ActorKind::Sync) => datasets(recording, actor, cursor),
                _ => Vec::new(),
            },
        }
    }
}

/// The state when the beat began.
fn before<'r>(
    recording: &'r Recording,
    actor: &ActorId,
    cursor: Cursor,
) -> Option<&'r StateChange> {
    let began = recording.beat(cursor.beat)?.started_at;
    let earlier = Cursor {
        beat: cursor.beat.checked_sub(1)?,
        at: began,
    };
    recording.state_of(actor, earlier)
}

/// Values by name; where a name stands several times, in order.
fn compared(now: &StateChange, before: Option<&StateChange>) -> Vec<StateRow> {
    let Some(before) = before else {
        return now
            .details
            .iter()
            .map(|(name, value)| row(name, value, Change::Same))
            .collect();
    };
    let mut old: Vec<Option<&(Text, Text)>> = before.details.iter().map(Some).collect();
    let mut take = |wanted: &dyn Fn(&(Text, Text)) -> bool| {
        let at = old.iter().position(|it| it.is_some_and(wanted))?;
        old.get_mut(at).and_then(Option::take)
    };
    let mut rows: Vec<StateRow> = Vec::new();
    for (name, value) in &now.details {
        let same = take(&|(other, was)| other == name && was == value);
        let change = match same {
            Some(_) => Change::Same,
            None => Change::New,
        };
        rows.push(row(name, value, change));
    }
    for row in rows.iter_mut().filter(|row| row.change == Change::New) {
        if let Some((_, was)) = take(&|(other, _)| *other == row.name) {
            row.change = Change::Was(was.to_string());
        }
    }
    let gone = old.into_iter().flatten();
    rows.extend(gone.map(|(name, value)| row(name, value, Change::Gone)));
    rows
}

fn row(name: &str, value: &str, change: Change) -> StateRow {
    StateRow {
        name: name.to_owned(),
        value: value.to_owned(),
        change,
    }
}

/// The section that a value belongs to, by what its name begins with.
fn section_of(kind: Option<ActorKind>, name: &str) -> &'static str {
    let begins = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
    match kind {
        Some(ActorKind::IdentityPool) if name.contains(':') && !name.contains(' ') => {
            "Identities and their logins"
        }
        Some(ActorKind::Sts) if begins(&["Session "]) => "Sessions",
        Some(ActorKind::Sts) if begins(&["User ", "Access key", "Key "]) => "IAM users",
        Some(ActorKind::Sts) if name.contains("rovider") => "Identity providers it knows",
        Some(ActorKind::Sts) => "Roles and their policies",
        Some(ActorKind::S3) if begins(&["Bucket "]) => "Buckets",
        Some(ActorKind::S3) => "Objects",
        Some(ActorKind::DynamoDb) if begins(&["Table "]) => "Tables",
        Some(ActorKind::DynamoDb) => "Items",
        Some(ActorKind::Sync) if begins(&["Device "]) => "Devices",
        Some(ActorKind::Sync) if name.contains(" of ") => "Datasets",
        _ if begins(&["User "]) => "User directory",
        _ if begins(&["Group "]) => "Groups",
        _ if begins(&["App client", "App "]) => "App clients",
        _ if begins(&["Dataset "]) => "Datasets on this device",
        _ if begins(&["Provider"]) => "Identity providers",
        _ if begins(&["Sign-ins", "Codes", "Waiting", "Browser sessions"]) => "Under way",
        _ => "Settings",
    }
}

fn sections(kind: Option<ActorKind>, rows: Vec<StateRow>) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for row in rows {
        let title = section_of(kind, &row.name);
        match sections.iter_mut().find(|section| section.title == title) {
            Some(section) => section.rows.push(row),
            None => sections.push(Section {
                title,
                rows: vec![row],
            }),
        }
    }
    // What lives there before how it is set up
    sections.sort_by_key(|section| section.title == "Settings");
    sections
}

/// Each dataset at the service and on every device, so that sync counts stand beside each other.
fn datasets(recording: &Recording, sync: &ActorId, cursor: Cursor) -> Vec<DatasetRow> {
    let mut rows = Vec::new();
    for actor in &recording.actors {
        let Some(state) = recording.state_of(&actor.id, cursor) else {
            continue;
        };
        for (name, value) in &state.details {
            let dataset = match actor.id == *sync {
                true => name.split_once(" of ").map(|(dataset, _)| dataset),
                false => name.strip_prefix("Dataset "),
            };
            let Some(dataset) = dataset else { continue };
            rows.push(DatasetRow {
                dataset: dataset.to_owned(),
                place: actor.name.clone(),
                value: value.to_string(),
            });
        }
    }
    rows.sort_by(|a, b| a.dataset.cmp(&b.dataset));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::fixture::story;

    #[test]
    fn what_a_beat_brought_is_lit_and_everything_else_is_not() {
        let recording = story("facebook-to-s3");
        let pool = ActorId::new("users");
        let mut changed = 0;
        for beat in &recording.beats {
            let cursor = Cursor {
                beat: beat.index,
                at: beat.ended_at,
            };
            let view = StateView::of(&recording, &pool, cursor);
            let rows = view.sections.iter().flat_map(|section| &section.rows);
            let lit = rows.filter(|row| row.change != Change::Same).count();
            assert_eq!(lit, view.changed);
            changed += lit;
            if beat.index == 0 {
                assert_eq!(lit, 0);
            }
        }
        assert!(changed > 0);
    }

    #[test]
    fn the_user_directory_and_the_identities_have_their_own_sections() {
        let recording = story("facebook-to-s3");
        let titles = |actor: &str| -> Vec<&str> {
            let view = StateView::of(&recording, &ActorId::new(actor), recording.end());
            view.sections.iter().map(|it| it.title).collect()
        };
        assert!(titles("users").contains(&"User directory"));
        assert!(titles("identities").contains(&"Identities and their logins"));
        assert!(titles("sts").contains(&"Sessions"));
        assert!(titles("s3").contains(&"Objects"));
        assert_eq!(titles("nobody"), Vec::<&str>::new());
    }

    #[test]
    fn sync_counts_stand_beside_each_other() {
        let recording = story("offline-edits");
        let view = StateView::of(&recording, &ActorId::new("sync"), recording.end());
        let places: Vec<&str> = view.datasets.iter().map(|it| it.place.as_str()).collect();
        assert!(places.len() >= 3, "{:?}", view.datasets);
        assert!(
            view.datasets
                .iter()
                .all(|it| it.value.contains("sync count"))
        );
    }
}
