//! What one actor holds now: in the order of getting it, and by what is asked most often, so that
//! a full pair of hands answers as fast as an empty one.

use std::collections::BTreeMap;

use super::types::{ArtifactId, ArtifactKind};

/// Which thing somebody got: the first, the second.
type Turn = u64;

/// The things in one actor's hands.
#[derive(Clone, Debug, Default)]
pub struct Hands {
    taken: Turn,
    in_order: BTreeMap<Turn, ArtifactId>,
    turns: BTreeMap<ArtifactId, Turn>,
    of_kind: BTreeMap<ArtifactKind, BTreeMap<Turn, ArtifactId>>,
}

impl Hands {
    /// Everything, in the order of getting it.
    pub fn in_order(&self) -> impl DoubleEndedIterator<Item = ArtifactId> + '_ {
        self.in_order.values().copied()
    }

    /// Whether this is among them.
    pub fn hold(&self, artifact: ArtifactId) -> bool {
        self.turns.contains_key(&artifact)
    }

    /// The thing of this kind that was got last.
    pub fn latest_of_kind(&self, kind: ArtifactKind) -> Option<ArtifactId> {
        let (_, artifact) = self.of_kind.get(&kind)?.last_key_value()?;
        Some(*artifact)
    }

    /// One more thing. Nothing changes where it is there already.
    pub fn take(&mut self, artifact: ArtifactId, kind: ArtifactKind) {
        if self.hold(artifact) {
            return;
        }
        self.taken += 1;
        self.turns.insert(artifact, self.taken);
        self.in_order.insert(self.taken, artifact);
        let of_kind = self.of_kind.entry(kind).or_default();
        of_kind.insert(self.taken, artifact);
    }

    /// One thing less. Nothing changes where it is not there.
    pub fn give(&mut self, artifact: ArtifactId, kind: ArtifactKind) {
        let Some(turn) = self.turns.remove(&artifact) else {
            return;
        };
        self.in_order.remove(&turn);
        if let Some(of_kind) = self.of_kind.get_mut(&kind) {
            of_kind.remove(&turn);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_listed_in_the_order_of_getting_them_and_once() {
        let mut hands = Hands::default();
        for id in [5, 3, 5, 4] {
            hands.take(ArtifactId(id), ArtifactKind::IdToken);
        }
        hands.give(ArtifactId(3), ArtifactKind::IdToken);
        hands.give(ArtifactId(9), ArtifactKind::IdToken);
        let held: Vec<ArtifactId> = hands.in_order().collect();
        assert_eq!(held, [ArtifactId(5), ArtifactId(4)]);
        assert!(hands.hold(ArtifactId(5)) && !hands.hold(ArtifactId(3)));
    }

    #[test]
    fn the_latest_of_a_kind_is_what_was_got_last_and_is_still_there() {
        let mut hands = Hands::default();
        let kind = ArtifactKind::Credentials;
        assert_eq!(hands.latest_of_kind(kind), None);
        hands.take(ArtifactId(2), kind);
        hands.take(ArtifactId(1), kind);
        hands.take(ArtifactId(7), ArtifactKind::IdToken);
        assert_eq!(hands.latest_of_kind(kind), Some(ArtifactId(1)));
        hands.give(ArtifactId(1), kind);
        assert_eq!(hands.latest_of_kind(kind), Some(ArtifactId(2)));
        hands.give(ArtifactId(2), kind);
        assert_eq!(hands.latest_of_kind(kind), None);
    }
}
