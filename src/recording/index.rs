//! Where things are in a recording, so that questions to a long one need no search. Worked out
//! when the first of them is asked, and never saved: everything here follows from the rest.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::holdings::Holdings;
use super::search::words_of;
use super::words::Words;
use super::{Cursor, Recording};
use crate::cloud::ledger::{ActorId, ArtifactId, ExchangeId};

/// Everything's place, once it has been asked for. A copy of a recording works out its own: who
/// copies one is about to change it.
#[derive(Debug, Default)]
pub struct Places {
    index: OnceLock<Index>,
    words: OnceLock<Words>,
}

impl Clone for Places {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Places {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Everything's place in one recording.
#[derive(Debug, Default)]
pub struct Index {
    actors: BTreeMap<ActorId, OfActor>,
    carriers: Lists,
    decisions: Lists,
}

/// What belongs to one actor, by position in the recording's logs.
#[derive(Debug, Default)]
pub struct OfActor {
    /// Changes of its wallet
    pub wallet: Vec<u32>,
    /// What it holds after each of them
    pub holdings: Holdings,
    /// Changes of its state
    pub states: Vec<u32>,
    /// Exchanges that it asked or answered
    pub exchanges: Vec<u32>,
}

/// Many lists of positions, each in ascending order, one after the other.
#[derive(Debug, Default)]
pub struct Lists {
    ends: Vec<u32>,
    entries: Vec<u32>,
}

impl Lists {
    /// From pairs of list and entry, in ascending order of entries. A pair given twice counts once.
    pub fn of(lists: usize, mut pairs: Vec<(u32, u32)>) -> Self {
        let mut last = vec![None; lists];
        pairs.retain(|(list, entry)| {
            let last = last.get_mut(*list as usize);
            last.is_some_and(|last| last.replace(*entry) != Some(*entry))
        });
        let mut ends = vec![0_u32; lists];
        for (list, _) in &pairs {
            if let Some(end) = ends.get_mut(*list as usize) {
                *end += 1;
            }
        }
        // First each list's beginning, which then moves to its end as entries come in
        let mut sum = 0;
        for end in &mut ends {
            sum += std::mem::replace(end, sum);
        }
        let mut entries = vec![0; pairs.len()];
        for (list, entry) in pairs {
            if let Some(end) = ends.get_mut(list as usize)
                && let Some(place) = entries.get_mut(*end as usize)
            {
                *place = entry;
                *end += 1;
            }
        }
        Self { ends, entries }
    }

    /// The entries of a list.
    pub fn get(&self, list: usize) -> &[u32] {
        let Some(end) = self.ends.get(list) else {
            return &[];
        };
        let start = list.checked_sub(1).and_then(|before| self.ends.get(before));
        let start = start.copied().unwrap_or(0);
        self.entries
            .get(start as usize..*end as usize)
            .unwrap_or_default()
    }
}

impl Recording {
    /// Everything's place in this recording.
    pub(super) fn index(&self) -> &Index {
        self.places.index.get_or_init(|| Index::of(self))
    }

    /// Every text in this recording.
    pub(super) fn words(&self) -> &Words {
        self.places.words.get_or_init(|| words_of(self))
    }

    /// Does now what the first search needs, so that it answers as soon as every later one.
    pub fn make_searchable(&self) {
        self.words();
    }
}

impl Index {
    fn of(recording: &Recording) -> Self {
        let mut actors: BTreeMap<ActorId, OfActor> = BTreeMap::new();
        let mut carried = Vec::new();
        for (place, exchange) in (0_u32..).zip(&recording.exchanges) {
            of(&mut actors, &exchange.from).exchanges.push(place);
            if exchange.to != exchange.from {
                of(&mut actors, &exchange.to).exchanges.push(place);
            }
            let artifacts = exchange.sent.iter().chain(&exchange.received);
            carried.extend(artifacts.map(|artifact| (artifact.0, place)));
        }
        for (place, change) in (0_u32..).zip(&recording.wallet) {
            of(&mut actors, &change.actor).wallet.push(place);
        }
        for (place, change) in (0_u32..).zip(&recording.states) {
            of(&mut actors, &change.actor).states.push(place);
        }
        for actor in actors.values_mut() {
            let changes = actor.wallet.iter();
            let changes = changes.filter_map(|place| recording.wallet.get(*place as usize));
            actor.holdings = Holdings::of(changes.map(|it| (it.artifact, it.gained)));
        }
        let decided = (0_u32..).zip(&recording.decisions);
        let decided = decided.map(|(place, decision)| (decision.exchange.0, place));
        Self {
            actors,
            carriers: Lists::of(recording.artifacts.len(), carried),
            decisions: Lists::of(recording.exchanges.len(), decided.collect()),
        }
    }

    /// What belongs to an actor.
    pub fn of_actor(&self, actor: &ActorId) -> Option<&OfActor> {
        self.actors.get(actor)
    }

    /// Exchanges that carried an artifact.
    pub fn carriers(&self, artifact: ArtifactId) -> &[u32] {
        self.carriers.get(artifact.index())
    }

    /// Decisions taken in an exchange.
    pub fn decisions(&self, exchange: ExchangeId) -> &[u32] {
        self.decisions.get(exchange.index())
    }
}

fn of<'a>(actors: &'a mut BTreeMap<ActorId, OfActor>, actor: &ActorId) -> &'a mut OfActor {
    actors.entry(actor.clone()).or_default()
}

impl OfActor {
    /// How many of its wallet's changes have happened at a moment.
    pub fn wallet_changes(&self, recording: &Recording, cursor: Cursor) -> usize {
        self.wallet.partition_point(|place| {
            let change = recording.wallet.get(*place as usize);
            change.is_some_and(|change| (change.beat, change.at) <= (cursor.beat, cursor.at))
        })
    }

    /// Where the latest change of its state at a moment is.
    pub fn latest_state(&self, recording: &Recording, cursor: Cursor) -> Option<usize> {
        let happened = self.states.partition_point(|place| {
            let change = recording.states.get(*place as usize);
            change.is_some_and(|change| (change.beat, change.at) <= (cursor.beat, cursor.at))
        });
        let place = self.states.get(happened.checked_sub(1)?)?;
        Some(*place as usize)
    }
}
