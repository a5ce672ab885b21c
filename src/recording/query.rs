//! Questions to a recording: what was true at a moment, and what belongs to what.

use crate::cloud::ledger::{
    Actor, ActorId, Artifact, ArtifactId, Exchange, ExchangeId, PolicyDecision, StateChange,
    WalletChange,
};
use crate::protocol::time::Moment;

use super::{Beat, Recording};

/// A moment in a recording. Changes tied to an exchange count once it has ended; what is minted
/// inside an exchange that is still under way is its receiver's already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// The beat
    pub beat: u32,
    /// Simulated time. Ledger entries up to and including this moment have happened
    pub at: Moment,
}

/// Something an actor holds at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Held<'a> {
    /// What
    pub artifact: &'a Artifact,
    /// Since when
    pub since: Moment,
}

impl Recording {
    /// The actor with this id.
    pub fn actor(&self, id: &ActorId) -> Option<&Actor> {
        self.actors.iter().find(|actor| actor.id == *id)
    }

    /// What the stage calls an actor.
    pub fn name_of<'a>(&'a self, id: &'a ActorId) -> &'a str {
        self.actor(id).map_or(id.as_str(), |actor| &actor.name)
    }

    /// The exchange with this number.
    pub fn exchange(&self, id: ExchangeId) -> Option<&Exchange> {
        self.exchanges.get(id.index())
    }

    /// The artifact with this number.
    pub fn artifact(&self, id: ArtifactId) -> Option<&Artifact> {
        self.artifacts.get(id.index())
    }

    /// The beat with this index.
    pub fn beat(&self, index: u32) -> Option<&Beat> {
        self.beats.get(index as usize)
    }

    /// All exchanges of a beat, nested ones included, in the order of sending.
    pub fn exchanges_of(&self, beat: &Beat) -> &[Exchange] {
        let range = beat.first_exchange.index()..beat.end_exchange.index();
        self.exchanges.get(range).unwrap_or_default()
    }

    /// The policy decisions taken while answering an exchange.
    pub fn decisions_of(&self, exchange: ExchangeId) -> impl Iterator<Item = &PolicyDecision> {
        self.decisions
            .iter()
            .filter(move |decision| decision.exchange == exchange)
    }

    /// The last moment of the recording.
    pub fn end(&self) -> Cursor {
        let last = self.beats.last();
        Cursor {
            beat: last.map_or(0, |beat| beat.index),
            at: last.map_or(self.header.started_at, |beat| beat.ended_at),
        }
    }

    /// What an actor holds at a moment, in the order of getting it.
    pub fn held_by(&self, actor: &ActorId, cursor: Cursor) -> Vec<Held<'_>> {
        let mut held: Vec<(ArtifactId, Moment)> = Vec::new();
        for change in happened(&self.wallet, cursor, |change: &WalletChange| {
            (change.beat, change.at)
        })
        .filter(|change| change.actor == *actor)
        {
            held.retain(|(id, _)| *id != change.artifact);
            if change.gained {
                held.push((change.artifact, change.at));
            }
        }
        held.into_iter()
            .filter_map(|(id, since)| {
                Some(Held {
                    artifact: self.artifact(id)?,
                    since,
                })
            })
            .collect()
    }

    /// What an actor's card says at a moment.
    pub fn state_of(&self, actor: &ActorId, cursor: Cursor) -> Option<&StateChange> {
        happened(&self.states, cursor, |change: &StateChange| {
            (change.beat, change.at)
        })
        .filter(|change| change.actor == *actor)
        .last()
    }

    /// Every exchange that carried an artifact, in order.
    pub fn carriers_of(&self, artifact: ArtifactId) -> impl Iterator<Item = &Exchange> {
        self.exchanges.iter().filter(move |exchange| {
            exchange.sent.contains(&artifact) || exchange.received.contains(&artifact)
        })
    }
}

/// The entries of a list ordered by time that have happened at a moment.
fn happened<T>(
    entries: &[T],
    cursor: Cursor,
    when: impl Fn(&T) -> (u32, Moment),
) -> impl Iterator<Item = &T> {
    let end = entries.partition_point(|entry| when(entry) <= (cursor.beat, cursor.at));
    entries[..end].iter()
}
