//! Questions to a recording: what was true at a moment, and what belongs to what.

use crate::cloud::ledger::{
    Actor, ActorId, Artifact, ArtifactId, Exchange, ExchangeId, Log, PolicyDecision, StateChange,
    Stretch, WalletChange,
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
    pub fn exchanges_of(&self, beat: &Beat) -> Stretch<'_, Exchange> {
        let range = beat.first_exchange.index()..beat.end_exchange.index();
        self.exchanges.stretch(range)
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
    entries: &Log<T>,
    cursor: Cursor,
    when: impl Fn(&T) -> (u32, Moment),
) -> impl Iterator<Item = &T> {
    let end = entries.partition_point(|entry| when(entry) <= (cursor.beat, cursor.at));
    entries.stretch(..end).iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::ledger::ArtifactKind;
    use crate::protocol::time::Span;
    use crate::scenario::files::Shipped;
    use crate::scenario::{library, load, perform};

    fn story() -> Recording {
        let entry = library::find("facebook-to-s3").unwrap();
        let scenario = load(&Shipped, entry.path, entry.text.as_bytes()).unwrap();
        perform(&scenario, None).unwrap()
    }

    fn phone() -> ActorId {
        ActorId::new("phone")
    }

    fn kinds(recording: &Recording, cursor: Cursor) -> Vec<ArtifactKind> {
        let held = recording.held_by(&phone(), cursor);
        held.iter().map(|held| held.artifact.kind).collect()
    }

    fn end_of(recording: &Recording, id: &str) -> Cursor {
        let beat = recording.beats.iter().find(|beat| beat.id == id).unwrap();
        Cursor {
            beat: beat.index,
            at: beat.ended_at,
        }
    }

    #[test]
    fn a_thing_is_held_from_the_moment_its_answer_arrives() {
        let recording = story();
        let tokens = recording
            .beats
            .iter()
            .find(|beat| beat.id == "tokens")
            .unwrap();
        let answer = &recording.exchanges_of(tokens)[0];
        let at = |at| Cursor {
            beat: tokens.index,
            at,
        };
        let before = at(answer.answered_at - Span::from_millis(1));
        assert!(!kinds(&recording, before).contains(&ArtifactKind::IdToken));
        let then = at(answer.answered_at);
        assert!(kinds(&recording, then).contains(&ArtifactKind::IdToken));
    }

    #[test]
    fn a_spent_code_is_held_no_more() {
        let recording = story();
        let code = ArtifactKind::AuthorizationCode;
        assert!(kinds(&recording, end_of(&recording, "broker")).contains(&code));
        assert!(!kinds(&recording, end_of(&recording, "tokens")).contains(&code));
    }

    #[test]
    fn a_card_says_what_was_last_written_about_it() {
        let recording = story();
        let line = |id: &str| {
            let state = recording
                .state_of(&phone(), end_of(&recording, id))
                .unwrap();
            state.line.clone()
        };
        assert_eq!(line("open"), "nobody is signed in");
        assert_eq!(line("tokens"), "signed in");
        assert_eq!(line("credentials"), "has AWS credentials");
    }

    #[test]
    fn everybody_who_carried_a_token_is_found() {
        let recording = story();
        let token = recording
            .artifacts
            .iter()
            .find(|it| it.kind == ArtifactKind::IdToken)
            .unwrap();
        let carriers: Vec<&str> = recording
            .carriers_of(token.id)
            .map(|it| it.operation.as_str())
            .collect();
        assert_eq!(
            carriers,
            ["oauth2/token", "GetId", "GetCredentialsForIdentity"]
        );
    }

    #[test]
    fn decisions_belong_to_the_exchange_that_asked() {
        let recording = story();
        let last = recording.exchanges.last().unwrap();
        let decisions: Vec<_> = recording.decisions_of(last.id).collect();
        assert_eq!(decisions.len(), 1);
        assert_eq!(decisions[0].action, "dynamodb:GetItem");
    }

    #[test]
    fn what_is_not_there_is_answered_with_nothing() {
        let recording = story();
        assert!(recording.exchange(ExchangeId(9_999)).is_none());
        assert!(recording.artifact(ArtifactId(9_999)).is_none());
        assert!(recording.beat(9_999).is_none());
        assert!(
            recording
                .held_by(&ActorId::new("nobody"), recording.end())
                .is_empty()
        );
        assert_eq!(recording.name_of(&ActorId::new("nobody")), "nobody");
    }

    #[test]
    fn entries_are_in_the_order_of_happening() {
        let recording = story();
        let wallet: Vec<_> = recording.wallet.iter().map(|it| (it.beat, it.at)).collect();
        let states: Vec<_> = recording.states.iter().map(|it| (it.beat, it.at)).collect();
        assert!(wallet.is_sorted() && states.is_sorted());
    }
}
