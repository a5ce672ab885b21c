//! What one actor holds now: in the order of getting it, and by what is asked most often, so that
//! a full pair of hands answers as fast as an empty one.

use std::collections::{BTreeMap, BTreeSet};

use super::types::{ArtifactId, ArtifactKind};

/// The things in one actor's hands.
#[derive(Clone, Debug, Default)]
pub struct Hands {
    in_order: Vec<ArtifactId>,
    held: BTreeSet<ArtifactId>,
    of_kind: BTreeMap<ArtifactKind, usize>,
}

impl Hands {
    /// Everything, in the order of getting it.
    pub fn in_order(&self) -> &[ArtifactId] {
        &self.in_order
    }

    /// Whether this is among them.
    pub fn hold(&self, artifact: ArtifactId) -> bool {
        self.held.contains(&artifact)
    }

    /// Whether anything of this kind is.
    pub fn hold_kind(&self, kind: ArtifactKind) -> bool {
        self.of_kind.get(&kind).is_some_and(|count| *count > 0)
    }

    /// One more thing. Nothing changes where it is there already.
    pub fn take(&mut self, artifact: ArtifactId, kind: ArtifactKind) {
        if self.held.insert(artifact) {
            self.in_order.push(artifact);
            *self.of_kind.entry(kind).or_default() += 1;
        }
    }

    /// One thing less. Nothing changes where it is not there.
    pub fn give(&mut self, artifact: ArtifactId, kind: ArtifactKind) {
        if !self.held.remove(&artifact) {
            return;
        }
        // What goes has mostly come last
        if let Some(place) = self.in_order.iter().rposition(|held| *held == artifact) {
            self.in_order.remove(place);
        }
        if let Some(count) = self.of_kind.get_mut(&kind) {
            *count = count.saturating_sub(1);
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
        assert_eq!(hands.in_order(), [ArtifactId(5), ArtifactId(4)]);
        assert!(hands.hold(ArtifactId(5)) && !hands.hold(ArtifactId(3)));
    }

    #[test]
    fn a_kind_is_held_until_its_last_thing_is_given_away() {
        let mut hands = Hands::default();
        let kind = ArtifactKind::Credentials;
        assert!(!hands.hold_kind(kind));
        hands.take(ArtifactId(1), kind);
        hands.take(ArtifactId(2), kind);
        hands.give(ArtifactId(1), kind);
        assert!(hands.hold_kind(kind));
        hands.give(ArtifactId(2), kind);
        assert!(!hands.hold_kind(kind));
    }
}
