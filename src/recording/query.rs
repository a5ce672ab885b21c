//! Questions to a recording: what was true at a moment, and what belongs to what.

use crate::cloud::ledger::{
    Actor, ActorId, Artifact, ArtifactId, Exchange, ExchangeId, PolicyDecision, StateChange,
    Stretch,
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
        let places = self.index().decisions(exchange).iter();
        places.filter_map(|place| self.decisions.get(*place as usize))
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
        let Some(of_actor) = self.index().of_actor(actor) else {
            return Vec::new();
        };
        let changes = of_actor.wallet_changes(self, cursor);
        let held = of_actor.holdings.after(changes);
        held.filter_map(|holding| {
            let place = of_actor.wallet.get(holding.from)?;
            Some(Held {
                artifact: self.artifact(holding.artifact)?,
                since: self.wallet.get(*place as usize)?.at,
            })
        })
        .collect()
    }

    /// What an actor's card says at a moment.
    pub fn state_of(&self, actor: &ActorId, cursor: Cursor) -> Option<&StateChange> {
        let of_actor = self.index().of_actor(actor)?;
        self.states.get(of_actor.latest_state(self, cursor)?)
    }

    /// Every exchange that carried an artifact, in order.
    pub fn carriers_of(&self, artifact: ArtifactId) -> impl Iterator<Item = &Exchange> {
        let places = self.index().carriers(artifact).iter();
        places.filter_map(|place| self.exchanges.get(*place as usize))
    }

    /// Every exchange that an actor asked or answered, in the order of sending.
    pub fn exchanges_with(&self, actor: &ActorId) -> impl Iterator<Item = &Exchange> {
        let of_actor = self.index().of_actor(actor);
        let places = of_actor.map_or(&[][..], |it| &it.exchanges).iter();
        places.filter_map(|place| self.exchanges.get(*place as usize))
    }
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
    /// The same answers by looking at everything.
    mod naive {
        use super::*;

        pub fn held(
            recording: &Recording,
            actor: &ActorId,
            at: Cursor,
        ) -> Vec<(ArtifactId, Moment)> {
            let mut held: Vec<(ArtifactId, Moment)> = Vec::new();
            let happened = |beat, moment| (beat, moment) <= (at.beat, at.at);
            let changes = recording.wallet.iter().filter(|it| it.actor == *actor);
            for change in changes.filter(|it| happened(it.beat, it.at)) {
                held.retain(|(id, _)| *id != change.artifact);
                if change.gained {
                    held.push((change.artifact, change.at));
                }
            }
            held
        }

        pub fn state<'a>(
            recording: &'a Recording,
            actor: &ActorId,
            at: Cursor,
        ) -> Option<&'a StateChange> {
            let mut of_actor = recording.states.iter().filter(|it| it.actor == *actor);
            of_actor.rfind(|it| (it.beat, it.at) <= (at.beat, at.at))
        }
    }

    fn library() -> &'static [Recording] {
        static ALL: std::sync::OnceLock<Vec<Recording>> = std::sync::OnceLock::new();
        ALL.get_or_init(|| {
            let some = library::ALL.iter().step_by(9);
            some.map(|entry| {
                let scenario = load(&Shipped, entry.path, entry.text.as_bytes()).unwrap();
                perform(&scenario, None).unwrap()
            })
            .collect()
        })
    }

    proptest::proptest! {
        #[test]
        fn what_is_answered_by_index_is_what_looking_at_everything_gives(
            story in proptest::prelude::any::<proptest::sample::Index>(),
            beat in 0_u32..20,
            ms in -1_000_i64..10_000_000,
        ) {
            let recording = story.get(library());
            let started = recording.beat(beat).map_or(recording.end().at, |it| it.started_at);
            let at = Cursor { beat, at: started + Span::from_millis(ms) };
            for actor in &recording.actors {
                let held = recording.held_by(&actor.id, at);
                let held: Vec<_> = held.iter().map(|it| (it.artifact.id, it.since)).collect();
                proptest::prop_assert_eq!(held, naive::held(recording, &actor.id, at));
                proptest::prop_assert_eq!(
                    recording.state_of(&actor.id, at),
                    naive::state(recording, &actor.id, at)
                );
            }
        }
    }

    #[test]
    fn nobody_is_left_out_of_what_belongs_together() {
        for recording in library() {
            let ids = |found: Vec<&Exchange>| found.iter().map(|it| it.id).collect::<Vec<_>>();
            for actor in &recording.actors {
                let all = recording.exchanges.iter();
                let with = all.filter(|it| it.from == actor.id || it.to == actor.id);
                let found = recording.exchanges_with(&actor.id).collect();
                assert_eq!(ids(found), ids(with.collect()));
            }
            for artifact in &recording.artifacts {
                let all = recording.exchanges.iter();
                let id = artifact.id;
                let carriers = all.filter(|it| it.sent.contains(&id) || it.received.contains(&id));
                assert_eq!(
                    ids(recording.carriers_of(id).collect()),
                    ids(carriers.collect())
                );
            }
            for exchange in &recording.exchanges {
                let all = recording.decisions.iter();
                let of = all.filter(|it| it.exchange == exchange.id);
                assert!(recording.decisions_of(exchange.id).eq(of));
            }
        }
    }

    #[test]
    fn a_copy_that_is_changed_answers_for_itself() {
        let before = story();
        let held = before.held_by(&phone(), before.end()).len();
        assert!(held > 0);
        let mut copy = before.clone();
        copy.wallet = Vec::new().into();
        assert!(copy.held_by(&phone(), copy.end()).is_empty());
        assert_eq!(before.held_by(&phone(), before.end()).len(), held);
    }
}
